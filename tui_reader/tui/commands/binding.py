"""Decorators that bind the rows of the command table to the methods that run them.

A decorator names the command that a method runs, independent of the method's name. Each screen collects the methods of
its action objects once. A row without a method, a method without a row, or two methods for one row stop the
program at its start with an error.
"""

from __future__ import annotations

from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from tui_reader.tui.commands.table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from tui_reader.tui.commands.command import Pane

Owner = TypeVar("Owner")
Argument = TypeVar("Argument")

Handler: TypeAlias = "Callable[..., None]"
"""A function that runs a command. Its arguments are the count or None, and the next key if the command takes a key."""
Method: TypeAlias = "Callable[[Owner, int | None], None]"
KeyMethod: TypeAlias = "Callable[[Owner, int | None, str], None]"
FamilyMethod: TypeAlias = "Callable[[Owner, Argument, int | None], None]"
FamilyKeyMethod: TypeAlias = "Callable[[Owner, Argument, int | None, str], None]"


class Binding(NamedTuple):
    """The link between a command and the function that runs it."""

    id: str
    arguments: tuple[object, ...] = ()
    """Arguments passed to the function before the count: they tell a function of several commands which one to run."""


_bindings: dict[object, list[Binding]] = {}
"""The bindings of each decorated function."""


def command(name: str) -> Callable[[Method[Owner]], Method[Owner]]:
    """Return a decorator for the method that runs the command with this id."""

    def bind_method(method: Method[Owner]) -> Method[Owner]:
        _bindings.setdefault(method, []).append(Binding(name))
        return method

    return bind_method


def key_command(name: str) -> Callable[[KeyMethod[Owner]], KeyMethod[Owner]]:
    """Return a decorator for the method of a command that takes the next key, such as a bookmark's letter."""

    def bind_method(method: KeyMethod[Owner]) -> KeyMethod[Owner]:
        _bindings.setdefault(method, []).append(Binding(name))
        return method

    return bind_method


def command_family(
    arguments: Mapping[str, Argument],
) -> Callable[[FamilyMethod[Owner, Argument]], FamilyMethod[Owner, Argument]]:
    """Return a decorator for a method that runs several commands, which differ by one argument.

    Args:
        arguments: The first argument of the method for each command id.
    """

    def bind_method(method: FamilyMethod[Owner, Argument]) -> FamilyMethod[Owner, Argument]:
        _bindings.setdefault(method, []).extend(Binding(name, (value,)) for name, value in arguments.items())
        return method

    return bind_method


def key_command_family(
    arguments: Mapping[str, Argument],
) -> Callable[[FamilyKeyMethod[Owner, Argument]], FamilyKeyMethod[Owner, Argument]]:
    """Return a decorator for a method that runs several commands that take the next key as an argument.

    It works like `command_family` otherwise.
    """

    def bind_method(method: FamilyKeyMethod[Owner, Argument]) -> FamilyKeyMethod[Owner, Argument]:
        _bindings.setdefault(method, []).extend(Binding(name, (value,)) for name, value in arguments.items())
        return method

    return bind_method


def handlers_of(owners: Iterable[object], panes: frozenset[Pane]) -> dict[str, Handler]:
    """Collect the handlers of a screen from the decorated methods of its objects.

    Args:
        owners: The objects whose methods run the commands.
        panes: The panes of the screen. Every command that works in one of them needs a handler; no other command
            may have one.

    Returns:
        The handler of each command, by its id.

    Raises:
        LookupError: A command has no handler or two handlers, or a handler belongs to no command of these panes.
    """
    handlers: dict[str, Handler] = {}
    for owner in owners:
        for function, binding in _bound_functions(type(owner)):
            if binding.id in handlers:
                raise LookupError(f"the command {binding.id} has two handlers")
            method: Handler = function.__get__(owner)
            handlers[binding.id] = partial(method, *binding.arguments) if binding.arguments else method
    expected = {each.id for each in COMMANDS if each.panes & panes}
    if expected != handlers.keys():
        raise LookupError(
            f"commands without a handler: {sorted(expected - handlers.keys())}, "
            f"handlers without a command: {sorted(handlers.keys() - expected)}"
        )
    return handlers


def _bound_functions(owner: type) -> Iterator[tuple[FunctionType, Binding]]:
    """Yield each decorated method of a class and its base classes, once for each command that it runs."""
    for each in owner.__mro__:
        for function in vars(each).values():
            if isinstance(function, FunctionType):
                for binding in _bindings.get(function, ()):
                    yield function, binding


def modules_of_commands() -> dict[str, list[str]]:
    """Return the modules that handle each command, by command id. A command is missing until its module is imported."""
    modules: dict[str, list[str]] = {}
    for function, bindings in _bindings.items():
        for binding in bindings:
            modules.setdefault(binding.id, []).append(function.__module__)
    return modules
