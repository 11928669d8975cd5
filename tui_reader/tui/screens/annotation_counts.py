"""The numbers of annotations in words, as the first rows of both screens show them."""

from __future__ import annotations


def library_counts(annotations: int, orphans: int) -> list[str]:
    """Return the parts about the annotations of a library: `31 annotations`, `1 orphan`; none for zero."""
    return _in_words((annotations, "annotation"), (orphans, "orphan"))


def article_counts(highlights: int, notes: int, orphans: int) -> list[str]:
    """Return the parts about the annotations of an article: `4 highlights`, `2 notes`, `1 orphan`; none for zero."""
    return _in_words((highlights, "highlight"), (notes, "note"), (orphans, "orphan"))


def _in_words(*counted: tuple[int, str]) -> list[str]:
    return [f"{number:,} {name}{'' if number == 1 else 's'}" for number, name in counted if number]
