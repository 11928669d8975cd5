"""Documents are loaded in the background, the requested one first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.services.event_log import DEADLINE, EventLog
from tui_reader import formats
from tui_reader.document.blocks import Document
from tui_reader.model.article import Metadata
from tui_reader.services.articles import documents as module
from tui_reader.services.articles.documents import Documents
from tui_reader.services.articles.identities import FoundFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui_reader.services.library.events import Event


class Slow:
    """Formats that read when the test allows it, and record what they read."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.held: set[str] = set()
        self.let_go = threading.Event()
        self.news = threading.Condition()

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
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


class Shelf(EventLog):
    """Documents of the files `0` to `9`, each of which contains its name a hundred times."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.documents = Documents(self.find, {}, 1_000)
        self.documents.listener = self.listen
        for number in range(10):
            (folder / str(number)).write_text(str(number) * 100)

    def find(self, name: str) -> FoundFile | None:
        return FoundFile(str(self.folder / name), name, name, Metadata(title=name), 100) if name.isdecimal() else None

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


def test_a_document_is_loaded_only_after_a_request(shelf: Shelf) -> None:
    assert shelf.documents.get("1") is None
    shelf.documents.want("1", ["2", "3"])
    shelf.until(lambda: set(shelf.loaded()) == {"1", "2", "3"})
    document = shelf.documents.get("2")
    assert document is not None
    assert document.text == "2" * 100


def test_a_new_listener_gets_events_for_documents_that_were_loaded_before(shelf: Shelf) -> None:
    shelf.documents.want("1")
    shelf.until(lambda: shelf.loaded() == ["1"])
    events: list[Event] = []
    shelf.documents.listen(events.append)
    assert events == shelf.events


def test_the_beginning_of_a_long_text_is_loaded_before_the_whole(shelf: Shelf, slow: Slow) -> None:
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


def test_the_next_article_is_loaded_while_a_long_one_is_being_read(shelf: Shelf, slow: Slow) -> None:
    slow.held = {"1"}
    shelf.documents.want("1")
    slow.until_begun("1")
    shelf.documents.want("2")
    shelf.until(lambda: shelf.loaded() == ["2"])


def test_a_later_request_replaces_requests_that_were_not_begun(shelf: Shelf, slow: Slow) -> None:
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


def test_one_thread_is_woken_to_read_ahead(shelf: Shelf, slow: Slow) -> None:
    """Each thread that wakes takes the GIL from the key that moved to the article."""
    shelf.documents.want("0", ["1"])
    shelf.until(lambda: set(shelf.loaded()) == {"0", "1"})
    readers: dict[str, str] = {}
    shelf.documents.prepare = lambda name, _: readers.update({name: threading.current_thread().name})
    shelf.documents.want("0", ["2", "3", "4"])
    shelf.until(lambda: set(shelf.loaded()) == {"0", "1", "2", "3", "4"})
    assert len(readers) == 3
    assert len(set(readers.values())) == 1


def test_a_loaded_document_is_not_read_again(shelf: Shelf, slow: Slow) -> None:
    for _ in range(3):
        shelf.documents.want("1", ["2"])
        shelf.until(lambda: set(shelf.loaded()) == {"1", "2"})
    assert sorted(slow.begun) == ["1", "2"]


def test_a_document_that_was_dropped_while_being_read_is_not_kept(shelf: Shelf, slow: Slow) -> None:
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


def test_documents_are_kept_up_to_a_limit_and_at_least_one(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_document_of_a_missing_file_states_that_it_is_missing(shelf: Shelf) -> None:
    (shelf.folder / "1").unlink()
    shelf.documents.want("1")
    shelf.until(lambda: shelf.loaded() == ["1"])
    document: Any = shelf.documents.get("1")
    assert document.error == "it is no longer there"
    assert "1: it is no longer there." in document.text
