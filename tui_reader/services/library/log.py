"""The log: what went wrong inside the program, for whoever is asked to find out why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.snapshot.private import append

if TYPE_CHECKING:
    from pathlib import Path


def write_log(file: Path, text: str) -> None:
    """Add a text to the log, which only this user may read.

    Raises:
        OSError: It cannot be written.
    """
    append(file, text)
