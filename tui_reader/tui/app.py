"""The app: themes, the keys' one way in, and the outermost things a program must see to."""

from __future__ import annotations

import gc
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

# Textual paints at most this often in a second and reads it once, at import: at its own 60 a key that follows a frame
# waits up to 16.7 ms for the next one, at 240 up to 4.2 ms.
os.environ.setdefault("TEXTUAL_FPS", "240")
# Milliseconds for which an escape character may begin a longer key, instead of 100: then esc is answered.
os.environ.setdefault("ESCDELAY", "50")

from textual import events
from textual.app import App
from textual.filter import Monochrome, NoColor
from textual.message import Message
from textual.reactive import Initialize, Reactive
from textual.theme import BUILTIN_THEMES

from tui_reader import config, paths
from tui_reader.errors import ReaderError
from tui_reader.services.library.events import DocumentLoaded
from tui_reader.tui import theme as themes
from tui_reader.tui.commands.keymap import Keymap
from tui_reader.tui.screens.external_programs import editor_of, run_editor
from tui_reader.tui.screens.key_screen import KeyScreen
from tui_reader.tui.screens.reading.screen import ReadingScreen
from tui_reader.tui.terminal_input import read_input_so
from tui_reader.tui.widgets.failures import FailureGuard

PAUSE_SECONDS = 2.0
"""How long no key has come when the collector looks at what is not quite young."""
REST_SECONDS = 20.0
"""How long no key has come when the collector looks at all that there is."""
NOTICE_SECONDS = 20.0
"""How long what is to be told at the start stays, if no other message takes its place."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.driver import Driver
    from textual.screen import Screen
    from textual.theme import Theme

    from tui_reader.config import Settings
    from tui_reader.services.library.events import Event as LibraryEvent
    from tui_reader.services.library.library import Library


def _theme_at_start(app: Any) -> str:
    """The theme that an app is made with; Textual asks by way of any object."""
    return str(app.theme_at_start)


class LibraryTold(Message):
    """Something happened in a thread of the library."""

    def __init__(self, event: LibraryEvent) -> None:
        super().__init__()
        self.event = event


class ReaderApp(FailureGuard, App[None]):
    """Reads a library.

    Args:
        library: The library, opened; the app starts it, whoever opened it closes it.
        settings: The settings in force.
        warnings: What was wrong with them, to be told.
        config_path: File that the settings are edited in; None for the one in the configuration folder.
    """

    TITLE = "tui-reader"
    ENABLE_COMMAND_PALETTE = False
    MODES: ClassVar[dict[str, Any]] = {}
    CSS = """
    Input > .input--cursor { text-style: reverse; }
    """
    # Right from the beginning: a theme that is taken later parses every style sheet a second time, 5 ms.
    theme: Reactive[str] = Reactive(Initialize(_theme_at_start))

    def __init__(
        self,
        library: Library,
        settings: Settings,
        *,
        warnings: Sequence[str] = (),
        config_path: Path | None = None,
    ) -> None:
        # Textual asks for the theme while it makes the app.
        self._own_themes = {each.name: each for each in themes.own_themes()}
        self.theme_at_start, problem = self._find_theme(settings.theme)
        if themes.has_few_colours():
            # In 16 colours all tints of paper are one grey.
            self.theme_at_start = themes.TERMINAL_THEME
        self._fitted: dict[str, dict[str, str]] = {}
        """Tones of themes in 256 colours, by the name of the theme."""
        super().__init__()
        self.library, self.settings = library, settings
        self._config_path = config_path
        self.keys_in_force = Keymap(settings.keys)
        self._notices = [*warnings, *self.keys_in_force.warnings, *library.notices, *problem]
        self._obey_no_color()
        self.reading = ReadingScreen(self, library, settings, self.keys_in_force)
        self._typed_ahead: list[events.Event] = []
        self._tidied = 2
        """Generation that the collector looked at in this pause, 0 for none; before the first key there is no work."""
        self._status = 0

    # Life

    def get_driver_class(self) -> type[Driver]:
        """The driver for this terminal, whose pastes are text and nothing else."""
        driver = super().get_driver_class()
        read_input_so(driver)
        return driver

    def get_default_screen(self) -> Screen[Any]:
        """The reading screen lies below all others."""
        return self.reading

    def on_ready(self) -> None:
        """Listen to signals, and do all else once the first frame is out."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            try:
                self._loop_signal(number)
            except (NotImplementedError, RuntimeError, ValueError):
                # No signals on this system, or not the main thread: the terminal's own way out remains.
                break
        # A shell that lets the program go on leaves another screen behind, and Textual draws only what has changed.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        """Bring in what the first frame did without, let the library's threads begin, tell what is to be told.

        The collector is off while the program is being loaded (26 ms of 290); all that lives now will live on.
        """
        self.reading.wire()
        # Reading and scanning threads give way to a key within a millisecond, not five.
        sys.setswitchinterval(0.001)
        self.library.start(self._library_told)
        self._restore()
        if self._notices:
            self.reading.state.say(" · ".join(self._notices), seconds=NOTICE_SECONDS)
        gc.freeze()
        # The youngest objects in half a millisecond; those that outlive that, which take 6 to 16 ms, in a pause; all,
        # which take 30 ms with 10,000 headlines, at rest. Two thousand times the first is an hour without a pause.
        gc.set_threshold(2_000, 2_000, 1_000_000)
        gc.enable()
        self.set_interval(PAUSE_SECONDS, self._tidy_at_rest)
        while self._typed_ahead:
            await self.on_event(self._typed_ahead.pop(0))

    def _restore(self) -> None:
        """Save the notes that were being written when a window of this library died."""
        try:
            restored = self.library.drafts.restore()
        except ReaderError as error:
            self._notices.append(str(error))
            return
        for outcome in restored:
            self.reading.took(outcome)
            self._notices.append(self.reading.state.told(outcome))

    def _tidy_at_rest(self) -> None:
        still = self.reading.still_for()
        due = 2 if still >= REST_SECONDS else 1 if still >= PAUSE_SECONDS else 0
        if due > self._tidied:
            gc.collect(due)
        self._tidied = due

    def _loop_signal(self, number: signal.Signals) -> None:
        import asyncio  # noqa: PLC0415 - Textual has loaded it by now

        # After the keys that were typed before it, which may be words of a note.
        asyncio.get_running_loop().add_signal_handler(number, self.call_later, self._quit_for, number)

    async def _quit_for(self, number: signal.Signals) -> None:
        """Leave for a signal, with the exit status that shells give to whom it ends."""
        self._status = 128 + number
        await self.action_quit()

    async def action_quit(self) -> None:
        """Leave, with the note that is being written and the place kept; Textual binds a key to it, too."""
        for screen in self.screen_stack:
            if isinstance(screen, KeyScreen):
                await screen.note_typed()
                screen.finish_note()
        if self.reading.is_wired:
            self.reading.navigator.keep_place()
        self.exit(return_code=self._status)

    def _handle_exception(self, error: Exception) -> None:
        """Keep the note that is being written, before the app ends for an error."""
        # What is broken may break here once more, and the first error is the one to be told.
        with suppress(Exception):
            for screen in self.screen_stack:
                if isinstance(screen, KeyScreen):
                    screen.finish_note()
        super()._handle_exception(error)

    def _library_told(self, event: LibraryEvent) -> None:
        """Called from threads of the library; `post_message` is made for that."""
        if isinstance(event, DocumentLoaded) and event.id not in self.reading.awaited:
            # Read ahead: nobody looks at it yet, and waking the screen up costs the next key a millisecond.
            return
        self.post_message(LibraryTold(event))

    def on_library_told(self, message: LibraryTold) -> None:
        """Take the event in on the app's own thread."""
        self.reading.library_events.handle(message.event)

    @property
    def notices(self) -> Sequence[str]:
        """What was to be told at the start, or of the settings since."""
        return self._notices

    @property
    def failure(self) -> BaseException | None:
        """What ended the app although it should not have; None where nothing did."""
        return self._exception

    def _print_error_renderables(self) -> None:
        """Print no traceback: whoever runs the app looks at `failure`, writes it down and says where."""
        self._exit_renderables.clear()

    def tell_failure(self, error: ReaderError) -> None:
        """Say with which error a key or an event ended; the reader goes on."""
        screen = next((each for each in reversed(self.screen_stack) if isinstance(each, KeyScreen)), self.reading)
        screen.say(str(error), bad=True)

    # Keys

    async def on_event(self, event: events.Event) -> None:
        """Give every key to a screen of commands first, unless something is being typed on it.

        Here keys come one after the other, each after the last one's effects, so that typed-ahead keys find the screen
        they were meant for. What comes before there is anything to do it waits for that.
        """
        if isinstance(event, events.InputEvent) and not event.is_forwarded and not self.reading.is_wired:
            self._typed_ahead.append(event)
            return
        if isinstance(event, events.Key) and self._is_two(event):
            # Whoever types esc and the next key quickly, or through a slow line, has typed both.
            await self.on_event(events.Key("escape", "\x1b"))
            await self.on_event(events.Key(event.key.removeprefix("alt+"), event.character))
            return
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(self.screen, KeyScreen):
            self.app_focus = True
            screen, typing = self.screen, self.screen.typing
            if typing is not None and typing.takes(event.key):
                await super().on_event(event)
                return
            if typing is not None:
                # Textual would run these once the input has passed them on; the next key would not wait for it.
                await typing.typed()
                typing.ended(event.key)
                screen.show_hints()
                await screen.settle()
                return
            if screen.drops(key_name(event)):
                return
            if screen.feed(key_name(event)):
                await screen.settle()
                return
            if event.key == "ctrl+c":
                screen.say(f"{self.keys_in_force.hint('quit')} quits")
                return
        await super().on_event(event)

    def _is_two(self, event: events.Key) -> bool:
        """Whether a character with alt is esc and that character: where nobody has bound it."""
        if not event.key.startswith("alt+") or event.character is None or event.is_forwarded:
            return False
        if not isinstance(self.screen, KeyScreen) or self.screen.typing is not None:
            return True
        return not any(event.key in keys for keys in self.keys_in_force.of(self.screen.context))

    # Themes

    def get_css_variables(self) -> dict[str, str]:
        """What style sheets and panes paint with; in 256 colours, tones that the terminal can tell apart."""
        variables, theme = super().get_css_variables(), self.current_theme
        if self.console.color_system == "256" and not theme.ansi:
            if theme.name not in self._fitted:
                from tui_reader.tui.palette import fitted  # noqa: PLC0415 - 10 ms, for the terminals that need it

                self._fitted[theme.name] = fitted(variables)
            variables |= self._fitted[theme.name]
            self.theme_variables = variables
        return variables

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tones and inks for a theme that has none of its own."""
        return themes.variable_defaults(self.current_theme)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Every theme by its name."""
        return {**super().available_themes, **self._own_themes}

    def theme_names(self) -> list[str]:
        """Themes to choose from, our own first."""
        own = [theme.name for theme in themes.own_themes()]
        return own + sorted(name for name in self.available_themes if name not in own)

    def use_theme(self, name: str) -> None:
        """Take a theme, and see to it that NO_COLOR is still obeyed in it."""
        self.theme = name
        self._obey_no_color()

    def _obey_no_color(self) -> None:
        if self.no_color:
            # Textual's grey filter is still colour, and black on black with the terminal's own ones.
            self._filters[:] = [each for each in self._filters if not isinstance(each, Monochrome | NoColor)]
            self._filters.append(NoColor())

    def _find_theme(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The theme of the settings, a name or the path of a theme file seen from the configuration folder.

        Returns:
            The theme's name, and what was wrong with it, if anything.
        """
        if name in self._own_themes or name in BUILTIN_THEMES:
            return name, ()
        try:
            own = themes.load_theme(paths.config_dir() / Path(name).expanduser())
        except ReaderError as error:
            return themes.DEFAULT_THEME, (str(error),)
        self._own_themes[own.name] = own
        return own.name, ()

    # Settings

    def edit_settings(self) -> None:
        """Open the settings in the user's editor, and take over what can be taken over while running."""
        path = self._config_path or paths.config_dir() / "config.toml"
        state = self.reading.state
        editor = editor_of(self.settings.editor)
        if not editor:
            state.say(f"no editor is set: change {path} by any means, and start anew", bad=True)
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
        name, wrong = self._find_theme(settings.theme)
        self._notices = [*warnings, *keymap.warnings, *wrong]
        self.use_theme(name)
        self.reading.apply_settings(settings, keymap)
        state.say(" · ".join(self._notices) or "settings taken over", bad=bool(self._notices))


def key_name(event: events.Key) -> str:
    """The name of a key in the command table: what it prints where it prints something, else Textual's name."""
    if event.is_printable and event.character and "+" not in event.key and event.key != "space":
        return event.character
    return event.key
