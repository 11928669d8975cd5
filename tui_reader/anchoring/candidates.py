"""Places of a text that look like a passage: the same words, or similar ones, found by a vote of the rarer ones."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.description import CONTEXT
from tui_reader.anchoring.mapping import Mapping, within
from tui_reader.anchoring.scores import LIMITS, WEIGHTS, best_stretch, context_similarity, quote_similarity
from tui_reader.document.normalization import Words, is_unspaced, normalized
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.anchor import Anchor

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
FEWEST_OCCURRENCES = 20
WEIGHED = 2_000_000
"""Characters of all occurrences that are weighed, beyond the fewest: each is compared with the quote as a whole."""

Places = dict[str, list[int]]
"""Where the words that vote begin."""


class Found(NamedTuple):
    """A place with how well it fits."""

    range: Range
    score: float
    quote: float
    before: float
    behind: float


class Wanted(NamedTuple):
    """An anchor's texts, folded."""

    quote: str
    before: str = ""
    behind: str = ""

    @classmethod
    def of(cls, anchor: Anchor) -> Wanted:
        """The texts of an anchor."""
        return cls(normalized(anchor.exact), narrow(normalized(anchor.prefix)), narrow(normalized(anchor.suffix)))


class Search:
    """Searches one text."""

    def __init__(self, text: str) -> None:
        self.folded = normalized(text)

    @cached_property
    def words(self) -> Words:
        """The words of the text."""
        return Words.of(self.folded)

    @cached_property
    def places(self) -> Places:
        """Where its voting words stand."""
        return places_of(self.words)

    def same(self, quote: str) -> list[Range]:
        """Where a quote stands, letter by letter."""
        places: list[Range] = []
        at = self.folded.find(quote)
        most = min(OCCURRENCES, max(FEWEST_OCCURRENCES, WEIGHED // (1 + len(quote))))
        while at >= 0 and len(places) < most:
            places.append(Range(at, at + len(quote)))
            at = self.folded.find(quote, at + 1)
        return places

    def similar(self, wanted: Wanted, places: Places) -> list[Range]:
        """Places that share many rare words with a quote and its context.

        Args:
            wanted: The quote.
            places: The words that may vote, all or some of the text's.
        """
        whole = "".join((wanted.before, wanted.quote, wanted.behind))
        words = Words.of(whole)
        exact = Range(len(wanted.before), len(wanted.before) + len(wanted.quote))
        refined = (self._refined(words, exact, wanted, at) for at in self._elected(words, places))
        return [place for place in refined if place is not None]

    def weigh(self, wanted: Wanted, place: Range) -> Found:
        """How well a place fits."""
        folded = self.folded
        quote = quote_similarity(folded[place.start : place.end], wanted.quote)
        left = narrow(folded[max(0, place.start - 2 * CONTEXT) : place.start])
        right = narrow(folded[place.end : place.end + 2 * CONTEXT])
        before = context_similarity(left[max(0, len(left) - len(wanted.before)) :], wanted.before)
        behind = context_similarity(right[: len(wanted.behind)], wanted.behind)
        return Found(place, WEIGHTS.score(quote, before, behind), quote, before, behind)

    def _elected(self, words: Words, places: Places) -> list[int]:
        """Where most of the voting words say that their passage begins."""
        total = len(self.words.keys)
        votes: defaultdict[int, float] = defaultdict(float)
        all_votes = 0.0
        voters = _voters(words)
        for word, offset in voters[:: 1 + len(voters) // VOTERS]:
            starts: Sequence[int] = places.get(word, ())
            weight = math.log(1 + total / max(1, len(starts)))
            all_votes += weight
            if len(starts) <= COMMON:
                for start in starts:
                    votes[(start - offset) // BIN] += weight
        # An edited quote spreads over neighbouring bins, one of which then holds a third of its votes.
        third = QUORUM * all_votes / 3
        near = {at + step for at, count in votes.items() if count >= third for step in (-1, 0, 1)}
        summed = {at: sum(votes.get(at + step, 0.0) for step in (-1, 0, 1)) for at in near}
        least = max(QUORUM * all_votes, max(summed.values(), default=0.0) / 2)
        chosen: list[int] = []
        for at in sorted((at for at, count in summed.items() if count >= least), key=lambda at: -summed[at]):
            if len(chosen) < WINDOWS and all(abs(at - other) > 2 for other in chosen):
                chosen.append(at)
        return [at * BIN for at in chosen]

    def _refined(self, words: Words, exact: Range, wanted: Wanted, at: int) -> Range | None:
        """The range near a place that a quote's words came to stand in."""
        length = exact.end - exact.start
        margin = BIN + 20 + length // 4
        low = max(0, at - margin)
        high = min(len(self.folded), at + len(wanted.before) + length + len(wanted.behind) + margin)
        keys, starts, ends = self.words
        some = slice(bisect_left(starts, low), bisect_left(starts, high))
        parts = Mapping(words, Words(keys[some], starts[some], ends[some])).follow(exact)
        if parts and parts[0].share >= LIMITS.kept:
            place = parts[0].new
            if place.end - place.start <= LIMITS.stretch * length + 4:
                return place
        return self._alike(wanted.quote, low, high)

    def _alike(self, quote: str, low: int, high: int) -> Range | None:
        """The range within bounds whose letters are most like the quote's, from word to word."""
        window = self.folded[low:high]
        if len(window) < len(quote) // 2:
            return None
        found = best_stretch(quote, window, LIMITS.quote)
        if found is None or found.end <= found.start:
            return None
        words = self.words
        first, last = within(words, Range(low + found.start, low + found.end))
        return Range(words.starts[first], words.ends[last - 1]) if first < last else None


def narrow(context: str) -> str:
    """A context whose white space takes one character each time: how wide a gap is says nothing of a place."""
    return re.sub("  +", " ", context) if "  " in context else context


def places_of(words: Words) -> Places:
    """Where the voting words among some words stand."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for word, start in _voters(words):
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
