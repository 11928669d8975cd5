"""A change of one field of many records as a column gives what the same changes of each record give."""

from __future__ import annotations

import tempfile
from concurrent.futures import Future
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.storage.crashes import Unflushed
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Column, Edit, Transaction
from tui_reader.storage.engine import edits as edits_module
from tui_reader.storage.engine import store as store_module
from tui_reader.storage.engine.bulk import as_column, bulk_entry, checked_column
from tui_reader.storage.engine.edits import entry_of
from tui_reader.storage.engine.history import Step
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.pending import Pending, PendingFields
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.recovery.foreign_layout import Parsed, lay_out
from tui_reader.storage.replication.document_ids import document_id, document_ids
from tui_reader.storage.snapshot.bulk_entry import BulkEntry
from tui_reader.storage.snapshot.journal import decode_lines, encode_line, line_of
from tui_reader.storage.snapshot.snapshot import MemorySource, SnapshotFile
from tui_reader.storage.snapshot.state import State

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.journal import Entry

KEYS = [f"a{number}" for number in range(8)]
NOW = "01a204fec858-000-2te3"
EARLIER = st.sampled_from([f"01a204fec85{digit}-000-2te3" for digit in range(6)])
FIELDS = ("starred", "up_next", "tags", "location")
tags = st.lists(st.sampled_from(("x", "y", 'z"')), max_size=3, unique=True).map(sorted)
PRESENT: dict[str, st.SearchStrategy[Any]] = {
    "starred": st.sampled_from((True, False, 1)),
    "up_next": st.sampled_from(("V.m", "W.m", 'ü"\\')),
    "tags": tags,
    "location": st.sampled_from(("a.md", "b.md")),
}
VALUES = {name: st.none() | values for name, values in PRESENT.items()}
stamps = st.dictionaries(st.sampled_from(("", "starred", "tags/x", "+tags/y", "location", "gone")), EARLIER, max_size=3)
contents = st.fixed_dictionaries(
    {}, optional={**PRESENT, "title": st.sampled_from(('the "starred": one', "t")), "x/y": st.just({"tags": 1})}
)
registers = st.dictionaries(
    st.sampled_from(("starred", "up_next", "tags/x", "tags/y", "location", "read", "-", "+")),
    st.sampled_from((True, False, "V.m")),
    max_size=3,
)


@st.composite
def states(draw: st.DrawFn) -> tuple[bytes, list[Entry]]:
    """Return a snapshot and the entries of a journal, of records in every form."""
    tables: dict[str, dict[int, dict[str, Any]]] = {ARTICLES: {}, f"{ARTICLES}.deleted": {}}
    for key in KEYS:
        where = draw(st.sampled_from((ARTICLES, ARTICLES, ARTICLES, f"{ARTICLES}.deleted", "")))
        if where:
            document = {"id": key, **draw(contents), "_t": draw(stamps)}
            if where != ARTICLES:
                document = {"id": key, "_t": {"": "01a204fec850-000-2te3", "-": "01a204fec851-000-2te3"}}
            tables[where][document_id(key)] = document
    tables = {name: documents for name, documents in tables.items() if documents or name == ARTICLES}
    entries: list[Entry] = []
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=6)):
        values: dict[str, Any] = dict(draw(registers))
        if draw(st.booleans()):
            values |= {"id": key, "location": "c.md"}
        if any(name.startswith("tags/") for name in values):
            values["tags"] = []
        absent = [name for name in ("starred", "tags") if draw(st.integers(0, 5)) == 0 and name not in values]
        entries.append(
            {"s": draw(EARLIER), "o": [[ARTICLES, str(document_id(key)), values, *([absent] if absent else [])]]}
        )
    return lay_out(Parsed(tables)), entries


def state_of(given_state: tuple[bytes, list[Entry]]) -> State:
    data, entries = given_state
    state = State(SnapshotFile(MemorySource(data)))
    state.load(entries)
    return state


@st.composite
def columns(draw: st.DrawFn) -> Column:
    field = draw(st.sampled_from(FIELDS))
    keys = draw(st.lists(st.sampled_from(KEYS), min_size=1, unique=True))
    pool = draw(st.lists(VALUES[field], min_size=1, max_size=3))
    before = [draw(VALUES[field]) for _ in keys]
    return Column(ARTICLES, field, keys, before, [draw(st.sampled_from(pool)) for _ in keys])


def all_registers(state: State) -> dict[str, Any]:
    found = {key: state.registers(ARTICLES, document_id(key)) for key in KEYS}
    return {
        key: {name: (stamp, list(value) if value == () else value) for name, (stamp, value) in each.items()}
        for key, each in found.items()
        if each
    }


@settings(max_examples=examples(400))
@given(states(), columns(), st.booleans())
def test_a_column_is_written_as_the_edits_of_each_record(
    given_state: tuple[bytes, list[Entry]], column: Column, is_step: bool
) -> None:
    column = checked_column(column)
    step = Step("0a", Transaction('starred "all"', column)) if is_step else None
    one_by_one = entry_of(state_of(given_state), list(column), lambda _, key: document_id(key))
    found = bulk_entry(state_of(given_state), column, step, {"z": ["0b", True]})
    if not one_by_one:
        assert found is None
        return
    assert found is not None
    plain = found.plain()
    assert sorted(plain.get("o", []), key=repr) == sorted(one_by_one.get("o", []), key=repr) or effects(
        given_state, plain
    ) == effects(given_state, one_by_one)
    assert plain.get("u") == (step.member() if step is not None else None)
    assert plain["z"] == ["0b", True]
    # The line is that of an ordinary entry, and applying the column is applying the line.
    found.timestamp = NOW
    [read] = decode_lines(line_of(found.text()))[0]
    assert read == decode_lines(encode_line({"s": NOW, **plain}))[0][0]
    direct, replayed = state_of(given_state), state_of(given_state)
    direct.apply(found)
    replayed.apply(read)
    assert all_registers(direct) == all_registers(replayed)
    assert all_registers(direct) == effects(given_state, one_by_one)
    assert direct.latest == replayed.latest == NOW


@settings(max_examples=examples(200))
@given(states(), st.lists(columns(), min_size=2, max_size=4))
def test_columns_that_follow_each_other_set_what_the_edits_of_each_record_set(
    given_state: tuple[bytes, list[Entry]], several: list[Column]
) -> None:
    """Documents share the objects of registers that an earlier column set."""
    together, apart = state_of(given_state), state_of(given_state)
    for number, column in enumerate(map(checked_column, several)):
        stamp = f"{NOW.partition('-')[0]}-{number:03}-2te3"
        found = bulk_entry(together, column, None, {})
        plain = entry_of(apart, list(column), lambda _, key: document_id(key))
        if found is not None:
            found.timestamp = stamp
            together.apply(found)
        if plain:
            apart.apply({"s": stamp, **plain})
        assert all_registers(together) == all_registers(apart)


def effects(given_state: tuple[bytes, list[Entry]], entry: Entry) -> dict[str, Any]:
    state = state_of(given_state)
    state.apply({"s": NOW, **entry})
    return all_registers(state)


@settings(max_examples=examples(60))
@given(
    states(),
    columns(),
    st.lists(st.tuples(st.sampled_from(KEYS), registers, EARLIER | st.just("01a204fec859-000-zzzz")), max_size=2),
)
def test_a_column_merges_with_changes_of_other_machines_in_any_order(
    given_state: tuple[bytes, list[Entry]], column: Column, others: list[tuple[str, dict[str, Any], str]]
) -> None:
    column = checked_column(column)
    found = bulk_entry(state_of(given_state), column, None, {})
    one_by_one = entry_of(state_of(given_state), list(column), lambda _, key: document_id(key))
    if found is None:
        return
    foreign: list[Entry] = [
        {"s": stamp, "o": [[ARTICLES, str(document_id(key)), values]]} for key, values, stamp in others
    ]
    found.timestamp = NOW
    [line] = decode_lines(line_of(found.text()))[0]
    singles: list[Entry] = [{"s": NOW, "o": [each]} for each in one_by_one.get("o", [])]
    merged = []
    for own in ([line], singles, [line, line]):
        for order in permutations([*foreign, *own][:4]) if len(foreign) + len(own) < 5 else [[*own, *foreign]]:
            state = state_of(given_state)
            state.load(order)
            merged.append(all_registers(state))
    assert all(each == merged[0] for each in merged)


class Windows:
    """A store, beside another window of the same library that writes at once."""

    def __init__(self, folder: Path) -> None:
        path = folder / "library.json"
        with_records = LibraryFiles(path, "aaaa", disk=Unflushed())
        with_records.commit(
            lambda _: {
                "o": [
                    [ARTICLES, str(document_id(key)), {"id": key, "location": f"{key}.md", "tags": [], "tags/w": True}]
                    for key in KEYS[:6]
                ]
            }
        )
        with_records.close()
        self.store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
        self.other = LibraryFiles(path, "aaaa", disk=Unflushed())
        self.changes = 0

    def records(self) -> dict[str, Any]:
        return {key: dict(self.store.get(ARTICLES, key) or {}) for key in KEYS}

    def act(self, action: tuple[str, Any]) -> object:
        kind, what = action
        if kind == "change":
            field, keys, value = what
            held = self.records()
            edits = [
                Edit(ARTICLES, key, field, held[key].get(field), value) for key in keys if held[key].get(field) != value
            ]
            if edits:
                self.store.apply(edits, field, undoable=field != "read")
        elif kind == "undo":
            done = self.store.undo() if what else self.store.redo()
            return None if done is None else (done.label, sorted(done.edits), done.spared)
        elif kind == "save":
            self.changes += 1
            self.store.apply([Edit(ARTICLES, "other", "n", None, self.changes)], "n", undoable=False).result(9)
            self.store.poll()
        else:
            key, field, value = what
            self.act(("save", None))  # of two windows that write at once, either may be the last
            self.other.commit(
                lambda state: entry_of(
                    state, [Edit(ARTICLES, key, field, None, value)], lambda _, each: document_id(each)
                )
            )
            # An own change makes the store read what the other window wrote.
            return self.act(("save", None))
        return None

    def close(self) -> None:
        self.other.close()
        self.store.close()


some_keys = st.lists(st.sampled_from(KEYS), min_size=1, unique=True)
changes = st.sampled_from(("starred", "up_next", "tags")).flatmap(
    lambda field: st.tuples(st.just(field), some_keys, VALUES[field])
)
actions = st.one_of(
    st.tuples(st.just("change"), changes),
    st.tuples(st.just("undo"), st.booleans()),
    st.tuples(st.just("undo"), st.just(True)),
    st.tuples(st.just("save"), st.none()),
    st.tuples(st.just("foreign"), changes.map(lambda change: (change[1][0], change[0], change[2]))),
)


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(actions, min_size=4, max_size=14))
def test_any_sequence_of_changes_and_undo_shows_the_same_with_and_without_columns(todo: list[tuple[str, Any]]) -> None:
    seen = []
    for many in (10**9, 1):
        with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            patch.setattr(edits_module, "MANY", many)
            patch.setattr(store_module, "MANY", many)
            windows = Windows(Path(folder))
            seen.append([(windows.act(action), windows.records()) for action in todo])
            windows.close()
            again = LibraryStore(LibraryFiles(Path(folder) / "library.json", "aaaa", disk=Unflushed()))
            seen[-1].append((None, {key: dict(again.get(ARTICLES, key) or {}) for key in KEYS}))
            steps = [again.undo() for _ in range(3)]
            seen[-1] += [(step and (step.label, sorted(step.edits)), {}) for step in steps]
            again.close()
    for one, other in zip(*seen, strict=True):
        assert one == other


@pytest.fixture
def stars(tmp_path: Path) -> LibraryStore:
    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, f"a{n}", "location", None, f"{n}.md") for n in range(200)], "recorded", undoable=False)
    return store


def star(store: LibraryStore, *, starred: bool = True) -> None:
    keys = [f"a{n}" for n in range(200)]
    before, after = (None, True) if starred else (True, None)
    store.apply(Column(ARTICLES, "starred", keys, [before] * len(keys), [after] * len(keys)), "starred")


def test_undo_and_redo_of_a_column_read_no_record(stars: LibraryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    star(stars)
    star(stars, starred=False)
    monkeypatch.setattr(stars, "_records", lambda _: pytest.fail("records were read"))
    for expected in (True, None):
        done = stars.undo()
        assert done is not None
        assert isinstance(done.edits, Column)
        assert (stars.get(ARTICLES, "a7") or {}).get("starred") is expected
    for _ in range(2):
        assert stars.redo() is not None
    assert (stars.get(ARTICLES, "a7") or {}).get("starred") is None
    assert stars.undo() is not None
    assert (stars.get(ARTICLES, "a7") or {}).get("starred") is True
    stars.close()


def test_undo_of_a_column_keeps_values_that_were_changed_since(stars: LibraryStore) -> None:
    star(stars)
    stars.apply([Edit(ARTICLES, "a7", "starred", True, "mine")], "opened", undoable=False)
    done = stars.undo()
    assert done is not None
    assert len(done.edits) == 199
    assert (stars.get(ARTICLES, "a7") or {}).get("starred") == "mine"
    assert "starred" not in (stars.get(ARTICLES, "a8") or {})
    stars.apply([Edit(ARTICLES, "a8", "starred", None, "mine")], "opened", undoable=False)
    assert stars.redo() is not None
    assert [(stars.get(ARTICLES, key) or {}).get("starred") for key in ("a7", "a8", "a9")] == ["mine", "mine", True]
    stars.close()


def test_a_cut_line_of_a_column_is_no_change_at_all(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    library = LibraryFiles(path, "aaaa", disk=Unflushed())
    column = Column(ARTICLES, "starred", KEYS, [None] * 8, [True] * 8)
    library.commit_all([lambda state: bulk_entry(state, column, None, {})])
    journal = Path(library.journal.path)
    whole = journal.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for end in (*range(start, len(whole), 7), len(whole)):
        journal.write_bytes(whole[:end])
        other = LibraryFiles(path, "aaaa", disk=Unflushed())
        found = [key for key in KEYS if other.document(ARTICLES, document_id(key))]
        assert found == (KEYS if end == len(whole) else [])
        other.journal.close()
    library.journal.close()


def test_a_later_value_of_a_wrong_clock_is_replaced_by_a_column(tmp_path: Path) -> None:
    library = LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed())
    number = str(document_id("a1"))
    future = {"id": "a1", "location": "1.md", "starred": 1, "_t": {"": "05a204fec858-000-zzzz"}}
    library.commit(lambda _: {"m": [[ARTICLES, number, future]]})
    column = Column(ARTICLES, "starred", KEYS, [None] * 8, [True] * 8)
    library.commit_all([lambda state: bulk_entry(state, column, None, {})])
    assert [library.document(ARTICLES, document_id(key))["starred"] for key in KEYS] == [True] * 8  # type: ignore[index]
    library.close()


def test_edits_are_a_column_if_they_are_of_one_plain_field() -> None:
    edits = [Edit(ARTICLES, key, "starred", None, True) for key in KEYS]
    column = as_column(edits)
    assert column is not None
    assert list(column) == edits
    assert list(column[2:4]) == edits[2:4]
    assert column[1] == edits[1]
    assert list(column.swapped()) == [edit._replace(before=True, after=None) for edit in edits]
    for other in (
        [*edits, edits[0]],
        [*edits, Edit(ARTICLES, "b", "read", None, True)],
        [Edit(ANNOTATIONS, key, "colour", None, 1) for key in KEYS],
        [Edit(ARTICLES, key, "note", None, "n") for key in KEYS],
        [Edit(ARTICLES, key, "x/y", None, "n") for key in KEYS],
        [],
    ):
        assert as_column(other) is None
    for key, after in (("\ud800", True), ("a", float("nan")), ("a", "\ud800"), ("a", ["\ud800"])):
        with pytest.raises(ValueError, match=r"surrogate|number"):
            checked_column(Column(ARTICLES, "tags", [key], [None], [after]))
    assert checked_column(Column(ARTICLES, "tags", ["a"], [None], [["b", "a", "b"]])).after == [["a", "b"]]
    assert document_ids(("a", "ü", "\ud800")) == (document_id("a"), document_id("ü"), document_id("\ud800"))


def test_articles_that_change_alike_share_their_registers(tmp_path: Path) -> None:
    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, key, "location", None, f"{key}.md") for key in KEYS], "recorded")
    store.close()
    library = LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed())
    for field in ("starred", "read"):
        column = Column(ARTICLES, field, KEYS, [None] * 8, [True] * 8)
        [entry] = library.commit_all([lambda state, each=column: bulk_entry(state, each, None, {})])  # type: ignore[misc]
        assert isinstance(entry, BulkEntry)
    found = [library.state.changed_registers(ARTICLES, document_id(key)) for key in KEYS]
    assert found[0] is not None
    assert found[0].keys() == {"starred", "read"}
    assert len(set(map(id, found))) == 1
    library.close()


@settings(max_examples=examples(100))
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(("a.md", "b.md", "c.md"))), max_size=8), st.data())
def test_unsaved_values_are_those_of_the_latest_transactions(
    kinds: list[tuple[bool, str]], data: st.DataObject
) -> None:
    fields, keys = PendingFields(), ("a.md", "b.md", "c.md")
    waiting: list[Pending] = []
    for number, (is_column, key) in enumerate(kinds):
        column = Column(ARTICLES, "up_next", keys, (None,) * 3, (number,) * 3)
        one = [Edit(ARTICLES, key, "up_next", None, number)]
        waiting.append(Pending(column if is_column else one, None, None, Future()))
        fields.add(waiting[-1])
        if data.draw(st.booleans()):
            fields.remove(waiting.pop(0))
        latest = {edit.key: edit.after for pending in waiting for edit in pending.edits}
        if data.draw(st.booleans()):
            assert {each: dict(fields.of(ARTICLES, each)).get("up_next") for each in fields.keys(ARTICLES)} == latest
    for pending in waiting:
        fields.remove(pending)
    assert not fields.keys(ARTICLES)
