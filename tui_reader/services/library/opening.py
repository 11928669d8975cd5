"""Open the library that the command line names, or turn a folder into a library."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_reader import paths as program_paths
from tui_reader.config import Settings
from tui_reader.errors import UsageError
from tui_reader.services.library.composition import compose
from tui_reader.services.library.library import STDIN, Library
from tui_reader.services.library.library_paths import STATE_FILE, carried_state, find_library_paths, is_library
from tui_reader.storage import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tui_reader.storage.base import Edit


def open_library(
    paths: Sequence[Path] = (),
    *,
    state: Path | None = None,
    stdin: bytes | None = None,
    settings: Settings | None = None,
    begin: bool = True,
    must_exist: bool = False,
) -> Library:
    """Open a library with the results of the last scan; `Library.start` updates them.

    Args:
        paths: Folders and files; empty for the default library, unless standard input is given.
        state: The state file; None for the default state file of the paths.
        stdin: Bytes from standard input, which become an article; None without standard input.
        settings: The settings; None for the defaults.
        begin: True to create the default library with samples if it does not exist.
        must_exist: True to refuse a state file given by `state` that does not exist.

    Raises:
        UsageError: A path does not exist.
        StoreError: The state file may not be read.
    """
    data_dir = program_paths.data_dir()
    notices: list[str] = []
    name = ""
    if stdin is not None and not paths:
        name = STDIN
    elif not paths:
        name = "Sample library"
        default = data_dir / "articles"
        if begin:
            from tui_reader.services.library.samples import fill_default_library  # noqa: PLC0415 - without paths only

            notices += fill_default_library(default)
        paths = (default,) if default.exists() else ()
    library_paths = find_library_paths(paths, state, data_dir, program_paths.cache_dir(), must_exist=must_exist)
    if library_paths.notice:
        notices.append(library_paths.notice)
    has_several = len(library_paths.folders) + len(library_paths.files) > 1
    for folder in library_paths.folders if has_several else ():
        unused = folder / STATE_FILE
        if unused != library_paths.state and state is None and is_library(unused):
            notices.append(f"{unused} is not used, since several places are open. Open {folder} alone to use it.")
    library = Library(compose(library_paths, open_store(library_paths.state), settings or Settings()), notices, name)
    if stdin is not None:
        library.put_standard_input(stdin)
    return library


def init_library(folder: Path, edits: Sequence[Edit] = ()) -> Path:
    """Turn a folder into a library: create a state file with relative names in the folder.

    Args:
        folder: The folder.
        edits: What the state file contains from the beginning.

    Returns:
        The path of the state file.

    Raises:
        UsageError: The path is not a folder, is a library already, or has another program's `library.json`.
        StoreError: The file cannot be written.
    """
    state = folder / STATE_FILE
    if not os.path.isdir(folder):  # noqa: PTH112 - `Path.is_dir` fails in a folder that may not be searched
        raise UsageError(f"{folder} is not a folder.", "Make it first, or name another one.")
    verdict = carried_state(folder)
    if verdict.is_ours:
        raise UsageError(f"{state} is there already: the folder is a library.")
    if verdict.is_foreign:
        raise UsageError(
            f"{state} is not a library of tui-reader: {verdict.reason}. It stays as it is.",
            f"Name another file for the state: tui-reader --state {folder / 'reader.json'} {folder}",
        )
    store = open_store(state)
    try:
        store.apply(edits, "made a library", undoable=False).result()
    finally:
        store.close()
    return state
