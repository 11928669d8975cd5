"""Motions: from an offset to the word, sentence, paragraph or heading around, before or after it.

All functions take and return offsets of the document's text, on boundaries of clusters. A motion is repeated `count`
times, or as often as it leads farther. Sentences never cross blocks; a table cell and a line of code each count as a
sentence. A motion reads only the nearby blocks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind, Document, block_index
from tui_reader.document.cells import boundary_at, next_boundary, previous_boundary
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.outline import outline
from tui_reader.document.sentences import units_near
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    import re
    from collections.abc import Callable


# Marks and letters that Python's \w does not match, by Unicode blocks: they belong to the word around them.
_MARKS = (
    r"\xad\u2060\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    r"\u06d6-\u06ed\u0711-\u074a"
    r"\u0900-\u0963\u0966-\u0df3\u0e01-\u0e3e\u0e40-\u0e4e\u0e81-\u0ece\u0f18-\u0f3f\u0f71-\u0fbc\u1000-\u1049\u1050-\u109f"
    r"\u1780-\u17d3\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\ufe0e\ufe0f\ufe20-\ufe2f"
)
_KANJI = r"\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_HIRAGANA = r"\u3041-\u309f"
_KATAKANA = r"\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_PICTOGRAPHS = r"\u2600-\u27bf\U0001f000-\U0001faff"
_LETTER = rf"(?:(?![{_KANJI}{_HIRAGANA}{_KATAKANA}])[\w{_MARKS}])"
# A word: a run of kanji, of hiragana, of katakana, of pictographs; or letters and digits, with an apostrophe or a dot
# between letters (“l’amour”) and a dot or comma between digits (“3.14”).
_word = LazyPattern(
    rf"[{_KANJI}]+|[{_HIRAGANA}]+|[{_KATAKANA}ー]+|[{_PICTOGRAPHS}][{_PICTOGRAPHS}\u200d\ufe0f]*"
    rf"|(?=\w){_LETTER}+(?:(?:(?<=[^\W\d_]|[{_MARKS}])['’.·][{_MARKS}]*(?=[^\W\d_])"
    rf"|(?<=\d|[{_MARKS}])[.,'’][{_MARKS}]*(?=\d)){_LETTER}+)*"
)
_space, _non_space = LazyPattern(r"\s+"), LazyPattern(r"\S+")
_WORD_LOOKBACK = 200
"""Maximum length in code points of a word whose beginning can be found."""


def _clamp(document: Document, offset: int) -> int:
    """Return the boundary of grapheme clusters at or before an offset, within the text."""
    return boundary_at(document.text, min(max(offset, 0), len(document.text)))


def _last(document: Document) -> int:
    """Return the offset of the document's last grapheme cluster."""
    return previous_boundary(document.text, len(document.text))


def _repeat(step: Callable[[Document, int], int], document: Document, offset: int, count: int) -> int:
    """Repeat a motion `count` times, or until the offset no longer changes."""
    for _ in range(count):
        moved = step(document, offset)
        if moved == offset:
            break
        offset = moved
    return offset


def _trimmed(document: Document, start: int, end: int) -> Range:
    """Return the range from `start` to `end` without the white space at its end."""
    piece = document.text[start:end]
    return Range(start, start + len(piece.rstrip()))


def sentence_at(document: Document, offset: int) -> Range:
    """Return the range of the sentence at an offset; at white space, of the previous sentence."""
    if not document.blocks:
        return Range(0, 0)
    offset = _clamp(document, offset)
    index = block_index(document, offset)
    starts = units_near(document, index, offset)
    number = max(0, bisect_right(starts, offset) - 1)
    end = starts[number + 1] if number + 1 < len(starts) else document.blocks[index].end
    return _trimmed(document, starts[number], end)


def paragraph_at(document: Document, offset: int) -> Range:
    """Return the range of the block at an offset."""
    if not document.blocks:
        return Range(0, 0)
    block = document.blocks[block_index(document, _clamp(document, offset))]
    return Range(block.start, block.end)


def _next_sentence(document: Document, offset: int) -> int:
    index = block_index(document, offset)
    starts = units_near(document, index, offset)
    number = bisect_right(starts, offset)
    if number < len(starts):
        return starts[number]
    blocks = document.blocks
    for later in range(index + 1, len(blocks)):
        if blocks[later].end > blocks[later].start:
            return units_near(document, later, blocks[later].start)[0]
    return max(offset, _last(document))


def _previous_sentence(document: Document, offset: int) -> int:
    index = block_index(document, offset)
    starts = units_near(document, index, offset)
    number = bisect_left(starts, offset)
    if number:
        return starts[number - 1]
    blocks = document.blocks
    for earlier in range(index - 1, -1, -1):
        if blocks[earlier].end > blocks[earlier].start:
            return units_near(document, earlier, blocks[earlier].end)[-1]
    return min(offset, 0)


def next_sentence(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the next sentence; the offset of the last character if there is none."""
    return _repeat(_next_sentence, document, _clamp(document, offset), count) if document.blocks else 0


def previous_sentence(document: Document, offset: int, count: int = 1) -> int:
    """Return the last beginning of a sentence before an offset; 0 if no sentence begins before it."""
    return _repeat(_previous_sentence, document, _clamp(document, offset), count) if document.blocks else 0


def _next_paragraph(document: Document, offset: int) -> int:
    blocks = document.blocks
    for index in range(block_index(document, offset) + 1, len(blocks)):
        if blocks[index].end > blocks[index].start:
            return blocks[index].start
    return max(offset, _last(document))


def _previous_paragraph(document: Document, offset: int) -> int:
    blocks = document.blocks
    for index in range(block_index(document, offset), -1, -1):
        if blocks[index].start < offset and blocks[index].end > blocks[index].start:
            return blocks[index].start
    return 0


def next_paragraph(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the next block with text; the offset of the last character without one."""
    return _repeat(_next_paragraph, document, _clamp(document, offset), count) if document.blocks else 0


def previous_paragraph(document: Document, offset: int, count: int = 1) -> int:
    """Return the last beginning of a block with text before an offset; 0 if no block begins before it."""
    return _repeat(_previous_paragraph, document, _clamp(document, offset), count) if document.blocks else 0


@lru_cache(maxsize=2)
def _headings(document: Document) -> tuple[int, ...]:
    """Return the offsets of all headings and sections; cached, so that a key press does not read all blocks."""
    if document.sections:
        return tuple(entry.offset for entry in outline(document))
    return tuple(block.start for block in document.blocks if block.kind is BlockKind.HEADING)


def next_heading(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the next heading or section; the offset itself if there is none."""
    headings = _headings(document)
    number = bisect_right(headings, offset)
    return headings[min(number + count, len(headings)) - 1] if number < len(headings) else _clamp(document, offset)


def previous_heading(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the last heading or section before an offset; the offset itself if there is none."""
    headings = _headings(document)
    number = bisect_left(headings, offset)
    return headings[max(number - count, 0)] if number else _clamp(document, offset)


def _words_from(text: str, offset: int) -> int:
    """Return an offset at or before the given one, at white space, from which a search finds only whole words."""
    low = max(0, offset - _WORD_LOOKBACK)
    return max(low, text.rfind(" ", low, offset), text.rfind("\n", low, offset))


def _word_around(text: str, offset: int) -> re.Match[str] | None:
    """Return the match of the word at an offset, else of the first word after it; None if no word follows."""
    for match in _word.finditer(text, _words_from(text, offset)):
        if match.end() > offset:
            return match
    return None


def word_at(document: Document, offset: int) -> Range:
    """Return the range of the word at an offset; if no word is there, that of the single character at the offset."""
    text = document.text
    offset = _clamp(document, offset)
    match = _word_around(text, offset)
    if match is not None and match.start() <= offset:
        return Range(boundary_at(text, match.start()), next_boundary(text, match.end() - 1))
    return Range(offset, next_boundary(text, offset) if offset < len(text) else offset)


def _next_word(document: Document, offset: int) -> int:
    text = document.text
    match = _word_around(text, offset)
    if match is not None and match.start() <= offset:
        match = _word.search(text, match.end())
    return max(offset, _last(document)) if match is None else max(offset, boundary_at(text, match.start()))


def _previous_word(document: Document, offset: int) -> int:
    text = document.text
    high = offset
    while high > 0:
        low = _words_from(text, max(0, high - _WORD_LOOKBACK))
        found = [match.start() for match in _word.finditer(text, low, high) if match.start() < offset]
        if found:
            return boundary_at(text, found[-1])
        high = low
    return 0


def _word_end(document: Document, offset: int) -> int:
    text = document.text
    match = _word_around(text, next_boundary(text, offset)) if offset < len(text) else None
    return max(offset, _last(document)) if match is None else max(offset, previous_boundary(text, match.end()))


def next_word(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the next word; the offset of the last character if there is none."""
    return _repeat(_next_word, document, _clamp(document, offset), count)


def previous_word(document: Document, offset: int, count: int = 1) -> int:
    """Return the last beginning of a word before an offset; 0 if no word begins before it."""
    return _repeat(_previous_word, document, _clamp(document, offset), count)


def word_end(document: Document, offset: int, count: int = 1) -> int:
    """Return the first offset after the given one that is the last character of a word.

    If no word ends after it, return the offset of the last character of the text.
    """
    return _repeat(_word_end, document, _clamp(document, offset), count)


def _next_long_word(document: Document, offset: int) -> int:
    text = document.text
    gap = _space.search(text, offset)
    found = _non_space.search(text, gap.end()) if gap is not None else None
    return max(offset, _last(document)) if found is None else max(offset, boundary_at(text, found.start()))


def _previous_long_word(document: Document, offset: int) -> int:
    text = document.text
    while offset > 0 and text[offset - 1].isspace():
        offset -= 1
    while offset > 0 and not text[offset - 1].isspace():
        offset -= 1
    return boundary_at(text, offset)


def _word_end_back(document: Document, offset: int) -> int:
    text = document.text
    high = offset
    while high > 0:
        low = _words_from(text, max(0, high - _WORD_LOOKBACK))
        found = [each.end() for each in _word.finditer(text, low) if each.start() < high] if low < high else []
        found = [end for end in found if end <= offset]
        if found:
            return previous_boundary(text, found[-1])
        high = low
    return 0


def _long_word_end_back(document: Document, offset: int) -> int:
    text = document.text
    while offset > 0 and not text[offset - 1].isspace():
        offset -= 1
    while offset > 0 and text[offset - 1].isspace():
        offset -= 1
    return previous_boundary(text, offset) if offset else 0


def next_long_word(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the next run of text between white space.

    If there is none, return the last character's offset.
    """
    return _repeat(_next_long_word, document, _clamp(document, offset), count)


def previous_long_word(document: Document, offset: int, count: int = 1) -> int:
    """Return the beginning of the space-separated run of text at an offset; from its beginning, of the previous run."""
    return _repeat(_previous_long_word, document, _clamp(document, offset), count)


def word_end_back(document: Document, offset: int, count: int = 1) -> int:
    """Return the offset of the last character of the previous word; 0 if there is none."""
    return _repeat(_word_end_back, document, _clamp(document, offset), count)


def long_word_end_back(document: Document, offset: int, count: int = 1) -> int:
    """Return the offset of the last character of the previous run of text between white space; 0 if there is none."""
    return _repeat(_long_word_end_back, document, _clamp(document, offset), count)


def long_word_at(document: Document, offset: int) -> Range:
    """Return the space-separated run of text at an offset; a single character at white space."""
    text = document.text
    offset = _clamp(document, offset)
    if offset >= len(text) or text[offset].isspace():
        return Range(offset, next_boundary(text, offset) if offset < len(text) else offset)
    start = end = offset
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return Range(boundary_at(text, start), next_boundary(text, end - 1))
