"""The entries of a picker."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Choice(NamedTuple):
    """One entry of a picker, and the function that choosing it calls."""

    name: str
    remark: str
    """The text at the right edge: keys, a count."""
    run: Callable[[], None]
    """Called after the choice, when the picker is closed."""


def run_choice(choice: Choice | None) -> None:
    """Call the function of the chosen entry, if one was chosen."""
    if choice is not None:
        choice.run()
