"""Files in other layouts: hand-edited, written by plain TinyDB, or damaged; read here and laid out as a base."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui_reader.storage.basefile import FORMAT, GRAVES, META, VERSION, BaseFile, MemorySource
from tui_reader.storage.basewriter import PlainPlan, write_base
from tui_reader.storage.clock import ZERO, is_stamp
from tui_reader.storage.disk import Disk
from tui_reader.storage.identity import document_id
from tui_reader.storage.registers import STAMPS, compress, expand, has_sets, is_alive, join, stamps_of
from tui_reader.storage.values import canonical, check, encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    Tables: TypeAlias = dict[str, dict[int, dict[str, Any]]]

_ID = re.compile(r"[1-9][0-9]{0,59}")
_SALVAGE = re.compile(r'"((?:[^"\\]|\\.){0,64})"\s*:\s*\{')


class DamagedError(Exception):
    """A file that is no TinyDB file of ours. Its text says where and why, as the end of a sentence."""


@dataclass
class Parsed:
    """A file's content."""

    tables: Tables = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    extra: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Documents of the table `meta` other than the header."""

    @property
    def newer(self) -> str:
        """Which later version of the program wrote the file; empty for this one and earlier ones."""
        version = self.header.get("version", VERSION)
        return f"version {version}" if version > VERSION else ""


def parse(raw: bytes, *, may_be_empty: bool = True) -> Parsed:
    """Read any valid TinyDB JSON, whoever wrote it.

    Raises:
        DamagedError: The bytes are something else.
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
        data = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise DamagedError(f"at line {error.lineno}, column {error.colno}: {_reason(text, error)}") from None
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"somewhere: {error}") from None
    if not isinstance(data, dict):
        raise DamagedError(f"as a whole: it holds a {type(data).__name__}, not tables by name")
    parsed = Parsed()
    for table, documents in data.items():
        numbered = _documents(table, documents)
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
    if re.search(r"^(<{7}|={7}$|>{7})", text, re.MULTILINE):
        return "it holds the conflict marks of a version control system"
    return error.msg[0].lower() + error.msg[1:]


class _Duplicates(dict[str, Any]):
    """An object in which a key stood more than once."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Objects whose keys repeat are joined, where plain JSON readers would drop all but the last."""
    out = dict(pairs)
    if len(out) == len(pairs):
        return out
    merged = _Duplicates()
    for key, value in pairs:
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            if all(isinstance(inner, dict) for inner in (*known.values(), *value.values())):
                merged[key] = known | {k: _both(known.get(k), v) for k, v in value.items()}  # a table that stands twice
            else:
                merged[key] = _both(known, value)
        else:
            merged[key] = value
    return merged


def _both(one: Any, other: Any) -> Any:
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


def salvage(raw: bytes) -> Parsed:
    """Every whole document that can be found in damaged bytes, by the last table name before it."""
    text = raw.decode("utf-8", "replace")
    decoder = json.JSONDecoder()
    parsed = Parsed()
    table, position = "_default", 0
    while match := _SALVAGE.search(text, position):
        name = match[1]
        position = match.end()
        if not _ID.fullmatch(name):
            table = name
            continue
        try:
            document, position = decoder.raw_decode(text, match.end() - 1)
            check(document)
        except (ValueError, TypeError, RecursionError):
            continue
        if table == META:
            if int(name) != 1:
                parsed.extra[int(name)] = document
            elif document.get("format") == FORMAT:
                parsed.header = document
        else:
            add(parsed.tables, table, int(name), document)
    return parsed


def add(tables: Tables, table: str, number: int, document: dict[str, Any]) -> None:
    """Put a document in a table, joined to the one that has its id already."""
    documents = tables.setdefault(table, {})
    if number in documents:
        sets = has_sets(table)
        registers = expand(documents[number], sets=sets)
        join(registers, expand(document, sets=sets))
        document = compress(registers, sets=sets)
    documents[number] = document


def rekey(parsed: Parsed) -> None:
    """Give every article and annotation the document id that follows from its own: a plain TinyDB counts up."""
    for table in list(parsed.tables):
        living = table.removesuffix(GRAVES)
        if not has_sets(living):
            continue
        documents, parsed.tables[table] = parsed.tables[table], {}
        for number, document in documents.items():
            document = identified(living, number, document)  # noqa: PLW2901
            add(parsed.tables, table, derived_id(living, document) or number, document)


def identified(table: str, number: int, document: Mapping[str, Any]) -> dict[str, Any]:
    """A document's fields, with an `id` where it is an annotation of an article and somebody wrote it without one.

    The id follows from what was written, so it is the same whenever the file is read. It sorts before all that the
    reader makes, which begin with the time.
    """
    fields = dict(document)
    parent = fields.get("article")
    if table != "annotations" or fields.get("id") not in (None, "") or not isinstance(parent, str) or not parent:
        return fields
    content = f"{number} {canonical({name: value for name, value in fields.items() if name != STAMPS})}"
    digits = f"00{hashlib.blake2b(content.encode('utf-8', 'surrogatepass'), digest_size=15).hexdigest()}"
    fields.pop("id", None)
    return {"id": "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))} | fields


def derived_id(table: str, document: Mapping[str, Any]) -> int:
    """The document id that follows from a record; 0 where none does."""
    key, parent = document.get("id"), document.get("article")
    if not has_sets(table) or not isinstance(key, str) or not key:
        return 0
    return document_id(key, parent if table == "annotations" and isinstance(parent, str) else "")


def lay_out(parsed: Parsed) -> bytes:
    """The content as a base."""
    tables = {table: dict(documents) for table, documents in parsed.tables.items()}
    for table in list(tables):
        grave = f"{table.removesuffix(GRAVES)}{GRAVES}"
        sets = has_sets(table.removesuffix(GRAVES))
        for number, document in list(tables[table].items()):
            home = table.removesuffix(GRAVES) if is_alive(expand(document, sets=sets)) else grave
            if home != table:
                add(tables, home, number, tables[table].pop(number))
    latest = parsed.header.get("hlc", ZERO)
    latest = max(
        latest if is_stamp(latest) else ZERO,
        *(s for t in tables.values() for d in t.values() for s in stamps_of(d)),
        ZERO,
    )
    kept = {k: v for k, v in parsed.header.items() if k not in ("format", "version", "bytes", "crc32", "tables")}
    base = BaseFile(MemorySource(b""))
    base.extra = b",\n".join(b'"%d": %s' % (n, encode(parsed.extra[n])) for n in sorted(parsed.extra) if n != 1)
    plan = PlainPlan({name: {n: encode(d) for n, d in documents.items()} for name, documents in tables.items()})
    memory = _Memory()
    write_base(0, memory, base, plan, kept | {"hlc": latest}, most_tables=list(tables))
    return bytes(memory.data)


class _Memory(Disk):
    """A file in memory."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, handle: int, data: bytes | memoryview) -> None:
        self.data += data

    def write_at(self, handle: int, data: bytes, offset: int) -> None:
        self.data[offset : offset + len(data)] = data

    def sync_data(self, handle: int) -> None:
        pass

    def sync(self, handle: int) -> None:
        pass
