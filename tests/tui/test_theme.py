"""Themes: contrast and completeness of ours, of Textual's and of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from tui_reader.errors import ConfigError
from tui_reader.tui.theme import INKS, PAIRS, TONES, contrast, load_theme, own_themes, variable_defaults

if TYPE_CHECKING:
    from pathlib import Path

PAINTED = [theme for theme in own_themes() if not theme.ansi]


@pytest.mark.parametrize("theme", PAINTED, ids=lambda theme: theme.name)
def test_our_themes_are_legible_everywhere(theme: Theme) -> None:
    for ink, tone, least in PAIRS:
        found = contrast(Color.parse(theme.variables[ink]), Color.parse(theme.variables[tone]))
        assert found >= least, f"{ink} on {tone}: {found:.2f}"


@pytest.mark.parametrize("theme", own_themes(), ids=lambda theme: theme.name)
def test_our_themes_set_every_colour_variable(theme: Theme) -> None:
    assert set(theme.variables) >= {*TONES, *INKS}
    theme.to_color_system().generate()


@pytest.mark.parametrize("theme", [t for t in BUILTIN_THEMES.values() if not t.ansi], ids=lambda theme: theme.name)
def test_a_theme_without_our_colours_gets_legible_ones(theme: Theme) -> None:
    colours = variable_defaults(theme)
    for ink, tone, _ in PAIRS:
        assert contrast(Color.parse(colours[ink]), Color.parse(colours[tone])) >= 4.5, f"{ink} on {tone}"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.01)


def test_a_theme_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "sepia.toml"
    path.write_text('dark = false\npage = "#f4ecd8"\n', encoding="utf-8")
    theme = load_theme(path)
    assert (theme.name, theme.dark, theme.variables["page"]) == ("sepia", False, "#f4ecd8")
    assert theme.variables["bright"] == own_themes()[1].variables["bright"]


@pytest.mark.parametrize("text", ['page = "no colour"', 'paper = "#fff"', "page = ", 'page = "#12"'])
def test_an_invalid_theme_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"bad\.toml"):
        load_theme(path)


def test_a_missing_theme_gives_a_warning(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="There is no theme “dusk”") as caught:
        load_theme(tmp_path / "dusk")
    assert "Errno" not in str(caught.value)
