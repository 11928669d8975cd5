"""External programs: the user's editor, and shell commands that a text is piped through."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.app import SuspendNotSupported
from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from tui_reader.services.annotations.drafts import Draft


USUAL_EDITORS = ("sensible-editor", "vi", "nano")
"""Editors to try if none is named in the settings or the environment, as git and less do."""


class Edited(NamedTuple):
    """The result of editing a text in an external editor."""

    text: str | None
    """The text that the editor saved, even if it failed afterwards; None if the text is unchanged."""
    problem: str = ""
    """The error message; empty without an error."""


def editor_of(setting: str) -> str:
    """Return the editor's command: from the settings, the environment, or an installed editor.

    Returns:
        The command; empty if no editor is found.
    """
    named = setting or os.environ.get("VISUAL") or os.environ.get("EDITOR")
    return named or next((each for each in USUAL_EDITORS if shutil.which(each)), "")


def run_editor(app: App[Any], editor: str, path: Path, unchanged: str, keeps: Sequence[int] = ()) -> str:
    """Run an editor on the terminal.

    Nothing may be raised while the app is suspended, or the terminal would not accept keys afterwards.

    Args:
        app: The app whose terminal the editor takes.
        editor: The command, with its arguments.
        path: The file to edit.
        unchanged: End of the error message, about the unchanged data: `the settings are as they were`.
        keeps: File descriptors that stay open in the editor, even if this program dies.

    Returns:
        The error message; empty without an error.
    """
    try:
        command = [*shlex.split(editor), str(path)]
    except ValueError as error:
        return f"“{editor}” is not a command: {error}"
    problem = ""
    try:
        with app.suspend():
            try:
                held = tuple(keeps) if os.name == "posix" else ()
                status = subprocess.run(command, check=False, pass_fds=held).returncode  # noqa: S603 - the user's own
                if status:
                    problem = f"{command[0]} ended with status {status}; {unchanged}"
            except OSError as error:
                problem = f"{command[0]} could not be started: {error.strerror}"
    except SuspendNotSupported:
        problem = "this terminal cannot lend itself to an editor"
    return problem


class CommandFinished(Message):
    """Message: a shell command through which a text was piped has ended."""

    def __init__(self, command: str, answer: str, problem: str) -> None:
        super().__init__()
        self.command, self.answer = command, answer
        self.problem = problem
        """The error message; empty without an error."""


MOST_OUTPUT = 1_000_000
"""Largest number of bytes of a command's output to show."""


def pipe_through(command: str, text: str, name: str = "") -> tuple[str, str]:
    """Pipe a text through a shell command. Blocks until the command ends.

    Args:
        command: The command.
        text: The input of the command.
        name: Name of the command in messages; empty for the command itself.

    Returns:
        The output, and the error message, which is empty without an error.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - the user typed it, to be run by the shell
            ["/bin/sh", "-c", command],
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            start_new_session=True,
        )
    except OSError as error:
        return "", f"“{name or command}” could not be started: {error.strerror}"
    answer = ran.stdout[:MOST_OUTPUT].decode("utf-8", "replace")
    return answer, f"“{name or command}” ended with status {ran.returncode}" if ran.returncode else ""


_AS_IT_WAS = "the note is as it was"


def edit_text(app: App[Any], setting: str, text: str, draft: Draft) -> Edited:
    """Let the user edit a note in a temporary file, which only its owner may read.

    The file is deleted afterwards.

    If this program crashes during the edit, the next start finds the file as the draft of the note.

    Args:
        app: The app whose terminal the editor takes.
        setting: The editor of the settings, may be empty.
        text: The text to edit.
        draft: The draft to which the text belongs.
    """
    editor = editor_of(setting)
    if not editor:
        return Edited(None, "no editor is set: name one in the settings, or in $EDITOR")
    try:
        lent = draft.write_for_editor(text)
        with tempfile.TemporaryDirectory(prefix="tui-reader-") if lent is None else nullcontext("") as folder:
            path = Path(folder) / "note.md" if lent is None else lent.path
            path.write_text(text, encoding="utf-8")
            problem = run_editor(app, editor, path, _AS_IT_WAS, () if lent is None else (lent.lock,))
            draft.keep_other_files = bool(problem)
            written = path.read_text(encoding="utf-8", errors="replace")
            if problem and written == text:
                return Edited(None, problem)
            return Edited(written, problem.replace(_AS_IT_WAS, "esc keeps what it wrote, u after that takes it back"))
    except OSError as error:
        return Edited(None, f"the note could not be given to the editor: {error.strerror}")
