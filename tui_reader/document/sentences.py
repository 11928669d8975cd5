"""Sentences: the offsets at which the sentences of a block begin.

The rules are made for edited prose. They look at the punctuation mark, the word before it and the word after it. A
full stop after an abbreviation or an initial ends a sentence only if the next word typically begins sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind
from tui_reader.document.cells import boundary_at, is_plain
from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from tui_reader.document.blocks import Block, Cell, Document, Table

_CLOSERS = "\"'”’“‘»›)\\]}"
_OPENERS = "\"'“‘„‚«‹(\\[{¿¡—–-"
# Text after a quotation that continues its sentence: a comma, or the Japanese particle of "said", "thought", "asked",
# except in words that begin with that particle.
_CONTINUES = "[、，」』）]|って|と(?!ころ|にかく|き|ても|りあえず|もあれ)"
# Marks that need white space after them, repeated and with closing quotes; then marks of scripts without spaces, which
# do not. A run of marks is matched without backtracking, so that a row of dots takes linear time.
_MARKS, _WIDE = ".!?…؟۔।॥።։។", "。｡！？"
_candidates = LazyPattern(
    rf"(?P<mark>[{_MARKS}][{_MARKS}{_CLOSERS}]*)(?P<space>(?=\s))?"
    rf"|[{_WIDE}][{_WIDE}」』”’）】〕》〉\"')\]]*\s*(?P<on>(?={_CONTINUES}))?"
)
_last_word = re.compile(r"[^\s—–]*\Z")
_next_word = LazyPattern(rf"[\s{_OPENERS}]*(\w+)")
# Abbreviations such as `U.S` and `i.e`, without the last full stop.
_dotted = LazyPattern(r"(?:[^\W\d_]\.)+[^\W\d_]")
# For each line that is not blank, its first visible character.
_lines = re.compile(r"^[^\S\n]*(\S)", re.MULTILINE).finditer
_SEARCH_WINDOW = 4096
"""Number of code points of a very long block to search at a time: a key press must not read megabytes."""
_has_word = LazyPattern(r"[^\W\d_]{2}")
# A capitalized word and then one in lower case, such as `Later she`; two capitalized words may be a name.
_sentence_like = LazyPattern(r"\s*[A-ZÀ-Þ][a-zß-ÿ]+,?\s+[a-zß-ÿ]")


def _words(listed: str) -> frozenset[str]:
    """Return the set of the space-separated words in a text."""
    return frozenset(listed.split())


# Before a name or a further word: never the end of a sentence.
_TITLES = _words(
    "mr mrs ms mx dr prof st rev hon gen col lt sgt capt cmdr adm maj gov sen rep pres supt fr messrs mme mlle sra "
    "cf vs viz e.g i.e z.b d.h u.a bzw ca mt"
)
# Before a number: not the end of a sentence.
_COUNTERS = _words(
    "no nos nr vol vols fig figs p pp ch sec art op eq tab ed eds para jan feb mar apr jun jul aug sep sept oct nov dec"
)
# Counters that are also words, which may end a sentence: “He said no.”
_WORDS_TOO = _words("no mar art fig figs tab para")
# May end a sentence or occur within one.
_SUFFIXES = _words(
    "etc inc ltd co corp bros jr sr al esq ph.d m.d b.a m.a a.m p.m ave blvd rd ft dept est assn univ approx"
)
# Time zones, which follow `a.m.` within a sentence.
_ZONES = _words("Eastern Pacific Central Mountain Greenwich")
# Words that often begin a sentence, and seldom follow an abbreviation within one with a capital.
_STARTERS = _words(
    "the a an this that these those he she it they we you i there here what who why how where when which while after "
    "before since because although though however if as at in on by for from with without under over between during "
    "despite and but or nor so yet then now no not yes once until his her its their our my your some many most all "
    "both each every another one nobody nothing everyone someone even only just still also instead meanwhile moreover "
    "perhaps maybe let is are was were do did does can could will would should has have had der die das er sie es ein "
    "eine und aber wir ich le la les il elle ils un une et mais el los las una y pero"
)


@lru_cache(maxsize=256)
def sentence_starts(text: str) -> tuple[int, ...]:
    """Return the offsets at which the sentences of a block's text begin; the first is 0."""
    starts = [0]
    for candidate in _candidates.finditer(text):
        if candidate.start() < starts[-1]:
            continue
        end = candidate.end()
        mark = candidate["mark"]
        if candidate["on"] is not None:
            continue
        if mark is not None:
            if candidate["space"] is None or not _ends_sentence(text, starts[-1], candidate.start(), end, mark):
                continue
            while end < len(text) and text[end].isspace():
                end += 1
        if end < len(text):
            starts.append(end)
    return _on_boundaries(text, starts)


def _on_boundaries(text: str, starts: list[int]) -> tuple[int, ...]:
    """Move offsets to boundaries of grapheme clusters: marks may combine with a preceding space."""
    if is_plain(text):
        return tuple(starts)
    return tuple(sorted({boundary_at(text, start) for start in starts}))


def _ends_sentence(text: str, start: int, mark_start: int, end: int, mark: str) -> bool:
    """Return True if a mark followed by white space ends the sentence that began at `start`.

    Args:
        text: Text of the block.
        start: Offset at which the sentence begins.
        mark_start: Offset of the mark.
        end: Offset after the mark and the closing quotation marks and brackets.
        mark: The mark with these closing signs, `text[mark_start:end]`.
    """
    following = text[end : end + 80]
    rest = following.lstrip()
    if not rest or rest[0] in ".!?…,;:":
        return not rest and end + 80 >= len(text)
    found = _next_word.match(following)
    word = found[1] if found else ""
    if word[:1].islower():
        return False
    if set(mark) - set("." + "\"'”’“‘»›)]}"):
        return True
    fragment = text[start:mark_start]
    if not _has_word.search(fragment):
        return False
    before = text[max(start, mark_start - 40) : mark_start].rstrip(" .")
    token = _last_word.search(before)
    name = (token[0] if token else "").lstrip("\"'“‘„‚«‹([{¿¡")
    folded = name.lower()
    begins = word.lower() in _STARTERS
    if folded in _TITLES:
        return False
    if folded in _COUNTERS:
        return not word[:1].isdigit() and (begins or folded in _WORDS_TOO)
    if folded in _SUFFIXES:
        return begins or (_sentence_like.match(rest) is not None and word not in _ZONES)
    if _dotted.fullmatch(name) or (len(name) == 1 and name.isalpha() and name.isupper()):
        return begins
    return True


def units_near(document: Document, index: int, offset: int) -> list[int]:
    """Return the offsets at which the sentences around an offset of a block begin, in order.

    A table's cells and lines of code count as sentences. The list includes at least the sentence at the offset and its
    two neighbours in the block; for a block of up to `_SEARCH_WINDOW` code points it contains all sentences.

    Args:
        document: The document.
        index: Number of the block.
        offset: An offset of the document's text, in the block.
    """
    block = document.blocks[index]
    if block.table is not None:
        return _cells_near(block.table, offset) or [block.start]
    code = block.kind is BlockKind.CODE
    find = _line_starts if code else sentence_starts
    text = document.text
    if block.end - block.start <= _SEARCH_WINDOW:
        return [block.start + start for start in find(text[block.start : block.end])] or [block.start]
    number = min(max(offset - block.start, 0), block.end - block.start - 1) // _SEARCH_WINDOW
    if number and offset < _window_start(text, block, number):
        number -= 1
    starts: list[int] = []
    for piece in (number - 1, number, number + 1):
        low, high = _window_start(text, block, piece), _window_start(text, block, piece + 1)
        if piece >= 0 and low < high:
            starts.extend(low + start for start in find(text[low:high]))
    return starts or [block.start]


def _window_start(text: str, block: Block, number: int) -> int:
    """Return the offset at which a search window of a very long block begins.

    The window begins at the first sentence or line after a multiple of the window size. If there is none within a
    window's size, as in text that is not prose, it begins at the nearest white space or grapheme cluster.
    """
    if number <= 0:
        return block.start
    grid = block.start + number * _SEARCH_WINDOW
    if grid >= block.end:
        return block.end
    window = text[grid : min(grid + _SEARCH_WINDOW - 1, block.end)]
    starts = _line_starts(window) if block.kind is BlockKind.CODE else sentence_starts(window)
    if inside := next(filter(None, starts), 0):
        return grid + inside
    space = window.find(" ")
    return boundary_at(text, grid + space + 1 if space >= 0 else grid)


@lru_cache(maxsize=16)
def _line_starts(text: str) -> tuple[int, ...]:
    """Return the offset of the first visible character of each line that has one."""
    return _on_boundaries(text, [match.start(1) for match in _lines(text)])


def _cells_near(table: Table, offset: int) -> list[int]:
    """Return the offsets of cells with text in three table rows.

    These are the row at an offset, and the nearest rows with text before and after it.
    """
    rows = table.rows
    here = max(0, bisect_right(rows, offset, key=_row_start) - 1)
    starts = _cell_starts(rows[here]) if rows else []
    for earlier in range(here - 1, -1, -1):
        if found := _cell_starts(rows[earlier]):
            starts = found + starts
            break
    for later in range(here + 1, len(rows)):
        if found := _cell_starts(rows[later]):
            starts += found
            break
    return starts


def _row_start(row: tuple[Cell, ...]) -> int:
    """Return the offset at which a table row begins."""
    return row[0].start if row else 0


def _cell_starts(row: tuple[Cell, ...]) -> list[int]:
    """Return the offsets at which the cells of a table row begin, without empty cells."""
    return [cell.start for cell in row if cell.end > cell.start]
