"""Commands of the reading screen that would have an effect now; the last row shows hints for only these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.model.query import EVERYTHING, Shelf
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import COLOUR_COMMANDS
from tui_reader.tui.widgets.tag_sidebar import Section

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.tui.screens.reading.reading_host import ReadingHost


class CommandUse:
    """Decides whether a command would have an effect now. Takes microseconds, since every key checks all commands."""

    def __init__(self, host: ReadingHost) -> None:
        self._host, self._state = host, host.state
        self._outlined: tuple[Document | None, bool] = (None, False)
        """Cache: the last document that was searched for headings, and True if it has headings."""
        self._noted: tuple[Document | None, bool] = (None, False)
        """Cache: the last document that was searched for footnotes, and True if it has some."""
        self._pictured: tuple[Document | None, bool] = (None, False)
        """Cache: the last document that was searched for pictures, and True if it has some that are not on the web."""
        on_article = ("open", "toggle_read", "star", "up_next", "archive", "tags", "details", "note_on_article")
        on_text = ("highlight", "note", "note_outside", "select", "copy", *COLOUR_COMMANDS)
        by_text = ("next_sentence", "previous_sentence", "next_paragraph", "previous_paragraph")
        on_mark = ("delete_annotation", "resize_mark", "accept_place", "cycle_marks")
        on_tag, on_search = ("include_tag", "exclude_tag"), ("edit_search", "rename_search", "delete_search")
        self._checks: dict[str, Callable[[], bool]] = {
            **dict.fromkeys((*on_article, "copy_link", "open_original", "annotations_here"), self._has_article),
            **dict.fromkeys((*on_text, *by_text, "follow_link"), self._has_text),
            **dict.fromkeys(on_mark, self._has_mark),
            **dict.fromkeys(("next_mark", "previous_mark"), self._has_marks),
            **dict.fromkeys(("next_change", "previous_change"), self._compares),
            **dict.fromkeys(("outline", "next_heading", "previous_heading"), self._has_headings),
            "clear_filter": lambda: self._state.query.term is not EVERYTHING,
            "save_search": lambda: (
                self._state.query.term is not EVERYTHING or self._state.view.shelf is not Shelf.INBOX
            ),
            "picture": self._has_pictures,
            **dict.fromkeys(on_tag, lambda: self._is_on_entry_of(Section.TAGS)),
            **dict.fromkeys(on_search, lambda: self._is_on_entry_of(Section.SEARCHES)),
            **dict.fromkeys(("move_down", "move_up"), self._is_movable),
            "footnote": self._has_footnotes,
            "join_stories": self._has_other_stories,
            "whole_page": self._has_whole,
            "next_article": self._has_next,
            "undo": lambda: self._state.can_undo,
        }

    @property
    def mode(self) -> str:
        """The size of the selection in the article or the number of chosen articles; empty without either."""
        if not self._host.is_wired:
            return ""
        if self._state.context is Pane.SELECTION:
            return self._host.selection_actions.mode
        number = self._state.panes.headlines.chosen_count if self._state.pane is Pane.LIST else 0
        return f"CHOOSE {number:,} article{'' if number == 1 else 's'}" if number else ""

    def is_useful(self, command: str) -> bool:
        """Return False if the command with this id would have no effect now."""
        check = self._checks.get(command)
        return check is None or check()

    @property
    def _document(self) -> Document | None:
        return self._state.panes.article.document if self._host.is_wired else None

    def _has_article(self) -> bool:
        return self._state.target is not None

    def _has_text(self) -> bool:
        document = self._document
        return document is not None and document.has_text and self._state.comparison is None

    def _has_mark(self) -> bool:
        return self._host.is_wired and self._state.panes.article.highlights.current is not None

    def _has_marks(self) -> bool:
        return self._host.is_wired and len(self._state.panes.article.highlights.index) > 0

    def _compares(self) -> bool:
        return self._state.comparison is not None

    def _has_pictures(self) -> bool:
        """Return True if a picture is visible, and the article has one that is not on the web."""
        document = self._document
        if document is None:
            return False
        if document is not self._pictured[0]:
            from tui_reader.document.figures import figure_targets  # noqa: PLC0415 - 2 ms, not for the first frame

            self._pictured = document, bool(figure_targets(document))
        return self._pictured[1] and bool(self._state.panes.article.pictures.visible)

    def _has_headings(self) -> bool:
        document = self._document
        if document is None:
            return False
        if document is not self._outlined[0]:
            from tui_reader.document.blocks import BlockKind  # noqa: PLC0415 - 2 ms, not for the first frame

            has_headings = bool(document.sections) or any(block.kind is BlockKind.HEADING for block in document.blocks)
            self._outlined = document, has_headings
        return self._outlined[1]

    def _has_footnotes(self) -> bool:
        document = self._document
        if document is None:
            return False
        if document is not self._noted[0]:
            from tui_reader.document.blocks import SpanKind  # noqa: PLC0415 - 2 ms, not for the first frame

            self._noted = document, any(span.kind is SpanKind.NOTE for span in document.spans)
        return self._noted[1]

    def _has_other_stories(self) -> bool:
        document = self._document
        return document is not None and document.tail is not None

    def _has_whole(self) -> bool:
        shown = self._state.shown
        return shown is not None and self._has_text() and self._state.library.documents.has_whole(shown)

    def _has_next(self) -> bool:
        headlines = self._state.panes.headlines
        return headlines.cursor + 1 < len(headlines.ids) or (self._state.pane is Pane.ARTICLE and bool(headlines.ids))

    def _is_movable(self) -> bool:
        """Return True if the row under the cursor can be moved up and down: a saved search, or an article up next."""
        if self._state.pane is Pane.SIDEBAR:
            return self._is_on_entry_of(Section.SEARCHES)
        return self._state.pane is Pane.LIST and self._state.view.shelf is Shelf.UP_NEXT and self._has_article()

    def _is_on_entry_of(self, section: Section) -> bool:
        """Return True if the sidebar's cursor is on an entry of a section, and not on its title."""
        entry = self._state.panes.sidebar.current
        return entry is not None and entry.section is section and bool(entry.name)
