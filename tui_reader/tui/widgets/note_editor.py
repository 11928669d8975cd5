"""The editor of a note. It makes the panes smaller instead of covering them."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.containers import Vertical
from textual.document._history import EditHistory
from textual.widgets import TextArea

from tui_reader.document.cleaning import clean_text
from tui_reader.tui.commands.command_texts import Hint
from tui_reader.tui.terminal_input import JOINED, JOINERS, text_of
from tui_reader.tui.widgets.line_input import run_editing_key
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from textual import events
    from textual.app import ComposeResult
    from textual.document._edit import Edit
    from textual.strip import Strip
    from textual.timer import Timer

    from tui_reader.tui.widgets.note_sheet import NoteSheet

LEAST_ROWS, MOST_ROWS = 2, 6
"""Minimum and maximum rows of the text, which never fills more than a third of the screen."""
SAVES = "esc saves"
PAUSE_SECONDS = 0.3
"""Seconds without a key after which the text is passed to `NoteSheet.typed`."""
MOST_SECONDS = 0.9
"""Maximum seconds until the text is passed on while keys are typed without a pause."""


class SheetHead(LinePane):
    """The row above the note's text: the marked words, and the key that saves the note."""

    DEFAULT_CSS = "SheetHead { height: 1; background: $raised; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on raised",
        "key": "bold accent-ink",
        "quote": "italic text-ink",
        "muted": "muted-ink",
    }
    about = ""

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return self.about

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the marked words on the left, and the key that saves the note on the right."""
        base = self.named_style("")
        label = " note  "
        about = clip(self.about, width - len(label) - len(SAVES) - 3)
        return line(
            width,
            base,
            [Piece(label, base + self.named_style("key")), Piece(about, base + self.named_style("quote"))],
            [Piece(f" {SAVES} ", base + self.named_style("muted"))] if cell_len(about) >= 1 else (),
        )


class TypingHistory(EditHistory):
    """The history of a text, in which joined keys are undone together with the letters typed before and after them.

    Textual makes every insertion of several characters a step of its own: how much a key undoes would depend on how
    busy the machine is.
    """

    def record(self, edit: Edit) -> None:
        """Record an edit, as part of the previous step if its characters would be part of it one by one."""
        count, is_insertion = len(edit.text), not (edit._edit_result and edit._edit_result.replaced_text)
        if count < 2 or not is_insertion or "\n" in edit.text or count > self.checkpoint_max_characters:
            super().record(edit)
            return
        now = self._get_time()
        is_continued = (
            self._undo_stack
            and not self._force_end_batch
            and not self._previously_replaced
            and now - self._last_edit_time <= self.checkpoint_timer
            and self._character_count + count <= self.checkpoint_max_characters
        )
        if is_continued:
            self._undo_stack[-1].append(edit)
        else:
            self._undo_stack.append([edit])
            self._character_count = 0
        self._character_count += count
        self._last_edit_time, self._previously_replaced, self._force_end_batch = now, False, False
        self._redo_stack.clear()


class SheetText(TextArea):
    """A text area that inserts the text of joined keys at once, and accepts zero-width joiners and non-joiners.

    Emoji and Persian words need them; Textual 8 ignores them as unprintable.
    """

    def __init__(self) -> None:
        super().__init__(
            "",
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="indent",
            highlight_cursor_line=False,
            placeholder="Markdown; words like .check at its start become tags",
        )
        usual = self.history
        self.history = TypingHistory(usual.max_checkpoints, usual.checkpoint_timer, usual.checkpoint_max_characters)

    async def on_key(self, event: events.Key) -> None:
        """Insert joined keys or a typed joiner at the cursor, and handle editing keys before the next key."""
        if event.key == JOINED or event.character in JOINERS:
            event.stop()
            event.prevent_default()
            self.replace(text_of(event), *self.selection, maintain_selection_offset=False)
            # Textual scrolls to the cursor before it knows the rows that a text of several lines adds.
            self.scroll_cursor_visible()
        else:
            await run_editing_key(self, event)

    def on_paste(self, event: events.Paste) -> None:
        """Remove control characters from the pasted text before Textual inserts it."""
        event.text = clean_text(event.text)


class NoteEditor(Vertical):
    """Edits one note at a time; hidden while no note is being written.

    Every key that closes the editor saves the text, so that a mistyped key loses nothing; undo removes the note.
    """

    # The scrollbar is always visible: Textual 8 fails when an undo hides it (Textual's issue 6686).
    DEFAULT_CSS = """
    NoteEditor {
        height: auto; background: $raised; display: none;
        & > SheetText {
            height: 4; border: none; padding: 0 1 0 1; background: $raised; color: $text-ink;
            overflow-y: scroll; scrollbar-size-vertical: 1;
            scrollbar-background: $raised; scrollbar-background-hover: $raised; scrollbar-background-active: $raised;
            scrollbar-color: $faint; scrollbar-color-hover: $faint; scrollbar-color-active: $muted-ink;
            &:focus { border: none; }
            & .text-area--placeholder { color: $muted-ink; }
            & .text-area--cursor { background: $accent-ink; color: $page; }
            & .text-area--selection { background: $match; }
        }
        &:ansi SheetText .text-area--cursor, &:nocolor SheetText .text-area--cursor { text-style: reverse; }
        &:ansi { border-top: solid $faint; }
    }
    """

    HINTS = (
        Hint("ctrl+z", "undo"),
        Hint("ctrl+y", "redo"),
        Hint("ctrl+w", "delete word"),
        Hint("f7", "select all"),
    )
    """Key hints for the last row while a note is written. The keys of commands insert text then."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._head = SheetHead()
        self._area = SheetText()
        self._sheet: NoteSheet | None = None
        self._waiting: Timer | None = None
        self._first = self._last = 0.0
        """Times (monotonic clock) of the first and the last key since the text was last passed on."""

    def compose(self) -> ComposeResult:
        """Yield the row above the text, and the text area."""
        yield self._head
        yield self._area

    @property
    def open(self) -> bool:
        """True while a note is being written."""
        return self._sheet is not None

    @property
    def text(self) -> str:
        """The current text of the note."""
        return self._area.text

    def write(self, sheet: NoteSheet) -> None:
        """Open a note, after closing one that is open, and get the keyboard focus: the next keys belong to the note."""
        self.finish()
        self._head.about = sheet.about
        self._area.load_text(clean_text(sheet.text))
        self._area.move_cursor(self._area.document.end)
        self._sheet = sheet
        self.fit()
        self.display = True
        # `TextArea.focus()` would wait for the next message, and keys typed ahead would run as commands.
        self.screen.set_focus(self._area)

    def on_text_area_changed(self) -> None:
        """Schedule the call of `NoteSheet.typed` with the changed text."""
        self._last = time.monotonic()
        if self._waiting is None and self._sheet is not None:
            self._first = self._last
            self._waiting = self.set_timer(PAUSE_SECONDS, self._pass_on_at_pause)

    def _pass_on_at_pause(self) -> None:
        now = time.monotonic()
        due = min(self._last + PAUSE_SECONDS, self._first + MOST_SECONDS)
        if due > now:
            self._waiting = self.set_timer(due - now, self._pass_on_at_pause)
            return
        self._waiting = None
        if self._sheet is not None:
            self._sheet.typed(self._area.text)

    def fit(self) -> None:
        """Set the height to a third of the screen, within `LEAST_ROWS` and `MOST_ROWS` of text."""
        self._area.styles.height = max(LEAST_ROWS, min(MOST_ROWS, self.app.size.height // 3 - 1))

    def is_editing_key(self, key: str) -> bool:
        """Return True if a key edits the text instead of closing the editor."""
        return key not in ("escape", "ctrl+s", "ctrl+enter")

    def inserted_text(self, event: events.Key) -> str:
        """Return the text that a key inserts, if it may be joined with that of other keys; the tab key indents."""
        if event.key == "enter":
            return "\n"
        return text_of(event) if "+" not in event.key else ""

    async def typed(self) -> None:
        """Wait until the text contains all keys typed so far: the text area handles keys in its own task."""
        done = asyncio.Event()
        self._area.call_later(done.set)
        await done.wait()

    def end_by(self, _key: str) -> None:
        """Close the editor."""
        self.finish()

    def finish(self) -> None:
        """Close the editor and pass its text to `NoteSheet.written`."""
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        text = self._area.text.replace("\r\n", "\n").replace("\r", "\n")
        self.display = False
        self.screen.set_focus(None)
        sheet.written(text)
