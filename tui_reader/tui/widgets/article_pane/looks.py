"""What each kind of thing on the page looks like: roles, their style sheet, and the styles made of them."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from rich.style import Style

from tui_reader.document.blocks import SpanKind

if TYPE_CHECKING:
    from collections.abc import Callable


class Role(StrEnum):
    """A look that the style sheet of the pane defines, as the component class `pane--` and its value."""

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
    FOCUS = "focus"
    CURSOR = "cursor"
    """The bar beside the focus in the active pane."""
    CURSOR_RESTING = "cursor-resting"
    """The same while another pane is active."""
    MATCH = "match"
    MATCH_CURRENT = "match-current"
    HINT = "hint"
    PROGRESS = "progress"
    PROGRESS_ACTIVE = "progress-active"

    @property
    def component(self) -> str:
        """Name of the component class."""
        return f"pane--{self.value}"


COMPONENTS = frozenset(role.component for role in Role)

STYLE_SHEET = """
ArticlePane {
    background: $page;
    color: $text-ink;
    & > .pane--title { color: $bright; text-style: bold; }
    & > .pane--meta { color: $muted-ink; }
    & > .pane--tag { color: $accent-ink; }
    & > .pane--star { color: $accent-ink; }
    & > .pane--rule { color: $faint; }
    & > .pane--notice { color: $muted-ink; text-style: italic; }
    & > .pane--heading { color: $accent-ink; text-style: bold; }
    & > .pane--quote { text-style: italic; }
    & > .pane--quiet { color: $muted-ink; }
    & > .pane--code-block { background: $code-tone; }
    & > .pane--table-header { text-style: bold; }
    & > .pane--caption { color: $muted-ink; text-style: italic; }
    & > .pane--marker { color: $muted-ink; }
    & > .pane--bar { color: $muted-ink; }
    & > .pane--border { color: $faint; }
    & > .pane--label { color: $muted-ink; }
    & > .pane--emphasis { text-style: italic; }
    & > .pane--strong { color: $bright; text-style: bold; }
    & > .pane--code { background: $code-tone; }
    & > .pane--link { color: $link-ink; text-style: underline; }
    & > .pane--strike { text-style: strike; }
    & > .pane--key { background: $code-tone; text-style: bold; }
    & > .pane--mark { background: $raised; text-style: underline; }
    & > .pane--focus { background: $raised; }
    & > .pane--cursor { color: $accent-ink; }
    & > .pane--cursor-resting { color: $muted-ink; }
    & > .pane--match { background: $match; color: $text-ink; text-style: underline; }
    & > .pane--match-current { background: $match-current; color: $match-current-ink; text-style: bold; }
    & > .pane--hint { background: $match-current; color: $match-current-ink; text-style: bold; }
    & > .pane--progress { color: $muted-ink; }
    & > .pane--progress-active { color: $accent-ink; }
    /* Where tones cannot be told apart, what is live is told by reverse and underline. */
    &:ansi > .pane--code, &:ansi > .pane--code-block { color: ansi_cyan; }
    &:ansi > .pane--focus, &:nocolor > .pane--focus { text-style: underline; }
    &:ansi > .pane--match, &:nocolor > .pane--match { text-style: reverse; }
    &:ansi > .pane--match-current, &:nocolor > .pane--match-current { text-style: bold underline reverse; }
    &:ansi > .pane--hint, &:nocolor > .pane--hint { text-style: bold reverse; }
}
"""

SPAN_ROLES: dict[SpanKind, Role] = {
    SpanKind.EMPHASIS: Role.EMPHASIS,
    SpanKind.STRONG: Role.STRONG,
    SpanKind.CODE: Role.CODE,
    SpanKind.LINK: Role.LINK,
    SpanKind.STRIKE: Role.STRIKE,
    SpanKind.NOTE: Role.LINK,
    SpanKind.KEY: Role.KEY,
    SpanKind.MARK: Role.MARK,
}
"""Superscript and subscript have no look of their own: a terminal cannot set smaller letters."""

_UPRIGHT = Style(italic=False)


class Looks:
    """Styles by the roles that meet in one place, each mixture made once.

    Args:
        base: Style of plain text on the page.
        part: What a role adds, by its value.
    """

    def __init__(self, base: Style, part: Callable[[str], Style]) -> None:
        self.base = base
        self._parts: dict[str, Style] = {role: part(role.value) for role in Role}
        self._mixed: dict[tuple[str, ...], Style] = {(): base}

    def __call__(self, roles: tuple[str, ...]) -> Style:
        """Style of text that has all these roles; a later role wins over an earlier one."""
        style = self._mixed.get(roles)
        if style is None:
            style = self.base
            for role in roles:
                if role == Role.EMPHASIS and style.italic:
                    # Within italics, emphasis stands upright, as printers do it.
                    style += _UPRIGHT
                else:
                    style += self._parts[role]
            self._mixed[roles] = style
        return style
