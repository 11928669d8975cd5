"""The first and the last row of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len

from tui_reader.document.clean import clean_line
from tui_reader.tui.widgets.line_pane import LinePane
from tui_reader.tui.widgets.styled_lines import Piece, clip, fit_parts, line, wrap

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from textual.strip import Strip
    from textual.timer import Timer

    from tui_reader.tui.commands.describe import Hint


class TopBar(LinePane):
    """Name of the library, and counts that change with what the reader does."""

    DEFAULT_CSS = "TopBar { height: 1; background: $side; color: $text-ink; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
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

    def show(self, library: str, counts: Sequence[str], warning: str = "") -> None:
        """Set what it says.

        Args:
            library: Name of the library.
            counts: Parts such as `9 unread`, the most telling first; what does not fit leaves from the right.
            warning: A lasting condition such as `read-only`.
        """
        shown = (library, tuple(counts), warning)
        if shown != (self._library, self._counts, self._warning):
            self._library, self._counts, self._warning = shown
            self.repaint()

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return self._library, self._counts, self._warning

    def paint_row(self, y: int, width: int) -> Strip:
        """Name and library on the left, warning and counts on the right."""
        base, muted = self.ink(""), self.ink("") + self.ink("muted")
        warning = f"{clip(self._warning, width - 3)}  " if self._warning else ""
        name = " tui-reader  " if width - cell_len(warning) >= 30 else " "
        room = max(0, width - len(name) - cell_len(warning) - 2)
        library = clip(self._library, max(room // 2, room - 24))
        counts = fit_parts(self._counts, max(0, room - cell_len(library) - 2))
        left = [Piece(name, base + self.ink("name")), Piece(library, muted)]
        right = [Piece(warning, base + self.ink("bad")), Piece(f"{counts} ", muted)]
        return line(width, base, left, right)


class StatusBar(LinePane):
    """Keys that make sense now on the left; on the right what just happened, or what a half-typed key may become."""

    DEFAULT_CSS = "StatusBar { height: 1; background: $side; color: $text-ink; }"
    LOOKS: ClassVar[Mapping[str, str]] = {
        "": "text-ink on side",
        "key": "bold accent-ink",
        "muted": "muted-ink",
        "said": "text-ink",
        "bad": "bold bad",
    }

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - the name that Textual gives it
        super().__init__(id=id)
        self._hints: tuple[Hint, ...] = ()
        self._typed = ""
        self._said = ""
        self._rows = [""]
        self._bad = False
        self._silence: Timer | None = None

    @property
    def said(self) -> str:
        """The message that is shown; empty where there is none."""
        return self._said

    def show_hints(self, hints: Sequence[Hint], typed: str = "") -> None:
        """Set the keys shown, and what is half typed before them; these have the row to themselves then."""
        shown = (tuple(hints), typed)
        if shown != (self._hints, self._typed):
            self._hints, self._typed = shown
            self.repaint()

    def say(self, message: str, *, bad: bool = False) -> None:
        """Set what just happened; empty to fall silent. Foreign words may be in it."""
        message = clean_line(message)
        if (message, bad) != (self._said, self._bad):
            self._said, self._bad = message, bad
            self._fit()
            self.repaint()

    def _fit(self) -> None:
        """Take as many rows as the message needs, up to a third of the screen; the help has long notices in full."""
        width = max(1, self.size.width - 2)
        rows = wrap(self._said, width) if cell_len(self._said) > width and self.size.width else [self._said]
        most = max(2, self.app.size.height // 3)
        if len(rows) > most:
            rows = [*rows[: most - 1], clip(" ".join(rows[most - 1 :]), width)]
        if len(rows) != len(self._rows):
            self.styles.height = len(rows)
        self._rows = rows

    def on_resize(self) -> None:
        """Wrap a long message anew."""
        self._fit()

    def silence_after(self, seconds: float) -> None:
        """Fall silent by itself, that long after the last call."""
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(seconds, lambda: self.say(""))

    def row_key(self, y: int) -> Hashable:
        """All that the picture depends on."""
        return y, self._hints, self._typed, self._said, self._bad, len(self._rows)

    def _fitting(self, room: int) -> list[Hint]:
        """Hints that fit into so many cells, two between one and the next: the first ones, and those that stay."""
        room += 2
        fitting = set()
        for hint in sorted(self._hints, key=lambda hint: not hint.stays):
            room -= cell_len(hint.keys) + 1 + cell_len(hint.label) + 2
            if room < 0:
                break
            fitting.add(hint)
        return [hint for hint in self._hints if hint in fitting]

    def paint_row(self, y: int, width: int) -> Strip:
        """Whole hints as many as fit beside the message, which may take the row where it must."""
        base = self.ink("")
        said = base + self.ink("bad" if self._bad else "said")
        if len(self._rows) > 1:
            return line(width, base, [Piece(" ", base), Piece(self._rows[y] if y < len(self._rows) else "", said)])
        key, muted = base + self.ink("key"), base + self.ink("muted")
        message = "" if self._typed else clip(self._said, width - 2)
        room = width - 1 - (cell_len(message) + 3 if message else 1)
        pieces = [Piece(" ", base)]
        if self._typed:
            typed = f"{clip(self._typed, room)}  "
            pieces.append(Piece(typed, said))
            room -= cell_len(typed)
        fitting = self._fitting(room)
        if self._typed and len(fitting) < len(self._hints):
            # What a half-typed key may become is asked for: that there is more must be seen.
            fitting = self._fitting(room - 3)
        for number, hint in enumerate(fitting):
            gap = "  " if number else ""
            pieces += [Piece(gap, base), Piece(hint.keys, key), Piece(f" {hint.label}", muted)]
        if self._typed and len(fitting) < len(self._hints):
            pieces.append(Piece("  …", base + self.ink("said")))
        return line(width, base, pieces, [Piece(f"{message} ", said)] if message else [])


class Divider(LinePane):
    """The faint rule between list and article."""

    DEFAULT_CSS = """
    Divider { width: 1; height: 100%; background: $page; color: $faint; }
    """
    LOOKS: ClassVar[Mapping[str, str]] = {
        "": "faint on page",
    }

    def row_key(self, y: int) -> Hashable:
        """Every row looks alike."""
        return None

    def paint_row(self, y: int, width: int) -> Strip:
        """A piece of the rule."""
        return line(width, self.ink(""), [Piece("│" * width, self.ink(""))])
