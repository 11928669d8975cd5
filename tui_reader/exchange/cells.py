"""Cells of tables that a spreadsheet may open."""

from __future__ import annotations

_FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")


def is_formula(cell: str) -> bool:
    """Return True if a spreadsheet might run a cell as a formula."""
    return cell[:1] in _FORMULA_STARTS


def defused(cell: str) -> str:
    """Return a cell with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if is_formula(cell) else cell
