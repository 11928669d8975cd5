"""The tags in an answer that has commas between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def tags_in(answer: str, known: Iterable[str]) -> list[str]:
    """Split an answer at its commas, except within a known tag that contains commas, as subjects of books do.

    Args:
        answer: The answer, such as `nato, to read again`.
        known: The tags of the article and other tags in use.
    """
    with_commas = {tag for tag in known if "," in tag}
    longest = max((tag.count(",") for tag in with_commas), default=0) + 1
    parts = answer.split(",")
    tags = []
    at = 0
    while at < len(parts):
        ends = range(min(at + longest, len(parts)), at + 1, -1)
        end = next((end for end in ends if ",".join(parts[at:end]).strip() in with_commas), at + 1)
        tags.append(",".join(parts[at:end]).strip())
        at = end
    return tags
