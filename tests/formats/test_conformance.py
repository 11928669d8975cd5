"""A sample of real files passes all checks; scripts/conformance.py runs them for all files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.counts import FULL, step
from tests.formats.conforming import ROWS, WITHOUT_POPPLER, run
from tests.formats.conforming_pages import CHECKS, Figure, below, benchmark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# Only every n-th case of these rows is run: all of them take 15 s.
STEPS = {
    "opens: markdown-frontmatter": step(11),
    "header equals yaml/tomllib": step(17, 2),
    "code byte for byte": step(19, 2),
    "opens: pages": 13 if FULL else 19,
    "opens: epub": 3 if FULL else 5,
    "opens: encodings": step(1, 12),
    "opens: long-texts": step(1, 2),
    "opens: unicode": step(1, 2),
    "books with title, contents and every word": 3 if FULL else 5,
    "commonmark keeps its text": step(1, 16),
    "opens: commonmark, pasted-text": step(),
    "pastes keep their paragraphs": step(),
}


@pytest.mark.parametrize("row", [row for row in ROWS if row != "decoded exactly"])
def test_real_files_are_read_without_a_flaw(row: str, corpus: Callable[[str], Path]) -> None:
    corpus(".")
    if row == WITHOUT_POPPLER:
        pytest.skip("pdftotext is not installed: the words of PDF files were NOT compared")
    tried, flaws = run(row, STEPS.get(row, 1))
    assert tried > 10
    assert flaws == []


def test_at_least_96_of_100_files_in_old_encodings_are_decoded_exactly(corpus: Callable[[str], Path]) -> None:
    corpus("encodings")
    tried, flaws = run("decoded exactly")
    assert tried > 100
    assert len(flaws) <= 0.04 * tried, flaws


@pytest.mark.parametrize("figures", CHECKS, ids=lambda each: each.__name__)
def test_articles_of_real_pages_are_found_with_their_structure(
    figures: Callable[..., Iterator[Figure]], corpus: Callable[[str], Path]
) -> None:
    corpus("readability")
    found = list(figures(step(1, 8)) if figures is benchmark else figures())
    assert all(each.cases > 0 for each in found)
    assert below(found) == []
