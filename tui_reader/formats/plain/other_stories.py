"""Detection of the headlines of other stories that follow the article in a pasted page.

A browser's "select all" includes the links to other stories. The patterns are strict, since no text of an article may
be separated from it by mistake.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tui_reader.document.lazy_patterns import LazyPattern

_SENTENCE_END = LazyPattern(r"[.!?…。！？][\"'”’»)\]]*$")
_NO_HEADLINE_END = LazyPattern(r"(?:[.!?…。！？](?:[\"'”’»)\]]|\[\d+\])*|[:;,—–\-”\"])$")

_WORD = re.compile(r"[^\W\d_]+")
# A word with a capital letter that does not begin its sentence.
_NAME = LazyPattern(r"(?<=[^.!?:“\"‘] )[A-Z\u00c0-\u00de\u0410-\u042f][^\W\d_]+")
_SENTENCES_WITHIN = re.compile(r"[.!?][”’\"')]*\s+[“\"‘]?[A-Z]")
_QUOTES = '“"‘«„'

_LINE_COUNTS = range(4, 13)
"""Numbers of lines that other stories may have."""
_HEADLINE_WORDS = range(4, 23)
"""Numbers of words of a headline."""
_MOST_WORDS = 48
"""Maximum number of words of a line of other stories: headline or deck (the sentence below a headline)."""
_FEWEST_WORDS = 4
"""Minimum number of words of a line of other stories, headline or deck."""
_FEWEST_NEW_NAMES = 3
"""Minimum number of names in a headline and its deck that do not occur in the article above."""


def is_sentence_end(line: str) -> bool:
    """Return True if a line ends like a sentence."""
    return _SENTENCE_END.search(line[-8:]) is not None


def is_story_paragraph(line: str) -> bool:
    """Return True if a line is running text: 12 words ending like a sentence, or at least 35 words."""
    words = len(line.split())
    return words >= 35 or (words >= 12 and is_sentence_end(line))


def find_tail(texts: list[str]) -> int | None:
    """Return the index of the line at which other stories begin; None unless this is certain.

    Two patterns count: lines of which many are headlines, recognized by their missing full stop; or pairs of a headline
    and its deck, both with a full stop, in which every line has names that the article above never mentions.
    """
    last = texts[-_LINE_COUNTS.stop :]
    offset = len(texts) - len(last)
    words = [len(text.split()) for text in last]
    for start in range(max(1, len(last) - _LINE_COUNTS.stop + 1), len(last) - _LINE_COUNTS.start + 1):
        if (
            _is_tail(last, words, start)
            and _follows_a_longer_story(texts, offset + start)
            and (_has_headlines(last, words, start) or _is_pairs(last, words, start, texts[: offset + start]))
        ):
            return offset + start
    return None


def _is_headline(text: str, words: int) -> bool:
    """Return True if a line of `words` words has the length of a headline and does not end like a sentence."""
    return words in _HEADLINE_WORDS and _NO_HEADLINE_END.search(text[-12:]) is None


def _is_tail(last: list[str], words: list[int], start: int) -> bool:
    """Return True if the lines from `start` may be other stories: after a full sentence, none long, none a quotation.

    Args:
        last: The last lines of the text.
        words: Numbers of words of these lines.
        start: Index in `last` of the first line to test.
    """
    return (
        is_sentence_end(last[start - 1])
        and max(words[start:]) <= _MOST_WORDS
        and min(words[start:]) >= _FEWEST_WORDS
        and not any(text[0] in _QUOTES for text in last[start:])
    )


def _has_headlines(last: list[str], words: list[int], start: int) -> bool:
    """Return True if many of the lines from `start` are headlines without a full stop; arguments as in `_is_tail`."""
    headlines = [_is_headline(text, count) for text, count in zip(last[start:], words[start:], strict=True)]
    # A deck follows each headline, so two consecutive lines that are not headlines belong to the article.
    decks_in_a_row = any(not first and not second for first, second in pairwise(headlines))
    return headlines[0] and not decks_in_a_row and sum(headlines) >= max(2, 0.4 * len(headlines))


def _is_pairs(last: list[str], words: list[int], start: int, story: list[str]) -> bool:
    """Return True if the lines from `start` are pairs of headline and deck with names that are new.

    Args:
        last: The last lines of the text.
        words: Numbers of words of these lines.
        start: Index in `last` of the first line to test.
        story: All lines of the text above that line, in which the names do not occur.
    """
    lines = last[start:]
    if len(lines) % 2 or any(_SENTENCES_WITHIN.search(line) for line in lines):
        return False
    if any(count not in _HEADLINE_WORDS for count in words[start::2]):
        return False
    known = set(_WORD.findall(" ".join(story).casefold()))
    new_names = [sum(name.casefold() not in known for name in _NAME.findall(line)) for line in lines]
    return min(new_names) > 0 and all(
        sum(pair) >= _FEWEST_NEW_NAMES for pair in zip(new_names[::2], new_names[1::2], strict=True)
    )


def _follows_a_longer_story(texts: list[str], start: int) -> bool:
    """Return True if half of all story paragraphs, at least two, and 65 % of all characters are above line `start`."""
    before = sum(map(is_story_paragraph, texts[:start]))
    after = sum(map(is_story_paragraph, texts[start:]))
    if before < max(2, after):
        return False
    tail_length = sum(map(len, texts[start:]))
    return tail_length <= 0.35 * sum(map(len, texts))
