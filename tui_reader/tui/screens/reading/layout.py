"""How much room each pane has: three panes, two with a drawer, or one at a time."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tui_reader.tui.commands.command import Pane

THREE_PANES = 100
"""Columns from which sidebar, list and article stand side by side."""
TWO_PANES = 72
"""Columns from which list and article stand side by side; below, an article would have under 40 columns."""
LEAST_WIDTH, LEAST_HEIGHT = 24, 6
"""Columns and rows without which nothing can be read."""


class Mode(StrEnum):
    """How many panes there are."""

    THREE = "three"
    TWO = "two"
    ONE = "one"
    ZEN = "zen"


class Arrangement(NamedTuple):
    """Widths of the panes in columns; 0 hides a pane, and the article takes what is left."""

    mode: Mode
    sidebar: int
    headlines: int
    article: int
    drawer: bool = False
    """Whether the sidebar lies over the other panes."""


def mode_of(width: int, *, zen: bool) -> Mode:
    """How many panes fit."""
    if zen:
        return Mode.ZEN
    return Mode.THREE if width >= THREE_PANES else Mode.TWO if width >= TWO_PANES else Mode.ONE


def arrange(width: int, pane: Pane, *, zen: bool) -> Arrangement:
    """The widths for a terminal of that many columns, with that pane active.

    A faint rule of one column parts list and article where both are there.
    """
    mode = mode_of(width, zen=zen)
    if mode is Mode.ZEN:
        return Arrangement(mode, 0, 0, width)
    if mode is Mode.THREE:
        sidebar = max(20, min(28, width // 6))
        headlines = max(38, min(60, (width - sidebar) * 2 // 5))
        return Arrangement(mode, sidebar, headlines, width - sidebar - headlines - 1)
    if mode is Mode.TWO:
        headlines = max(30, min(38, width * 2 // 5))
        drawer = pane is Pane.SIDEBAR
        return Arrangement(mode, 26 if drawer else 0, headlines, width - headlines - 1, drawer)
    return Arrangement(
        mode,
        width if pane is Pane.SIDEBAR else 0,
        width if pane is Pane.LIST else 0,
        width if pane is Pane.ARTICLE else 0,
    )
