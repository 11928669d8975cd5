"""Recognizes the bytes of a library: by its header, by stamps in its records, or by records of our shape."""

from __future__ import annotations

import json
import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.replication.registers import TIMESTAMPS
from tui_reader.storage.snapshot.snapshot import FORMAT, HEADER_ID, META, START, TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = 1 << 18
"""Bytes that are looked at of a file, however large it is: parsing them takes 3 ms."""
_ARTICLES, _ANNOTATIONS, _TEXTS = "articles", "annotations", "texts"
BEGINNING = START + HEADER_ID + b'{"format":"%s"' % FORMAT.encode()
_SHORTEST = len(START + HEADER_ID + b'{"format"')
_ID = re.compile(r"[1-9][0-9]{0,59}")
_BLANK = re.compile(r"[ \t\r\n]*")
_MARKS = re.compile(
    rf'"format"\s*:\s*"{re.escape(FORMAT)}"'
    r'|"_t"\s*:\s*\{\s*"[^"\\]{0,80}"\s*:\s*"[0-9a-f]{12}-[0-9a-f]{3}-[0-9a-z]{1,16}"'
)
"""What only our files hold. Within a string of another JSON file the quotation marks have backslashes before them."""
_BEGUN = re.compile(
    r'\s*\{\s*"(?:articles|annotations)(?:\.deleted)?"\s*:\s*\{\s*"[1-9][0-9]{0,59}"\s*:\s*\{\s*"id"\s*:\s*"'
)
"""The beginning of a damaged file without a header."""
_VALUES = '{["-0123456789tfnNI'
"""What a JSON value starts with, in Python's reading of it."""
_DEBRIS = 4096
_DEBRIS_PARTS = re.compile(
    r"^(?:<<<<<<<|=======|>>>>>>>|\|\|\|\|\|\|\|).*$"
    r'|"(?:meta|articles|annotations|texts)(?:\.deleted)?"|"[^"]{0,60}"\s*:\s*\{\s*\}|[\s{}\[\]:,\0\ufffd\ufeff]',
    re.MULTILINE,
)
"""What a file may consist of that holds no data."""


class Content(Enum):
    """What the bytes of a file are."""

    OURS = auto()
    EMPTY = auto()
    NO_TABLES = auto()
    OTHER = auto()
    """Sound as far as it was read, and not ours."""
    BROKEN = auto()
    """Not JSON, and nothing in it names our format."""


def judge(head: bytes, tail: bytes, size: int) -> tuple[Content, str]:
    """What a file is by its own bytes, and why it is not ours."""
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
        return Content.NO_TABLES, "it holds no tables"  # as a plain TinyDB leaves it that dropped all of them
    found = _Reading(text, begin, is_cut=size > HEAD)
    if found.is_ours:
        return Content.OURS, ""
    if found.reason and not found.is_broken:
        return Content.OTHER, found.reason
    # Damaged, or nothing is known of it yet: every part of a file of ours holds stamps.
    is_begun = found.is_broken and not found.misfits and _BEGUN.match(text) is not None
    if is_begun or _MARKS.search(text) or _MARKS.search(end):
        return Content.OURS, ""
    if found.is_broken and not found.reason:
        return Content.BROKEN, "it is not JSON"
    return Content.OTHER, found.reason or "it holds no articles or annotations of this program"


def _after_blanks(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return match.end() if match else position


def has_data(head: bytes, size: int) -> bool:
    """Say whether a file that is not ours holds data.

    Returns:
        True unless it is short debris: brackets, zero bytes, conflict marks, empty tables.
    """
    return size > _DEBRIS or _DEBRIS_PARTS.sub("", head.decode("utf-8", "replace")) != ""


class _Reading:
    """What the tables at the beginning of a JSON text say, read document by document up to where the text ends."""

    def __init__(self, text: str, begin: int, *, is_cut: bool) -> None:
        self.is_ours = False
        """Whether a header or a record says that it is ours."""
        self.is_broken = False
        """Whether it is not JSON, as far as it was read."""
        self.reason = ""
        """What was found that can only be another program's."""
        self._text, self._is_cut = text, is_cut
        self._decoder = json.JSONDecoder()
        self._is_named_otherwise = False
        self.misfits = 0
        """Records of the tables that are called like ours and have another shape."""
        self._fits = 0
        try:
            if text[begin] == "{":
                self._tables(begin + 1)
            else:
                self._other_value(begin)
        except (ValueError, IndexError, RecursionError):
            self.is_broken = not is_cut or text[begin] not in _VALUES
        if self._fits and not (self.misfits or self._is_named_otherwise or self.reason or self.is_broken):
            self.is_ours = True

    def _other_value(self, begin: int) -> None:
        # A damaged base may begin with any byte: only what is JSON as a whole, or too large to tell, is another's.
        if self._text[begin] not in _VALUES:
            raise ValueError("no value")
        if not self._is_cut:
            _, end = self._decoder.raw_decode(self._text, begin)
            if _after_blanks(self._text, end) != len(self._text):
                raise ValueError("more than one value")
        if not _MARKS.search(self._text):
            self.reason = "it holds a list" if self._text[begin] == "[" else "it holds no tables"

    def _tables(self, position: int) -> None:
        """Read every table that stands in the text.

        Raises:
            ValueError, IndexError: The text ends before, or is not JSON.
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
            raise ValueError("more behind the end")

    def _documents(self, table: str, position: int) -> int:
        """Read the documents of a table.

        Returns:
            The position behind it.
        """
        text = self._text
        position = _after_blanks(text, position)
        while text[position] != "}":
            number, position = self._name(position)
            if text[position] not in _VALUES:
                raise ValueError("no value")
            if text[position] not in "{[":
                self._refuse(f"its “{_shown(table)}” holds “{_shown(number)}”, which is no record")
            document, position = self._decoder.raw_decode(text, position)
            if _ID.fullmatch(number) is None or not isinstance(document, dict):
                self._refuse(f"its “{_shown(table)}” holds “{_shown(number)}”, which is no record")
            else:
                self._take(table, number, document)
            position = self._next(position)
        return position + 1

    def _take(self, table: str, number: str, document: dict[str, Any]) -> None:
        living = table.removesuffix(TOMBSTONES)
        if table == META:
            said = document.get("format")
            if said == FORMAT or _is_header(document):
                self.is_ours = True
            elif number == "1" and isinstance(said, str):
                self._is_named_otherwise = True
        elif living in (_ARTICLES, _ANNOTATIONS, _TEXTS) and _is_stamped(document):
            self.is_ours = True
        elif living in (_ARTICLES, _ANNOTATIONS):
            fits = _is_article(document) if living == _ARTICLES else _is_annotation(document)
            self._fits += fits
            self.misfits += not fits

    def _refuse(self, reason: str) -> None:
        self.reason = self.reason or reason

    def _name(self, position: int) -> tuple[str, int]:
        """A key, and where its value starts."""
        name, position = self._decoder.raw_decode(self._text, position)
        position = _after_blanks(self._text, position)
        if not isinstance(name, str) or self._text[position] != ":":
            raise ValueError("no key")
        return name, _after_blanks(self._text, position + 1)

    def _next(self, position: int) -> int:
        """Where the next key or the end of the object is."""
        position = _after_blanks(self._text, position)
        if self._text[position] == ",":
            return _after_blanks(self._text, position + 1)
        if self._text[position] != "}":
            raise ValueError("no comma")
        return position


def _shown(name: str) -> str:
    """A name from the file, as a sentence shows it: short, and without what could act on a terminal."""
    return "".join(sign if sign.isprintable() else "�" for sign in name[:40])


def _kind(value: object) -> str:
    kinds: dict[type, str] = {str: "a text", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _is_header(document: dict[str, Any]) -> bool:
    """Whether a document has the parts of our header, so that one whose format was damaged is known."""
    stamp = document.get("hlc")
    return (
        is_timestamp(stamp)
        and stamp != ZERO
        and isinstance(document.get("crc32"), int)
        and isinstance(document.get("tables"), dict)
    )


def _is_stamped(document: dict[str, Any]) -> bool:
    stamps = document.get(TIMESTAMPS)
    return isinstance(stamps, dict) and any(is_timestamp(each) and each != ZERO for each in stamps.values())


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


_STATE: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("read", "starred", "archived", "joined"), _is_truth),
    **dict.fromkeys(("offset", "progress"), _is_number),
    **dict.fromkeys(("opened", "finished", "location", "fingerprint", "seen"), _is_text),
    "tags": _is_list_of_texts,
}
"""Fields of an article that tell what a reader did with it."""
_DESCRIPTION: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("id", "title", "byline", "source", "date", "url", "language"), _is_text),
    "guessed": _is_list_of_texts,
}
_ANNOTATION: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("id", "article", "note", "quote", "created", "updated", "deleted"), _is_text),
    **dict.fromkeys(("anchor", "attached", "placed"), _is_object),
    "colour": _is_number,
    "tags": _is_list_of_texts,
}


def _is_article(document: dict[str, Any]) -> bool:
    """Whether an article that has no stamps is one of ours: every field is, and one is of what a reader did."""
    known = _STATE | _DESCRIPTION
    has_state = False
    for name, value in document.items():
        if name.startswith(("bookmark_", "edited_")):
            fits = isinstance(value, dict if name.startswith("bookmark_") else str)
            has_state = True
        else:
            fits = name in known and known[name](value)
            has_state = has_state or name in _STATE
        if not fits:
            return False
    return has_state and bool(document.get("id"))


def _is_annotation(document: dict[str, Any]) -> bool:
    """Whether an annotation that has no stamps is one of ours: every field is, and it names its article."""
    fits = all(name in _ANNOTATION and _ANNOTATION[name](value) for name, value in document.items())
    return fits and bool(document.get("article")) and len(document.keys() - {"id", "article"}) > 0
