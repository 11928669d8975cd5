"""Joining of words that are divided at the end of a line: decides whether the hyphen is part of the word."""

from __future__ import annotations

import re

_DIVIDED = re.compile(r"([^\W\d_]+(?:['’][^\W\d_]+)?)[-‐\u00ad]\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_PREFIXES = frozenset(
    """
    self well ill half all ex high low long short full semi quasi cross so non one two three four five six seven eight
    nine ten twenty thirty forty fifty sixty seventy eighty ninety
    """.split()  # noqa: SIM905 - a list would take a line for each word
)
"""First parts of compounds: the hyphen after one is kept, unless the text has the word without a hyphen."""
_AFTER_SUSPENDED = frozenset(("and", "or", "to", "und", "oder", "bzw", "et", "ou", "y", "o", "e", "en", "of", "och"))
"""Words that may follow a suspended hyphen, which is kept, as in “Sonnen- und Mondfinsternis”."""
_MOST_WORDS = 400_000


class Vocabulary:
    """The words of a text that are not divided at a line end, by which hyphens of divided words are kept or not."""

    def __init__(self) -> None:
        self._words: set[str] = set()

    def add(self, line: str) -> None:
        """Add the words of a line except the last, which may be divided."""
        if len(self._words) < _MOST_WORDS:
            self._words.update(word.replace("‐", "-").casefold() for word in _WORDS.findall(line)[:-1])

    def joint(self, before: str, after: str) -> tuple[int, str]:
        """Return how a line is joined to the next one.

        Returns:
            The number of characters to drop from the end of the line, and the text between both lines: a space,
            or nothing.
        """
        if before[-1:] not in ("-", "‐", "\u00ad"):
            return 0, " "
        divided = _DIVIDED.search(before)
        following = _FIRST_WORD.match(after)
        if before.endswith("\u00ad"):
            return 1, ""
        if divided is None:
            return 0, "" if len(before) > 1 and before[-2].isalnum() and after[:1].isalnum() else " "
        if following is None or not following[0][0].islower():
            return 0, ""
        first, second = divided[1].casefold(), following[0].casefold()
        if second in _AFTER_SUSPENDED and first + second not in self._words:
            return 0, " "
        if first + second in self._words:
            return 1, ""
        compound = _WORDS.match(after)
        whole = f"{first}-{compound[0].casefold() if compound else second}"
        if f"{first}-{second}" in self._words or whole in self._words:
            return 0, ""
        start = before[: divided.start()]
        is_longer = start.endswith(("-", "‐"))  # a compound of three parts, such as `state-of-the-`
        return (0, "") if first in _PREFIXES or (is_longer and first in self._words) else (1, "")
