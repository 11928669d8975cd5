"""Detection of web and mail addresses in running text, to convert them to links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Span, SpanKind
from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# Browsers do not accept longer addresses either, and the trimming below checks every bracket of an address. Each
# pattern begins with a literal where it can, which Python looks for six times as fast as for any other beginning.
_REST = r"[^\s<>\"`“”«»‹›「」『』（）【】〔〕《》〈〉，。、；：！？\u200b\u2060\ufeff]"
"""A character of an address; quotation marks and East Asian punctuation end an address."""
_WEB = re.compile(rf"https?://{_REST}{{1,2000}}")
"""Pattern of a web address in lower case, up to the next white space, quotation mark or East Asian punctuation."""
_WEB_IN_CAPITALS = LazyPattern(rf"(?=H)https?://{_REST}{{1,2000}}", re.IGNORECASE)
_WITHOUT_SCHEME = LazyPattern(rf"(?:www|WWW|Www)\.[\w-]+\.[\w-]{_REST}{{0,2000}}")
"""Pattern of a web address without a scheme, such as `www.example.org/a`."""
_BEFORE_WWW = re.compile(r"[\w@./\\-]")
"""Pattern of a character directly before `www.` that makes it a part of another word or address."""
_LOCAL_PART = LazyPattern(r"(?<![A-Za-z0-9._%+@/-])(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}\Z", re.IGNORECASE)
"""Pattern of the part of a mail address before `@`, at the end of a text, with or without `mailto:`."""
_LONGEST_LOCAL_PART = 64 + len("mailto:") + 1
_DOMAIN = LazyPattern(
    r"(?!\d+x\.)(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,9}(?:[A-Za-z]{2,24}|xn--[A-Za-z0-9-]{1,59})"
    r"(?![A-Za-z0-9@_-]|\.[A-Za-z0-9]|:[\w/~])"
)
"""The domain of a mail address; `icon@2x.png` and `git@host:path` have none."""
_TRAILING = ".,;:!?'’*_~…–—।،؛؟"
_OPENING = {")": "(", "]": "[", "}": "{"}


def may_have_links(text: str) -> bool:
    """Return False if a text certainly has no address; much faster than searching for addresses."""
    return "://" in text or "@" in text or "ww." in text or "WW." in text


def bare_links(text: str) -> list[Span]:
    """Return a link span for each address in a text, without the punctuation around the address.

    The target of an address that begins with `www.` is a web page, and the target of a mail address is a new message.
    """
    spans: list[Span] = []
    if "://" in text:
        spans += _trimmed(_WEB.finditer(text), "", len("https://"))
        if "HTTP" in text or "Http" in text:
            spans += _trimmed(_WEB_IN_CAPITALS.finditer(text), "", len("https://"))
    if "ww." in text or "WW." in text:
        found = _WITHOUT_SCHEME.finditer(text)
        separate = (m for m in found if not m.start() or not _BEFORE_WWW.match(text[m.start() - 1]))
        spans += _trimmed(separate, "http://", 0)
    if "@" in text:
        spans += _mail_links(text)
    if len(spans) < 2:
        return spans
    spans.sort(key=lambda span: span.start)
    kept = spans[:1]
    for span in spans[1:]:
        if span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _trimmed(matches: Iterator[re.Match[str]], scheme: str, shortest: int) -> Iterator[Span]:
    """Yield a link span for each web address, without trailing punctuation.

    Args:
        matches: The addresses.
        scheme: The prefix of the target before the address.
        shortest: Addresses of this length or less are ignored.
    """
    for match in matches:
        address = match[0].rstrip(_TRAILING)
        # A closing bracket belongs to the sentence unless the address opened it.
        while (last := address[-1:]) in _OPENING and address.count(last) > address.count(_OPENING[last]):
            address = address[:-1].rstrip(_TRAILING)
        if len(address) > shortest:
            yield Span(SpanKind.LINK, match.start(), match.start() + len(address), scheme + address)


def _mail_links(text: str) -> Iterator[Span]:
    """Yield a link span for each mail address in a text."""
    sign = text.find("@")
    while sign >= 0:
        domain = _DOMAIN.match(text, sign + 1)
        if domain is not None:
            before = max(0, sign - _LONGEST_LOCAL_PART)
            local = _LOCAL_PART.search(text[before:sign])
            if local is not None and (local.start() or not before):
                address = local[0] + text[sign : domain.end()]
                target = address if local[0][:7].lower() == "mailto:" else f"mailto:{address}"
                yield Span(SpanKind.LINK, before + local.start(), domain.end(), target)
        sign = text.find("@", sign + 1)
