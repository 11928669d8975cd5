"""The reading screen: three panes between two rows, and the commands that its keys run."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

from tui_reader.document.clean import clean_text
from tui_reader.tui.commands.command import Command, Pane
from tui_reader.tui.commands.table import BY_ID
from tui_reader.tui.screens.external_programs import Answered, edit_text, filtered
from tui_reader.tui.screens.key_screen import KeyScreen
from tui_reader.tui.screens.reading.events import EventHandlers
from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
from tui_reader.tui.screens.reading.layout import LEAST_HEIGHT, LEAST_WIDTH
from tui_reader.tui.screens.reading.pane_layout import PaneLayout
from tui_reader.tui.screens.reading.panes_container import PanesContainer
from tui_reader.tui.screens.reading.state import Panes, ReadingScreenState, local_today
from tui_reader.tui.widgets.bars import Divider, StatusBar, TopBar
from tui_reader.tui.widgets.headline_list import Density, HeadlineList
from tui_reader.tui.widgets.tag_sidebar import TagSidebar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui_reader.config import Settings
    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.model.ranges import Range
    from tui_reader.services.annotations.drafts import Draft
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library
    from tui_reader.tui.commands.binding import Handler
    from tui_reader.tui.commands.describe import Hint
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.screens.external_programs import Edited
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.changes import ChangesActions
    from tui_reader.tui.screens.reading.actions.highlights import HighlightActions
    from tui_reader.tui.screens.reading.actions.links import LinkActions
    from tui_reader.tui.screens.reading.actions.selection import SelectionActions
    from tui_reader.tui.screens.reading.reading_host import AnnotationsView, Program
    from tui_reader.tui.widgets.prompt import Prompt, Question

KEEP_PLACE_SECONDS = 2.0
"""How often it is looked whether the reading position is to be kept."""
NOTICE_SECONDS = 6.0
"""How long what was told at the start stays once a key has come."""
STILL_SECONDS = 1.0
"""How long no key may have come by then: the headline's share that has been read changes too, a frame more."""


class ReadingScreen(KeyScreen):
    """Owns the panes, and gives each command to the object that does it."""

    DEFAULT_CSS = """
    ReadingScreen {
        layout: vertical; background: $page;
        & > #panes { height: 1fr; background: $page; layers: base above; }
        & #sidebar { height: 100%; }
        & #panes > * { layer: base; }
        & #panes > #sidebar.-drawer { layer: above; dock: left; }
        & #headlines { height: 100%; }
        & #article { height: 100%; width: 1fr; }
        & > #too-small { display: none; width: 100%; height: 100%; content-align: center middle; color: $text-ink; }
        &.-too-small > * { display: none; }
        &.-too-small > #too-small { display: block; }
    }
    """

    navigator: ArticleNavigator
    """Shows articles in the article pane. This and the actions below exist once the screen is wired."""
    highlight_actions: HighlightActions
    selection_actions: SelectionActions
    link_actions: LinkActions
    changes_actions: ChangesActions

    def __init__(self, program: Program, library: Library, settings: Settings, keymap: Keymap) -> None:
        headlines = HeadlineList(library.catalogue.rows, local_today, id="headlines")
        headlines.set_density(Density(settings.density))
        panes = Panes(TopBar(id="top"), TagSidebar(id="sidebar"), headlines, StatusBar(id="status"))
        super().__init__(ReadingScreenState(library, settings, keymap, panes), panes.status)
        self._program, self.library = program, library
        self._divider = Divider(id="divider")
        self.listing = HeadlineListing(self.state)
        self.annotations: AnnotationsView | None = None
        self.pane_layout = PaneLayout(self, self._divider)
        self.library_events = EventHandlers(self)
        self._handlers: dict[str, Handler] = {}
        self._last_key = 0.0

    def compose(self) -> ComposeResult:
        """Yield what the first frame needs: first row, sidebar, headlines and last row; `wire` adds the rest."""
        panes = self.state.panes
        yield panes.top
        yield PanesContainer(self, self.pane_layout, panes.sidebar, panes.headlines, self._divider, id="panes")
        yield panes.status

    def on_mount(self) -> None:
        """Show what is known of the library; the rest is brought in by its own threads after the first frame."""
        self.listing.refresh()
        self.pane_layout.fit(self.app.size)
        self.state.panes.headlines.active = True
        self.show_hints()

    @property
    def is_wired(self) -> bool:
        """Whether everything is there."""
        return bool(self._handlers)

    @property
    def awaited(self) -> tuple[ArticleId | None, ...]:
        """Articles whose text is looked at or waited for; may be asked from any thread."""
        if not self.is_wired:
            return ()
        beside = self.annotations.awaited if self.annotations is not None else None
        return self.state.shown, self.navigator.expected, beside

    def wire(self) -> None:
        """Bring in the article pane, the prompt and the commands: a third of the program, that the first frame of a
        list can do without. Called once that frame is out, or by the first key.
        """
        if self.is_wired:
            return
        from tui_reader.tui.screens.reading.wiring import wire  # noqa: PLC0415 - see above

        wiring = wire(self, self.pane_layout, self._program)
        self.navigator, self.highlight_actions = wiring.navigator, wiring.highlight_actions
        self.selection_actions, self.link_actions = wiring.selection_actions, wiring.link_actions
        self.changes_actions, self._handlers = wiring.changes_actions, wiring.handlers
        panes = self.state.panes
        self.query_one("#panes").mount(panes.article)
        self.mount(panes.prompt)
        panes.article.display = self.pane_layout.shows_article
        self.navigator.show(panes.headlines.current)
        self.set_interval(KEEP_PLACE_SECONDS, self._keep_place_when_still)

    def still_for(self) -> float:
        """Seconds since the last key."""
        return time.monotonic() - self._last_key

    def _keep_place_when_still(self) -> None:
        if self.still_for() >= STILL_SECONDS:
            self.navigator.keep_place()

    # Keys

    def feed(self, key: str) -> bool:
        """Take a key that no input and no modal screen wanted; whether it meant anything."""
        if not self._last_key and self._status.said:
            # What was told at the start is in the help, too.
            self._status.silence_after(NOTICE_SECONDS)
        self._last_key = time.monotonic()
        self.state.forget_refusal()
        if self.link_actions.choosing:
            self.link_actions.feed(key)
            return True
        return super().feed(key)

    @property
    def context(self) -> Pane:
        """The pane whose keys hold."""
        return self.state.context

    def hints_of_now(self) -> Sequence[Hint]:
        """What to do with a highlight that is about to be put elsewhere, or with the changes that are shown."""
        return (*self.highlight_actions.attaching.hints(), *self.changes_actions.hints()) if self.is_wired else ()

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Run a command, in the active pane."""
        self.state.note_key()
        handler = self._handlers[command.id]
        handler(count, key) if command.takes_key else handler(count)

    def run_named(self, name: str) -> None:
        """Run a command from the palette, in the first pane where it works if it does not work in the active one."""
        command = BY_ID[name]
        if self.state.context not in command.panes:
            order = (Pane.ARTICLE, Pane.LIST, Pane.SIDEBAR, Pane.SELECTION)
            pane = next(pane for pane in order if pane in command.panes)
            if pane is Pane.ARTICLE:
                self.navigator.enter()
            self.pane_layout.activate(pane)
        self.run(command)

    @property
    def prompt(self) -> Prompt:
        """Where it asks."""
        return self.state.panes.prompt

    def say(self, message: str, *, bad: bool = False) -> None:
        """Say something on the last row."""
        self.state.say(message, bad=bad)

    def sheet_stands_before(self) -> Widget:
        """The sheet lies between the panes and the last row."""
        return self.state.panes.status

    def sheet_opened(self) -> None:
        """The panes have fewer rows now: what is written about stays in sight."""
        self.call_after_refresh(self.highlight_actions.reveal)

    def edit_outside(self, text: str, draft: Draft) -> Edited:
        """Have a text edited in the user's own editor."""
        return edit_text(self.app, self.state.settings.editor, text, draft)

    def run_outside(self, command: str, text: str) -> None:
        """Give a text to a command, aside, and show what it answers: a line on the last row, more on a page."""
        # A thread that the program need not wait for when it is left.
        Thread(target=lambda: self.post_message(Answered(command, *filtered(command, text))), daemon=True).start()

    def on_answered(self, event: Answered) -> None:
        """Show what a command answered."""
        command, answer = event.command, clean_text(event.answer).strip("\n")
        if "\n" in answer and self.app.screen is self:
            from tui_reader.tui.screens.output import Output  # noqa: PLC0415 - for the few who need it

            self.app.push_screen(Output(command, answer))
            self.state.say(event.problem, bad=True)
        else:
            self.state.say(
                " · ".join(filter(None, (event.problem, answer))) or f"{command}: done", bad=bool(event.problem)
            )

    def took(self, outcome: Outcome) -> bool:
        """Show what a verb did to annotations; whether it did anything."""
        return self.highlight_actions.took(outcome)

    def show_annotations(self, article: ArticleId | None) -> None:
        """Open the list of annotations, of an article or of the library."""
        from tui_reader.tui.screens.annotations.screen import AnnotationsScreen  # noqa: PLC0415 - not for the first frame

        self.navigator.keep_place()
        self.selection_actions.leave()
        screen = AnnotationsScreen(self, article, local_today)
        self.annotations = screen
        self.app.push_screen(screen)

    def close_annotations(self) -> None:
        """Put the list of annotations away."""
        if self.annotations is not None:
            self.annotations = None
            self.app.pop_screen()

    def go_to_annotation(self, annotation: Annotation, candidate: Range | None) -> None:
        """Open the article of an annotation at its place, or at one where it could belong."""
        self.pane_layout.activate(Pane.ARTICLE)
        self.highlight_actions.go_to(annotation, candidate)

    def ask(self, question: Question) -> None:
        """Ask on the last row."""
        self.state.panes.status.display = False
        self.state.panes.prompt.ask(question)

    def on_prompt_closed(self) -> None:
        """Bring the last row back."""
        self.state.panes.status.display = True

    def apply_settings(self, settings: Settings, keymap: Keymap) -> None:
        """Take over what can change while running: keys, measure, density, names of the colours, and how
        things are opened.
        """
        self.state.apply_settings(settings, keymap)
        self.take_keys(keymap)
        self.library.annotations.name_colours(settings.colours)
        self.state.panes.headlines.set_density(Density(settings.density))
        self.state.panes.article.set_measure(settings.measure)
        self.show_hints()

    def on_resize(self) -> None:
        """Arrange the panes anew."""
        width, height = self.app.size
        too_small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        if too_small and not self.query("#too-small"):
            from textual.content import Content  # noqa: PLC0415 - for the few who meet it
            from textual.widgets import Static  # noqa: PLC0415

            needs = f"Needs {LEAST_WIDTH} columns, {LEAST_HEIGHT} rows"
            self.mount(Static(Content(needs), id="too-small"))
        self.set_class(too_small, "-too-small")
        self.fit_sheet()
        self.pane_layout.fit(self.app.size)
