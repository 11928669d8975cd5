"""Estimate of the position of a lost passage in a text, based on its former context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.normalization import fold, normalized
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from tui_reader.model.anchor import Anchor

PIECE_LENGTHS = (32, 20, 12)
"""Lengths in characters of the pieces of context to search for, tried in this order."""
STEP, FARTHEST = 32, 960
"""Step between the pieces of context to try, and their maximum distance from the passage, in characters."""


def estimate_position(anchor: Anchor, text: str, old: str | None = None) -> int:
    """Return the offset in a text at which a lost passage would probably be.

    It is beside the longest piece of the former context that occurs only once in the text; of equally long pieces, the
    one nearest to the passage. If all pieces occur several times, the occurrence is taken that is nearest to the old
    position, in proportion to the length of the text. If none occurs, the result is this proportional position.

    Args:
        anchor: The passage.
        text: The current text.
        old: The text in which the passage was marked, if it was saved: it provides more context to search for.
    """
    folded = fold(text)
    before, after = anchor.prefix, anchor.suffix
    share = min(1.0, anchor.start / max(1, len(text)))
    if old is not None and old[anchor.start : anchor.end] == anchor.exact:
        before, after = (
            old[max(0, anchor.start - FARTHEST) : anchor.start],
            old[anchor.end : anchor.end + FARTHEST],
        )
        share = anchor.start / max(1, len(old))
    guess = round(share * max(0, len(text) - 1))
    before, after = normalized(before), normalized(after)
    last = max(0, len(folded.text) - 1)
    several: list[int] = []
    for size in PIECE_LENGTHS:
        for away in range(0, max(len(before), len(after)), STEP):
            left = _all(folded.text, before[max(0, len(before) - away - size) : len(before) - away], size)
            right = _all(folded.text, after[away : away + size], size)
            places = [min(last, at + size + away) for at in left] + [max(0, at - away) for at in right]
            if len(left) == 1 or len(right) == 1:
                # A piece of context that occurs only once cannot belong to another, similar passage.
                return folded.original(Range(places[0] if len(left) == 1 else places[-1], last)).start
            several = several or places
    if not several:
        return guess
    near = folded.folded(Range(guess, guess)).start
    return folded.original(Range(min(several, key=lambda at: abs(at - near)), last)).start


def _all(text: str, piece: str, size: int) -> list[int]:
    """Return the first 100 offsets at which a piece of context occurs.

    The list is empty if the piece has fewer than `size` characters, or fewer than half of that without the white
    space at its ends.
    """
    found: list[int] = []
    if len(piece) < size or len(piece.strip()) < size // 2:
        return found
    at = text.find(piece)
    while at >= 0 and len(found) < 100:
        found.append(at)
        at = text.find(piece, at + 1)
    return found
