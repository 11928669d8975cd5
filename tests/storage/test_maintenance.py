"""Checking, repairing, merging and restoring a library, none of which loses anything."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from tinydb import TinyDB

from tui_reader.errors import StoreError
from tui_reader.services.library import maintenance
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery import backups
from tui_reader.storage.replication.conflicts import conflict_copies
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.replica import replica_id
from tui_reader.storage.snapshot import filesystem
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.disk import Disk


def keep(path: Path, **values: object) -> None:
    store = open_store(path)
    for key, value in values.items():
        before = (store.get(ARTICLES, key) or {}).get("n")
        store.apply([Edit(ARTICLES, key, "n", before, value)], "changed").result(60)
    store.close()


def kept(path: Path) -> dict[str, object]:
    store = open_store(path)
    found = {key: record.get("n") for key, record in store.items(ARTICLES)}
    store.close()
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "library" / "library.json"
    keep(file, a=1, b=2)
    keep(file, c=3)
    return file


def test_a_sound_library_has_no_faults(path: Path) -> None:
    found = maintenance.check(path)
    assert found.has_no_faults
    assert any("is sound: 3 articles" in finding.text for finding in found.findings)


def test_checking_a_missing_library_finds_no_fault_and_creates_nothing(tmp_path: Path) -> None:
    found = maintenance.check(tmp_path / "none" / "library.json")
    assert found.has_no_faults
    assert not (tmp_path / "none").exists()


def test_damage_is_reported_and_repaired_only_with_fix_and_its_bytes_are_kept(path: Path) -> None:
    damaged = path.read_bytes().replace(b'"n":1', b'"n":1 oops')
    path.write_bytes(damaged)
    found = maintenance.check(path)
    assert not found.has_no_faults
    assert any("damaged at line" in finding.text for finding in found.findings)
    assert path.read_bytes() == damaged
    repaired = maintenance.check(path, fix=True)
    assert repaired.has_no_faults
    assert maintenance.check(path).has_no_faults
    assert kept(path) == {"a": 1, "b": 2, "c": 3}, "the damaged line is read from the previous generation"
    saved = [backup for backup in maintenance.list_backups(path) if backup.kind == "damaged"]
    assert [Path(backup.path).read_bytes() for backup in saved] == [damaged]


def test_a_flipped_bit_is_found_and_repaired(path: Path) -> None:
    rotten = path.read_bytes().replace(b'"n":1', b'"n":7')
    path.write_bytes(rotten)
    assert not maintenance.check(path).has_no_faults
    assert path.read_bytes() == rotten
    assert maintenance.check(path, fix=True).has_no_faults
    assert kept(path) == {"a": 1, "b": 2, "c": 3}


def test_leftovers_of_a_killed_run_are_found_and_removed(path: Path) -> None:
    library = LibraryFiles(path, replica_id())
    library.commit(lambda _: {"o": [["articles", str(document_id("d")), {"id": "d", "n": 4}]]})
    library.journal.close()
    leftover = path.with_name("library.json.tmp-aaaa-1-abcdef")
    leftover.write_text("half")
    found = maintenance.check(path)
    assert not found.has_no_faults
    assert any("1 change of this machine" in finding.text for finding in found.findings)
    assert maintenance.check(path, fix=True).has_no_faults
    assert not leftover.exists()
    with TinyDB(path) as plain:
        assert len(plain.table("articles").all()) == 4


def test_another_machines_copy_is_merged_field_by_field(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "library.json"
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    theirs = LibraryFiles(other, "zzzz")
    theirs.commit(lambda _: {"o": [["articles", str(document_id("a")), {"starred": True}]]})
    theirs.commit(lambda _: {"o": [["articles", str(document_id("b")), {"-": True}]]})
    compact(theirs)
    theirs.close()
    keep(path, a=10)
    before = other.read_bytes()
    merged = maintenance.merge_copies(path, [other])
    assert [m.changes for m in merged] == [2]
    store = open_store(path)
    assert store.get(ARTICLES, "a") == {"n": 10, "starred": True}
    assert store.get(ARTICLES, "b") is None
    store.close()
    assert [m.changes for m in maintenance.merge_copies(path, [other])] == [0]
    assert other.read_bytes() == before


def test_a_damaged_copy_is_not_merged(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "broken.json"
    other.write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        maintenance.merge_copies(path, [other])
    with pytest.raises(StoreError, match="does not exist"):
        maintenance.merge_copies(path, [tmp_path / "none.json"])


CONFLICTS = (
    "library.sync-conflict-20261122-101010-ABCDEF7.json",
    "library (Anna's conflicted copy 2026-11-22).json",
    "library_conflict-20261122-101010.json",
    "library (1).json",
)


@pytest.mark.parametrize("name", CONFLICTS)
def test_a_conflict_copy_beside_the_file_is_merged_at_the_start_and_moved_to_the_backups(path: Path, name: str) -> None:
    copy = path.with_name(name)
    copy.write_bytes(path.read_bytes())
    theirs = LibraryFiles(copy, "zzzz")
    theirs.commit(lambda _: {"o": [["articles", str(document_id("a")), {"n": 50}]]})
    compact(theirs)
    theirs.close()
    for extra in path.parent.glob(f"{name}.*"):
        extra.unlink()
    store = open_store(path)
    assert store.get(ARTICLES, "a") == {"n": 50}
    assert any(notice.startswith(f"Merged 1 change from {name}") for notice in store.notices)
    store.close()
    assert not copy.exists()
    assert [backup.kind for backup in maintenance.list_backups(path)].count("merged") == 1
    assert conflict_copies(str(path), Disk()) == []


def test_restoring_a_backup_is_an_ordinary_change(path: Path) -> None:
    saved = backups.keep(str(path), str(path), "edited", Disk())
    keep(path, a=100, d=4)
    restored = maintenance.restore_backup(path, "edited")
    assert restored.backup == saved
    assert restored.changes == 2
    assert kept(path) == {"a": 1, "b": 2, "c": 3}
    back = maintenance.restore_backup(path, restored.kept)
    assert back.changes == 2
    assert kept(path) == {"a": 100, "b": 2, "c": 3, "d": 4}


def test_a_damaged_library_can_be_restored_from_a_backup(path: Path) -> None:
    backups.keep(str(path), str(path), "edited", Disk())
    path.write_text("{")
    maintenance.restore_backup(path, "edited")
    assert kept(path) == {"a": 1, "b": 2, "c": 3}
    assert maintenance.check(path).has_no_faults


def test_restoring_a_missing_backup_is_an_error(path: Path) -> None:
    with pytest.raises(StoreError, match="no backup"):
        maintenance.restore_backup(path, "1999-01-01")
    backups.keep(str(path), str(path), "edited", Disk())
    backups.keep(str(path), str(path), "edited", Disk())
    with pytest.raises(StoreError, match="more than one"):
        maintenance.restore_backup(path, "edited")


def test_backups_are_kept_a_week_by_day_and_a_month_by_week(path: Path) -> None:
    day = date(2027, 1, 1)
    for number in range(90):
        backups.rotate(str(path), Disk(), day + timedelta(number))
    last = day + timedelta(89)
    days = sorted(
        date.fromisoformat(backup.name[len("library-") : -len(".json")])
        for backup in maintenance.list_backups(path)
        if backup.kind == "daily"
    )
    assert days[-7:] == [last - timedelta(n) for n in range(6, -1, -1)]
    assert 3 <= len(days) - 7 <= 5
    assert len({d.isocalendar()[:2] for d in days[:-7]}) == len(days) - 7
    assert last - days[0] < timedelta(50)


def test_replica_ids_differ_between_machines_and_persist(tmp_path: Path) -> None:
    first, second = replica_id(tmp_path / "one"), replica_id(tmp_path / "two")
    assert first == replica_id(tmp_path / "one")
    assert len({first, second, *(replica_id(tmp_path / str(n)) for n in range(20))}) > 20
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert replica_id(blocked / "state") == replica_id(blocked / "state"), (
        "without a state folder the id is derived from the host name"
    )


def test_a_network_file_system_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        "40 22 0:40 / /home/anna/far\\040away rw,relatime shared:2 - nfs4 server:/x rw\n"
        "41 40 0:41 / /home/anna/far\\040away/near rw - ext4 /dev/vdb rw\n"
        "nonsense\n"
    )
    assert filesystem.network_kind("/home/anna/far away/library", mounts) == "nfs4"
    assert filesystem.network_kind("/home/anna/far away", mounts) == "nfs4"
    assert filesystem.network_kind("/home/anna/far away/near", mounts) == ""
    assert filesystem.network_kind("/home/anna/far awayness", mounts) == ""
    assert filesystem.network_kind("/home", tmp_path / "none") == ""
