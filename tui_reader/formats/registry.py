"""Which format reads which file. One file and one row add a format."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

from tui_reader.formats.markdown.markdown import Markdown
from tui_reader.formats.plain.plain import PlainText

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata


class Format(Protocol):
    """Bytes to document. No method raises, whatever the bytes are."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Ends of file names, in lower case, with the point."""

    def read(self, data: bytes, name: str) -> Document:
        """The whole article; one with `error` set where the bytes cannot be read."""

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """What the headline list shows, and why the article cannot be read (empty where it can)."""

    def preview(self, data: bytes, name: str) -> Document | None:
        """The beginning of an article whose reading could take longer than 50 ms; None for any other."""


FORMATS: tuple[Format, ...] = (Markdown(), PlainText())
"""All formats; the last one reads what no other claims."""

_BY_SUFFIX = {suffix: form for form in FORMATS for suffix in form.suffixes}

_NAMES = frozenset({"readme", "changelog", "changes", "news", "notes", "history", "todo", "article", "draft", "faq"})
"""Names of files without a suffix that are usually meant to be read."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKDOWN_SIGN = re.compile(
    r"\A(?:\ufeff)?(?:---|\+\+\+)[ \t]*\r?\n|^#{1,6} \S|^(?:```|~~~)|\[[^\]\n]+\]\(https?://|^(?:\*|-) \[[ x]\] ",
    re.MULTILINE,
)


def _suffix(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    return "" if " " in suffix or suffix.removeprefix(".").isdecimal() else suffix


def format_for(name: str, data: bytes) -> Format:
    """The format that reads a file: by its suffix; without one, Markdown where its marks are seen, else plain text."""
    form = _BY_SUFFIX.get(_suffix(name))
    if form is not None:
        return form
    if not _suffix(name):
        head = data[:4_096].decode("utf-8", "replace")
        if len({match[0][:2] for match in _MARKDOWN_SIGN.finditer(head)}) >= 2:
            return FORMATS[0]
    return FORMATS[-1]


def is_article(name: str) -> bool:
    """Whether a file found in a folder is taken for an article, by its name alone."""
    path = PurePath(name)
    if path.name.startswith("."):
        return False
    suffix = _suffix(name)
    if suffix:
        return suffix in _BY_SUFFIX
    return path.name.lower() in _NAMES or len(_WORD.findall(path.name)) >= 3


def read(data: bytes, name: str) -> Document:
    """Read an article whole. Never raises: bytes that are no article become a document that says so.

    Args:
        data: The file's bytes.
        name: Its name or path, for the format and for what is said to the reader; `-` for standard input.
    """
    return format_for(name, data).read(data, name)


def preview(data: bytes, name: str) -> Document | None:
    """The first 20,000 characters or so of a large article, at once; None where `read` is quick enough itself."""
    return format_for(name, data).preview(data, name)


def scan(data: bytes, name: str) -> tuple[Metadata, str]:
    """Metadata, and why the file cannot be read (empty where it can), without making blocks."""
    return format_for(name, data).scan(data, name)
