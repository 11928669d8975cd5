"""The chapters of a book: its main sections, with their headings, lengths and numbers.

Everything is computed once per document, in the thread that reads it; afterwards a chapter is found by bisection.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from tui_reader.document.blocks import BlockKind, block_index
from tui_reader.document.cooperative import yield_gil
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.normalization import title_key
from tui_reader.document.words import count_words
from tui_reader.model.article import WORDS_PER_MINUTE, reading_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.document.blocks import Document, Section

_LEAST_BOOK_WORDS: Final = 20_000
"""Minimum number of words of a book whose sections are not separate files, such as a PDF."""
_LEAST_BOOK_CHAPTERS: Final = 3
"""Minimum number of chapters of such a book."""
_MOST_WORDS_PER_CHAPTER: Final = 25_000
"""Average number of words above which the outermost sections are parts, and those of the next level chapters."""
_HEADING_BLOCKS: Final = 4
"""Maximum number of blocks at the beginning of a chapter that form its heading."""
_LONGEST_HEADING: Final = 300
"""Maximum number of characters of a block that belongs to a heading."""
_ROMAN = r"(?=[IVXLCDM])M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})"
_KINDS = (
    "chapter chap part book volume vol section letter day night act scene canto stave lesson "
    "kapitel kap teil buch band abschnitt brief tag akt szene chapitre chap partie livre tome section scène acte "
    "capítulo capitulo cap parte libro tomo capitolo sezione atto scena hoofdstuk deel boek "
    "rozdział rozdzial część księga kapitola část kniha глава часть том книга розділ частина del bok bind "
    "luku osa bölüm kısım fejezet rész κεφάλαιο μέρος"
)
"""Words that may stand before the number of a chapter, in the languages of most books."""
# Numbers such as 第十二章, 第3回.
_EAST_ASIAN = "第\\s?[0-9０-９〇零一二三四五六七八九十百千]+\\s?[章回节節話话篇部卷編编]"
_numbered_east_asian = LazyPattern(rf"({_EAST_ASIAN})[\s:：]+(\S.*)", re.DOTALL)
# Numbers such as `III`, `Chapter 3.`, `2.1`, and titles that begin with one: `3 — A Case`, `IV. A Case`.
_ordinal = LazyPattern(
    rf"(?P<label>(?:(?:{'|'.join(dict.fromkeys(_KINDS.split()))})\.?\s+)?(?-i:\d{{1,4}}(?:\.\d{{1,3}})*|{_ROMAN})"
    rf"|{_EAST_ASIAN})"
    r"(?:(?:\s*[.:)]|\s*[—–]|\s+-)\s+(?P<title>\S.*)|[.:]?)",
    re.DOTALL | re.IGNORECASE,
)


class Chapter(NamedTuple):
    """A chapter, or a part that contains chapters; it ends where the next chapter or part begins."""

    section: int
    """Index of its section in `Document.sections`."""
    start: int
    """Offset of its first block."""
    end: int
    """Offset after its last code point; the text of a part ends before its first chapter."""
    block: int
    """Index of its first block."""
    heading: range
    """Indexes of the blocks that are its heading; empty if the text has none."""
    label: str
    """Text to draw above the chapter: its number, such as `III`; without a number, its title if the heading in the text
    does not contain it. Empty if the heading contains the number."""
    title: str
    """Title from the table of contents, without the number of the chapter."""
    number: int
    """Number of the chapter, from 1; 0 for parts, front and back matter, and chapters that the book does not number."""
    words: int
    """Number of words; for a part, including its chapters."""
    words_before: int
    """Number of words of the book before the chapter."""
    chapters: int = 0
    """Number of chapters in a part; 0 for a chapter."""
    is_number: bool = False
    """True if the heading in the text is only a number; the title is then drawn below it."""


class TimeLeft(NamedTuple):
    """Numbers of words from an offset to the end of the chapter, and to the end of the book."""

    chapter: int
    book: int


class Chapters:
    """The chapters of one document.

    Args:
        chapters: All chapters and parts, sorted by offset.
        words: Number of words of the whole text.
        counted: Number of words that the list and the head of the article show for it; it may be smaller, because
            signs of notes are left out. Words left are scaled to this number. 0 if it is not known.
    """

    def __init__(self, chapters: Sequence[Chapter], words: int, counted: int = 0) -> None:
        self.all = tuple(chapters)
        self.words = words
        self._scale = min(1.0, counted / words) if counted and words else 1.0
        self._starts = [chapter.start for chapter in self.all]
        self.count = max((chapter.number for chapter in self.all), default=0)
        """Number of numbered chapters, which is the number of the last one; 0 without any."""

    def __bool__(self) -> bool:
        """Return True if the document is a book with chapters."""
        return bool(self.all)

    def index_at(self, offset: int) -> int:
        """Return the index of the chapter at an offset; -1 before the first chapter."""
        return bisect_right(self._starts, offset) - 1

    def at(self, offset: int) -> Chapter | None:
        """Return the chapter at an offset; None before the first chapter."""
        index = self.index_at(offset)
        return self.all[index] if index >= 0 else None

    def starting_at(self, offset: int) -> Chapter | None:
        """Return the chapter that begins exactly at an offset; None if there is none."""
        found = self.at(offset)
        return found if found is not None and found.start == offset else None

    def numbered(self, number: int) -> Chapter | None:
        """Return the chapter with a number; None if there is none."""
        return next((chapter for chapter in self.all if chapter.number == number), None)

    def left(self, offset: int) -> TimeLeft | None:
        """Return the numbers of words left after an offset; None before the first chapter.

        Within a chapter, they are estimated from the share of its characters after the offset.
        """
        chapter = self.at(offset)
        if chapter is None:
            return None
        following = self.index_at(offset) + 1
        after = self.all[following].words_before if following < len(self.all) else self.words
        own = after - chapter.words_before
        share = (chapter.end - offset) / max(1, chapter.end - chapter.start)
        left = round(own * max(0.0, min(share, 1.0)))
        return TimeLeft(round(left * self._scale), round((left + self.words - after) * self._scale))


NO_CHAPTERS: Final = Chapters((), 0)


@lru_cache(maxsize=4)
def chapters_of(document: Document) -> Chapters:
    """Return the chapters of a document; an empty object if it is not a book.

    A book has sections that are separate files (`Section.key`), or at least 3 chapters and 20,000 words.
    """
    sections = document.sections
    if not sections or not document.blocks:
        return NO_CHAPTERS
    chosen = _chosen(document)
    if not any(section.key for section in sections) and (
        len(chosen) < _LEAST_BOOK_CHAPTERS or document.metadata.words < _LEAST_BOOK_WORDS
    ):
        return NO_CHAPTERS
    return _built(document, chosen)


def time_of(words: int) -> str:
    """Return the time for reading a number of words: `31 min`, `5 h 10 min`."""
    return reading_time(max(1, round(words / WORDS_PER_MINUTE)))


def split_ordinal(title: str) -> tuple[str, str]:
    """Split a title into its number and the rest: `III: A Case`, `Chapter 3. A Case`, `3 — A Case`, `III`.

    Returns:
        Number and title; the number is empty if there is none, and the title is empty if it is only a number.
    """
    if numbered := _numbered_east_asian.fullmatch(title):
        return numbered[1], numbered[2]
    found = _ordinal.fullmatch(title)
    return (found["label"], found["title"] or "") if found else ("", title)


def bare_title(section: Section) -> str:
    """Return the title of a section without its number (`Section.label`), unless the title is only the number."""
    number, rest = split_ordinal(section.title)
    return rest if section.label and number and rest else section.title


def numbered_title(section: Section, between: str) -> str:
    """Return the number and the title of a section, with a text between them; only the title if it has no number."""
    return between.join(filter(None, (section.label, bare_title(section))))


def first_block(document: Document, offset: int) -> int:
    """Return the index of the first block of a section that begins at an offset.

    An offset at the end of a paragraph belongs to the block after it.
    """
    blocks = document.blocks
    index = block_index(document, offset)
    is_at_end = blocks[index].end <= offset and blocks[index].end > blocks[index].start
    return index + 1 if is_at_end and index + 1 < len(blocks) else index


def _chosen(document: Document) -> list[int]:
    """Return the indexes of the sections that are chapters or parts: of several that begin at one block, the first."""
    sections = document.sections
    levels = _levels(sections)
    least = min(section.level for section in sections)
    if levels == {least}:
        outer = sum(section.level == least for section in sections)
        if document.metadata.words > outer * _MOST_WORDS_PER_CHAPTER:
            levels = levels | {least + 1}
    found: list[int] = []
    block = -1
    for index, section in enumerate(sections):
        if section.level not in levels:
            continue
        at = first_block(document, section.offset)
        if at > block:
            found.append(index)
            block = at
    return found


def _levels(sections: Sequence[Section]) -> set[int]:
    """Return the levels (`Section.level`) of chapters and parts.

    These are the outermost level and, going inward, each level of whose sections at least half begin a file, that is,
    differ in `Section.key` from the section before. The first level for which this is not true ends the search.
    """
    least = min(section.level for section in sections)
    total: dict[int, int] = {}
    begins: dict[int, int] = {}
    key = ""
    for section in sections:
        total[section.level] = total.get(section.level, 0) + 1
        begins[section.level] = begins.get(section.level, 0) + (section.key != key)
        key = section.key
    levels = {least}
    for level in sorted(total):
        if level == least:
            continue
        if begins[level] * 2 < total[level]:
            break
        levels.add(level)
    return levels


def _built(document: Document, chosen: Sequence[int]) -> Chapters:
    """Return the chapters of a document for the indexes of the sections that are chapters or parts."""
    sections, blocks, text = document.sections, document.blocks, document.text
    first_blocks = [first_block(document, sections[index].offset) for index in chosen]
    starts = [blocks[block].start for block in first_blocks]
    ends = [start - 1 for start in starts[1:]] + [len(text)]
    before = count_words(text[: starts[0]]) if starts else 0
    numbered = _numbered(sections, chosen)
    found: list[Chapter] = []
    number = 0
    for at, index in enumerate(chosen):
        section = sections[index]
        following = sections[chosen[at + 1]] if at + 1 < len(chosen) else None
        is_part = following is not None and following.level > section.level
        is_numbered = index in numbered
        number += is_numbered
        words = count_words(text[starts[at] : ends[at]])
        stop = first_blocks[at + 1] if at + 1 < len(chosen) else len(blocks)
        heading, label, is_number = _heading(document, section, first_blocks[at], stop)
        found.append(
            Chapter(
                index,
                starts[at],
                ends[at],
                first_blocks[at],
                heading,
                label,
                bare_title(section),
                number if is_numbered else 0,
                words,
                before,
                1 if is_part else 0,
                is_number,
            )
        )
        before += words
        yield_gil()
    return Chapters(
        _with_parts(found, [sections[index].level for index in chosen], before), before, document.metadata.words
    )


def _numbered(sections: Sequence[Section], chosen: Sequence[int]) -> set[int]:
    """Return the indexes of the sections that are numbered as chapters.

    Parts, front matter and back matter are not numbered. If most chapters have a number in the book, those without one,
    such as a prologue, get none, so that the program's numbers agree with those of the book.
    """
    levels = [sections[index].level for index in chosen]
    plain = [index for at, index in enumerate(chosen) if at + 1 == len(chosen) or levels[at + 1] <= levels[at]]
    counted = [index for index in plain if sections[index].counted] or plain
    labelled = [index for index in counted if sections[index].label]
    return set(labelled if len(labelled) > 1 and 2 * len(labelled) > len(counted) else counted)


def _with_parts(chapters: list[Chapter], levels: Sequence[int], total: int) -> list[Chapter]:
    """Return copies of the chapters in which `Chapter.chapters` and `Chapter.words` of each part include its chapters.

    Args:
        chapters: The chapters and parts in order; `Chapter.chapters` is not 0 for a part.
        levels: `Section.level` of each of them.
        total: Number of words of the book.
    """
    # Chapters are visited from the last to the first, so that the chapters of a part are known before the part.
    ends: list[tuple[int, int, int]] = []
    numbered = sum(chapter.number > 0 for chapter in chapters)
    counts = numbered
    result = chapters[:]
    for at in range(len(chapters) - 1, -1, -1):
        chapter, level = chapters[at], levels[at]
        while ends and ends[-1][0] > level:
            ends.pop()
        stop_words, stop_count = (ends[-1][1], ends[-1][2]) if ends else (total, numbered)
        counts -= chapter.number > 0
        if chapter.chapters:
            result[at] = chapter._replace(words=stop_words - chapter.words_before, chapters=stop_count - counts)
        ends.append((level, chapter.words_before, counts))
    return result


def _heading(document: Document, section: Section, first: int, stop: int) -> tuple[range, str, bool]:
    """Return the blocks of a chapter's heading, the label to draw above them, and True if they are only a number.

    The heading is at the beginning of the chapter or after its first pictures. Its blocks are headings, or repeat the
    title or the number of the section.

    Args:
        document: The document.
        section: The section of the chapter.
        first: Index of the first block of the chapter.
        stop: Index of the block after the chapter.
    """
    blocks = document.blocks
    stop = min(stop, first + _HEADING_BLOCKS, len(blocks))
    at = first
    while at < stop and blocks[at].kind in {BlockKind.FIGURE, BlockKind.RULE}:
        at += 1
    bare = bare_title(section)
    title = title_key(bare)
    label = section.label
    begin = at
    seen = ""
    while at < stop:
        block = blocks[at]
        if block.end - block.start > _LONGEST_HEADING or block.table is not None or block.marker:
            break
        line = title_key(document.block_text(at))
        repeats = bool(line) and (
            line == title or line == title_key(label) or line == title.removeprefix(title_key(label))
        )
        if block.kind is not BlockKind.HEADING and not repeats:
            break
        if block.kind is BlockKind.HEADING and at > begin and not repeats and block.level > blocks[begin].level:
            break  # the first heading within the chapter
        if at - begin > 1 and not repeats:
            break
        seen += line
        at += 1
    if at == begin:
        return range(first, first), label, False
    shown = not title or title in seen or seen in title
    if not shown and at == begin + 1 and not split_ordinal(" ".join(document.block_text(begin).split()))[1]:
        return range(begin, at), "", True
    if label:
        return range(begin, at), "" if title_key(label) in seen else label, False
    return range(begin, at), "" if shown else bare, False
