"""Bytes to documents: one file a format, and a registry."""

from tui_reader.formats.registry import FORMATS, Format, format_for, is_article, preview, read, scan

__all__ = ["FORMATS", "Format", "format_for", "is_article", "preview", "read", "scan"]
