"""The settings with their defaults, and the commented settings file that users edit."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tui_reader.errors import ConfigError
from tui_reader.model.query import Sort

if TYPE_CHECKING:
    from pathlib import Path

MIN_MEASURE, MAX_MEASURE = 30, 200
"""Bounds of the line width in cells: shorter lines break most words, longer lines are hard to follow."""

_Read: TypeAlias = Callable[[object], Any]
"""Converts a value of the settings file to a setting; raises `ValueError` with a description of valid values."""


def _setting(default: Any, read: _Read, about: str) -> Any:
    return field(default=default, metadata={"read": read, "about": about})


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _text(value: object) -> str:
    if isinstance(value, str) and (value.isprintable() or not value):
        return value
    raise ValueError("a text between quotation marks")


def _name(value: object) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    raise ValueError("a name between quotation marks")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise ValueError('a list of texts, such as ["one", "two"]')


def _five_names(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else []
    if len(names) == 5 and all(isinstance(name, str) and name.strip() and name.isprintable() for name in names):
        return tuple(names)
    raise ValueError('a list of five names, such as ["claim", "evidence", "doubt", "idea", "quote"]')


def _whole(low: int, high: int) -> _Read:
    def read(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise ValueError(f"a whole number from {low} to {high}")

    return read


def _one_of(*choices: str) -> _Read:
    def read(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise ValueError("one of " + ", ".join(f'"{choice}"' for choice in choices))

    return read


def _sort(value: object) -> Sort:
    return Sort(_one_of(*Sort)(value))


class Rule(NamedTuple):
    """A filing rule: actions to apply once to each article that matches a query."""

    query: str
    tag: tuple[str, ...] = ()
    """Tags that the rule adds to a matching article."""
    star: bool = False
    archive: bool = False
    read: bool = False
    up_next: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings and their defaults; each field also has its description for the settings file."""

    theme: str = _setting(
        "auto",
        _name,
        'Colours: "auto" (light or dark paper as your terminal is), "paper-dark", "paper-light", "high-contrast",'
        ' "terminal" (the 16 colours of your terminal), the name of any theme of Textual, or the path of a theme file'
        " of your own.",
    )
    measure: int = _setting(
        72,
        _whole(MIN_MEASURE, MAX_MEASURE),
        f"How wide an article is set at most, in cells, {MIN_MEASURE} to {MAX_MEASURE}.",
    )
    density: str = _setting(
        "auto",
        _one_of("auto", "comfortable", "compact"),
        'Room in the list: "comfortable" has an empty row after each headline, "compact" has none, "auto" is compact'
        " where the terminal is low.",
    )
    sort: Sort = _setting(  # noqa: RUF009 - what it returns is a field
        Sort.NEWEST,
        _sort,
        "Order in which the list begins: " + ", ".join(f'"{order}"' for order in Sort) + ".",
    )
    preview: bool = _setting(True, _switch, "Whether moving in the list shows the article at once.")
    mark_read_on_open: bool = _setting(True, _switch, "Whether opening an article marks it as read.")
    resume: bool = _setting(
        True,
        _switch,
        "Whether a start goes on where the last one ended: article, row, view, order and theme, for each library of its"
        " own; --fresh begins with the list, once.",
    )
    mouse: bool = _setting(True, _switch, "Whether the mouse works; if not, it is left to the terminal.")
    pictures: str = _setting(
        "auto",
        _one_of("auto", "blocks", "off"),
        'Pictures in the text: "auto" is the best that the terminal can (kitty, Ghostty and those with sixels draw the'
        ' picture itself), "blocks" is half blocks, "off" is their descriptions alone.',
    )
    quote_style: str = _setting(
        "markdown",
        _one_of("markdown", "org", "plain", "bibtex", "footnote"),
        'How a passage is copied with its source: "markdown", "org", "plain", "bibtex" or "footnote".',
    )
    browser: str = _setting("", _text, 'Command that opens a link, such as "firefox"; "" is the system\'s own.')
    copy_command: str = _setting(
        "",
        _text,
        'Command that takes what is copied, such as "wl-copy" or "xclip -selection clipboard"; "" finds one: tmux, a'
        " program of the desktop, or the terminal (OSC 52), which not every one allows.",
    )
    editor: str = _setting("", _text, 'Command that edits a text; "" is $VISUAL, $EDITOR, or else vi or nano.')
    colours: tuple[str, ...] = _setting(
        ("amber", "green", "blue", "rose", "violet"),
        _five_names,
        "What you call the five highlight colours, such as claim, evidence and doubt; lists show the names.",
    )
    ignore: tuple[str, ...] = _setting(
        (),
        _texts,
        'Files and folders to leave out, as in .gitignore, such as ["drafts/", "*.bak"]. A file .readerignore in a'
        " folder says the same for that folder.",
    )
    max_file_mb: int = _setting(
        64, _whole(1, 4096), "Files above this many megabytes are listed, but not opened, 1 to 4096."
    )
    rules: tuple[Rule, ...] = ()
    """Filing rules, each a table `[[rules]]`."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Key sequences by command id, which replace the command's default keys. The command table checks ids and keys."""


def load(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """Read a settings file; invalid settings become warnings, not errors.

    Returns:
        The settings, and a warning for each invalid setting, whose default is used instead.

    Raises:
        ConfigError: The file cannot be read, or is not TOML.
    """
    # Imported only if the settings file exists: the import takes 8 ms.
    import tomllib  # noqa: PLC0415

    hint = "Correct it, or start with --no-config."
    try:
        # Some editors write a byte order mark, which TOML does not allow.
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(
            f"The settings in {path} do not exist.", "Is it spelled right? Or start with --no-config."
        ) from None
    except IsADirectoryError:
        raise ConfigError(f"The settings in {path} are a folder.", "Name a file, or start with --no-config.") from None
    except OSError as error:
        way_out = "Check its owner and its permissions, or start with --no-config."
        raise ConfigError(f"The settings in {path} cannot be read: {error.strerror}.", way_out) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"The settings in {path} are not UTF-8 (at line {line}).", hint) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The settings in {path} are not TOML: {_as_clause(str(error))}.", hint) from None
    except RecursionError:
        raise ConfigError(f"The settings in {path} are nested too deeply to be read.", hint) from None
    return _read(table)


def _read(table: Mapping[str, object]) -> tuple[Settings, tuple[str, ...]]:
    known = {each.name: each for each in fields(Settings) if each.metadata}
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for name, value in table.items():
        if name == "keys":
            values["keys"] = _keys(value, warnings)
        elif name == "rules":
            values["rules"] = _rules(value, warnings)
        elif name in known:
            try:
                values[name] = known[name].metadata["read"](value)
            except ValueError as error:
                default = _as_toml(known[name].default)
                warnings.append(f"The setting {name} must be {error}; {default} is used.")
        else:
            warnings.append(f"There is no setting “{_printable(name)}”.{_suggestion(name, (*known, 'keys', 'rules'))}")
    return Settings(**values), tuple(warnings)


def _keys(value: object, warnings: list[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        warnings.append("The setting keys must be a table, begun by a line [keys].")
        return {}
    keys: dict[str, tuple[str, ...]] = {}
    for command, bound in value.items():
        try:
            keys[command] = (bound,) if isinstance(bound, str) else _texts(bound)
        except ValueError:
            warnings.append(f'[keys] {_printable(command)} must be a key or a list of keys, such as ["s", "f5"].')
    return keys


def _rules(value: object, warnings: list[str]) -> tuple[Rule, ...]:
    """Return the valid filing rules, and add a warning for each invalid rule."""
    if not isinstance(value, list):
        warnings.append("Filing rules must be tables, each begun by a line [[rules]].")
        return ()
    rules = []
    for number, table in enumerate(value, start=1):
        try:
            rules.append(_rule(table))
        except ValueError as error:
            warnings.append(f"Filing rule {number} is left out: {error}.")
    return tuple(rules)


def _rule(table: object) -> Rule:
    """Convert a table of the settings file to a filing rule.

    Raises:
        ValueError: The table is not valid; the message gives the reason.
    """
    if not isinstance(table, dict):
        raise ValueError("it must be a table, begun by a line [[rules]]")  # noqa: TRY004 - reported as any other mistake
    names = Rule._fields
    unknown = next((name for name in table if name not in names), None)
    if unknown is not None:
        raise ValueError(f"it knows no “{_printable(str(unknown))}”, only {', '.join(names)}")
    query, tags = table.get("query"), table.get("tag", [])
    if not isinstance(query, str) or not query.strip():
        raise ValueError('it needs a query, such as query = "source:desk"')
    try:
        tag = _texts([tags] if isinstance(tags, str) else tags)
        switches = {name: _switch(table[name]) for name in names[2:] if name in table}
    except ValueError as error:
        raise ValueError(f"each of its values must be {error}") from None
    if not tag and not any(switches.values()):
        raise ValueError(f"it does nothing; give it one of {', '.join(names[1:])}")
    return Rule(query, tuple(each.strip().lstrip("#") for each in tag if each.strip()), **switches)


def _suggestion(name: str, names: tuple[str, ...]) -> str:
    # Imported only if a name is unknown: the import takes 7 ms.
    import difflib  # noqa: PLC0415

    similar = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean “{similar[0]}”?" if similar else ""


def _as_clause(sentence: str) -> str:
    """Return the message of a library's exception in a form that can end a sentence."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _printable(text: str) -> str:
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")


def _as_toml(value: object) -> str:
    """Return the default value of a setting as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(_as_toml(item) for item in value) + "]"
    return str(value)


_HEAD = """\
# Settings of tui-reader. What is set here is what differs from the program's own choice: take away the # before a
# setting to change it. A setting that is misspelt or of the wrong kind is reported when the reader starts.
"""

_RULES = """\
# Filing rules: each acts once on every article that matches its query, when the article is first seen. Try them with
# "tui-reader rules --dry-run"; u undoes what they did.
#[[rules]]
#query = "source:desk words<300"
#tag = ["short"]
#star = false
#archive = true
#read = false
#up_next = false
"""

_KEYS = """\
# Keys, by the name of the command (the list of commands in the program shows the names). A command named here has these
# keys and no others; [] takes its keys away. Keys are written as "s", "ctrl+s", "f5", "space", and one after another
# as "g s".
#[keys]
#star = ["s", "f5"]
"""


def default_text() -> str:
    """Return the text of a settings file: each setting with description and default, commented out."""
    import textwrap  # noqa: PLC0415 - only for `tui-reader config`

    parts = [_HEAD]
    for each in fields(Settings):
        if each.metadata:
            about = textwrap.wrap(
                each.metadata["about"], 118, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
            )
            parts.append("\n".join((*about, f"#{each.name} = {_as_toml(each.default)}\n")))
    parts += [_RULES, _KEYS]
    return "\n".join(parts)


def write_default(path: Path) -> None:
    """Write the commented settings file if it does not exist.

    Raises:
        ConfigError: The file exists already, or cannot be written.
    """
    if os.path.lexists(path):
        raise ConfigError(f"{path} exists already; it was left as it is.", "Edit it, or move it away.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(default_text())
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", "Check the folder's permissions.") from None
