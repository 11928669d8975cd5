"""HTML of a document's blocks with highlights; each note is next to the block where its passage ends."""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import Align, Block, BlockKind
from tui_reader.exchange.container_html import ContainerHtml
from tui_reader.exchange.inline_html import LINE_BREAK, InlineHtml
from tui_reader.exchange.markup import attribute, direction, escape, safe_href

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui_reader.document.blocks import Cell, Document
    from tui_reader.exchange.inline_html import Highlight
    from tui_reader.exchange.page_names import PageNames

_MANY_COLUMNS = 6
"""Smallest number of columns of a table in which printing may break words, so that the table fits the page."""
_DEEPEST = 40
"""Maximum number of quotations, and of lists, written around a block; browsers cannot show thousands."""


class Marked(NamedTuple):
    """A highlight with its number and note for display."""

    highlight: Highlight
    aside: str = ""
    """HTML of the note; empty if the highlight has no note."""


class BlockHtml:
    """Writer of the blocks of one document.

    Args:
        document: The document.
        names: The ids of the page's link targets.
        marked: The highlights, in the order of the text.
        base_direction: The direction of the article; blocks with the other direction override it.
        picture: Returns the address of a picture by the target of its figure; empty if the page does not contain it.
        heading_shift: Number added to the levels of headings, since the title is the highest heading.
        notes_first: True if notes precede their block, so that a style can set them in the margin; False if they follow
            it.
    """

    def __init__(
        self,
        document: Document,
        names: PageNames,
        marked: Sequence[Marked],
        *,
        base_direction: str,
        picture: Callable[[str], str],
        heading_shift: int,
        notes_first: bool,
    ) -> None:
        self._document = document
        self._names = names
        self._inline = InlineHtml(document, names)
        self._direction = base_direction
        self._picture = picture
        self._shift = heading_shift
        self._notes_first = notes_first
        self._highlights: dict[int, list[Highlight]] = {}
        self._asides: dict[int, list[str]] = {}
        for each in marked:
            self._add(each)

    def _add(self, marked: Marked) -> None:
        """Add a highlight to each block that contains text of it, and its note to the last such block."""
        here = _spread(marked.highlight, self._document.blocks)
        for index, part in here:
            self._highlights.setdefault(index, []).append(part)
        if marked.aside:
            self._asides.setdefault(here[-1][0], []).append(marked.aside)

    def words(self, index: int) -> str:
        """Return the words of a block as inline HTML, without the element of the block."""
        return self._words(index)

    def noted(self, index: int, markup: str) -> str:
        """Return the HTML of a block, together with the notes of highlights that end in it."""
        notes = "".join(self._asides.get(index, ()))
        if not notes:
            return markup
        return f'<div class="noted">{notes}{markup}</div>\n' if self._notes_first else f"{markup}{notes}"

    def write(self, indexes: Iterable[int]) -> str:
        """Return blocks as HTML, with the lists and quotations around the blocks."""
        parts: list[str] = []
        containers = ContainerHtml(parts)
        blocks = self._document.blocks
        in_footnote = False
        for index in indexes:
            block = blocks[index]
            depth = max(block.depth, 1 if block.marker else 0)
            in_footnote = block.marker.startswith("[") or (in_footnote and block.quiet and not block.marker)
            if in_footnote:
                depth = max(1, depth)
            is_term = self._is_term(index)
            quote = min(block.quote, _DEEPEST)
            containers.enter(quote, min(depth + is_term, _DEEPEST), block.marker, is_term=is_term)
            parts.append(self.noted(index, self._block(index)))
            containers.end_quotes(min(block.quote_ends, quote))
        containers.end()
        return "".join(parts)

    def _is_term(self, index: int) -> bool:
        """Return True if a block is the term of a definition: no blank row below it, then a block with more indent."""
        blocks = self._document.blocks
        block = blocks[index]
        if not block.tight or block.marker or block.kind is not BlockKind.PARAGRAPH or index + 1 == len(blocks):
            return False
        below = blocks[index + 1]
        return not below.marker and (below.depth, below.quote) == (block.depth + 1, block.quote)

    def _words(self, index: int, *, line_break: str = LINE_BREAK) -> str:
        block = self._document.blocks[index]
        return self._inline.write(block.start, block.end, self._highlights.get(index, ()), line_break=line_break)

    def _block(self, index: int) -> str:
        block = self._document.blocks[index]
        name = attribute("id", self._names.block_id(index))
        match block.kind:
            case BlockKind.HEADING:
                level = max(1, block.level)
                tag = f"h{min(6, level + self._shift)}"
                return f'<{tag} class="s{level}"{name}{self._dir(block)}>{self._words(index)}</{tag}>\n'
            case BlockKind.CODE:
                language = attribute("data-language", block.language)
                words = self._words(index, line_break="\n")
                return f'<pre dir="ltr"{name}><code{language}>{words}</code></pre>\n'
            case BlockKind.TABLE:
                return self._table(index, name)
            case BlockKind.FIGURE:
                return self._figure(index, name)
            case BlockKind.RULE:
                return f"<hr{name}/>\n" + self._rest(index)
        return self._paragraph(index, name)

    def _rest(self, index: int) -> str:
        """Return a paragraph with the numbers of the highlights in a block that shows no text; empty without any."""
        numbers = "".join(highlight.number for highlight in self._highlights.get(index, ()))
        return f"<p>{numbers}</p>\n" if numbers else ""

    def _paragraph(self, index: int, name: str) -> str:
        block = self._document.blocks[index]
        text = self._document.text[block.start : block.end]
        flags = (("quiet", block.quiet), ("tight", block.tight), ("spaced", _is_spaced(text)))
        kinds = " ".join([kind for kind, is_set in flags if is_set])
        href = self._names.href_of_reference(index)
        back = f' <a class="back" href="{href}">↩</a>' if href and block.marker else ""
        return f"<p{attribute('class', kinds)}{name}{self._dir(block)}>{self._words(index)}{back}</p>\n"

    def _figure(self, index: int, name: str) -> str:
        """Return a figure: the picture if the exported page contains it, and its description.

        Otherwise a link to the picture, or the name of its file, follows the description, since exported pages must not
        load other files.
        """
        block = self._document.blocks[index]
        words = self._words(index)
        address = self._picture(block.target)
        if address:
            # The description follows the picture, with its highlights, so it is not repeated as `alt` text.
            picture = f'<img src="{escape(address)}" alt=""/>'
            return f'<figure{name}{self._dir(block)}>{picture}<p class="alt">{words}</p></figure>\n'
        href = safe_href(block.target)
        link = f'<a href="{href}" rel="noreferrer">picture</a>' if href else ""
        file = "" if href or block.target.startswith("data:") else block.target.replace("\\", "/").rpartition("/")[2]
        code = f"<code>{escape(file)}</code>" if file else ""
        source = " ".join(filter(None, ("Picture" if not href else "", link or code)))
        return (
            f'<figure{name}{self._dir(block)}><p class="alt">{words}</p>'
            f'<p class="quiet" lang="en" dir="ltr">{source}</p></figure>\n'
        )

    def _table(self, index: int, name: str) -> str:
        block = self._document.blocks[index]
        table = block.table
        if table is None:
            return self._paragraph(index, name)
        cells = [cell for row in table.rows for cell in row]
        highlights: dict[int, list[Highlight]] = {}
        for highlight in self._highlights.get(index, ()) if cells else ():
            goes_on = highlight.end > block.end
            for number, part in _spread(highlight, cells):
                part = highlight if goes_on else part  # noqa: PLW2901
                highlights.setdefault(cells[number].start, []).append(part)
        rows = []
        for number, row in enumerate(table.rows):
            tag = "th" if table.header and number == 0 else "td"
            written = []
            for column, cell in enumerate(row):
                align = table.aligns[column] if column < len(table.aligns) else Align.LEFT
                kind = attribute("class", "" if align is Align.LEFT else align.value)
                words = self._inline.write(cell.start, cell.end, highlights.get(cell.start, ()))
                written.append(f"<{tag}{kind}>{words}</{tag}>")
            rows.append(f"<tr>{''.join(written)}</tr>\n")
        head = f"<thead>{rows.pop(0)}</thead>\n" if table.header and rows else ""
        body = f"<tbody>{''.join(rows)}</tbody>" if rows else ""
        kinds = "table many-columns" if max(map(len, table.rows), default=0) >= _MANY_COLUMNS else "table"
        return f'<div class="{kinds}"{self._dir(block)}><table{name}>\n{head}{body}</table></div>\n'

    def _dir(self, block: Block) -> str:
        """Return the `dir` attribute of a block whose direction differs from the article's; else empty."""
        own = direction(self._document.text[block.start : min(block.end, block.start + 400)])
        return attribute("dir", own) if own and own != self._direction else ""


def _is_spaced(text: str) -> bool:
    """Return True if a page would show white space with a meaning as one space: runs of blanks, tabs, indented lines.

    Verse has such white space.
    """
    return "  " in text or "\t" in text or "\n " in text


def _spread(highlight: Highlight, ranges: Sequence[Block] | Sequence[Cell]) -> list[tuple[int, Highlight]]:
    """Return the index of each range with text of a highlight, and the highlight to write there.

    The number of a highlight is written at its end. So in the last range it ends with the text of that range; in the
    ranges before, it continues beyond the range. A highlight without visible text, such as a line feed, has one range,
    in which only its number is written.

    Args:
        highlight: The highlight.
        ranges: Ranges of the text in order, not empty.
    """
    first = max(0, bisect_right(ranges, highlight.start, key=attrgetter("start")) - 1)
    touched = []
    for number in range(first, len(ranges)):
        each = ranges[number]
        if each.start >= highlight.end:
            break
        if max(highlight.start, each.start) < min(highlight.end, each.end):
            touched.append(number)
    last = touched[-1] if touched else first
    end = max(ranges[last].start, min(highlight.end, ranges[last].end))
    return [(number, highlight) for number in touched[:-1]] + [(last, highlight._replace(end=end))]
