"""Malformed journals, headers and documents are counted or kept as copies, and raise no exception."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.storage.crashes import Unflushed
from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.recovery.doctor import doctor
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.journal import decode_lines, encode_line

if TYPE_CHECKING:
    from pathlib import Path

STAMP = "01a204fec85a-001-2te3"
A1 = str(document_id("a1"))
N1 = str(document_id("n1", "a1"))

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([STAMP, A1, N1, "articles", "annotations", "id", "-", "+", "_t", "tags", "tags/x", "\ud800", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)

GOOD: dict[str, Any] = {"s": STAMP, "o": [["articles", A1, {"id": "a1", "v": 1}]]}

WRONG_SHAPES: dict[str, Any] = {
    "not an object": [1, 2],
    "a number": 5,
    "null": None,
    "no timestamp": {"o": []},
    "a timestamp of another type": {**GOOD, "s": 7},
    "a timestamp of another form": {**GOOD, "s": "tomorrow"},
    "operations are no list": {**GOOD, "o": {"articles": 1}},
    "operations are null": {**GOOD, "o": None},
    "an operation is too short": {**GOOD, "o": [["articles", A1]]},
    "an operation is too long": {**GOOD, "o": [["articles", A1, {}, [], []]]},
    "an operation is text": {**GOOD, "o": ["abc"]},
    "a table is a number": {**GOOD, "o": [[1, A1, {"v": 1}]]},
    "a table is a list": {**GOOD, "o": [[["articles"], A1, {"v": 1}]]},
    "a table is the header's": {**GOOD, "o": [["meta", "1", {"format": "x"}]]},
    "a table is one of tombstones": {**GOOD, "o": [["articles.deleted", A1, {"v": 1}]]},
    "an id is a number": {**GOOD, "o": [["articles", 12, {"v": 1}]]},
    "an id is no number": {**GOOD, "o": [["articles", "twelve", {"v": 1}]]},
    "an id is zero": {**GOOD, "o": [["articles", "0", {"v": 1}]]},
    "an id is negative": {**GOOD, "o": [["articles", "-4", {"v": 1}]]},
    "an id has other digits": {**GOOD, "o": [["articles", "\u0661\u0662", {"v": 1}]]},
    "an id is far too long": {**GOOD, "o": [["articles", "9" * 5000, {"v": 1}]]},
    "an annotation's id is too large": {**GOOD, "o": [["annotations", "9" * 40, {"id": "n", "v": 1}]]},
    "values are a list": {**GOOD, "o": [["articles", A1, ["v"]]]},
    "a register has no name": {**GOOD, "o": [["articles", A1, {"": 1}]]},
    "a register has the name of the timestamps": {**GOOD, "o": [["articles", A1, {"_t": {"": "x"}}]]},
    "registers taken away are no list": {**GOOD, "o": [["articles", A1, {}, "v"]]},
    "registers taken away are numbers": {**GOOD, "o": [["articles", A1, {}, [1]]]},
    "documents are text": {**GOOD, "m": "abc"},
    "a document is a list": {**GOOD, "m": [["articles", A1, [1]]]},
    "a document has no id": {**GOOD, "m": [["articles", {}]]},
    "tables are a list": {**GOOD, "t": ["articles"]},
    "a table's presence is a number": {**GOOD, "t": {"articles": 2}},
    "a step is text": {**GOOD, "u": "abc"},
    "a step's records are text": {**GOOD, "u": ["ab", "label", "abc"]},
    "a step's change is no pair": {**GOOD, "u": ["ab", "label", [["articles", "a1", {"v": [1]}]]]},
    "a turn is too short": {**GOOD, "z": ["ab"]},
    "a turn's name is a list": {**GOOD, "z": [["ab"], True]},
}


def with_value(text: str) -> str:
    """Return an entry that sets a field to a value, given as JSON text."""
    return json.dumps({**GOOD, "o": [["articles", A1, {"v": "VALUE"}]]}).replace('"VALUE"', text)


WRONG_TEXTS: dict[str, str] = {
    "infinity by exponent": with_value("1e400"),
    "infinity": with_value("-Infinity"),
    "no number": with_value("NaN"),
    "half a character": with_value('"\\ud800"'),
    "five thousand digits": with_value("9" * 5000),
    "nested a hundred times": with_value("[" * 100 + "]" * 100),
    "nested 100,000 times": with_value("[" * 100_000 + "]" * 100_000),
    "two values": f"{json.dumps(GOOD)},{json.dumps(GOOD)}",
    "half of a value": json.dumps(GOOD)[:-3],
    "nothing": " ",
}


def line(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (zlib.crc32(data), data)


LINES = {name: line(json.dumps(value)) for name, value in WRONG_SHAPES.items()}
LINES |= {name: line(text) for name, text in WRONG_TEXTS.items()}


def good(key: str, value: int) -> bytes:
    return encode_line({**GOOD, "o": [["articles", str(document_id(key)), {"id": key, "v": value}]]})


@pytest.mark.parametrize("name", LINES)
def test_a_malformed_line_is_counted_and_the_others_are_read(name: str) -> None:
    entries, damaged = decode_lines(good("a1", 1) + LINES[name] + good("a2", 2))
    assert damaged == 1
    assert [entry["o"][0][2]["id"] for entry in entries] == ["a1", "a2"]


@pytest.mark.parametrize("replica", ["aaaa", "evil"])
def test_a_malformed_journal_is_read_compacted_and_repaired(tmp_path: Path, replica: str) -> None:
    path = tmp_path / "library.json"
    journal = tmp_path / f"library.json.journal-{replica}"
    bad = b"".join(LINES.values())
    journal.write_bytes(b'{"journal":1}\n' + good("a1", 1) + bad + good("a2", 2))
    library = LibraryFiles(path, "aaaa", disk=Unflushed())
    assert library.document(ARTICLES, document_id("a1")) == {"id": "a1", "v": 1}
    library.close()

    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, "a3", "v", None, 3)], "changed").result(60)
    assert {key for key, _ in store.items(ARTICLES)} == {"a1", "a2", "a3"}
    assert any(f"{len(LINES)} damaged lines of {journal}" in notice for notice in store.notices)
    assert store.undo() is not None
    journal_copy = journal.read_bytes()
    store._library.journal.close()  # as after a kill

    found = doctor(path, "aaaa", fix=True)
    assert found.has_no_faults, found
    kept = [item.read_bytes() for item in (tmp_path / ".backups").iterdir() if "damaged" in item.name]
    assert any(bad in content for content in kept)
    assert len(journal_copy) > len(bad)
    again = doctor(path, "aaaa")
    assert not [finding for finding in again.findings if finding.is_wrong], again
    library = LibraryFiles(path, "aaaa", disk=Unflushed())
    assert {document["id"] for _, document in library.documents(ARTICLES)} >= {"a1", "a2"}
    library.close()


HOSTILE_HEADERS = {
    "a table's place is infinite": '"tables":{"articles":[1e400,1e400]}',
    "a table's place is huge": '"tables":{"articles":[%s,5]}' % ("9" * 400),
    "a table's place is true": '"tables":{"articles":[true,true]}',
    "a table's place is text": '"tables":{"articles":["1","2"]}',
    "a table's place is negative": '"tables":{"articles":[-5,-5]}',
    "a table's place is no number": '"tables":{"articles":[NaN,NaN]}',
    "a table's place is null": '"tables":{"articles":[null,null]}',
    "a table has no place": '"tables":{"articles":[]}',
    "tables are a list": '"tables":[1,2]',
    "tables are a number": '"tables":1e400',
    "bytes are infinite": '"bytes":1e400',
    "the checksum is infinite": '"crc32":-1e999',
    "the version is infinite": '"version":1e400',
    "the version is text": '"version":"2"',
    "the version is true": '"version":true',
    "the clock is a number": '"hlc":1e400',
    "the clock is a list": '"hlc":[]',
    "the clock is any text": '"hlc":"zzzz"',
    "the library is a list": '"library":[[[[1]]]]',
    "unknown and infinite": '"more":1e400',
    "unknown and half a character": '"more":"\\ud800"',
    "unknown and nested": '"more":%s' % ("[" * 60 + "]" * 60),
}


def copy_with(header: str, document: str = '{"id":"a9","v":9}') -> bytes:
    """Return a snapshot in our layout with the given header."""
    full = (
        f'"format":"tui-reader library","version":1,"library":"x","hlc":"","bytes":1,"crc32":2,"tables":{{}},{header}'
    )
    table = f'"{document_id("a9")}": {document}'
    text = '{"meta": {\n"1": {' + full + '}\n},\n"articles": {\n' + table + "\n}}\n"
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("name", HOSTILE_HEADERS)
def test_a_conflict_copy_with_a_malformed_header_prevents_no_change(tmp_path: Path, name: str) -> None:
    path = tmp_path / "library.json"
    copy = tmp_path / "library.sync-conflict-20240501-101010-ABCDEF.json"
    copy.write_bytes(copy_with(HOSTILE_HEADERS[name]))
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, "a", "v", None, 1)], "changed").result(60)
    store.close()
    again = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    assert again.get(ARTICLES, "a") == {"v": 1}
    again.close()


@pytest.mark.parametrize("name", HOSTILE_HEADERS)
def test_a_snapshot_with_a_malformed_header_opens_and_is_not_changed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "library.json"
    path.write_bytes(copy_with(HOSTILE_HEADERS[name]))
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    list(store.items(ARTICLES))
    if not store.read_only:
        store.apply([Edit(ARTICLES, "a", "v", None, 1)], "changed").result(60)
        assert store.get(ARTICLES, "a") == {"v": 1}
    store.close()
    doctor(path, "aaaa")
    doctor(path, "aaaa", fix=True)


def test_copies_that_cannot_be_merged_are_named_once_and_others_are_merged(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    bad = tmp_path / "library.sync-conflict-20240501-101010-AAAAAA.json"
    bad.write_bytes(b'{"meta": {"1": {"format": "tui-reader library"}}, "articles": {"1": ')
    fine = tmp_path / "library.sync-conflict-20240501-101010-BBBBBB.json"
    fine.write_text(json.dumps({"articles": {"1": {"id": "a", "v": 1, "_t": {"": STAMP}}}}))
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, "b", "v", None, 1)], "changed").result(60)
    assert {key for key, _ in store.items(ARTICLES)} == {"a", "b"}
    store.close()
    assert [notice for notice in store.notices if str(bad) in notice and "stays where it is" in notice]
    assert bad.exists()
    assert not fine.exists()


@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(JSON)
@example({"s": STAMP, "m": [["articles", A1, {"id": "a1", "_t": [1]}]]})
@example({"s": STAMP, "m": [["articles", A1, {"id": 5, "_t": {"": 5, "tags/x": STAMP, "-": None}}]]})
@example({"s": STAMP, "m": [["annotations", N1, {"id": [], "article": {}, "tags": {"a": 1}}]]})
@example({"s": STAMP, "o": [["annotations", N1, {"id": [1], "article": 5, "tags": [], "tags/": 5, "/": 1, "=": 2}]]})
@example({"s": STAMP, "o": [["articles", A1, {"-": False}, ["-", "+"]]]})
def test_any_value_as_line_document_or_timestamps_raises_nothing(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "library.json"
    texts = [
        json.dumps(value),
        *(json.dumps({**GOOD, member: value}) for member in ("s", "o", "m", "t", "u", "z")),
        json.dumps({"s": STAMP, "o": [["articles", A1, {"id": value, "v": value, "tags": value}]]}),
        json.dumps({"s": STAMP, "o": [["annotations", N1, {"id": value, "article": value, "note": value}]]}),
        json.dumps({"s": STAMP, "m": [["annotations", N1, {"id": "n1", "article": "a2", "_t": value}]]}),
        json.dumps({"s": STAMP, "m": [["articles", A1, value]]}),
    ]
    (folder / "library.json.journal-evil").write_bytes(b"".join(map(line, texts)))
    tables = {"articles": {A1: value, "7": {"id": "b", "_t": value}}, "annotations": {N1: value}}
    path.write_text(json.dumps({"meta": {"1": {"format": "tui-reader library"}}} | tables))
    work(path)
    path.write_bytes(copy_with('"more":1', json.dumps(value)))
    work(path)


def work(path: Path) -> None:
    """Open, read, change, undo and compact; every refusal must be a sentence."""
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    for table in (ARTICLES, ANNOTATIONS):
        for key, _ in store.items(table):
            store.get(table, key)
    list(store.items(ANNOTATIONS, of="a1"))
    try:
        store.apply([Edit(ARTICLES, "a1", "v", None, 2)], "changed").result(60)
        store.apply([Edit(ANNOTATIONS, "n1", "note", None, "x")], "noted").result(60)
        store.undo()
        store.redo()
        store.close()
    except StoreError as error:
        assert "Please report" not in str(error), error
    assert not [notice for notice in store.notices if "report" in notice], store.notices
    library = LibraryFiles(path, "aaaa", disk=Unflushed())
    if not library.damage:
        compact(library, force=True)
    library.close()
