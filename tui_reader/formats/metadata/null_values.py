"""Values of YAML that mean "no value": `null`, `Null`, `NULL`, `~`, if they are written without quotes."""

from __future__ import annotations

from typing import Any

NULLS = frozenset(("null", "Null", "NULL", "~"))


class Null(str):
    """A value that means that there is none; equal to the string that was written, as all values of a header are."""

    __slots__ = ()


def unquoted_value(written: str) -> str:
    """Return a value of YAML that was written without quotes, as `Null` if it means that there is none."""
    return Null(written) if written in NULLS else written


def is_null(value: Any) -> bool:
    """Return True if a header value means that there is none."""
    return value is None or isinstance(value, Null)
