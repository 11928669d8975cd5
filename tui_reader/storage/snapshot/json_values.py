"""JSON values of the store: the allowed values, and their encoding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

UNDECODABLE: Final = object()
"""Placeholder in the result of `decode_each` for a text that could not be decoded."""

_DECODED_DEPTH = 40
"""Maximum nesting of decoded values: more than `_DEPTH` and an entry's own levels, for later versions."""
_BRACKETS = 40
"""Number of opening brackets in a text up to which its nesting need not be examined; counting them is cheap."""
_DEPTH = 16
"""Maximum nesting of values to save: more is a mistake, and other programs' parsers may reject it."""

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")).encode


def _number(text: str) -> float:
    """Decode a number with a fraction or an exponent; raise ValueError for one such as `1e400`, which is infinity."""
    value = float(text)
    if value - value != 0:  # true for infinity
        raise ValueError(f"{text[:20]} is no number that JSON knows")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"{text} is no number that JSON knows")


_decode = json.JSONDecoder(parse_float=_number, parse_constant=_constant).decode
_canonical = json.JSONEncoder(allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def check(value: Any, depth: int = 0) -> None:
    """Raise an error unless every JSON parser would read the value back unchanged.

    Raises:
        ValueError: The value is or contains NaN, infinity, half of a surrogate pair, or an integer beyond 64 bits, or
            is nested in more than `_DEPTH` levels.
        TypeError: The value is or contains anything but None, bool, int, float, str, list, tuple, or dict with string
            keys.
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
    """Return a copy of a JSON value that shares no list or dict with the original; tuples become lists."""
    if isinstance(value, dict):
        return {key: fresh(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [fresh(inner) for inner in value]
    return value


def encode(value: Any) -> bytes:
    """Encode a value as compact UTF-8 JSON without a line break."""
    return _encode(value).encode()


def decode(data: bytes) -> Any:
    """Decode a JSON value from bytes.

    Raises:
        ValueError: The bytes are not JSON in UTF-8, contain a number out of range, or are nested too deeply.
    """
    try:
        value = _decode(data.decode())
    except RecursionError:
        raise ValueError("nested too deep") from None
    if _may_be_deep(data) and _is_deep(value, _DECODED_DEPTH):
        raise ValueError("nested too deep")
    return value


def decode_each(texts: Sequence[bytes]) -> list[Any]:
    """Decode each of several JSON texts; a text for which `decode` raises an error gives `UNDECODABLE`."""
    try:
        # One call for all: a call for each costs three times as much.
        values: list[Any] = _decode(b"".join((b"[", b",".join(texts), b"]")).decode())
        if len(values) == len(texts) and not any(map(_may_be_deep, texts)):
            return values
    except (ValueError, RecursionError):
        pass
    return [_decode_or_not(text) for text in texts]


def _decode_or_not(text: bytes) -> Any:
    try:
        return decode(text)
    except ValueError:
        return UNDECODABLE


def decode_object(data: bytes) -> dict[str, Any]:
    """Decode a JSON object from bytes.

    Raises:
        ValueError: `decode` refuses the bytes, or the value is not an object.
    """
    value = decode(data)
    if not isinstance(value, dict):
        raise ValueError(f"a {type(value).__name__} instead of an object")  # noqa: TRY004 - the file is wrong
    return value


def _may_be_deep(data: bytes) -> bool:
    return data.count(b"[") + data.count(b"{") > _BRACKETS


def _is_deep(value: Any, levels: int) -> bool:
    """Return True if a value is nested more deeply than a number of levels.

    The function examines level by level instead of recursively: the entry of a large change contains 60,000 values, and
    one call for each would take a quarter of the time for saving it.
    """
    layer = [value] if isinstance(value, (dict, list)) and value else []
    for _ in range(levels):
        layer = [
            inner
            for each in layer
            for inner in (each.values() if isinstance(each, dict) else each)
            if inner and isinstance(inner, (dict, list))
        ]
        if not layer:
            return False
    return bool(layer)


def canonical(value: Any) -> str:
    """Return a value's JSON text with sorted keys, so that equal values have equal texts; 1, 1.0 and true differ.

    The texts also serve to sort values.
    """
    return _canonical(value)
