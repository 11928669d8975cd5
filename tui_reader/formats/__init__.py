"""Conversion of a file's bytes to a document: the formats, and the choice of a format."""

from tui_reader.formats.base import Format
from tui_reader.formats.registry import ROWS, format_for, is_article, load, preview, read, resource, scan

__all__ = ["ROWS", "Format", "format_for", "is_article", "load", "preview", "read", "resource", "scan"]
