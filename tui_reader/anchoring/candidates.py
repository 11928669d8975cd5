"""Candidates: ranges of a text that contain the words of a passage, or similar words.

Similar passages are found by a vote: each word of a passage and its context votes for the offsets at which the passage
would begin if an occurrence of the word in the text were the word of the passage. Rare words have more weight.
"""

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
from tui_reader.document.normalization import Words, fold, is_unspaced, normalized
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.anchor import Anchor

BIN_SIZE = 40
"""Length in code points of the bins into which a text is divided to count the votes: a third of a sentence."""
COMMON_WORD_OCCURRENCES = 300
"""Maximum number of occurrences of a word that votes. A more frequent word costs time and identifies little."""
MAX_VOTERS = 40
"""Maximum number of words of a quote and its context that vote; of more words, every second, third … votes."""
QUORUM = 0.25
"""Minimum share, by weight, of all votes for a position to be examined; it also needs half as many as the best one."""
MAX_EXAMINED = 6
"""Maximum number of positions that are examined: those with the most votes."""
MAX_OCCURRENCES = 5_000
"""Maximum number of occurrences of a short quote to find."""
MIN_OCCURRENCES = 20
"""Maximum number of occurrences of a very long quote to find."""
MAX_COMPARED = 2_000_000
"""Maximum total length in characters of the occurrences of other quotes to find: the context of each is compared."""

Positions = dict[str, list[int]]
"""The offsets at which each word of a text occurs; in unspaced scripts, each pair of letters. No punctuation."""


class Candidate(NamedTuple):
    """A range of the normalized text, with scores of how well it fits an anchor."""

    range: Range
    score: float
    """Weighted mean of the three similarities, 0 to 1."""
    quote: float
    """Similarity of the quote, 0 to 1."""
    before: float
    """Similarity of the context before the quote, 0 to 1."""
    after: float
    """Similarity of the context after the quote, 0 to 1."""


class NormalizedAnchor(NamedTuple):
    """The quote and the context of an anchor in normalized form."""

    quote: str
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, anchor: Anchor) -> NormalizedAnchor:
        """Return the quote and the context of an anchor in normalized form."""
        start, end = len(anchor.prefix), len(anchor.prefix) + len(anchor.exact)
        whole = fold(anchor.prefix + anchor.exact + anchor.suffix)
        text = whole.text
        if whole.has_equal_offsets:
            return cls(text[start:end], single_spaced(text[:start]), single_spaced(text[end:]))
        return cls(
            normalized(anchor.exact), single_spaced(normalized(anchor.prefix)), single_spaced(normalized(anchor.suffix))
        )


class CandidateSearch:
    """Searches one normalized text for candidates: ranges that may be the passage of an anchor."""

    def __init__(self, normalized_text: str) -> None:
        self.normalized_text = normalized_text

    @cached_property
    def words(self) -> Words:
        """Return the words of the text."""
        return Words.of(self.normalized_text)

    @cached_property
    def positions(self) -> Positions:
        """Return the offsets of the text's words, by word, see `Positions`."""
        return positions_of(self.words)

    def exact(self, quote: str) -> list[Range]:
        """Return the ranges in which a normalized quote occurs unchanged; none if the quote is empty."""
        return occurrences(self.normalized_text, quote)

    def similar(self, wanted: NormalizedAnchor, positions: Positions) -> list[Range]:
        """Return the ranges of the text that share many rare words with a quote and its context, at most 6.

        Args:
            wanted: The quote with its context.
            positions: Offsets of the words of the text for which to vote: of all its words, or of some of them.
        """
        whole = "".join((wanted.before, wanted.quote, wanted.after))
        words = Words.of(whole)
        exact = Range(len(wanted.before), len(wanted.before) + len(wanted.quote))
        refined = (self._refined(words, exact, wanted, at) for at in self._voted_offsets(words, positions))
        return [place for place in refined if place is not None]

    def score(self, wanted: NormalizedAnchor, place: Range) -> Candidate:
        """Return a range as a candidate, with its scores for an anchor."""
        text = self.normalized_text
        quote = quote_similarity(text[place.start : place.end], wanted.quote)
        left = single_spaced(text[max(0, place.start - 2 * CONTEXT) : place.start])
        right = single_spaced(text[place.end : place.end + 2 * CONTEXT])
        before = context_similarity(left[max(0, len(left) - len(wanted.before)) :], wanted.before)
        after = context_similarity(right[: len(wanted.after)], wanted.after)
        return Candidate(place, WEIGHTS.score(quote, before, after), quote, before, after)

    def _voted_offsets(self, words: Words, positions: Positions) -> list[int]:
        """Return the offsets at which a passage with its context may begin, those with the most votes first.

        They are determined by a vote, see the module's docstring.

        Args:
            words: The words of the passage with its context.
            positions: Offsets of the words of the text for which to vote.
        """
        total = len(self.words.keys)
        votes: defaultdict[int, float] = defaultdict(float)
        all_votes = 0.0
        voters = _voters(words)
        for word, offset in voters[:: 1 + len(voters) // MAX_VOTERS]:
            starts: Sequence[int] = positions.get(word, ())
            weight = math.log(1 + total / max(1, len(starts)))
            all_votes += weight
            if len(starts) <= COMMON_WORD_OCCURRENCES:
                for start in starts:
                    votes[(start - offset) // BIN_SIZE] += weight
        # The votes of an edited quote spread over neighbouring bins, one of which then has a third of them.
        third = QUORUM * all_votes / 3
        near = {at + step for at, count in votes.items() if count >= third for step in (-1, 0, 1)}
        summed = {at: sum(votes.get(at + step, 0.0) for step in (-1, 0, 1)) for at in near}
        least = max(QUORUM * all_votes, max(summed.values(), default=0.0) / 2)
        chosen: list[int] = []
        for at in sorted((at for at, count in summed.items() if count >= least), key=lambda at: -summed[at]):
            if len(chosen) < MAX_EXAMINED and all(abs(at - other) > 2 for other in chosen):
                chosen.append(at)
        return [at * BIN_SIZE for at in chosen]

    def _refined(self, words: Words, exact: Range, wanted: NormalizedAnchor, at: int) -> Range | None:
        """Return the range near a voted offset that fits a quote best; None if none is similar enough.

        It is found by matching words if these have enough of the quote's letters (`LIMITS.kept`), else by letters.

        Args:
            words: The words of the quote with its context.
            exact: The range of the quote within the quote with its context.
            wanted: The quote with its context.
            at: The voted offset: where the context before the quote may begin in the text.
        """
        length = exact.end - exact.start
        margin = BIN_SIZE + 20 + length // 4
        low = max(0, at - margin)
        high = min(len(self.normalized_text), at + len(wanted.before) + length + len(wanted.after) + margin)
        keys, starts, ends = self.words
        some = slice(bisect_left(starts, low), bisect_left(starts, high))
        parts = Mapping(words, Words(keys[some], starts[some], ends[some])).follow(exact)
        if parts and parts[0].share >= LIMITS.kept:
            place = parts[0].new
            if place.end - place.start <= LIMITS.stretch * length + 4:
                return place
        return self._most_similar(wanted.quote, low, high)

    def _most_similar(self, quote: str, low: int, high: int) -> Range | None:
        """Return the range between two offsets whose letters are most similar to a quote's, extended to whole words.

        None if no range reaches the similarity `LIMITS.quote`.
        """
        window = self.normalized_text[low:high]
        if len(window) < len(quote) // 2:
            return None
        found = best_stretch(quote, window, LIMITS.quote)
        if found is None or found.end <= found.start:
            return None
        words = self.words
        first, last = within(words, Range(low + found.start, low + found.end))
        return Range(words.starts[first], words.ends[last - 1]) if first < last else None


def occurrences(text: str, quote: str, start: int = 0, end: int | None = None) -> list[Range]:
    """Return the ranges in which a quote occurs unchanged in a text; none if the quote is empty.

    Only the first 20 to 5,000 are returned, fewer of a longer quote, see `MAX_COMPARED`.
    """
    places: list[Range] = []
    at = text.find(quote, max(0, start), end) if quote else -1
    most = min(MAX_OCCURRENCES, max(MIN_OCCURRENCES, MAX_COMPARED // (1 + len(quote))))
    while at >= 0 and len(places) < most:
        places.append(Range(at, at + len(quote)))
        at = text.find(quote, at + 1, end)
    return places


def single_spaced(context: str) -> str:
    """Reduce white space in a context to single spaces: its width is no evidence for a position."""
    return re.sub("  +", " ", context) if "  " in context else context


def positions_of(words: Words) -> Positions:
    """Return the offsets of some words, by word, see `Positions`."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for word, start in _voters(words):
        places[word].append(start)
    return places


def _voters(words: Words) -> list[tuple[str, int]]:
    """Return the words without punctuation, with their offsets; in unspaced scripts, pairs of neighbouring letters."""
    keys, starts, ends = words
    voters = []
    for i, key in enumerate(keys):
        if is_unspaced(key[0]):
            if i + 1 < len(keys) and starts[i + 1] == ends[i] and is_unspaced(keys[i + 1][0]):
                voters.append((key + keys[i + 1], starts[i]))
        elif key[0].isalnum() or key[0] == "_":
            voters.append((key, starts[i]))
    return voters
