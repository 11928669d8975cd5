"""The table of formats, and the choice of the one that reads a file.

To add a format, write one module with a class that implements `Format` and an instance called `FORMAT`, and add one
row to `ROWS`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.base import HEAD, Format, suffix_of

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata


class Row(NamedTuple):
    """A format that is imported when the first file needs it."""

    module: str
    """Name of the module, whose constant `FORMAT` is the format."""
    suffixes: tuple[str, ...]
    """`Format.suffixes`, repeated here so that folders can be listed without importing any format."""


ROWS: tuple[Row, ...] = (
    # 6 ms to import after plain text, and 43 ms more for the parser, when the first document is read.
    Row("tui_reader.formats.markdown.markdown", (".md", ".markdown", ".mdown", ".mkd")),
    # 30 ms to import, most of it for encodings, dates and languages, which all formats share.
    Row("tui_reader.formats.plain.plain", (".txt", ".text")),
)
"""All formats. Of two that match a file equally well, the first one reads it."""

_ROW_BY_SUFFIX = {suffix: row for row in ROWS for suffix in row.suffixes}

_ARTICLE_NAMES = frozenset(
    {"readme", "changelog", "changes", "news", "notes", "history", "todo", "article", "draft", "faq"}
)
"""Names of files without a suffix that are usually meant to be read."""

_WORD = re.compile(r"[^\W\d_]{2,}")


@cache
def load(row: Row) -> Format:
    """Import and return the format of a row."""
    form: Format = import_module(row.module).FORMAT
    return form


def format_for(name: str, data: bytes) -> Format:
    """Return the format that reads a file: the owner of its suffix, else the best match by first bytes."""
    row = _ROW_BY_SUFFIX.get(suffix_of(name))
    if row is not None:
        return load(row)
    head = data[:HEAD]
    return max(map(load, ROWS), key=lambda form: form.matches(name, head))


def is_article(name: str) -> bool:
    """Decide by its name alone whether a file in a folder is an article.

    Returns:
        True if the suffix belongs to a format, or if there is no suffix and the name is a usual one (`README`) or has
        three words or more. Hidden files are never articles.
    """
    path = PurePath(name)
    if path.name.startswith("."):
        return False
    suffix = suffix_of(name)
    if suffix:
        return suffix in _ROW_BY_SUFFIX
    return path.name.lower() in _ARTICLE_NAMES or len(_WORD.findall(path.name)) >= 3


def read(data: bytes, name: str) -> Document:
    """Read a whole article. Never raises: bytes that cannot be read become a document that says why.

    Args:
        data: All bytes of the file.
        name: Its name or path, to choose the format and to name the file on an error page; `-` for standard input.
    """
    return format_for(name, data).read(data, name)


def preview(data: bytes, name: str) -> Document | None:
    """Return the first 20,000 characters or so of a large article; None if `read` takes less than 50 ms."""
    return format_for(name, data).preview(data, name)


def scan(data: bytes, name: str) -> tuple[Metadata, str]:
    """Return an article's metadata, and why it cannot be read (empty if it can), without making blocks."""
    return format_for(name, data).scan(data, name)
