"""Which articles a list shows, and in which order."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Shelf(StrEnum):
    """The standing views of the library, in the order of the sidebar."""

    INBOX = "inbox"
    """Everything that is not archived."""
    UNREAD = "unread"
    STARRED = "starred"
    ANNOTATED = "annotated"
    ARCHIVE = "archive"


class Sort(StrEnum):
    """Orders of the headline list."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    TITLE = "by title"
    SOURCE = "by source"
    LONGEST = "longest first"
    SHORTEST = "shortest first"
    OPENED = "last opened first"


class View(NamedTuple):
    """A filter with an order. Tags are tri-state: included, excluded or not asked for."""

    shelf: Shelf = Shelf.INBOX
    include: frozenset[str] = frozenset()
    """Tags that an article must all have."""
    exclude: frozenset[str] = frozenset()
    """Tags of which an article must have none."""
    source: str = ""
    """Source that an article must come from; empty for any."""
    match: str = ""
    """Words that must all occur in the title, without regard to case or accents."""
    sort: Sort = Sort.NEWEST

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the shelf narrows the view."""
        return bool(self.include or self.exclude or self.source or self.match)
