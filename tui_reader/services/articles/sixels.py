"""Encoding of a row of a picture as sixels, for terminals that draw them.

The format is that of DEC's VT340, “Sixel graphics”: bands of six pixels above each other, and in each band one line for
each colour, whose bits say which of the six pixels have it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

_BAND = 6
_RUN = re.compile(rb"(.)\1{3,}", re.DOTALL)
"""Four or more equal bytes, which are run-length encoded."""
_FIRST = 0x3F
"""The byte for a column of six pixels none of which has the current colour; for others, their six bits are added."""


def sixels_of(image: Image) -> str:
    """Return the escape sequence that draws an image with a palette; pixels below its last row stay as they are.

    Args:
        image: An image in mode `P`, with 256 colours or fewer.
    """
    palette = [*(image.getpalette() or ()), *bytes(3 * 256)]
    width, height = image.size
    data = image.tobytes()
    parts = [b'\x1bP0;1;0q"1;1;%d;%d' % (width, height)]
    for colour in sorted(set(data)):
        shares = [round(value * 100 / 255) for value in palette[3 * colour : 3 * colour + 3]]
        parts.append(b"#%d;2;%d;%d;%d" % (colour, *shares))
    for top in range(0, height, _BAND):
        rows = [data[y * width : (y + 1) * width] for y in range(top, min(top + _BAND, height))]
        lines = [b"#%d" % colour + _line(rows, colour, width) for colour in sorted(set(b"".join(rows)))]
        parts += [b"$".join(lines), b"-"]
    return (b"".join(parts[:-1]) + b"\x1b\\").decode("ascii")


def _line(rows: list[bytes], colour: int, width: int) -> bytes:
    """Return the sixels that draw one colour of a band: a byte for each column, with runs of equal bytes encoded.

    Rows are compared by `bytes.translate` and combined as large integers: a loop over pixels takes 100 times as long.

    Args:
        rows: Up to six rows of pixels, one byte with the number of the colour for each pixel.
        colour: The number of the colour.
        width: Number of pixels in a row.
    """
    bits = 0
    for number, row in enumerate(rows):
        table = b"\0" * colour + bytes((1 << number,)) + b"\0" * (255 - colour)
        bits |= int.from_bytes(row.translate(table), "big")
    line = bits.to_bytes(width, "big").rstrip(b"\0").translate(_PRINTABLE)
    return _RUN.sub(lambda run: b"!%d" % len(run[0]) + run[1], line)


# For six bits, one for each pixel of a column of a band, the byte that stands for them.
_PRINTABLE = bytes(min(value + _FIRST, 255) for value in range(256))
