"""The query language explained by examples, for the help page and docs/queries.md. Each example is tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.model.query import FieldName
from tui_reader.search.fields import ALIASES, FIELDS, PARTS, SORTS, STATES

if TYPE_CHECKING:
    from collections.abc import Sequence


class Example(NamedTuple):
    """An example query with a description of its matches."""

    query: str
    finds: str


class Section(NamedTuple):
    """Examples of one feature of the query language."""

    title: str
    about: str
    examples: tuple[Example, ...]


WORDS = Section(
    "Words",
    "Words are searched for in title, author, source, tags, and in your highlights and notes. Upper and lower case, "
    "accents, width, ligatures such as ﬁ and the kind of quotation mark do not matter; æ, œ and ø are letters of their "
    "own. The word that you are typing counts as a "
    "beginning; before a blank it is a whole word.",
    (
        Example("space pledge", "both words, anywhere and in any order"),
        Example('"space gap"', "the words one after another"),
        Example("pled*", "words that begin so: pledge, pledges, pledged"),
        Example("space OR pledge", "one of the words; OR is written in capitals"),
        Example("nato AND pledge", "the same as nato pledge"),
        Example("nato -space", "the first word and not the second one"),
        Example("(space OR pledge) -budget", "parentheses group"),
        Example("C++", "signs count where they tell words apart: not every C"),
        Example("東京", "Chinese and Japanese characters one after another"),
    ),
)

FIELDS_SECTION = Section(
    "Fields",
    "A name with a colon asks one field. A value with a blank stands between quotation marks, and several values with "
    "commas between them are alternatives. What has no value, such as `tag:` or two quotation marks, has no effect, "
    "not even after a minus.",
    (
        *(Example(spec.example, spec.finds) for spec in FIELDS.values()),
        Example("tag:nato,space", "one of several tags"),
        Example("#nato", "the same as tag:nato"),
        Example("-is:starred", "what is not so"),
        Example('source:"Brussels desk"', "the whole name of a source"),
        Example("nato OR budget sort:longest limit:1", "an order and a limit count for the whole list"),
    ),
)

ORDERED = Section(
    "Numbers and dates",
    "Numbers and dates are compared with `:`, `<`, `>`, `<=` and `>=`, or given as a range with two dots, of which one "
    "end may be open. A date is a day, a month, a year, `today`, `yesterday`, or an age in days, weeks, months (of 30 "
    "days) or years. A range that ends before it begins is said, as is `words:800,900`: a comma in a number of words "
    "separates its thousands.",
    (
        Example("words>=2k", "2,000 words or more; so does words>=2,000"),
        Example("minutes:5..20", "from 5 to 20 minutes"),
        Example("date:2026-05..2026-06", "from the first of May to the last of June"),
        Example("date:2026..", "since the beginning of 2026"),
        Example("added:<7d", "in the last seven days; added:7d is the same"),
        Example("opened:>2w", "opened last more than two weeks ago"),
        Example("after:2026", "the same as date>=2026; before:, since:, newer: and older: are understood, too"),
    ),
)

SECTIONS = (WORDS, FIELDS_SECTION, ORDERED)


def other_names() -> dict[FieldName, list[str]]:
    """Return the synonyms of each field name."""
    return {
        name: [alias for alias, field in ALIASES.items() if field is name and alias != name.value] for name in FieldName
    }


def field_values() -> list[tuple[FieldName, Sequence[str]]]:
    """Return the fields that have a fixed set of values, with these values."""
    return [(FieldName.IS, list(STATES)), (FieldName.HAS, list(PARTS)), (FieldName.SORT, list(SORTS))]


def markdown() -> str:
    """Return the description of the language in Markdown."""
    parts: list[str] = []
    for section in SECTIONS:
        rows = [f"| `{each.query}` | {each.finds} |" for each in section.examples]
        parts.append("\n".join([f"## {section.title}", "", section.about, "", "| query | finds |", "|---|---|", *rows]))
    names = [f"`{name}` for `{field}`" for field, others in other_names().items() for name in others]
    parts.append(f"Other names that are understood: {', '.join(names)}.")
    values = [f"`{name}:` {', '.join(known)}." for name, known in field_values()]
    orphans = (
        "An orphan is a highlight without a certain place in its text, an ambiguous one an orphan for "
        "which several places fit; `lost` stands for orphan and gone."
    )
    parts += ["## Values", values[0], orphans, *values[1:]]
    return "\n\n".join(parts) + "\n"
