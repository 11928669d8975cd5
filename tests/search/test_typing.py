"""A thousand queries, typed letter by letter: no error, and each letter selects what the whole text selects alone."""

from __future__ import annotations

from datetime import date
from itertools import cycle, islice
from random import Random

from scripts.typing_sequences import COUNT, sequences
from tests.counts import step
from tui_reader.model.annotation import Annotation
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.search.completion import Offer, complete
from tui_reader.search.evaluation import Context, article_predicate, limit_of
from tui_reader.search.explanation import explain
from tui_reader.search.parser import parse
from tui_reader.search.records import ArticleRecord, annotations_text
from tui_reader.search.roles import parts_with_roles
from tui_reader.search.selection import GradualSelection, StepwiseSelection
from tui_reader.search.vocabulary import VocabularyBuilder

COLOURS = ("claim", "doubt")
TODAY = date(2026, 11, 29)
CONTEXT = Context(TODAY, COLOURS)
TITLES = (
    "The harbour and small engines",
    "Élan and patience",
    "Radio in winter: NATO waiting",
    "東京湾の夜警",
    "C++ at 10:30, it’s AT&T",
    "The night train to the north",
    "A bridge, a ferry, salt",
)
TAGS = ((), ("nato", "space"), ("arctic",), ("defence", "港"), ("eu/budget", "open question"))


def records() -> list[ArticleRecord]:
    """Return thirty articles in which each query finds something or nothing."""
    made = []
    tags, sources = cycle(TAGS), cycle(("Space desk", "Tide Tables", ""))
    for number, title in enumerate(islice(cycle(TITLES), 30)):
        metadata = Metadata(
            title=title,
            byline="Jane Roe" if number % 3 else "",
            source=next(sources),
            date=f"202{number % 3 + 4}-1{number % 3}-0{number % 9 + 1}",
            language="en" if number % 4 else "ja",
            tags=next(tags),
            words=number * 150,
        )
        state = ReadingState(read=number % 2 == 0, starred=number % 5 == 0, progress=number / 30)
        notes = [Annotation(id=str(number), article=str(number), anchor=None, note="a quiet note", colour=1)]
        record = ArticleRecord(Headline(Article(str(number), f"2026/{number}.md", metadata), state, number % 2))
        record.annotations = annotations_text(notes if number % 2 else [])
        made.append(record)
    return made


def test_each_letter_of_a_thousand_queries_selects_what_the_whole_text_selects() -> None:
    library = records()
    builder = VocabularyBuilder()
    for record in library:
        builder.add(record)
    offer = Offer(builder.build(), COLOURS, TODAY)
    selection = StepwiseSelection(library)
    typed = sequences()
    assert len(typed) == COUNT
    seen: set[str] = set()
    for _, text in typed[:: step(1, 16)]:
        for end in range(1, len(text) + 1):
            query = parse(text[:end], COLOURS)
            term = query.while_typing
            found = selection.select(term, CONTEXT)
            if text[:end] in seen:
                continue
            seen.add(text[:end])
            matches = article_predicate(term, CONTEXT)
            assert found == [each for each in library if matches(each)][: limit_of(term)], text[:end]
            complete(query, end, offer)
            parts_with_roles(query)
            assert explain(term, COLOURS)


def test_a_gradual_selection_interrupted_by_letters_equals_a_complete_one() -> None:
    library, draw = records(), Random(5)
    selection = GradualSelection(library, 7)
    for _, text in sequences()[:: step(3, 9)]:
        for end in range(1, len(text) + 1):
            term = parse(text[:end], COLOURS).while_typing
            expected = list(filter(article_predicate(term, CONTEXT), library))[: limit_of(term)]
            selection.begin(term, CONTEXT)
            for _ in range(draw.choice((0, 1, 2, 9))):  # the next letter comes before all parts are evaluated
                selection.advance()
                assert selection.found == expected[: len(selection.found)], text[:end]
                if selection.is_complete:
                    assert selection.found == expected, text[:end]


def test_the_typed_example_queries_are_varied_and_reproducible() -> None:
    assert sequences() == sequences()
    assert len({each.kind for each in sequences()}) > 30
