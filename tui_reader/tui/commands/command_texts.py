"""Descriptions of commands, generated from the command table: footer hints, help and key sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.tui.commands.command import EVERYWHERE, IN_ANNOTATIONS, Command, Group, Pane
from tui_reader.tui.commands.keymap import written, written_all
from tui_reader.tui.commands.table import BY_ID, COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.tui.commands.keymap import Keymap


class Hint(NamedTuple):
    """A hint in the last row: keys, and a label of one or two words for their command."""

    keys: str
    label: str
    stays: bool = False
    """True if this hint is kept when the last row has no room for all hints."""
    command: str = ""
    """The id of the command; the first command's id if several share the hint."""


def footer_hints(keymap: Keymap, pane: Pane) -> list[Hint]:
    """Return the hints for a pane, most useful first. Commands with one label share a hint: `j k move`."""
    by_label: dict[str, list[Command]] = {}
    for command in sorted((each for each in COMMANDS if each.footer), key=lambda command: -command.footer):
        if keymap.keys_of(command, pane):
            by_label.setdefault(command.label, []).append(command)
    return [
        Hint(
            _joined([written(keymap.keys_of(command, pane)[0]) for command in commands]),
            label,
            stays=commands[0].id == "help",
            command=commands[0].id,
        )
        for label, commands in by_label.items()
    ]


BOOK_HINTS = (
    (("next_heading", "previous_heading"), "chapter"),
    (("outline",), "contents"),
    (("picture",), "picture"),
    (("highlight",), "highlight"),
    (("note",), "note"),
    (("footnote",), "footnote"),
    (("help",), "keys"),
)
"""The hints of the article pane while it shows a book: commands that share a hint, and its label."""

BROKEN_HINTS = (
    (("open_original",), "open outside"),
    (("archive",), "archive"),
    (("next_article",), "next"),
    (("back",), "back"),
    (("help",), "keys"),
)
"""The hints of the article pane while it shows why a file cannot be read; form as in `BOOK_HINTS`."""


def chosen_hints(keymap: Keymap, chosen: Sequence[tuple[Sequence[str], str]]) -> list[Hint]:
    """Return hints for the article pane: those of a table such as `BOOK_HINTS`, in its order."""
    hints = []
    for names, label in chosen:
        commands = [BY_ID[name] for name in names]
        keys = [written(found[0]) for command in commands if (found := keymap.keys_of(command, Pane.ARTICLE))]
        if keys:
            hints.append(Hint(_joined(keys), label, stays=names[0] == "help", command=names[0]))
    return hints


def _joined(keys: list[str]) -> str:
    """Join the keys of one hint: `j k`, but `c1-5` for the keys from `c1` to `c5`."""
    first, last = keys[0], keys[-1]
    run = [first[:-1] + chr(ord(first[-1]) + number) for number in range(len(keys))]
    return f"{first}-{last[-1]}" if len(keys) > 2 and keys == run else " ".join(keys)


def help_lines(keymap: Keymap) -> Iterator[tuple[Group, list[tuple[str, str, str]]]]:
    """Yield the groups of the help with their rows: keys, panes (unless all), and help text."""
    for group in Group:
        rows = [
            (written_all(keymap.keys_of(command)), where(command), command.help)
            for command in COMMANDS
            if command.group is group
        ]
        yield group, rows


LINE_RULES = (
    ("NAME", "any command by its name; a number after it is its count: :next_article 3"),
    (
        "[SCOPE]",
        "this: the article or annotation; chosen: those chosen in the list; all: those listed; else chosen, else this",
    ),
    (
        "FORMAT PATH",
        "a format of exports, and a file or a folder to write; with blanks in quotes: :export org ~/org/reading",
    ),
    ("+TAG -TAG", 'tags to add and to remove; with blanks in quotes: :tag +nato -"to read" all'),
)
"""Help rows about the command line: parts of a line, such as `[SCOPE]`, and what each means."""


def line_usages() -> Iterator[tuple[str, str]]:
    """Yield the commands with arguments, in their syntax after `:`, with their help texts."""
    for command in COMMANDS:
        if command.argument:
            yield f":{command.id} {command.argument}", command.help


def line_sheet() -> str:
    """Return the section of docs/keys.md about the command line, in Markdown."""
    rules = [f"- `{what}`: {meaning.replace(':next_article 3', '`:next_article 3`')}." for what, meaning in LINE_RULES]
    rows = [f"| `{usage}` | {text} |" for usage, text in line_usages()]
    return "\n".join(
        [
            "## The command line",
            "",
            "`:` offers all commands by their names. What a command takes follows its name, and the row below it",
            "says what the line would do, and to how many articles, before it is run. `tab` completes, `↑` shows",
            "former lines, and one `u` undoes a line. On a line `star`, `archive` and `up_next` set the state that",
            "their keys toggle.",
            "",
            *rules,
            "",
            "| line | what it does |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def where(command: Command) -> str:
    """Return the names of the panes where a command works; empty if it works in all panes of the reading screen."""
    if command.panes >= EVERYWHERE:
        return ""
    return ", ".join(str(pane) for pane in Pane if pane in command.panes)


def markdown_table(keymap: Keymap, *, brief: bool = False) -> str:
    """Return the key sheet in Markdown.

    Args:
        keymap: The current keymap.
        brief: True for the table of the README: one row for each group of commands, with labels and the first keys. It
            omits the motions of a selection and the commands that work only in the list of annotations. False for
            the tables of docs/keys.md: a section for each group, with all commands and keys.
    """
    if brief:
        rows = [f"| {group} | {' · '.join(_in_short(keymap, group))} |" for group in Group]
        return "\n".join(["| | |", "|---|---|", *rows]) + "\n"
    sections = []
    for group in Group:
        rows = [
            f"| {_code(keymap, command) or 'palette'} | {command.help} | {where(command) or 'everywhere'} "
            f"| {'yes' if command.counts else ''} | `{command.id}` |"
            for command in COMMANDS
            if command.group is group
        ]
        head = ["| keys | what they do | where | counts | name |", "|---|---|---|---|---|"]
        sections.append("\n".join([f"## {group}", "", *head, *rows]))
    return "\n\n".join(sections) + "\n"


def _in_short(keymap: Keymap, group: Group) -> Iterator[str]:
    """Yield the entries of a group of commands for the table of the README, such as `` `j` `k` move ``.

    Commands with one label share an entry.
    """
    found: dict[str, list[str]] = {}
    for command in COMMANDS:
        motion = command.group is Group.SELECT and not command.palette
        keys = keymap.keys_of(command)
        if command.group is group and keys and not motion and command.panes != IN_ANNOTATIONS:
            found.setdefault(command.label, []).append(written(keys[0]))
    for label, keys_of_label in found.items():
        yield " ".join(f"`{keys}`".replace("|", "\\|") for keys in _joined(keys_of_label).split(" ")) + f" {label}"


def _code(keymap: Keymap, command: Command) -> str:
    return " ".join(f"`{written(keys)}`".replace("|", "\\|") for keys in keymap.keys_of(command))
