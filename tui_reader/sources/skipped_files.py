"""Counts of skipped files in a listing of folders: unsupported kinds, and names that a pattern ignores."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

MOST_KINDS = 4
"""Maximum number of kinds of files in a sentence, the most frequent kinds."""


class PassedOver(NamedTuple):
    """Counts of the files and names that one listing of folders skipped."""

    kinds: tuple[tuple[str, int], ...] = ()
    """Counts of files that are not read, by suffix, the most frequent first; "" for files without a suffix."""
    ignored: int = 0
    """Number of articles and folders that a pattern ignores."""

    @property
    def files(self) -> int:
        """Return the number of skipped files whose kind is not supported."""
        return sum(count for _, count in self.kinds)

    @property
    def sentence(self) -> str:
        """Return a sentence such as `120 files of kinds not read (80 .pdf, 40 .epub)`; empty without skipped files."""
        parts = []
        if self.files:
            named = [f"{count:,} {suffix or 'without a suffix'}" for suffix, count in self.kinds[:MOST_KINDS]]
            more = ["…"] if len(self.kinds) > MOST_KINDS else []
            kind = "file of a kind" if self.files == 1 else "files of kinds"
            parts.append(f"{self.files:,} {kind} not read ({', '.join([*named, *more])})")
        if self.ignored:
            parts.append(f"{self.ignored:,} left out by patterns")
        return " · ".join(parts)


class PassedOverCounter:
    """Counts skipped files and names while folders are listed."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self.ignored = 0
        """Number of articles and folders that a pattern ignores."""

    def add(self, name: str) -> None:
        """Count a file that is not an article, by its suffix; `.name` has none."""
        dot = name.rfind(".")
        self._kinds[name[dot:].lower() if dot > 0 else ""] += 1

    def result(self) -> PassedOver:
        """Return the counts of all files added so far."""
        kinds = sorted(self._kinds.items(), key=lambda each: (-each[1], each[0]))
        return PassedOver(tuple(kinds), self.ignored)
