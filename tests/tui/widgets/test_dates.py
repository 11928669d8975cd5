"""Dates in words: with a weekday while they are near, and with a year only if it is not this one."""

from __future__ import annotations

from datetime import date

import pytest

from tui_reader.tui.widgets.dates import long_date, short_date, shortest_date

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("day", "short", "shortest"),
    [
        ("2026-11-20", "Fri 20 Nov", "20 Nov"),
        ("2026-05-29", "29 May", "29 May"),
        ("2026-01-02T10:00:00", "2 Jan", "2 Jan"),
        ("2025-12-31", "31 Dec 2025", "31 Dec 2025"),
        ("2027-01-03", "Sun 3 Jan", "3 Jan"),
        ("no date", "", ""),
    ],
)
def test_a_short_date_has_a_year_only_where_it_needs_one(day: str, short: str, shortest: str) -> None:
    assert (short_date(day, TODAY), shortest_date(day, TODAY)) == (short, shortest)
    assert (" 2026" in long_date(day, TODAY)) is False
