"""The processes that parse articles which the user opens, and articles that are read ahead."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_reader.services.articles.parsed_files import Parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui_reader.model.article import ArticleId

EXTRA_SECONDS = 20.0
"""Seconds without a file after which the process of a parser ends, if another parser is free."""
LAST_SECONDS = 300.0
"""Seconds without a file after which the last free process ends; a new one needs up to 0.7 s for its first file."""
NICENESS = 1
"""Niceness of these processes: lower priority than the reader's process (0), higher than that of the scanner (10)."""


class ParserPool:
    """Lends parsers to threads; prefers the last used one, whose process has already loaded the modules of formats."""

    def __init__(self, limit: int, size: int) -> None:
        """Create the pool; the first file starts a process.

        Args:
            limit: Largest number of bytes that a file may have.
            size: Number of parsers that are lent at once.
        """
        self._free = [Parser(limit, NICENESS) for _ in range(size)]
        self._all = tuple(self._free)
        self.lent: dict[ArticleId, Parser] = {}
        """The lent parsers by the articles that they parse."""
        self._used: dict[Parser, float] = {}
        """Parsers whose processes run, with the time of their last file."""
        self._resting: threading.Timer | None = None
        self._lock = threading.Lock()

    @contextmanager
    def lend(self, article_id: ArticleId) -> Iterator[Parser]:
        """Lend a parser to the thread that loads an article, for a `with` block; there is one for each thread."""
        with self._lock:
            parser = self._free.pop()
            self.lent[article_id] = parser
        try:
            yield parser
        finally:
            with self._lock:
                if self.lent.get(article_id) is parser:
                    del self.lent[article_id]
                self._free.append(parser)
                self._used[parser] = time.monotonic()
                self._rest_later(EXTRA_SECONDS)

    def interrupt_later(self, seconds: float, is_needed: Callable[[], bool]) -> None:
        """After some time, stop the running parsing that started first, if a parser is still needed for another file.

        Args:
            seconds: The time to wait.
            is_needed: Returns True if a parser is needed; called in a thread when the time has passed.
        """
        timer = threading.Timer(seconds, self._interrupt_first, (is_needed,))
        timer.daemon = True
        timer.start()

    def _interrupt_first(self, is_needed: Callable[[], bool]) -> None:
        """Stop the running parsing that started first, if `is_needed` returns True."""
        with self._lock:
            first = next(iter(self.lent.values()), None)
            if first is not None and is_needed():
                first.interrupt()

    def _rest_later(self, seconds: float) -> None:
        """Start a timer that ends idle processes, unless one is running; called with the lock held."""
        if self._resting is None:
            self._resting = threading.Timer(seconds, self._rest_idle)
            self._resting.daemon = True
            self._resting.start()

    def _rest_idle(self) -> None:
        """End the processes of free parsers that were idle for `EXTRA_SECONDS` or `LAST_SECONDS`."""
        with self._lock:
            self._resting = None
            now = time.monotonic()
            for parser in self._free:
                limit = LAST_SECONDS if parser is self._free[-1] else EXTRA_SECONDS
                if parser in self._used and now - self._used[parser] >= limit:
                    del self._used[parser]
                    parser.rest()
            if self._used:
                self._rest_later(EXTRA_SECONDS)

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            if self._resting is not None:
                self._resting.cancel()
        for parser in self._all:
            parser.close()
