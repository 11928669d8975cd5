"""The fields of the query language: their names, synonyms, values, and descriptions."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.normalization import search_key
from tui_reader.model.annotation import COLOURS
from tui_reader.model.query import FieldName, Operator, Sort

if TYPE_CHECKING:
    from collections.abc import Sequence


class ValueKind(Enum):
    """The kinds of values of fields, such as numbers or dates."""

    WORDS = auto()
    """Words that must occur one after another."""
    NAME = auto()
    """The words of a name; in quotation marks, the whole name."""
    CHOICE = auto()
    """One of a few words, or the beginning of such a word."""
    COLOUR = auto()
    """The number of a highlight colour, or the beginning of its name."""
    NUMBER = auto()
    DATE = auto()
    """A day, month or year, or an age."""


class FieldSpec(NamedTuple):
    """The description of a field: its names, its kind of values, and its effect."""

    name: FieldName
    kind: ValueKind
    finds: str
    """Description of the field's matches, for help and completion."""
    example: str
    """A query with the field, for help and documentation."""
    choices: tuple[str, ...] = ()
    """All allowed values of a field of choices."""


STATES = (
    "unread",
    "read",
    "starred",
    "archived",
    "annotated",
    "queued",
    "new",
    "changed",
    "guessed",
    "error",
    "anchored",
    "moved",
    "ambiguous",
    "orphan",
    "gone",
)
"""Values of the field `is:`."""

PARTS = ("note", "quote", "tags", "by", "source", "date", "url", "lang", "bookmark")
"""Values of the field `has:`."""

SORTS: dict[str, Sort] = {sort.name.lower(): sort for sort in Sort}
"""Values of the field `sort:`."""

FIELDS: dict[FieldName, FieldSpec] = {
    spec.name: spec
    for spec in (
        FieldSpec(FieldName.TITLE, ValueKind.WORDS, "words of the title", 'title:"space gap"'),
        FieldSpec(FieldName.BY, ValueKind.WORDS, "words of the author's name", "by:roe"),
        FieldSpec(
            FieldName.SOURCE, ValueKind.NAME, "a word of the source's name, or all of it in quotes", "source:desk"
        ),
        FieldSpec(FieldName.TAG, ValueKind.NAME, "a tag of the article or of a highlight", "tag:nato"),
        FieldSpec(FieldName.NOTE, ValueKind.WORDS, "words of your notes", "note:compare"),
        FieldSpec(FieldName.QUOTE, ValueKind.WORDS, "words of your highlights", 'quote:"per cent"'),
        FieldSpec(FieldName.TEXT, ValueKind.WORDS, "words of the whole text", "text:pledge"),
        FieldSpec(FieldName.IS, ValueKind.CHOICE, "a state", "is:unread", STATES),
        FieldSpec(FieldName.HAS, ValueKind.CHOICE, "a part that is not empty", "has:note", PARTS),
        FieldSpec(FieldName.COLOUR, ValueKind.COLOUR, "a highlight's colour: its number or name", "colour:2"),
        FieldSpec(FieldName.WORDS, ValueKind.NUMBER, "the length in words", "words>2000"),
        FieldSpec(FieldName.MINUTES, ValueKind.NUMBER, "the reading time in minutes", "minutes:5..15"),
        FieldSpec(FieldName.PROGRESS, ValueKind.NUMBER, "per cent of the text that was seen", "progress:1..99"),
        FieldSpec(
            FieldName.DATE, ValueKind.DATE, "the date in the list: of publication, else the file's", "date:2026-10"
        ),
        FieldSpec(FieldName.PUBLISHED, ValueKind.DATE, "the date of publication", "published:2026"),
        FieldSpec(FieldName.ADDED, ValueKind.DATE, "the file's date, or the day of an annotation", "added:<7d"),
        FieldSpec(FieldName.OPENED, ValueKind.DATE, "the day of the last reading", "opened:yesterday"),
        FieldSpec(FieldName.FINISHED, ValueKind.DATE, "the day on which the end was reached", "finished:2026-10.."),
        FieldSpec(FieldName.ANNOTATED, ValueKind.DATE, "the day of a highlight or note", "annotated:3w"),
        FieldSpec(FieldName.LANG, ValueKind.NAME, "the language's code", "lang:en"),
        FieldSpec(FieldName.PATH, ValueKind.WORDS, "a part of the file's path", "path:2026/"),
        FieldSpec(FieldName.KIND, ValueKind.NAME, "the kind of file", "kind:markdown"),
        FieldSpec(FieldName.SORT, ValueKind.CHOICE, "the order of the list", "sort:longest", tuple(SORTS)),
        FieldSpec(FieldName.LIMIT, ValueKind.NUMBER, "the first articles only", "limit:20"),
    )
}
"""All fields, in the order in which help and completion list them."""

ALIASES: dict[str, FieldName] = {
    **{name.value: name for name in FieldName},
    "author": FieldName.BY,
    "from": FieldName.BY,
    "byline": FieldName.BY,
    "site": FieldName.SOURCE,
    "feed": FieldName.SOURCE,
    "t": FieldName.TAG,
    "tags": FieldName.TAG,
    "label": FieldName.TAG,
    "language": FieldName.LANG,
    "file": FieldName.PATH,
    "type": FieldName.KIND,
    "c": FieldName.COLOUR,
    "color": FieldName.COLOUR,
    "state": FieldName.IS,
    "notes": FieldName.NOTE,
    "highlight": FieldName.QUOTE,
    "created": FieldName.ADDED,
    "after": FieldName.DATE,
    "since": FieldName.DATE,
    "newer": FieldName.DATE,
    "before": FieldName.DATE,
    "older": FieldName.DATE,
}
"""Every accepted name of a field, in lower case."""

LATER_NAMES = frozenset({"after", "since", "newer"})
EARLIER_NAMES = frozenset({"before", "older"})
"""Names of the field `date` that imply an operator: `since:2026` is `date>=2026`, `before:2026` is `date<2026`."""

ORPHAN_STATES = frozenset({"orphan", "ambiguous"})
"""States of annotations that match `is:orphan`; `is:ambiguous` matches only those in the state of that name."""

STATE_ALIASES = {"lost": ("orphan", "gone"), "finished": ("read",), "flagged": ("starred",)}
"""Further accepted values of `is:`, with the states that they mean."""

PART_ALIASES = {
    "notes": "note",
    "tag": "tags",
    "highlight": "quote",
    "byline": "by",
    "author": "by",
    "language": "lang",
}
"""Further accepted values of `has:`, with the parts that they mean."""

ORDERED = frozenset({ValueKind.NUMBER, ValueKind.DATE})
"""Kinds of values that `<` and `>` compare."""

COMPARISONS = (Operator.AT_MOST, Operator.AT_LEAST, Operator.LESS, Operator.MORE)
"""Operators that compare, the longer ones first, so that `<=` is not read as `<`."""


def states_of(value: str) -> tuple[str, ...]:
    """Return the states that a value of `is:` means: the state or alias of that name, else all that begin with it.

    Empty if none does.
    """
    value = value.lower()
    if value in STATES:
        return (value,)
    if value in STATE_ALIASES:
        return STATE_ALIASES[value]
    found = tuple(state for state in STATES if value and state.startswith(value))
    return found or next((states for name, states in STATE_ALIASES.items() if value and name.startswith(value)), ())


def part_of(value: str) -> str:
    """Return the part of an article that a value of `has:` means; "" if it means none."""
    value = value.lower()
    names = (*PARTS, *PART_ALIASES)
    name = value if value in names else next((each for each in names if value and each.startswith(value)), "")
    return PART_ALIASES.get(name, name)


def sort_of(value: str) -> Sort | None:
    """Return the sort order whose name begins with a value of `sort:`; None if there is no such order."""
    value = value.lower()
    return SORTS.get(value) or next((sort for name, sort in SORTS.items() if value and name.startswith(value)), None)


def colour_numbers(text: str, colours: Sequence[str]) -> tuple[int, ...]:
    """Return the colours that a value means: by number, or by the beginning of the colour's name."""
    if text.isdecimal() and text.isascii():
        return (int(text),) if len(text) < 4 and 1 <= int(text) <= COLOURS else ()
    key = search_key(text)
    return tuple(number for number, name in enumerate(colours, start=1) if key and search_key(name).startswith(key))
