"""JSON as the store keeps it: what may be kept, and the one way of writing it down."""

from __future__ import annotations

import json
from typing import Any

_DEPTH = 16  # deeper nesting is a mistake, and other tools' parsers give up on it sooner or later

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode
_decode = json.JSONDecoder().decode
_canonical = json.JSONEncoder(allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def check(value: Any, depth: int = 0) -> None:
    """Refuse what another program could not read back as the same value.

    Raises:
        ValueError: Not a number, infinity, half of a surrogate pair, an integer beyond 64 bits, nesting beyond 16.
        TypeError: Anything but None, bool, int, float, str, list, tuple, or dict with string keys.
    """
    if depth > _DEPTH:
        raise ValueError(f"nested deeper than {_DEPTH} levels")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"half a character (surrogate) in {value[:40]!r}") from None
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"keys of an object are strings, not {type(key).__name__}")
            check(key)
            check(inner, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            check(inner, depth + 1)
    elif isinstance(value, float):
        if value - value != 0:  # true for NaN and both infinities
            raise ValueError(f"{value} is no number that JSON knows")
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**64:
            raise ValueError("integer beyond 64 bits")
    elif value is not None:
        raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


def fresh(value: Any) -> Any:
    """The same value, sharing nothing that could be changed."""
    if isinstance(value, dict):
        return {key: fresh(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [fresh(inner) for inner in value]
    return value


def encode(value: Any) -> bytes:
    """Compact UTF-8 without a line break."""
    return _encode(value).encode()


def decode(data: bytes) -> Any:
    """What `encode` wrote.

    Raises:
        ValueError: The bytes are no JSON in UTF-8.
    """
    return _decode(data.decode())


def canonical(value: Any) -> str:
    """A text that is equal for equal values, whatever the order of their keys; gives values a total order."""
    return _canonical(value)
