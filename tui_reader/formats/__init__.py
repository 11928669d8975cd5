"""Conversion of a file's bytes to a document: the formats, and the choice of a format."""

from tui_reader.formats.base import Format
from tui_reader.formats.registry import (
    ROWS,
    Row,
    edition_of,
    format_for,
    is_article,
    load,
    preview,
    read,
    resource,
    row_for,
    row_named,
    scan,
)

__all__ = [
    "ROWS",
    "Format",
    "Row",
    "edition_of",
    "format_for",
    "is_article",
    "load",
    "preview",
    "read",
    "resource",
    "row_for",
    "row_named",
    "scan",
]
