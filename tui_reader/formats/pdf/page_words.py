"""The words of a page with their positions, from the characters that pdfium extracts.

Boxes are read only for the first and the last character of a word, in a third of the time that all characters would
take: 2 ms for a page of 500 words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_row
from tui_reader.formats.pdf.accents import REMOVED, with_joined_accents
from tui_reader.formats.pdf.ligatures import ligatures_in
from tui_reader.formats.pdf.pdfium import library
from tui_reader.formats.pdf.text_direction import RIGHT_TO_LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile("[^\\s\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
"""A word; pdfium writes a hyphen at the end of a line as U+0002 or U+FFFE, and no line break after it."""
_SUBSTITUTES = str.maketrans(
    {
        "\x01": "",
        "\x02": "-",
        "\ufffe": "-",
        "ﬀ": "ff",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        "ﬅ": "st",
        "ﬆ": "st",
    }
)
"""Replacements for characters such as ligatures and special hyphens."""
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff\x00-\x08\x0e-\x1f]")
"""Characters without a meaning in Unicode, which remain if a font's encoding is broken or missing."""
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(
    r"bold|black|heavy|demi|cmbx|cmssbx|sfbx|ecbx|\bBX|-B(?:I|d)?$|NimbusRomNo9L-Medi", re.IGNORECASE
)
_ITALIC_NAME = re.compile(r"ital|obli|slant|cmti|cmsl|sfti|ecti|-(?:It|BI|I)$", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|cmtt|sftt|ectt|typewriter|consol|menlo|inconsol", re.IGNORECASE)
_FIXED_PITCH, _ITALIC_FLAG = 1, 64
"""Bits of a font's flags (PDF 32000-1, table 123)."""
_MOST_CHARACTERS = 400_000
"""Maximum number of characters of one page that are read; a page of small print has 10,000."""


class Style(NamedTuple):
    """The font and direction of the characters of a word."""

    size: float
    """Font size in points as drawn, after scaling."""
    bold: bool
    italic: bool
    mono: bool
    angle: int
    """Direction of the text in degrees, counter-clockwise; 0 for upright text."""


class Word(NamedTuple):
    """A run of characters between spaces, in the coordinates of a page: points from its top left corner."""

    text: str
    x0: float
    x1: float
    y: float
    """Baseline; greater on lower lines."""
    style: Style
    link: int = -1
    """Number of the page's link that covers the word; -1 without a link."""
    spaced: bool = True
    """False if the word follows the word before it without a space, in another style."""


class PageWords(NamedTuple):
    """The words of a page in the order of the file."""

    words: list[Word]
    width: float
    height: float
    characters: int = 0
    meaningless: int = 0
    """Number of characters without a meaning, such as U+FFFD."""


class Frame:
    """Conversion from the coordinates of a PDF page to points from the top left corner of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        import ctypes  # noqa: PLC0415 - loaded with pdfium

        pdfium = library()

        box = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPage_GetCropBox(page, *box) and not pdfium.FPDFPage_GetMediaBox(page, *box):
            left, bottom, right, top = 0.0, 0.0, 612.0, 792.0
        else:
            left, bottom, right, top = (side.value for side in box)
        left, right = sorted((left, right))
        bottom, top = sorted((bottom, top))
        self.turns = pdfium.FPDFPage_GetRotation(page) % 4
        self.width, self.height = right - left, top - bottom
        self.bottom = bottom
        # Clockwise quarter turns of the page: each maps the page's corner that is shown at the top left to (0, 0).
        self._a, self._b, self._c, self._d, self._e, self._f = (
            (1, 0, 0, -1, -left, top),
            (0, 1, 1, 0, -bottom, -left),
            (-1, 0, 0, 1, right, -bottom),
            (0, -1, -1, 0, top, right),
        )[self.turns]
        if self.turns % 2:
            self.width, self.height = self.height, self.width

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the PDF page as points from the left and from the top."""
        return self._a * x + self._b * y + self._e, self._c * x + self._d * y + self._f

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a rectangle of the PDF page."""
        x0, y0 = self.point(left, bottom)
        x1, y1 = self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def frame_of(page: Any) -> Frame:
    """Return the `Frame` that converts the coordinates of a page; `page` is its handle."""
    return Frame(page)


def raw_text(text_page: Any) -> str:
    """Return all characters of a page, one code point each, so that pdfium's character numbers are indices."""
    import ctypes  # noqa: PLC0415 - loaded with pdfium

    pdfium = library()

    count = min(pdfium.FPDFText_CountChars(text_page), _MOST_CHARACTERS)
    if count <= 0:
        return ""
    buffer = ctypes.create_string_buffer(4 * count + 4)
    units = pdfium.FPDFText_GetText(text_page, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    text = buffer.raw[: 2 * max(units - 1, 0)].decode("utf-16-le", "replace")
    if len(text) == count:
        return text
    # Characters without a Unicode value are left out of that text, and those beyond U+FFFF count twice.
    codes = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(count)]
    found: list[str] = []
    for code in codes:
        if 0xDC00 <= code < 0xE000 and found and "\ud800" <= found[-1] < "\udc00":
            found[-1] = chr(0x10000 + ((ord(found[-1]) - 0xD800) << 10) + code - 0xDC00)
            found.append(REMOVED)
        else:
            found.append(chr(code) if 0 < code < 0x110000 else "\ufffd")
    return "".join(found)


def words_of(page: Any, text_page: Any) -> PageWords:
    """Return the words of a page."""
    frame = Frame(page)
    text = raw_text(text_page)
    meaningless = len(_MEANINGLESS.findall(text)) - text.count("\x02")
    finder = _Finder(frame, text_page, text)
    found = PageWords([], frame.width, frame.height, len(text) - text.count(" "), meaningless)
    for match in _WORD.finditer(text):
        found.words.extend(word for word in finder.words(match.start(), match.end()) if word.text)
    return found


class _Finder:
    """Finds the positions and styles of the words of one page."""

    def __init__(self, frame: Frame, text_page: Any, text: str) -> None:
        import ctypes  # noqa: PLC0415 - loaded with pdfium

        pdfium = library()

        self._frame, self._page, self._text = frame, text_page, text
        self._pdfium = pdfium
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._rectangle, self._matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._text = with_joined_accents(text, self._box)
        self._has_removed = REMOVED in self._text
        self._substitutes = {**ligatures_in(self._text), **_SUBSTITUTES}
        self._styles: dict[bytes, Style] = {}
        self._fonts: dict[bytes, tuple[bool, bool, bool]] = {}

    def words(self, start: int, end: int) -> Iterator[Word]:
        """Yield the word of a range of characters; several words if its style or its line changes in the range."""
        if self._has_removed:
            while start < end and self._text[start] == REMOVED:
                start += 1
            while start < end and self._text[end - 1] == REMOVED:
                end -= 1
            if start == end:
                return
        first = self._object(start)
        style = self._style(start, first)
        x, y = self._origin(start, style)
        end_x = x
        if end - start > 1:
            last = self._object(end - 1)
            if last != first or style.angle:
                last_style = self._style(end - 1, last)
                end_x, end_y = self._origin(end - 1, last_style)
                if last_style != style or abs(end_y - y) > 0.1 * style.size:
                    yield from self._split(start, end)
                    return
        yield self._word(start, end, self._extent(start, end, style, x, end_x), y, style, spaced=True)

    def _split(self, start: int, end: int) -> Iterator[Word]:
        """Yield the parts of a word, each with one style on one line."""
        begin = start
        style = self._style(start, self._object(start))
        x, y = self._origin(start, style)
        last_x = x
        for index in range(start + 1, end + 1):
            if index < end:
                here = self._style(index, self._object(index))
                here_x, here_y = self._origin(index, here)
                if here == style and abs(here_y - y) <= 0.1 * style.size:
                    last_x = here_x
                    continue
            yield self._word(
                begin, index, self._extent(begin, index, style, x, last_x), y, style, spaced=begin == start
            )
            if index < end:
                begin, style, x, y, last_x = index, here, here_x, here_y, here_x

    def _word(self, start: int, end: int, edges: tuple[float, float], y: float, style: Style, *, spaced: bool) -> Word:
        text = self._text[start:end]
        if not (text.isascii() and text.isprintable()):
            if end - start > 1 and RIGHT_TO_LEFT.search(text):
                text = self._in_reading_order(start, end, style)
            text = clean_row(text.translate(self._substitutes)).replace(" ", "")
            if "\u00ad" in text:
                text = text[:-1].replace("\u00ad", "") + text[-1]
        return Word(text, *edges, y, style, -1, spaced)

    def _in_reading_order(self, start: int, end: int, style: Style) -> str:
        """Return the characters of a word; if the file stores a right-to-left word reversed, restore its order."""
        clusters: list[list[int]] = []
        for index in range(start, end):
            if clusters and unicodedata.combining(self._text[index]):
                clusters[-1].append(index)
            else:
                clusters.append([index])
        places = [self._origin(cluster[0], style)[0] for cluster in clusters]
        letters = [cluster[0] for cluster in clusters if self._text[cluster[0]].isalpha()]
        is_pure = all(RIGHT_TO_LEFT.match(self._text[index]) for index in letters)
        if places[-1] <= places[0] or not is_pure:
            return self._text[start:end]
        ordered = sorted(zip(places, clusters, strict=True), key=lambda place: -place[0])
        return "".join(self._text[index] for _, cluster in ordered for index in cluster)

    def _box(self, index: int) -> tuple[float, float, float]:
        """Return the left and the right edge and the baseline of a character."""
        self._pdfium.FPDFText_GetCharOrigin(self._page, index, self._x, self._y)
        _, y = self._frame.point(self._x.value, self._y.value)
        left, right = sorted(self._edges(index))
        return left, right, y

    def _extent(self, start: int, end: int, style: Style, x: float, end_x: float) -> tuple[float, float]:
        """Return the left and the right edge of a word, which for turned text are estimated from its origins.

        Args:
            start: Index of the first character.
            end: Index after the last character.
            style: The style of the word.
            x: Horizontal origin of the first character.
            end_x: Horizontal origin of the last character.
        """
        if style.angle:
            return (x, end_x + style.size / 2) if x <= end_x else (end_x, x + style.size / 2)
        left, right = self._edges(start)
        if end - start > 1:
            last_left, last_right = self._edges(end - 1)
            return min(left, right, last_left, last_right), max(left, right, last_left, last_right)
        return min(left, right), max(left, right)

    def _edges(self, index: int) -> tuple[float, float]:
        rectangle = self._rectangle
        if not self._pdfium.FPDFText_GetLooseCharBox(self._page, index, rectangle):
            return (self._x.value, self._x.value)
        left, _ = self._frame.point(rectangle.left, rectangle.bottom)
        right, _ = self._frame.point(rectangle.right, rectangle.top)
        return left, right

    def _origin(self, index: int, style: Style) -> tuple[float, float]:
        """Return the origin of a character, for turned text in rotated coordinates in which the text is upright."""
        self._pdfium.FPDFText_GetCharOrigin(self._page, index, self._x, self._y)
        x, y = self._frame.point(self._x.value, self._y.value)
        if not math.isfinite(x + y) or abs(x) + abs(y) > 1e7:
            return 0.0, 0.0
        if style.angle:
            turn = math.radians(style.angle)
            # Positions count from the top, so the turn has the other sign than in a mathematical frame.
            x, y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        return x, y

    def _object(self, index: int) -> bytes:
        """Return the memory address of the text object of a character, whose characters share style and baseline."""
        return bytes(self._pdfium.FPDFText_GetTextObject(self._page, index))

    def _style(self, index: int, address: bytes) -> Style:
        style = self._styles.get(address)
        if style is None:
            style = self._styles[address] = self._new_style(index)
        return style

    def _new_style(self, index: int) -> Style:
        target = self._pdfium.FPDFText_GetTextObject(self._page, index)
        matrix = self._matrix
        size = float(self._pdfium.FPDFText_GetFontSize(self._page, index))
        angle = 0
        if self._pdfium.FPDFText_GetMatrix(self._page, index, matrix):
            size *= math.hypot(matrix.c, matrix.d)
            if math.isfinite(matrix.a + matrix.b):
                angle = round(math.degrees(math.atan2(matrix.b, matrix.a)))
        if self._frame.turns:
            angle -= 90 * self._frame.turns
        angle %= 360
        if angle in (1, 2, 358, 359):  # a scanned page that lies a little askew
            angle = 0
        size = min(max(size, 0.1), 2_000.0) if math.isfinite(size) else 10.0
        return Style(round(size, 1), *self._font(target), angle)

    def _font(self, target: Any) -> tuple[bool, bool, bool]:
        """Return whether the font of a text object is bold, italic and monospaced."""
        font = self._pdfium.FPDFTextObj_GetFont(target) if target else None
        if not font:
            return False, False, False
        address = bytes(font)
        known = self._fonts.get(address)
        if known is None:
            self._name.value = b""
            self._pdfium.FPDFFont_GetBaseFontName(font, self._name, len(self._name))
            name = self._name.value.decode("latin-1").partition("+")[2] or self._name.value.decode("latin-1")
            flags = max(self._pdfium.FPDFFont_GetFlags(font), 0)
            bold = _BOLD_NAME.search(name) is not None or self._pdfium.FPDFFont_GetWeight(font) >= _BOLD_WEIGHT
            italic = _ITALIC_NAME.search(name) is not None or bool(flags & _ITALIC_FLAG)
            mono = _MONO_NAME.search(name) is not None or bool(flags & _FIXED_PITCH)
            known = self._fonts[address] = (bold, italic, mono)
        return known
