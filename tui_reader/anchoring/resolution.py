"""From an anchor to where its passage stands in a text, or to the knowledge that it does not.

The order of evidence: the same text; the same words at the same place; a word diff with the text that the anchor was
taken from, in which passages may also have been moved; the same words elsewhere. Similar words elsewhere count only
where the old text was not kept, else they are offered. What is not certain by then is ambiguous or an orphan.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tui_reader.anchoring.candidates import Found, Places, Search, Wanted, narrow, places_of
from tui_reader.anchoring.description import CONTEXT, fingerprint
from tui_reader.anchoring.mapping import Mapping, within
from tui_reader.anchoring.scores import LIMITS, WEIGHTS
from tui_reader.document.normalization import Words, normalized
from tui_reader.model.annotation import Placement, PlaceState
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.anchoring.mapping import Part
    from tui_reader.model.anchor import Anchor

CANDIDATES = 5
"""Places that are remembered for the reader to choose from."""
NEAR = 20_000
"""Characters around the old place of a passage in which a twin is looked for; 10 µs."""
REPEATED = 100
"""Characters that are a repetition whatever stands around them."""
PLAUSIBLE = 0.45
"""Least score of a place that is worth offering."""


def resolve(anchor: Anchor, text: str, snapshot: str | None = None) -> Placement:
    """Where the passage of an anchor stands in a text.

    Args:
        anchor: What is looked for.
        text: Where to look.
        snapshot: The text that the anchor was taken from; it helps a lot where much was edited.
    """
    return Resolver(text, snapshot).place(anchor)


def resolve_all(anchors: Iterable[Anchor], text: str, snapshot: str | None = None) -> list[Placement]:
    """The same for many anchors of one text: 1,000 in a text of 10,000 words take some 0.2 s."""
    resolver = Resolver(text, snapshot)
    return [resolver.place(anchor) for anchor in anchors]


class Resolver:
    """Places anchors in one text; what the anchors share is worked out once, and only when it is needed."""

    def __init__(self, text: str, snapshot: str | None = None) -> None:
        self._text = text
        self._snapshot = snapshot
        self.fingerprint = fingerprint(text)

    def place(self, anchor: Anchor) -> Placement:
        """Where a passage stands; see `resolve`."""
        if self._is_unmoved(anchor):
            return self._placed(anchor, Found(Range(anchor.start, anchor.end), 1.0, 1.0, 1.0, 1.0))
        wanted = Wanted.of(anchor)
        if self._snapshot is None or self._snapshot[anchor.start : anchor.end] != anchor.exact:
            return self._searched(anchor, wanted)
        return self._followed(anchor, wanted)

    def nearest(self, quote: str) -> Found | None:
        """The place whose words are most like a quote of unknown origin, or None where no place is like it at all."""
        wanted = Wanted(normalized(quote))
        found = [self._search.weigh(wanted, place) for place in self._search.similar(wanted, self._search.places)]
        return max(found, key=lambda each: each.quote, default=None)

    @cached_property
    def _search(self) -> Search:
        return Search(self._text)

    @cached_property
    def _folded_old(self) -> str:
        return normalized(self._snapshot or "")

    @cached_property
    def _narrow_old(self) -> str:
        return narrow(self._folded_old)

    @cached_property
    def _old(self) -> Words:
        return Words.of(self._folded_old)

    @cached_property
    def _mapping(self) -> Mapping:
        return Mapping(self._old, self._search.words, moved=True)

    @cached_property
    def _new_places(self) -> Places:
        """Where the voting words stand that the snapshot does not account for."""
        keys, starts, ends = self._search.words
        new = [i for i, source in enumerate(self._mapping.sources) if source < 0]
        return places_of(Words([keys[i] for i in new], [starts[i] for i in new], [ends[i] for i in new]))

    def _is_unmoved(self, anchor: Anchor) -> bool:
        """Whether a passage stands where it stood, in the same text or with the same around it."""
        start, end = anchor.start, anchor.end
        if self._text[start:end] != anchor.exact:
            return False
        if anchor.fingerprint == self.fingerprint:
            return True
        whole = anchor.prefix + anchor.exact + anchor.suffix
        first = start - len(anchor.prefix)
        if first < 0 or self._text[first : first + len(whole)] != whole:
            return False
        # In text that repeats itself, a twin may have come to stand just there.
        return self._snapshot is None or self._text.count(whole, max(0, first - NEAR), first + len(whole) + NEAR) == 1

    def _followed(self, anchor: Anchor, wanted: Wanted) -> Placement:
        """The place that a diff with the snapshot gives, if it is certain."""
        passage = Range(anchor.start, anchor.end)
        parts = self._mapping.follow(passage)
        if self._is_torn(parts):
            return self._open(anchor, PlaceState.AMBIGUOUS, [self._weighed(wanted, part) for part in parts])
        if parts and self._is_doubled(passage, wanted):
            both = [self._search.weigh(wanted, place) for place in self._search.same(wanted.quote)]
            return self._open(anchor, PlaceState.AMBIGUOUS, [*(self._weighed(wanted, part) for part in parts), *both])
        if parts and parts[0].share >= LIMITS.kept and not self._may_go_on(passage, parts[0]):
            found = self._weighed(wanted, parts[0])
            if self._is_sure(wanted, found):
                rivals = self._rivals(passage, wanted, found)
                return (
                    self._open(anchor, PlaceState.AMBIGUOUS, [found, *rivals])
                    if rivals
                    else self._placed(anchor, found)
                )
        return self._searched_beside(anchor, wanted, parts)

    def _weighed(self, wanted: Wanted, part: Part) -> Found:
        """A part as a place: what came in between its words does not make it less."""
        found = self._search.weigh(wanted, part.new)
        return found._replace(score=WEIGHTS.score(max(found.quote, part.share), found.before, found.behind))

    def _is_torn(self, parts: list[Part]) -> bool:
        """Whether a passage is in several places, none of which has clearly most of it."""
        return len(parts) > 1 and parts[0].share - parts[1].share < LIMITS.torn <= parts[1].share

    def _is_doubled(self, passage: Range, wanted: Wanted) -> bool:
        """Whether the old text had a passage twice, with the same on one side, and one of both was moved."""
        if not self._mapping.has_twin(passage):
            return False
        folded = self._narrow_old
        if folded.count(wanted.before + wanted.quote) > 1 or folded.count(wanted.quote + wanted.behind) > 1:
            return True
        quote = narrow(wanted.quote)
        stretches = [quote[at : at + REPEATED] for at in range(0, len(quote) - REPEATED, REPEATED)]
        return 2 * sum(folded.count(stretch) > 1 for stretch in stretches) > len(stretches)

    def _may_go_on(self, passage: Range, part: Part) -> bool:
        """Whether more of a passage than a part may stand elsewhere, or too much else came in between its words."""
        if part.new.end - part.new.start > LIMITS.stretch * (passage.end - passage.start) + LIMITS.insertion:
            return True
        if part.share >= LIMITS.most:
            return False
        sides = (Range(passage.start, part.old.start), Range(part.old.end, passage.end))
        lost = self._folded_old[slice(*max(sides, key=lambda side: side.end - side.start))].strip()
        if len(lost) < LIMITS.telling:
            return False
        return any(not self._is_another(passage, place) for place in self._search.same(lost))

    def _is_sure(self, wanted: Wanted, found: Found) -> bool:
        """Whether a place that a diff gave is the one: few words are met by chance."""
        if len(wanted.quote) < LIMITS.short and max(found.before, found.behind) < LIMITS.context:
            return False
        if found.score < LIMITS.quote:
            return False
        if found.score >= LIMITS.plain:
            return True
        others = [self._search.weigh(wanted, place) for place in self._search.same(wanted.quote)]
        beside = found.before + found.behind + LIMITS.beside
        return all(each.score < found.score + LIMITS.lead or each.before + each.behind < beside for each in others)

    def _rivals(self, passage: Range, wanted: Wanted, found: Found) -> list[Found]:
        """Other places that fit about as well as one given by a diff, and that the old text had not.

        A diff takes one of several that are alike; where nothing of what stood around it is left, it takes any.
        """
        if max(found.before, found.behind) >= LIMITS.settled:
            return []
        search = self._search
        places = [*search.same(wanted.quote), *search.similar(wanted, self._new_places)]
        weighed = [search.weigh(wanted, place) for place in places if not self._is_another(passage, place)]
        low, high = found.range
        apart = [each for each in _apart(weighed) if each.range.end <= low or high <= each.range.start]
        return [each for each in apart if each.score > found.score - LIMITS.lead]

    def _is_another(self, passage: Range, place: Range) -> bool:
        """Whether what stands in a place is another passage of the snapshot."""
        own, words = within(self._old, passage), self._search.words
        total = others = 0
        for i in range(*within(words, place)):
            worth = len(words.keys[i]) if words.keys[i][0].isalnum() else 1
            total += worth
            source = self._mapping.sources[i]
            others += worth if source >= 0 and not own.start <= source < own.end else 0
        return others > LIMITS.another * total

    def _searched_beside(self, anchor: Anchor, wanted: Wanted, parts: list[Part]) -> Placement:
        """The same words elsewhere, where a diff does not know them to be others; similar ones are but offered."""
        search = self._search
        whole = anchor.prefix + anchor.exact + anchor.suffix
        if len(whole) - len(anchor.exact) >= CONTEXT and self._text.count(whole) == 1 == self._snapshot_count(whole):
            start = self._text.index(whole) + len(anchor.prefix)
            return self._placed(anchor, Found(Range(start, start + len(anchor.exact)), 1.0, 1.0, 1.0, 1.0))
        found = [search.weigh(wanted, place) for place in search.same(wanted.quote)]
        passage = Range(anchor.start, anchor.end)
        found = [each for each in found if not self._is_another(passage, each.range)]
        if found:
            return self._best(anchor, wanted, found)
        similar = [search.weigh(wanted, place) for place in search.similar(wanted, self._new_places)]
        return self._open(anchor, PlaceState.ORPHAN, [self._weighed(wanted, part) for part in parts] + similar)

    def _snapshot_count(self, words: str) -> int:
        return self._snapshot.count(words) if self._snapshot is not None else 0

    def _searched(self, anchor: Anchor, wanted: Wanted) -> Placement:
        """The best place of all that look alike."""
        search = self._search
        found = [search.weigh(wanted, place) for place in search.same(wanted.quote)]
        if not found or max(max(each.before, each.behind) for each in found) < 0.8 or len(wanted.quote) < 25:
            found += [search.weigh(wanted, place) for place in search.similar(wanted, search.places)]
        return self._best(anchor, wanted, found)

    def _best(self, anchor: Anchor, wanted: Wanted, found: list[Found]) -> Placement:
        ranked = _apart(found)
        if not ranked or not self._is_good(wanted, ranked[0]):
            # Few words that stand there more than once are not gone: nothing tells which of them is meant.
            twice = sum(each.quote >= 1.0 for each in ranked) > 1
            return self._open(anchor, PlaceState.AMBIGUOUS if twice else PlaceState.ORPHAN, ranked)
        if len(ranked) > 1 and ranked[0].score - ranked[1].score < LIMITS.lead:
            return self._open(anchor, PlaceState.AMBIGUOUS, ranked)
        return self._placed(anchor, ranked[0])

    def _is_good(self, wanted: Wanted, found: Found) -> bool:
        length = len(wanted.quote)
        if length < LIMITS.short and max(found.before, found.behind) < LIMITS.context:
            return False
        return found.quote >= LIMITS.quote and found.score >= LIMITS.floor(length)

    def _placed(self, anchor: Anchor, found: Found) -> Placement:
        same = min(found.quote, found.before, found.behind) >= 1.0
        state = PlaceState.ANCHORED if same else PlaceState.MOVED
        return Placement(found.range.start, found.range.end, state, round(found.score, 3), self.fingerprint, anchor.key)

    def _open(self, anchor: Anchor, state: PlaceState, found: list[Found]) -> Placement:
        ranked = _apart(found)
        candidates = tuple(each.range for each in ranked[:CANDIDATES] if each.score >= PLAUSIBLE)
        score = round(ranked[0].score, 3) if ranked else 0.0
        return Placement(0, 0, state, score, self.fingerprint, anchor.key, candidates)


def _apart(found: list[Found]) -> list[Found]:
    """The best of those places that overlap each other, the best first."""
    chosen: list[Found] = []
    for each in sorted(found, key=lambda each: -each.score):
        if all(each.range.end <= other.range.start or other.range.end <= each.range.start for other in chosen):
            chosen.append(each)
            if len(chosen) > CANDIDATES:
                break
    return chosen
