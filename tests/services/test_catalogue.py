"""Views show the right articles in the right order, and their counts are right after any sequence of changes."""

from __future__ import annotations

import tempfile
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.counts import FULL, examples
from tui_reader.document.normalization import search_key
from tui_reader.model.anchor import Anchor
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.model.query import Shelf, Sort, View
from tui_reader.search.evaluation import Context
from tui_reader.search.parser import parse
from tui_reader.search.selection import GradualSelection
from tui_reader.services.articles import bulk_states
from tui_reader.services.articles import catalogue as catalogue_module
from tui_reader.services.articles.article_records import amended
from tui_reader.services.articles.bulk_states import amended_all, retagged
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.catalogue_rows import epoch_seconds
from tui_reader.services.articles.identities import FoundFile, Identities
from tui_reader.services.articles.reading import Reading
from tui_reader.services.library.state import LibraryState
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Column, Edit
from tui_reader.storage.engine import edits as edits_module
from tui_reader.storage.engine import store as store_module

VIEWS = tuple(View(shelf, sort=sort) for sort in Sort for shelf in Shelf)
SHARE = 1 if FULL else 3
"""After each verb, one in this number of views is compared; after the next verb, the ones that follow them."""


def headline(name: str, state: ReadingState | None = None, notes: int = 0, mtime: int = 0, **about: object) -> Headline:
    metadata = Metadata(title=str(about.pop("title", name)), **about)  # type: ignore[arg-type]
    return Headline(Article(name, name, metadata, mtime_ns=mtime), state or ReadingState(), notes)


@pytest.fixture
def shown() -> MemoryCatalogue:
    catalogue = MemoryCatalogue()
    opened = ReadingState(read=True, opened="2026-06-09T08:00:00Z")
    catalogue.put(
        [
            headline("a", date="2026-06-01", source="Desk", words=300, tags=("nato", "defence"), title="Élan vital"),
            headline("b", date="2026-06-03", source="almanac", words=100, tags=("nato",), title="Die STRASSE", notes=2),
            headline("c", mtime=1_780_400_000 * 10**9, words=200, title="élan", tags=("space",)),
            headline("d", opened, date="2026-06-03", source="Desk", words=200, title="Ein neuer Élan"),
        ]
    )
    return catalogue


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.NEWEST, "bdca"),
        (Sort.OLDEST, "acbd"),
        (Sort.TITLE, "bdca"),
        (Sort.SOURCE, "bdac"),
        (Sort.LONGEST, "adcb"),
        (Sort.SHORTEST, "bdca"),
        (Sort.OPENED, "dbca"),
    ],
)
def test_each_sort_order_lists_articles_as_expected(shown: MemoryCatalogue, sort: Sort, order: str) -> None:
    assert "".join(shown.ids(View(sort=sort))) == order


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag:nato", "ba"),
        ("tag:nato tag:defence", "a"),
        ("tag:nato -tag:defence", "b"),
        ("-tag:nato", "dc"),
        ('source:"Desk"', "da"),
        ("elan", "dca"),
        ("ÉLAN neuer", "d"),
        ("strasse", "b"),
        ("straße", "b"),
        ("  ", "bdca"),
        ("absent", ""),
        ('-is:read source:"Desk"', "a"),
        ("-tag:nato OR vital", "dca"),
    ],
)
def test_a_query_narrows_a_view(shown: MemoryCatalogue, query: str, found: str) -> None:
    assert "".join(shown.ids(View(filter=parse(query).term))) == found
    assert list(shown.ids(View(Shelf.ANNOTATED))) == ["b"]


def set_state(catalogue: MemoryCatalogue, article_id: str, state: ReadingState) -> None:
    catalogue.put([catalogue.row(article_id)._replace(state=state)])


def test_counts_rank_sources_and_tags(shown: MemoryCatalogue) -> None:
    counts = shown.counts()
    assert counts.sources == (("Desk", 2), ("almanac", 1))
    assert counts.tags == (("nato", 2), ("defence", 1), ("space", 1))
    assert (counts.unread, counts.annotations, counts.shelves[Shelf.ANNOTATED]) == (3, 2, 1)


def test_archived_articles_are_not_counted_under_tags_and_sources(shown: MemoryCatalogue) -> None:
    set_state(shown, "a", ReadingState(archived=True))
    assert shown.counts().sources == (("almanac", 1), ("Desk", 1))
    assert shown.counts().tags == (("nato", 1), ("space", 1))
    set_state(shown, "a", ReadingState())
    assert shown.counts().tags == (("nato", 2), ("defence", 1), ("space", 1))


def test_a_removed_article_is_in_no_view_and_has_no_row(shown: MemoryCatalogue) -> None:
    shown.remove(["a", "unknown"])
    assert "a" not in shown
    assert [row.id for row in shown.rows(["a", "b", "c"])] == ["b", "c"]
    with pytest.raises(KeyError):
        shown.row("a")


def test_a_search_key_ignores_case_and_accents_but_not_other_letters() -> None:
    assert search_key("Ça va, Ångström? ŒUVRE Ⅳ") == "ca va, angstrom? œuvre iv"
    assert search_key("が") != search_key("か")
    assert search_key("مَدْرَسَة") == search_key("مدرسة")


def test_dates_with_different_time_zones_compare() -> None:
    ten_in_utc = epoch_seconds("2026-06-05T10:00:00Z")
    assert epoch_seconds("2026-06-05T12:00:00+02:00") == ten_in_utc == epoch_seconds("2026-06-05T10:00:00")
    assert epoch_seconds("") is None
    assert epoch_seconds("yesterday") is None


def test_a_view_is_listed_in_slices_as_far_as_the_time_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_module, "GradualSelection", partial(GradualSelection, size=10))
    shown = MemoryCatalogue()
    shown.put(
        [headline(f"{number:02}", mtime=-number * 10**9, title="odd" if number % 2 else "") for number in range(60)]
    )
    view = View(filter=parse("odd").term)
    everything = [f"{number:02}" for number in range(1, 60, 2)]
    assert shown.ids_so_far(view, 0) == (everything[:5], False)
    assert shown.ids_so_far(view, 0) == (everything[:10], False), "goes on"
    assert shown.ids_so_far(view, 9) == (everything, True)
    assert shown.ids_so_far(View(), 0)[1] is False
    # Twice the time is allowed until enough is found, below an article as well.
    clock = iter(range(100))
    monkeypatch.setattr(catalogue_module, "monotonic", lambda: next(clock))
    assert len(shown.ids_so_far(View(filter=parse("o*").term), 2.5, enough=6)[0]) == 15
    assert len(shown.ids_so_far(View(filter=parse("od*").term), 2.5, enough=2, beside="31")[0]) == 20
    assert len(shown.ids_so_far(View(filter=parse("odd*").term), 2, enough=99)[0]) == 25
    shown.remove(everything[:1])
    assert shown.ids_so_far(View(filter=parse("odd*").term), 99) == (everything[1:], True), "begins again"


def test_a_first_letter_prepares_few_of_many_articles_before_it_looks_at_the_time() -> None:
    """Preparing takes 5 µs for each article, so 2,000 at once delayed the letter by 10 ms."""
    shown = MemoryCatalogue()
    shown.put([headline(f"{number:04}", title="odd") for number in range(2_000)])
    assert len(shown.ids_so_far(View(filter=parse("o*").term), 0)[0]) <= 500


def test_a_view_is_read_by_index_and_searched_by_id(shown: MemoryCatalogue) -> None:
    view = View()
    assert [shown.position(view, each) for each in "bdca"] == [0, 1, 2, 3]
    assert list(shown.at(view, 1, 2)) == ["d", "c"]
    assert list(shown.at(view, 3, 5)) == ["a"]
    set_state(shown, "b", ReadingState(archived=True))
    assert [shown.position(view, each) for each in "bdca"] == [None, 0, 1, 2]
    assert list(shown.at(view, 0, 9)) == ["d", "c", "a"]
    assert [row.id for row in shown.everything()] == ["d", "c", "a", "b"]


def test_the_article_of_a_capital_letter_bookmark_is_found(shown: MemoryCatalogue) -> None:
    def holder(letter: str) -> str | None:
        found = shown.bookmarked(letter)
        return found.id if found is not None else None

    anchor = Anchor("x", end=1)
    marked = ReadingState(bookmarks={"A": anchor, "b": anchor})
    assert holder("A") is None
    set_state(shown, "a", marked)
    assert (holder("A"), holder("b")) == ("a", None)
    set_state(shown, "d", marked)
    assert holder("A") == "d", "of two, the newest in the inbox"
    set_state(shown, "d", marked._replace(archived=True))
    assert holder("A") == "a"
    shown.remove(["a"])
    assert holder("A") == "d"
    set_state(shown, "d", ReadingState())
    assert holder("A") is None


def everything(catalogue: MemoryCatalogue) -> list[str]:
    return [*catalogue.ids(View()), *catalogue.ids(View(Shelf.ARCHIVE))]


def recomputed(catalogue: MemoryCatalogue, headlines: list[Headline], views: tuple[View, ...] = VIEWS) -> None:
    """Compare a catalogue with a new one that was given the same headlines, in every view or in some."""
    fresh = MemoryCatalogue()
    fresh.put(headlines)
    assert catalogue.counts() == fresh.counts()
    for view in views:
        assert catalogue.ids(view) == fresh.ids(view)
    assert len(catalogue) == len(fresh)


NUMBERS = st.integers(0, 4)
WORDS = st.sampled_from(["nato", "space", "ärger", "defence"])


@settings(max_examples=examples(25), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
class AnySequenceOfVerbs(RuleBasedStateMachine):
    """Counts and orders that are updated change by change equal those computed from the store."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name) / "library.json")
        self.catalogue = MemoryCatalogue()
        self.identities = Identities((), lambda _: False)
        self.state = LibraryState(self.store, self.catalogue, self.identities, lambda _: None)
        self.ticks = self.looks = 0
        self.reading = Reading(self.state, self.clock)
        self.notes = 0
        # Orders are sorted on demand; here all exist from the start, so that every change has to update them.
        recomputed(self.catalogue, [])

    def clock(self) -> str:
        self.ticks += 1
        return f"2026-06-05T10:{self.ticks // 60:02}:{self.ticks % 60:02}Z"

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @staticmethod
    def ids(numbers: list[int]) -> list[str]:
        return [f"{number}.md" for number in numbers]

    @initialize(tags=st.sets(WORDS, min_size=1))
    def begin(self, tags: set[str]) -> None:
        self.find_files([0, 1, 2], 3, tags)

    @rule(numbers=st.lists(NUMBERS, max_size=4, unique=True), words=st.integers(0, 3), tags=st.sets(WORDS, max_size=2))
    def find_files(self, numbers: list[int], words: int, tags: set[str]) -> None:
        found = []
        for name in self.ids(numbers):
            metadata = Metadata(title=name, words=words, tags=tuple(sorted(tags)), source=min(tags, default=""))
            file = FoundFile(name, name, name, metadata, 1, words, f"{name}{words}")
            found.append(self.state.headline(file.article(self.identities.assign(file))))
        self.catalogue.put(found)

    @rule(number=NUMBERS)
    def lose_a_file(self, number: int) -> None:
        gone = self.identities.release(f"{number}.md")
        self.catalogue.remove([gone] if gone else [])

    @rule(numbers=st.lists(NUMBERS, max_size=3), verb=st.sampled_from(["toggle_read", "toggle_star", "toggle_archive"]))
    def toggle(self, numbers: list[int], verb: str) -> None:
        getattr(self.reading, verb)(self.ids(numbers))

    @rule(numbers=st.lists(NUMBERS, max_size=6))
    def mark_all_read(self, numbers: list[int]) -> None:
        self.reading.mark_all_read(self.ids(numbers))

    @rule(number=NUMBERS)
    def open(self, number: int) -> None:
        self.reading.open(f"{number}.md")

    @rule(number=NUMBERS, tags=st.sets(WORDS, max_size=3))
    def set_tags(self, number: int, tags: set[str]) -> None:
        self.reading.set_tags(f"{number}.md", sorted(tags))

    @rule(number=NUMBERS, field=st.sampled_from(["title", "source"]), value=WORDS | st.just(""))
    def edit(self, number: int, field: str, value: str) -> None:
        self.reading.edit_metadata(f"{number}.md", field, value)

    @rule(number=NUMBERS, progress=st.floats(0, 1))
    def leave(self, number: int, progress: float) -> None:
        self.reading.leave(f"{number}.md", 3, progress)

    @rule(number=NUMBERS)
    def note(self, number: int) -> None:
        self.notes += 1
        edits = [Edit(ANNOTATIONS, f"n{self.notes}", "article", None, f"{number}.md")]
        self.state.commit(edits, "noted")

    @rule()
    def undo(self) -> None:
        self.reading.undo()

    @rule()
    def redo(self) -> None:
        self.reading.redo()

    @precondition(lambda self: self.notes)
    @invariant()
    def annotations_are_counted(self) -> None:
        notes = [record["article"] for _, record in self.store.items(ANNOTATIONS)]
        assert self.catalogue.counts().annotations == sum(notes.count(i) for i in everything(self.catalogue))

    @invariant()
    def equals_what_the_store_says(self) -> None:
        identities = Identities(self.store.items(ARTICLES), lambda _: False)
        state = LibraryState(self.store, self.catalogue, identities, lambda _: None)
        state.annotation_index.apply_count(state.annotation_index.scan())
        rows = [state.headline(self.catalogue.row(i).article) for i in everything(self.catalogue)]
        self.looks += 1
        recomputed(self.catalogue, rows, VIEWS[self.looks % SHARE :: SHARE])


TestAnySequenceOfVerbs = AnySequenceOfVerbs.TestCase


class AnySequenceOfBulkVerbs(AnySequenceOfVerbs):
    """As above, where two articles are many: their changes are columns."""

    def __init__(self) -> None:
        self.patch = pytest.MonkeyPatch()
        for module in (edits_module, store_module, bulk_states):
            self.patch.setattr(module, "MANY", 1)
        super().__init__()

    def teardown(self) -> None:
        super().teardown()
        self.patch.undo()

    @rule(numbers=st.lists(NUMBERS, max_size=5), add=st.sets(WORDS, max_size=2), remove=st.sets(WORDS, max_size=1))
    def edit_tags(self, numbers: list[int], add: set[str], remove: set[str]) -> None:
        self.reading.edit_tags(self.ids(numbers), sorted(add), sorted(remove))

    @rule(numbers=st.lists(NUMBERS, max_size=5))
    def queue(self, numbers: list[int]) -> None:
        self.reading.toggle_up_next(self.ids(numbers))

    @rule(number=NUMBERS, tags=st.lists(st.sampled_from(("a\x1b", " nato ", "space")), unique=True))
    def another_program_edits_tags(self, number: int, tags: list[str]) -> None:
        if f"{number}.md" in self.catalogue:
            before = (self.store.get(ARTICLES, f"{number}.md") or {}).get("tags")
            edits = [Edit(ARTICLES, f"{number}.md", "tags", before, sorted(tags))]
            self.store.apply(edits, "edited", undoable=False)
            self.state.absorb(edits, own=False)

    @invariant()
    def the_queue_is_known(self) -> None:
        queued = {row.id: row.state.up_next for row in self.catalogue.everything() if row.state.up_next}
        assert self.catalogue.queued == queued


TestAnySequenceOfBulkVerbs = AnySequenceOfBulkVerbs.TestCase


def test_many_changes_at_once_give_the_same_catalogue_as_single_ones() -> None:
    catalogue = MemoryCatalogue()
    rows = [
        headline(f"{n}", title=f"t{n * 37 % 101:03}", words=n % 7, date=f"2026-06-{n % 28 + 1:02}") for n in range(300)
    ]
    catalogue.put(rows[:50])
    recomputed(catalogue, rows[:50])
    catalogue.put(rows)
    recomputed(catalogue, rows)
    changed = [
        row._replace(state=ReadingState(read=True, opened=f"2026-06-0{n % 9 + 1}")) for n, row in enumerate(rows)
    ]
    catalogue.put(changed[:200])
    recomputed(catalogue, changed[:200] + rows[200:])
    catalogue.remove([row.id for row in rows[:150]])
    recomputed(catalogue, changed[150:200] + rows[200:])


changed_states = st.builds(
    partial(ReadingState),  # as a function: hypothesis fills every field of a named tuple
    read=st.booleans(),
    starred=st.booleans(),
    archived=st.booleans(),
    opened=st.sampled_from(("", "2026-06-05T10:00:00Z")),
    up_next=st.sampled_from(("", "V.m")),
    tags=st.sampled_from((None, (), ("a",), ("a", "b"))),
)


@given(st.lists(changed_states, min_size=1, max_size=4), st.lists(st.integers(0, 3), min_size=4, max_size=40))
def test_changing_many_articles_at_once_gives_what_changing_each_gives(
    states: list[ReadingState], changes: list[int]
) -> None:
    """States are shared, as those of articles that were changed together are."""
    articles = [Article(f"a{n}", f"{n}.md", Metadata(title=f"Title {n % 7}", tags=("c",))) for n in range(70)]
    together, apart = MemoryCatalogue(), MemoryCatalogue()
    both = (together, apart)
    for catalogue in both:
        catalogue.put([Headline(article, ReadingState(), n % 2) for n, article in enumerate(articles)])
        catalogue.ids(View(sort=Sort.OPENED))
    for start in range(0, len(changes), 4):
        part = changes[start : start + 4]
        new = [
            Headline(article, states[part[n % len(part)] % len(states)], n % 2) for n, article in enumerate(articles)
        ]
        together.put(new)
        for headline in new:
            apart.put([headline])
        assert together.counts() == apart.counts()
        for shelf in Shelf:
            for sort in (Sort.NEWEST, Sort.OPENED, Sort.QUEUE):
                assert together.ids(View(shelf, sort=sort)) == apart.ids(View(shelf, sort=sort))
        assert together.rows(together.ids(View())) == apart.rows(apart.ids(View()))


def values_of(*values: object) -> st.SearchStrategy[list[object]]:
    """Generate values that are given to articles in turn."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=4)


columns = st.one_of(
    st.tuples(st.sampled_from(("read", "starred", "archived", "joined")), values_of(None, True, False, "odd")),
    st.tuples(st.sampled_from(("up_next", "filed")), values_of(None, "V.m", "a \x1bb", 3)),
    st.tuples(st.just("up_next"), st.just([f"V{n}.m" for n in range(72)])),
    st.tuples(st.just("tags"), values_of(None, [], ["b"], ["c"], ["b", "c"], ["b", "c\x1b"], "odd")),
)


@given(st.lists(changed_states, min_size=1, max_size=4), st.lists(columns, min_size=1, max_size=6), st.integers(1, 3))
def test_amending_a_field_of_many_articles_gives_what_changing_each_gives(
    states: list[ReadingState], changes: list[tuple[str, list[object]]], step: int
) -> None:
    articles = [
        Article(f"a{n}", f"{n}.md", Metadata(title=f"Title {n % 7}", tags=("c",) * (n % 3), source=f"s{n % 2}"))
        for n in range(70)
    ]
    together, apart = MemoryCatalogue(), MemoryCatalogue()
    for catalogue in (together, apart):
        catalogue.put([Headline(article, states[n % len(states)], n % 2) for n, article in enumerate(articles)])
        catalogue.hold(catalogue.row("a7"))
        for sort in Sort:
            catalogue.ids(View(sort=sort))
    for field, values in changes:
        keys = [f"a{n}" for n in range(0, 72, step)]
        given_values = dict(zip(keys, cycle(values), strict=False))
        known = together.amend(Column(ARTICLES, field, keys, [None] * len(keys), list(given_values.values())))
        rows = apart.rows(keys)
        assert known == tuple(row.id for row in rows)
        for row in rows:
            apart.put([row._replace(state=amended(row.state, {field: given_values[row.id]}))])
        so_far, _ = together.counts_so_far()
        assert (so_far.shelves, so_far.unread) == (apart.counts().shelves, apart.counts().unread)
        if step == 1:  # otherwise the tags are counted after all changes
            assert together.counts() == apart.counts()
        assert together.queued == apart.queued
        for shelf in Shelf:
            for sort in (Sort.NEWEST, Sort.OPENED, Sort.QUEUE):
                assert together.ids(View(shelf, sort=sort)) == apart.ids(View(shelf, sort=sort))
        for text in ("tag:c", "tag:b", "is:starred"):
            found = [catalogue.matching(keys, parse(text).term, Context()) for catalogue in (together, apart)]
            assert found[0] == found[1]
        assert together.rows(keys) == apart.rows(keys)
    assert together.counts() == apart.counts()


def test_articles_with_equal_tags_share_one_state_after_a_change_and_after_its_undo() -> None:
    tags = [("c", "b"), ("b", "c"), ("b", "c", "b"), ("a",)]
    rows = [Headline(Article(f"a{n}", f"{n}.md", Metadata(tags=tags[n % 4]))) for n in range(100)]
    changed, new = retagged(rows, {"x"}, set())
    assert changed == rows
    assert [list(each) for each in {id(each): each for each in new}.values()] == [["b", "c", "x"], ["a", "x"]]
    states = amended_all([row.state for row in rows], "tags", new)
    assert {state.tags for state in states} == {("b", "c", "x"), ("a", "x")}
    assert len(set(map(id, states))) == 2
    undone = amended_all(states, "tags", [None] * 100)
    assert undone == [ReadingState()] * 100
    assert len(set(map(id, undone))) == 1


def test_only_names_and_fingerprints_that_differ_are_recorded() -> None:
    identities = Identities((), lambda _: False)
    files = [FoundFile(name, name, name, Metadata(title=name), 1, 1, "old") for name in ("a.md", "b.md", "c.md")]
    ids = [identities.assign(file) for file in files]
    identities.note_files(ids[:2])
    identities.assign(files[1]._replace(fingerprint="new"))
    assert identities.unrecorded(ids) == ids[1:]
    edits = [
        Edit(ARTICLES, "b.md", "fingerprint", "old", "new"),
        Edit(ARTICLES, "c.md", "location", None, "c.md"),
        Edit(ARTICLES, "c.md", "fingerprint", None, "old"),
    ]
    assert identities.edits_to_files(ids[1:]) == edits
    names, fingerprints = identities.columns_of_files(ids[1:])
    assert list(names) == edits[1:2]
    assert list(fingerprints) == [edits[0], edits[2]]
    identities.note_files(ids)
    assert identities.edits_to_files(ids) == []
    assert [list(column) for column in identities.columns_of_files(ids)] == [[], []]


def test_an_article_that_is_changed_before_a_bulk_change_is_saved_shows_both_changes(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    catalogue, identities = MemoryCatalogue(), Identities((), lambda _: False)
    state = LibraryState(store, catalogue, identities, lambda _: None)
    reading = Reading(state)
    names = [f"{number}.md" for number in range(100)]
    files = [FoundFile(name, name, name, Metadata(title=name), 1, 1, name) for name in names]
    catalogue.put([state.headline(file.article(identities.assign(file))) for file in files])
    with store.hold():
        assert reading.set_starred(names, starred=True).message == "starred 100 articles"
        assert reading.toggle_star(["7.md"]).message == "unstarred “7.md”"
        assert (store.get(ARTICLES, "7.md") or {}).get("starred") is None
        assert (store.get(ARTICLES, "8.md") or {}).get("starred") is True
        assert catalogue.counts().shelves[Shelf.STARRED] == 99
        reading.undo()
        assert catalogue.counts().shelves[Shelf.STARRED] == 100
        assert reading.undo().message == "undid: starred 100 articles"
    assert catalogue.counts().shelves[Shelf.STARRED] == 0
    assert not any(record.get("starred") for _, record in store.items(ARTICLES))
    store.close()
