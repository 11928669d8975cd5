"""A file that only has the name of one of our files is another program's, and is not replaced."""

from __future__ import annotations

import contextlib
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tui_reader.errors import StoreError
from tui_reader.services.library import maintenance
from tui_reader.services.library.opening import init_library
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.recovery import backups
from tui_reader.storage.replication.replica import replica_id
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path


def _spoil(path: Path) -> None:
    path.write_text("Dear diary\nToday I wrote in a file that is called like one of the reader's.\n")


@pytest.mark.parametrize(
    "name",
    [
        "library.json.bak",
        "library.json.bak.journal",
        "library.json.undo-{machine}",
        "library.json.journal-{machine}",
        "library.json.journal-zzzz",
        "library.json.tmp-notes",
        ".backups/library-2020-01-01.json",
        ".backups/library-2019-01-01.json",
    ],
)
def test_foreign_files_with_the_names_of_ours_are_not_replaced(tmp_path: Path, name: str) -> None:
    state = init_library(tmp_path)
    path = tmp_path / name.format(machine=replica_id())
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    _spoil(path)
    before = path.read_bytes()
    for number in range(3):
        store = open_store(state)
        receipt = store.apply([Edit(ARTICLES, "a", "offset", None, number)], "moved")
        if name.endswith("journal-{machine}"):
            with pytest.raises(StoreError, match="not a journal of tui-reader"):
                receipt.result(60)
            with contextlib.suppress(StoreError):
                store.close()
        else:
            receipt.result(60)
            store.close()
    for day in range(60):
        backups.rotate(str(state), Disk(), date(2027, 1, 1) + timedelta(day))
    maintenance.check(state, fix=True)
    assert path.read_bytes() == before
    store = open_store(state)
    assert store.get(ARTICLES, "a") == (None if name.endswith("journal-{machine}") else {"offset": 2})
    store.close()


def test_only_backups_with_names_of_ours_are_removed(tmp_path: Path) -> None:
    state = init_library(tmp_path)
    folder = tmp_path / ".backups"
    folder.mkdir(exist_ok=True)
    own = [folder / f"library-2020-01-{day:02}-notes.json" for day in range(1, 32)]
    for each in own:
        _spoil(each)
    for _ in range(40):
        backups.keep(str(state), str(state), "notes", Disk())
    assert all(each.exists() for each in own)
    assert len(list(folder.iterdir())) < 31 + 40


def test_our_journals_that_a_crash_left_are_used(tmp_path: Path) -> None:
    state = init_library(tmp_path)
    journal = tmp_path / f"library.json.journal-{replica_id()}"
    for torn in (b"", b'{"jour', b"\0" * 700, b'{"journal":1}\n', b'{"journal":1,"base":[1]}\n\0\0', b"\n"):
        journal.write_bytes(torn)
        store = open_store(state)
        store.apply([Edit(ARTICLES, "a", "offset", None, len(torn))], "moved").result(60)
        store.close()
        store = open_store(state)
        assert (store.get(ARTICLES, "a") or {}).get("offset") == len(torn)
        store.close()
