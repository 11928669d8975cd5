"""Events of a library, sent to its listener from threads and from `sync`, and the sender of events."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.model.article import ArticleId

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


class _Fieldless:
    """An event without fields; two of one class are equal."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class SyncNeeded(_Fieldless):
    """A request to call `Library.sync` soon.

    Results are queued, or other programs may have edited the state. Nothing has changed for the listener yet: it
    calls `Library.sync()` on its own thread, which applies the changes and returns the ids of the changed articles.
    So the catalogue never changes while a key is handled.
    """


class ScanProgress(NamedTuple):
    """Progress of a scan: the number of new and changed files that were read, and the total.

    While the folders are still being listed, `total` is 0 and `done` the number of files listed so far. If a part was
    reported, the last event of the scan has equal numbers.
    """

    done: int
    total: int


class ScanFinished(NamedTuple):
    """The first scan has finished: every file was checked once."""

    articles: int
    """Number of articles in the library."""


class DocumentLoaded(NamedTuple):
    """A requested document was read: its beginning (`document.partial`) or the whole text."""

    id: ArticleId
    document: "Document"


class DocumentChanged(NamedTuple):
    """The loaded document of an article is outdated, because its file has new content. Sent by `Library.sync`."""

    id: ArticleId
    is_choice: bool = False
    """True if the file is unchanged, but the user switched between the article and the whole page."""


class ParsingBegun(NamedTuple):
    """A process began to parse the article that the user opened; `DocumentLoaded` follows unless it is cancelled."""

    id: ArticleId
    limit: float
    """Seconds after which parsing ends in any case."""


class AnnotationsPlaced(NamedTuple):
    """An article's annotations were re-anchored in its current text.

    It is sent after a `SyncNeeded`. A listener that has answered `SyncNeeded` by `Library.sync` has received the new
    positions with it, and only has to repaint.
    """

    id: ArticleId


class PicturesMeasured(NamedTuple):
    """The sizes of an article's pictures are known, so that the text can be laid out around them."""

    id: ArticleId
    document: "Document"


class PicturesDrawn(NamedTuple):
    """A requested picture of an article was drawn."""

    id: ArticleId


class Saving(NamedTuple):
    """A change is not on disk although `save_monitor.REPORT_SECONDS` have passed."""

    seconds: float
    """Age of the oldest change that is not on disk."""


class Saved(_Fieldless):
    """Every change is on disk. Sent only after `Saving`."""


class StoreFailed(NamedTuple):
    """A change could not be written to the state file."""

    message: str


class Notice(NamedTuple):
    """A message for the user after the start, such as about a folder that cannot be listed."""

    message: str


Event: TypeAlias = (
    SyncNeeded
    | ScanProgress
    | ScanFinished
    | DocumentLoaded
    | DocumentChanged
    | ParsingBegun
    | AnnotationsPlaced
    | PicturesMeasured
    | PicturesDrawn
    | Saving
    | Saved
    | StoreFailed
    | Notice
)
Listener: TypeAlias = Callable[[Event], None]


def noop(*_: object) -> None:
    """Do nothing: the default of every callback."""


class EventSender:
    """Passes events from all services of a library to its only listener. Thread-safe.

    Events are dropped before a listener is set, and after it is set back to `noop`.
    """

    def __init__(self) -> None:
        self.listener: Listener = noop

    def send(self, event: Event) -> None:
        """Pass an event to the current listener."""
        self.listener(event)

    def request_sync(self) -> None:
        """Ask the owner to call `Library.sync` soon."""
        self.listener(SyncNeeded())

    def annotations_placed(self, article_id: ArticleId) -> None:
        """Announce that re-anchoring of an article has finished in a background thread."""
        self.listener(SyncNeeded())
        self.listener(AnnotationsPlaced(article_id))

    def reanchoring_failed(self, error: Exception) -> None:
        """Report that re-anchoring a passage or compressing a text failed."""
        self.listener(Notice(f"Highlights could not be placed ({type(error).__name__}: {error})."))

    def comparison_failed(self, error: Exception) -> None:
        """Report that missing files could not be compared with new files."""
        self.listener(Notice(f"Missing files could not be compared with new ones ({type(error).__name__}: {error})."))
