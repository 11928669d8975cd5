"""Decision whether keys and values at the top of a file are a header, or prose between two rules.

A dialogue, a letter head and a note are valid YAML: `ANNA: Where were you?` is a key with a value. A header is not
shown, so in doubt the block is treated as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.formats.metadata.null_values import is_null

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FENCE = re.compile(r"(---|\+\+\+)[ \t]*\n")
"""The first line of a header, `---` or `+++`."""
HEADING = re.compile(r"#{1,6}[ \t]+\S")
"""Pattern of a comment that would be a heading in Markdown."""
_SITE_FIELDS = frozenset(
    """
    title subtitle headline tags tag keywords categories category topics taxonomies extra params layout template slug
    permalink url canonical canonical_url link source_url original_url uri lang language locale draft published
    publish_date publishdate date_published pubdate lastmod last_modified modified aliases alias cssclass cssclasses
    csl bibliography weight featured featured_image thumbnail toc redirect_from redirect_to render_with_liquid
    id guid uid uuid byline authors site_name generator excerpt_separator metadata comments sitemap robots
    titel titre título titolo 标题 标签 タイトル
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Field names that only site generators, clippers and note programs use."""
_COMMON_FIELDS = frozenset(
    """
    author creator by source site publication publisher website journal newspaper name date created updated
    description summary abstract excerpt deck standfirst image images cover hero type kind status version license
    copyright rights series part chapter order section parent meta email contact rating isbn doi
    autor auteur datum fecha data 日期 作者
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Field names that may also occur in a letter head, a play or a note."""
_SENTENCE_FIELDS = frozenset(
    """
    title subtitle headline excerpt description summary abstract deck standfirst titel titre título titolo 标题 タイトル
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Field names whose values may be whole sentences."""
_DATE_FIELDS = frozenset("date created updated modified lastmod pubdate datum fecha data 日期".split())  # noqa: SIM905 - see above
_PROGRAM_NAME = re.compile(r"[a-z_][A-Za-z0-9_.-]{0,40}")
"""A field name in the style of programs: lower case, without spaces."""
_COMPOUND = re.compile(r"[a-z0-9]+(?:[_.-][a-z0-9]+|[A-Z][a-z0-9]*)+")
"""A compound field name such as `sidebar_position` or `navOrder`, which is not a word of a language."""
_SENTENCE_END = LazyPattern(r"[.!?…。！？][\"'”’»)\]]*$")
_MANY_WORDS = 5
"""Number of words from which the value of an unknown field counts as running text."""
_LONG_REMARK = 10
"""Number of words from which a comment cannot be a heading."""
_TOO_LONG_FOR_NAME = 6
"""Number of words from which a value with a full stop is not a name or a date; `Martin Luther King Jr.` is a name."""


def is_header(entries: Mapping[str, Any], remarks: int = 0, *, set_off: bool = False) -> bool:
    """Return True if the keys and values of a block show that it is a header.

    Args:
        entries: The outermost keys with their values.
        remarks: Number of lines that are comments in a header but headings in Markdown.
        set_off: True if an empty line follows the opening rule, as it does after a rule in prose.

    Returns:
        True if known field names outnumber the entries that read like prose. Without known names, True if only programs
        write such names.
    """
    known = site_fields = programs = plain = sentences = others = 0
    speakers = remarks
    for key, value in entries.items():
        name = key.strip().lower().replace("-", "_").replace(" ", "_")
        if name in _SITE_FIELDS or name in _COMMON_FIELDS:
            fits = _fits(name, value)
            known += fits
            site_fields += fits and name in _SITE_FIELDS
            speakers += not fits
        elif _COMPOUND.fullmatch(key):
            programs += 1
        elif _PROGRAM_NAME.fullmatch(key):
            sentences += _is_sentence(value)
            plain += not _is_sentence(value)
        elif _is_sentence(value) or (len(key) > 1 and key.isupper()):
            speakers += 1
        else:
            others += 1
    if site_fields:
        return known + programs > speakers
    if known or programs:
        return known + programs > sentences + speakers + others
    return plain > 0 and not sentences + speakers + others and not set_off


def are_comments(lines: Sequence[str]) -> bool:
    """Return True if lines that all begin with `#` are header comments rather than Markdown headings.

    Args:
        lines: The lines between two rules, without empty ones.

    Returns:
        True if every line is a remark that is certainly no heading, or a disabled field of a site generator, as in `#
        draft: true`.
    """
    fields = others = 0
    for line in lines:
        written = line.lstrip("#").strip()
        name = written.partition(":")[0].partition("=")[0].strip().lower().replace("-", "_")
        if _PROGRAM_NAME.fullmatch(name) and (":" in written or "=" in written):
            fields += name in _SITE_FIELDS
        elif written and (not is_remark(written) or all(word.startswith("#") for word in line.split())):
            return False
        else:
            others += 1
    return fields + others > 0


def is_remark(written: str) -> bool:
    """Return True if a comment cannot be a heading: it begins in lower case, ends with a stop, or is long."""
    words = len(written.split(maxsplit=_LONG_REMARK))
    return words >= _LONG_REMARK or written[:1].islower() or (words > 1 and written.endswith("."))


def _fits(name: str, value: Any) -> bool:
    """Return True if a value fits its field: dates have digits, names do not end like sentences."""
    if name in _SENTENCE_FIELDS or not isinstance(value, str) or is_null(value):
        return True
    if name in _DATE_FIELDS:
        return not value.strip() or any(map(str.isdigit, value))
    end = _SENTENCE_END.search(value.rstrip()[-4:])
    return end is None or (end[0][0] == "." and len(value.split(maxsplit=_TOO_LONG_FOR_NAME)) < _TOO_LONG_FOR_NAME)


def _is_sentence(value: Any) -> bool:
    """Return True if a value, or any item of a list, is running text."""
    if isinstance(value, list):
        return any(map(_is_sentence, value))
    if not isinstance(value, str):
        return False
    words = len(value.split(maxsplit=_MANY_WORDS))
    return words >= _MANY_WORDS or (words > 1 and _SENTENCE_END.search(value.rstrip()[-4:]) is not None)
