"""Conversion of the tree of docutils to blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind, DocumentBuilder, Span, SpanKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.formats.rst.rst_directives import read_directive
from tui_reader.formats.rst.rst_parser import parsed
from tui_reader.formats.text.running_text import RunningText, safe_target
from tui_reader.formats.text.table_text import CellText, join_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docutils import nodes

_KINDS = {
    "emphasis": SpanKind.EMPHASIS,
    "strong": SpanKind.STRONG,
    "literal": SpanKind.CODE,
    "title_reference": SpanKind.EMPHASIS,
    "superscript": SpanKind.SUPERSCRIPT,
    "subscript": SpanKind.SUBSCRIPT,
}
_ADMONITIONS = frozenset(("attention", "caution", "danger", "error", "hint", "important", "note", "tip", "warning"))
_HIDDEN = frozenset(
    ("comment", "raw", "substitution_definition", "pending", "meta", "decoration", "docinfo", "generated", "#text")
)
"""Names of elements that are not shown."""
_BULLETS = "•◦▪"
_MOST_DEPTH = 60
"""Maximum number of enclosing elements; what is deeper is read as text without markup."""
_MOST_NESTED = 3
"""Maximum depth of nested directives that are parsed."""
_NOT_READ = re.compile(
    r'Unknown directive type|"(?:raw|include|csv-table|literalinclude|figure|image)" directive .*disabled'
)
"""Messages of docutils about directives of other programs, such as Sphinx, and those that the settings disable."""


class _Place(NamedTuple):
    """The position of a block in sections, lists and quotations."""

    level: int = 0
    """Number of enclosing sections."""
    quote: int = 0
    """Number of enclosing quotations."""
    depth: int = 0
    """Number of enclosing lists."""
    bullets: int = 0
    """Number of enclosing lists with bullets."""
    nested: int = 0
    """Number of enclosing elements, to limit the recursion."""
    quiet: bool = False
    """True if the text is shown in the colour of remarks."""

    def inside(self) -> _Place:
        """Return the position within one more element."""
        return self._replace(nested=self.nested + 1)


class TreeReader:
    """Converts a tree to blocks."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self._marker = ""
        """Marker of a list item or footnote whose first block comes next."""
        self._targets: list[str] = []
        """Names by which links refer to the next block."""
        self._directives = 0
        """Number of enclosing directives that docutils does not know."""
        self._first_level = 1
        """Level of the headings of the outermost sections."""

    def read(self, document: nodes.document) -> DocumentBuilder:
        """Read a whole document; return the blocks."""
        self._first_level = 2 if any(_name(child) == "title" for child in document.children) else 1
        self._children(document, _Place())
        for name in self._targets:
            self.builder.add_target(name)
        return self.builder

    def _children(self, node: nodes.Element, place: _Place) -> None:
        if place.nested > _MOST_DEPTH:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), clean_line(node.astext()), (), place)
            return
        for child in node.children:
            self._node(child, place)

    def _node(self, node: nodes.Node, place: _Place) -> None:
        name = _name(node)
        if name in _HIDDEN:
            return
        element: nodes.Element = node  # type: ignore[assignment]
        self._targets += [*element.get("ids", ())]
        inner = place.inside()
        match name:
            case "section":
                self._children(element, inner._replace(level=place.level + 1))
            case "title":
                level = 1 if place.level == 0 else min(place.level + self._first_level - 1, 6)
                self._running(Block(BlockKind.HEADING, 0, 0, level=level), element, place)
            case "subtitle" | "rubric":
                self._running(Block(BlockKind.HEADING, 0, 0, level=min(place.level + 2, 6)), element, place)
            case "paragraph" | "attribution" | "caption" | "legend_text":
                text_block = Block(BlockKind.PARAGRAPH, 0, 0, quiet=name != "paragraph")
                self._running(text_block, element, place, before="— " if name == "attribution" else "")
            case "bullet_list" | "enumerated_list":
                self._list(element, inner)
            case "definition_list" | "option_list":
                self._definitions(element, inner)
            case "field_list":
                self._fields(element, inner)
            case "line_block":
                self._lines(element, place)
            case "literal_block" | "doctest_block" | "math_block":
                self._code(element, place)
            case "block_quote":
                self._quotation(element, inner)
            case "topic":
                if "contents" not in element.get("classes", ()):
                    self._admonition(element, "", inner)
            case "sidebar" | "admonition":
                self._admonition(element, "", inner)
            case _ if name in _ADMONITIONS:
                self._admonition(element, name.capitalize(), inner)
            case "image":
                self._figure(element, "", (), place)
            case "figure":
                self._figure_with_caption(element, inner)
            case "table":
                self._table(element, inner)
            case "footnote" | "citation":
                self._note(element, inner)
            case "transition":
                self._add(Block(BlockKind.RULE, 0, 0), "", (), place)
            case "reference":  # an image that is a link
                self._children(element, inner)
            case "system_message":
                self._message(element, inner)
            case "target":
                if element.get("refid"):
                    self._targets.append(str(element["refid"]))
            case _:
                self._children(element, inner)

    def _add(self, block: Block, text: str, spans: Sequence[Span], place: _Place) -> None:
        targets = [Span(SpanKind.TARGET, 0, 0, clean_line(name)) for name in dict.fromkeys(self._targets)]
        self._targets = []
        marker, self._marker = self._marker, ""
        block = block._replace(
            quote=place.quote, depth=place.depth, marker=block.marker or marker, quiet=block.quiet or place.quiet
        )
        self.builder.add(block, text, [*targets, *spans])

    def _running(self, block: Block, node: nodes.Element, place: _Place, *, before: str = "") -> None:
        text, spans = _inline(node, before)
        if text or self._marker:
            self._add(block, text, spans, place)

    def _list(self, node: nodes.Element, place: _Place) -> None:
        is_numbered = _name(node) == "enumerated_list"
        number = int(node.get("start", 1) or 1)
        bullets = place.bullets + (not is_numbered)
        inner = place._replace(depth=place.depth + 1, bullets=bullets)
        simple = all(len(item.children) == 1 and _name(item.children[0]) == "paragraph" for item in node.children)
        for position, item in enumerate(node.children):
            written = _number(number + position, str(node.get("enumtype", "arabic")))
            self._marker = (
                f"{node.get('prefix', '')}{written}{node.get('suffix', '.')}"
                if is_numbered
                else _BULLETS[min(bullets - 1, 2)]
            )
            before = len(self.builder.blocks)
            self._children(item, inner)  # type: ignore[arg-type]
            if self._marker:
                self._add(Block(BlockKind.PARAGRAPH, 0, 0), "", (), inner)
            if simple and position + 1 < len(node.children) and len(self.builder.blocks) == before + 1:
                self._tighten()

    def _tighten(self) -> None:
        self.builder.blocks[-1] = self.builder.blocks[-1]._replace(tight=True)

    def _definitions(self, node: nodes.Element, place: _Place) -> None:
        inner = place._replace(depth=place.depth + 1)
        for item in node.children:
            terms = [child for child in item.children if _name(child) in ("term", "option_group")]
            notes = [child for child in item.children if _name(child) == "classifier"]
            for term in terms:
                text, spans = _inline(term)
                kinds = "".join(f" : {clean_line(note.astext())}" for note in notes)
                self._targets += term.get("ids", ())  # type: ignore[attr-defined]
                strong = Span(SpanKind.CODE if _name(term) == "option_group" else SpanKind.STRONG, 0, len(text))
                self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=True), text + kinds, [strong, *spans], place)
            for child in item.children:
                if _name(child) in ("definition", "description"):
                    self._children(child, inner)  # type: ignore[arg-type]

    def _fields(self, node: nodes.Element, place: _Place) -> None:
        """Add a list of fields; at the top of the text they are its header, which is not shown."""
        if not self.builder.blocks or (place.level == 0 and len(self.builder.blocks) == 1):
            return
        for field in node.children:
            name, body = field.children[0], field.children[1]
            label, spans = _inline(name)
            self._add(
                Block(BlockKind.PARAGRAPH, 0, 0, tight=True),
                label,
                [Span(SpanKind.STRONG, 0, len(label)), *spans],
                place,
            )
            self._children(body, place._replace(depth=place.depth + 1))  # type: ignore[arg-type]

    def _lines(self, node: nodes.Element, place: _Place) -> None:
        running = RunningText()
        _add_lines(running, node, 0)
        text, spans = running.finish(preformatted=True)
        if text:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans, place)

    def _code(self, node: nodes.Element, place: _Place) -> None:
        text = clean_text(node.astext()).strip("\n").rstrip()
        given: list[str] = node.get("classes", [])
        classes = [each for each in given if each not in ("code", "math")]
        language = "python" if _name(node) == "doctest_block" else (classes[0] if classes else "")
        language = clean_line(str(node.get("language", language)))
        if not text.strip():
            return
        if _name(node) == "math_block":
            self._add(Block(BlockKind.PARAGRAPH, 0, 0), text, (), place)
        else:
            self._add(
                Block(BlockKind.CODE, 0, 0, language=clean_line(str(node.get("language", language)))), text, (), place
            )

    def _quotation(self, node: nodes.Element, place: _Place) -> None:
        before = len(self.builder.blocks)
        self._children(node, place._replace(quote=place.quote + 1))
        if len(self.builder.blocks) > before:
            self.builder.blocks[-1] = self.builder.blocks[-1].with_quote_end()

    def _admonition(self, node: nodes.Element, title: str, place: _Place) -> None:
        """Add a note or warning: its title as a bold line, then its text, as a quotation."""
        inner = place._replace(quote=place.quote + 1)
        before = len(self.builder.blocks)
        if title:
            bold = [Span(SpanKind.STRONG, 0, len(title))]
            self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=True), title, bold, inner)
        for child in node.children:
            if _name(child) in ("title", "subtitle"):
                text, spans = _inline(child)
                bold = [Span(SpanKind.STRONG, 0, len(text)), *spans]
                self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=True), text, bold, inner)
            else:
                self._node(child, inner)
        if len(self.builder.blocks) > before:
            self.builder.blocks[-1] = self.builder.blocks[-1].with_quote_end()

    def _figure(self, image: nodes.Element, caption: str, spans: Sequence[Span], place: _Place) -> None:
        target = safe_target(str(image.get("uri", "")))
        text = caption or clean_line(str(image.get("alt", "")))
        self._add(Block(BlockKind.FIGURE, 0, 0, target=target), text, spans if caption else (), place)

    def _figure_with_caption(self, node: nodes.Element, place: _Place) -> None:
        images = [child for child in node.findall() if _name(child) == "image"]
        captions = [child for child in node.children if _name(child) == "caption"]
        text, spans = _inline(captions[0]) if captions else ("", [])
        for image in images[:1]:
            self._figure(image, text, spans, place)  # type: ignore[arg-type]
        for child in node.children:
            if _name(child) == "legend":
                self._children(child, place._replace(quiet=True))  # type: ignore[arg-type]

    def _table(self, node: nodes.Element, place: _Place) -> None:
        rows: list[list[CellText]] = []
        header = False
        title: nodes.Node | None = None
        spanning: dict[tuple[int, int], bool] = {}
        for part in node.findall():
            kind = _name(part)
            if kind == "title" and part.parent is node:
                title = part
            elif kind == "thead":
                header = True
            elif kind == "row":
                cells: list[CellText] = []
                for entry in part.children:
                    while spanning.get((len(rows), len(cells))):
                        cells.append(CellText(""))
                    cell = _cell(entry)
                    width, height = int(entry.get("morecols", 0) or 0), int(entry.get("morerows", 0) or 0)  # type: ignore[attr-defined]
                    for below in range(1, min(height, 1_000) + 1):
                        for beside in range(min(width, 100) + 1):
                            spanning[len(rows) + below, len(cells) + beside] = True
                    cells += [cell, *[CellText("")] * min(width, 100)]
                rows.append(cells)
        if rows:
            columns = max(map(len, rows))
            block, text, spans = join_table(rows, [Align.LEFT] * columns, header=header)
            self._add(block, text, spans, place)
            if title is not None:
                shown, marks = _inline(title)
                self._add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), shown, marks, place)

    def _note(self, node: nodes.Element, place: _Place) -> None:
        label = next((clean_line(child.astext()) for child in node.children if _name(child) == "label"), "")
        self._marker = f"[{label}]" if label else ""
        for child in node.children:
            if _name(child) != "label":
                self._node(child, place._replace(quiet=True))
        self._marker = ""

    def _message(self, node: nodes.Element, place: _Place) -> None:
        """Add the text of a directive that docutils reports as unknown or disabled; other messages are ignored."""
        message = next((child.astext() for child in node.children if _name(child) == "paragraph"), "")
        source = next((child.astext() for child in node.children if _name(child) == "literal_block"), "")
        if not source or _NOT_READ.search(message) is None or self._directives >= _MOST_NESTED:
            return
        directive = read_directive(source)
        if directive.signature:
            self._add(
                Block(BlockKind.CODE, 0, 0, tight=bool(directive.body)), clean_text(directive.signature), (), place
            )
        if directive.title:
            text = clean_line(directive.title)
            bold = [Span(SpanKind.STRONG, 0, len(text))]
            self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=bool(directive.body)), text, bold, place)
        for index, path in enumerate(directive.paths):
            self._entry(path, place, tight=index + 1 < len(directive.paths))
        if directive.code.strip():
            self._add(Block(BlockKind.CODE, 0, 0), clean_text(directive.code).strip("\n"), (), place)
        if directive.quiet:
            self._add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), clean_line(directive.quiet), (), place)
        if directive.body.strip():
            self._directives += 1
            is_described = bool(directive.signature)
            self._children(parsed(directive.body), place._replace(depth=place.depth + is_described))
            self._directives -= 1

    def _entry(self, written: str, place: _Place, *, tight: bool) -> None:
        """Add an entry of a table of contents: a link to another document."""
        match = re.fullmatch(r"(.+?)\s*<([^<>]+)>", written)
        shown, path = (match[1], match[2]) if match else (written, written)
        shown = clean_line(shown)
        target = safe_target(path if "." in path.rpartition("/")[2] or "://" in path else f"{path.lstrip('/')}.rst")
        spans = [Span(SpanKind.LINK, 0, len(shown), target)] if target else []
        self._add(Block(BlockKind.PARAGRAPH, 0, 0, tight=tight), shown, spans, place)


def _name(node: nodes.Node) -> str:
    return str(getattr(node, "tagname", "#text"))


def _inline(node: nodes.Node, before: str = "") -> tuple[str, list[Span]]:
    """Return the text of an element, after the text `before`, with its spans."""
    running = RunningText()
    if before:
        running.add(before)
    _add_inline(running, node, 0)
    return running.finish()


def _add_inline(running: RunningText, node: nodes.Node, depth: int) -> None:
    for child in node.children:
        name = _name(child)
        if name == "#text":
            text = child.astext()
            for index, line in enumerate(text.split("\n")):
                if index:
                    running.add_soft_break(line)
                running.add(line)
        elif depth > _MOST_DEPTH:
            running.add(clean_line(child.astext()))
        else:
            _add_element(running, child, name, depth)  # type: ignore[arg-type]


def _add_element(running: RunningText, node: nodes.Element, name: str, depth: int) -> None:
    """Append an inline element."""
    if name in ("footnote_reference", "citation_reference"):
        label = clean_line(node.astext())
        running.add_span(SpanKind.NOTE, f"[{label}]", f"#{label}")
    elif name == "target":
        running.add_targets(node.get("ids", ()))
        _add_inline(running, node, depth + 1)
    elif name == "image":
        running.open(SpanKind.LINK, safe_target(str(node.get("uri", ""))), tag="image")
        running.add_literal(clean_line(str(node.get("alt") or node.get("uri", "").rpartition("/")[2])))
        running.close("image")
    elif name == "math":
        running.add_literal(f"${clean_line(node.astext())}$")
    elif name in ("raw", "comment", "system_message", "substitution_definition"):
        return
    else:
        kind, target = _KINDS.get(name), ""
        if name == "literal" and "kbd" in node.get("classes", ()):
            kind = SpanKind.KEY
        if name == "reference":
            refid = node.get("refid") or node.get("refname")
            target = safe_target(str(node["refuri"])) if node.get("refuri") else (f"#{refid}" if refid else "")
            kind = SpanKind.LINK
        running.open(kind, clean_line(target), tag=f"{name}{depth}")
        if name == "literal":
            running.add_literal(node.astext().replace("\n", " "))
        else:
            _add_inline(running, node, depth + 1)
        running.close(f"{name}{depth}")


def _add_lines(running: RunningText, node: nodes.Element, depth: int) -> None:
    for child in node.children:
        if _name(child) == "line_block" and depth < _MOST_DEPTH:
            _add_lines(running, child, depth + 1)  # type: ignore[arg-type]
        else:
            if running.length:
                running.add_hard_break()
            running.add_literal("    " * depth)
            _add_inline(running, child, 0)


def _cell(entry: nodes.Node) -> CellText:
    """Return the text of a table cell; its paragraphs and items are lines."""
    running = RunningText()
    for child in entry.findall():
        name = _name(child)
        if name in ("paragraph", "literal_block", "line"):
            running.add_separation()
            if _name(child.parent) == "list_item":
                running.add("• ")
            _add_inline(running, child, 0)
    text, spans = running.finish()
    return CellText(text, spans)


def _number(value: int, kind: str) -> str:
    """Return the number of a list item as it is shown; `kind` is the `enumtype` of docutils, such as `lowerroman`."""
    if kind in ("loweralpha", "upperalpha") and 1 <= value <= 26:
        return chr((97 if kind == "loweralpha" else 65) + value - 1)
    if kind in ("lowerroman", "upperroman") and 0 < value < 4_000:
        signs = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"))
        written = ""
        for worth, sign in (*signs, (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
            count, value = divmod(value, worth)
            written += sign * count
        return written if kind == "lowerroman" else written.upper()
    return str(value)
