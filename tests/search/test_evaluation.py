"""Queries select the same records whether they are built of simple terms, which have a fast path, or of nested ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tui_reader.document.normalization import search_key
from tui_reader.model.annotation import Annotation
from tui_reader.model.query import And, Field, FieldName, Not, Or, Phrase, Term, Words
from tui_reader.search.evaluation import compile_for_annotations, select_headlines


@dataclass
class Row:
    name: str
    folded: str
    tags: frozenset[str] = field(default_factory=frozenset)
    source: str = ""
    archived: bool = False
    unread: bool = True
    starred: bool = False
    notes: int = 0


ROWS = [
    Row("a", "elan vital", frozenset({"nato", "defence"}), "Desk", starred=True),
    Row("b", "die strasse", frozenset({"nato"}), "almanac", notes=2),
    Row("c", "vital elan", unread=False),
    Row("d", "archive", frozenset({"nato"}), archived=True, unread=False),
]
NATO = Field(FieldName.TAG, "nato")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (And(), "abcd"),
        (Or(), ""),
        (Field(FieldName.SHELF, "inbox"), "abc"),
        (Field(FieldName.SHELF, "unread"), "ab"),
        (Field(FieldName.SHELF, "starred"), "a"),
        (Field(FieldName.SHELF, "annotated"), "b"),
        (Field(FieldName.SHELF, "archive"), "d"),
        (NATO, "abd"),
        (Not(NATO), "c"),
        (Field(FieldName.SOURCE, "Desk"), "a"),
        (Words("Vital ÉLAN"), "ac"),
        (Words("  "), "abcd"),
        (Phrase("ÉLAN vital"), "a"),
        (And((NATO, Not(Field(FieldName.TAG, "defence")))), "bd"),
        (Or((Field(FieldName.SOURCE, "Desk"), Words("elan"))), "ac"),
        (Not(Or((NATO, Words("absent")))), "c"),
        (Not(And((NATO, Field(FieldName.SHELF, "inbox")))), "cd"),
    ],
)
def test_a_query_selects_the_headlines_that_match_in_their_order(query: Term, found: str) -> None:
    assert "".join(row.name for row in select_headlines(ROWS, query)) == found
    nested = Or((query,))
    assert "".join(row.name for row in select_headlines(ROWS, nested)) == found, "without the fast path"


def test_a_field_that_headlines_do_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="no field colour"):
        select_headlines(ROWS, Field(FieldName.COLOUR, "1"))


def test_words_of_an_annotation_may_stand_in_note_tags_and_title() -> None:
    annotation = Annotation(id="1", article="a", note="A Café", tags=("Travel",))
    expected: list[tuple[Term, bool]] = [
        (Words("cafe travel title"), True),
        (Words("cafe absent"), False),
        (Phrase("a café"), True),
        (Phrase("cafe travel title"), False),
        (Field(FieldName.TAG, "Travel"), True),
        (Field(FieldName.TAG, "Trav"), False),
        (Field(FieldName.TAG_PREFIX, "trav"), True),
        (Field(FieldName.COLOUR, "1"), False),
    ]
    for query, matches in expected:
        assert compile_for_annotations(query)((annotation, "Title")) is matches
    with pytest.raises(ValueError, match="no field shelf"):
        compile_for_annotations(Field(FieldName.SHELF, "inbox"))


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Why it’s late", "it's"),
        ("Why it's late", "it’s"),
        ("The oﬃce", "office"),
        ("In\u00adfor\u00admation", "information"),
        ("Ｆｕｌｌ　width", "full"),
        ("1999–2001: a war", "1999-2001"),
        ("Re\u0301sume\u0301", "resume"),
        ("r\u00e9sum\u00e9", "RÉSUMÉ"),
        ("„So“ it is", '"so"'),
        ("Die Straße", "strasse"),
        ("ΟΔΟΣ", "οδος"),
    ],
)
def test_filters_ignore_accents_and_presentation(title: str, typed: str) -> None:
    row = Row("a", search_key(title))
    annotation = Annotation(id="1", article="a", note=title, tags=(title,))
    for query in (Words(typed), Phrase(typed)):
        assert select_headlines([row], query) == [row]
        assert compile_for_annotations(query)((annotation, "Title"))
    assert compile_for_annotations(Field(FieldName.TAG_PREFIX, search_key(title)[:5]))((annotation, "Title"))
