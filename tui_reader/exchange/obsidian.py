"""Markdown for Obsidian or Logseq: like `markdown`, but every quote can be linked to by its id."""

from __future__ import annotations

import re

from tui_reader.exchange import markdown
from tui_reader.exchange.blocks import Comments
from tui_reader.exchange.text_format import Markup, TextFormat

TEMPLATE = """\
# {{title}}

{{about}}

{{#annotations}}
{{new_headings}}

> {{quote}}

^{{block_id}}

{{note}}

{{details}}
{{/annotations}}
"""


def tag(name: str) -> str:
    """Return a tag with the characters that Obsidian allows; a tag of digits gets the prefix `_`."""
    word = re.sub(r"[^\w/-]+", "-", name.strip()).strip("-") or "-"
    return f"#{word}" if not word.isdecimal() else f"#_{word}"


FORM = TextFormat(
    Markup(
        markdown.escape_all,
        markdown.quote,
        markdown.note,
        lambda names: " ".join(map(tag, names)),
        markdown.heading,
        markdown.address,
    ),
    Comments("obsidian", "%% ", " %%", "\\"),
    TEMPLATE,
    lambda clip: {**markdown.properties(clip), "tags": [tag(each)[1:] for each in clip.tags]},
)
write = FORM.write
