"""Conversion of paragraphs to a document: joined words, spans, headings, notes, pages and sections."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_reader.document.blocks import (
    Align,
    Block,
    BlockKind,
    Cell,
    Document,
    DocumentBuilder,
    Page,
    Section,
    Span,
    SpanKind,
    Table,
)
from tui_reader.formats.pdf.headings import headings_of
from tui_reader.formats.pdf.page_pictures import target_of
from tui_reader.formats.pdf.paragraphs import Paragraph, Role
from tui_reader.formats.text.bare_links import bare_links

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.formats.pdf.hyphens import Vocabulary
    from tui_reader.formats.pdf.page_lines import Line
    from tui_reader.formats.pdf.places import Bookmark, PageFacts, Place
    from tui_reader.model.article import Metadata

_NOT_A_WORD = re.compile(r"[\W_]+")
_FEWEST_TABLE_ROWS = 2
_NOTE_MARK = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3})\Z")


class Assembler:
    """Builds the document of a file.

    Args:
        paragraphs: All paragraphs in reading order.
        pages: Facts of the pages by their numbers.
        bookmarks: The file's own table of contents.
        vocabulary: The words of the file.
        body: Size of the running text in points.
    """

    def __init__(
        self,
        paragraphs: Sequence[Paragraph],
        pages: Mapping[int, PageFacts],
        bookmarks: Sequence[Bookmark],
        vocabulary: Vocabulary,
        body: float,
    ) -> None:
        self._paragraphs, self._pages = paragraphs, pages
        self._vocabulary, self._body = vocabulary, body
        self._builder = DocumentBuilder()
        self._offsets: dict[int, int] = {}
        """Offsets of lines in the document, by the `id()` of the line."""
        self._lines_at: dict[Place, Line | None] = {}
        """The last result of `_line_at` for each place, kept since many links lead to one place."""
        self._names: dict[int, list[str]] = {}
        """Names of link targets, by the `id()` of the line at the target."""
        self._notes = {
            (paragraph.lines[0].page, paragraph.marker)
            for paragraph in paragraphs
            if paragraph.role is Role.NOTE and paragraph.marker
        }
        self._bookmarks = [(mark, self._line_at(mark.place, mark.title)) for mark in bookmarks]
        for facts in pages.values():
            for link in facts.links:
                if link.place is not None and (line := self._line_at(link.place)) is not None:
                    names = self._names.setdefault(id(line), [])
                    if (name := _place_name(link.place)) not in names:
                        names.append(name)

    def build(self, metadata: Metadata, notices: tuple[str, ...], *, partial: bool) -> Document:
        """Return the document."""
        paragraph_of = {id(p.lines[0]): index for index, p in enumerate(self._paragraphs) if p.lines}
        marked: dict[int, int] = {}
        for mark, line in self._bookmarks:
            index = paragraph_of.get(id(line))
            if index is not None and _repeats(self._paragraphs[index].text, mark.title):
                marked.setdefault(index, mark.level)
        levels = headings_of(self._paragraphs, self._body, marked)
        first_of_page: dict[int, int] = {}
        for index, paragraph in enumerate(self._paragraphs):
            if paragraph.picture is not None:
                first_of_page.setdefault(paragraph.picture.page, self._builder.next_start)
                self._add_picture(index, paragraph)
            elif not self._is_used_as_caption(index):
                self._add(paragraph, levels.get(index, 0))
        for facts in self._pages.values():
            self._note_first(facts, first_of_page)
        title = next(iter(levels), None)
        is_title = (
            title is not None
            and bool(self._builder.blocks)
            and self._builder.blocks[0].kind is BlockKind.HEADING
            and title == 0
            and _letters(self._paragraphs[0].text) == _letters(metadata.title)
        )
        return self._builder.build(
            metadata,
            notices=notices,
            partial=partial,
            title_block=0 if is_title else None,
            sections=self._sections(),
            pages=self._page_marks(first_of_page),
        )

    def _previous(self, index: int) -> Paragraph | None:
        return self._paragraphs[index - 1] if index else None

    def _note_first(self, facts: PageFacts, first_of_page: dict[int, int]) -> None:
        """Set the offset of a page in `first_of_page` to that of its first upright line if that is smaller."""
        offsets = [self._offsets[id(line)] for line in facts.lines if id(line) in self._offsets and not line.turned]
        if offsets:
            page = facts.lines[0].page
            first_of_page[page] = min([*offsets[:1], *([first_of_page[page]] if page in first_of_page else [])])

    def _page_marks(self, first_of_page: Mapping[int, int]) -> tuple[Page, ...]:
        """Return where pages begin in the document, given their offsets; no page begins before its predecessor."""
        marks: list[Page] = []
        least = 0
        for number in sorted(self._pages):
            if number in first_of_page:
                least = max(least, first_of_page[number])
                marks.append(Page(least, self._pages[number].label))
        return tuple(marks)

    def _sections(self) -> tuple[Section, ...]:
        """Return the sections of the bookmarks; bookmarks whose line is not in the document are left out."""
        found = [
            Section(self._offsets[id(line)], mark.title, mark.level)
            for mark, line in self._bookmarks
            if line is not None and id(line) in self._offsets
        ]
        return tuple(sorted(found, key=lambda section: section.offset))

    def _line_at(self, place: Place, title: str = "") -> Line | None:
        """Return the line at a place: the nearest one that repeats `title`, else the nearest one below the place.

        None if the page has no lines.
        """
        if title or place not in self._lines_at:
            self._lines_at[place] = self._nearest_line(place, title)
        return self._lines_at[place]

    def _nearest_line(self, place: Place, title: str) -> Line | None:
        facts = self._pages.get(place.page)
        if facts is None or not facts.lines:
            return None
        upright = [line for line in facts.lines if not line.turned] or list(facts.lines)
        y = -1.0 if place.y is None else facts.height - (place.y - facts.bottom)
        if title:
            repeating = [line for line in upright if _repeats(line.text, title)]
            if repeating:
                return min(repeating, key=lambda line: abs(line.y - max(y, 0)))
        below = [line for line in upright if line.y - 0.2 * line.size >= y]
        if not below:
            return upright[-1]
        x = place.x

        def distance(line: Line) -> float:
            left, right = sorted((abs(line.left), abs(line.right)))
            beside = x is not None and x > 0 and not left - 30 <= x <= right
            return line.y - y + (10_000 if beside else 0)

        return min(below, key=distance)

    def _is_used_as_caption(self, index: int) -> bool:
        """Return True if a caption becomes the text of a picture next to it, and no block of its own."""
        if self._paragraphs[index].role is not Role.CAPTION:
            return False
        before = self._previous(index)
        if before is not None and before.picture is not None:
            return _is_caption_of(before, self._paragraphs[index])
        return self._heads_picture(index)

    def _heads_picture(self, index: int) -> bool:
        """Return True if a caption is above the picture that follows, and the picture has no caption below."""
        after = self._paragraphs[index + 1] if index + 1 < len(self._paragraphs) else None
        if after is None or after.picture is None or not _is_caption_of(after, self._paragraphs[index]):
            return False
        below = self._paragraphs[index + 2] if index + 2 < len(self._paragraphs) else None
        return below is None or below.role is not Role.CAPTION or not _is_caption_of(after, below)

    def _add_picture(self, index: int, paragraph: Paragraph) -> None:
        picture = paragraph.picture
        if picture is None:
            return
        caption = self._paragraphs[index + 1] if index + 1 < len(self._paragraphs) else None
        if caption is None or not _is_caption_of(paragraph, caption):
            caption = self._previous(index) if index and self._heads_picture(index - 1) else None
        text, spans = self._text(caption) if caption is not None else ("", [])
        target = target_of(picture.page, picture.number)
        self._builder.add(Block(BlockKind.FIGURE, 0, 0, target=target), text, spans)

    def _add(self, paragraph: Paragraph, level: int) -> None:
        """Add a paragraph as a heading of a `level` above 0, else by its role; a table may become several blocks."""
        if paragraph.role is Role.CODE:
            self._add_code(paragraph)
        elif paragraph.role is Role.TABLE:
            self._add_table(paragraph)
        elif level:
            text, spans = self._text(paragraph, skip=0)
            spans = [span for span in spans if span.kind not in (SpanKind.STRONG, SpanKind.CODE)]
            self._builder.add(Block(BlockKind.HEADING, 0, 0, level=level), text, spans)
        elif paragraph.role is Role.NOTE:
            text, spans = self._text(paragraph)
            marker = f"[{paragraph.marker}]" if paragraph.marker else ""
            if paragraph.marker:
                name = _note_name(paragraph.lines[0].page, paragraph.marker)
                spans.append(Span(SpanKind.TARGET, 0, 0, name))
            self._builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True, marker=marker), text, spans)
        elif paragraph.role is Role.ITEM:
            text, spans = self._text(paragraph)
            self._builder.add(
                Block(BlockKind.PARAGRAPH, 0, 0, depth=1, marker=paragraph.marker, tight=paragraph.tight), text, spans
            )
        else:
            text, spans = self._text(paragraph)
            quiet = paragraph.role in (Role.CAPTION, Role.ASIDE, Role.LABEL)
            self._builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=quiet, tight=paragraph.tight), text, spans)

    def _add_code(self, paragraph: Paragraph) -> None:
        """Add lines in a monospaced font as code, with their indents."""
        lines = paragraph.lines
        left = min(line.x0 for line in lines)
        start = self._builder.next_start
        parts: list[str] = []
        spans: list[Span] = []
        length = 0
        for index, line in enumerate(lines):
            far = index and line.y - lines[index - 1].y > 1.7 * line.size
            indent = " " * min(max(round((line.x0 - left) / (0.6 * line.size)), 0), 200)
            text = ("\n" if far else "") + ("\n" if index else "") + indent
            parts += (text, line.text)
            length += len(text)
            self._offsets[id(line)] = start + length
            spans += self._spans(line, length, frozenset((SpanKind.LINK,)))
            length += len(line.text)
        self._builder.add(Block(BlockKind.CODE, 0, 0), "".join(parts), spans)

    def _add_table(self, paragraph: Paragraph) -> None:
        """Add the lines of a table: as a table if all have the same columns, else each as a line."""
        lines = paragraph.lines
        counts = {len(line.cells) for line in lines}
        if len(counts) == 1 and len(lines) >= _FEWEST_TABLE_ROWS and _are_aligned(lines):
            self._add_aligned_table(lines)
            return
        for index, line in enumerate(lines):
            self._offsets[id(line)] = self._builder.next_start
            text, spans = self._text(Paragraph(Role.TEXT, [line]))
            tight = index + 1 < len(lines) or paragraph.tight
            self._builder.add(Block(BlockKind.PARAGRAPH, 0, 0, tight=tight), text, spans)

    def _add_aligned_table(self, lines: Sequence[Line]) -> None:
        start = self._builder.next_start
        rows: list[tuple[Cell, ...]] = []
        parts: list[str] = []
        spans: list[Span] = []
        length = 0
        for line in lines:
            if rows:
                parts.append("\n")
                length += 1
            cells: list[Cell] = []
            self._offsets[id(line)] = start + length
            for number, (_, _, begin, end) in enumerate(line.cells):
                if number:
                    parts.append("\t")
                    length += 1
                text = line.text[begin:end]
                spans += [
                    span._replace(start=max(span.start, length), end=min(span.end, length + len(text)))
                    for span in self._spans(line, length - begin, frozenset((SpanKind.LINK, SpanKind.EMPHASIS)))
                    if span.start < length + len(text) and span.end > length
                ]
                parts.append(text)
                cells.append(Cell(length, length + len(text)))
                length += len(text)
            rows.append(tuple(cells))
        aligns = tuple(_align([line.cells[column] for line in lines], lines) for column in range(len(rows[0])))
        header = lines[0].bold or not any(map(str.isdigit, lines[0].text))
        self._builder.add(Block(BlockKind.TABLE, 0, 0, table=Table(tuple(rows), aligns, header)), "".join(parts), spans)

    def _text(self, paragraph: Paragraph, skip: int | None = None) -> tuple[str, list[Span]]:
        """Return the lines of a paragraph as one text with spans.

        Args:
            paragraph: The paragraph.
            skip: Number of characters to leave out at its beginning; None for `Paragraph.skip`.
        """
        start = self._builder.next_start
        parts: list[str] = []
        spans: list[Span] = []
        length = 0
        cut = paragraph.skip if skip is None else skip
        lines = paragraph.lines
        for index, line in enumerate(lines):
            text = line.text[cut:]
            self._offsets[id(line)] = start + length
            here = self._spans(line, length - cut, None)
            drop, joint = (0, "")
            if index + 1 < len(lines):
                drop, joint = self._vocabulary.joint(text, lines[index + 1].text)
            text = text[: len(text) - drop] if drop else text
            end = length + len(text)
            spans += [
                span._replace(start=max(span.start, length), end=min(span.end, end))
                for span in here
                if span.kind is SpanKind.TARGET or (span.end > length and span.start < end)
            ]
            parts += (text, joint)
            length = end + len(joint)
            cut = 0
        text = "".join(parts)
        spans = _merged(spans)
        links = [(span.start, span.end) for span in spans if span.kind is SpanKind.LINK]
        spans += [
            link for link in bare_links(text) if not any(start < link.end and link.start < end for start, end in links)
        ]
        return text, spans

    def _note_page(self, line: Line, mark: str) -> int | None:
        """Return the page of the footnote with a mark, on the page of a line or the next one; None without one."""
        return next((page for page in (line.page, line.page + 1) if (page, mark) in self._notes), None)

    def _spans(self, line: Line, shift: int, kinds: frozenset[SpanKind] | None) -> list[Span]:
        """Return the spans and link targets of a line, moved by `shift`; only some kinds if `kinds` is given."""
        links = self._pages[line.page].links
        spans = [Span(SpanKind.TARGET, max(shift, 0), max(shift, 0), name) for name in self._names.get(id(line), ())]
        raised = {run.start for run in line.runs if run.kind is SpanKind.SUPERSCRIPT and run.start}
        for run in line.runs:
            if kinds is not None and run.kind not in kinds:
                continue
            if run.kind is SpanKind.LINK:
                link = links[run.link]
                target = link.address or (f"#{_place_name(link.place)}" if link.place is not None else "")
                if target:
                    first, last = _without_brackets(line.text, run.start, run.end)
                    mark = line.text[first:last].strip()
                    # A raised number that leads on in the file refers to a note at the end of a chapter or the file.
                    is_note = link.place is not None and link.place.page >= line.page and first in raised
                    if is_note and self._note_page(line, mark) is not None:
                        continue  # the reference to a footnote, which is a span of its own
                    kind = SpanKind.NOTE if is_note and _NOTE_MARK.fullmatch(mark) else SpanKind.LINK
                    spans.append(Span(kind, first + shift, last + shift, target))
                continue
            if run.kind is SpanKind.SUPERSCRIPT:
                mark = line.text[run.start : run.end].strip()
                page = self._note_page(line, mark)
                if page is not None and run.start and _NOTE_MARK.match(mark):
                    target = f"#{_note_name(page, mark)}"
                    spans.append(Span(SpanKind.NOTE, run.start + shift, run.end + shift, target))
                    continue
            spans.append(Span(run.kind, run.start + shift, run.end + shift))
        return spans


def _without_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of a link without the punctuation around it, since whole words are linked."""
    first, last = start, end
    while first < last and text[first] in "([{“‘\"'":
        first += 1
    while last > first and text[last - 1] in ")]}”’\"',.;:":
        last -= 1
    return (first, last) if first < last else (start, end)


def _merged(spans: list[Span]) -> list[Span]:
    """Return spans; adjacent spans of the same kind and target, such as those on two lines, are joined."""
    found: list[Span] = []
    last: dict[tuple[SpanKind, str], int] = {}
    for span in sorted(spans, key=lambda span: span.start):
        key = (span.kind, span.target)
        index = last.get(key)
        if index is not None and span.kind is not SpanKind.TARGET and span.start <= found[index].end + 1:
            found[index] = found[index]._replace(end=max(found[index].end, span.end))
        else:
            last[key] = len(found)
            found.append(span)
    return found


def _is_caption_of(figure: Paragraph, caption: Paragraph) -> bool:
    """Return True if a caption is on the page of a picture, above or below it."""
    if caption.role is not Role.CAPTION:
        return False
    picture, line = figure.picture, caption.lines[0]
    if picture is None or picture.page != line.page or picture.number < 0:
        return False
    left, right = sorted((abs(line.left), abs(line.right)))
    beside = picture.x0 < right and picture.x1 > left
    return beside and (-10 < line.y - picture.y1 < 70 or -10 < picture.y0 - caption.lines[-1].y < 40)


def _are_aligned(lines: Sequence[Line]) -> bool:
    """Return True if the cells of lines form columns that do not overlap."""
    columns = [
        (min(line.cells[index][0] for line in lines), max(line.cells[index][1] for line in lines))
        for index in range(len(lines[0].cells))
    ]
    return all(a[1] <= b[0] + 1 for a, b in pairwise(columns))


def _align(cells: Sequence[tuple[float, float, int, int]], lines: Sequence[Line]) -> Align:
    """Return the alignment of a column: the edge that its cells share."""
    lefts, rights = [cell[0] for cell in cells[1:] or cells], [cell[1] for cell in cells[1:] or cells]
    slack = 0.2 * lines[0].size
    if max(lefts) - min(lefts) <= slack or len(cells) < 3:
        return Align.LEFT
    return Align.RIGHT if max(rights) - min(rights) <= slack else Align.CENTRE


def _place_name(place: Place | None) -> str:
    """Return the link target that names a place; empty for None."""
    if place is None:
        return ""
    return f"page-{place.page + 1}" + ("" if place.y is None else f"-{round(place.x or 0)}-{round(place.y)}")


def _note_name(page: int, mark: str) -> str:
    return f"note-{page + 1}-{mark}"


def _letters(text: str) -> str:
    return _NOT_A_WORD.sub("", text).casefold()


def _repeats(text: str, title: str) -> bool:
    """Return True if a text is a title, begins with it, or is its first line; numbers before either may be missing."""
    a, b = _letters(text), _letters(title)
    if not a or not b:
        return False
    return (
        a == b
        or (len(a) >= 4 and b.startswith(a))
        or (len(b) >= 4 and a.startswith(b) and len(a) < len(b) + 12)
        or (a.endswith(b) and len(b) >= 4 and a[: len(a) - len(b)].isalnum() and len(a) - len(b) <= 5)
        or (b.endswith(a) and len(a) >= 4 and len(b) - len(a) <= 5)
    )
