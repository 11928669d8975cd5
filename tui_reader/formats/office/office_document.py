"""Common code for documents of word processors: reading XML within limits, and converting HTML to a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import BlockKind, DocumentBuilder
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.epub.archive import Archive, ArchiveError, CutArchiveError
from tui_reader.formats.html.addresses import Addresses
from tui_reader.formats.html.note_references import Notes
from tui_reader.formats.html.walker import walk
from tui_reader.formats.metadata.guesses import Heading, complete
from tui_reader.formats.problem_page import cut_off_notice
from tui_reader.formats.reasons import UnreadableError, WrongContent
from tui_reader.formats.titled_document import titled_document

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from tui_reader.document.blocks import Document

MOST_XML = 40_000_000
"""Maximum number of inflated bytes of an XML part."""
MOST_PICTURE = 30_000_000
"""Maximum number of inflated bytes of a picture."""
CAPTION = "caption"
"""Class of the captions in the HTML of a document."""
CUT_OFF = CutArchiveError().reason
"""Reason why a file is not shown if the part with its text is missing, with the end of the archive."""
_COMPOUND = b"\xd0\xcf\x11\xe0"


class UnreadableOfficeError(UnreadableError):
    """Raised for a file that is not a readable document; the message is the reason in a few words."""


class _OfficeAddresses(Addresses):
    """Keeps the path in the archive as the target of pictures."""

    def picture(self, source: str) -> str:
        """Return the target of a picture: its path in the archive, as it is written."""
        source = clean_line(source)
        return source if source.startswith(("word/", "Pictures/", "media/")) else super().picture(source)


def archive_of(data: bytes) -> Archive:
    """Open the ZIP archive of a document.

    Raises:
        UnreadableOfficeError: If the bytes are not a ZIP archive.
    """
    if data.startswith(_COMPOUND):
        raise UnreadableOfficeError("encrypted with a password, or a document of Word before 2007")
    if not data.startswith(b"PK"):
        raise UnreadableOfficeError(WrongContent("damaged: it does not begin like a ZIP archive, as such documents do"))
    try:
        return Archive(data)
    except ArchiveError as error:
        raise UnreadableOfficeError(WrongContent(f"damaged: {str(error).removeprefix('damaged: ')}")) from None


def part_of(archive: Archive, name: str) -> bytes:
    """Return the bytes of an XML part; empty if it is missing.

    Raises:
        UnreadableOfficeError: If the part is damaged, encrypted or too large, or defines entities.
    """
    if name not in archive.entries:
        return b""
    try:
        part = archive.read(name, MOST_XML)
    except ArchiveError as error:
        raise UnreadableOfficeError(WrongContent(f"damaged: {error}")) from None
    if b"<!ENTITY" in part or b"<!DOCTYPE" in part[:1_000]:
        raise UnreadableOfficeError("a document whose parts define entities, which no word processor writes")
    return part


def picture_of(data: bytes, target: str) -> bytes | None:
    """Return the bytes of a picture in the archive; None if it is missing, damaged or too large."""
    try:
        archive = archive_of(data)
        return archive.read(target, MOST_PICTURE) or None
    except (ArchiveError, UnreadableOfficeError):
        return None


def xml_root(part: bytes) -> Element | None:
    """Return the root of an XML part; None if it is empty or nothing of it can be parsed."""
    from lxml import etree  # noqa: PLC0415 - 10 ms, needed only for such documents

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, recover=True, huge_tree=True, remove_comments=True
    )
    try:
        root: Element | None = etree.fromstring(part, parser) if part else None
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def repaired(part: bytes) -> bytes:
    """Return an XML part whose end may be missing with all its tags closed."""
    from lxml import etree  # noqa: PLC0415 - see `xml_root`

    root = xml_root(part)
    return part if root is None else etree.tostring(root, encoding="utf-8", xml_declaration=True)


def document_of(root: Element | None, header: Mapping[str, Any], name: str, *, is_cut: bool = False) -> Document:
    """Convert an HTML tree to a document.

    Args:
        root: The tree; None if there is none.
        header: Metadata by the keys of front matter, such as `title`.
        name: File name or path.
        is_cut: True if the end of the file is missing.
    """
    builder = DocumentBuilder()
    if root is not None:
        _join_captions(root)
        addresses, notes = _OfficeAddresses(), Notes()
        notes.find(root, addresses)
        walk(root, addresses, notes).append_to(builder)
    document = builder.build()

    def heading() -> Heading | None:
        for index, block in enumerate(document.blocks):
            if block.kind is BlockKind.HEADING and (text := clean_line(document.block_text(index))):
                return Heading(text, block.level if index else 1)
        return None

    metadata = complete(header, document.text, name, heading)
    notices = (cut_off_notice("text and pictures"),) if is_cut else ()
    return titled_document(builder, metadata, "document", notices=notices)


def _join_captions(root: Element) -> None:
    """Make the caption below each picture the picture's description, unless the picture has one with other words."""
    for image in list(root.iter("img")):
        described = clean_line(image.get("alt") or "")
        paragraph = next(image.iterancestors("p"), None)
        below = None if paragraph is None else paragraph.getnext()
        if below is None or below.tag != "p" or next(below.iter("a", "img"), None) is not None:
            continue
        words = clean_line("".join(map(str, below.itertext())))
        is_caption = CAPTION in (below.get("class") or "").split()
        if words and (words == described or (is_caption and not described)):
            image.set("alt", words)
            parent = below.getparent()
            if parent is not None:
                parent.remove(below)
