"""ODT: documents of LibreOffice and other programs (OpenDocument 1.3), as an archive or as flat XML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.office.office_format import ConvertedFile, OfficeFormat
from tui_reader.formats.problem_page import ENCRYPTED
from tui_reader.formats.reasons import WrongContent

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from tui_reader.formats.base import Format

_DC = "{http://purl.org/dc/elements/1.1/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_FIELDS = (
    ("title", f"{_DC}title"),
    ("author", f"{_META}initial-creator"),
    ("author", f"{_DC}creator"),
    ("date", f"{_META}creation-date"),
    ("date", f"{_DC}date"),
    ("language", f"{_DC}language"),
)
"""Elements by the metadata that they contain; of those with the same metadata, the first that has text counts."""


class Odt(OfficeFormat):
    """The format of OpenDocument texts."""

    name = "ODT"
    suffixes = (".odt", ".fodt")

    picture_paths = re.compile(r"(?:Pictures|media)/[^\\]{1,200}\Z")

    def converted(self, data: bytes) -> ConvertedFile:
        """Convert a file by the rules of `odt_tree`."""
        from tui_reader.formats.office.odt_tree import html_of  # noqa: PLC0415 - see `OfficeFormat.read`

        roots, is_cut = _roots(data)
        return ConvertedFile(html_of(roots), _header(roots), is_cut)


FORMAT: Format = Odt()


def _roots(data: bytes) -> tuple[list[Element], bool]:
    """Return the roots of the XML with the text, the styles and the metadata; of flat XML, its one root.

    Returns:
        The roots, and True if the end of the archive is missing.

    Raises:
        UnreadableOfficeError: If the file is not an OpenDocument text.
    """
    from tui_reader.formats.office import office_document as office  # noqa: PLC0415 - see `OfficeFormat.read`

    is_cut = False
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        if b"<!ENTITY" in data:
            raise office.UnreadableOfficeError("a document that defines entities, which no word processor writes")
        roots = [office.xml_root(data)]
    else:
        archive = office.archive_of(data)
        is_cut = archive.is_cut
        if is_cut and "content.xml" not in archive.entries:
            raise office.UnreadableOfficeError(office.CUT_OFF)
        if b"encryption-data" in office.part_of(archive, "META-INF/manifest.xml"):
            raise office.UnreadableOfficeError(ENCRYPTED)
        roots = [office.xml_root(office.part_of(archive, part)) for part in ("content.xml", "styles.xml", "meta.xml")]
    found = [root for root in roots if root is not None]
    if roots[0] is None or not str(roots[0].tag).startswith("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"):
        raise office.UnreadableOfficeError(
            office.CUT_OFF if is_cut else WrongContent("damaged: it has no text of OpenDocument")
        )
    return found, is_cut


def _header(roots: list[Element]) -> dict[str, Any]:
    """Return the metadata of a document by the keys of front matter, such as `title` and `keywords` (a list)."""
    header: dict[str, Any] = {}
    keywords: list[str] = []
    for root in roots:
        for key, tag in _FIELDS:
            found = next(root.iter(tag), None)
            value = clean_line("".join(map(str, found.itertext()))) if found is not None else ""
            if value and found is not None and str(getattr(found.getparent(), "tag", "")).endswith("}meta"):
                header.setdefault(key, value)
        keywords += [clean_line("".join(map(str, each.itertext()))) for each in root.iter(f"{_META}keyword")]
    if keywords:
        # LibreOffice writes an element a keyword, other programs write all keywords into one.
        header["keywords"] = [part for each in keywords for one in re.split("[,;]", each) if (part := one.strip())]
    return header
