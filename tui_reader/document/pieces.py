"""Division of long texts into pieces, which are stored, compared and searched one by one.

A book of a million words is too long to be stored with a highlight, or to be compared word by word. Its pieces are its
sections, such as chapters. A long section, or a long text without sections, is cut before lines that are chosen by a
hash of their characters (content-defined chunking), so that an edit changes only the pieces around it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from tui_reader.document.cooperative import yield_gil

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.document.blocks import Document, Section

LONG = 150_000
"""Minimum number of code points of a long text: 25,000 words, whose snapshot takes 80 kB in the library."""
SHORTEST, LONGEST = 15_000, 60_000
"""Minimum and maximum number of code points of a piece; the last piece of a section may be shorter."""
HASHED = 100
"""Number of code points at the start of a line that are hashed."""


_start, _end = attrgetter("start"), attrgetter("end")


class Piece(NamedTuple):
    """A range of a long text."""

    start: int
    end: int
    key: str = ""
    """`Section.key` of the section that contains the piece; empty if it has none."""


def is_long(text: str) -> bool:
    """Return True if a text is stored, compared and searched in pieces."""
    return len(text) >= LONG


@lru_cache(maxsize=2)
def pieces_of(document: Document) -> tuple[Piece, ...]:
    """Return the pieces of a document's text in order; cached for the article on the screen.

    A million words take 30 ms.
    """
    return tuple(divide(document.text, document.sections))


def divide(text: str, sections: Sequence[Section] = ()) -> Iterator[Piece]:
    """Yield the pieces of a text in order; joined, they are the whole text."""
    keys = {0: "", **{section.offset: section.key for section in sections if section.offset < len(text)}}
    for start, end in pairwise([*sorted(keys), len(text)]):
        yield_gil()
        for low, high in pairwise([start, *_cuts(text, start, end), end]):
            if low < high:
                yield Piece(low, high, keys[start])


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets at which a section is cut; they depend on the section's own text only."""
    while end - start > LONGEST:
        begins = _line_starts(text, start + SHORTEST, start + LONGEST)
        # The line with the smallest hash is likely to be chosen again wherever the piece before it begins.
        start = min(begins, key=lambda at: _hash_of_line(text, at), default=start + LONGEST)
        yield start


def _line_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets in a range at which lines begin."""
    line = text.find("\n", start, end) + 1
    while line and line < end:
        yield line
        line = text.find("\n", line, end) + 1


def _hash_of_line(text: str, start: int) -> int:
    """Return a hash of the first characters of a line."""
    return crc32(text[start : start + HASHED].split("\n", 1)[0].encode("utf-8", "surrogatepass"))


def around(pieces: Sequence[Piece], start: int, end: int) -> Sequence[Piece]:
    """Return the pieces that share a code point with a range that is not empty; the pieces are in order."""
    return pieces[bisect_right(pieces, start, key=_end) : bisect_left(pieces, end, key=_start)]
