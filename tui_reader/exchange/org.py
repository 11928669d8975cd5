"""Org mode: one heading per article and per annotation, or a copied passage as a quote block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.exchange.blocks import Comments
from tui_reader.exchange.quote_source import separate_paragraphs
from tui_reader.exchange.text_format import Markup, TextFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import ClippedAnnotation
    from tui_reader.exchange.quote_source import QuoteSource

TEMPLATE = """\
* {{title}}
:PROPERTIES:
:ID: {{article_id}}
:AUTHOR: {{author}}
:SOURCE: {{source}}
:DATE: {{date}}
:URL: {{url}}
:LANGUAGE: {{language}}
:KEYWORDS: {{article_tags}}
:END:

{{#annotations}}
** {{beginning}} {{tags}}
:PROPERTIES:
:ID: {{id}}
:COLOUR: {{colour}}
:CREATED: {{created}}
:UPDATED: {{updated}}
:STATE: {{state}}
:PLACE: {{place}}
:HEADINGS: {{headings}}
:SECTION: {{section}}
:END:
{{quote}}

{{note}}
{{/annotations}}
"""

_BLOCK_END = re.compile(r"^(\s*)(?=,?#\+)|^()(?=,?\*)")


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage as an Org quote block; the title links to the article's address."""
    # A line that begins with a star or #+ would end the quote; Org itself puts a comma before such lines.
    lines = [_guard(line) for line in passage.split("\n")]
    title = source.title.replace("[", "(").replace("]", ")")
    linked_title = f"[[{source.url}][{title}]]" if source.url else title
    description = source.describe(linked_title, f"={source.file}=" if source.file else "")
    return f"#+begin_quote\n{separate_paragraphs(lines)}\n\n— {description}\n#+end_quote\n"


def _guard(line: str) -> str:
    """Return a line of a block, with a leading comma if the line would end the block."""
    return _BLOCK_END.sub(lambda start: f"{start[0]},", line)


def _quote(clipped: ClippedAnnotation) -> str:
    """Return a quote as an Org quote block; empty for a note on the whole article."""
    lines = "\n\n".join(each.text for each in clipped.paragraphs).split("\n")
    return "\n".join(["#+begin_quote", *map(_guard, lines), "#+end_quote"]) if clipped.quote else ""


def _note(text: str) -> str:
    """Return a note; a line that looks like a heading, a keyword or a drawer gets a leading blank."""
    return re.sub(r"^(?=\*+ |#\+|# |:\w+:)", " ", text.strip("\n"), flags=re.MULTILINE)


def _tags(names: Sequence[str]) -> str:
    """Return tags with the characters that Org allows."""
    words = [re.sub(r"[^\w@#%]+", "_", name.strip()) for name in names]
    return f":{':'.join(words)}:" if words else ""


FORM = TextFormat(
    Markup(
        escape=lambda text: text,
        quote=_quote,
        note=_note,
        tags=_tags,
        heading=lambda title, depth: f"{'*' * (depth + 1)} {title}",
        address=lambda url: url,
    ),
    Comments("org", "# ", "", " "),
    TEMPLATE,
)
write = FORM.write
