"""YAML values that mean "no value": `null`, `Null`, `NULL`, `~`, written without quotes."""

from __future__ import annotations

from typing import Any

NULLS = frozenset(("null", "Null", "NULL", "~"))


class Null(str):
    """A string that means "no value" in YAML; it equals the written string, such as `null`."""

    __slots__ = ()


def unquoted_value(written: str) -> str:
    """Return an unquoted YAML value, converted to `Null` if it means "no value"."""
    return Null(written) if written in NULLS else written


def is_null(value: Any) -> bool:
    """Return True if a header value means "no value"."""
    return value is None or isinstance(value, Null)
