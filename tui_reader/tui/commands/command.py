"""The row of the command table: a command's id, keys, label, help, and the panes where it works."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Pane(StrEnum):
    """The places that receive keys. The screen's state says which one is active, not Textual's focus."""

    SIDEBAR = "sidebar"
    LIST = "list"
    ARTICLE = "article"
    SELECTION = "selection"
    """The article pane while a passage is being selected in it."""
    ANNOTATIONS = "annotations"
    """The list of annotations, a screen of its own."""


EVERYWHERE = frozenset({Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE})
"""The three panes of the reading screen."""
ANYWHERE = frozenset(Pane)
WITH_SELECTION = EVERYWHERE | {Pane.SELECTION}
WITH_ANNOTATIONS = EVERYWHERE | {Pane.ANNOTATIONS}
IN_SELECTION = frozenset({Pane.SELECTION})
IN_ANNOTATIONS = frozenset({Pane.ANNOTATIONS})
MARKING = frozenset({Pane.ARTICLE, Pane.SELECTION})
MARKED = frozenset({Pane.ARTICLE, Pane.ANNOTATIONS})
ANNOTATING = MARKING | MARKED
READING = frozenset({Pane.LIST, Pane.ARTICLE})
IN_ARTICLE = frozenset({Pane.ARTICLE})
IN_LIST = frozenset({Pane.LIST})
IN_SIDEBAR = frozenset({Pane.SIDEBAR})


class Group(StrEnum):
    """The headings of the help and of the key sheet, in their order."""

    MOVE = "Move"
    READ = "Read"
    ANNOTATE = "Annotate"
    SELECT = "Select"
    ARTICLES = "Keep order"
    FILTER = "Filter and find"
    LOOK = "Look"
    PROGRAM = "Program"


class Command(NamedTuple):
    """One row of the command table."""

    id: str
    """Name in `config.toml`, and in the decorator of its handler: `next_article`."""
    keys: tuple[str, ...]
    """Key sequences such as `j`, `g g`, `ctrl+d`. Empty if only the palette offers the command.
    """
    label: str
    """One or two words for the last row of the screen."""
    help: str
    """The line in the help, without a full stop."""
    group: Group
    panes: frozenset[Pane] = EVERYWHERE
    """The panes in which the keys are bound."""
    counts: bool = False
    """True if a count before the key repeats the command."""
    footer: int = 0
    """Weight in the last row of the screen: a higher one stands further left, 0 is left out."""
    palette: bool = True
    """True if the palette offers the command; moving by a row makes no sense there."""
    takes_key: bool = False
    """True if the next key is an argument and no command, such as the character to go to."""
