"""The data of a note that is being written, apart from its widget, which is imported with the first note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class NoteSheet:
    """A note to be written, and the callbacks for its text."""

    about: str
    """The marked words, or the title of the article."""
    text: str
    """The text to begin with."""
    written: Callable[[str], None]
    """Called with the text when the sheet is closed, whether it changed or not."""
    typed: Callable[[str], None]
    """Called with the text while it is being written: at each pause, and at least every second."""
