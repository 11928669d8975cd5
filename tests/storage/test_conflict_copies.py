"""Conflict copies are found by name and content, merged while a reader is open, and moved to the backups."""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tui_reader import paths
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.engine import maintenance, writer
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery import backups
from tui_reader.storage.replication.conflicts import all_copies, conflict_copies
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.replication.merge import merge_conflict_copies
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.journal import encode_line

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = [
    "library.sync-conflict-20260102-030405-ABCDEFG.json",
    "library~sync-conflict-20260102-030405.json",
    "library (Anna's conflicted copy 2026-01-02).json",
    "library (Anna's conflicted copy 2026-01-02 (1)).json",
    "library (conflicted copy 2026-01-02 030405).json",
    "library (Case Conflict 1).json",
    "library (In Konflikt stehende Kopie von Anna 2026-01-02).json",
    "library (Copie en conflit de Anna 2026-01-02).json",
    "library (Copia en conflicto de Anna 2026-01-02).json",
    "library (Anna の競合コピー 2026-01-02).json",
    "library (Anna 的冲突副本 2026-01-02).json",
    "library (конфликтующая копия с Anna 2026-01-02).json",
    "library_conflict-20260102-030405.json",
    "library.Conflict.json",
    "library (SFConflict anna@example.org 2026-01-02-03-04-05).json",
    "library.json.Conflict",
    "library [conflicted].json",
    "library (1).json",
    "library 2.json",
    "library-DESKTOP-AB12CD3.json",
    "library-Annas-MacBook-Pro-2.json",
    "Library (2).JSON",
]
OTHERS = ["library-backup.json", "library-2026-01-02.json", "libraryx.json", "library.md", "library", "lib (1).json"]


def put(library: LibraryFiles, key: str, **fields: object) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id(key)), {"id": key, **fields}]]})


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "timed out"
        threading.Event().wait(0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a library, and the copy of another machine in a second folder."""
    path = tmp_path / "here" / "library.json"
    path.parent.mkdir()
    library = LibraryFiles(path, "aaaa")
    put(library, "shared")
    assert compact(library)
    library.close()
    shutil.copytree(path.parent, tmp_path / "there")
    return path


def theirs(path: Path, *keys: str) -> Path:
    """Add articles to the other machine's copy and return its path."""
    other = path.parent.parent / "there" / "library.json"
    library = LibraryFiles(other, "bbbb")
    for key in keys:
        put(library, key, starred=True)
    assert compact(library)
    library.close()
    return other


@pytest.mark.parametrize("name", NAMES)
def test_a_conflict_copy_is_found_by_name_merged_and_moved_to_the_backups(path: Path, name: str) -> None:
    copy = path.with_name(name)
    shutil.copy(theirs(path, "theirs"), copy)
    library = LibraryFiles(path, "aaaa")
    (merged,) = merge_conflict_copies(library)
    assert not copy.exists()
    assert Path(merged.kept_as).exists()
    assert library.document("articles", document_id("theirs"))
    assert '"theirs"' in path.read_text(), "the snapshot holds it before the copy is removed"
    library.close()


def test_files_with_other_names_are_left_alone(path: Path) -> None:
    copy = theirs(path, "theirs")
    for name in OTHERS:
        shutil.copy(copy, path.with_name(name))
        assert all_copies(str(path), Disk()) == [], name
        path.with_name(name).unlink()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"name": "SensorKit", "version": "1.2.0"}', b"not JSON"])
def test_files_that_are_not_of_a_library_are_left_alone(path: Path, content: bytes) -> None:
    for name in NAMES:
        path.with_name(name).write_bytes(content)
        assert all_copies(str(path), Disk()) == [], name
        path.with_name(name).unlink()


@pytest.mark.parametrize("name", ["library (1).json", "library 2.json", "library-DESKTOP-AB12CD3.json"])
def test_another_library_under_an_ambiguous_name_is_left_alone(path: Path, name: str) -> None:
    other = LibraryFiles(path.with_name("other.json"), "bbbb")
    put(other, "x")
    assert compact(other)
    other.close()
    path.with_name("other.json").rename(path.with_name(name))
    assert conflict_copies(str(path), Disk()) == []


BESIDE = [
    "library.json.sync-conflict-20260102-030405-ABCDEFG.journal-bbbb",
    "library.json (Anna's conflicted copy 2026-01-02).journal-bbbb",
    "library.sync-conflict-20260102-030405-ABCDEFG.json.journal-bbbb",
    "library.json.bak.sync-conflict-20260102-030405-ABCDEFG.journal",
]


@pytest.mark.parametrize("name", BESIDE)
def test_a_copy_of_a_journal_is_merged_before_it_is_removed(path: Path, name: str) -> None:
    other = LibraryFiles(path.parent.parent / "there" / "library.json", "bbbb")
    put(other, "theirs", words="in the journal alone")
    shutil.copy(other.journal.path, path.with_name(name))
    other.journal.close()
    library = LibraryFiles(path, "aaaa")
    merge_conflict_copies(library)
    assert not path.with_name(name).exists()
    library.close()
    assert "in the journal alone" in path.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "library.json.sync-conflict-20260102-030405-ABCDEFG.bak",
        "library.json (conflicted copy 2026-01-02 030405).bak",
        "library.json.sync-conflict-20260102-030405-ABCDEFG.undo-bbbb",
    ],
)
def test_conflict_copies_of_old_generations_and_undo_files_are_moved_away(path: Path, name: str) -> None:
    if ".undo-" in name:
        path.with_name(name).write_bytes(encode_line({"s": "01a204fec858-000-bbbb", "z": ["step", True]}))
    else:
        shutil.copy(theirs(path, "x"), path.with_name(name))
    library = LibraryFiles(path, "aaaa")
    merge_conflict_copies(library)
    library.close()
    assert not path.with_name(name).exists()


def test_a_conflict_copy_that_appears_while_the_library_is_open_is_merged_and_shown(path: Path) -> None:
    with closing(open_store(path)) as store:
        copy = path.with_name(NAMES[0])
        shutil.copy(theirs(path, "theirs"), path.with_name("moving"))
        path.with_name("moving").rename(copy)
        until(lambda: not copy.exists())
        assert store.get(ARTICLES, "theirs") is not None
        assert '"theirs"' in path.read_text()
        until(lambda: store.notices)
        assert any("Merged 1 change" in notice for notice in store.notices)


def test_changes_from_a_conflict_copy_are_reported(path: Path) -> None:
    other = LibraryFiles(path.parent.parent / "there" / "library.json", "bbbb")
    put(other, "shared", starred=True)
    assert compact(other)
    other.close()
    with closing(open_store(path)) as store:
        shutil.copy(other.path, path.with_name(NAMES[0]))
        news: list[Edit] = []

        def has_come() -> bool:
            news.extend(store.poll())
            return Edit(ARTICLES, "shared", "starred", None, True) in news

        until(has_come)


def test_a_conflict_copy_stays_until_the_snapshot_holds_what_was_merged(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = path.with_name(NAMES[0])
    shutil.copy(theirs(path, "theirs"), copy)
    library = LibraryFiles(path, "aaaa")
    monkeypatch.setattr("tui_reader.storage.replication.merge.compact", lambda _: False)
    assert merge_conflict_copies(library) == []
    assert copy.exists()
    monkeypatch.undo()
    assert len(merge_conflict_copies(library, again=False)) == 1
    assert not copy.exists()
    library.close()


def test_copies_among_the_backups_are_limited_in_number_and_size(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "_MAX_KEPT", 5)
    kept = [backups.keep(str(path), str(path), kind, Disk()) for kind in ("merged", "damaged") for _ in range(9)]
    left = {backup.path for backup in backups.backups(str(path), Disk()) if backup.kind in ("merged", "damaged")}
    assert {kept[8], kept[17]} <= left
    assert len(left) == 10
    monkeypatch.setattr(backups, "_MAX_KEPT_BYTES", 10)
    backups.keep(str(path), str(path), "merged", Disk())
    left = {backup.path for backup in backups.backups(str(path), Disk()) if backup.kind == "merged"}
    assert len(left) == backups._MIN_KEPT


def test_a_small_library_in_its_own_folder_is_compacted_after_ten_idle_seconds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "SYNCED_IDLE_SECONDS", 0.05)
    monkeypatch.setattr(maintenance, "IDLE_SECONDS", 0.05)
    with closing(open_store(path)) as store:
        store.apply([Edit(ANNOTATIONS, "n", "article", None, "shared")], "noted").result(60)
        until(lambda: '"n"' in path.read_text())


def test_a_library_in_the_data_folder_is_not_compacted_for_sync_programs(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "SYNCED_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(paths, "data_dir", lambda: path.parent)
    library = LibraryFiles(path, "aaaa")
    store = writer.Writer(
        library,
        DocumentIdIndex(),
        lambda _: None,
    )
    put(library, "x")
    assert not store._maintenance._is_for_sync()
    monkeypatch.setattr(paths, "data_dir", lambda: path.parent / "elsewhere")
    assert store._maintenance._is_for_sync()
    store.close()
