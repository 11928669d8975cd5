"""The state that the commands of the reading screen share, and the messages in its last row."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.document.quotation import quoted
from tui_reader.model.query import Shelf, Sort, View
from tui_reader.search.evaluation import sort_order
from tui_reader.search.parsed_query import ParsedQuery
from tui_reader.search.values import local_today
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.screens.quitting import QuitGuard
from tui_reader.tui.widgets.bars import MESSAGE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.config import Settings
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library
    from tui_reader.tui.commands.command import Command
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.screens.reading.comparison_document import ComparisonDocument
    from tui_reader.tui.widgets.article_pane.pane import ArticlePane
    from tui_reader.tui.widgets.bars import StatusBar, TopBar
    from tui_reader.tui.widgets.headline_list import HeadlineList
    from tui_reader.tui.widgets.prompt import Prompt
    from tui_reader.tui.widgets.tag_sidebar import TagSidebar


class Place(NamedTuple):
    """A position in an article, to jump back to."""

    article: ArticleId
    offset: int
    above: int = 0
    """Number of rows visible above the row of the offset, such as blank rows."""


class Panes:
    """The widgets of the screen. `article` and `prompt` exist once `ReadingScreen.wire` has run."""

    article: ArticlePane
    prompt: Prompt

    def __init__(self, top: TopBar, sidebar: TagSidebar, headlines: HeadlineList, status: StatusBar) -> None:
        self.top, self.sidebar, self.headlines, self.status = top, sidebar, headlines, status


class ReadingScreenState:
    """The state that the commands of the reading screen share, and the messages of its last row.

    It has more than 25 public methods because each value that several modules need has a read-only property, and a
    method for every way in which it may change.
    """

    def __init__(self, library: Library, settings: Settings, keymap: Keymap, panes: Panes) -> None:
        self.library, self.settings, self.keymap = library, settings, keymap
        self.quit_guard = QuitGuard(library, lambda: self._can_undo)
        self.panes = panes
        self._query = ParsedQuery()
        self._sort = Sort(settings.sort)
        """The order of the list, unless the query sets an order."""
        self._view = View(sort=self._sort)
        self._pane = Pane.LIST
        self._shown: ArticleId | None = None
        self._entered = False
        self._commands_run = 0
        self._comparison: ComparisonDocument | None = None
        self._annotation_counts: Sequence[str] = ()
        self._text_shown: list[Callable[[], None]] = []
        self._waiting_for_text: list[Callable[[], bool]] = []
        self.scan: tuple[int, int] | None = (0, 0)
        """Numbers of files read and of all files (0 while listing) during the first scan; None after it."""
        self.settings_options: tuple[str, ...] = ()
        """`--config FILE` or `--no-config`, to pass on to child processes; empty if the command line has neither."""
        self.former_lines: tuple[str, ...] = ()
        """History of the command line, latest last."""
        self.refusal = ""
        """The shown message that the next key removes."""
        self.is_repeat_offered = False
        """True until the next key if the last one only focused a sentence, and has its effect if typed again."""
        self._undo_hint = ""
        """The end of the last message, which names the key for undo."""
        self._can_undo = False

    def apply_settings(self, settings: Settings, keymap: Keymap) -> None:
        """Replace the settings and the keymap."""
        self.settings, self.keymap = settings, keymap

    # What is shown

    @property
    def view(self) -> View:
        """The standing view, the filter and the order of the headline list."""
        return self._view

    @property
    def query(self) -> ParsedQuery:
        """The query that filters the list: typed, or chosen in the sidebar."""
        return self._query

    @property
    def sort(self) -> Sort:
        """The order of the list, unless the query sets an order."""
        return self._sort

    def set_view(self, *, shelf: Shelf | None = None, query: str | None = None, sort: Sort | None = None) -> None:
        """Change parts of the view; the headline list is refreshed by the caller.

        Args:
            shelf: The new standing view; None for no change.
            query: The text of the new query; None for no change.
            sort: The new order, used unless the query sets an order; None for no change.
        """
        self._sort = sort or self._sort
        if query == "":
            self._query = ParsedQuery()
        elif query is not None:
            from tui_reader.search.parser import parse  # noqa: PLC0415 - a first frame without a filter needs no parser

            self._query = parse(query, self.settings.colours)
        term, shelf = self._query.while_typing, shelf or self._view.shelf
        self.library.catalogue.set_context(local_today(), self.settings.colours)
        usual = Sort.QUEUE if shelf is Shelf.UP_NEXT else self._sort
        self._view = View(shelf, term, sort_order(term) or usual)

    @property
    def pane(self) -> Pane:
        """The active pane; during a selection, the article pane."""
        return self._pane

    def set_pane(self, pane: Pane) -> bool:
        """Activate a pane.

        Returns:
            True if the article pane has become active.
        """
        entered = pane is Pane.ARTICLE and self._pane is not pane
        self._pane = pane
        return entered

    @property
    def shown(self) -> ArticleId | None:
        """The article in the article pane; None if the pane is empty."""
        return self._shown

    def set_shown(self, article: ArticleId | None) -> None:
        """Set the article of the article pane; this ends a comparison and resets `entered`."""
        if article != self._shown:
            self._entered = False
        self._comparison = None
        self._shown = article

    @property
    def entered(self) -> bool:
        """True if the shown article was opened, and not only previewed under the cursor."""
        return self._entered

    def set_entered(self, *, entered: bool) -> None:
        """Set `entered`: True if the shown article was opened, False if it is only previewed."""
        self._entered = entered

    @property
    def has_run_command(self) -> bool:
        """True if a command was run since the start; until then the cursor stays at the top of the list."""
        return self._commands_run > 0

    @property
    def commands_run(self) -> int:
        """Number of commands run since the start."""
        return self._commands_run

    def count_command(self) -> None:
        """Record that a command was run."""
        self._commands_run += 1

    @property
    def comparison(self) -> ComparisonDocument | None:
        """The comparison that the article pane shows instead of the text; None for the text."""
        return self._comparison

    def set_comparison(self, comparison: ComparisonDocument | None) -> None:
        """Set the comparison that the article pane shows; None if it shows the text."""
        self._comparison = comparison

    @property
    def annotation_counts(self) -> Sequence[str]:
        """The counts of the shown article's annotations for the first row: `4 highlights`, `2 notes`."""
        return self._annotation_counts

    def set_annotation_counts(self, counts: Sequence[str]) -> bool:
        """Replace the counts of annotations.

        Returns:
            True if the counts changed.
        """
        changed = counts != self._annotation_counts
        self._annotation_counts = counts
        return changed

    def on_text_shown(self, callback: Callable[[], None]) -> None:
        """Register a function to call after each change of the article pane's content: new text, more text, none."""
        self._text_shown.append(callback)

    def wait_for_text(self, callback: Callable[[], bool]) -> None:
        """Register a function like `on_text_shown`; it is removed after its first call that returns False."""
        self._waiting_for_text.append(callback)

    def notify_text_shown(self) -> None:
        """Call the functions registered by `on_text_shown` and `wait_for_text`, in order of registration."""
        for callback in self._text_shown:
            callback()
        self._waiting_for_text = [callback for callback in self._waiting_for_text if callback()]

    def headline(self, article: ArticleId | None) -> Headline | None:
        """Return the headline of an article; None if it is not in the library."""
        return None if article is None else next(iter(self.library.catalogue.rows([article])), None)

    @property
    def context(self) -> Pane:
        """The pane whose keys are active: the active pane, or the selection in the article."""
        article = getattr(self.panes, "article", None)  # the article pane does not exist before the screen is wired
        is_selecting = self.pane is Pane.ARTICLE and article is not None and article.selection.kind
        return Pane.SELECTION if is_selecting else self.pane

    def colour_name(self, colour: int) -> str:
        """Return the user's name for a colour."""
        return self.settings.colours[colour - 1]

    def label_of(self, keys: str, label: str) -> str:
        """Return the label of the hint for a key that continues an incomplete command.

        Args:
            keys: The key, such as `2`.
            label: The label in the command table; `colour` is replaced by the user's name of the colour `keys`.
        """
        return self.colour_name(int(keys)) if label == "colour" and keys in "12345" else label

    def help_of(self, command: Command) -> str:
        """Return the help of a command, with the user's names of colours."""
        name, _, number = command.id.partition("_")
        if name != "colour" or not number.isdecimal():
            return command.help
        return command.help.replace(f"colour {number}", self.colour_name(int(number)))

    @property
    def target(self) -> ArticleId | None:
        """The article on which commands act: the open article, else the article under the cursor."""
        if self.pane is Pane.ARTICLE and self.shown is not None:
            return self.shown
        return self.panes.headlines.current

    @property
    def targets(self) -> tuple[ArticleId, ...]:
        """The articles on which commands act: chosen articles if the list is active, else `target`."""
        chosen = self.panes.headlines.chosen if self.pane is Pane.LIST else ()
        return chosen or tuple(filter(None, (self.target,)))

    def say(self, message: str, *, bad: bool = False, seconds: float = MESSAGE_SECONDS) -> None:
        """Show a message in the last row for `seconds`, beside an open question, if any; `bad` marks it as an error."""
        if self.panes.prompt.question is not None:
            self.panes.prompt.remark(message)
            return
        self.panes.status.say(message, bad=bad, seconds=seconds)

    def refuse(self, message: str, *, offers_repeat: bool = False) -> None:
        """Show a message until the next key, such as why a key did nothing, or which keys may follow.

        Args:
            message: The message.
            offers_repeat: True if the key has only focused a sentence, and has its effect if typed again.
        """
        self.say(message)
        self.refusal, self.is_repeat_offered = message, offers_repeat

    def clear_refusal(self) -> None:
        """Remove the message of `refuse`, if it is still shown."""
        refused, self.refusal, self.is_repeat_offered = self.refusal, "", False
        if refused and self.panes.status.said == clean_line(refused):
            self.panes.status.say("")

    def say_also(self, message: str, *, instead_of: str = "") -> None:
        """Append a message to the last message if that is recent, see `StatusBar.say_also`.

        Args:
            message: The message.
            instead_of: The text of a message that is removed, because the new message replaces it.
        """
        if self.panes.prompt.question is not None:
            self.panes.prompt.remark(message)
        else:
            self.panes.status.say_also(message, instead_of=instead_of)

    def say_outcome(self, outcome: Outcome, *, undoable: bool = True) -> None:
        """Show the message about the outcome of a change, with the key for undo if `undoable`."""
        self.say(self.outcome_text(outcome, undoable=undoable))

    def outcome_text(self, outcome: Outcome, *, undoable: bool = True) -> str:
        """Return the message about the outcome of a change, with the key for undo if `undoable`."""
        self._undo_hint, self._can_undo = "", self._can_undo or outcome.undo
        parts = [outcome.message]
        if outcome.message and outcome.undo and self.library.read_only:
            parts.append("NOT saved: the library is read-only")
        if outcome.message and outcome.undo and undoable:
            self._undo_hint = f" · {self.keymap.hint('undo')} undoes"
            parts.append(self._undo_hint.removeprefix(" · "))
        return " · ".join(parts)

    @property
    def can_undo(self) -> bool:
        """True if a change was made that may still be undone."""
        return self._can_undo

    def undo_was_run(self, *, found: bool) -> None:
        """Record the result of undo for `can_undo`: `found` is True if a change was undone."""
        self._can_undo = found

    def drop_undo_hint(self, *, typing: bool = False) -> None:
        """Remove the key for undo from the message if the key has no effect now.

        Args:
            typing: True while keys are letters of a note, so that no key undoes; False if the keys of the active pane
                decide.
        """
        hint, said = self._undo_hint, self.panes.status.said
        if hint and said.endswith(hint) and (typing or not self.keymap.keys_of(BY_ID["undo"], self.context)):
            self.panes.status.say(said.removesuffix(hint))

    def with_place(self, outcome: Outcome, shown: ArticleId | None) -> Outcome:
        """Add the article's title to the message about an undone change of an annotation.

        Nothing is added if the article is shown, or if the message names it already.
        """
        headline = self.headline(outcome.ids[0]) if outcome.annotation and len(outcome.ids) == 1 else None
        if headline is None or headline.id == shown or outcome.message.endswith(quoted(headline.title)):
            return outcome
        return outcome._replace(message=f"{outcome.message} in {quoted(headline.title)}")

    def empty_lines(self, *, searching: str = "", is_typing: bool = False) -> Sequence[str]:
        """Return the lines of an empty headline list: the reason, and a possible remedy.

        Args:
            searching: The progress of searches that may still find articles; empty if none is running.
            is_typing: True if the query bar is open, which already says what is searched.
        """
        if self.scan is not None and not len(self.library.catalogue):
            return (self.scan_text(),)
        if not self.query.is_empty:
            from tui_reader.search.explanation import explain  # noqa: PLC0415 - not for the first frame; loaded with the query bar

            progress = list(filter(None, (self.scan_text(), searching and f"{searching[0].upper()}{searching[1:]}")))
            lines = ["No article matches yet", "", *progress] if progress else ["No article matches"]
            if is_typing:
                return lines
            lines += ["", f"searched: {explain(self.query.while_typing, self.settings.colours)}"]
            if self.view.shelf is not Shelf.INBOX:
                lines.append(f"in: {self.view.shelf}")
            if self.query.problem:
                lines.append(self.query.problem)
            return *lines, "", f"{self.keymap.hint('clear_filter')}  clear the filter"
        if len(self.library.catalogue):
            return {
                "unread": ("Everything is read",),
                "up next": ("Nothing is up next", "", f"{self.keymap.hint('up_next')}  put an article there"),
                "starred": ("Nothing is starred", "", f"{self.keymap.hint('star')}  star an article"),
                "annotated": ("Nothing is annotated",),
                "archive": ("The archive is empty", "", f"{self.keymap.hint('archive')}  archive an article"),
            }.get(self.view.shelf, ("The inbox is empty",))
        where = self.library.folders
        if not where:
            return "No articles", "", "Nothing that can be read was given."
        passed_over = self.library.passed_over
        return (
            "No articles yet",
            "",
            *((f"Passed over: {passed_over}", "") if passed_over else ()),
            f"Put articles, saved pages or books into {where[0]}",
            "They appear here by themselves.",
        )

    def scan_text(self) -> str:
        """Return the progress of the first scan: `Reading the folder … 1,200 of 5,000`; empty after the scan."""
        if self.scan is None:
            return ""
        done, total = self.scan
        count = len(self.library.folders)
        what = "the folder" if count == 1 else "the folders" if count else "the files"
        how_far = f" {done:,} of {total:,}" if total else f" {done:,} found" if done else ""
        return f"Reading {what} …{how_far}"


def is_off_list(state: ReadingScreenState) -> bool:
    """Return True if the open article is not in the list, as after a link, and the cursor has not moved since.

    Without previews the cursor moves while the article stays, so this is never true then.
    """
    return state.entered and state.settings.preview and state.shown not in state.panes.headlines.ids
