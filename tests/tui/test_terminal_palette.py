"""16 colours: whatever the program paints is legible in the default palettes of the common terminals."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color as RichColor
from rich.style import Style

from tui_reader.config import Settings
from tui_reader.tui.terminal_palette import (
    NAMES,
    PALETTES,
    Ground,
    LegibleStyles,
    Sixteen,
    chosen,
    console_grounds,
    default_grounds,
    known_sixteen,
)
from tui_reader.tui.terminal_query import TerminalAnswers
from tui_reader.tui.theme import HIGHLIGHTS, SIXTEEN_INKS, own_themes

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]

LIGHT, DARK = default_grounds(dark=False), default_grounds(dark=True)
GROUNDS = {
    "light": Sixteen(LIGHT),
    "dark": Sixteen(DARK),
    "unknown": Sixteen(LIGHT + DARK),
    "console": Sixteen(console_grounds()),
    "black on white": Sixteen(DARK).on(dark=False),
    "white on black": Sixteen(LIGHT).on(dark=True),
    "white on black on the console": Sixteen(console_grounds()).on(dark=True),
    "black on white on the console": Sixteen(console_grounds()).on(dark=False),
}

colours = st.one_of(st.none(), st.just(RichColor.default()), st.integers(0, 15).map(RichColor.from_ansi))
switch = st.sampled_from((None, True))
styles = st.builds(Style, color=colours, bgcolor=colours, bold=switch, italic=switch, underline=switch, reverse=switch)


@pytest.mark.parametrize("name", GROUNDS)
def test_each_chosen_colour_is_legible_in_all_palettes(name: str) -> None:
    sixteen = GROUNDS[name]
    found = chosen(sixteen)
    for ink in ("text-ink", "accent-ink", "link-ink", "good", "bad", "code-ink", "muted-ink"):
        assert sixteen.worst(sixteen.style(found[ink], sixteen.page)) >= 4.5, ink
    for tone in HIGHLIGHTS:
        assert sixteen.worst(sixteen.style(found[f"{tone}-ink"], found[tone])) >= 4.5, tone
    assert len({found[tone] for tone in HIGHLIGHTS}) == 5


@pytest.mark.parametrize("name", ["light", "dark", "console"])
def test_accents_and_links_keep_a_colour_where_light_or_dark_is_known(name: str) -> None:
    found = chosen(GROUNDS[name])
    assert "ansi_default" not in {found["accent-ink"], found["link-ink"]}


def test_the_default_terminal_theme_suits_an_unknown_terminal() -> None:
    theme = next(theme for theme in own_themes() if theme.ansi)
    found = chosen(GROUNDS["unknown"])
    assert {name: theme.variables[name] for name in (*HIGHLIGHTS, *SIXTEEN_INKS)} == {
        name: found[name] for name in (*HIGHLIGHTS, *SIXTEEN_INKS)
    }


@pytest.mark.parametrize("name", GROUNDS)
@given(style=styles)
def test_every_style_is_painted_legibly(name: str, style: Style) -> None:
    sixteen = GROUNDS[name]
    assert sixteen.worst(LegibleStyles(sixteen).legible(style)) >= 4.5


@given(style=styles)
def test_a_legible_style_is_not_changed(style: Style) -> None:
    for sixteen in (GROUNDS["light"], GROUNDS["dark"]):
        first = LegibleStyles(sixteen).legible(style)
        assert LegibleStyles(sixteen).legible(first) == first


def test_bold_black_is_treated_as_grey_because_many_terminals_draw_it_so() -> None:
    sixteen = GROUNDS["light"]
    current = Style(color="black", bgcolor="bright_yellow", bold=True)
    assert sixteen.worst(current) < 4.5
    assert not LegibleStyles(sixteen).legible(current).bold
    assert not LegibleStyles(sixteen).legible(Style(color="magenta", bold=True)).color.number  # type: ignore[union-attr]


def test_on_the_console_underlined_and_italic_text_has_other_colours() -> None:
    (ground,) = console_grounds()
    colours = PALETTES["Linux"]
    assert list(ground.painted(Style(color="black", bgcolor="cyan", underline=True))) == [(colours[6], colours[6])]
    assert list(ground.painted(Style(color="black", bgcolor="green", italic=True))) == [(colours[2], colours[2])]
    assert list(ground.painted(Style(bgcolor="bright_yellow", color="black"))) == [(colours[0], colours[3])]
    assert list(ground.painted(Style(bold=True, reverse=True))) == [(colours[8], colours[7])]


@pytest.mark.parametrize(
    ("answers", "text", "page"),
    [
        (TerminalAnswers(page=(0, 43, 54), text=(131, 148, 150)), (131, 148, 150), (0, 43, 54)),
        (TerminalAnswers(page=15, text=0, colours=dict(enumerate(PALETTES["Tango"]))), (46, 52, 54), (238, 238, 236)),
        (TerminalAnswers(page=(255, 255, 255), colours=dict(enumerate(PALETTES["xterm"]))), (0, 0, 0), (255, 255, 255)),
    ],
)
def test_colours_reported_by_the_terminal_are_used(
    answers: TerminalAnswers, text: tuple[int, ...], page: tuple[int, ...]
) -> None:
    sixteen = known_sixteen(answers)
    assert {(ground.text, ground.page) for ground in sixteen.grounds} == {(text, page)}
    assert len(sixteen.grounds) == (1 if answers.colours else len(PALETTES))


def test_legible_colours_are_chosen_from_a_custom_palette() -> None:
    # Solarized: its bright colours are greys.
    solarized = (
        "073642 dc322f 859900 b58900 268bd2 d33682 2aa198 eee8d5"
        " 002b36 cb4b16 586e75 657b83 839496 6c71c4 93a1a1 fdf6e3"
    )
    palette = [tuple(bytes.fromhex(each)) for each in solarized.split()]
    answers = TerminalAnswers(page=(0, 43, 54), text=(131, 148, 150), colours=dict(enumerate(palette)))  # type: ignore[arg-type]
    sixteen = known_sixteen(answers)
    found = chosen(sixteen)
    assert found["accent-ink"] == "ansi_yellow"
    for ink in ("accent-ink", "link-ink", "good", "bad"):
        assert sixteen.worst(sixteen.style(found[ink], found["page"])) >= 4.5 or found[ink] == "ansi_default"


def unreadable(reader: Any, sixteen: Sixteen) -> list[str]:
    """Return what is on the screen in styles without the minimum contrast."""
    found = []
    worst = cache(sixteen.worst)
    for strip in reader.strips():
        for segment in strip:
            words = segment.text.strip("─│┌┐└┘╭╮╰╯▎▏▌▁▔ ")
            if words and segment.style and worst(segment.style) < 4.5:
                found.append(f"{segment.text!r}: {segment.style}")
    return found


@pytest.mark.parametrize(
    ("term", "fgbg", "theme", "grounds"),
    [
        ("xterm", "0;15", "auto", LIGHT),
        ("rxvt", "15;default;0", "auto", DARK),
        ("xterm", "", "auto", LIGHT + DARK),
        ("linux", "", "auto", console_grounds()),
        ("xterm", "0;15", "paper-dark", Sixteen(LIGHT).on(dark=True).grounds),
        ("xterm", "15;0", "nord", Sixteen(DARK).on(dark=True).grounds),
    ],
)
async def test_all_text_on_the_screen_is_legible_with_16_colours(
    start: Start,
    articles: Path,
    monkeypatch: pytest.MonkeyPatch,
    term: str,
    fgbg: str,
    theme: str,
    grounds: tuple[Ground, ...],
) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORFGBG", fgbg)
    sixteen = Sixteen(grounds)
    async with start(articles, settings=Settings(theme=theme)) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        assert unreadable(reader, sixteen) == [], "list"
        await reader.keys("enter", ")")
        for colour in "12345":
            await reader.keys(")", "c", colour)
        await reader.keys("(", "(")
        assert unreadable(reader, sixteen) == [], "highlights"
        await reader.keys("v", "w", "w", "w", "l", "l", "l", "l")
        assert unreadable(reader, sixteen) == [], "selection"
        await reader.keys("escape", "a")
        await reader.types("words")
        assert unreadable(reader, sixteen) == [], "note"
        await reader.keys("escape", "/")
        await reader.types("second")
        await reader.keys("enter", "n")
        assert unreadable(reader, sixteen) == [], "search"
        await reader.keys("g", "g", "G", "f")
        assert unreadable(reader, sixteen) == [], "link"
        await reader.keys("escape", "?")
        assert unreadable(reader, sixteen) == [], "help"
        await reader.keys("q", "g", "T")
        await reader.sees("in use")
        assert unreadable(reader, sixteen) == [], "picker"
        await reader.keys("escape", "A")
        await reader.sees("Paragraph 1")
        assert unreadable(reader, sixteen) == [], "annotations"
        await reader.keys("j", "escape", "i")
        assert unreadable(reader, sixteen) == [], "details"
        backgrounds = {NAMES[0], NAMES[15]} if theme != "auto" else {"ansi_default"}
        assert reader.app.theme_variables["page"] in backgrounds
