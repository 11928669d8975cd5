"""Typed filters of annotations are parsed to queries; mistakes in them are reported."""

from __future__ import annotations

from datetime import date

import pytest

from tui_reader.model.annotation import Annotation
from tui_reader.search.evaluation import compile_for_annotations
from tui_reader.search.parser import parse

TODAY = date(2026, 3, 1)
CREATED = ("2024-02-29", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-15", "2026-02-28", "2026-03-01")


def matching_days(typed: str) -> list[str]:
    """Return the days of creation of the annotations that match a typed filter."""
    parsed = parse(typed, ("claim",), TODAY)
    assert not parsed.problem
    made = [Annotation(id=day, article="a", created=f"{day}T08:30:00Z", updated="") for day in CREATED]
    matches = compile_for_annotations(parsed.query)
    return [each.id for each in made if matches((each, "Title"))]


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
def test_dates_and_ages_select_by_time_of_creation(typed: str, first: int, last: int) -> None:
    assert matching_days(typed) == list(CREATED[first:last])


@pytest.mark.parametrize("typed", ["added:30d", "added:<", "added:<30", "added:<30x", "added:lately"])
def test_an_invalid_age_is_reported_with_valid_examples(typed: str) -> None:
    parsed = parse(typed, (), TODAY)
    assert parsed.problem.startswith(typed)
    assert "<30d" in parsed.problem
    assert not parsed.terms, "a half typed part must not narrow the list"


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
def test_a_part_that_cannot_be_understood_is_reported(typed: str, problem: str, tests: int) -> None:
    """Such a part narrows nothing; times, addresses and all text between quotation marks are words to search for."""
    parsed = parse(typed, (), TODAY)
    assert parsed.problem.startswith(problem)
    assert bool(parsed.problem) == bool(problem)
    assert len(parsed.terms) == tests
