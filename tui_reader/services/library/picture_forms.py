"""The forms in which a picture is drawn for the screen."""

from __future__ import annotations

PIXELS = "pixels"
"""Red, green and blue of each pixel, row by row."""
PNG = "png"
"""A PNG file, which the terminal draws over placeholder characters (kitty)."""
SIXEL = "sixel"
"""Sixels, a line for each row of cells."""
