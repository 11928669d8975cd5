"""What a library tells whoever shows it. Events come from threads of the library's own, and from within `sync`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId


@dataclass(frozen=True, slots=True)
class ArticlesChanged:
    """Files were found, changed or went, or it is time to look for edits of other programs.

    Nothing has changed for the listener yet: it calls `Library.sync()` on its own thread, which takes the changes in
    and returns the ids concerned. So the catalogue never changes in the middle of a key.
    """


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far the reading of new and changed files has come."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ScanFinished:
    """Every file has been looked at once."""

    count: int
    """How many articles the library holds."""


@dataclass(frozen=True, slots=True)
class DocumentLoaded:
    """A document that was wanted: its beginning (`document.partial`), or the whole of it."""

    id: ArticleId
    document: Document


@dataclass(frozen=True, slots=True)
class DocumentChanged:
    """The file of an article has another content now: what was read of it is out of date. Comes from `Library.sync`."""

    id: ArticleId


@dataclass(frozen=True, slots=True)
class Saving:
    """A change is not on disk yet although some time has passed."""

    seconds: float
    """How long the oldest change has been waiting."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Everything is on disk again. Comes after `Saving`, never alone."""


@dataclass(frozen=True, slots=True)
class StoreFailed:
    """A change could not be kept."""

    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a reader should know, found out after the start: a folder that cannot be listed."""

    message: str


Event: TypeAlias = (
    ArticlesChanged
    | ScanProgress
    | ScanFinished
    | DocumentLoaded
    | DocumentChanged
    | Saving
    | Saved
    | StoreFailed
    | Notice
)
Listener: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener of a library that nobody shows."""
