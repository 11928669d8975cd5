"""Conversion of raw HTML inside Markdown to blocks of text, without style, script or layout."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.html.block_events import BlockEvents
from tui_reader.formats.text.exclusions import without, without_comments
from tui_reader.formats.text.running_text import HIDDEN_TAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.document.blocks import Span
    from tui_reader.formats.text.table_text import UnplacedBlock

_INSTRUCTION = re.compile(r"<\?.*?\?>", re.DOTALL)
"""A processing instruction: `<?php … ?>`."""
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
"""Text in which no sign is markup: `<![CDATA[…]]>`."""
_DECLARATION = re.compile(r"<![A-Za-z][^<>]*>")
"""A declaration: `<!DOCTYPE html>`."""
_REMOVED = tuple((tag, re.compile(rf"<{tag}(?![\w-]).*?</{tag}\s*>", re.DOTALL | re.IGNORECASE)) for tag in HIDDEN_TAGS)
_NOT_A_TAG = re.compile(r"""<(?!/?[A-Za-z](?:[^<>]*>|(?>(?:[^<>"']++|"[^"]*+"|'[^']*+')*)>))""")
"""A `<` that begins no tag, as in `a < b`."""


class FragmentReader(HTMLParser):
    """Parser that passes the tags and the text of a fragment of HTML to a builder of blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events = BlockEvents()

    def set_cdata_mode(self, *_args: object, **_options: object) -> None:
        """Do nothing, so that an unclosed `script` or `style` element does not hide the following text.

        `read_fragment` removes closed `script` and `style` elements before parsing.
        """

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element; called by the parser."""
        self.events.start(tag, {name: value or "" for name, value in reversed(attrs)})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin and end an empty element; called by the parser."""
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element; called by the parser."""
        self.events.end(tag)

    def handle_data(self, data: str) -> None:
        """Append text between tags; called by the parser."""
        self.events.data(data)

    def close(self) -> None:
        """End parsing, and append the remaining text as a block."""
        super().close()
        self.events.finish()


class Fragment(NamedTuple):
    """The blocks of a fragment of HTML."""

    blocks: Sequence[UnplacedBlock]
    targets: Sequence[Span]
    """Target names at the end that no text follows; they belong to the text after the fragment."""


def read_fragment(source: str) -> Fragment:
    """Convert a fragment of HTML to blocks, without comments, declarations, `<?…?>` and elements that are not shown."""
    source = without_comments(source)
    if "<?" in source:
        source = without(_INSTRUCTION, "?>", source)
    if "<!" in source:
        source = _DECLARATION.sub("", without(_CDATA, "]]>", source, r"\1"))
    lowered = source.lower()
    for tag, pattern in _REMOVED:
        last = lowered.rfind(f"</{tag}")
        if last >= 0:
            end = source.find(">", last) + 1
            source = pattern.sub("", source[:end]) + source[end:]
            lowered = source.lower()
    reader = FragmentReader()
    # The standard parser takes quadratic time for thousands of unclosed tags, so such tags are escaped as text.
    reader.feed(_NOT_A_TAG.sub("&lt;", source))
    reader.close()
    return Fragment(reader.events.blocks, reader.events.targets)
