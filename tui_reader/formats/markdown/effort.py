"""Estimate of the seconds that parsing a Markdown text takes, computed from the number of its marks.

Some constructs take far longer than running text, and a text may consist of such constructs only. The time is
estimated, not measured: otherwise the same text would be Markdown on a fast machine and plain text on a slow one, and
annotations would lose their positions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_ITEM = re.compile(r"^[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]", re.MULTILINE)
_ITEMS_IN_LINE = re.compile(r"^[ \t]*(?:(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])[ \t]*){2,}", re.MULTILINE)
"""The beginning of a line that opens several lists and quotations: `> - 1. `."""
_LEVEL = re.compile(r">|[^\s>]+")
"""One mark in a match of `_ITEMS_IN_LINE`."""
_DEFINITION = re.compile(r"^[ \t>]*\[(\^?)[^\]\n]{1,999}\]:", re.MULTILINE)
"""The definition of a link (`[label]: …`) or of a footnote (`[^label]: …`), whose group is not empty."""
_NESTED_BRACKET = re.compile(r"\[(?=[^\]\[]*+\[)")
_QUOTE_IN_QUOTE = re.compile(r"^[ \t]*>(?:[ \t]*>)+", re.MULTILINE)
_DELIMITER_ROW = re.compile(r"^[ \t>]*[|:-][|: \t-]*$", re.MULTILINE)
"""The row below the header row of a table: `| --- | :-: |`."""
_DASHES = re.compile("-+")
_MARKS = "*_`~<!&^\\"
_DOUBLED_SIGNS = ("==", "%%", "{{", "{%")

_SECONDS_OF_LINE = 12e-6
"""Seconds per line. This constant and the next ones were measured in texts that consist of one construct only."""
_SECONDS_OF_ITEM = 40e-6
_SECONDS_OF_DEFINITION = 15e-6
_SECONDS_OF_NOTE = 45e-6
_SECONDS_OF_CELL = 20e-6
_SECONDS_OF_MISSING_CELL = 25e-6
_SECONDS_OF_MARK = 4e-6
_SECONDS_OF_DOUBLED_SIGN = 20e-6
"""Estimated seconds for each `==`, `%%` or `{{`: the parser searches for the closing sign after each of them."""
_SECONDS_OF_NESTED_BRACKET = 35e-6
"""Seconds per nested bracket: the parser searches for the end once per enclosing bracket."""
_SECONDS_OF_QUOTED_LINE = 4e-6
"""Seconds per quoted line and level of quotation."""
_MOST_MISSING_CELLS = 65_536
"""Largest number of cells that the parser adds to the incomplete rows of one table."""
_MOST_LEVELS = 50
"""Maximum number of quotations and lists that a line may open."""


def seconds_of(body: str) -> float:
    """Return the estimated seconds for parsing a text; the estimate takes about 10 ms per megabyte."""
    definitions = _DEFINITION.findall(body)
    notes = sum(map(bool, definitions))
    return (
        _SECONDS_OF_LINE * body.count("\n")
        + _SECONDS_OF_ITEM * _items(body)
        + _SECONDS_OF_DEFINITION * (len(definitions) - notes)
        + _SECONDS_OF_NOTE * notes
        + _SECONDS_OF_CELL * body.count("|")
        + _SECONDS_OF_MISSING_CELL * _missing_cells(body)
        + _SECONDS_OF_MARK * sum(map(body.count, _MARKS))
        + _SECONDS_OF_DOUBLED_SIGN * sum(map(body.count, _DOUBLED_SIGNS))
        + _SECONDS_OF_NESTED_BRACKET * sum(1 for _ in _NESTED_BRACKET.finditer(body))
        + _SECONDS_OF_QUOTED_LINE * _quoted_lines(body)
    )


def is_too_deep(body: str) -> bool:
    """Return True if one line opens more than 50 quotations and lists; a rule (`- - -`) opens none."""
    for found in _ITEMS_IN_LINE.finditer(body):
        marks: list[str] = _LEVEL.findall(found[0]) if len(found[0]) > _MOST_LEVELS else []
        if len(marks) > _MOST_LEVELS:
            end = body.find("\n", found.end())
            line = body[found.start() : end if end >= 0 else len(body)]
            if len(set(line.split())) > 1 or marks[0] not in "-*":
                return True
    return False


def _items(body: str) -> int:
    """Count the list items of a text; one line may begin several."""
    more = sum(len(_LEVEL.findall(found[0])) - 1 for found in _ITEMS_IN_LINE.finditer(body))
    return sum(1 for _ in _ITEM.finditer(body)) + more


def _quoted_lines(body: str) -> int:
    """Return the sum of the quotation depths of all quoted lines."""
    return _areas(body, _QUOTE_IN_QUOTE, lambda found: found.count(">"))


def _missing_cells(body: str) -> int:
    """Count the cells by which table rows are shorter than the header rows of their tables."""
    total = _areas(body, _DELIMITER_ROW, lambda found: len(_DASHES.findall(found)), most=_MOST_MISSING_CELLS)
    return max(0, total - body.count("|"))


def _areas(body: str, sign: re.Pattern[str], width: Callable[[str], int], most: int | None = None) -> int:
    """Return the sum of the areas (greatest width times number of lines) of paragraphs with a pattern.

    Args:
        body: The text.
        sign: The pattern. An area begins at a match and ends at the next empty line.
        width: Returns the width of a matched text.
        most: Limit on the area of one paragraph; None for no limit.
    """
    total = area = stop = height = widest = 0
    for found in sign.finditer(body):
        if found.start() >= stop:
            total, widest = total + area, 0
            stop = body.find("\n\n", found.end())
            stop = stop if stop >= 0 else len(body)
            height = 1 + body.count("\n", found.start(), stop)
        widest = max(widest, width(found[0]))
        area = widest * height if most is None else min(widest * height, most)
    return total + area
