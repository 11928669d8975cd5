"""Create the default library with the sample articles in it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def fill_default_library(folder: Path) -> list[str]:
    """Create the default library if it does not exist.

    Returns:
        Messages for the user; none if the library existed.

    Raises:
        ReaderError: The folder cannot be created.
    """
    if folder.exists():
        return []
    # The folder is renamed when it is complete: an interrupted first run leaves no incomplete library.
    unfinished = folder.with_name(f"{folder.name}.new-{os.getpid()}")
    try:
        unfinished.mkdir(parents=True)
        _copy(_samples(), unfinished)
        unfinished.rename(folder)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if folder.is_dir():
            return []
        raise ReaderError(
            f"The library {folder} cannot be made: {error.strerror}.", "Name a folder of your own: tui-reader FOLDER."
        ) from error
    return [f"Your articles live in {folder}. It holds some samples to begin with; put yours beside them."]


def _samples() -> Traversable | None:
    """Return the folder of the sample articles: in an installed package, or beside the package in a checkout."""
    # Imported here because the import takes 15 ms and is needed only on the first run.
    from importlib import resources  # noqa: PLC0415

    package = resources.files("tui_reader")
    for folder in (package / "sample_articles", Path(str(package)).parent / "sample_articles"):
        if folder.is_dir():
            return folder
    return None


def _copy(source: Traversable | None, target: Path) -> None:
    """Copy a folder with its subfolders; do nothing for None."""
    for entry in source.iterdir() if source is not None else ():
        if entry.is_dir():
            (target / entry.name).mkdir()
            _copy(entry, target / entry.name)
        else:
            (target / entry.name).write_bytes(entry.read_bytes())
