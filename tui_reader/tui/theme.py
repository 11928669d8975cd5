"""The colour themes as Textual theme variables: backgrounds, three strengths of text and one accent.

A built-in theme of Textual or a theme of the user may lack the variables in `TONES` and `INKS`, which are then
derived from its colours. An ink is a foreground, a tone is a background. `PAIRS` lists each pair of ink and tone that
can occur on the screen; tests check the contrast of all pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.color import BLACK, WHITE, Color
from textual.filter import LineFilter
from textual.theme import Theme

from tui_reader.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class LegibilityFilter(LineFilter):
    """Base of `terminal_palette.LegibleStyles`, so that panes and app can find that filter without importing it."""


DEFAULT_THEME = "paper-dark"
LIGHT_THEME = "paper-light"
TERMINAL_THEME = "terminal"

HIGHLIGHTS = tuple(f"highlight-{colour}" for colour in range(1, 6))
"""Names of the highlight backgrounds, in the order of the colour numbers."""

TONES = ("page", "side", "raised", "cursor-tone", "code-tone", "match", "match-current", "selection", *HIGHLIGHTS)
"""Names of all background colours."""

NOTE_INKS = tuple(f"note-{colour}" for colour in range(1, 6))
"""Names of the foregrounds of bars, pens and numbers that belong to highlights, in the order of the colour numbers."""

INKS = (
    *("text-ink", "bright", "muted-ink", "accent-ink", "link-ink", "good", "bad", "faint", "match-current-ink"),
    *NOTE_INKS,
)
"""Names of all foreground colours. `faint` is only for rules, never for text."""

_VARIABLES = {*TONES, *INKS}
"""Names of all variables that this program adds to Textual's and that a theme may define."""

PAIRS: tuple[tuple[str, str, float], ...] = (
    *(("text-ink", tone, 7.0) for tone in ("page", "side", "raised", "cursor-tone", "code-tone", "match", *HIGHLIGHTS)),
    *(("bright", tone, 7.0) for tone in ("page", "side", "raised", "cursor-tone", "selection", *HIGHLIGHTS)),
    *(("muted-ink", tone, 4.5) for tone in ("page", "side", "raised", "cursor-tone", "code-tone")),
    *(("accent-ink", tone, 4.5) for tone in ("page", "side", "raised", "cursor-tone", *HIGHLIGHTS)),
    *(("link-ink", tone, 4.5) for tone in ("page", "raised", "code-tone", *HIGHLIGHTS)),
    *(("good", tone, 4.5) for tone in ("page", "side", "cursor-tone")),
    *(("bad", tone, 4.5) for tone in ("page", "side", "raised", "cursor-tone")),
    *((ink, tone, 4.5) for ink in NOTE_INKS for tone in ("page", "cursor-tone")),
    ("match-current-ink", "match-current", 7.0),
)
"""Foreground, background, minimum contrast: 7:1 for body text, else 4.5:1 (WCAG 2.2, 1.4.6 and 1.4.3)."""


def _paper(name: str, *, dark: bool, tones: Mapping[str, str]) -> Theme:
    """Create a theme of this program.

    Textual's own colours are set to some of the theme's, so that Textual's inputs and pickers match the page.

    Args:
        name: Name of the theme.
        dark: True if the background is dark.
        tones: The colours by the names in `TONES` and `INKS`.
    """
    return Theme(
        name=name,
        primary=tones["accent-ink"],
        secondary=tones["link-ink"],
        accent=tones["accent-ink"],
        warning=tones["accent-ink"],
        error=tones["bad"],
        success=tones["good"],
        foreground=tones["text-ink"],
        background=tones["page"],
        surface=tones["side"],
        panel=tones["raised"],
        dark=dark,
        variables={
            **tones,
            "block-cursor-background": tones["cursor-tone"],
            "block-cursor-foreground": tones["bright"],
            "block-cursor-text-style": "bold",
            "input-cursor-background": tones["accent-ink"],
            "input-cursor-foreground": tones["page"],
            "input-selection-background": tones["match"],
            "border": tones["faint"],
            "border-blurred": tones["faint"],
        },
    )


_DARK = {
    "page": "#15171b",
    "side": "#101114",
    "raised": "#1e2128",
    "cursor-tone": "#272b33",
    "code-tone": "#1b1e24",
    "faint": "#33363d",
    "text-ink": "#d9d4c7",
    "bright": "#f4efe3",
    "muted-ink": "#97938a",
    "accent-ink": "#e3a857",
    "link-ink": "#86b9dd",
    "good": "#8fbf87",
    "bad": "#e5786d",
    "match": "#4d3c10",
    "match-current": "#e3a857",
    "selection": "#454b57",
    "highlight-1": "#4d3c10",
    "highlight-2": "#1f452b",
    "highlight-3": "#1d3d5c",
    "highlight-4": "#56283d",
    "highlight-5": "#3e2d5f",
    "note-1": "#e3a857",
    "note-2": "#7fc27a",
    "note-3": "#7db4e6",
    "note-4": "#ea8bab",
    "note-5": "#b79ff0",
    "match-current-ink": "#15171b",
}

_LIGHT = {
    "page": "#fbf8f1",
    "side": "#f2eee4",
    "raised": "#efe9db",
    "cursor-tone": "#e6dfcd",
    "code-tone": "#f3eee2",
    "faint": "#d3ccbc",
    "text-ink": "#2c2a26",
    "bright": "#0f0e0c",
    "muted-ink": "#625e56",
    "accent-ink": "#855011",
    "link-ink": "#1b5a86",
    "good": "#2f6b2a",
    "bad": "#a32a20",
    "match": "#f8e2a4",
    "match-current": "#6b3d08",
    "selection": "#c9c0ab",
    "highlight-1": "#f8e2a4",
    "highlight-2": "#cfe9c6",
    "highlight-3": "#cbe2f6",
    "highlight-4": "#f7d1da",
    "highlight-5": "#e2d6f6",
    "note-1": "#855011",
    "note-2": "#226b2c",
    "note-3": "#1a5a94",
    "note-4": "#a3214f",
    "note-5": "#6038a8",
    "match-current-ink": "#fbf8f1",
}

_HIGH_CONTRAST = {
    "page": "#000000",
    "side": "#000000",
    "raised": "#1c1c1c",
    "cursor-tone": "#303030",
    "code-tone": "#141414",
    "faint": "#8a8a8a",
    "text-ink": "#ffffff",
    "bright": "#ffffff",
    "muted-ink": "#d0d0d0",
    "accent-ink": "#ffd75f",
    "link-ink": "#87d7ff",
    "good": "#afff87",
    "bad": "#ff9f87",
    "match": "#5f4700",
    "match-current": "#ffd75f",
    "selection": "#0a4f9e",
    "highlight-1": "#5f4700",
    "highlight-2": "#00501e",
    "highlight-3": "#003f78",
    "highlight-4": "#6b1238",
    "highlight-5": "#45208a",
    "note-1": "#ffd75f",
    "note-2": "#87ff87",
    "note-3": "#87d7ff",
    "note-4": "#ff9fc4",
    "note-5": "#cdb4ff",
    "match-current-ink": "#000000",
}

SIXTEEN_INKS = (*(f"{tone}-ink" for tone in HIGHLIGHTS), "code-ink")
"""Names of foregrounds in themes of 16 colours, in which a highlight also sets its text colour."""

_TERMINAL = {
    **dict.fromkeys((*INKS, *TONES, *SIXTEEN_INKS), "ansi_default"),
    "highlight-1": "ansi_bright_yellow",
    "highlight-1-ink": "ansi_black",
    "highlight-2": "ansi_bright_green",
    "highlight-2-ink": "ansi_black",
    "highlight-3": "ansi_blue",
    "highlight-3-ink": "ansi_bright_white",
    "highlight-4": "ansi_red",
    "highlight-4-ink": "ansi_bright_white",
    "highlight-5": "ansi_magenta",
    "highlight-5-ink": "ansi_bright_white",
}
"""The theme for an unknown palette: its colours are legible in all common terminals. `terminal_palette.chosen`
replaces them by colours that it finds legible in the actual terminal."""


def terminal_theme(name: str, colours: Mapping[str, str], *, dark: bool) -> Theme:
    """Create a theme of the terminal's 16 colours, which the user's terminal settings define.

    Args:
        name: Name of the theme.
        colours: Textual's names of the 16 colours by the names in `INKS`, `TONES` and `SIXTEEN_INKS`.
        dark: True if the background is dark.
    """
    text, page = colours["text-ink"], colours["page"]
    return Theme(
        name=name,
        ansi=True,
        primary=colours["link-ink"],
        secondary=colours["link-ink"],
        warning=colours["accent-ink"],
        error=colours["bad"],
        success=colours["good"],
        accent=colours["accent-ink"],
        foreground=text,
        background=page,
        surface=page,
        panel=page,
        boost=page,
        dark=dark,
        variables={
            **colours,
            "ansi-background": "ansi_black",
            "ansi-foreground": "ansi_white",
            "block-cursor-foreground": "ansi_black",
            "block-cursor-background": "ansi_white",
            "input-cursor-background": "ansi_white",
            "input-cursor-foreground": "ansi_black",
            "input-selection-background": "ansi_blue",
            "input-selection-foreground": "ansi_bright_white",
            "border": colours["faint"],
            "border-blurred": colours["faint"],
        },
    )


def own_themes() -> tuple[Theme, ...]:
    """Return the themes of this program, without Textual's, the default theme first."""
    return (
        _paper("paper-dark", dark=True, tones=_DARK),
        _paper("paper-light", dark=False, tones=_LIGHT),
        _paper("high-contrast", dark=True, tones=_HIGH_CONTRAST),
        terminal_theme(TERMINAL_THEME, _TERMINAL, dark=True),
    )


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Color) -> float:
    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def _legible(ink: Color, tones: list[Color], least: float) -> Color:
    """Shift a foreground towards black or white just until its contrast to each of `tones` is at least `least`."""
    for goal in (WHITE, BLACK) if _luminance(tones[0]) < 0.18 else (BLACK, WHITE):
        for step in range(11):
            candidate = ink.blend(goal, step / 10)
            if all(contrast(candidate, tone) >= least for tone in tones):
                return candidate
    return ink


_HUES = ("#d8a013", "#3fa045", "#3a86d6", "#d6487e", "#8a5cd6")
"""Highlight colours for themes without their own: amber, green, blue, rose, violet."""


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Derive the values of `TONES` and `INKS` for a theme that lacks them, with legible foregrounds.

    Empty for a theme that has all of them: deriving them would add 2 ms to the start.
    """
    if theme.ansi:
        return dict(_TERMINAL)
    if theme.variables.keys() >= _VARIABLES:
        return {}
    base = theme.to_color_system().generate()
    page, ink = Color.parse(base["background"]), Color.parse(base["foreground"])
    warning = Color.parse(base["warning"])
    tones = {
        "page": page,
        "side": Color.parse(base["surface"]),
        "raised": page.blend(ink, 0.07),
        "cursor-tone": page.blend(ink, 0.12),
        "code-tone": page.blend(ink, 0.04),
        "match": page.blend(warning, 0.2),
        "match-current": warning,
        "selection": page.blend(ink, 0.22),
    }
    for name, hue in zip(HIGHLIGHTS, _HUES, strict=True):
        tones[name] = page.blend(Color.parse(hue), 0.28)
    inks = {
        "text-ink": ink,
        "bright": ink,
        "muted-ink": page.blend(ink, 0.65),
        "accent-ink": Color.parse(base["accent"]),
        "link-ink": Color.parse(base["secondary"]),
        "good": Color.parse(base["success"]),
        "bad": Color.parse(base["error"]),
        "match-current-ink": page,
        **{name: Color.parse(hue) for name, hue in zip(NOTE_INKS, _HUES, strict=True)},
    }
    for name, colour in inks.items():
        under = [tones[tone] for about, tone, _ in PAIRS if about == name]
        inks[name] = _legible(colour, under, 4.5)
    colours = {**tones, **inks, "faint": page.blend(ink, 0.2)}
    return {name: colour.hex6 for name, colour in colours.items()}


ATTRIBUTES = frozenset(("bold", "italic", "underline", "strike", "reverse"))


def style_of(look: str, variables: Mapping[str, str], *, colour: bool = True) -> Style:
    """Create a style from a description: attributes, a foreground, and `on` with a background.

    Component classes of a style sheet could express this too, but each would cost 1 ms at the start of the program.

    Args:
        look: The description, such as `bold accent-ink on raised`.
        variables: Colour values by the names in `TONES` and `INKS`.
        colour: False to keep only the attributes, without colours.
    """
    colours: dict[str, Any] = {"color": None, "bgcolor": None}
    attributes: dict[str, Any] = {}
    place = "color"
    for word in look.split():
        if word == "on":
            place = "bgcolor"
        elif word in ATTRIBUTES:
            attributes[word] = True
        elif colour:
            colours[place] = Color.parse(variables[word]).rich_color
    return Style(**colours, **attributes)


def load_theme(path: Path) -> Theme:
    """Read a theme from a TOML file: `name`, `dark`, and colours for any of `TONES` and `INKS`.

    Colours that the file omits are those of this program's light or dark paper theme, depending on `dark`.

    Raises:
        ConfigError: The file cannot be read, or one of its colours is invalid.
    """
    import tomllib  # noqa: PLC0415 - needed only for a theme file

    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no theme “{path.name}”, and no theme file {path}.", "The command “theme” lists those there are."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(
            f"The theme file {path} cannot be read: {reason}.", "Correct it, or choose another theme."
        ) from None
    dark = bool(values.pop("dark", True))
    name = str(values.pop("name", path.stem))
    tones = dict(_DARK if dark else _LIGHT)
    for key, value in values.items():
        if key not in tones:
            raise ConfigError(f"{path}: “{key}” is not a tone.", f"The tones are {', '.join(tones)}.")
        try:
            Color.parse(str(value))
        except Exception as error:  # noqa: BLE001 - Textual raises several kinds for a bad colour, all mean the same
            raise ConfigError(
                f"{path}: the colour of “{key}” cannot be understood: {error}.", "Write it as #rrggbb."
            ) from None
        tones[key] = str(value)
    return _paper(name, dark=dark, tones=tones)
