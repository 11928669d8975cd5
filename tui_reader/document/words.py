"""How many words a text has, and how long they take to read."""

from __future__ import annotations

import re

WORDS_PER_MINUTE = 230
"""Silent reading of English: 228 words a minute in the IReST texts (Trauzettel-Klosinski and Dietz, 2012)."""

# Letters of the scripts that are written without spaces: kana, ideographs, Thai, Lao, Burmese, Khmer.
_unspaced_runs = re.compile(
    r"[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30ff\u3400-\u9fff\uf900-\ufaff"
    r"\uff66-\uff9d\U00020000-\U0003ffff]+"
)


def count_words(text: str) -> int:
    """Words of a text, as runs between white space.

    In scripts without spaces two characters count as a word.
    """
    if text.isascii():
        return len(text.split())
    runs = _unspaced_runs.findall(text)
    if not runs:
        return len(text.split())
    return len(_unspaced_runs.sub(" ", text).split()) + (sum(map(len, runs)) + 1) // 2


def reading_minutes(words: int) -> int:
    """Minutes that a number of words takes to read, at least 1."""
    return max(1, round(words / WORDS_PER_MINUTE))
