"""What the commands of the reading screen share: the library, the panes, and where the reader stands."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.clean import clean_line
from tui_reader.model.query import Sort, View
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from tui_reader.config import Settings
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library
    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.screens.reading.comparison_document import ComparisonDocument
    from tui_reader.tui.screens.reading.layout import Arrangement
    from tui_reader.tui.widgets.article_pane.pane import ArticlePane
    from tui_reader.tui.widgets.bars import StatusBar, TopBar
    from tui_reader.tui.widgets.headline_list import HeadlineList
    from tui_reader.tui.widgets.prompt import Prompt
    from tui_reader.tui.widgets.tag_sidebar import TagSidebar


def local_today() -> date:
    """Today where the reader is."""
    return datetime.now().astimezone().date()


class Place(NamedTuple):
    """A place to jump back to."""

    article: ArticleId
    offset: int


class Panes:
    """The widgets of the screen. Article pane and prompt come after the first frame."""

    article: ArticlePane
    prompt: Prompt

    def __init__(self, top: TopBar, sidebar: TagSidebar, headlines: HeadlineList, status: StatusBar) -> None:
        self.top, self.sidebar, self.headlines, self.status = top, sidebar, headlines, status


class ReadingScreenState:
    """The state of the reading screen. It paints nothing itself: it tells the panes what to show."""

    SAY_SECONDS = 4.0
    MOMENT_SECONDS = 1.0
    """How long a message is one that another does not take the place of."""

    def __init__(self, library: Library, settings: Settings, keymap: Keymap, panes: Panes) -> None:
        self.library, self.settings, self.keymap = library, settings, keymap
        self.panes = panes
        self.view = View(sort=Sort(settings.sort))
        self.pane = Pane.LIST
        self.shown: ArticleId | None = None
        """Article in the article pane."""
        self.entered = False
        """Whether it was opened, and not only shown because the cursor stands on it."""
        self.walked = False
        """Whether the reader has pressed a key: only then the cursor is where they want it."""
        self.arrangement: Arrangement | None = None
        self.comparison: ComparisonDocument | None = None
        """What the article pane shows in the place of a text, while its changes are looked at."""
        self.article_parts: Sequence[str] = ()
        """What is to be told of the shown article's annotations: `4 highlights`, `2 notes`."""
        self._said_at = 0.0
        self._refused = ""
        """What was said last of a key that did nothing."""
        self.text_shown: Callable[[], None] = _nothing
        """Called when the article pane shows another text, or the same one anew."""

    def headline(self, article: ArticleId | None) -> Headline | None:
        """The headline of an article; None where there is none (any more)."""
        return None if article is None else next(iter(self.library.catalogue.rows([article])), None)

    @property
    def context(self) -> Pane:
        """Where keys go: the active pane, or the selection that is made in it."""
        return Pane.SELECTION if self.pane is Pane.ARTICLE and self.panes.article.selection.kind else self.pane

    def colour_name(self, colour: int) -> str:
        """What the reader calls a colour."""
        return self.settings.colours[colour - 1]

    def label_of(self, keys: str, label: str) -> str:
        """The label of a half-typed command; a colour goes by the name that the reader gave it."""
        return self.colour_name(int(keys)) if label == "colour" and keys in "12345" else label

    def help_of(self, command: Command) -> str:
        """What a command does, with the colour by its name."""
        name, _, number = command.id.partition("_")
        if name != "colour" or not number.isdecimal():
            return command.help
        return command.help.replace(f"colour {number}", self.colour_name(int(number)))

    @property
    def target(self) -> ArticleId | None:
        """The article that commands speak of: the one being read, else the one under the cursor."""
        if self.pane is Pane.ARTICLE and self.shown is not None:
            return self.shown
        return self.panes.headlines.current

    def say(self, message: str, *, bad: bool = False, seconds: float = SAY_SECONDS) -> None:
        """Say on the last row what just happened; it falls silent by itself after some seconds."""
        if self.panes.prompt.asking:
            self.panes.prompt.remark(message)
            return
        self.panes.status.say(message, bad=bad)
        self._said_at = monotonic()
        if message:
            self.panes.status.silence_after(seconds)

    def refuse(self, message: str) -> None:
        """Say why a key did nothing, or what the next one may be; it falls silent with that."""
        self.say(message)
        self._refused = message

    def forget_refusal(self) -> None:
        """Fall silent of the key before, if that did nothing."""
        refused, self._refused = self._refused, ""
        if refused and self.panes.status.said == clean_line(refused):
            self.panes.status.say("")

    def say_too(self, message: str, *, instead_of: str = "") -> None:
        """Say something beside what was said a moment ago, if anything was: neither takes the other's place.

        Args:
            message: What there is to say.
            instead_of: What of that it says better.
        """
        said = self.panes.status.said if monotonic() - self._said_at < self.MOMENT_SECONDS else ""
        said = " · ".join(part for part in said.split(" · ") if part != instead_of)
        self.say(f"{said} · {message}" if said and message not in said else message)

    def tell(self, outcome: Outcome, *, undoable: bool = True) -> None:
        """Say what a service did, and how to take it back."""
        self.say(self.told(outcome, undoable=undoable))

    def told(self, outcome: Outcome, *, undoable: bool = True) -> str:
        """What there is to say of what a service did."""
        parts = [outcome.message]
        if outcome.message and outcome.undo and self.library.read_only:
            parts.append("NOT saved: the library is read-only")
        if outcome.message and outcome.undo and undoable:
            parts.append(f"{self.keymap.hint('undo')} undoes")
        return " · ".join(parts)

    def with_place(self, outcome: Outcome, shown: ArticleId | None) -> Outcome:
        """What an undo did to an annotation, with the article if another one is shown and it is not named already."""
        headline = self.headline(outcome.ids[0]) if outcome.annotation and len(outcome.ids) == 1 else None
        if headline is None or headline.id == shown or outcome.message.endswith(f"“{headline.title}”"):
            return outcome
        return outcome._replace(message=f"{outcome.message} in “{headline.title}”")

    def empty_lines(self) -> Sequence[str]:
        """What an empty list says, and what to do about it."""
        if self.view.is_filtered:
            return "No article matches", "", f"{self.keymap.hint('clear_filter')}  clear the filter"
        if len(self.library.catalogue):
            return {
                "unread": ("Everything is read",),
                "starred": ("Nothing is starred", "", f"{self.keymap.hint('star')}  star an article"),
                "annotated": ("Nothing is annotated",),
                "archive": ("The archive is empty", "", f"{self.keymap.hint('archive')}  archive an article"),
            }.get(self.view.shelf, ("The inbox is empty",))
        where = self.library.folders
        if not where:
            return "No articles", "", "Nothing that can be read was given."
        return (
            "No articles yet",
            "",
            f"Put .md or .txt files into {where[0]}",
            "They appear here by themselves.",
        )


def _nothing() -> None:
    """Before anything is shown."""
