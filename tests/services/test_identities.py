"""An article keeps its id when its file moves, another file claims the id, or another computer opens it."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.config import Settings
from tui_reader.services.headless.annotations_api import AnnotationsApi
from tui_reader.services.headless.session import library_of
from tui_reader.services.library.library_paths import find_library_paths
from tui_reader.services.library.opening import init_library

if TYPE_CHECKING:
    from pathlib import Path

Opener = Callable[..., Any]


def write(path: Path, title: str, claim: str = "", url: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    header = [f"title: {title}", *([f"id: {claim}"] if claim else []), *([f"url: {url}"] if url else [])]
    path.write_text("---\n" + "\n".join(header) + f"\n---\n\nA text about {title}, and nothing else.\n")
    return path


def star(owner: Any, location: str) -> str:
    article_id: str = owner.at(location).id
    owner.library.reading.toggle_star([article_id])
    owner.library.close()
    return article_id


def test_an_id_is_claimed_by_the_file_or_its_address_or_its_name(tmp_path: Path, opened: Opener) -> None:
    folder = tmp_path / "articles"
    write(folder / "a.md", "a", "claimed", "https://example.org/a")
    write(folder / "b.md", "b", url="https://example.org/b")
    write(folder / "c.md", "c", url="https://example.org/")
    init_library(folder)
    owner = opened(folder).scanned()
    assert {where: row.id for where, row in owner.headlines().items()} == {
        "a.md": "claimed",
        "b.md": "https://example.org/b",
        "c.md": "c.md",
    }


def test_a_copy_in_another_library_has_its_own_state(tmp_path: Path, opened: Opener) -> None:
    star(opened(write(tmp_path / "here" / "x.md", "x").parent).scanned(), "x.md")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    there = opened(tmp_path / "there").scanned()
    assert not there.at("x.md").state.starred
    there.library.close()
    assert opened(tmp_path / "here").scanned().at("x.md").state.starred


def test_state_follows_from_one_library_to_another(tmp_path: Path, opened: Opener) -> None:
    star(opened(write(tmp_path / "here" / "x.md", "x").parent).scanned(), "x.md")
    (tmp_path / "here").rename(tmp_path / "there")
    assert opened(tmp_path / "there").scanned().at("x.md").state.starred


def test_one_claimed_id_in_two_libraries_is_two_articles(tmp_path: Path, opened: Opener) -> None:
    write(tmp_path / "here" / "x.md", "x", "1")
    write(tmp_path / "there" / "y.md", "y", "1")
    star(opened(tmp_path / "here").scanned(), "x.md")
    assert not opened(tmp_path / "there").scanned().at("y.md").state.starred


@pytest.mark.parametrize("while_running", [True, False])
def test_another_article_under_the_same_name_has_no_state(tmp_path: Path, opened: Opener, while_running: bool) -> None:
    today = write(tmp_path / "articles" / "today.md", "Monday", "guid-monday")
    owner = opened(tmp_path / "articles").scanned()
    owner.library.reading.toggle_star([owner.at("today.md").id])
    if not while_running:
        owner.library.close()
    write(today, "Tuesday", "guid-tuesday")
    if not while_running:
        owner = opened(tmp_path / "articles").scanned()
    owner.until(lambda: owner.at("today.md").title == "Tuesday")
    assert not owner.at("today.md").state.starred
    assert len(owner.headlines()) == 1
    write(today, "Monday", "guid-monday")
    owner.until(lambda: owner.at("today.md").title == "Monday")
    assert owner.at("today.md").state.starred


def test_a_file_that_gets_an_id_later_stays_the_same_article(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    first = star(opened(path.parent).scanned(), "x.md")
    write(path, "x", "new-id")
    row = opened(path.parent).scanned().at("x.md")
    assert (row.id, row.state.starred) == (first, True)


def test_a_moved_and_edited_file_is_recognized_by_its_claimed_id(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x", "guid")
    star(opened(path.parent).scanned(), "x.md")
    path.unlink()
    write(path.with_name("y.md"), "x, revised", "guid")
    assert opened(path.parent).scanned().at("y.md").state.starred


def test_copying_a_file_and_deleting_the_original_is_a_move(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    owner = opened(path.parent).scanned()
    owner.library.reading.toggle_star([owner.at("x.md").id])
    shutil.copyfile(path, path.with_name("y.md"))
    owner.until(lambda: "y.md" in owner.headlines())
    assert not owner.at("y.md").state.starred
    path.unlink()
    owner.until(lambda: "x.md" not in owner.headlines() and owner.at("y.md").state.starred)


def test_a_copy_stays_in_the_up_next_list_after_its_original_is_deleted(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    owner = opened(path.parent).scanned()
    owner.library.reading.toggle_star([owner.at("x.md").id])
    shutil.copyfile(path, path.with_name("y.md"))
    owner.until(lambda: "y.md" in owner.headlines())
    owner.library.reading.add_up_next([owner.at("y.md").id])
    path.unlink()
    owner.until(lambda: "x.md" not in owner.headlines())
    assert [row.article.location for row in owner.library.reading.up_next()] == ["y.md"]


def test_of_two_possible_targets_of_a_move_neither_is_chosen(tmp_path: Path, opened: Opener) -> None:
    folder = tmp_path / "articles"
    for name in ("x.md", "y.md"):
        write(folder / name, "the same")
    owner = opened(folder).scanned()
    owner.library.reading.toggle_star([owner.at("x.md").id, owner.at("y.md").id])
    owner.library.close()
    (folder / "x.md").unlink()
    (folder / "y.md").rename(folder / "z.md")
    assert not opened(folder).scanned().at("z.md").state.starred


def test_decomposed_file_names_of_macos_give_the_same_ids(tmp_path: Path) -> None:
    init_library(tmp_path)
    places = find_library_paths([tmp_path], None, tmp_path / "data", tmp_path / "cache")
    composed = "Élan.md"
    apart = str(tmp_path / unicodedata.normalize("NFD", composed))
    assert places.name_of(apart) == places.name_of(str(tmp_path / composed)) == composed


def noted(owner: Any, location: str) -> str:
    """Add a note to an article; return the id of the note."""
    made: str = owner.library.annotations.note_on_article(owner.at(location).id, "Keep me.").annotation
    return made


@pytest.mark.parametrize("while_running", [True, False])
@pytest.mark.parametrize("moved", ["moved", "written again"])
def test_a_moved_and_edited_file_is_recognized_by_its_address(
    tmp_path: Path, opened: Opener, while_running: bool, moved: str
) -> None:
    path = write(tmp_path / "articles" / "x.md", "x", url="https://example.org/x")
    owner = opened(path.parent).scanned()
    owner.library.reading.toggle_star([owner.at("x.md").id])
    noted(owner, "x.md")
    if not while_running:
        owner.library.close()
    target = path.parent / "deep" / "y.md"
    if moved == "moved":
        target.parent.mkdir()
        path.rename(target)
        target.write_text(target.read_text() + "\nAnd one line more.\n")
    else:
        path.unlink()
        write(target, "something else altogether", url="https://example.org/x")
    if not while_running:
        owner = opened(path.parent).scanned()
    owner.until(lambda: "deep/y.md" in owner.headlines() and "x.md" not in owner.headlines())
    owner.until(lambda: owner.at("deep/y.md").notes == 1)
    assert owner.at("deep/y.md").state.starred


def test_an_address_of_two_articles_does_not_move_the_state_of_a_present_one(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x", url="https://example.org/x")
    star(opened(path.parent).scanned(), "x.md")
    write(path.with_name("y.md"), "another edition", url="https://example.org/x")
    owner = opened(path.parent).scanned()
    assert owner.at("x.md").state.starred and not owner.at("y.md").state.starred


@pytest.mark.parametrize("while_running", [True, False])
def test_a_copy_opened_before_its_original_was_deleted_is_the_moved_file(
    tmp_path: Path, opened: Opener, while_running: bool
) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    copy = path.with_name("y.md")
    owner = opened(path.parent).scanned()
    noted(owner, "x.md")
    owner.library.close()
    shutil.copyfile(path, copy)
    owner = opened(path.parent).scanned()
    owner.until(lambda: "y.md" in owner.headlines())
    owner.library.reading.open(owner.at("y.md").id)
    owner.library.reading.leave(owner.at("y.md").id, 3, 0.5)
    if not while_running:
        owner.library.close()
    path.unlink()
    if not while_running:
        owner = opened(path.parent).scanned()
    owner.until(lambda: "x.md" not in owner.headlines() and owner.at("y.md").notes == 1)
    owner.library.close()
    assert opened(path.parent).scanned().at("y.md").notes == 1


def test_a_copy_with_stars_or_notes_of_its_own_stays_a_separate_article(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    owner = opened(path.parent).scanned()
    noted(owner, "x.md")
    shutil.copyfile(path, path.with_name("y.md"))
    owner.until(lambda: "y.md" in owner.headlines())
    noted(owner, "y.md")
    path.unlink()
    owner.until(lambda: "x.md" not in owner.headlines())
    assert owner.at("y.md").notes == 1
    assert len(list(owner.library.annotations.all())) == 2


def test_of_two_copies_neither_is_treated_as_the_moved_file(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    shutil.copyfile(path, path.with_name("y.md"))
    shutil.copyfile(path, path.with_name("z.md"))
    owner = opened(path.parent).scanned()
    noted(owner, "x.md")
    owner.library.close()
    path.unlink()
    owner = opened(path.parent).scanned()
    assert [owner.at(each).notes for each in ("y.md", "z.md")] == [0, 0]
    assert [each.note for each in owner.library.annotations.all()] == ["Keep me."]


def test_a_new_file_is_the_moved_one_rather_than_an_older_copy(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "x")
    shutil.copyfile(path, path.with_name("y.md"))
    owner = opened(path.parent).scanned()
    noted(owner, "x.md")
    path.rename(path.with_name("z.md"))
    owner.until(lambda: "x.md" not in owner.headlines() and "z.md" in owner.headlines())
    assert (owner.at("y.md").notes, owner.at("z.md").notes) == (0, 1)


def test_files_with_equal_content_in_a_renamed_folder_are_distinguished_by_name(tmp_path: Path, opened: Opener) -> None:
    for name in ("x.md", "y.md"):
        write(tmp_path / "articles" / "old" / name, "the same")
    owner = opened(tmp_path / "articles").scanned()
    owner.library.reading.toggle_star([owner.at("old/x.md").id, owner.at("old/y.md").id])
    noted(owner, "old/y.md")
    owner.library.close()
    (tmp_path / "articles" / "old").rename(tmp_path / "articles" / "new")
    owner = opened(tmp_path / "articles").scanned()
    assert [owner.at(each).notes for each in ("new/x.md", "new/y.md")] == [0, 1]


STORY = "https://example.org/story"


@pytest.mark.parametrize("claim", ["address", "id"])
def test_of_several_files_that_claim_an_id_the_first_by_name_has_it(tmp_path: Path, opened: Opener, claim: str) -> None:
    folder = tmp_path / "articles"
    claimed = {"claim": "guid"} if claim == "id" else {"url": STORY}
    write(folder / "y.md", "French", **claimed)
    init_library(folder)
    owner = opened(folder).scanned()
    assert owner.at("y.md").id == (STORY if claim == "address" else "guid")
    write(folder / "x.md", "English", **claimed)
    owner.until(lambda: "x.md" in owner.headlines())
    ids = {name: row.id for name, row in owner.headlines().items()}
    assert ids == {"x.md": STORY if claim == "address" else "guid", "y.md": "y.md"}
    with library_of([folder], None, Settings()) as library:
        assert {name: library.article_at(folder / name) for name in ids} == ids


def test_a_file_keeps_its_claimed_id_once_its_article_has_a_state(tmp_path: Path, opened: Opener) -> None:
    first = write(tmp_path / "articles" / "y.md", "French", url=STORY)
    owner = opened(first.parent).scanned()
    owner.library.reading.toggle_star([owner.at("y.md").id])
    write(first.with_name("x.md"), "English", url=STORY)
    owner.until(lambda: "x.md" in owner.headlines())
    assert owner.at("y.md").state.starred and not owner.at("x.md").state.starred


def test_standard_input_and_a_file_with_the_same_address_are_separate_articles(tmp_path: Path, opened: Opener) -> None:
    path = write(tmp_path / "articles" / "x.md", "English", url=STORY)
    owner = opened(path.parent, stdin=path.read_bytes()).scanned()
    assert owner.at("-").id == STORY != owner.at("x.md").id
    assert owner.library.path_of(STORY) is None


@pytest.mark.parametrize("name", ["x.md", "y.md"])
def test_a_note_stays_on_its_file_if_another_window_gives_the_claimed_id_to_another_file(
    tmp_path: Path, opened: Opener, name: str
) -> None:
    folder = tmp_path / "articles"
    write(folder / "x.md", "English", url=STORY)
    write(folder / "y.md", "French", url=STORY)
    owner = opened(folder).scanned()
    # A library of one file gives it the address, even if another file has it in a library of both.
    with library_of([folder / name], None, Settings()) as library:
        AnnotationsApi(library, Settings()).add(folder / name, "", note="Keep me.")
    owner.until(owner.library.annotations.articles)
    other = {"x.md": "y.md", "y.md": "x.md"}[name]
    assert (owner.at(name).notes, owner.at(other).notes) == (1, 0)
    owner.library.reading.toggle_star([owner.at(other).id])
    owner.library.close()
    owner = opened(folder).scanned()
    assert (owner.at(name).notes, owner.at(name).state.starred) == (1, False)
    assert (owner.at(other).notes, owner.at(other).state.starred) == (0, True)
