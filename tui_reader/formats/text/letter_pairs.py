"""The table of letter pairs: how frequent each pair of letters is in a language.

Each line of `letter_pairs.tsv` is a language: its code, its alphabet, and a digit for each pair of letters. The digits
are in rows by the first letter and in columns by the second letter, where a space (the edge of a word) comes before the
letters of the alphabet. A digit is the pair's cost: twice the negative binary logarithm of the probability that the
second letter follows the first, up to 24. For East Asian languages, the line contains the most frequent characters
instead. The table is written by scripts/make_letter_pairs.py.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("letter_pairs.tsv")
DIGITS = "0123456789abcdefghijklmno"
"""The digits of the table, for costs from 0 to 24."""

# Combining vowel signs of Thai are not letters for regular expressions.
_SIGNS = re.compile("[^\\w\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|[\\d_ªºµ¹²³¼½¾]")
"""Pattern of a character that is not a letter."""
_SAME = str.maketrans("șțȘȚİ", "şţşţi")
"""For each letter that older encodings lack, such as `ș`, the letter that is written in its place, such as `ş`."""


class Languages(NamedTuple):
    """The table of letter pairs, by language."""

    pairs: dict[str, dict[str, int]]
    """The cost of each pair of letters, by language."""
    frequent: dict[str, dict[str, int]]
    """The rank of each frequent character, by language; 0 is the most frequent."""


def fold(text: str) -> str:
    """Return a text of the same length in lower case, with a space for each character that is not a letter."""
    lowered = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return _SIGNS.sub(" ", lowered).translate(_SAME)


@cache
def languages() -> Languages:
    """Read the table of letter pairs; takes about 5 ms."""
    pairs: dict[str, dict[str, int]] = {}
    frequent: dict[str, dict[str, int]] = {}
    costs = {digit: cost for cost, digit in enumerate(DIGITS)}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        language, alphabet, *digits = line.split("\t")
        if digits:
            letters = [" ", *alphabet]
            keys = [first + second for first in letters for second in letters]
            pairs[language] = dict(zip(keys, map(costs.__getitem__, digits[0]), strict=True))
        else:
            frequent[language] = {character: rank for rank, character in enumerate(alphabet)}
    return Languages(pairs, frequent)
