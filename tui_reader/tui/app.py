"""The Textual app: start and end, the order in which keys are handled, themes and settings."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from tui_reader.tui import event_loop  # noqa: F401 - before Textual imports asyncio

# Textual's limit of frames per second, which is read once, at import. A key that follows a frame waits for up to two of
# these periods: 33 ms at Textual's 60, 8 ms at 240. While files are imported, a frame may come just before any key.
os.environ.setdefault("TEXTUAL_FPS", "1000")
# Milliseconds for which an escape character may begin a longer key, instead of 100: then the esc key is answered
# sooner.
os.environ.setdefault("ESCDELAY", "50")

from rich.console import COLOR_SYSTEMS
from textual import events
from textual.app import App
from textual.filter import Monochrome, NoColor
from textual.message import Message
from textual.reactive import Initialize, Reactive

from tui_reader import config, paths
from tui_reader.errors import ReaderError
from tui_reader.services.library.events import DocumentLoaded
from tui_reader.tui import theme as themes
from tui_reader.tui.commands.keymap import Keymap
from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.screens.joined_keys import joined
from tui_reader.tui.screens.key_screen import KeyScreen
from tui_reader.tui.screens.reading.screen import ReadingScreen
from tui_reader.tui.screens.session_keeper import SessionKeeper
from tui_reader.tui.terminal_input import InputParser, TerminalAnswered, TerminalClosed, key_name, patched_driver
from tui_reader.tui.terminal_query import BACKGROUND_QUESTION
from tui_reader.tui.theme_selection import ThemeSelection
from tui_reader.tui.widgets.bars import MOST_SECONDS
from tui_reader.tui.widgets.line_pane import FailureGuard

PAUSE_SECONDS = 2.0
"""Seconds without a key after which the middle generation of the garbage collector is collected."""
REST_SECONDS = 20.0
"""Seconds without a key after which all generations of the garbage collector are collected."""
HOLD_SECONDS = 1.0
"""Longest time in seconds for which keys are queued until the first article's text is shown."""

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from textual.driver import Driver
    from textual.screen import Screen
    from textual.theme import Theme

    from tui_reader.config import Settings
    from tui_reader.services.library.events import Event as LibraryEvent
    from tui_reader.services.library.library import Library
    from tui_reader.services.library.sessions import Opening
    from tui_reader.tui.terminal_query import TerminalQuestion


def _theme_at_start(app: Any) -> str:
    """Return the name of an app's initial theme. `app` is a `ReaderApp`; Textual declares the parameter as `Any`."""
    return str(app.theme_selection.name)


class LibraryEventMessage(Message):
    """An event of the library, posted from one of its threads."""

    def __init__(self, event: LibraryEvent) -> None:
        super().__init__()
        self.event = event


class ReaderApp(FailureGuard, App[None]):
    """The Textual app of the full-screen reader, which shows one library.

    Args:
        library: The open library. The app starts its threads; the caller closes it.
        settings: The current settings.
        warnings: Problems with the settings, shown at the start.
        config_path: The file that `edit_settings` opens; None for the default settings file.
        settings_options: `--config FILE` or `--no-config`; empty if the command line has neither.
        terminal: The queries sent to the terminal; None without queries.
        opening: Options for restoring the last session; None to start with the list and to save no session.
    """

    TITLE = "tui-reader"
    ENABLE_COMMAND_PALETTE = False
    MODES: ClassVar[dict[str, Any]] = {}
    CSS = """
    Input > .input--cursor { text-style: reverse; }
    """
    # The theme is set here: replacing it later parses every style sheet a second time, 5 ms.
    theme: Reactive[str] = Reactive(Initialize(_theme_at_start))

    def __init__(
        self,
        library: Library,
        settings: Settings,
        *,
        warnings: Sequence[str] = (),
        config_path: Path | None = None,
        settings_options: Sequence[str] = (),
        terminal: TerminalQuestion | None = None,
        opening: Opening | None = None,
    ) -> None:
        self.sessions = SessionKeeper(library, settings, opening)
        # Textual asks for the theme and the driver in its own __init__.
        self._terminal = terminal
        self.theme_selection = ThemeSelection(terminal.answers if terminal else None, settings.theme)
        self.sessions.select_theme(self.theme_selection)
        self._known_themes: dict[str, Theme | None] = {}
        """Cache of `get_theme`: themes reduced to the terminal's colours, by name; None if no theme has the name."""
        super().__init__()
        self.console._color_system = COLOR_SYSTEMS[self.theme_selection.depth]
        self.library, self.settings = library, settings
        self._config_path = config_path
        self.keys_in_force = Keymap(settings.keys)
        self._notices = [*warnings, *self.keys_in_force.warnings, *library.notices, *self.theme_selection.problem]
        self._filter_colours()
        session = self.sessions.session
        self.reading = ReadingScreen(self, library, settings, self.keys_in_force, session, as_page=opening is not None)
        self.reading.state.settings_options = tuple(settings_options)
        self._typed_ahead: list[events.Event] = []
        self._collected = 2
        """The highest garbage collector generation that was collected since the last key; 0 for none."""
        self._status = 0

    # Start and end

    def get_driver_class(self) -> type[Driver]:
        """Return the driver for this terminal, patched so that pastes and replies are never read as keys."""
        if self._terminal is not None:
            InputParser.answers, InputParser.typed_ahead = self._terminal.answers, self._terminal.keys
        return patched_driver(super().get_driver_class(), self._terminal)

    def get_default_screen(self) -> Screen[Any]:
        """Return the reading screen, the lowest screen of the stack."""
        return self.reading

    def on_ready(self) -> None:
        """Install the signal handlers, and schedule the rest of the start after the first frame."""
        import asyncio  # noqa: PLC0415 - `event_loop` must be imported before it

        # Without signals on this system, or outside the main thread, keys still quit the program.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in (signal.SIGTERM, signal.SIGHUP):
                # Scheduled after the keys typed before the signal, which may be words of a note.
                asyncio.get_running_loop().add_signal_handler(number, self.call_later, self._quit_for, number)
        # After a resume, the terminal shows other content, and Textual draws only changed rows.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Create the widgets that the first frame does not need, start the threads, and show the warnings.

        The garbage collector is off while the program loads (26 ms of 290 ms). Existing objects live until the end,
        so they are excluded from collection (`gc.freeze`).
        """
        if self._exit:
            return  # a signal came before the first frame; no widget can be mounted any more
        self.reading.wire()
        # A key interrupts reading and scanning threads within 1 ms instead of 5 ms.
        sys.setswitchinterval(0.001)
        self.library.start(self._post_library_event)
        self._restore()
        self._notices += self._rule_problems()
        if self._notices:
            self.reading.state.say(" · ".join(self._notices), seconds=MOST_SECONDS)
        gc.freeze()
        # Generation 0 takes half a millisecond, and is collected at once; generation 1, 6 to 16 ms, waits for a pause;
        # generation 2, 30 ms with 10,000 headlines, for rest. 2,000 times generation 0 is an hour without a pause.
        gc.set_threshold(2_000, 2_000, 1_000_000)
        gc.enable()
        self.set_interval(PAUSE_SECONDS, self._collect_when_idle)
        await self._take_typed_ahead()
        if self.reading.holds_keys:
            self.call_after_refresh(self._take_typed_ahead)
            self.set_timer(HOLD_SECONDS, self._stop_holding)

    async def _take_typed_ahead(self) -> None:
        """Handle the queued keys as soon as the screen for which they were typed is complete."""
        while self._typed_ahead and not self.reading.holds_keys:
            await self.on_event(self._typed_ahead.pop(0))

    async def _stop_holding(self) -> None:
        """Stop queueing keys: handle the queued keys even if the first text has not been read."""
        self.reading.resumption.stop_holding()
        await self._take_typed_ahead()

    def _restore(self) -> None:
        """Save as notes the drafts that a crashed run left, and add a notice about each to those of the start."""
        try:
            restored = self.library.drafts.restore()
        except ReaderError as error:
            self._notices.append(str(error))
            return
        for outcome in restored:
            self.reading.show_outcome(outcome)
            self._notices.append(self.reading.state.outcome_text(outcome))

    def _rule_problems(self) -> Sequence[str]:
        rules, colours = self.settings.rules, self.settings.colours
        return self.library.filing.problems(rules, colours) if rules else ()  # no rules, no import

    def _collect_when_idle(self) -> None:
        still = self.reading.idle_seconds()
        due = 2 if still >= REST_SECONDS else 1 if still >= PAUSE_SECONDS else 0
        if due > self._collected:
            gc.collect(due)
        self._collected = due

    def on_terminal_closed(self, _: TerminalClosed) -> None:
        """Quit because the terminal is gone, as for the signal that a program may have kept from this one."""
        self.call_later(self._quit_for, signal.SIGHUP)

    async def _quit_for(self, number: signal.Signals) -> None:
        """Quit because of a signal, with the exit status that shells expect: 128 plus the signal's number."""
        self._status = 128 + number
        await self.action_quit()

    async def action_quit(self) -> None:
        """Save the open note and the reading position, and quit. Textual also binds a key to this action."""
        if not self._status and self.reading.is_wired and self.reading.state.quit_guard.refuses("ctrl+q", self.say):
            return
        for screen in self.screen_stack:
            if isinstance(screen, KeyScreen):
                await screen.wait_for_note_keys()
                screen.finish_note()
        if self.reading.is_wired:
            self.reading.navigator.keep_place()
        self.exit(return_code=self._status)

    def keep_session(self) -> None:
        """Save the session (view, article, position) for the next start, in a thread."""
        self.sessions.keep(self.reading.resumption)

    def on_unmount(self) -> None:
        """Save the session (view, article, position) for the next start."""
        with suppress(Exception):  # the error that ended the app is reported, not an error here
            self.sessions.keep_last(self.reading.resumption, has_failed=self.failure is not None)

    def _handle_exception(self, error: Exception) -> None:
        """Save the open note before the app ends because of an error."""
        # Saving may fail with the same error again; only the first error is reported.
        with suppress(Exception):
            for screen in self.screen_stack:
                if isinstance(screen, KeyScreen):
                    screen.finish_note()
        super()._handle_exception(error)

    def _post_library_event(self, event: LibraryEvent) -> None:
        """Post an event to the app. Called from threads of the library; `post_message` is thread-safe."""
        if isinstance(event, DocumentLoaded) and event.id not in self.reading.awaited:
            # A text read ahead is not shown, and waking up the app would delay the next key by 1 ms.
            return
        self.post_message(LibraryEventMessage(event))

    async def on_library_event_message(self, message: LibraryEventMessage) -> None:
        """Handle an event of the library in the app's own thread."""
        self.reading.library_events.handle(message.event)
        await self._take_typed_ahead()
        if self.reading.holds_keys:  # the text may be there, but not laid out
            self.call_after_refresh(self._take_typed_ahead)

    @property
    def notices(self) -> Sequence[str]:
        """The warnings from the start, or from the last change of the settings."""
        return self._notices

    @property
    def failure(self) -> BaseException | None:
        """The exception that ended the app; None after a normal exit."""
        return self._exception

    def _print_error_renderables(self) -> None:
        """Print no traceback: the caller of the app logs `failure` and prints the path of the log."""
        self._exit_renderables.clear()

    def tell_failure(self, error: ReaderError) -> None:
        """Show the error of a failed key or event handler; the app continues."""
        self.say(str(error), bad=True)

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row of the active screen; `bad` marks it as an error."""
        screen = next((each for each in reversed(self.screen_stack) if isinstance(each, KeyScreen)), self.reading)
        screen.say(message, bad=bad)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Send each key to the active key screen first, unless text is being typed there.

        Each key is handled after all effects of the previous one, so that keys typed ahead act on the intended screen.
        Keys that arrive before the screen is complete are queued; text that is waiting is inserted at once.
        """
        if isinstance(event, events.InputEvent) and not event.is_forwarded and self.reading.holds_keys:
            self._typed_ahead.append(event)
            return
        if isinstance(event, events.Key) and isinstance(self.screen, Dialog):
            await self.screen.ready()
        if isinstance(event, events.Key) and self._is_escape_and_key(event):
            # The terminal sends esc and a quickly typed next key as one key with alt; both were typed.
            await self.on_event(events.Key("escape", "\x1b"))
            await self.on_event(events.Key(event.key.removeprefix("alt+"), event.character))
            return
        if isinstance(event, events.Key) and not event.is_forwarded:
            event = await joined(event, self, self._typed_ahead)
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(self.screen, KeyScreen):
            self.app_focus = True
            screen, typing = self.screen, self.screen.typing
            if screen.query_typing is not None and screen.is_typing_query:
                # The bar updates text, list and completions at once, so that a letter costs one frame.
                screen.query_typing.feed_key(event)
                screen.show_hints()
                return
            if typing is not None and typing.is_editing_key(event.key):
                await super().on_event(event)
                return
            if typing is not None:
                # Textual would run the effects after this handler returns, maybe after the next key.
                await typing.typed()
                typing.end_by(event.key)
                screen.show_hints()
                await screen.settle()
                return
            if screen.discards(event):
                return
            if screen.feed(key_name(event)):
                await screen.settle()
                return
            if event.key == "ctrl+c":
                screen.say(f"{self.keys_in_force.hint('quit')} quits")
                return
        await super().on_event(event)

    def _is_escape_and_key(self, event: events.Key) -> bool:
        """Return True if a key with alt is to be handled as esc and then the key without alt, since it is not bound."""
        if not event.key.startswith("alt+") or event.character is None or event.is_forwarded:
            return False
        if not isinstance(self.screen, KeyScreen) or self.screen.typing is not None or self.screen.is_typing_query:
            return True
        return not any(event.key in keys for keys in self.keys_in_force.of(self.screen.context))

    # Themes

    def get_css_variables(self) -> dict[str, str]:
        """Return the colours for style sheets and panes, reduced to 256 if the terminal has no more."""
        variables = super().get_css_variables()
        fitted = self.theme_selection.fitted(self.current_theme, variables)
        if fitted:
            variables |= fitted
            self.theme_variables = variables
        return variables

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return default shades and text colours for a theme that does not define them."""
        return themes.variable_defaults(self.current_theme)

    def get_theme(self, theme_name: str) -> Theme | None:
        """Return a theme by name, reduced to the colours of the terminal."""
        if theme_name not in self._known_themes:
            theme = super().get_theme(theme_name)
            # Textual calls this four times per frame.
            self._known_themes[theme_name] = theme and self.theme_selection.in_terminal(theme)
        return self._known_themes[theme_name]

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Every theme by its name."""
        return {**super().available_themes, **self.theme_selection.own}

    def theme_names(self) -> list[str]:
        """Return the names of all themes: those of this program first, then Textual's and the user's."""
        return self.theme_selection.names(self.available_themes)

    def use_theme(self, name: str) -> None:
        """Switch the app to a theme; without colours if NO_COLOR is set."""
        self._known_themes.clear()
        self.theme = self.theme_selection.select(name)
        self.sessions.theme_chosen(name)
        self._filter_colours()

    def on_terminal_answered(self, message: TerminalAnswered) -> None:
        """Adapt the colours to a reply of the terminal while the app is running."""
        if message.answers.mode_changed() and self._driver is not None:
            self._driver.write(BACKGROUND_QUESTION)
        self._known_themes.clear()
        theme = self.theme_selection.answered()
        if theme is None:
            return
        if theme != self.theme:
            self.theme = theme
        elif self.current_theme.ansi:
            self.mutate_reactive(ReaderApp.theme)
        self._filter_colours()

    def _filter_colours(self) -> None:
        """Install the filter of painted rows that removes all colours (NO_COLOR) or keeps 16 colours legible."""
        kinds = (Monochrome, NoColor) if self.no_color else themes.LegibilityFilter
        self._filters[:] = [each for each in self._filters if not isinstance(each, kinds)]
        if self.no_color:
            # Textual's grey filter still emits colour, and black on black with the terminal's own colours.
            self._filters.append(NoColor())
            return
        legible = self.theme_selection.line_filter(self.current_theme)
        if legible is not None:
            self._filters.append(legible)

    # Settings

    def edit_settings(self) -> None:
        """Open the settings in an external editor, and apply the settings that can change at run time."""
        from tui_reader.tui.screens.external_programs import editor_of, run_editor  # noqa: PLC0415 - only to edit the settings

        path = self._config_path or paths.config_dir() / "config.toml"
        state = self.reading.state
        editor = editor_of(self.settings.editor)
        if not editor:
            state.say(f"no editor is set: edit {path} and restart", bad=True)
            return
        try:
            if not path.exists():
                config.write_default(path)
            problem = run_editor(self, editor, path, "the settings are as they were")
            if problem:
                state.say(problem, bad=True)
                return
            settings, warnings = config.load(path)
        except ReaderError as error:
            state.say(str(error), bad=True)
            return
        keymap = Keymap(settings.keys)
        self.settings, self.keys_in_force = settings, keymap
        self.use_theme(settings.theme)
        self.sessions.settings_changed(settings)
        self._notices = [*warnings, *keymap.warnings, *self._rule_problems(), *self.theme_selection.problem]
        self.reading.apply_settings(settings, keymap)
        if self._config_path is None:
            state.settings_options = ()  # the settings of the configuration folder are in force now
        state.say(" · ".join(self._notices) or "settings reloaded", bad=bool(self._notices))
