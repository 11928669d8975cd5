"""The command line: the palette of all commands, in which a name may be followed by arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui_reader.tui.commands.line import Plan, split
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.screens.choice import Choice, matching
from tui_reader.tui.screens.picker import Picker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.tui.commands.line import Completion


class CommandLine(Picker):
    """A text field for a line, with a list of commands or of completions for arguments below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "former(1)", show=False, priority=True),
        Binding("down", "former(-1)", show=False, priority=True),
    ]
    ALWAYS_SAYS = True
    KEYS = "tab completes · ctrl+n ctrl+p move · ↑ former · enter runs · esc leaves"
    FEW_KEYS = "tab · ↑ former · enter runs · esc leaves"

    def __init__(self, choices: Sequence[Choice], plan: Callable[[str], Plan], former: Sequence[str]) -> None:
        """Create the command line for the given commands.

        Args:
            choices: The commands of the palette, by their ids.
            plan: Plans a line: finds its effect before it is run.
            former: The former lines, the latest last.
        """
        super().__init__("a command · what it takes follows a blank", choices)
        self._plan_of, self._former = plan, former
        self._plan = Plan()
        self._back = 0
        """Position in the history, counted from the latest line; 0 for the line being typed."""
        self._draft = ""
        self._is_naming = True
        """True while the list shows commands, which match the typed name or description; False for arguments."""
        self._moved = False
        """True if the cursor of the list was moved since the last letter was typed."""

    def typed_changed(self, text: str) -> None:
        """Show the matching commands or arguments, and a description of the line's effect."""
        if self._back and text != self._former[-self._back]:
            self._back = 0
        self._moved = False
        line = split(text)
        self._plan = self._plan_of(text)
        is_line = bool(self._plan.run or self._plan.completions or not self._plan.problem)
        found = matching(self._choices, text.strip().removeprefix(":")) if not line.has_arguments or not is_line else []
        self._is_naming = not line.has_arguments or bool(found)
        if not self._is_naming:
            found = [Choice(each.name, each.remark, lambda: None) for each in self._plan.completions]
        elif line.name in BY_ID and all(each.name != line.name for each in self._choices):
            # A command that the palette does not offer, such as a motion, is found only by its full name.
            found = [Choice(line.name, "", lambda: None, self._plan.problem or BY_ID[line.name].help), *found]
        is_described = bool(self._plan.run or self._plan.summary or self._plan.problem)
        self._list.empty_text = "" if line.has_arguments and is_described else "no match"
        self._list.show(found)
        self.describe()

    def describe(self) -> None:
        """Show below the list what the line or the command under the cursor does, and on how many articles."""
        current = self._list.current
        plan = self._plan
        if self._is_naming and current is not None:
            said = " · ".join(filter(None, (current.detail, self._plan_of(current.name).summary)))
            self._sentence.show(said, "text")
        else:
            self._sentence.show(plan.problem or plan.summary, "bad" if plan.problem else "text")

    def clicked(self, choice: Choice) -> None:
        """Run the line of the clicked entry."""
        self._moved = True
        self.submit(choice)

    def submit(self, choice: Choice | None) -> None:
        """Run the command `choice` while a command is being named, else the typed line.

        If the list shows arguments, run the line that `choice` completes, provided that the user has moved to it.
        """
        if self._is_naming:
            self._submit(choice.name if choice is not None else self.typed)
        elif choice is not None and self._moved:
            self._submit(next(each.line for each in self._plan.completions if each.name == choice.name))
        else:
            self._submit(self.typed)

    def _completion(self, index: int) -> Completion:
        return self._plan.completions[index]

    def _submit(self, line: str) -> None:
        plan = self._plan_of(line)
        if plan.run is not None:
            self.dismiss(Choice(line.strip(), "", plan.run))
        elif plan.problem:
            self._sentence.show(plan.problem, "bad")
        else:
            self._put(f"{line.strip()} ")

    async def action_take(self) -> None:
        """Complete the typed name or argument with the entry under the cursor."""
        await self.settle()
        current = self._list.current
        if current is None:
            return
        if self._is_naming:
            takes = self._plan_of(current.name).takes_arguments
            self._put(f"{current.name} " if takes else current.name)
        else:
            self._put(f"{self._completion(self._list.cursor).line} ")

    def _put(self, line: str) -> None:
        field = self.query_one(Input)
        field.value = line
        field.cursor_position = len(line)

    async def action_move(self, by: int) -> None:
        """Move the cursor of the list."""
        await super().action_move(by)
        self._moved = True

    async def action_former(self, by: int) -> None:
        """Put a line of the history into the text field, or move the list's cursor if the history is not shown.

        Args:
            by: 1 for the previous line, or to move the cursor up if it is not on the first entry; -1 for the next line,
                or to move the cursor down.
        """
        await self.settle()
        if (by < 0 and not self._back) or (by > 0 and self._list.cursor > 0 and not self._back):
            await self.action_move(-by)
            return
        if not self._back:
            self._draft = self.typed
        self._back = max(0, min(self._back + by, len(self._former)))
        self._put(self._former[-self._back] if self._back else self._draft)
