"""Properties of a file in its front matter, in YAML: written by an export, perhaps changed and completed by hand."""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Properties: TypeAlias = "Mapping[str, str | Sequence[str]]"
"""Values by their names; a value is a text or a list of texts."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[^\W\d_][\w/-]*")
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def properties_lines(properties: Properties) -> str:
    """Return properties as lines of YAML, without those that are empty."""
    return "".join(_lines(name, value) for name, value in properties.items() if value)


def properties_hash(properties: Properties) -> str:
    """Return a hash of the values of properties."""
    return _hash(
        {name: value if isinstance(value, str) else list(value) for name, value in properties.items() if value}
    )


def lines_hash(lines: str) -> str:
    """Return the hash of the properties in lines of YAML: however they are quoted, it is that of their values."""
    value = _read(lines)
    return _hash(lines if value is None else _plain(value))


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return blake2b(text.encode("utf-8"), digest_size=4).hexdigest()


def added_to(lines: str, properties: Properties) -> str:
    """Return lines that a person has changed with the properties and tags that they lack; nothing is overwritten."""
    there = _read(lines)
    if there is None:
        return lines
    added = []
    for name, value in properties.items():
        if name not in there and value:
            added.append(_lines(name, value))
        elif not isinstance(value, str) and isinstance(there.get(name), list):
            have = {str(each) for each in there[name]}
            lines = _extended(lines, name, [each for each in value if each not in have])
    return lines + "".join(added)


def _extended(lines: str, name: str, values: Sequence[str]) -> str:
    """Return lines in which a list that is written as a block has further values."""
    found = re.search(rf"^{re.escape(name)}:[ \t]*\n((?:[ \t]*- .*\n)+)", lines, re.MULTILINE)
    if found is None or not values:
        return lines
    indent = re.match(r"[ \t]*", found[1])
    more = "".join(f"{indent[0] if indent else ''}- {_scalar(each)}\n" for each in values)
    return lines[: found.end()] + more + lines[found.end() :]


def _lines(name: str, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return f"{name}: {_scalar(value)}\n"
    return f"{name}:\n" + "".join(f"  - {_scalar(each)}\n" for each in value)


def _scalar(text: str) -> str:
    """Return a text as a scalar of YAML: days and plain words as they are, all else between double quotes."""
    if _DAY.fullmatch(text) or (_WORD.fullmatch(text) and text.isascii() and text.lower() not in _YAML_WORDS):
        return text
    return "".join(each if each.isprintable() else _escape(ord(each)) for each in json.dumps(text, ensure_ascii=False))


def _escape(code: int) -> str:
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def _read(lines: str) -> dict[str, Any] | None:
    """Return the values of lines of YAML; None if the lines are not a valid mapping."""
    if not lines.strip():
        return {}
    import yaml  # noqa: PLC0415 - 15 ms, and only files that differ from an export are read

    try:
        value = yaml.load(lines, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but strings, lists and mappings
    except yaml.YAMLError:
        return None
    return {str(name): each for name, each in value.items()} if isinstance(value, dict) else None


def _plain(value: Any) -> Any:
    """Return a value with texts alone, without what is empty."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items() if each not in ("", None, [])}
    return [_plain(each) for each in value] if isinstance(value, list) else str(value)
