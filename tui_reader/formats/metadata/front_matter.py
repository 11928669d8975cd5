"""Front matter: the header at the top of many Markdown and text files.

`---` lines enclose YAML, `+++` lines TOML. YAML is read without aliases and with every scalar as the written string
(`title: no` is "no", not False). A header that its parser rejects is read line by line, if every line looks like a
header line. A block that looks like prose between two rules belongs to the text, so no text is lost.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.formats.metadata.header_shape import FENCE, HEADING, are_comments, is_header, is_remark
from tui_reader.formats.metadata.null_values import is_null, unquoted_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml

_ENDS = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}
_TOML_TOKEN = re.compile(
    r"""\#[^\n]*|\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?>(?:\\.|[^"\\\n])*)"|"""
    r"""'[^'\n]*+'|^(?P<end>\+\+\+)[ \t]*$""",
    re.DOTALL | re.MULTILINE,
)
"""Pattern of a comment or a string of TOML, in which no line `+++` ends the header; or of the line that ends it."""
_LONGEST_STRINGS = 1_000
"""Maximum number of strings and comments that are skipped to find the end of a header."""
_PAIR = re.compile(r"[ \t]{0,99}([\"']?)([^\W\d][\w .-]{0,60}?|[\w.-]+)\1[ \t]{0,20}(?:=|:(?![^ \t]))[ \t]*(.*)")
"""Pattern of a key with its value, `title: A` or `"title" = "A"`; groups 2 and 3 are key and value."""
_ITEM = re.compile(r"[ \t]*-(?:[ \t]+(.*)|$)")
_TABLE = re.compile(r"\[\[?[\w.\"' -]{1,100}\]\]?")
"""Pattern of the name of a table in TOML: `[extra]`, `[[authors]]`."""
_CONTINUATION = re.compile(r"[ \t]|[\]}],?|[\"'].*[\"'],?$")
"""A line that continues the value of the line above: indented, a closing bracket, or an item of an array."""
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[^\s*]", re.MULTILINE)
"""Pattern of what may be an alias of YAML, such as `*name`, or only a word in asterisks."""

_LONGEST = 65_536
"""Largest number of characters of a header that is parsed as YAML or TOML."""

_MOST_OPENERS = 200
"""Maximum number of brackets in a YAML header, and of dashes in one of its lines.

libyaml crashes when a few thousand are nested; a header beyond the limit counts as nested too deeply."""


class FrontMatter(NamedTuple):
    """The header of a text, and the offset at which the following text begins."""

    header: Mapping[str, Any]
    """The keys as written; values are strings, lists and mappings, and in TOML also numbers, booleans and dates."""
    body: int
    """Offset of the first character after the header; 0 if there is no header."""
    notice: str = ""
    """A sentence for the user if the header could only be read line by line; else empty."""


def read_front_matter(text: str) -> FrontMatter:
    """Read the header at the top of a cleaned text. Never raises."""
    opening = FENCE.match(text)
    if opening is None:
        return FrontMatter({}, 0)
    closing = _ENDS[opening[1]].search(text, opening.end())
    if closing is None:
        return FrontMatter({}, 0)
    is_yaml = opening[1] == "---"
    kind, reader = ("YAML", _read_yaml) if is_yaml else ("TOML", _read_toml)
    if not is_yaml and (later := _end_of_toml(text, opening.end(), closing.end())) is not None:
        closing = later
    source = text[opening.end() : closing.start()]
    body = min(closing.end() + 1, len(text))
    if not source.strip():
        return FrontMatter({}, body)
    set_off = source.lstrip(" \t").startswith("\n")
    comments = [line.strip() for line in source.split("\n") if line.strip()]
    if all(line.startswith("#") for line in comments):
        return FrontMatter({}, 0 if set_off or not are_comments(comments) else body)
    header, reason = reader(source)
    notice = ""
    if header is None:
        header = _read_lines(source, is_yaml=is_yaml)
        notice = f"Its header is not valid {kind} ({reason}), so it was read line by line."
    if not is_header(header, _headings(source), set_off=set_off):
        return FrontMatter({}, 0)
    return FrontMatter(header, body, notice)


def _headings(source: str) -> int:
    """Count the comments of a header that may be Markdown headings: no other comment is next to them."""
    lines = ["", *source.split("\n"), ""]
    alone = [
        line.lstrip("# ")
        for before, line, after in zip(lines, lines[1:], lines[2:], strict=False)
        if HEADING.match(line) and not (before.startswith("#") or after.startswith("#"))
    ]
    return sum(_PAIR.fullmatch(line) is None and not is_remark(line) for line in alone)


def _end_of_toml(text: str, start: int, first: int) -> re.Match[str] | None:
    """Return the line that ends a TOML header if a line `+++` above it is part of a string.

    Args:
        text: The text of the file.
        start: Offset of the header.
        first: End of the first line `+++` after the opening one.

    Returns:
        The match of the line that ends the header; None if it is that first one, or if the lines above the match are
        not valid TOML.
    """
    for _, found in zip(range(_LONGEST_STRINGS), _TOML_TOKEN.finditer(text, start, start + _LONGEST), strict=False):
        if found["end"]:
            is_later = found.end() > first
            return found if is_later and _read_toml(text[start : found.start()])[0] is not None else None
    return None


def _read_yaml(source: str) -> tuple[dict[str, Any] | None, str]:
    """Return the header in a YAML source, or None and the reason why it cannot be read."""
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
    """Return a YAML loader that rejects repeated keys, of which YAML would keep only the last value."""
    import yaml  # noqa: PLC0415 - see above

    base: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the C reader takes 50 us, the other one 370

    class Loader(base):  # type: ignore[misc] # one of two classes
        """A YAML loader that returns strings, lists and mappings, and rejects repeated keys."""

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
            """Construct a mapping; reject repeated keys.

            Raises:
                ConstructorError: A key is repeated.
            """
            mapping = super().construct_mapping(node, deep)
            if len(mapping) != len(node.value):
                raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
            return mapping

        def construct_scalar(self, node: yaml.ScalarNode) -> Any:
            """Construct a string; an unquoted value such as `null` becomes a `Null`."""
            value = super().construct_scalar(node)
            return value if node.style else unquoted_value(value)

    return Loader


def _has_alias(source: str) -> bool:
    import yaml  # noqa: PLC0415 - see above

    try:
        return any(isinstance(token, yaml.AliasToken) for token in yaml.scan(source))
    except yaml.YAMLError:
        return False


def _read_toml(source: str) -> tuple[dict[str, Any] | None, str]:
    """Return the header in a TOML source, or None and the reason why it cannot be read."""
    if len(source) > _LONGEST:
        return None, "too long"
    if any(line.count(".") > _MOST_OPENERS for line in source.splitlines()):
        return None, "nested too deeply"  # each dot of a key is a table; the time grows with the square of their number
    import tomllib  # noqa: PLC0415 - 5 ms, and only a file with such a header needs it

    try:
        return _cleaned(tomllib.loads(source)), ""
    except (ValueError, RecursionError) as error:  # or a number with more digits than Python converts to text
        return None, clean_line(str(error))[:120]


def _cleaned(value: Any) -> Any:
    """Return a copy of a header value with control characters removed from its strings.

    Raises:
        ValueError: A number has more digits than Python converts to text.
    """
    if isinstance(value, str):
        return value if is_null(value) else clean_text(value)
    if isinstance(value, dict):
        return {clean_text(key) if isinstance(key, str) else str(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    # Raises for a hexadecimal number of several thousand digits, which Python reads but does not convert to text.
    str(value)
    return value


def _read_lines(source: str, *, is_yaml: bool) -> dict[str, Any]:
    """Read `key: value` lines, `key = value` lines, `- item` lines, and lines that continue a value.

    Returns:
        The values by key, and a list of all values for a repeated key; empty if any line is no header line, since its
        words would be lost.
    """
    fields: dict[str, _FieldLines] = {}
    field: _FieldLines | None = None
    for written in source.split("\n"):
        line = written.rstrip()
        if not line or line.startswith("#") or _TABLE.fullmatch(line):
            continue
        if pair := _PAIR.fullmatch(line):
            field = fields.setdefault(pair[2], _FieldLines(is_yaml=is_yaml))
            field.begin(pair[3] or "")
        elif field is None:
            return {}
        elif item := _ITEM.fullmatch(line):
            field.add_item(item[1] or "")
        elif _CONTINUATION.match(line):
            field.continue_with(line.strip())
        else:
            return {}
    return {key: field.value() for key, field in fields.items()}


class _FieldLines:
    """The values of one header key, collected line by line."""

    def __init__(self, *, is_yaml: bool) -> None:
        self._unquote = _yaml_value if is_yaml else _unquoted
        self.values: list[list[str]] = []
        """One list for each value: its text on each line."""
        self.is_list = False

    def begin(self, written: str) -> None:
        """Begin a value with the text on the line of the key."""
        written = written.strip()
        if written.startswith("[") and written.endswith("]"):
            self.is_list = True
            self.values += [[self._unquote(part.strip())] for part in written[1:-1].split(",") if part.strip()]
        elif written:
            self.values.append([self._unquote(written)])

    def add_item(self, written: str) -> None:
        """Add an item of a list to the values."""
        self.is_list = True
        self.values.append([self._unquote(written)])

    def continue_with(self, line: str) -> None:
        """Append a line to the last value."""
        if self.values:
            self.values[-1].append(line)
        else:
            self.values.append([line])

    def value(self) -> str | list[str]:
        """Return the value, or a list of all values if there are several."""
        values = [parts[0] if len(parts) == 1 else " ".join(parts) for parts in self.values]
        if not self.is_list:
            values = list(dict.fromkeys(values))
        return values if self.is_list or len(values) > 1 else (values[0] if values else "")


def _unquoted(written: str) -> str:
    is_quoted = len(written) > 1 and written[0] == written[-1] and written[0] in "\"'"
    return written[1:-1] if is_quoted else written


def _yaml_value(written: str) -> str:
    unquoted = _unquoted(written)
    return unquoted_value(unquoted) if unquoted == written else unquoted
