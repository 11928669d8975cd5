"""Documents, read in threads of their own and kept while there is room."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import lower_priority
from tui_reader.services.articles.content import Content, content_from, read_content
from tui_reader.services.library.events import DocumentLoaded, Listener, noop
from tui_reader.sources.files import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId, Metadata
    from tui_reader.services.articles.scan_results import FoundFile
    from tui_reader.sources.base import Source

ROOM = 24_000_000
"""Characters of all documents that are kept, four times the longest novel; the one wanted last is always kept."""
AHEAD = 1_000_000
"""Bytes beyond which a file is read when it is opened, not before: it would keep a core busy for long."""
AHEAD_PAUSE = 0.015
"""Seconds after a wish before anything is read ahead: the picture of what was wished for has the processor first, and
at 30 keys a second there is time for a neighbour before the next key."""
FRAME_PAUSE = 0.03
"""Seconds that the rest of a long text waits for its beginning to be on the screen."""
WORKERS = 2
"""Threads: while one reads a long article ahead or to its end, the other is there for the next one opened."""


class Documents:
    """Gives documents that are at hand, and fetches others. May be called from any thread; never waits."""

    def __init__(
        self, find: Callable[[ArticleId], FoundFile | None], other_sources: Mapping[ArticleId, Source], limit: int
    ) -> None:
        """Start empty.

        Args:
            find: The file of an article; must be quick, and may be called from any thread.
            other_sources: The sources of articles that are not on disk, such as standard input.
            limit: Bytes that an article may have.
        """
        self.listener: Listener = noop
        self.prepare: Callable[[ArticleId, Document], None] = noop
        """Called with what was read before anybody is given it, by the thread that read it."""
        self._find = find
        self._other_sources = other_sources
        self._limit = limit
        self._kept: OrderedDict[ArticleId, Document] = OrderedDict()
        self._wanted: ArticleId | None = None
        self._ahead: deque[ArticleId] = deque()
        self._working: dict[ArticleId, object] = {}
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._pause_until = 0.0
        self._prints: dict[ArticleId, str] = {}
        """Fingerprints of the bytes that kept documents were read from."""
        self._size = 0
        self._closed = False
        self._changed = threading.Condition()

    def listen(self, listener: Listener) -> None:
        """Tell a listener what is loaded from now on, and first what was loaded while nobody listened.

        A screen wants its first document before it is ready to be told of it; that of standard input is quicker.
        """
        self.listener = listener
        with self._changed:
            kept = tuple(self._kept.items())
        for article_id, document in kept:
            listener(DocumentLoaded(article_id, document))

    def get(self, article_id: ArticleId) -> Document | None:
        """A document that is at hand, maybe only its beginning (`partial`); None if it has to be wanted first."""
        with self._changed:
            document = self._kept.get(article_id)
            if document is not None:
                self._kept.move_to_end(article_id)
            return document

    def want(self, article_id: ArticleId, neighbours: Sequence[ArticleId] = ()) -> None:
        """Fetch a document, then those that are likely to be wanted next.

        `DocumentLoaded` tells of the first: of its beginning where that is to be had sooner, then of the whole. What
        was wanted before and is not begun yet is forgotten. Nothing is told of a document that is at hand as a whole.
        """
        with self._changed:
            self._pause_until = time.monotonic() + AHEAD_PAUSE
            self._wanted = article_id if self._is_lacking(article_id) else None
            self._ahead = deque(i for i in dict.fromkeys(neighbours) if i != article_id and self._is_worth_it(i))
            tasks = (self._wanted is not None) + bool(self._ahead)
            while tasks > self._idle and len(self._threads) < WORKERS and not self._closed:
                thread = threading.Thread(target=self._work, name=f"documents-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                self._idle += 1
                thread.start()
            self._changed.notify_all()

    def want_within(
        self, article_id: ArticleId, neighbours: Sequence[ArticleId] = (), *, seconds: float
    ) -> Document | None:
        """Want a document, and wait for it a moment: most are read in less than it takes to draw a frame.

        Args:
            article_id: The document.
            neighbours: Those that are likely to be wanted next.
            seconds: The longest that this may take, whatever the disk does.

        Returns:
            What is at hand by then, maybe nothing; `DocumentLoaded` tells of what comes later.
        """
        self.want(article_id, neighbours)
        with self._changed:
            self._changed.wait_for(lambda: article_id in self._kept or self._closed, seconds)
            return self._kept.get(article_id)

    def drop(self, article_id: ArticleId) -> None:
        """Forget a document, and do not keep it if it is being read just now."""
        with self._changed:
            self._forget(article_id)
            self._working.pop(article_id, None)

    def fingerprint(self, article_id: ArticleId) -> str:
        """Fingerprint of the bytes that the kept document was read from; empty if none is kept or could be read."""
        with self._changed:
            return self._prints.get(article_id, "")

    def close(self) -> None:
        """Stop fetching. A thread in the midst of a document ends with it; the program need not wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _forget(self, article_id: ArticleId) -> None:
        document = self._kept.pop(article_id, None)
        self._prints.pop(article_id, None)
        if document is not None:
            self._size -= len(document.text)

    def _is_lacking(self, article_id: ArticleId) -> bool:
        document = self._kept.get(article_id)
        # A page that says why the text could not be read is no text: reading is tried again.
        return (document is None or document.partial or bool(document.error)) and article_id not in self._working

    def _is_worth_it(self, article_id: ArticleId) -> bool:
        """Whether to read an article that nobody asked for yet."""
        file, kept = self._find(article_id), self._kept.get(article_id)
        is_refused = kept is not None and bool(kept.error)
        return file is not None and file.size <= AHEAD and not is_refused and self._is_lacking(article_id)

    def _work(self) -> None:
        lower_priority()
        while True:
            with self._changed:
                self._await_task()
                if self._closed:
                    return
                wanted = self._wanted is not None
                article_id = self._wanted if self._wanted is not None else self._ahead.popleft()
                self._wanted = None
                if not self._is_lacking(article_id):
                    continue
                ticket = self._working[article_id] = object()
                self._idle -= 1
            self._fetch(article_id, ticket, ahead=not wanted)
            with self._changed:
                self._idle += 1
                if self._working.get(article_id) is ticket:
                    del self._working[article_id]

    def _await_task(self) -> None:
        """Wait until there is something to do; what nobody asked for yet waits for a pause in the asking."""
        while not self._closed and self._wanted is None:
            rest = self._pause_until - time.monotonic() if self._ahead else None
            if rest is not None and rest <= 0:
                return
            self._changed.wait(rest)

    def _fetch(self, article_id: ArticleId, ticket: object, *, ahead: bool) -> None:
        file = self._find(article_id)
        if file is None:
            return
        try:
            content = self._content_of(article_id, file)
        except FileNotFoundError:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, "it is no longer there"))
            return
        except UnreadableError as error:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, str(error)))
            return
        except Exception as error:  # noqa: BLE001 - a disk or a driver that fails must not end the reader
            reason = f"reading it failed ({type(error).__name__}: {error})"
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, reason))
            return
        if file.size and not content.data:
            self._keep(article_id, ticket, _refusal(file.metadata, file.location, "it is empty"))
            return
        fingerprint = content.fingerprint
        try:
            if not ahead and (beginning := content.preview()) is not None:
                self._keep(article_id, ticket, beginning, fingerprint)
                self._give_way(article_id)
            document = content.document()
        except Exception as error:  # noqa: BLE001 - one article that trips a format must not take the others along
            document = _refusal(file.metadata, file.location, f"the reader failed at it ({type(error).__name__})")
        self._keep(article_id, ticket, document, fingerprint)

    def _give_way(self, article_id: ArticleId) -> None:
        """Leave the processor to the frame that shows a beginning: reading on, single steps hold it for 40 ms."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted not in (None, article_id), FRAME_PAUSE)

    def _content_of(self, article_id: ArticleId, file: FoundFile) -> Content:
        source = self._other_sources.get(article_id)
        return read_content(Path(file.path), self._limit) if source is None else content_from(source, file.path)

    def _keep(self, article_id: ArticleId, ticket: object, document: Document, fingerprint: str = "") -> None:
        from tui_reader.document import lengths  # noqa: PLC0415 - with what reads documents, after the first frame

        lengths.prepare(document)
        # Whoever asks works out again what could not be prepared, and is told why; the text is there all the same.
        with suppress(Exception):
            self.prepare(article_id, document)
        with self._changed:
            # Dropped while it was read: what was read is out of date.
            if self._working.get(article_id) is not ticket:
                return
            self._forget(article_id)
            self._kept[article_id] = document
            if fingerprint:
                self._prints[article_id] = fingerprint
            self._size += len(document.text)
            while self._size > ROOM and len(self._kept) > 1:
                self._forget(next(iter(self._kept)))
            self._changed.notify_all()
        self.listener(DocumentLoaded(article_id, document))


def _refusal(metadata: Metadata, location: str, reason: str) -> Document:
    """A page that says why there is no other."""
    from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder  # noqa: PLC0415 - not for the first frame

    builder = DocumentBuilder()
    for kind, level, text in (
        (BlockKind.HEADING, 1, "This article cannot be read"),
        (BlockKind.PARAGRAPH, 0, f"{location}: {reason}."),
        (BlockKind.PARAGRAPH, 0, "It is read again when the file changes, and each time you open it."),
    ):
        builder.add(Block(kind, 0, 0, level=level), text)
    return builder.build(metadata, error=reason)
