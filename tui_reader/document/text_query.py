"""A query as typed by the user, with the comparison of accents.

A query without accents matches letters with any accent, a query with accents matches these accents only: `resume` finds
`résumé`, but `résumé` does not find `resume`. This is the asymmetric search of the Unicode collation algorithm (UTS 10,
8.1).
"""

from __future__ import annotations

import re
from functools import cached_property

from tui_reader.document.normalization import CASED_SEARCH, SEARCH, WORDS, fold


class TextQuery:
    """A query that is searched for in folded text."""

    def __init__(self, text: str, *, case: bool = False) -> None:
        """Fold a query for comparison with folded text.

        Args:
            text: The query; any run of white space counts as one space.
            case: True if case counts.
        """
        self.folding = CASED_SEARCH if case else SEARCH
        text = " ".join(text.split())
        self.key = " ".join(fold(text, self.folding).text.split())
        """The folded query."""
        self._forms = [] if text.isascii() else _accented_forms(text)
        self.has_accents = any(self._forms)
        """True if the query has accents, so that a passage with the same key must also be compared by accents."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return a pattern that finds the query in folded text, with any white space between words."""
        return re.compile(" +".join(map(re.escape, self.key.split(" "))))

    def has_accents_of(self, passage: str) -> bool:
        """Return True if a passage with the same letters as the query also has the query's accents."""
        if not self.has_accents:
            return True
        found, wanted = _accented_forms(" ".join(passage.split())), self._forms
        # The passage is longer than the query if the query begins or ends inside a ligature.
        return any(
            all(not form or form == found[at + step] for step, form in enumerate(wanted))
            for at in range(len(found) - len(wanted) + 1)
        )


def _accented_forms(text: str) -> list[str]:
    """Return each letter of a text's search key with its accent; empty for a letter without an accent."""
    forms: list[str] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and not text[end].isascii() and not fold(text[end], SEARCH).text:
            end += 1
        plain, accented = fold(text[at:end], SEARCH).text, fold(text[at:end], WORDS).text
        forms += ["" if plain == accented else accented] * len(plain)
        at = end
    return forms
