"""Annotations are narrowed to what was made lately, long ago, or between days."""

from __future__ import annotations

from datetime import date

import pytest

from tui_reader.model.annotation import Annotation
from tui_reader.search.evaluation import compile_for_annotations
from tui_reader.search.parser import parse

TODAY = date(2026, 3, 1)
CREATED = ("2024-02-29", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-15", "2026-02-28", "2026-03-01")


def left(typed: str) -> list[str]:
    """The days of what a filter lets through."""
    asked = parse(typed, ("claim",), TODAY)
    assert not asked.problem
    made = [Annotation(id=day, article="a", created=f"{day}T08:30:00Z", updated="") for day in CREATED]
    matches = compile_for_annotations(asked.query, lambda _: "Title")
    return [each.id for each in made if matches(each)]


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("after:2026-01-01", 2, 7),
        ("since:2026-01-01", 2, 7),
        ("before:2026-01-01", 0, 2),
        ("-after:2026-01-01", 0, 2),
        ("after:2026-02 before:2026-03", 4, 6),
        ("added:<1d", 5, 7),
        ("added:<2w", 4, 7),
        ("added:>2w", 0, 4),
        ("added:<30d", 3, 7),
        ("added:>30d", 0, 3),
        ("-added:<30d", 0, 3),
        ("added:<1m", 3, 7),
        ("added:>1y", 0, 1),
        ("added:<9999y", 0, 7),
        ("added:>9999y", 0, 0),
        ("added:<60d added:>2w", 1, 4),
    ],
)
def test_days_and_ages_narrow_the_list(typed: str, first: int, last: int) -> None:
    assert left(typed) == list(CREATED[first:last])


@pytest.mark.parametrize("typed", ["added:30d", "added:<", "added:<30", "added:<30x", "added:lately"])
def test_an_age_that_means_nothing_says_what_would(typed: str) -> None:
    asked = parse(typed, (), TODAY)
    assert asked.problem.startswith(typed)
    assert "<30d" in asked.problem
    assert not asked.terms, "what is half typed narrows nothing yet"


@pytest.mark.parametrize(
    ("typed", "problem", "tests"),
    [
        ("foo:bar", "no field “foo”", 0),
        ('foo:bar "', "no field “foo”", 0),
        ('has:note "open', "the quotation mark is still open", 2),
        ('"closed: well"', "", 1),
        ("12:30 https://example.org", "", 2),
        ("foo:", "", 1),
    ],
)
def test_what_means_nothing_is_named(typed: str, problem: str, tests: int) -> None:
    """And hides nothing; times and addresses are words to look for, and so is all between quotation marks."""
    asked = parse(typed, (), TODAY)
    assert asked.problem.startswith(problem)
    assert bool(asked.problem) == bool(problem)
    assert len(asked.terms) == tests
