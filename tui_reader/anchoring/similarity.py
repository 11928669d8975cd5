"""Similarity of two texts, which shows whether one may be an edited version of the other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from tui_reader.document.normalization import Words, normalized

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

WordPairs: TypeAlias = "AbstractSet[tuple[str, str]]"
"""The pairs of neighbouring words of a text."""

MAX_CHARACTERS = 400_000
"""Number of characters at the beginning of a text to compare: 70,000 words take 0.1 s and identify a text."""


def word_pairs(text: str) -> WordPairs:
    """Return the pairs of neighbouring words in the first `MAX_CHARACTERS` of a text; punctuation does not count."""
    return frozenset(pairwise(key for key in Words.of(normalized(text[:MAX_CHARACTERS])).keys if key[0].isalnum()))


def similarity(old: WordPairs, new: WordPairs) -> float:
    """Return the similarity of a text to an older text, 0 to 1.

    Unrelated articles of one language have about 0.02 to 0.1. The result is the mean of two shares: the share of the
    old text that the new text contains, and Dice's coefficient of the two texts (A. Z. Broder, “On the resemblance and
    containment of documents”, 1997), so that a long text that contains all of the old one by chance has a lower
    similarity.
    """
    if not old or not new:
        return 0.0
    common = len(old & new)
    return (common / len(old) + 2 * common / (len(old) + len(new))) / 2
