"""Conversion of a PDF file to a document: pages are read in groups, put into reading order, and assembled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Page
from tui_reader.document.cleaning import clean_line
from tui_reader.document.cooperative import yield_gil
from tui_reader.formats.pdf.assembly import Assembler
from tui_reader.formats.pdf.columns import columns_of
from tui_reader.formats.pdf.hyphens import Vocabulary
from tui_reader.formats.pdf.info import MOST_COUNTED, metadata_of
from tui_reader.formats.pdf.page_lines import Line, lines_of
from tui_reader.formats.pdf.page_pictures import pictures_of, target_of
from tui_reader.formats.pdf.page_words import PageWords, Word, frame_of, words_of
from tui_reader.formats.pdf.paragraphs import Flow, Picture
from tui_reader.formats.pdf.pdfium import LOCK, library, page_of, text_of, utf16_string
from tui_reader.formats.pdf.places import PageFacts, PageLink, bookmarks_of, links_of, with_links
from tui_reader.formats.pdf.running_heads import RunningHeads
from tui_reader.formats.pdf.type_sizes import TypeSizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.pdf.pdfium import Pdf
    from tui_reader.model.article import Metadata

_MOST_PAGES = 2_000
"""Maximum number of pages that are read: 2,000 take 15 to 25 s, and the limit for an opened file is 30 s."""
_MOST_CHARACTERS = 20_000_000
"""Number of characters after which no further group of pages is read."""
_GROUP = 16
"""Number of pages that are read together: running heads and font sizes are compared among them first."""
_PREVIEWED_BOOKMARKS = 200
"""Maximum number of bookmarks that are read for a preview; each may take 0.1 ms."""
_MOST_PICTURE_PAGES = 500
"""Maximum number of pages that are shown as pictures, in a file without text."""
_POOR = 0.15
"""Minimum share of characters without meaning at which a notice says that the text is poor."""
_MOST_REPEATS = 2
"""Maximum number of pages with the same picture at the same place; one that occurs more often is a logo."""

_NO_TEXT = "This file has no text: its pages are pictures, as a scanner makes them."
_WAY_OUT = (
    "The command “Open the original” (o by default) shows them in the program that your system has for such files. "
    "A program for text recognition (OCR) can add the text; then it can be read here, searched and annotated."
)
_BLANK = "There is nothing to read in this file: its pages are blank."


class _PageContent(NamedTuple):
    """The content of one page."""

    words: PageWords
    links: list[PageLink]
    pictures: list[Picture]
    is_picture: bool
    """True if a picture fills the page."""
    label: str
    bottom: float


def document_of(pdf: Pdf, data: bytes, name: str, *, first: int | None = None) -> Document:
    """Return the document of an open file.

    Args:
        pdf: The open file.
        data: All bytes of the file.
        name: File name or path.
        first: Number of pages to read, for a preview; None for all pages.
    """
    metadata = metadata_of(pdf, data, name, counted=MOST_COUNTED if first is None else first)
    reading = _Reading(pdf)
    last = min(pdf.pages, _MOST_PAGES if first is None else first)
    notices = reading.read(last)
    with LOCK:
        bookmarks = bookmarks_of(pdf) if first is None else bookmarks_of(pdf, _PREVIEWED_BOOKMARKS)
    if not reading.has_text:
        return _picture_pages(reading, metadata)
    assembler = Assembler(reading.flow.finish(), reading.facts, bookmarks, reading.vocabulary, reading.sizes.body)
    if first is None and last < pdf.pages:
        notices = (*notices, f"Only its first {last:,} of {pdf.pages:,} pages are shown.")
    return assembler.build(metadata, notices, partial=first is not None and last < pdf.pages)


class _Reading:
    """Reads the pages of a file in groups.

    Args:
        pdf: The open file.
    """

    def __init__(self, pdf: Pdf) -> None:
        self._pdf = pdf
        self.sizes = TypeSizes()
        self.flow = Flow(self.sizes)
        self.vocabulary = Vocabulary()
        self.facts: dict[int, PageFacts] = {}
        self.picture_pages: list[int] = []
        """Numbers of the pages without text that have a picture."""
        self._heads = RunningHeads()
        self._places: Counter[tuple[int, int, int, int]] = Counter()
        self._characters = self._meaningless = 0
        self.has_text = False

    def read(self, last: int) -> tuple[str, ...]:
        """Read the pages before number `last`, counted from 0; return notices to the user, such as about limits."""
        for start in range(0, last, _GROUP):
            numbers = range(start, min(start + _GROUP, last))
            contents = [self._content(number) for number in numbers]
            self._add_group(contents, start)
            yield_gil()
            if self._characters > _MOST_CHARACTERS:
                return (*self._notices(), f"Only its first {numbers[-1] + 1:,} pages are shown: it has too much text.")
        return self._notices()

    def _notices(self) -> tuple[str, ...]:
        share = self._meaningless / max(self._characters, 1)
        if share < _POOR:
            return ()
        notice = (
            f"The file does not say what {share:.0%} of its letters mean, so parts of the text cannot be read; "
            "“Open the original” (o) shows its pages as they are."
        )
        return (notice,)

    def _content(self, number: int) -> _PageContent:
        """Return the content of the page with a number, from 0; a damaged page is empty."""
        pdfium = library()

        with LOCK:
            label = clean_line(utf16_string(pdfium.FPDF_GetPageLabel, self._pdf.raw, number))[:20] or str(number + 1)
            with page_of(self._pdf, number) as page:
                if page is None:
                    return _PageContent(PageWords([], 612, 792), [], [], is_picture=False, label=label, bottom=0.0)
                with text_of(page) as text_page:
                    words = words_of(page, text_page) if text_page is not None else PageWords([], 612, 792)
                frame = frame_of(page)
                links = links_of(self._pdf, page, frame)
                pictures, fills = pictures_of(page, number)
        if links:
            words = words._replace(words=with_links(words.words, links))
        self._characters += words.characters
        self._meaningless += words.meaningless
        return _PageContent(words, links, pictures, fills, label, frame.bottom)

    def _add_group(self, contents: Sequence[_PageContent], start: int) -> None:
        labels = [content.label for content in contents]
        kept = self._heads.without_heads([content.words for content in contents], start, labels)
        pages = [self._lines(words, number) for number, words in enumerate(kept, start)]
        for lines in pages:
            self.sizes.add(lines)
            for line in lines:
                self.vocabulary.add(line.text)
        for content in contents:
            self._places.update({_place(picture) for picture in content.pictures})
        for number, (content, lines) in enumerate(zip(contents, pages, strict=True), start):
            pictures = [picture for picture in content.pictures if self._places[_place(picture)] <= _MOST_REPEATS]
            if any(map(str.isalnum, "".join(line.text for line in lines))):
                self.has_text = True
            elif content.is_picture or content.pictures:
                self.picture_pages.append(number)
                pictures = [Picture(number, -1, 0, 0, content.words.width, content.words.height)]
            self.facts[number] = PageFacts(content.label, content.links, lines, content.words.height, content.bottom)
            self.flow.add_page(lines, pictures)

    @staticmethod
    def _lines(words: Sequence[Word], number: int) -> list[Line]:
        """Return the lines of a page: upright text first, then text of other directions."""
        directions: dict[int, list[Word]] = {}
        for word in words:
            directions.setdefault(word.style.angle, []).append(word)
        if not directions:
            return []
        main = max(directions, key=lambda angle: (sum(len(word.text) for word in directions[angle]), angle == 0))
        if sum(len(word.text) for word in directions.get(0, ())) * 2 > len(directions[main]):
            main = 0 if 0 in directions else main
        lines = lines_of(columns_of(directions.pop(main)), number)
        for turned in directions.values():
            first = lines[-1].column + 1 if lines else 0
            lines += lines_of(columns_of(turned), number, first=first, turned=True)
        return lines


def _place(picture: Picture) -> tuple[int, int, int, int]:
    """Return the rounded edges of a picture in points, to find the same picture on other pages."""
    return round(picture.x0), round(picture.y0), round(picture.x1), round(picture.y1)


def _picture_pages(reading: _Reading, metadata: Metadata) -> Document:
    """Return the document of a file without text: the reason, what the user can do, and the pages as pictures."""
    builder = DocumentBuilder()
    if not reading.picture_pages:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), _BLANK)
        return builder.build(metadata)
    builder.add(Block(BlockKind.HEADING, 0, 0, level=1), metadata.title)
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), _NO_TEXT)
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), _WAY_OUT)
    pages = []
    for number in reading.picture_pages[:_MOST_PICTURE_PAGES]:
        label = reading.facts[number].label
        pages.append(Page(builder.next_start, label))
        builder.add(Block(BlockKind.FIGURE, 0, 0, target=target_of(number)), f"Page {label}")
    return builder.build(metadata, title_block=0, pages=tuple(pages))
