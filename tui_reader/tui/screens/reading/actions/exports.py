"""The command that exports articles for another program, by running the verb `export` in a separate process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.tui.commands.line import Line, Plan
    from tui_reader.tui.screens.export_request import ExportRequest
    from tui_reader.tui.screens.reading.actions.bulk import BulkActions
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.prompt import Question


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
            run: Pipes a text through a shell command and shows the output: command, text, title of the output.
        """
        self._state, self._bulk, self._ask, self._run = state, bulk, ask, run

    @command("export")
    def export(self, _count: int | None) -> None:
        """Ask for format and path, and export the chosen articles or the current article."""
        from tui_reader.tui.screens.export_request import export_question  # noqa: PLC0415 - 2 ms with the formats

        self._ask(export_question(self.plan, self._state.refuse))

    def plan(self, line: Line) -> Plan:
        """Return the plan of a typed `export` line: a function that runs it and a description, or an error message."""
        from tui_reader.tui.screens.export_request import plan_export  # noqa: PLC0415 - as above

        found = self._bulk.targets(line.scope)
        missing = "" if found else "there is no article"
        return plan_export(line, self._bulk.summary(line.scope), missing, partial(self._start, found))

    def _start(self, articles: Sequence[ArticleId], request: ExportRequest) -> None:
        """Start the export in another process, which reads the library from disk."""
        from tui_reader.tui.screens.export_request import NOT_ON_DISK, export_command  # noqa: PLC0415 - as above

        library = self._state.library
        if not library.settle(0):
            self._state.refuse(NOT_ON_DISK)
            return
        options = ("--ids", "-", *(("--articles",) if request.form.of_articles else ()), *self._state.settings_options)
        self._state.say(f"exporting to {request.path}")
        self._run(export_command(request, library, options), "\n".join(articles), f"export {request.form.id}")
