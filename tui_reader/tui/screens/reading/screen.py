"""The reading screen: three panes between a first and a last row."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

from tui_reader.document.cleaning import clean_text
from tui_reader.search.values import local_today
from tui_reader.tui.commands.command import Command, Pane
from tui_reader.tui.commands.command_texts import BOOK_HINTS, BROKEN_HINTS, Hint, chosen_hints
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.screens.key_screen import KeyScreen
from tui_reader.tui.screens.reading.bookmark_offer import BookmarkOffer
from tui_reader.tui.screens.reading.command_use import CommandUse
from tui_reader.tui.screens.reading.events import EventHandlers
from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
from tui_reader.tui.screens.reading.layout import LEAST_HEIGHT, LEAST_WIDTH
from tui_reader.tui.screens.reading.pane_layout import PaneLayout
from tui_reader.tui.screens.reading.panes_container import PanesContainer
from tui_reader.tui.screens.reading.resumption import Resumption
from tui_reader.tui.screens.reading.state import Panes, ReadingScreenState
from tui_reader.tui.widgets.bars import Divider, StatusBar, TopBar
from tui_reader.tui.widgets.headline_list import Density, HeadlineList
from tui_reader.tui.widgets.tag_sidebar import TagSidebar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.timer import Timer
    from textual.widget import Widget

    from tui_reader.config import Settings
    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.model.ranges import Range
    from tui_reader.services.annotations.drafts import Draft
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library
    from tui_reader.services.library.sessions import Session
    from tui_reader.tui.commands.binding import Handler
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.screens.external_programs import CommandFinished, Edited
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.changes import ChangesActions
    from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
    from tui_reader.tui.screens.reading.actions.links import LinkActions
    from tui_reader.tui.screens.reading.actions.query import QueryActions
    from tui_reader.tui.screens.reading.actions.selection import SelectionActions
    from tui_reader.tui.screens.reading.reading_host import AnnotationsView, Program
    from tui_reader.tui.widgets.prompt import Prompt, Question

COUNT_SECONDS = 0.08
"""Seconds between a change and the counting of saved searches, so that all are shown after 0.15 seconds."""
LISTED_SECONDS = 0.03
"""Seconds between a change and the counting of the sources and tags of a long list."""
KEEP_PLACE_SECONDS = 2.0
"""Seconds between two checks for an unsaved reading position."""
STILL_SECONDS = 1.0
"""Seconds without a key before the position is saved, which costs a frame."""


class ReadingScreen(KeyScreen):
    """The reading screen: it creates the panes, and dispatches each command to its handler.

    It has more than 25 public methods because it inherits 19 for keys and notes from KeyScreen, and is the host of its
    actions, its event handlers and the list of annotations.
    """

    DEFAULT_CSS = """
    ReadingScreen {
        layout: vertical; background: $page; overflow: hidden; layers: base over;
        & > #panes { height: 1fr; background: $page; layers: base above; }
        & #sidebar { height: 100%; }
        & #panes > * { layer: base; }
        & #panes > #sidebar.-drawer { layer: above; dock: left; }
        & #panes > #bookmarks { layer: above; dock: bottom; width: 100%; }
        & #headlines { height: 100%; }
        & #article { height: 100%; width: 1fr; }
        & > #too-small {
            display: none; width: 100%; height: 100%; content-align: center middle; color: $text-ink;
            layer: over; background: $page;
        }
        &.-too-small > * { display: none; }
        &.-too-small > #too-small { display: block; }
    }
    """

    navigator: ArticleNavigator
    """Shows articles in the article pane. This object and the actions below exist once the screen is wired."""
    highlight_actions: HighlightActions
    selection_actions: SelectionActions
    link_actions: LinkActions
    changes_actions: ChangesActions
    query_actions: QueryActions

    def __init__(
        self,
        program: Program,
        library: Library,
        settings: Settings,
        keymap: Keymap,
        session: Session | None = None,
        *,
        as_page: bool = False,
    ) -> None:
        """Create the panes of the first frame.

        Args:
            program: The app.
            library: The open library.
            settings: The current settings.
            keymap: The current keymap.
            session: The session to restore; None to start with the list.
            as_page: True to begin in the article that the command line names, if it names exactly one.
        """
        headlines = HeadlineList(library.catalogue.rows, local_today, id="headlines")
        headlines.set_density(Density(settings.density))
        panes = Panes(TopBar(id="top"), TagSidebar(id="sidebar"), headlines, StatusBar(id="status"))
        super().__init__(ReadingScreenState(library, settings, keymap, panes), panes.status)
        self._program, self.library = program, library
        self._divider = Divider(id="divider")
        self.listing = HeadlineListing(self.state)
        self.annotations: AnnotationsView | None = None
        self.pane_layout = PaneLayout(self, self._divider)
        self.resumption = Resumption(self, self.pane_layout, session, as_page=as_page)
        self.library_events = EventHandlers(self)
        self._situation = CommandUse(self)
        self._handlers: dict[str, Handler] = {}
        self._last_key = 0.0
        self._count_timer: Timer | None = None
        self._is_counting = False

    def compose(self) -> ComposeResult:
        """Yield the widgets of the first frame: first row, sidebar, headlines, last row; `wire` adds the rest."""
        panes = self.state.panes
        yield panes.top
        yield PanesContainer(self, self.pane_layout, panes.sidebar, panes.headlines, self._divider, id="panes")
        yield panes.status

    def on_mount(self) -> None:
        """Show the articles of the last run; the library's threads add more after the first frame."""
        self.listing.show_searches()
        self.resumption.prepare()
        self.pane_layout.fit(self.app.size)
        self.state.panes.sidebar.active = self.state.pane is Pane.SIDEBAR
        self.state.panes.headlines.active = self.state.pane is Pane.LIST
        self.show_hints()

    @property
    def is_wired(self) -> bool:
        """True if the article pane, the prompt and the actions exist."""
        return bool(self._handlers)

    @property
    def holds_keys(self) -> bool:
        """True while keys are queued until the actions and the first article's text exist."""
        return not self.is_wired or (self.resumption.holds_keys and self.resumption.awaits_text)

    @property
    def awaited(self) -> tuple[ArticleId | None, ...]:
        """The articles whose texts are shown or loading. Thread-safe."""
        if not self.is_wired:
            return ()
        in_list = self.annotations.awaited if self.annotations is not None else None
        return self.state.shown, self.navigator.expected, in_list

    def wire(self) -> None:
        """Create the article pane, the prompt and the actions; later calls have no effect.

        Their modules are a third of the program's code. Called after the first frame, which does not need them.
        """
        if self.is_wired:
            return
        from tui_reader.tui.screens.reading.wiring import wire  # noqa: PLC0415 - see above

        wiring = wire(self, self.pane_layout, self._program)
        self.navigator, self.highlight_actions = wiring.navigator, wiring.highlight_actions
        self.selection_actions, self.link_actions = wiring.selection_actions, wiring.link_actions
        self.changes_actions, self._handlers = wiring.changes_actions, wiring.handlers
        self.query_actions = wiring.query_actions
        self.query_typing = wiring.query_actions.typing
        panes = self.state.panes
        self._bookmark_offer = BookmarkOffer(self, self.query_one("#panes").mount)
        self.query_one("#panes").mount(panes.article)
        self.mount(panes.prompt)
        panes.article.display = self.pane_layout.shows_article
        self.resumption.begin()
        self.set_interval(KEEP_PLACE_SECONDS, self._keep_place_when_still)
        self.listing.on_counts_stale = self._count_soon
        self._count_soon()

    def idle_seconds(self) -> float:
        """Return the seconds since the last key."""
        return time.monotonic() - self._last_key

    def _count_soon(self) -> None:
        """Schedule counts of the list's sources and tags, then of saved searches; restarts the delay."""
        if self._count_timer is not None:
            self._count_timer.stop()
        self._is_counting = False
        pause = LISTED_SECONDS if self.listing.listed_counts.uncounted is not None else COUNT_SECONDS
        self._count_timer = self.set_timer(pause, self._count_some)

    def _count_some(self) -> None:
        """Count a slice of the list or one saved search; the next turn of the event loop continues."""
        listed, searches = self.listing.listed_counts, self.library.search_counts
        if listed.is_stale:
            listed.count_slice()
            if listed.is_stale:
                self._count_timer = self.set_timer(0.001, self._count_some)
                return
            self.listing.show_counts()
            self._count_timer = self.set_timer(COUNT_SECONDS - LISTED_SECONDS, self._count_some)
            return
        if not self._is_counting:
            searches.invalidate()
        self._is_counting = searches.count_next(self.state.settings.colours)
        if self._is_counting:
            self._count_timer = self.set_timer(0.005, self._count_some)
        else:
            self._count_timer = None
            self.listing.show_searches()

    def _keep_place_when_still(self) -> None:
        if self.idle_seconds() >= STILL_SECONDS:
            self.navigator.keep_place()
            self._program.keep_session()

    # Keys

    def feed(self, key: str) -> bool:
        """Handle a key as a link hint, or else as part of a command.

        Returns:
            True if the key was consumed.
        """
        self._last_key = time.monotonic()
        self.state.clear_refusal()
        if self._bookmark_offer.waiting is not None and self._bookmark_offer.feed(key):
            return True
        if self.link_actions.hints and self.link_actions.is_choosing():
            self.link_actions.feed(key)
            return True
        return super().feed(key)

    def show_hints(self) -> None:
        """Show hints for useful keys, and the bookmarks while a bookmark's letter is expected."""
        super().show_hints()
        self._offer_bookmarks()

    def _offer_bookmarks(self) -> None:
        if self.is_wired and self._sequencer.taker is not self._bookmark_offer.waiting:
            self._bookmark_offer.follow(self._sequencer.taker)

    @property
    def context(self) -> Pane:
        """The pane whose keys are active."""
        return self.state.context

    def _usual_hints(self) -> Sequence[Hint]:
        """Return the hints of the active pane; in the article pane, those for a book, or for a file with an error."""
        if self.is_wired and self.context is Pane.ARTICLE:
            article = self.state.panes.article
            if article.document is not None and article.document.error:
                return chosen_hints(self._keymap, BROKEN_HINTS)
            if article.viewport.page is not None and article.viewport.page.heads is not None:
                return chosen_hints(self._keymap, BOOK_HINTS)
        return super()._usual_hints()

    def pending_hints(self) -> Sequence[Hint]:
        """Return the hints for an annotation to be attached, for a comparison, and for chosen articles."""
        if not self.is_wired:
            return ()
        if self.state.panes.headlines.chosen_count and self.state.pane is Pane.LIST:
            end = self._keymap.hint("choose_articles") or self._keymap.hint("back")
            return (Hint(end, "ends"),)
        attaching = self.highlight_actions.attaching
        hints: list[Hint] = []
        if attaching.pending is not None:
            hints += attaching.hints()
        if self.state.comparison is not None:
            hints += self.changes_actions.hints()
        return hints

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Run a command in the active pane."""
        self._offer_bookmarks()  # a typed letter ends the offer before the command shows its effect
        self.state.count_command()
        chosen = self.state.panes.headlines.chosen_count
        with self._discarding_words_of(command):
            if self.state.shown is None and not self.state.panes.headlines.ids and command.needs_article:
                self.state.refuse("there is no article here")
                return
            handler = self._handlers[command.id]
            handler(count, key) if command.takes_key else handler(count)
        if chosen or self.state.panes.headlines.chosen_count:
            self.show_hints()

    def run_named(self, name: str, count: int | None = None, key: str = "") -> None:
        """Run the command with this id.

        If the command does not work in the active pane, first activate a pane where it works.
        """
        command = BY_ID[name]
        if self.state.context not in command.panes:
            order = (Pane.ARTICLE, Pane.LIST, Pane.SIDEBAR, Pane.SELECTION)
            pane = next(pane for pane in order if pane in command.panes)
            if pane is Pane.ARTICLE:
                self.navigator.enter()
            self.pane_layout.activate(pane)
        self.run(command, count, key)

    @property
    def prompt(self) -> Prompt:
        """The widget that asks questions on this screen."""
        return self.state.panes.prompt

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row; `bad` marks it as an error."""
        self.state.say(message, bad=bad)

    def widget_below_sheet(self) -> Widget:
        """The widget above which the note sheet is mounted: the last row."""
        return self.state.panes.status

    def sheet_opened(self) -> None:
        """Scroll the highlight under the cursor into view, because the sheet has taken rows from the panes."""
        self.call_after_refresh(self.highlight_actions.reveal)

    def edit_outside(self, text: str, draft: Draft) -> Edited:
        """Let the user edit a note in an external editor."""
        from tui_reader.tui.screens.external_programs import edit_text  # noqa: PLC0415 - not for the first frame

        return edit_text(self.app, self.state.settings.editor, text, draft)

    def run_outside(self, command: str, text: str, name: str = "") -> None:
        """Pipe a text through a shell command in a thread, and show the output: one line in the last row, more as a
        page.
        """
        from tui_reader.tui.screens.external_programs import CommandFinished, pipe_through  # noqa: PLC0415 - as above

        # A daemon thread, so that quitting the program does not wait for the command.
        Thread(
            target=lambda: self.post_message(CommandFinished(name or command, *pipe_through(command, text, name))),
            daemon=True,
        ).start()

    def on_command_finished(self, event: CommandFinished) -> None:
        """Show the output of a shell command."""
        command, answer = event.command, clean_text(event.answer).strip("\n")
        shown = self.annotations or self
        if "\n" in answer and self.app.screen is shown:
            from tui_reader.tui.screens.output import Output  # noqa: PLC0415 - most commands print one line or none

            self.app.push_screen(Output(command, answer))
            shown.say(event.problem, bad=True)
        else:
            shown.say(" · ".join(filter(None, (answer, event.problem))) or f"{command}: done", bad=bool(event.problem))

    def show_outcome(self, outcome: Outcome) -> bool:
        """Show the outcome of a change of annotations.

        Returns:
            True if the outcome has a message.
        """
        return self.highlight_actions.show_outcome(outcome)

    def show_annotations(self, article: ArticleId | None) -> None:
        """Open the list of annotations of an article; None for the whole library."""
        from tui_reader.tui.screens.annotations.screen import AnnotationsScreen  # noqa: PLC0415 - not for the first frame

        self.navigator.keep_place()
        self.selection_actions.leave()
        screen = AnnotationsScreen(self, article, local_today)
        self.annotations = screen
        self.app.push_screen(screen)

    def close_annotations(self) -> None:
        """Close the list of annotations."""
        if self.annotations is not None:
            self.annotations = None
            self.app.pop_screen()

    def go_to_annotation(self, annotation: Annotation, candidate: Range | None) -> None:
        """Show an annotation in its article, at its position, or else at `candidate` (None without candidates)."""
        self.pane_layout.activate(Pane.ARTICLE)
        self.highlight_actions.go_to(annotation, candidate)

    def ask(self, question: Question) -> None:
        """Ask a question in the last row."""
        self.state.panes.status.display = False
        self.state.panes.prompt.ask(question)

    def on_prompt_closed(self) -> None:
        """Show the status in the last row again."""
        self.state.panes.status.display = True

    def apply_settings(self, settings: Settings, keymap: Keymap) -> None:
        """Apply the settings that can change at run time: keys, measure, density, colour names."""
        self.state.apply_settings(settings, keymap)
        self.use_keymap(keymap)
        self.library.annotations.name_colours(settings.colours)
        self.state.panes.headlines.set_density(Density(settings.density))
        self.state.panes.article.set_measure(settings.measure)
        self.show_hints()

    def on_resize(self) -> None:
        """Arrange the panes for the new size of the terminal."""
        width, height = self.app.size
        too_small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        if too_small and not self.query("#too-small"):
            from textual.content import Content  # noqa: PLC0415 - only in a tiny terminal
            from textual.widgets import Static  # noqa: PLC0415 - as above

            needs = f"Needs {LEAST_WIDTH} columns, {LEAST_HEIGHT} rows"
            self.mount(Static(Content(needs), id="too-small"))
        self.set_class(too_small, "-too-small")
        self.fit_sheet()
        self.pane_layout.fit(self.app.size)
