"""A note moved on one machine and edited on another becomes one note again, with all its words."""

from __future__ import annotations

import itertools
import shutil
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import where

from tests.storage.crashes import Unflushed
from tui_reader.storage import LibraryDB
from tui_reader.storage.base import ANNOTATIONS, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.replication.merge import merge_file
from tui_reader.storage.replication.registers import ABSENT, Registers, join
from tui_reader.storage.replication.relocations import reunite
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.json_values import decode
from tui_reader.storage.snapshot.snapshot import SnapshotFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui_reader.storage.base import Record
    from tui_reader.storage.snapshot.state import State


class Machine:
    """A machine with its own copy of the library; all machines share one clock."""

    time = 1_700_000_000_000

    def __init__(self, folder: Path, name: str) -> None:
        self.path, self.name = folder / "library.json", name
        folder.mkdir(parents=True, exist_ok=True)

    def _wall(self) -> int:
        Machine.time += 1
        return Machine.time

    def library(self) -> LibraryFiles:
        return LibraryFiles(self.path, self.name, disk=Unflushed(), clock=HybridClock(self.name, self._wall))

    def change(self, field: str, after: object, key: str = "n") -> None:
        with closing(LibraryStore(self.library())) as store:
            before = (store.get(ANNOTATIONS, key) or {}).get(field)
            store.apply([Edit(ANNOTATIONS, key, field, before, after)], "changed")

    def merge_from(self, other: Machine) -> None:
        library = self.library()
        merge_file(library, str(other.path))
        compact(library)
        library.close()

    def move_while_edited(self, other: Machine, key: str, how: str) -> None:
        """Move a note while the other machine edits it; `how` says which of its files arrives, and when."""
        library = other.library()
        theirs, mine = LibraryStore(library), LibraryStore(self.library())
        copied_journal = self.path.with_name(library.journal.path.rpartition("/")[2])
        note = (theirs.get(ANNOTATIONS, key) or {}).get("note")
        article = (mine.get(ANNOTATIONS, key) or {}).get("article")
        theirs.apply([Edit(ANNOTATIONS, key, "note", note, f"{note} and more")], "noted").result(60)
        if how == "journal before the move":
            shutil.copy(library.journal.path, copied_journal)
        mine.apply([Edit(ANNOTATIONS, key, "article", article, "d")], "moved").result(60)
        if how == "journal after the move":
            shutil.copy(library.journal.path, copied_journal)
        theirs.close()
        if how == "snapshot replaced":
            shutil.copy(other.path, self.path.with_name("synced"))
            self.path.with_name("synced").replace(self.path)
        mine.close()
        copied_journal.unlink(missing_ok=True)

    def settle(self) -> None:
        """Do the maintenance of an idle reader."""
        library = self.library()
        reunite(library, DocumentIdIndex())
        compact(library)
        library.close()

    def latest(self, key: str, field: str) -> object:
        """Return the latest value of a note's field, under whichever article it was written."""
        library = self.library()
        found: Registers = {}
        for article in "abcd":
            join(found, library.state.registers(ANNOTATIONS, document_id(key, article)) or {})
        library.close()
        _, value = found.get(field, ("", None))
        return None if value is ABSENT else value

    def notes(self) -> list[tuple[str, Record]]:
        """Return every annotation as a reader sees it; listing and getting by key agree at each moment."""
        library = self.library()
        with closing(LibraryStore(library)) as store:
            while True:
                state, moment = library.state, library.state.moment
                found = sorted(store.items(ANNOTATIONS))
                single = [store.get(ANNOTATIONS, key) for key, _ in found]
                of_article = [list(store.items(ANNOTATIONS, of=str(record.get("article")))) for _, record in found]
                if state is library.state and moment is state.moment:
                    break  # else the writer united an annotation in between
            assert single == [record for _, record in found]
            assert all(each in listed for each, listed in zip(found, of_article, strict=True))
            return found


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[Machine, Machine]]:
    one, two = Machine(tmp_path / "one", "aaaa"), Machine(tmp_path / "two", "bbbb")
    one.change("article", "a")
    one.change("note", "words")
    one.change("tags", ["x"])
    shutil.copy(one.path, two.path)
    yield one, two
    for machine in (one, two):
        with LibraryDB(machine.path) as db:
            assert len(db.table(ANNOTATIONS)) == len(machine.notes())


MOVED = [("n", {"article": "b", "note": "words and more", "tags": ["x"]})]


@pytest.mark.parametrize("first", ["moved", "edited"])
def test_a_note_edited_under_its_old_article_keeps_the_new_words_when_moved(
    machines: tuple[Machine, Machine], first: str
) -> None:
    one, two = machines
    if first == "moved":
        one.change("article", "b")
    two.change("note", "words and more")
    if first == "edited":
        one.change("article", "b")
    one.merge_from(two)
    assert one.notes() == MOVED
    before = one.path.read_bytes()
    one.merge_from(two)
    assert one.path.read_bytes() == before, "merging a second time changes nothing"
    two.merge_from(one)
    assert two.notes() == MOVED


@pytest.mark.parametrize("first", ["moved", "edited"])
def test_an_edit_in_another_machines_journal_moves_with_the_note(machines: tuple[Machine, Machine], first: str) -> None:
    one, two = machines
    if first == "moved":
        one.change("article", "b")
    library = two.library()
    store = LibraryStore(library)
    store.apply([Edit(ANNOTATIONS, "n", "note", "words", "words and more")], "noted").result(60)
    if first == "edited":
        one.change("article", "b")
    shutil.copy(library.journal.path, one.path.parent)
    store.close()
    assert [key for key, _ in one.notes()] == ["n"]
    assert one.notes() == MOVED


@pytest.mark.parametrize("first", ["moved", "edited"])
def test_opening_a_library_does_not_wait_until_relocations_are_united(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    one, two = machines
    if first == "moved":
        one.change("article", "b")
    library = two.library()
    with closing(LibraryStore(library)) as other:
        other.apply([Edit(ANNOTATIONS, "n", "note", "words", "words and more")], "noted").result(60)
        if first == "edited":
            one.change("article", "b")
        shutil.copy(library.journal.path, one.path.parent)
    is_open = threading.Event()
    waited: list[bool] = []

    def reunite_later(*about: Any) -> Any:
        waited.append(is_open.wait(5))
        return reunite(*about)

    monkeypatch.setattr("tui_reader.storage.replication.relocations.reunite", reunite_later)
    monkeypatch.setattr("tui_reader.storage.engine.writer.MERGE_WAIT_SECONDS", 20.0)
    with closing(LibraryStore(one.library())) as store:
        shown = list(store.items(ANNOTATIONS))
        assert shown == [("n", store.get(ANNOTATIONS, "n"))], "it is listed once all the same"
        is_open.set()
        while not (news := store.poll()):
            store._writer._thread.join(0.01)
        assert {edit.key for edit in news} == {"n"}
        assert list(store.items(ANNOTATIONS)) == MOVED
    assert all(waited)


def test_an_edit_in_a_snapshot_that_replaces_ours_moves_with_the_note(
    machines: tuple[Machine, Machine],
) -> None:
    one, two = machines
    with closing(LibraryStore(one.library())) as store:
        two.change("note", "words and more")
        store.apply([Edit(ANNOTATIONS, "n", "article", "a", "b")], "moved").result(60)
        shutil.copy(two.path, one.path.with_name("synced"))
        one.path.with_name("synced").replace(one.path)
    shutil.copy(one.path, two.path)
    assert one.notes() == two.notes() == MOVED


def test_an_edit_in_a_journal_that_is_removed_again_is_kept(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    library = two.library()
    with closing(LibraryStore(library)) as other, closing(LibraryStore(one.library())) as store:
        other.apply([Edit(ANNOTATIONS, "n", "note", "words", "words and more")], "noted").result(60)
        store.apply([Edit(ANNOTATIONS, "n", "article", "a", "b")], "moved").result(60)
        shutil.copy(library.journal.path, one.path.parent)
    one.path.with_name(library.journal.path.rpartition("/")[2]).unlink()
    assert one.notes() == MOVED


def test_a_change_is_saved_before_the_scan_of_all_relocations_ends(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = machines
    monkeypatch.setattr("tui_reader.storage.engine.maintenance.IDLE_SECONDS", 0.0)
    one.change("article", "b")
    one.change("article", "b", "m")
    one.change("article", "a", "m")
    examined: list[list[int]] = []
    with closing(LibraryStore(one.library())) as store:

        def examine(_: State, group: list[int]) -> tuple[list[list[Any]], list[list[Any]]]:
            examined.append(group)
            if len(examined) == 1:
                store.apply([Edit(ANNOTATIONS, "n", "note", "words", "other words")], "noted")
            return [], []

        monkeypatch.setattr("tui_reader.storage.replication.relocations._operations", examine)
        while len(examined) < 2:
            store._writer._thread.join(0.01)
    assert examined[0] == examined[1], "the scan starts again after the change"


def test_getting_a_note_that_was_never_moved_reads_only_that_note(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[int] = []
    decoded: list[bytes] = []
    line = SnapshotFile.line

    def counted_line(snapshot: SnapshotFile, table: str, number: int) -> bytes | None:
        lines.append(number)
        return line(snapshot, table, number)

    def counted_decode(text: bytes) -> Any:
        decoded.append(text)
        return decode(text)

    with closing(LibraryStore(machines[0].library())) as store:
        assert store.get(ANNOTATIONS, "n")
        monkeypatch.setattr(SnapshotFile, "line", counted_line)
        monkeypatch.setattr("tui_reader.storage.snapshot.state.decode_object", counted_decode)
        assert (store.get(ANNOTATIONS, "n") or {})["note"] == "words"
        assert (len(lines), len(decoded)) == (1, 1)
        store.apply([Edit(ANNOTATIONS, "n", "note", "words", "other words")], "noted").result(60)
        decoded.clear()
        assert (store.get(ANNOTATIONS, "n") or {})["note"] == "other words"
        assert len(decoded) == 1


def test_a_note_moved_on_two_machines_is_under_the_article_of_the_later_move(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.change("article", "b")
    two.change("article", "c")
    one.change("colour", 3)
    one.merge_from(two)
    two.merge_from(one)
    assert one.notes() == two.notes() == [("n", {"article": "c", "note": "words", "tags": ["x"], "colour": 3})]


@pytest.mark.parametrize("first", ["moved", "edited"])
def test_a_note_that_is_twice_in_a_snapshot_is_united_while_the_library_is_open(
    machines: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    one, two = machines
    if first == "edited":
        two.change("note", "words and more")
    monkeypatch.setattr("tui_reader.storage.replication.merge.reunite", lambda *_: None)
    monkeypatch.setattr("tui_reader.storage.engine.maintenance.IDLE_SECONDS", 0.0)
    one.change("article", "b")
    if first == "moved":
        two.change("note", "words and more")
    one.merge_from(two)
    with closing(LibraryStore(one.library())) as store:
        while not (news := store.poll()):
            store._writer._thread.join(0.01)
        assert {edit.key for edit in news} == {"n"}
        assert list(store.items(ANNOTATIONS)) == MOVED


def test_a_moved_note_that_is_deleted_on_both_machines_stays_deleted(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.change("article", "b")
    for machine in machines:
        with closing(LibraryStore(machine.library())) as store:
            record = store.get(ANNOTATIONS, "n") or {}
            store.apply([Edit(ANNOTATIONS, "n", name, value, None) for name, value in record.items()], "deleted")
    one.merge_from(two)
    two.merge_from(one)
    assert one.notes() == two.notes() == []


def test_a_note_removed_by_a_script_stays_removed_when_its_id_is_used_again(machines: tuple[Machine, Machine]) -> None:
    one, _ = machines
    with LibraryDB(one.path) as db:
        db.table(ANNOTATIONS).remove(where("id") == "n")
        db.table(ANNOTATIONS).insert({"id": "n", "article": "b", "note": "new"})
    one.settle()
    assert one.notes() == [("n", {"article": "b", "note": "new"})]


CHANGES = st.tuples(
    st.integers(0, 2),
    st.sampled_from("nm"),
    st.one_of(
        st.tuples(st.just("article"), st.sampled_from("abc")),
        st.tuples(st.just("note"), st.sampled_from(["one", "two", None])),
        st.tuples(st.just("tags"), st.sampled_from([["x"], ["y"], None])),
        st.tuples(
            st.sampled_from(["merge", "journal before the move", "journal after the move", "snapshot replaced"]),
            st.integers(0, 2),
        ),
    ),
)


def assert_latest(machine: Machine) -> None:
    for key, record in machine.notes():
        assert {field: record.get(field) for field in ("article", "note")} == {
            field: machine.latest(key, field) for field in ("article", "note")
        }, "the machine holds later values than it shows"


@given(st.lists(CHANGES, max_size=14))
def test_machines_that_received_all_changes_agree(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, str, tuple[str, object]]]
) -> None:
    folder = tmp_path_factory.mktemp("machines")
    machines = [Machine(folder / name, name) for name in ("aaaa", "bbbb", "cccc")]
    for key in "nm":
        machines[0].change("article", "a", key)
    for machine in machines[1:]:
        shutil.copy(machines[0].path, machine.path)
    for number, key, (field, value) in changes:
        if not isinstance(value, int):
            machines[number].change(field, value, key)
        elif field == "merge":
            machines[number].merge_from(machines[value])
        elif value != number:
            machines[number].move_while_edited(machines[value], key, field)
    for machine in machines:
        machine.settle()
        assert_latest(machine)
    for _ in range(3):
        for machine, other in itertools.permutations(machines, 2):
            machine.merge_from(other)
    for machine in machines:
        machine.settle()
        assert_latest(machine)
    notes = [machine.notes() for machine in machines]
    assert notes[0] == notes[1] == notes[2]
    assert [key for key, _ in notes[0]] == ["m", "n"]
    before = machines[0].path.read_bytes()
    machines[0].settle()
    assert machines[0].path.read_bytes() == before, "a second time nothing is to be done"
