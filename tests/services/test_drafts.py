"""A draft survives the end of the program, and other instances leave it alone while the program runs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tui_reader.document.text_merge import BETWEEN
from tui_reader.errors import StoreError
from tui_reader.services.library.library import Library
from tui_reader.services.library.opening import open_library
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.drafts import drafts_left
from tui_reader.storage.replication.replica import state_folder
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.model.annotation import Annotation
    from tui_reader.services.annotations.drafts import Draft

Opener = Callable[[], Library]


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        threading.Event().wait(0.01)


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Opener]:
    """Return a function that opens one more instance of a library with one article."""
    file = tmp_path / "alpha.md"
    file.write_text("---\ntitle: Alpha\n---\n\nOne sentence. Another one.\n", encoding="utf-8")
    opened: list[Library] = []

    def open_one() -> Library:
        opened.append(open_library([file], state=tmp_path / "library.json"))
        return opened[-1]

    yield open_one
    for library in opened:
        library.close()


def article_of(library: Library, tmp_path: Path) -> str:
    return library.article_at(tmp_path / "alpha.md") or str(tmp_path / "alpha.md")


def annotate(library: Library, tmp_path: Path, note: str = "base") -> Annotation:
    made = library.annotations.note_on_article(article_of(library, tmp_path), note).annotation
    annotation = library.annotations.get(made)
    assert annotation is not None
    assert library.settle(8), "another window opened now reads it from the disk"
    return annotation


def folders() -> list[Path]:
    place = state_folder() / "drafts"
    return list(place.iterdir()) if place.is_dir() else []


def records() -> list[Path]:
    return [each / "draft.json" for each in folders() if (each / "draft.json").exists()]


def is_kept(text: str) -> bool:
    return any(f'"text": "{text}"' in each.read_text(encoding="utf-8") for each in records())


def simulate_kill(library: Library) -> None:
    """Simulate a killed process: its locks are released, its files stay."""
    for file in library.drafts._files:
        file.release()


def kept_notes(library: Library, tmp_path: Path) -> list[str]:
    return [each.note for each in library.annotations.of(article_of(library, tmp_path))]


def test_a_draft_of_a_killed_program_becomes_a_note_at_the_next_start(window: Opener, tmp_path: Path) -> None:
    first = window()
    draft = first.drafts.of(annotate(first, tmp_path))
    draft.keep("base and")
    draft.keep("base and more")
    until(lambda: is_kept("base and more"))
    simulate_kill(first)
    second = window()
    until(lambda: kept_notes(second, tmp_path) == ["base"])
    (outcome,) = second.drafts.restore()
    assert outcome.message == "kept what was typed before the reader ended: changed the note on an article"
    assert outcome.undo
    until(lambda: kept_notes(second, tmp_path) == ["base and more"])
    second.reading.undo()
    until(lambda: kept_notes(second, tmp_path) == ["base"])
    until(lambda: not folders())


def test_a_draft_that_another_instance_is_writing_is_not_restored(window: Opener, tmp_path: Path) -> None:
    first, second = window(), window()
    draft = first.drafts.of(annotate(first, tmp_path))
    draft.keep("base, live")
    until(lambda: is_kept("base, live"))
    assert second.drafts.restore() == []
    assert is_kept("base, live")
    draft.save("base, live")
    until(lambda: not folders())


def test_a_draft_is_restored_by_only_one_instance(window: Opener, tmp_path: Path) -> None:
    first = window()
    first.drafts.on_article(article_of(first, tmp_path)).keep("only once")
    until(lambda: is_kept("only once"))
    simulate_kill(first)
    library = str(tmp_path / "library.json")
    one, two = drafts_left(library), drafts_left(library)
    (mine,) = one
    assert list(two) == []
    mine.release()
    assert len(window().drafts.restore()) == 1


def test_no_file_remains_once_a_note_is_saved_or_was_not_changed(window: Opener, tmp_path: Path) -> None:
    library = window()
    annotation = annotate(library, tmp_path)
    for text, end in (("base.", "save"), ("base?", "drop"), ("base!", "back")):
        draft = library.drafts.of(annotation)
        draft.keep(text)
        until(lambda t=text: is_kept(t))  # type: ignore[misc]
        assert records()[0].stat().st_mode & 0o077 == 0, "a note is nobody else's"
        if end == "save":
            draft.save(text)
        elif end == "drop":
            draft.drop()
        else:
            draft.keep("base")
        until(lambda: not folders())


def test_a_note_that_could_not_be_saved_is_restored_at_the_next_start(
    window: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = window()
    draft = first.drafts.of(annotate(first, tmp_path))
    assert first.settle(20.0)

    def full(*_: object) -> None:
        raise StoreError("Disk full.")

    draft.keep("base, and no room")
    until(lambda: is_kept("base, and no room"))
    with monkeypatch.context() as patch:
        patch.setattr(first.store._writer._library, "commit_all", full)  # type: ignore[attr-defined]
        draft.save("base, and no room")
        with pytest.raises(StoreError, match="NOT saved") as failure:
            first.close()
        assert failure.value.hint == "1 note comes back at the next start; what else was changed is lost."
    second = window()
    assert len(second.drafts.restore()) == 1
    until(lambda: kept_notes(second, tmp_path) == ["base, and no room"])


def test_a_note_that_was_saved_just_before_the_program_died_is_not_saved_twice(window: Opener, tmp_path: Path) -> None:
    first = window()
    annotation = annotate(first, tmp_path)
    for draft, text in (
        (first.drafts.of(annotation), ".tag base and more"),
        (first.drafts.on_article(annotation.article), "another note"),
    ):
        first.drafts.save(draft.opened, text)
        draft.keep(text)
        until(lambda t=text: is_kept(t))  # type: ignore[misc]
    simulate_kill(first)
    first.store.close()
    second = window()
    assert second.drafts.restore() == []
    assert sorted(kept_notes(second, tmp_path)) == ["another note", "base and more"]
    until(lambda: not folders())


def test_a_restored_draft_is_merged_with_changes_made_since_the_program_died(window: Opener, tmp_path: Path) -> None:
    first = window()
    annotation = annotate(first, tmp_path)
    first.drafts.of(annotation).keep("base, mine")
    until(lambda: is_kept("base, mine"))
    simulate_kill(first)
    first.annotations.edit_note(annotation.id, "base, theirs")
    first.store.close()
    second = window()
    (outcome,) = second.drafts.restore()
    assert "both texts stand in it" in outcome.message
    until(lambda: kept_notes(second, tmp_path) == [f"base, theirs\n\n{BETWEEN}\n\nbase, mine"])


def test_an_emptied_note_on_an_article_keeps_words_that_another_instance_has_just_written(
    window: Opener, tmp_path: Path
) -> None:
    first, second = window(), window()
    annotation = annotate(first, tmp_path)
    draft = first.drafts.of(annotation)
    assert kept_notes(first, tmp_path) == ["base"]
    until(lambda: second.sync() or second.annotations.get(annotation.id))
    second.annotations.edit_note(annotation.id, "base, theirs")
    until(lambda: (first.store.get(ANNOTATIONS, annotation.id) or {}).get("note") == "base, theirs")
    assert kept_notes(first, tmp_path) == ["base"], "the change is in the store, but not yet in the index"
    outcome = draft.save("")
    assert "changed elsewhere meanwhile" in outcome.message
    first.sync()
    assert kept_notes(first, tmp_path) == ["base, theirs"]


def test_an_emptied_note_on_an_article_is_deleted(window: Opener, tmp_path: Path) -> None:
    library = window()
    outcome = library.drafts.of(annotate(library, tmp_path)).save(" \n")
    assert outcome.message.startswith("deleted ")
    assert kept_notes(library, tmp_path) == []


def test_a_draft_of_a_deleted_highlight_becomes_a_note_on_the_article(window: Opener, tmp_path: Path) -> None:
    first = window()
    annotation = annotate(first, tmp_path)
    first.drafts.of(annotation).keep("base, mine")
    until(lambda: is_kept("base, mine"))
    simulate_kill(first)
    first.annotations.delete(annotation.id)
    first.store.close()
    second = window()
    (outcome,) = second.drafts.restore()
    assert "its highlight is gone" in outcome.message
    until(lambda: kept_notes(second, tmp_path) == ["base, mine"])


def lend(draft: Draft, text: str) -> Path:
    lent = draft.write_for_editor(text)
    assert lent is not None
    assert lent.path.read_text(encoding="utf-8") == text
    return lent.path


def test_the_file_of_an_external_editor_becomes_a_note_at_the_next_start(window: Opener, tmp_path: Path) -> None:
    first = window()
    path = lend(first.drafts.of(annotate(first, tmp_path)), "base")
    path.write_text("base, edited\n", encoding="utf-8")
    path.with_name(".note.md.swp").write_bytes(b"rescued")
    assert window().drafts.restore() == [], "its reader lives"
    simulate_kill(first)
    second = window()
    (outcome,) = second.drafts.restore()
    until(lambda: kept_notes(second, tmp_path) == ["base, edited"])
    assert str(path.parent) in outcome.message, "the editor's own rescue file is spared, and named"
    until(lambda: not records())
    assert path.with_name(".note.md.swp").exists()


def test_a_rescue_file_of_an_editor_is_kept_and_its_folder_is_reported(window: Opener, tmp_path: Path) -> None:
    first = window()
    path = lend(first.drafts.of(annotate(first, tmp_path)), "base")
    path.with_name(".note.md.swp").write_bytes(b"rescued")
    simulate_kill(first)
    second = window()
    (outcome,) = second.drafts.restore()
    assert not outcome.undo
    assert str(path.parent) in outcome.message
    until(lambda: kept_notes(second, tmp_path) == ["base"])
    until(lambda: not records())
    assert path.with_name(".note.md.swp").exists()
    assert second.drafts.restore() == []


def test_the_file_of_an_editor_that_still_runs_is_not_restored(window: Opener, tmp_path: Path) -> None:
    first = window()
    lent = first.drafts.of(annotate(first, tmp_path)).write_for_editor("base")
    assert lent is not None
    editor = os.dup(lent.lock)
    simulate_kill(first)
    lent.path.write_text("base, half", encoding="utf-8")
    second = window()
    assert second.drafts.restore() == []
    lent.path.write_text("base, whole", encoding="utf-8")
    os.close(editor)
    assert len(second.drafts.restore()) == 1
    until(lambda: kept_notes(second, tmp_path) == ["base, whole"])


def test_a_file_that_the_editor_has_not_changed_becomes_no_note(window: Opener, tmp_path: Path) -> None:
    first = window()
    lend(first.drafts.of(annotate(first, tmp_path)), "base")
    simulate_kill(first)
    assert window().drafts.restore() == []
    until(lambda: not folders())


def test_drafts_of_a_read_only_library_stay_for_a_later_start(window: Opener, tmp_path: Path) -> None:
    first = window()
    first.drafts.of(annotate(first, tmp_path)).keep("base, waiting")
    until(lambda: is_kept("base, waiting"))
    simulate_kill(first)
    second = window()
    second.store._library.read_only = "read-only"  # type: ignore[attr-defined]
    assert second.drafts.restore() == []
    second.store._library.read_only = ""  # type: ignore[attr-defined]
    assert len(second.drafts.restore()) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"text": "x"}', b"\xff"])
def test_a_damaged_draft_does_not_prevent_the_start(window: Opener, tmp_path: Path, content: bytes) -> None:
    first = window()
    first.drafts.of(annotate(first, tmp_path)).keep("base, torn")
    until(lambda: is_kept("base, torn"))
    records()[0].write_bytes(content)
    simulate_kill(first)
    assert window().drafts.restore() == []


def test_writing_a_draft_does_not_make_the_main_thread_wait_for_the_disk(
    window: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    sync = Disk.sync

    def noted_sync(disk: Disk, handle: int) -> None:
        threads.add(threading.get_ident())
        sync(disk, handle)

    monkeypatch.setattr(Disk, "sync", noted_sync)
    library = window()
    draft = library.drafts.of(annotate(library, tmp_path))
    draft.keep("base, aside")
    until(lambda: is_kept("base, aside"))
    draft.save("base, aside")
    until(lambda: not folders())
    assert threads
    assert threading.get_ident() not in threads
