"""Pictures in a PDF file: their positions on a page, and rendering of a page or a picture as PNG."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any

from tui_reader.formats.pdf.page_words import frame_of
from tui_reader.formats.pdf.paragraphs import Picture
from tui_reader.formats.pdf.pdfium import library, page_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.formats.pdf.pdfium import Pdf

_TARGET = re.compile(r"page:(\d{1,6})(?::(\d{1,4}))?")
"""Pattern of the name of a page or a picture: `page:12`, `page:12:3`."""
_MOST_OBJECTS = 20_000
"""Maximum number of objects of one page that are examined."""
_MOST_PICTURES = 200
_SMALLEST_SIDE = 28.0
"""Minimum length in points of a picture's shorter side; smaller pictures are ornaments and left out."""
_SMALLEST_SHARE = 0.006
"""Minimum share of the page's area that a picture covers; smaller pictures are ornaments and left out."""
_BACKGROUND = 0.8
"""Minimum share of the page's area of a picture that is a scan of the page, or the background of its text."""
_LONGEST_SIDE = 1_600
"""Maximum length in pixels of the longer side of a rendered page or picture."""
_SHARPEST = 4.0
"""Maximum number of pixels per point: 288 dots per inch."""
_MOST_PIXELS = 120_000_000
"""Maximum number of pixels of all pictures of a rendered page; one scanned at 600 dots per inch has 35 million."""


def target_of(page: int, number: int = -1) -> str:
    """Return the name of a page, or of a picture on it, for `Block.target`.

    The arguments count from 0, the numbers in the name from 1: `page:1` for page 0. A negative `number` means the page.
    """
    return f"page:{page + 1}" if number < 0 else f"page:{page + 1}:{number + 1}"


def pictures_of(page: Any, number: int) -> tuple[list[Picture], bool]:
    """Return the pictures of a page without ornaments, and True if a picture fills the page.

    Args:
        page: Handle of the page.
        number: Number of the page, from 0.
    """
    frame = frame_of(page)
    found: list[Picture] = []
    fills = False
    for index, box in enumerate(_boxes(page)):
        x0, y0, x1, y1 = frame.box(*box)
        x0, x1 = max(x0, 0.0), min(x1, frame.width)
        y0, y1 = max(y0, 0.0), min(y1, frame.height)
        share = (x1 - x0) * (y1 - y0) / max(frame.width * frame.height, 1.0) if x1 > x0 and y1 > y0 else 0.0
        if share >= _BACKGROUND:
            fills = True
        elif share >= _SMALLEST_SHARE and min(x1 - x0, y1 - y0) >= _SMALLEST_SIDE:
            found.append(Picture(number, index, x0, y0, x1, y1))
    return _merged(found), fills


def drawn(pdf: Pdf, target: str) -> bytes | None:
    """Render a page or a picture as PNG; None if the file does not contain it, or if it is too large.

    Args:
        pdf: The open file.
        target: Name of the page or picture, as `target_of` gives it.
    """
    match = _TARGET.fullmatch(target)
    if match is None or not 1 <= int(match[1]) <= pdf.pages:
        return None
    with page_of(pdf, int(match[1]) - 1) as page:
        if page is None or _pixels(page) > _MOST_PIXELS:
            return None
        frame = frame_of(page)
        box = (0.0, 0.0, frame.width, frame.height)
        if match[2]:
            pictures = pictures_of(page, 0)[0]
            picture = next((each for each in pictures if each.number == int(match[2]) - 1), None)
            if picture is None:
                return None
            box = (picture.x0, picture.y0, picture.x1, picture.y1)
        return _png(page, frame.width, frame.height, box)


def _merged(pictures: list[Picture]) -> list[Picture]:
    """Return pictures; adjacent strips, into which some programs split a picture, are joined to one."""
    joined: list[Picture] = []
    for picture in pictures[:_MOST_PICTURES]:
        last = joined[-1] if joined else None
        if (
            last is not None
            and abs(last.x0 - picture.x0) < 2
            and abs(last.x1 - picture.x1) < 2
            and min(abs(last.y1 - picture.y0), abs(last.y0 - picture.y1)) < 2
        ):
            joined[-1] = last._replace(y0=min(last.y0, picture.y0), y1=max(last.y1, picture.y1))
        else:
            joined.append(picture)
    return joined


def _images(page: Any) -> Iterator[tuple[Any, list[tuple[float, ...]]]]:
    """Yield the images of a page with the matrices of the forms around them, the innermost first."""
    pdfium = library()

    matrix = pdfium.FS_MATRIX()
    looked_at = 0
    waiting: list[tuple[Any, list[tuple[float, ...]]]] = [
        (pdfium.FPDFPage_GetObject(page, index), [])
        for index in reversed(range(min(pdfium.FPDFPage_CountObjects(page), _MOST_OBJECTS)))
    ]
    while waiting and looked_at < _MOST_OBJECTS:
        looked_at += 1
        thing, around = waiting.pop()
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            yield thing, around
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and len(around) < 4 and pdfium.FPDFPageObj_GetMatrix(thing, matrix):
            here = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
            count = min(pdfium.FPDFFormObj_CountObjects(thing), _MOST_OBJECTS - len(waiting))
            waiting.extend(
                (pdfium.FPDFFormObj_GetObject(thing, index), [here, *around])
                for index in reversed(range(max(count, 0)))
            )


def _boxes(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Yield left, bottom, right and top of the images of a page, in its own coordinates."""
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    sides = [ctypes.c_float() for _ in range(4)]
    for thing, around in _images(page):
        if not pdfium.FPDFPageObj_GetBounds(thing, *sides):
            continue
        left, bottom, right, top = (side.value for side in sides)
        corners = [(left, bottom), (left, top), (right, bottom), (right, top)]
        for a, b, c, d, e, f in around:
            corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in corners]
        xs, ys = zip(*corners, strict=True)
        box = (min(xs), min(ys), max(xs), max(ys))
        yield box if all(map(math.isfinite, box)) else (0.0, 0.0, 0.0, 0.0)


def _pixels(page: Any) -> int:
    """Return the number of pixels of all images of a page."""
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    width, height = ctypes.c_uint(), ctypes.c_uint()
    total = 0
    for thing, _ in _images(page):
        if pdfium.FPDFImageObj_GetImagePixelSize(thing, width, height):
            total += width.value * height.value
    return total


def _png(page: Any, page_width: float, page_height: float, box: tuple[float, float, float, float]) -> bytes | None:
    """Return a part of a page as PNG on a white background; None if it cannot be rendered."""
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - loaded before, to open the file

    pdfium = library()

    x0, y0, x1, y1 = box
    longest = max(x1 - x0, y1 - y0)
    if not 1 <= longest < 1_000_000:
        return None
    scale = min(_LONGEST_SIDE / longest, _SHARPEST)
    width, height = max(round((x1 - x0) * scale), 1), max(round((y1 - y0) * scale), 1)
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGR)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        whole = (max(round(page_width * scale), 1), max(round(page_height * scale), 1))
        if max(whole) > 30_000:
            return None
        pdfium.FPDF_RenderPageBitmap(bitmap, page, round(-x0 * scale), round(-y0 * scale), *whole, 0, pdfium.FPDF_ANNOT)
        stream = io.BytesIO()
        bitmap.to_pil().save(stream, "PNG")
        return stream.getvalue()
    finally:
        bitmap.close()
