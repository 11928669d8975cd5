"""Two windows on one library see and keep each other's changes, and their screens never wait for the disk."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB

from tests.counts import FULL
from tests.storage.crashes import Unflushed
from tui_reader.errors import StoreError
from tui_reader.storage import LibraryDB, Store, open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.engine import history_file, maintenance, writer
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.recovery.foreign_layout import Parsed, lay_out
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path


def change(store: Store, key: str, field: str, after: Any, table: str = ARTICLES) -> None:
    before = (store.get(table, key) or {}).get(field)
    store.apply([Edit(table, key, field, before, after)], f"{field} of {key}").result(60)


def until(condition: Callable[[], object], seconds: float = 60.0) -> float:
    """Wait until a condition holds, and return the seconds that this took."""
    started = time.monotonic()
    waiting = threading.Event()
    while not condition():
        assert time.monotonic() - started < seconds, "it never came"
        waiting.wait(0.01)
    return time.monotonic() - started


def is_reported(store: Store, seen: list[Edit]) -> bool:
    seen.extend(store.poll())
    return bool(seen)


def test_each_window_sees_the_others_changes_within_a_second_and_reports_it(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = open_store(path), open_store(path)
    assert not any("Another window" in notice for notice in one.notices)
    assert any("Another window" in notice for notice in two.notices)
    change(one, "a", "starred", True)
    seen: list[Edit] = []
    assert until(lambda: is_reported(two, seen)) < 1.0
    assert seen == [Edit(ARTICLES, "a", "starred", None, True)]
    assert two.get(ARTICLES, "a") == {"starred": True}
    change(two, "a", "read", True)
    change(one, "b", "read", True)
    assert until(lambda: one.get(ARTICLES, "a") == {"starred": True, "read": True}) < 1.0
    one.close()
    change(two, "c", "read", True)
    two.close()
    again = open_store(path)
    assert {key for key, _ in again.items(ARTICLES)} == {"a", "b", "c"}
    assert not any("Another window" in notice for notice in again.notices)
    again.close()


def test_changes_of_others_are_reported_across_a_compaction(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = open_store(path), open_store(path)
    change(one, "a", "read", True)
    one.close()
    seen: list[Edit] = []
    until(lambda: is_reported(two, seen))
    assert seen == [Edit(ARTICLES, "a", "read", None, True)]
    two.close()


def test_tags_that_two_windows_add_at_once_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = open_store(path), open_store(path)
    one.apply([Edit(ARTICLES, "a", "tags", None, ["old"])], "tagged").result(60)
    until(lambda: two.get(ARTICLES, "a"))
    first = one.apply([Edit(ARTICLES, "a", "tags", ["old"], ["new one", "old"])], "tagged")
    second = two.apply([Edit(ARTICLES, "a", "tags", ["old"], ["new two", "old"])], "tagged")
    first.result(60)
    second.result(60)
    for store in (one, two):
        until(lambda s=store: (s.get(ARTICLES, "a") or {})["tags"] == ["new one", "new two", "old"])  # type: ignore[misc]
    one.undo()
    until(lambda: (two.get(ARTICLES, "a") or {})["tags"] == ["new two", "old"])
    one.close()
    two.close()


def test_a_change_is_visible_at_once_and_its_receipt_completes_when_it_is_on_disk(tmp_path: Path) -> None:
    gate = threading.Event()

    class Slow(Unflushed):
        def sync_data(self, handle: int) -> None:
            gate.wait(5)

    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=Slow()))
    receipt = store.apply([Edit(ARTICLES, "a", "read", None, True)], "read")
    assert store.get(ARTICLES, "a") == {"read": True}
    assert dict(store.items(ARTICLES)) == {"a": {"read": True}}
    assert not receipt.done()
    gate.set()
    receipt.result(60)
    store.close()


def test_the_thread_of_the_screen_never_flushes_and_never_reads_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    count = 20_000
    table = {document_id(f"a{n}"): {"id": f"a{n}", "title": "t" * 150, "read": True} for n in range(count)}
    path.write_bytes(lay_out(Parsed({"articles": table})))
    screen = threading.get_ident()
    flushed: list[str] = []
    read: list[int] = []

    class Traced(Disk):
        def read_at(self, handle: int, count: int, offset: int) -> bytes:
            if threading.get_ident() == screen:
                read.append(count)
            return super().read_at(handle, count, offset)

    def trace(_: object, event: str, function: Any) -> None:
        # Called for every call of a built-in function by this thread, from any code.
        if event == "c_call" and function.__name__ in ("fsync", "fdatasync", "flock", "write", "writev", "copyfileobj"):
            flushed.append(function.__name__)

    sys.setprofile(trace)
    try:
        store = LibraryStore(LibraryFiles(path, "aaaa", disk=Traced()))
        opening, flushed_opening = sum(read), list(flushed)
        each: list[int] = []
        largest = max(read)
        receipts: list[Future[None]] = []
        for n in range(50):
            each.append(sum(read))
            read.clear()
            key = f"a{n * 7}"
            before = (store.get(ARTICLES, key) or {}).get("read")
            receipts.append(store.apply([Edit(ARTICLES, key, "read", before, n)], "read"))
            store.apply([Edit(ANNOTATIONS, f"n{n}", "article", None, key)], "noted")
            list(store.items(ANNOTATIONS, of=key))
            store.poll()
        store.undo()
        store.redo()
        for receipt in receipts:
            receipt.result(60)
        store.close()
    finally:
        sys.setprofile(None)
    size = path.stat().st_size
    assert size > 3_000_000
    assert opening < 200_000
    assert max(each[1:]) < size // 4, "what one key asks for"
    assert largest < 70_000
    assert flushed_opening in ([], ["flock"]), "the sign of an open window is a lock outside of the library"
    assert flushed == flushed_opening


def test_undo_goes_back_every_step_across_restarts_and_compactions(tmp_path: Path) -> None:
    path = tmp_path / "library.json"

    def reopened() -> LibraryStore:
        return LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))

    steps = 1_000 if FULL else 300
    for part in range(4):
        store = reopened()
        for n in range(part * steps // 4, (part + 1) * steps // 4):
            store.apply([Edit(ARTICLES, "a", "n", n or None, n + 1)], f"step {n + 1}")
            store.apply([Edit(ARTICLES, "a", "offset", None, n)], "moved on", undoable=False)
        store.close()
    store = reopened()
    for n in range(steps, 0, -1):
        undone = store.undo()
        assert undone is not None
        assert undone.label == f"step {n}"
        assert undone.edits == (Edit(ARTICLES, "a", "n", n, n - 1 or None),)
        if n == steps // 2:
            store.close()
            store = reopened()
    assert store.undo() is None
    assert store.get(ARTICLES, "a") == {"offset": steps - 1}
    store.close()
    store = reopened()
    redone = store.redo()
    assert redone is not None
    assert redone.label == "step 1"
    store.apply([Edit(ARTICLES, "b", "n", None, 1)], "something else")
    assert store.redo() is None
    store.close()
    assert reopened_label(reopened()) == "something else"


def reopened_label(store: LibraryStore) -> str:
    undone = store.undo()
    store.close()
    return undone.label if undone else ""


def test_undo_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    library = LibraryFiles(path, "aaaa")
    store = LibraryStore(library)
    change(store, "a", "read", True)
    compact(library)
    change(store, "b", "read", True)
    # Close nothing, as if the process had been killed.
    again = LibraryStore(LibraryFiles(path, "aaaa"))
    labels = [step.label for step in (again.undo(), again.undo()) if step]
    assert labels == ["read of b", "read of a"]
    again.close()
    store.close()


def test_undo_keeps_fields_that_were_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = open_store(path), open_store(path)
    one.apply([Edit(ARTICLES, "a", "read", None, True), Edit(ARTICLES, "a", "starred", None, True)], "both").result(60)
    until(lambda: two.get(ARTICLES, "a"))
    change(two, "a", "read", "later")
    until(lambda: (one.get(ARTICLES, "a") or {})["read"] == "later")
    undone = one.undo()
    assert undone is not None
    assert undone.edits == (Edit(ARTICLES, "a", "starred", True, None),)
    assert one.get(ARTICLES, "a") == {"read": "later"}
    one.close()
    two.close()


@pytest.mark.parametrize("closed", [False, True])
def test_undo_skips_changes_that_another_window_made_since_this_one_opened(tmp_path: Path, closed: bool) -> None:
    path = tmp_path / "library.json"
    before = open_store(path)
    change(before, "a", "read", True)
    before.close()
    one, two = open_store(path), open_store(path)
    change(two, "b", "read", True)
    if closed:
        two.close()
    until(lambda: one.get(ARTICLES, "b"))
    undone = one.undo()
    assert undone is not None
    assert undone.label == "read of a"
    assert one.undo() is None
    assert one.get(ARTICLES, "b") == {"read": True}
    if not closed:
        assert two.undo() is not None
        two.close()
    one.close()
    after = open_store(path)
    assert after.redo() is not None
    after.close()


def test_steps_of_another_window_are_not_undone_after_the_undo_file_is_rewritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_file, "_REWRITE_AT", 1)
    path = tmp_path / "library.json"
    one = open_store(path)
    for key in "abc":
        two = open_store(path)
        change(two, key, "read", True)
        two.close()
    until(lambda: one.get(ARTICLES, "c"))
    assert one.undo() is None
    one.close()


def test_a_deleted_annotation_comes_back_whole_with_undo(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    fields = {"article": "a", "quote": "q", "tags": ["x"], "note": "n"}
    store.apply([Edit(ANNOTATIONS, "n1", name, None, value) for name, value in fields.items()], "noted").result(60)
    store.apply([Edit(ANNOTATIONS, "n1", name, value, None) for name, value in fields.items()], "deleted").result(60)
    assert store.get(ANNOTATIONS, "n1") is None
    assert list(store.items(ANNOTATIONS, of="a")) == []
    store.undo()
    assert store.get(ANNOTATIONS, "n1") == fields
    store.close()
    again = open_store(tmp_path / "library.json")
    assert dict(again.items(ANNOTATIONS, of="a")) == {"n1": fields}
    again.apply([Edit(ANNOTATIONS, "n1", "article", "a", "b")], "moved").result(60)
    assert list(again.items(ANNOTATIONS, of="a")) == []
    assert dict(again.items(ANNOTATIONS, of="b")) == {"n1": {**fields, "article": "b"}}
    again.close()
    with LibraryDB(tmp_path / "library.json") as db:
        assert [dict(d) for d in db.table("annotations").all()] == [{"id": "n1", **fields, "article": "b"}]


def test_a_note_without_an_article_and_a_moved_one_are_found_by_key(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    for round_ in range(2):
        store = open_store(path)
        if not round_:
            change(store, "loose", "note", "n", ANNOTATIONS)
            change(store, "moved", "article", "a", ANNOTATIONS)
            change(store, "moved", "article", "b", ANNOTATIONS)
        change(store, "loose", "colour", round_, ANNOTATIONS)
        assert store.get(ANNOTATIONS, "loose") == {"note": "n", "colour": round_}
        assert store.get(ANNOTATIONS, "moved") == {"article": "b"}
        assert {key for key, _ in store.items(ANNOTATIONS)} == {"loose", "moved"}
        store.close()


def test_a_refused_change_stays_visible_and_is_saved_with_the_next_one(tmp_path: Path) -> None:
    class Full(Disk):
        full = False

        def write_some(self, handle: int, data: memoryview) -> int:
            if self.full:
                raise OSError(28, "No space left on device")
            return super().write_some(handle, data)

    disk = Full()
    path = tmp_path / "library.json"
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=disk))
    change(store, "a", "read", True)
    disk.full = True
    receipt = store.apply([Edit(ARTICLES, "b", "read", None, True)], "read")
    with pytest.raises(StoreError, match=r"Disk full.*NOT saved"):
        receipt.result(60)
    assert store.get(ARTICLES, "b") == {"read": True}
    disk.full = False
    change(store, "c", "read", True)
    store.close()
    again = open_store(path)
    assert {key for key, _ in again.items(ARTICLES)} == {"a", "b", "c"}
    again.close()


def test_a_read_only_folder_is_reported_and_nothing_is_written(tmp_path: Path) -> None:
    class Locked(Disk):
        def may_write(self, path: str) -> bool:
            return False

    path = tmp_path / "library.json"
    store = open_store(path)
    change(store, "a", "read", True)
    store.close()
    before = sorted((item.name, item.stat().st_mtime_ns) for item in tmp_path.iterdir())
    locked = LibraryStore(LibraryFiles(path, "aaaa", disk=Locked()))
    assert "read-only" in locked.read_only
    assert any("read-only" in notice for notice in locked.notices)
    refused = locked.apply([Edit(ARTICLES, "a", "read", True, None)], "unread")
    with pytest.raises(StoreError, match="read-only"):
        refused.result(60)
    assert locked.get(ARTICLES, "a") is None
    locked.close()
    assert sorted((item.name, item.stat().st_mtime_ns) for item in tmp_path.iterdir()) == before


def test_changes_of_the_last_run_are_recovered_and_reported(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    library = LibraryFiles(path, "aaaa")
    for n in range(3):
        library.commit(lambda _, k=n: {"o": [["articles", str(document_id(f"a{k}")), {"id": f"a{k}", "n": k}]]})  # type: ignore[misc]
    library.journal.close()
    store = LibraryStore(LibraryFiles(path, "aaaa"))
    assert "Recovered 3 changes from the last run." in store.notices
    assert {key for key, _ in store.items(ARTICLES)} == {"a0", "a1", "a2"}
    store.close()


@pytest.fixture
def always_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the writer treat every moment as idle."""
    monkeypatch.setattr(writer, "POLL_SECONDS", 0.02)
    monkeypatch.setattr(maintenance, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(maintenance, "COMPACT_BYTES", 0)


@pytest.mark.usefixtures("always_idle")
def test_an_idle_library_is_compacted_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    store = open_store(path)
    for number in range(3):
        change(store, "a", "n", number)

        def shown(expected: int = number) -> bool:
            with TinyDB(path) as plain:
                return [document.get("n") for document in plain.table("articles")] == [expected]

        until(shown)
    assert store.get(ARTICLES, "a") == {"n": 2}
    undone = store.undo()
    assert undone is not None
    assert undone.edits == (Edit(ARTICLES, "a", "n", 2, 1),)
    store.close()


@pytest.mark.usefixtures("always_idle")
def test_a_flipped_bit_is_reported_once_it_is_found(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    store = open_store(path)
    change(store, "a", "n", 1)
    change(store, "b", "n", 2)
    store.close()
    rotten = path.read_bytes().replace(b'"n":1', b'"n":7')
    path.write_bytes(rotten)
    store = open_store(path)
    until(lambda: any("checksum" in notice for notice in store.notices))
    change(store, "c", "n", 3)
    store.close()
    assert path.read_bytes() == rotten
    again = open_store(path)
    assert again.get(ARTICLES, "c") == {"n": 3}
    again.close()


def test_a_foreign_edit_of_a_large_file_does_not_delay_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The subprocess that reads the file is stopped until a change is on disk."""
    from tui_reader.storage.recovery import adoption

    path = tmp_path / "library.json"
    store = open_store(path)
    change(store, "a", "read", True)
    store.close()
    monkeypatch.setattr(adoption, "SMALL", 0)
    gate = tmp_path / "gate"
    command = adoption.command

    def held(*given: str) -> list[str]:
        wait = "import os, sys, time\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.01)\n"
        wait += "os.execv(sys.argv[2], sys.argv[2:])"
        return [sys.executable, "-c", wait, str(gate), *command(*given)]

    store = open_store(path)
    monkeypatch.setattr(adoption, "command", held)
    edited = tmp_path / "edited"
    edited.write_bytes(path.read_bytes().replace(b'"read":true', b'"read":true,"mine":1'))
    edited.replace(path)
    receipt = store.apply([Edit(ARTICLES, "b", "read", None, True)], "read")
    receipt.result(60)
    assert isinstance(store, LibraryStore)
    library = store._library
    until(lambda: library.opener.is_adopting)
    change(store, "c", "read", True)
    assert store.get(ARTICLES, "a") == {"read": True}, "the file as it was, until the other one is read"
    gate.touch()
    until(lambda: store.get(ARTICLES, "a") == {"read": True, "mine": 1})
    store.close()
    again = open_store(path)
    assert {key for key, _ in again.items(ARTICLES)} == {"a", "b", "c"}
    again.close()
