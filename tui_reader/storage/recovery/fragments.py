"""Reading of snapshots that a version control system merged badly, for example with conflict marks.

The file may contain the marks, the lines of both sides, or half-resolved hunks. Merges work by lines, so records are
whole. But the headings of tables, the commas and the header may occur twice, be missing, or precede the wrong
records. Therefore the table of a record is derived from the record itself (`table_of`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.storage.recovery.foreign_layout import (
    DamagedError,
    Parsed,
    RepeatedKeys,
    add,
    is_header,
    join_repeated_keys,
    later_header,
    parse,
    table_of,
)
from tui_reader.storage.snapshot.generations import ORIGIN
from tui_reader.storage.snapshot.json_values import check
from tui_reader.storage.snapshot.snapshot import META, TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_MARK = re.compile(r"([<|=>])\1{6,}(?: .*)?\r?\n?")
_KEY = re.compile(r'"((?:[^"\\]|\\.){0,64})"\s*:\s*\{')
_BETWEEN = re.compile(r"[\s,{}]*")
_NUMBER = re.compile(r"[1-9][0-9]{0,59}")
_INSIDE_TABLE = re.compile(r'\s*(?:"[1-9][0-9]{0,59}"\s*:\s*\{|\})')
_BEGINS_RECORD = r'(?:"[^"\\\n]{0,64}"\s*:\s*\{\s*)?"[1-9][0-9]{0,59}"\s*:\s*\{'
_MAX_INDENT = 64
"""Maximum columns of white space before a record at the beginning of a line; plain TinyDB writes at most 8."""
_decoder = json.JSONDecoder(object_pairs_hook=join_repeated_keys)


class Sides(NamedTuple):
    """The sides of a merge, separated at the conflict marks."""

    texts: tuple[str, ...]
    """The text of each side; if the conflict marks are not paired correctly, one text without the marks."""
    has_marks: bool


def split_sides(text: str) -> Sides:
    """Separate the sides of a text at its conflict marks; the common ancestor (diff3) is left out."""
    ours: list[str] = []
    theirs: list[str] = []
    everything: list[str] = []
    where, size = "both", 0
    marked, matching = False, True
    for line in text.splitlines(keepends=True):
        mark = _MARK.fullmatch(line)
        if mark is None:
            everything.append(line)
            if where in ("both", "ours"):
                ours.append(line)
            if where in ("both", "theirs"):
                theirs.append(line)
            continue
        marked = True
        length = len(line) - len(line.lstrip(mark[1]))
        if where == "ancestor" and length != size:
            continue  # with several ancestors, git merges these first: the ancestor's text then contains longer marks
        before = where
        where, size = _NEXT_PART.get((where, mark[1]), ""), length
        if not where:
            matching, where = False, before
    if not (matching and where == "both"):
        return Sides(("".join(everything),), marked)
    return Sides(("".join(ours), "".join(theirs)) if marked else (text,), marked)


_NEXT_PART = {
    ("both", "<"): "ours",
    ("ours", "|"): "ancestor",
    ("ours", "="): "theirs",
    ("ancestor", "="): "theirs",
    ("theirs", ">"): "both",
}
"""Transitions at conflict marks: the next section, by the current section and the mark's character."""


class FoundRecords(NamedTuple):
    """Records that were found one by one in a text."""

    parsed: Parsed
    is_whole: bool
    """True if the text is complete and all of it could be parsed."""
    is_mixed: bool
    """True if a heading, record or header occurs twice, or a comma is missing: the text results from a merge."""


def find_records(text: str) -> FoundRecords:
    """Find every whole record in a text, which need not be valid JSON."""
    parsed = Parsed()
    whole, mixed, headers = True, False, 0
    seen: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    table, position, after_record = "_default", 0, False
    while True:
        gap = _BETWEEN.match(text, position)
        position = gap.end() if gap else position
        match = _KEY.match(text, position)
        if match is None:
            tail = gap[0] if gap else ""
            match = _KEY.search(text, position)
            if position < (match.start() if match else len(text)):
                whole = False
            if match is None:
                whole = whole and tail.count("}") >= 2
                break
        name = match[1]
        if not _NUMBER.fullmatch(name):
            if not _is_heading(text, match):
                whole, position = False, match.end()
                continue
            mixed |= name in seen
            seen.add(name)
            table, position, after_record = name, match.end(), False
            continue
        mixed |= after_record and gap is not None and not re.search(r"[,}]", gap[0])
        after_record = True
        limit = _next_line_of_table(text, match.start())
        try:
            document, end = _decoder.raw_decode(text, match.end() - 1)
            check(document)
        except (ValueError, TypeError, RecursionError):
            document, end = {}, 0
        swallowed = _KEY.match(text, limit) if 0 < limit < end else None
        if not end or (swallowed and swallowed[1] in document) or _holds_records(document):
            # Some text of the record is missing. The rest of it, such as its timestamps, may look like a heading.
            whole, position = False, limit or match.end()
            continue
        position = end
        whole &= not isinstance(document, RepeatedKeys)
        number = int(name)
        if is_header(document):
            headers += 1
            parsed.header = later_header(parsed.header, document)
        elif (home := table_of(table, number, document, by_fields=True)) == META:
            parsed.extra[number] = document
        else:
            mixed |= (home, number) in numbers
            numbers.add((home, number))
            add(parsed.tables, home, number, document)
    return FoundRecords(parsed, whole, mixed or headers > 1)


def _is_heading(text: str, match: re.Match[str]) -> bool:
    """Return True if a matched name is a table's heading, not a field of a damaged record."""
    if _INSIDE_TABLE.match(text, match.end()):
        return True
    return _starts_line(text, match.start()) and text.startswith(("\n", "\r\n"), match.end())


def _starts_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", max(0, start - _MAX_INDENT), start) + 1 : start].strip() and (
        start <= _MAX_INDENT or "\n" in text[start - _MAX_INDENT : start]
    )


def _next_line_of_table(text: str, start: int) -> int:
    """Return the offset of the next line that begins another record or a table.

    Returns:
        The offset of the key on that line; 0 if there is none, or if the record at `start` begins no line.
    """
    if not _starts_line(text, start):
        return 0
    indent = start - text.rfind("\n", 0, start) - 1
    # A field may begin a line as well, where the file was written with `indent=0`.
    following = re.compile(rf"\n[ \t]{{0,{indent}}}(?={_BEGINS_RECORD})").search(text, start)
    return following.end() if following else 0


def _holds_records(document: dict[str, Any]) -> bool:
    """Return True if a record contains other records, at any depth, because closing braces are missing."""
    return any(
        isinstance(value, dict) and ((_NUMBER.fullmatch(name) and "id" in value) or _holds_records(value))
        for name, value in document.items()
    )


def reassembled(raw: bytes, timestamp_side: Callable[[Parsed], None]) -> Parsed | None:
    """Read a file that a version control system merged badly, and join the sides.

    Args:
        raw: The file's bytes.
        timestamp_side: Gives timestamps to values that another program edited on one side; called before the sides are
            joined.

    Returns:
        None if some of the file cannot be read, or the file is not the result of a merge.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    split = split_sides(text)
    found: list[Parsed] = []
    for each in split.texts:
        try:
            side = parse(each.encode())
            mixed = side.is_merged
            if side.is_torn:
                return None
        except DamagedError:
            records = find_records(each)
            if not records.is_whole:
                return None
            side, mixed = records.parsed, records.is_mixed
        if not (split.has_marks or mixed):
            return None
        found.append(side)
    if not any(side.header for side in found):
        return None
    for side in found:
        timestamp_side(side)
    return joined(found)


def joined(parts: Sequence[Parsed]) -> Parsed:
    """Join the parsed content of several files of one library."""
    out = Parsed(is_merged=True)
    for part in parts:
        out.header = dict(later_header(out.header, part.header))
        out.extra |= part.extra
        for name, documents in part.tables.items():
            out.tables.setdefault(name.removesuffix(TOMBSTONES), {})
            for number, document in documents.items():
                if is_header(document):
                    continue
                # Records that git merged without a conflict may be under a wrong heading, too.
                home = table_of(name, number, document, by_fields=True)
                # Deleted on one side, changed on the other: deletion and change are registers of one document.
                tombstone_table = f"{home}{TOMBSTONES}"
                add(
                    out.tables,
                    tombstone_table if number in out.tables.get(tombstone_table, {}) else home,
                    number,
                    document,
                )
    out.header.pop(ORIGIN, None)
    return out


def salvage(raw: bytes) -> Parsed:
    """Return every whole record that can be found in damaged bytes."""
    text = raw.decode("utf-8", "replace")
    return joined([find_records(each).parsed for each in split_sides(text).texts])
