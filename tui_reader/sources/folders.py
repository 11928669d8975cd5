"""Walking a folder: every file that may be an article, with what tells whether it changed."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.sources.files import MEGABYTE, Signature, UnreadableError, read_bytes
from tui_reader.sources.ignore_rules import IGNORE_FILE, Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_IGNORE_LIMIT = MEGABYTE
"""Bytes of an ignore file; a larger one is no list of patterns, and may be a link to anything."""


class Entry(NamedTuple):
    """A file that stands in a folder, not opened yet."""

    path: str
    signature: Signature


def walk(
    root: Path,
    rules: Rules,
    wanted: Callable[[str], bool],
    unreadable: Callable[[str], None],
) -> Iterator[Entry]:
    """Every regular file below a folder that is wanted, in the order of names.

    Hidden files and folders are left out, and what the rules ignore. Symbolic links are followed; a folder that is
    reached twice is listed once, so that loops end.

    Args:
        root: The folder.
        rules: Patterns to leave out, over and above those of the ignore files that lie in folders.
        wanted: Whether a file name is one of an article.
        unreadable: Told the path of each folder that cannot be listed.
    """
    seen: set[tuple[int, int]] = set()
    # A stack of our own: trees may be deeper than Python's recursion.
    stack: list[tuple[str, str, Rules]] = [(os.fspath(root), "", rules)]
    while stack:
        folder, relative, inherited = stack.pop()
        try:
            status = os.stat(folder)  # noqa: PTH116 - Path costs as much again as the call, a hundred thousand times
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError:
            unreadable(folder)
            continue
        here = _with_ignore_file(entries, relative, inherited)
        below: list[tuple[str, str, Rules]] = []
        for entry in entries:
            name = entry.name
            if name.startswith("."):
                continue
            path = f"{relative}/{name}" if relative else name
            try:
                if entry.is_dir():
                    if not here.ignores(path, folder=True):
                        below.append((entry.path, path, here))
                elif wanted(name) and not here.ignores(path, folder=False):
                    status = entry.stat()
                    # Pipes, sockets and devices are never opened; they are not even listed.
                    if stat.S_ISREG(status.st_mode):
                        yield Entry(entry.path, Signature.of(status))
            except OSError:
                # Gone since it was listed, or a link to nowhere.
                continue
        stack.extend(reversed(below))


def look(path: str) -> Entry | None:
    """A single file as `walk` would list it, were it but there. Special files are listed so that reading can refuse."""
    try:
        return Entry(path, Signature.of(os.stat(path)))  # noqa: PTH116
    except OSError:
        return None


def _with_ignore_file(entries: list[os.DirEntry[str]], relative: str, rules: Rules) -> Rules:
    for entry in entries:
        if entry.name == IGNORE_FILE:
            try:
                data = read_bytes(Path(entry.path), _IGNORE_LIMIT)[0] if entry.is_file() else b""
            except (OSError, UnreadableError):
                return rules
            return rules.extended(data.decode("utf-8-sig", "replace").split("\n"), relative)
    return rules
