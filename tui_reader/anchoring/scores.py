"""Scores of how well a range fits an anchor: similarity measures, with weights and limits."""

from __future__ import annotations

from typing import NamedTuple

from tui_reader.model.ranges import Range

_MOST_COMPARED = 400_000_000
"""Maximum product of two texts' lengths in characters for a comparison of letters: about 10 ms."""
MOST_STEPS = 500_000_000
"""Maximum number of steps of the search for a similar range of text: about a second."""


class Weights(NamedTuple):
    """Weights of three similarities; Hypothesis uses 50 for the quote and 20 for each side of its context."""

    quote: float = 50.0
    better: float = 20.0
    """Weight of the side of the context that fits better, since often only one side was edited."""
    worse: float = 10.0
    """Weight of the side of the context that fits worse."""

    def score(self, quote: float, before: float, after: float) -> float:
        """Return the weighted mean of the similarities of quote and context, 0 to 1."""
        better, worse = (before, after) if before >= after else (after, before)
        return (self.quote * quote + self.better * better + self.worse * worse) / sum(self)


class Limits(NamedTuple):
    """Limits for accepting a candidate; with them, `scripts/bench_anchoring.py` finds no wrong position."""

    floors: tuple[tuple[int, float], ...] = ((60, 0.63), (30, 0.68), (0, 0.76))
    """Minimum score by minimum length of the quote in characters: a shorter quote matches by chance more often."""
    quote: float = 0.5
    """Minimum similarity of the quote itself."""
    short: int = 14
    """Length in characters below which a quote also needs a matching context, since it may occur by chance."""
    context: float = 0.5
    """Minimum similarity of the context, on one side, of a quote shorter than `short`."""
    lead: float = 0.05
    """Minimum lead of the best score over the next score; with less, the passage is ambiguous."""
    plain: float = 0.9
    """Score from which a position according to a diff is accepted without a further search."""
    settled: float = 0.8
    """Similarity of the context on one side, from which a position that a diff gives is not compared with rivals:
    passages that fit about as well, and so would make it ambiguous.
    """
    context_lead: float = 0.2
    """An exact quote elsewhere replaces the position in a diff if its score is higher by at least `lead`, and the
    similarities of both sides of its context, added up (0 to 2), are higher by at least this."""
    kept: float = 0.5
    """Minimum share of the quote, in letters, that a diff must match within one range."""
    most: float = 0.7
    """If one range has at least this share of the quote, the part outside it is not searched for elsewhere."""
    telling: int = 12
    """Minimum length in characters of a part of a quote that the diff did not find; shorter parts are not searched for
    elsewhere, where they may occur by chance."""
    torn: float = 0.15
    """A passage is torn if its second largest fragment has at least this share of its letters, and the largest fragment
    has a share that is greater by less than this."""
    lost: float = 0.35
    """A position in a diff is wrong if this share of the quote's characters, or more, is in lines moved elsewhere."""
    another: float = 0.5
    """A range belongs to another passage if more than this share of its letters comes from there."""
    stretch: float = 1.8
    """Maximum length of a range as a multiple of the quote's length."""
    insertion: int = 40
    """Number of characters by which a range may exceed `stretch` if a diff found it: a few words."""

    def floor(self, length: int) -> float:
        """Return the minimum score, 0 to 1, for a quote with this number of characters."""
        return next(floor for least, floor in self.floors if length >= least)


WEIGHTS = Weights()
LIMITS = Limits()


def quote_similarity(a: str, b: str) -> float:
    """Return the similarity of two normalized texts: 1 - edit distance / length of the longer text.

    If the product of the lengths exceeds `_MOST_COMPARED`, as for two texts of more than 20,000 characters, words are
    compared instead of letters, since the time grows with this product.
    """
    if a == b:
        return 1.0
    # 30 ms to import, and nothing is compared while texts do not change.
    from rapidfuzz.distance import Levenshtein  # noqa: PLC0415

    if len(a) * len(b) > _MOST_COMPARED:
        return Levenshtein.normalized_similarity(a.split(), b.split())
    return Levenshtein.normalized_similarity(a, b)


def cost_of_best_stretch(short: str, long: str) -> int:
    """Return the estimated number of steps of `best_stretch` for two texts; the lengths decide."""
    low, high = sorted((len(short), len(long)))
    return (high - low + 1) * low * (1 + low // 64)


def best_stretch(wanted: str, text: str, least: float) -> Range | None:
    """Return the range of a text whose letters are most similar to a quote.

    Args:
        wanted: The quote, normalized.
        text: The text to search, normalized.
        least: Minimum similarity, 0 to 1.

    Returns:
        The range; None if no range is similar enough, or if the search would take more than a second.
    """
    from rapidfuzz.fuzz import partial_ratio_alignment  # noqa: PLC0415 - see above

    if cost_of_best_stretch(wanted, text) > MOST_STEPS:
        return None
    found = partial_ratio_alignment(wanted, text, score_cutoff=100 * least)
    return Range(found.dest_start, found.dest_end) if found is not None else None


def context_similarity(found: str, wanted: str) -> float:
    """Return the similarity of a found context to the anchor's context; 1.0 if the anchor has no context."""
    return quote_similarity(found, wanted) if wanted else 1.0
