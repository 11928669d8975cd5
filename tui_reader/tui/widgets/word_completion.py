"""Complete an answer with known words, such as tags: find words for the cursor, and insert a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cells import next_boundary
from tui_reader.document.cleaning import clean_row
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.normalization import SEARCH, fold, normalized, search_key
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

_INNER = LazyPattern(r"[\s\-_/.:·]+(?=\S)")
"""Separators between the words of a tag such as `to read again` or `deep-sea`."""


class Part(NamedTuple):
    """The part of an answer that is being typed."""

    start: int
    """Offset of the part's first letter in the answer."""
    end: int
    """Offset of the end: before the next comma, or at the end of the answer."""
    typed: str
    """Letters of the part up to the cursor."""


class WordCompletion:
    """Completes parts of an answer with known words.

    Args:
        words: The known words, in the order in which they are suggested.
        in_list: True if the answer is a list of words with commas between, False if it is one word.
    """

    def __init__(self, words: Sequence[str], *, in_list: bool = True) -> None:
        self._words = tuple(dict.fromkeys(map(clean_row, words)))
        self._keys = tuple(map(search_key, self._words))
        self._in_list = in_list

    def part(self, answer: str, cursor: int) -> Part:
        """Return the part of an answer at the cursor."""
        start = answer.rfind(",", 0, cursor) + 1 if self._in_list else 0
        end = answer.find(",", cursor) if self._in_list else -1
        while start < cursor and answer[start].isspace():
            start += 1
        return Part(start, len(answer) if end < 0 else end, answer[start:cursor])

    def fitting(self, answer: str, cursor: int, *, every: bool = False) -> list[str]:
        """Return known words that match the typed part: first those that begin like it, then those with a later word.

        So `sea` matches `seals` before `deep-sea`. Case, accents and the form of quotes, dashes and spaces are ignored.
        Words already in the answer are left out, as are words that begin with a minus sign unless one was typed.

        Args:
            answer: The answer.
            cursor: Offset of the cursor in the answer.
            every: True to return all words if nothing was typed, False to return none.
        """
        part = self.part(answer, cursor)
        begun = search_key(part.typed)
        if not begun.strip() and not every:
            return []
        others = (answer[: part.start] + answer[part.end :]).split(",") if self._in_list else ()
        taken = {search_key(each.strip()) for each in others}
        known = [
            (word, key)
            for word, key in zip(self._words, self._keys, strict=True)
            if word != part.typed and key not in taken and (begun.startswith("-") or not key.startswith("-"))
        ]
        first = [word for word, key in known if key.startswith(begun)]
        inner = [word for word, key in known if not key.startswith(begun) and _begins_within(key, begun)]
        return [*first, *inner]

    def completed(self, answer: str, cursor: int, word: str) -> tuple[str, int]:
        """Return the answer with the part at the cursor replaced by a word, and the cursor after that word."""
        part = self.part(answer, cursor)
        blank = " " if self._in_list and part.start and answer[part.start - 1] == "," else ""
        before = answer[: part.start] + blank + word
        return before + answer[part.end :], len(before)


def ghost(answer: str, typed: str, word: str) -> str | None:
    """Return the answer followed by the rest of a word whose beginning was typed; None if the word does not match.

    Typed letters keep their case, so that the displayed answer does not change; those typed without the accents of the
    word get them.

    Args:
        answer: The answer so far.
        typed: The last letters of the answer, with which the word must begin.
        word: The word.
    """
    begun = search_key(typed)
    if not begun or not search_key(word).startswith(begun) or word == typed:
        return None
    rest = _after_beginning(word, begun)
    known = word[: len(word) - len(rest)]
    first = typed if normalized(typed) == normalized(known) else known
    return answer[: len(answer) - len(typed)] + first + rest


def _begins_within(key: str, begun: str) -> bool:
    """Return True if a part of a search key after a separator (see `_INNER`) begins with `begun`."""
    return any(key.startswith(begun, each.end()) for each in _INNER.finditer(key))


def _after_beginning(word: str, begun: str) -> str:
    """Return the rest of a word after its first letters, whose search key is `begun`."""
    place = fold(word, SEARCH).original(Range(0, len(begun)))
    return word[next_boundary(word, max(0, place.end - 1)) :]
