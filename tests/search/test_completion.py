"""Completion offers what fits at the cursor, the most frequent first, and an accepted offer has the offered meaning."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.test_query_texts import TEXTS
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.model.query import Field, FieldName, Not, Value
from tui_reader.search.completion import MOST, Completion, Offer, complete, insert
from tui_reader.search.fields import FIELDS
from tui_reader.search.parser import parse
from tui_reader.search.records import ArticleRecord, annotations_text
from tui_reader.search.roles import Role, parts_with_roles
from tui_reader.search.vocabulary import Vocabulary, VocabularyBuilder

COLOURS = ("claim", "doubt", "", "", "")
VOCABULARY = Vocabulary(
    {
        FieldName.TITLE: {"space": 4, "spending": 3, "spring": 9, "tagging": 2, "elan": 1, "東京湾": 2, "夜警": 1},
        FieldName.NOTE: {"spares": 1, "speed": 3, "港": 1, "港湾": 2},
        FieldName.QUOTE: {"spell": 2},
    },
    {
        FieldName.TAG: {"defence": 5, "nato": 4, "open question": 1, "space": 2, "港": 1},
        FieldName.SOURCE: {"Brussels desk": 3, "Space desk": 2},
        FieldName.BY: {"Jane Roe": 2},
        FieldName.PUBLISHED: {"2026-05": 3, "2025-01": 9},
        FieldName.KIND: {"markdown": 7},
        FieldName.LANG: {"en": 7},
    },
)
OFFER = Offer(VOCABULARY, COLOURS, date(2026, 11, 29))


def offered(text: str, cursor: int | None = None, *, everything: bool = False) -> list[Completion]:
    query = parse(text, COLOURS)
    return complete(query, len(text) if cursor is None else cursor, OFFER, everything=everything)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("sp", ["spring", "space", "spending", "tag:space", "source:Space desk"]),
        ("SPA", ["space", "tag:space", "source:Space desk"]),
        ("é", ["elan"]),
        ("so", ["source:", "sort:"]),
        ("-so", ["source:"]),
        ("tag：q", ["open question"]),
        ("words＞", ["500", "1000", "2000", "5000"]),
        ("tag", ["tag:", "tagging"]),
        ("auth", ["author:"]),
        ("spring sp", ["space", "spending", "tag:space", "source:Space desk"]),
        ("-(sp", ["spring", "space", "spending", "tag:space", "source:Space desk"]),
        ("tag:", ["defence", "nato", "space", "open question", "港"]),
        ("tag:q", ["open question"]),
        ("tag:nato tag:", ["defence", "space", "open question", "港"]),
        ("#nato,", ["defence", "space", "open question", "港"]),
        ("#港", []),
        ("note:sp", ["speed", "spares"]),
        ("-note:sp", ["speed", "spares"]),
        ("note:港", ["港湾"]),
        ("quote:S", ["spell"]),
        ('note:"sp', []),
        ("note:", []),
        ("title:東", ["東京湾"]),
        ("夜", ["夜警"]),
        ("source:de", ["Brussels desk", "Space desk"]),
        ('source:"br', ["Brussels desk"]),
        ("by:", ["Jane Roe"]),
        ("lang:", ["en"]),
        ("kind:m", ["markdown"]),
        ("title:sp", ["spring", "space", "spending"]),
        ("is:an", ["annotated", "anchored"]),
        ("-has:b", ["by", "bookmark"]),
        ("sort:o", ["oldest", "opened"]),
        ("colour:", ["claim", "doubt", "1", "2", "3", "4", "5"]),
        ("c:d", ["doubt"]),
        ("date:", ["today", "yesterday", "7d", "30d", "2026-11", "2026", "2025-01", "2026-05"]),
        ("opened:>", ["7d", "30d", "2026-11", "2026"]),
        ("words>", ["500", "1000", "2000", "5000"]),
        ("titel:x", ["title:x"]),
        ("is:unraed", ["is:unread"]),
        ("", []),
        ("space ", []),
        ("C++", []),
        ("10:30", []),
        ("https://x.org/sp", []),
        ('"sp', []),
        ("-", []),
        ("x" * 10_000, []),
    ],
)
def test_completions_fit_what_is_typed(text: str, labels: list[str]) -> None:
    assert [each.label for each in offered(text)] == labels


def test_completions_have_a_kind_and_a_description_or_a_count() -> None:
    assert (offered("sp")[1].kind, offered("sp")[1].articles) == ("word", 4)
    assert (offered("so")[0].kind, offered("so")[0].detail) == ("field", FIELDS[FieldName.SOURCE].finds)
    assert offered("sort:lon")[0].detail == "longest first"
    assert offered("opened:>7")[0].detail == "more than 7 days ago"


def test_all_fields_are_listed_where_nothing_is_typed_if_asked_for() -> None:
    assert [each.label for each in offered("", everything=True)][:3] == ["title:", "by:", "source:"]


@pytest.mark.parametrize(
    ("text", "cursor", "taken"),
    [
        ("so", 2, "source:"),
        ("sp", 2, "spring "),
        ("sp nato", 2, "spring nato"),
        ("sping nato", 2, "spring nato"),
        ("(sp)", 3, "(spring)"),
        ("tag:nato,de x", 11, "tag:nato,defence x"),
        ("tag:op", 6, 'tag:"open question" '),
        ("source:br", 9, 'source:"Brussels desk" '),
        ("titel:x more", 12, "title:x more"),
        ("-is:unraed", 10, "-is:unread "),
    ],
)
def test_a_completion_replaces_what_it_completes(text: str, cursor: int, taken: str) -> None:
    assert insert(text, offered(text, cursor)[0])[0] == taken


@pytest.mark.parametrize("typed", ["#", '#"', "tag:", "-#nato,", "(#", "source:", 'source:"', "by:"])
def test_inserting_a_completed_name_makes_a_query_for_exactly_that_name(typed: str) -> None:
    names = {"to read": 9, "2024": 8, "_x": 7, "eu/b": 6, "a,b": 5, 'say "hi"': 4, "f(x)": 3, "#x": 2, "x*": 1, "..": 1}
    vocabulary = Vocabulary({}, dict.fromkeys((FieldName.TAG, FieldName.SOURCE, FieldName.BY), names))
    found = complete(parse(typed), len(typed), Offer(vocabulary, (), date(2026, 11, 29)))
    assert {each.label for each in found} == set(names)
    for each in found:
        text = insert(typed, each)[0]
        term = parse(text).term
        field = term.term if isinstance(term, Not) else term
        assert isinstance(field, Field), text
        value = field.values[-1]
        assert isinstance(value, Value)
        assert (value.text, value.is_prefix) == (each.label, False), text


@given(TEXTS, st.data())
def test_inserting_a_completion_anywhere_keeps_the_rest_of_the_text(text: str, data: st.DataObject) -> None:
    cursor = data.draw(st.integers(0, len(text)))
    query = parse(text, COLOURS)
    found = complete(query, cursor, OFFER, everything=data.draw(st.booleans()))
    assert len(found) <= MOST
    for each in found:
        after, at = insert(text, each)
        assert after.startswith(text[: each.span.start] + each.text)
        assert after.endswith(text[each.span.end :])
        assert 0 <= at <= len(after)


@given(TEXTS)
def test_the_highlighted_parts_of_a_query_joined_are_its_text(text: str) -> None:
    parts = parts_with_roles(parse(text, COLOURS))
    assert "".join(part for part, _ in parts) == text
    assert all(part for part, _ in parts)


def test_parts_of_a_query_are_highlighted_by_their_meaning() -> None:
    assert parts_with_roles(parse('tag:a,"b c" -is:read OR titel:x (y)')) == [
        ("tag:", Role.FIELD),
        ("a", Role.VALUE),
        (",", Role.OPERATOR),
        ('"b c"', Role.VALUE),
        (" ", Role.BLANK),
        ("-", Role.NEGATION),
        ("is:", Role.FIELD),
        ("read", Role.EXCLUDED),
        (" ", Role.BLANK),
        ("OR", Role.OPERATOR),
        (" ", Role.BLANK),
        ("titel:x", Role.SLIP),
        (" ", Role.BLANK),
        ("(", Role.OPERATOR),
        ("y", Role.WORD),
        (")", Role.OPERATOR),
    ]


def test_the_vocabulary_counts_articles_not_occurrences() -> None:
    builder = VocabularyBuilder()
    for number, title in enumerate(("Space, space and Élan", "Space in 2026", "東京湾の夜警")):
        metadata = Metadata(title=title, source="Desk", date="2026-05-01", tags=("a",) * (number + 1), language="en")
        builder.add(ArticleRecord(Headline(Article(str(number), f"x/{number}.md", metadata), ReadingState(), 0)))
    builder.add_tags(("a", "of a note"))
    vocabulary = builder.build()
    assert [(each.name, each.articles) for each in vocabulary.words("", 9)] == [
        ("space", 2),
        ("夜警", 1),
        ("and", 1),
        ("東京湾", 1),
        ("elan", 1),
    ]
    assert [(each.name, each.articles) for each in vocabulary.values(FieldName.TAG, "", 9)] == [
        ("a", 3),
        ("of a note", 0),
    ]
    assert vocabulary.values(FieldName.PUBLISHED, "", 9)[0].name == "2026-05"
    assert vocabulary.values(FieldName.KIND, "m", 9)[0].articles == 3


def test_words_of_notes_and_quotes_are_counted_by_articles() -> None:
    builder = VocabularyBuilder()
    for number, (note, quote) in enumerate((("Compare, compare: é", "the 港湾局 of"), ("compare", "カメラ"), ("", ""))):
        annotation = Annotation(str(number), str(number), note=note, anchor=Anchor(quote))
        record = ArticleRecord(Headline(Article(str(number), "a.md", Metadata(title="T")), ReadingState(), 1))
        record.annotations = annotations_text([annotation] if note else [])
        builder.add(record)
    unprepared = ArticleRecord(Headline(Article("9", "a.md", Metadata(title="T")), ReadingState(), 1))
    builder.add(unprepared)
    vocabulary = builder.build()
    notes = vocabulary.words("", 9, field=FieldName.NOTE)
    assert [(each.name, each.articles) for each in notes] == [("compare", 2)]
    quotes = vocabulary.words("", 9, field=FieldName.QUOTE)
    assert {each.name for each in quotes} == {"the", "港湾局", "カメラ"}


def test_pairs_of_characters_of_a_long_chinese_title_are_offered() -> None:
    builder = VocabularyBuilder()
    builder.add(ArticleRecord(Headline(Article("1", "a.md", Metadata(title="北约国防部长会议")), ReadingState(), 0)))
    assert {each.name for each in builder.build().words("", 20)} == {
        "北约",
        "约国",
        "国防",
        "防部",
        "部长",
        "长会",
        "会议",
    }
