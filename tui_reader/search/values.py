"""Numbers and dates of a query, as bounds that records are compared with."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.model.query import Interval, Operator, Value

_NUMBER = LazyPattern(r"(\d{1,9}(?:\.\d{1,3})?)(k?)%?", re.IGNORECASE | re.ASCII)
_AGE = LazyPattern(r"(\d{1,4})([dwmy])", re.IGNORECASE | re.ASCII)
_DAY = LazyPattern(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}

INFINITE = float("inf")


class Bounds(NamedTuple):
    """The numbers from `low` to `high`, including `low` and `high`."""

    low: float
    high: float


class Days(NamedTuple):
    """The days from `first` up to but not including `end`; a bound that is None is open."""

    first: date | None
    end: date | None


def number(text: str) -> float | None:
    """Parse a number such as `800`, `1.5k` or `50%`; None if the value is not a number."""
    found = _NUMBER.fullmatch(text)
    return float(found[1]) * (1000 if found[2] else 1) if found else None


def number_bounds(value: Value | Interval, operator: Operator) -> Bounds | None:
    """Return the bounds for a number with its operator; None if the value is not a number."""
    if isinstance(value, Interval):
        low = number(value.low) if value.low else -INFINITE
        high = number(value.high) if value.high else INFINITE
        return Bounds(low, high) if low is not None and high is not None else None
    exact = number(value.text)
    if exact is None:
        return None
    # The nearest values that a count of words, minutes or hundredths can take.
    step = 0.001
    match operator:
        case Operator.LESS:
            return Bounds(-INFINITE, exact - step)
        case Operator.AT_MOST:
            return Bounds(-INFINITE, exact)
        case Operator.MORE:
            return Bounds(exact + step, INFINITE)
        case Operator.AT_LEAST:
            return Bounds(exact, INFINITE)
    return Bounds(exact, exact)


def days(value: Value | Interval, operator: Operator, today: date) -> Days | None:
    """Return the days for a date or an age with its operator; None if the value is not a date.

    An age counts from today: `7d` and `<7d` are the last seven days, `>2w` is every day before the last two weeks. A
    month (`m`) counts 30 days, a year (`y`) 365.
    """
    if isinstance(value, Interval):
        first = _named_days(value.low, today) if value.low else Days(None, None)
        last = _named_days(value.high, today) if value.high else Days(None, None)
        if first is None or last is None:
            return None
        end = last.first if value.high and _AGE.fullmatch(value.high) else last.end
        return Days(first.first, end)
    named = _named_days(value.text, today)
    if named is None:
        return None
    if _AGE.fullmatch(value.text):
        is_older = operator in {Operator.MORE, Operator.AT_LEAST}
        return Days(None, named.first) if is_older else named
    match operator:
        case Operator.LESS:
            return Days(None, named.first)
        case Operator.AT_MOST:
            return Days(None, named.end)
        case Operator.MORE:
            return Days(named.end, None)
        case Operator.AT_LEAST:
            return Days(named.first, None)
    return named


def are_numbers_reversed(value: Interval) -> bool:
    """Return True if a range of numbers ends before it begins, such as `900..800`, so that nothing is in it."""
    bounds = number_bounds(value, Operator.IS)
    return bounds is not None and bounds.low > bounds.high


def are_days_reversed(value: Interval, today: date) -> bool:
    """Return True if a range of dates ends before it begins, such as `2026-05..2025`, so that nothing is in it.

    A date and an age are not compared: which of them is earlier changes with the day.
    """
    if bool(_DAY.fullmatch(value.low)) is not bool(_DAY.fullmatch(value.high)):
        return False
    found = days(value, Operator.IS, today)
    if found is None or found.first is None or found.end is None:
        return False
    # Nothing is between two equal ages, but neither comes before the other.
    are_ages = _AGE.fullmatch(value.low) and _AGE.fullmatch(value.high)
    return found.first > found.end if are_ages else found.first >= found.end


def may_reach(value: Interval) -> bool:
    """Return True if more digits at its end may give a reversed range an end after its beginning, as in `900..10`."""
    low, high = number(value.low), value.high
    if "-" not in value.low and low is not None and high.isdecimal():
        return len(high) < len(str(int(low)))
    is_begun = is_begun_date(high) or re.fullmatch(r"\d{4}-\d{1,2}-\d", high, re.ASCII)
    return bool(is_begun) and high >= value.low[: len(high)]


def is_begun_date(text: str) -> bool:
    """Return True if more letters may make a text a date or an age: `20`, `2026-`, `7`, `yes` (of `yesterday`)."""
    text = text.lower()
    words = any(word.startswith(text) for word in ("today", "yesterday"))
    return words or bool(re.fullmatch(r"\d{1,4}|\d{4}-|\d{4}-\d{1,2}-?", text, re.ASCII))


def utc_text(day: date) -> str:
    """Return the local midnight at which a day begins as a UTC time in ISO 8601 to the second, without a zone."""
    try:
        return datetime.combine(day, time.min).astimezone(UTC).isoformat()[:19]
    except (OverflowError, ValueError, OSError):
        return day.isoformat()


def local_today() -> date:
    """Return the current date in the local time zone."""
    return datetime.now().astimezone().date()


def epoch(day: date) -> float:
    """Return the local midnight at which a day begins, in seconds since 1970."""
    try:
        return datetime.combine(day, time.min).timestamp()
    except (OverflowError, ValueError, OSError):
        return -INFINITE if day.year < 1970 else INFINITE


def _named_days(text: str, today: date) -> Days | None:
    """Return the days of a date or an age; None if the text is neither."""
    lowered = text.lower()
    if lowered == "today":
        return Days(today, _after(today))
    if lowered == "yesterday":
        return Days(_before(today, 1), today)
    if age := _AGE.fullmatch(lowered):
        return Days(_before(today, int(age[1]) * _DAYS[age[2]]), None)
    found = _DAY.fullmatch(lowered)
    if not found:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        if day:
            exact = date(year, month, day)
            return Days(exact, _after(exact))
        if month:
            return Days(date(year, month, 1), _month_after(year, month))
        return Days(date(year, 1, 1), _month_after(year, 12))
    except ValueError:
        return None


def _before(day: date, count: int) -> date:
    return day - timedelta(min(count, day.toordinal() - 1))


def _after(day: date) -> date | None:
    return day + timedelta(1) if day < date.max else None


def _month_after(year: int, month: int) -> date | None:
    """Return the first day of the next month; None after the last month that a date can have."""
    if month < 12:
        return date(year, month + 1, 1)
    return date(year + 1, 1, 1) if year < date.max.year else None
