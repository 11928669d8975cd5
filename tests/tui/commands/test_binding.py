"""The binding of commands to methods: every row of the table has one handler on each screen where it works."""

from __future__ import annotations

import pytest

from tui_reader.tui.commands.binding import command, command_family, handlers_of, modules_of_commands
from tui_reader.tui.commands.command import IN_ANNOTATIONS, IN_SIDEBAR, WITH_SELECTION, Pane
from tui_reader.tui.commands.table import BY_ID, COMMANDS
from tui_reader.tui.screens.annotations import screen as annotations_screen
from tui_reader.tui.screens.reading import wiring

SCREENS = {
    annotations_screen.__name__.rpartition(".")[0]: IN_ANNOTATIONS,
    wiring.__name__.rpartition(".")[0]: WITH_SELECTION,
}
"""The package whose modules handle the commands of each set of panes."""


def test_every_command_has_one_handler_on_each_screen_where_it_works() -> None:
    modules = modules_of_commands()
    for row in COMMANDS:
        for package, panes in SCREENS.items():
            handlers = [module for module in modules[row.id] if module.startswith(f"{package}.")]
            assert len(handlers) == bool(row.panes & panes), (row.id, package, handlers)


def test_every_handler_belongs_to_a_command() -> None:
    own = {name for name, modules in modules_of_commands().items() if not set(modules) <= {__name__}}
    assert own <= BY_ID.keys()


class _Sidebar:
    @command_family({"include_tag": 1, "exclude_tag": -1})
    def choose_tag(self, _sign: int, _count: int | None) -> None:
        """Do nothing."""


class _Choice:
    @command("choose")
    def choose_row(self, _count: int | None) -> None:
        """Do nothing."""


def _only_in(pane: Pane) -> set[str]:
    return {each.id for each in COMMANDS if pane in each.panes}


def test_a_command_without_a_handler_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"without a handler: \[.*'choose'"):
        handlers_of([_Sidebar()], IN_SIDEBAR)


def test_a_second_handler_of_a_command_is_an_error() -> None:
    with pytest.raises(LookupError, match="choose has two handlers"):
        handlers_of([_Choice(), _Choice()], IN_SIDEBAR)


def test_a_handler_without_a_command_is_an_error() -> None:
    assert "choose" not in _only_in(Pane.ANNOTATIONS)
    with pytest.raises(LookupError, match=r"handlers without a command: \['choose'\]"):
        handlers_of([_Choice()], IN_ANNOTATIONS)
