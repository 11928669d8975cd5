"""The table of all formats, and the choice of the format that reads a file.

To add a format, write one module with a subclass of `Format`, or of a base for its kind such as `MarkupFormat`, and an
instance called `FORMAT`; add one row to `ROWS` and a description to `descriptions`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.base import HEAD, Format, suffix_of
from tui_reader.formats.reasons import WrongContent

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata


class Row(NamedTuple):
    """The entry of a format in the table; the format is imported when a file first needs it."""

    module: str
    """Name of the module, whose constant `FORMAT` is the format."""
    suffixes: tuple[str, ...]
    """Copy of `Format.suffixes`, so that folders can be listed without importing any format."""
    is_slow: bool = False
    """True if a usual file takes longer than 50 ms to parse: it is parsed in a worker process and cached."""
    has_whole: bool = False
    """True if `Format.read` distinguishes the article from the whole page."""
    reads_to_scan: bool = False
    """True if `Format.scan` has to read the whole document: the document is then cached when a file is scanned."""
    version: int = 1
    """Increased when the format reads another text or other metadata from the same bytes: cached files are then parsed
    again, and their annotations are re-anchored in the new text."""

    @property
    def edition(self) -> str:
        """Return a string that names the format and its version, such as `epub-1`."""
        return f"{self.module.rpartition('.')[2]}-{self.version}"


ROWS: tuple[Row, ...] = (
    # 6 ms to import after plain text, and 43 ms more for the parser, when the first document is read.
    Row("tui_reader.formats.markdown.markdown", (".md", ".markdown", ".mdown", ".mkd"), version=2),
    # 3 ms to import after plain text; 80 ms for pdfium, when the first file is read.
    Row("tui_reader.formats.pdf.pdf", (".pdf",), is_slow=True, version=2),
    # 2 ms to import, 260 ms for lxml and trafilatura when the first page is read.
    Row(
        "tui_reader.formats.html.html",
        (".html", ".htm", ".xhtml", ".mhtml", ".mht"),
        is_slow=True,
        reads_to_scan=True,
        has_whole=True,
        version=3,
    ),
    # 30 ms to import, most of it for encodings, dates and languages, which all formats share.
    Row("tui_reader.formats.plain.plain", (".txt", ".text")),
    # 20 ms to import after plain text, most of it for the XML parser.
    Row("tui_reader.formats.epub.epub", (".epub",), is_slow=True, version=2),
    # 1 ms to import after plain text.
    Row("tui_reader.formats.gemtext.gemtext", (".gmi", ".gemini")),
    # 4 ms to import after plain text.
    Row("tui_reader.formats.org.org", (".org",)),
    # 3 ms to import after plain text; the parser of mails takes 40 ms.
    Row("tui_reader.formats.mail.mail", (".eml", ".emlx"), is_slow=True, reads_to_scan=True, version=2),
    # 2 ms to import after plain text; mammoth takes 60 ms, and the walker of pages 30 ms.
    Row("tui_reader.formats.office.docx", (".docx", ".docm"), is_slow=True, reads_to_scan=True, version=2),
    Row("tui_reader.formats.office.odt", (".odt", ".fodt"), is_slow=True, reads_to_scan=True, version=2),
    # 2 ms to import after plain text; docutils takes 40 ms to import, and 2 s for a megabyte.
    Row("tui_reader.formats.rst.rst", (".rst", ".rest"), is_slow=True, version=2),
    # 3 ms to import after Markdown; a notebook with pictures has several megabytes.
    Row("tui_reader.formats.notebooks.notebook", (".ipynb",), is_slow=True),
    # 2 ms to import after plain text.
    Row("tui_reader.formats.compressed.gzip_files", (".gz",), is_slow=True),
)
"""All formats. If two formats have the same priority for a file, the first format reads it."""

_ROW_BY_SUFFIX = {suffix: row for row in ROWS for suffix in row.suffixes}

_COMPRESSED = ".gz"
_ARTICLE_NAMES = frozenset(
    {"readme", "changelog", "changes", "news", "notes", "history", "todo", "article", "draft", "faq"}
)
"""Names of files without a suffix that are usually documents."""

_WORD = re.compile(r"[^\W\d_]{2,}")
"""Pattern of a word of two letters or more, by which the words of a file name are counted."""


@cache
def load(row: Row) -> Format:
    """Import and return the format of a row."""
    form: Format = import_module(row.module).FORMAT
    return form


def row_named(name: str) -> Row | None:
    """Return the row of the format that a file's suffix determines; None if its bytes decide.

    The version of a compressed file's row includes that of the format inside.
    """
    suffix = suffix_of(name)
    row = _ROW_BY_SUFFIX.get(suffix)
    if row is not None and suffix == _COMPRESSED:
        inside = _ROW_BY_SUFFIX.get(suffix_of(name[: -len(suffix)]))
        if inside is not None:
            return row._replace(version=1_000 * row.version + inside.version, has_whole=inside.has_whole)
    return row


def edition_of(name: str) -> str:
    """Return a string that changes when the format that a file's name determines gets another version.

    For files whose bytes decide, it changes when any format gets another version. It takes less than a microsecond,
    since it is asked for each file of a library at each start.
    """
    last = name.rpartition("/")[2]
    parts = last.rsplit(".", 2)
    return _edition(".".join(["", *parts[-2 if last.endswith(_COMPRESSED) else -1 :]]) if len(parts) > 1 else "")


@lru_cache(maxsize=1_000)
def _edition(suffix: str) -> str:
    row = row_named(f"x{suffix}")
    return " ".join(each.edition for each in ROWS) if row is None else row.edition


def row_for(name: str, data: bytes) -> Row:
    """Return the row of the format that a file's suffix determines, else of the one that best fits its first bytes."""
    row = row_named(name)
    if row is not None:
        return row
    head = data[:HEAD]
    return max(ROWS, key=lambda row: load(row).matches(name, head))


def format_for(name: str, data: bytes) -> Format:
    """Return the format that reads a file, see `row_for`."""
    return load(row_for(name, data))


def is_article(name: str) -> bool:
    """Return True if a file in a folder is an article, judged by its name alone.

    Returns:
        True if the suffix belongs to a format, or if there is no suffix and the name is a usual one (`README`) or has
        three words or more. For a file compressed by gzip, the name of the file inside decides.
        Hidden files are never articles.
    """
    name = name.rpartition("/")[2]
    if name.startswith("."):
        return False
    suffix = suffix_of(name)
    if suffix == _COMPRESSED:
        inside = name[: -len(suffix)]
        known = suffix_of(inside)
        return inside.lower() in _ARTICLE_NAMES or (known in _ROW_BY_SUFFIX and known != _COMPRESSED)
    if suffix:
        return suffix in _ROW_BY_SUFFIX
    return name.lower() in _ARTICLE_NAMES or len(_WORD.findall(name)) >= 3


def read(data: bytes, name: str, *, whole: bool = False) -> Document:
    """Read an article. Never raises: unreadable bytes become a document that gives the reason.

    Args:
        data: All bytes of the file.
        name: Name or path of the file, to choose the format and to name the file on an error page; `-` for standard
            input.
        whole: True for the whole page in place of the article, in formats that distinguish them.
    """
    document = _emptiness(data, name) or format_for(name, data).read(data, name, whole=whole)
    if not document.error:
        return document
    reason, ending = _reason(document.error, data, name)
    return document if reason == document.error else _page(data, name, reason, ending)


def resource(data: bytes, name: str, target: str) -> bytes | None:
    """Return the bytes of a picture that a file contains; None if it is not in the file.

    Args:
        data: All bytes of the file.
        name: Name or path of the file.
        target: `Block.target` of a figure.
    """
    return format_for(name, data).resource(data, name, target)


def preview(data: bytes, name: str) -> Document | None:
    """Return about the first 20,000 characters of an article; None if `read` takes less than 50 ms."""
    return format_for(name, data).preview(data, name)


def scan(data: bytes, name: str) -> tuple[Metadata, str]:
    """Return an article's metadata, and the reason if it cannot be read, without building blocks."""
    if empty := _emptiness(data, name):
        return empty.metadata, empty.error
    metadata, error = format_for(name, data).scan(data, name)
    return metadata, _reason(error, data, name)[0] if error else ""


def _emptiness(data: bytes, name: str) -> Document | None:
    """Return the page for an empty file of a format whose files cannot be empty, such as a PDF file; else None."""
    if len(data) >= HEAD:
        return None
    from tui_reader.formats import true_kinds  # noqa: PLC0415 - see `_page`

    if not true_kinds.is_wrongly_empty(data, name):
        return None
    return _page(data, name, true_kinds.EMPTY)


def _reason(error: str, data: bytes, name: str) -> tuple[str, str]:
    """Return why a file cannot be read: its format's reason, unless its bytes are of another kind than its name says.

    Returns:
        The reason, and the suffix under which the file can be read; empty if there is none, or the reason implies it.
    """
    from tui_reader.formats.true_kinds import mistake_in  # noqa: PLC0415 - see `_page`

    if not isinstance(error, WrongContent):
        return error, ""
    what, ending = mistake_in(data, name)
    return (f"{what}, not what its name says", ending) if what else (error, "")


def _page(data: bytes, name: str, reason: str, ending: str = "") -> Document:
    """Return the error page of a file in place of the one that its format would return.

    Args:
        data: All bytes of the file.
        name: Name or path of the file.
        reason: Why the file cannot be read, in a few words.
        ending: Suffix under which the file can be read; empty if there is none.
    """
    from tui_reader.formats.problem_page import problem_document  # noqa: PLC0415 - only for files that cannot be read

    return problem_document(name, len(data), reason, ending)
