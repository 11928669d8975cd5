"""Tags in the forms that other programs allow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.model.annotation import PlaceState

if TYPE_CHECKING:
    from tui_reader.exchange.clip import ClippedAnnotation

_UNCERTAIN = {PlaceState.ORPHAN, PlaceState.AMBIGUOUS}


def is_certain(clipped: ClippedAnnotation) -> bool:
    """Return True unless the passage of an annotation was not found or was found more than once."""
    return clipped.state not in _UNCERTAIN


def with_state(clipped: ClippedAnnotation) -> list[str]:
    """Return the tags of an annotation, with `orphan` or `ambiguous` added if its position is uncertain.

    For formats that have tags but no field for the state.
    """
    state = [str(clipped.state)] if not is_certain(clipped) and str(clipped.state) not in clipped.tags else []
    return [*clipped.tags, *state]


def joined(tag: str, filler: str = "-") -> str:
    """Return a tag as one word, for programs whose tags end at white space, a comma or a semicolon."""
    return filler.join(re.findall(r"[^\s,;]+", tag)) or filler
