"""Annotations are read once, beside the text of their article, and are true whatever happens meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.services.annotations.annotation_index import AnnotationIndex
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tui_reader.storage import Store

    Opener = Callable[..., Any]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "library.json")
    yield opened
    opened.close()


def written(store: Store, key: str, note: str | None, before: str | None = None, *, article: str = "a") -> None:
    belongs = Edit(ANNOTATIONS, key, "article", None if before is None else article, article)
    store.apply([belongs, Edit(ANNOTATIONS, key, "note", before, note)], "wrote")


def aside(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the threads that read records from now on."""
    readers: list[str] = []
    items = store.items

    def watching(table: str, of: str = "") -> Any:
        readers.append(threading.current_thread().name)
        return items(table, of)

    monkeypatch.setattr(store, "items", watching)
    return readers


def test_what_was_read_ahead_is_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    written(store, "1", "first")
    written(store, "2", "second")
    notebook = AnnotationIndex(store)
    notebook.take_count(notebook.scan())
    readers = watched(store, monkeypatch)
    aside(lambda: notebook.read_ahead("a"))
    aside(lambda: notebook.read_ahead("of nobody"))
    assert [each.note for each in notebook.of("a")] == ["first", "second"]
    assert len(readers) == 1
    assert threading.current_thread().name not in readers


def test_what_changed_since_it_was_read_ahead_is_read_anew(store: Store) -> None:
    written(store, "1", "first")
    written(store, "2", "second")
    notebook = AnnotationIndex(store)
    aside(lambda: notebook.read_ahead("a"))
    written(store, "2", "altered", "second")
    written(store, "3", "third")
    notebook.absorb(["2", "3"])
    assert [each.note for each in notebook.of("a")] == ["first", "altered", "third"]


def test_an_edit_that_is_taken_in_late_is_seen_once(store: Store) -> None:
    written(store, "1", "first")
    notebook = AnnotationIndex(store)
    notebook.take_count(notebook.scan())
    written(store, "2", "second")
    aside(lambda: notebook.read_ahead("a"))
    assert [each.note for each in notebook.of("a")] == ["first"]
    notebook.absorb(["2"])
    assert [each.note for each in notebook.of("a")] == ["first", "second"]


def test_an_article_is_read_before_all_is_counted_and_a_late_count_changes_nothing(store: Store) -> None:
    written(store, "1", "first")
    written(store, "2", "second")
    notebook = AnnotationIndex(store)
    counted = notebook.scan()
    assert [each.note for each in notebook.of("a")] == ["first", "second"]
    assert not notebook.is_counted
    store.apply([Edit(ANNOTATIONS, "2", "deleted", None, "2026-06-05T10:00:00Z")], "deleted")
    assert notebook.absorb(["2"]) == ("a",)
    notebook.take_count(counted)
    assert [each.note for each in notebook.of("a")] == ["first"]
    assert (notebook.count("a"), notebook.known_count("a"), len(notebook)) == (1, 1, 1)


def test_a_change_before_all_is_counted_waits_for_no_count(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 100,000 annotations it would wait a second."""
    written(store, "1", "first")
    notebook = AnnotationIndex(store)
    readers = watched(store, monkeypatch)
    written(store, "2", "second")
    assert notebook.absorb(["2"]) == ("a",)
    assert readers == []
    assert notebook.get("1") is not None
    assert notebook.get("none") is None
    assert not notebook.is_counted
    assert [each.note for each in notebook.of("a")] == ["first", "second"]
    assert len(notebook) == 2


def test_articles_come_by_their_latest_annotation_whatever_changes(store: Store) -> None:
    for key, article in (("1", "a"), ("2", "b"), ("3", "a"), ("4", "c")):
        written(store, key, "note", article=article)
    notebook = AnnotationIndex(store)
    assert notebook.articles() == ("c", "a", "b")
    written(store, "2", "changed", "note", article="b")
    notebook.absorb(["2"])
    assert notebook.articles() == ("c", "a", "b")
    written(store, "5", "note", article="b")
    notebook.absorb(["5"])
    assert notebook.articles() == ("b", "c", "a")
    for key, deleted in (("4", None), ("5", None)):
        store.apply([Edit(ANNOTATIONS, key, "deleted", deleted, "2026-06-05T10:00:00Z")], "deleted")
    notebook.absorb(["4", "5"])
    assert notebook.articles() == ("a", "b")
    store.apply([Edit(ANNOTATIONS, "4", "deleted", "2026-06-05T10:00:00Z", None)], "undone")
    notebook.absorb(["4"])
    assert notebook.articles() == ("c", "a", "b")
    assert [annotation.article for annotation in notebook.all()] == ["c", "a", "a", "b"]
    assert sorted(notebook.ids("a")) == ["1", "3"]
    assert not notebook.ids("none")


def test_annotations_without_a_place_are_counted_and_no_longer_once_they_have_one(store: Store) -> None:
    written(store, "1", "first")
    anchor = {"exact": "words", "start": 3, "end": 8, "fingerprint": "f"}
    for state in ("orphan", "anchored"):
        placed = {"state": state, "start": 3, "end": 8, "anchor": "3-8-f"}
        fields = {"article": "a", "anchor": anchor, "placed": placed}
        edits = [Edit(ANNOTATIONS, key, name, None, value) for key in ("2", "3") for name, value in fields.items()]
        if state == "orphan":
            store.apply(edits, "lost")
            notebook = AnnotationIndex(store)
            assert notebook.lost() == 2
        else:
            store.apply([each for each in edits if each.key == "2"], "found")
            notebook.absorb(["2"])
            assert notebook.lost() == 1


def test_opening_a_library_counts_no_annotation_and_headlines_learn_of_them_soon(
    opened: Opener, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\nSome words to mark.\n", "utf-8")
    owner = opened(folder).scanned()
    article = owner.at("one.md").id
    owner.library.annotations.note_on_article(article, "kept")
    owner.library.close()
    owner = opened(folder, start=False)
    assert owner.at("one.md").notes == 0
    owner.library.start(owner.listen)
    owner.scanned()
    assert owner.at("one.md").notes == 1
    assert article in owner.synced


def test_the_annotations_of_an_article_are_read_beside_its_text(
    opened: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\nSome words to mark.\n", "utf-8")
    owner = opened(folder).scanned()
    article = owner.at("one.md").id
    owner.library.annotations.note_on_article(article, "kept")
    owner.library.close()
    owner = opened(folder).scanned()
    readers = watched(owner.library.store, monkeypatch)
    owner.library.documents.want(article)
    owner.until(lambda: owner.library.documents.get(article))
    assert [each.note for each in owner.library.annotations.of(article)] == ["kept"]
    assert readers
    assert threading.current_thread().name not in readers


def test_an_annotation_that_a_file_has_under_two_articles_is_shown_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(store, "1", "moved")
    written(store, "2", "other", article="b")
    items = store.items

    def twice(table: str, of: str = "") -> Any:
        yield from items(table, of)
        if of in ("", "b"):
            yield "1", {"article": "b", "note": "left behind", "anchor": {"exact": "words", "start": 9, "end": 14}}

    monkeypatch.setattr(store, "items", twice)
    notebook = AnnotationIndex(store)
    notebook.take_count(notebook.scan())
    assert [each.note for article in "ab" for each in notebook.of(article)] == ["moved", "other"]
    notebook = AnnotationIndex(store)
    notebook.take_count(notebook.scan())
    assert [each.note for article in "ba" for each in notebook.of(article)] == ["other", "left behind"]
    written(store, "1", "moved on", "moved")
    assert set(notebook.absorb(["1"])) == {"a", "b"}
    assert [each.note for article in "ab" for each in notebook.of(article)] == ["moved on", "other"]
    written(store, "1", None, "moved on")
    assert notebook.absorb(["1"]) == ("a",)
