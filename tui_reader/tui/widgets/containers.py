"""Containers that a new size lays out once."""

from __future__ import annotations

from textual.containers import Horizontal, Vertical

from tui_reader.tui.widgets.line_pane import LaidOutOnce


class Columns(LaidOutOnce, Horizontal):
    """A container of widgets side by side."""


class Rows(LaidOutOnce, Vertical):
    """A container of widgets one below the other."""
