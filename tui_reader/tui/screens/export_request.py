"""Export commands typed as a line: parse format and path, and run `export` in a separate process."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.exchange.registry import EXPORTS, Format
from tui_reader.tui.commands.line import Completion, Line, Plan, quoted, split
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.services.library.library import Library


class ExportRequest(NamedTuple):
    """A complete export command, ready to run."""

    form: Format
    path: str


def plan_export(line: Line, scope: str, missing: str, start: Callable[[ExportRequest], None]) -> Plan:
    """Return the plan of a line `export FORMAT PATH [SCOPE]`: its function and description, or an error message.

    Args:
        line: The line.
        scope: A description of the articles or annotations to export.
        missing: The error message if the scope contains nothing to export; empty otherwise.
        start: Starts the export.
    """
    words = [word.text for word in line.words]
    form = next((each for each in EXPORTS if words and each.id == words[0]), None)
    completions = _completions(line)
    problem = ""
    if form is None:
        is_typing = not words or (len(words) == 1 and any(each.id.startswith(words[0]) for each in EXPORTS))
        problem = "" if is_typing else f"there is no format “{words[0]}”"
        return Plan(f"{scope} · a format follows", problem, None, completions, takes_arguments=True)
    if len(words) > 2:
        problem = f"“{words[2]}” is neither this, chosen nor all; a path with blanks stands in quotes"
    elif missing:
        problem = missing
    elif len(words) < 2:
        return Plan(f"{scope} · a file or folder follows", "", None, completions, takes_arguments=True)
    where = words[1] if len(words) > 1 else ""
    run = (lambda: start(ExportRequest(form, where))) if not problem else None
    return Plan(f"{scope} · as {form.id} to {where}", problem, run, completions, takes_arguments=True)


def _completions(line: Line) -> Sequence[Completion]:
    """Return the formats that match the first word while it is typed."""
    words = [word.text for word in line.words]
    typed = words[0] if words else ""
    if len(words) > 1 or (words and line.rest[-1:].isspace()):
        return ()
    return [
        Completion(each.id, f"export {quoted(each.id)} ", each.purpose) for each in EXPORTS if each.id.startswith(typed)
    ]


def export_question(plan: Callable[[Line], Plan], refuse: Callable[[str], None]) -> Question:
    """Return the question that asks for format and path, and runs the export when answered.

    Args:
        plan: Plans a line: finds its effect before it is run.
        refuse: Shows the error message for an invalid answer.
    """

    def answered(answer: str) -> None:
        planned = plan(split(f"export {answer}"))
        if planned.run is not None:
            planned.run()
        elif answer.strip():
            refuse(planned.problem or planned.summary)

    names = [each.id for each in EXPORTS]
    return Question("export", answered, placeholder="obsidian ~/vault/reading", suggestions=names, in_list=False)


def export_command(request: ExportRequest, library: Library, options: Sequence[str]) -> str:
    """Return the shell command that runs `export` on the files of a library.

    Args:
        request: The format and the path.
        library: The library.
        options: Further options of the command, such as `--config FILE`.
    """
    # The verb refuses a named state that does not exist yet; without a name it takes the same one, and begins with it.
    is_new = library.paths.is_private and not library.paths.state.exists()
    return shlex.join(
        [
            *(sys.executable, "-P", "-m", "tui_reader", "export", "--to", request.form.id, f"--output={request.path}"),
            *options,
            *(() if is_new else ("--state", str(library.paths.state))),
            *(each for place in (*library.paths.folders, *library.paths.files) for each in ("--library", str(place))),
        ]
    )


NOT_ON_DISK = "what you changed is not on disk yet; try again when it is"
"""The message if an export would lack the latest changes."""
