"""Dates as people read them. English month names, whatever the locale: the screen is in English throughout."""

from __future__ import annotations

from datetime import date, datetime

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def parse_date(text: str) -> date | None:
    """The day of an ISO 8601 date or date and time; None where it is neither."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def short_date(text: str, today: date) -> str:
    """`Thu 5 Jun` within half a year of today, `5 Jun 2024` beyond; empty for what is no date."""
    day = parse_date(text)
    if day is None:
        return ""
    month = _MONTHS[day.month - 1][:3]
    if abs((today - day).days) > 183:
        return f"{day.day} {month} {day.year}"
    return f"{_DAYS[day.weekday()][:3]} {day.day} {month}"


def long_date(text: str, today: date) -> str:
    """`Thursday 5 June`, with the year where it is not this one; empty for what is no date."""
    day = parse_date(text)
    if day is None:
        return ""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def moment(text: str, today: date) -> str:
    """`14:02` for a moment of today, else its day, where the reader is; empty for what is no moment."""
    try:
        when = datetime.fromisoformat(text).astimezone()
    except ValueError:
        return ""
    return f"{when:%H:%M}" if when.date() == today else short_date(when.date().isoformat(), today)
