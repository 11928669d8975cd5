"""The position of a list's cursor after the list was replaced by another list."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.article import ArticleId


def following(before: Sequence[ArticleId], index: int, after: Sequence[ArticleId]) -> int:
    """Return the index in a new list of the entry at `index`, or of the nearest entry still listed.

    The same row number would skip as many articles as have left the list above the cursor.

    Args:
        before: The list that was shown.
        index: The cursor in it.
        after: The list to show now.

    Returns:
        Index in `after`: of the same entry if it is still listed, else of the first later entry that is, else of the
        last earlier one; `index` itself, clamped, if the lists share no entry.
    """
    places = _places(after)
    for article in (*before[index:], *reversed(before[:index])):
        if article in places:
            return places[article]
    return max(0, min(index, len(after) - 1))


def gap_between(before: Sequence[ArticleId], gap: int, after: Sequence[ArticleId]) -> int:
    """Return the position in a new list of a gap between entries, such as where an article was removed.

    Args:
        before: The list in which `gap` counts.
        gap: Number of entries before the gap.
        after: The list to show now.

    Returns:
        Number of entries of `after` before the gap. New entries at the gap count as later entries, so that the step
        to the next entry skips none.
    """
    places = _places(after)
    later = next((places[each] for each in before[gap:] if each in places), len(after))
    earlier = next((places[each] + 1 for each in reversed(before[:gap]) if each in places), None)
    return later if earlier is None or earlier > later else earlier


def _places(ids: Sequence[ArticleId]) -> dict[ArticleId, int]:
    return {article: place for place, article in enumerate(ids)}
