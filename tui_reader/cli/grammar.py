"""The verbs of the command line with their options and values, read from the parsers that the verbs use."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.cli.common import ParserFound, parsers_found
from tui_reader.model.annotation import COLOURS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FILES = frozenset(("PATH", "FILE", "DRAFT", "FROM", "TO", "OUT"))
"""Placeholders in the help, such as `FILE`, whose values are paths of files or folders."""
FOLDERS = frozenset(("FOLDER", "DIR"))


class Value(NamedTuple):
    """The value of an option or of a positional argument."""

    name: str
    """Name of the value in the help, such as `FILE`."""
    words: tuple[str, ...] = ()
    """The values to choose from; empty if they cannot be listed."""

    @property
    def is_path(self) -> bool:
        """True if the value is the path of a file or folder."""
        return self.name in FILES | FOLDERS and not self.words


class Option(NamedTuple):
    """An option of a verb, such as `--format`."""

    flags: tuple[str, ...]
    help: str
    value: Value | None
    """The value that the option takes; None for a flag."""
    repeats: bool
    """True if the option may be given several times."""


class Position(NamedTuple):
    """A positional argument of a verb."""

    value: Value
    help: str
    is_optional: bool
    repeats: bool


class Verb(NamedTuple):
    """A verb of the command line, such as `export`, or the program without a verb."""

    names: tuple[str, ...]
    """The words that select the verb: none for the program itself, two for `notes add`."""
    about: str
    epilog: str
    options: tuple[Option, ...]
    positions: tuple[Position, ...]
    verbs: tuple[Verb, ...]
    """The verb's own verbs, such as `add` for `notes`."""

    def all(self) -> Iterator[Verb]:
        """Yield this verb, then all verbs below it, such as `notes` and then `notes add`."""
        yield self
        for each in self.verbs:
            yield from each.all()


def program(verbs: Mapping[str, Callable[[Sequence[str]], int]], read: Callable[[Sequence[str]], int]) -> Verb:
    """Build the grammar of the command line: the program with all verbs.

    Args:
        verbs: The function that runs each verb.
        read: The function that runs the full-screen reader.
    """
    reader = _verb((), _parser_of(read))
    return reader._replace(verbs=tuple(_verb((name,), _parser_of(run)) for name, run in verbs.items()))


def _parser_of(run: Callable[[Sequence[str]], int]) -> argparse.ArgumentParser:
    """Find a verb's parser: run the verb until it would parse its arguments.

    Raises:
        LookupError: The verb parses no arguments.
    """
    with parsers_found():
        try:
            run(())
        except ParserFound as found:
            return found.parser
    raise LookupError(f"{run} has no parser")


def _verb(names: tuple[str, ...], parser: argparse.ArgumentParser) -> Verb:
    options: list[Option] = []
    positions: list[Position] = []
    verbs: list[Verb] = []
    formatter = parser._get_formatter()
    for action in parser._actions:
        if action.help == argparse.SUPPRESS:
            continue
        if isinstance(action, argparse._SubParsersAction):
            verbs += [_verb((*names, name), each) for name, each in action.choices.items()]
            continue
        about = formatter._expand_help(action) if action.help else ""
        if action.option_strings:
            repeats = isinstance(action, argparse._AppendAction)
            value = _value(action) if action.nargs != 0 else None
            options.append(Option(tuple(action.option_strings), about, value, repeats))
        else:
            is_optional, repeats = action.nargs in ("*", "?"), action.nargs in ("*", "+")
            positions.append(Position(_value(action), about, is_optional, repeats))
    return Verb(names, parser.description or "", parser.epilog or "", tuple(options), tuple(positions), tuple(verbs))


def _value(action: argparse.Action) -> Value:
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None:
        return Value(name, tuple(map(str, action.choices)))
    if action.dest == "theme":
        from tui_reader.tui.theme import own_themes  # noqa: PLC0415 - 100 ms, and only here

        return Value(name, ("auto", *(each.name for each in own_themes())))
    if name == "FORMAT":
        from tui_reader.exchange.registry import EXPORTS  # noqa: PLC0415 - only here

        return Value(name, tuple(each.id for each in EXPORTS))
    if action.dest == "colour":
        return Value(name, tuple(map(str, range(1, COLOURS + 1))))
    return Value(name)
