"""The command that exports listed annotations for another program, in a separate process."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.line import Line, Plan, Scope
from tui_reader.tui.screens.export_request import (
    NOT_ON_DISK,
    ExportRequest,
    export_command,
    export_question,
    plan_export,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
    from tui_reader.tui.screens.annotations.annotations_host import AnnotationsHost


class AnnotationExports:
    """Exports exactly the annotations of a scope, such as the chosen annotations."""

    def __init__(self, host: AnnotationsHost, listing: AnnotationListing, run: Callable[[str, str, str], None]) -> None:
        """Store the objects of the screen that exports need.

        Args:
            host: The screen.
            listing: Finds the annotations of a scope.
            run: Pipes a text through a shell command and shows the output: command, text, title of the output.
        """
        self._host, self._listing, self._run = host, listing, run

    @command("export")
    def export(self, _count: int | None) -> None:
        """Ask for format and path, and export the chosen annotations, or the annotation under the cursor."""
        self._host.ask(export_question(self.plan, self._host.say))

    def plan(self, line: Line) -> Plan:
        """Return the plan of a typed `export` line: a function that runs it and a description, or an error message."""
        scope = line.scope or (Scope.CHOSEN if self._listing.chosen_count else Scope.THIS)
        summary, missing = self._describe(scope)
        return plan_export(line, summary, missing, partial(self._start, scope))

    def _describe(self, scope: Scope) -> tuple[str, str]:
        """Return a description of a scope's annotations, and the error message if it has none (else empty)."""
        listing = self._listing
        if scope is Scope.CHOSEN:
            count = listing.chosen_here
            none = listing.no_target_message or "nothing is chosen"
            return f"{count:,} chosen annotation{'' if count == 1 else 's'}", "" if count else none
        current = listing.current
        none = "" if current is not None else "there is no annotation"
        if scope is Scope.ALL:
            count = listing.count
            where = "that match" if not listing.query.is_empty else "in this article" if listing.article else "listed"
            return f"all {count:,} {where}", "not all are listed yet" if listing.is_loading else none
        words = (current.quote or current.note) if current is not None else ""
        return f"this annotation: “{_shortened(words)}”" if words else "this annotation", none

    def _start(self, scope: Scope, request: ExportRequest) -> None:
        """Start the export in another process, which reads the library from disk."""
        state, listing = self._host.state, self._listing
        if not state.library.settle(0):
            self._host.say(NOT_ON_DISK)
            return
        if scope is Scope.ALL:
            ids = listing.listed_ids
        elif scope is Scope.CHOSEN:
            ids = listing.ids
        else:
            ids = tuple(filter(None, (listing.current_id,)))
        self._host.say(f"exporting to {request.path}")
        command_line = export_command(request, state.library, ("--annotations", "-", *state.settings_options))
        self._run(command_line, "\n".join(ids), f"export {request.form.id}")


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1].rstrip()}…"


_MOST_WORDS = 40
"""Largest number of code points of an annotation that a message quotes."""
