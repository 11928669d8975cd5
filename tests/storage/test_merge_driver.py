"""The merge driver writes only the file that git expects, prints nothing, and refuses files that are not libraries."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tinydb import TinyDB, where

from tests.storage.test_merge_marks import annotation, article, contents, deletion, edited, expected, three_files
from tui_reader.cli import main as cli
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id

if TYPE_CHECKING:
    from pathlib import Path


def drive(folder: Path, *files: Path) -> int:
    """Run the driver on copies in an own folder, under the names that git gives them."""
    place = folder / "git"
    place.mkdir(exist_ok=True)
    for file, name in zip(files, ("o", "a", "b"), strict=True):
        shutil.copy(file, place / f".merge_file_{name}")
    before = sorted(item.name for item in place.iterdir())
    result = cli.main(["merge", "--driver", *(str(place / name) for name in before[2:] + before[:2])])
    assert sorted(item.name for item in place.iterdir()) == before
    return result


def merged(folder: Path) -> dict[str, dict[int, dict[str, Any]]]:
    path = folder / "merged.json"
    shutil.copy(folder / "git" / ".merge_file_a", path)
    library = LibraryFiles(path, "zzzz")
    assert not library.damage
    assert not library.opener.notice, "the file has the layout of the reader"
    found = contents(library)
    library.close()
    return {table: documents for table, documents in found.items() if documents}


@pytest.mark.parametrize("seed", range(5))
def test_the_driver_merges_like_the_reader(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    origin, ours, theirs = three_files(tmp_path, seed, bare=seed % 2 == 0)
    assert drive(tmp_path, origin, ours, theirs) == 0
    assert capsys.readouterr() == ("", "")
    wanted = expected(tmp_path, ours, theirs)
    assert merged(tmp_path) == {table: documents for table, documents in wanted.items() if documents}


def test_either_direction_gives_the_same_records(tmp_path: Path) -> None:
    origin, ours, theirs = three_files(tmp_path, 3, bare=False)
    drive(tmp_path, origin, ours, theirs)
    one = merged(tmp_path)
    drive(tmp_path, origin, theirs, ours)
    assert merged(tmp_path) == one


def test_without_a_common_ancestor_every_record_stays(tmp_path: Path) -> None:
    origin, ours, theirs = three_files(tmp_path, 3, bare=False)
    origin.write_bytes(b"")
    assert drive(tmp_path, origin, ours, theirs) == 0
    assert "shared1" in {document["id"] for document in merged(tmp_path)["articles"].values()}


def test_edits_and_removals_by_a_plain_tinydb_on_one_side_are_merged(tmp_path: Path) -> None:
    origin = tmp_path / "o" / "library.json"
    origin.parent.mkdir()
    edited(origin, "oooo", *(lambda library, k=key: article(library, k, n=1) for key in "abc"))
    ours, theirs = tmp_path / "ours.json", tmp_path / "t" / "library.json"
    shutil.copy(origin, ours)
    theirs.parent.mkdir()
    shutil.copy(origin, theirs)
    with TinyDB(ours) as plain:
        plain.table("articles").update({"n": 7}, where("id") == "a")
        plain.table("articles").remove(where("id") == "b")
    edited(theirs, "bbbb", lambda library: annotation(library, "x", "c", note="w"), lambda lib: deletion(lib, "c"))
    assert drive(tmp_path, origin, ours, theirs) == 0
    found = merged(tmp_path)
    assert found["articles"] == {document_id("a"): {"id": "a", "n": 7}}
    assert [document["id"] for document in found["annotations"].values()] == ["x"]


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("content", [b"", b"{}", b"text", b'{"name": "x", "version": "1"}', b"[1]", b"\xff"])
def test_a_file_that_is_not_a_library_is_refused_and_unchanged(
    tmp_path: Path, which: int, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    files = list(three_files(tmp_path, 1, bare=False))
    files[which].write_bytes(content)
    assert drive(tmp_path, *files) != 0
    assert (tmp_path / "git" / ".merge_file_a").read_bytes() == files[1].read_bytes()
    assert "Nothing was merged" in capsys.readouterr().err


def test_the_driver_requires_three_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["merge", "--driver", "one", "two"]) == 2
    assert "three files" in capsys.readouterr().err
