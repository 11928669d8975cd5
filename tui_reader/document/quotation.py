"""Quotation marks around the reader's words in messages."""

from __future__ import annotations

_INNER = str.maketrans({"“": "‘", "”": "’", "„": "‚", '"': "'"})


def quoted(words: str) -> str:
    """Return words in quotation marks; double marks within them become single ones, so that no mark stands twice."""
    return f"“{words.translate(_INNER)}”"
