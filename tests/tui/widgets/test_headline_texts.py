"""The second row of a headline: source or author, date, reading time and progress, cut in a fixed order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui_reader.model.article import Article, Headline, Metadata, ReadingState, reading_time
from tui_reader.tui.widgets.headline_texts import meta_text

TODAY = date(2026, 6, 10)


def headline(
    words: int = 920, mtime: str = "", error: str = "", progress: float = 0.0, location: str = "a.md", **fields: Any
) -> Headline:
    """Return an article of 4 minutes, of a file last changed at a local time."""
    at = int(datetime.fromisoformat(mtime).timestamp() * 1e9) if mtime else 0
    article = Article("a", location, Metadata(title="A", words=words, **fields), mtime_ns=at, error=error)
    # Opening an article marks it as read, so what was begun is read as a rule.
    return Headline(article, ReadingState(read=progress > 0, progress=progress))


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (1, "1 min"),
        (59, "59 min"),
        (60, "1 h"),
        (90, "1 h 30 min"),
        (240, "4 h"),
        (599, "9 h 59 min"),
        (900, "15 h"),
        (925, "15 h"),
    ],
)
def test_long_reading_times_are_in_hours(minutes: int, text: str) -> None:
    assert reading_time(minutes) == text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"source": "Air desk", "byline": "Ann Bly", "date": "2026-06-04"}, "Air desk · Thu 4 Jun · 4 min"),
        ({"byline": "Ann Bly", "date": "2026-06-04T10:00:00+02:00"}, "Ann Bly · Thu 4 Jun · 4 min"),
        ({"location": "a.epub", "source": "Shore Press", "byline": "Ann Bly"}, "Ann Bly · 4 min"),
        ({"location": "In/A.EML.gz", "source": "mail.example", "byline": "Ann Bly"}, "Ann Bly · 4 min"),
        ({"location": "a.epub", "source": "Shore Press"}, "Shore Press · 4 min"),
        ({"date": "2024-06-04", "mtime": "2026-06-01T10:00"}, "4 Jun 2024 · 4 min"),
        ({"source": "S", "mtime": "2026-06-01T10:00"}, "S · Mon 1 Jun (file) · 4 min"),
        ({"mtime": "2019-02-03T10:00"}, "3 Feb 2019 (file) · 4 min"),
        ({}, "4 min"),
        ({"words": 230 * 900, "byline": "Dumas"}, "Dumas · 15 h"),
        ({"words": 230 * 20, "progress": 0.4}, "12 min left · 40 %"),
        ({"words": 230 * 900, "progress": 0.5}, "7 h 30 min left · 50 %"),
        ({"progress": 0.99}, "1 min left · 99 %"),
        ({"progress": 0.999}, "4 min"),
        ({"progress": 0.001}, "4 min"),
        ({"source": "S", "error": "not text: 3 % zero bytes"}, "not text: 3 % zero bytes"),
    ],
)
def test_a_row_shows_author_or_source_date_and_reading_time(fields: dict[str, Any], text: str) -> None:
    assert meta_text(headline(**fields), 80, TODAY) == text


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (45, "Brussels desk · Thu 4 Jun · 3 min left · 30 %"),
        (44, "Brussels desk · Thu 4 Jun · 3 min left"),
        (38, "Brussels desk · Thu 4 Jun · 3 min left"),
        (37, "Brussels desk · 4 Jun · 3 min left"),
        (30, "Brussels… · 4 Jun · 3 min left"),
        (27, "Bruss… · 4 Jun · 3 min left"),
        (26, "Brussels desk · 4 Jun"),
        (17, "Brussels… · 4 Jun"),
        (13, "4 Jun"),
        (3, "4…"),
    ],
)
def test_a_narrow_row_drops_the_date_after_progress_weekday_time_and_source(width: int, text: str) -> None:
    begun = headline(source="Brussels desk", date="2026-06-04", progress=0.3)
    assert meta_text(begun, width, TODAY) == text


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (46, "Arthur Conan Doyle · 4 Jun · 6 h 18 min left"),
        (37, "Arthur Conan Doyle · 4 Jun · 6 h left"),
        (30, "Arthur Con… · 4 Jun · 6 h left"),
        (25, "Arthu… · 4 Jun · 6 h left"),
        (24, "Arthur Conan Do… · 4 Jun"),
    ],
)
def test_a_narrow_row_drops_the_minutes_and_then_the_reading_time_before_the_author(width: int, text: str) -> None:
    """The list has 30 columns or fewer in a terminal of 80."""
    book = headline(byline="Arthur Conan Doyle", date="2026-06-04", words=230 * 420, progress=0.1)
    assert meta_text(book, width, TODAY) == text


WORDS = st.text("ab 家\U0001f468é", max_size=30)


@given(st.integers(1, 70), WORDS, WORDS, st.sampled_from(["", "2026-06-04", "2020-01-01", "no date"]), st.floats(0, 1))
def test_no_row_of_the_list_is_wider_than_its_column(
    width: int, source: str, byline: str, day: str, progress: float
) -> None:
    shown = headline(source=source.strip(), byline=byline.strip(), date=day, progress=progress)
    assert cell_len(meta_text(shown, width, TODAY)) <= width


def test_marks_of_notes_and_stars_do_not_displace_the_date() -> None:
    """The list has 38 columns in a terminal of 100 to 120, and the marks take up to six."""
    for source in ("Air desk", "Brussels desk", "The Very Long Name of a Publication"):
        shown = headline(source=source, date="2026-06-04")
        for marks in range(8):
            assert "4 Jun" in meta_text(shown, 33 - marks, TODAY)
