"""The commands that move the cursor in the list of annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.widgets.annotation_list import AnnotationList


class CursorActions:
    """Runs the commands that move the cursor; the count is None if no count was typed."""

    def __init__(self, shown: AnnotationList, moved: Callable[[], None]) -> None:
        """Store the list, and the callback for moves of the cursor to another annotation."""
        self._list, self._moved = shown, moved

    @command("down")
    def down(self, count: int | None) -> None:
        """Move down by `count` annotations, or up if `count` is negative."""
        self._by(count or 1)

    @command("up")
    def up(self, count: int | None) -> None:
        """Move up by `count` annotations."""
        self._by(-(count or 1))

    @command("half_page_down")
    def half_page_down(self, count: int | None) -> None:
        """Move down by half a page."""
        self._by(max(1, self._list.page // 2) * (count or 1))

    @command("half_page_up")
    def half_page_up(self, count: int | None) -> None:
        """Move up by half a page."""
        self._by(-max(1, self._list.page // 2) * (count or 1))

    @command("page_forward")
    def page_forward(self, count: int | None) -> None:
        """Move down by a page."""
        self._by(self._list.page * (count or 1))

    @command("page_backward")
    def page_backward(self, count: int | None) -> None:
        """Move up by a page."""
        self._by(-self._list.page * (count or 1))

    @command("top")
    def top(self, count: int | None) -> None:
        """Move to the first annotation, or to the annotation whose number in the list was typed."""
        self._to((count or 1) - 1)

    @command("bottom")
    def bottom(self, count: int | None) -> None:
        """Move to the last annotation, or to the annotation whose number in the list was typed."""
        self._to((count or self._list.count) - 1)

    def _by(self, by: int) -> None:
        if self._list.move(by):
            self._moved()

    def _to(self, index: int) -> None:
        if self._list.move_to(index):
            self._moved()
