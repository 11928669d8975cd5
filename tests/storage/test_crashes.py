"""Acknowledged changes survive power cuts, kills and disk errors at any moment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.counts import FULL
from tests.storage import crashes, damaged_files, faults, windows
from tui_reader.errors import StoreError
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

KILLS = 200 if FULL else 10
"""How often each writing process is killed; `make torture` kills more often, for a given time."""


@pytest.fixture
def memory_folder(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in memory if possible, since hundreds of states are written and checked in it."""
    folder = crashes.quick_folder(tmp_path).with_name(f"crash-{os.getpid()}-{tmp_path.name}")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_every_state_that_a_power_cut_may_leave_is_recovered(tmp_path: Path, memory_folder: Path) -> None:
    scenario = crashes.record(tmp_path)
    count, wrong = crashes.check(scenario, memory_folder, every=crashes.EVERY)
    assert not wrong
    assert count > 500


def test_no_change_is_lost_if_a_disk_call_fails_once_or_for_good(memory_folder: Path) -> None:
    step = 1 if FULL else 9
    count, wrong = faults.run_all(memory_folder, step=step)
    assert not wrong
    assert count > 250 // step


def test_a_journal_cut_or_flipped_anywhere_loses_no_other_line(memory_folder: Path) -> None:
    assert list(damaged_files.journals(memory_folder, (0, 5) if FULL else (5,))) == []


def test_a_snapshot_cut_or_flipped_anywhere_is_reported_and_not_replaced(memory_folder: Path) -> None:
    assert list(damaged_files.snapshots(memory_folder, (1,), every=1 if FULL else 6)) == []


@pytest.mark.parametrize("race", windows.RACES)
def test_two_windows_lose_nothing_in_any_order_of_their_steps(tmp_path: Path, race: windows.Race) -> None:
    assert race(tmp_path / "library") == []


@pytest.mark.parametrize("failures", [1, 2])
def test_a_file_whose_flush_failed_is_never_written_again(tmp_path: Path, failures: int) -> None:
    class Failing(crashes.Unflushed):
        left = 0

        def sync_data(self, handle: int) -> None:
            if self.left:
                self.left -= 1
                raise OSError(5, "Input/output error")

    disk = Failing()
    library = LibraryFiles(tmp_path / "library.json", "aaaa", disk=disk)
    journal = Path(library.journal.path)
    windows.put(library, "a", 1)
    before = journal.stat().st_ino
    disk.left = failures
    if failures == 2:  # the replacement of the journal could not be flushed either
        with pytest.raises(StoreError, match="NOT saved"):
            windows.put(library, "a", 2)
    windows.put(library, "a", 3)
    assert journal.stat().st_ino != before
    assert windows.missing(tmp_path, {"a": 3}) == []
    library.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("processes", [1, 2])
def test_repeated_kills_lose_nothing_acknowledged(tmp_path: Path, processes: int) -> None:
    command = [sys.executable, "-m", "tests.storage.kills", str(tmp_path), str(KILLS), str(processes)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    assert json.loads(done.stdout)["kills"] == KILLS * processes


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a tmpfs")
def test_a_full_disk_keeps_saved_changes_and_reports_the_others(tmp_path: Path) -> None:
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(mounted)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no tmpfs may be mounted here: {done.stderr.strip()}")
    try:
        path = mounted / "library.json"
        store = open_store(path)
        saved = 0
        refusal = ""
        while not refusal:
            edit = Edit(ARTICLES, f"a{saved}", "title", None, "t" * 2_000)
            try:
                store.apply([edit], "named").result(60)
                saved += 1
            except StoreError as error:
                refusal = str(error)
        assert "Disk full" in refusal
        assert "NOT saved" in refusal
        with pytest.raises(StoreError, match="NOT saved"):
            store.close()
        again = open_store(path)
        assert {key for key, _ in again.items(ARTICLES)} >= {f"a{number}" for number in range(saved)}
        again.close()
        assert saved > 20
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
