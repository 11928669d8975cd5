"""Changes of files while the reader runs are noticed at once, and lose no state."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.services.articles import scanner
from tui_reader.services.articles.identities import Identities
from tui_reader.services.library import opening
from tui_reader.services.library.events import DocumentChanged, DocumentLoaded, ScanProgress
from tui_reader.sources import folders, watcher
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui_reader.sources.base import Entry

Opener = Callable[..., Any]

TEXT = "---\ntitle: {}\n---\n\nA text about {}, and nothing else.\n"


def write(path: Path, title: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEXT.format(title, title), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for title in ("one", "two"):
        os.utime(write(tmp_path / "articles" / f"{title}.md", title), (1_780_000_000, 1_780_000_000))
    return tmp_path / "articles"


def test_new_changed_and_deleted_files_are_noticed_while_the_library_is_open(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    write(folder / "new" / "three.md", "three")
    owner.until(lambda: "new/three.md" in owner.headlines())
    write(folder / "one.md", "one again")
    owner.until(lambda: owner.at("one.md").title == "one again")
    (folder / "two.md").unlink()
    owner.until(lambda: "two.md" not in owner.headlines())


def test_a_file_that_an_editor_removes_while_saving_stays_in_the_list(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    released: list[str] = []
    release = Identities.release

    def noted(self: Identities, name: str) -> str | None:
        released.append(name)
        return release(self, name)

    original = folders.walk

    def walk(*about: Any, **named: Any) -> list[Entry]:
        """List the files; the editor finishes saving after that."""
        entries = list(original(*about, **named))
        if not (folder / "one.md").exists():
            write(folder / "one.md", "saved")
        return entries

    monkeypatch.setattr(Identities, "release", noted)
    monkeypatch.setattr(folders, "walk", walk)
    owner = opened(folder).scanned()
    (folder / "one.md").unlink()
    owner.until(lambda: owner.at("one.md").title == "saved")
    assert released == []


def test_a_moved_file_stays_the_same_article_even_if_reading_it_takes_long(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_BATCH_SECONDS", "BATCH_SECONDS"):
        monkeypatch.setattr(scanner, name, 0.0)
    owner = opened(folder).scanned()
    owner.library.reading.toggle_star([owner.at("one.md").id])
    (folder / "one.md").rename(folder / "three.md")
    owner.until(lambda: "three.md" in owner.headlines() and owner.at("three.md").state.starred)


def test_a_later_scan_that_reported_progress_reports_its_end(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = opened(folder).scanned()
    monkeypatch.setattr(scanner, "FIRST_BATCH_SECONDS", 0.0)
    monkeypatch.setattr(scanner, "BATCH_SECONDS", 1000.0)
    for name in ("three", "four", "five"):
        write(folder.parent / "new" / f"{name}.md", name)
    (folder.parent / "new").rename(folder / "new")
    owner.until(lambda: ScanProgress(3, 3) in owner.events)
    assert [event for event in owner.events if isinstance(event, ScanProgress)][-2:] == [
        ScanProgress(1, 3),
        ScanProgress(3, 3),
    ]


def test_changes_are_noticed_without_file_events_of_the_system(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> Iterator[None]:
        raise OSError("no watches left")

    monkeypatch.setattr("watchfiles.watch", refuse)
    monkeypatch.setattr(watcher, "POLL", 0.01)
    owner = opened(folder).scanned()
    write(folder / "three.md", "three")
    owner.until(lambda: "three.md" in owner.headlines())


def test_a_folder_that_replaces_a_watched_one_is_watched(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "TICK", 0.05)
    monkeypatch.setattr(watcher, "POLL", 0.05)
    owner = opened(folder).scanned()
    folder.rename(folder.with_name("old"))
    owner.until(lambda: not owner.headlines())
    write(folder / "three.md", "three")
    owner.until(lambda: set(owner.headlines()) == {"three.md"})
    write(folder / "four.md", "four")
    owner.until(lambda: set(owner.headlines()) == {"three.md", "four.md"})


def test_a_single_file_is_watched_through_a_save_by_rename(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "TICK", 0.01)
    owner = opened(folder / "one.md").scanned()
    (row,) = owner.headlines().values()
    write(folder / "one.md.tmp", "one, saved again").replace(folder / "one.md")
    owner.until(lambda: owner.library.catalogue.row(row.id).title == "one, saved again")


def test_a_changed_file_is_reported_and_its_document_is_read_again(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    one = owner.at("one.md").id
    owner.library.documents.want(one)
    owner.until(lambda: owner.library.documents.get(one))
    write(folder / "one.md", "something new")
    owner.until(lambda: DocumentChanged(one) in owner.events)
    assert owner.library.documents.get(one) is None
    owner.library.documents.want(one)
    owner.until(lambda: owner.library.documents.get(one))
    assert "something new" in owner.library.documents.get(one).text
    assert sum(isinstance(event, DocumentLoaded) for event in owner.events) == 2


def test_a_touched_file_with_equal_content_is_not_reported(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    one = owner.at("one.md")
    (folder / "one.md").touch()
    owner.until(lambda: owner.at("one.md").article.mtime_ns != one.article.mtime_ns)
    assert not any(isinstance(event, DocumentChanged) for event in owner.events)


@pytest.mark.parametrize("while_running", [True, False])
def test_state_and_notes_follow_a_file_that_is_moved(folder: Path, opened: Opener, while_running: bool) -> None:
    owner = opened(folder).scanned()
    one = owner.at("one.md").id
    owner.library.reading.toggle_star([one])
    owner.library.store.apply([Edit(ANNOTATIONS, "note-1", "article", None, one)], "noted").result(20)
    if not while_running:
        owner.library.close()
    (folder / "later").mkdir()
    (folder / "one.md").rename(folder / "later" / "uno.md")
    if not while_running:
        owner = opened(folder).scanned()
    owner.until(lambda: "later/uno.md" in owner.headlines() and owner.at("later/uno.md").state.starred)
    assert owner.at("later/uno.md").id == one
    assert "one.md" not in owner.headlines()
    owner.library.close()
    again = opened(folder).scanned().at("later/uno.md")
    assert (again.id, again.state.starred, again.notes) == (one, True, 1)


def test_a_new_file_with_the_name_of_a_moved_one_is_another_article(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    one = owner.at("one.md").id
    owner.library.reading.toggle_star([one])
    (folder / "one.md").rename(folder / "uno.md")
    owner.until(lambda: "uno.md" in owner.headlines() and owner.at("uno.md").state.starred)
    write(folder / "one.md", "a newcomer")
    owner.until(lambda: "one.md" in owner.headlines())
    assert not owner.at("one.md").state.starred
    owner.library.reading.toggle_archive([owner.at("one.md").id])
    owner.library.close()
    again = opened(folder).scanned()
    assert (again.at("uno.md").state.starred, again.at("uno.md").state.archived) == (True, False)
    assert (again.at("one.md").state.starred, again.at("one.md").state.archived) == (False, True)


def test_a_copy_does_not_take_the_state_of_its_original(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    owner.library.reading.toggle_star([owner.at("one.md").id])
    (folder / "copy.md").write_bytes((folder / "one.md").read_bytes())
    owner.until(lambda: "copy.md" in owner.headlines())
    assert (owner.at("one.md").state.starred, owner.at("copy.md").state.starred) == (True, False)


def test_state_is_kept_while_a_file_is_missing(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    owner.library.reading.toggle_star([owner.at("one.md").id])
    away = (folder / "one.md").rename(folder.parent / "one.md")
    owner.until(lambda: "one.md" not in owner.headlines())
    assert owner.library.catalogue.counts().shelves["starred"] == 0
    away.rename(folder / "one.md")
    owner.until(lambda: "one.md" in owner.headlines())
    assert owner.at("one.md").state.starred


@pytest.mark.parametrize("piped", [False, True])
def test_edits_of_another_program_are_shown(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch, piped: bool
) -> None:
    class Shared:
        """A store into which another program writes."""

        def __init__(self, path: Path) -> None:
            self._store = open_store(path)
            self.foreign: list[Edit] = []

        def __getattr__(self, name: str) -> Any:
            return getattr(self._store, name)

        def poll(self) -> list[Edit]:
            edits, self.foreign = self.foreign, []
            self._store.apply(edits, "elsewhere", undoable=False)
            return edits

    monkeypatch.setattr(opening, "open_store", Shared)
    monkeypatch.setattr(watcher, "TICK", 0.01)
    owner = opened(stdin=b"Something to read\n\nin two paragraphs.\n") if piped else opened(folder / "one.md").scanned()
    (row,) = owner.headlines().values()
    owner.library.store.foreign.append(Edit(ARTICLES, row.id, "starred", None, True))
    owner.until(lambda: owner.library.catalogue.row(row.id).state.starred)
    assert row.id in owner.synced
