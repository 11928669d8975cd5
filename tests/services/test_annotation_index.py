"""The annotation index reads annotations once, in other threads too, and reflects changes made meanwhile."""

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


def write_note(store: Store, key: str, note: str | None, before: str | None = None, *, article: str = "a") -> None:
    belongs = Edit(ANNOTATIONS, key, "article", None if before is None else article, article)
    store.apply([belongs, Edit(ANNOTATIONS, key, "note", before, note)], "wrote")


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def record_readers(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that collects the names of the threads that read records from now on."""
    readers: list[str] = []
    items = store.items

    def watching(table: str, of: str = "") -> Any:
        readers.append(threading.current_thread().name)
        return items(table, of)

    monkeypatch.setattr(store, "items", watching)
    return readers


def test_annotations_read_ahead_are_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write_note(store, "1", "first")
    write_note(store, "2", "second")
    index = AnnotationIndex(store)
    index.apply_count(index.scan())
    readers = record_readers(store, monkeypatch)
    in_thread(lambda: index.read_ahead("a"))
    in_thread(lambda: index.read_ahead("of nobody"))
    assert [each.note for each in index.of("a")] == ["first", "second"]
    assert len(readers) == 1
    assert threading.current_thread().name not in readers


def test_all_annotations_are_read_in_one_pass_and_later_changes_count(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        write_note(store, f"{number:02}", f"note {number}", article=f"article {number % 3}")
    index = AnnotationIndex(store)
    index.apply_count(index.scan())
    assert [each.id for each in index.of("article 1")] == ["01", "04", "07", "10"]
    readers = record_readers(store, monkeypatch)
    index.read_all()
    assert [each.id for each in index.all()] == [f"{number:02}" for number in (2, 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9)]
    assert len(readers) == 1
    index.read_all()
    write_note(store, "02", "altered", "note 2", article="article 2")
    index.absorb(["02"])
    assert next(each.note for each in index.of("article 2")) == "altered"


def test_annotations_read_when_they_are_counted_are_not_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        write_note(store, str(number), f"note {number}", article=f"article {number % 2}")
    write_note(store, "3", None, "note 3", article="article 1")
    index = AnnotationIndex(store)
    index.reads_counted = True
    readers = record_readers(store, monkeypatch)
    in_thread(index.scan)
    index.read_all()
    assert [(each.article, each.note) for each in index.all()] == [
        ("article 1", "note 1"),
        ("article 1", ""),
        ("article 0", "note 0"),
        ("article 0", "note 2"),
    ]
    assert len(readers) == 1
    write_note(store, "2", "altered", "note 2", article="article 0")
    index.absorb(["2"])
    assert [each.note for each in index.of("article 0")] == ["note 0", "altered"]


def test_a_change_after_all_were_read_is_seen_by_articles_not_asked_for_yet(store: Store) -> None:
    for number in range(4):
        write_note(store, str(number), "note", article=f"article {number}")
    index = AnnotationIndex(store)
    index.read_all()
    write_note(store, "2", "altered", "note", article="article 2")
    index.absorb(["2"])
    assert [(each.article, each.note) for each in index.all()] == [
        ("article 3", "note"),
        ("article 2", "altered"),
        ("article 1", "note"),
        ("article 0", "note"),
    ]


def test_annotations_changed_since_they_were_read_ahead_are_read_again(store: Store) -> None:
    write_note(store, "1", "first")
    write_note(store, "2", "second")
    index = AnnotationIndex(store)
    in_thread(lambda: index.read_ahead("a"))
    write_note(store, "2", "altered", "second")
    write_note(store, "3", "third")
    index.absorb(["2", "3"])
    assert [each.note for each in index.of("a")] == ["first", "altered", "third"]


def test_an_edit_read_ahead_before_the_index_is_updated_appears_once(store: Store) -> None:
    write_note(store, "1", "first")
    index = AnnotationIndex(store)
    index.apply_count(index.scan())
    write_note(store, "2", "second")
    in_thread(lambda: index.read_ahead("a"))
    assert [each.note for each in index.of("a")] == ["first"]
    index.absorb(["2"])
    assert [each.note for each in index.of("a")] == ["first", "second"]


def test_an_article_is_read_without_a_count_and_a_later_count_changes_nothing(store: Store) -> None:
    write_note(store, "1", "first")
    write_note(store, "2", "second")
    index = AnnotationIndex(store)
    counted = index.scan()
    assert [each.note for each in index.of("a")] == ["first", "second"]
    assert not index.is_counted
    store.apply([Edit(ANNOTATIONS, "2", "deleted", None, "2026-06-05T10:00:00Z")], "deleted")
    assert index.absorb(["2"]) == ("a",)
    index.apply_count(counted)
    assert [each.note for each in index.of("a")] == ["first"]
    assert (index.count("a"), index.known_count("a"), len(index)) == (1, 1, 1)


def test_a_change_before_the_count_does_not_wait_for_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 100,000 annotations a count takes a second."""
    write_note(store, "1", "first")
    index = AnnotationIndex(store)
    readers = record_readers(store, monkeypatch)
    write_note(store, "2", "second")
    assert index.absorb(["2"]) == ("a",)
    assert readers == []
    assert index.get("1") is not None
    assert index.get("none") is None
    assert not index.is_counted
    assert [each.note for each in index.of("a")] == ["first", "second"]
    assert len(index) == 2


def test_articles_are_ordered_by_their_newest_annotation_after_any_change(store: Store) -> None:
    for key, article in (("1", "a"), ("2", "b"), ("3", "a"), ("4", "c")):
        write_note(store, key, "note", article=article)
    index = AnnotationIndex(store)
    assert index.articles() == ("c", "a", "b")
    write_note(store, "2", "changed", "note", article="b")
    index.absorb(["2"])
    assert index.articles() == ("c", "a", "b")
    write_note(store, "5", "note", article="b")
    index.absorb(["5"])
    assert index.articles() == ("b", "c", "a")
    for key, deleted in (("4", None), ("5", None)):
        store.apply([Edit(ANNOTATIONS, key, "deleted", deleted, "2026-06-05T10:00:00Z")], "deleted")
    index.absorb(["4", "5"])
    assert index.articles() == ("a", "b")
    store.apply([Edit(ANNOTATIONS, "4", "deleted", "2026-06-05T10:00:00Z", None)], "undone")
    index.absorb(["4"])
    assert index.articles() == ("c", "a", "b")
    assert [annotation.article for annotation in index.all()] == ["c", "a", "a", "b"]
    assert sorted(index.ids("a")) == ["1", "3"]
    assert not index.ids("none")


def test_the_count_of_annotations_without_a_certain_place_follows_changes(store: Store) -> None:
    write_note(store, "1", "first")
    anchor = {"exact": "words", "start": 3, "end": 8, "fingerprint": "f"}
    for state in ("orphan", "anchored"):
        placed = {"state": state, "start": 3, "end": 8, "anchor": "3-8-f"}
        fields = {"article": "a", "anchor": anchor, "placed": placed}
        edits = [Edit(ANNOTATIONS, key, name, None, value) for key in ("2", "3") for name, value in fields.items()]
        if state == "orphan":
            store.apply(edits, "lost")
            index = AnnotationIndex(store)
            assert index.orphans() == 2
        else:
            store.apply([each for each in edits if each.key == "2"], "found")
            index.absorb(["2"])
            assert index.orphans() == 1


@pytest.fixture
def annotated(opened: Opener, tmp_path: Path) -> tuple[Path, str]:
    """Return the folder of a library that was closed, and the id of its article, which has a note."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.md").write_text("# One\n\nSome words to mark.\n", "utf-8")
    owner = opened(folder).scanned()
    article = owner.at("one.md").id
    owner.library.annotations.note_on_article(article, "kept")
    owner.library.close()
    return folder, article


def test_opening_a_library_counts_no_annotation_and_headlines_show_the_count_soon_after(
    annotated: tuple[Path, str], opened: Opener
) -> None:
    folder, article = annotated
    owner = opened(folder, start=False)
    assert owner.at("one.md").notes == 0
    owner.library.start(owner.listen)
    owner.scanned()
    assert owner.at("one.md").notes == 1
    assert article in owner.synced


def test_the_annotations_of_an_article_are_read_in_the_thread_that_reads_its_text(
    annotated: tuple[Path, str], opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, article = annotated
    owner = opened(folder).scanned()
    readers = record_readers(owner.library.store, monkeypatch)
    owner.library.documents.want(article)
    owner.until(lambda: owner.library.documents.get(article))
    assert [each.note for each in owner.library.annotations.of(article)] == ["kept"]
    assert readers
    assert threading.current_thread().name not in readers


def test_an_annotation_that_a_merged_file_has_under_two_articles_is_shown_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_note(store, "1", "moved")
    write_note(store, "2", "other", article="b")
    items = store.items

    def twice(table: str, of: str = "") -> Any:
        yield from items(table, of)
        if of in ("", "b"):
            yield "1", {"article": "b", "note": "left behind", "anchor": {"exact": "words", "start": 9, "end": 14}}

    monkeypatch.setattr(store, "items", twice)
    index = AnnotationIndex(store)
    index.apply_count(index.scan())
    assert [each.note for article in "ab" for each in index.of(article)] == ["moved", "other"]
    index = AnnotationIndex(store)
    index.apply_count(index.scan())
    assert [each.note for article in "ba" for each in index.of(article)] == ["other", "left behind"]
    write_note(store, "1", "moved on", "moved")
    assert set(index.absorb(["1"])) == {"a", "b"}
    assert [each.note for article in "ab" for each in index.of(article)] == ["moved on", "other"]
    write_note(store, "1", None, "moved on")
    assert index.absorb(["1"]) == ("a",)
