"""A failing or read-only disk: readable files are read, and every error is reported as a sentence."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.counts import FULL
from tests.storage import failing_disk
from tests.storage.crashes import Unflushed
from tests.storage.failing_disk import Mounted
from tui_reader.errors import StoreError
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.recovery.doctor import doctor

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the folder of a library, of which the tests use copies."""
    return failing_disk.prepare(tmp_path_factory.mktemp("prepared") / "library").parent


@pytest.fixture
def path(prepared: Path, tmp_path: Path) -> Path:
    """Return the file of a library in a folder of the test."""
    return shutil.copytree(prepared, tmp_path / "library") / "library.json"


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("call", failing_disk.READS)
def test_a_failing_read_gives_a_clear_sentence_and_loses_nothing(
    prepared: Path, tmp_path: Path, call: str, for_good: bool
) -> None:
    count, wrong = failing_disk.every_call(prepared, tmp_path, call, for_good=for_good, step=3 if FULL else 7)
    assert count > 0
    assert not wrong, wrong[:5]


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
@pytest.mark.parametrize("is_known", [True, False], ids=["access says so", "access does not say so"])
def test_a_read_only_mount_with_a_leftover_journal_opens_for_reading(path: Path, number: int, is_known: bool) -> None:
    before = sorted((item.name, item.stat().st_mtime_ns) for item in path.parent.iterdir())
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Mounted(number, is_known=is_known)))
    assert "read-only" in store.read_only
    assert {key for key, _ in store.items(ARTICLES)} == {"a", "b", "c", "late", "last"}
    with pytest.raises(StoreError, match="read-only"):
        store.apply([Edit(ARTICLES, "a", "read", True, None)], "unread").result(60)
    assert store.get(ARTICLES, "a") is None
    assert store.undo() is not None
    assert "NOT saved" in store.unsaved
    store.close()
    assert sorted((item.name, item.stat().st_mtime_ns) for item in path.parent.iterdir()) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_real_read_only_mount_opens_for_reading(tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(mounted)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no mount allowed")
    try:
        path = failing_disk.prepare(mounted / "library")
        subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
        store = LibraryStore(LibraryFiles(path, "aaaa"))
        assert "read-only" in store.read_only
        assert {key for key, _ in store.items(ARTICLES)} == {"a", "b", "c", "late", "last"}
        store.close()
        assert any("read-only" in finding.text for finding in doctor(path, "aaaa").findings)
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


@pytest.mark.parametrize("name", ["journal-aaaa", "journal-bbbb", "undo-aaaa"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO])
def test_another_file_that_cannot_be_opened_does_not_prevent_reading(path: Path, name: str, number: int) -> None:
    class Refusing(Unflushed):
        def open(self, path: str, flags: int, mode: int = 0o600) -> int:
            if path.endswith(name):
                raise OSError(number, os.strerror(number), path)
            return super().open(path, flags, mode)

    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Refusing()))
    assert {key for key, _ in store.items(ARTICLES)} >= {"a", "b", "c"}
    if name != "undo-aaaa":
        assert any(name in notice and "cannot be" in notice for notice in store.notices), store.notices
    assert bool(store.read_only) == (name == "journal-aaaa")
    try:
        store.close()
    finally:
        again = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
        assert {key for key, _ in again.items(ARTICLES)} == {"a", "b", "c", "late", "last"}
        again.close()


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_an_unreadable_snapshot_is_named_with_advice(path: Path, number: int) -> None:
    class Refusing(Unflushed):
        def open(self, path: str, flags: int, mode: int = 0o600) -> int:
            if path.endswith("library.json"):
                raise OSError(number, os.strerror(number), path)
            return super().open(path, flags, mode)

    with pytest.raises(StoreError, match=r"library\.json cannot be read: .*\. (Check|See)"):
        LibraryFiles(path, "aaaa", disk=Refusing())
