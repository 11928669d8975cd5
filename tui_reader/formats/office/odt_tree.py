"""Conversion of OpenDocument XML to HTML for `walk`: headings, lists, tables, notes, pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.office.office_document import CAPTION, UnreadableOfficeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element as Element
    from lxml.html import HtmlElement

_NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
}
"""Addresses of the namespaces, by their usual prefix."""
_PREFIX = {uri: prefix for prefix, uri in _NAMES.items()}
_HIDDEN = frozenset(
    """
    text:tracked-changes text:table-of-content text:alphabetical-index text:sequence-decls text:variable-decls
    office:annotation office:annotation-end office:forms text:soft-page-break text:change text:change-start
    text:change-end draw:object draw:object-ole draw:custom-shape-geometry text:user-field-decls text:index-title
    svg:title svg:desc office:event-listeners
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Names of elements that are not shown."""
_QUOTED = re.compile(r"quot|zitat|citation|cita", re.IGNORECASE)
"""Pattern searched in the name of a paragraph style to recognize quotations, such as `Quotations`."""
_CAPTION = re.compile(r"Caption|\A(?:Illustration|Figure|Drawing)\Z", re.IGNORECASE)
"""Pattern searched in the name of a paragraph style to recognize captions, such as `Illustration`."""
_CODE = re.compile(r"preformatted|source_20_(?:text|code)|\bcode", re.IGNORECASE)
"""Pattern searched in the name of a style to recognize code, such as `Preformatted_20_Text` (`_20_` is a space)."""
_MONO = re.compile(r"mono|courier|consolas|typewriter", re.IGNORECASE)
"""Pattern searched in the name of a font to recognize monospaced fonts, such as `Courier New`."""
_MOST_SPACES = 200
"""Maximum number of spaces that one element inserts."""
_MOST_REPEATED = 50
"""Maximum number of equal cells that one element inserts; a spreadsheet may repeat empty ones to its last column."""
_MOST_DEPTH = 400
"""Maximum depth of nested elements; what is deeper is dropped."""
_MOST_PARENTS = 20
"""Maximum number of styles from which a style inherits, since styles may name each other in a circle."""


class _Style(NamedTuple):
    """A style of a paragraph or of characters."""

    parent: str
    """Name of the style from which it inherits; empty without one."""
    tags: tuple[str, ...]
    """Equivalent HTML tags, such as `b`."""


def html_of(roots: Sequence[Element]) -> HtmlElement:
    """Return the text of a document as an HTML tree.

    Args:
        roots: Roots of the XML; the first has the text, the others have further styles.

    Raises:
        UnreadableOfficeError: If there is no text in it.
    """
    body = roots[0].find(".//office:body/office:text", _NAMES)
    if body is None:
        raise UnreadableOfficeError("an OpenDocument file that is no text")
    return _Converter(roots).convert(body)


class _Converter:
    """Converts the text of one document."""

    def __init__(self, roots: Sequence[Element]) -> None:
        from lxml.html import builder  # noqa: PLC0415 - loaded before, to parse the XML

        self._element = builder.E
        self._styles: dict[str, _Style] = {}
        self._numbered: dict[str, set[int]] = {}
        """By list style, the levels whose items are numbered."""
        self._notes: list[HtmlElement] = []
        for root in roots:
            for style in root.iter(f"{{{_NAMES['style']}}}style"):
                name = _get(style, "style:name")
                self._styles.setdefault(name, _Style(_get(style, "style:parent-style-name"), _tags(style)))
            for style in root.iter(f"{{{_NAMES['text']}}}list-style"):
                levels = {
                    _number(level, "text:level", 1)
                    for level in style
                    if _name(level) == "text:list-level-style-number" and _get(level, "style:num-format")
                }
                self._numbered.setdefault(_get(style, "style:name"), levels)

    def convert(self, body: Element) -> HtmlElement:
        """Return the whole text, with its notes at the end."""
        target: HtmlElement = self._element("body")
        self._blocks(body, target, ("", 0), 0)
        if self._notes:
            notes = self._element("ol")
            notes.extend(self._notes)
            target.append(notes)
        return target

    def _blocks(self, source: Element, target: HtmlElement, place: tuple[str, int], depth: int) -> None:
        """Append the blocks of an element.

        Args:
            source: The element.
            target: The element of HTML.
            place: Name of the style and depth of the innermost enclosing list; `("", 0)` outside of lists.
            depth: Depth of nested elements, to limit the recursion.
        """
        if depth > _MOST_DEPTH:
            return
        for child in source:
            name = _name(child)
            match name:
                case "text:h":
                    level = min(max(_number(child, "text:outline-level", 1), 1), 6)
                    self._inline(child, self._sub(target, f"h{level}"), depth)
                case "text:p":
                    self._paragraph(child, target, depth)
                case "text:list":
                    self._list(child, target, place, depth)
                case "table:table":
                    self._table(child, target, depth)
                case "draw:frame" | "draw:g" | "draw:a":
                    self._frame(child, target, depth)
                case _ if name in _HIDDEN or not name:
                    continue
                case _:
                    self._blocks(child, target, place, depth + 1)

    def _sub(self, target: HtmlElement, tag: str) -> HtmlElement:
        """Append an element, and return it."""
        made: HtmlElement = self._element(tag)
        target.append(made)
        return made

    def _paragraph(self, source: Element, target: HtmlElement, depth: int) -> None:
        """Append a paragraph as code, a title, a quotation or running text, according to its style."""
        names = self._family(_get(source, "text:style-name"))
        last = target[-1] if len(target) else None
        if any(_CODE.search(name) for name in names):
            if last is not None and last.tag == "pre":
                _append_text(last, "\n")
                self._inline(source, last, depth)
            else:
                self._inline(source, self._sub(target, "pre"), depth)
            return
        if "Title" in names:
            self._inline(source, self._sub(target, "h1"), depth)
            return
        if any(_QUOTED.search(name) for name in names):
            quote = last if last is not None and last.tag == "blockquote" else self._sub(target, "blockquote")
            self._inline(source, self._sub(quote, "p"), depth)
            return
        made = self._sub(target, "p")
        if any(_CAPTION.search(name) for name in names):
            made.set("class", CAPTION)
        self._inline(source, made, depth)

    def _family(self, name: str) -> list[str]:
        """Return the name of a style, followed by those of its parent styles."""
        names: list[str] = []
        while name and len(names) < _MOST_PARENTS:
            names.append(name)
            style = self._styles.get(name)
            name = style.parent if style else ""
        return names

    def _list(self, source: Element, target: HtmlElement, place: tuple[str, int], depth: int) -> None:
        """Append a list; see `_blocks` for the arguments."""
        style = _get(source, "text:style-name") or place[0]
        level = place[1] + 1
        made = self._sub(target, "ol" if level in self._numbered.get(style, ()) else "ul")
        for item in source:
            if _name(item) in ("text:list-item", "text:list-header"):
                entry = self._sub(made, "li")
                if start := _get(item, "text:start-value"):
                    entry.set("value", start)
                self._blocks(item, entry, (style, level), depth + 1)

    def _table(self, source: Element, target: HtmlElement, depth: int) -> None:
        """Append a table."""
        table = self._sub(target, "table")
        for row in source.iter(f"{{{_NAMES['table']}}}table-row"):
            if (
                next(row.iterancestors(f"{{{_NAMES['table']}}}table"), None) is not source
            ):  # a row of a table within a cell
                continue
            is_head = _name(row.getparent()) == "table:table-header-rows"
            made = self._sub(table, "tr")
            for cell in row:
                if _name(cell) != "table:table-cell":
                    continue
                for _ in range(min(_number(cell, "table:number-columns-repeated", 1), _MOST_REPEATED)):
                    entry = self._sub(made, "th" if is_head else "td")
                    for counted, attribute in (("columns", "colspan"), ("rows", "rowspan")):
                        if (span := _number(cell, f"table:number-{counted}-spanned", 1)) > 1:
                            entry.set(attribute, str(span))
                    self._blocks(cell, entry, ("", 0), depth + 1)

    def _frame(self, source: Element, target: HtmlElement, depth: int) -> None:
        """Append a picture, or the text in a frame."""
        image = source.find("draw:image", _NAMES)
        path = _get(image, "xlink:href") if image is not None else ""
        if path:
            described = [source.find(f"svg:{tag}", _NAMES) for tag in ("desc", "title")]
            alternative = next((str(each.text) for each in described if each is not None and each.text), "")
            target.append(self._element("img", src=path.removeprefix("./"), alt=alternative))
            return
        box = source.find("draw:text-box", _NAMES)
        self._blocks(box if box is not None else source, target, ("", 0), depth + 1)

    def _inline(self, source: Element, target: HtmlElement, depth: int) -> None:
        """Append the text of an element with its styles."""
        _append_text(target, source.text or "")
        for child in source:
            if depth <= _MOST_DEPTH:
                self._inline_child(child, target, depth + 1)
            _append_text(target, child.tail or "")

    def _inline_child(self, child: Element, target: HtmlElement, depth: int) -> None:
        """Append an element within a paragraph."""
        name = _name(child)
        match name:
            case "text:s":
                count = min(_number(child, "text:c", 1), _MOST_SPACES)
                _append_text(target, ("\xa0" if target.tag != "pre" else " ") * count)
            case "text:tab":
                _append_text(target, "\t")
            case "text:line-break":
                self._sub(target, "br")
            case "text:a":
                link = self._sub(target, "a")
                link.set("href", _get(child, "xlink:href"))
                self._inline(child, link, depth)
            case "text:span":
                inner = target
                style = self._styles.get(_get(child, "text:style-name"))
                tags = style.tags if style else ()
                if _CODE.search(_get(child, "text:style-name")) and "code" not in tags:
                    tags = (*tags, "code")
                for tag in tags:
                    inner = self._sub(inner, tag)
                self._inline(child, inner, depth)
            case "text:note":
                self._note(child, target, depth)
            case "text:bookmark" | "text:bookmark-start" | "text:reference-mark" | "text:reference-mark-start":
                self._sub(target, "a").set("id", _get(child, "text:name"))
            case "draw:frame" | "draw:g" | "draw:a":
                self._frame(child, target, depth)
            case _ if name in _HIDDEN or not name:
                return
            case _:
                self._inline(child, target, depth)

    def _note(self, source: Element, target: HtmlElement, depth: int) -> None:
        """Append the reference to a note, and keep the note for the end."""
        citation = source.find("text:note-citation", _NAMES)
        body = source.find("text:note-body", _NAMES)
        number = len(self._notes) + 1
        label = (citation.text if citation is not None else "") or str(number)
        link = self._element("a", label, href=f"#footnote-{number}", id=f"footnote-ref-{number}")
        link.set("class", "footnote-ref")
        target.append(self._element("sup", link))
        note: HtmlElement = self._element("li", id=f"footnote-{number}")
        self._notes.append(note)
        if body is not None:
            self._blocks(body, note, ("", 0), depth + 1)


def _tags(style: Element) -> tuple[str, ...]:
    """Return the HTML tags that are equivalent to a character style, such as `em`; empty for other kinds of styles."""
    if _get(style, "style:family") != "text":
        return ()
    found = []
    for properties in style.iter(f"{{{_NAMES['style']}}}text-properties"):
        position = _get(properties, "style:text-position")
        font = f"{_get(properties, 'style:font-name')} {_get(properties, 'fo:font-family')}"
        line = _get(properties, "style:text-line-through-style")
        for tag, has in (
            ("strong", _get(properties, "fo:font-weight") in ("bold", "600", "700", "800", "900")),
            ("em", _get(properties, "fo:font-style") in ("italic", "oblique")),
            ("s", line not in ("", "none")),
            ("sup", position.startswith("super") or re.match(r"[1-9]\d*%", position) is not None),
            ("sub", position.startswith(("sub", "-"))),
            ("code", _MONO.search(font) is not None),
        ):
            if has:
                found.append(tag)
    return tuple(found)


def _name(element: Element | None) -> str:
    """Return the name of an element with its usual prefix, such as `text:p`; empty for comments.

    The prefix of namespaces that are not in `_NAMES` is `other`.
    """
    tag = element.tag if element is not None else None
    if not isinstance(tag, str) or not tag.startswith("{"):
        return ""
    uri, _, local = tag[1:].partition("}")
    prefix = _PREFIX.get(uri)
    return f"{prefix}:{local}" if prefix else f"other:{local}"


def _get(element: Element, name: str) -> str:
    """Return the value of an attribute by its name with prefix, such as `text:name`; empty without it."""
    prefix, _, local = name.partition(":")
    return str(element.get(f"{{{_NAMES[prefix]}}}{local}") or "")


def _number(element: Element, name: str, otherwise: int) -> int:
    """Return the value of an attribute as a number; `otherwise` if it is none or is too large."""
    written = _get(element, name)
    return int(written) if written.isdecimal() and len(written) < 7 else otherwise


def _append_text(target: HtmlElement, text: str) -> None:
    """Append a text after the last child of an element."""
    if not text:
        return
    if len(target):
        target[-1].tail = (target[-1].tail or "") + text
    else:
        target.text = (target.text or "") + text
