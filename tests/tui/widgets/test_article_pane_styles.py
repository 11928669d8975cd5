"""The styles of the article pane: text stays legible where highlights overlap."""

from __future__ import annotations

from itertools import permutations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tui_reader.tui.theme import contrast, own_themes, style_of, variable_defaults
from tui_reader.tui.widgets.article_pane.styles import STYLES, Role, Styles, blend

THEMES = [theme for theme in (*own_themes(), *BUILTIN_THEMES.values()) if not theme.ansi]


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_words_are_legible_where_two_highlights_overlap(theme: Theme) -> None:
    ours = "highlight-1" in theme.variables
    variables = theme.variables if ours else variable_defaults(theme)
    looks = Styles(style_of(STYLES[""], variables), lambda name: style_of(STYLES[name], variables))
    for over, under in permutations(range(1, 6), 2):
        for roles, least in (((), 7.0), ((Role.LINK,), 4.5), ((Role.QUIET, Role.HIGHLIGHTED), 7.0)):
            style = looks((*roles, blend(over, under)))
            assert style.color is not None
            assert style.bgcolor is not None
            found = contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
            assert found >= (least if ours else 4.5), f"{roles} on {over} over {under}: {found:.2f}"
            assert style.bgcolor != looks((f"highlight-{over}",)).bgcolor


def test_every_role_has_a_style() -> None:
    assert set(STYLES) == {"", *Role}
