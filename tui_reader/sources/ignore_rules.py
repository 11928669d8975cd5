"""Patterns of the files and folders that a library ignores, in the syntax of `.gitignore`.

The rules are those of gitignore(5): a later pattern overrides an earlier one, `!` includes a name again, a slash that
is not the last character makes a pattern relative to its folder, a slash at the end restricts it to folders, and `**`
matches any number of folders.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.sources.globs import BrokenGlobError, literal_of, regex_of_name, regex_of_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

IGNORE_FILE = ".readerignore"
"""Name of the file whose lines are patterns for its folder and all subfolders."""

_LONGEST_PATTERN = 4_096
"""Maximum number of characters in a pattern; no operating system opens longer paths."""
_MOST_WILDCARDS = 131_072
"""Maximum number of characters of all patterns with wildcards together; at it, matching a path takes up to 10 ms."""
_PATTERNS_IN_REGEX = 200
"""Maximum number of patterns that are combined in one regular expression."""


class _Rule(NamedTuple):
    """One parsed pattern of an ignore file."""

    pattern: str
    """The pattern without `!` and without the slashes at its beginning and its end: `notes/old` for `!/notes/old/`."""
    is_path: bool
    """True if the pattern (`/notes`, `a/b`) is compared with the path, False if it is compared with the name."""
    is_negative: bool
    """True if the pattern (`!…`) includes paths that an earlier pattern ignores."""
    folders_only: bool
    """True if the pattern (`…/`) matches folders but no files."""


class Rules:
    """All patterns that apply in a folder; immutable, since each subfolder adds patterns to a copy."""

    def __init__(self, lists: tuple[_PatternList, ...] = (), wildcards: int = 0) -> None:
        self._lists = lists
        self._wildcards = wildcards

    def extended(self, lines: Iterable[str], base: str = "") -> Rules:
        """Return a copy with further patterns; where both match, a new pattern overrides an existing one.

        Args:
            lines: The patterns. Empty lines, comments (`#`) and invalid patterns are skipped, and patterns beyond the
                limit on wildcards.
            base: Folder of the patterns, relative to the root, without a slash at its end; empty for the root.
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
        return Rules((*self._lists, _PatternList(added, f"{base}/" if base else "")), wildcards)

    def ignores(self, path: str, *, folder: bool) -> bool:
        """Return True if the rules ignore a file or folder.

        Folders above the path are not checked: callers that walk a tree do not enter folders that are ignored.

        Args:
            path: Path relative to the root, with slashes.
            folder: True if the path is a folder.
        """
        for rules in reversed(self._lists):
            if path.startswith(rules.base):
                verdict = rules.verdict(path[len(rules.base) :], folder=folder)
                if verdict is not None:
                    return verdict
        return False


class _PatternList:
    """The patterns of one ignore file."""

    def __init__(self, rules: Sequence[_Rule], base: str) -> None:
        self._rules = rules
        self.base = base

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Return the effect of the last pattern that matches a path: True to ignore it, False to include it.

        None if no pattern matches. Patterns for folders match only if `folder` is True.
        """
        number = (self._for_folders if folder else self._for_files).last(path)
        return None if number < 0 else not self._rules[number].is_negative

    @cached_property
    def _for_folders(self) -> _Index:
        return _Index(enumerate(self._rules))

    @cached_property
    def _for_files(self) -> _Index:
        return _Index((number, rule) for number, rule in enumerate(self._rules) if not rule.folders_only)


class _Index:
    """An index of numbered patterns: finds the last pattern that matches a path."""

    def __init__(self, rules: Iterable[tuple[int, _Rule]]) -> None:
        self._names: dict[str, int] = {}
        """For each pattern without wildcards that is a name, such as `drafts`, the number of its last occurrence."""
        self._paths: dict[str, int] = {}
        """For each pattern without wildcards that is a path, such as `notes/drafts`, likewise."""
        self._endings: dict[str, int] = {}
        """For each pattern of a star and literal characters, likewise; the key is `.png` for `*.png`."""
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
        self._of_names = list(_combined(of_names, is_path=False))
        self._of_paths = list(_combined(of_paths, is_path=True))

    def last(self, path: str) -> int:
        """Return the number of the last pattern that matches a path; -1 if none matches."""
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


def _combined(rules: list[tuple[int, str]], *, is_path: bool) -> Iterator[tuple[list[int], re.Pattern[str]]]:
    """Combine patterns with wildcards into a few regular expressions, with the last pattern first.

    Patterns that are invalid globs are left out.

    Args:
        rules: The numbers and globs of the patterns.
        is_path: True if the globs are compared with paths, False if with names.

    Yields:
        The numbers of the patterns in descending order, and the expression with one group for each number.
    """
    numbers: list[int] = []
    groups: list[str] = []
    for number, glob in reversed(rules):
        try:
            regex = regex_of_path(glob) if is_path else regex_of_name(glob)
        except BrokenGlobError:
            continue
        numbers.append(number)
        groups.append(rf"({regex}\Z)")
        if len(numbers) == _PATTERNS_IN_REGEX:
            yield numbers, re.compile("|".join(groups), re.DOTALL)
            numbers, groups = [], []
    if numbers:
        yield numbers, re.compile("|".join(groups), re.DOTALL)


def _is_ending(rule: _Rule) -> bool:
    """Return True if a pattern is a star followed by literal characters, such as `*.png`."""
    return not rule.is_path and rule.pattern[0] == "*" and literal_of(rule.pattern[1:]) is not None


def _rule(line: str) -> _Rule | None:
    """Parse a line of an ignore file; None for empty lines, lone slashes, comments and patterns that are too long."""
    pattern = _trimmed(line.removesuffix("\n").removesuffix("\r"))
    if pattern.startswith("#") or len(pattern) > _LONGEST_PATTERN:
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
    """Strip the spaces at the end of a line, except a space escaped by a backslash."""
    end = len(line.rstrip(" "))
    backslashes = end - len(line[:end].rstrip("\\"))
    return line[: end + (backslashes % 2 and end < len(line))]
