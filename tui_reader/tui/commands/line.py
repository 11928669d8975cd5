"""Lines typed after `:`: the name of a command, its arguments, and its scope."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.lazy_patterns import LazyPattern

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.tui.commands.command import Command

MOST_LINES = 50
"""Largest number of lines in the history of the command line."""
LONGEST_LINE = 500
"""Largest length of a line in the history, in code points."""
MOST_DIGITS = 6
"""Largest number of digits of a count."""
_WORDS = LazyPattern(r'[^\s"]*"[^"]*"?|\S+')
"""Pattern of a word, in which double quotes may enclose white space.

Without a closing quote, the word extends to the end of the line.
"""


class Scope(StrEnum):
    """The articles on which a command acts, as the last word of a typed line names them."""

    THIS = "this"
    CHOSEN = "chosen"
    ALL = "all"


class Word(NamedTuple):
    """One word of a line typed after `:`."""

    text: str
    """The word without its quotes."""
    start: int
    """Offset of the word in the line."""
    is_quoted: bool = False
    """True if the word has a double quote; it is then an argument even if its text is the word of a scope."""


class Line(NamedTuple):
    """A line typed after `:`, split into its parts."""

    name: str
    """The id of the command; `-` is accepted for `_`."""
    rest: str = ""
    """The text after the name, as typed."""
    words: tuple[Word, ...] = ()
    """The words after the name, without the word of the scope."""
    scope: Scope | None = None
    """The scope that the line names; None without a scope."""

    @property
    def has_arguments(self) -> bool:
        """True if a space follows the name."""
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
    """Return a word as it is typed on the command line: in double quotes if it has spaces or is the word of a scope.

    Args:
        text: The word.
        sign: `+` or `-`, which stands before the quotes; empty for none.
    """
    plain = not re.search(r"\s", text) and (bool(sign) or text not in list(Scope))
    return f"{sign}{text}" if plain else f'{sign}"{text}"'


class Completion(NamedTuple):
    """A completion of the typed line."""

    name: str
    """The label of the completion in the list."""
    line: str
    """The completed line."""
    remark: str = ""
    """A text behind the label in the list; may be empty."""


class Plan(NamedTuple):
    """The planned effect of a line, before it is run."""

    summary: str = ""
    """Description of the effect, shown before the line is run."""
    problem: str = ""
    """Error message if the line cannot be run; empty if it can or if an argument is still missing."""
    run: Callable[[], None] | None = None
    """Function that runs the line; None if it cannot be run."""
    completions: Sequence[Completion] = ()
    """The completions of the word that is being typed."""
    takes_arguments: bool = False
    """True if the command accepts arguments, a count or a scope after its name."""


def plan_plain(command: Command, line: Line, run: Callable[[int | None, str], None]) -> Plan:
    """Plan a command whose only argument is a count or a letter, or that takes none.

    Args:
        command: The command.
        line: The line with the command's name.
        run: Runs the command with a count and a letter.
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
        times = "once" if int(argument) == 1 else f"{int(argument):,} times"
        return Plan(times, run=partial(run, int(argument) or None, ""), takes_arguments=True)
    what = "a number" if command.counts else "nothing"
    return Plan(problem=f"{command.id} takes {what} after its name")


def with_line(former: Sequence[str], line: str) -> tuple[str, ...]:
    """Return the history with a line appended; an earlier equal line is removed."""
    if not line or len(line) > LONGEST_LINE:
        return tuple(former)
    return (*(each for each in former if each != line), line)[-MOST_LINES:]
