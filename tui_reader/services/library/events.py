"""What a library tells whoever shows it. Events come from threads of the library's own, and from within `sync`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId


class _Plain:
    """An event that says it all by its kind."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


class SyncNeeded(_Plain):
    """Files were found, changed or went, or it is time to look for edits of other programs.

    Nothing has changed for the listener yet: it calls `Library.sync()` on its own thread, which takes the changes in
    and returns the ids concerned. So the catalogue never changes in the middle of a key.
    """


class ScanProgress(NamedTuple):
    """How far the reading of new and changed files has come."""

    done: int
    total: int


class ScanFinished(NamedTuple):
    """Every file has been looked at once."""

    articles: int
    """How many the library holds."""


class DocumentLoaded(NamedTuple):
    """A document that was wanted: its beginning (`document.partial`), or the whole of it."""

    id: ArticleId
    document: Document


class DocumentChanged(NamedTuple):
    """The file of an article has another content now: what was read of it is out of date. Comes from `Library.sync`."""

    id: ArticleId


class AnnotationsPlaced(NamedTuple):
    """An article's annotations were looked for in its text of now; shown from the next `Library.sync()` on.

    Follows `SyncNeeded`, so that a listener who syncs when asked to need only paint anew.
    """

    id: ArticleId


class Saving(NamedTuple):
    """A change is not on disk yet although some time has passed."""

    seconds: float
    """How long the oldest change has been waiting."""


class Saved(_Plain):
    """Everything is on disk again. Comes after `Saving`, never alone."""


class StoreFailed(NamedTuple):
    """A change could not be kept."""

    message: str


class Notice(NamedTuple):
    """Something that a reader should know, found out after the start: a folder that cannot be listed."""

    message: str


Event: TypeAlias = (
    SyncNeeded
    | ScanProgress
    | ScanFinished
    | DocumentLoaded
    | DocumentChanged
    | AnnotationsPlaced
    | Saving
    | Saved
    | StoreFailed
    | Notice
)
Listener: TypeAlias = Callable[[Event], None]


def noop(*_: object) -> None:
    """Do nothing: the default of every callback."""
