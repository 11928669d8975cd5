"""Search for quoted words in a text when their original position is unknown."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.resolution import Resolver
from tui_reader.document.normalization import SEARCH, Words, fold, normalized
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_OCCURRENCES = 100
"""Maximum number of occurrences returned; a quote such as “the” has too many to be useful."""
MIN_SIMILARITY = 0.6
"""Minimum similarity of a passage to a quote that may be an altered form of it."""


class SimilarPassage(NamedTuple):
    """A passage that resembles a quote."""

    range: Range
    similarity: float
    """How similar the passage is, 0 to 1."""


class QuoteFinder:
    """Searches one text for quotes."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _words(self) -> Words:
        return Words.within(self._text)

    @cached_property
    def _words_without_accents(self) -> Words:
        return Words.within(self._text, SEARCH)

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._text)

    def occurrences(self, quote: str) -> list[Range]:
        """Return the ranges in which the words of a quote occur, in order.

        Case, white space and other presentation do not count, see `normalization`. Punctuation at the ends of the quote
        is ignored if it differs in the text: a full stop may belong to the quoting text. If a quote without accents
        does not occur, it also matches words with accents.
        """
        keys = Words.of(normalized(quote)).keys
        found = self._occurrences(keys, self._words)
        if not found and keys == Words.of(fold(quote, SEARCH).text).keys:
            found = self._occurrences(keys, self._words_without_accents)
        return found

    @staticmethod
    def _occurrences(keys: Sequence[str], words: Words) -> list[Range]:
        """Return the ranges of a sequence of words; without a match, retry without punctuation at the ends."""
        found = _runs(keys, words)
        if not found:
            first = next((i for i, key in enumerate(keys) if key[0].isalnum()), len(keys))
            last = next((i for i in range(len(keys), 0, -1) if keys[i - 1][0].isalnum()), 0)
            found = _runs(keys[first:last], words) if first < last else []
        return found

    def nearest(self, quote: str) -> SimilarPassage | None:
        """Return the passage most similar to a quote; None if none reaches `MIN_SIMILARITY`."""
        found = self._resolver.nearest(" ".join(quote.split()))
        return SimilarPassage(*found) if found is not None and found[1] >= MIN_SIMILARITY else None


def _runs(keys: Sequence[str], words: Words) -> list[Range]:
    """Return the first ranges in which a sequence of words occurs, at most `MAX_OCCURRENCES`."""
    if not keys:
        return []
    wanted, joined = _joined(keys), _joined(words.keys)
    found: list[Range] = []
    at = joined.find(wanted)
    first = counted = 0
    while at >= 0 and len(found) < MAX_OCCURRENCES:
        first, counted = first + joined.count("\n", counted, at), at
        found.append(Range(words.starts[first], words.ends[first + len(keys) - 1]))
        at = joined.find(wanted, at + len(wanted) - 1)
    return found


def _joined(keys: Sequence[str]) -> str:
    """Join words with a line feed, which no word contains, before each word and after the last."""
    return "\n" + "\n".join(keys) + "\n" if keys else ""
