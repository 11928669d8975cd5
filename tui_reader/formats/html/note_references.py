"""Footnotes of a page or a book: which links are references to notes, which elements are notes, and their numbers.

A reference is a short label in a link to a name that comes later in reading order: `<a epub:type="noteref">`,
`<sup><a href="#fn1">1</a></sup>`, `[1]` in Wikipedia. The notes keep their labels if all labels differ; else
all notes are numbered in the order of their references, such as in a book whose chapters all begin with 1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.html.elements import attributes_of, is_about, is_in_class, tag_of, text_of
from tui_reader.formats.html.note_labels import Note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from tui_reader.formats.html.addresses import Addresses

_LABEL = re.compile(
    r"[\s\[({]*((?:(?:note|nb|fn)\s*)?(?:\d{1,4}|[a-z]{1,2}|[ivxlc]{1,8}|[*†‡§¶‖#]{1,4}))[\s\])}.:]*", re.IGNORECASE
)
"""Pattern of the text of a reference: `1`, `[12]`, `(a)`, `note 3`, `iv`, `†`. Group 1 is the label."""
_NAME = re.compile(r"^#.*?(?:fn|foot-?note|end-?note|note|cite|ref|_ftn|_edn|sdfoot|sdend)[^/]*$", re.IGNORECASE)
"""Pattern of a link target with a name that is usual for notes: `#fn1`, `#cite_note-3`, `#_ftn2`."""
_REFERENCE_CLASSES = frozenset(
    """
    noteref footnote-ref footnote-reference footnoteref footnote-anchor footnote-link note-ref
    fn-ref footref footnote-marker endnote-ref
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
_BACK_CLASSES = frozenset(
    """
    footnote-back footnote-backref footnote-return fn-backref reversefootnote footnote-backlink
    mw-cite-backlink data-footnote-backref backlink footnotes-back
    """.split()  # noqa: SIM905 - a list would take a line for each name
)
_LONGEST_LABEL = 12


class _Reference(NamedTuple):
    """A link that may refer to a note."""

    name: str
    """Target of the link, without `#`."""
    label: str
    is_certain: bool
    """True if markup says that the link is a reference; else it is one only if its label begins with a digit."""


class Notes:
    """The notes of a document, which may consist of several pages."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        """Link targets in the pages examined so far, up to the current position."""
        self._references: list[_Reference] = []
        self._found: dict[str, Note] | None = None

    @property
    def is_empty(self) -> bool:
        """Return True if the pages examined so far have no references."""
        return not self._references

    def find(self, root: Element, addresses: Addresses) -> None:
        """Record the references and the link targets of a page.

        Call this for the pages of a document in reading order, before any of them is walked.
        """
        self._found = None
        candidates = {
            link: found
            for link in root.iter("a", "{*}a")
            if "#" in (link.get("href") or "") and (found := _reference(link, addresses)) is not None
        }
        for element in root.xpath("descendant-or-self::*[@id or @name or @href]"):
            if (found := candidates.get(element)) and found.name not in self._known:
                self._references.append(found)
            if identifier := element.get("id") or (element.get("name") if tag_of(element) == "a" else ""):
                self._known.add(addresses.name(identifier.strip()))

    def note_of(self, name: str) -> Note | None:
        """Return the note at a link target; None if there is no note."""
        if self._found is None:
            self._found = self._numbered()
        return self._found.get(name)

    def _numbered(self) -> dict[str, Note]:
        """Return the notes by the link targets at which they begin.

        A note is an existing target of a reference; its label is that of the first reference to it.
        """
        labels: dict[str, str] = {}
        for name, label, is_certain in self._references:
            if name in self._known and (is_certain or label[:1].isdecimal()):
                labels.setdefault(name, label)
        written = list(labels.values())
        if len(set(written)) == len(written) and all(label.isalnum() and label.isascii() for label in written):
            return {name: Note(label, label) for name, label in labels.items()}
        return {name: Note(str(number), label) for number, (name, label) in enumerate(labels.items(), 1)}


def is_back_link(given: Mapping[str, str]) -> bool:
    """Return True if the attributes of a link mark it as leading from a note back to its reference."""
    return is_about(given, "backlink") or is_in_class(given, _BACK_CLASSES) or given.get("rev") == "footnote"


def is_short_label(link: Element) -> bool:
    """Return True if the text of a link has at most 12 characters, such as a number, an arrow, or `back`."""
    return len(text_of(link, _LONGEST_LABEL)) <= _LONGEST_LABEL


def _reference(link: Element, addresses: Addresses) -> _Reference | None:
    """Return a link as a possible reference; None if its text or its target rules that out."""
    text = text_of(link, _LONGEST_LABEL)
    if not text or len(text) > _LONGEST_LABEL:
        return None
    given = attributes_of(link)
    target = addresses.link(given.get("href", ""))
    if not target.startswith("#"):
        return None
    label = _LABEL.fullmatch(text)
    if is_about(given, "noteref"):
        return _Reference(target[1:], label[1] if label else text, is_certain=True)
    if label is None:
        return None
    if is_in_class(given, _REFERENCE_CLASSES) or given.get("rel") == "footnote":
        return _Reference(target[1:], label[1], is_certain=True)
    parent = link.getparent()
    around = (parent, None if parent is None else parent.getparent(), *link)
    is_raised = any(each is not None and tag_of(each) == "sup" for each in around)
    if is_raised or (_NAME.match(target) and (text[:1] in "[(" or label[1].isdecimal())):
        return _Reference(target[1:], label[1], is_certain=is_raised)
    return None
