"""Parsing of the decoded text of a page to an lxml tree, however damaged the page is."""

from __future__ import annotations

import re
from html.entities import html5
from typing import TYPE_CHECKING, cast

from tui_reader.formats.html.elements import tag_of
from tui_reader.formats.html.unclosed_elements import move_out_of_unclosed, without_unclosed

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_XHTML = re.compile(
    r"\s*<\?xml\b|[^<]{0,200}(?:<!--.{0,2000}?-->\s*)?<!DOCTYPE[^>]{0,200}XHTML|\s*<html[^>]{0,500}xmlns=",
    re.IGNORECASE | re.DOTALL,
)
"""Pattern of the beginning of a page that may be well-formed XML: a declaration, a document type, or a name space."""
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
_CLOSED = re.compile(
    r"<(title|script|style|textarea|iframe|a|b|i|em|span|div|p|td|th|li|noscript|video|audio|object|h[1-6])(\s[^<>]*)?/>",
    re.IGNORECASE,
)
"""Pattern of an element that XML closes in its own tag, such as `<a id="x"/>`: in HTML this would only open it."""
_UNREAD = (
    "head",
    "style",
    "svg",
    "template",
    "iframe",
    "link",
    "meta",
    "canvas",
    "object",
    "embed",
    "select",
    "datalist",
)
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{8000,}>")
_ATTRIBUTE = re.compile(r"""\s([^\s=<>"'/]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?""")
_NESTING_TAGS = re.compile(
    r"</?(?:div|span|section|article|main|aside|header|footer|font|b|i|u|em|strong|small|center|blockquote|q|ul|ol|li|dl|dt|dd|table"
    r"|tbody|tr|td|th|figure|details|fieldset|form|sup|sub|button|label|a|code|[a-z]+-[a-z-]+)(?=[\s>/])[^>]*>",
    re.IGNORECASE,
)
"""Tags that are replaced by paragraphs in pages nested more deeply than libxml2 parses (2,048 levels)."""
_ANY_TAG = re.compile(r"</?(?!(?:head|title|meta|body|script|style)\b)[A-Za-z][^<>]*>")
"""All tags of the body, which are removed if a page is nested too deeply by others, such as drawings or formulas."""
_SHADOW = ("shadowrootmode", "shadowmode", "shadowroot")
"""Attributes of a `<template>` that browsers show (shadow DOM): the standard one, Chromium's, and the former one."""
_OUTSIDE_OF_DRAWINGS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote")
"""Elements that end a drawing without an end tag, as in browsers."""
_IN_DRAWINGS = frozenset(("foreignobject", "desc", "title"))
"""Elements of a drawing that may contain HTML, which then stays in the drawing."""
_MOST_TAGS = 300_000
"""Number of tags up to which a page keeps its links and the styles of its words; a very long page has some 50,000."""
_INLINE_TAGS = re.compile(
    r"</?(?:a|span|b|i|em|strong|font|u|small|sup|sub|code|abbr|mark|label|time|img|wbr)(?=[\s>/])[^<>]*>",
    re.IGNORECASE,
)
_LONGEST_SPAN = 2
"""Maximum number of digits in `colspan` and `rowspan`: no table has cells of 100 columns."""
_MOST_ATTRIBUTES = 300
"""Maximum number of attributes of one tag that are kept: libxml2 takes quadratic time for them, 40 s for 200,000."""


def parse(source: str) -> HtmlElement | None:
    """Return the root of a page; None if the page has no element.

    Comments and instructions are left out. No entity of the page itself is expanded and nothing is loaded.

    Args:
        source: The page, decoded.
    """
    from lxml import etree, html  # noqa: PLC0415 - 28 ms, and only pages need it

    source = _with_few_attributes(source.replace("\0", "\ufffd"))
    if _XHTML.match(source[:4_000]):
        source = _DOCTYPE.sub("", _DECLARATION.sub("", source, count=1), count=1)
        if (xhtml := _parse_xhtml(source)) is not None:
            return xhtml
        source = _CLOSED.sub(r"<\1\2></\1>", source)
    source = without_unclosed(source)
    data = source.encode("utf-8", "replace")
    if not data.strip():
        return None
    # The parser of lxml.html chooses the class of each element in Python, which takes 2 ms for a page.
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=html.HtmlElement))
    try:
        root: HtmlElement | None = cast("HtmlElement | None", etree.fromstring(data, parser=parser))
        for nesting in (_NESTING_TAGS, _ANY_TAG):
            if any("depth" in entry.message for entry in parser.error_log):
                flat = nesting.sub("<p>", source).encode("utf-8", "replace")
                root = cast("HtmlElement | None", etree.fromstring(flat, parser=parser))
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root is None or not tag_of(root):
        return None
    move_out_of_unclosed(root, source)
    return root


def drop_unread(root: HtmlElement) -> None:
    """Remove elements that are never shown, such as scripts, after the metadata was read from them."""
    from lxml import etree  # noqa: PLC0415 - see above

    for script in list(root.iter("script")):
        if not (script.get("type") or "").startswith("math/tex"):
            script.drop_tree()
    for inserted in list(root.iter("ins")):
        if "adsbygoogle" in (inserted.get("class") or ""):
            inserted.drop_tree()
    for template in list(root.iter("template")):
        if any(name in template.attrib for name in _SHADOW):
            template.drop_tag()
    for drawing in list(root.iter("svg")):
        _move_out_of_drawing(drawing)
    etree.strip_elements(root, *_UNREAD, with_tail=False)
    for cell in root.iter("td", "th"):
        # trafilatura fills the rows of a table up to the widest one: a few tags would take minutes.
        for span in ("colspan", "rowspan"):
            if len(cell.get(span) or "") > _LONGEST_SPAN:
                cell.attrib.pop(span)


def _move_out_of_drawing(drawing: HtmlElement) -> None:
    """Move blocks, such as `<p>`, that libxml2 put into a drawing without an end tag to the place after the drawing."""
    place = drawing
    known = {drawing: True}
    for inner in list(drawing.iter(*_OUTSIDE_OF_DRAWINGS)):
        around = inner.getparent()
        if around is not None and _is_drawn(around, known):
            place.addnext(inner)
            place = inner


def _is_drawn(element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Return True if an element belongs to a drawing: neither it nor an element between it and the drawing is HTML.

    Args:
        element: The element.
        known: The result for elements that were examined before, with the drawing; completed by this call.
    """
    path = []
    while element not in known and (around := element.getparent()) is not None:
        path.append(element)
        element = around
    is_drawn = known.get(element, True)
    for inner in reversed(path):
        is_drawn = is_drawn and tag_of(inner) not in _IN_DRAWINGS and inner.tag not in _OUTSIDE_OF_DRAWINGS
        known[inner] = is_drawn
    return is_drawn


def simplified(source: str) -> str:
    """Return a page without inline tags such as `<a>` and `<b>` if it has more than `_MOST_TAGS` tags, else the page.

    With its links, a list of 200,000 links would take 9 seconds and 560 MB.
    """
    return _INLINE_TAGS.sub("", source) if source.count("<") > _MOST_TAGS else source


def _parse_xhtml(source: str) -> HtmlElement | None:
    """Return the root of a page that is well-formed XML; None for any other page."""
    from lxml import etree, html  # noqa: PLC0415 - see above

    def character(found: re.Match[str]) -> str:
        return found[0] if found[1] in _XML_ENTITIES else html5.get(f"{found[1]};", found[0])

    named = _ENTITY.sub(character, source)
    parser = html.XHTMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root: HtmlElement = etree.fromstring(named.strip().encode("utf-8", "replace"), parser=parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if tag_of(root) != "html":
        return None
    html.xhtml_to_html(root)
    return root


def _with_few_attributes(source: str) -> str:
    """Return the text of a page in which each tag has at most its first 300 attributes."""

    def shortened(found: re.Match[str]) -> str:
        tag = found[0]
        for count, attribute in enumerate(_ATTRIBUTE.finditer(tag)):
            if count == _MOST_ATTRIBUTES:
                return tag[: attribute.start()] + ">"
        return tag

    return _LONG_TAG.sub(shortened, source)
