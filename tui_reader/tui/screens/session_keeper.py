"""Keeps what the screen shows and the chosen theme for the next start of a library."""

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
    """Loads the session of the last end, and saves that of this one.

    Args:
        library: The open library.
        settings: The settings, with the theme that the command line names.
        opening: How to begin; None to restore and to keep nothing.
    """

    def __init__(self, library: Library, settings: Settings, opening: Opening | None) -> None:
        self._library, self._settings = library, settings
        self._keeps = opening is not None
        self.session: Session | None = None
        """The session to restore; None to begin with the list."""
        if opening is not None and settings.resume and not opening.fresh:
            self.session = library.sessions.load()
        self._configured = (opening.configured_theme if opening is not None else "") or settings.theme
        """Theme of the settings file."""
        self._chosen = ""
        """The theme that was chosen in the program, now or before the last end; empty for that of the settings."""
        if self.session is not None and self.session.configured_theme == self._configured:
            self._chosen = self.session.theme

    def select_theme(self, selection: ThemeSelection) -> None:
        """Select the theme of the last end, unless the settings have changed since or the command line names one."""
        if not self._chosen or self._settings.theme != self._configured:
            return
        selection.select(self._chosen)
        if selection.problem:  # it was of a theme file that is not loaded now
            self._chosen = ""
            selection.select(self._settings.theme)

    def theme_chosen(self, name: str) -> None:
        """Record the theme that was chosen in the program."""
        self._chosen = name

    def settings_changed(self, settings: Settings) -> None:
        """Record that other settings, and their theme, are in force."""
        self._settings, self._configured, self._chosen = settings, settings.theme, ""

    def keep(self, resumption: Resumption) -> None:
        """Save what is shown, in a thread."""
        if self._keeps and self._settings.resume:
            # A daemon thread, so that a slow disk does not hold up the end.
            session = self._session_now(resumption)
            Thread(target=self._library.sessions.save, args=(session,), name="session", daemon=True).start()

    def keep_last(self, resumption: Resumption, *, has_failed: bool) -> None:
        """Save what is shown at the end. After an error no article is kept, since it may be the cause."""
        if not self._keeps or not self._settings.resume:
            return
        session = self._session_now(resumption)
        if has_failed:
            session = session._replace(article=None, pane=Pane.LIST.value, zen=False)
        self._library.sessions.save(session, last=True)

    def _session_now(self, resumption: Resumption) -> Session:
        return resumption.session()._replace(theme=self._chosen, configured_theme=self._configured)
