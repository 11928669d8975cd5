"""Headlines of other stories at the end of a paste: where they begin, if that is certain.

A browser's "select all" takes the links to other stories along. Only a strict rule may set them apart: on articles
without such links it must stay silent.
"""

from __future__ import annotations

import re
from itertools import pairwise

_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_SOFT_END = re.compile(r"(?:[.!?…。！？](?:[\"'”’»)\]]|\[\d+\])*|[:;,—–\-”\"])$")

_WORD = re.compile(r"[^\W\d_]+")
# A word with a capital letter that does not begin its sentence.
_NAME = re.compile(r"(?<=[^.!?:“\"‘] )[A-Z\u00c0-\u00de\u0410-\u042f][^\W\d_]+")
_SENTENCES_WITHIN = re.compile(r"[.!?][”’\"')]*\s+[“\"‘]?[A-Z]")
_QUOTES = '“"‘«„'

_LINES = range(4, 13)
_HEADLINE_WORDS = range(4, 23)
_MOST_WORDS = 48
_FEWEST_WORDS = 4
_STRANGE_NAMES = 3
"""Names in a headline and its deck that the story does not know."""


def is_sentence_end(line: str) -> bool:
    """Whether a line ends as a sentence does."""
    return _SENTENCE_END.search(line[-8:]) is not None


def is_story_paragraph(line: str) -> bool:
    """Whether a line is running text: a dozen words that end as a sentence, or simply many."""
    words = len(line.split())
    return words >= 35 or (words >= 12 and is_sentence_end(line))


def find_tail(texts: list[str]) -> int | None:
    """Index of the first line of other stories; None where there are none, or no certain ones.

    Two patterns count: lines of which many are headlines, told by their missing full stop; or pairs of a headline and
    its deck, both ended by a full stop, in which every line brings names that the story before never mentions.
    """
    last = texts[-_LINES.stop :]
    offset = len(texts) - len(last)
    words = [len(text.split()) for text in last]
    for start in range(max(1, len(last) - _LINES.stop + 1), len(last) - _LINES.start + 1):
        if (
            _is_tail(last, words, start)
            and _stands_behind(texts, offset + start)
            and (_has_headlines(last, words, start) or _is_pairs(last, words, start, texts[: offset + start]))
        ):
            return offset + start
    return None


def _is_headline(text: str, words: int) -> bool:
    return words in _HEADLINE_WORDS and _SOFT_END.search(text[-12:]) is None


def _is_tail(last: list[str], words: list[int], start: int) -> bool:
    """What both patterns share: they follow a finished sentence, and hold neither quotations nor long lines."""
    return (
        is_sentence_end(last[start - 1])
        and max(words[start:]) <= _MOST_WORDS
        and min(words[start:]) >= _FEWEST_WORDS
        and not any(text[0] in _QUOTES for text in last[start:])
    )


def _has_headlines(last: list[str], words: list[int], start: int) -> bool:
    headlines = [_is_headline(text, count) for text, count in zip(last[start:], words[start:], strict=True)]
    # A deck follows its headline; two lines in a row that are none are the story itself.
    decks_in_a_row = any(not first and not second for first, second in pairwise(headlines))
    return headlines[0] and not decks_in_a_row and sum(headlines) >= max(2, 0.4 * len(headlines))


def _is_pairs(last: list[str], words: list[int], start: int, story: list[str]) -> bool:
    lines = last[start:]
    if len(lines) % 2 or any(_SENTENCES_WITHIN.search(line) for line in lines):
        return False
    if any(count not in _HEADLINE_WORDS for count in words[start::2]):
        return False
    known = set(_WORD.findall(" ".join(story).casefold()))
    strange = [sum(name.casefold() not in known for name in _NAME.findall(line)) for line in lines]
    return min(strange) > 0 and all(
        sum(pair) >= _STRANGE_NAMES for pair in zip(strange[::2], strange[1::2], strict=True)
    )


def _stands_behind(texts: list[str], start: int) -> bool:
    """Whether enough of a story comes before: half of all real paragraphs, and 65 % of the words."""
    before = sum(map(is_story_paragraph, texts[:start]))
    behind = sum(map(is_story_paragraph, texts[start:]))
    if before < max(2, behind):
        return False
    tail_length = sum(map(len, texts[start:]))
    return tail_length <= 0.35 * sum(map(len, texts))
