"""Counting of the words of a text."""

from __future__ import annotations

from tui_reader.document.cooperative import yield_gil
from tui_reader.document.lazy_patterns import LazyPattern

# Scripts written without spaces: kana and ideographs; Thai, Lao, Burmese and Khmer with their vowel signs.
_IDEOGRAPHS = (
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_SOUTHERN = r"\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"
_ideograph_runs = LazyPattern(f"[{_IDEOGRAPHS}]+")
_southern_runs = LazyPattern(f"[{_SOUTHERN}]+")
# The punctuation of these scripts is removed too: a full stop alone between spaces is not a word.
_unspaced = LazyPattern(rf"[{_IDEOGRAPHS}{_SOUTHERN}\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff5b-\uff65…—“”]+")
IDEOGRAPHS_PER_WORD = 2
"""Number of ideographs and kana that count as one word. The Declaration of Human Rights has 1,747 words in English,
2,675 ideographs in Chinese, 3,759 in Japanese."""
SOUTHERN_PER_WORD = 6
"""Number of letters and signs of Thai, Lao, Burmese and Khmer that count as one word. The Declaration of Human Rights
has 8,890 in Thai, 10,196 in Lao, 10,189 in Khmer, 14,605 in Burmese, and 1,747 words in English."""
# ASCII white space becomes a space and all other bytes a letter, so that a word begins at each " x".
_SPACES = " \n\t"
_SHAPE = bytes(0x20 if chr(byte) in _SPACES else 0x78 for byte in range(256))
# First bytes in UTF-8 of all characters except those of unspaced scripts, and all continuation bytes.
_SPACED_BYTES = bytes(byte for byte in range(256) if not 0xE0 <= byte <= 0xEF or byte in {0xE2, 0xEA, 0xEB, 0xEC, 0xED})

_SLICE = 250_000
"""Number of characters to count at a time: more would block the screen's thread for 30 ms."""


def count_words(text: str) -> int:
    """Return the number of words, as runs between white space; a million words take about 20 ms.

    Scripts without spaces count by characters, see `IDEOGRAPHS_PER_WORD` and `SOUTHERN_PER_WORD`.
    """
    words = _count_spaced(text)
    if words >= 0:
        return words
    ideographs = sum(map(len, _ideograph_runs.findall(text)))
    southern = sum(map(len, _southern_runs.findall(text)))
    if ideographs or southern:
        text = _unspaced.sub(" ", text)
    words = _count_runs(text.encode("utf-8", "replace"))
    return words + _divide_up(ideographs, IDEOGRAPHS_PER_WORD) + _divide_up(southern, SOUTHERN_PER_WORD)


def _divide_up(count: int, by: int) -> int:
    """Return `count` divided by `by`, rounded up."""
    return -(-count // by)


def _count_spaced(text: str) -> int:
    """Return the number of words of a text in spaced scripts; -1 if it may contain unspaced scripts."""
    words = 0
    for start in range(0, len(text), _SLICE):
        # Includes the previous character, so that a word that began in the previous slice is not counted twice.
        encoded = text[max(start - 1, 0) : start + _SLICE].encode("utf-8", "replace")
        if not encoded.isascii() and encoded.translate(None, _SPACED_BYTES):
            return -1
        yield_gil()
        words += _count_runs(encoded) - (start > 0 and text[start - 1] not in _SPACES)
    return words


def _count_runs(encoded: bytes) -> int:
    """Return the number of words in an encoded text: of runs of bytes that are not white space.

    This is twice as fast as `bytes.split`, which creates an object for each run.
    """
    shape = encoded.translate(_SHAPE)
    return shape.count(b" x") + shape.startswith(b"x")
