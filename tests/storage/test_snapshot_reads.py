"""A reader sees each annotation once at every step at which another thread applies an entry."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.storage.crashes import Unflushed
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.engine import library_files
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication import relocations
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.snapshot import compaction, state
from tui_reader.storage.snapshot.snapshot import SnapshotFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEYS = ("n1", "n2", "n3")
WATCHED = {module.__file__ for module in (state, library_files, relocations, compaction)}


def place(key: str, article: str) -> str:
    return str(document_id(key, article))


def put(at: LibraryFiles, key: str, article: str, **fields: Any) -> None:
    values = {"id": key, "article": article, **fields}
    at.commit(lambda _: {"o": [[ANNOTATIONS, place(key, article), values]]})


def move(at: LibraryFiles, key: str, source: str, target: str) -> None:
    """Commit what `edits.moved` returns: the whole document under its new id, and the old one deleted."""
    registers = at.state.registers(ANNOTATIONS, document_id(key, source)) or {}
    values = {name: value for name, (_, value) in registers.items()} | {"article": target, "+": True}
    at.commit(
        lambda _: {"o": [[ANNOTATIONS, place(key, source), {"-": True}], [ANNOTATIONS, place(key, target), values]]}
    )


def watched(act: Callable[[], object], look: Callable[[], None]) -> int:
    """Call `look` after every line of the store that an action runs, as another thread might; return their number."""
    count = 0

    def trace(frame: Any, event: str, _: object) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in WATCHED:
            return None
        if event == "line":
            count += 1
            look()
        return trace

    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(None)
    return count


@pytest.fixture
def store(tmp_path: Path) -> LibraryStore:
    """Return a store with three notes of one article."""
    made = LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed())
    for key in KEYS:
        put(made, key, "a", note=f"words of {key}")
    return LibraryStore(made)


def once(found: list[tuple[str, Any]], what: str) -> None:
    keys = sorted(key for key, _ in found)
    assert keys == list(KEYS), f"{what}: {keys}"


@pytest.mark.parametrize("in_snapshot", [True, False])
@pytest.mark.parametrize("target", ["b", "c", "d", "e"])
def test_each_annotation_is_seen_once_at_every_line_of_a_move(
    store: LibraryStore, in_snapshot: bool, target: str
) -> None:
    files = store._library
    if in_snapshot:
        compaction.compact(files)

    def look() -> None:
        once(list(store.items(ANNOTATIONS)), "all")
        for key in KEYS:
            record = store.get(ANNOTATIONS, key)
            assert record is not None
            assert record["note"] == f"words of {key}"

    def moves() -> None:
        for key in KEYS:
            move(files, key, "a", target)

    assert watched(moves, look) > 50
    assert {record["article"] for _, record in store.items(ANNOTATIONS)} == {target}
    store.close()


@pytest.mark.parametrize("in_snapshot", [True, False])
def test_each_annotation_is_seen_once_at_every_line_of_uniting_moved_ones(
    store: LibraryStore, in_snapshot: bool
) -> None:
    files = store._library
    for key in KEYS:
        move(files, key, "a", "b")
        put(files, key, "a", colour=2)  # as from another machine's journal
    if in_snapshot:
        compaction.compact(files)
    numbers = DocumentIdIndex()
    numbers.prepare(files.state)
    store._document_ids.prepare(files.state)
    heard = {document_id(key, "a") for key in KEYS}
    assert (
        watched(lambda: relocations.reunite(files, numbers, heard), lambda: once(list(store.items(ANNOTATIONS)), "all"))
        > 50
    )
    once(list(store.items(ANNOTATIONS)), "at last")
    assert {article: len(list(store.items(ANNOTATIONS, of=article))) for article in "ab"} in (
        {"a": 3, "b": 0},
        {"a": 0, "b": 3},
    )
    store.close()


@pytest.mark.parametrize("in_snapshot", [True, False])
@pytest.mark.parametrize("taken", range(4))
@pytest.mark.parametrize("target", ["b", "c", "d", "e"])
def test_a_started_read_is_not_affected_by_later_changes(
    store: LibraryStore, in_snapshot: bool, taken: int, target: str
) -> None:
    files = store._library
    if in_snapshot:
        compaction.compact(files)
    reading = store.items(ANNOTATIONS)
    found = [next(reading) for _ in range(taken)]
    for key in KEYS:
        move(files, key, "a", target)
    put(files, "later", "a")
    found += list(reading)
    if not taken:
        found = [each for each in found if each[0] != "later"]  # a generator starts when it is first asked
    once(found, "as it was")
    store.close()


@pytest.mark.parametrize("taken", range(3))
def test_a_file_that_is_overwritten_during_a_read_shows_each_annotation_once(
    store: LibraryStore, taken: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = store._library
    compaction.compact(files)
    lines, fails = SnapshotFile.lines, [True]

    def broken(base: SnapshotFile, *given: Any) -> Any:
        for number, line in enumerate(lines(base, *given)):
            if fails and number == taken:
                fails.clear()
                move(files, "n1", "a", "b")
                move(files, "n3", "a", "e")
                raise ValueError("not what was written")
            yield line

    monkeypatch.setattr(SnapshotFile, "lines", broken)
    once(list(store.items(ANNOTATIONS)), "over a failure")
    monkeypatch.undo()
    store.close()
