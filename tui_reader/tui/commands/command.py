"""What a command is: one row says its name, keys, help and where it works."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Pane(StrEnum):
    """Where keys can go. Which one it is, is the screen's own state and not Textual's focus."""

    SIDEBAR = "sidebar"
    LIST = "list"
    ARTICLE = "article"
    SELECTION = "selection"
    """The article while a passage is being selected in it."""
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
    """Headings of the help and the key sheet, in their order."""

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
    """Key sequences, keys parted by a space: `j`, `g g`, `ctrl+d`. Empty: reached from the palette alone."""
    label: str
    """One or two words for the last row of the screen."""
    help: str
    """What it does, as a line of help, without a full stop."""
    group: Group
    panes: frozenset[Pane] = EVERYWHERE
    """Panes in which its keys are bound."""
    counts: bool = False
    """Whether a count before the key repeats it."""
    footer: int = 0
    """Weight in the last row of the screen, the higher the further left; 0 keeps it out."""
    palette: bool = True
    """Whether the palette offers it; moving by a row makes no sense there."""
    takes_key: bool = False
    """Whether the key that follows it is meant as it is: a character to go to."""
