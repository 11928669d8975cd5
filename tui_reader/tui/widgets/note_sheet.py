"""What a note is written on; apart from the widget that shows it, which is loaded with the first note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class NoteSheet:
    """A note to be written, and who is told of it."""

    about: str
    """What the note is about: the words that are marked, or the title of the article."""
    text: str
    """What is written already."""
    written: Callable[[str], None]
    """Called with the text once it is to be kept, changed or not."""
    typed: Callable[[str], None]
    """Called with the text while it is being written: at a pause, and at least every second."""
