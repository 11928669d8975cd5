"""Front matter: the header at the top of many Markdown and text files.

`---` lines enclose YAML, `+++` lines TOML. YAML is read with every scalar as the string that was written (`title: no`
is "no", not False), without aliases. A header that its parser rejects is read line by line, if every line looks like
one of a header. Nothing is lost: a block that looks like prose between two rules belongs to the text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.clean import clean_line, clean_text
from tui_reader.formats.metadata.header_shape import is_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml

_FENCE = re.compile(r"(---|\+\+\+)[ \t]*\n")
_ENDS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
_PAIR = re.compile(r"[ \t]{0,99}([\"']?)([^\W\d][\w .-]{0,60}?|[\w.-]+)\1[ \t]{0,20}(?:=|:(?![^ \t]))[ \t]*(.*)")
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(.*)|$)")
_REMARK = re.compile(r"^#{1,6}[ \t]+\S.*", re.MULTILINE)
_TABLE = re.compile(r"\[\[?[\w.\"' -]{1,100}\]\]?")
_CONTINUATION = re.compile(r"[ \t]|[\]}],?|[\"'].*[\"'],?$")
"""A line that continues the value of the line above: indented, a closing bracket, or an item of an array."""
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[^\s*]", re.MULTILINE)

_LONGEST = 65_536
"""Largest number of characters of a header that is parsed as YAML or TOML."""

_MOST_OPENERS = 200
"""Limit on the brackets in YAML, and on the dashes in one line: libyaml's binding crashes at a few thousand levels."""


class FrontMatter(NamedTuple):
    """The header of a text, and the offset at which the text below it begins."""

    header: Mapping[str, Any]
    """The keys are as written; values are strings, lists and mappings, in TOML also numbers, booleans and dates."""
    body: int
    """Offset of the first character after the header; 0 if there is no header."""
    notice: str = ""
    """A sentence to show if the header could only be read line by line."""


def read_front_matter(text: str) -> FrontMatter:
    """Read the header at the top of a cleaned text. Never raises."""
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
    notice = ""
    if header is None:
        header = _read_lines(source)
        notice = f"Its header is not valid {kind} ({reason}), so it was read line by line."
    remarks = sum(_PAIR.fullmatch(line.lstrip("# ")) is None for line in _REMARK.findall(source))
    if not is_header(header, remarks, set_off=source.lstrip(" \t").startswith("\n")):
        return FrontMatter({}, 0)
    return FrontMatter(header, body, notice)


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
    try:
        loaded = yaml.load(source, Loader=_loader())  # noqa: S506 - it makes nothing but strings, lists and mappings
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 2}: " if error.problem_mark else ""
        return None, f"{line}{clean_line(error.problem or 'unreadable')}"
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return None, clean_line(str(error))[:120]
    if not isinstance(loaded, dict):
        return None, "no keys"
    return _cleaned(loaded), ""


@cache
def _loader() -> type[yaml.BaseLoader]:
    """Return a loader that rejects repeated keys, of which YAML would keep only the last value."""
    import yaml  # noqa: PLC0415 - see above

    base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C reader takes 50 us, the other one 370

    class Loader(base):  # type: ignore[misc] # one of two classes
        """A loader of strings, lists and mappings without repeated keys."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
            """Construct a mapping.

            Raises:
                ConstructorError: A key is repeated.
            """
            mapping = super().construct_mapping(node, deep)
            if len(mapping) != len(node.value):
                raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
            return mapping

    return Loader


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
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python turns into text
        return None, clean_line(str(error))[:120]


def _cleaned(value: Any) -> Any:
    """Return a copy of a header value whose strings are cleaned of control characters.

    Raises:
        ValueError: A number has more digits than Python converts to text.
    """
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key) if isinstance(key, str) else str(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    # Raises for a hexadecimal number of some thousand digits, which Python reads but does not convert to text.
    str(value)
    return value


def _read_lines(source: str) -> dict[str, Any]:
    """Read `key: value` and `key = value` lines, lists of `- item` lines, and lines that continue a value.

    Returns:
        The values by key, and a list of all values for a repeated key; empty if any line is not one of a header, since
        its words would be lost.
    """
    fields: dict[str, _FieldLines] = {}
    field: _FieldLines | None = None
    for written in source.split("\n"):
        line = written.rstrip()
        if not line or line.startswith("#") or _TABLE.fullmatch(line):
            continue
        if pair := _PAIR.fullmatch(line):
            field = fields.setdefault(pair[2], _FieldLines())
            field.begin(pair[3] or "")
        elif field is None:
            return {}
        elif item := _ITEM.fullmatch(line):
            field.is_list = True
            field.values.append([_unquoted(item[1] or "")])
        elif _CONTINUATION.match(line):
            field.continue_with(line.strip())
        else:
            return {}
    return {key: field.value() for key, field in fields.items()}


class _FieldLines:
    """The values of one header key, collected line by line."""

    def __init__(self) -> None:
        self.values: list[list[str]] = []
        """One list for each value: the parts of the value, one from each line."""
        self.is_list = False

    def begin(self, written: str) -> None:
        """Begin a value with the text that stands on the line of the key."""
        written = written.strip()
        if written.startswith("[") and written.endswith("]"):
            self.is_list = True
            self.values += [[_unquoted(part.strip())] for part in written[1:-1].split(",") if part.strip()]
        elif written:
            self.values.append([_unquoted(written)])

    def continue_with(self, line: str) -> None:
        """Add a line that continues the last value."""
        if self.values:
            self.values[-1].append(line)
        else:
            self.values.append([line])

    def value(self) -> str | list[str]:
        """Return the value, or a list of all values if there are several."""
        values = [" ".join(parts) for parts in self.values]
        if not self.is_list:
            values = list(dict.fromkeys(values))
        return values if self.is_list or len(values) > 1 else "".join(values)


def _unquoted(written: str) -> str:
    is_quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "\"'"
    return written[1:-1] if is_quoted else written
