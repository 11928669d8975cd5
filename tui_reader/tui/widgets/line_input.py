"""A text field of one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Input

from tui_reader.document.cleaning import clean_line, clean_row

if TYPE_CHECKING:
    from textual import events


class LineInput(Input):
    """An input that joins pasted lines to one line and removes control characters."""

    def validate_value(self, value: str) -> str:
        """Remove control characters from a value before it is edited, such as a title or tags."""
        return clean_row(value)

    def validate_placeholder(self, placeholder: str) -> str:
        """Remove control characters from the placeholder, which may be an earlier search."""
        return clean_row(placeholder)

    def on_paste(self, event: events.Paste) -> None:
        """Replace the pasted text by one clean line before Textual inserts it."""
        event.text = clean_line(event.text)
