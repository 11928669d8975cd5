"""Types a query into the bar of a pane: keys, completion, former queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.search.completion import complete, insert
from tui_reader.tui.commands.query_keys import BAR_HINTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.search.completion import Completion, Offer
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.services.library.query_history import QueryHistory
    from tui_reader.tui.commands.describe import Hint
    from tui_reader.tui.widgets.query_rows import QueryBar


class Callbacks(NamedTuple):
    """What the owner of a bar does when its text changes or it closes."""

    changed: Callable[[str], ParsedQuery]
    """Called with the text after each change; returns the query that it is."""
    kept: Callable[[str], None]
    """Called with the text when the bar is closed and its query stays."""
    cancelled: Callable[[str], None]
    """Called with the text from before when the bar is closed and that returns."""
    saved: Callable[[], None] | None
    """Called after `kept` to keep the query as a saved search; None where there are none."""
    repaint: Callable[[], None]
    """Called when rows of the bar are to be painted."""


class QueryTyping:
    """Edits the query of a bar by keys. All that a key changes is changed before `feed` returns."""

    def __init__(self, bar: QueryBar, history: QueryHistory, offer: Callable[[], Offer], callbacks: Callbacks) -> None:
        """Prepare; `open` shows the bar.

        Args:
            bar: The bar.
            history: The former queries.
            offer: Returns what completions are chosen from.
            callbacks: What the owner of the bar does.
        """
        self.bar, self._history, self._offer, self._callbacks = bar, history, offer, callbacks
        self._before = ""
        """The text when the bar was opened."""
        self._own = ""
        """The text before former queries were shown."""
        self._past: int | None = None
        """Index of the former query that is shown; None while the text is the user's own."""
        self._listed_all = False

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys for the last row."""
        return BAR_HINTS if self._callbacks.saved is not None else BAR_HINTS[:-1]

    def open(self, query: ParsedQuery) -> None:
        """Show the bar with a query to be edited."""
        self._history.begin_loading()
        self._before, self._past = query.text, None
        self.bar.edit.set(query.text)
        self.bar.query, self.bar.is_open = query, True
        self.bar.offer(())
        self._callbacks.repaint()

    def feed(self, key: str, character: str = "") -> None:
        """Handle a key.

        Args:
            key: Its name, such as `ctrl+w`.
            character: The character that it types; empty if it types none.
        """
        bar = self.bar
        if key == "enter" or (key == "backspace" and not bar.edit.text):
            self.finish()
        elif key == "escape":
            self.cancel()
        elif key == "ctrl+s":
            if self._callbacks.saved is not None:
                self.finish()
                self._callbacks.saved()
        elif key == "tab":
            self._take()
        elif key in {"down", "ctrl+n"}:
            self._step(1)
        elif key in {"up", "ctrl+p", "shift+tab"}:
            self._step(-1)
        else:
            before = bar.edit.text
            if (character and bar.edit.insert(character)) or bar.edit.edit(key):
                self._edited(before)

    def paste(self, text: str) -> None:
        """Insert a pasted text."""
        before = self.bar.edit.text
        if self.bar.edit.insert(" ".join(text.split("\n"))):
            self._edited(before)

    def take(self, index: int) -> None:
        """Take a completion that was clicked."""
        self.bar.choose(index)
        self._take()

    def set_cursor(self, offset: int) -> None:
        """Set the cursor after a click into the text."""
        self.bar.edit.cursor = offset
        self._complete()

    def finish(self) -> None:
        """Close the bar; the query stays as it is written."""
        if not self.bar.is_open:
            return
        text = self.bar.edit.text
        self._history.add(text)
        self._close()
        self._callbacks.kept(text)

    def cancel(self) -> None:
        """Close the bar, with the query from before."""
        self._close()
        self._callbacks.cancelled(self._before)

    def refresh(self) -> None:
        """List the completions again, because more words are known."""
        if self.bar.is_open and self._past is None and not self.bar.chosen:
            self._complete()

    def _close(self) -> None:
        self.bar.is_open = False
        self.bar.offer(())

    def _edited(self, before: str) -> None:
        """Update the query after a change of the text, and the completions after a move of the cursor."""
        self._past = None
        if self.bar.edit.text != before:
            self._apply()
        self._complete()

    def _apply(self) -> None:
        self.bar.query = self._callbacks.changed(self.bar.edit.text)

    def _complete(self, *, everything: bool = False) -> None:
        bar = self.bar
        found: list[Completion] = []
        if self._past is None:
            found = complete(bar.query, bar.edit.cursor, self._offer(), everything=everything)
        bar.offer(found)
        self._callbacks.repaint()

    def _take(self) -> None:
        """Take the chosen completion; if there are none, list the fields."""
        bar = self.bar
        if not bar.completions:
            self._past = None
            self._complete(everything=True)
            return
        text, cursor = insert(bar.edit.text, bar.completions[bar.chosen])
        before = bar.edit.text
        bar.edit.set(text, cursor)
        self._edited(before)

    def _step(self, by: int) -> None:
        """Choose the next completion or the one above; before the first one, show former queries."""
        bar = self.bar
        if bar.completions and bar.chosen + by >= 0:
            bar.choose(bar.chosen + by)
            self._callbacks.repaint()
            return
        entries = self._history.entries
        if self._past is None:
            if by > 0:
                return
            self._own = bar.edit.text
        past = (-1 if self._past is None else self._past) - by
        # The query that is shown already would not change anything.
        while 0 <= past < len(entries) and entries[past].strip() == bar.edit.text.strip():
            past -= by
        if past >= len(entries):
            return
        self._past = past if past >= 0 else None
        bar.edit.set(entries[past] if past >= 0 else self._own)
        self._apply()
        self._complete()
