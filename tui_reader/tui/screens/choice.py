"""One of many things to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Choice(NamedTuple):
    """What a picker shows, and what choosing it does."""

    name: str
    remark: str
    """What stands at the right: keys, a count."""
    run: Callable[[], None]
    """Done once it was chosen and the picker is gone."""


def run_choice(choice: Choice | None) -> None:
    """Do what was chosen, if anything."""
    if choice is not None:
        choice.run()
