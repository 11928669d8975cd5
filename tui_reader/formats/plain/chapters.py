"""Detection of chapter headings in plain text: separate lines with a number."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from tui_reader.document.cooperative import yield_gil
from tui_reader.document.lazy_patterns import LazyPattern

_LONGEST = 80
"""Maximum length of a heading in characters."""
_LONGEST_BARE = 60
"""Maximum length of a heading that begins with a number alone, such as `7. The Harbour`."""
_YIELD_EVERY = 1_000
"""Number of paragraphs to examine before other threads can run."""
_LEAST_BODY = 150
"""Minimum characters between a heading and the next of its kind; tables of contents have fewer."""
_LEAST_BODY_OF_NUMBER = 300
"""Minimum characters between headings that are only a number, or a number and a title."""

_PARTS = (
    "book part volume vol canto act teil buch band livre partie tome libro parte tomo boek deel del bok książka część "
    "tom kniha díl časť книга часть том частина rész könyv kısım cartea partea osa"
)
_CHAPTERS = (
    "chapter chap letter day night lesson lecture episode stave adventure tag lektion jour día "
    "kapitel kap chapitre chap capítulo capitulo cap capitolo capítol hoofdstuk "
    "kapittel rozdział rozdzial kapitola poglavlje глава розділ fejezet bölüm capitolul luku κεφάλαιο nodaļa skyrius"
)
_SECTIONS = "section scene abschnitt szene scène escena scena sección sezione раздел явление"
_RANKS = {word: rank for rank, kinds in enumerate((_PARTS, _CHAPTERS, _SECTIONS)) for word in kinds.split()}
"""The rank of a heading (see `_Candidate.rank`) by the word beside its number."""
_CHAPTER = 1
_BARE = 3
"""The rank of a heading that has a number without a word."""

_ROMAN = r"(?=[ivxlcm])m{0,3}(?:c[md]|d?c{0,3})(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})"
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "last eins zwei drei vier fünf sechs sieben acht neun zehn erste erstes erster zweite zweites zweiter dritte "
    "drittes dritter vierte viertes premier première deuxième seconde troisième quatrième cinquième un deux trois "
    "quatre cinq sept huit neuf dix primero primera segundo segunda tercero tercera cuarto cuarta quinto quinta "
    "sexto séptimo octavo noveno décimo uno dos tres cuatro cinco primeiro primeira terceiro terceira primo prima "
    "secondo terzo quarto eerste tweede derde первая вторая третья четвёртая четвертая пятая шестая седьмая "
    "первый второй третий"
)
_NUMBER = rf"(?:(?:the|der|die|das|le|la|el|o|de)\s+)?(?P<number>\d{{1,3}}|{_ROMAN}|{'|'.join(_WORDS.split())})"
_NAMED = LazyPattern(
    rf"(?P<kind>{'|'.join(_RANKS)})\.?\s+{_NUMBER}(?:(?:\s*[.:—–-]+\s*|\s+(?=[^\W_]))(?P<title>.*))?",
    re.IGNORECASE,
)
"""Pattern of a heading with a word before its number: `Chapter IV: The Harbour`, `Kapitel 3`."""
_NUMBER_FIRST = LazyPattern(
    rf"(?:(?P<number>{'|'.join(_WORDS.split())}|\d{{1,3}}\.)\s+(?P<kind>{'|'.join(_RANKS)}))(?:[.:—–-]\s*(?P<title>.*))?",
    re.IGNORECASE,
)
"""Pattern of a heading with a word after its number: `First Book`, `3. Kapitel: Der Hafen`."""
_EAST_ASIAN = LazyPattern(
    "第\\s?[0-9０-９〇零一二三四五六七八九十百千]+\\s?([章回节節話话篇部卷編编])(?:[\\s　:：].{0,40})?"
    "|제\\s?\\d+\\s?([장부편])(?:\\s.{0,40})?"
)
"""Pattern of a Chinese, Japanese or Korean heading: `第三章 …`, `제3장 …`."""
_EAST_ASIAN_PARTS = frozenset("部卷編编부편")
"""Characters that name a part of several chapters."""
_NUMBERED = LazyPattern(rf"(?P<number>\d{{1,3}}|{_ROMAN.upper()})(?:\.?|[.:]?\s+(?P<title>\S.*))")
"""Pattern of a heading with a number only: `7`, `IV.`, `7. The Harbour`."""
_SUBSECTION = LazyPattern(r"(?P<path>\d{1,3}(?:\.\d{1,3}){1,4})\.?\s+(?P<title>\S.*)")
"""Pattern of the heading of a subsection: `2.1 Data`."""
_UNNUMBERED_WORDS = (
    "preface foreword introduction prologue prolog interlude epilogue epilog afterword conclusion postscript appendix "
    "vorwort einleitung nachwort schluss anhang préface avant-propos épilogue annexe prefacio prólogo introducción "
    "epílogo conclusión apéndice introdução prefácio conclusão apêndice prefazione prologo introduzione epilogo "
    "conclusione appendice voorwoord inleiding nawoord пролог эпилог предисловие введение послесловие заключение "
    "приложение przedmowa wstęp zakończenie förord inledning efterord"
)
_UNNUMBERED = LazyPattern(rf"(?:{'|'.join(_UNNUMBERED_WORDS.split())})(?: (?:[A-Z]|\d))?[.:]?", re.IGNORECASE)
"""Pattern of a heading without a number, such as `Prologue`; it counts only in a book with numbered chapters."""
_ORNAMENTS = "_*="
_FIRST_OF_NUMBERS = frozenset("0123456789IVXLCDM第제")
"""First characters of headings that do not begin with a word."""
_PAGE = LazyPattern(r"(?:\.\s?){4,}|\s{3,}\d+$|\t\d+$")
"""Pattern of dots or a page number at the end of a line, as in a table of contents."""
_NO_TITLE_END = LazyPattern("[,;:]$")
_SENTENCES = LazyPattern(r"[.!?…][”\"’)]*\s+\S")
"""Pattern of the end of a sentence that another sentence follows in the same line."""


class _Candidate(NamedTuple):
    """A line that may be a chapter heading."""

    block: int
    rank: int
    """Level by the word before the number: 0 for a part, 1 a chapter, 2 a section, 3 without a word."""
    number: str
    """The number with the word before it, by which repeated headings are found: `chapter iv`, `7`, `第一章 …`."""


def find_chapters(texts: list[str], tights: list[bool]) -> dict[int, int]:
    """Find the chapter headings among the paragraphs of a text.

    Args:
        texts: The paragraphs.
        tights: For each paragraph, True if the next paragraph follows without an empty line.

    Returns:
        The level of each heading, from 1, by the index of its paragraph.
    """
    lines = []
    for index, text in enumerate(texts):
        if not index % _YIELD_EVERY:
            yield_gil()
        if len(text) > _LONGEST or (index and tights[index - 1]):
            continue
        candidate = _candidate(index, _without_ornaments(text))
        if candidate and not _begins_a_list(texts, tights, candidate):
            lines.append(candidate)
    ends = [0]
    for text in texts:
        ends.append(ends[-1] + len(text))
    found = _with_body([line for line in lines if line.rank != _BARE], ends)
    found += _in_sequence([line for line in lines if line.rank == _BARE], ends)
    ranks = sorted({line.rank for line in found})
    levels = {line.block: 1 + ranks.index(line.rank) for line in found}
    if found:
        single = [index for index in range(len(texts)) if index not in levels and not (index and tights[index - 1])]
        levels |= _unnumbered(texts, single, levels, {line.rank: levels[line.block] for line in found}, ends)
        levels |= _subsections(texts, single, [line for line in found if line.rank == _BARE], levels)
    return levels


def _without_ornaments(text: str) -> str:
    """Return a line without the emphasis marks around it, such as the marks of `_Chapter 1_`."""
    text = text.strip()
    return text.strip(_ORNAMENTS).strip() if text[:1] in _ORNAMENTS and text[-1:] in _ORNAMENTS else text


def _unnumbered(
    texts: list[str], single: list[int], levels: dict[int, int], level_of_rank: dict[int, int], ends: list[int]
) -> dict[int, int]:
    """Return the levels of headings without a number, such as a prologue or an appendix.

    Args:
        texts: The paragraphs.
        single: Indices of the paragraphs that are not numbered headings and have empty lines around them.
        levels: The levels of the numbered headings.
        level_of_rank: The level of each rank of numbered headings.
        ends: Offset of the beginning of each paragraph, and of the end.
    """
    level = level_of_rank.get(_CHAPTER) or level_of_rank[min(level_of_rank, key=lambda rank: (rank == 0, rank))]
    named = [
        index
        for index in single
        if len(texts[index]) < _LONGEST
        and texts[index].lstrip(_ORNAMENTS + " ")[:1].isupper()
        and _UNNUMBERED.fullmatch(_without_ornaments(texts[index]))
    ]
    following = sorted({*named, *levels, len(texts)})
    after = dict(pairwise(following))
    return {index: level for index in named if ends[after[index]] - ends[index + 1] >= _LEAST_BODY}


def _subsections(
    texts: list[str], single: list[int], parents: list[_Candidate], levels: dict[int, int]
) -> dict[int, int]:
    """Return the levels of headings like `2.1 Data` that count from 1 under a heading like `2 Methods`.

    Args:
        texts: The paragraphs.
        single: Indices of the paragraphs that are not numbered headings and have empty lines around them.
        parents: The numbered headings.
        levels: The levels of the numbered headings, by index.

    Returns:
        The levels of the subsections, by index.
    """
    numbers = {line.block: _value(line.number) for line in parents if line.number.isdigit()}
    if not numbers:
        return {}
    found: dict[int, int] = {}
    path: tuple[int, ...] = ()
    for index in sorted({*single, *numbers}):
        if index in numbers:
            path = (numbers[index],)
            level = levels[index]
            continue
        text = texts[index].strip()
        match = _SUBSECTION.fullmatch(text) if path and text[:1].isdigit() and len(text) < _LONGEST else None
        if match is None or _PAGE.search(text) or match["title"].endswith((".", "!")) or not _is_title(match["title"]):
            continue
        here = tuple(map(int, match["path"].split(".")))
        before = path[len(here) - 1] if len(path) >= len(here) else 0
        if len(here) <= len(path) + 1 and here[:-1] == path[: len(here) - 1] and here[-1] == before + 1:
            path = here
            found[index] = level + len(here) - 1
    return found


def _begins_a_list(texts: list[str], tights: list[bool], candidate: _Candidate) -> bool:
    """Return True if a line begins a table of contents: similar lines or many lines follow it directly."""
    index = candidate.block
    if not tights[index] or index + 1 >= len(texts):
        return False
    following = _candidate(index + 1, texts[index + 1].strip())
    return all(tights[index : index + 3]) or (following is not None and following.rank == candidate.rank)


def _candidate(index: int, text: str) -> _Candidate | None:
    """Return a line as a candidate if it looks like a heading with a number; else None."""
    kinds = {word.rstrip(".:—–-").lower() for word in text.split(None, 2)[:2]}
    if not text or (text[0] not in _FIRST_OF_NUMBERS and _RANKS.keys().isdisjoint(kinds)) or _PAGE.search(text):
        return None
    if match := _EAST_ASIAN.fullmatch(text):
        return _Candidate(index, 0 if (match[1] or match[2]) in _EAST_ASIAN_PARTS else _CHAPTER, text)
    if match := _NAMED.fullmatch(text) or _NUMBER_FIRST.fullmatch(text):
        title = match["title"] or ""
        if not (text[0].isupper() or text[0].isdigit()) or not _is_title(title):
            return None
        return _Candidate(index, _RANKS[match["kind"].lower()], f"{match['kind']} {match['number']}".lower())
    if match := _NUMBERED.fullmatch(text):
        title = match["title"] or ""
        if title and (title.endswith((".", "!")) or len(text) > _LONGEST_BARE):
            return None
        return _Candidate(index, _BARE, match["number"]) if _is_title(title) else None
    return None


def _is_title(title: str) -> bool:
    """Return True if a text may be a chapter title: empty, or one phrase that begins with a capital."""
    if not title:
        return True
    return not title[0].islower() and not _NO_TITLE_END.search(title) and len(_SENTENCES.findall(title)) < 2


def _with_body(lines: list[_Candidate], ends: list[int]) -> list[_Candidate]:
    """Return the headings that are followed by text or by a subheading, without a table of contents.

    Args:
        lines: The possible headings, in order.
        ends: Offset of the beginning of each paragraph, and of the end.
    """
    later: set[str] = set()
    kept: dict[int, _Candidate] = {}
    following: _Candidate | None = None
    followed_at_once = []
    for line in reversed(lines):
        size = (ends[following.block] if following else ends[-1]) - ends[line.block + 1]
        at_once = following is not None and size < _LEAST_BODY
        if not at_once:
            is_heading = following is None or size >= _LEAST_BODY
        else:
            is_heading = following.rank > line.rank and following.block in kept  # type: ignore[union-attr]
        if is_heading and (size or at_once):
            kept[line.block] = line
        followed_at_once.append(at_once)
        following = line
    followed_at_once.reverse()
    # The last line of a table of contents is followed by text, and its number occurs again later.
    for position in range(len(lines) - 1, -1, -1):
        line = lines[position]
        ends_a_list = position and followed_at_once[position - 1] and lines[position - 1].block not in kept
        if ends_a_list and line.number in later:
            kept.pop(line.block, None)
        later.add(line.number)
    return [line for line in lines if line.block in kept]


def _in_sequence(lines: list[_Candidate], ends: list[int]) -> list[_Candidate]:
    """Return the headings whose numbers count from 1 with text between them; years and list items do not."""
    found: list[_Candidate] = []
    run: list[_Candidate] = []
    for line in lines:
        value = _value(line.number)
        if run and value == _value(run[-1].number) + 1:
            run.append(line)
        elif value == 1:
            found += _run_with_body(run, ends)
            run = [line]
    return found + _run_with_body(run, ends)


def _run_with_body(run: list[_Candidate], ends: list[int]) -> list[_Candidate]:
    """Return headings with consecutive numbers if there are several with enough text between, else an empty list."""
    between = [ends[second.block] - ends[first.block + 1] for first, second in pairwise(run)]
    return run if between and min(between) >= _LEAST_BODY_OF_NUMBER else []


def _value(number: str) -> int:
    """Return the value of a number in Arabic or Roman digits."""
    if number.isdigit():
        return int(number)
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}[digit] for digit in number]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))
