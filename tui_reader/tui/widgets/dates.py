"""Dates in words. Month names are English in every locale, since the whole user interface is English."""

from __future__ import annotations

from datetime import date, datetime

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def parse_date(text: str) -> date | None:
    """Return the day of an ISO 8601 date, with or without a time; None if the text is not a date."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def short_date(text: str, today: date) -> str:
    """Format a date as `Thu 5 Jun` within half a year of today, else as `5 Jun` this year or `5 Jun 2024`.

    Empty if the text is not a date.
    """
    day = parse_date(text)
    if day is None:
        return ""
    month = _MONTHS[day.month - 1][:3]
    if abs((today - day).days) > 183:
        return f"{day.day} {month}" if day.year == today.year else f"{day.day} {month} {day.year}"
    return f"{_DAYS[day.weekday()][:3]} {day.day} {month}"


def shortest_date(text: str, today: date) -> str:
    """Format a date as `5 Jun` this year or within half a year of today, else as `5 Jun 2024`; empty if invalid."""
    whole = short_date(text, today)
    return whole.split(" ", 1)[1] if whole and not whole[0].isdigit() else whole


def long_date(text: str, today: date) -> str:
    """Format a date as `Thursday 5 June`, with the year unless it is the current year; empty for an invalid date."""
    day = parse_date(text)
    if day is None:
        return ""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}{year}"


def moment(text: str, today: date) -> str:
    """Format a time as `14:02` if it is today in local time, else its date as by `short_date`; empty if invalid."""
    try:
        when = datetime.fromisoformat(text).astimezone()
    except ValueError:
        return ""
    return f"{when:%H:%M}" if when.date() == today else short_date(when.date().isoformat(), today)
