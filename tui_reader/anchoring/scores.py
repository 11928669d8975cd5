"""How well a place fits an anchor: the weights and floors, and the measures they weigh."""

from __future__ import annotations

from typing import NamedTuple

from tui_reader.model.ranges import Range

_MOST_COMPARED = 400_000_000
"""Product of two lengths in characters up to which letters are compared: some 10 ms."""
MOST_STEPS = 500_000_000
"""Steps that the search for a stretch of text may take: about a second."""


class Weights(NamedTuple):
    """What a likeness counts for; Hypothesis gives 50 to the quote and 20 to each side of its context."""

    quote: float = 50.0
    better: float = 20.0
    """The side of the context that fits better: often only one of them was edited."""
    worse: float = 10.0

    def score(self, quote: float, before: float, behind: float) -> float:
        """The weighted mean of three likenesses, 0 to 1."""
        better, worse = (before, behind) if before >= behind else (behind, before)
        return (self.quote * quote + self.better * better + self.worse * worse) / sum(self)


class Limits(NamedTuple):
    """What a place must reach. Measured by `scripts/bench_anchoring.py`: 0 wrong, and as few lost as that allows."""

    floors: tuple[tuple[int, float], ...] = ((60, 0.63), (30, 0.68), (0, 0.76))
    """Least score by least length of the quote in characters: the shorter, the more often it is met by chance."""
    quote: float = 0.5
    """Least likeness of the quote itself."""
    short: int = 14
    """Length below which an exact quote needs context too."""
    context: float = 0.5
    """The context that it needs."""
    lead: float = 0.05
    """How far the best place must be ahead of the next; else the passage is ambiguous."""
    plain: float = 0.9
    """Score of a place given by a diff from which no better one is looked for."""
    settled: float = 0.8
    """Likeness of what stands on one side of a place given by a diff from which no place like it is looked for."""
    beside: float = 0.2
    """How much better what stands around a better one must be, of 2."""
    kept: float = 0.5
    """Share of the quote, in letters, that a diff must find again in one place."""
    most: float = 0.7
    """Share from which nobody asks whether the rest stands elsewhere."""
    telling: int = 12
    """Length from which a lost stretch that stands elsewhere is no chance."""
    torn: float = 0.15
    """Share of the quote that a part must be ahead of the next one, if that is as large at least."""
    another: float = 0.5
    """Share of a place, in characters, from which it is another passage that the old text had too."""
    stretch: float = 1.8
    """How much longer than the quote a place may be."""
    insertion: int = 40
    """Characters by which it may be longer still where a diff gives it: a few words."""

    def floor(self, length: int) -> float:
        """The least score for a quote of some length."""
        return next(floor for least, floor in self.floors if length >= least)


WEIGHTS = Weights()
LIMITS = Limits()


def quote_similarity(a: str, b: str) -> float:
    """How much two folded texts are alike: 1 less their edit distance as a share of the longer one.

    Of texts of more than 20,000 characters words are compared, since the time grows with the product of the lengths.
    """
    if a == b:
        return 1.0
    # 30 ms, and nothing is compared while texts stay as they are.
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    if len(a) * len(b) > _MOST_COMPARED:
        return Levenshtein.normalized_similarity(a.split(), b.split())
    return Levenshtein.normalized_similarity(a, b)


def cost_of_best_stretch(short: str, long: str) -> int:
    """Estimate the steps of `best_stretch`: each stretch of the longer text is compared with the shorter one."""
    low, high = sorted((len(short), len(long)))
    return (high - low + 1) * low * (1 + low // 64)


def best_stretch(wanted: str, text: str, least: float) -> Range | None:
    """Find the stretch of a text whose letters are most like those that are wanted.

    Args:
        wanted: What is looked for, folded.
        text: Where, folded.
        least: Likeness that it must have, 0 to 1.

    Returns:
        The stretch; None if there is none, or if the search would take more than a second.
    """
    from rapidfuzz.fuzz import partial_ratio_alignment  # noqa: PLC0415 - see above

    if cost_of_best_stretch(wanted, text) > MOST_STEPS:
        return None
    found = partial_ratio_alignment(wanted, text, score_cutoff=100 * least)
    return Range(found.dest_start, found.dest_end) if found is not None else None


def context_similarity(found: str, wanted: str) -> float:
    """The same for what stands beside a quote; no wish is fulfilled by anything."""
    return quote_similarity(found, wanted) if wanted else 1.0
