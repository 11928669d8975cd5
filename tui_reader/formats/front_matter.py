"""Front matter: the header that many Markdown and text files carry above their text.

`---` lines enclose YAML, `+++` lines TOML. YAML is read with every scalar as the string that was written (`title: no`
is "no", not False), without aliases; what neither reader accepts is read line by line. The body is never lost: a
header that is none at all belongs to the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.clean import clean_line, clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_FENCE = re.compile(r"(---|\+\+\+)[ \t]*\n")
_ENDS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
_PAIR = re.compile(r"([A-Za-z_][\w .-]{0,60}?)[ \t]*[:=](?:[ \t]+(.*)|$)")
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)")
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[^\s*]", re.MULTILINE)

_LONGEST = 65_536
"""Characters that a header may have for a parser to see it."""

_MOST_OPENERS = 200
"""Brackets or dashes, all or in one line, up to which YAML may nest: libyaml's binding crashes from a few thousand."""


class FrontMatter(NamedTuple):
    """A header and where the text begins."""

    header: Mapping[str, Any]
    """Keys as written; values are strings, lists and mappings, from TOML also numbers, booleans and dates."""
    body: int
    """Offset of the first character after the header; 0 where there is none."""
    notice: str = ""
    """A sentence for the reader where the header could only be read line by line."""


def read_front_matter(text: str) -> FrontMatter:
    """The header at the top of a cleaned text. Never raises."""
    opening = _FENCE.match(text)
    if opening is None:
        return FrontMatter({}, 0)
    closing = _ENDS[opening[1]].search(text, opening.end())
    if closing is None:
        return FrontMatter({}, 0)
    source = text[opening.end() : closing.start()]
    body = min(closing.end() + 1, len(text))
    if not source.strip():
        return FrontMatter({}, body)
    kind, reader = ("YAML", _read_yaml) if opening[1] == "---" else ("TOML", _read_toml)
    header, reason = reader(source)
    if header is None:
        header = _read_lines(source)
        # Two rules with prose between them are no header.
        if not header:
            return FrontMatter({}, 0)
        return FrontMatter(header, body, f"Its header is not valid {kind} ({reason}), so it was read line by line.")
    return FrontMatter(header, body)


def _read_yaml(source: str) -> tuple[dict[str, Any] | None, str]:
    if len(source) > _LONGEST:
        return None, "too long"
    if source.count("[") + source.count("{") > _MOST_OPENERS or any(
        line.count("- ") + line.count("? ") + line.count("-\t") + line.count("?\t") > _MOST_OPENERS
        for line in source.splitlines()
        if len(line) > _MOST_OPENERS
    ):
        return None, "nested too deeply"
    import yaml  # noqa: PLC0415 - 21 ms, and only a file with a header needs it

    if _ALIAS.search(source) and _has_alias(source):
        return None, "aliases are not followed"
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C reader takes 50 us, the other one 370
    try:
        loaded = yaml.load(source, Loader=loader)  # noqa: S506 - it makes nothing but strings, lists and mappings
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 2}: " if error.problem_mark else ""
        return None, f"{line}{clean_line(error.problem or 'unreadable')}"
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, clean_line(str(error))[:120]
    if not isinstance(loaded, dict):
        return None, "no keys"
    return _cleaned(loaded), ""


def _has_alias(source: str) -> bool:
    import yaml  # noqa: PLC0415 - see above

    try:
        return any(isinstance(token, yaml.AliasToken) for token in yaml.scan(source))
    except yaml.YAMLError:
        return False


def _read_toml(source: str) -> tuple[dict[str, Any] | None, str]:
    if len(source) > _LONGEST:
        return None, "too long"
    if any(line.count(".") > _MOST_OPENERS for line in source.splitlines()):
        return None, "nested too deeply"  # each dot of a key is a table, and the time grows with their square
    import tomllib  # noqa: PLC0415 - 5 ms, and only a file with such a header needs it

    try:
        return _cleaned(tomllib.loads(source)), ""
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, clean_line(str(error))[:120]


def _cleaned(value: Any) -> Any:
    """The same value with clean strings; the loaders have already checked every character of the source."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key) if isinstance(key, str) else str(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    return value


def _read_lines(source: str) -> dict[str, Any]:
    """`key: value` and `key = value` lines, and lists of `- item` lines below a key without a value."""
    header: dict[str, Any] = {}
    key = ""
    for line in source.split("\n"):
        pair = _PAIR.fullmatch(line.rstrip())
        item = _ITEM.fullmatch(line.rstrip())
        if pair:
            key = pair[1]
            header[key] = _scalar(pair[2] or "")
        elif item and key and header[key] in ("", []):
            header[key] = [_scalar(item[1])]
        elif item and key and isinstance(header[key], list):
            header[key].append(_scalar(item[1]))
    return header


def _scalar(written: str) -> str | list[str]:
    written = written.strip()
    if len(written) > 1 and written[0] == written[-1] and written[0] in "\"'":
        return written[1:-1]
    if written.startswith("[") and written.endswith("]"):
        return [part.strip().strip("\"'") for part in written[1:-1].split(",") if part.strip()]
    return written
