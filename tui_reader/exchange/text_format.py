"""Common code of the text formats: values for the fields of their templates, and pages of blocks."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.exchange.blocks import Block, Comments, Page
from tui_reader.exchange.clip import place_in_words
from tui_reader.exchange.templates import Template
from tui_reader.model.annotation import PlaceState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation
    from tui_reader.exchange.properties import Properties

EVERYTHING = "*"
"""The id of a page that contains all articles of an export."""


class Markup(NamedTuple):
    """The functions with which a text format writes the values of fields."""

    escape: Callable[[str], str]
    """Returns a one-line text with all markup of the format escaped."""
    quote: Callable[[ClippedAnnotation], str]
    """Returns a quote with its paragraphs, without quotation marks, which the template contains."""
    note: Callable[[str], str]
    """Returns a Markdown note in the format, so that the note cannot end the element around it."""
    tags: Callable[[Sequence[str]], str]
    """Returns tags in one line."""
    heading: Callable[[str, int], str]
    """Returns a heading of an article's text; arguments: title, and depth from 1."""
    address: Callable[[str], str]
    """Returns an address as a link."""


class TextFormat:
    """A format of text with a template."""

    def __init__(
        self,
        markup: Markup,
        comments: Comments,
        template: str,
        properties: Callable[[Clip], Properties] | None = None,
    ) -> None:
        """Store the properties of a format.

        Args:
            markup: The functions that write values of fields.
            comments: The comment syntax, which marks the blocks of a file.
            template: The template that is used if none is given.
            properties: Returns the properties of an article, in front matter; None for a format without.
        """
        self.comments, self.template = comments, template
        self._markup, self._properties = markup, properties

    def write(self, clips: Sequence[Clip], template: str = "") -> str:
        """Return clips as text without block marks, to print or to paste.

        Raises:
            UsageError: The template is wrong.
        """
        parsed = _parsed(template or self.template)
        texts = [block.text for clip in clips for block in self._written(clip, parsed)]
        return "\n\n".join(texts) + "\n" if texts else ""

    def page(self, clip: Clip, template: str = "") -> Page:
        """Return the content of a file for one article.

        Raises:
            UsageError: The template is wrong.
        """
        properties = self._properties(clip) if self._properties is not None else None
        return Page(clip.id, self._written(clip, _parsed(template or self.template)), properties)

    def page_of_all(self, clips: Sequence[Clip], template: str = "") -> Page:
        """Return the content of one file for several articles, without properties.

        Raises:
            UsageError: The template is wrong.
        """
        parsed = _parsed(template or self.template)
        return Page(EVERYTHING, [block for clip in clips for block in self._written(clip, parsed)])

    def prepare(self, clip: Clip, template: str = "") -> None:
        """Write the blocks of a clip ahead; see `Format.prepare`.

        Raises:
            UsageError: The template is wrong.
        """
        self._written(clip, _parsed(template or self.template))

    def _written(self, clip: Clip, template: Template) -> list[Block]:
        return clip.written(template, lambda each: list(self._blocks(each, template)))

    def _blocks(self, clip: Clip, template: Template) -> Iterator[Block]:
        article = self._article(clip)
        head = template.head(article)
        if head:
            yield Block(f"article:{clip.id}", head)
        above: tuple[str, ...] = ()
        for each in clip.annotations:
            text = template.annotation(article | self._annotation(each, above))
            above = each.where.headings or above
            if text:
                yield Block(each.id, text)
        tail = template.tail(article)
        if tail:
            yield Block(f"end:{clip.id}", tail)

    def _article(self, clip: Clip) -> dict[str, str]:
        markup = self._markup
        values = {
            "title": markup.escape(clip.title),
            "author": markup.escape(clip.byline),
            "source": markup.escape(clip.source),
            "date": markup.escape(clip.date[:10]),
            "url": markup.address(clip.url) if clip.url else "",
            "language": markup.escape(clip.language),
            "article_tags": markup.tags(clip.tags),
            "article_id": markup.escape(clip.printed_id),
            "count": str(len(clip.annotations)),
        }
        return values | {"about": _listed(*(values[name] for name in ("author", "source", "date", "url")))}

    def _annotation(self, clipped: ClippedAnnotation, above: tuple[str, ...]) -> dict[str, str]:
        markup, where = self._markup, clipped.where
        place = place_in_words(where.paragraph, where.page, where.percent) if where.percent is not None else ""
        depth = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(above, where.headings, strict=False)))
        new = where.headings[depth:]
        values = {
            "id": markup.escape(clipped.printed_id),
            "block_id": block_id(clipped.id) if clipped.quote else "",
            "quote": markup.quote(clipped),
            "beginning": markup.escape(_beginning(clipped.quote) or _beginning(clipped.note) or "…"),
            "note": markup.note(clipped.note),
            "tags": markup.tags(clipped.tags),
            "colour": markup.escape(clipped.colour_name),
            "created": clipped.created,
            "updated": clipped.updated,
            "state": "" if clipped.state == PlaceState.ANCHORED else str(clipped.state),
            "place": place,
            "section": markup.escape(where.section),
            "headings": " › ".join(map(markup.escape, where.headings)),
            "new_headings": "\n\n".join(markup.heading(each, depth + i) for i, each in enumerate(new, 1)),
        }
        parts = (values["colour"], place, clipped.created[:10], values["state"], values["tags"])
        return values | {"details": _listed(*parts)}


_parsed = lru_cache(maxsize=4)(Template)


def _listed(*parts: str) -> str:
    return " · ".join(filter(None, parts))


_SHORT = 60
"""Maximum length in code points of the template field `beginning`, the first words of a quote or note."""


def _beginning(text: str) -> str:
    line = clean_line(text[: 4 * _SHORT])
    return line if len(line) <= _SHORT else f"{line[:_SHORT].rsplit(' ', 1)[0]}…"


def block_id(annotation: str) -> str:
    """Return the id of an annotation for a block link of Obsidian: characters that are not allowed there become `-`."""
    return re.sub(r"[^A-Za-z0-9-]", "-", annotation)
