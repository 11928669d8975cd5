"""Sixels draw exactly the pixels of a picture, and no pixel below it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tui_reader.services.articles.sixels import sixels_of


def pixels_of(sequence: str) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Return the colours, in percent, of the pixels that a sequence draws."""
    body = re.fullmatch(r'\x1bP0;1;0q"1;1;\d+;\d+(.*)\x1b\\', sequence)
    assert body is not None
    colours: dict[int, tuple[int, int, int]] = {}
    drawn: dict[tuple[int, int], tuple[int, int, int]] = {}
    x = band = colour = 0
    for given_, number, several, one in re.findall(r"#(\d+)(?:;2;(\d+;\d+;\d+))?|(?:!(\d+))?([?-~]|[$-])", body[1]):
        if given_:
            colour = int(given_)
            if number:
                red, green, blue = map(int, number.split(";"))
                colours[colour] = red, green, blue
        elif one in "$-":
            x, band = 0, band + (one == "-")
        else:
            end = x + int(several or 1)
            bits = [bit for bit in range(6) if (ord(one) - 0x3F) >> bit & 1]
            drawn |= {(column, 6 * band + bit): colours[colour] for column in range(x, end) for bit in bits}
            x = end
    return drawn


@given(st.integers(1, 30), st.integers(1, 20), st.data())
def test_a_picture_is_drawn_pixel_by_pixel(width: int, height: int, data: st.DataObject) -> None:
    values = data.draw(st.binary(min_size=width * height, max_size=width * height))
    image = Image.frombytes("P", (width, height), values)
    image.putpalette([value for number in range(256) for value in (number, 255 - number, number // 2)])
    expected = {
        (at % width, at // width): tuple(round(part * 100 / 255) for part in (value, 255 - value, value // 2))
        for at, value in enumerate(values)
    }
    assert pixels_of(sixels_of(image)) == expected


def test_equal_pixels_are_counted() -> None:
    image = Image.new("P", (500, 6))
    assert "!500~" in sixels_of(image)
