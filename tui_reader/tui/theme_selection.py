"""The choice of the theme, and its colours in this terminal: all colours, 256 or 16, light or dark."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.theme import BUILTIN_THEMES

from tui_reader import paths
from tui_reader.errors import ReaderError
from tui_reader.tui import theme as themes
from tui_reader.tui.terminal_query import TerminalAnswers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.filter import LineFilter
    from textual.theme import Theme

    from tui_reader.tui.terminal_palette import Sixteen

AUTO = "auto"
"""Name in the settings for the theme that fits the terminal."""


class ThemeSelection:
    """Finds themes by name, and reduces their colours to the terminal's colours.

    Args:
        answers: The known properties of the terminal; may change while the program runs.
        wanted: The theme of the settings.
    """

    def __init__(self, answers: TerminalAnswers | None, wanted: str) -> None:
        self.answers = answers or TerminalAnswers.of(os.environ)
        self.depth = self.answers.depth
        """Number of colours in use, one of `terminal_query.DEPTHS`."""
        self._own = {each.name: each for each in themes.own_themes()}
        self._fitted: dict[str, dict[str, str]] = {}
        self._sixteen: dict[str, Theme] = {}
        self._state = self._known()
        self._is_automatic = True
        self.problem: tuple[str, ...] = ()
        """At most one message: why the theme that the settings name cannot be used."""
        self.name = self.select(wanted)

    @property
    def own(self) -> Mapping[str, Theme]:
        """The themes of this program and those of the theme files loaded so far, by name."""
        return self._own

    @property
    def has_few(self) -> bool:
        """True if the terminal has only 16 colours."""
        return self.depth == "standard"

    def select(self, wanted: str) -> str:
        """Select a theme: `auto`, a name, or a path relative to the configuration folder.

        Returns:
            The theme's name; if the wanted theme cannot be used, the name that `auto` selects.
        """
        self.problem = ()
        self.name = wanted if wanted in self._own or wanted in BUILTIN_THEMES else self._load(wanted)
        self._is_automatic = not self.name
        self.name = self.name or self._fitting()
        return self.name

    def _load(self, path: str) -> str:
        """Load a theme file, and return the name of the theme; empty for `auto` and after a problem."""
        if path == AUTO:
            return ""
        try:
            own = themes.load_theme(paths.config_dir() / paths.expand_user(path))
        except ReaderError as error:
            self.problem = (str(error),)
            return ""
        self._own[own.name] = own
        return own.name

    def _fitting(self) -> str:
        if self.has_few:
            return themes.TERMINAL_THEME
        return themes.LIGHT_THEME if self.answers.dark is False else themes.DEFAULT_THEME

    def names(self, available: Mapping[str, Theme]) -> list[str]:
        """Return the names to choose from: `auto`, the themes of this program, then all other `available` themes."""
        own = [theme.name for theme in themes.own_themes()]
        return [AUTO, *own, *sorted(name for name in available if name not in own)]

    def answered(self) -> str | None:
        """Return the theme to use after new replies of the terminal; None if the theme stays the same."""
        known = self._known()
        if known == self._state:
            return None
        self._state = known
        self._sixteen.clear()
        if self._is_automatic:
            self.name = self._fitting()
        return self.name

    def _known(self) -> tuple[object, ...]:
        return self.answers.page, self.answers.text, tuple(sorted(self.answers.colours.items()))

    # Colours

    def in_terminal(self, theme: Theme) -> Theme:
        """Return the theme as it is, or for a terminal with 16 colours a theme of those that replaces it."""
        if not (theme.ansi or self.has_few) or theme.name in {"ansi-dark", "ansi-light"}:
            return theme
        if theme.name not in self._sixteen:
            from tui_reader.tui.terminal_palette import chosen  # noqa: PLC0415 - only where there are few colours

            sixteen = self._sixteen_of(theme)
            self._sixteen[theme.name] = themes.terminal_theme(theme.name, chosen(sixteen), dark=sixteen.dark)
        return self._sixteen[theme.name]

    def _sixteen_of(self, theme: Theme) -> Sixteen:
        from tui_reader.tui.terminal_palette import known_sixteen  # noqa: PLC0415 - as above

        sixteen = known_sixteen(self.answers)
        # The chosen theme, not the terminal, decides between dark and light.
        own = self._own.get(theme.name) or BUILTIN_THEMES.get(theme.name, theme)
        return sixteen if own.ansi else sixteen.on(dark=own.dark)

    def line_filter(self, theme: Theme) -> LineFilter | None:
        """Return the filter that keeps a theme of 16 colours legible; None for other themes."""
        if not theme.ansi:
            return None
        from tui_reader.tui.terminal_palette import LegibleStyles  # noqa: PLC0415 - as above

        return LegibleStyles(self._sixteen_of(theme))

    def fitted(self, theme: Theme, variables: Mapping[str, str]) -> Mapping[str, str]:
        """Return a theme's colours reduced to 256, if the terminal has 256; else an empty mapping."""
        if self.depth != "256" or theme.ansi:
            return {}
        if theme.name not in self._fitted:
            from tui_reader.tui.palette import fitted  # noqa: PLC0415 - 10 ms, for the terminals that need it

            self._fitted[theme.name] = fitted(variables)
        return self._fitted[theme.name]
