"""An article that the user opens is parsed before all others."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.services.event_log import DEADLINE, EventLog
from tui_reader.document.blocks import Document
from tui_reader.model.article import Metadata
from tui_reader.services.articles import documents as module
from tui_reader.services.articles import parser_pool
from tui_reader.services.articles.documents import Documents
from tui_reader.services.articles.identities import FoundFile
from tui_reader.services.articles.parsed_files import FailedParsingError, InterruptedParsingError, Limits, Parsed
from tui_reader.services.library.events import DocumentLoaded, ParsingBegun

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tui_reader.services.articles.content import Content

AHEAD, OPENED = Limits(1.0, 1, "open it"), Limits(9.0, 9, "convert it")


class Desk(EventLog):
    """Articles whose parsing ends when the test says so; file `1` has the text `1`."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.begun: list[tuple[str, Limits]] = []
        self.rested = 0
        self.ends: dict[str, Exception | None] = {}
        for number in range(5):
            (folder / str(number)).write_text(str(number))
        self.documents = Documents(self.find, {}, 1_000)
        self.documents.listener = self.listen

    def find(self, name: str) -> FoundFile:
        return FoundFile(str(self.folder / name), name, name, Metadata(title=name), 1)

    def until_begun(self, *names: str) -> None:
        self.until(lambda: [name for name, _ in self.begun] == list(names))

    def end(self, name: str, error: Exception | None = None) -> None:
        """Let the parsing of an article end."""
        with self.news:
            self.ends[name] = error
            self.news.notify_all()

    def loaded(self) -> dict[str, str]:
        """Return the texts, or the errors, of the loaded articles."""
        found = [event for event in self.events if isinstance(event, DocumentLoaded)]
        return {event.id: event.document.error or event.document.text for event in found}


class SteeredParser:
    """Stands in for a parser and its process."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.is_interrupted = False

    def preview(self, *_: Any) -> None:
        return None

    def document(self, content: Content, _: Any, limits: Limits, *, whole: bool) -> Parsed:
        desk, name = self.desk, content.name
        with desk.news:
            self.is_interrupted = False
            desk.begun.append((name, limits))
            desk.news.notify_all()
            assert desk.news.wait_for(lambda: self.is_interrupted or name in desk.ends, DEADLINE)
            if self.is_interrupted:
                raise InterruptedParsingError
            error = desk.ends.pop(name)
        if error is not None:
            raise error
        return Parsed(content.fingerprint, Document(content.data.decode(), ()))

    def rest(self) -> None:
        with self.desk.news:
            self.desk.rested += 1
            self.desk.news.notify_all()

    def interrupt(self) -> None:
        with self.desk.news:
            self.is_interrupted = True
            self.desk.news.notify_all()

    close = interrupt


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made: Desk = Desk.__new__(Desk)
    monkeypatch.setattr(parser_pool, "Parser", lambda *_: SteeredParser(made))
    monkeypatch.setattr(module, "is_slow", lambda _: True)
    monkeypatch.setattr(module, "cached", lambda *_, **__: None)
    monkeypatch.setattr(module, "SCANNED", AHEAD)
    monkeypatch.setattr(module, "OPENED", OPENED)
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    made.__init__(tmp_path)  # type: ignore[misc]
    yield made
    made.documents.close()


def test_an_opened_article_gets_more_time_than_its_neighbours(desk: Desk) -> None:
    desk.documents.want("1", ["2"])
    desk.until(lambda: len(desk.begun) == 2)
    assert dict(desk.begun) == {"1": OPENED, "2": AHEAD}
    desk.end("1")
    desk.end("2")
    desk.until(lambda: desk.loaded() == {"1": "1", "2": "2"})
    assert [event for event in desk.events if isinstance(event, ParsingBegun)] == [ParsingBegun("1", 9.0)]


def test_an_article_that_failed_ahead_is_parsed_again_when_it_is_opened_meanwhile(desk: Desk) -> None:
    desk.documents.want("1", ["2"])
    desk.until(lambda: len(desk.begun) == 2)
    desk.documents.want("2")
    desk.until(lambda: ParsingBegun("2", 9.0) in desk.events)
    desk.end("2", FailedParsingError("too long"))
    desk.until(lambda: desk.begun[-1] == ("2", OPENED))
    desk.end("2", FailedParsingError("much too long"))
    desk.until(lambda: desk.loaded() == {"2": "much too long"})


def test_an_article_that_failed_ahead_is_left_alone_until_it_is_opened(desk: Desk) -> None:
    desk.documents.want("1", ["2"])
    desk.until(lambda: len(desk.begun) == 2)
    desk.end("2", FailedParsingError("too long"))
    desk.end("1")
    desk.until(lambda: desk.loaded() == {"1": "1"})
    assert len(desk.begun) == 2
    desk.documents.want("2")
    desk.until(lambda: desk.begun[-1] == ("2", OPENED))


def test_opening_an_article_cancels_the_parsing_that_began_first(desk: Desk) -> None:
    desk.documents.want("1")
    desk.until_begun("1")
    desk.documents.want("2")
    desk.until_begun("1", "2")
    desk.documents.want("3")
    desk.until_begun("1", "2", "3")
    desk.documents.want("1")
    desk.until_begun("1", "2", "3", "1")
    desk.end("1")
    desk.end("3")
    desk.until(lambda: desk.loaded() == {"1": "1", "3": "3"})


def test_an_article_reopened_while_its_parsing_is_cancelled_is_parsed_again(desk: Desk) -> None:
    desk.documents.want("1")
    desk.until_begun("1")
    with desk.news:
        # The parsing is interrupted, and the article opened again, before the thread notices either.
        desk.documents._parsers._interrupt_first(lambda: True)
        desk.documents.want("1")
    desk.until_begun("1", "1")
    desk.end("1")
    desk.until(lambda: desk.loaded() == {"1": "1"})


def test_idle_parser_processes_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser_pool, "EXTRA_SECONDS", 0.01)
    desk.documents.want("1", ["2"])
    desk.until(lambda: len(desk.begun) == 2)
    desk.end("1")
    desk.end("2")
    desk.until(lambda: len(desk.loaded()) == 2)
    with desk.news:
        assert desk.news.wait_for(lambda: desk.rested == 1, DEADLINE)
    monkeypatch.setattr(parser_pool, "LAST_SECONDS", 0.0)
    with desk.news:
        assert desk.news.wait_for(lambda: desk.rested == 2, DEADLINE)


def test_a_neighbour_whose_cancelled_parsing_has_not_ended_is_parsed_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, goes_on = threading.Event(), threading.Event()

    def rest(documents: Documents, _: float) -> bool:
        if waits.is_set():
            return True
        waits.set()
        assert goes_on.wait(DEADLINE)
        return False

    monkeypatch.setattr(Documents, "_is_at_rest", rest)
    desk.end("1")
    desk.end("3")
    desk.documents.want("1", ["2"])
    assert waits.wait(DEADLINE)
    desk.documents.want("3", ["2"])
    goes_on.set()
    desk.until(lambda: "2" in [name for name, _ in desk.begun])


def test_neighbouring_articles_are_parsed_after_a_pause_of_the_keys(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLOW_AHEAD_PAUSE", 3600.0)
    desk.end("1")
    desk.end("3")
    desk.documents.want("1", ["2"])
    desk.until(lambda: "1" in desk.loaded())
    desk.documents.want("3", ["4"])
    desk.until(lambda: "3" in desk.loaded())
    desk.until_begun("1", "3")
    monkeypatch.setattr(module, "SLOW_AHEAD_PAUSE", 0.0)
    desk.documents.want("3", ["2"])
    desk.until_begun("1", "3", "2")
