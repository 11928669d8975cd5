"""Every example of the help and of docs/queries.md finds what it says, and not everything."""

from __future__ import annotations

from datetime import date

import pytest

from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.search.evaluation import Context, sort_order
from tui_reader.search.guide import SECTIONS, Example
from tui_reader.search.parser import parse
from tui_reader.search.records import ArticleRecord, annotations_text
from tui_reader.search.selection import select_articles

TODAY = date(2026, 6, 10)

MATCHING = Headline(
    Article(
        "yes",
        "2026/yes.md",
        Metadata(
            title="C++ and the space gap: a NATO pledge, 東京",
            byline="Jane Roe",
            source="Brussels desk",
            date="2026-06-05",
            language="en",
            tags=("nato",),
            words=2300,
        ),
        mtime_ns=1_780_900_000 * 10**9,
    ),
    ReadingState(opened="2026-05-01T10:00:00Z", finished="2026-10-02T10:00:00Z", progress=0.5, up_next="V"),
    1,
)
NOTE = Annotation(
    id="1",
    article="yes",
    anchor=Anchor(exact="five per cent of output"),
    placed=Placement(state=PlaceState.ORPHAN),
    colour=2,
    note="compare the pledges",
    created="2026-06-01T10:00:00Z",
)
OTHER = Headline(
    Article("no", "other.txt", Metadata(title="C, budget and more", words=10), mtime_ns=0),
    ReadingState(read=True, starred=True),
)
FOR_OTHERS = {"opened:yesterday": "2026-06-09T10:00:00Z", "date:2026-10": "2026-10-01", "text:pledge": ""}
ORDERS = {"sort:longest", "limit:20"}


@pytest.mark.parametrize("example", [each for section in SECTIONS for each in section.examples], ids=lambda e: e.query)
def test_every_example_of_the_guide_is_parsed_and_finds_the_articles_it_describes(example: Example) -> None:
    parsed = parse(example.query)
    assert not parsed.slips
    headline = MATCHING
    if example.query in FOR_OTHERS and example.query.startswith("opened"):
        headline = headline._replace(state=headline.state._replace(opened=FOR_OTHERS[example.query]))
    elif example.query in FOR_OTHERS and example.query.startswith("date"):
        metadata = headline.article.metadata._replace(date=FOR_OTHERS[example.query])
        headline = headline._replace(article=headline.article._replace(metadata=metadata))
    elif example.query == "nato -space":
        metadata = headline.article.metadata._replace(title="A NATO pledge")
        headline = headline._replace(article=headline.article._replace(metadata=metadata))
    yes, no = ArticleRecord(headline), ArticleRecord(OTHER)
    yes.annotations = annotations_text([NOTE])
    texts = {value: {"yes"} for value in getattr(parsed.term, "values", ())}
    found = select_articles([yes, no], parsed.term, Context(TODAY, texts=texts))
    if example.query in ORDERS:
        assert found == [yes, no]
        assert sort_order(parsed.term) or example.query.startswith("limit")
    else:
        assert found == [yes], example
