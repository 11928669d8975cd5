"""Reads what a version control system left of a snapshot: conflict marks, both sides' lines, half-resolved hunks.

Merging goes by lines, so records are whole, but the headings of tables, the commas and the header need not be: they may
stand twice, not at all, or before the wrong records. Therefore a record is known by what it is (`home_of`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.storage.recovery.foreign_layout import (
    DamagedError,
    Parsed,
    Repeated,
    add,
    home_of,
    is_header,
    later_header,
    parse,
    unique,
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
_decoder = json.JSONDecoder(object_pairs_hook=unique)


class Sides(NamedTuple):
    """A text with conflict marks, taken apart."""

    texts: tuple[str, ...]
    """The whole text as each side has it; as one text without the marks where they do not match up."""
    has_marks: bool


def sides(text: str) -> Sides:
    """Take apart the hunks that a version control system could not merge; the common ancestor (diff3) is left out."""
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
            continue  # the ancestor of a merge that had several is itself one with marks, longer ones
        before = where
        where, size = _NEXT.get((where, mark[1]), ""), length
        if not where:
            matching, where = False, before
    if not (matching and where == "both"):
        return Sides(("".join(everything),), marked)
    return Sides(("".join(ours), "".join(theirs)) if marked else (text,), marked)


_NEXT = {
    ("both", "<"): "ours",
    ("ours", "|"): "ancestor",
    ("ours", "="): "theirs",
    ("ancestor", "="): "theirs",
    ("theirs", ">"): "both",
}


class Found(NamedTuple):
    """Records that were found one by one."""

    parsed: Parsed
    is_whole: bool
    """Whether nothing else stands between them than what belongs there, and the text has an end."""
    is_mixed: bool
    """Whether something stands twice, or lacks a comma: so this is the work of a merge."""


def find_records(text: str) -> Found:
    """Find every whole record in a text, whether or not the text as a whole is JSON."""
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
            mixed |= name in seen
            seen.add(name)
            table, position, after_record = name, match.end(), False
            continue
        mixed |= after_record and gap is not None and not re.search(r"[,}]", gap[0])
        after_record = True
        try:
            document, position = _decoder.raw_decode(text, match.end() - 1)
            check(document)
        except (ValueError, TypeError, RecursionError):
            whole, position = False, match.end()
            continue
        whole &= not isinstance(document, Repeated)
        number = int(name)
        if is_header(document):
            headers += 1
            parsed.header = later_header(parsed.header, document)
        elif table == META:
            parsed.extra[number] = document
        else:
            home = home_of(table, number, document, by_fields=True)
            mixed |= (home, number) in numbers
            numbers.add((home, number))
            add(parsed.tables, home, number, document)
    return Found(parsed, whole, mixed or headers > 1)


def reassembled(raw: bytes, stamp_side: Callable[[Parsed], None]) -> Parsed | None:
    """Read a file that a version control system merged badly; None if some of it cannot be read, or it is none.

    Args:
        raw: The file's bytes.
        stamp_side: Stamps what another program changed on one side, before the sides are joined.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    apart = sides(text)
    found: list[Parsed] = []
    for each in apart.texts:
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
        if not (apart.has_marks or mixed):
            return None
        found.append(side)
    if not any(side.header for side in found):
        return None
    for side in found:
        stamp_side(side)
    return joined(found)


def joined(parts: Sequence[Parsed]) -> Parsed:
    """Everything that several files of one library hold."""
    out = Parsed(is_merged=True)
    for part in parts:
        out.header = dict(later_header(out.header, part.header))
        out.extra |= part.extra
        for name, documents in part.tables.items():
            out.tables.setdefault(name.removesuffix(TOMBSTONES), {})
            for number, document in documents.items():
                if is_header(document):
                    continue
                # What git merged without a conflict may stand under the wrong heading, too.
                home = home_of(name, number, document, by_fields=True)
                # Deleted on one side and changed on the other: both are registers of one document.
                grave = f"{home}{TOMBSTONES}"
                add(out.tables, grave if number in out.tables.get(grave, {}) else home, number, document)
    out.header.pop(ORIGIN, None)
    return out


def salvage(raw: bytes) -> Parsed:
    """Every whole record that can be found in damaged bytes."""
    text = raw.decode("utf-8", "replace")
    return joined([find_records(each).parsed for each in sides(text).texts])
