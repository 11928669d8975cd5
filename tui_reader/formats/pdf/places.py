"""The facts and links of a page, the bookmarks of a file, and the places to which they lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.pdf.pdfium import library, utf16_string
from tui_reader.formats.text.running_text import safe_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.pdf.page_lines import Line
    from tui_reader.formats.pdf.page_words import Frame, Word
    from tui_reader.formats.pdf.pdfium import Pdf

_MOST_LINKS = 3_000
"""Maximum number of links of one page that are read."""
_MOST_BOOKMARKS = 20_000
_MOST_LEVELS = 8
_MOST_ADDRESS = 8_000
"""Maximum length of an address in bytes; longer ones are left out."""


class Place(NamedTuple):
    """A place on a page, in the coordinates of the PDF page."""

    page: int
    x: float | None
    y: float | None
    """Vertical coordinate; None for the top of the page."""


class PageLink(NamedTuple):
    """A link over a rectangle of a page, in points from the top left corner."""

    x0: float
    y0: float
    x1: float
    y1: float
    address: str
    """Web address; empty for a link to a place in the file."""
    place: Place | None


class Bookmark(NamedTuple):
    """An entry of the file's own table of contents."""

    title: str
    level: int
    place: Place


class PageFacts(NamedTuple):
    """The label, the links, the lines and the size of a page."""

    label: str
    """The printed number of the page; else its number from 1."""
    links: Sequence[PageLink]
    lines: Sequence[Line]
    height: float
    bottom: float
    """Vertical coordinate of the page's lower edge in the coordinates of the PDF page."""


def links_of(pdf: Pdf, page: Any, frame: Frame) -> list[PageLink]:
    """Return the links of a page; actions that start programs or scripts are not links."""
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    found: list[PageLink] = []
    position, link, rectangle = ctypes.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    for _ in range(_MOST_LINKS):
        if not pdfium.FPDFLink_Enumerate(page, position, link):
            break
        if not pdfium.FPDFLink_GetAnnotRect(link, rectangle):
            continue
        place = _place(pdf, pdfium.FPDFLink_GetDest(pdf.raw, link))
        address = ""
        if place is None and (action := pdfium.FPDFLink_GetAction(link)):
            place, address = _target(pdf, action)
        if place is not None or address:
            box = frame.box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
            found.append(PageLink(*box, address, place))
    return found


def with_links(words: Sequence[Word], links: Sequence[PageLink]) -> list[Word]:
    """Return words with the number of the link that covers their middle."""
    by_height: dict[int, list[int]] = {}
    for number, link in enumerate(links):
        if link.y1 - link.y0 < 2_000:
            for step in range(int(link.y0 // 20), int(link.y1 // 20) + 1):
                by_height.setdefault(step, []).append(number)
    found = []
    for word in words:
        x, y = (word.x0 + word.x1) / 2, word.y - 0.3 * word.style.size
        near = by_height.get(int(y // 20), ())
        covering = (n for n in near if links[n].x0 <= x <= links[n].x1 and links[n].y0 <= y <= links[n].y1)
        number = next(covering, -1)
        found.append(word if number < 0 else word._replace(link=number))
    return found


def bookmarks_of(pdf: Pdf, most: int = _MOST_BOOKMARKS) -> list[Bookmark]:
    """Return the bookmarks of a file in their order, at most the first `most`; those that lead nowhere are left out."""
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    found: list[Bookmark] = []
    seen: set[int] = set()
    waiting = [(pdfium.FPDFBookmark_GetFirstChild(pdf.raw, None), 1)]
    while waiting and len(seen) < most:
        mark, level = waiting.pop()
        address = ctypes.cast(mark, ctypes.c_void_p).value if mark else None
        if address is None or address in seen:
            continue
        seen.add(address)
        waiting.append((pdfium.FPDFBookmark_GetNextSibling(pdf.raw, mark), level))
        if level < _MOST_LEVELS:
            waiting.append((pdfium.FPDFBookmark_GetFirstChild(pdf.raw, mark), level + 1))
        title = clean_line(utf16_string(pdfium.FPDFBookmark_GetTitle, mark))
        place = _place(pdf, pdfium.FPDFBookmark_GetDest(pdf.raw, mark))
        if place is None and (action := pdfium.FPDFBookmark_GetAction(mark)):
            place, _ = _target(pdf, action)
        if title and place is not None:
            found.append(Bookmark(title, level, place))
    return found


def _target(pdf: Pdf, action: Any) -> tuple[Place | None, str]:
    """Return the place or the web address to which an action leads; (None, "") for other actions."""
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    kind = pdfium.FPDFAction_GetType(action)
    if kind == pdfium.PDFACTION_GOTO:
        return _place(pdf, pdfium.FPDFAction_GetDest(pdf.raw, action)), ""
    if kind != pdfium.PDFACTION_URI:
        return None, ""
    size = int(pdfium.FPDFAction_GetURIPath(pdf.raw, action, None, 0))
    if not 1 < size <= _MOST_ADDRESS:
        return None, ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFAction_GetURIPath(pdf.raw, action, buffer, size)
    return None, safe_target(buffer.value.decode("utf-8", "replace"))


def _place(pdf: Pdf, destination: Any) -> Place | None:
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    if not destination:
        return None
    page = pdfium.FPDFDest_GetDestPageIndex(pdf.raw, destination)
    if not 0 <= page < pdf.pages:
        return None
    has = [ctypes.c_int() for _ in range(3)]
    values = [ctypes.c_float() for _ in range(3)]
    if not pdfium.FPDFDest_GetLocationInPage(destination, *has, *values):
        return Place(page, None, None)
    return Place(page, values[0].value if has[0].value else None, values[1].value if has[1].value else None)
