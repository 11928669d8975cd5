"""The program's manual page as roff for `man`, generated from the argument parsers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader import __version__, paths
from tui_reader.cli.completion import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.cli.grammar import Verb

STATUSES = (
    ("0", "ended by you, or done"),
    ("1", "something could not be done; the message says what"),
    ("2", "the command line, the terminal or the settings are not such that the program can start"),
    ("3", "the state file cannot be used"),
    ("70", "an error of the program itself; the message names the log file with the details"),
    ("129, 130, 143", "ended by a signal: the terminal was closed, ctrl+c, or SIGTERM; what you did is kept"),
)
FILES = (
    ("$XDG_CONFIG_HOME/tui-reader/config.toml, ~/.config/tui-reader/config.toml", "the settings; “,” edits them"),
    ("FOLDER/library.json", "the state of a library that carries its own, made by init"),
    ("$XDG_DATA_HOME/tui-reader, ~/.local/share/tui-reader", "the default library, and the state of all others"),
    ("$XDG_STATE_HOME/tui-reader.log, ~/.local/state/tui-reader.log", "details of errors of the program itself"),
)


def manual(program: Verb) -> str:
    """Return the manual page of the program, given its grammar, as roff."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Verb) -> Iterator[str]:
    name = paths.PROGRAM
    yield f'.TH {_roff(name.upper())} 1 "" "{name} {__version__}" "User Commands"'
    # No hyphenation: a search in the manual must find names of files and options.
    yield ".nh"
    yield ".ad l"
    yield ".SH NAME"
    yield f"{_roff(name)} \\- {_roff(first_sentence(program.about)).lower()}"
    yield ".SH SYNOPSIS"
    yield f".B {_roff(name)}"
    yield _usage(program)
    for verb in program.verbs:
        yield ".br"
        yield f".B {_roff(name)} {_roff(' '.join(verb.names))}"
        yield "\\fI...\\fR"
    yield ".SH DESCRIPTION"
    yield _roff(program.about)
    yield "Inside the reader"
    yield ".B ?"
    yield "shows all keys and"
    yield ".B :"
    yield "all commands."
    yield from _described(program)
    yield ".SH COMMANDS"
    yield _roff("A path that is called like a command is written ./init.")
    for verb in program.all():
        if verb.names:
            yield f'.SS "{_roff(" ".join(verb.names))}"'
            yield f".B {_roff(' '.join((name, *verb.names)))}"
            yield _usage(verb)
            yield ".PP"
            yield from _paragraphs(verb.about)
            yield from _described(verb)
            yield from _paragraphs(verb.epilog)
    yield ".SH FILES"
    for path, what in FILES:
        yield from (".TP", f".I {_roff(path)}", _roff(what))
    yield ".SH EXIT STATUS"
    for status, what in STATUSES:
        yield from (".TP", f".B {_roff(status)}", _roff(what))


def _usage(verb: Verb) -> str:
    """Return the arguments of a verb, to print after its name in the synopsis."""
    parts = ["[\\fIoptions\\fR]"] if verb.options else []
    for position in verb.positions:
        name = f"\\fI{_roff(position.value.name)}\\fR{'...' if position.repeats else ''}"
        parts.append(f"[{name}]" if position.is_optional else name)
    if verb.verbs and verb.names:
        parts.append("\\fIVERB\\fR ...")
    return " ".join(parts)


def _described(verb: Verb) -> Iterator[str]:
    """Yield roff for the arguments and options of a verb, each with its help."""
    for position in verb.positions:
        yield from (".TP", f"\\fI{_roff(position.value.name)}\\fR", _roff(position.help))
    for option in verb.options:
        flags = ", ".join(f"\\fB{_roff(flag)}\\fR" for flag in option.flags)
        value = f" \\fI{_roff(option.value.name)}\\fR" if option.value is not None else ""
        yield from (".TP", flags + value, _roff(option.help))


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the lines of a text as roff paragraphs; `man` keeps the line breaks of indented lines."""
    if not text:
        return
    yield ".PP"
    is_literal = False
    for row in text.splitlines():
        wants_literal = row.startswith(" ")
        if wants_literal != is_literal:
            yield ".nf" if wants_literal else ".fi"
            is_literal = wants_literal
        yield _roff(row) if row.strip() else ".PP"
    if is_literal:
        yield ".fi"


def _roff(text: str) -> str:
    """Escape a text for roff, in ASCII, so that `man` prints each character unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti").replace('"', "\\(dq")
    text = re.sub(r"[^\x20-\x7e]", lambda match: f"\\[u{ord(match[0]):04X}]", text)
    return f"\\&{text}" if text.startswith(".") else text
