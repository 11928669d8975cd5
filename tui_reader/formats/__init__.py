"""Conversion of bytes to documents: one module for each format, and a registry that chooses the format of a file."""

from tui_reader.formats.base import Format
from tui_reader.formats.registry import ROWS, format_for, is_article, load, preview, read, scan

__all__ = ["ROWS", "Format", "format_for", "is_article", "load", "preview", "read", "scan"]
