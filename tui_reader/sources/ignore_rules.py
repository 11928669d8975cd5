"""Patterns of names that a library leaves out, in the notation of `.gitignore`.

The rules are those of gitignore(5): a later pattern overrules an earlier one, `!` takes a name in again, a slash that
is not the last character ties a pattern to the folder it stands in, a last slash asks for folders, `**` spans folders.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.sources.globs import BrokenGlobError, literal_of, regex_of_name, regex_of_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

IGNORE_FILE = ".readerignore"
"""Name of a file of patterns, one a line, for the folder it lies in and those below."""

_LONGEST = 4_096
"""Characters of a pattern: no path that a system opens is longer."""
_MOST_WILDCARDS = 131_072
"""Characters of all patterns with wildcards in force; every path is compared with each of them, in up to 10 ms."""
_TOGETHER = 200
"""Patterns in one regular expression."""


class _Rule(NamedTuple):
    pattern: str
    """Without the signs around it: `!`, the slash at its beginning and that at its end."""
    is_path: bool
    is_negative: bool
    folders_only: bool


class Rules:
    """Patterns in force within a folder: an immutable chain, since folders below add to what holds above."""

    def __init__(self, lists: tuple[_List, ...] = (), wildcards: int = 0) -> None:
        self._lists = lists
        self._wildcards = wildcards

    def extended(self, lines: Iterable[str], base: str = "") -> Rules:
        """Add more lines to these rules.

        Args:
            lines: Patterns; empty lines, comments (`#`) and what is no pattern are passed over, and so is what
                exceeds the limit on wildcards.
            base: Folder that they stand in, relative to the root, with slashes and without one at its end.
        """
        added: list[_Rule] = []
        wildcards = self._wildcards
        for line in lines:
            rule = _rule(line)
            if rule is None:
                continue
            if literal_of(rule.pattern) is None and not _is_ending(rule):
                if wildcards + len(rule.pattern) > _MOST_WILDCARDS:
                    continue
                wildcards += len(rule.pattern)
            added.append(rule)
        if not added:
            return self
        return Rules((*self._lists, _List(added, f"{base}/" if base else "")), wildcards)

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Judge whether a path, relative to the root and with slashes, is left out by its own name.

        Whoever walks a tree does not enter what is left out, so what lies below such a folder is never asked for.
        """
        for rules in reversed(self._lists):
            if path.startswith(rules.base):
                verdict = rules.verdict(path[len(rules.base) :], folder=folder)
                if verdict is not None:
                    return verdict
        return False


class _List:
    """The patterns of one file."""

    def __init__(self, rules: Sequence[_Rule], base: str) -> None:
        self._rules = rules
        self.base = base

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Say whether the last pattern that matches leaves a path out; None where none matches."""
        number = (self._for_folders if folder else self._for_files).last(path)
        return None if number < 0 else not self._rules[number].is_negative

    @cached_property
    def _for_folders(self) -> _Index:
        return _Index(enumerate(self._rules))

    @cached_property
    def _for_files(self) -> _Index:
        return _Index((number, rule) for number, rule in enumerate(self._rules) if not rule.folders_only)


class _Index:
    """Numbered patterns, ordered by what a path can be looked up by."""

    def __init__(self, rules: Iterable[tuple[int, _Rule]]) -> None:
        self._names: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._endings: dict[str, int] = {}
        of_names: list[tuple[int, str]] = []
        of_paths: list[tuple[int, str]] = []
        for number, rule in rules:
            if literal_of(rule.pattern) is not None:
                (self._paths if rule.is_path else self._names)[rule.pattern] = number
            elif _is_ending(rule):
                self._endings[rule.pattern[1:]] = number
            else:
                (of_paths if rule.is_path else of_names).append((number, rule.pattern))
        self._lengths = sorted({len(ending) for ending in self._endings})
        self._of_names = list(_together(of_names, is_path=False))
        self._of_paths = list(_together(of_paths, is_path=True))

    def last(self, path: str) -> int:
        """Find the number of the last pattern that matches; -1 if none does."""
        name = path[path.rfind("/") + 1 :]
        number = max(self._names.get(name, -1), self._paths.get(path, -1))
        for length in self._lengths:
            if length > len(name):
                break
            number = max(number, self._endings.get(name[len(name) - length :], -1))
        for found, text in ((self._of_names, name), (self._of_paths, path)):
            for numbers, regex in found:
                if numbers[0] < number:
                    break
                if match := regex.fullmatch(text):
                    number = max(number, numbers[(match.lastindex or 1) - 1])
                    break
        return number


def _together(rules: list[tuple[int, str]], *, is_path: bool) -> Iterator[tuple[list[int], re.Pattern[str]]]:
    """Unite patterns with wildcards into few regular expressions, the last first, with a group for each."""
    numbers: list[int] = []
    groups: list[str] = []
    for number, glob in reversed(rules):
        try:
            regex = regex_of_path(glob) if is_path else regex_of_name(glob)
        except BrokenGlobError:
            continue
        numbers.append(number)
        groups.append(rf"({regex}\Z)")
        if len(numbers) == _TOGETHER:
            yield numbers, re.compile("|".join(groups), re.DOTALL)
            numbers, groups = [], []
    if numbers:
        yield numbers, re.compile("|".join(groups), re.DOTALL)


def _is_ending(rule: _Rule) -> bool:
    """Judge whether a pattern is a star and literal characters, as most are."""
    return not rule.is_path and rule.pattern[0] == "*" and literal_of(rule.pattern[1:]) is not None


def _rule(line: str) -> _Rule | None:
    pattern = _trimmed(line.removesuffix("\n").removesuffix("\r"))
    if pattern.startswith("#") or len(pattern) > _LONGEST:
        return None
    is_negative = pattern.startswith("!")
    pattern = pattern[is_negative:]
    folders_only = pattern.endswith("/")
    pattern = pattern[: len(pattern) - folders_only]
    if not pattern:
        return None
    is_path = "/" in pattern
    pattern = pattern.removeprefix("/")
    return _Rule(pattern, is_path, is_negative, folders_only) if pattern else None


def _trimmed(line: str) -> str:
    """A line without the blanks at its end, but for those that a backslash keeps."""
    end = len(line.rstrip(" "))
    backslashes = end - len(line[:end].rstrip("\\"))
    return line[: end + (backslashes % 2 and end < len(line))]
