"""Parsing of files in other layouts (edited by hand, plain TinyDB), and conversion to snapshots."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui_reader.model.hashing import blake2b
from tui_reader.storage.replication.document_ids import OWN_KEY_MASK, document_id
from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.replication.registers import (
    TIMESTAMPS,
    compress,
    expand,
    has_sets,
    is_alive,
    join,
    timestamps_of,
)
from tui_reader.storage.snapshot.disk import MemoryDisk
from tui_reader.storage.snapshot.json_values import canonical, check, encode
from tui_reader.storage.snapshot.snapshot import FORMAT, META, TOMBSTONES, VERSION, MemorySource, SnapshotFile
from tui_reader.storage.snapshot.snapshot_writer import PlainPlan, write_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    Tables: TypeAlias = dict[str, dict[int, dict[str, Any]]]

_ID = re.compile(r"[1-9][0-9]{0,59}")


class DamagedError(Exception):
    """The file is damaged or is not a TinyDB file.

    The message is a clause with the position and the reason, to be appended to a sentence.
    """


@dataclass
class Parsed:
    """The content of a file in any layout."""

    tables: Tables = field(default_factory=dict)
    """Documents as stored, by table and document id; without the table `meta`."""
    header: dict[str, Any] = field(default_factory=dict)
    extra: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Documents of the table `meta` except the header."""
    is_merged: bool = False
    """True if a table or a record occurs twice, since another program merged two files line by line.

    The header then describes at most one of them.
    """
    is_torn: bool = False
    """True if a field of a document occurs twice: one value is lost, or the fields of two documents are mixed."""

    @property
    def newer(self) -> str:
        """The version of the file, such as `version 2`, if a later program wrote it; else empty."""
        version = self.header.get("version", VERSION)
        if not isinstance(version, int):
            return ""
        return f"version {version}" if version > VERSION else ""


def parse(raw: bytes, *, may_be_empty: bool = True) -> Parsed:
    """Parse any valid TinyDB JSON, whichever program wrote it.

    Args:
        raw: The bytes of the file.
        may_be_empty: True to parse a file without content as a library without tables, False to refuse it.

    Raises:
        DamagedError: The bytes are not valid TinyDB JSON.
    """
    if not raw.strip():
        if not may_be_empty:
            raise DamagedError("as a whole: it is empty")
        return Parsed()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DamagedError(f"at byte {error.start}: it is not UTF-8") from None
    try:
        data = json.loads(text, object_pairs_hook=join_repeated_keys)
    except json.JSONDecodeError as error:
        raise DamagedError(f"at line {error.lineno}, column {error.colno}: {_reason(text, error)}") from None
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"somewhere: {error}") from None
    if not isinstance(data, dict):
        raise DamagedError(f"as a whole: it holds a {type(data).__name__}, not tables by name")
    parsed = Parsed(is_merged=any(isinstance(part, RepeatedKeys) for part in (data, *data.values())))
    for table, documents in data.items():
        numbered = _documents(table, documents)
        parsed.is_torn |= any(isinstance(document, RepeatedKeys) for document in numbered.values())
        if table != META:
            parsed.tables[table] = numbered
            continue
        header = numbered.pop(1, {})
        if header.get("format", FORMAT) == FORMAT and isinstance(header.get("version", VERSION), int):
            parsed.header = header
        else:
            parsed.extra[1] = header
        parsed.extra |= numbered
    return parsed


def _reason(text: str, error: json.JSONDecodeError) -> str:
    if re.search(r"^(<{7}|={7}\r?$|>{7})", text, re.MULTILINE):
        return "it holds the conflict marks of a version control system"
    return error.msg[0].lower() + error.msg[1:]


class RepeatedKeys(dict[str, Any]):
    """The value of a JSON object in which a key occurred more than once, after `join_repeated_keys`."""


def join_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object from its keys and values; for `object_pairs_hook` of Python's `json`.

    The values of a repeated key, of which Python would keep only the last, are joined: tables by document, documents
    by register. Of two headers the later one is taken, of any other two values the last.

    Returns:
        The object; a `RepeatedKeys` if a key is repeated.
    """
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    merged = RepeatedKeys()
    for key, value in pairs:
        known = merged.get(key)
        if is_header(known) or is_header(value):
            merged[key] = later_header(known, value)
        elif isinstance(known, dict) and isinstance(value, dict):
            if all(isinstance(inner, dict) for inner in (*known.values(), *value.values())):
                # A table that occurs twice: join it document by document.
                merged[key] = RepeatedKeys(known | {k: _both(known.get(k), v) for k, v in value.items()})
            else:
                merged[key] = _both(known, value)
        else:
            merged[key] = value
    return merged


def _both(one: Any, other: Any) -> Any:
    if is_header(one) or is_header(other):
        return later_header(one, other)
    if not isinstance(one, dict) or not isinstance(other, dict):
        return other
    registers = expand(one, sets=True)
    join(registers, expand(other, sets=True))
    return compress(registers, sets=True)


def _documents(table: str, documents: Any) -> dict[int, dict[str, Any]]:
    if not isinstance(documents, dict):
        raise DamagedError(f"at table “{table[:60]}”: it is a {type(documents).__name__}, not documents by id")
    out: dict[int, dict[str, Any]] = {}
    for number, document in documents.items():
        if not _ID.fullmatch(number):
            raise DamagedError(f"at table “{table[:60]}”: the document id “{number[:40]}” is no positive whole number")
        if not isinstance(document, dict):
            raise DamagedError(f"at table “{table[:60]}”: document {number} is a {type(document).__name__}")
        try:
            check(document)
        except (ValueError, TypeError) as error:
            raise DamagedError(f"at table “{table[:60]}”, document {number}: {error}") from None
        out[int(number)] = document
    return out


def add(tables: Tables, table: str, number: int, document: dict[str, Any]) -> None:
    """Add a document to a table of `tables`; if the table has a document with this id, join the registers of both."""
    documents = tables.setdefault(table, {})
    if number in documents:
        sets = has_sets(table)
        registers = expand(documents[number], sets=sets)
        join(registers, expand(document, sets=sets))
        document = compress(registers, sets=sets)
    documents[number] = document


_ANNOTATION_FIELDS = frozenset({"anchor", "attached", "placed", "quote", "deleted", "created", "updated", "colour"})
"""Fields that only annotations have."""
_TEXT_FIELDS = frozenset({"zlib", "articles"})
"""Fields that only records of the table `texts` have."""


def is_header(document: Any) -> bool:
    """Return True if a document is the header of a library, whatever table it was found in."""
    return isinstance(document, dict) and document.get("format") == FORMAT and "id" not in document


def later_header(one: Any, other: Any) -> dict[str, Any]:
    """Return the later of two headers, by version and timestamp, or the one that is a header.

    If neither is a header, return the first that is an object and not empty; if there is none, an empty object.
    """
    known = [header for header in (one, other) if is_header(header)]
    if not known:
        return one if isinstance(one, dict) and one else other if isinstance(other, dict) else {}
    return max(known, key=lambda header: (_version(header), _timestamp(header.get("hlc")), canonical(header)))


def _version(header: dict[str, Any]) -> int:
    version = header.get("version")
    return version if isinstance(version, int) else 0


def _timestamp(value: Any) -> str:
    return value if is_timestamp(value) else ZERO


def table_of(heading: str, number: int, document: Mapping[str, Any], *, by_fields: bool = False) -> str:
    """Return the table that a record belongs to, by its document id and its fields.

    The document id of an article, an annotation or a text is derived from its fields, so it identifies the kind of
    record.

    Args:
        heading: The table in which the record was found.
        number: The record's document id.
        document: The record's fields.
        by_fields: True if headings are unreliable: then the fields decide where the document id does not; else the
            heading.

    Returns:
        The name of the table; for a deleted record with or without the suffix `TOMBSTONES`.
    """
    table = heading.removesuffix(TOMBSTONES)
    key, parent = document.get("id"), document.get("article")
    key = key if isinstance(key, str) else ""
    if key and isinstance(parent, str) and parent and number == document_id(key, parent):
        return "annotations"
    if not by_fields:
        return table if table == "annotations" and number > OWN_KEY_MASK else heading
    if table in (*_KNOWN_TABLES, "_default"):
        if number > OWN_KEY_MASK or (isinstance(parent, str) and parent) or not _ANNOTATION_FIELDS.isdisjoint(document):
            return "annotations"
        if _is_text(document):
            return "texts"
        if key and number == document_id(key):
            return "articles"
        if key and table == "annotations" and document.keys().isdisjoint({"note", "tags"}):
            return "articles"
    elif key and number == document_id(key):
        return "texts" if _is_text(document) else "articles"
    return table


def _is_text(document: Mapping[str, Any]) -> bool:
    """Return True if a record has a field that only records of the table `texts` have, such as `zlib` or `piece 1`."""
    return not _TEXT_FIELDS.isdisjoint(document) or any(name.startswith("piece ") for name in document)


_KNOWN_TABLES = ("articles", "annotations", "texts")


def rekey(parsed: Parsed) -> int:
    """Give every article and annotation the document id that is derived from its key; changes `parsed` in place.

    A plain TinyDB numbers its documents instead. Records in a wrong table are moved to the right table. Headers of
    libraries that are in a table of records are dropped.

    Returns:
        The number of dropped headers.
    """
    dropped = 0
    for table in [name for name in parsed.tables if has_sets(name.removesuffix(TOMBSTONES))]:
        for number, document in list(parsed.tables[table].items()):
            if is_header(document):
                del parsed.tables[table][number]
                dropped += 1
            elif (home := table_of(table, number, document)).removesuffix(TOMBSTONES) != table.removesuffix(TOMBSTONES):
                del parsed.tables[table][number]
                add(parsed.tables, home, number, document)
    for table in list(parsed.tables):
        living = table.removesuffix(TOMBSTONES)
        if not has_sets(living):
            continue
        documents, parsed.tables[table] = parsed.tables[table], {}
        for number, document in documents.items():
            document = with_id(living, number, document)  # noqa: PLW2901
            add(parsed.tables, table, derived_id(living, document) or number, document)
    return dropped


def with_id(table: str, number: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a document; an annotation without the field `id` (its key) gets one.

    The new `id` is derived from the document's content, so it is the same whenever the file is read. It sorts before
    all others made by this program, which begin with the time.
    """
    fields = dict(document)
    parent = fields.get("article")
    if table != "annotations" or fields.get("id") not in (None, "") or not isinstance(parent, str) or not parent:
        return fields
    content = f"{number} {canonical({name: value for name, value in fields.items() if name != TIMESTAMPS})}"
    digits = f"00{blake2b(content.encode('utf-8', 'surrogatepass'), digest_size=15).hexdigest()}"
    fields.pop("id", None)
    return {"id": "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))} | fields


def derived_id(table: str, document: Mapping[str, Any]) -> int:
    """Return the document id that is derived from a record's key; 0 if it cannot be derived."""
    key, parent = document.get("id"), document.get("article")
    if not has_sets(table) or not isinstance(key, str) or not key:
        return 0
    return document_id(key, parent if table == "annotations" and isinstance(parent, str) else "")


def lay_out(parsed: Parsed) -> bytes:
    """Return the content of a parsed file as the bytes of a snapshot."""
    tables = {table: dict(documents) for table, documents in parsed.tables.items()}
    for table in list(tables):
        tombstone_table = f"{table.removesuffix(TOMBSTONES)}{TOMBSTONES}"
        sets = has_sets(table.removesuffix(TOMBSTONES))
        for number, document in list(tables[table].items()):
            home = table.removesuffix(TOMBSTONES) if is_alive(expand(document, sets=sets)) else tombstone_table
            if home != table:
                add(tables, home, number, tables[table].pop(number))
    latest = parsed.header.get("hlc", ZERO)
    latest = max(
        latest if is_timestamp(latest) else ZERO,
        *(s for t in tables.values() for d in t.values() for s in timestamps_of(d)),
        ZERO,
    )
    kept = {k: v for k, v in parsed.header.items() if k not in ("format", "version", "bytes", "crc32", "tables")}
    template = SnapshotFile(MemorySource(b""))
    template.extra = b",\n".join(b'"%d": %s' % (n, encode(parsed.extra[n])) for n in sorted(parsed.extra) if n != 1)
    plan = PlainPlan({name: {n: encode(d) for n, d in documents.items()} for name, documents in tables.items()})
    memory = MemoryDisk()
    write_snapshot(0, memory, template, plan, kept | {"hlc": latest}, possible_tables=list(tables))
    return bytes(memory.data)


def latest_timestamp(document: dict[str, Any]) -> str:
    """Return the latest of the timestamps that a document of a snapshot contains; `ZERO` without any."""
    return max(timestamps_of(document), default=ZERO)
