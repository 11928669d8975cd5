"""Count the articles of each shelf, source and tag, updated change by change."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.query import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui_reader.model.article import Headline, ReadingState


class Counts(NamedTuple):
    """Article counts for the sidebar, by shelf, source and tag.

    Sources and tags are pairs of name and number of articles outside the archive, the most frequent first, then by
    name. Tags that the reader gave to an article come before tags that only files have.
    """

    shelves: Mapping[Shelf, int]
    sources: tuple[tuple[str, int], ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    unread: int = 0
    """Number of unread articles that are not archived."""
    annotations: int = 0
    """Number of annotations of all articles of the library."""
    own_tags: int = 0
    """Number of tags that the reader gave: the first ones of `tags`. All further tags come from files only."""


class Tally:
    """Counts over all headlines; the cost of an update does not depend on the size of the library."""

    def __init__(self) -> None:
        self._shelves = dict.fromkeys(Shelf, 0)
        self._sources: Counter[str] = Counter()
        self._tags: Counter[str] = Counter()
        self._own_tags: Counter[str] = Counter()
        """Numbers of articles to which the reader gave a tag that is not in their files."""
        self._annotations = 0
        self._ranked_sources: tuple[tuple[str, int], ...] | None = ()
        self._ranked_tags: tuple[tuple[str, int], ...] | None = ()
        self._uncounted: list[Callable[[], None]] = []
        """Functions that count sources and tags after bulk changes: see `count_later`."""
        self._latest = Counts({})
        """The result of the last call of `counts`."""

    @property
    def has_uncounted(self) -> bool:
        """True if sources and tags must be counted because of a bulk change."""
        return bool(self._uncounted)

    def count_later(self, count: Callable[[], None]) -> None:
        """Call `count`, which adds to the counts of sources and tags, when these are needed."""
        self._uncounted.append(count)

    def replace(self, old: Headline | None, new: Headline | None) -> None:
        """Update the counts for a headline that is added, replaced or removed.

        Args:
            old: The previous headline; None if the article is new.
            new: The new headline; None if the article is removed.
        """
        self._count(old, -1)
        self._count(new, 1)
        if old and new and old.state.archived == new.state.archived and has_same_description(old, new):
            return
        old_source, old_tags = _grouping(old)
        new_source, new_tags = _grouping(new)
        old_own, new_own = _own_tags(old), _own_tags(new)
        # Ranking a thousand tags takes 0.3 ms, so tags are ranked again only after a change of tags.
        if old_source != new_source:
            self._regroup(self._sources, (old_source,), (new_source,))
            self._ranked_sources = None
        if old_tags != new_tags or old_own != new_own:
            self._regroup(self._tags, old_tags, new_tags)
            self._regroup(self._own_tags, old_own, new_own)
            self._ranked_tags = None

    def move(self, old: Headline, new: Headline, articles: int) -> None:
        """Move a number of articles in the counts from the shelves of headline `old` to those of headline `new`.

        The headlines must not differ in source and tags, whose counts stay as they are.
        """
        for headline, sign in ((old, -articles), (new, articles)):
            for shelf in shelves_of(headline):
                self._shelves[shelf] += sign

    def add_shelves(self, numbers: Mapping[Shelf, int]) -> None:
        """Add to the counts of shelves; a negative number of articles is subtracted."""
        for shelf, number in numbers.items():
            self._shelves[shelf] += number

    def add_groups(
        self, sources: Mapping[str, int], tags: Mapping[str, int], own_tags: Mapping[str, int], sign: int
    ) -> None:
        """Add to the counts of sources, tags and tags given by the reader, or subtract from them.

        Args:
            sources: Number of articles outside the archive by source.
            tags: Number of articles outside the archive by tag.
            own_tags: By tag, the number of articles outside the archive to which the reader gave it, and whose files do
                not have it.
            sign: 1 to add, -1 to subtract.
        """
        for groups, numbers in ((self._sources, sources), (self._tags, tags), (self._own_tags, own_tags)):
            for name, number in numbers.items():
                groups[name] += sign * number
                if not groups[name]:
                    del groups[name]
        self._ranked_sources = None if sources else self._ranked_sources
        self._ranked_tags = None if tags or own_tags else self._ranked_tags

    def counts(self) -> Counts:
        """Return the current counts."""
        uncounted, self._uncounted = self._uncounted, []
        for count in uncounted:
            count()
        if self._ranked_sources is None:
            self._ranked_sources = rank(self._sources)
        if self._ranked_tags is None:
            ranked = rank(self._tags)
            self._ranked_tags = tuple(sorted(ranked, key=lambda group: group[0] not in self._own_tags))
        self._latest = Counts(
            dict(self._shelves),
            self._ranked_sources,
            self._ranked_tags,
            self._shelves[Shelf.UNREAD],
            self._annotations,
            len(self._own_tags),
        )
        return self._latest

    def counts_so_far(self) -> Counts:
        """Return the current counts; those of sources and tags are of the last `counts` if `has_uncounted`."""
        if not self._uncounted:
            return self.counts()
        unread = self._shelves[Shelf.UNREAD]
        return self._latest._replace(shelves=dict(self._shelves), unread=unread, annotations=self._annotations)

    def _count(self, headline: Headline | None, sign: int) -> None:
        if headline is None:
            return
        for shelf in shelves_of(headline):
            self._shelves[shelf] += sign
        self._annotations += sign * headline.notes

    @staticmethod
    def _regroup(groups: Counter[str], old: tuple[str, ...], new: tuple[str, ...]) -> None:
        """Move one article in the counts from its old sources or tags to its new sources or tags."""
        for name in old:
            groups[name] -= 1
            if not groups[name]:
                del groups[name]
        for name in new:
            groups[name] += 1


def has_same_description(old: Headline, new: Headline) -> bool:
    """Return True if two headlines of one article agree in metadata, tags and corrections.

    Nearly every change only marks an article as read, stars it or moves the reading position; values computed from
    title, source, date and tags remain valid.
    """
    return old.article is new.article and old.state.tags == new.state.tags and old.state.edits == new.state.edits


def differ_in_flags(old: Headline, new: Headline) -> bool:
    """Return True if two headlines differ only in flags: same sort keys, tags, sources and bookmarks."""
    one, other = old.state, new.state
    return (
        one.archived == other.archived
        and one.opened == other.opened
        and one.up_next == other.up_next
        and one.tags == other.tags
        and one.edits == other.edits
        and one.bookmarks == other.bookmarks
    )


def shelves_of(headline: Headline) -> list[Shelf]:
    """Return the shelves on which an article is listed."""
    shelves = shelves_of_state(headline.state)
    return [*shelves, Shelf.ANNOTATED] if headline.notes else shelves


def shelves_of_state(state: ReadingState) -> list[Shelf]:
    """Return the shelves on which an article with a state and without annotations is listed."""
    shelves = [Shelf.ARCHIVE] if state.archived else [Shelf.INBOX]
    if not state.archived and not state.read:
        shelves.append(Shelf.UNREAD)
    if state.up_next:
        shelves.append(Shelf.UP_NEXT)
    if state.starred:
        shelves.append(Shelf.STARRED)
    return shelves


def _grouping(headline: Headline | None) -> tuple[str, tuple[str, ...]]:
    """Return the source and the tags under which a headline is counted; empty for None and for an archived article."""
    if headline is None or headline.state.archived:
        return "", ()
    return headline.field("source"), tuple(sorted(set(headline.tags)))


def _own_tags(headline: Headline | None) -> tuple[str, ...]:
    """Return the tags of an article that the reader gave and its file lacks; empty for None and an archived article."""
    if headline is None or headline.state.archived or not headline.state.tags:
        return ()
    return tuple(sorted(set(headline.state.tags).difference(headline.article.metadata.tags)))


def rank(groups: Counter[str]) -> tuple[tuple[str, int], ...]:
    """Return names with their counts, sorted by falling count, then by name."""
    return tuple(sorted(((n, c) for n, c in groups.items() if n), key=lambda g: (-g[1], g[0].casefold(), g[0])))
