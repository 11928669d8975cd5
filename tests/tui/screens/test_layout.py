"""How much room each pane has, at any width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.layout import LEAST_WIDTH, Mode, arrange

widths = st.integers(LEAST_WIDTH, 400)
panes = st.sampled_from((Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE))


@given(widths, panes, st.booleans())
def test_the_active_pane_is_there_and_all_fit(width: int, pane: Pane, zen: bool) -> None:
    pane = Pane.ARTICLE if zen else pane
    shown = arrange(width, pane, zen=zen)
    columns = {Pane.SIDEBAR: shown.sidebar, Pane.LIST: shown.headlines, Pane.ARTICLE: shown.article}
    assert columns[pane] >= 20
    side = 0 if shown.drawer else shown.sidebar
    rule = 1 if shown.mode in (Mode.THREE, Mode.TWO) else 0
    assert side + shown.headlines + shown.article + rule == width


@given(widths)
def test_moving_between_panes_moves_nothing_where_all_three_stand(width: int) -> None:
    if width >= 100:
        assert len({arrange(width, pane, zen=False) for pane in (Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE)}) == 1


def test_the_three_ranges() -> None:
    modes = [arrange(width, Pane.LIST, zen=False).mode for width in (120, 100, 99, 72, 71, 40)]
    assert modes == [Mode.THREE, Mode.THREE, Mode.TWO, Mode.TWO, Mode.ONE, Mode.ONE]


def test_an_article_beside_a_list_has_room_to_be_read() -> None:
    for width in range(72, 400):
        assert arrange(width, Pane.LIST, zen=False).article >= 40
