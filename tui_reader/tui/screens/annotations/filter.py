"""What a list of annotations is narrowed to: words, colours, tags, states and dates, as they are typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tui_reader.model.annotation import COLOURS, PlaceState
from tui_reader.services.articles.catalogue import search_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from tui_reader.model.annotation import Annotation

    Test: TypeAlias = "Callable[[Annotation, str], bool]"
    """Whether an annotation, with the title of its article, passes."""

_parts = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)("?)|(\S+))').finditer
_FIELDS = ("colour", "tag", "is", "has", "after", "before", "added")
_SHORT = {"c": "colour", "color": "colour", "t": "tag", "state": "is", "since": "after"}
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True)
class Filter:
    """What was asked for."""

    tests: tuple[Test, ...] = ()
    problem: str = ""
    """What of it means nothing, in a few words; empty where all is understood."""

    def passes(self, annotation: Annotation, title: str) -> bool:
        """Whether an annotation is asked for."""
        return all(test(annotation, title) for test in self.tests)


def parse(
    text: str, colours: Sequence[str], today: date, is_gone: Callable[[Annotation], bool] = lambda _: False
) -> Filter:
    """Read a filter.

    Words must all occur in quote, note, tags or title, without regard to case or accents. `colour:claim` or `c:1`,
    `tag:x`, `is:orphan`, `is:lost`, `is:gone`, `has:note`, `after:2026-05-01`, `before:`, `added:<30d` and `added:>2w`
    narrow further; a `-` before any part turns it round. What is half typed or means nothing narrows nothing; in
    quotation marks every sign is one to look for.

    Args:
        text: What was typed.
        colours: Names of the colours.
        today: The day from which ages count.
        is_gone: Whether the article of an annotation is no longer there.
    """
    tests: list[Test] = []
    problem = ""
    for part in _parts(text):
        minus, field, phrase, closed, word = part.groups()
        value = phrase if phrase is not None else word
        if phrase is None and _is_begun(word, field):
            continue
        name = _named(field or "")
        if name and name not in _FIELDS:
            if name.isalpha() and not value.startswith("//"):
                problem = problem or f"no field “{field}”: {', '.join(_FIELDS)}"
                continue
            name, value = "", f"{field}:{value}"
        if phrase is not None and not closed:
            problem = problem or "the quotation mark is still open"
        if not value:
            continue
        try:
            test = _test(name, value, colours, today, is_gone)
        except ValueError as error:
            problem = problem or str(error)
            continue
        tests.append(_not(test) if minus else test)
    return Filter(tuple(tests), problem)


def _named(field: str) -> str:
    """A field by its full name."""
    return _SHORT.get(field.casefold(), field.casefold())


def _is_begun(word: str, field: str | None) -> bool:
    """Whether a word is the beginning of a part: `-`, or a field whose value has not been typed yet."""
    return field is None and (word == "-" or (word.endswith(":") and _named(word[:-1]) in _FIELDS))


def _test(name: str, value: str, colours: Sequence[str], today: date, is_gone: Callable[[Annotation], bool]) -> Test:
    """The test that a part stands for.

    Raises:
        ValueError: The value means nothing; the message says what would.
    """
    if name == "colour":
        wanted = _colours(value, colours)
        return lambda annotation, _: not annotation.is_on_article and annotation.colour in wanted
    if name == "tag":
        tag = search_key(value.lstrip("#"))
        return lambda annotation, _: any(search_key(each).startswith(tag) for each in annotation.tags)
    if name == "is":
        return _state(value.casefold(), is_gone)
    if name == "has":
        return _has(value.casefold())
    if name in ("after", "before"):
        return _dated(name, value)
    if name == "added":
        return _aged(value.casefold(), today)
    words = search_key(value)
    return lambda annotation, title: words in _searched(annotation, title)


def _colours(value: str, colours: Sequence[str]) -> frozenset[int]:
    if value.isdecimal() and 1 <= int(value) <= COLOURS:
        return frozenset({int(value)})
    found = frozenset(
        number for number, name in enumerate(colours, start=1) if search_key(name).startswith(search_key(value))
    )
    if not found:
        raise ValueError(f"no colour “{value}”")
    return found


def _state(value: str, is_gone: Callable[[Annotation], bool]) -> Test:
    """Whether a passage has its place; what is noted in an article that is gone has none."""
    if "gone".startswith(value):
        return lambda annotation, _: is_gone(annotation)
    lost = "lost".startswith(value)
    states = frozenset({PlaceState.ORPHAN, PlaceState.AMBIGUOUS}) if lost else _states(value)

    def stands_so(annotation: Annotation, _: str) -> bool:
        return (not annotation.is_on_article and annotation.state in states) or (lost and is_gone(annotation))

    return stands_so


def _states(value: str) -> frozenset[PlaceState]:
    found = frozenset(state for state in PlaceState if state.value.startswith(value))
    if not found:
        raise ValueError(f"is:{value}? lost, gone, orphan, ambiguous, moved or anchored")
    return found


def _has(value: str) -> Test:
    if "note".startswith(value):
        return lambda annotation, _: bool(annotation.note)
    if "tags".startswith(value):
        return lambda annotation, _: bool(annotation.tags)
    raise ValueError(f"has:{value}? note or tags")


def _dated(name: str, value: str) -> Test:
    """Days as they are written, so that the beginning of one will do: `after:2026-05`."""
    if not re.fullmatch(r"\d{4}(-\d{0,2}(-\d{0,2})?)?", value):
        raise ValueError(f"{name}:{value}? a date such as 2026-05-01")
    if name == "after":
        return lambda annotation, _: annotation.created >= value
    return lambda annotation, _: annotation.created < value


def _aged(value: str, today: date) -> Test:
    """Days, weeks, months of 30 days and years of 365 since it was made: `<30d` is younger, `>2w` is older."""
    found = re.fullmatch(r"([<>])(\d{1,4})([dwmy])", value)
    if found is None:
        raise ValueError(f"added:{value}? an age such as <30d, <2w, >6m or >1y")
    days = int(found[2]) * _DAYS[found[3]]
    first = (today - timedelta(min(days, today.toordinal() - 1))).isoformat()
    if found[1] == "<":
        return lambda annotation, _: annotation.created >= first
    return lambda annotation, _: annotation.created < first


def _not(test: Test) -> Test:
    return lambda annotation, title: not test(annotation, title)


def _searched(annotation: Annotation, title: str) -> str:
    return search_key(f"{annotation.quote}\n{annotation.note}\n{' '.join(annotation.tags)}\n{title}")
