"""Saved searches and the articles up next: kept, put in order, undone, and merged from two machines."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tui_reader.model.article import Metadata
from tui_reader.model.query import Shelf, View
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.identities import FoundFile, Identities
from tui_reader.services.articles.reading import Reading
from tui_reader.services.library.maintenance import merge_copies
from tui_reader.services.library.search_counts import SearchCounts
from tui_reader.services.library.searches import DEFAULTS, Searches
from tui_reader.services.library.state import LibraryState
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, SEARCHES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tui_reader.services.articles.reading import Outcome


class Machine:
    """A library of five articles on one machine."""

    def __init__(self, path: Path, name: str = "m") -> None:
        self.path, self.name = path, name
        self.open()

    def open(self) -> None:
        self.store = open_store(self.path)
        identities = Identities(self.store.items(ARTICLES), lambda _: False)
        self.catalogue = MemoryCatalogue()
        self.state = LibraryState(self.store, self.catalogue, identities, lambda receipt: receipt.result())
        self.reading = Reading(self.state)
        self.searches = Searches(self.state, lambda: self.name)
        for number in range(5):
            metadata = Metadata(title=f"Title {number}", words=1000 * number)
            file = FoundFile(f"{number}.md", f"{number}.md", f"{number}.md", metadata, 10, number, str(number))
            self.catalogue.put([self.state.headline(file.article(identities.assign(file)))])

    def again(self) -> None:
        self.store.close()
        self.open()

    @property
    def names(self) -> list[str]:
        return [search.name for search in self.searches.all()]

    @property
    def queue(self) -> str:
        return "".join(row.id[0] for row in self.reading.up_next())

    def id(self, name: str) -> str:
        search = self.searches.named(name)
        assert search is not None
        return search.id


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "library.json")
    yield made
    made.store.close()


def test_a_new_library_has_three_searches_and_writes_them_with_the_first_change(machine: Machine) -> None:
    assert machine.names == ["Long reads", "This week", "With open questions"]
    assert not machine.path.exists()
    assert list(machine.store.items(SEARCHES)) == []
    outcome = machine.searches.add("Pledges", "pledge -tag:space")
    assert (outcome.message, outcome.undo) == ("saved the search “Pledges”", True)
    machine.again()
    assert machine.names == ["Long reads", "This week", "With open questions", "Pledges"]
    machine.reading.undo()
    assert machine.names == ["Long reads", "This week", "With open questions"]


def test_a_search_is_renamed_edited_moved_and_deleted_each_in_one_undone_step(machine: Machine) -> None:
    searches = machine.searches
    steps: list[tuple[Callable[[], Outcome], str]] = [
        (lambda: searches.rename(machine.id("This week"), "  Week\n"), "renamed the search “This week” to “Week”"),
        (lambda: searches.edit(machine.id("Week"), "date:<10d"), "changed the search “Week”"),
        (lambda: searches.move(machine.id("Week"), -5), "moved the search “Week”"),
        (lambda: searches.delete(machine.id("Long reads")), "deleted the search “Long reads”"),
    ]
    states = [searches.all()]
    for step, message in steps:
        assert step().message == message
        machine.again()
        searches = machine.searches
        states.append(searches.all())
    assert machine.names == ["Week", "With open questions"]
    for before in reversed(states[:-1]):
        machine.reading.undo()
        assert searches.all() == before


def test_all_searches_can_be_deleted_and_stay_deleted(machine: Machine) -> None:
    for search in DEFAULTS:
        machine.searches.delete(search.id)
    machine.again()
    assert machine.names == []
    machine.searches.add("Mine", "nato")
    assert machine.names == ["Mine"]


def test_a_name_that_exists_gets_the_new_query(machine: Machine) -> None:
    machine.searches.add("LONG READS", "words>9000")
    assert machine.searches.all()[0].query == "words>9000"
    assert machine.names[0] == "Long reads"
    for name, query in (("", "x"), ("x", ""), (" \n", "x")):
        assert not machine.searches.add(name, query).undo


def test_invalid_fields_of_searches_from_other_programs_are_ignored_or_cleaned(machine: Machine) -> None:
    edits = [
        Edit(SEARCHES, "bad", "name", None, 5),
        Edit(SEARCHES, "no-query", "name", None, "x"),
        Edit(SEARCHES, "escape", "name", None, "red \x1b[31m"),
        Edit(SEARCHES, "escape", "query", None, "a\x07b"),
        Edit(SEARCHES, "escape", "order", None, ["x"]),
    ]
    machine.state.commit(edits, "other")
    (search,) = machine.searches.all()
    assert (search.name, search.order) == ("red [31m", "")
    assert "\x07" not in search.query
    assert machine.searches.move(search.id, 1).message == ""


def test_searches_changed_on_two_machines_keep_both_changes(tmp_path: Path) -> None:
    one = Machine(tmp_path / "library.json", "one")
    one.searches.add("Fourth", "d")
    one.reading.add_up_next(["0.md", "1.md", "2.md"])
    one.store.close()
    other_path = tmp_path / "other" / "library.json"
    other_path.parent.mkdir()
    shutil.copy(one.path, other_path)
    one.open()
    other = Machine(other_path, "two")
    one.searches.rename(one.id("This week"), "Week")
    one.searches.move(one.id("Fourth"), -3)
    one.reading.move_up_next("2.md", -2)
    other.searches.edit(other.id("This week"), "date:<9d")
    other.searches.move(other.id("Long reads"), 2)
    other.reading.add_up_next(["3.md"])
    other.reading.move_up_next("0.md", 1)
    one.store.close()
    other.store.close()
    merge_copies(one.path, [other_path])
    one.open()
    assert one.names == ["Fourth", "Week", "With open questions", "Long reads"]
    week = one.searches.named("Week")
    assert week is not None
    assert week.query == "date:<9d"
    assert one.queue == "2103"
    one.store.close()


def test_two_new_libraries_that_are_merged_have_each_default_once(tmp_path: Path) -> None:
    paths = [tmp_path / name / "library.json" for name in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        machine = Machine(path, path.parent.name)
        machine.searches.add(f"Own {path.parent.name}", "x")
        machine.store.close()
    merge_copies(paths[0], [paths[1]])
    merged = Machine(paths[0])
    assert sorted(merged.names) == ["Long reads", "Own a", "Own b", "This week", "With open questions"]
    merged.store.close()


def test_articles_are_put_up_next_in_order_and_taken_out(machine: Machine) -> None:
    assert machine.reading.toggle_up_next(["3.md"]).message == "put “Title 3” up next"
    assert machine.reading.toggle_up_next(["3.md", "1.md", "4.md"]).message == "put 2 articles up next"
    assert machine.queue == "314"
    assert list(machine.catalogue.ids(View(Shelf.UP_NEXT))) != []
    assert machine.reading.move_up_next("4.md", -1).message == "moved “Title 4” in up next"
    machine.again()
    assert machine.queue == "341"
    assert machine.catalogue.counts().shelves[Shelf.UP_NEXT] == 3
    assert machine.reading.toggle_up_next(["4.md"]).message == "took “Title 4” out of up next"
    assert machine.queue == "31"
    machine.reading.undo()
    assert machine.queue == "341"
    assert machine.reading.move_up_next("0.md", 1).message == "it is not up next"
    assert machine.reading.move_up_next("3.md", -1).message == ""


def test_searches_are_counted_one_at_a_time(machine: Machine) -> None:
    counts = SearchCounts(machine.catalogue, machine.searches)
    assert counts.of("title") == 0
    machine.searches.add("Titles", "title -title:0")
    machine.searches.add("Begun", "titl")
    machine.searches.add("Begun words", "titl*")
    assert counts.invalidate()
    while counts.count_next(()):
        pass
    assert counts.of("title -title:0") == 4
    assert counts.of("titl") == 0, "a saved search finds whole words, in the list that it opens as well"
    assert counts.of("titl*") == 5
    assert counts.of("minutes>=15 is:unread") == 1
    machine.reading.toggle_archive(["4.md"])
    counts.invalidate()
    while counts.count_next(()):
        pass
    assert counts.of("minutes>=15 is:unread") == 0, "the archive is left out unless it is asked for"


def test_damaged_searches_of_another_machine_are_left_out_or_searched_as_words(machine: Machine) -> None:
    machine.searches.add("Mine", "title")
    damaged: dict[str, dict[str, object]] = {
        "long": {"name": "long", "query": "x" * 10_000, "order": "a"},
        "deep": {"name": "deep\x1b[31m\n", "query": "(" * 5_000 + 'title:4 "', "order": 7},
        "slip": {"name": "slip", "query": "-titel:x\x00 -is:nonsense", "order": "b"},
        "blank": {"name": "blank", "query": " \t", "order": "c"},
        "no name": {"name": 5, "query": "x"},
        "no query": {"name": "none", "query": None},
    }
    machine.state.commit(
        [Edit(SEARCHES, key, field, None, value) for key, record in damaged.items() for field, value in record.items()],
        "came from elsewhere",
    )
    found = {each.id: each for each in machine.searches.all()}
    assert set(damaged) & set(found) == {"long", "deep", "slip"}, "a search without a query would be the inbox"
    assert found["deep"].name == "deep[31m"
    counts = SearchCounts(machine.catalogue, machine.searches)
    counts.invalidate()
    while counts.count_next(()):
        pass
    assert [counts.of(found[key].query) for key in ("long", "deep", "slip")] == [0, 1, 5]
    assert machine.searches.move("deep", 1).undo
    assert machine.searches.delete("long").undo
