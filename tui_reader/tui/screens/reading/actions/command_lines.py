"""Plan and complete the lines typed after `:` on the reading screen."""

from __future__ import annotations

import difflib
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from tui_reader.document.normalization import search_key
from tui_reader.model.query import Sort
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import IN_ANNOTATIONS, IN_SELECTION, Command
from tui_reader.tui.commands.keymap import written_all
from tui_reader.tui.commands.line import Completion, Line, Plan, Scope, plan_plain, quoted, split, with_line
from tui_reader.tui.commands.query_keys import HELP_TOPICS
from tui_reader.tui.commands.table import BY_ID, COMMANDS
from tui_reader.tui.screens.choice import Choice, matching
from tui_reader.tui.screens.query_typing import query_summary
from tui_reader.tui.screens.reading.actions.bulk import VERBS
from tui_reader.tui.widgets.headline_list import Density

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App

    from tui_reader.tui.screens.reading.actions.books import BookActions
    from tui_reader.tui.screens.reading.actions.bulk import BulkActions
    from tui_reader.tui.screens.reading.actions.exports import ExportActions
    from tui_reader.tui.screens.reading.state import ReadingScreenState

MOST_COMPLETIONS = 200
"""Maximum number of completions that are offered."""
MOST_NAMED = 12
"""Maximum number of valid names that the message about an invalid one lists."""
_OF_BOOKS = {"chapter": "chapters", "page": "printed pages"}
"""What each command goes to, for messages such as “this article has no chapters”."""


class Named(Protocol):
    """Protocol of the actions that take a name, such as a theme or tag, on the command line."""

    def use_theme(self, name: str) -> None:
        """Switch the app to a theme."""

    def theme_names(self) -> list[str]:
        """Return the names of all themes."""

    def order(self, sort: Sort) -> None:
        """Change the order of the list."""

    def set_density(self, density: Density) -> None:
        """Change the space between headlines."""

    def include_tag(self, tag: str) -> None:
        """Filter the list by a tag."""

    def show_search(self, name: str) -> None:
        """Show a saved search."""

    def narrow(self, query: str) -> None:
        """Filter the list by a query."""

    def show_help(self, topic: str) -> None:
        """Open the help about a topic."""


class CommandLines:
    """Plans the lines typed on the command line: finds the effect of a line before it is run."""

    def __init__(
        self,
        app: App[Any],
        state: ReadingScreenState,
        bulk: BulkActions,
        named: Named,
        *,
        books: BookActions,
        exports: ExportActions,
        run: Callable[[str, int | None, str], None],
    ) -> None:
        """Store the objects that run the lines of the command line.

        Args:
            app: The running app.
            state: The state of the screen.
            bulk: Runs the commands for several articles.
            named: Runs the commands that take a name.
            books: Lists chapters and pages, and goes to one of them.
            exports: Plans exports.
            run: Runs any command by its id, with a count or a key.
        """
        self._app, self._state, self._bulk, self._named, self._run = app, state, bulk, named, run
        self._books, self._exports = books, exports

    @command("palette")
    def open(self, _count: int | None) -> None:
        """Open the command line with all commands, those of the active pane first.

        A command that works only in another pane activates that pane.
        """
        from tui_reader.tui.screens.command_line import CommandLine  # noqa: PLC0415 - not needed for the first frame

        state = self._state
        commands = sorted(
            (each for each in COMMANDS if each.palette and each.panes != IN_ANNOTATIONS),
            key=lambda each: state.context not in each.panes,
        )
        choices = [
            Choice(each.id, written_all(state.keymap.keys_of(each)), lambda: None, state.help_of(each))
            for each in commands
        ]
        self._app.push_screen(CommandLine(choices, self.plan, state.former_lines), self._run_choice)

    def _run_choice(self, choice: Choice | None) -> None:
        if choice is not None:
            self._state.former_lines = with_line(self._state.former_lines, choice.name)
            choice.run()

    def plan(self, text: str) -> Plan:
        """Return the plan of a typed line: a function that runs it and a description, or an error message."""
        line = split(text)
        if not line.name:
            return Plan()
        found = BY_ID.get(line.name)
        if found is None:
            near = difflib.get_close_matches(line.name, BY_ID, n=1)
            advice = f"; did you mean {near[0]}?" if near else ""
            return Plan(problem=f"there is no command “{line.name}”{advice}")
        if found.id in VERBS:
            return self._plan_verb(line)
        if found.id == "export":
            return self._exports.plan(line)
        if found.id not in self._values:
            return self._plan_plain(found, line)
        if line.rest.strip():
            return self._plan_value(line)
        plan = self._plan_plain(found, line)
        return plan._replace(completions=self._complete_value(line), takes_arguments=True)

    # Commands without arguments, or with a number or a key

    def _plan_plain(self, found: Command, line: Line) -> Plan:
        where = self._where_else(found)
        return Plan(problem=where) if where else plan_plain(found, line, partial(self._run, found.id))

    def _where_else(self, found: Command) -> str:
        """Return a message about a command that works only in a selection or in the list of annotations.

        Empty if the command works in the active pane, or in another pane, which it then activates.
        """
        if found.panes == IN_ANNOTATIONS:
            return f"{found.id} works in the list of annotations, which {self._hint('all_annotations')} shows"
        if found.panes <= IN_SELECTION | IN_ANNOTATIONS and self._state.context not in found.panes:
            return f"{found.id} works in a selection, which {self._hint('select')} begins in the article"
        return ""

    def _hint(self, name: str) -> str:
        return self._state.keymap.hint(name) or name

    # Commands for articles

    def _plan_verb(self, line: Line) -> Plan:
        found = self._bulk.targets(line.scope)
        summary = self._bulk.summary(line.scope)
        problem = ""
        is_ready = bool(found)
        if line.name == "tag":
            add, remove = self._bulk.tags_of(line)
            tags = ", ".join((*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in remove)))
            summary = f"{summary} · {tags}" if tags else f"{summary} · +TAG adds, -TAG removes"
            is_ready = is_ready and bool(tags)
        elif line.words:
            unknown = next((word for word in line.words if word.text not in list(Scope)), line.words[0])
            problem = f"“{unknown.text}” is neither this, chosen nor all"
        if not found:
            problem = "nothing is chosen" if line.scope is Scope.CHOSEN else "there is no article"
        run = partial(self._bulk.run_line, line) if is_ready and not problem else None
        return Plan(summary, problem, run, self._complete_verb(line), takes_arguments=True)

    def _complete_verb(self, line: Line) -> Sequence[Completion]:
        is_new = not line.rest or line.rest[-1].isspace()
        words = [*line.words]
        typed = ""
        if not is_new:
            typed = words.pop().text if line.scope is None and words else line.scope or ""
        before = f"{line.name} " + "".join(f"{_retyped(word.text)} " for word in words)
        found: list[Completion] = []
        if line.scope is None or not is_new:
            for scope in Scope:
                count = len(self._bulk.targets(scope))
                if scope.startswith(typed) and (count or scope is Scope.ALL):
                    found.append(Completion(scope, f"{before}{scope}", self._bulk.summary(scope)))
        if line.name == "tag" and line.scope is None:
            sign = typed[:1] if typed[:1] in ("+", "-") else "+"
            key = search_key(typed.lstrip("+-"))
            tags = [
                Completion(f"{sign}{tag}", before + quoted(tag, sign), f"{count:,}")
                for tag, count in self._state.library.catalogue.counts().tags
                if search_key(tag).startswith(key)
            ]
            found = [*tags[:MOST_COMPLETIONS], *found]
        return found

    # Commands with a name or a text after them

    @property
    def _values(self) -> dict[str, tuple[Callable[[], Sequence[tuple[str, str]]], Callable[[str], None] | None]]:
        """For the id of each command that takes a value: two functions.

        The first returns the valid values, each with a remark to show beside it. The second runs the command with a
        value; it is None if any text is accepted.
        """
        state, named = self._state, self._named

        def tags() -> Sequence[tuple[str, str]]:
            return [(tag, f"{count:,}") for tag, count in state.library.catalogue.counts().tags]

        def searches() -> Sequence[tuple[str, str]]:
            return [(each.name, each.query) for each in state.library.searches.all()]

        sorts = {each.name.lower(): each for each in Sort}
        return {
            "sort": (
                lambda: [(name, str(each)) for name, each in sorts.items()],
                lambda name: named.order(sorts[name]),
            ),
            "theme": (lambda: [(name, "") for name in named.theme_names()], named.use_theme),
            "density": (lambda: [(str(each), "") for each in Density], lambda name: named.set_density(Density(name))),
            "filter_tag": (tags, named.include_tag),
            "show_search": (searches, named.show_search),
            "search": (lambda: (), named.narrow),
            "chapter": (self._books.chapters, self._books.go_to_chapter),
            "page": (self._books.pages, self._books.go_to_page),
            "help": (lambda: HELP_TOPICS, named.show_help),
        }

    def _plan_value(self, line: Line) -> Plan:
        """Plan a command that takes a name; an unambiguous beginning of a name is enough."""
        values, use = self._values[line.name]
        typed = line.rest.strip()
        completions = self._complete_value(line)
        if line.name == "search":
            said = query_summary(typed, self._state.settings.colours)
            return Plan(said, "", partial(use, typed) if use else None, (), takes_arguments=True)
        names = dict(values())
        if not names and line.name in _OF_BOOKS:
            return Plan("", f"this text has no {_OF_BOOKS[line.name]}", None, (), takes_arguments=True)
        key = search_key(typed)
        exact = [name for name, remark in names.items() if key in (search_key(name), search_key(remark))]
        begun = [name for name in names if search_key(name).startswith(key)]
        found = exact or (begun if len(begun) == 1 else [])
        if not found and line.name == "chapter" and len(completions) == 1:
            found = [completions[0].name]  # a word of one title
        if not found:
            unknown = _unknown(typed, list(names), in_book=line.name in _OF_BOOKS)
            problem = f"“{typed}” begins {len(begun)} of them" if begun else unknown
            return Plan("", problem, None, completions, takes_arguments=True)
        said = " · ".join(filter(None, (found[0], names[found[0]])))
        return Plan(said, "", partial(use, found[0]) if use else None, completions, takes_arguments=True)

    def _complete_value(self, line: Line) -> Sequence[Completion]:
        values, _ = self._values[line.name]
        choices = [Choice(name, remark, lambda: None, remark) for name, remark in values()]
        found = matching(choices, line.rest)[:MOST_COMPLETIONS]
        return [Completion(each.name, f"{line.name} {each.name}", each.remark) for each in found]


def _unknown(typed: str, names: Sequence[str], *, in_book: bool) -> str:
    """Return the message that a typed name is not among `names`. It lists the first `MOST_NAMED` valid names.

    If `in_book` is True, `names` are chapters or pages, and the message gives only the first and the last: of the
    numbers if there are any, else of the titles.
    """
    if not in_book:
        named = ", ".join(names[:MOST_NAMED])
        more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
        return f"“{typed}” is none of {named}{more}" if names else "there are none yet"
    numbers = [name for name in names if name.isdecimal()] or names
    return f"“{typed}” is none of {numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"there is only {numbers[0]}"


def _retyped(word: str) -> str:
    """Return a word in the form to type on the command line: in double quotes if it contains spaces."""
    sign = word[:1] if word[:1] in ("+", "-") else ""
    return quoted(word[len(sign) :], sign)
