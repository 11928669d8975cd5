"""Every text is a query, printing gives an equal query, and invalid parts are searched for as words with a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.model.query import And, Field, FieldName, Interval, Not, Operator, Or, Phrase, Value, Word
from tui_reader.search.explanation import explain
from tui_reader.search.fields import ALIASES, FIELDS
from tui_reader.search.parser import MAX_DEPTH, MAX_PARTS, parse
from tui_reader.search.printer import print_query

if TYPE_CHECKING:
    from tui_reader.model.query import Term

COLOURS = ("claim", "evidence", "", "doubt", "open question")

SIGNS = """
" “ ” „ ( ) - -( OR AND OR* * , .. : < >= # #nato C++ AT&T 10:30 a(b f(x) x) nato* 港 é
"""
PIECES = st.sampled_from(
    [
        *(f"{name}{operator}" for name in ALIASES for operator in (":", "<", ">=")),
        *(spec.example for spec in FIELDS.values()),
        *SIGNS.split(),
        "\x1b",
        "\n",
        "https://x.org/a?b",
        "titel:",
        " ",
        "2026",
        "7d",
        "800",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=12).map(" ".join)
)


@given(TEXTS)
def test_every_text_is_a_query_that_prints_to_an_equal_one(text: str) -> None:
    parsed = parse(text, COLOURS)
    printed = print_query(parsed.term)
    assert parse(printed, COLOURS).term == parsed.term
    assert print_query(parse(printed, COLOURS).term) == printed
    assert explain(parsed.term, COLOURS)
    explain(parsed.while_typing, COLOURS)


@given(TEXTS)
def test_each_part_of_a_query_is_at_its_span(text: str) -> None:
    def check(term: Term) -> None:
        start, end = term.span
        assert 0 <= start <= end <= len(text)
        if isinstance(term, Word):
            assert text[start:end] == term.text + "*" * term.is_prefix
        for each in term.terms if isinstance(term, And | Or) else (term.term,) if isinstance(term, Not) else ():
            assert start <= each.span.start <= each.span.end <= end
            check(each)

    parsed = parse(text, COLOURS)
    check(parsed.term)
    for slip in parsed.slips:
        assert 0 <= slip.span.start < slip.span.end <= len(text)
        assert slip.message


def is_(state: str) -> Field:
    return Field(FieldName.IS, (Value(state),))


def tag(name: str, *, is_prefix: bool = False) -> Field:
    return Field(FieldName.TAG, (Value(name, is_prefix=is_prefix),))


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("", And()),
        (" \t\u3000", And()),
        ("nato", Word("nato")),
        ("nato*", Word("nato", is_prefix=True)),
        ("space gap", And((Word("space"), Word("gap")))),
        ('"space gap"', Phrase("space gap")),
        ('"space gap', Phrase("space gap")),
        ("“space gap”", Phrase("space gap")),
        ("a OR b c", Or((Word("a"), And((Word("b"), Word("c")))))),
        ("(a OR b) c", And((Or((Word("a"), Word("b"))), Word("c")))),
        ("a AND b", And((Word("a"), Word("b")))),
        ("-(a b)", Not(And((Word("a"), Word("b"))))),
        ("-tag:nato", Not(tag("nato"))),
        ('#"to read",x', Field(FieldName.TAG, (Value("to read", is_quoted=True), Value("x")))),
        ("#nato,港", Field(FieldName.TAG, (Value("nato"), Value("港")))),
        ("Tag:nato", tag("nato")),
        ('tag:"a b",c', Field(FieldName.TAG, (Value("a b", is_quoted=True), Value("c")))),
        ("author:roe", Field(FieldName.BY, (Value("roe"),))),
        ("words>800", Field(FieldName.WORDS, (Value("800"),), Operator.MORE)),
        ("words:>=1.5k", Field(FieldName.WORDS, (Value("1.5k"),), Operator.AT_LEAST)),
        ("minutes:5..15", Field(FieldName.MINUTES, (Interval("5", "15"),))),
        ("date:2026-10..", Field(FieldName.DATE, (Interval("2026-10", ""),))),
        ("added:<7d", Field(FieldName.ADDED, (Value("7d"),), Operator.LESS)),
        ("before:2026", Field(FieldName.DATE, (Value("2026"),), Operator.LESS)),
        ("after:2026-05-01", Field(FieldName.DATE, (Value("2026-05-01"),), Operator.AT_LEAST)),
        ("newer:7d", Field(FieldName.DATE, (Value("7d"),))),
        ("older:2w", Field(FieldName.DATE, (Value("2w"),), Operator.MORE)),
        ("c:1", Field(FieldName.COLOUR, (Value("1"),))),
        ("is:lost", is_("lost")),
        ("is:", Field(FieldName.IS)),
        ("C++", Word("C++")),
        ("AT&T", Word("AT&T")),
        ("10:30", Word("10:30")),
        ("https://x.org/a?b", Word("https://x.org/a?b")),
        ("a<b", Word("a<b")),
        ("f(x)", Word("f(x)")),
        ('"', Phrase("")),
        ("-", Word("-")),
        ("OR", Word("OR")),
        ("a OR", And((Word("a"), Word("OR")))),
        ("OR a", And((Word("OR"), Word("a")))),
        ("()", Word("()")),
        ("tag：nato", tag("nato")),
        ("\ufeff\u200ftag:nato \u200e-港", And((tag("nato"), Not(Word("港"))))),
        ("\u200f", And()),
        ("words＞800", Field(FieldName.WORDS, (Value("800"),), Operator.MORE)),
        ("words>10,000", Field(FieldName.WORDS, (Value("10000"),), Operator.MORE)),
        ("words:5,1,000..2,500", Field(FieldName.WORDS, (Value("5"), Interval("1000", "2500")))),
        ("minutes:5,100", Field(FieldName.MINUTES, (Value("5"), Value("100")))),
        ("feed://x.org/rss", Word("feed://x.org/rss")),
        ("FILE:///x", Word("FILE:///x")),
        ("path:/x", Field(FieldName.PATH, (Value("/x"),))),
        ("#1", Word("#1")),
        ("sort:title limit:5", And((Field(FieldName.SORT, (Value("title"),)), Field(FieldName.LIMIT, (Value("5"),))))),
    ],
)
def test_a_text_is_parsed_to_its_parts(text: str, term: Term) -> None:
    parsed = parse(text, COLOURS)
    assert parsed.term == term
    assert not parsed.slips


@pytest.mark.parametrize(
    ("text", "term", "message", "suggestion"),
    [
        ("titel:nato", Word("titel:nato"), "there is no field “titel:”", "title:nato"),
        ("is:unraed", Word("is:unraed"), "is:unraed?", "is:unread"),
        ("has:nope", Word("has:nope"), "has:nope?", "has:note"),
        ("words>many", Word("words>many"), "words:many? a number", ""),
        ("date:2026-13", Word("date:2026-13"), "date:2026-13? a date such as", ""),
        ("added:yestreday", Word("added:yestreday"), "added:yestreday?", "added:yesterday"),
        ("colour:cliam", Word("colour:cliam"), "colour:cliam? 1 to 5, claim", "colour:claim"),
        ("words:900..800", Word("words:900..800"), "words:900..800 ends before it begins", "words:800..900"),
        ("words>=5,2k..1.5k", Word("words>=5,2k..1.5k"), "words:2k..1.5k ends before", "words>=5,1.5k..2k"),
        ("minutes:20..5,30", Word("minutes:20..5,30"), "minutes:20..5 ends before it begins", "minutes:5..20,30"),
        ("-progress:99..1", Not(Word("progress:99..1")), "progress:99..1 ends before it begins", "progress:1..99"),
        ("date:2026-05..2025-01", Word("date:2026-05..2025-01"), "date:2026-05..2025-01 ends", "date:2025-01..2026-05"),
        ("opened:today..yesterday", Word("opened:today..yesterday"), "opened:today..y", "opened:yesterday..today"),
        (
            "date:2026-05-10..2026-05-9",
            Word("date:2026-05-10..2026-05-9"),
            "date:2026-05-10..2",
            "date:2026-05-9..2026-05-10",
        ),
        ("added:7d..2w", Word("added:7d..2w"), "added:7d..2w ends before it begins", "added:2w..7d"),
        ("is:unraed,read", Word("is:unraed,read"), "is:unraed?", "is:unread,read"),
        ("-sort:title", Not(Word("sort:title")), "sort: orders the whole list", ""),
        ('is:"a b"', Phrase("a b"), "is:a b?", ""),
    ],
)
def test_a_mistyped_query_is_searched_as_words_with_a_message_and_a_suggestion(
    text: str, term: Term, message: str, suggestion: str
) -> None:
    parsed = parse(text, COLOURS)
    assert parsed.term == term
    (slip,) = parsed.slips
    assert slip.message.startswith(message)
    assert slip.suggestion == suggestion
    if suggestion:
        start, end = slip.span
        assert not parse(text[:start] + suggestion + text[end:], COLOURS).slips


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("words:800,900", "words:800..900"),
        ("words:900,800", "words:800..900"),
        ("words:200,300,", "words:200..300,"),
    ],
)
def test_two_numbers_that_are_read_as_one_are_said(text: str, suggestion: str) -> None:
    (slip,) = parse(text, COLOURS).slips
    assert slip.sentence == f"{text} is read as one number · did you mean {suggestion}?"
    assert slip.suggestion == suggestion
    assert not slip.is_searched
    assert not parse(suggestion, COLOURS).slips


@pytest.mark.parametrize(
    "text",
    [
        "words:10,000",
        "words:1,500",
        "words:100,000",
        "words>800,900",
        "words>=800,900",
        "words:800,90",
        "words:5,100,200",
        "words:800,900,000",
        "minutes:800,900",
        "words:800..900",
        "words:800..800",
        "words:..800",
        "date:2026-05..2026-05",
        "added:7d..7d",
        "date:2026..7d",
        "date:7d..2026",
        "date:yesterday..2020",
        "words:2000..2026",
    ],
)
def test_numbers_and_ranges_that_hold_something_are_no_slips(text: str) -> None:
    assert not parse(text, COLOURS).slips


@pytest.mark.parametrize(
    "text", ["words:900..1", "words:900..10", "words:2k..30", "date:2026-05..2026-1", "date:2026-05-10..2026-05-1"]
)
def test_a_range_whose_end_is_being_typed_is_no_slip_yet(text: str) -> None:
    assert parse(text, COLOURS).problem == ""
    assert parse(text, COLOURS).while_typing == And()
    # The text goes on: the range is complete.
    assert "ends before it begins" in parse(f"{text} nato", COLOURS).problem
    assert "ends before it begins" in parse(f"({text})", COLOURS).problem


@pytest.mark.parametrize("text", ["words:900..800", "date:2026-05..2025", "date:202", "date:2026-", "words:900..1"])
def test_a_complete_query_says_its_last_slip_too(text: str) -> None:
    (sentence,) = parse(text, COLOURS).sentences
    assert sentence.startswith(text)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("na", Word("na", is_prefix=True)),
        ("na ", Word("na")),
        ("a na", And((Word("a"), Word("na", is_prefix=True)))),
        ("tag:na", tag("na", is_prefix=True)),
        ("(a OR na", Or((Word("a"), Word("na", is_prefix=True)))),
        ("-na", Not(Word("na", is_prefix=True))),
        ("a -", And((Word("a"), And()))),
        ('a "', And((Word("a"), Phrase("", is_prefix=True)))),
        ('a "per ce', And((Word("a"), Phrase("per ce", is_prefix=True)))),
        ('"per cent"', Phrase("per cent")),
        ("added:20", And()),
        ("-added:7", And()),
        ("added:7x", Word("added:7x", is_prefix=True)),
        ("is:", And()),
        ("is:unr", is_("unr")),
        ("(a)", Word("a")),
        ("a OR", Word("a")),
        ("a b AND ", And((Word("a"), Word("b")))),
        ("c (a OR", And((Word("c"), Word("a")))),
        ("(a OR)", And((Word("a"), Word("OR")))),
        ("a -( ", Word("a")),
        ("a OR (", Word("a")),
        ("OR", Word("OR", is_prefix=True)),
        ("a OR*", And((Word("a"), Word("OR", is_prefix=True)))),
    ],
)
def test_the_unfinished_end_of_a_query_is_matched_as_a_prefix_or_ignored(text: str, term: Term) -> None:
    assert parse(text).while_typing == term


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "-(" * 5_000 + "a",
        ")" * 10_000,
        '"' * 9_999,
        "a OR " * 2_000,
        "-" * 10_000,
        "is:" * 3_000,
        "x" * 10_000,
        "tag:" + "a," * 4_000,
        "(a OR " * 2_000,
        "titel:" + "y" * 10_000,
        "#" * 10_000,
        "( " * 3_000 + "a" + " )" * 3_000,
    ],
)
def test_queries_of_any_length_are_parsed_printed_and_explained(text: str) -> None:
    parsed = parse(text, COLOURS)
    assert parse(print_query(parsed.term), COLOURS).term == parsed.term
    assert explain(parsed.while_typing)


def test_parts_of_a_query_beyond_the_limit_are_reported_as_not_searched_for() -> None:
    parsed = parse("word " * (MAX_PARTS + 5))
    assert isinstance(parsed.term, And)
    assert len(parsed.term.terms) == MAX_PARTS
    assert parsed.slips[0].message == f"only the first {MAX_PARTS} parts are searched for"
    assert parse("(" * MAX_DEPTH * 2 + "a b").term == And((Word("a"), Word("b")))


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        ("", "everything"),
        ("tag:nato words>800 -is:starred", "tagged nato, more than 800 words, not starred"),
        ('by:roe OR source:"Brussels desk"', "by “roe” or from “Brussels desk”"),
        ("(a OR b) -(c d)", "(“a” or “b”), not (“c”, “d”)"),
        ("added:7d sort:longest limit:3", "added in the last 7 days, longest first, the first 3"),
        ("older:1w minutes:5.. progress:..50", "dated more than 1 week ago, at least 5 minutes, at most 50 % read"),
        ("colour:cl is:lost has:notes", "colour claim, orphan or gone, with note"),
        ("date:2026-01..2026-03 opened:<2026", "dated from 2026-01 to 2026-03, opened before 2026"),
        ('titel:nato "', "“titel:nato”"),
        ("tag: -tag: nato OR -quote: limit:2 sort:title sort:oldest", "“nato”, the first 2, oldest first"),
        ("sort:title a OR b", "(“a” or “b”), by title"),
        ('-"" \u0301 tag:# -note:""', "everything"),
    ],
)
def test_a_query_is_explained_in_one_line(text: str, explained: str) -> None:
    assert explain(parse(text, COLOURS).term, COLOURS) == explained
