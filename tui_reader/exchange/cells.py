"""Cells of exported tables that a spreadsheet may open."""

from __future__ import annotations

_FORMULA_STARTS = frozenset("=+-@\t\r＝＋－＠")


def is_formula(cell: str) -> bool:
    """Return True if a spreadsheet might execute a cell as a formula."""
    return cell[:1] in _FORMULA_STARTS


def defused(cell: str) -> str:
    """Return a cell with a preceding apostrophe if a spreadsheet might execute it as a formula."""
    return f"'{cell}" if is_formula(cell) else cell
