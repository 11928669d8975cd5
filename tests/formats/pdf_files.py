"""Small PDF files for tests, written by hand."""

from __future__ import annotations

import zlib
from typing import NamedTuple

FONTS = {"F": "Helvetica", "B": "Helvetica-Bold", "I": "Helvetica-Oblique", "M": "Courier"}


class Text(NamedTuple):
    """A piece of text on a page; y counts from the top."""

    x: float
    y: float
    text: str
    size: float = 10
    font: str = "F"
    angle: int = 0
    mode: int = 0
    """Render mode; 3 is invisible, as the text of recognised scans is."""


class Link(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    action: str
    """A dictionary in PDF syntax, such as `<< /S /URI /URI (https://example.org) >>`."""


class Image(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    columns: int = 4
    rows: int = 4


class Sheet(NamedTuple):
    """One page."""

    items: tuple[Text | Link | Image, ...]
    width: float = 595
    height: float = 842
    rotate: int = 0


def pdf(
    *pages: Sheet,
    info: dict[str, str] | None = None,
    labels: str = "",
    outline: tuple[tuple[str, int, float], ...] = (),
    catalog: str = "",
    extra: str = "",
) -> bytes:
    """Return a file of some pages.

    Args:
        pages: The pages.
        info: Fields of the info dictionary.
        labels: The value of `/PageLabels`.
        outline: Bookmarks: title, number of the page from 0, and distance from its top.
        catalog: More entries of the catalog.
        extra: More entries of the trailer.
    """
    objects: dict[int, bytes] = {}
    page_ids = [10 + index for index in range(len(pages))]
    number = 10 + len(pages)
    for page_id, page in zip(page_ids, pages, strict=True):
        content = b""
        annotations: list[str] = []
        images: list[str] = []
        for item in page.items:
            match item:
                case Text():
                    content += _shown(item, page.height)
                case Link():
                    y = page.height - item.y
                    box = f"[{item.x} {y - item.height} {item.x + item.width} {y}]"
                    annotations.append(
                        f"<< /Type /Annot /Subtype /Link /Border [0 0 0] /Rect {box} /A {item.action} >>"
                    )
                case Image():
                    pixels = zlib.compress(bytes(range(256)) * (item.columns * item.rows // 256 + 1))
                    objects[number] = (
                        (
                            f"<< /Type /XObject /Subtype /Image /Width {item.columns} /Height {item.rows} "
                            f"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode "
                            f"/Length {len(pixels)} >>\n"
                        ).encode()
                        + b"stream\n"
                        + pixels
                        + b"\nendstream"
                    )
                    images.append(f"/X{number} {number} 0 R")
                    bottom = page.height - item.y - item.height
                    content += f"q {item.width} 0 0 {item.height} {item.x} {bottom} cm /X{number} Do Q\n".encode()
                    number += 1
        objects[number] = f"<< /Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"
        fonts = " ".join(
            f"/{key} << /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
            for key, name in FONTS.items()
        )
        objects[page_id] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] /Rotate {page.rotate} "
            f"/Contents {number} 0 R /Annots [{' '.join(annotations)}] "
            f"/Resources << /Font << {fonts} >> /XObject << {' '.join(images)} >> >> >>"
        ).encode()
        number += 1
    kids = " ".join(f"{page_id} 0 R" for page_id in page_ids)
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    entries = catalog
    if labels:
        entries += f" /PageLabels {labels}"
    if outline:
        entries += " /Outlines 3 0 R"
        first = number
        for index, (title, place, top) in enumerate(outline):
            following = f"/Next {number + 1} 0 R" if index + 1 < len(outline) else ""
            y = pages[place].height - top
            objects[number] = (
                f"<< /Title {_string(title)} /Parent 3 0 R {following} /Dest [{page_ids[place]} 0 R /XYZ 0 {y} 0] >>"
            ).encode()
            number += 1
        objects[3] = f"<< /Type /Outlines /First {first} 0 R /Last {number - 1} 0 R /Count {len(outline)} >>".encode()
    objects[1] = f"<< /Type /Catalog /Pages 2 0 R {entries} >>".encode()
    if info:
        fields = " ".join(f"/{key} {_string(value)}" for key, value in info.items())
        objects[4] = f"<< {fields} >>".encode()
        extra += " /Info 4 0 R"
    return written(objects, extra)


def written(objects: dict[int, bytes], extra: str = "") -> bytes:
    """Return a file of objects with its table of offsets."""
    data = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number in sorted(objects):
        offsets[number] = len(data)
        data += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    start = len(data)
    count = max(objects) + 1
    data += f"xref\n0 {count}\n0000000000 65535 f \n".encode()
    for number in range(1, count):
        entry = f"{offsets[number]:010} 00000 n \n" if number in offsets else "0000000000 65535 f \n"
        data += entry.encode()
    data += f"trailer\n<< /Size {count} /Root 1 0 R {extra} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


def column(
    lines: list[str], x: float, y: float, *, size: float = 10, leading: float = 12, font: str = "F"
) -> list[Text]:
    """Return lines under each other."""
    return [Text(x, y + index * leading, line, size, font) for index, line in enumerate(lines)]


def _shown(item: Text, height: float) -> bytes:
    quoted = item.text.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    turn = {0: "1 0 0 1", 90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[item.angle]
    y = height - item.y
    return f"BT {item.mode} Tr /{item.font} {item.size} Tf {turn} {item.x} {y} Tm (".encode() + quoted + b") Tj ET\n"


def _string(text: str) -> str:
    return "<feff" + text.encode("utf-16-be", "surrogatepass").hex() + ">"
