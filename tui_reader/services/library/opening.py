"""Opens a library for what the command line names, and makes a folder one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader import paths as program_paths
from tui_reader.config import Settings
from tui_reader.errors import UsageError
from tui_reader.services.library.composition import compose
from tui_reader.services.library.library import STDIN, Library
from tui_reader.services.library.library_paths import STATE_FILE, carried_state, find_library_paths, is_library
from tui_reader.services.library.samples import fill_default_library
from tui_reader.storage import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def open_library(
    paths: Sequence[Path] = (),
    *,
    state: Path | None = None,
    stdin: bytes | None = None,
    settings: Settings | None = None,
    begin: bool = True,
) -> Library:
    """Open a library with what the last scan knew of it; `Library.start` brings it up to date.

    Args:
        paths: Folders and files; none for the default library, unless standard input is given.
        state: The state file; None for the one that belongs to the paths.
        stdin: Bytes that were read from standard input, as an article of their own.
        settings: What to leave out and how large an article may be; None for the defaults.
        begin: Whether the default library is made, with the samples in it, where there is none yet.

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
            notices += fill_default_library(default)
        paths = (default,) if default.exists() else ()
    places = find_library_paths(paths, state, data_dir, program_paths.cache_dir())
    if places.notice:
        notices.append(places.notice)
    for folder in places.folders if len(places.folders) + len(places.files) > 1 else ():
        stray = folder / STATE_FILE
        if stray != places.state and state is None and is_library(stray):
            notices.append(f"{stray} is not used, since several places are open. Open {folder} alone to use it.")
    library = Library(compose(places, open_store(places.state), settings or Settings()), notices, name)
    if stdin is not None:
        library.put_standard_input(stdin)
    return library


def init_library(folder: Path) -> Path:
    """Make a folder a library that carries its own state, with relative names; the state file's path.

    Raises:
        UsageError: It is no folder, it is one already, or another program has a `library.json` there.
        StoreError: The file cannot be written.
    """
    state = folder / STATE_FILE
    if not folder.is_dir():
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
        store.apply((), "made a library", undoable=False).result()
    finally:
        store.close()
    return state
