"""Search for a query in a document, tolerant of case, white space, accents and kinds of quotes."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from tui_reader.document.cells import boundary_at, is_plain, next_boundary
from tui_reader.document.cooperative import lower_priority, yield_gil

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

_EQUIVALENTS = ("'’‘‛ʼ′", '"“”„‟″', "-‐‑")
"""Characters that match each other: single quotes, double quotes, hyphens."""

LONGEST = 1_000
"""Longest part of a query that is searched for, in code points: a pattern of 100,000 took 4 to 20 s a key."""


class Matches:
    """The matches of a query in order; they never overlap."""

    def __init__(self, starts: array[int], ends: array[int]) -> None:
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return len(self.starts)

    def at_or_after(self, offset: int) -> int:
        """Return the number of the first match at or after an offset; the count of matches if there is none."""
        return bisect_left(self.starts, offset)

    def within(self, start: int, end: int) -> range:
        """Return the numbers of the matches that share a character with a range."""
        first = bisect_right(self.ends, start)
        return range(first, max(first, bisect_left(self.starts, end)))


def find_all(document: Document, query: str, *, limit: int | None = None) -> Matches:
    """Return all matches of a query.

    Case counts only if the query has a capital. White space matches any white space, line feeds included; composed and
    decomposed accents, straight and curly quotes match each other. An empty query matches nothing.

    Args:
        document: The document to search.
        query: The text to search for; of more than `LONGEST` code points, the first ones.
        limit: Maximum number of matches to return; all if None.
    """
    starts, ends = array("q"), array("q")
    query = normalize("NFC", query.strip()[:LONGEST]).strip()
    if not query:
        return Matches(starts, ends)
    text = document.text
    flags = re.NOFLAG
    if not any(map(str.isupper, query)):
        lowered = _lowered(document)
        if lowered is None:
            flags = re.IGNORECASE
        else:
            text, query = lowered, query.lower()
    plain = _is_plain(document)
    for match in re.finditer(_pattern(query), text, flags):
        if limit is not None and len(starts) >= limit:
            break
        start, end = match.span()
        # Between two ASCII characters there is always a boundary of clusters: 0.3 µs to check instead of 1.5.
        if not (plain or (text[max(start - 1, 0) : start + 1].isascii() and text[end - 1 : end + 1].isascii())):
            start, end = boundary_at(text, start), next_boundary(text, end - 1)
            if ends and start < ends[-1]:
                continue
        starts.append(start)
        ends.append(end)
    return Matches(starts, ends)


def prepare(document: Document) -> None:
    """Do the work that the first search of a document needs, in the calling background thread.

    This takes 40 ms for a million words.
    """
    lower_priority()
    _lowered(document)
    _is_plain(document)


@lru_cache(maxsize=1)
def _lowered(document: Document) -> str | None:
    """Return the text in lower case, or None if that changes offsets.

    The result is cached, because one document is searched repeatedly.
    """
    lines = document.text.split("\n")
    for number, line in enumerate(lines):
        lines[number] = line.lower()
        yield_gil()
    lowered = "\n".join(lines)
    return lowered if len(lowered) == len(document.text) else None


@lru_cache(maxsize=1)
def _is_plain(document: Document) -> bool:
    """Return True if a match can end anywhere without splitting a grapheme cluster."""
    return is_plain(document.text)


def _pattern(query: str) -> str:
    """Return the query as a regular expression."""
    parts: list[str] = []
    for piece in re.split(r"(\s+)", query):
        if piece.isspace():
            parts.append(r"\s+")
        else:
            parts.extend(map(_alternatives, piece))
    return "".join(parts) + r"(?![\u0300-\u036f])"


def equivalents(character: str) -> str:
    """Return the characters that match a character, itself included."""
    return next((group for group in _EQUIVALENTS if character in group), character)


def _alternatives(character: str) -> str:
    """Return a regular expression that matches a character of the query and its equivalents."""
    for group in _EQUIVALENTS:
        if character in group:
            return f"[{re.escape(group)}]"
    decomposed = normalize("NFD", character)
    if decomposed == character:
        return re.escape(character)
    return f"(?:{re.escape(character)}|{re.escape(decomposed)})"
