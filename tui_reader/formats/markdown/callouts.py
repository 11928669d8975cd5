"""Callouts: quotations that begin with a kind and perhaps a title, such as `> [!NOTE]` or `> [!tip]- Title`."""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Span, SpanKind
from tui_reader.formats.markdown.inline import inline_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_MARK = re.compile(r"\[!([A-Za-z][\w -]{0,30})(?:\|[^\]\n]{0,80})?\][+-]?(?=\s|$)[ \t]*")
"""The mark of a callout: its kind, options after a bar, and the sign of a callout that can be folded."""


class Callout(NamedTuple):
    """The beginning of a callout: its kind and its title."""

    title: str
    """The kind of the callout, followed by its title if it has one."""
    spans: list[Span]
    rest: list[Token]
    """Inline tokens after the line of the title."""


def read_callout(children: Sequence[Token]) -> Callout | None:
    """Return the callout that begins a quotation.

    Args:
        children: Inline tokens of the first paragraph of the quotation.

    Returns:
        The callout; None if the paragraph begins no callout.
    """
    first = children[0] if children else None
    found = _MARK.match(first.content) if first is not None and first.type == "text" else None
    if first is None or found is None:
        return None
    breaks = (index for index, child in enumerate(children) if child.type in ("softbreak", "hardbreak"))
    end = next(breaks, len(children))
    remaining = copy(first)
    remaining.content = first.content[found.end() :]
    written, spans = inline_text([remaining, *children[1:end]])
    kind = " ".join(found[1].replace("-", " ").replace("_", " ").split()).capitalize()
    is_named = bool(written) and written.casefold() != kind.casefold()
    title = f"{kind}: {written}" if is_named else kind
    shift = len(title) - len(written) if is_named else 0
    moved = [span._replace(start=span.start + shift, end=span.end + shift) for span in spans if is_named]
    return Callout(title, [Span(SpanKind.STRONG, 0, len(title)), *moved], list(children[end + 1 :]))
