"""Each change of an article is reported, visible at once, recorded, and can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.model.article import Article, Metadata
from tui_reader.model.query import Shelf, View
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.identities import FoundFile, Identities
from tui_reader.services.articles.reading import Outcome, Reading
from tui_reader.services.library.state import LibraryState
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from pathlib import Path


class Bench:
    """`Reading` on a real store, without files and threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = "2026-06-05T10:00:00Z"
        self.open()

    def open(self) -> None:
        self.store = open_store(self.path)
        identities = Identities(self.store.items(ARTICLES), lambda _: False)
        self.catalogue = MemoryCatalogue()
        self.receipts: list[Any] = []
        self.state = LibraryState(self.store, self.catalogue, identities, self.receipts.append)
        self.reading = Reading(self.state, lambda: self.clock)
        for number in range(1, 5):
            metadata = Metadata(
                title=f"Title {number}", source="Desk", tags=("t1", f"t{number}"), guessed=frozenset({"title"})
            )
            file = FoundFile(f"{number}.md", f"{number}.md", f"{number}.md", metadata, 10, number, str(number))
            self.catalogue.put([self.state.headline(file.article(identities.assign(file)))])

    def again(self) -> None:
        self.store.close()
        self.open()

    def row(self, number: int) -> Any:
        return self.catalogue.row(f"{number}.md")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "library.json")
    yield made
    made.store.close()


Verb = Callable[[Reading], Outcome]


@pytest.mark.parametrize(
    ("verb", "message", "look"),
    [
        (lambda r: r.toggle_star(["1.md"]), "starred “Title 1”", lambda s: s.starred),
        (lambda r: r.toggle_archive(["1.md"]), "archived “Title 1”", lambda s: s.archived),
        (lambda r: r.toggle_read(["1.md"]), "marked “Title 1” as read", lambda s: s.read),
        (lambda r: r.mark_all_read(["1.md", "2.md"]), "marked 2 articles as read", lambda s: s.read),
        (lambda r: r.set_tags("1.md", ["new", "#t1", " "]), "tagged “Title 1”: new, t1", lambda s: s.tags),
        (lambda r: r.set_tags("1.md", []), "removed all tags from “Title 1”", lambda s: s.tags == ()),
        (lambda r: r.join_tail("1.md"), "joined the trailing stories to “Title 1”", lambda s: s.joined),
        (lambda r: r.show_whole("1.md"), "shows the whole page of “Title 1”", lambda s: s.whole),
        (lambda r: r.edit_metadata("1.md", "byline", "M. Roe"), "set the byline of “Title 1”", lambda s: s.edits),
    ],
)
def test_a_change_is_reported_recorded_and_undone(
    bench: Bench, verb: Verb, message: str, look: Callable[[Any], object]
) -> None:
    outcome = verb(bench.reading)
    assert (outcome.message, outcome.undo) == (message, True)
    assert "1.md" in outcome.ids
    assert look(bench.row(1).state)
    changed = bench.row(1)
    undone = bench.reading.undo()
    assert (undone.message, sorted(undone.ids)) == (f"undid: {message}", sorted(outcome.ids))
    assert not look(bench.row(1).state)
    redone = bench.reading.redo()
    assert redone.message == f"redid: {message}"
    bench.again()
    assert look(bench.row(1).state)
    assert bench.row(1) == changed


def test_changes_without_effect_and_empty_undo_are_reported(bench: Bench) -> None:
    assert bench.reading.undo() == Outcome("nothing to undo")
    assert bench.reading.redo() == Outcome("nothing to redo")
    assert bench.reading.toggle_star([]) == Outcome()
    assert bench.reading.toggle_star(["gone.md"]) == Outcome()
    assert bench.reading.open("gone.md") == Outcome()
    assert bench.reading.mark_all_read([]) == Outcome()
    assert bench.reading.set_tags("1.md", ["t1"]) == Outcome()


def test_several_articles_toggle_together(bench: Bench) -> None:
    bench.reading.toggle_star(["1.md"])
    assert bench.reading.toggle_star(["1.md", "2.md"]).message == "starred “Title 2”"
    assert bench.reading.toggle_star(["1.md", "2.md"]).message == "unstarred 2 articles"


def test_opening_marks_as_read_and_is_not_an_undo_step(bench: Bench) -> None:
    bench.reading.toggle_star(["2.md"])
    bench.reading.open("1.md", mark_read=False)
    assert not bench.row(1).state.read
    bench.clock = "2026-06-06T10:00:00Z"
    outcome = bench.reading.open("1.md")
    assert outcome == Outcome("", ("1.md",))
    assert bench.row(1).state.read
    assert bench.reading.open("1.md") == Outcome()
    assert bench.reading.undo().message == "undid: starred “Title 2”"
    bench.reading.open("3.md")
    assert bench.reading.redo().message == "redid: starred “Title 2”", "opening leaves redo alone, too"
    assert bench.row(1).state.read
    assert bench.row(1).state.opened == bench.clock


def test_the_reading_position_is_recorded_and_finishing_is_recorded_once(bench: Bench) -> None:
    bench.reading.leave("1.md", 120, 0.25)
    assert (bench.row(1).state.offset, bench.row(1).state.progress) == (120, 0.25)
    bench.reading.leave("1.md", 900, 1.0)
    assert bench.row(1).state.finished == "2026-06-05T10:00:00Z"
    bench.clock = "2026-06-06T10:00:00Z"
    bench.reading.leave("1.md", 3, 0.01)
    state = bench.row(1).state
    assert (state.offset, state.progress, state.finished) == (3, 1.0, "2026-06-05T10:00:00Z")
    assert bench.reading.leave("1.md", 3, 0.01) == Outcome()
    assert bench.reading.undo().message == "nothing to undo"


def test_corrections_confirm_guesses_and_are_removed_when_equal_to_the_file(bench: Bench) -> None:
    edit = bench.reading.edit_metadata
    assert bench.row(1).is_guessed("title")
    edit("1.md", "title", "Title 1")
    assert not bench.row(1).is_guessed("title")
    edit("1.md", "title", "")
    assert bench.row(1).is_guessed("title")
    edit("1.md", "source", "")
    assert bench.row(1).field("source") == ""
    assert edit("1.md", "source", "Desk").message == "restored the source of “Title 1” from its file"
    assert bench.row(1).state.edits == {}
    assert edit("1.md", "title", "Two\nlines\x1b[31m").message == "set the title of “Title 1”"
    assert "\x1b" not in bench.row(1).title
    assert "\n" not in bench.row(1).title


@pytest.mark.parametrize(("field", "value"), [("date", "last week"), ("url", "javascript:alert(1)")])
def test_an_invalid_value_is_refused_with_a_message(bench: Bench, field: str, value: str) -> None:
    outcome = bench.reading.edit_metadata("1.md", field, value)
    assert value in outcome.message
    assert not outcome.undo
    assert bench.row(1).state.edits == {}


def test_dates_are_kept_in_one_form(bench: Bench) -> None:
    bench.reading.edit_metadata("1.md", "date", "20260605")
    assert bench.row(1).field("date") == "2026-06-05"
    bench.reading.edit_metadata("1.md", "date", "2026-06-05T10:30")
    assert bench.row(1).field("date") == "2026-06-05T10:30:00"


def test_only_metadata_can_be_corrected(bench: Bench) -> None:
    with pytest.raises(ValueError, match="words"):
        bench.reading.edit_metadata("1.md", "words", "3")


def test_views_show_changes_at_once(bench: Bench) -> None:
    bench.reading.toggle_archive(["1.md"])
    bench.reading.toggle_star(["1.md", "2.md"])
    bench.reading.toggle_read(["3.md"])
    ids = bench.catalogue.ids
    assert ids(View(Shelf.INBOX)) == ["4.md", "3.md", "2.md"]
    assert ids(View(Shelf.UNREAD)) == ["4.md", "2.md"]
    assert ids(View(Shelf.STARRED)) == ["2.md", "1.md"]
    assert ids(View(Shelf.ARCHIVE)) == ["1.md"]
    assert bench.reading.all_tags() == ["t1", "t2", "t3", "t4"]


def test_changes_in_a_read_only_store_last_until_it_is_closed(tmp_path: Path) -> None:
    newer = '{"meta": {"1": {"format": "tui-reader library", "version": 99}}}'
    (tmp_path / "library.json").write_text(newer)
    bench = Bench(tmp_path / "library.json")
    assert "later tui-reader" in bench.store.read_only
    bench.reading.toggle_star(["1.md"])
    bench.reading.open("1.md")
    bench.reading.leave("1.md", 5, 0.5)
    state = bench.row(1).state
    assert (state.starred, state.read, state.offset) == (True, True, 5)
    assert bench.reading.undo().message == "undid: starred “Title 1”"
    assert not bench.row(1).state.starred
    bench.store.close()
    assert (tmp_path / "library.json").read_text() == newer


def test_fields_of_other_versions_survive(bench: Bench) -> None:
    from tui_reader.storage.base import Edit

    bench.store.apply([Edit(ARTICLES, "1.md", "mood", None, {"of": "tomorrow"})], "elsewhere")
    bench.reading.toggle_star(["1.md"])
    bench.reading.toggle_star(["1.md"])
    bench.again()
    assert (bench.store.get(ARTICLES, "1.md") or {})["mood"] == {"of": "tomorrow"}


def test_invalid_values_in_a_record_are_ignored(bench: Bench) -> None:
    from tui_reader.storage.base import Edit

    spoilt = {"read": "yes", "offset": -3, "progress": "NaN", "tags": "a b", "opened": 5, "edited_title": ["x"]}
    bench.store.apply([Edit(ARTICLES, "1.md", k, None, v) for k, v in spoilt.items()], "by hand")
    bench.again()
    assert bench.row(1).state == bench.row(2).state
    assert isinstance(bench.row(1).article, Article)
