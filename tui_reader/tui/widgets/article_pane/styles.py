"""Styles of the article pane: roles of text, the style of each role, and combinations of roles."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style

from tui_reader.document.blocks import SpanKind

if TYPE_CHECKING:
    from collections.abc import Callable


class Role(StrEnum):
    """The role of a piece of the page, such as heading or link. `STYLES` defines the style of each role."""

    TITLE = "title"
    META = "meta"
    TAG = "tag"
    STAR = "star"
    RULE = "rule"
    NOTICE = "notice"
    HEADING = "heading"
    QUOTE = "quote"
    QUIET = "quiet"
    CODE_BLOCK = "code-block"
    TABLE_HEADER = "table-header"
    CAPTION = "caption"
    MARKER = "marker"
    BAR = "bar"
    BORDER = "border"
    LABEL = "label"
    EMPHASIS = "emphasis"
    STRONG = "strong"
    CODE = "code"
    LINK = "link"
    STRIKE = "strike"
    KEY = "key"
    MARK = "mark"
    INSERTED = "inserted"
    DELETED = "deleted"
    HIGHLIGHT_1 = "highlight-1"
    HIGHLIGHT_2 = "highlight-2"
    HIGHLIGHT_3 = "highlight-3"
    HIGHLIGHT_4 = "highlight-4"
    HIGHLIGHT_5 = "highlight-5"
    HIGHLIGHTED = "highlighted"
    """Muted text inside a highlight: painted in the colour of plain text to stay legible."""
    CURRENT = "current"
    """The highlight on which commands act."""
    SIGN_1 = "sign-1"
    """A bar, pen or number of a highlight, by its colour."""
    SIGN_2 = "sign-2"
    SIGN_3 = "sign-3"
    SIGN_4 = "sign-4"
    SIGN_5 = "sign-5"
    SIGN_CURRENT_1 = "sign-current-1"
    """The number of the current highlight in the margin, by its colour."""
    SIGN_CURRENT_2 = "sign-current-2"
    SIGN_CURRENT_3 = "sign-current-3"
    SIGN_CURRENT_4 = "sign-current-4"
    SIGN_CURRENT_5 = "sign-current-5"
    NOTE = "note"
    NOTE_CURRENT = "note-current"
    """The note of the current highlight in the margin."""
    NOTE_BAR = "note-bar"
    """The pen before a note on the whole article."""
    SELECTION = "selection"
    CARET = "caret"
    FOCUS = "focus"
    CURSOR = "cursor"
    """The bar left of the focused sentence while the pane is active."""
    CURSOR_RESTING = "cursor-resting"
    """The bar left of the focused sentence while another pane is active."""
    MATCH = "match"
    MATCH_CURRENT = "match-current"
    HINT = "hint"
    PROGRESS = "progress"
    PROGRESS_ACTIVE = "progress-active"


STYLES: dict[str, str] = {
    "": "text-ink on page",
    Role.TITLE: "bold bright",
    Role.META: "muted-ink",
    Role.TAG: "accent-ink",
    Role.STAR: "accent-ink",
    Role.RULE: "faint",
    Role.NOTICE: "italic muted-ink",
    Role.HEADING: "bold accent-ink",
    Role.QUOTE: "italic",
    Role.QUIET: "muted-ink",
    Role.CODE_BLOCK: "on code-tone",
    Role.TABLE_HEADER: "bold",
    Role.CAPTION: "italic muted-ink",
    Role.MARKER: "muted-ink",
    Role.BAR: "muted-ink",
    Role.BORDER: "faint",
    Role.LABEL: "muted-ink",
    Role.EMPHASIS: "italic",
    Role.STRONG: "bold bright",
    Role.CODE: "on code-tone",
    Role.LINK: "underline link-ink",
    Role.STRIKE: "strike",
    Role.KEY: "bold on code-tone",
    Role.MARK: "underline on raised",
    Role.INSERTED: "underline good",
    Role.DELETED: "strike bad",
    Role.HIGHLIGHT_1: "on highlight-1",
    Role.HIGHLIGHT_2: "on highlight-2",
    Role.HIGHLIGHT_3: "on highlight-3",
    Role.HIGHLIGHT_4: "on highlight-4",
    Role.HIGHLIGHT_5: "on highlight-5",
    Role.HIGHLIGHTED: "text-ink",
    Role.CURRENT: "underline",
    **{Role(f"sign-{colour}"): f"note-{colour}" for colour in range(1, 6)},
    **{Role(f"sign-current-{colour}"): f"bold note-{colour}" for colour in range(1, 6)},
    Role.NOTE: "italic text-ink",
    Role.NOTE_CURRENT: "bold italic bright",
    Role.NOTE_BAR: "accent-ink",
    Role.SELECTION: "bright on selection",
    Role.CARET: "reverse",
    Role.FOCUS: "on raised",
    Role.CURSOR: "accent-ink",
    Role.CURSOR_RESTING: "muted-ink",
    Role.MATCH: "underline text-ink on match",
    Role.MATCH_CURRENT: "bold match-current-ink on match-current",
    Role.HINT: "bold match-current-ink on match-current",
    Role.PROGRESS: "muted-ink",
    Role.PROGRESS_ACTIVE: "accent-ink",
}
"""Style of each role in the syntax of `theme.style_of`. The empty role is the pane's background."""

PLAIN_STYLES: dict[str, str] = {
    **{f"highlight-{colour}": "underline" for colour in range(1, 6)},
    Role.CURRENT: "bold underline",
    Role.SELECTION: "reverse",
    Role.FOCUS: "bold",
    Role.MATCH: "reverse",
    Role.MATCH_CURRENT: "bold underline reverse",
    Role.HINT: "bold reverse",
}
"""Attributes added where backgrounds cannot be distinguished: with ANSI colours or NO_COLOR."""

ANSI: dict[str, str] = {
    Role.CODE: "code-ink",
    Role.CODE_BLOCK: "code-ink",
    # Not bold: many terminals show bold black as grey.
    Role.CURRENT: "underline",
    **{f"highlight-{colour}": f"highlight-{colour}-ink on highlight-{colour}" for colour in range(1, 6)},
}
"""Styles that replace entries of `STYLES` in themes with the terminal's own colours."""

CARET_WITHOUT_TONES = Style(bold=True, underline=True, reverse=False)
"""Style of the caret in themes in which the selection is already shown in reverse."""

STYLE_SHEET = "ArticlePane { background: $page; color: $text-ink; }"

SPAN_ROLES: dict[SpanKind, Role] = {
    SpanKind.EMPHASIS: Role.EMPHASIS,
    SpanKind.STRONG: Role.STRONG,
    SpanKind.CODE: Role.CODE,
    SpanKind.LINK: Role.LINK,
    SpanKind.STRIKE: Role.STRIKE,
    SpanKind.NOTE: Role.LINK,
    SpanKind.KEY: Role.KEY,
    SpanKind.MARK: Role.MARK,
    SpanKind.INSERTED: Role.INSERTED,
    SpanKind.DELETED: Role.DELETED,
}
"""Role of each kind of span. Superscript and subscript have no role: a terminal has no small letters."""

HIGHLIGHTS = (Role.HIGHLIGHT_1, *(Role(f"highlight-{colour}") for colour in range(1, 6)))
"""Role of a highlight by its colour, 1 to 5; index 0, for a colour that is not valid, equals index 1."""
SIGNS = (Role.SIGN_1, *(Role(f"sign-{colour}") for colour in range(1, 6)))
"""Role of a highlight's bar, pen or number by its colour, 1 to 5; index 0 equals index 1."""
CURRENT_SIGNS = (Role.SIGN_CURRENT_1, *(Role(f"sign-current-{colour}") for colour in range(1, 6)))
"""Role of the number of the current highlight by its colour, 1 to 5; index 0 equals index 1."""
_HIGHLIGHT_ROLES = frozenset(HIGHLIGHTS)
_BLEND = "blend-"
_UNDER = 0.35
"""Share (0 to 1) of the lower highlight's colour in the mixed colour of an overlap."""


def blend(over: int, under: int) -> str:
    """Return the role of text where a highlight of colour `over` covers a highlight of colour `under`."""
    return f"{_BLEND}{over}-{under}"


def is_highlight(role: str) -> bool:
    """Return True if the role is the colour of a highlight or of two overlapping highlights."""
    return role in _HIGHLIGHT_ROLES or role.startswith(_BLEND)


_UPRIGHT = Style(italic=False)


class Styles:
    """Combines the styles of several roles, and caches each combination.

    Args:
        base: Style of plain text.
        part: Function from the value of a role to the style that the role adds.
    """

    def __init__(self, base: Style, part: Callable[[str], Style]) -> None:
        self.base = base
        self._parts: dict[str, Style] = {role: part(role.value) for role in Role}
        self._mixed: dict[tuple[str, ...], Style] = {(): base}

    def __call__(self, roles: tuple[str, ...]) -> Style:
        """Return the style of text with all these roles; later roles override earlier ones."""
        style = self._mixed.get(roles)
        if style is None:
            style = self.base
            for role in roles:
                if role == Role.EMPHASIS and style.italic:
                    # Emphasis within italics is upright, as in print.
                    style += _UPRIGHT
                else:
                    style += self._part(role)
            self._mixed[roles] = style
        return style

    def _part(self, role: str) -> Style:
        part = self._parts.get(role)
        if part is None:
            part = self._parts[role] = self._blended(*map(int, role.removeprefix(_BLEND).split("-")))
        return part

    def _blended(self, over: int, under: int) -> Style:
        """Mix the colours of two overlapping highlights; return the upper one if they have no RGB values."""
        upper, lower = self._parts[HIGHLIGHTS[over]], self._parts[HIGHLIGHTS[under]]
        one, two = (style.bgcolor and style.bgcolor.triplet for style in (upper, lower))
        if one is None or two is None:
            return upper
        mixed = (round(a + (b - a) * _UNDER) for a, b in zip(one, two, strict=True))
        return upper + Style(bgcolor=Color.from_rgb(*mixed))
