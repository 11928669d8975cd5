"""Terminals with 256 and with 16 colours: meaningful colours stay distinct."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tui_reader.config import Settings
from tui_reader.tui.palette import fitted
from tui_reader.tui.theme import HIGHLIGHTS, contrast, own_themes, variable_defaults

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]

PAINTED = [theme for theme in (*own_themes(), *BUILTIN_THEMES.values()) if not theme.ansi]
APART = ("page", "raised", "cursor-tone", "selection", *HIGHLIGHTS)


def number_of(colour: str) -> int | None:
    """Return the palette number that a terminal receives for a colour."""
    return RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).number


@pytest.mark.parametrize("theme", PAINTED, ids=lambda theme: theme.name)
def test_meaningful_colours_stay_distinct_with_256_colours(theme: Theme) -> None:
    tones = fitted({**variable_defaults(theme), **theme.variables})
    assert len({number_of(tones[tone]) for tone in APART}) == len(APART)
    for tone in ("page", "raised", "cursor-tone", *HIGHLIGHTS):
        assert contrast(Color.parse(tones["text-ink"]), Color.parse(tones[tone])) >= 4.4, tone


@pytest.mark.parametrize("theme", ["paper-dark", "paper-light"])
async def test_the_highlights_of_an_article_differ_in_256_colours(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.delenv("COLORTERM")
    async with start(articles, settings=Settings(theme=theme)) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")")
        for colour in "12345":
            await reader.keys(")", "c", colour)
        await reader.keys("g", "g")
        painted = set()
        for strip in reader.strips():
            for segment in strip:
                if segment.style and segment.style.bgcolor and "econd sentence" in segment.text:
                    painted.add(segment.style.bgcolor.downgrade(ColorSystem.EIGHT_BIT).number)
        assert len(painted) >= 2
        variables = reader.app.theme_variables
        assert len({number_of(variables[tone]) for tone in APART}) == len(APART)


async def test_16_colours_are_those_of_the_terminal(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", "linux")
    async with start(articles) as reader:
        assert reader.app.theme == "terminal"


async def test_without_colours_focus_and_highlights_look_different(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "H", ")")

        def style_of(words: str) -> Any:
            strips = reader.strips()
            return next(segment.style for strip in strips for segment in strip if words in segment.text)

        marked, focused = style_of("Paragraph 1 of"), style_of("It has a second")
        assert marked.underline
        assert not focused.underline
        assert focused.bold
