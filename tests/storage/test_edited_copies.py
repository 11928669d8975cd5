"""What a plain TinyDB changed in a file is kept when that file becomes the conflict copy."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB, where

from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication import merge
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = str(document_id("n", "a"))
COPY = "library.sync-conflict-20260101-120000-ABCDEFG.json"


@pytest.fixture(autouse=True, params=["in this process", "in another process"])
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "in another process":
        monkeypatch.setattr(merge, "SMALL", 0)


def write(path: Path, machine: str, **values: Any) -> None:
    library = LibraryFiles(path, machine)
    library.commit(lambda _: {"o": [["annotations", NUMBER, values]]})
    assert compact(library)
    library.close()


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Path, Path]:
    """Two machines with one library that holds one note."""
    mine, theirs = tmp_path / "a" / "library.json", tmp_path / "b" / "library.json"
    for path in (mine, theirs):
        path.parent.mkdir()
    write(mine, "aaaa", id="n", article="a", note="first words", colour=1)
    shutil.copy(mine, theirs)
    return mine, theirs


def plain(path: Path, **values: Any) -> None:
    with TinyDB(path) as db:
        db.table("annotations").update(values, where("id") == "n")


def merged(path: Path) -> dict[str, Any]:
    library = LibraryFiles(path, "aaaa")
    assert not [each.problem for each in merge.merge_conflict_copies(library) if each.problem]
    documents = [document for _, document in library.documents("annotations")]
    library.close()
    assert len(documents) == 1
    return documents[0]


def test_both_texts_of_a_note_survive(machines: tuple[Path, Path]) -> None:
    mine, theirs = machines
    write(mine, "aaaa", note="alpha text")
    plain(theirs, note="beta text")
    shutil.copy(theirs, mine.with_name(COPY))
    note = merged(mine)["note"]
    assert "alpha text" in note
    assert "beta text" in note


def test_both_texts_survive_where_a_plain_tinydb_wrote_both(machines: tuple[Path, Path]) -> None:
    mine, theirs = machines
    plain(mine, note="alpha text")
    plain(theirs, note="beta text")
    shutil.copy(mine, mine.with_name(COPY))
    shutil.copy(theirs, mine)
    note = merged(mine)["note"]
    assert "alpha text" in note
    assert "beta text" in note


def test_a_note_that_was_deleted_here_and_edited_in_the_copy_comes_back(machines: tuple[Path, Path]) -> None:
    mine, theirs = machines
    write(mine, "aaaa", **{"-": True})
    plain(theirs, note="beta text")
    shutil.copy(theirs, mine.with_name(COPY))
    assert merged(mine)["note"] == "beta text"


def test_another_field_that_was_edited_in_the_copy_is_merged(machines: tuple[Path, Path]) -> None:
    mine, theirs = machines
    write(mine, "aaaa", note="alpha text")
    plain(theirs, colour=4)
    shutil.copy(theirs, mine.with_name(COPY))
    found = merged(mine)
    assert (found["note"], found["colour"]) == ("alpha text", 4)


@pytest.mark.parametrize("table", [True, False])
def test_records_missing_in_a_conflict_copy_are_not_removed(machines: tuple[Path, Path], *, table: bool) -> None:
    mine, theirs = machines
    with TinyDB(theirs) as db:
        if table:
            db.drop_table("annotations")
        else:
            db.table("annotations").remove(where("id") == "n")
        db.table("articles").insert({"id": "a", "starred": True})
    shutil.copy(theirs, mine.with_name(COPY))
    library = LibraryFiles(mine, "aaaa")
    merge.merge_conflict_copies(library)
    assert len(dict(library.documents("annotations"))) == 1
    library.close()
