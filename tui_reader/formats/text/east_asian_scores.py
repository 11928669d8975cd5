"""Costs of texts in East Asian languages, whose encodings have several bytes per character.

A cost is the negative logarithm of a probability in half bits, as in encoding_scores.py.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache

from tui_reader.formats.text.letter_pairs import languages

ENCODINGS = {
    "gb18030": (4, ("zhs", "zht")),
    "big5": (4, ("zht",)),
    "cp932": (4, ("ja",)),
    "euc_jp": (4, ("ja",)),
    "cp949": (4, ("ko",)),
    "johab": (16, ("ko",)),
}
"""Encodings with several bytes per character; for each, a cost for its rarity in half bits, and languages."""


def decoded(sample: bytes, codec: str) -> str:
    """Decode a sample; empty if more than one in twenty of its characters beyond ASCII are undecodable bytes."""
    text = sample.decode(codec, "replace")
    bad = text.count("\ufffd")
    return text if not bad or bad * 20 <= len(text) - len(text.encode("ascii", "ignore")) else ""


def cost_in(language: str, text: str) -> float:
    """Return the cost of a text in an East Asian language, without its ASCII letters."""
    ranks = languages().frequent[language]
    cost = 0
    for character, count in Counter(text).items():
        if character > "\x7f":
            rank = ranks.get(character)
            cost += (_unranked_cost(character, language) if rank is None else _rank_cost(rank)) * count
    # East Asian characters directly next to Latin letters are mostly misread accents.
    return cost + 24 * len(_BESIDE_LATIN.findall(text))


_BESIDE_LATIN = re.compile("[A-Za-z][\u1100-\ud7ff\uf900-\ufaff\uff66-\uff9f]+[A-Za-z]?")
"""Pattern of East Asian characters directly after a Latin letter."""


@cache
def _rank_cost(rank: int) -> int:
    """Return the cost of a frequent character, by Zipf's law."""
    return 5 + round(2 * math.log2(rank + 4))


_COMMON_HAN = {"ja": ("euc_jp", 0xCF), "zhs": ("gb2312", 0xD7), "zht": ("big5", 0xC6), "ko": ("euc_kr", 0)}
"""For each language, an encoding with common characters before rare ones, and the last lead byte of common ones."""


@cache
def _unranked_cost(character: str, language: str) -> int:
    """Return the cost of a character that is not frequent in an East Asian language."""
    if "\u3040" <= character < "\u3100":
        return 18 if language == "ja" else 40
    if character in "、。，！？；：「」『』（）《》〈〉・ー　“”…—’‘":
        return 12
    if "\u4e00" <= character < "\ua000":
        codec, last = _COMMON_HAN[language]
        try:
            return 31 if character.encode(codec)[0] <= last else 38
        except UnicodeEncodeError:
            return 46
    if "\uac00" <= character < "\ud7b0":
        try:
            return 35 if len(character.encode("euc_kr")) == 2 else 50
        except UnicodeEncodeError:
            return 50
    if "\uff00" <= character < "\uff60":
        return 26
    return 40
