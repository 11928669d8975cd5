"""Raw HTML inside Markdown, reduced to blocks of text: no style, no script, no layout."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tui_reader.document.blocks import Block, BlockKind, Span
from tui_reader.document.clean import clean_line
from tui_reader.formats.inline import TAGS, RunningText, safe_target

Piece = tuple[Block, str, list[Span]]
"""A block without a range, its text, and the spans relative to it."""

_SILENT = frozenset({"script", "style", "template", "head", "noscript"})
_INLINE = frozenset(TAGS) | frozenset(
    {
        "span",
        "font",
        "small",
        "big",
        "u",
        "abbr",
        "time",
        "q",
        "ins",
        "bdi",
        "bdo",
        "label",
        "picture",
        "source",
        "wbr",
        "data",
    }
)
_HEADING = re.compile(r"h([1-6])")
_SPACE = re.compile(r"\s+")


class FragmentReader(HTMLParser):
    """Reads one piece of HTML; every tag that is not inline parts paragraphs."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._running = RunningText()
        self._silent: list[str] = []
        self._lists: list[str] = []
        self._quote = 0
        self._level = 0
        self._pre = 0
        self._marker = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = {name: value or "" for name, value in attrs}
        if self._silent or tag in _SILENT:
            self._silent.append(tag)
        elif tag == "br":
            self._running.add_hard_break()
        elif tag == "img":
            self._image(given)
        elif tag in _INLINE:
            target = safe_target(given.get("href", "")) if tag == "a" else ""
            self._running.open(TAGS.get(tag), target, tag)
        else:
            self._begin_block(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that ends where it begins."""
        self.handle_starttag(tag, attrs)
        if tag not in ("br", "img"):
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._silent:
            if tag in self._silent:
                del self._silent[self._silent.index(tag) :]
        elif tag in _INLINE:
            self._running.close(tag)
        elif tag != "br":
            self._end_block(tag)

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if self._silent:
            return
        if self._pre:
            self._running.add(data)
            return
        folded = _SPACE.sub(" ", data)
        if folded.startswith(" ") and (not self._running.length or self._running.text[-1:] in " \n"):
            folded = folded[1:]
        self._running.add(folded)

    def close(self) -> None:
        """End the reading, with whatever text is left."""
        super().close()
        self._flush()

    def _image(self, given: dict[str, str]) -> None:
        alt = clean_line(given.get("alt", "") or given.get("title", ""))
        if self._running.text.strip():
            self._running.add(alt)
            return
        target = safe_target(given.get("src", ""))
        self.pieces.append((self._block(BlockKind.FIGURE)._replace(target=target), alt, []))

    def _begin_block(self, tag: str) -> None:
        self._flush()
        heading = _HEADING.fullmatch(tag)
        if heading:
            self._level = int(heading[1])
        elif tag == "hr":
            self.pieces.append((Block(BlockKind.RULE, 0, 0), "", []))
        elif tag == "blockquote":
            self._quote += 1
        elif tag in ("pre", "textarea"):
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append(tag)
        elif tag == "li":
            self._marker = "•"

    def _end_block(self, tag: str) -> None:
        self._flush()
        if _HEADING.fullmatch(tag):
            self._level = 0
        elif tag == "blockquote":
            self._quote = max(0, self._quote - 1)
        elif tag in ("pre", "textarea"):
            self._pre = max(0, self._pre - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()

    def _block(self, kind: BlockKind) -> Block:
        return Block(kind, 0, 0, quote=self._quote, depth=len(self._lists))

    def _flush(self) -> None:
        text, spans = self._running.finish()
        self._running = RunningText()
        if not text:
            return
        if self._pre:
            self.pieces.append((self._block(BlockKind.CODE), text, []))
            return
        kind = BlockKind.HEADING if self._level else BlockKind.PARAGRAPH
        marker, self._marker = (self._marker, "") if self._lists else ("", "")
        self.pieces.append((self._block(kind)._replace(level=self._level, marker=marker), text, spans))


def read_fragment(source: str) -> list[Piece]:
    """The blocks of a piece of HTML; comments and processing instructions vanish."""
    reader = FragmentReader()
    reader.feed(source)
    reader.close()
    return reader.pieces
