"""Explain why a file is not an article of a library: missing, outside the folders, unsupported or ignored."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader import formats
from tui_reader.errors import UsageError
from tui_reader.formats.registry import ROWS
from tui_reader.paths import expand_user
from tui_reader.sources.ignore_rules import IGNORE_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

SUFFIXES = tuple(suffix for row in ROWS for suffix in row.suffixes)
"""Suffixes of the files that are articles, in all formats."""


def explain_no_file(file: Path) -> tuple[str, str]:
    """Return an error message and a hint for a path that is not a file; empty strings for a file.

    Args:
        file: A path as the user gave it.
    """
    path = expand_user(file)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if os.path.lexists(path):
            return f"{file} is a link to a file that does not exist.", "Name the file of an article."
        return f"There is no file {file}.", "Is it spelled right?"
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}.", "Check its owner and its permissions."
    if stat.S_ISREG(mode):
        return "", ""
    if stat.S_ISDIR(mode):
        return f"{file} is a folder, not a file.", "Name the file of an article."
    return f"{file} is no regular file.", "Pipes and devices are not read."


def require_file(file: Path) -> None:
    """Raise an error unless a path is a file.

    Raises:
        UsageError: The path is not a file; the message gives the reason.
    """
    message, hint = explain_no_file(file)
    if message:
        raise UsageError(message, hint)


def explain_absence(file: Path, folders: Sequence[Path]) -> tuple[str, str]:
    """Return an error message and a hint for a path that is not an article of a library, or not a file.

    Args:
        file: A path as the user gave it.
        folders: The folders of the library.
    """
    message, hint = explain_no_file(file)
    if message:
        return message, hint
    path = Path(os.path.abspath(expand_user(file)))  # noqa: PTH100 - without resolving links, which may lead elsewhere
    root = next((folder for folder in folders if path.is_relative_to(folder)), None)
    if root is None:
        where = ", ".join(map(str, folders))
        message = f"{file} is outside of the library{f' {where}' if where else ''}."
        return message, "Name its own library with --library, or none: then the file is opened by itself."
    parts = path.relative_to(root).parts
    hidden = next((part for part in parts if part.startswith(".")), "")
    if hidden:
        return f"{file} is left out of the library, since {hidden} is hidden: its name begins with a dot.", ""
    if not formats.is_article(path.name):
        return f"{file} is of a kind that is not read in a folder.", f"Read are {', '.join(SUFFIXES)}."
    patterns = f"in a {IGNORE_FILE} in its folders, or “ignore” in the settings"
    return f"{file} is left out of the library by a pattern.", f"The pattern is {patterns}."
