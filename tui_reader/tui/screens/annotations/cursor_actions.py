"""The commands that move the cursor in the list of annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.commands.binding import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.tui.widgets.annotation_list import AnnotationList


class CursorActions:
    """Each method is the command of its name; the count is None where none was typed."""

    def __init__(self, shown: AnnotationList, moved: Callable[[], None]) -> None:
        """Args: `moved` is called when the cursor stands on another annotation."""
        self._list, self._moved = shown, moved

    @command("down")
    def down(self, count: int | None) -> None:
        """Down, or up if negative."""
        self._by(count or 1)

    @command("up")
    def up(self, count: int | None) -> None:
        """Up."""
        self._by(-(count or 1))

    @command("half_page_down")
    def half_page_down(self, count: int | None) -> None:
        """Half a page down."""
        self._by(max(1, self._list.page // 2) * (count or 1))

    @command("half_page_up")
    def half_page_up(self, count: int | None) -> None:
        """Half a page up."""
        self._by(-max(1, self._list.page // 2) * (count or 1))

    @command("page_forward")
    def page_forward(self, count: int | None) -> None:
        """A page down."""
        self._by(self._list.page * (count or 1))

    @command("page_backward")
    def page_backward(self, count: int | None) -> None:
        """A page up."""
        self._by(-self._list.page * (count or 1))

    @command("top")
    def top(self, count: int | None) -> None:
        """To the first one, or to that one."""
        self._to((count or 1) - 1)

    @command("bottom")
    def bottom(self, count: int | None) -> None:
        """To the last one, or to that one."""
        self._to((count or self._list.count) - 1)

    def _by(self, by: int) -> None:
        if self._list.move(by):
            self._moved()

    def _to(self, index: int) -> None:
        if self._list.move_to(index):
            self._moved()
