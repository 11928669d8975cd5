"""The text of a book: the chapters in reading order as one document, with links, notes, sections and pages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tui_reader.document.blocks import DocumentBuilder, Page, Section, Span, SpanKind
from tui_reader.document.chapters import split_ordinal
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.document.cooperative import yield_gil
from tui_reader.document.normalization import title_key
from tui_reader.formats.epub.archive import Archive, resolve
from tui_reader.formats.epub.book_words import MOST_CHAPTERS, BookWords
from tui_reader.formats.epub.chapter_tree import NOTE_PREFIX, is_quiet, prepare
from tui_reader.formats.epub.markup_text import markup_length, texts_of
from tui_reader.formats.epub.xml_tree import encoding_of, line_of, local_name, parse_chapter, with_characters
from tui_reader.formats.html.addresses import Addresses
from tui_reader.formats.html.walker import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lxml.etree import _Element as Element

    from tui_reader.document.blocks import Document
    from tui_reader.formats.epub.contents import Contents, Place
    from tui_reader.formats.epub.package import Item, Package
    from tui_reader.formats.text.table_text import UnplacedBlock
    from tui_reader.model.article import Metadata

MOST_TEXT: Final = 40_000_000
"""Maximum number of characters of a book; the longest works have about 15 million."""
MOST_TAGS: Final = 1_000_000
"""Maximum number of tags of a book, above which chapters are read without structure.

Each tag takes up to a kilobyte in the tree, and 20 µs of time.
"""
MOST_CHAPTER_TAGS: Final = 400_000
"""Maximum number of tags of a chapter, above which it is read without structure."""
_LONG_LABEL: Final = 8
"""Maximum length of the text of a link that may be a reference to a note."""
_NOTE_LABEL = re.compile(r"[\[({]?(?:\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶‖]{1,4})[\])}]?", re.IGNORECASE)
"""Pattern of the text of a link that may be a reference to a note: `12`, `[a]`, `(iv)`, `*`."""
_NOTE_NAME = re.compile(r"note|fn|_ftn|_edn", re.IGNORECASE)
"""Pattern searched in the target of a link, to recognize the names of notes, such as `fn3`."""
_MARKED_NOTE: Final = f"#{NOTE_PREFIX}"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNCOUNTED = frozenset(
    map(
        title_key,
        (
            "Cover",
            "Cover Page",
            "Title Page",
            "Titlepage",
            "Copyright",
            "Copyright Page",
            "Imprint",
            "Colophon",
            "Contents",
            "Table of Contents",
            "Dedication",
            "Landmarks",
        ),
    )
)
"""Titles of sections that are not counted as chapters."""
_BODY_STARTS = frozenset(("bodymatter", "text", "start"))
"""Kinds of landmarks at which the body of a book begins."""


class _BookAddresses(Addresses):
    """Converts the addresses of one chapter to targets that are unique in the document of all chapters."""

    def __init__(self, path: str, texts: Collection[str]) -> None:
        super().__init__()
        self._path, self._texts = path, texts

    def link(self, href: str) -> str:
        """Return the target of a link: `#` and a link target, or a web address; empty for other files of the book."""
        href = href.strip()
        is_note = href.startswith(NOTE_PREFIX)
        href = href.removeprefix(NOTE_PREFIX)
        if not href.isprintable():
            href = clean_line(href)
        if _SCHEME.match(href) or href.startswith("//"):
            return super().link(href)
        path, _, fragment = href.partition("#")
        path = resolve(self._path, path) if path else self._path
        if path not in self._texts:
            return ""
        name = f"{path}#{fragment}" if fragment else path
        return f"#{NOTE_PREFIX if is_note else ''}{name}"

    def name(self, identifier: str) -> str:
        """Return the link target in the document for the `id` of an element."""
        return f"{self._path}#{identifier}"

    def picture(self, source: str) -> str:
        """Return the name of a picture's file in the book, or its web address."""
        source = source.strip()
        if _SCHEME.match(source) or source.startswith("//"):
            return super().picture(source)
        return clean_line(resolve(self._path, source.partition("?")[0].partition("#")[0]))


class BookText:
    """Builder of the document of a book.

    Args:
        archive: The archive.
        package: The package document.
        contents: The tables of contents.
        limit: Number of characters after which no further chapter is read; None to read all chapters.
    """

    def __init__(self, archive: Archive, package: Package, contents: Contents, limit: int | None = None) -> None:
        self._package, self._contents = package, contents
        self._limit = MOST_TEXT if limit is None else limit
        self._builder = DocumentBuilder()
        self._texts = frozenset(item.path for item in package.spine)
        self._tags = 0
        self._starts: dict[str, int] = {}
        """Offset of each chapter by the name of its file."""
        self._headings: dict[str, list[str]] = {}
        """Texts of the first two blocks of each chapter, by the name of its file; empty if it has no text."""
        self._uncounted: set[str] = set()
        """Chapters that declare themselves front or back matter."""
        self._breaks: list[tuple[str, str]] = []
        """Link targets and labels of the page breaks in the chapters."""
        self._titles: dict[str, str] = {}
        """For chapters without a heading, the text of their `<title>`."""
        self.words = BookWords(archive)
        """The words of the chapters read so far."""
        self.bare: list[str] = []
        """Files whose text is shown without structure, because they have too many tags."""
        self.is_complete = True
        """False if chapters were left out because of a limit."""

    def read(self) -> None:
        """Read the chapters up to the limit.

        Raises:
            ArchiveError: None of them can be read.
        """
        spine = self._package.spine
        self.is_complete = len(spine) <= MOST_CHAPTERS
        for item in spine[:MOST_CHAPTERS]:
            if self._builder.next_start > self._limit:
                self.is_complete = False
                break
            data = self.words.add(item)
            if data is not None:
                self._read_chapter(item, data)
            yield_gil()
        self.words.check()

    def build(self, metadata: Metadata, notices: Sequence[str], *, partial: bool = False) -> Document:
        """Build the document of all chapters read so far.

        Args:
            metadata: The metadata of the book.
            notices: Notices about the file, which are shown to the user.
            partial: True for a preview.
        """
        document = self._builder.build(metadata, notices=tuple(notices), partial=partial)
        targets, end = document.link_targets, len(document.text)
        spans = _with_notes(document)
        # Some programs give each sentence an id: unused link targets would be most of a document.
        used = {span.target[1:] for span in spans if span.target.startswith("#")}
        return replace(
            document,
            spans=spans,
            link_targets={name: at for name, at in targets.items() if name in used or name in self._starts},
            sections=tuple(each._replace(offset=min(each.offset, end)) for each in self._sections(targets)),
            pages=tuple(each._replace(offset=min(each.offset, end)) for each in self._pages(targets)),
        )

    def _read_chapter(self, item: Item, data: bytes) -> None:
        tags = data.count(b"<")
        self._tags += tags
        if tags > MOST_CHAPTER_TAGS or self._tags > MOST_TAGS:
            self.bare.append(clean_line(item.path))
            root = _bare(data)
        else:
            root = _root_of(data)
        prepared = prepare(root, data)
        walked = walk(prepared.body, _BookAddresses(item.path, self._texts), keeps_all=True)
        start = self._builder.next_start
        self._starts[item.path] = start
        if not prepared.is_body_matter:
            self._uncounted.add(item.path)
        self._breaks += [(f"{item.path}#{each.identifier}", each.label) for each in prepared.page_breaks]
        blocks = _quieted(walked.blocks, walked.origins) if prepared.has_quiet else walked.blocks
        names = [Span(SpanKind.TARGET, 0, 0, item.path)]
        for block, text, spans in blocks:
            self._builder.add(block, text, [*names, *spans] if names else spans)
            names = []
        for span in [*names, *walked.targets]:
            self._builder.add_target(span.target)
        self._headings[item.path] = [piece.text for piece in blocks[:2]] if blocks else []
        if not blocks or not blocks[0].block.level:
            self._titles[item.path] = _head_title(root)

    # Sections

    def _sections(self, targets: Mapping[str, int]) -> list[Section]:
        """Return the sections listed in the table of contents; without one, a section for each chapter with a title.

        Args:
            targets: Offset of each link target in the document.
        """
        body = self._body_start()
        found: list[Section] = []
        entries = self._contents.entries
        for number, place in enumerate(entries):
            path = place.path or next((each.path for each in entries[number + 1 :] if each.path), "")
            offset = self._offset_of(place, targets) if place.path else self._starts.get(path)
            if offset is not None:
                found.append(self._section(place.title, place.level, path, offset, body))
        if not found:
            found = [
                self._section(title, 1, path, self._starts[path], body)
                for path in self._starts
                if (title := self._title_of(path))
            ]
        found.sort(key=lambda section: section.offset)
        return found

    def _section(self, title: str, level: int, path: str, offset: int, body: int) -> Section:
        """Return a section, with its number (`Chapter 3`) from its title or from the line above its title.

        Args:
            title: Title in the table of contents.
            level: Level in the table of contents, from 1.
            path: Name of the chapter's file.
            offset: Offset of the section.
            body: Offset at which the body of the book begins; sections above are not counted as chapters.
        """
        label, rest = split_ordinal(title)
        label = label if rest else ""
        first = self._headings.get(path, [])
        if (
            not label
            and len(first) > 1
            and offset == self._starts.get(path)
            and title_key(first[1]) == title_key(title)
        ):
            ordinal, remainder = split_ordinal(clean_line(first[0]))
            label = "" if remainder else ordinal
        counted = path not in self._uncounted and offset >= body and title_key(title) not in _UNCOUNTED
        return Section(offset, title, level, label, path, counted and path != self._package.nav)

    def _title_of(self, path: str) -> str:
        """Return the title of a chapter that is not in a table of contents; empty if it has none."""
        return self._titles.get(path) or next(map(clean_line, self._headings.get(path, [])), "")[:200]

    def _body_start(self) -> int:
        """Return the offset at which the landmarks say that the body begins; 0 if they do not say it."""
        for place in self._contents.landmarks:
            if not _BODY_STARTS.isdisjoint(place.kind.split()) and place.path in self._starts:
                return self._starts[place.path]
        return 0

    def _offset_of(self, place: Place, targets: Mapping[str, int]) -> int | None:
        """Return the offset of a place, or of its chapter if the fragment is unknown; None without the chapter."""
        start = self._starts.get(place.path)
        if start is None or not place.fragment:
            return start
        return targets.get(f"{place.path}#{clean_line(place.fragment)}", start)

    def _pages(self, targets: Mapping[str, int]) -> list[Page]:
        """Return the printed pages of the page list; without one, those of the page breaks in the chapters."""
        found = [
            Page(offset, place.title)
            for place in self._contents.pages
            if (offset := self._offset_of(place, targets)) is not None
        ]
        if not found:
            found = [Page(targets[name], label) for name, label in self._breaks if name in targets]
        found.sort(key=lambda page: page.offset)
        return found


def _root_of(data: bytes) -> Element:
    """Return the tree of a chapter.

    A chapter that is not well-formed is parsed as repaired XML and as HTML, and the tree with more text is used. If it
    has less than half of the text, as with elements nested thousands of times, the words are read without structure.
    """
    root, is_well_formed = parse_chapter(data)
    if is_well_formed and root is not None:
        return root
    from lxml import etree, html  # noqa: PLC0415 - 15 ms, only for damaged chapters

    data = with_characters(data)
    parser = html.HTMLParser(no_network=True, remove_pis=True, huge_tree=True, encoding=encoding_of(data))
    try:
        other = html.document_fromstring(_EMPTY_ELEMENT.sub(rb"<\1\2></\1>", data), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        other = None
    if other is not None and (root is None or _length(root) <= _length(other)):
        root = other
    return _bare(data) if root is None or _length(root) * 2 < markup_length(data) else root


def _bare(data: bytes) -> Element:
    """Return a tree with the words of a chapter in paragraphs of about 1,000 characters, without its structure."""
    from lxml import etree  # noqa: PLC0415 - 25 ms, needed when the first book is opened

    root = etree.Element("body")
    for text in texts_of(data, encoding_of(data)):
        etree.SubElement(root, "p").text = clean_text(text)
    return root


_EMPTY_ELEMENT = re.compile(
    rb"<(a|div|p|span|i|b|em|td|script|title|style|iframe|textarea)((?:\s[^<>]*?)?)/>", re.IGNORECASE
)
"""Pattern of an element that XML closes in its own tag, such as `<a id="x"/>`: in HTML this would only open it."""


def _length(root: Element) -> int:
    """Return the number of bytes in UTF-8 of a tree's text, without white space."""
    return sum(len("".join(str(text).split()).encode("utf-8", "replace")) for text in root.itertext())


def _head_title(root: Element) -> str:
    """Return the text of a chapter's `<title>`; empty without one."""
    for element in root.iter():
        name = local_name(element)
        if name == "title":
            return line_of(element)[:200]
        if name == "body":
            break
    return ""


def _quieted(blocks: Sequence[UnplacedBlock], origins: Sequence[Element]) -> Sequence[UnplacedBlock]:
    """Return the blocks of a chapter, with `quiet` set for those that come from elements with the attribute `QUIET`.

    Args:
        blocks: The blocks.
        origins: For each block, the element that it comes from.
    """
    return [
        piece._replace(block=piece.block._replace(quiet=True)) if is_quiet(origin) else piece
        for piece, origin in zip(blocks, origins, strict=True)
    ]


def _with_notes(document: Document) -> tuple[Span, ...]:
    """Return the spans of a document; links to notes are changed to note references.

    A link to a note is marked by `NOTE_PREFIX`; or its text is a short label, its target comes later in the text, and
    the label is a superscript or the target's name is one of a note, such as `fn3`.
    """
    spans, targets, text = document.spans, document.link_targets, document.text
    raised = {(span.start, span.end) for span in spans if span.kind is SpanKind.SUPERSCRIPT}

    def converted(span: Span) -> Span:
        target = span.target
        if span.kind is not SpanKind.LINK or not target.startswith("#"):
            return span
        if target.startswith(_MARKED_NOTE):
            return span._replace(kind=SpanKind.NOTE, target=f"#{target.removeprefix(_MARKED_NOTE)}")
        if span.end - span.start > _LONG_LABEL or targets.get(target[1:], 0) <= span.start:
            return span
        is_note = (span.start, span.end) in raised or _NOTE_NAME.search(target.rpartition("#")[2])
        if is_note and _NOTE_LABEL.fullmatch(text, span.start, span.end):
            return span._replace(kind=SpanKind.NOTE)
        return span

    return tuple(map(converted, spans))
