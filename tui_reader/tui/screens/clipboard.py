"""Copy texts: by a clipboard program in a thread, or by the terminal if no program exists."""

from __future__ import annotations

import os
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Protocol

from tui_reader.document.cleaning import clean_text
from tui_reader.errors import ReaderError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App

    from tui_reader.services.library.clipboard import ClipboardCommand


class Say(Protocol):
    """Function type: show a message in the last row."""

    def __call__(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row; `bad` marks it as an error."""


class Clipboard:
    """Copies texts for one app.

    Args:
        app: The app; its terminal receives the text if no program does.
        setting: Returns the copy command of the settings.
        say: Shows a message on the screen that is active at that time.
    """

    def __init__(self, app: App[Any], setting: Callable[[], str], say: Say) -> None:
        self._app, self._setting, self._say = app, setting, say
        self._lock = Lock()
        self._copies = 0

    def copy(self, text: str, what: str) -> str:
        """Start to copy a text; the message follows when the clipboard program ends.

        Args:
            text: The text. Control characters are removed: pasted into a shell, they could run commands.
            what: A description of the text for the message: `the address`.

        Returns:
            The message to show now.

        Raises:
            ReaderError: The copy command of the settings cannot be split into arguments, since a quote is not closed.
        """
        from tui_reader.services.library.clipboard import clipboard_commands  # noqa: PLC0415 - nothing is copied at start

        text = clean_text(text)
        commands = clipboard_commands(self._setting(), os.environ)
        if not commands:
            return self._send(text, what)
        self._copies += 1
        # Not a daemon thread: a copy just before the end of the program completes.
        Thread(target=self._run, args=(self._copies, commands, text, what), name="clipboard").start()
        return f"copying {what}"

    def _run(self, number: int, commands: Sequence[ClipboardCommand], text: str, what: str) -> None:
        problem: ReaderError | None = None
        with self._lock:
            for command in commands:
                if number != self._copies:
                    # A newer text has been copied and must not be overwritten.
                    return
                try:
                    said = command.copy(text)
                except ReaderError as error:
                    problem = problem or error
                else:
                    self._app.call_later(self._say, said.format(what=what))
                    return
        self._app.call_later(self._failed, text, what, str(problem))

    def _failed(self, text: str, what: str, problem: str) -> None:
        if self._setting():
            self._say(problem, bad=True)
        else:
            self._say(self._send(text, what))

    def _send(self, text: str, what: str) -> str:
        """Send a text to the terminal, and return the message."""
        from tui_reader.services.library.clipboard import terminal_message, terminal_sequence  # noqa: PLC0415 - as above

        # Textual's text fields paste the clipboard text of the app.
        self._app._clipboard = text
        if self._app._driver is not None:
            self._app._driver.write(terminal_sequence(text, os.environ))
        return terminal_message(os.environ).format(what=what)
