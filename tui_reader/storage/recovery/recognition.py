"""Recognition, from a file's bytes, whether it is a library: by its header, or its records' timestamps or fields."""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.replication.registers import TIMESTAMPS
from tui_reader.storage.snapshot.snapshot import FORMAT, HEADER_ID, META, START, TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = 1 << 18
"""Number of bytes examined at the beginning of a file of any size: parsing them takes 3 ms."""
_ARTICLES, _ANNOTATIONS, _TEXTS = "articles", "annotations", "texts"
BEGINNING = START + HEADER_ID + b'{"format":"%s"' % FORMAT.encode()
"""The first bytes of every snapshot in this program's layout, up to the name of the format."""
_SHORTEST = len(START + HEADER_ID + b'{"format"')
"""Minimum size in bytes of a file that counts as a truncated snapshot because it is the start of `BEGINNING`."""
_ID = re.compile(r"[1-9][0-9]{0,59}")
"""Pattern of a document id, which is the key of a document in its table, such as `6194839`."""
_BLANK = re.compile(r"[ \t\r\n]*")
"""Pattern of the white space between the tokens of JSON."""
_MARKS = LazyPattern(
    rf'"format"\s*:\s*"{re.escape(FORMAT)}"'
    r'|"_t"\s*:\s*\{\s*"[^"\\]{0,80}"\s*:\s*"[0-9a-f]{12}-[0-9a-f]{3}-[0-9a-z]{1,16}"'
)
"""Pattern of text that only library files contain: the format in a header, or the first timestamp of a record.

Examples: `"format":"tui-reader library"` and `"_t":{"title":"01a203785eda-000-k3f9"`. A string inside another JSON file
cannot match, since its quotation marks are escaped.
"""
_DAMAGED_START = LazyPattern(
    r'\s*\{\s*"(?:articles|annotations)(?:\.deleted)?"\s*:\s*\{\s*"[1-9][0-9]{0,59}"\s*:\s*\{\s*"id"\s*:\s*"'
)
"""Pattern of the beginning of a library file without its header, such as `{"articles": {"6194839": {"id": "`."""
_VALUE_STARTS = '{["-0123456789tfnNI'
"""The characters with which a JSON value can start, for Python's `json`."""
_MAX_DEBRIS = 4096
"""Maximum size in bytes of a file that counts as a remnant without data."""
_DEBRIS_PARTS = LazyPattern(
    r"^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|).*$"
    r'|"(?:meta|articles|annotations|texts)(?:\.deleted)?"|"[^"]{0,60}"\s*:\s*\{\s*\}|[\s{}\[\]:,\0\ufffd\ufeff]',
    re.MULTILINE,
)
"""Pattern of the parts that a remnant without data consists of.

These are conflict marks, names of this program's tables, empty tables, punctuation of JSON, white space, zero bytes.
"""


class Content(Enum):
    """What the bytes of a file contain."""

    OURS = auto()
    """Content of this program, intact or damaged."""
    EMPTY = auto()
    """Nothing but white space."""
    NO_TABLES = auto()
    """The JSON object `{}`."""
    OTHER = auto()
    """Content of another program: JSON, valid as far as it was read, that is not a library."""
    BROKEN = auto()
    """Content that is not JSON and has nothing that only library files contain."""


def judge(head: bytes, tail: bytes, size: int) -> tuple[Content, str]:
    """Determine what a file contains from the bytes at its beginning and its end.

    Args:
        head: The first `HEAD` bytes, or only `BEGINNING` if the file begins with it, which is sufficient.
        tail: The last bytes of a file that is larger than `head`; may be empty.
        size: The size of the file in bytes.

    Returns:
        The kind of content, and a clause with the reason if it is not this program's.
    """
    if head.startswith(BEGINNING) or (len(head) >= _SHORTEST and BEGINNING.startswith(head)):
        return Content.OURS, ""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, end = head.decode("utf-16", "replace"), ""
    else:
        text, end = head.decode("utf-8-sig", "replace"), tail.decode("utf-8", "replace")
    begin = _after_blanks(text, 0)
    if begin == len(text):
        return (Content.EMPTY, "it is empty") if size <= HEAD else (Content.OTHER, "it holds nothing but blanks")
    if text[begin:].split() in (["{}"], ["{", "}"]):
        return Content.NO_TABLES, "it holds no tables"  # as plain TinyDB leaves the file after it dropped all tables
    found = _TableScan(text, begin, is_cut=size > HEAD)
    if found.is_ours:
        return Content.OURS, ""
    if found.reason and not found.is_broken:
        return Content.OTHER, found.reason
    # The text is damaged, or its records do not show the owner: all lines of a library file contain timestamps.
    is_begun = found.is_broken and not found.misfits and _DAMAGED_START.match(text) is not None
    if is_begun or _MARKS.search(text) or _MARKS.search(end):
        return Content.OURS, ""
    if found.is_broken and not found.reason:
        return Content.BROKEN, "it is not JSON"
    return Content.OTHER, found.reason or "it holds no articles or annotations of this program"


def _after_blanks(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def has_data(head: bytes, size: int) -> bool:
    """Return True unless a file is short and contains only remnants, such as brackets, zero bytes or empty tables.

    Args:
        head: The bytes at the beginning of the file.
        size: The size of the file in bytes.
    """
    return size > _MAX_DEBRIS or _DEBRIS_PARTS.sub("", head.decode("utf-8", "replace")) != ""


class _TableScan:
    """A scan of the documents in the tables of a JSON text, up to the end of the text or the first damage."""

    def __init__(self, text: str, begin: int, *, is_cut: bool) -> None:
        self.is_ours = False
        """True if a header or a record shows that the text belongs to this program."""
        self.is_broken = False
        """True if the text that was read is not valid JSON."""
        self.reason = ""
        """First reason found why the text belongs to another program, as a clause; empty if none was found."""
        self._text, self._is_cut = text, is_cut
        self._decoder = json.JSONDecoder()
        self._has_other_format = False
        self.misfits = 0
        """Number of records, in tables named `articles` or `annotations`, that this program cannot have written."""
        self._fits = 0
        try:
            if text[begin] == "{":
                self._tables(begin + 1)
            else:
                self._other_value(begin)
        except (ValueError, IndexError, RecursionError):
            self.is_broken = not is_cut or text[begin] not in _VALUE_STARTS
        if self._fits and not (self.misfits or self._has_other_format or self.reason or self.is_broken):
            self.is_ours = True

    def _other_value(self, begin: int) -> None:
        # A damaged snapshot may begin with any byte. Only a text that is valid JSON as a whole, or too large to be read
        # as a whole, belongs to another program.
        if self._text[begin] not in _VALUE_STARTS:
            raise ValueError("no value")
        if not self._is_cut:
            _, end = self._decoder.raw_decode(self._text, begin)
            if _after_blanks(self._text, end) != len(self._text):
                raise ValueError("more than one value")
        if not _MARKS.search(self._text):
            self.reason = "it holds a list" if self._text[begin] == "[" else "it holds no tables"

    def _tables(self, position: int) -> None:
        """Read every table in the text, beginning at an offset after the opening brace.

        Raises:
            ValueError: The text is not valid JSON.
            IndexError: The text ends within the tables.
        """
        text = self._text
        position = _after_blanks(text, position)
        while text[position] != "}":
            name, position = self._name(position)
            if text[position] == "{":
                position = self._documents(name, position + 1)
            else:
                value, position = self._decoder.raw_decode(text, position)
                self._refuse(f"it holds “{_shown(name)}”, which is no table, but {_kind(value)}")
            position = self._next(position)
        if _after_blanks(text, position + 1) != len(text):
            raise ValueError("text after the end")

    def _documents(self, table: str, position: int) -> int:
        """Read the documents of a table, beginning at an offset after its opening brace.

        Returns:
            The offset after the table.
        """
        text = self._text
        position = _after_blanks(text, position)
        while text[position] != "}":
            number, position = self._name(position)
            if text[position] not in _VALUE_STARTS:
                raise ValueError("no value")
            if text[position] not in "{[":
                self._refuse(f"its “{_shown(table)}” holds “{_shown(number)}”, which is no record")
            document, position = self._decoder.raw_decode(text, position)
            if _ID.fullmatch(number) is None or not isinstance(document, dict):
                self._refuse(f"its “{_shown(table)}” holds “{_shown(number)}”, which is no record")
            else:
                self._examine(table, number, document)
            position = self._next(position)
        return position + 1

    def _examine(self, table: str, number: str, document: dict[str, Any]) -> None:
        living = table.removesuffix(TOMBSTONES)
        if table == META:
            format_name = document.get("format")
            if format_name == FORMAT or _is_header(document):
                self.is_ours = True
            elif number == "1" and isinstance(format_name, str):
                self._has_other_format = True
        elif living in (_ARTICLES, _ANNOTATIONS, _TEXTS) and _has_timestamps(document):
            self.is_ours = True
        elif living in (_ARTICLES, _ANNOTATIONS):
            fits = _is_article(document) if living == _ARTICLES else _is_annotation(document)
            self._fits += fits
            self.misfits += not fits

    def _refuse(self, reason: str) -> None:
        self.reason = self.reason or reason

    def _name(self, position: int) -> tuple[str, int]:
        """Read a key of an object; return the key and the offset of its value."""
        name, position = self._decoder.raw_decode(self._text, position)
        position = _after_blanks(self._text, position)
        if not isinstance(name, str) or self._text[position] != ":":
            raise ValueError("no key")
        return name, _after_blanks(self._text, position + 1)

    def _next(self, position: int) -> int:
        """Return the offset of the next key after a value, or of the closing brace if the object ends there."""
        position = _after_blanks(self._text, position)
        if self._text[position] == ",":
            return _after_blanks(self._text, position + 1)
        if self._text[position] != "}":
            raise ValueError("no comma")
        return position


def _shown(name: str) -> str:
    """Return a name from the file for a message: shortened, without characters that could control a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in name[:40])


def _kind(value: object) -> str:
    kinds: dict[type, str] = {str: "a text", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _is_header(document: dict[str, Any]) -> bool:
    """Return True if a document has the fields of a library's header; the field `format` may be damaged."""
    timestamp = document.get("hlc")
    return (
        is_timestamp(timestamp)
        and timestamp != ZERO
        and isinstance(document.get("crc32"), int)
        and isinstance(document.get("tables"), dict)
    )


def _has_timestamps(document: dict[str, Any]) -> bool:
    timestamps = document.get(TIMESTAMPS)
    return isinstance(timestamps, dict) and any(is_timestamp(each) and each != ZERO for each in timestamps.values())


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


_STATE_FIELDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("read", "starred", "archived", "joined"), _is_truth),
    **dict.fromkeys(("offset", "progress"), _is_number),
    **dict.fromkeys(("opened", "finished", "location", "fingerprint", "seen"), _is_text),
    "tags": _is_list_of_texts,
}
"""By name, the fields of an article that describe its reading state; the function returns True for a valid value."""
_DESCRIPTION_FIELDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("id", "title", "byline", "source", "date", "url", "language"), _is_text),
    "guessed": _is_list_of_texts,
}
"""By name, the fields of an article beside its reading state; the function returns True for a valid value."""
_ANNOTATION_FIELDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("id", "article", "note", "quote", "created", "updated", "deleted"), _is_text),
    **dict.fromkeys(("anchor", "attached", "placed"), _is_object),
    "colour": _is_number,
    "tags": _is_list_of_texts,
}
"""By name, the fields of an annotation; the function returns True for a valid value."""


def _is_article(document: dict[str, Any]) -> bool:
    """Return True if a record without timestamps can be an article of this program.

    That is so if it has an `id`, a field of the reading state, and no fields other than those of articles.
    """
    known = _STATE_FIELDS | _DESCRIPTION_FIELDS
    has_state = False
    for name, value in document.items():
        if name.startswith(("bookmark_", "edited_")):
            fits = isinstance(value, dict if name.startswith("bookmark_") else str)
            has_state = True
        else:
            fits = name in known and known[name](value)
            has_state = has_state or name in _STATE_FIELDS
        if not fits:
            return False
    return has_state and bool(document.get("id"))


def _is_annotation(document: dict[str, Any]) -> bool:
    """Return True if a record without timestamps can be an annotation of this program.

    That is so if it names its article, and has at least one other field but no fields other than those of annotations.
    """
    fits = all(name in _ANNOTATION_FIELDS and _ANNOTATION_FIELDS[name](value) for name, value in document.items())
    return fits and bool(document.get("article")) and len(document.keys() - {"id", "article"}) > 0
