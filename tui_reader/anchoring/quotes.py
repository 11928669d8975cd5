"""Looking for words that somebody quotes, without knowing where they stood."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.resolution import Resolver
from tui_reader.document.normalization import Words, normalized
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 100
"""Occurrences that are told at most: who quotes “the” does not want to know them all."""
ALTERED = 0.6
"""Least likeness of a passage that a quote may be an altered form of."""


class Near(NamedTuple):
    """A passage that resembles a quote."""

    range: Range
    likeness: float
    """0 to 1."""


class QuoteFinder:
    """Looks for quotes in one text."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _words(self) -> Words:
        return Words.of(normalized(self._text))

    @cached_property
    def _resolver(self) -> Resolver:
        return Resolver(self._text)

    @cached_property
    def _joined(self) -> str:
        return _joined(self._words.keys)

    def occurrences(self, quote: str) -> list[Range]:
        """Where the words of a quote stand, in order, without regard to case, white space and kinds of quotes.

        Signs at the ends of the quote are passed over where the text has others: a full stop may be the quoting one's.
        """
        keys = Words.of(normalized(quote)).keys
        found = self._runs(keys)
        if not found:
            first = next((i for i, key in enumerate(keys) if key[0].isalnum()), len(keys))
            last = next((i for i in range(len(keys), 0, -1) if keys[i - 1][0].isalnum()), 0)
            found = self._runs(keys[first:last]) if first < last else []
        return found

    def nearest(self, quote: str) -> Near | None:
        """The passage that is most like a quote, or None if none is like it."""
        found = self._resolver.nearest(" ".join(quote.split()))
        return Near(found.range, found.quote) if found is not None and found.quote >= ALTERED else None

    def _runs(self, keys: Sequence[str]) -> list[Range]:
        """Where a run of words stands."""
        if not keys:
            return []
        wanted = _joined(keys)
        found: list[Range] = []
        at = self._joined.find(wanted)
        while at >= 0 and len(found) < MOST:
            first = self._joined.count("\n", 0, at)
            found.append(Range(self._words.starts[first], self._words.ends[first + len(keys) - 1]))
            at = self._joined.find(wanted, at + len(wanted) - 1)
        return found


def _joined(keys: Sequence[str]) -> str:
    """Words with a line feed, which none of them holds, before each and behind the last."""
    return "\n" + "\n".join(keys) + "\n" if keys else ""
