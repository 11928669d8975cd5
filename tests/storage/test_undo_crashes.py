"""A kill of the process or a race between windows does not change which steps can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.storage import undo_races
from tests.storage.crashes import EVERY, Unflushed
from tests.storage.undo_races import SESSIONS
from tui_reader.storage.engine import history_file
from tui_reader.storage.engine.history import replay
from tui_reader.storage.engine.history_file import in_order, read_entries, save_entries
from tui_reader.storage.snapshot import journal
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

STAMP = "01a204fec85a-{:03x}-2te3"


@pytest.mark.parametrize("lines", [6_000, 1], ids=["appended", "rewritten"])
@pytest.mark.parametrize("name", SESSIONS)
def test_a_kill_before_any_call_of_a_compaction_keeps_the_undo_history(
    tmp_path: Path, name: str, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_file, "_REWRITE_AT", lines)
    first = 1 + (list(SESSIONS).index(name) + lines) % EVERY
    count, wrong = undo_races.kills_in_a_compaction(tmp_path, SESSIONS[name], EVERY, first)
    assert count > 20
    assert not wrong, wrong[:3]


@pytest.mark.parametrize("lines", [6_000, 1], ids=["appended", "rewritten"])
@pytest.mark.parametrize("windows", [2, 3])
@pytest.mark.parametrize("name", ["steps", "undone and done again", "the undo of words undone"])
def test_windows_that_end_at_the_same_time_keep_the_undo_history(
    tmp_path: Path, name: str, windows: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_file, "_REWRITE_AT", lines)
    monkeypatch.setattr(history_file, "_LOCK_SECONDS", -1.0)
    monkeypatch.setattr(journal, "_LOCK_SECONDS", -1.0)
    first = 1 + (list(SESSIONS).index(name) + lines + windows) % EVERY
    count, wrong = undo_races.windows_ending_together(tmp_path, SESSIONS[name], windows, EVERY, first)
    assert count > 20
    assert not wrong, wrong[:3]


def step(number: int, *, note: bool = False) -> dict[str, Any]:
    """Return the journal entry of a step that marks an article as read, or writes a note."""
    table, field = ("annotations", "note") if note else ("articles", "read")
    return {
        "s": STAMP.format(number),
        "u": [f"{number:08x}", f"step {number}", [[table, "a", {field: [None, number]}]]],
    }


def turn(number: int, of: int, *, undone: bool) -> dict[str, Any]:
    """Return the journal entry that undoes the step `of`, or redoes it."""
    return {"s": STAMP.format(number), "z": [f"{of:08x}", undone]}


def labels(entries: list[dict[str, Any]], last: int = 0) -> tuple[list[str], list[str]]:
    """Return the labels of the last steps that can be undone, and of those that can be redone; 0 for all."""
    done, undone = replay(in_order(entries))
    return [s.transaction.label for s in done][-last:], [s.transaction.label for s in undone][-last:]


def test_saving_known_entries_in_any_order_changes_nothing(tmp_path: Path) -> None:
    path, disk = str(tmp_path / "undo"), Disk()
    entries = [step(1), step(2), turn(3, 2, undone=True), turn(4, 2, undone=False), step(5)]
    save_entries(path, entries[1:4], disk)
    save_entries(path, entries, disk)
    content = (tmp_path / "undo").read_bytes()
    for some in (entries, entries[2:], list(reversed(entries))):
        save_entries(path, some, disk)
    assert (tmp_path / "undo").read_bytes() == content
    assert in_order(read_entries(path, disk)) == entries


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_partly_written_line_is_saved_again_and_hides_no_other(tmp_path: Path, cut: int) -> None:
    path, disk = tmp_path / "undo", Disk()
    save_entries(str(path), [step(1), step(2)], disk)
    path.write_bytes(path.read_bytes()[:-cut])
    save_entries(str(path), [step(1), step(2), step(3)], disk)
    assert in_order(read_entries(str(path), disk)) == [step(1), step(2), step(3)]


def test_a_file_is_not_flushed_again_after_a_failed_flush(tmp_path: Path) -> None:
    class Failing(Disk):
        failed: int | None = None

        def sync_data(self, handle: int) -> None:
            inode = self.fstat(handle).st_ino
            if self.failed is None:
                self.failed = inode
                raise OSError(5, "Input/output error")
            assert inode != self.failed

    path, disk = str(tmp_path / "undo"), Failing()
    save_entries(path, [step(1)], disk)
    assert read_entries(path, disk) == [step(1)]


def session(actions: Iterable[str]) -> list[dict[str, Any]]:
    """Return the journal entries of a session: a marks an article, N writes a note, u undoes, r redoes."""
    entries: list[dict[str, Any]] = []
    for number, action in enumerate(actions, start=1):
        done, undone = replay(entries)
        if action in "aN":
            entries.append(step(number, note=action == "N"))
        elif action == "u" and done:
            entries.append({"s": STAMP.format(number), "z": [done[-1].name, True]})
        elif action == "r" and undone:
            entries.append({"s": STAMP.format(number), "z": [undone[-1].name, False]})
    return entries


@given(st.lists(st.sampled_from("aaNuuur"), min_size=1, max_size=40), st.integers(0, 40))
@example("Nuauuuauua", 0)  # The undo of several changes is undone and discarded.
@example("aNuuauuuauua", 9)
@example("NaNuuurr", 5)  # The journal begins within an undo and redo of several steps.
@example("aaNuuurrr", 4)
@settings(max_examples=examples(200))
def test_a_rewritten_undo_file_keeps_all_steps_and_may_be_replayed(actions: Sequence[str], start: int) -> None:
    entries = session(actions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_file, "STEPS", 6)
        kept = list(history_file._reachable(entries))
        assert labels(kept, 6) == labels(entries, 6)
        # Replay the journal that these entries came from, beginning with any entry.
        assert labels([*kept, *entries[start:]], 6) == labels(entries, 6)
        # A long file is shortened further.
        patch.setattr(history_file, "_REWRITE_AT", 1)
        assert labels(list(history_file._reachable(entries)), 6) == labels(entries, 6)


@pytest.mark.parametrize("actions", ["aNNuuurrr" * 40, "a" * 6 + ("uuuu" + "rrrr") * 50])
def test_undoing_and_redoing_often_does_not_lengthen_a_long_undo_file(
    actions: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_file, "STEPS", 6)
    monkeypatch.setattr(history_file, "_REWRITE_AT", 36)
    entries = session(actions)
    kept = list(history_file._reachable(entries))
    assert len(kept) <= 18
    assert labels(kept, 6) == labels(entries, 6)


def test_the_undo_file_does_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_file, "STEPS", 5)
    monkeypatch.setattr(history_file, "_REWRITE_AT", 30)
    monkeypatch.setattr(history_file, "_MOST", 90)
    path, disk, number = str(tmp_path / "undo"), Unflushed(), 0
    for _ in range(80):
        number += 3
        save_entries(path, [step(number, note=True), turn(number + 1, number, undone=True)], disk)
    assert len(read_entries(path, disk)) <= 100
    assert f"step {number}" in labels(read_entries(path, disk))[1]
