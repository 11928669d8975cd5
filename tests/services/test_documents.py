"""Documents come without making anyone wait, the one asked for first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader import formats
from tui_reader.document.blocks import Document
from tui_reader.model.article import Metadata
from tui_reader.services.articles import documents as module
from tui_reader.services.articles.documents import Documents
from tui_reader.services.articles.scan_results import FoundFile
from tui_reader.services.library.events import DocumentLoaded, Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE = 20.0


class Slow:
    """Formats whose reading waits for the test, and that say what they read."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.held: set[str] = set()
        self.let_go = threading.Event()
        self.news = threading.Condition()

    def read(self, data: bytes, name: str) -> Document:
        with self.news:
            self.begun.append(name)
            self.news.notify_all()
        if name in self.held:
            assert self.let_go.wait(DEADLINE)
        return Document(data.decode(), ())

    def preview(self, data: bytes, name: str) -> Document | None:
        return Document(data.decode()[:3], (), partial=True) if name in self.held else None

    def until_begun(self, name: str) -> None:
        with self.news:
            assert self.news.wait_for(lambda: name in self.begun, DEADLINE)


class Shelf:
    """Documents of files `0`, `1`, … of which each holds its name a hundred times."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[DocumentLoaded] = []
        self.news = threading.Condition()
        self.documents = Documents(self.find, {}, 1_000)
        self.documents.listener = self.listen
        for number in range(10):
            (folder / str(number)).write_text(str(number) * 100)

    def find(self, name: str) -> FoundFile | None:
        return FoundFile(str(self.folder / name), name, name, Metadata(title=name), 100) if name.isdecimal() else None

    def listen(self, event: Event) -> None:
        assert isinstance(event, DocumentLoaded)
        with self.news:
            self.events.append(event)
            self.news.notify_all()

    def until(self, true: Callable[[], object]) -> None:
        with self.news:
            assert self.news.wait_for(true, DEADLINE), self.events

    def loaded(self) -> list[str]:
        return [event.id for event in self.events if not event.document.partial]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    made = Slow()
    monkeypatch.setattr(formats, "read", made.read)
    monkeypatch.setattr(formats, "preview", made.preview)
    yield made
    made.let_go.set()


@pytest.fixture
def shelf(tmp_path: Path, slow: Slow) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    slow.let_go.set()
    made.documents.close()


def test_nothing_is_at_hand_before_it_was_wanted(shelf: Shelf) -> None:
    assert shelf.documents.get("1") is None
    shelf.documents.want("1", ["2", "3"])
    shelf.until(lambda: set(shelf.loaded()) == {"1", "2", "3"})
    document = shelf.documents.get("2")
    assert document is not None
    assert document.text == "2" * 100


def test_who_begins_to_listen_is_told_what_was_loaded_before(shelf: Shelf) -> None:
    shelf.documents.want("1")
    shelf.until(lambda: shelf.loaded() == ["1"])
    heard: list[Event] = []
    shelf.documents.listen(heard.append)
    assert heard == shelf.events


def test_the_beginning_comes_before_the_whole(shelf: Shelf, slow: Slow) -> None:
    slow.held = {"1"}
    shelf.documents.want("1")
    shelf.until(lambda: shelf.events)
    beginning = shelf.documents.get("1")
    assert beginning is not None
    assert beginning.partial
    slow.let_go.set()
    shelf.until(lambda: shelf.loaded() == ["1"])
    whole = shelf.documents.get("1")
    assert whole is not None
    assert not whole.partial


def test_the_next_article_does_not_wait_for_a_long_one(shelf: Shelf, slow: Slow) -> None:
    slow.held = {"1"}
    shelf.documents.want("1")
    slow.until_begun("1")
    shelf.documents.want("2")
    shelf.until(lambda: shelf.loaded() == ["2"])


def test_what_is_wanted_later_takes_the_place_of_what_was_not_begun(shelf: Shelf, slow: Slow) -> None:
    slow.held = {"1", "2"}
    shelf.documents.want("1")
    slow.until_begun("1")
    shelf.documents.want("2")
    slow.until_begun("2")
    for number in ("3", "4", "5"):
        shelf.documents.want(number, ["6"] if number == "4" else [])
    slow.let_go.set()
    shelf.until(lambda: "5" in shelf.loaded())
    assert set(slow.begun) == {"1", "2", "5"}


def test_what_is_at_hand_is_not_read_again(shelf: Shelf, slow: Slow) -> None:
    for _ in range(3):
        shelf.documents.want("1", ["2"])
        shelf.until(lambda: set(shelf.loaded()) == {"1", "2"})
    assert sorted(slow.begun) == ["1", "2"]


def test_what_was_read_before_the_file_changed_is_not_kept(shelf: Shelf, slow: Slow) -> None:
    slow.held = {"1"}
    shelf.documents.want("1")
    slow.until_begun("1")
    (shelf.folder / "1").write_text("another text")
    shelf.documents.drop("1")
    shelf.documents.want("1")
    slow.let_go.set()
    shelf.until(lambda: shelf.loaded() == ["1"])
    document = shelf.documents.get("1")
    assert document is not None
    assert document.text == "another text"


def test_there_is_room_for_so_many_characters_and_always_for_one(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_CHARACTERS", 250)
    for count, number in enumerate(("1", "2", "3"), 1):
        shelf.documents.want(number)
        shelf.until(lambda count=count: len(shelf.loaded()) == count)  # type: ignore[misc]
    assert [shelf.documents.get(number) is not None for number in ("1", "2", "3")] == [False, True, True]
    monkeypatch.setattr(module, "KEPT_CHARACTERS", 10)
    shelf.documents.want("4")
    shelf.until(lambda: "4" in shelf.loaded())
    assert [shelf.documents.get(number) is not None for number in ("2", "3", "4")] == [False, False, True]


def test_a_long_article_is_not_read_ahead(shelf: Shelf, slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AHEAD_BYTES", 99)
    shelf.documents.want("1", ["2"])
    shelf.until(lambda: shelf.loaded() == ["1"])
    shelf.documents.want("3")
    shelf.until(lambda: shelf.loaded() == ["1", "3"])
    assert slow.begun == ["1", "3"]


def test_an_article_that_went_says_so(shelf: Shelf) -> None:
    (shelf.folder / "1").unlink()
    shelf.documents.want("1")
    shelf.until(lambda: shelf.loaded() == ["1"])
    document: Any = shelf.documents.get("1")
    assert document.error == "it is no longer there"
    assert "1: it is no longer there." in document.text
