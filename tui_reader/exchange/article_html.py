"""HTML of one article: its head, its text with highlights and notes, and its orphans.

The exported web page and the EPUB book consist of such articles, so the text is valid HTML and well-formed XML.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.blocks import BlockKind
from tui_reader.document.outline import headings_of
from tui_reader.exchange.block_html import BlockHtml, Marked
from tui_reader.exchange.inline_html import Highlight
from tui_reader.exchange.markup import attribute, direction, escape, host, language_tag, picture_type, safe_href
from tui_reader.exchange.note_html import note_html
from tui_reader.exchange.page_names import PageNames
from tui_reader.model.annotation import COLOURS, PlaceState

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.exchange.clip import Clip, ClippedAnnotation

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII)
_RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "ug", "ur", "yi"))
"""Languages written from right to left; an article in them may still have more Latin letters, as in code."""
_STATES = {
    PlaceState.ORPHAN: "not found in the text",
    PlaceState.AMBIGUOUS: "several passages fit",
}


class Role(NamedTuple):
    """HTML attributes by which screen readers recognize notes, and e-readers show them in a pop-up window.

    `reference` is for the link to a note, `note` for the note; `is_book` is True for the attributes of EPUB.
    """

    reference: str
    note: str
    is_book: bool = False


PAGE = Role("", ' role="note"')
BOOK = Role(' epub:type="noteref" role="doc-noteref"', ' epub:type="footnote" role="doc-footnote"', is_book=True)


def data_address(data: bytes, kind: str) -> str:
    """Return a `data:` address that contains the bytes of a picture; `kind` is its media type."""
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


class ArticleHtml:
    """The parts of an article's HTML.

    Args:
        clip: The article.
        prefix: The beginning of every id, which differs among the articles of a page.
        level: Level of the heading that is the title, 1 or 2.
        role: The attributes of notes and of references to them: `PAGE` or `BOOK`.
        with_text: False to write only the quotes.
        picture: Returns the address of a picture by its bytes and media type; by default an address that contains it.
    """

    def __init__(
        self,
        clip: Clip,
        prefix: str,
        *,
        level: int = 1,
        role: Role = PAGE,
        with_text: bool = True,
        picture: Callable[[bytes, str], str] = data_address,
    ) -> None:
        self._clip, self._prefix, self._level, self._role = clip, prefix, level, role
        self._with_text = with_text
        self._picture = picture
        document = clip.document if with_text else None
        self._document = document if document is not None and document.has_text else None
        self._on_article = [each for each in clip.annotations if each.annotation.is_on_article]
        highlights = [each for each in clip.annotations if not each.annotation.is_on_article]
        self._placed: list[tuple[int, ClippedAnnotation]] = []
        self._unplaced: list[tuple[int, ClippedAnnotation]] = []
        for number, each in enumerate(highlights, 1):
            (self._placed if self._is_placed(each) else self._unplaced).append((number, each))
        self._end = self._end_of_blocks(self._document) if self._document is not None else 0
        self._names = PageNames(self._document, prefix, self._end) if self._document is not None else None

    @property
    def language(self) -> str:
        """The language of the article; empty unless it is a well-formed tag."""
        return language_tag(self._clip.language)

    @property
    def direction(self) -> str:
        """The direction of the article by its language, else by most of its letters: `ltr` or `rtl`."""
        if self.language.partition("-")[0].lower() in _RIGHT_TO_LEFT:
            return "rtl"
        words = self._document.text if self._document is not None else ""
        return direction(words) or direction(self._clip.title) or "ltr"

    def write(self) -> str:
        """Return the article as one HTML element."""
        # An empty language means unknown: a page must not claim that the text is English.
        language = f' lang="{self.language}"'
        parts = [f'<article id="{self._prefix}top"{language} dir="{self.direction}">\n']
        blocks = None
        if self._document is not None and self._names is not None:
            blocks = self._blocks(self._document, self._names)
        parts += [self._head(blocks), self._article_notes()]
        if self._document is not None and blocks is not None:
            parts.append(f'<div class="text">\n{blocks.write(self._shown_blocks())}</div>\n')
            if self._end < len(self._document.blocks):
                parts.append('<p class="quiet">The file goes on with other stories, which are left out here.</p>\n')
        parts += [self._unplaced_list(), "</article>\n"]
        return "".join(parts)

    def headings(self) -> list[tuple[str, str]]:
        """Return the ids and titles of the headings of the highest level below the title."""
        if self._document is None or self._names is None:
            return []
        shown = set(self._shown_blocks())
        entries = [entry for entry in headings_of(self._document) if entry.block in shown]
        highest = min((entry.level for entry in entries), default=0)
        return [(self._names.block_id(each.block), each.title) for each in entries if each.level == highest]

    def _is_placed(self, each: ClippedAnnotation) -> bool:
        start, end = each.where.start, each.where.end
        return (
            self._document is not None
            and start is not None
            and end is not None
            and 0 <= start < end <= len(self._document.text)
        )

    def _blocks(self, document: Document, names: PageNames) -> BlockHtml:
        marked = [
            Marked(
                Highlight(each.where.start or 0, each.where.end or 0, _colour(each), self._number(number, each)),
                self._aside(number, each) if self._has_aside(each) else "",
            )
            for number, each in self._placed
        ]
        levels = [
            block.level
            for index, block in enumerate(document.blocks)
            if block.kind is BlockKind.HEADING and index != self._title_block
        ]
        # The title is the only heading of its level.
        shift = self._level - (min(levels, default=2) > 1)
        return BlockHtml(
            document,
            names,
            marked,
            base_direction=self.direction,
            picture=self._picture_address,
            heading_shift=shift,
            notes_first=not self._role.is_book,
        )

    def _picture_address(self, target: str) -> str:
        data = self._clip.picture(target)
        kind = picture_type(data) if data is not None else ""
        return self._picture(data, kind) if data is not None and kind else ""

    def _end_of_blocks(self, document: Document) -> int:
        """Return the number of blocks to show.

        The stories that follow the article in a pasted text are left out, unless the user has joined them to it or has
        highlighted something in one.
        """
        if document.tail is not None and not self._clip.state.joined:
            begin = document.blocks[document.tail].start
            if all((each.where.end or 0) <= begin for _, each in self._placed):
                return document.tail
        return len(document.blocks)

    def _shown_blocks(self) -> list[int]:
        """Return the indices of the blocks to show, without the block that is written as the title."""
        return [index for index in range(self._end) if index != self._title_block]

    @property
    def _title_block(self) -> int | None:
        """Index of the block that is written as the title; None if no block has the words of the current title."""
        document = self._document
        if document is None or document.title_block is None:
            return None
        words = " ".join(document.block_text(document.title_block).split())
        return document.title_block if words == " ".join(self._clip.title.split()) else None

    def _head(self, blocks: BlockHtml | None) -> str:
        clip, block = self._clip, self._title_block
        title = escape(clip.title) if blocks is None or block is None else blocks.words(block)
        name = attribute("id", self._names.block_id(block) if self._names is not None and block is not None else "")
        heading = f'<h{self._level} class="title"{name}>{title}</h{self._level}>\n'
        if blocks is not None and block is not None:
            heading = blocks.noted(block, heading)
        day = escape(clip.date[:10])
        if _DATE.fullmatch(clip.date):
            day = f'<time datetime="{escape(clip.date)}">{day}</time>'
        date = f"<bdi>{day}</bdi>" if day else ""
        kicker = [f"<bdi>{escape(clip.source)}</bdi>" if clip.source else "", date + self._guess("date")]
        byline = f'<p class="byline">by <bdi>{escape(clip.byline)}</bdi>{self._guess("byline")}</p>\n'
        href = safe_href(clip.url)
        where = host(clip.url)
        name = escape(where) if where else "the source"
        link = f'<a class="source" href="{href}" rel="noreferrer">{name}</a>' if href else escape(clip.url)
        tags = " ".join(f'<bdi class="tag">#{escape(tag)}</bdi>' for tag in clip.tags)
        about = _joined(link, self._counts(), tags)
        return (
            f"<header>\n{_paragraph('kicker', _joined(*kicker))}"
            f"{heading}{byline if clip.byline else ''}{_paragraph('about', about)}</header>\n"
        )

    def _guess(self, field: str) -> str:
        is_shown = bool(self._clip.headline.field(field)) and self._clip.headline.is_guessed(field)
        return ' <span class="guess">(guessed)</span>' if is_shown else ""

    def _counts(self) -> str:
        highlights = len(self._placed) + len(self._unplaced)
        notes = sum(1 for each in self._clip.annotations if each.note.strip())
        counts = (_count(highlights, "highlight"), _count(notes, "note"))
        return ", ".join(filter(None, counts))

    def _article_notes(self) -> str:
        """Return the notes on the whole article."""
        notes = "".join(
            f'<div class="note"{_id(each)}>{_label(_joined("on the article", _tags(each)))}{_words(each)}</div>\n'
            for each in self._on_article
        )
        return (
            f'<section class="article-notes" aria-label="Notes on the article">\n{notes}</section>\n' if notes else ""
        )

    def _number(self, number: int, each: ClippedAnnotation) -> str:
        """Return the number of a highlight as HTML, linked to its note if it has one."""
        about = (f"Highlight {number}", each.colour_name or f"colour {_colour(each)}", _page(each), each.created[:10])
        title = attribute("title", ", ".join(filter(None, about)))
        state = attribute("data-state", "" if each.state is PlaceState.ANCHORED else each.state.value)
        words = str(number)
        if self._has_aside(each):
            words = f'<a href="#{self._prefix}n{number}"{self._role.reference}>{number}</a>'
        name = f"{self._prefix}h{number}"
        return f'<sup class="n c{_colour(each)}" id="{name}"{_id(each)}{state}{title}>{words}</sup>'

    def _has_aside(self, each: ClippedAnnotation) -> bool:
        return bool(each.note.strip() or each.tags or self._former_words(each))

    def _former_words(self, each: ClippedAnnotation) -> str:
        """Return the words that were marked if the text has other words there now; else an empty string."""
        if self._document is None:
            return ""
        now = self._document.text[each.where.start : each.where.end]
        return "" if now == each.quote or now.split() == each.quote.split() else each.quote

    def _aside(self, number: int, each: ClippedAnnotation) -> str:
        former = self._former_words(each)
        changed = f'<p class="quiet">Marked as: “{escape(" ".join(former.split()))}”</p>' if former else ""
        back = f'<a class="n c{_colour(each)}" href="#{self._prefix}h{number}">{number}</a>'
        label = _label(_joined(f"{back} {escape(each.colour_name)}".rstrip(), escape(_page(each)), _tags(each)))
        return (
            f'<aside class="note c{_colour(each)}" id="{self._prefix}n{number}"{self._role.note}>'
            f"{label}{_words(each)}{changed}</aside>\n"
        )

    def _unplaced_list(self) -> str:
        """Return the highlights that have no position in the text, with their words and their state."""
        if not self._unplaced:
            return ""
        if self._document is not None:
            title = "Highlights without a certain place in the text"
        elif self._with_text:
            title = "Highlights (the text of the article cannot be read)"
        else:
            title = ""
        level = self._level + 1
        heading = f'<h{level} class="s2" lang="en">{title}</h{level}>\n' if title else ""
        items: list[str] = []
        last = ""
        for number, each in self._unplaced:
            chapter = each.where.chapter
            if chapter != last:
                last = chapter
                items.append(_paragraph("heading-path", escape(chapter)))
            items.append(self._unplaced_item(number, each))
        return f'<section class="unplaced">\n{heading}{"".join(items)}</section>\n'

    def _unplaced_item(self, number: int, each: ClippedAnnotation) -> str:
        colour = _colour(each)
        state = _STATES.get(each.state, "")
        name = f'<span class="n c{colour}">{number}</span> {escape(each.colour_name)}'.rstrip()
        parts = (name, escape(_page(each)), state, _tags(each))
        way = attribute("dir", direction(each.quote))
        quote = f'<blockquote class="c{colour}"{way}>{_quote(each, with_context=self._with_text)}</blockquote>'
        return (
            f'<div class="unplaced-item" id="{self._prefix}h{number}"{_id(each)} data-state="{each.state.value}">'
            f"{quote}{_label(_joined(*parts))}{_words(each)}</div>\n"
        )


def _colour(each: ClippedAnnotation) -> int:
    return min(COLOURS, max(1, each.annotation.colour))


def _id(each: ClippedAnnotation) -> str:
    return attribute("data-annotation", each.id)


def _words(each: ClippedAnnotation) -> str:
    words = note_html(each.note)
    return f'<div class="words"{attribute("dir", direction(each.note))}>{words}</div>' if words else ""


def _page(each: ClippedAnnotation) -> str:
    """Return the printed page of a highlight as `p. 12`; empty without pages."""
    return f"p. {each.where.page}" if each.where.page else ""


def _tags(each: ClippedAnnotation) -> str:
    return " ".join(f'<bdi class="tag">#{escape(tag)}</bdi>' for tag in each.tags)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _label(words: str) -> str:
    return f'<p class="label">{words}</p>' if words else ""


def _paragraph(kind: str, words: str) -> str:
    return f'<p class="{kind}">{words}</p>\n' if words else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def _quote(each: ClippedAnnotation, *, with_context: bool) -> str:
    """Return the words of a highlight; with `with_context`, also the words before and after them when it was made."""
    words = [escape(paragraph.text) if paragraph.is_code else _lines(paragraph.text) for paragraph in each.paragraphs]
    if words and with_context:
        words[0] = _context(f"…{each.prefix}" if each.prefix else "") + words[0]
        words[-1] += _context(f"{each.suffix}…" if each.suffix else "")
    return "".join(
        f"<pre><code>{text}</code></pre>" if paragraph.is_code else f"<p>{text}</p>"
        for paragraph, text in zip(each.paragraphs, words, strict=True)
    )


def _context(text: str) -> str:
    spaced = re.sub(r"\s+", " ", text)
    return f'<span class="context">{escape(spaced)}</span>' if spaced else ""


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br/>")
