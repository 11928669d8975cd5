"""Ranges of an article's text, counted in code points."""

from __future__ import annotations

from typing import NamedTuple


class Range(NamedTuple):
    """A range of a text in code points, from `start` up to but not including `end`."""

    start: int
    end: int
