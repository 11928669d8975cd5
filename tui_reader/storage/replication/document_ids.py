"""Document ids of TinyDB, worked out from a record's own key: every machine finds the same one."""

from __future__ import annotations

import hashlib

KEY_BITS = 53
"""What a JSON number keeps exactly in every language, should a tool read ids as numbers."""
MAX_BITS = 2 * KEY_BITS
"""Bits of the id of a document that belongs to another one, at most."""
OWN_KEY_MASK = (1 << KEY_BITS) - 1
"""Masks the part of a document id that comes from the record's own key."""


def document_id(key: str, parent: str = "") -> int:
    """The document id of a record.

    Args:
        key: The record's key within its table.
        parent: Key of the article that the record belongs to; records of one article then stand together.

    Returns:
        A positive integer of at most 53 bits, or 106 bits with a parent.
    """
    own = _hash(key)
    return _hash(parent) << KEY_BITS | own if parent else own


def _hash(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> (64 - KEY_BITS)) or 1
