"""A missing record counts as removed only by comparison with the file's ancestor."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB, where

from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery import adoption
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.snapshot import BACKUP, BACKUP_JOURNAL

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["in this process", "in another process"])
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in another process":
        monkeypatch.setattr(adoption, "SMALL", 0)


def put(library: LibraryFiles, *keys: str, **fields: Any) -> None:
    for key in keys:
        library.commit(lambda _, k=key: {"o": [["articles", str(document_id(k)), {"id": k, **fields}]]})  # type: ignore[misc]


def annotate(library: LibraryFiles, key: str, note: str) -> None:
    values = {"id": key, "article": "a", "note": note}
    library.commit(lambda _: {"o": [["annotations", str(document_id(key, "a")), values]]})


def made(path: Path, replica: str, *keys: str, compactions: int = 1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    library = LibraryFiles(path, replica)
    for number in range(compactions):
        put(library, *keys, compactions=number)
        assert compact(library)
    library.close()


def keys(path: Path, replica: str = "aaaa") -> tuple[set[str], str]:
    """Return the articles of a library as a machine sees them, and its notice about the file."""
    library = LibraryFiles(path, replica)
    found = {document["id"] for _, document in library.documents("articles")}
    found |= {document["id"] for _, document in library.documents("annotations")}
    notice = library.opener.notice
    library.close()
    return found, notice


def remove(path: Path, key: str) -> None:
    with TinyDB(path) as plain:
        plain.table("articles").remove(where("id") == key)


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("compactions", [1, 2, 3])
def test_a_record_removed_from_the_last_generation_is_deleted(tmp_path: Path, compactions: int) -> None:
    path = tmp_path / "library.json"
    made(path, "aaaa", "a", "b", "c", compactions=compactions)
    remove(path, "b")
    found, notice = keys(path)
    assert found == {"a", "c"}
    assert "1 removed" in notice


def test_successive_removals_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    made(path, "aaaa", "a", "b", "c", "d")
    for number, key in enumerate("bcd"):
        remove(path, key)
        found, notice = keys(path)
        assert found == set("abcd") - set("bcd"[: number + 1])
        assert "1 removed" in notice
        library = LibraryFiles(path, "aaaa")
        assert compact(library)
        library.close()


@pytest.mark.usefixtures("_sizes")
def test_nothing_is_removed_against_a_generation_of_another_machine(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "a" / "library.json", tmp_path / "b" / "library.json"
    made(mine, "aaaa", "shared")
    theirs.parent.mkdir()
    shutil.copy(mine, theirs)
    made(mine, "aaaa", "mine1", "mine2")
    library = LibraryFiles(mine, "aaaa")
    annotate(library, "n1", "words of mine")
    assert compact(library)
    assert compact(library, force=True)  # now .bak holds these records too
    library.close()
    made(theirs, "bbbb", "theirs", compactions=2)
    shutil.copy(theirs, mine.with_name("moved"))
    mine.with_name("moved").replace(mine)  # a sync program replaces my file by theirs
    with TinyDB(mine) as plain:
        plain.table("articles").update({"starred": True}, where("id") == "theirs")
    found, notice = keys(mine)
    assert found == {"shared", "mine1", "mine2", "theirs", "n1"}
    assert "was not found" in notice
    assert "removed: " in notice
    library = LibraryFiles(mine, "aaaa")
    assert (library.document("articles", document_id("theirs")) or {})["starred"] is True
    library.close()


def test_an_ancestor_among_the_backups_is_found(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    made(path, "aaaa", "a", "b")
    (tmp_path / ".backups").mkdir()
    shutil.copy(path, tmp_path / ".backups" / "library-2026-01-01.json")
    for name in (BACKUP, BACKUP_JOURNAL):
        path.with_name(path.name + name).unlink()
    remove(path, "b")
    assert keys(path)[0] == {"a"}


@pytest.mark.parametrize("mixed", [BACKUP, BACKUP_JOURNAL])
def test_a_snapshot_and_a_journal_of_different_generations_are_not_combined(tmp_path: Path, mixed: str) -> None:
    path, other = tmp_path / "a" / "library.json", tmp_path / "b" / "library.json"
    made(path, "aaaa", "a")
    other.parent.mkdir()
    shutil.copy(path, other)
    made(path, "aaaa", "b", "c")
    made(other, "bbbb", "x", "y", compactions=2)
    shutil.copy(str(other) + mixed, str(path) + mixed)
    remove(path, "c")
    found, notice = keys(path)
    assert "y" not in found or mixed == BACKUP, "the other machine's journal does not belong to this snapshot"
    assert {"a", "b"} <= found
    assert "removed" not in notice.split("was not found")[0], "the ancestor was not found"


def test_a_hand_edit_of_an_earlier_versions_file_removes_nothing_in_doubt(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    made(path, "aaaa", "a", "b", compactions=2)
    data = json.loads(path.read_text())
    del data["meta"]["1"]["made_from"]
    path.write_text(json.dumps(data))
    remove(path, "b")
    found, notice = keys(path)
    assert found == {"a", "b"}
    assert "was not found" in notice


def test_records_with_unknown_timestamps_show_that_the_header_names_a_wrong_ancestor(tmp_path: Path) -> None:
    """A merge resolved by hand keeps the header of one side; records that the other side lacks were not removed."""
    mine, theirs = tmp_path / "a" / "library.json", tmp_path / "b" / "library.json"
    made(mine, "aaaa", "a", "b")
    theirs.parent.mkdir()
    shutil.copy(mine, theirs)
    made(mine, "aaaa", "mine")
    made(theirs, "bbbb", "theirs")
    ours, other = json.loads(mine.read_text()), json.loads(theirs.read_text())
    ours["articles"] = other["articles"]
    mine.write_text(json.dumps(ours))
    found, notice = keys(mine)
    assert "theirs" in found
    assert "was not found" in notice


def test_a_record_that_the_journal_changed_since_survives_its_removal(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    made(path, "aaaa", "a", "b", "c")
    library = LibraryFiles(path, "aaaa")
    put(library, "b", words="later than the file")
    library.journal.close()
    with TinyDB(path) as plain:
        plain.table("articles").remove(where("id") == "b")
        plain.table("articles").remove(where("id") == "c")
    assert keys(path)[0] == {"a", "b"}
