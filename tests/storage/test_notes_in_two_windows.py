"""A note that two windows save before either has seen the other's words keeps the words of both."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tui_reader.document.text_merge import BETWEEN
from tui_reader.storage import Store, open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

BOTH = f"base FROMB\n\n{BETWEEN}\n\nbase FROMA"


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    one, two = open_store(tmp_path / "library.json"), open_store(tmp_path / "library.json")
    one.apply([Edit(ANNOTATIONS, "n", "article", None, "a"), *written(None, "base")], "made").result(60)
    until(lambda: note(two) == "base")
    yield one, two
    two.close()
    one.close()


def written(before: str | None, after: str | None) -> list[Edit]:
    return [Edit(ANNOTATIONS, "n", "note", before, after)]


def note(store: Store) -> object:
    return (store.get(ANNOTATIONS, "n") or {}).get("note")


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        threading.Event().wait(0.01)


def test_both_texts_are_kept_and_reported_and_undo_keeps_the_other_one(windows: tuple[Store, Store]) -> None:
    one, two = windows
    two.apply(written("base", "base FROMB"), "wrote B").result(60)
    one.apply(written("base", "base FROMA"), "wrote A").result(60)
    assert note(one) == BOTH
    assert Edit(ANNOTATIONS, "n", "note", "base FROMA", BOTH) in one.poll()
    assert any("wrote A" in notice and "both" in notice for notice in one.notices)
    until(lambda: note(two) == BOTH)
    undone = one.undo()
    assert undone is not None
    assert undone.edits == (Edit(ANNOTATIONS, "n", "note", BOTH, "base FROMB"),)
    one.redo()
    assert note(one) == BOTH
    one.undo()
    until(lambda: note(two) == "base FROMB")


def test_changes_in_different_places_become_one_text(windows: tuple[Store, Store]) -> None:
    one, two = windows
    two.apply(written("base", "B base"), "wrote B").result(60)
    one.apply(written("base", "base A"), "wrote A").result(60)
    assert note(one) == "B base A"


def test_a_note_that_one_window_removes_and_another_edits_stays(windows: tuple[Store, Store]) -> None:
    one, two = windows
    two.apply(written("base", "base FROMB"), "wrote B").result(60)
    one.apply(written("base", None), "took it off").result(60)
    assert note(one) == "base FROMB"


def test_an_undo_before_the_other_text_was_seen_keeps_that_text(windows: tuple[Store, Store]) -> None:
    one, two = windows
    two.apply(written("base", "base FROMB"), "wrote B").result(60)
    held = threading.Event()
    one._writer._library.disk.sync_data = lambda handle: held.wait(5) and None  # type: ignore[attr-defined]
    one.apply(written("base", "base FROMA"), "wrote A")
    one.undo()
    assert note(one) == "base"
    held.set()
    until(lambda: note(one) == "base FROMB")
    one.redo()
    until(lambda: note(one) == BOTH)
    one.undo()
    until(lambda: note(two) == "base FROMB")


def test_undo_after_a_restart_keeps_the_other_text(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = open_store(path), open_store(path)
    one.apply([Edit(ANNOTATIONS, "n", "article", None, "a"), *written(None, "base")], "made").result(60)
    two.apply(written("base", "base FROMB"), "wrote B").result(60)
    one.apply(written("base", "base FROMA"), "wrote A").result(60)
    one.close()
    two.close()
    again = open_store(path)
    assert note(again) == BOTH
    again.undo()
    assert note(again) == "base FROMB"
    again.close()


def test_undo_keeps_an_annotation_that_another_window_edited(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    one, two = open_store(path), open_store(path)
    made = {"article": "a", "anchor": {"exact": "q"}, "placed": {"start": 1}, "updated": "1"}
    starred = Edit(ARTICLES, "a", "starred", None, True)
    one.apply([starred, *(Edit(ANNOTATIONS, "n", *each) for each in put(made))], "made").result(60)
    until(lambda: two.get(ANNOTATIONS, "n"))
    two.apply(written(None, "a long thought"), "wrote").result(60)
    until(lambda: note(one) == "a long thought")
    undone = one.undo()
    assert undone is not None
    assert undone == ("made", (starred._replace(before=True, after=None),), ("n",))
    assert one.get(ANNOTATIONS, "n") == {**made, "note": "a long thought"}
    one.close()
    assert two.undo() is not None
    two.close()
    again = open_store(path)
    assert again.get(ANNOTATIONS, "n") == made
    again.close()


def test_undo_keeps_an_annotation_whose_new_words_were_not_seen_yet(windows: tuple[Store, Store]) -> None:
    one, two = windows
    one._writer._library.poll = lambda: False  # type: ignore[attr-defined]
    two.apply(written("base", "base FROMB"), "wrote B").result(60)
    assert note(one) == "base"
    undone = one.undo()
    assert undone is not None
    until(lambda: note(one) == "base FROMB")
    assert one.get(ANNOTATIONS, "n") == two.get(ANNOTATIONS, "n") == {"article": "a", "note": "base FROMB"}
    assert {edit.field for edit in one.poll()} >= {"article", "note"}
    assert any("made" in notice and "left alone" in notice for notice in one.notices)


def test_undo_removes_an_annotation_whose_position_was_computed_again(tmp_path: Path) -> None:
    with closing(open_store(tmp_path / "library.json")) as store:
        made = {"article": "a", "note": "n", "placed": {"start": 1}}
        store.apply([Edit(ANNOTATIONS, "n", *each) for each in put(made)], "made")
        store.apply([Edit(ANNOTATIONS, "n", "placed", {"start": 1}, {"start": 5})], "found again", undoable=False)
        store.undo()
        assert list(store.items(ANNOTATIONS, of="a")) == []
        store.redo()
        assert store.get(ANNOTATIONS, "n") == {**made, "placed": {"start": 5}}


def put(fields: Mapping[str, object]) -> list[tuple[str, None, object]]:
    return [(name, None, value) for name, value in fields.items()]
