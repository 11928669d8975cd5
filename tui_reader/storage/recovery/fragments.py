"""Reading of snapshots that a version control system merged badly, for example with conflict marks.

The file may contain the marks, the lines of both sides, or half-resolved hunks. Merges work by lines, so a record,
which is one line, is whole. But table names, commas and the header may occur twice, be missing, or precede the wrong
records. Therefore the table of a record is derived from the record itself (`table_of`). A table's name in the text is
called its heading.
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
"""Pattern of a line with a conflict mark, such as `<<<<<<< HEAD` or `=======`: seven signs or more, then a label."""
_KEY = re.compile(r'"((?:[^"\\]|\\.){0,64})"\s*:\s*\{')
"""Pattern of a key and the opening brace of its object: `"articles": {`, `"6194839": {`. Group 1 is the key."""
_BETWEEN = re.compile(r"[\s,{}]*")
"""Pattern of all that stands between records and headings in an undamaged file: white space, commas, braces."""
_NUMBER = re.compile(r"[1-9][0-9]{0,59}")
"""Pattern of a document id, which is the key of a record."""
_INSIDE_TABLE = re.compile(r'\s*(?:"[1-9][0-9]{0,59}"\s*:\s*\{|\})')
"""Pattern of what follows the opening brace of a table: the start of its first record, or the end of an empty table."""
_BEGINS_RECORD = r'(?:"[^"\\\n]{0,64}"\s*:\s*\{\s*)?"[1-9][0-9]{0,59}"\s*:\s*\{'
"""Pattern of the start of a record, `"6194839": {`, also with the heading of its table before it, `"articles": {`."""
_MAX_INDENT = 64
"""Maximum columns of white space before a record at the beginning of a line; plain TinyDB writes at most 8."""
_decoder = json.JSONDecoder(object_pairs_hook=join_repeated_keys)


class Sides(NamedTuple):
    """The two versions of a text that a merge left in one file, separated at the conflict marks."""

    texts: tuple[str, ...]
    """Two texts. One if there are no conflict marks; one without the marks if they are not paired correctly."""
    has_marks: bool


def split_sides(text: str) -> Sides:
    """Separate the two versions in a text at its conflict marks; the common ancestor (git's diff3 style) is left out.

    Lines outside the marks belong to both versions.
    """
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
"""The section that begins at a conflict mark, by the section before the mark and the mark's character."""


class FoundRecords(NamedTuple):
    """Records that were found one by one in a text."""

    parsed: Parsed
    is_whole: bool
    """True if the text is complete and all of it could be parsed."""
    is_mixed: bool
    """True if a heading, record or header occurs twice, or the comma between two records is missing.

    Then the text results from a merge of lines.
    """


def find_records(text: str) -> FoundRecords:
    """Find every whole record in a text, which need not be valid JSON."""
    scan = _RecordScan(text)
    return FoundRecords(scan.parsed, scan.is_whole, scan.is_mixed)


class _RecordScan:
    """A scan of a text for whole records, from one key with an opening brace to the next.

    If the key is a number, a record begins there. Another key is the heading of a table, or the name of an object
    inside a damaged record, such as its timestamps.
    """

    def __init__(self, text: str) -> None:
        self.parsed = Parsed()
        """The records that were found, and the latest header."""
        self.is_whole, self.is_mixed = True, False
        self._text = text
        self._position = 0
        """Offset of the first character that was not read yet."""
        self._gap = ""
        """The white space, commas and braces before the current key."""
        self._table = "_default"
        """The last heading that was read; before the first one, the name of TinyDB's default table."""
        self._is_after_record = False
        """True if a record was read since the last heading, so that a comma must precede the next record."""
        self._headings: set[str] = set()
        self._records: set[tuple[str, int]] = set()
        while (key := self._next_key()) is not None:
            if _NUMBER.fullmatch(key[1]):
                self._read_record(key)
            elif _is_heading(text, key):
                self._begin_table(key)
            else:
                self.is_whole, self._position = False, key.end()

    def _next_key(self) -> re.Match[str] | None:
        """Find the next key whose value is an object; None if no other follows.

        `is_whole` becomes False if there is other text before it, or if the text ends without its closing braces.
        """
        gap = _BETWEEN.match(self._text, self._position)
        self._gap = gap[0] if gap else ""
        self._position += len(self._gap)
        key = _KEY.search(self._text, self._position)
        if self._position < (key.start() if key else len(self._text)):
            self.is_whole = False  # there is other text before the key
        if key is None and self._gap.count("}") < 2:
            self.is_whole = False  # a whole text ends with the braces of the last table and of the file
        return key

    def _begin_table(self, key: re.Match[str]) -> None:
        """Begin a table; `key` is the match of its heading."""
        self.is_mixed |= key[1] in self._headings
        self._headings.add(key[1])
        self._table, self._position, self._is_after_record = key[1], key.end(), False

    def _read_record(self, key: re.Match[str]) -> None:
        """Read the record whose document id is matched by `key`, and add it to `parsed`.

        If a part of the record is missing, continue instead at the next line that begins a record or a table.
        """
        self.is_mixed |= self._is_after_record and re.search(r"[,}]", self._gap) is None
        self._is_after_record = True
        following = _next_line_of_table(self._text, key.start())
        try:
            document, end = _decoder.raw_decode(self._text, key.end() - 1)
            check(document)
        except (ValueError, TypeError, RecursionError):
            document, end = {}, 0
        # If closing braces are missing, the decoded object contains the next record, or records at a greater depth.
        swallowed = _KEY.match(self._text, following) if 0 < following < end else None
        if not end or (swallowed and swallowed[1] in document) or _holds_records(document):
            # The rest of the damaged record is skipped too: an object in it, such as its timestamps, may look like a
            # heading.
            self.is_whole, self._position = False, following or key.end()
            return
        self._position = end
        self.is_whole &= not isinstance(document, RepeatedKeys)
        self._add(int(key[1]), document)

    def _add(self, number: int, document: dict[str, Any]) -> None:
        """Add a record to `parsed`: as the header, to `extra` if it belongs to the table `meta`, or to its table."""
        if is_header(document):
            self.is_mixed |= bool(self.parsed.header)
            self.parsed.header = later_header(self.parsed.header, document)
        elif (table := table_of(self._table, number, document, by_fields=True)) == META:
            self.parsed.extra[number] = document
        else:
            self.is_mixed |= (table, number) in self._records
            self._records.add((table, number))
            add(self.parsed.tables, table, number, document)


def _is_heading(text: str, match: re.Match[str]) -> bool:
    """Return True if a match of `_KEY` is a table's heading, not a field of a damaged record."""
    if _INSIDE_TABLE.match(text, match.end()):
        return True
    return _starts_line(text, match.start()) and text.startswith(("\n", "\r\n"), match.end())


def _starts_line(text: str, start: int) -> bool:
    """Return True if only white space, at most `_MAX_INDENT` characters, precedes an offset on its line."""
    return not text[text.rfind("\n", max(0, start - _MAX_INDENT), start) + 1 : start].strip() and (
        start <= _MAX_INDENT or "\n" in text[start - _MAX_INDENT : start]
    )


def _next_line_of_table(text: str, start: int) -> int:
    """Find the next line that begins a record or a table, indented at most as much as the record at `start`.

    Returns:
        The offset of the key on that line; 0 if there is none, or if the record at `start` does not begin its line.
    """
    if not _starts_line(text, start):
        return 0
    indent = start - text.rfind("\n", 0, start) - 1
    # A field may begin a line as well, where the file was written with `indent=0`.
    following = re.compile(rf"\n[ \t]{{0,{indent}}}(?={_BEGINS_RECORD})").search(text, start)
    return following.end() if following else 0


def _holds_records(document: dict[str, Any]) -> bool:
    """Return True if a record contains other records, at any depth, because closing braces are missing.

    An inner object counts as a record if its key is a document id and it has a field `id`.
    """
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
        The records of all sides; None if some of the file cannot be read, or the file is not the result of a merge.
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
    """Join the parsed content of several versions of one library: all documents, those with the same id by register."""
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
    """Return the joined content of all whole records that can be found in the bytes of a damaged file."""
    text = raw.decode("utf-8", "replace")
    return joined([find_records(each).parsed for each in split_sides(text).texts])
