"""Description of a range of a text by an anchor, which serves to find the passage again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tui_reader.model.anchor import Anchor
from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

CONTEXT = 32
"""Code points of context to store before and after a quote; Hypothesis stores as many."""
TEXT_VERSION = 2
"""Increased when formats produce a different text from the same bytes, so that older offsets are invalid."""


def fingerprint(text: str) -> str:
    """Return a string that identifies a text.

    It consists of `TEXT_VERSION` and the BLAKE2b hash of the text's UTF-8, 16 bytes in hexadecimal.
    """
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{TEXT_VERSION}-{digest}"


@lru_cache(maxsize=4)
def document_fingerprint(document: Document) -> str:
    """Return the fingerprint of a document's text.

    It takes 10 ms for a million words, and is cached for the article on the screen and its neighbours.
    """
    return fingerprint(document.text)


def describe(document: Document, start: int, end: int) -> Anchor:
    """Return an anchor that describes a range of a document's text.

    Args:
        document: The document whose text contains the range.
        start: First code point of the range.
        end: Code point after the last code point of the range.

    Raises:
        ValueError: The range is empty or not within the text.
    """
    from tui_reader.document.blocks import block_index  # noqa: PLC0415 - 5 ms to import, needed at the first highlight

    text = document.text
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no passage from {start} to {end} in a text of {len(text)} characters")
    return Anchor(
        exact=text[start:end],
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
        start=start,
        end=end,
        block=block_index(document, start),
        fingerprint=document_fingerprint(document),
    )
