"""Patterns of names that a library leaves out, in the notation of `.gitignore`.

The rules are those of gitignore(5): a later pattern overrules an earlier one, `!` takes a name in again, a slash that
is not the last character ties a pattern to the folder it stands in, a last slash asks for folders, `**` spans folders.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

IGNORE_FILE = ".readerignore"
"""Name of a file of patterns, one a line, for the folder it lies in and those below."""


class _Rule(NamedTuple):
    base: str
    """Path of the folder that the pattern stands in, relative to the root; empty or with a slash at its end."""
    regex: re.Pattern[str]
    negative: bool
    folders_only: bool


class Rules:
    """Patterns in force within a folder: an immutable chain, since folders below add to what holds above."""

    def __init__(self, rules: tuple[_Rule, ...] = ()) -> None:
        self._rules = rules

    def extended(self, lines: Iterable[str], base: str = "") -> Rules:
        """These rules and those of more lines.

        Args:
            lines: Patterns; empty lines, comments (`#`) and what is no pattern are passed over.
            base: Folder that they stand in, relative to the root, with slashes and without one at its end.
        """
        prefix = f"{base}/" if base else ""
        added = tuple(rule for line in lines if (rule := _rule(line, prefix)) is not None)
        return Rules(self._rules + added) if added else self

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Whether a path, relative to the root and with slashes, is left out by its own name.

        Whoever walks a tree does not enter what is left out, so what lies below such a folder is never asked for.
        """
        for rule in reversed(self._rules):
            if rule.folders_only and not folder:
                continue
            if path.startswith(rule.base) and rule.regex.fullmatch(path, len(rule.base)):
                return not rule.negative
        return False


def _rule(line: str, base: str) -> _Rule | None:
    pattern = line.rstrip("\r\n")
    # Blanks at the end count only where a backslash keeps them.
    while pattern.endswith(" ") and not pattern.endswith("\\ "):
        pattern = pattern[:-1]
    if not pattern or pattern.startswith("#"):
        return None
    negative = pattern.startswith("!")
    pattern = pattern[negative:]
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    if not pattern:
        return None
    anchored = "/" in pattern
    body = _translate(pattern.lstrip("/"))
    if body is None:
        return None
    return _Rule(base, re.compile(body if anchored else f"(?:.*/)?{body}", re.DOTALL), negative, folders_only)


def _translate(pattern: str) -> str | None:
    """The regular expression of a glob; None if it is broken."""
    # Python's own fnmatch lets `*` cross slashes, so each part between slashes is translated by itself.
    parts: list[str] = []
    segments = pattern.split("/")
    for index, segment in enumerate(segments):
        last = index == len(segments) - 1
        if segment == "**":
            parts.append(".+" if last else "(?:.+/)?")
        else:
            body = _segment(segment)
            if body is None:
                return None
            parts.append(body if last else f"{body}/")
    return "".join(parts)


_TOKEN = re.compile(
    r"\\(?P<escaped>.)|(?P<many>\*+)|(?P<one>\?)|\[(?P<not>[!^]?)(?P<set>\]?[^\]]*)\]|(?P<plain>.)", re.DOTALL
)


def _segment(segment: str) -> str | None:
    parts: list[str] = []
    for token in _TOKEN.finditer(segment):
        if token["many"]:
            parts.append("[^/]*")
        elif token["one"]:
            parts.append("[^/]")
        elif token["set"] is not None:
            inner = re.sub(r"([\\\[\]^&~|])", r"\\\1", token["set"])
            parts.append(f"(?!/)[{'^' if token['not'] else ''}{inner}]")
        else:
            literal = token["escaped"] or token["plain"]
            if literal == "\\":
                return None
            parts.append(re.escape(literal))
    try:
        re.compile("".join(parts))
    except re.error:
        return None
    return "".join(parts)
