"""The rows between the title and the text of an article: where it is from, when, and how long it is."""

from __future__ import annotations

from datetime import date

import pytest

from tui_reader.model.article import Article, Headline, Metadata
from tui_reader.tui.widgets.article_pane.header import head_rows

TODAY = date(2026, 6, 10)


@pytest.mark.parametrize(
    ("location", "source", "byline", "shown"),
    [
        ("a.md", "Air desk", "Ann Bly", "Air desk · Ann Bly · "),
        ("a.epub", "Shore Press", "Ann Bly", "Ann Bly · Shore Press · "),
        ("a.html", "The Gazette", "The Gazette", "The Gazette · Thursday"),
        ("a.md", "", "", "Thursday 4 June (file)"),
    ],
)
def test_author_and_source_are_shown_once_and_the_author_first_for_books(
    location: str, source: str, byline: str, shown: str
) -> None:
    day = "" if "file" in shown else "2026-06-04"
    metadata = Metadata(title="Title", source=source, byline=byline, date=day, words=400)
    headline = Headline(Article("a", location, metadata, mtime_ns=1_780_574_400_000_000_000))
    rows = ["".join(piece.text for piece in row) for row in head_rows(headline, 90, TODAY)]
    assert any(row.startswith(shown) for row in rows), rows
