"""Links, pipes, folders and devices with the name of each of our files: nothing hangs or changes outside files."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.counts import FULL
from tests.storage import crashes, file_usage
from tests.storage.obstacles import KINDS, everything, make_outside, put
from tui_reader.errors import StoreError
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.recovery.backups import backups, rotate
from tui_reader.storage.recovery.doctor import doctor
from tui_reader.storage.recovery.other_copies import restore
from tui_reader.storage.snapshot.disk import Disk

BY_WHOLE_PATH = {
    "0123.sqlite",  # SQLite opens its own file, which is checked before
    "<mkstemp>",  # created with O_EXCL by Python
    "<draft>",  # a folder, by `shutil.rmtree`, which follows no links
    "tui-reader",
    "made",
    "library",  # the folder that the user names, and those of XDG, which are created if they are missing
    "state",
    "root",
}
"""Names that are not opened relative to the descriptor of their folder."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("prepared") / "root"
    file_usage.prepare(root)
    return root


@pytest.mark.parametrize("name", file_usage.NAMES)
def test_the_library_survives_any_obstacle_in_place_of_a_file(
    name: str, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for flush in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, flush, lambda _: None)  # no power cut is simulated here
    folder = crashes.quick_folder(tmp_path)
    kinds = [kind for kind in KINDS if file_usage.is_tried(name, kind)]
    # Without the full counts each name gets one kind, and its neighbours in the list get the others.
    kinds = kinds if FULL else [kinds[file_usage.NAMES.index(name) % len(kinds)]]
    try:
        wrong = {kind: file_usage.live_with(kind, name, prepared, folder / kind / "root") for kind in kinds}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    assert {kind: what for kind, what in wrong.items() if what} == {}


def test_every_used_file_name_is_tested(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.storage.file_usage", "record", str(tmp_path / "root")],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    used = json.loads(done.stdout)
    tried = {Path(name).name for name in file_usage.NAMES}
    ours = {"other.json", "tui-reader", "<mkstemp>", "machine.<pid>", "fresh"}
    assert set(used["within"]) - tried - ours == set()
    assert set(used["whole"]) - BY_WHOLE_PATH == set()
    assert len(used["within"]) > 25, "a name that is never used tests nothing"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name",
    ["library.json.bak", "library.json.journal-bbbb", "library.json.undo-aaaa", ".backups/library-2026-01-01.json"],
)
def test_a_refused_path_is_reported_and_the_library_goes_on(
    name: str, kind: str, prepared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(prepared / "library", folder)
    path = folder / "library.json"
    if not put(kind, folder / name, make_outside(tmp_path / "outside")):
        pytest.skip("needs root")
    texts = [finding.text for finding in doctor(path, file_usage.REPLICA).findings if finding.is_wrong]
    assert [text for text in texts if text.startswith(f"{folder / name} is ") and "Remove it, or move it" in text]
    library = LibraryFiles(path, file_usage.REPLICA)
    store = LibraryStore(library)
    store.apply([Edit(ARTICLES, "new", "starred", None, True)], "starred").result()
    store.close()
    assert not store.read_only
    again = LibraryStore(LibraryFiles(path, file_usage.REPLICA))
    assert again.get(ARTICLES, "new") == {"starred": True}
    again.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_library_whose_own_journal_is_refused_is_read_only(kind: str, prepared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    shutil.copytree(prepared / "library", folder)
    journal = folder / f"library.json.journal-{file_usage.REPLICA}"
    if not put(kind, journal, make_outside(tmp_path / "outside")):
        pytest.skip("needs root")
    store = LibraryStore(LibraryFiles(folder / "library.json", file_usage.REPLICA))
    assert store.read_only.startswith(f"{journal} is a ")
    assert "NOT saved. Remove it, or move it away, then open the library again." in store.read_only
    (notice,) = (each for each in store.notices if str(journal) in each)
    assert notice == f"{store.read_only} Until the reader ends, changes are shown."
    assert store.get(ARTICLES, "a1") is not None
    with pytest.raises(StoreError, match="NOT saved"):
        store.apply([Edit(ARTICLES, "new", "starred", None, True)], "starred").result(60)
    store.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_journal_that_is_replaced_while_the_library_is_open_loses_nothing_silently(
    kind: str, prepared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(prepared / "library", folder)
    outside = make_outside(tmp_path / "outside")
    before = everything(outside)
    store = LibraryStore(LibraryFiles(folder / "library.json", file_usage.REPLICA))
    store.apply([Edit(ARTICLES, "one", "starred", None, True)], "starred").result(60)
    journal = folder / f"library.json.journal-{file_usage.REPLICA}"
    if not put(kind, journal, outside):
        pytest.skip("needs root")
    with pytest.raises(StoreError, match=r"NOT saved.*[Rr]emove it"):
        store.apply([Edit(ARTICLES, "two", "starred", None, True)], "starred").result(60)
    with contextlib.suppress(StoreError):
        store.close()
    assert everything(outside) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["library.json", "library.json.bak", "library.json.undo-aaaa", ".backups", ""])
def test_a_link_that_replaces_a_file_while_the_library_is_open_is_not_followed(
    name: str, kind: str, prepared: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(prepared / "library", folder)
    outside = make_outside(tmp_path / "outside")
    before = everything(outside)
    store = LibraryStore(LibraryFiles(folder / "library.json", file_usage.REPLICA))
    store.apply([Edit(ARTICLES, "one", "starred", None, True)], "starred").result(60)
    if (folder / name).is_dir():
        (folder / name).rename(tmp_path / "moved")
    if not put(kind, folder / name, outside):
        pytest.skip("needs root")
    with contextlib.suppress(StoreError):
        store.apply([Edit(ARTICLES, "two", "starred", None, True)], "starred").result(60)
    with contextlib.suppress(StoreError):
        store.close()
    assert everything(outside) == before


@pytest.mark.parametrize("folder", ["folder", "absent", "file"])
def test_no_backup_is_created_or_removed_through_a_linked_folder(folder: str, prepared: Path, tmp_path: Path) -> None:
    outside = make_outside(tmp_path / "outside")
    for day in range(1, 29):
        (outside / "folder" / f"library-2020-01-{day:02}.json").write_text("{}")
    shutil.copytree(prepared / "library", tmp_path / "library")
    shutil.rmtree(tmp_path / "library/.backups")
    (tmp_path / "library/.backups").symlink_to(outside / folder)
    before = everything(outside)
    path = str(tmp_path / "library/library.json")
    disk = Disk()
    rotate(path, disk)
    assert backups(path, disk)[0].kind == "before"
    assert len(backups(path, disk)) == 1
    assert disk.refused[f"{tmp_path}/library/.backups"].startswith(f"{tmp_path}/library/.backups is a symbolic link")
    with pytest.raises(StoreError, match="is a symbolic link"):
        restore(path, file_usage.REPLICA, "library.json.bak")
    assert everything(outside) == before
