"""The row of the command table: a command's id, keys, label, help, and the panes where it works."""

# No `from __future__ import annotations`: named tuples compile each annotation that is a text, in 10 µs.

from enum import StrEnum
from typing import NamedTuple


class Pane(StrEnum):
    """The panes that can receive keys. The screen's state, not Textual's focus, defines the active pane."""

    SIDEBAR = "sidebar"
    LIST = "list"
    ARTICLE = "article"
    SELECTION = "selection"
    """The article pane while the user selects a passage."""
    ANNOTATIONS = "annotations"
    """The list of annotations, a separate screen."""


EVERYWHERE = frozenset({Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE})
"""The panes of the reading screen, except while a passage is being selected."""
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
    """The groups of commands: headings of the help and of the key sheet, in the order shown."""

    MOVE = "Move"
    READ = "Read"
    ANNOTATE = "Annotate"
    SELECT = "Select"
    ARTICLES = "Keep order"
    FILTER = "Filter and find"
    LOOK = "Look"
    PROGRAM = "Program"


_OF_ARTICLES = frozenset({Group.READ, Group.ANNOTATE, Group.SELECT, Group.ARTICLES})
"""The groups with commands that concern articles."""
_ELSEWHERE = frozenset({"go_to_bookmark", "export"})
"""Commands of these groups that lead to another article, or have a message of their own."""


class Command(NamedTuple):
    """One row of the command table."""

    id: str
    """Name of the command in `config.toml` and in the decorator of its handler, such as `next_article`."""
    keys: tuple[str, ...]
    """Key sequences such as `j`, `g g`, `ctrl+d`. Empty if only the command palette offers the command.
    """
    label: str
    """Name of the command in one or two words, for the key hints in the last row of the screen."""
    help: str
    """Description of the command in the help: one line without a full stop."""
    group: Group
    panes: frozenset[Pane] = EVERYWHERE
    """The panes in which the keys are bound."""
    counts: bool = False
    """True if a number may be typed before the key: it repeats the command, or tells where to go (`12G`)."""
    footer: int = 0
    """Priority of the key hint in the last row: hints with higher values stand further left; 0 for no hint."""
    palette: bool = True
    """True if the command palette offers the command. False for motions, such as moving by a row."""
    takes_key: bool = False
    """True if the key after the command is its argument, such as the character to go to."""
    argument: str = ""
    """Argument after the name on the command line: `NAME`, `[SCOPE]`; brackets mean optional."""

    @property
    def needs_article(self) -> bool:
        """True if the command does nothing in the reading screen where no article is listed or shown.

        Commands that work in the sidebar, too, concern the list as a whole; a bookmark may be in another article.
        """
        return self.group in _OF_ARTICLES and Pane.SIDEBAR not in self.panes and self.id not in _ELSEWHERE
