"""Whether a block of keys and values at the top of a file is a header or prose between two rules.

A dialogue, a letter head and a note are valid YAML: `ANNA: Where were you?` is a key with a value. What is taken for
a header is not shown, so in doubt the block stays in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_SITES = frozenset(
    """
    title subtitle headline tags tag keywords categories category topics taxonomies extra params layout template slug
    permalink url canonical canonical_url link source_url original_url uri lang language locale draft published
    publish_date publishdate date_published pubdate lastmod last_modified modified aliases alias cssclass cssclasses
    csl bibliography weight featured featured_image thumbnail toc redirect_from redirect_to render_with_liquid
    id guid uid uuid byline authors site_name generator excerpt_separator metadata comments sitemap robots
    titel titre título titolo 标题 标签 タイトル
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Names of fields that only site builders, clippers and note programs write."""
_OF_LETTERS = frozenset(
    """
    author creator by source site publication publisher website journal newspaper name date created updated
    description summary abstract excerpt deck standfirst image images cover hero type kind status version license
    copyright rights series part chapter order section parent meta email contact rating isbn doi
    autor auteur datum fecha data 日期 作者
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Names of fields that may also stand in a letter head, a play or a note."""
_FREE = frozenset(
    """
    title subtitle headline excerpt description summary abstract deck standfirst titel titre título titolo 标题 タイトル
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Names of fields whose values may be whole sentences."""
_DATES = frozenset("date created updated modified lastmod pubdate datum fecha data 日期".split())  # noqa: SIM905 - see above
_NAME = re.compile(r"[a-z_][A-Za-z0-9_.-]{0,40}")
"""A name as programs write it: in lower case, without spaces."""
_COMPOUND = re.compile(r"[a-z0-9]+(?:[_.-][a-z0-9]+|[A-Z][a-z0-9]*)+")
"""A name made of several words: no word of a language looks like `sidebar_position` or `navOrder`."""
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_MANY_WORDS = 5
"""Words from which the value of an unknown field is running text."""
_MOST_WORDS_OF_NAMES = 6
"""Words from which a value with a full stop is no name, date or kind: `Martin Luther King Jr.` is one."""


def is_header(entries: Mapping[str, Any], remarks: int = 0, *, set_off: bool = False) -> bool:
    """Judge by the keys and values whether they are a header.

    Args:
        entries: The outermost keys with their values.
        remarks: Lines that are a comment in a header and a heading in Markdown.
        set_off: Whether an empty line follows the opening rule, as it does below a rule in prose.

    Returns:
        True if known names of fields outnumber what reads like prose; where no name is known, if every name is one
        that only a program writes.
    """
    known = of_sites = programs = plain = sentences = others = 0
    speakers = remarks
    for key, value in entries.items():
        name = key.strip().lower().replace("-", "_").replace(" ", "_")
        if name in _OF_SITES or name in _OF_LETTERS:
            fits = _fits(name, value)
            known += fits
            of_sites += fits and name in _OF_SITES
            speakers += not fits
        elif _COMPOUND.fullmatch(key):
            programs += 1
        elif _NAME.fullmatch(key):
            sentences += _is_sentence(value)
            plain += not _is_sentence(value)
        elif _is_sentence(value) or (len(key) > 1 and key.isupper()):
            speakers += 1
        else:
            others += 1
    if of_sites:
        return known + programs > speakers
    if known or programs:
        return known + programs > sentences + speakers + others
    return plain > 0 and not sentences + speakers + others and not set_off


def _fits(name: str, value: Any) -> bool:
    """Check a value against what its field may hold."""
    if name in _FREE or not isinstance(value, str):
        return True
    if name in _DATES:
        return not value.strip() or any(map(str.isdigit, value))
    end = _SENTENCE_END.search(value.rstrip()[-4:])
    return end is None or (end[0][0] == "." and len(value.split(maxsplit=_MOST_WORDS_OF_NAMES)) < _MOST_WORDS_OF_NAMES)


def _is_sentence(value: Any) -> bool:
    """Judge whether a value is running text; of a list, whether any of its items is."""
    if isinstance(value, list):
        return any(map(_is_sentence, value))
    if not isinstance(value, str):
        return False
    words = len(value.split(maxsplit=_MANY_WORDS))
    return words >= _MANY_WORDS or (words > 1 and _SENTENCE_END.search(value.rstrip()[-4:]) is not None)
