"""Annotations: a reader's highlights and notes, with the current position of their passages."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from tui_reader.model.anchor import Anchor
from tui_reader.model.article import NOTHING, ArticleId
from tui_reader.model.ranges import Range

AnnotationId: TypeAlias = str
"""A UUID of version 7 (RFC 9562): unique on every machine, and sorted by the time of creation."""

COLOURS = 5
"""Number of highlight colours, counted from 1; the reader decides the meaning of each colour."""


class PlaceState(StrEnum):
    """The certainty of a passage's position in a text."""

    ANCHORED = "anchored"
    """The passage was found unchanged."""
    MOVED = "moved"
    """The passage was found, but it or the text around it has changed."""
    AMBIGUOUS = "ambiguous"
    """Several positions fit about equally well, so none is chosen."""
    ORPHAN = "orphan"
    """No position fits well enough."""


class Placement(NamedTuple):
    """The position of a passage in one text. Only a certain position has a range; a guess has none."""

    start: int = 0
    end: int = 0
    state: PlaceState = PlaceState.ANCHORED
    score: float = 1.0
    """The score of the position's fit, 0 to 1."""
    fingerprint: str = ""
    """Fingerprint of the text to which the range refers; the range is meaningless in any other text."""
    anchor: str = ""
    """`Anchor.key` of the anchor whose position this is."""
    candidates: tuple[Range, ...] = ()
    """The best positions of an ambiguous or orphaned passage, best first, for the reader to choose from."""

    @property
    def is_certain(self) -> bool:
        """Return True if the range may be painted."""
        return self.state in {PlaceState.ANCHORED, PlaceState.MOVED}

    @property
    def range(self) -> Range:
        """Return start and end as a range."""
        return Range(self.start, self.end)


class Annotation(NamedTuple):
    """A highlight with its note and tags, or a note on a whole article."""

    id: AnnotationId
    article: ArticleId
    anchor: Anchor | None = None
    """The passage as first marked, never changed later; None for a note on the whole article."""
    attached: Anchor | None = None
    """The passage that the reader chose later, by resizing the highlight or attaching it to other words."""
    placed: Placement | None = None
    """The position in the text that was last loaded; None for a note on the whole article, and for a passage
    that has not been searched for yet."""
    colour: int = 1
    """Number of the highlight's colour, 1 to 5."""
    note: str = ""
    """The note, in Markdown."""
    tags: tuple[str, ...] = ()
    created: str = ""
    """Time of creation: UTC, ISO 8601 with microseconds."""
    updated: str = ""
    deleted: str = ""
    """Time of deletion; empty while the annotation exists. The record keeps its content after a deletion."""
    extra: Mapping[str, Any] = NOTHING
    """Fields of the stored record that are unknown to this version of the program."""

    @property
    def is_orphan(self) -> bool:
        """Return True if the position of the passage in its text is uncertain."""
        return self.placed is not None and not self.placed.is_certain

    @property
    def state_text(self) -> str:
        """Return the state of the position in words: `anchored`, `moved`, `orphan`, `orphan, 2 candidates`."""
        if self.placed is None or self.placed.is_certain:
            return str(self.state)
        count = len(self.placed.candidates)
        return "orphan" if not count else f"orphan, {count} candidate{'' if count == 1 else 's'}"

    @property
    def current(self) -> Anchor | None:
        """Return the anchor in force: `attached` if the reader chose another passage later, else `anchor`."""
        return self.attached or self.anchor

    @property
    def quote(self) -> str:
        """Return the marked words; empty for a note on the whole article."""
        current = self.current
        return current.exact if current is not None else ""

    @property
    def first_quote(self) -> str:
        """Return the words marked first if the annotation was attached to other words later, else "".

        A highlight that was only extended or shortened counts as unchanged.
        """
        first = self.anchor.exact if self.anchor is not None and self.attached is not None else ""
        return "" if first in self.quote or self.quote in first else first

    @property
    def is_deleted(self) -> bool:
        """Return True if the annotation is deleted.

        An edit that is newer than the deletion, made on another machine, restores the annotation.
        """
        return bool(self.deleted) and self.deleted >= self.updated

    @property
    def is_on_article(self) -> bool:
        """Return True for a note on the whole article."""
        return self.anchor is None

    @property
    def state(self) -> PlaceState:
        """Return the certainty of the position; a note on the whole article always counts as anchored."""
        return self.placed.state if self.placed is not None else PlaceState.ANCHORED
