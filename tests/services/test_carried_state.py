"""A folder that becomes a library keeps what was done with its articles before, in the program's own state file."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader import paths
from tui_reader.cli.main import main
from tui_reader.services.library.maintenance import merge_copies
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, Edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TIDES = "---\ntitle: Tides\n---\n\nThe sea comes in twice a day. Some harbours dry out. Nobody asks it.\n"
MOON = "---\ntitle: Moon\nid: the-moon\n---\n\nThe moon has no light of its own. It borrows.\n"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def call(*arguments: object) -> str:
        status = main([str(argument) for argument in arguments])
        out = capsys.readouterr()
        assert status == 0, out
        return out.out

    return call


@pytest.fixture
def folder(tmp_path: Path, run: Callable[..., str]) -> Path:
    """A folder without a state of its own, whose articles are starred, tagged and annotated."""
    root = tmp_path / "articles"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "tides.md").write_text(TIDES, encoding="utf-8")
    (root / "moon.md").write_text(MOON, encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "sun.md").write_text("# Sun\n\nIt has light. It shines.\n", encoding="utf-8")
    run("star", "--library", root, "title:tides")
    run("tag", "--library", root, "title:moon", "+night")
    run("star", "--library", tmp_path / "other", "title:sun")
    add = ("notes", "add", "--library", root)
    run(*add, root / "deep" / "tides.md", "--quote", "Some harbours dry out.", "--note", "where?", "--tag", "ports")
    run(*add, root / "deep" / "tides.md", "--quote", "Nobody asks it.")
    run(*add, root / "moon.md", "--quote", "It borrows.")
    return root


def shown(run: Callable[..., str], folder: Path) -> tuple[list[Any], list[Any]]:
    """Return the articles and the annotations of a library, without ids, which may contain paths."""
    articles = json.loads(run("list", "--library", folder, "--json", "sort:title"))
    notes = json.loads(run("notes", "list", "--library", folder, "--json"))
    kept = ("title", "starred", "tags", "highlights", "notes")
    return (
        [{name: each[name] for name in kept} for each in articles],
        [{name: each[name] for name in ("quote", "note", "tags", "colour", "state")} for each in notes],
    )


def test_a_new_library_takes_over_the_state_of_its_articles_from_the_default_one(
    folder: Path, run: Callable[..., str]
) -> None:
    before = shown(run, folder)
    out = run("init", folder)
    assert f"begins with the state of 2 articles and 3 annotations, copied from {paths.data_dir()}" in out
    assert (folder / "library.json").is_file()
    assert shown(run, folder) == before
    assert [each["starred"] for each in before[0]] == [False, True]
    assert len(before[1]) == 3

    text = (folder / "library.json").read_text(encoding="utf-8")
    assert str(folder) not in text
    assert "sun" not in text.lower()
    assert '"texts"' in text


def test_a_moved_library_finds_its_passages_in_changed_texts(
    folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    run("init", folder)
    moved = folder.rename(tmp_path / "elsewhere")
    tides = moved / "deep" / "tides.md"
    tides.write_text(TIDES.replace("The sea", "Before all, the sea"), encoding="utf-8")
    articles, notes = shown(run, moved)
    assert [(each["title"], each["highlights"]) for each in articles] == [("Moon", 1), ("Tides", 2)]
    assert {each["state"] for each in notes} <= {"anchored", "moved"}


def test_deleted_annotations_and_links_out_of_the_folder_are_left_out(
    folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("# A private title\n\nA private sentence.\n", encoding="utf-8")
    (folder / "link.md").symlink_to(secret)
    run("notes", "add", "--library", folder, folder / "link.md", "--quote", "A private sentence.")
    run("notes", "delete", "--library", folder, "quote:borrows")
    assert "2 articles and 2 annotations" in run("init", folder)
    text = (folder / "library.json").read_text(encoding="utf-8")
    assert "private" not in text
    assert "borrows" not in text


def test_a_folder_without_a_state_begins_empty(tmp_path: Path, run: Callable[..., str]) -> None:
    assert "begins with" not in run("init", tmp_path)


@pytest.mark.parametrize("is_plain", [False, True], ids=["own layout", "written by TinyDB"])
def test_the_own_state_file_is_merged_into_a_folder_that_carries_its_state(
    *, is_plain: bool, folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    listed = json.loads(run("notes", "list", "--library", folder, "--json"))
    run("notes", "delete", "--library", folder, next(each["id"] for each in listed if each["note"]))
    before = shown(run, folder)
    assert len(before[1]) == 2
    copy = tmp_path / "copy.json"
    copy.write_bytes((paths.data_dir() / "library.json").read_bytes())
    if is_plain:
        tables = json.loads(copy.read_bytes())
        del tables["meta"]
        copy.write_text(json.dumps(tables), encoding="utf-8")
    (paths.data_dir() / "library.json").unlink()
    run("init", folder)
    run("star", "--library", folder, "title:moon")
    run("merge", copy, "--library", folder)
    before[0][0]["starred"] = True
    assert shown(run, folder) == before
    assert "gone" not in run("notes", "list", "--library", folder)
    assert str(folder) not in (folder / "library.json").read_text(encoding="utf-8")


def test_a_merge_of_absolute_names_keeps_the_latest_value(
    folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy.json"
    copy.write_bytes((paths.data_dir() / "library.json").read_bytes())
    run("init", folder)
    run("star", "--off", "--library", folder, "title:tides")
    run("merge", copy, "--library", folder)
    articles, annotations = shown(run, folder)
    assert [each["starred"] for each in articles] == [False, False]
    assert sorted(each["note"] for each in annotations) == ["", "", "where?"]
    assert "0 records" in run("merge", copy, "--library", folder)


def test_articles_that_were_merged_under_absolute_names_are_found_by_merging_again(
    folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    before = shown(run, folder)
    copy = tmp_path / "copy.json"
    copy.write_bytes((paths.data_dir() / "library.json").read_bytes())
    (paths.data_dir() / "library.json").unlink()
    run("init", folder)
    merge_copies(folder / "library.json", [copy])
    assert shown(run, folder) != before
    run("merge", copy, "--library", folder)
    assert shown(run, folder) == before


def test_a_merge_counts_the_annotations_of_other_folders_that_it_brings(
    folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    sun = tmp_path / "other" / "sun.md"
    for quote in ("It has light.", "It shines."):
        run("notes", "add", "--library", sun.parent, sun, "--quote", quote)
    run("notes", "delete", "--library", sun.parent, "quote:shines")
    copy = tmp_path / "copy.json"
    copy.write_bytes((paths.data_dir() / "library.json").read_bytes())
    (paths.data_dir() / "library.json").unlink()
    run("init", folder)
    first, *more = run("merge", copy, "--library", folder).splitlines()
    assert first.startswith(f"{copy}: ")
    (said,) = more
    assert said.startswith(f"  1 annotation of it belongs to articles outside of {folder}: kept, and shown here once ")
    assert len(shown(run, folder)[1]) == 3
    # Kept: they are shown where the articles are open, and merged on from this library.
    state = ("--state", folder / "library.json", "--library", sun.parent)
    assert "It has light." in run("notes", "list", *state)
    assert run("merge", copy, "--library", folder) == f"{copy}: 0 records of {folder / 'library.json'} changed by it\n"


def test_a_merge_into_the_own_state_file_counts_what_the_copy_names_in_its_folder(
    folder: Path, run: Callable[..., str]
) -> None:
    run("init", folder)
    (paths.data_dir() / "library.json").unlink()
    out = run("merge", folder / "library.json")
    assert "  3 annotations of it belong to articles that it names relative to its own folder: kept, " in out
    other = folder.parent / "other.json"
    assert "belong" not in run("merge", folder / "library.json", "--state", other)


def test_articles_that_had_another_place_where_the_copy_was_made_are_found_after_a_merge(
    folder: Path, run: Callable[..., str], tmp_path: Path
) -> None:
    before = shown(run, folder)
    copy = tmp_path / "copy.json"
    copy.write_bytes((paths.data_dir() / "library.json").read_bytes())
    (paths.data_dir() / "library.json").unlink()
    moved = folder.rename(tmp_path / "moved")
    run("init", moved)
    run("merge", copy, "--library", moved)
    assert shown(run, moved) == before


def test_an_annotation_edited_after_its_deletion_elsewhere_is_copied(run: Callable[..., str], folder: Path) -> None:
    with closing(open_store(paths.data_dir() / "library.json")) as store:
        key, _ = next(iter(store.items(ANNOTATIONS)))
        deleted = Edit(ANNOTATIONS, key, "deleted", None, "2001-01-01T00:00:00.000Z")
        store.apply([deleted], "deleted", undoable=False).result()
    before = shown(run, folder)
    assert len(before[1]) == 3
    run("init", folder)
    assert shown(run, folder) == before
