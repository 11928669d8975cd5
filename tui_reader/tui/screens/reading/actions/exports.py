"""The command that exports articles for another program, by running the verb `export` in a separate process."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.exchange.registry import EXPORTS, Format
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.line import Completion, Line, Plan, quoted, split
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.tui.screens.reading.actions.bulk import BulkActions
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class _Order(NamedTuple):
    """A complete export command, ready to run."""

    form: Format
    path: str


class ExportActions:
    """Exports the articles of a scope with their highlights and notes."""

    def __init__(
        self,
        state: ReadingScreenState,
        bulk: BulkActions,
        ask: Callable[[Question], None],
        run: Callable[[str, str, str], None],
    ) -> None:
        """Store the objects of the screen that exports need.

        Args:
            state: The state of the screen.
            bulk: Finds the articles of a scope.
            ask: Asks a question in the last row.
            run: Pipes a text to a shell command, and shows the output.
        """
        self._state, self._bulk, self._ask, self._run = state, bulk, ask, run

    @command("export")
    def export(self, _count: int | None) -> None:
        """Ask for format and path, and export the chosen articles or the current article."""

        def answered(answer: str) -> None:
            plan = self.plan(split(f"export {answer}"))
            if plan.run is not None:
                plan.run()
            elif answer.strip():
                self._state.refuse(plan.problem or plan.summary)

        names = [each.id for each in EXPORTS]
        self._ask(
            Question("export", answered, placeholder="obsidian ~/vault/reading", suggestions=names, in_list=False)
        )

    def plan(self, line: Line) -> Plan:
        """Plan a line: return its effect or its problem."""
        words = [word.text for word in line.words]
        found = self._bulk.targets(line.scope)
        summary = f"{self._bulk.summary(line.scope)} · "
        form = next((each for each in EXPORTS if words and each.id == words[0]), None)
        completions = self._completions(line)
        problem = ""
        if form is None:
            is_typing = not words or (len(words) == 1 and any(each.id.startswith(words[0]) for each in EXPORTS))
            problem = "" if is_typing else f"there is no format “{words[0]}”"
            return Plan(f"{summary}a format follows", problem, None, completions, takes_arguments=True)
        if len(words) > 2:
            problem = f"“{words[2]}” is neither this, chosen nor all; a path with blanks stands in quotes"
        elif not found:
            problem = "there is no article"
        elif len(words) < 2:
            return Plan(f"{summary}a file or folder follows", "", None, completions, takes_arguments=True)
        run = (lambda: self._start(_Order(form, words[1]), found)) if not problem else None
        where = words[1] if len(words) > 1 else ""
        return Plan(f"{summary}as {form.id} to {where}", problem, run, completions, takes_arguments=True)

    def _completions(self, line: Line) -> Sequence[Completion]:
        """Return the formats that match the first word while it is typed."""
        words = [word.text for word in line.words]
        typed = words[0] if words else ""
        if len(words) > 1 or (words and line.rest[-1:].isspace()):
            return ()
        return [
            Completion(each.id, f"export {quoted(each.id)} ", each.purpose)
            for each in EXPORTS
            if each.id.startswith(typed)
        ]

    def _start(self, order: _Order, articles: Sequence[str]) -> None:
        """Export in another process, which reads the library from disk."""
        library = self._state.library
        if not library.settle(0):
            self._state.refuse("what you changed is not on disk yet; try again when it is")
            return
        form, path = order
        arguments = [
            *(sys.executable, "-P", "-m", "tui_reader", "export", "--to", form.id, "-o", path, "--ids", "-"),
            *(("--articles",) if form.of_articles else ()),
            *("--state", str(library.paths.state)),
            *(each for place in (*library.paths.folders, *library.paths.files) for each in ("--library", str(place))),
        ]
        self._state.say(f"exporting to {path}")
        self._run(shlex.join(arguments), "\n".join(articles), f"export {form.id}")
