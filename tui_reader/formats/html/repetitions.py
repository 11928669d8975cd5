"""Removal of repetitions from the blocks of an article: the title, repeated captions, and empty descriptions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind
from tui_reader.document.normalization import title_key
from tui_reader.formats.html.pictures import says_no_more

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.formats.text.table_text import UnplacedBlock

_PARAGRAPH = 80
"""Minimum number of characters of the first paragraph; blocks above it that repeat the title are left out."""
_GENERIC = re.compile(
    r"(?:image|photo|picture|img|figure|photograph|illustration|thumbnail|screenshot|logo|icon|avatar|banner|file|pic|null|undefined|alt)"
    r"[\s\d.:_-]*|[^\s]+\.(?:jpe?g|png|gif|webp|avif|svg)|[\w-]*[_\d][\w-]*|\W*",
    re.IGNORECASE,
)
"""Pattern of descriptions of pictures that say nothing: a file name such as `IMG_1.jpg`, or a word such as `image`."""
_WORD = re.compile(r"\w+")
_ALIKE = 0.5
"""Minimum share of the words of a headline, or of the title, that both have if they are versions of one title."""
_LONGEST_ADDITION = 16
"""Maximum number of letters after the title in the description of a picture that repeats it, such as `- Photo`."""
_LABEL_OF_CODE = re.compile(r"([\w+#.-]{1,16})(?:\s*Copy(?: code)?!?)?")
"""Pattern of the bar above a block of code: its language, perhaps with a button, as in `python Copy code`."""
_LONG = 24
"""Minimum number of letters of a repeated text that is left out."""


def tidied(pieces: Sequence[UnplacedBlock], title: str) -> list[UnplacedBlock]:
    """Return the blocks of an article without repetitions.

    Args:
        pieces: The blocks.
        title: The title, which the metadata has and a screen draws above the text.
    """
    heading = title_key(title)
    seen: set[tuple[BlockKind, str]] = set()
    kept: list[UnplacedBlock] = []
    is_top = True
    for written in pieces:
        kind, folded = written.block.kind, title_key(written.text)
        is_figure = kind is BlockKind.FIGURE
        piece = _described(written, folded, heading, seen) if is_figure else written
        if heading and folded == heading and _is_title(piece, is_top=is_top):
            continue
        if is_top and kind is BlockKind.HEADING and piece.block.level == 1 and _is_like(piece.text, title):
            continue
        if kind is BlockKind.CODE and kept and _is_label(kept[-1], piece):
            kept.pop()
        is_top = is_top and (is_figure or piece.block.quiet or len(piece.text) < _PARAGRAPH)
        if piece.block.quiet and not piece.block.marker and kept and kept[-1].block.kind is BlockKind.FIGURE:
            if (BlockKind.FIGURE, folded) in seen and folded != title_key(kept[-1].text):
                continue
            seen.add((BlockKind.FIGURE, folded))
            if says_no_more(kept[-1].text, piece.text):
                kept[-1] = kept[-1]._replace(text=piece.text, spans=piece.spans)
                continue
        elif len(folded) >= _LONG and kind is BlockKind.PARAGRAPH and (BlockKind.FIGURE, folded) in seen:
            continue
        kept.append(piece)
    return kept


def _is_like(heading: str, title: str) -> bool:
    """Return True if most words of a heading are in the title, or most of the title's words in the heading."""
    words, others = _telling_words(heading), _telling_words(title)
    return len(words & others) >= _ALIKE * max(min(len(words), len(others)), 1)


def _telling_words(text: str) -> set[str]:
    """Return the words of a line without small ones such as `the`; all words if there are only small ones."""
    words = set(_WORD.findall(text.casefold()))
    return {word for word in words if len(word) > 3} or words


def _is_title(piece: UnplacedBlock, *, is_top: bool) -> bool:
    """Return True if a block with the text of the title only repeats it: it is at the top, or a heading of level 1."""
    if piece.block.kind is BlockKind.HEADING:
        return is_top or piece.block.level == 1
    return is_top and piece.block.kind is BlockKind.PARAGRAPH


def _is_label(piece: UnplacedBlock, code: UnplacedBlock) -> bool:
    """Return True if a block is only the name of the language of the code that follows."""
    if piece.block.kind is not BlockKind.PARAGRAPH or piece.block.marker or not code.block.language:
        return False
    label = _LABEL_OF_CODE.fullmatch(piece.text)
    return label is not None and label[1].casefold() == code.block.language.casefold()


def _described(piece: UnplacedBlock, folded: str, heading: str, seen: set[tuple[BlockKind, str]]) -> UnplacedBlock:
    """Return a picture without its description if that says nothing, or repeats the title or an earlier description.

    Args:
        piece: The picture.
        folded: The description, by `title_key`.
        heading: The title, by `title_key`; empty if it is not compared.
        seen: Kinds and texts of the pictures above, to which the picture is added if its description is kept.
    """
    is_title = bool(heading) and heading in folded and len(folded) <= len(heading) + _LONGEST_ADDITION
    if is_title or _GENERIC.fullmatch(piece.text) or (BlockKind.FIGURE, folded) in seen:
        return piece._replace(text="", spans=[span for span in piece.spans if span.end == span.start])
    seen.add((BlockKind.FIGURE, folded))
    return piece
