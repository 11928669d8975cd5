"""The form for the metadata of an article, which the user can correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from tui_reader.services.articles.article_records import EDITABLE
from tui_reader.tui.screens.dialog import Dialog
from tui_reader.tui.widgets.containers import Columns
from tui_reader.tui.widgets.line_input import LineInput

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui_reader.model.article import Headline

NOTE = "ctrl+s, or enter on the last field, saves; esc leaves all as it was.\nThe file itself stays as it is."
_PLACEHOLDERS = {"date": "such as 2026-06-05", "url": "https://…", "language": "such as en"}


class Details(Dialog[tuple[str, dict[str, str]] | None]):
    """A form with six fields; its result is the article's id and the changed fields, or None if none was changed."""

    AUTO_FOCUS = "Input"
    CSS = """
    Details {
        align: center top; background: $background 60%;
        &:ansi { background: transparent; }
        & > VerticalScroll {
            width: 76; max-width: 100%; height: auto; max-height: 100%; margin: 2 0 0 0; padding: 1 2;
            background: $raised; color: $text-ink;
        }
        &:ansi > VerticalScroll { border: round $faint; }
        & .heading { color: $bright; text-style: bold; margin-bottom: 1; }
        & .note { color: $muted-ink; margin-top: 1; }
        & Horizontal { height: 1; }
        & .label { width: 11; color: $muted-ink; }
        & Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $code-tone; color: $bright;
            &:focus { border: none; background: $cursor-tone; }
            & > .input--placeholder { color: $muted-ink; }
        }
        & .guessed { width: 10; color: $accent-ink; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "dismiss(None)", show=False),
        # With priority, the focus has moved before the next key of those typed ahead is given to the focused field.
        Binding("down,tab", "app.focus_next", show=False, priority=True),
        Binding("up,shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("enter", "go_on", show=False, priority=True),
        # Without priority, this comes after the letters that wait in the focused field.
        Binding("ctrl+s", "save", show=False),
    ]

    def __init__(self, headline: Headline) -> None:
        super().__init__()
        self._headline = headline

    def compose(self) -> ComposeResult:
        """Yield a row for each field, between a heading and a note about the keys."""
        with VerticalScroll(can_focus=False):
            yield Static(Content("Details"), classes="heading")
            for field in EDITABLE:
                with Columns():
                    yield Static(Content(field), classes="label")
                    yield LineInput(
                        self._headline.field(field),
                        placeholder=_PLACEHOLDERS.get(field, ""),
                        id=field,
                        compact=True,
                        select_on_focus=False,
                    )
                    yield Static(Content(" guessed" if self._headline.is_guessed(field) else ""), classes="guessed")
            yield Static(
                Content(NOTE),
                classes="note",
            )

    def action_go_on(self) -> None:
        """Move to the next field; leave the key to the last one, which submits its text."""
        if self.focused is None or self.focused.id == EDITABLE[-1]:
            raise SkipAction
        self.focus_next()

    def on_input_submitted(self) -> None:
        """Save at enter in the last field."""
        self.action_save()

    def action_save(self) -> None:
        """Close the form with the changed fields as the result."""
        values = {field: self.query_one(f"#{field}", Input).value.strip() for field in EDITABLE}
        changed = {field: value for field, value in values.items() if value != self._headline.field(field)}
        self.dismiss((self._headline.id, changed) if changed else None)
