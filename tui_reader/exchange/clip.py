"""Clips: articles with their annotations, in the form that every writer of an export receives.

A clip contains the unchanged records of the library, so that a lossless format loses no data. For each annotation it
adds data from the text: the headings above the passage, its position in percent, and its division into paragraphs.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tui_reader.document.blocks import BlockKind
from tui_reader.document.chapters import numbered_title
from tui_reader.document.cleaning import clean_line, escape
from tui_reader.document.outline import outline

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId, PlaceState
    from tui_reader.model.article import ArticleId, Headline, ReadingState

T = TypeVar("T")


class Paragraph(NamedTuple):
    """A paragraph of a quote, possibly incomplete; a line feed in it is a line break of the article."""

    text: str
    is_code: bool = False


class Where(NamedTuple):
    """The position of a passage in the text of its article; all fields have their defaults if it is uncertain."""

    start: int | None = None
    """Offset of the first code point; None if the position is uncertain."""
    end: int | None = None
    """Offset after the last code point."""
    utf16_start: int | None = None
    """`start` in UTF-16 code units, which programs in JavaScript use."""
    utf16_end: int | None = None
    share: float | None = None
    """Share of the text before the passage, 0 to 1."""
    paragraph: int = 0
    """Number of the paragraph from 1, without headings; 0 if it is not known."""
    headings: tuple[str, ...] = ()
    """The headings above the passage, outermost first."""
    section: str = ""
    """Number and title of the chapter, if the article's format has such sections beyond headings."""
    page: str = ""
    """Label of the printed page on which the passage begins: `12`, `xiv`; empty without pages."""

    @property
    def percent(self) -> int | None:
        """Return `share` in percent, rounded; None if it is not known."""
        return None if self.share is None else round(100 * self.share)

    @property
    def chapter(self) -> str:
        """Return the headings above the passage in one line, else the section; empty without either."""
        return " › ".join(self.headings) or self.section

    @property
    def cited(self) -> str:
        """Return chapter and page as a citation names them: `II: The Moon › Why there are two, p. 3`; may be empty."""
        return ", ".join(filter(None, (self.chapter, self.page and f"p. {self.page}")))


NOWHERE = Where()
"""The empty position, for a note on the whole article and for a passage with an uncertain position."""


class ClippedAnnotation(NamedTuple):
    """An annotation with the position of its passage in the text."""

    annotation: Annotation
    colour_name: str = ""
    """Name of the colour in the settings; empty for a note on the whole article."""
    where: Where = NOWHERE
    paragraphs: tuple[Paragraph, ...] = ()
    """The quote, paragraph by paragraph; empty for a note on the whole article."""

    @property
    def id(self) -> AnnotationId:
        """Return the id of the annotation."""
        return self.annotation.id

    @property
    def printed_id(self) -> str:
        """Return the id with control characters escaped, since other programs can make any id."""
        return escape(self.id)

    @property
    def quote(self) -> str:
        """Return the marked words unchanged; empty for a note on the whole article."""
        return self.annotation.quote

    @property
    def quote_text(self) -> str:
        """Return the marked words, with an empty line between paragraphs."""
        return "\n\n".join(paragraph.text for paragraph in self.paragraphs)

    @property
    def cited_quote(self) -> str:
        """Return the quote in quotation marks, with chapter and page behind it in brackets; empty without a quote."""
        cited = f" ({self.where.cited})" if self.where.cited else ""
        return f"“{self.quote_text}”{cited}" if self.quote else ""

    @property
    def prefix(self) -> str:
        """Return up to 32 code points before the quote."""
        current = self.annotation.current
        return current.prefix if current is not None else ""

    @property
    def suffix(self) -> str:
        """Return up to 32 code points after the quote."""
        current = self.annotation.current
        return current.suffix if current is not None else ""

    @property
    def note(self) -> str:
        """Return the note in Markdown."""
        return self.annotation.note

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the tags of the annotation."""
        return self.annotation.tags

    @property
    def created(self) -> str:
        """Return the time of creation: UTC, ISO 8601 with microseconds."""
        return self.annotation.created

    @property
    def updated(self) -> str:
        """Return the time of the last change, or of creation if the annotation was never changed."""
        return self.annotation.updated or self.annotation.created

    @property
    def state(self) -> PlaceState:
        """Return how certain the position of the passage is."""
        return self.annotation.state


class Clip:
    """An article with its annotations: notes on the whole article first, then highlights in text order."""

    def __init__(
        self,
        headline: Headline,
        annotations: Sequence[ClippedAnnotation] = (),
        *,
        file: str = "",
        load: Callable[[], Document | None] | None = None,
        picture: Callable[[str], bytes | None] | None = None,
    ) -> None:
        """Collect the data of one article for export.

        Args:
            headline: The article, with the reader's corrections of its metadata.
            annotations: Its annotations in the order of the text.
            file: Path of its file; empty if the file is missing.
            load: Returns the text; None if the text cannot be read. Called when a writer asks for the text.
            picture: Returns the bytes of a picture by the target of its figure; None if they cannot be read.
        """
        self.headline = headline
        self.annotations = tuple(annotations)
        self.file = file
        self._load = load
        self._picture = picture
        self._written: dict[Hashable, Any] = {}

    @property
    def id(self) -> ArticleId:
        """The identity of the article in the library."""
        return self.headline.id

    @property
    def printed_id(self) -> str:
        """The id with control characters escaped, since a file name can contain any character."""
        return escape(self.id)

    @property
    def state(self) -> ReadingState:
        """The reading state: read, starred, archived, progress, and the reader's corrections."""
        return self.headline.state

    @property
    def title(self) -> str:
        """The title in one line; never empty."""
        return clean_line(self.headline.title) or clean_line(self.id) or "?"

    @property
    def byline(self) -> str:
        """The author or authors in one line, without a leading “By”."""
        byline = clean_line(self.headline.field("byline"))
        return byline[3:].lstrip() if byline[:3].lower() == "by " else byline

    @property
    def source(self) -> str:
        """The publication in one line."""
        return clean_line(self.headline.field("source"))

    @property
    def url(self) -> str:
        """The address of the original; empty if unknown."""
        return clean_line(self.headline.field("url"))

    @property
    def date(self) -> str:
        """The date of publication, ISO 8601, perhaps with a time; empty if unknown."""
        return clean_line(self.headline.field("date"))

    @property
    def language(self) -> str:
        """The language as BCP 47 tag; empty if unknown."""
        return clean_line(self.headline.field("language"))

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the article."""
        return self.headline.tags

    @property
    def updated(self) -> str:
        """The time of the last change to an annotation; empty without annotations."""
        return max((each.updated for each in self.annotations), default="")

    def picture(self, target: str) -> bytes | None:
        """Return the bytes of a picture by the target of its figure; None if they cannot be read."""
        return self._picture(target) if self._picture is not None and target else None

    def written(self, form: Hashable, write: Callable[[Clip], T]) -> T:
        """Return what a writer makes from this clip, such as its text; the result is cached in the clip.

        A running watch exports all clips again whenever one of them has changed.

        Args:
            form: Key of the cache: all that the result depends on besides the clip, such as the format.
            write: Makes the result from this clip; called if it is not in the cache.
        """
        if form not in self._written:
            self._written[form] = write(self)
        made: T = self._written[form]
        return made

    @cached_property
    def document(self) -> Document | None:
        """The whole text with its structure, read on first use; None if it cannot be read."""
        return self._load() if self._load is not None else None


def clip(
    headline: Headline,
    annotations: Iterable[Annotation],
    document: Document | None,
    colours: Sequence[str],
    *,
    file: str = "",
    load: Callable[[], Document | None] | None = None,
    picture: Callable[[str], bytes | None] | None = None,
) -> Clip:
    """Build the clip of an article: the article with its annotations, for the writers of exports.

    Args:
        headline: The article.
        annotations: Its annotations, placed in the text of `document`, in any order.
        document: The text; None if it cannot be read.
        colours: Names of the highlight colours, from colour 1.
        file: Path of its file; empty if the file is missing.
        load: Reads the text again for a writer, so that the clip does not keep it in memory; None to keep it.
        picture: Returns the bytes of a picture by the target of its figure; None without pictures.
    """
    finder = _Finder(document) if document is not None else None
    clipped = [_clipped(each, finder, colours) for each in sorted(annotations, key=_order)]
    return Clip(headline, clipped, file=file, load=load or (lambda: document), picture=picture)


def _order(annotation: Annotation) -> tuple[bool, int, int, str]:
    """Return a key that sorts annotations by position in the text, notes on the whole article first.

    A passage with an uncertain position is sorted by its anchor's position in the text where it was made.
    """
    placed, current = annotation.placed, annotation.current
    if current is None:
        return False, 0, 0, annotation.id
    start, end = placed.range if placed is not None and placed.is_certain else (current.start, current.end)
    return True, start, end, annotation.id


def _clipped(annotation: Annotation, finder: _Finder | None, colours: Sequence[str]) -> ClippedAnnotation:
    if annotation.current is None:
        return ClippedAnnotation(annotation)
    number = annotation.colour
    colour_name = colours[number - 1] if 1 <= number <= len(colours) else str(number)
    placed = annotation.placed
    quote = annotation.quote
    if finder is None or placed is None or not placed.is_certain or placed.end > finder.length:
        return ClippedAnnotation(annotation, colour_name, NOWHERE, split_lines(quote))
    where = finder.where(placed.start, placed.end)
    paragraphs = finder.paragraphs(placed.start, placed.end, quote) or split_lines(quote)
    return ClippedAnnotation(annotation, colour_name, where, paragraphs)


def split_lines(quote: str) -> tuple[Paragraph, ...]:
    """Return each line of a quote as a paragraph, for a quote whose text is not available."""
    return tuple(Paragraph(line) for line in quote.split("\n") if line.strip())


class _Finder:
    """Looks up headings, paragraphs and UTF-16 offsets in one text; each table is built at its first use."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.length = len(document.text)

    @cached_property
    def _outline(self) -> list[tuple[int, tuple[str, ...]]]:
        """Offset of each heading but the title, and its path: the titles of the headings above it and its own."""
        path: list[tuple[int, str]] = []
        found = []
        for entry in outline(self._document):
            if entry.block == self._document.title_block:
                continue  # the title belongs to the article and is not repeated above each heading
            # The outline has two blanks between number and title, for a column of the screen.
            title = entry.title.replace("  ", ": ", 1)
            path = [*(each for each in path if each[0] < entry.level), (entry.level, title)]
            found.append((entry.offset, tuple(title for _, title in path)))
        return found

    @cached_property
    def _paragraph_numbers(self) -> list[int]:
        """For each block, the number of paragraphs up to and including it; headings and rules are not counted."""
        numbers, number = [], 0
        for block in self._document.blocks:
            number += block.kind not in {BlockKind.HEADING, BlockKind.RULE}
            numbers.append(number)
        return numbers

    def where(self, start: int, end: int) -> Where:
        """Return the position of a range of code points in the text, with headings, paragraph and page."""
        document = self._document
        headings = self._outline
        above = bisect_right(headings, start, key=lambda entry: entry[0])
        blocks = document.blocks
        block = bisect_right(blocks, start, key=lambda each: each.start) - 1
        utf16_start = _utf16_length(document.text[:start])
        return Where(
            start,
            end,
            utf16_start,
            utf16_start + _utf16_length(document.text[start:end]),
            round(start / max(1, self.length), 4),
            max(1, self._paragraph_numbers[block]) if block >= 0 else 0,
            headings[above - 1][1] if above else (),
            section_at(document, start),
            page_at(document, start),
        )

    def paragraphs(self, start: int, end: int, quote: str) -> tuple[Paragraph, ...]:
        """Return the paragraphs of a range; empty if the text there is no longer equal to the quote."""
        document = self._document
        if document.text[start:end] != quote:
            return ()
        first = max(0, bisect_right(document.blocks, start, key=lambda each: each.start) - 1)
        found = []
        for block in document.blocks[first:]:
            if block.start >= end:
                break
            text = document.text[max(start, block.start) : min(end, block.end)]
            if text.strip():
                found.append(Paragraph(text, block.kind is BlockKind.CODE))
        return tuple(found)


def section_at(document: Document, offset: int) -> str:
    """Return number and title of the section at an offset, such as `III: A Case`; empty before the first section."""
    sections = document.sections
    index = bisect_right(sections, offset, key=lambda each: each.offset) - 1
    if index < 0:
        return ""
    return numbered_title(sections[index], ": ")


def page_at(document: Document, offset: int) -> str:
    """Return the label of the printed page at an offset; empty before the first page and without pages."""
    pages = document.pages
    index = bisect_right(pages, offset, key=lambda each: each.offset) - 1
    return pages[index].label if index >= 0 else ""


def place_in_words(paragraph: int, page: str, percent: int) -> str:
    """Return a position in words: `p. 12 (27 %)` with printed pages, else `paragraph 40 (27 %)`."""
    place = f"p. {page}" if page else f"paragraph {paragraph}"
    return f"{place} ({percent} %)"


def _utf16_length(text: str) -> int:
    """Return the number of UTF-16 code units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
