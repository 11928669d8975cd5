"""One line to type into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from tui_reader.document.clean import clean_line

if TYPE_CHECKING:
    from textual import events


class LineInput(Input):
    """An input that takes all lines of a paste, as one, and nothing that could act on the terminal."""

    def on_paste(self, event: events.Paste) -> None:
        """Make one clean line of what was pasted; the input itself does the rest."""
        event.text = clean_line(event.text)
