"""Fast paths for changes of thousands of records give the result of the general functions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.model.article import ReadingState
from tui_reader.services.articles.article_records import amended, decode, encode, encoded
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine import edits as edits_module
from tui_reader.storage.engine import store as store_module
from tui_reader.storage.engine.edits import KEY, changed_alone, changed_in, checked
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.registers import (
    ABSENT,
    Registers,
    difference,
    expand,
    join,
    visible,
    visible_fields,
)
from tui_reader.storage.snapshot import snapshot
from tui_reader.storage.snapshot.json_values import _is_deep
from tui_reader.storage.snapshot.json_values import encode as encode_json
from tui_reader.storage.snapshot.state import SavedDocument

if TYPE_CHECKING:
    from pathlib import Path

values = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-2, 2) | st.text(max_size=3)
names = st.sampled_from(("read", "starred", "archived", "offset", "up_next", "tags", "deleted", "x/y", "+z", ""))
stamps = st.sampled_from(("", "+", "-", "read", "starred", "tags/a", "gone"))
TIMES = st.sampled_from(("000000000001-000-aaaa", "000000000002-000-bbbb"))


@st.composite
def documents(draw: st.DrawFn) -> Registers:
    """Return the registers of a record, sometimes of one that was deleted."""
    fields: dict[str, Any] = draw(st.dictionaries(names, values.filter(lambda value: value is not None), max_size=5))
    if draw(st.booleans()):
        fields["id"] = "key"
    if draw(st.booleans()):
        fields["tags"] = draw(st.lists(st.sampled_from("abc"), unique=True))
    return expand({**fields, "_t": draw(st.dictionaries(stamps, TIMES, max_size=3))}, sets=True)


@given(documents(), st.lists(st.tuples(names, values), min_size=1, max_size=4))
def test_comparing_only_edited_fields_finds_the_changes_of_a_full_comparison(
    registers: Registers, changes: list[tuple[str, Any]]
) -> None:
    edits = [Edit(ARTICLES, "key", name, None, value) for name, value in changes]
    short = changed_alone(registers, edits)
    if short is None:
        return
    fields = visible(registers, sets=True)
    assert fields is not None
    for name, value in changes:
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    assert fields.keys() - {KEY}
    assert repr(sorted(short.items())) == repr(sorted(difference(registers, fields, sets=True).items()))


stored = st.fixed_dictionaries(
    {"id": st.just("key")},
    optional={
        "read": st.booleans(),
        "up_next": st.text("ab", max_size=2),
        "tags": st.lists(st.sampled_from("abc"), unique=True).map(sorted),
        "x/y": st.just(1),
        "_t": st.dictionaries(stamps, TIMES | st.just("odd"), max_size=3),
    },
)
entries = st.dictionaries(
    st.sampled_from(("read", "starred", "up_next", "gone", "tags", "tags/a", "-", "+", "=x/y")),
    st.tuples(TIMES, values | st.just(ABSENT)),
    max_size=4,
)


@given(stored, st.none() | entries, st.lists(st.tuples(names, values), min_size=1, max_size=3))
def test_fields_of_a_saved_document_are_those_of_its_registers(
    document: dict[str, Any], changed: Registers | None, changes: list[tuple[str, Any]]
) -> None:
    registers = expand(document, sets=True)
    join(registers, changed or {})
    wanted = [name for name, _ in changes]
    whole = visible(registers, sets=True)
    if whole is not None:
        assert visible_fields(registers, wanted, sets=True) == {name: whole[name] for name in wanted if name in whole}
    saved = SavedDocument(encode_json(document), document, changed)
    found = saved.fields(wanted)
    if found is not None:
        assert found == visible_fields(registers, wanted, sets=True)
        assert whole is not None or "-" in document.get("_t", {})
    edits = [Edit(ARTICLES, "key", name, None, value) for name, value in changes]
    short = changed_in(saved, edits)
    if short is not None and "-" not in document.get("_t", {}):
        assert repr(sorted(short.items())) == repr(sorted((changed_alone(registers, edits) or {}).items()))


class Records:
    """A library whose records lie in the snapshot, in the journal, in both or in neither."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "library.json"
        self.keys = [f"a{number:03}" for number in range(200)]
        store = LibraryStore(LibraryFiles(self.path, "aaaa"))
        for number, key in enumerate(self.keys[:150]):
            location, tags = Edit(ARTICLES, key, "location", None, f"{number}.md"), ["x"] * (number % 2)
            store.apply([location, Edit(ARTICLES, key, "tags", None, tags)], "made")
        store.close()  # writes the snapshot

    def all(self, store: LibraryStore) -> dict[str, dict[str, Any]]:
        return {key: dict(store.get(ARTICLES, key) or {}) for key in self.keys}


def test_many_records_are_read_and_written_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name, many in (("one by one", 10**9), ("together", 10)):
        (tmp_path / name).mkdir()
        records = Records(tmp_path / name)
        monkeypatch.setattr(edits_module, "MANY", many)
        monkeypatch.setattr(store_module, "MANY", many)
        store = LibraryStore(LibraryFiles(records.path, "aaaa"))
        store.apply(
            [Edit(ARTICLES, "a003", "location", "3.md", None), Edit(ARTICLES, "a003", "tags", [], None)], "gone"
        )
        seen = []
        changes = (("starred", True), ("tags", ["x", "y"]), ("up_next", "k"), ("starred", None))
        for field, value in changes:
            keys = records.keys[20:180] if field == "tags" else records.keys
            held = records.all(store)
            edits = [Edit(ARTICLES, key, field, held[key].get(field), value) for key in keys]
            receipt = store.apply(edits, field)
            wanted = ("location", "tags", "starred", "none")
            for _ in range(2):  # before it is saved, and after
                whole = records.all(store)
                parts = store.fields_of(ARTICLES, records.keys, wanted)
                assert {key: parts.get(key, {}) for key in whole} == {
                    key: {each: record[each] for each in wanted if each in record} for key, record in whole.items()
                }
                receipt.result(60)
            seen.append(whole)
        for before in (*reversed(seen[:-1]), None):
            assert store.undo()
            assert before is None or records.all(store) == before
        store.close()
        store = LibraryStore(LibraryFiles(records.path, "aaaa"))
        found.append((seen, records.all(store)))
        store.close()
    assert found[0] == found[1]


def test_many_lines_of_the_snapshot_are_found_by_blocks_as_by_single_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Records(tmp_path)
    library = LibraryFiles(records.path, "aaaa")
    numbers = [document_id(key) for key in records.keys]
    found = []
    for size in (1, 1 << 14):
        monkeypatch.setattr(snapshot, "_LOOKUP_BYTES", size)
        found.append(library.state.snapshot.lines_of(ARTICLES, numbers))
        assert library.state.snapshot.lines_of("none", numbers) == {}
    library.close()
    assert found[0] == found[1]
    assert len(found[0]) == 150


def test_changes_are_written_only_after_the_hold_ends(tmp_path: Path) -> None:
    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa"))
    with store.hold():
        receipt = store.apply([Edit(ARTICLES, "a", "starred", None, True)], "starred")
        assert store.get(ARTICLES, "a") == {"starred": True}
        with pytest.raises(TimeoutError):
            receipt.result(0.05)
    receipt.result(60)
    with store.hold():
        held = store.apply([Edit(ARTICLES, "a", "starred", True, None)], "unstarred")
        store.close()
        held.result(0)


@pytest.mark.parametrize("field", ["read", "starred", "archived", "up_next"])
def test_only_edited_fields_of_a_plain_record_are_compared(field: str) -> None:
    registers = expand({"id": "a", "location": "a.md", "read": True, "tags": ["x"]}, sets=True)
    edit = Edit(ARTICLES, "a", field, None, True)
    assert changed_alone(registers, [edit]) == ({} if field == "read" else {field: True})
    assert checked(edit) == edit
    with pytest.raises(ValueError, match="surrogate"):
        checked(Edit(ARTICLES, "\ud800", field, None, True))


states = st.builds(
    partial(ReadingState),  # as a function: hypothesis fills every field of a named tuple
    read=st.booleans(),
    starred=st.booleans(),
    archived=st.booleans(),
    joined=st.booleans(),
    opened=st.sampled_from(("", "2026-06-05T10:00:00Z")),
    up_next=st.text("abc", max_size=3),
    tags=st.none() | st.just(("a",)),
)
plain = st.sampled_from(("read", "starred", "archived", "joined", "opened", "finished", "up_next", "filed"))


@given(states, st.dictionaries(plain | st.just("tags"), values | st.just(["b"]), max_size=3))
def test_amending_fields_of_a_state_equals_decoding_the_whole_record(
    state: ReadingState, fields: dict[str, Any]
) -> None:
    assert amended(state, fields) == decode({**encode(state), **fields})
    assert {name: encoded(state, fields)[name] for name in fields} == {name: encode(state)[name] for name in fields}


def depth(value: object) -> int:
    """Return the nesting depth of a value; empty containers do not count."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner)) if inner else 0


@given(
    st.recursive(values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=1), inner)),
    st.integers(0, 6),
)
def test_the_depth_check_finds_the_deepest_part_of_a_value(value: object, levels: int) -> None:
    assert _is_deep(value, levels) == (depth(value) > levels)
