"""Handle typing in the query bar of a pane: editing keys, completion, history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.tui.commands.query_keys import BAR_HINTS, SAVING_KEY
from tui_reader.tui.terminal_input import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual import events
    from textual.app import App

    from tui_reader.search.completion import Completion, Offer
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.services.library.query_history import QueryHistory
    from tui_reader.tui.commands.command_texts import Hint
    from tui_reader.tui.widgets.query_rows import QueryBar


def show_query_help(app: App[Any]) -> None:
    """Open the help about queries."""
    from tui_reader.tui.screens.help import QueryHelp  # noqa: PLC0415 - not needed for the first frame

    app.push_screen(QueryHelp())


def query_summary(text: str, colours: Sequence[str]) -> str:
    """Return what a query that is complete finds, and the first error in it, for the command line.

    Args:
        text: The text of the query.
        colours: The user's names of the colours.
    """
    from tui_reader.search.effect import finds_everything  # noqa: PLC0415 - not needed for the first frame
    from tui_reader.search.explanation import explain  # noqa: PLC0415 - as above
    from tui_reader.search.parser import parse  # noqa: PLC0415 - as above

    query = parse(f"{text} ", colours)
    found = explain(query.while_typing, colours)
    is_narrower = not finds_everything(query.while_typing)
    return " · ".join(filter(None, (f"only {found}" if is_narrower else found, query.problem)))


class Callbacks(NamedTuple):
    """The callbacks of a query bar, called when its text changes or the bar closes."""

    changed: Callable[[str], ParsedQuery]
    """Called with the text after each change; returns the parsed query."""
    kept: Callable[[str], None]
    """Called with the text when the bar closes and the query is kept."""
    cancelled: Callable[[str], None]
    """Called with the former text when the bar is cancelled and the former query is restored."""
    saved: Callable[[], None] | None
    """Called after `kept` to store the query as a saved search; None if that is not offered."""
    repaint: Callable[[], None]
    """Called when rows of the bar must be repainted."""
    helped: Callable[[], None]
    """Called to show the help about queries; the bar stays open."""


class QueryTyping:
    """Edits the query of a bar by keys; all effects of a key are complete when `feed` returns."""

    def __init__(self, bar: QueryBar, history: QueryHistory, offer: Callable[[], Offer], callbacks: Callbacks) -> None:
        """Create the editor; `open` shows the bar.

        Args:
            bar: The bar.
            history: The history of queries.
            offer: Returns the vocabulary for completions.
            callbacks: The callbacks of the bar's owner.
        """
        self.bar, self._history, self._offer, self._callbacks = bar, history, offer, callbacks
        self._before = ""
        """The text when the bar was opened."""
        self._own = ""
        """The user's text before a query of the history was shown."""
        self._past: int | None = None
        """Index in the history of the shown query; None while the user's own text is shown."""

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys for the last row."""
        is_saved = self._callbacks.saved is not None
        return [hint for hint in BAR_HINTS if is_saved or hint.keys != SAVING_KEY]

    def open(self, query: ParsedQuery) -> None:
        """Show the bar with a query to edit."""
        self._history.begin_loading()
        self._before, self._past = query.text, None
        self.bar.edit.set(query.text)
        self.bar.query, self.bar.is_open = query, True
        self.bar.offer(())
        self._callbacks.repaint()

    def feed_key(self, event: events.Key) -> None:
        """Handle a key, or several joined keys, as an event of Textual."""
        self.feed(event.key, text_of(event))

    def feed(self, key: str, character: str = "") -> None:
        """Handle a key.

        Args:
            key: The key's name, such as `ctrl+w`.
            character: The text that the key types; empty for none.
        """
        bar = self.bar
        if key == "enter" or (key == "backspace" and not bar.edit.text):
            self.finish()
        elif key == "escape":
            self.cancel()
        elif key == SAVING_KEY:
            if self._callbacks.saved is not None:
                self.finish()
                self._callbacks.saved()
        elif key == "f1":
            self._callbacks.helped()
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

    def insert_completion(self, index: int) -> None:
        """Insert a clicked completion."""
        self.bar.choose(index)
        self._take()

    def set_cursor(self, offset: int) -> None:
        """Set the cursor after a click into the text."""
        self.bar.edit.select(offset, offset)
        self._complete()

    def select(self, anchor: int, cursor: int) -> None:
        """Select the text between two offsets, over which the mouse was dragged."""
        self.bar.edit.select(anchor, cursor)
        self._complete()

    def finish(self) -> None:
        """Close the bar, and keep the typed query."""
        if not self.bar.is_open:
            return
        text = self.bar.edit.text
        self._history.add(text)
        self._close()
        self._callbacks.kept(text)

    def cancel(self) -> None:
        """Close the bar, and restore the former query."""
        self._close()
        self._callbacks.cancelled(self._before)

    def refresh(self) -> None:
        """List the completions again, after the vocabulary has grown."""
        if self.bar.is_open and self._past is None and not self.bar.chosen:
            self._complete()

    def _close(self) -> None:
        self.bar.is_open = False
        self.bar.offer(())

    def _edited(self, before: str) -> None:
        """Update the completions after an editing key, and the query too if the text is no longer `before`."""
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
            from tui_reader.search.completion import complete  # noqa: PLC0415 - 1 ms, at the first query that is typed

            found = complete(bar.query, bar.edit.cursor, self._offer(), everything=everything)
        bar.offer(found)
        self._callbacks.repaint()

    def _take(self) -> None:
        """Insert the chosen completion into the query; if no completions are listed, list those of all fields."""
        bar = self.bar
        if not bar.completions:
            self._past = None
            self._complete(everything=True)
            return
        from tui_reader.search.completion import insert  # noqa: PLC0415 - as above

        text, cursor = insert(bar.edit.text, bar.completions[bar.chosen])
        before = bar.edit.text
        bar.edit.set(text, cursor)
        self._edited(before)

    def _step(self, by: int) -> None:
        """Choose the completion `by` places below the chosen one, above it if negative.

        Above the first completion, or without completions, step through former queries: `by` below 0 to older ones.
        """
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
        # The query that is already shown is skipped.
        while 0 <= past < len(entries) and entries[past].strip() == bar.edit.text.strip():
            past -= by
        if past >= len(entries):
            return
        self._past = past if past >= 0 else None
        bar.edit.set(entries[past] if past >= 0 else self._own)
        self._apply()
        self._complete()
