"""From an anchor to where its passage stands in a text, or to the knowledge that it does not.

The order of evidence: the same text; the same words at the same place; a word diff with the text that the anchor was
taken from; the same words elsewhere; similar words, found by a vote of the rarer ones. What is not certain by then is
ambiguous or an orphan.
"""

from __future__ import annotations

import math
import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring import scoring
from tui_reader.anchoring.describe import CONTEXT, fingerprint
from tui_reader.anchoring.diff import align
from tui_reader.anchoring.folding import Words, fold, is_unspaced
from tui_reader.anchoring.scoring import LIMITS, WEIGHTS, context_likeness
from tui_reader.model.annotation import Placement, PlaceState, Range

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.model.annotation import Anchor

BEFORE = 8
"""Code points before a quote that say, with the quote, that nothing has moved."""
BIN = 40
"""Code points that a vote is counted in: a third of a sentence."""
COMMON = 300
"""Occurrences beyond which a word has no vote: it would cost much and say little."""
VOTERS = 40
"""Words that vote at most: of a long quote every second one or fewer do."""
QUORUM = 0.25
"""Share of all votes that a place needs to be looked at closely, and half as many as the best."""
WINDOWS = 6
"""Places with the most votes that are looked at closely."""
OCCURRENCES = 5_000
"""Occurrences of a short quote that are weighed against each other at most."""
CANDIDATES = 5
"""Places that are remembered for the reader to choose from."""
REWRITTEN = 0.4
"""Least likeness of a word to what it may have become."""
PLAUSIBLE = 0.45
"""Least score of a place that is worth offering."""


class Found(NamedTuple):
    """A place with how well it fits."""

    range: Range
    score: float
    quote: float
    before: float
    behind: float


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
        start, end = anchor.start, anchor.end
        here = self._text[start:end] == anchor.exact
        if here and (anchor.fingerprint == self.fingerprint or self._is_unmoved(anchor)):
            return self._placed(anchor, Found(Range(start, end), 1.0, 1.0, 1.0, 1.0))
        wanted = _Wanted(fold(anchor.exact), _narrow(fold(anchor.prefix)), _narrow(fold(anchor.suffix)))
        mapped = self._mapped(anchor, wanted)
        if mapped is not None:
            return self._placed(anchor, mapped)
        return self._searched(anchor, wanted)

    def _is_unmoved(self, anchor: Anchor) -> bool:
        """Whether the same stands before a quote, and it goes on with the same letter, not in the midst of a word."""
        before = self._text[max(0, anchor.start - BEFORE) : anchor.start]
        return before == anchor.prefix[-BEFORE:] and self._text[anchor.end : anchor.end + 1] == anchor.suffix[:1]

    def nearest(self, quote: str) -> Found | None:
        """The place whose words are most like a quote of unknown origin, or None where no place is like it at all."""
        wanted = _Wanted(fold(quote), "", "")
        found = [self._weigh(wanted, place) for place in self._similar(wanted, self._places)]
        return max(found, key=lambda each: each.quote, default=None)

    @cached_property
    def _folded(self) -> str:
        return fold(self._text)

    @cached_property
    def _words(self) -> Words:
        return Words.of(self._folded)

    @cached_property
    def _old(self) -> Words:
        return Words.of(fold(self._snapshot or ""))

    @cached_property
    def _matches(self) -> array[int]:
        return align(self._old.keys, self._words.keys)

    @cached_property
    def _sources(self) -> array[int]:
        """For each word of the text the number of the same word in the snapshot, -1 where it is new."""
        sources = array("q", [-1]) * len(self._words.keys)
        for old, new in enumerate(self._matches):
            if new >= 0:
                sources[new] = old
        return sources

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """Where the voting words stand."""
        return _by_word(_voters(self._words))

    @cached_property
    def _new_places(self) -> dict[str, list[int]]:
        """The same of the words that the snapshot does not account for: what was moved is among them."""
        keys, starts, ends = self._words
        new = [i for i, source in enumerate(self._sources) if source < 0]
        return _by_word(_voters(Words([keys[i] for i in new], [starts[i] for i in new], [ends[i] for i in new])))

    def _mapped(self, anchor: Anchor, wanted: _Wanted) -> Found | None:
        """The place that the diff gives, if it holds enough of the quote."""
        if not self._knows(anchor):
            return None
        exact = Range(anchor.start, anchor.end)
        place = follow(self._old, self._words, self._matches, _within(self._old, exact), exact)
        if place is None or place.end - place.start > LIMITS.stretch * len(anchor.exact) + 4:
            return None
        found = self._weigh(wanted, place)
        return found if found.quote >= LIMITS.quote and found.score >= LIMITS.quote else None

    def _knows(self, anchor: Anchor) -> bool:
        """Whether the anchor was taken from the snapshot."""
        return self._snapshot is not None and self._snapshot[anchor.start : anchor.end] == anchor.exact

    def _is_another(self, anchor: Anchor, place: Range) -> bool:
        """Whether what stands in a place is a passage that the snapshot had beside the one of the anchor."""
        if not self._knows(anchor):
            return False
        own, words = _within(self._old, Range(anchor.start, anchor.end)), self._words
        total = others = 0
        for i in range(*_within(words, place)):
            worth = _worth(words.keys[i])
            total += worth
            source = self._sources[i]
            others += worth if source >= 0 and not own.start <= source < own.end else 0
        return others > LIMITS.another * total

    def _searched(self, anchor: Anchor, wanted: _Wanted) -> Placement:
        """The best place of all that look alike."""
        found = [self._weigh(wanted, place) for place in self._exact(wanted.quote)]
        if not found or max(max(each.before, each.behind) for each in found) < 0.8 or len(wanted.quote) < 25:
            places = self._new_places if self._is_gone(anchor) else self._places
            found += [self._weigh(wanted, place) for place in self._similar(wanted, places)]
        found = [each for each in found if not self._is_another(anchor, each.range)]
        ranked = _apart(sorted(found, key=lambda each: -each.score))
        if ranked and self._is_good(wanted, ranked[0]):
            if len(ranked) == 1 or ranked[0].score - ranked[1].score >= LIMITS.lead:
                return self._placed(anchor, ranked[0])
            return self._open(anchor, PlaceState.AMBIGUOUS, ranked)
        return self._open(anchor, PlaceState.ORPHAN, ranked)

    def _is_good(self, wanted: _Wanted, found: Found) -> bool:
        length = len(wanted.quote)
        if length < LIMITS.short and max(found.before, found.behind) < LIMITS.context:
            return False
        return found.quote >= LIMITS.quote and found.score >= LIMITS.floor(length)

    def _exact(self, quote: str) -> list[Range]:
        places: list[Range] = []
        at = self._folded.find(quote)
        while at >= 0 and len(places) < OCCURRENCES:
            places.append(Range(at, at + len(quote)))
            at = self._folded.find(quote, at + 1)
        return places

    def _is_gone(self, anchor: Anchor) -> bool:
        """Whether most of a passage is no longer where it was: then it was moved, if it is anywhere."""
        if not self._knows(anchor):
            return False
        words = range(*_within(self._old, Range(anchor.start, anchor.end)))
        return 2 * sum(self._matches[i] >= 0 for i in words) < len(words)

    def _similar(self, wanted: _Wanted, index: dict[str, list[int]]) -> list[Range]:
        """Places that share many rare words with the quote and its context."""
        whole = wanted.before + wanted.quote + wanted.behind
        words = Words.of(whole)
        total = len(self._words.keys)
        votes: defaultdict[int, float] = defaultdict(float)
        all_votes = 0.0
        voters = _voters(words)
        for word, offset in voters[:: 1 + len(voters) // VOTERS]:
            places = index.get(word, ())
            weight = math.log(1 + total / max(1, len(places)))
            all_votes += weight
            if len(places) <= COMMON:
                for place in places:
                    votes[(place - offset) // BIN] += weight
        # An edited quote spreads over neighbouring bins, one of which then holds a third of its votes.
        third = QUORUM * all_votes / 3
        near = {at + step for at, count in votes.items() if count >= third for step in (-1, 0, 1)}
        summed = {at: sum(votes.get(at + step, 0.0) for step in (-1, 0, 1)) for at in near}
        least = max(QUORUM * all_votes, max(summed.values(), default=0.0) / 2)
        elected = sorted((at for at, count in summed.items() if count >= least), key=lambda at: -summed[at])
        chosen: list[int] = []
        for at in elected:
            if len(chosen) < WINDOWS and all(abs(at - other) > 2 for other in chosen):
                chosen.append(at)
        quote = _within(words, Range(len(wanted.before), len(wanted.before) + len(wanted.quote)))
        refined = (self._refined(whole, words, quote, wanted, at * BIN) for at in chosen)
        return [place for place in refined if place is not None]

    def _refined(self, whole: str, words: Words, quote: Range, wanted: _Wanted, at: int) -> Range | None:
        """The range near a place that the quote's words came to stand in."""
        margin = BIN + 20 + len(wanted.quote) // 4
        low = max(0, at - margin)
        high = min(len(self._folded), at + len(whole) + margin)
        first, last = bisect_left(self._words.starts, low), bisect_left(self._words.starts, high)
        near = Words(self._words.keys[first:last], self._words.starts[first:last], self._words.ends[first:last])
        exact = Range(len(wanted.before), len(wanted.before) + len(wanted.quote))
        place = follow(words, near, align(words.keys, near.keys), quote, exact)
        if place is not None and place.end - place.start <= LIMITS.stretch * len(wanted.quote) + 4:
            return place
        return self._alike(wanted.quote, low, high)

    def _alike(self, quote: str, low: int, high: int) -> Range | None:
        """The range within bounds whose letters are most like the quote's, from word to word."""
        from rapidfuzz.fuzz import partial_ratio_alignment  # noqa: PLC0415 - see scoring

        folded = self._folded
        window = folded[low:high]
        if len(window) < len(quote) // 2:
            return None
        alignment = partial_ratio_alignment(quote, window, score_cutoff=100 * LIMITS.quote)
        if alignment is None or alignment.dest_end <= alignment.dest_start:
            return None
        start, end = low + alignment.dest_start, low + alignment.dest_end
        words = self._words
        first, last = _within(words, Range(start, end))
        return Range(words.starts[first], words.ends[last - 1]) if first < last else None

    def _weigh(self, wanted: _Wanted, place: Range) -> Found:
        folded = self._folded
        quote = scoring.likeness(folded[place.start : place.end], wanted.quote)
        left = _narrow(folded[max(0, place.start - 2 * CONTEXT) : place.start])
        right = _narrow(folded[place.end : place.end + 2 * CONTEXT])
        before = context_likeness(left[max(0, len(left) - len(wanted.before)) :], wanted.before)
        behind = context_likeness(right[: len(wanted.behind)], wanted.behind)
        return Found(place, WEIGHTS.score(quote, before, behind), quote, before, behind)

    def _placed(self, anchor: Anchor, found: Found) -> Placement:
        same = min(found.quote, found.before, found.behind) >= 1.0
        state = PlaceState.ANCHORED if same else PlaceState.MOVED
        return Placement(found.range.start, found.range.end, state, round(found.score, 3), self.fingerprint, anchor.key)

    def _open(self, anchor: Anchor, state: PlaceState, ranked: list[Found]) -> Placement:
        candidates = tuple(each.range for each in ranked[:CANDIDATES] if each.score >= PLAUSIBLE)
        score = round(ranked[0].score, 3) if ranked else 0.0
        return Placement(0, 0, state, score, self.fingerprint, anchor.key, candidates)


def _narrow(context: str) -> str:
    """A context whose white space takes one character each time: how wide a gap is says nothing of a place."""
    return re.sub("  +", " ", context) if "  " in context else context


class _Wanted(NamedTuple):
    """An anchor's texts, folded."""

    quote: str
    before: str
    behind: str


def follow(old: Words, new: Words, matches: array[int], words: Range, exact: Range) -> Range | None:
    """The range that some words of the old text have come to stand in; None if too few of them are there.

    Words at either end that are gone count as rewritten where something like them stands in their place.

    Args:
        old: Words of the old text.
        new: Words of the new text.
        matches: Which is which, see `align`.
        words: Numbers of the old words.
        exact: The range that was marked; it may begin or end within a word.
    """
    total = sum(_worth(old.keys[i]) for i in range(words.start, words.end))
    kept = [i for i in range(words.start, words.end) if matches[i] >= 0]
    if not kept or sum(_worth(old.keys[i]) for i in kept) < LIMITS.mapped * total:
        return None
    first, last = matches[kept[0]], matches[kept[-1]]
    before, behind = words.start - 1, words.end
    if before >= 0 and matches[before] >= 0 and kept[0] > words.start:
        became = Range(matches[before] + 1, first)
        first = became.start if _is_alike(old, Range(words.start, kept[0]), new, became) else first
    if behind < len(matches) and matches[behind] >= 0 and kept[-1] + 1 < behind:
        became = Range(last + 1, matches[behind])
        last = became.end - 1 if _is_alike(old, Range(kept[-1] + 1, behind), new, became) else last
    start, end = new.starts[first], new.ends[last]
    # Where the range began or ended within a word it does so again, counted from the side that was not rewritten.
    skipped, cut = exact.start - old.starts[words.start], old.ends[words.end - 1] - exact.end
    if skipped > 0 and matches[words.start] == first:
        start = min(start + skipped, new.ends[first] - 1)
    elif skipped > 0 and first < matches[kept[0]]:
        start = max(start, new.ends[first] - (old.ends[words.start] - exact.start))
    if cut > 0 and matches[words.end - 1] == last:
        end = max(end - cut, new.starts[last] + 1)
    elif cut > 0 and last > matches[kept[-1]]:
        end = min(end, new.starts[last] + exact.end - old.starts[words.end - 1])
    return Range(start, end) if start < end else None


def _worth(word: str) -> int:
    """What finding a word again says: its length, and of a run of signs, such as a fence of code, next to nothing."""
    return len(word) if word[0].isalnum() else 1


def _within(words: Words, place: Range) -> Range:
    """Numbers of the words that share a character with a range."""
    return Range(bisect_right(words.ends, place.start), bisect_left(words.starts, place.end))


def _is_alike(old: Words, lost: Range, new: Words, became: Range) -> bool:
    """Whether some words may be a rewriting of others: a typing error mended, an ending changed."""
    if became.start >= became.end:
        return False
    return scoring.likeness("".join(old.keys[slice(*lost)]), "".join(new.keys[slice(*became)])) >= REWRITTEN


def _by_word(voters: list[tuple[str, int]]) -> dict[str, list[int]]:
    places: defaultdict[str, list[int]] = defaultdict(list)
    for word, start in voters:
        places[word].append(start)
    return places


def _voters(words: Words) -> list[tuple[str, int]]:
    """What has a vote, with where it begins: words, and pairs of letters in scripts without spaces."""
    keys, starts, ends = words
    voters = []
    for i, key in enumerate(keys):
        if is_unspaced(key[0]):
            if i + 1 < len(keys) and starts[i + 1] == ends[i] and is_unspaced(keys[i + 1][0]):
                voters.append((key + keys[i + 1], starts[i]))
        elif key[0].isalnum() or key[0] == "_":
            voters.append((key, starts[i]))
    return voters


def _apart(ranked: list[Found]) -> list[Found]:
    """The best of those places that overlap each other."""
    chosen: list[Found] = []
    for found in ranked:
        if all(found.range.end <= other.range.start or other.range.end <= found.range.start for other in chosen):
            chosen.append(found)
            if len(chosen) > CANDIDATES:
                break
    return chosen
