"""The data of a note that is being written. Its widget is a separate module, imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class NoteSheet(NamedTuple):
    """A note to be written, and the callbacks for its text."""

    about: str
    """The marked words, or the title of the article."""
    text: str
    """The initial text of the note."""
    written: Callable[[str], None]
    """Called with the text when the editor is closed, even if the text is unchanged."""
    typed: Callable[[str], None]
    """Called with the text while it is being written: at each pause, and at least every second."""
