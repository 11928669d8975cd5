"""The pictures of shown articles: their sizes, and their pixels at the size that a screen requests.

A thread sends the requests to a process that decodes, so a key never waits for a picture. Nothing is fetched from the
network. Drawn pictures are cached in memory; the least recently used are dropped first.
"""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cooperative import lower_priority
from tui_reader.document.figures import PictureSize, figure_targets
from tui_reader.services.articles.picture_files import (
    COPY_FUNCTION,
    DRAW_FUNCTION,
    MEASURE_FUNCTION,
    MOST_MEASURED,
    PictureSource,
)
from tui_reader.services.library.events import PicturesDrawn, PicturesMeasured
from tui_reader.services.library.linked_files import RefusedFileError, file_of_link
from tui_reader.services.library.picture_forms import PIXELS
from tui_reader.services.library.worker import Failure, Job, Worker
from tui_reader.sources.files import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.events import EventSender
    from tui_reader.services.library.library_paths import LibraryPaths

SECONDS = 5.0
"""Time limit in seconds for drawing one picture, or for measuring those of one article."""
MEMORY = 600 * MEGABYTE
"""Bytes of address space of the process: 40 megapixels take 160 MB, and the libraries 150 MB."""
NICENESS = 2
"""Niceness of the process: lower priority than the reader (0) and parsers of opened articles (1)."""
KEPT_BYTES = 16 * MEGABYTE
"""Maximum size in bytes of drawn pictures in memory: a thousand of usual size."""
KEPT_ARTICLES = 50
"""Maximum number of articles whose sizes of pictures are kept in memory."""


_FAILURES: Mapping[Failure | None, str] = {
    Failure.TIME: f"drawing it takes more than {SECONDS:.0f} seconds",
    Failure.MEMORY: f"drawing it takes more than {MEMORY // MEGABYTE} MB of memory",
    Failure.CRASH: "it ends the program that draws pictures",
    Failure.ERROR: "it is damaged",
    Failure.START: "no process can be started to draw it",
}
"""Reasons why a picture is not drawn, by the failure of its job."""


class PictureRequest(NamedTuple):
    """A request for a picture of an article at a size in pixels: `columns` wide and `rows` high.

    In the form `PIXELS`, a cell shows two pixels above each other.
    """

    article: ArticleId
    target: str
    columns: int
    rows: int
    is_box: bool = False
    """True to keep the proportions of the picture within the size, False to stretch it to the size."""
    form: str = PIXELS
    """`PIXELS`, or `PNG` or `SIXEL` for a terminal that draws the picture itself."""
    cell_height: int = 2
    """Height of a cell in pixels, for sixels."""


class DrawnPicture(NamedTuple):
    """A picture at a size in pixels."""

    columns: int
    rows: int
    data: bytes
    """The picture in the form of the request; empty if it cannot be drawn."""
    reason: str = ""
    """Why it cannot be drawn, as a clause such as `it is larger than 20 MB`."""

    def in_base64(self) -> str:
        """Return the data in base64."""
        return base64.b64encode(self.data).decode("ascii")


class Pictures:
    """Measures and draws pictures in a thread and a process. Its methods may be called from any thread."""

    def __init__(
        self,
        paths: LibraryPaths,
        path_of: Callable[[ArticleId], Path | None],
        events: EventSender,
        limit: int,
    ) -> None:
        """Create the service; the first picture starts the thread and the process.

        Args:
            paths: The paths of the library, which are searched for the pictures of articles.
            path_of: Returns the file of an article; None for standard input.
            events: Receives `PicturesMeasured` and `PicturesDrawn`.
            limit: Largest number of bytes of an article's file.
        """
        self._paths, self._path_of, self._events, self._limit = paths, path_of, events, limit
        self._worker = Worker(NICENESS)
        self._sizes: OrderedDict[ArticleId, tuple[Document, Mapping[str, PictureSize]]] = OrderedDict()
        self._drawn: OrderedDict[PictureRequest, DrawnPicture] = OrderedDict()
        self._bytes = 0
        self._to_measure: deque[tuple[ArticleId, Document]] = deque(maxlen=4)
        self._to_draw: Sequence[PictureRequest] = ()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._changed = threading.Condition()

    def sizes(self, article_id: ArticleId, document: Document) -> Mapping[str, PictureSize]:
        """Return the sizes of a document's pictures by target; request the measurement and return no sizes if unknown.

        The event `PicturesMeasured` follows if the document has pictures that can be drawn.
        """
        with self._changed:
            known = self._sizes.get(article_id)
            if known is not None and known[0] is document:
                self._sizes.move_to_end(article_id)
                return known[1]
            self._to_measure.append((article_id, document))
            self._begin()
        return {}

    def get(self, request: PictureRequest) -> DrawnPicture | None:
        """Return a drawn picture, without data if it cannot be drawn; None until that is known."""
        with self._changed:
            drawn = self._drawn.get(request)
            if drawn is not None:
                self._drawn.move_to_end(request)
            return drawn

    def want(self, requests: Sequence[PictureRequest]) -> None:
        """Request pictures to be drawn, in place of those requested before.

        The event `PicturesDrawn` follows for each that is not drawn yet.
        """
        with self._changed:
            self._to_draw = [each for each in requests if each not in self._drawn]
            if self._to_draw:
                self._begin()

    def copy_of(self, article_id: ArticleId, target: str) -> tuple[bytes, str] | None:
        """Return the bytes of a picture in an article's file, and the suffix of its format, such as `.png`.

        None if the article has no file, or its file does not contain the picture. Blocks until a process has read it.
        """
        path = self._path_of(article_id)
        if path is None:
            return None
        worker = Worker(NICENESS)
        try:
            answer = worker.run(self._job(COPY_FUNCTION, path, {"picture": PictureSource(target)}))
        finally:
            worker.close()
        if not answer or answer["bytes"] is None:
            return None
        return base64.b64decode(answer["bytes"]), answer["suffix"]

    def close(self) -> None:
        """End the process and the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.close()

    def _begin(self) -> None:
        """Start the thread, or wake it up; called with the lock held."""
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._work, name="pictures", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        """Measure and draw what is requested until closed; runs in the thread."""
        lower_priority()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._to_measure or self._to_draw)
                if self._closed:
                    return
                measured = self._to_measure.pop() if self._to_measure else None
                request = self._to_draw[0] if measured is None else None
                if request is not None:
                    self._to_draw = self._to_draw[1:]
            if measured is not None:
                self._measure(*measured)
            elif request is not None:
                self._draw(request)

    def _measure(self, article_id: ArticleId, document: Document) -> None:
        targets = figure_targets(document)[:MOST_MEASURED]
        path = self._path_of(article_id)
        answer = None
        if path is not None:
            sources = [self._source(path, target) for target in targets]
            answer = self._worker.run(self._job(MEASURE_FUNCTION, path, {"pictures": sources}))
        found = answer["sizes"] if answer else {}
        sizes = {target: PictureSize(*size) for target, size in found.items()}
        with self._changed:
            self._sizes[article_id] = document, sizes
            while len(self._sizes) > KEPT_ARTICLES:
                self._sizes.popitem(last=False)
        if sizes:
            self._events.send(PicturesMeasured(article_id, document))

    def _draw(self, request: PictureRequest) -> None:
        path = self._path_of(request.article)
        answer, reason = None, ""
        if path is not None:
            arguments = {
                "picture": self._source(path, request.target),
                "columns": request.columns,
                "rows": request.rows,
                "is_box": request.is_box,
                "form": request.form,
                "cell_height": request.cell_height,
            }
            outcome = self._worker.attempt(self._job(DRAW_FUNCTION, path, arguments))
            answer = outcome.result
            reason = answer["reason"] if answer and not answer["data"] else _FAILURES.get(outcome.failure, "")
        drawn = DrawnPicture(request.columns, request.rows, b"", reason)
        if answer and answer["data"]:
            drawn = DrawnPicture(answer["columns"], answer["rows"], base64.b64decode(answer["data"]))
        with self._changed:
            self._drawn[request] = drawn
            self._bytes += len(drawn.data)
            while self._bytes > KEPT_BYTES and len(self._drawn) > 1:
                self._bytes -= len(self._drawn.popitem(last=False)[1].data)
        self._events.send(PicturesDrawn(request.article))

    def _job(self, function: str, path: Path, arguments: Mapping[str, Any]) -> Job:
        return Job(function, {"file": str(path), "limit": self._limit, **arguments}, SECONDS, MEMORY)

    def _source(self, article: Path, target: str) -> PictureSource:
        """Return the location of a picture: the file to which `target` links if it is in the library's folders.

        Otherwise the picture is searched in the article's own file.
        """
        if ":" in target:
            return PictureSource(target)
        try:
            return PictureSource(target, str(file_of_link(self._paths, article, target)))
        except RefusedFileError:
            return PictureSource(target)
