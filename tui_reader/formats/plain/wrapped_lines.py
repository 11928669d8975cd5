"""Joining of lines that were wrapped to a column, except at lines that begin a new paragraph or item."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_BULLETS = "-*+•◦▪‣·–—―→➔➤▶►✓✔✗✘☐☑☒●○■□◆◇★☆※⁃∙"
_MARK = LazyPattern(
    rf"(?P<bullet>[{_BULLETS}])[ \t]"
    r"|(?P<open>\(?)(?P<number>\d{1,3}|[ivxlc]{1,6}|[^\W\d_]|[IVXLC]{1,6})(?P<close>\.\)|[.)])[ \t]"
    r"|(?P<clause>§{1,2} ?\d|\d+(?:\.\d+)+\.?[ \t])"
    r"|(?P<sign>\[(?:\d{1,3}|[a-z]|[ xX✓✔])\][ \t]|[①-⑳⑴-⒇❶-❿]|[一二三四五六七八九十]{1,3}、)"
    r"|(?P<weak>(?:#?\d{1,3}(?:[ºª°:]| ?[-–—])?|[^\W\d_] ?[-–]|\d\d?[:.]\d\d|(?:1[5-9]|20)\d\d:?|o)[ \t])"
    r"|(?P<word>[^\W\d_]{2,12}\.?) (?:\d{1,3}|[IVXLC]{1,6})[.:)]?[ \t]"
    r"|(?P<prefix>[|:;%#]{1,3}|//|[\w.]{1,12}>{1,3})[ \t]"
)
"""Marks at the start of lines, by group.

`bullet`: `- `; `open`, `number` and `close`: `(a) `, `12. `; `clause`: `§ 3`, `2.1 `; `sign`: `[x] `, `①`;
`weak`: `7 – `, `10:30 `, `1999 `, `o `; `word`: `Art. 5 `; `prefix`: `| `, `// `, `Ada> `. Marks in `weak` and `word`
also begin lines of running text.
"""
_MAYBE_MARK = LazyPattern(
    r"^(?:\w{1,6}(?:[.)]|\.\)| ?[-–])(?:\s|$)|[\w.]{1,12}>|o\s|[^\W\d_]{2,12}\.? [\dIVXLC])", re.MULTILINE
)
"""Pattern of list marks that begin with a letter; other marks are found by their first character."""
_DIGITS = re.compile(r"\d+")
_LONGEST_MARK = 18
_FIRST_YEAR = 1_000
_MOST_SKIPPED = 100
"""Maximum difference of the numbers of two consecutive items whose numbers may leave some out: `Art. 5`, years."""
_SHAPE = re.compile(r"\d+|[^\W\d_]")
"""Pattern of the number or letter in a mark, which is left out to compare the kinds of marks."""
_SPEAKER = LazyPattern(r"[A-ZÀ-ÞА-Я][\w.'’-]*(?: [A-ZÀ-ÞА-Я][\w.'’-]*){0,3}: ?(?=\S)")
"""Pattern of one to four capitalized words and a colon, as before the words of a dialogue: `Anna Roe: `."""
_FIRST_OF_MARKS = frozenset(_BULLETS + "([§|:;%#/①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽❶❷❸❹❺❻❼❽❾❿0123456789 \t")
"""First characters of lines that may begin a paragraph. Testing them first avoids slower patterns for most lines."""
_DEEP = re.compile(r" {5}|\t")
_FIRST_CJK = "\u2e80"
_CJK_EDGE = LazyPattern("[\u2e80-\u9fff\uff00-\uffef]")
_ENDED = LazyPattern(r"[.:;!?…,][\"'”’»)\]]*$")
_SENTENCE_ENDED = LazyPattern(r"[.:!?…][\"'”’»)\]]*$")

_QUOTED = re.compile(r"(?:>[ \t]?)+")
_RULED = LazyPattern(r"[+|].*[+|]|[-=+|_ ]{5,}")
"""Pattern of a row or a rule of a drawn table: `| a | b |`, `+---+---+`, `-----`."""
_RULES = ("|", "-----", "=====", "_____")
"""Texts of which a drawn table contains at least one; searched before `_RULED`, since that is faster."""
_BEFORE_WORDS = " “\"‘'«„("
_GAP = re.compile(r"\S {3,}\S|\t")
"""Pattern of the gap between two columns."""
_CODE = LazyPattern(r"[;{}]$|^\s*(?:def|class|for|if|return|import|from|#include)\b.*[:;>)]$")
"""Pattern of a line of code, by its end or its first word."""
_SHORT = 55
"""Length of a line of a list item, below which a line after it without mark and indentation begins a paragraph."""


def quote_depth(line: str) -> int:
    """Return the number of `>` signs at the start of a line, which mail programs put before quoted lines."""
    match = _QUOTED.match(line)
    return match[0].count(">") if match else 0


def without_quote_signs(line: str) -> str:
    """Return a line without the `>` signs at its start."""
    return _QUOTED.sub("", line, count=1)


def is_quotation(lines: list[str]) -> bool:
    """Return True if a group of lines between two empty lines contains lines quoted by a mail program."""
    quoted = sum([line[0] == ">" for line in lines])
    return quoted > 1 or (quoted == 1 and len(lines) > 1 and lines[1][0] == ">" and lines[0][-1] == ":")


def is_drawn(lines: list[str]) -> bool:
    """Return True if lines are a table, code or verses, whose line breaks must be kept."""
    ends = "".join([line[-1] for line in lines])
    if len(lines) > 3 and all((line.lstrip(_BEFORE_WORDS) or "-")[0].isupper() for line in lines):
        ended = sum([_ENDED.search(line[-4:]) is not None for line in lines])
        if ended >= len(lines) / 2 and not any(_own_style(line.lstrip()) for line in lines):
            return True
    text = "\n".join(lines)
    if any(map(text.__contains__, _RULES)) and sum([_RULED.fullmatch(line.strip()) is not None for line in lines]) > 1:
        return True
    most = max(2, 0.6 * len(lines))
    if ("   " in text or "\t" in text) and sum([_GAP.search(line.strip()) is not None for line in lines]) >= most:
        return True
    return any(map(ends.__contains__, ";{}:")) and sum([_CODE.search(line) is not None for line in lines]) >= most


def joined(lines: list[str]) -> Iterator[tuple[str, bool]]:
    """Join wrapped lines into paragraphs; a list item, a name in a dialogue or an indent begins a new one.

    Yields:
        The text of a paragraph, and True if the next paragraph follows without an empty row.
    """
    if _is_plain(lines):
        yield " ".join(lines), False
        return
    margin = _margin(lines)
    begins = _beginnings(lines, margin)
    parts: list[str] = []
    listed = False
    for line, style in zip(lines, begins, strict=True):
        returns = listed and not style and line[margin] not in " \t" and len(parts[-1]) < _SHORT
        if parts and (style or returns):
            yield "".join(parts), listed and style == _LISTED
            parts, listed = [], False
        if parts:
            parts.append(_separator(parts[-1], line))
            parts.append(line.lstrip())
        else:
            parts.append(line)
            listed = style == _LISTED
    yield "".join(parts), False


def continued(lines: list[str]) -> list[str]:
    """Return the lines whose next line begins no paragraph, and so continues them."""
    if _is_plain(lines):
        return lines[:-1]
    begins = _beginnings(lines, _margin(lines))
    return [line for line, begin in zip(lines, begins[1:], strict=False) if not begin]


def _margin(lines: list[str]) -> int:
    """Return the number of spaces with which all lines begin."""
    return min(len(line) - len(line.lstrip(" ")) for line in lines)


def _is_plain(lines: list[str]) -> bool:
    """Return True if no line can begin a paragraph or end within a word; a fast test for most texts."""
    ends = {line[-1] for line in lines}
    if "-" in ends or max(ends) >= _FIRST_CJK or not _FIRST_OF_MARKS.isdisjoint([line[0] for line in lines]):
        return False
    if _MAYBE_MARK.search("\n".join([line[:16] for line in lines])):
        return False
    return ":" not in "".join([line[:50] for line in lines]) or not any(map(_SPEAKER.match, lines))


_LISTED = 1
"""Kind of beginning: a list item, which follows its predecessor without an empty row."""
_APART = 2
"""Kind of beginning: a paragraph with an empty row above it."""


_WEAK = "?"
"""First character of the string by which `_own_style` names a mark that also occurs in running text, such as `Art.`."""
_PREFIX = ">"
"""First character of the string by which `_own_style` names a prefix that every line of a comment has, such as `//`."""
_SPOKEN = ":"
"""The string by which `_own_style` names a speaker's name at the beginning of a line, such as `Anna Roe: `."""


def _own_style(line: str) -> str:
    """Return the style of the mark at the beginning of a line, equal for marks of one list; empty without a mark.

    Examples: `-`, `1.`, `(a)`, `?Art.` for a weak mark, `>//` for a prefix, `:` for a speaker.
    """
    match = _MARK.match(line)
    if match is None:
        return _SPOKEN if ":" in line[:50] and _SPEAKER.match(line) else ""
    match match.lastgroup:
        case "bullet":
            return match["bullet"]
        case "close":
            kind = "1" if match["number"].isdigit() else "a"
            return f"{match['open']}{kind}{match['close']}"
        case "clause" | "sign":
            return "§" if match["clause"] else _SHAPE.sub("1", match["sign"])
        case "word":
            return _WEAK + match["word"]
        case "weak":
            is_bullet = match["weak"][0] == "o" and match["weak"][1].isspace()
            shape = "o" if is_bullet else _SHAPE.sub(lambda found: "1" if found[0].isdigit() else "a", match["weak"])
            return _WEAK + shape
    return _PREFIX + _SHAPE.sub("", match["prefix"])


def _beginnings(lines: list[str], margin: int) -> list[int]:
    """Return for each line whether it begins a paragraph: 0 if not, else the kind of beginning.

    A line of running text may begin with a dash, an initial or a year by chance. So a mark counts only in the first
    line, after a finished line, or if another line has a mark of the same kind. A weak mark counts only if several
    marks of the kind count up from a number at which lists begin. Every line with the prefix of a quotation or a
    comment is a paragraph.
    """
    bodies = [line[margin:] for line in lines]
    indented = [body[0] in " \t" for body in bodies]
    if _is_hanging(indented):
        return [0 if deep else _APART for deep in indented]
    styles = [_own_style(body.lstrip(" ") if len(body) - len(body.lstrip(" ")) <= 4 else "") for body in bodies]
    begins: list[int] = []
    few = sum(indented) * 3 <= len(lines)
    opens_list = bool(styles[0]) and styles[0][0] not in _WEAK + _PREFIX + _SPOKEN
    counted = Counter(styles)
    weak = {style for style in counted if style[:1] == _WEAK and _is_weak_list(lines, styles, style)}
    for index, (body, style) in enumerate(zip(bodies, styles, strict=True)):
        ended = index > 0 and _ENDED.search(lines[index - 1]) is not None
        if style == _SPOKEN:
            counts = styles[0] == _SPOKEN or (counted[_SPOKEN] > 1 and ended)
        elif style[:1] == _WEAK:
            counts = style in weak
        elif style[:1] == _PREFIX:
            counts = counted[style] > 1
        else:
            counts = bool(style) and (index == 0 or ended or opens_list or counted[style] > 1)
        counts = counts or (index > 0 and styles[index - 1][:1] == _PREFIX and begins[-1] > 0)
        if counts:
            begins.append(_APART if style == _SPOKEN else _LISTED)
        elif _DEEP.match(body):
            begins.append(_LISTED)
        else:
            # In books, an indented line begins a paragraph.
            new = few and indented[index] and index > 0 and _SENTENCE_ENDED.search(lines[index - 1]) is not None
            begins.append(_APART if new and not any(styles[:index]) else 0)
    return begins


def _is_weak_list(lines: list[str], styles: list[str], style: str) -> bool:
    """Return True if at least two lines have a weak mark of one style, and their numbers count up.

    Args:
        lines: The lines.
        styles: The style of the mark of each line (`_own_style`); empty without a mark.
        style: The style of the weak mark.
    """
    listed = [index for index, each in enumerate(styles) if each == style]
    first = listed[0]
    if len(listed) < 2 or (first and _SENTENCE_ENDED.search(lines[first - 1]) is None):
        return False
    numbers = [int(found[0]) for index in listed if (found := _DIGITS.search(lines[index][:_LONGEST_MARK]))]
    if style.endswith((":1 ", ".1 ")):
        return numbers == sorted(numbers)  # times of a day
    most = _MOST_SKIPPED if style[1:2].isalpha() or (numbers and numbers[0] >= _FIRST_YEAR) else 1
    return all(0 < after - before <= most for before, after in pairwise(numbers))


def _is_hanging(indented: list[bool]) -> bool:
    """Return True if lines are entries with hanging indents: only the first line of each is not indented."""
    starts = [index for index, deep in enumerate(indented) if not deep]
    return (
        len(indented) > 2
        and not indented[0]
        and indented[1]
        and len(starts) > 1
        and all(indented[index + 1] for index in starts if index + 1 < len(indented))
    )


def _separator(before: str, after: str) -> str:
    """Return the text that replaces a line break: empty between CJK characters or after a hyphen, else a space."""
    if before[-1] == "-" and before[-2:-1].isalpha() and after[:1].islower():
        return ""
    return "" if _CJK_EDGE.match(before[-1]) and _CJK_EDGE.match(after.lstrip()[:1]) else " "
