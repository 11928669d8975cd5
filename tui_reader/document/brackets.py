"""Text objects of brackets and quotation marks: matching pairs within a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.blocks import block_index
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

_BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "【": "】", "〈": "〉", "《": "》"}
# For each opening mark, the marks that may close it: languages use them differently.
_QUOTES = {
    "“": "”",
    "„": "“”",
    "‚": "‘’",
    "‘": "’",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    '"': '"',
}
_SIGNS = {"b": _BRACKETS, "q": _QUOTES}


def enclosing(document: Document, kind: str, within: Range) -> Range | None:
    """Return the innermost pair of brackets or quotation marks that contains a range and more; None without one.

    Args:
        document: The document.
        kind: `ib` or `iq` for the text between brackets or quotation marks, `ab` or `aq` including the brackets or
            marks.
        within: A range in one block.
    """
    found = [
        each
        for each in _pairs(document, kind, within.start)
        if each.start <= within.start and within.end <= each.end and each != within
    ]
    return max(found, key=lambda each: each.start, default=None)


def first_within(document: Document, kind: str, within: Range) -> Range | None:
    """Return the first pair of brackets or quotation marks that begins in a range; None without one.

    Of nested pairs, return the outermost. For the arguments see `enclosing`.
    """
    found = [each for each in _pairs(document, kind, within.start) if within.start <= each.start < within.end]
    return min(found, key=lambda each: each.start, default=None)


def _pairs(document: Document, kind: str, offset: int) -> list[Range]:
    """Return the non-empty pairs of brackets or quotes in the block at an offset."""
    if not document.blocks:
        return []
    block = document.blocks[block_index(document, offset)]
    inner = kind.startswith("i")
    found = _matched(document.text[block.start : block.end], _SIGNS[kind[1]])
    return [
        Range(block.start + start + inner, block.start + end - inner) for start, end in found if end - start > 2 * inner
    ]


def _matched(text: str, signs: dict[str, str]) -> list[Range]:
    """Return the ranges of all pairs in a text, delimiters included; unpaired delimiters are ignored.

    `signs` maps each opening delimiter to the characters that may close it.
    """
    waiting: list[int] = []
    found: list[Range] = []
    closing = set("".join(signs.values()))
    for at, sign in enumerate(text):
        if sign not in signs and sign not in closing:
            continue
        if sign == "’" and at and text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum():
            # An apostrophe.
            continue
        depth = next((step for step, start in enumerate(reversed(waiting), 1) if sign in signs[text[start]]), 0)
        if depth:
            found.append(Range(waiting[-depth], at + 1))
            del waiting[-depth:]
        elif sign in signs:
            waiting.append(at)
    return found
