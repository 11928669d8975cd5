"""Write the short illustrated book of the sample articles, and the picture of the saved page among them.

The bytes are the same on every machine: nothing is compressed, since libraries that compress differ in their output.
"""

from __future__ import annotations

import io
import math
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).resolve().parents[1] / "sample_articles"
WIDTH, HEIGHT = 264, 156
SCALE = 1.5
"""Pixels of a picture per unit of the drawings, which are 176 units wide and 104 high."""
DATE = (1980, 1, 1, 0, 0, 0)
"""Date of all files in the archive: the earliest that the format allows."""

DUSK = "1b2238 28304c 3a3f5e 56506f 77607a 9a7379 c08a74 e3a857 f3cf8e 20303a 2a4048 1a2228 0f1418 0a0d10 3d4a3a 59664c"
CHART = (
    "fbf8f1 efe9db d3ccbc 97938a 67635a 2c2a26 1b5a86 86b9dd cbe2f6 8f5410 e3a857 2f6b2a 8fbf87 a32a20 f7d1da ffffff"
)
"""Palettes of 16 colours, which the pictures name by index."""


def png(palette: str, colour_at: Callable[[float, float], int]) -> bytes:
    """Return a picture of 16 colours in the PNG format, with its pixels uncompressed."""
    rows = []
    for y in range(HEIGHT):
        pixels = [colour_at(x / SCALE, y / SCALE) for x in range(WIDTH)]
        rows.append(b"\0" + bytes(left << 4 | right for left, right in zip(pixels[::2], pixels[1::2], strict=True)))
    raw = b"".join(rows)
    stored = struct.pack("<BHH", 1, len(raw), len(raw) ^ 0xFFFF) + raw
    data = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(raw))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 4, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes.fromhex(palette)), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def harbour(x: float, y: float) -> int:
    """Return the colour of a harbour at dusk: sky, sun, hills, water, and a pier with its lamp."""
    horizon, lamp_x, lamp_y = 62, 132, 38
    if (x - lamp_x) ** 2 + (y - lamp_y) ** 2 <= 6:
        return 8
    if abs(x - lamp_x) <= 1 and lamp_y < y < 74:
        return 13
    if 74 <= y < 78 and x > 96:
        return 13
    if 78 <= y < 92 and x > 96 and x % 16 < 3:
        return 12
    hill = horizon - 9 - 7 * math.sin(x / 19) - 5 * math.sin(x / 7 + 1)
    far = horizon - 14 - 9 * math.sin(x / 31 + 2)
    if y < horizon:
        if y > hill:
            return 11
        if y > far:
            return 14 if int(x + y) % 2 else 9
        if (x - 52) ** 2 + (y - 40) ** 2 < 110:
            return 8
        shade = y / horizon * 7.2
        return min(int(shade + (0.5 if int(x + 2 * y) % 3 else 0)), 7)
    glow = abs(x - 52) < (y - horizon) * 0.5 + 4 and int(y + x // 7) % 3 == 0
    if glow:
        return 7 if y < 84 else 6
    return 10 if int(y * 3 + x // 5) % 7 == 0 else 9 if y < 84 else 11


def curve(x: float, y: float) -> int:
    """Return the colour of a chart: the water of a day, with the line of the sill."""
    base, left = 88, 14
    if abs(x - left) < 0.5 or abs(y - base) < 0.5:
        return 4
    if x < left or y > base:
        return 9 if base < y < base + 4 and x >= left and (x - left) % 20 < 0.7 else 0
    height = 46 + 22 * math.sin((x - left) / 12.4) + 7 * math.sin((x - left) / 40 + 1)
    level = base - height
    if abs(y - level) < 1.2:
        return 6
    if abs(y - 52) < 0.5 and x % 4 < 2:
        return 13
    if y > level:
        return 8 if int(x + y) % 4 else 7
    return 1 if (x - left) % 20 < 0.7 or (base - y) % 20 < 0.7 else 0


def wheels(x: float, y: float) -> int:
    """Return the colour of a drawing of brass wheels over which one cord runs."""
    for centre, top, radius in ((24, 34, 17), (66, 62, 22), (110, 36, 19), (152, 66, 14)):
        away = math.hypot(x - centre, y - top)
        if away <= 2.5:
            return 5
        if away <= radius - 4 and (abs(x - centre) < 1.4 or abs(y - top) < 1.4):
            return 9
        if radius - 3 <= away <= radius:
            return 10
        if radius < away <= radius + 1.2:
            return 9
        is_over = top < 50
        if radius + 1.2 < away <= radius + 2.6 and (y <= top if is_over else y >= top):
            return 6
    free = ((5, 34, 5, 98), (43, 34, 42, 62), (90, 62, 89, 36), (131, 36, 136, 66), (168, 66, 168, 14))
    for x0, y0, x1, y1 in free:
        if min(y0, y1) <= y <= max(y0, y1) and abs(x - x0 - (x1 - x0) * (y - y0) / (y1 - y0)) < 0.9:
            return 6
    if abs(x - 168) <= 2 and 8 <= y < 14:
        return 13
    return 3 if y > 98 and int(x) % 2 else 1 if int(x + y) % 8 == 0 else 0


STYLE = "h2 { text-align: center } .number { font-size: small } figure { text-align: center }\n"

COVER = "<h1>Nine Stones</h1>\n<p>A little book about tides</p>\n<p>by the librarian</p>"

WALL = """<section epub:type="chapter" id="wall">
<span epub:type="pagebreak" id="page1" title="1"/>
<h2 epub:type="ordinal" class="number">I</h2>
<h2 epub:type="title">The Wall</h2>
<p>Our harbour has no clock. It has a wall, and in the wall there are nine stones, each one a step above the other,
and on the lowest of them a green line that nobody painted. The green is weed. It grows as high as the water comes
often enough to keep it wet, and no higher, and so it has written down, without meaning to, what the sea has done on
most days since the wall was built.</p>
<p>Children learn the stones before they learn the hours. <em>Fourth stone</em> means that the small boats float.
<em>Sixth stone</em> means that the ferry can turn. When the ninth stone is wet, mothers go and look for their
children, and the men carry the nets up to the chapel.<a epub:type="noteref" href="notes.xhtml#note-chapel"
id="ref-chapel">1</a></p>
<figure><img src="../pictures/harbour.png" alt="A harbour at dusk: the sun over low hills, a pier with a lamp at its
end."/>
<figcaption>The pier at dusk, with the water at the third stone.</figcaption></figure>
<span epub:type="pagebreak" id="page2" title="2"/>
<p>A visitor once asked the harbour master what time it was. He leaned over the wall, looked down, and said that it
was a little past three and a half. The visitor looked at his watch, which said ten to eleven, and went away offended.
But the harbour master was right, and more than right: he had said when the next boat would leave.</p>
<p>There is a good deal to be said for such a clock. It cannot be wound up wrongly. It shows the same to everybody.
And it goes on in the night, when there is nobody to look at it, with the same care as by day.</p>
</section>"""

MOON = """<section epub:type="chapter" id="moon">
<span epub:type="pagebreak" id="page3" title="3"/>
<h2 epub:type="ordinal" class="number">II</h2>
<h2 epub:type="title">The Moon Is Late</h2>
<p>Whoever watches the stones for a week finds out that the clock is slow. What was the fourth stone at noon today
will be the fourth stone at ten to one tomorrow, and at twenty to two on the day after. It loses fifty minutes a day,
every day, and it never makes them good.</p>
<p>The reason is overhead. While the world turns once, the moon has walked on a little in the same direction, and the
harbour must turn for another fifty minutes until it stands beneath her again. The water follows her, not the sun.
Nearly everything people find strange about tides comes down to this: <strong>the sea keeps a day of its own, and it
is longer than ours.</strong></p>
<h3>Why there are two</h3>
<p>The other strange thing is that high water comes twice in that day. One heap of water would be easy to believe in:
the moon pulls, and the sea rises towards her. But there is a second heap on the far side, where she pulls least.<a
epub:type="noteref" href="notes.xhtml#note-heap" id="ref-heap">2</a></p>
<span epub:type="pagebreak" id="page4" title="4"/>
<blockquote><p>Think of three people who run hand in hand, and the first runs a little faster than the second, and the
second faster than the third. The hands are stretched on both sides of the one in the middle. That one is the
earth.</p></blockquote>
<p>It is not a perfect picture, but it has helped many people to sleep, and the harbour master tells it to all who
ask. The details are in <a href="table.xhtml#reading">the next chapter</a>.</p>
</section>"""

TABLE = """<section epub:type="chapter" id="table">
<span epub:type="pagebreak" id="page5" title="5"/>
<h2 epub:type="ordinal" class="number">III</h2>
<h2 epub:type="title">How to Read the Table</h2>
<p id="reading">In January a thin book comes by post. It has a page for every fortnight and four numbers for every
day, and people who cannot find their spectacles can find this book in the dark. It was worked out a year ago by
people who have never seen the wall.</p>
<table><thead><tr><th>day</th><th>high</th><th>low</th><th>high</th><th>low</th></tr></thead>
<tbody><tr><td>Monday</td><td>05:10</td><td>11:24</td><td>17:33</td><td>23:50</td></tr>
<tr><td>Tuesday</td><td>06:02</td><td>12:15</td><td>18:25</td><td></td></tr>
<tr><td>Wednesday</td><td>00:41</td><td>06:55</td><td>13:07</td><td>19:18</td></tr></tbody></table>
<p>Read it in this order:</p>
<ol><li>Find the day, and the low water before the hour at which you want to go.</li>
<li>Add an hour. Before that the mud is only drying.</li>
<li>Look at the sky. A week of wind from the west is worth half a stone.</li></ol>
<figure><img src="../pictures/curve.png" alt="A curve that rises and falls twice, with a dashed line across."/>
<figcaption>A day of water. The dashed line is the sill of the dock: below it, nothing moves.</figcaption></figure>
<span epub:type="pagebreak" id="page6" title="6"/>
<p>Then close the book and go and look at the wall. The table says what the moon intends. The wall says what the sea
has done about it. Where they differ, believe the wall; but write the difference into the margin, for the people who
come after you will want to know.</p>
<p>That is all there is to it. The rest is weather.</p>
</section>"""

NOTES = """<section epub:type="endnotes">
<h2 epub:type="title">Notes</h2>
<ol>
<li id="note-chapel" epub:type="endnote"><p>The chapel stands eleven stones above the weed. It has been wet once, in
the winter of the year in which the old pier was lost. <a href="wall.xhtml#ref-chapel"
epub:type="backlink">↩</a></p></li>
<li id="note-heap" epub:type="endnote"><p>On the near side the moon pulls more strongly than on the whole earth, on
the far side less. It is the difference that raises the water, and there is a difference on both sides. <a
href="moon.xhtml#ref-heap" epub:type="backlink">↩</a></p></li>
</ol>
</section>"""

CHAPTERS = (
    ("cover", "Nine Stones", COVER, "frontmatter"),
    ("wall", "The Wall", WALL, "bodymatter"),
    ("moon", "The Moon Is Late", MOON, "bodymatter"),
    ("table", "How to Read the Table", TABLE, "bodymatter"),
    ("notes", "Notes", NOTES, "backmatter"),
)
"""File name, title, text and part of the book of each chapter."""
PAGES = ("wall", "wall", "moon", "moon", "table", "table")
"""The chapter of each printed page."""

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
HEAD = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" href="{up}style.css"/></head>
"""


def page(title: str, body: str, part: str) -> str:
    """Return a chapter as a file."""
    return f'{HEAD.format(title=title, up="../")}<body epub:type="{part}">\n{body}\n</body>\n</html>\n'


def contents() -> str:
    """Return the navigation document: table of contents, pages and landmarks."""
    entries = "\n".join(f'<li><a href="text/{name}.xhtml">{title}</a></li>' for name, title, *_ in CHAPTERS)
    pages = "\n".join(
        f'<li><a href="text/{name}.xhtml#page{number}">{number}</a></li>' for number, name in enumerate(PAGES, 1)
    )
    return (
        f"{HEAD.format(title='Contents', up='')}<body>\n"
        f'<nav epub:type="toc"><h2>Contents</h2>\n<ol>\n{entries}\n</ol></nav>\n'
        f'<nav epub:type="page-list" hidden="hidden"><ol>\n{pages}\n</ol></nav>\n'
        '<nav epub:type="landmarks" hidden="hidden"><ol>'
        '<li><a epub:type="bodymatter" href="text/wall.xhtml">Beginning</a></li></ol></nav>\n</body>\n</html>\n'
    )


def package() -> str:
    """Return the package document."""
    chapters = "\n".join(
        f'<item id="{name}" href="text/{name}.xhtml" media-type="application/xhtml+xml"/>' for name, *_ in CHAPTERS
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name, *_ in CHAPTERS)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:tui-reader:sample:nine-stones</dc:identifier>
<dc:title>Nine Stones</dc:title>
<dc:creator>The librarian</dc:creator>
<dc:publisher>Reading room</dc:publisher>
<dc:language>en</dc:language>
<dc:date>2026-11-24</dc:date>
<dc:subject>water</dc:subject>
<dc:subject>books</dc:subject>
<meta property="dcterms:modified">2026-11-24T00:00:00Z</meta>
</metadata>
<manifest>
<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>
{chapters}
<item id="harbour" href="pictures/harbour.png" media-type="image/png" properties="cover-image"/>
<item id="curve" href="pictures/curve.png" media-type="image/png"/>
<item id="style" href="style.css" media-type="text/css"/>
</manifest>
<spine>{spine}</spine>
</package>
"""


def build() -> bytes:
    """Return the bytes of the book."""
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "book/book.opf": package(),
        "book/contents.xhtml": contents(),
        **{f"book/text/{name}.xhtml": page(title, body, part) for name, title, body, part in CHAPTERS},
        "book/pictures/harbour.png": png(DUSK, harbour),
        "book/pictures/curve.png": png(CHART, curve),
        "book/style.css": STYLE,
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, DATE)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, content)
    return data.getvalue()


def samples() -> dict[Path, bytes]:
    """Return the bytes of all files that this script makes, by their paths."""
    return {
        SAMPLES / "nine-stones.epub": build(),
        SAMPLES / "the-machine-that-added-waves_files" / "wheels.png": png(CHART, wheels),
    }


def main() -> int:
    for path, data in samples().items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        print(f"{path.name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
