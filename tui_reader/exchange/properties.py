"""Properties in the YAML front matter of an exported file, which users may edit."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Properties: TypeAlias = "Mapping[str, str | Sequence[str]]"
"""Values of properties by name; a value is a text or a list of texts."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORD = re.compile(r"[^\W\d_][\w/-]*")
_YAML_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def properties_lines(properties: Properties) -> str:
    """Return properties as lines of YAML, without empty properties."""
    return "".join(_lines(name, value) for name, value in properties.items() if value)


def properties_hash(properties: Properties) -> str:
    """Return a hash of the values of properties."""
    return _hash(
        {name: value if isinstance(value, str) else list(value) for name, value in properties.items() if value}
    )


def lines_hash(lines: str) -> str:
    """Return a hash of the values in lines of YAML, independent of their quoting; of the text if it is invalid YAML."""
    value = _read(lines)
    return _hash(lines if value is None else _plain(value))


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return blake2b(text.encode("utf-8"), digest_size=4).hexdigest()


def added_to(lines: str, properties: Properties) -> str:
    """Add to lines of YAML that a user has edited the properties that they lack; return the new lines.

    Values missing in a list, such as `tags`, are added to it. No value is overwritten; invalid YAML is not changed.
    """
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
    """Add values to the end of the property `name`, and return the new lines.

    The lines stay as they are unless the property is a list with one line `- value` for each value.
    """
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
    """Return a text as a YAML scalar: dates and plain words unquoted, other texts in double quotes."""
    if _DAY.fullmatch(text) or (_WORD.fullmatch(text) and text.isascii() and text.lower() not in _YAML_WORDS):
        return text
    return "".join(each if each.isprintable() else _escape(ord(each)) for each in json.dumps(text, ensure_ascii=False))


def _escape(code: int) -> str:
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def _read(lines: str) -> dict[str, Any] | None:
    """Parse lines of YAML; None if the lines are not a valid mapping."""
    if not lines.strip():
        return {}
    import yaml  # noqa: PLC0415 - 15 ms, and only files that differ from an export are read

    try:
        value = yaml.load(lines, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but strings, lists and mappings
    except yaml.YAMLError:
        return None
    return {str(name): each for name, each in value.items()} if isinstance(value, dict) else None


def _plain(value: Any) -> Any:
    """Convert values that were read from YAML to strings, inside lists and mappings; a mapping loses empty values."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items() if each not in ("", None, [])}
    return [_plain(each) for each in value] if isinstance(value, list) else str(value)
