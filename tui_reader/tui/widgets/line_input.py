"""A text field of one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.widgets import Input

from tui_reader.document.cleaning import clean_line, clean_row

if TYPE_CHECKING:
    from textual import events
    from textual.widget import Widget


async def run_editing_key(field: Widget, event: events.Key) -> None:
    """Run the action that a text field binds to a key at once; do nothing for other keys.

    Textual would run the action only after letters that are typed behind the key.
    """
    bindings = () if event.is_printable else field._bindings.key_to_bindings.get(event.key, ())
    if bindings and await field.app.run_action(bindings[0].action, field):
        event.stop()
        event.prevent_default()


class LineInput(Input):
    """An input that joins pasted lines to one line and removes control characters."""

    def validate_value(self, value: str) -> str:
        """Remove control characters from a value before it is edited, such as a title or tags."""
        return clean_row(value)

    def validate_placeholder(self, placeholder: str) -> str:
        """Remove control characters from the placeholder, which may be an earlier search."""
        return clean_row(placeholder)

    def watch_selection(self) -> None:
        """Scroll to the cursor, also after the first change of the value, where Textual does not: it may be a paste."""
        self._scroll_to_cursor()

    def on_resize(self) -> None:
        """Keep the cursor in view, such as when a remark beside the field takes a part of its width."""
        self._scroll_to_cursor()

    def _scroll_to_cursor(self) -> None:
        if self.size.width:
            self.scroll_to_region(Region(self._cursor_offset, 0, 1, 1), force=True, animate=False)

    async def on_key(self, event: events.Key) -> None:
        """Handle each editing key before the next key."""
        await run_editing_key(self, event)

    def on_paste(self, event: events.Paste) -> None:
        """Replace the pasted text by one clean line before Textual inserts it."""
        event.text = clean_line(event.text)
