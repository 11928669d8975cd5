"""The writer thread survives every exception, and unsaved changes are reported until they are saved."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.storage.crashes import Unflushed
from tui_reader.errors import StoreError
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine import maintenance, writer
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.pending import Pending
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication import merge, relocations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.storage.base import Receipt


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    waiting = threading.Event()
    for _ in range(int(seconds * 100)):
        if condition():
            return
        waiting.wait(0.01)
    raise AssertionError("it never came")


def change(store: LibraryStore, key: str, after: Any = True) -> Receipt:
    before = (store.get(ARTICLES, key) or {}).get("read")
    return store.apply([Edit(ARTICLES, key, "read", before, after)], f"read {key}")


class Full(Unflushed):
    full = False

    def write_some(self, handle: int, data: memoryview) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write_some(handle, data)


ERRORS = (MemoryError(), RecursionError("too deep"), OverflowError("1e400"), KeyError("s"), OSError(5, "I/O error"))
STEPS = ("merging", "polling", "reuniting", "preparing", "verifying", "compacting", "comparing", "news")


def broken(step: str, error: BaseException, store: LibraryStore, patch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    library = store._library
    places: dict[str, tuple[object, str]] = {
        "merging": (merge, "merge_conflict_copies"),
        "polling": (library, "poll"),
        "reuniting": (relocations, "reunite"),
        "preparing": (store._document_ids, "prepare"),
        "verifying": (library, "verify"),
        "compacting": (maintenance, "compact"),
        "comparing": (writer, "conflict_notices"),
        "news": (library, "news"),
    }
    patch.setattr(*places[step], fail)


@pytest.fixture(autouse=True)
def _always_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(maintenance, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(maintenance, "COMPACT_BYTES", 0)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("step", STEPS)
def test_no_exception_in_any_step_stops_changes_from_being_saved(
    tmp_path: Path, step: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.json"
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    with monkeypatch.context() as patch:
        broken(step, error, store, patch)
        change(store, "a").result(60)
        if step in ("polling", "compacting", "news", "preparing", "comparing"):
            until(lambda: any(str(path) in notice for notice in store.notices))
        store._library.changed_by_others.add(1)
        change(store, "b").result(60)
        store.close()
    assert not [notice for notice in store.notices if notice.startswith("[Errno")]
    again = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    assert {key for key, _ in again.items(ARTICLES)} == {"a", "b"}
    again.close()


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_change_that_cannot_be_written_fails_alone(
    tmp_path: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.json"
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    original = Pending.entry

    def entry(pending: Pending, *given: Any) -> Any:
        if pending.edits[0].key == "bad":
            raise error
        return original(pending, *given)

    monkeypatch.setattr(Pending, "entry", entry)
    bad = change(store, "bad")
    good = [change(store, key) for key in "abc"]
    with pytest.raises(StoreError, match="NOT saved"):
        bad.result(60)
    for receipt in good:
        receipt.result(60)
    assert store.unsaved.startswith("1 change is NOT saved: ")
    with pytest.raises(StoreError, match="1 change is NOT saved"):
        store.close()
    monkeypatch.undo()
    again = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    assert {key for key, _ in again.items(ARTICLES)} == {"a", "b", "c"}
    again.close()


@pytest.mark.parametrize("error", [SystemExit(), KeyboardInterrupt(), GeneratorExit()], ids=lambda e: type(e).__name__)
def test_after_the_thread_has_ended_changes_fail_at_once_and_closing_counts_them(
    tmp_path: Path, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed()))
    change(store, "a").result(60)
    monkeypatch.setattr(store._library, "commit_all", lambda _: (_ for _ in ()).throw(error))
    during = change(store, "b")
    with pytest.raises(StoreError, match="saving has stopped"):
        during.result(60)
    store._writer._thread.join(5)
    after = change(store, "c")
    assert after.done()
    with pytest.raises(StoreError, match="saving has stopped"):
        after.result(0)
    assert store.unsaved.startswith("2 changes are NOT saved: ")
    with pytest.raises(StoreError, match="2 changes are NOT saved"):
        store.close()


def test_a_change_after_closing_fails_at_once(tmp_path: Path) -> None:
    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=Unflushed()))
    store.close()
    with pytest.raises(StoreError, match="was closed"):
        change(store, "a").result(0)


def test_unsaved_changes_are_reported_until_they_are_saved(tmp_path: Path) -> None:
    disk = Full()
    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=disk))
    change(store, "a").result(60)
    assert store.unsaved == ""
    disk.full = True
    for count, key in enumerate("bc", start=1):
        with pytest.raises(StoreError):
            change(store, key).result(60)
        assert store.unsaved.startswith(f"{count} change")
        assert "Disk full" in store.unsaved
    disk.full = False
    change(store, "d").result(60)
    assert store.unsaved == ""
    store.close()


def test_changes_of_a_read_only_library_are_unsaved(tmp_path: Path) -> None:
    class Locked(Unflushed):
        def may_write(self, path: str) -> bool:
            return False

    store = LibraryStore(LibraryFiles(tmp_path / "library.json", "aaaa", disk=Locked()))
    assert store.unsaved == ""
    with pytest.raises(StoreError):
        change(store, "a").result(0)
    assert store.unsaved.startswith("1 change is NOT saved: ")
    assert "read-only" in store.unsaved
    store.close()


@pytest.mark.parametrize("number", [28, 5, 30, 13])
def test_a_failed_compaction_does_not_report_unsaved_changes(tmp_path: Path, number: int) -> None:
    class Failing(Unflushed):
        fails = False

        def open(self, path: str, flags: int, mode: int = 0o600) -> int:
            if self.fails and ".tmp-" in path:
                raise OSError(number, "something", path)
            return super().open(path, flags, mode)

    disk = Failing()
    path = tmp_path / "library.json"
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=disk))
    change(store, "a").result(60)
    disk.fails = True
    change(store, "b").result(60)
    until(lambda: any("safe in" in notice for notice in store.notices))
    assert not [notice for notice in store.notices if "NOT saved" in notice]
    assert store.unsaved == ""
    store.close()
    assert not [notice for notice in store.notices if "NOT saved" in notice]
    again = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    assert {key for key, _ in again.items(ARTICLES)} == {"a", "b"}
    again.close()
