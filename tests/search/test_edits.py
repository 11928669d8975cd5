"""Edits of a query's text by keys change only their own part of it, whatever else the text contains."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.search.test_query_texts import TEXTS
from tui_reader.model.query import EVERYTHING, And, Field, FieldName, Or, Value
from tui_reader.search.edits import Chosen, chosen, exact, top_terms, with_term, without
from tui_reader.search.effect import effective, finds_everything
from tui_reader.search.parser import parse

TAG = Field(FieldName.TAG, (Value("x"),))


@pytest.mark.parametrize(
    ("text", "narrowed"),
    [
        ("", "tag:x"),
        ("a b", "a b tag:x"),
        ("a OR b", "(a OR b) tag:x"),
        ("a OR b sort:oldest", "(a OR b) tag:x sort:oldest"),
        ("a OR", "a tag:x"),
        ('"a b', '"a b" tag:x'),
        ("“a b", "“a b” tag:x"),
        ("„a b", '"a b" tag:x'),
        ("a (b OR c", "a (b OR c) tag:x"),
        ("-(a", "-(a) tag:x"),
        ("-(", "tag:x"),
        ("a OR ((-(", "a tag:x"),
        ("OR", "OR tag:x"),
        (":) OR b", ":) tag:x OR b tag:x"),
        ("a OR*", "a OR* tag:x"),
    ],
)
def test_a_further_term_narrows_the_whole_query(text: str, narrowed: str) -> None:
    assert with_term(text, TAG) == narrowed


@given(TEXTS)
def test_a_term_is_added_to_any_text_and_removed_again(text: str) -> None:
    before = parse(text)
    if before.slips and not before.slips[-1].is_searched:
        return  # what follows the last part that is searched for is ignored
    narrowed = parse(with_term(text, TAG)).term
    alternatives = narrowed.terms if isinstance(narrowed, Or) else (narrowed,)
    assert all("x" in chosen(each, FieldName.TAG).included for each in alternatives)
    if not before.is_unfinished and len(alternatives) == 1:
        rest = And(tuple(each for each in top_terms(narrowed) if each != TAG))
        expected = And(tuple(each for each in top_terms(before.term) if each != TAG))
        assert flat(effective(rest)) == flat(effective(expected))


def flat(term: object) -> object:
    return term.terms[0] if isinstance(term, And) and len(term.terms) == 1 else term


def test_values_are_recognized_in_any_spelling() -> None:
    text = 'tag:Nato -tag:"Éu" source:"the DESK" sort:title'
    assert chosen(parse(text).term, FieldName.TAG) == Chosen(frozenset({"nato"}), frozenset({"eu"}))
    assert without(text, FieldName.TAG, "NATO") == '-tag:"Éu" source:"the DESK" sort:title'
    assert without(text, FieldName.SOURCE, "The desk") == 'tag:Nato -tag:"Éu" sort:title'
    assert without("a OR sort:title OR b", FieldName.SORT) == "a OR b"
    assert parse(with_term("", exact(FieldName.SOURCE, 'A "B" C'))).term != EVERYTHING


@pytest.mark.parametrize("text", ["", "tag:", '"', '-""', "sort:title", "tag: OR note:", "-(is: tag:)", 'tag:"#"'])
def test_a_query_that_restricts_nothing_is_recognized(text: str) -> None:
    assert finds_everything(parse(text).term)


@pytest.mark.parametrize("text", ["-", "OR", "limit:3", "words>=0", "tag:x", "-tag:x", "a OR tag:"])
def test_a_query_that_restricts_something_is_recognized(text: str) -> None:
    assert not finds_everything(parse(text).term)
