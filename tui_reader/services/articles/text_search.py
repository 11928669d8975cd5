"""Search full texts of articles for the words of `text:` fields, in a worker process, in batches."""

from __future__ import annotations

from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.services.library.worker import Job, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Value
    from tui_reader.services.articles.identities import FoundFile

FUNCTION = f"{__name__}:find_in_files"
BATCH = 40
"""Number of files per batch; cancellation is checked between batches."""
MOST_KEPT = 100_000_000
"""Maximum total length, in code points, of the texts that the worker process caches for the next search."""
_kept: dict[tuple[str, str, bool], Any] = {}
"""In the worker process: prepared texts by path, fingerprint, and True for the whole page."""
_room = [MOST_KEPT]
"""In the worker process: free space in `_kept`, in code points."""


class Progress(NamedTuple):
    """The progress of a search."""

    done: int = 0
    total: int = 0
    """Number of texts to search; 0 if no search runs."""

    @property
    def is_complete(self) -> bool:
        """Return True if all texts have been searched."""
        return self.done >= self.total


class TextSearch:
    """Searches the texts of a library, one search at a time. All methods are called in the owner's thread."""

    def __init__(
        self,
        file_of: Callable[[ArticleId], FoundFile | None],
        limit: int,
        is_whole: Callable[[ArticleId], bool] = lambda _: False,
    ) -> None:
        """Create the service; the first search starts the process.

        Args:
            file_of: Returns the file of an article.
            limit: Largest number of bytes of a file that is read.
            is_whole: Returns True for an article of which the whole page is shown; called in a thread.
        """
        self._file_of, self._limit, self._is_whole = file_of, limit, is_whole
        self._lock = Lock()
        self._found: dict[Value, set[ArticleId]] = {}
        self._progress = Progress()
        self._cancelled = Event()
        self._worker: Worker | None = None
        self.values: tuple[Value, ...] = ()
        """The values of the current or last search; empty if the query has no `text:` field."""

    @property
    def progress(self) -> Progress:
        """The progress of the current or last search."""
        return self._progress

    def found(self) -> Mapping[Value, frozenset[ArticleId]]:
        """Return, for each value, the articles found so far whose texts contain the value."""
        with self._lock:
            return {value: frozenset(ids) for value, ids in self._found.items()}

    def search(self, values: Sequence[Value], articles: Sequence[ArticleId]) -> None:
        """Start a search, and cancel the previous search; without values, only cancel.

        Args:
            values: The values of `text:` fields.
            articles: The articles to search, in this order.
        """
        self._cancelled.set()
        self._cancelled = Event()
        self.values = tuple(values)
        with self._lock:
            self._found = {value: set() for value in values}
        self._progress = Progress(0, len(articles) if values else 0)
        if values and articles:
            arguments = (self.values, tuple(articles), self._found, self._cancelled)
            Thread(target=self._run, args=arguments, name="text search", daemon=True).start()

    def repeat(self, articles: Sequence[ArticleId]) -> None:
        """Search changed and new articles for the values of the last `search`; results of other articles are kept."""
        if not self.values or not articles:
            return
        with self._lock:
            self._progress = Progress(self._progress.done, self._progress.total + len(articles))
        arguments = (self.values, tuple(articles), self._found, self._cancelled)
        Thread(target=self._run, args=arguments, name="text search", daemon=True).start()

    def close(self) -> None:
        """Cancel the search and stop the worker process."""
        self._cancelled.set()
        if self._worker is not None:
            self._worker.close()

    def _run(
        self,
        values: Sequence[Value],
        articles: Sequence[ArticleId],
        found: Mapping[Value, set[ArticleId]],
        cancelled: Event,
    ) -> None:
        """Search in batches until all texts are searched or a new search starts; runs in a thread."""
        with _one_at_a_time:
            if self._worker is None:
                self._worker = Worker()
            needles = [[value.text, value.is_prefix] for value in values]
            for start in range(0, len(articles), BATCH):
                if cancelled.is_set():
                    return
                batch = articles[start : start + BATCH]
                files = [
                    [file.path, file.fingerprint, self._is_whole(article)]
                    if (file := self._file_of(article)) is not None and file.is_on_disk and not file.error
                    else None
                    for article in batch
                ]
                arguments = {"files": files, "limit": self._limit, "needles": needles}
                answer = self._worker.run(Job(FUNCTION, arguments)) or []
                with self._lock:
                    if cancelled.is_set():
                        return
                    for ids in found.values():
                        ids.difference_update(batch)
                    for index, matched in answer:
                        for number in matched:
                            found[values[number]].add(batch[index])
                    done, total = self._progress
                    self._progress = Progress(done + len(batch), total)


_one_at_a_time = Lock()
"""Lock of the worker process: a new search starts after the current batch of the previous search."""


def find_in_files(arguments: Mapping[str, Any]) -> list[tuple[int, list[int]]]:
    """Search the texts of files for words and phrases; runs in the worker process.

    Args:
        arguments: `files`: for each article `[path, fingerprint, whole]`, where `whole` is True to search the whole
            page, or None to skip the article. `needles`: for each value to find `[text, is_prefix]`. `limit`: largest
            number of bytes of a file that is read.

    Returns:
        For each file with at least one of the values: its index in `files`, and the indices in `needles` of the values
        found in it.
    """
    from tui_reader.search.evaluation import Needle  # noqa: PLC0415 - only the worker process needs it

    needles = [Needle.of(text, is_prefix=is_prefix) for text, is_prefix in arguments["needles"]]
    found = []
    for index, file in enumerate(arguments["files"]):
        text = _prepared(file[0], file[1], arguments["limit"], whole=file[2]) if file is not None else None
        matched = [number for number, needle in enumerate(needles) if text is not None and needle.is_in(text)]
        if matched:
            found.append((index, matched))
    return found


def _prepared(path: str, fingerprint: str, limit: int, *, whole: bool) -> Any:
    """Return the text of a file, normalized for the word search; None if it cannot be read."""
    from tui_reader.search.records import SearchedText  # noqa: PLC0415 - only the worker process needs it
    from tui_reader.services.articles.parsed_files import load_parsed  # noqa: PLC0415

    text = _kept.get((path, fingerprint, whole))
    if text is None:
        try:
            parsed = load_parsed(path, limit, whole=whole)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - an article whose format raises has no text to search
            return None
        if parsed is None:
            return None
        text = SearchedText.of(parsed.document.text)
        _room[0] -= len(text.key)
        if _room[0] > 0:
            _kept[path, fingerprint, whole] = text
    return text
