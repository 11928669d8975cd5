"""A note edited on two machines keeps the words of both, however they are synced; all show one text."""

from __future__ import annotations

import itertools
import json
import shutil
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import TinyDB, where

from tui_reader.document.text_merge import BETWEEN, combined
from tui_reader.storage.base import ANNOTATIONS, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.replication.merge import merge_conflict_copies, merge_file
from tui_reader.storage.replication.note_versions import CONTEXT
from tui_reader.storage.replication.registers import compress, expand, join, visible
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.journal import encode_line
from tui_reader.storage.snapshot.json_values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOUR = 3_600_000
NUMBER = document_id("n", "a")


class Machine:
    """A machine whose clock is `ahead` by some milliseconds."""

    time = 1_790_000_000_000

    def __init__(self, folder: Path, name: str, ahead: int = 0) -> None:
        self.path, self.name, self.ahead = folder / "library.json", name, ahead
        folder.mkdir()

    def open(self) -> LibraryFiles:
        return LibraryFiles(self.path, self.name, clock=HybridClock(self.name, self._wall))

    def _wall(self) -> int:
        Machine.time += 1
        return Machine.time + self.ahead

    def write(self, note: str | None, *, compacted: bool = True) -> None:
        library = self.open()
        if compacted:
            with closing(LibraryStore(library)) as store:
                store.apply([Edit(ANNOTATIONS, "n", "note", self.note(), note)], "wrote").result(60)
            return
        library.commit(lambda _: {"o": [[ANNOTATIONS, str(NUMBER), {"note": note}]]})
        library.journal.close()

    def note(self) -> Any:
        library = self.open()
        found = (library.document(ANNOTATIONS, NUMBER) or {}).get("note")
        library.journal.close()
        return found


def by_merge(one: Machine, two: Machine) -> None:
    library = one.open()
    merge_file(library, str(two.path))
    compact(library)
    library.close()


def by_conflict_copy(one: Machine, two: Machine) -> None:
    shutil.copy(two.path, one.path.with_name("library.sync-conflict-20260102-030405-ABCDEFG.json"))
    library = one.open()
    merge_conflict_copies(library)
    library.close()


def by_journal(one: Machine, two: Machine) -> None:
    for file in two.path.parent.glob("library.json.journal-*"):
        shutil.copy(file, one.path.parent)
    if not list(two.path.parent.glob("library.json.journal-*")):
        by_merge(one, two)


def by_replaced_snapshot(one: Machine, two: Machine) -> None:
    """Replace our file by the other machine's, as git or a sync program does; our edits are in our journal."""
    shutil.copy(two.path, one.path.with_name("moving"))
    one.path.with_name("moving").replace(one.path)


WAYS = [by_merge, by_conflict_copy, by_journal]


@pytest.fixture(params=[(0, 0), (2 * HOUR, 0), (0, 2 * HOUR)], ids=["same clocks", "first ahead", "second ahead"])
def machines(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Machine, Machine]:
    one = Machine(tmp_path / "one", "aaaa", request.param[0])
    two = Machine(tmp_path / "two", "bbbb", request.param[1])
    with closing(LibraryStore(one.open())) as store:
        made = [Edit(ANNOTATIONS, "n", "article", None, "a"), Edit(ANNOTATIONS, "n", "note", None, "it was a day")]
        store.apply(made, "made").result(60)
    shutil.copy(one.path, two.path)
    return one, two


@pytest.mark.parametrize("way", WAYS)
def test_edits_in_different_places_are_merged_into_one_text_on_all_machines(
    machines: tuple[Machine, Machine], way: Callable[[Machine, Machine], None]
) -> None:
    one, two = machines
    one.write("it was a day at sea", compacted=way is not by_journal)
    two.write("once it was a day", compacted=way is not by_journal)
    way(one, two)
    way(two, one)
    assert one.note() == two.note() == "once it was a day at sea"


@pytest.mark.parametrize("way", WAYS)
def test_edits_in_the_same_place_are_both_kept_once(
    machines: tuple[Machine, Machine], way: Callable[[Machine, Machine], None]
) -> None:
    one, two = machines
    one.write("it was a night")
    two.write("it was a morning")
    for _ in range(3):
        way(one, two)
        way(two, one)
    assert one.note() == two.note()
    assert one.note().count("it was a night") == one.note().count("it was a morning") == 1
    assert one.note().count(BETWEEN) == 1


def test_a_snapshot_that_replaces_ours_is_joined_with_our_journal(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write("it was a day at sea", compacted=False)
    two.write("once it was a day")
    by_replaced_snapshot(one, two)
    assert one.note() == "once it was a day at sea"
    by_merge(one, one)
    by_merge(two, one)
    assert one.note() == two.note() == "once it was a day at sea"


@pytest.mark.parametrize("many", [2, 5])
def test_several_edits_on_each_machine_are_merged_against_the_last_common_text(
    machines: tuple[Machine, Machine], many: int
) -> None:
    one, two = machines
    for count in range(1, many + 1):
        one.write(f"it was a day{' at sea' * count}")
        two.write(f"{'once ' * count}it was a day")
    by_merge(one, two)
    by_merge(two, one)
    assert one.note() == two.note() == f"{'once ' * many}it was a day{' at sea' * many}"


def test_the_next_edit_replaces_both_versions_on_all_machines(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write("it was a night")
    two.write("it was a morning")
    by_merge(one, two)
    one.write("it was noon")
    assert one.note() == "it was noon"
    by_merge(two, one)
    assert two.note() == "it was noon"
    by_merge(one, two)
    assert one.note() == "it was noon"


def test_an_edit_that_had_seen_the_other_one_replaces_it_even_with_a_slow_clock(
    machines: tuple[Machine, Machine],
) -> None:
    one, two = machines
    one.write("first")
    by_merge(two, one)
    two.write("second")
    by_merge(one, two)
    assert one.note() == two.note() == "second"


def test_a_note_removed_on_one_machine_while_another_edits_it_stays(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write(None)
    two.write("it was a day at sea")
    by_merge(one, two)
    by_merge(two, one)
    assert one.note() == two.note() == "it was a day at sea"


def test_two_notes_on_a_highlight_that_had_none_are_both_kept(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write(None)
    by_merge(two, one)
    one.write("alpha")
    two.write("beta")
    by_merge(one, two)
    by_merge(two, one)
    assert one.note() == two.note()
    assert {"alpha", "beta"} <= set(one.note().split())


def test_a_plain_tinydb_shows_both_texts_and_its_edit_replaces_both(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write("it was a night")
    two.write("it was a morning")
    by_merge(one, two)
    with TinyDB(one.path) as plain:
        record = plain.table("annotations").get(where("id") == "n")
        assert isinstance(record, dict)
        assert "night" in record["note"]
        assert "morning" in record["note"]
        plain.table("annotations").update({"note": "by hand"}, where("id") == "n")
    assert one.note() == "by hand"
    by_merge(one, one)
    by_merge(two, one)
    assert two.note() == "by hand"


def test_a_text_that_does_not_say_what_it_replaced_is_kept_too(machines: tuple[Machine, Machine]) -> None:
    """Journals of an earlier program version do not say what a text was made from."""
    one, two = machines
    one.write("it was a night")
    entry = {"s": "01a0d0000000-000-bbbb", "o": [[ANNOTATIONS, str(NUMBER), {"note": "it was a morning"}]]}
    one.path.with_name("library.json.journal-bbbb").write_bytes(b'{"journal":1}\n' + encode_line(entry))
    assert "night" in one.note()
    assert "morning" in one.note()
    by_merge(one, one)
    by_merge(two, one)
    assert two.note() == one.note()


def test_merging_versions_writes_nothing(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write("it was a night")
    two.write("it was a morning")
    by_merge(one, two)
    by_merge(two, one)
    before = [machine.path.read_bytes().split(b"\n", 2)[2] for machine in machines]
    assert before[0] == before[1]
    by_merge(one, two)
    by_merge(two, one)
    assert [machine.path.read_bytes().split(b"\n", 2)[2] for machine in machines] == before


def test_the_versions_are_hidden_from_callers(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    one.write("it was a night")
    two.write("it was a morning")
    by_merge(one, two)
    assert CONTEXT in one.path.read_text()
    with closing(LibraryStore(one.open())) as store:
        assert set(store.get(ANNOTATIONS, "n") or {}) == {"article", "note"}
        assert set(dict(store.items(ANNOTATIONS))["n"]) == {"article", "note"}


@pytest.mark.parametrize("how", ["deleted", "taken away"])
def test_a_note_survives_a_deletion_that_had_not_seen_its_last_edit(
    machines: tuple[Machine, Machine], how: str
) -> None:
    one, two = machines
    delete(one, how)
    assert not is_there(one)
    two.write("it was a day at sea")
    by_merge(one, two)
    by_merge(two, one)
    assert is_there(one)
    assert is_there(two)
    assert one.note() == two.note() == "it was a day at sea"
    delete(two, how)
    by_merge(one, two)
    assert not is_there(one)
    assert not is_there(two)


@pytest.mark.parametrize("how", ["deleted", "taken away"])
def test_a_deletion_that_had_seen_all_edits_deletes_the_note(machines: tuple[Machine, Machine], how: str) -> None:
    one, two = machines
    two.write("it was a day at sea")
    by_merge(one, two)
    delete(one, how)
    by_merge(two, one)
    by_merge(one, two)
    assert not is_there(one)
    assert not is_there(two)


def test_a_change_that_writes_and_deletes_a_note_leaves_it_deleted_on_every_machine(
    machines: tuple[Machine, Machine],
) -> None:
    # Undoing an undo makes such a change: it restores a deleted note as it was, deleted, with its words.
    one, two = machines
    two.write("it was a day at sea")
    delete(one, "deleted", note="it was a night")
    assert not is_there(one)
    by_merge(one, two)
    by_merge(two, one)
    assert is_there(one)
    assert is_there(two)
    delete(one, "deleted", note="nothing")
    by_merge(two, one)
    assert not is_there(one)
    assert not is_there(two)


def delete(machine: Machine, how: str, **more: str) -> None:
    library = machine.open()
    values = {"deleted": "2026-01-02T03:04:05Z"} if how == "deleted" else {"-": True}
    library.commit(lambda _: {"o": [[ANNOTATIONS, str(NUMBER), values | more]]})
    compact(library)
    library.close()


def is_there(machine: Machine) -> bool:
    library = machine.open()
    document = library.document(ANNOTATIONS, NUMBER)
    library.close()
    return document is not None and "deleted" not in document


def test_two_texts_written_by_an_earlier_program_version_are_both_kept(machines: tuple[Machine, Machine]) -> None:
    one, two = machines
    for machine, words in zip(machines, ("it was a night", "it was a morning"), strict=True):
        machine.write(words)
        data = json.loads(machine.path.read_text())
        for document in data["annotations"].values():
            del document[CONTEXT]
        machine.path.write_text(json.dumps(data))
    by_merge(one, two)
    by_merge(two, one)
    assert one.note() == two.note()
    assert "night" in one.note()
    assert "morning" in one.note()


# -- merging is a join ----------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.one_of(st.sampled_from(["x y z", "x y", "new x y z", "z", None]), st.integers(0, 2))
    ),
    max_size=10,
)


@given(STEPS)
def test_replicas_that_received_all_versions_agree_in_any_order(steps: list[tuple[int, str | int | None]]) -> None:
    from tui_reader.storage.replication.note_versions import context_of_edit
    from tui_reader.storage.replication.registers import ABSENT, Registers, note_versions_of

    clocks = [
        HybridClock("a", lambda: 1_000_000),
        HybridClock("b", lambda: 1_000_005),
        HybridClock("c", lambda: 1_000_900),
    ]
    start: Registers = {"+": ("0000000f0000-000-a", True), "note": ("0000000f0000-000-a", "x y z")}
    replicas = [dict(start) for _ in clocks]
    for number, what in steps:
        mine, clock = replicas[number], clocks[number]
        if isinstance(what, int):
            join(mine, replicas[what])
            continue
        timestamp = clock.now()
        context = context_of_edit(note_versions_of(mine), timestamp)
        join(mine, {"note": (timestamp, ABSENT if what is None else what), CONTEXT: (timestamp, context)})
        assert (visible(mine, sets=True) or {}).get("note") == what, "the written text is visible"
    ends = []
    for order in itertools.permutations(replicas):
        whole: Registers = {}
        for replica in order:
            join(whole, expand(decode(encode(compress(replica, sets=True))), sets=True))
        again = dict(whole)
        for replica in order:
            join(again, replica)
        assert again == whole
        ends.append(compress(whole, sets=True))
    assert all(end == ends[0] for end in ends)


@pytest.mark.parametrize(
    "context",
    [
        7,
        [],
        {},
        {"seen": 5},
        {"seen": {"a": "x"}},
        {"seen": {"a": [1, "x"]}},
        {"others": 7},
        {"others": [1, [2], ["", "", "", ""]]},
        {"from": [[1]]},
    ],
    ids=repr,
)
def test_invalid_content_of_the_context_field_is_ignored(context: Any) -> None:
    one = expand({"note": "a", CONTEXT: context, "_t": {"": "000000000002-000-aaaa"}}, sets=True)
    two = expand({"note": "b", "_t": {"": "000000000001-000-bbbb"}}, sets=True)
    join(one, two)
    join(two, one)
    assert compress(one, sets=True) == compress(two, sets=True)
    assert "a" in str((visible(one, sets=True) or {})["note"])


TEXTS = st.lists(st.sampled_from(["one", "two", "three", "\n\n"]), max_size=4).map(" ".join)


@given(TEXTS, TEXTS, TEXTS)
def test_merging_a_merged_text_with_one_of_its_sources_changes_nothing(one: str, two: str, ancestor: str) -> None:
    for both in (combined(None, one, two), combined(None, two, one)):
        for part in (one, two, both):
            assert combined(None, both, part) == both
            assert combined(ancestor, both, part) == both or BETWEEN not in both
        assert set(one.split()) | set(two.split()) <= set(both.split())
