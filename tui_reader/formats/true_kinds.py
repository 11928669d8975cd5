"""Recognition of files whose name says another kind than their bytes, for the reason on their error pages."""

from __future__ import annotations

import re

from tui_reader.formats.base import suffix_of

_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html\b)", re.IGNORECASE)
_SIGNATURES = (
    (b"Rar!\x1a", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"{\\rtf", "a document in Rich Text Format"),
)
"""The first bytes of files, and what such a file is, besides those of `encodings.SIGNATURES`."""
_SUFFIXES = {"a PDF file": ".pdf", "a gzip archive": ".gz"}
"""Usual suffixes of files with a signature, by what they are; no format reads the others."""
_ZIP = b"PK\x03\x04"
_IN_ZIP = (
    (b"mimetypeapplication/epub+zip", "an EPUB", ".epub"),
    (b"mimetypeapplication/vnd.oasis.opendocument.text", "an OpenDocument text", ".odt"),
    (b"mimetypeapplication/vnd.oasis.opendocument", "another document of OpenDocument than a text", ""),
    (b"word/document.xml", "a document of Word", ".docx"),
    (b"xl/workbook.xml", "a spreadsheet of Excel", ""),
    (b"ppt/presentation.xml", "a presentation of PowerPoint", ""),
    (b"content.xml", "an OpenDocument text", ".odt"),
)
"""Names in the headers of a ZIP archive, which are never packed; what the archive is, and its usual suffix."""
_SYNONYMS = {".docm": ".docx", ".fodt": ".odt"}
"""Suffixes of files that the format of another suffix reads."""
_BINARY = frozenset((".pdf", ".epub", ".docx", ".docm", ".odt", ".gz"))
"""Suffixes of formats whose files are never plain text."""
_HEAD = 4_096
_LEAST = 1_024
"""Size in bytes from which a file of white space and zero bytes counts as damaged, not as empty."""
_MOST_CONTROLS = 0.02
"""Maximum share of control bytes in a text."""
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\f\r\x1b")
_BLANK = b" \t\r\n\f\v\0\xef\xbb\xbf\xff\xfe"
"""Bytes of white space, zero bytes and byte order marks."""

EMPTY = "empty, as after an interrupted download or on a full disk"
"""Reason why a file without content cannot be read, in formats whose files cannot be empty."""


def is_web_page(data: bytes) -> bool:
    """Return True if a file begins like an HTML page."""
    return _WEB_PAGE.match(data) is not None


def is_blank(data: bytes) -> bool:
    """Return True if a file contains only white space, zero bytes or a byte order mark."""
    return not data.strip(_BLANK)


def is_empty(data: bytes) -> bool:
    """Return True if a small file is blank; a large file of zero bytes is damaged, not empty."""
    return len(data) < _LEAST and is_blank(data)


def is_wrongly_empty(data: bytes, name: str) -> bool:
    """Return True if a file contains only white space and zero bytes, although its format is never plain text."""
    return suffix_of(name) in _BINARY and is_empty(data)


def mistake_in(data: bytes, name: str) -> tuple[str, str]:
    """Return what a file is if its name says something else, and the suffix under which it can be read.

    Call this only for a file that the format of its name cannot read.

    Returns:
        What it is in a few words, and suffixes, which are empty if no format reads it; two empty strings if the bytes
        may well be what the name says, such as a damaged file.
    """
    suffix = suffix_of(name)
    what, wanted = _kind_of(data)
    if not what and suffix in _BINARY and _is_text(data[:_HEAD]):
        what, wanted = ("a web page", ".html") if is_web_page(data) else ("text", ".txt or .md")
    return (what, wanted) if wanted != _SYNONYMS.get(suffix, suffix) else ("", "")


def _kind_of(data: bytes) -> tuple[str, str]:
    """Return what a file is by its signature, and its usual suffix; empty if it has none."""
    if data.startswith(_ZIP):
        return next(((what, suffix) for mark, what, suffix in _IN_ZIP if mark in data), ("", ""))
    from tui_reader.formats.text.encodings import SIGNATURES  # noqa: PLC0415 - 2 ms, only for files that cannot be read

    what = next((what for mark, what in (*SIGNATURES, *_SIGNATURES) if data.startswith(mark)), "")
    return what, _SUFFIXES.get(what, "")


def _is_text(head: bytes) -> bool:
    """Return True if the beginning of a file may be text: it has no zero byte and hardly any control bytes."""
    return len(head) - len(head.translate(None, _CONTROLS)) <= _MOST_CONTROLS * len(head) and b"\0" not in head
