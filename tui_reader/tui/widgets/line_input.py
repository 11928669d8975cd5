"""One line to type into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from tui_reader.document.clean import clean_line, clean_row

if TYPE_CHECKING:
    from textual import events


class LineInput(Input):
    """An input that takes all lines of a paste, as one, and nothing that could act on the terminal."""

    def validate_value(self, value: str) -> str:
        """Clean what is put in to be edited, such as a title or tags."""
        return clean_row(value)

    def validate_placeholder(self, placeholder: str) -> str:
        """Clean what stands in an empty input, which may be what was searched for before."""
        return clean_row(placeholder)

    def on_paste(self, event: events.Paste) -> None:
        """Make one clean line of what was pasted; the input itself does the rest."""
        event.text = clean_line(event.text)
