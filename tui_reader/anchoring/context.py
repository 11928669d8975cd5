"""Where a passage stood in a text that no longer has it: behind what was before it, or before what came behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.normalization import normalized

if TYPE_CHECKING:
    from tui_reader.model.anchor import Anchor

PIECES = (32, 20, 12)
"""Characters of the surroundings that must be there alike; the longest, nearest piece that comes only once decides."""
STEP, FAR = 32, 960
"""How far one looks for such a piece from a passage, in characters, and in which steps."""


def near(anchor: Anchor, text: str, old: str | None = None) -> int:
    """The code point of a text at which a lost passage would stand.

    Args:
        anchor: The passage.
        text: The text of now.
        old: The text that it was marked in, if that was kept: more of its surroundings can be looked for then.
    """
    folded = normalized(text)
    before, behind = anchor.prefix, anchor.suffix
    share = min(1.0, anchor.start / max(1, len(text)))
    if old is not None and old[anchor.start : anchor.end] == anchor.exact:
        before, behind = old[max(0, anchor.start - FAR) : anchor.start], old[anchor.end : anchor.end + FAR]
        share = anchor.start / max(1, len(old))
    guess = round(share * max(0, len(text) - 1))
    before, behind = normalized(before), normalized(behind)
    last = max(0, len(text) - 1)
    several: list[int] = []
    for size in PIECES:
        for away in range(0, max(len(before), len(behind)), STEP):
            left = _all(folded, before[max(0, len(before) - away - size) : len(before) - away], size)
            right = _all(folded, behind[away : away + size], size)
            places = [min(last, at + size + away) for at in left] + [max(0, at - away) for at in right]
            if len(left) == 1 or len(right) == 1:
                # What comes only once cannot be another place that is alike.
                return places[0] if len(left) == 1 else places[-1]
            several = several or places
    return min(several or [guess], key=lambda at: abs(at - guess))


def _all(text: str, piece: str, size: int) -> list[int]:
    """Where a piece stands, if it is as long as it should be and says anything."""
    found: list[int] = []
    if len(piece) < size or len(piece.strip()) < size // 2:
        return found
    at = text.find(piece)
    while at >= 0 and len(found) < 100:
        found.append(at)
        at = text.find(piece, at + 1)
    return found
