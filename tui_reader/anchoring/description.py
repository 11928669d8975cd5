"""From a range of a text to an anchor that finds it again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tui_reader.model.anchor import Anchor

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

CONTEXT = 32
"""Code points kept before and behind a quote, as Hypothesis keeps them."""
TEXT_VERSION = 1
"""Raised when the formats begin to make another text of the same bytes; no offset of an older text holds then."""


def fingerprint(text: str) -> str:
    """What tells a text from every other: BLAKE2b of its UTF-8, 16 bytes in hexadecimal, behind the text's version."""
    from hashlib import blake2b  # noqa: PLC0415 - 1 ms, and most starts show nothing that is annotated

    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{TEXT_VERSION}-{digest}"


@lru_cache(maxsize=4)
def document_fingerprint(document: Document) -> str:
    """The same of a document's text (a million words take 10 ms), kept for the article on the screen
    and its neighbours."""
    return fingerprint(document.text)


def describe(document: Document, start: int, end: int) -> Anchor:
    """The anchor of a range.

    Args:
        document: The document that the range counts in.
        start: First code point of the range.
        end: Code point behind the last.

    Raises:
        ValueError: The range is empty or not within the text.
    """
    from tui_reader.document.structure import block_index  # noqa: PLC0415 - 5 ms, at the first highlight

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
