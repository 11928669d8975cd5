"""EPUB files for tests, built from a few strings."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
METADATA = (
    '<dc:title id="t">A Book</dc:title><dc:creator>Ann Author</dc:creator><dc:creator>Bob Writer</dc:creator>'
    "<dc:language>en-GB</dc:language><dc:date>2020-03-04</dc:date><dc:publisher>A House</dc:publisher>"
    '<dc:identifier id="uid">urn:isbn:1</dc:identifier><dc:subject>Novels</dc:subject><dc:subject>Sea</dc:subject>'
)


def xhtml(body: str, *, body_attributes: str = "", title: str = "") -> str:
    """Return a chapter."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{title}</title></head>'
        f"<body{body_attributes}>{body}</body></html>"
    )


def nav(*entries: tuple[str, str] | str, kind: str = "toc") -> str:
    """Return a navigation document; an entry is (reference, title), or ready-made markup."""
    items = "".join(
        each if isinstance(each, str) else f'<li><a href="{each[0]}">{each[1]}</a></li>' for each in entries
    )
    return xhtml(f'<nav epub:type="{kind}"><ol>{items}</ol></nav>')


def package(
    manifest: Mapping[str, str], spine: str, *, metadata: str = METADATA, spine_attributes: str = "", more: str = ""
) -> str:
    """Return a package document.

    Args:
        manifest: Media types, and properties after a space, by the names of files; names without points are ids.
        spine: Ids in reading order; an id with `-` before it is outside the main order.
        metadata: The elements of the metadata.
        spine_attributes: Attributes of the reading order.
        more: Markup after the reading order.
    """
    items = ""
    for name, kind in manifest.items():
        media_type, _, properties = kind.partition(" ")
        items += f'<item id="{identifier(name)}" href="{name}" media-type="{media_type}" properties="{properties}"/>'
    references = "".join(
        f'<itemref idref="{each.removeprefix("-")}"{" linear=" + chr(34) + "no" + chr(34) if each[0] == "-" else ""}/>'
        for each in spine.split()
    )
    return (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="uid"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine{spine_attributes}>{references}</spine>{more}</package>"
    )


def identifier(name: str) -> str:
    """Return the id of a file in the manifest."""
    return name.rpartition("/")[2].partition(".")[0]


def epub(files: Mapping[str, str | bytes], *, container: str = CONTAINER) -> bytes:
    """Return the bytes of a book with these files, whose names are relative to `OPS/` unless they contain `/` first."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), "application/epub+zip")
        archive.writestr("META-INF/container.xml", container)
        for name, content in files.items():
            archive.writestr(name.removeprefix("/") if name.startswith("/") else f"OPS/{name}", content)
    return data.getvalue()


XHTML = "application/xhtml+xml"


def book(
    chapters: Mapping[str, str], *, toc: str = "", files: Mapping[str, str | bytes] | None = None, **options: str
) -> bytes:
    """Return a book of chapters in order, by the names of their files.

    Args:
        chapters: Markup of each chapter's body, or a whole chapter.
        toc: The navigation document; empty for a book without one.
        files: Further files.
        options: Passed on to `package`.
    """
    manifest = dict.fromkeys(chapters, XHTML)
    if toc:
        manifest["toc.xhtml"] = f"{XHTML} nav"
    spine = options.pop("spine", " ".join(map(identifier, chapters)))
    contents = {
        name: body if body.startswith("<?xml") or "<html" in body else xhtml(body) for name, body in chapters.items()
    }
    return epub(
        {
            "book.opf": package(manifest, spine, **options),
            **contents,
            **({"toc.xhtml": toc} if toc else {}),
            **(files or {}),
        }
    )
