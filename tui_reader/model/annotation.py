"""Annotations: what a reader marked or wrote, how the passage is found again, and where it stands now."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tui_reader.model.article import NOTHING
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.model.anchor import Anchor
    from tui_reader.model.article import ArticleId

AnnotationId: TypeAlias = str
"""A UUID of version 7 (RFC 9562): unique on every machine, and in the order of making."""

COLOURS = 5
"""Highlight colours are numbered from 1 to this; what each means is the reader's own."""


class PlaceState(StrEnum):
    """How sure it is where a passage stands."""

    ANCHORED = "anchored"
    """Found as it was."""
    MOVED = "moved"
    """Found, but it or the text around it has changed."""
    AMBIGUOUS = "ambiguous"
    """Several places fit about as well; none is chosen."""
    ORPHAN = "orphan"
    """Nothing fits well enough."""


class Placement(NamedTuple):
    """Where a passage stands in one text. Never a guess: only a certain one has a range."""

    start: int = 0
    end: int = 0
    state: PlaceState = PlaceState.ANCHORED
    score: float = 1.0
    """How well the place fits, 0 to 1."""
    fingerprint: str = ""
    """Of the text that the range counts in; in any other text it means nothing."""
    anchor: str = ""
    """Key of the anchor that was looked for."""
    candidates: tuple[Range, ...] = ()
    """The best places of an ambiguous or orphaned passage, the best first; for the reader to choose from."""

    @property
    def is_certain(self) -> bool:
        """Whether the range may be painted."""
        return self.state in {PlaceState.ANCHORED, PlaceState.MOVED}

    @property
    def range(self) -> Range:
        """Start and end."""
        return Range(self.start, self.end)


class Annotation(NamedTuple):
    """A highlight with its note and tags, or a note on a whole article."""

    id: AnnotationId
    article: ArticleId
    anchor: Anchor | None = None
    """The passage when it was first marked, never rewritten; None for a note on the whole article."""
    attached: Anchor | None = None
    """The passage that the reader chose since, by resizing the highlight or by attaching it again."""
    placed: Placement | None = None
    """Where it stands in the text that was last looked at; None for a note on the whole article, and for a passage
    that has not been looked for yet."""
    colour: int = 1
    """1 to 5."""
    note: str = ""
    """Markdown."""
    tags: tuple[str, ...] = ()
    created: str = ""
    """UTC, ISO 8601 with microseconds."""
    updated: str = ""
    deleted: str = ""
    """When it was deleted; empty while it is there. What was written stays in the record."""
    extra: Mapping[str, Any] = NOTHING
    """Fields of the record that this version does not know."""

    @property
    def current(self) -> Anchor | None:
        """The passage that it is about now."""
        return self.attached or self.anchor

    @property
    def quote(self) -> str:
        """The words that are marked; empty for a note on the whole article."""
        current = self.current
        return current.exact if current is not None else ""

    @property
    def first_quote(self) -> str:
        """The words that were marked first, where the reader has attached it to others since; else empty.

        One that was made longer or shorter is about the same words.
        """
        first = self.anchor.exact if self.anchor is not None and self.attached is not None else ""
        return "" if first in self.quote or self.quote in first else first

    @property
    def is_deleted(self) -> bool:
        """Whether it is gone; words that were written after a deletion, on another machine, bring it back."""
        return bool(self.deleted) and self.deleted >= self.updated

    @property
    def is_on_article(self) -> bool:
        """Whether it is a note on the whole article."""
        return self.anchor is None

    @property
    def state(self) -> PlaceState:
        """How sure it is where the passage stands; a note on the whole article is always in its place."""
        return self.placed.state if self.placed is not None else PlaceState.ANCHORED
