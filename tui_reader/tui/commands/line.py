"""Lines typed after `:`: the name of a command, its arguments, and which articles it acts on."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.tui.commands.command import Command

MOST_LINES = 50
"""Former lines that are kept."""
LONGEST_LINE = 500
"""Code points of the longest line that is kept."""
MOST_DIGITS = 6
"""Digits of the largest count."""
_WORDS = re.compile(r'[^\s"]*"[^"]*"?|\S+')
"""Pattern of a word, in which double quotes may enclose white space.

Without a closing quote, the word extends to the end of the line.
"""


class Scope(StrEnum):
    """The last word of a line: the articles that a command acts on."""

    THIS = "this"
    CHOSEN = "chosen"
    ALL = "all"


class Word(NamedTuple):
    """One word of a line."""

    text: str
    """The word without its quotes."""
    start: int
    """Where it begins in the line."""
    is_quoted: bool = False


class Line(NamedTuple):
    """A line, split into its parts."""

    name: str
    """The id of the command; `-` is as good as `_`."""
    rest: str = ""
    """All that follows the name, as it was typed."""
    words: tuple[Word, ...] = ()
    """The words after the name, without that of the scope."""
    scope: Scope | None = None
    """The articles that were named; None if none were."""

    @property
    def has_arguments(self) -> bool:
        """True if a blank follows the name."""
        return bool(self.rest)


def split(text: str) -> Line:
    """Split a line into its parts. Any text can be split."""
    text = text.lstrip().removeprefix(":").lstrip()
    name = next(iter(text.split()), "")
    rest = text[len(name) :]
    words = tuple(Word(found[0].replace('"', ""), found.start(), '"' in found[0]) for found in _WORDS.finditer(rest))
    scope = None
    if words and not words[-1].is_quoted and words[-1].text in list(Scope):
        scope, words = Scope(words[-1].text), words[:-1]
    return Line(name.replace("-", "_"), rest, words, scope)


def quoted(text: str, sign: str = "") -> str:
    """Return a word as it is typed: in double quotes if it has blanks or could be read as a scope."""
    plain = not re.search(r"\s", text) and (bool(sign) or text not in list(Scope))
    return f"{sign}{text}" if plain else f'{sign}"{text}"'


class Completion(NamedTuple):
    """A line that the typed one may become."""

    name: str
    """What is added, as the list shows it."""
    line: str
    """The whole line."""
    remark: str = ""


class Plan(NamedTuple):
    """What a line would do."""

    summary: str = ""
    """What it acts on or changes, said before it is run."""
    problem: str = ""
    """Why it cannot be run; empty if it can, or needs an argument first."""
    run: Callable[[], None] | None = None
    """Runs it; None if it cannot be run."""
    completions: Sequence[Completion] = ()
    takes_arguments: bool = False


def plan_plain(command: Command, line: Line, run: Callable[[int | None, str], None]) -> Plan:
    """Plan a command that takes nothing after its name, or a number as its count, or the letter that its key takes.

    Args:
        command: The command.
        line: The line with its name.
        run: Runs it with a count and a letter.
    """
    argument = line.rest.strip()
    if command.takes_key:
        if len(argument) == 1:
            return Plan(run=partial(run, None, argument), takes_arguments=True)
        problem = f"{command.id} takes one letter" if argument else ""
        return Plan("a letter follows", problem, takes_arguments=True)
    if not argument:
        return Plan(run=partial(run, None, ""), takes_arguments=command.counts)
    if command.counts and argument.isdecimal() and len(argument) <= MOST_DIGITS:
        return Plan(f"{int(argument):,} times", run=partial(run, int(argument) or None, ""), takes_arguments=True)
    what = "a number" if command.counts else "nothing"
    return Plan(problem=f"{command.id} takes {what} after its name")


def with_line(former: Sequence[str], line: str) -> tuple[str, ...]:
    """Return the former lines with another one, which is kept only once, as the latest."""
    if not line or len(line) > LONGEST_LINE:
        return tuple(former)
    return (*(each for each in former if each != line), line)[-MOST_LINES:]
