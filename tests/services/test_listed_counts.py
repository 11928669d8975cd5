"""The counts of sources and tags are those of the listed articles, whatever narrows the list and how long it is."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.model.query import Shelf, View
from tui_reader.search.parser import parse
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.listed_counts import SLICE, ListedCounts


def catalogue_of(articles: list[tuple[str, tuple[str, ...], bool]]) -> MemoryCatalogue:
    """Return a catalogue of articles with these sources and tags; True for the archive."""
    catalogue = MemoryCatalogue()
    catalogue.put(
        [
            Headline(Article(str(number), str(number), Metadata(source=source, tags=tags)), ReadingState(archived=done))
            for number, (source, tags, done) in enumerate(articles)
        ]
    )
    return catalogue


NAMES = st.sampled_from(["", "a", "b", "c", "d"])
ARTICLES = st.lists(st.tuples(NAMES, st.lists(NAMES, max_size=3).map(tuple), st.booleans()), max_size=30)


@given(ARTICLES, st.sampled_from(list(Shelf)), st.sampled_from(["tag:a", "-tag:b", "source:c", "tag:a,b", "x"]))
def test_the_counts_are_those_of_the_listed_articles(
    articles: list[tuple[str, tuple[str, ...], bool]], shelf: Shelf, query: str
) -> None:
    catalogue = catalogue_of(articles)
    listed = ListedCounts(catalogue)
    ids = catalogue.ids(View(shelf, parse(query, ()).term))
    listed.begin(ids)
    assert not listed.is_stale
    all_counts = catalogue.counts()
    counts = listed.narrowed(all_counts)
    rows = catalogue.rows(ids)
    sources = Counter(row.article.metadata.source for row in rows)
    tags = Counter(tag for row in rows for tag in set(row.tags))
    assert {name: count for name, count in counts.sources if count} == {n: c for n, c in sources.items() if n}
    assert {name: count for name, count in counts.tags if count} == {n: c for n, c in tags.items() if n}
    # The names of the library keep their order: none disappears.
    assert [name for name, _ in counts.tags][: len(all_counts.tags)] == [name for name, _ in all_counts.tags]
    assert len({name for name, _ in counts.tags}) == len(counts.tags)
    listed.begin(None)
    assert listed.narrowed(all_counts) == all_counts


@pytest.mark.parametrize("size", [SLICE + 1, 3 * SLICE, 3 * SLICE + 7])
def test_a_long_list_is_counted_in_slices_and_shows_old_counts_until_the_end(size: int) -> None:
    catalogue = catalogue_of([("desk", ("t",), False)] * size)
    listed, ids = ListedCounts(catalogue), catalogue.ids(View(Shelf.INBOX))
    listed.begin(ids[:5])
    assert listed.narrowed(catalogue.counts()).tags == (("t", 5),)
    listed.begin(ids)
    slices = 0
    while listed.is_stale:
        assert listed.narrowed(catalogue.counts()).tags == (("t", 5),)
        listed.count_slice()
        slices += 1
    assert slices == -(-size // SLICE)
    assert listed.narrowed(catalogue.counts()).sources == (("desk", size),)
    listed.begin(ids)
    listed.begin(ids[:2])
    assert listed.narrowed(catalogue.counts()).tags == (("t", 2),)
