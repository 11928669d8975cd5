"""The widths of the panes at every terminal width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.layout import LEAST_WIDTH, Mode, arrange

widths = st.integers(LEAST_WIDTH, 400)
panes = st.sampled_from((Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE))


@given(widths, panes, st.booleans())
def test_the_active_pane_is_visible_and_all_panes_fit(width: int, pane: Pane, zen: bool) -> None:
    pane = Pane.ARTICLE if zen else pane
    shown = arrange(width, pane, zen=zen)
    columns = {Pane.SIDEBAR: shown.sidebar, Pane.LIST: shown.headlines, Pane.ARTICLE: shown.article}
    assert columns[pane] >= 20
    side = 0 if shown.drawer else shown.sidebar
    rule = 1 if shown.mode in (Mode.THREE, Mode.TWO) else 0
    assert side + shown.headlines + shown.article + rule == width


@given(widths)
def test_three_panes_keep_their_widths_whichever_is_active(width: int) -> None:
    if width >= 100:
        assert len({arrange(width, pane, zen=False) for pane in (Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE)}) == 1


def test_the_number_of_panes_depends_on_the_width() -> None:
    modes = [arrange(width, Pane.LIST, zen=False).mode for width in (120, 100, 99, 72, 71, 40)]
    assert modes == [Mode.THREE, Mode.THREE, Mode.TWO, Mode.TWO, Mode.ONE, Mode.ONE]


def test_an_article_beside_the_list_has_at_least_forty_columns() -> None:
    for width in range(72, 400):
        assert arrange(width, Pane.LIST, zen=False).article >= 40


def test_a_drawer_leaves_no_ends_of_headlines_beside_it() -> None:
    for width in range(72, 100):
        shown = arrange(width, Pane.SIDEBAR, zen=False)
        assert shown.drawer
        assert shown.sidebar == shown.headlines
