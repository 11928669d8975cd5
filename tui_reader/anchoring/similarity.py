"""How much two texts have in common: whether one may be the other after an edit, wherever its file stands now."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from tui_reader.document.normalization import Words, normalized

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

Pairs: TypeAlias = "AbstractSet[tuple[str, str]]"
"""The pairs of neighbouring words of a text."""

MOST = 400_000
"""Characters of a text that are looked at: 70,000 words take 0.1 s, and are more than enough to know a text by."""


def pairs_of(text: str) -> Pairs:
    """What a text is compared by."""
    return frozenset(pairwise(key for key in Words.of(normalized(text[:MOST])).keys if key[0].isalnum()))


def similarity(old: Pairs, new: Pairs) -> float:
    """How much a text is like an older one, 0 to 1: unrelated articles of one language have some 0.02 to 0.1.

    The mean of two shares: what of the old text is still there, and Dice's coefficient of both (A. Z. Broder, “On the
    resemblance and containment of documents”, 1997), so that a long text that happens to hold everything is less.
    """
    if not old or not new:
        return 0.0
    common = len(old & new)
    return (common / len(old) + 2 * common / (len(old) + len(new))) / 2
