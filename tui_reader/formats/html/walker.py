"""Conversion of an lxml tree to blocks: `walk(root)` returns them in order, each with the element that it comes from.

The interface for formats that hold HTML (EPUB chapters, mails, converted office files):

    notes = Notes()                               # only if the text may have footnotes
    for root in roots:                            # every page of the document, in reading order
        notes.find(root, addresses_of(root))
    for root in roots:
        walk(root, addresses_of(root), notes).append_to(builder)    # a DocumentBuilder

`Addresses` (`addresses.py`) decides how links, pictures and names appear in the document; subclass it where links lead
from one page to another within a document, as in an EPUB: `link("c2.xhtml#x")` then returns `#OPS/c2.xhtml#x`, and
`name("x")` of that chapter returns `OPS/c2.xhtml#x`. Roots may come from any parser of lxml, HTML or XML. Elements are
visited without recursion, so any depth of nesting is read.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind
from tui_reader.formats.html.addresses import Addresses
from tui_reader.formats.html.block_events import BlockEvents
from tui_reader.formats.html.code_text import NUMBER_CLASSES, code_of, is_code_table, is_line_number, language_of
from tui_reader.formats.html.elements import attributes_of, has_inside, is_in_class, tag_of, text_of
from tui_reader.formats.html.layout_tables import is_data_table
from tui_reader.formats.html.math_text import formula_of, tex_formula
from tui_reader.formats.html.note_references import Notes, is_back_link, is_short_label
from tui_reader.formats.html.pictures import picture_of, says_no_more
from tui_reader.formats.html.plain_paragraphs import read_plain
from tui_reader.formats.html.visibility import HIDING_CLASSES, is_hidden, shown_length
from tui_reader.formats.text.running_text import BLOCK_TAGS, target_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element as Element

    from tui_reader.document.blocks import DocumentBuilder, Span
    from tui_reader.formats.html.note_labels import Note
    from tui_reader.formats.html.pictures import Picture
    from tui_reader.formats.text.table_text import UnplacedBlock

_SKIPPED = frozenset(
    """
    script style template head noscript svg select option datalist textarea input button dialog canvas object embed
    iframe video audio map area param progress meter portal title meta link base frameset
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Elements whose content is not text of the page, such as scripts, drawings and videos."""
_REPLACED = _SKIPPED | {"pre", "listing", "xmp", "plaintext", "table", "img", "image", "br", "math", "a", "sup"}
"""Elements that `_replace` may replace or leave out."""
_TABLE_PARTS = frozenset(("table", "tr", "td", "th", "thead", "tbody", "tfoot", "caption", "col", "colgroup"))
_SHOWN_FORMULAS = frozenset(("katex-html", "mjx-math", "mjx-chtml", "mathjax", "mathjax_display", "mathjax_svg"))
"""Classes of formulas drawn as letters and boxes; the page also contains them as TeX or MathML."""
_LEFT_OUT = _SHOWN_FORMULAS | HIDING_CLASSES | NUMBER_CLASSES
"""Classes of elements that `_is_left_out` examines."""
_CAPTION_CLASSES = frozenset(
    """
    wp-caption-text caption image-caption figcaption figure-caption thumbcaption gallery-caption
    gallerytext caption-text media-caption photo-caption img-caption imagecaption
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
"""Classes of elements that are a caption if a picture is directly above them."""
_ANCHOR_SIGNS = frozenset("#¶§🔗⚓\u200b\ufe0e\ufe0f ")
"""Characters of the permalinks that sites add to headings."""
_LABEL_PUNCTUATION = frozenset("[](){},;.·– \t\n\xa0")
"""Characters around references to footnotes in `<sup>`; they are left out, since the document adds brackets."""
_LONGEST_RAISED = 60
"""Maximum number of characters of a `<sup>` that may consist of references."""
_FIRST_OF_NOTE = 60
"""Maximum number of descendants of an element that `_note_around` searches for a second footnote."""
_MOST_TABLES = 20
"""Depth of nested tables from which all tables are treated as layout."""
_MOST_SHOWN = 20
"""Maximum number of hidden elements of a page that are shown because they contain most of its text."""
_MOST_IN_FIGURE = 60
"""Maximum number of blocks in a `<figure>` that is examined for captions."""


class Walked(NamedTuple):
    """The blocks of a tree."""

    blocks: Sequence[UnplacedBlock]
    origins: Sequence[Element]
    """For each block, the innermost element of a block (`p`, `li`, `td`, `div`) that contains its beginning."""
    targets: Sequence[Span]
    """Link targets at the end without text after them; they belong to the next text, or to the end of the document."""
    root: Element

    def append_to(self, builder: DocumentBuilder) -> None:
        """Append the blocks and the link targets to a document."""
        for block, text, spans in self.blocks:
            builder.add(block, text, spans)
        for span in self.targets:
            builder.add_target(span.target)


def walk(
    root: Element, addresses: Addresses | None = None, notes: Notes | None = None, *, keeps_all: bool = False
) -> Walked:
    """Convert a tree to blocks.

    Args:
        root: The element whose content is converted, such as `<body>` or one article.
        addresses: How links, pictures and names appear in the document; by default as they are written.
        notes: The footnotes of the document; None if the text has none.
        keeps_all: True to keep hidden elements, and what pages add to their text, such as line numbers and links from
            notes back to the text.
    """
    walker = _Walker(root, addresses or Addresses(), notes or Notes(), keeps_all=keeps_all)
    walker.walk()
    events = walker.events
    return Walked(events.blocks, events.origins, events.targets, root)


class _Open(NamedTuple):
    """An element that has been begun and needs to be ended."""

    tag: str
    """Name of the tag that was passed to `BlockEvents`; differs from the element's in layout tables."""
    origin: Element
    """The innermost element of a block that contains this element."""
    is_note: bool = False
    is_raised: bool = False
    """True for `<sup>` around references, whose brackets are left out."""
    is_figure: int = -1
    """For a figure, the number of blocks before it; else -1."""
    is_layout: bool = False
    """True for a layout table, or one of its rows or cells."""


class _Walker:
    """One walk over a tree."""

    def __init__(self, root: Element, addresses: Addresses, notes: Notes, *, keeps_all: bool) -> None:
        self._keeps_all = keeps_all
        self.events = BlockEvents(is_tree=True)
        self.events.origin = root
        self._root = root
        self._addresses = addresses
        self._notes = notes
        self._has_notes = not notes.is_empty
        self._open: list[_Open] = []
        self._tables: list[bool] = []
        """For each open table, True if it contains data."""
        self._raised = 0
        """Number of open elements `<sup>` around references."""
        self._link = ""
        """Target of the link `<a>` that was examined last by `_anchor`; empty if it has none."""
        self._pictures: list[Picture] = []
        """Pictures within the current paragraph or table, which follow it."""
        self._length = -1
        """Number of characters of the whole tree; -1 if not counted yet."""
        self._shown_anyway = 0
        """Number of hidden elements that are shown because they contain most of the text."""

    def walk(self) -> None:
        """Visit all elements, the root's own element included."""
        element: Element | None = self._root
        while element is not None:
            if self._enter(element) and len(element):
                element = element[0]
                continue
            after = None
            while element is not None and after is None:
                after = self._after(element)
                element = element.getparent() if after is None and element is not self._root else after
        self._release()
        self.events.finish()

    def _after(self, element: Element) -> Element | None:
        """End an element, append the text after it, and return its next sibling; None without one, or for the root."""
        self._leave(element)
        if element is self._root:
            return None
        if element.tail:
            self._text(element.tail)
        return element.getnext()

    def _enter(self, element: Element) -> bool:
        """Begin an element; return True if its content is to be visited. Every element that returns True is ended."""
        tag = tag_of(element)
        if tag == "p" and self._append_plain(element):
            self._open.append(_Open("", element))
            return False
        given: Mapping[str, str] = attributes_of(element)
        if (
            not tag
            or (given and not self._keeps_all and self._is_left_out(element, tag, given))
            or self._replace(element, tag, given)
        ):
            self._open.append(_Open("", element))
            return False
        self._begin(element, tag, given)
        if element.text:
            self._text(element.text)
        return True

    def _append_plain(self, paragraph: Element) -> bool:
        """Append a paragraph that contains only styles and links; return False for any other paragraph."""
        if self._pictures or self._raised or not self.events.is_between_blocks or self._is_after_figure():
            return False
        if len(paragraph) and not self._notes.is_empty:
            return False  # its links may be references
        found = read_plain(paragraph, self._addresses.link, with_attributes=self._keeps_all)
        if found is None:
            return False
        self.events.append_plain(*found, paragraph)
        return True

    def _leave(self, element: Element) -> None:
        """End an element."""
        opened = self._open.pop()
        if not opened.tag:
            return
        if opened.tag in BLOCK_TAGS:
            self._release()
        self.events.end(opened.tag)
        if opened.tag in BLOCK_TAGS:
            self.events.origin = opened.origin
        if opened.is_note:
            self.events.end_note()
        self._raised -= opened.is_raised
        if tag_of(element) == "table":
            self._tables.pop()
            self._release()
        if opened.is_figure >= 0:
            self._finish_figure(opened.is_figure)

    def _is_left_out(self, element: Element, tag: str, given: Mapping[str, str]) -> bool:
        """Return True if an element is hidden by its attributes, or was added to the text, such as line numbers."""
        is_marked = "class" in given and is_in_class(given, _LEFT_OUT)
        if (is_marked or "data-line-number" in given) and is_line_number(element, given):
            return tag not in ("pre", "code", "body", "html", "table")
        if is_back_link(given) or (is_marked and is_in_class(given, _SHOWN_FORMULAS)):
            return True
        is_marked = is_marked and is_in_class(given, HIDING_CLASSES)
        if not (is_marked or is_hidden(given)) or element is self._root or self._note(tag, given):
            return False
        if self._shown_anyway > _MOST_SHOWN:
            return False
        if self._length < 0:
            self._length = shown_length(self._root)
        is_part = shown_length(element) * 2 < self._length
        self._shown_anyway += not is_part
        return is_part

    def _replace(self, element: Element, tag: str, given: Mapping[str, str]) -> bool:
        """Append what replaces an element, such as a picture or code; return False if its content is to be visited."""
        if tag not in _REPLACED:
            return False
        if tag in {"pre", "listing", "xmp", "plaintext"} or (tag == "table" and is_code_table(element, given)):
            self._code(element, given)
        elif tag in {"img", "image"}:
            self._picture(picture_of(element))
        elif tag == "br":
            self._break()
        elif tag == "math":
            self.events.literal(formula_of(element))
        elif tag == "script":
            if given.get("type", "").startswith("math/tex"):
                self.events.literal(tex_formula(element.text or "", is_apart="display" in given["type"]))
        elif tag == "button":
            return not (self.events.in_heading or has_inside(element, "img", "h2", "h3", "h4", "p"))
        elif tag in _SKIPPED:
            pass
        elif tag == "a":
            return self._anchor(element, given)
        elif tag == "sup" and self.events.in_note and not self.events.last.strip():
            return is_short_label(element) and not has_inside(element, "a")
        else:
            return False
        return True

    def _anchor(self, element: Element, given: Mapping[str, str]) -> bool:
        """Append a reference if a link leads to a footnote; return True if the link's content is not to be visited."""
        self._link = ""
        href = given.get("href", "")
        if not href:
            return False
        self._link = target = self._addresses.link(href)
        if not target.startswith("#"):
            return False
        if note := self._notes.note_of(target[1:]):
            if not self.events.in_note or not is_short_label(element):
                self.events.start("span", {"id": self._addresses.name(given["id"])} if given.get("id") else {})
                self.events.end("span")
                self.events.reference(note)
                return True
        elif self.events.in_note and is_short_label(element):
            return True
        return (
            self.events.in_heading and _ANCHOR_SIGNS.issuperset(text_of(element, 10)) and not has_inside(element, "img")
        )

    def _begin(self, element: Element, tag: str, given: Mapping[str, str]) -> None:
        """Pass the start of an element to `BlockEvents`."""
        origin = self.events.origin
        is_block = tag in BLOCK_TAGS
        note = None
        if self._has_notes:
            note = (self._note(tag, given) if given else None) or (self._note_around(element) if is_block else None)
        is_layout = is_raised = is_note = False
        figure = -1
        if tag == "table":
            is_data = note is None and len(self._tables) < _MOST_TABLES and is_data_table(element)
            self._tables.append(is_data)
        if tag in _TABLE_PARTS:
            is_layout = not (self._tables and self._tables[-1])
            tag = "div" if is_layout else tag
        if is_block:
            self._release()
            if tag == "figure" and not self.events.in_table:
                self.events.flush()
                figure = len(self.events.blocks)
            elif given and is_in_class(given, _CAPTION_CLASSES) and self._is_after_figure():
                tag = "figcaption"
        elif tag == "sup":
            is_raised = self._is_raised(element)
        if note and not self.events.in_table:
            is_note = is_block
            (self.events.begin_note if is_block else self.events.mark_note)(note)
        self._raised += is_raised
        if is_raised:
            tag = "span"
        if given:
            given = self._as_written(tag, given)
        self.events.start(tag, given)
        if is_block:
            self.events.origin = element
        self._open.append(_Open(tag, origin, is_note, is_raised, figure, is_layout))

    def _as_written(self, tag: str, given: Mapping[str, str]) -> Mapping[str, str]:
        """Return attributes with their addresses and names converted to those of the document."""
        if "id" not in given and tag != "a":
            return given
        changed = dict(given)
        for name in ("id", "name"):
            if given.get(name, "").strip():
                changed[name] = self._addresses.name(given[name].strip())
        if "href" in given:
            changed["href"] = self._link
        return changed

    def _note(self, tag: str, given: Mapping[str, str]) -> Note | None:
        """Return the footnote of which the `id` or `name` of an element is the link target; None if there is none."""
        if "id" not in given and "name" not in given:
            return None
        found = (self._notes.note_of(self._addresses.name(name)) for name in target_names(tag, given))
        return next(filter(None, found), None)

    def _note_around(self, element: Element) -> Note | None:
        """Return the footnote whose label is the first child of an element, and its text a block after it; else None.

        Newsletters of Substack have this form: `<div><a id="footnote-1">1</a><div><p>…</p></div></div>`.
        """
        if len(element) < 2 or tag_of(label := element[0]) != "a" or (element.text or "").strip():
            return None
        note = self._note("a", attributes_of(label))
        if note is None or not is_short_label(label) or (label.tail or "").strip():
            return None
        others = (inner for inner in islice(element.iter(), 2, _FIRST_OF_NOTE) if inner is not label)
        if tag_of(element[1]) not in BLOCK_TAGS or any(self._note(tag_of(o), attributes_of(o)) for o in others):
            return None
        return note

    def _is_raised(self, sup: Element) -> bool:
        """Return True if a `<sup>` is short and has links, all of which are references to footnotes."""
        if len(text_of(sup, _LONGEST_RAISED)) > _LONGEST_RAISED:
            return False
        links = [link for link in islice(sup.iter(), _LONGEST_RAISED) if tag_of(link) == "a" and link.get("href")]
        targets = [self._addresses.link(link.get("href") or "") for link in links]
        return bool(targets) and all(t.startswith("#") and self._notes.note_of(t[1:]) for t in targets)

    def _text(self, text: str) -> None:
        if self._raised and _LABEL_PUNCTUATION.issuperset(text):
            return
        self.events.data(text)

    def _break(self) -> None:
        """Append a line break; two of them begin a paragraph."""
        if self.events.last == "\n" and not self.events.in_table:
            self._release()
            self.events.flush()
        else:
            self.events.start("br", {})

    def _code(self, element: Element, given: Mapping[str, str]) -> None:
        self._release()
        names = [self._addresses.name(name) for name in target_names("pre", given)]
        origin, self.events.origin = self.events.origin, element
        self.events.flush()
        self.events.code(code_of(element), language_of(element), names)
        self.events.origin = origin

    def _picture(self, picture: Picture) -> None:
        """Append a picture, or its description if it is an icon; a picture within text is kept until `_release`."""
        if picture.is_invisible:
            return
        if picture.is_small or (self.events.in_heading and picture.alternative):
            if picture.alternative and (self.events.in_text or self.events.in_heading or not picture.source):
                self.events.data(picture.alternative)
            return
        if not picture.source and not picture.alternative:
            return
        if self.events.in_text or self.events.in_heading:
            if self.events.in_table:
                self.events.data(picture.alternative)
            self._pictures.append(picture)
        else:
            self.events.figure(self._addresses.picture(picture.source), picture.alternative)

    def _release(self) -> None:
        """Append the pictures of the paragraph that ends, or of the table that has ended."""
        if self._pictures and not self.events.in_table:
            pictures, self._pictures = self._pictures, []
            self.events.flush()
            for picture in pictures:
                self.events.figure(self._addresses.picture(picture.source), picture.alternative)

    def _is_after_figure(self) -> bool:
        blocks = self.events.blocks
        return bool(self._pictures) or (
            bool(blocks) and blocks[-1].block.kind is BlockKind.FIGURE and not self.events.in_text
        )

    def _finish_figure(self, first: int) -> None:
        """Join a picture and its caption if a figure has only these and the picture's description says no more."""
        blocks = self.events.blocks
        if len(blocks) > first + _MOST_IN_FIGURE:
            return
        pictures = [number for number in range(first, len(blocks)) if blocks[number].block.kind is BlockKind.FIGURE]
        if len(blocks) != first + 2 or pictures != [first] or not blocks[-1].block.quiet:
            for number in range(first, len(blocks) - 1):
                if number in pictures or blocks[number].block.quiet:
                    blocks[number] = blocks[number]._replace(block=blocks[number].block._replace(tight=True))
            return
        picture, caption = blocks[first:]
        if not says_no_more(picture.text, caption.text, exactly=self._keeps_all):
            blocks[first] = picture._replace(block=picture.block._replace(tight=True))
            return
        blocks[first] = picture._replace(text=caption.text, spans=caption.spans)
        del blocks[-1], self.events.origins[-1]
