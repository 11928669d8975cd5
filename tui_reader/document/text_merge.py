"""Merge of two edited versions of a text, such as a note in two windows; no added word is lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

BETWEEN = "— written at the same time —"
"""The line between two texts that cannot be merged."""
_BETWEEN_PARTS = f"\n\n{BETWEEN}\n\n"
MOST_TOKENS = 16_000
"""Maximum words and blanks of texts that are compared word by word, in up to 0.1 s; longer ones line by line."""

# Each letter of a script without spaces is a word.
_WORDS = re.compile(
    r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]|[^\W\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]+|\s|[^\w\s]"
)
_has_word = re.compile(r"\w").search


class Merged(NamedTuple):
    """The result of a merge."""

    text: str
    is_one: bool
    """True if the texts were merged; False if `text` contains one text after the other."""


class _Edit(NamedTuple):
    """An edit in one of two texts: new tokens that replace the original tokens `start` to `end`."""

    start: int
    end: int
    side: int
    """0 for an edit of the first text, 1 for an edit of the second text."""
    tokens: Sequence[str]
    """The new tokens."""


def merge(original: str, mine: str, theirs: str) -> Merged:
    """Merge two texts word by word; if both changed the same words differently, put `mine` below `theirs`.

    If one text was emptied and the other changed, the changed text wins: emptying a text must not discard words that
    the author has not seen.

    Args:
        original: The text from which the two texts were edited.
        mine: The text to save now.
        theirs: The stored text.
    """
    if theirs == original:
        return Merged(mine, is_one=True)
    if mine in (theirs, original) or not mine.strip():
        return Merged(theirs, is_one=True)
    if not theirs.strip():
        return Merged(mine, is_one=True)
    result = _merged(original, mine, theirs)
    return Merged(f"{theirs.rstrip()}\n\n{BETWEEN}\n\n{mine.lstrip()}", is_one=False) if result is None else result


def combined(original: str | None, text: str, other: str) -> str:
    """Return one text with the words of two: the merge of both if no word is lost, else one below the other.

    A text whose words the other one contains is omitted. Each text may already consist of several parts with `BETWEEN`
    between them; equal parts are not repeated.

    Args:
        original: The text from which the two texts were edited; None if unknown: then they are not merged.
        text: The upper text, if one is put below the other.
        other: The lower text, if one is put below the other.
    """
    parts, more = ([part.strip() for part in each.split(_BETWEEN_PARTS)] for each in (text, other))
    if set(more) <= set(parts) or not other.strip():
        return text
    if set(parts) <= set(more) or not text.strip():
        return other
    if original is not None:
        merged = merge(original, other, text)
        if merged.is_one and not _loses(merged.text, original, text, other):
            return merged.text
    elif _holds(text, other):
        return text
    elif _holds(other, text):
        return other
    return _BETWEEN_PARTS.join(dict.fromkeys((*parts, *more)))


def _loses(merged: str, original: str, *texts: str) -> bool:
    """Return True if a merge lacks a word that both texts have, or that one of them added.

    A word that occurs twice in the original is not counted, since each text may have kept a different occurrence.
    """
    old, new = (set(_WORDS.findall(each)) for each in (original, merged))
    one, other = (set(_WORDS.findall(each)) for each in texts)
    return not ((one & other) | ((one | other) - old)) <= new


def _holds(text: str, part: str) -> bool:
    """Return True if a text contains all words of `part` in their order."""
    words = (word for word in _WORDS.findall(text) if not word.isspace())
    return all(word in words for word in _WORDS.findall(part) if not word.isspace())


def _merged(original: str, mine: str, theirs: str) -> Merged | None:
    """Return the merged text; None if it has a conflict as in diff3: both texts have different edits at one place.

    Edits are at one place unless the original has an unchanged word between them.
    """
    texts = [_WORDS.findall(each) for each in (original, mine, theirs)]
    if max(map(len, texts)) > MOST_TOKENS:
        texts = [each.splitlines(keepends=True) for each in (original, mine, theirs)]
    old = texts[0]
    edits = sorted([*_edits(old, texts[1], 0), *_edits(old, texts[2], 1)])
    out: list[str] = []
    at = 0
    while edits:
        first = edits.pop(0)
        near, end = [first], first.end
        while edits and not any(map(_has_word, old[end : edits[0].start])):
            near.append(edits.pop(0))
            end = max(end, near[-1].end)
        made = {side: _apply(old, [each for each in near if each.side == side], first.start, end) for side in (0, 1)}
        sides = {each.side for each in near}
        if len(sides) > 1 and made[0] != made[1]:
            return None
        out += [*old[at : first.start], *made[sides.pop()]]
        at = end
    return Merged("".join([*out, *old[at:]]), is_one=True)


def _edits(old: Sequence[str], new: Sequence[str], side: int) -> list[_Edit]:
    """Return the edits that change one list of tokens into another list."""
    # 30 ms to import, needed only for a note that is edited in two places. difflib needs 12 s for 2,000 words.
    from rapidfuzz.distance import Indel  # noqa: PLC0415

    ids: dict[str, int] = {}
    olds, news = ([ids.setdefault(token, len(ids)) for token in each] for each in (old, new))
    return [
        _Edit(code.src_start, code.src_end, side, new[code.dest_start : code.dest_end])
        for code in Indel.opcodes(olds, news)
        if code.tag != "equal"
    ]


def _apply(old: Sequence[str], edits: Sequence[_Edit], start: int, end: int) -> list[str]:
    """Return the tokens `start` to `end` of the original, changed by edits that are in order and in this range."""
    out: list[str] = []
    for edit in edits:
        out += [*old[start : edit.start], *edit.tokens]
        start = edit.end
    return [*out, *old[start:end]]
