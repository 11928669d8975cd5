"""Theme colours for terminals of 256 colours: distinguishable colours of xterm's palette.

If each colour were rounded independently, two dark highlights would get one colour, and a light highlight would get the
grey of the cursor.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color

from tui_reader.tui.theme import HIGHLIGHTS, INKS, PAIRS, TONES, contrast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST = 4.5
"""Minimum contrast of a background to the colours of running text on it, if the palette has such a colour.

7:1 would leave only three dark tints.
"""
_PAPER = ("page", "raised", "cursor-tone", "selection")
"""Names of the backgrounds that differ only in lightness, in descending order of contrast to text."""
_LEAST_HUE = 32
"""Minimum difference between RGB channels (0 to 255) of a colour that counts as a hue, not as grey."""


def fitted(colours: Mapping[str, str]) -> dict[str, str]:
    """Map theme colours to colours of the 256-colour palette.

    Args:
        colours: Theme colours as `#rrggbb`, by the names in `INKS` and `TONES`. Entries with other names are ignored.
    """
    wanted = {name: Color.parse(colours[name]) for name in (*INKS, *TONES)}
    found = {ink: _nearest(wanted[ink], _palette()) for ink in INKS}
    found |= _paper(wanted, found)
    for tone in HIGHLIGHTS:
        taken = {found[other].rgb for other in (*_PAPER, *HIGHLIGHTS) if other in found}
        hues = [each for each in _palette() if _is_hue(each) and each.rgb not in taken]
        found[tone] = min(_legible(tone, hues, found), key=partial(_unlike, wanted[tone]))
    for tone in TONES:
        if tone not in found:
            found[tone] = _nearest(wanted[tone], _legible(tone, _like(wanted[tone]), found))
    return {name: colour.hex6 for name, colour in found.items()}


def _paper(wanted: Mapping[str, Color], inks: Mapping[str, Color]) -> dict[str, Color]:
    """Return a colour for each background in `_PAPER`, closer in brightness to the text than the one before."""
    found: dict[str, Color] = {}
    sign = 1 if contrast(inks["text-ink"], Color(0, 0, 0)) > contrast(inks["text-ink"], Color(255, 255, 255)) else -1
    last: float | None = None
    for tone in _PAPER:
        choice = [each for each in _like(wanted[tone]) if last is None or sign * (each.brightness - last) > 0]
        found[tone] = _nearest(wanted[tone], _legible(tone, choice or _palette(), inks))
        last = found[tone].brightness
    return found


def _legible(tone: str, choice: Sequence[Color], inks: Mapping[str, Color]) -> Sequence[Color]:
    """Return those of `choice` on which all text colours of a background are legible; all of `choice` if none is."""
    read = [inks[ink] for ink, on, _ in PAIRS if on == tone and ink in {"text-ink", "bright", "match-current-ink"}]
    return [each for each in choice if all(contrast(ink, each) >= LEAST for ink in read)] or choice


def _is_hue(colour: Color) -> bool:
    return max(colour.rgb) - min(colour.rgb) >= _LEAST_HUE


def _like(colour: Color) -> Sequence[Color]:
    """Return the palette colours that may replace a colour: only greys if it is nearly grey, else all."""
    if _is_hue(colour):
        return _palette()
    return [each for each in _palette() if each.r == each.g == each.b]


def _nearest(wanted: Color, choice: Sequence[Color]) -> Color:
    return min(choice, key=partial(_distance, wanted))


def _distance(one: Color, other: Color) -> float:
    """Return the perceived difference of two colours by Riemersma's "redmean" approximation."""
    red = (one.r + other.r) / 2
    squares = (one.r - other.r) ** 2, (one.g - other.g) ** 2, (one.b - other.b) ** 2
    return (2 + red / 256) * squares[0] + 4 * squares[1] + (2 + (255 - red) / 256) * squares[2]


def _unlike(one: Color, other: Color) -> float:
    """Return the difference of two colours, in which hue counts most: amber may become darker, but must stay amber."""
    apart = abs(one.hsl.h - other.hsl.h)
    return 4 * min(apart, 1 - apart) + 2 * abs(one.hsl.l - other.hsl.l) + 0.3 * abs(one.hsl.s - other.hsl.s)


@cache
def _palette() -> tuple[Color, ...]:
    """Return the palette colours that Rich sends unchanged, without the first 16, which the user's terminal defines."""
    levels = (0, 95, 135, 175, 215, 255)
    cube = [(red, green, blue) for red in levels for green in levels for blue in levels]
    # Rich assumes a scale of 25 greys. The terminal's own greys are darker by up to 7 of 255.
    greys = [(level, level, level) for level in (round(number * 255 / 25) for number in range(1, 25))]
    return tuple(Color(*rgb) for number, rgb in enumerate((*cube, *greys), start=16) if _number(rgb) == number)


def _number(rgb: tuple[int, int, int]) -> int | None:
    return RichColor.from_rgb(*rgb).downgrade(ColorSystem.EIGHT_BIT).number
