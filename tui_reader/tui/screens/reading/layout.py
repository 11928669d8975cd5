"""The widths of the panes: three panes, two with a drawer, or one at a time."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tui_reader.tui.commands.command import Pane

THREE_PANES = 100
"""Smallest width in columns at which sidebar, list and article are side by side."""
TWO_PANES = 72
"""Smallest width in columns at which list and article are side by side; the article then has 40 columns or more."""
LEAST_WIDTH, LEAST_HEIGHT = 24, 6
"""The smallest size, in columns and rows, in which a text can be read."""


class Mode(StrEnum):
    """The number of panes that are visible at a time."""

    THREE = "three"
    TWO = "two"
    ONE = "one"
    ZEN = "zen"


class Arrangement(NamedTuple):
    """The widths of the panes in columns; 0 hides a pane."""

    mode: Mode
    sidebar: int
    headlines: int
    article: int
    drawer: bool = False
    """True if the sidebar lies over the other panes."""


def mode_of(width: int, *, zen: bool) -> Mode:
    """Return how many panes are visible in `width` columns: in zen mode one, else as many as fit."""
    if zen:
        return Mode.ZEN
    return Mode.THREE if width >= THREE_PANES else Mode.TWO if width >= TWO_PANES else Mode.ONE


def arrange(width: int, pane: Pane, *, zen: bool) -> Arrangement:
    """Return the widths of the panes in a terminal of `width` columns, with `pane` active or in zen mode.

    A rule of one column separates list and article if both are visible.
    """
    mode = mode_of(width, zen=zen)
    if mode is Mode.ZEN:
        return Arrangement(mode, 0, 0, width)
    if mode is Mode.THREE:
        sidebar = max(20, min(40, width // 6))
        headlines = max(38, min(60, (width - sidebar) * 2 // 5))
        return Arrangement(mode, sidebar, headlines, width - sidebar - headlines - 1)
    if mode is Mode.TWO:
        headlines = max(30, min(38, width * 2 // 5))
        drawer = pane is Pane.SIDEBAR
        # A narrower drawer would leave the ends of the headlines visible beside it.
        return Arrangement(mode, headlines if drawer else 0, headlines, width - headlines - 1, drawer)
    return Arrangement(
        mode,
        width if pane is Pane.SIDEBAR else 0,
        width if pane is Pane.LIST else 0,
        width if pane is Pane.ARTICLE else 0,
    )
