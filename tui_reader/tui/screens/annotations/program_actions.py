"""The commands of the program in the list of annotations: help, palette, views, suspend and quit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command, command_family
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.keymap import written_all
from tui_reader.tui.commands.line import Completion, Plan, plan_plain, split, with_line
from tui_reader.tui.commands.query_keys import HELP_TOPICS, QUERY_TOPIC
from tui_reader.tui.commands.table import BY_ID, COMMANDS, VIEW_COMMANDS
from tui_reader.tui.screens.query_typing import query_summary, show_query_help
from tui_reader.tui.screens.suspension import suspend

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.screens.annotations.annotation_exports import AnnotationExports
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost
    from tui_reader.tui.screens.choice import Choice
    from tui_reader.tui.screens.reading.reading_host import ReadingHost


class ProgramActions:
    """Runs the commands that concern the program, while the list of annotations is open."""

    def __init__(
        self, host: AnnotationsHost, reading: ReadingHost, exports: AnnotationExports, narrow: Callable[[str], None]
    ) -> None:
        self._host, self._reading, self._state, self._exports = host, reading, host.state, exports
        self._narrow = narrow
        """Filters the list by the text of a query."""

    @command("help")
    def help(self, _count: int | None) -> None:
        """Show all keys."""
        from tui_reader.tui.screens.help import Help  # noqa: PLC0415 - not needed for the first frame

        self._host.app.push_screen(Help(self._state.keymap))

    @command("palette")
    def palette(self, _count: int | None) -> None:
        """Open the command line with the commands of the list of annotations."""
        from tui_reader.tui.screens.choice import Choice  # noqa: PLC0415 - only when the command line opens
        from tui_reader.tui.screens.command_line import CommandLine  # noqa: PLC0415 - not needed for the first frame

        state = self._state
        choices = [
            Choice(
                command.id,
                written_all(state.keymap.keys_of(command, Pane.ANNOTATIONS)),
                lambda: None,
                state.help_of(command),
            )
            for command in COMMANDS
            if command.palette and Pane.ANNOTATIONS in command.panes
        ]
        self._host.app.push_screen(CommandLine(choices, self._plan, state.former_lines), self._run_line)

    def _plan(self, text: str) -> Plan:
        """Return the plan of a typed line; only the commands of the list of annotations are valid."""
        line = split(text)
        found = BY_ID.get(line.name)
        if found is None:
            return Plan(problem=f"there is no command “{line.name}”" if line.name else "")
        if Pane.ANNOTATIONS not in found.panes:
            return Plan(problem=f"{found.id} does not work in the list of annotations")
        if found.id == "export":
            return self._exports.plan(line)
        if found.id == "help" and line.has_arguments:
            return self._plan_help(line.rest.strip())
        if found.id == "search" and line.rest.strip():
            typed = line.rest.strip()
            said = query_summary(typed, self._state.settings.colours)
            return Plan(said, "", partial(self._narrow, f"{typed} "), takes_arguments=True)
        return plan_plain(found, line, partial(self._host.run, found))

    def _plan_help(self, topic: str) -> Plan:
        """Return the plan that opens the help about a topic, given the beginning of its name."""
        found = [(name, remark) for name, remark in HELP_TOPICS if name.startswith(topic)]
        completions = [Completion(name, f"help {name}", remark) for name, remark in found or HELP_TOPICS]
        if not topic:
            return Plan("", "", partial(self.help, None), completions, takes_arguments=True)
        if len(found) != 1:
            return Plan("", f"there is no help about “{topic}”", None, completions, takes_arguments=True)
        name, remark = found[0]
        run = partial(show_query_help, self._host.app) if name == QUERY_TOPIC else partial(self.help, None)
        return Plan(remark, "", run, completions, takes_arguments=True)

    def _run_line(self, choice: Choice | None) -> None:
        if choice is not None:
            self._state.former_lines = with_line(self._state.former_lines, choice.name)
            choice.run()

    @command_family({name: name for name in VIEW_COMMANDS})
    def show_view(self, name: str, _count: int | None) -> None:
        """Close the list, and show a standing view of the library."""
        self._reading.close_annotations()
        self._reading.run_named(name)

    @command("suspend")
    def suspend(self, _count: int | None) -> None:
        """Suspend the program until the shell resumes it."""
        self._reading.navigator.keep_place()
        self._host.say(suspend(self._host.app, self._state.library))

    @command("quit")
    def quit(self, _count: int | None) -> None:
        """Quit; the reading position is saved."""
        if self._state.quit_guard.refuses(self._state.keymap.hint("quit"), self._host.say):
            return
        self._reading.navigator.keep_place()
        self._host.app.exit()
