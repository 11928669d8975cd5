"""Recognition of tables that only arrange parts of a page, unlike tables of data."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tui_reader.formats.html.elements import attributes_of, is_in_class, tag_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LAYOUT_ROLES = ("presentation", "none")
_DATA_CLASSES = frozenset(("wikitable", "infobox", "dataframe", "data-table", "datatable", "confluencetable"))
_CODE_CLASSES = frozenset(("highlighttable", "rouge-table", "lntable", "codehilitetable", "linenodiv", "hljs-ln"))
"""Classes of tables that arrange code and its line numbers."""
_DATA_PARTS = frozenset(("caption", "thead", "tfoot", "col", "colgroup", "th"))
"""Elements that occur in data tables only."""
_HEAVY = frozenset(("h1", "h2", "h3", "pre", "article", "section", "form", "hr", "iframe", "video"))
"""Elements that occur in cells of layout tables, but rarely in those of data tables."""
_LONG_CELL = 1_200
"""Number of characters that a cell of a data table rarely exceeds."""
_MOST_PARAGRAPHS = 4
"""Number of paragraphs that a cell of a data table rarely exceeds."""
_EXAMINED = 2_000
"""Maximum number of elements of a table, and of texts of a cell, that are examined; a larger one is judged by these."""


def is_data_table(table: Element) -> bool:
    """Return True if a table contains data in rows and columns, False if its cells are parts of the page.

    The signs are those that browsers' assistive technology and Readability use: roles, header cells, captions, nested
    tables, and the numbers of rows and columns.
    """
    given = attributes_of(table)
    if given.get("role", "") in _LAYOUT_ROLES or given.get("datatable") == "0" or is_in_class(given, _CODE_CLASSES):
        return False
    rows = columns = cells = longest = paragraphs = 0
    is_marked = bool(given.get("summary")) or is_in_class(given, _DATA_CLASSES)
    has_heavy = has_nested = False
    for number, inner in enumerate(table.iter()):
        tag = tag_of(inner)
        if inner is table or not tag:
            continue
        if number > _EXAMINED:
            break
        if tag == "tr":
            rows += 1
            cells = 0
        elif tag in ("td", "th"):
            cells += 1
            columns = max(columns, cells)
            paragraphs = 0
            longest = longest if has_nested else max(longest, _length(inner))
        elif tag == "p":
            paragraphs += 1
            has_heavy = has_heavy or paragraphs > _MOST_PARAGRAPHS
        elif tag == "table":
            has_nested = True
            if not is_marked:
                return False
        elif tag in _HEAVY:
            has_heavy = True
        is_marked = is_marked or tag in _DATA_PARTS
    if rows * columns <= 1 or has_heavy or longest > _LONG_CELL:
        return False
    return is_marked or (not has_nested and rows > 1 and columns > 1)


def _length(cell: Element) -> int:
    """Return the number of characters in a cell; counting stops above `_LONG_CELL`."""
    length = 0
    for text in islice(cell.itertext(), _EXAMINED):
        length += len(text.strip())
        if length > _LONG_CELL:
            break
    return length
