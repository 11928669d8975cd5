"""Save the state of the screen and the chosen theme for the next start of a library."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from tui_reader.config import Settings
    from tui_reader.services.library.library import Library
    from tui_reader.services.library.sessions import Opening, Session
    from tui_reader.tui.screens.reading.resumption import Resumption
    from tui_reader.tui.theme_selection import ThemeSelection


class SessionKeeper:
    """Loads the session of the last run, and saves the session of this run.

    Args:
        library: The open library.
        settings: The settings in effect; a theme named on the command line replaces that of the settings file.
        opening: Options for the start; None to neither restore nor save a session.
    """

    def __init__(self, library: Library, settings: Settings, opening: Opening | None) -> None:
        self._library, self._settings = library, settings
        self._keeps = opening is not None
        self.session: Session | None = None
        """The session to restore; None to start with the list."""
        if opening is not None and settings.resume and not opening.fresh:
            self.session = library.sessions.load()
        self._configured = (opening.configured_theme if opening is not None else "") or settings.theme
        """Theme of the settings file; `settings.theme` differs from it if the command line named a theme."""
        self._chosen = ""
        """The theme chosen in the program, now or in the last run; empty for the theme of the settings.

        The choice of the last run is dropped if the settings file now names another theme than during that run.
        """
        if self.session is not None and self.session.configured_theme == self._configured:
            self._chosen = self.session.theme

    def select_theme(self, selection: ThemeSelection) -> None:
        """Select the theme chosen in the last run, unless the command line names one or the settings file changed."""
        is_named_by_command_line = self._settings.theme != self._configured
        if not self._chosen or is_named_by_command_line:
            return
        selection.select(self._chosen)
        if selection.problem:  # the theme came from a theme file that no longer exists
            self._chosen = ""
            selection.select(self._settings.theme)

    def theme_chosen(self, name: str) -> None:
        """Record a theme that the user chose in the program."""
        self._chosen = name

    def settings_changed(self, settings: Settings) -> None:
        """Record changed settings, and drop the theme chosen in the program: that of the settings is used again."""
        self._settings, self._configured, self._chosen = settings, settings.theme, ""

    def keep(self, resumption: Resumption) -> None:
        """Save the session in a thread."""
        if self._keeps and self._settings.resume:
            # A daemon thread, so that a slow disk does not delay the end of the program.
            session = self._session_now(resumption)
            Thread(target=self._library.sessions.save, args=(session,), name="session", daemon=True).start()

    def keep_last(self, resumption: Resumption, *, has_failed: bool) -> None:
        """Save the session at the end; without the article if `has_failed`, since it may have caused the error."""
        if not self._keeps or not self._settings.resume:
            return
        session = self._session_now(resumption)
        if has_failed:
            session = session._replace(article=None, pane=Pane.LIST.value, zen=False)
        self._library.sessions.save(session, last=True)

    def _session_now(self, resumption: Resumption) -> Session:
        return resumption.session()._replace(theme=self._chosen, configured_theme=self._configured)
