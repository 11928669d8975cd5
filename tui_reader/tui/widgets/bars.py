"""The first and the last row of the screen."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len

from tui_reader.document.cleaning import clean_line
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, fit_parts, line, wrap

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual.strip import Strip
    from textual.timer import Timer

    from tui_reader.tui.commands.command_texts import Hint


MESSAGE_SECONDS = 4.0
"""Seconds for which a message stays in the last row, unless its caller asks for more."""
MOST_SECONDS = 6.0
"""Largest number of seconds for a message, except messages about unsaved changes."""
COMBINE_SECONDS = MOST_SECONDS - MESSAGE_SECONDS
"""Largest age in seconds of a message to which `StatusBar.say_also` appends; an older message is replaced."""
COMBINED_CELLS, COMBINED_ROWS = 160, 3
"""Largest size of several messages together: what can be read in `MESSAGE_SECONDS`."""
LEFT_OUT = 20
"""Number of messages without room in the last row that are kept for the help."""


class TopBar(LinePane):
    """The first row: name of the library, counts, and a lasting warning."""

    DEFAULT_CSS = "TopBar { height: 1; background: $side; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on side",
        "name": "bold accent-ink",
        "muted": "muted-ink",
        "bad": "bad",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._library = ""
        self._counts: tuple[str, ...] = ()
        self._warning = ""
        self._progress = ""

    def show_progress(self, progress: str) -> None:
        """Show the progress of a long operation before the counts; empty text removes it."""
        if progress != self._progress:
            self._progress = progress
            self.repaint()

    def show(self, library: str, counts: Sequence[str], warning: str = "") -> None:
        """Set the content of the first row.

        Args:
            library: Name of the library.
            counts: Parts such as `9 unread`, the most important first. If not all fit, the last are left out.
            warning: A lasting condition such as `read-only`.
        """
        shown = (library, tuple(counts), warning)
        if shown != (self._library, self._counts, self._warning):
            self._library, self._counts, self._warning = shown
            self.repaint()

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return self._library, self._counts, self._warning, self._progress

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint program and library on the left, warning and counts on the right."""
        base, muted = self.named_style(""), self.named_style("") + self.named_style("muted")
        warning = f"{clip(self._warning, width - 3)}  " if self._warning else ""
        name = " tui-reader  " if width - cell_len(warning) >= 30 else " "
        room = max(0, width - len(name) - cell_len(warning) - 2)
        parts = (self._progress, *self._counts) if self._progress else self._counts
        # The first count is shown whole; the library's name is clipped for it, but not below a third of the room.
        left_over = room - 2 - cell_len(parts[0]) if parts else room
        library = clip(self._library, max(room // 3, min(left_over, max(room // 2, room - 24))))
        counts = fit_parts(parts, max(0, room - cell_len(library) - 2))
        left = [Piece(name, base + self.named_style("name")), Piece(library, muted)]
        right = [Piece(warning, base + self.named_style("bad")), Piece(f"{counts} ", muted)]
        return line(width, base, left, right)


class _Message(NamedTuple):
    """A message of the last row."""

    text: str
    bad: bool
    until: float
    """The time at which it is removed."""


class StatusBar(LinePane):
    """The last row: mode and key hints on the left, the latest message and a running activity on the right.

    A message is removed after some seconds; a running activity is shown beside it. Messages that come by themselves are
    appended to a recent one; if they are too long together, the oldest are left out, but errors last. While a key
    sequence is incomplete, the hints show its possible continuations and fill the whole row.
    """

    DEFAULT_CSS = "StatusBar { height: 1; background: $side; color: $text-ink; }"
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "text-ink on side",
        "key": "bold accent-ink",
        "muted": "muted-ink",
        "said": "text-ink",
        "mode": "bold bright",
        "bad": "bold bad",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._hints: tuple[Hint, ...] = ()
        self._typed = ""
        self._mode = ""
        self._said = ""
        self._messages: list[_Message] = []
        self._said_at = 0.0
        self._count_left_out = 0
        """Number of recent messages that are left out of the combined message."""
        self.left_out: deque[str] = deque(maxlen=LEFT_OUT)
        """The last messages that were left out for lack of room, for the help."""
        self._activity = ""
        self._rows = [""]
        self._bad = False
        self._clear_timer: Timer | None = None
        self._activity_timer: Timer | None = None

    @property
    def said(self) -> str:
        """The message shown now; empty without a message."""
        return self._said

    def show_hints(self, hints: Sequence[Hint], typed: str = "", mode: str = "") -> None:
        """Set the key hints of the last row.

        Args:
            hints: The hints, the most useful first.
            typed: The keys of an incomplete sequence; unless empty, they are shown instead of mode and message.
            mode: The current mode, such as `SELECT 23 words`; shown before the hints.
        """
        shown = (tuple(hints), typed, mode)
        if shown != (self._hints, self._typed, self._mode):
            self._hints, self._typed, self._mode = shown
            self.repaint()

    def say(self, message: str, *, bad: bool = False, seconds: float = MESSAGE_SECONDS) -> None:
        """Show a message for some seconds; an empty text removes it. Control characters in it are dropped."""
        text = clean_line(message)
        self._messages = [_Message(text, bad, monotonic() + seconds)] if text else []
        self._count_left_out = 0
        self._show_messages()

    def say_also(self, message: str, *, instead_of: str = "") -> None:
        """Append a message to those that are recent, and to errors that are still shown; it replaces others.

        Args:
            message: The message.
            instead_of: The text of a message that is removed, because the new message replaces it.
        """
        now, text = monotonic(), clean_line(message)
        is_recent = now - self._said_at < COMBINE_SECONDS
        if not is_recent:
            self._count_left_out = 0
        given = _Message(text, bad=False, until=now + MESSAGE_SECONDS)
        kept = []
        for each in self._messages:
            if text in each.text:
                given = each._replace(until=max(each.until, given.until))  # said again
            elif each.text != clean_line(instead_of) and each.until > now and (is_recent or each.bad):
                kept.append(each)
        self._messages = [*kept, given]
        self._leave_out()
        self._show_messages()

    def _leave_out(self) -> None:
        """Remove messages until the others fit together: the oldest first, errors after all others, never the last."""
        width = max(1, (self.size.width or self.app.size.width) - 2)
        while len(self._messages) > 1:
            combined = self._combined()
            if cell_len(combined) <= COMBINED_CELLS and len(wrap(combined, width)) <= COMBINED_ROWS:
                return
            index = next((number for number, each in enumerate(self._messages[:-1]) if not each.bad), 0)
            self.left_out.append(self._messages.pop(index).text)
            self._count_left_out += 1

    def _combined(self) -> str:
        left_out = [f"{self._count_left_out:,} more in the help"] if self._count_left_out and self._messages else []
        return " · ".join([each.text for each in self._messages] + left_out)

    def _show_messages(self) -> None:
        if self._clear_timer is not None:
            self._clear_timer.stop()
            self._clear_timer = None
        now = self._said_at = monotonic()
        if self._messages:
            seconds = max(each.until for each in self._messages) - now
            self._clear_timer = self.set_timer(seconds, lambda: self.say(""))
        message, bad = self._combined(), any(each.bad for each in self._messages)
        if (message, bad) != (self._said, self._bad):
            self._said, self._bad = message, bad
            self._fit()
            self.repaint()

    def show_activity(self, activity: str, *, seconds: float | None = None) -> None:
        """Show a running activity, such as `saving…`, beside the message.

        Args:
            activity: One or two words; empty for nothing.
            seconds: Seconds after which the activity is removed; None to keep it until the next call.
        """
        if self._activity_timer is not None:
            self._activity_timer.stop()
            self._activity_timer = None
        if activity and seconds is not None:
            self._activity_timer = self.set_timer(seconds, lambda: self.show_activity(""))
        if activity != self._activity:
            self._activity = activity
            self.repaint()

    def _fit(self) -> None:
        """Wrap the message, and set the height to its rows: at most 2, or a third of the screen if that is more.

        The last row of a longer message is cut; the help shows long notices in full."""
        width = max(1, self.size.width - 2)
        rows = wrap(self._said, width) if cell_len(self._said) > width and self.size.width else [self._said]
        most = max(2, self.app.size.height // 3)
        if len(rows) > most:
            rows = [*rows[: most - 1], clip(" ".join(rows[most - 1 :]), width)]
        if len(rows) != len(self._rows):
            self.styles.height = len(rows)
        self._rows = rows

    def on_resize(self) -> None:
        """Wrap a long message to the new width."""
        self._fit()

    def row_key(self, y: int) -> Hashable:
        """Return everything that determines the appearance of the row."""
        return y, self._hints, self._typed, self._mode, self._said, self._bad, self._activity, len(self._rows)

    def _fitting(self, room: int) -> list[Hint]:
        """Return the hints that fit into `room` columns: hints with `stays` set, then as many other hints as fit."""
        room += 2
        fitting = set()
        for hint in sorted(self._hints, key=lambda hint: not hint.stays):
            room -= cell_len(hint.keys) + 1 + cell_len(hint.label) + 2
            if room < 0:
                break
            fitting.add(hint)
        return [hint for hint in self._hints if hint in fitting]

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint the hints that fit beside the message. A long message fills the row, or several rows."""
        base = self.named_style("")
        said = base + self.named_style("bad" if self._bad else "said")
        if len(self._rows) > 1:
            return line(width, base, [Piece(" ", base), Piece(self._rows[y] if y < len(self._rows) else "", said)])
        key, muted = base + self.named_style("key"), base + self.named_style("muted")
        activity = "" if self._typed else f"{clip(self._activity, width - 2)} " if self._activity else ""
        message = "" if self._typed else clip(self._said, width - 2 - cell_len(activity))
        right = [Piece(f"{message} ", said)] if message else []
        if activity:
            right.append(Piece(f"{'· ' if message else ''}{activity}", muted))
        taken = sum(cell_len(piece.text) for piece in right)
        room = width - 1 - (taken + 2 if taken else 1)
        pieces = [Piece(" ", base)]
        if self._mode and not self._typed:
            mode = f"{clip(self._mode, room)}  "
            pieces.append(Piece(mode, base + self.named_style("mode")))
            room -= cell_len(mode)
        if self._typed:
            typed = f"{clip(self._typed, room)}  "
            pieces.append(Piece(typed, said))
            room -= cell_len(typed)
        fitting = self._fitting(room)
        if self._typed and len(fitting) < len(self._hints):
            # The hints are continuations of the typed keys; `…` marks left-out continuations.
            fitting = self._fitting(room - 3)
        for number, hint in enumerate(fitting):
            gap = "  " if number else ""
            pieces += [Piece(gap, base), Piece(hint.keys, key), Piece(f" {hint.label}", muted)]
        if self._typed and len(fitting) < len(self._hints):
            pieces.append(Piece("  …", base + self.named_style("said")))
        return line(width, base, pieces, right)


class Divider(LinePane):
    """The faint vertical rule between list and article."""

    DEFAULT_CSS = """
    Divider { width: 1; height: 100%; background: $page; color: $faint; }
    """
    STYLES: ClassVar[Mapping[str, str]] = {
        "": "faint on page",
    }

    def row_key(self, y: int) -> Hashable:
        """Return None as the cache key: all rows look alike."""
        return None

    def paint_row(self, y: int, width: int) -> Strip:
        """Paint one row of the vertical rule."""
        return line(width, self.named_style(""), [Piece("│" * width, self.named_style(""))])


def library_counts(annotations: int, orphans: int) -> list[str]:
    """Return the counts of a library's annotations, as texts: `31 annotations`, `1 orphan`; none for zero."""
    return _in_words((annotations, "annotation"), (orphans, "orphan"))


def article_counts(highlights: int, notes: int, orphans: int) -> list[str]:
    """Return the counts of an article's annotations, as texts: `4 highlights`, `2 notes`, `1 orphan`; none for zero."""
    return _in_words((highlights, "highlight"), (notes, "note"), (orphans, "orphan"))


def _in_words(*counted: tuple[int, str]) -> list[str]:
    return [f"{number:,} {name}{'' if number == 1 else 's'}" for number, name in counted if number]
