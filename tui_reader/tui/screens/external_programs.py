"""Programs that take the terminal over for a while: the user's own editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.app import SuspendNotSupported
from textual.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App

    from tui_reader.services.annotations.drafts import Draft


USUAL_EDITORS = ("sensible-editor", "vi", "nano")
"""Editors that are looked for where nobody has named one, as git and less do it."""


class Edited(NamedTuple):
    """What came back from an editor."""

    text: str | None
    """The text; None where there is none to take over. Where something went wrong, what the editor had written."""
    problem: str = ""
    """What went wrong, to be told."""


def editor_of(setting: str) -> str:
    """The command that edits a text: that of the settings, of the environment, or else what most systems have; empty
    where there is none.
    """
    named = setting or os.environ.get("VISUAL") or os.environ.get("EDITOR")
    return named or next((each for each in USUAL_EDITORS if shutil.which(each)), "")


def run_editor(app: App[Any], editor: str, path: Path, unchanged: str, keeps: Sequence[int] = ()) -> str:
    """Run an editor on the terminal; what went wrong, or an empty text.

    Nothing may be raised while the app is suspended, or the terminal stays deaf.

    Args:
        app: The app that lends its terminal.
        editor: The command, with its arguments.
        path: The file to edit.
        unchanged: What is as it was if the editor fails, such as `the settings are as they were`.
        keeps: Descriptors that stay open as long as the editor runs, even if this program dies.
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


@dataclass
class Answered(Message):
    """A command that was given a text has ended."""

    command: str
    answer: str
    problem: str
    """What went wrong, to be told; empty if nothing did."""


MOST_OUTPUT = 1_000_000
"""Bytes of an answer that are shown."""


def filtered(command: str, text: str) -> tuple[str, str]:
    """Give a text to a command of the shell; what it answered, and what went wrong. Takes as long as the command."""
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
        return "", f"“{command}” could not be started: {error.strerror}"
    answer = ran.stdout[:MOST_OUTPUT].decode("utf-8", "replace")
    return answer, f"“{command}” ended with status {ran.returncode}" if ran.returncode else ""


_AS_IT_WAS = "the note is as it was"


def edit_text(app: App[Any], setting: str, text: str, draft: Draft) -> Edited:
    """Have a text edited, in a file that nobody else may read and that is gone afterwards.

    Where this program dies meanwhile, the next start finds the file as the draft of a note.
    """
    import tempfile  # noqa: PLC0415 - only for those who use an editor of their own

    editor = editor_of(setting)
    if not editor:
        return Edited(None, "no editor is set: name one in the settings, or in $EDITOR")
    try:
        lent = draft.lend(text)
        with tempfile.TemporaryDirectory(prefix="tui-reader-") if lent is None else nullcontext("") as folder:
            path = Path(folder) / "note.md" if lent is None else lent.path
            path.write_text(text, encoding="utf-8")
            problem = run_editor(app, editor, path, _AS_IT_WAS, () if lent is None else (lent.lock,))
            draft.spare_others = bool(problem)
            written = path.read_text(encoding="utf-8", errors="replace")
            if problem and written == text:
                return Edited(None, problem)
            return Edited(written, problem.replace(_AS_IT_WAS, "esc keeps what it wrote, u after that takes it back"))
    except OSError as error:
        return Edited(None, f"the note could not be given to the editor: {error.strerror}")
