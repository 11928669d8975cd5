"""The log file, which records errors inside the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.snapshot.private import append

if TYPE_CHECKING:
    from pathlib import Path


def write_log(file: Path, text: str) -> None:
    """Append a text to the log file, which only its owner may read.

    Raises:
        OSError: The file cannot be written.
    """
    append(file, text)
