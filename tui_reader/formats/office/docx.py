"""DOCX: documents of Word, converted by mammoth, which comes with the extra `office`."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.office.office_format import ConvertedFile, OfficeFormat
from tui_reader.formats.reasons import WrongContent

if TYPE_CHECKING:
    from tui_reader.formats.base import Format
    from tui_reader.formats.epub.archive import Archive

_NOT_INSTALLED = (
    "a document of Word, and the program’s extra “office” that reads such documents is not installed. "
    "Install it with: pip install 'tui-reader[office]'"
)
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote:fresh > p:fresh
p[style-name='Intense Quote'] => blockquote:fresh > p:fresh
p[style-name='Block Text'] => blockquote:fresh > p:fresh
p[style-name='Quotations'] => blockquote:fresh > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Preformatted Text'] => pre:separator('\\n')
p[style-name='Source Code'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
p[style-name='Plain Text'] => p:fresh
p[style-name='Caption'] => p.caption:fresh
p[style-name='Image Caption'] => p.caption:fresh
p[style-name='FigureCaption'] => p.caption:fresh
p[style-name='Figure'] => p.caption:fresh
p[style-name='Illustration'] => p.caption:fresh
r[style-name='Verbatim Char'] => code
r[style-name='Source Text'] => code
r[style-name='HTML Code'] => code
u => em
strike => s
"""
"""Elements of HTML for styles of Word, in the notation of mammoth's style maps."""
_PARTS = re.compile(r"(?:_rels/\.rels|\[Content_Types\]\.xml|(?:word|docProps)/(?:_rels/)?[\w.-]+\.(?:xml|rels))\Z")
"""Paths of the parts of the archive that mammoth reads: `word/document.xml`, `word/_rels/document.xml.rels`."""
_PICTURE_TARGET = re.compile(rb"""Target=["'](media/[\w.-]{1,200})["']""")
"""Path of a picture to which a part refers; mammoth refuses documents in which it is missing."""
_CORE = (
    ("title", "{http://purl.org/dc/elements/1.1/}title"),
    ("author", "{http://purl.org/dc/elements/1.1/}creator"),
    ("date", "{http://purl.org/dc/terms/}created"),
    ("keywords", "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}keywords"),
    ("language", "{http://purl.org/dc/elements/1.1/}language"),
)
"""Elements of `docProps/core.xml` by the metadata that they contain."""
_NO_TITLE = re.compile(r"microsoft word\b|document ?\d*\Z", re.IGNORECASE)
"""A title that a program gave: `Microsoft Word - report.docx`, `Document1`."""


class Docx(OfficeFormat):
    """The format of documents of Word."""

    name = "DOCX"
    suffixes = (".docx", ".docm")

    picture_paths = re.compile(r"(?:word/)?media/[^\\]{1,200}\Z")

    def converted(self, data: bytes) -> ConvertedFile:
        """Convert a file by mammoth."""
        from tui_reader.formats.html.page_tree import parse  # noqa: PLC0415 - see `OfficeFormat.read`
        from tui_reader.formats.office.office_document import archive_of  # noqa: PLC0415 - see above

        archive = archive_of(data)
        header = _header(archive)
        html = _converted(_safe_copy(archive), is_cut=archive.is_cut)
        return ConvertedFile(parse(f"<body>{html}</body>") if html else None, header, archive.is_cut)


FORMAT: Format = Docx()


def _header(archive: Archive) -> dict[str, Any]:
    """Return the metadata of a document by the keys of front matter, such as `title`, without titles by programs."""
    from tui_reader.formats.office import office_document as office  # noqa: PLC0415 - see `OfficeFormat.read`

    root = office.xml_root(office.part_of(archive, "docProps/core.xml"))
    header: dict[str, Any] = {}
    if root is None:
        return header
    for key, tag in _CORE:
        found = root.find(tag)
        value = clean_line("".join(map(str, found.itertext()))) if found is not None else ""
        if value and not (key == "title" and _NO_TITLE.match(value)):
            header[key] = value
    return header


def _safe_copy(archive: Archive) -> bytes:
    """Return a copy of the archive for mammoth, inflated within limits; pictures are replaced by their paths."""
    from tui_reader.formats.office import office_document as office  # noqa: PLC0415 - see `OfficeFormat.read`

    if archive.is_cut and "word/document.xml" not in archive.entries:
        raise office.UnreadableOfficeError(office.CUT_OFF)
    if "word/document.xml" not in archive.entries and "[Content_Types].xml" not in archive.entries:
        raise office.UnreadableOfficeError(WrongContent("a ZIP archive that is no document of Word"))
    copy = io.BytesIO()
    absent: set[str] = set()
    with zipfile.ZipFile(copy, "w") as target:
        for name in archive.entries:
            if _PARTS.match(name):
                part = office.part_of(archive, name)
                # The last part may end within a tag, which mammoth's parser refuses.
                part = office.repaired(part) if archive.is_cut else part
                absent.update(f"word/{path.decode()}" for path in _PICTURE_TARGET.findall(part))
                target.writestr(name, part)
            elif Docx.picture_paths.match(name):
                target.writestr(name, name.encode())
        for name in sorted(absent.difference(archive.entries)):
            target.writestr(name, name.encode())
    return copy.getvalue()


def _converted(data: bytes, *, is_cut: bool) -> str:
    """Return the document as the source of an HTML page, converted by mammoth.

    Args:
        data: The bytes of the archive.
        is_cut: True if the end of the file is missing.

    Raises:
        UnreadableOfficeError: If mammoth is not installed, or cannot read the document.
    """
    from tui_reader.formats.office import office_document as office  # noqa: PLC0415 - see `OfficeFormat.read`

    try:
        import mammoth  # type: ignore[import-untyped]  # noqa: PLC0415 - 60 ms, and not always installed
    except ImportError:
        raise office.UnreadableOfficeError(_NOT_INSTALLED) from None

    def picture(image: Any) -> dict[str, str]:
        with image.open() as file:
            return {"src": file.read().decode("utf-8", "replace")}

    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(picture)
        )
    except Exception as error:  # mammoth raises errors of many kinds for documents that it does not expect
        reason = office.CUT_OFF if is_cut else WrongContent("damaged: its text cannot be found in it")
        raise office.UnreadableOfficeError(reason) from error
    return str(result.value)
