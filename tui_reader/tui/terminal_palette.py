"""The 16 colours of a terminal: find legible colours, and keep styles legible.

The terminal defines the 16 colours, and is queried for them (see `terminal_query`); without a reply, a colour is used
only if it is legible in the default palettes of all common terminals.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.style import Style
from textual.color import Color

from tui_reader.tui.theme import HIGHLIGHTS, INKS, SIXTEEN_INKS, TONES, LegibilityFilter, contrast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.segment import Segment

    from tui_reader.tui.terminal_query import TerminalAnswers

LEAST = 4.5
"""Minimum contrast of text in 16 colours (WCAG 2.2, 1.4.3)."""
LEAST_GRAPHIC = 3.0
"""Minimum contrast of rules and bars (WCAG 2.2, 1.4.11)."""

NAMES = tuple(
    f"ansi_{bright}{hue}"
    for bright in ("", "bright_")
    for hue in ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
)
"""Textual's names of the 16 colours, by their numbers."""
DEFAULT = "ansi_default"
"""Textual's name of the default colours of text and background."""
BLACK, WHITE, BRIGHT_WHITE = 0, 7, 15
"""Numbers of three of the 16 colours."""

Rgb = tuple[int, int, int]


class Ground(NamedTuple):
    """The colours of a terminal: its 16 colours, its text and its background."""

    colours: tuple[Rgb, ...]
    text: Rgb
    page: Rgb
    is_console: bool = False
    """True for the Linux console, which paints bold, italics and underlined text in other colours."""

    def painted(self, style: Style) -> Iterator[tuple[Rgb, Rgb]]:
        """Yield the pairs of foreground and background in which the terminal may display a style."""
        ink, tone = _number(style.color), _number(style.bgcolor)
        if self.is_console:
            yield self._on_console(style, ink, tone)
            return
        back = self.page if tone is None else self._colour(tone)
        yield self._turned(style, self.text if ink is None else self._colour(ink), back)
        if style.bold and isinstance(ink, int) and ink < 8:
            # Many terminals show bold text in the bright variant of its colour.
            yield self._turned(style, self.colours[ink + 8], back)

    def _colour(self, colour: int | Rgb) -> Rgb:
        return self.colours[colour] if isinstance(colour, int) else colour

    @staticmethod
    def _turned(style: Style, ink: Rgb, tone: Rgb) -> tuple[Rgb, Rgb]:
        return (tone, ink) if style.reverse else (ink, tone)

    def _on_console(self, style: Style, ink: int | Rgb | None, tone: int | Rgb | None) -> tuple[Rgb, Rgb]:
        """Return the colours of a style on the Linux console: backgrounds are never bright, `bold` only brightens.

        Args:
            style: The style.
            ink: Its foreground, as `_number` returns it.
            tone: Its background, likewise.
        """
        fore = _nearest(ink) if isinstance(ink, tuple) else WHITE if ink is None else ink
        back = _nearest(tone) if isinstance(tone, tuple) else BLACK if tone is None else tone
        bright = bool(style.bold) or fore >= 8
        fore, back = fore % 8, back % 8
        if style.italic:
            fore = 2
        elif style.underline:
            fore = 6
        if style.reverse:
            fore, back = back, fore
        return self.colours[fore + 8 if bright else fore], self.colours[back]


def _number(colour: RichColor | None) -> int | Rgb | None:
    """Return the number of a colour if it is one of the 16, None if it is the default colour, else its RGB value."""
    if colour is None or colour.is_default:
        return None
    if colour.number is not None and colour.number < 16:
        return colour.number
    return colour.get_truecolor()


def _nearest(colour: Rgb) -> int:
    return RichColor.from_rgb(*colour).downgrade(ColorSystem.STANDARD).number or 0


def _rgb(text: str) -> Rgb:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _palette(text: str) -> tuple[Rgb, ...]:
    return tuple(_rgb(colour) for colour in text.split())


_XTERM = (
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
PALETTES: dict[str, tuple[Rgb, ...]] = {
    "xterm": _palette(_XTERM),
    "mlterm": _palette(_XTERM.replace("7f7f7f", "505050")),
    "urxvt": _palette(
        "000000 cd0000 00cd00 cdcd00 0000cd cd00cd 00cdcd faebd7"
        " 404040 ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff"
    ),
    "urxvt of Debian": _palette(
        "000000 cd0000 00cd00 cdcd00 0000cd cd00cd 00cdcd e5e5e5"
        " 4d4d4d ff0000 00ff00 ffff00 0000ff ff00ff 00ffff ffffff"
    ),
    "VTE": _palette(
        "000000 c00000 00c000 c0c000 0000c0 c000c0 00c0c0 c0c0c0"
        " 3f3f3f ff3f3f 3fff3f ffff3f 3f3fff ff3fff 3fffff ffffff"
    ),
    "GNOME": _palette(
        "171421 c01c28 26a269 a2734c 12488b a347ba 2aa1b3 d0cfcc"
        " 5e5c64 f66151 33da7a e9ad0c 2a7bde c061cb 33c7de ffffff"
    ),
    "Tango": _palette(
        "2e3436 cc0000 4e9a06 c4a000 3465a4 75507b 06989a d3d7cf"
        " 555753 ef2929 8ae234 fce94f 729fcf ad7fa8 34e2e2 eeeeec"
    ),
    "Windows Terminal": _palette(
        "0c0c0c c50f1f 13a10e c19c00 0037da 881798 3a96dd cccccc"
        " 767676 e74856 16c60c f9f1a5 3b78ff b4009e 61d6d6 f2f2f2"
    ),
    "Linux": _palette(
        "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa"
        " 555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
    ),
}
"""The default 16 colours of common terminals, including new and old defaults of VTE."""


def default_grounds(*, dark: bool) -> tuple[Ground, ...]:
    """Return the default colours of common terminals for a dark or a light background."""
    return tuple(_ground(colours, dark=dark) for colours in PALETTES.values())


def _ground(colours: tuple[Rgb, ...], *, dark: bool) -> Ground:
    if dark:
        return Ground(colours, colours[WHITE], colours[BLACK])
    return Ground(colours, colours[BLACK], (255, 255, 255))


def console_grounds() -> tuple[Ground, ...]:
    """Return the default colours of the Linux console."""
    return (_ground(PALETTES["Linux"], dark=True)._replace(is_console=True),)


def known_sixteen(answers: TerminalAnswers) -> Sixteen:
    """Return the terminal's 16 colours; for unknown colours, the defaults of all common terminals."""
    if answers.is_console:
        return Sixteen(console_grounds())
    whole = len(answers.colours) >= 16
    palettes = [tuple(answers.colours[number] for number in range(16))] if whole else list(PALETTES.values())
    grounds: list[Ground] = []
    for palette in palettes:
        colours = tuple(answers.colours.get(number, colour) for number, colour in enumerate(palette))
        if answers.page is None:
            grounds += [_ground(colours, dark=True), _ground(colours, dark=False)]
            continue
        page = colours[answers.page] if isinstance(answers.page, int) else answers.page
        text = colours[answers.text] if isinstance(answers.text, int) else answers.text
        if text is None:
            text = colours[WHITE if answers.dark else BLACK]
        grounds.append(Ground(colours, text, page))
    return Sixteen(tuple(grounds))


class Sixteen(NamedTuple):
    """The known 16 colours of a terminal, and the names of the colours of plain text on it."""

    grounds: tuple[Ground, ...]
    """The colours that the terminal may have: one entry if it replied, else one per common terminal."""
    text: str = DEFAULT
    page: str = DEFAULT

    def on(self, *, dark: bool) -> Sixteen:
        """Return a copy in which plain text is white on black if `dark`, else black on bright white."""
        text, page = (WHITE, BLACK) if dark else (BLACK, BRIGHT_WHITE)
        grounds = tuple(each._replace(text=each.colours[text], page=each.colours[page]) for each in self.grounds)
        return Sixteen(grounds, NAMES[text], NAMES[page])

    @property
    def dark(self) -> bool:
        """True if the background is dark or unknown."""
        return contrast(Color(*self.grounds[0].page), Color(255, 255, 255)) > LEAST

    def worst(self, style: Style) -> float:
        """Return the lowest contrast with which the terminal may display a style."""
        return min(_contrast(*pair) for ground in self.grounds for pair in ground.painted(style))

    def style(self, ink: str, tone: str, *, bold: bool = False) -> Style:
        """Create a style, bold or not, from Textual's names of a foreground and a background colour."""
        return Style(color=Color.parse(ink).rich_color, bgcolor=Color.parse(tone).rich_color, bold=bold or None)


@cache
def _contrast(one: Rgb, other: Rgb) -> float:
    return contrast(Color(*one), Color(*other))


_INKS: dict[str, Sequence[int]] = {
    "accent-ink": (11, 5, 3, 13),
    "link-ink": (14, 4, 6, 12),
    "good": (10, 2),
    "bad": (9, 1),
    "code-ink": (6, 14, 4),
    "note-1": (11, 3),
    "note-2": (10, 2),
    "note-3": (12, 14, 4, 6),
    "note-4": (9, 1),
    "note-5": (13, 5),
}
"""The numbers of the colours to try for each foreground, best first."""
_PAIRS: dict[str, Sequence[tuple[int, int]]] = {
    "highlight-1": ((0, 11), (0, 3), (0, 7)),
    "highlight-2": ((0, 10), (0, 2), (15, 2)),
    "highlight-3": ((15, 4), (0, 14), (0, 6)),
    "highlight-4": ((15, 1), (0, 9), (0, 13)),
    "highlight-5": ((15, 5), (0, 13), (0, 5)),
}
"""The numbers of the colours to try for the text and the background of each highlight, best first."""


def chosen(sixteen: Sixteen) -> dict[str, str]:
    """Choose a colour for each foreground and background by contrast, the default if none is legible.

    Returns:
        Textual's names of colours by the names in `INKS`, `TONES` and `SIXTEEN_INKS`.
    """
    found = dict.fromkeys((*INKS, *SIXTEEN_INKS), sixteen.text) | dict.fromkeys(TONES, sixteen.page)
    for name, numbers in _INKS.items():
        styles = ((NAMES[number], sixteen.style(NAMES[number], sixteen.page)) for number in numbers)
        found[name] = next((ink for ink, style in styles if sixteen.worst(style) >= LEAST), sixteen.text)
    rule = sixteen.style(NAMES[8], sixteen.page)
    found["faint"] = NAMES[8] if sixteen.worst(rule) >= LEAST_GRAPHIC else sixteen.text
    used: set[int] = set()
    for name in HIGHLIGHTS:
        fits = (
            pair
            for pair in _PAIRS[name]
            if pair[1] not in used and sixteen.worst(sixteen.style(*(NAMES[number] for number in pair))) >= LEAST
        )
        pair = next(fits, None)
        found[name], found[f"{name}-ink"] = (sixteen.page, sixteen.text) if pair is None else _names(pair)
        used |= set() if pair is None else {pair[1]}
    return found


def _names(pair: tuple[int, int]) -> tuple[str, str]:
    return NAMES[pair[1]], NAMES[pair[0]]


class LegibleStyles(LegibilityFilter):
    """Adjusts the styles of painted rows just enough for the minimum contrast in 16 colours.

    Legibility depends on all attributes: bold and reverse text has other colours in many terminals.
    """

    def __init__(self, sixteen: Sixteen) -> None:
        super().__init__()
        self._sixteen = sixteen
        self._found: dict[tuple[Style, bool], Style] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in legible styles."""
        return [
            segment._replace(style=self.legible(segment.style, is_graphic=_is_graphic(segment.text)))
            if segment.style is not None and segment.control is None
            else segment
            for segment in segments
        ]

    def legible(self, style: Style, *, is_graphic: bool = False) -> Style:
        """Return the first of `_alternatives` with the minimum contrast; if none has it, the one with most contrast.

        Args:
            style: The style as painted.
            is_graphic: True for rules and bars (minimum `LEAST_GRAPHIC`), False for text (minimum `LEAST`).
        """
        key = style, is_graphic
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._legible(style, LEAST_GRAPHIC if is_graphic else LEAST)
        return found

    def _legible(self, style: Style, least: float) -> Style:
        sixteen = self._sixteen
        if style.dim:
            style += Style(dim=False)
        if sixteen.text != DEFAULT:
            # Text without colours would get the terminal's default colours, which differ from the page's.
            own = sixteen.style(sixteen.text, sixteen.page)
            style += Style(
                color=own.color if _number(style.color) is None else None,
                bgcolor=own.bgcolor if _number(style.bgcolor) is None else None,
            )
        elif _number(style.color) is None and _number(style.bgcolor) is None and _is_plain(style):
            # The terminal's default text colours are the user's choice.
            return style
        best, most = style, 0.0
        for candidate in self._alternatives(style):
            reached = sixteen.worst(candidate)
            if reached >= least:
                return candidate
            if reached > most:
                best, most = candidate, reached
        return best

    def _alternatives(self, style: Style) -> Iterable[Style]:
        """Yield the style and its alternatives: first those that keep its background, the least changed first."""
        sixteen = self._sixteen
        plain = Style(color=Color.parse(sixteen.text).rich_color)
        thin, straight = Style(bold=False), Style(underline=False, italic=False)
        page = Style(bgcolor=Color.parse(sixteen.page).rich_color)
        on_page = style.bgcolor is None or style.bgcolor.is_default or style.bgcolor == page.bgcolor
        if on_page and style.reverse:
            # Use one colour for the whole row of a cursor.
            style += plain
        yield style
        if on_page:
            yield from (style + plain, style + thin, style + plain + thin, style + plain + thin + straight)
            return
        yield style + thin
        if style.underline:
            yield style + thin + straight + Style(reverse=not style.reverse)
        for number in (BLACK, BRIGHT_WHITE, WHITE):
            ink = Style(color=RichColor.from_ansi(number))
            yield from (style + ink + thin, style + ink + thin + straight)
        yield style + plain + page + thin + straight + Style(reverse=not style.reverse)


def _is_plain(style: Style) -> bool:
    """Return True if a style is not bold, italic, underlined or reversed: some terminals change colours for these."""
    return not (style.bold or style.italic or style.underline or style.reverse)


def _is_graphic(text: str) -> bool:
    """Return True if a text consists of spaces, box drawings and blocks."""
    return all(character == " " or "\u2500" <= character <= "\u259f" for character in text)
