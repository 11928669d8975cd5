"""Theme colours for terminals of 256 colours, chosen from xterm's palette so that they stay distinguishable.

Rounding each colour by itself gives two dark highlights one colour, and a light highlight the grey of the cursor.
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
"""Least contrast of a background to every text colour on it: 7:1 would leave three dark tints."""
_PAPER = ("page", "raised", "cursor-tone", "selection")
"""Backgrounds that differ only in lightness, the one with the most contrast to text first."""
_LEAST_HUE = 32
"""Difference of a colour's channels, of 255, from which it counts as a hue and not as grey."""


def fitted(colours: Mapping[str, str]) -> dict[str, str]:
    """Map theme colours to colours of the palette.

    Args:
        colours: Values by name, as `#rrggbb`; other names are left out.
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
    """The tones of the paper, each a step nearer to the ink than the one before."""
    found: dict[str, Color] = {}
    sign = 1 if contrast(inks["text-ink"], Color(0, 0, 0)) > contrast(inks["text-ink"], Color(255, 255, 255)) else -1
    last: float | None = None
    for tone in _PAPER:
        choice = [each for each in _like(wanted[tone]) if last is None or sign * (each.brightness - last) > 0]
        found[tone] = _nearest(wanted[tone], _legible(tone, choice or _palette(), inks))
        last = found[tone].brightness
    return found


def _legible(tone: str, choice: Sequence[Color], inks: Mapping[str, Color]) -> Sequence[Color]:
    """Those on which every ink can be read; all where none is such."""
    read = [inks[ink] for ink, on, _ in PAIRS if on == tone and ink in {"text-ink", "bright", "match-current-ink"}]
    return [each for each in choice if all(contrast(ink, each) >= LEAST for ink in read)] or choice


def _is_hue(colour: Color) -> bool:
    return max(colour.rgb) - min(colour.rgb) >= _LEAST_HUE


def _like(colour: Color) -> Sequence[Color]:
    """Greys for what is next to grey, all colours for others."""
    if _is_hue(colour):
        return _palette()
    return [each for each in _palette() if each.r == each.g == each.b]


def _nearest(wanted: Color, choice: Sequence[Color]) -> Color:
    return min(choice, key=partial(_distance, wanted))


def _distance(one: Color, other: Color) -> float:
    """How unlike two colours look: Riemersma's "redmean", which weighs the channels as the eye does, roughly."""
    red = (one.r + other.r) / 2
    squares = (one.r - other.r) ** 2, (one.g - other.g) ** 2, (one.b - other.b) ** 2
    return (2 + red / 256) * squares[0] + 4 * squares[1] + (2 + (255 - red) / 256) * squares[2]


def _unlike(one: Color, other: Color) -> float:
    """How unlike two hues are: an amber may be darker, but is to stay one."""
    apart = abs(one.hsl.h - other.hsl.h)
    return 4 * min(apart, 1 - apart) + 2 * abs(one.hsl.l - other.hsl.l) + 0.3 * abs(one.hsl.s - other.hsl.s)


@cache
def _palette() -> tuple[Color, ...]:
    """The colours beyond the first sixteen, which are the user's own, that Rich leaves as they are."""
    levels = (0, 95, 135, 175, 215, 255)
    cube = [(red, green, blue) for red in levels for green in levels for blue in levels]
    # Rich has a scale of 25 greys, the terminal shows one that is up to 7 of 255 darker.
    greys = [(level, level, level) for level in (round(number * 255 / 25) for number in range(1, 25))]
    return tuple(Color(*rgb) for number, rgb in enumerate((*cube, *greys), start=16) if _number(rgb) == number)


def _number(rgb: tuple[int, int, int]) -> int | None:
    return RichColor.from_rgb(*rgb).downgrade(ColorSystem.EIGHT_BIT).number
