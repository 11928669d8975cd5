"""Detection of web addresses that are written out in running text, to make links of them."""

from __future__ import annotations

import re

from tui_reader.document.blocks import Span, SpanKind

# Browsers do not accept longer addresses either, and the trimming below checks every bracket of an address.
_ADDRESS = re.compile(r"https?://[^\s<>\"“”「」（）]{1,2000}")
_TRAILING = ".,;:!?'’*_…。，、"


def bare_links(text: str) -> list[Span]:
    """Return a link span for each web address in a text, without the punctuation around the address."""
    if "://" not in text:
        return []
    spans = []
    for match in _ADDRESS.finditer(text):
        address = match[0].rstrip(_TRAILING)
        # A closing bracket belongs to the sentence unless the address opened it.
        while address.endswith((")", "]")) and address.count(address[-1]) > address.count("(["[address[-1] == "]"]):
            address = address[:-1].rstrip(_TRAILING)
        if len(address) > len("https://"):
            spans.append(Span(SpanKind.LINK, match.start(), match.start() + len(address), address))
    return spans
