"""Headlines of other stories at the end of a paste: where they begin, if that is certain.

A browser's "select all" takes the links to other stories along. Only a strict rule may set them apart: on articles
without such links it must stay silent.
"""

from __future__ import annotations

import re

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_SOFT_END = re.compile(r"(?:[.!?…。！？](?:[\"'”’»)\]]|\[\d+\])*|[:;,—–\-”\"])$")

_LINES = range(4, 13)
_HEADLINE_WORDS = range(4, 23)
_MOST_WORDS = 48
_FEWEST_WORDS = 4


def is_sentence_end(line: str) -> bool:
    """Whether a line ends as a sentence does."""
    return _SENTENCE_END.search(line[-8:]) is not None


def is_story_paragraph(line: str) -> bool:
    """Whether a line is running text: a dozen words that end as a sentence, or simply many."""
    words = len(line.split())
    return words >= 35 or (words >= 12 and is_sentence_end(line))


def find_tail(texts: list[str]) -> int | None:
    """Index of the first line of other stories; None where there are none, or no certain ones."""
    last = texts[-_LINES.stop :]
    offset = len(texts) - len(last)
    words = [len(text.split()) for text in last]
    for start in range(max(1, len(last) - _LINES.stop + 1), len(last) - _LINES.start + 1):
        if _is_tail(last, words, start) and _stands_behind(texts, offset + start):
            return offset + start
    return None


def _is_headline(text: str, words: int) -> bool:
    return words in _HEADLINE_WORDS and _SOFT_END.search(text[-12:]) is None


def _is_tail(last: list[str], words: list[int], start: int) -> bool:
    if not is_sentence_end(last[start - 1]) or not _is_headline(last[start], words[start]):
        return False
    if max(words[start:]) > _MOST_WORDS or min(words[start:]) < _FEWEST_WORDS:
        return False
    if any(text[0] in '“"‘«„' for text in last[start:]):
        return False
    headlines = sum(_is_headline(text, count) for text, count in zip(last[start:], words[start:], strict=True))
    return headlines >= max(2, 0.4 * (len(last) - start))


def _stands_behind(texts: list[str], start: int) -> bool:
    """Whether enough of a story comes before: half of all real paragraphs, and 65 % of the words."""
    before = sum(map(is_story_paragraph, texts[:start]))
    behind = sum(map(is_story_paragraph, texts[start:]))
    if before < max(2, behind):
        return False
    tail_length = sum(map(len, texts[start:]))
    return tail_length <= 0.35 * sum(map(len, texts))
