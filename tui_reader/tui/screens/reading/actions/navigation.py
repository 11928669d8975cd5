"""The commands that move: in a pane, between panes, from article to article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.quotation import quoted
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading.state import is_off_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.state import ReadingScreenState

ORDER = (Pane.SIDEBAR, Pane.LIST, Pane.ARTICLE)
"""The panes from left to right."""


class Navigation:
    """Runs the commands that move; the count is None if no count was typed."""

    def __init__(
        self, state: ReadingScreenState, navigator: ArticleNavigator, activate: Callable[[Pane], None]
    ) -> None:
        self._state, self._navigator, self._activate = state, navigator, activate
        self._offered: tuple[ArticleId | None, ArticleId] | None = None
        """The article at whose end the next unread article was offered, and the offered article."""
        self._offered_at = 0
        """The value of `commands_run` when the offer was made."""

    @command("down")
    def down(self, count: int | None) -> None:
        """Move down by a row or a headline."""
        self._by(count or 1, self._state.panes.article.scroller.by_rows)

    @command("up")
    def up(self, count: int | None) -> None:
        """Move up by a row or a headline."""
        self._by(-(count or 1), self._state.panes.article.scroller.by_rows)

    @command("half_page_down")
    def half_page_down(self, count: int | None) -> None:
        """Move down by half a page."""
        self._by_page(0.5 * (count or 1), self._state.panes.article.scroller.by_half_pages, count or 1)

    @command("half_page_up")
    def half_page_up(self, count: int | None) -> None:
        """Move up by half a page."""
        self._by_page(-0.5 * (count or 1), self._state.panes.article.scroller.by_half_pages, -(count or 1))

    @command("page_down")
    def page_down(self, count: int | None) -> None:
        """Move down by a page; at the end of an article, a second press goes to the next unread article."""
        pane = self._state.panes.article
        if self._state.pane is Pane.ARTICLE and not pane.selection.kind and pane.viewport.shows_whole_end:
            self._go_on()
            return
        self._by_page(count or 1, self._state.panes.article.scroller.by_pages, count or 1)

    def _go_on(self) -> None:
        """Go to the next unread article if the previous command offered it; if not, offer it in the last row."""
        state, key = self._state, self._state.keymap.hint("page_down")
        following = self._navigator.next_unread()
        offer = (state.shown, following.id) if following is not None else None
        if offer is None or following is None:
            state.refuse("the end · no unread article below")
        elif offer == self._offered and self._offered_at == state.commands_run - 1:
            self._navigator.step(1, unread=True)
            return
        else:
            state.refuse(f"the end · {key}: next unread {quoted(following.title)}")
        self._offered, self._offered_at = offer, state.commands_run

    @command("page_up")
    def page_up(self, count: int | None) -> None:
        """Move up by a page."""
        self._by_page(-(count or 1), self._state.panes.article.scroller.by_pages, -(count or 1))

    @command("top")
    def top(self, count: int | None) -> None:
        """Go to the top; with a count, to that row of the sidebar or list, or to that percentage of the article."""
        state = self._state
        if state.pane is Pane.SIDEBAR:
            state.panes.sidebar.move_to(count - 1 if count else 0)
        elif state.pane is Pane.LIST:
            self._to_headline(count - 1 if count else 0)
        elif state.panes.article.selection.kind:
            state.panes.article.selection.move("top")
        else:
            self._navigator.remember_place()
            if count:
                state.panes.article.scroller.to_percent(min(count, 100))
            else:
                state.panes.article.scroller.to_start()

    @command("bottom")
    def bottom(self, count: int | None) -> None:
        """Go to the bottom; with a count, to that row of the sidebar or list, or to that percentage of the article."""
        state = self._state
        if count:
            self.top(count)
        elif state.pane is Pane.SIDEBAR:
            state.panes.sidebar.move_to(state.panes.sidebar.count - 1)
        elif state.pane is Pane.LIST:
            self._to_headline(len(state.panes.headlines.ids) - 1)
        elif state.panes.article.selection.kind:
            state.panes.article.selection.move("bottom")
        else:
            self._navigator.remember_place()
            state.panes.article.scroller.to_end()

    def _by(self, rows: int, in_article: Callable[[int], bool]) -> None:
        state = self._state
        if state.pane is Pane.SIDEBAR:
            state.panes.sidebar.move_to(state.panes.sidebar.cursor + rows)
        elif state.pane is Pane.LIST:
            self._to_headline(state.panes.headlines.cursor + rows)
        elif state.panes.article.selection.kind:
            state.panes.article.selection.move("down" if rows > 0 else "up", abs(rows))
        else:
            in_article(rows)

    def _by_page(self, pages: float, in_article: Callable[[int], bool], count: int) -> None:
        state = self._state
        if state.pane is Pane.ARTICLE:
            if state.panes.article.selection.kind:
                state.panes.article.selection.move("half_down" if count > 0 else "half_up", abs(count))
            else:
                in_article(count)
            return
        size = state.panes.sidebar.page if state.pane is Pane.SIDEBAR else state.panes.headlines.page
        rows = max(1, int(abs(pages) * size))
        self._by(rows if pages > 0 else -rows, state.panes.article.scroller.by_rows)

    def _to_headline(self, index: int) -> None:
        if self._state.panes.headlines.move_to(index):
            self._navigator.show_current()

    # Between panes

    @command("pane_left")
    def pane_left(self, _count: int | None) -> None:
        """Activate the pane on the left."""
        self._activate(ORDER[max(0, ORDER.index(self._state.pane) - 1)])

    @command("pane_right")
    def pane_right(self, _count: int | None) -> None:
        """Activate the pane on the right."""
        self._to_pane(ORDER[min(len(ORDER) - 1, ORDER.index(self._state.pane) + 1)])

    @command("next_pane")
    def next_pane(self, _count: int | None) -> None:
        """Activate the next pane; after the last pane, the first."""
        self._to_pane(ORDER[(ORDER.index(self._state.pane) + 1) % len(ORDER)])

    @command("previous_pane")
    def previous_pane(self, _count: int | None) -> None:
        """Activate the previous pane; before the first pane, the last."""
        self._to_pane(ORDER[ORDER.index(self._state.pane) - 1])

    def _to_pane(self, pane: Pane) -> None:
        if pane is Pane.ARTICLE and self._state.pane is not Pane.ARTICLE and not is_off_list(self._state):
            self._navigator.enter()
        self._activate(pane)

    @command("open")
    def open(self, _count: int | None) -> None:
        """Open the article under the cursor."""
        if self._navigator.enter():
            self._activate(Pane.ARTICLE)

    # From article to article

    @command("next_article")
    def next_article(self, count: int | None) -> None:
        """Go to the next article."""
        self._step(count or 1, "this is the last article of the view")

    @command("previous_article")
    def previous_article(self, count: int | None) -> None:
        """Go to the previous article."""
        self._step(-(count or 1), "this is the first article of the view")

    @command("next_unread")
    def next_unread(self, count: int | None) -> None:
        """Go to the next unread article."""
        self._step(count or 1, "no unread article below", unread=True)

    @command("previous_unread")
    def previous_unread(self, count: int | None) -> None:
        """Go to the previous unread article."""
        self._step(-(count or 1), "no unread article above", unread=True)

    def _step(self, by: int, at_the_end: str, *, unread: bool = False) -> None:
        if not self._navigator.step(by, unread=unread):
            self._state.say(at_the_end)

    # In the article

    @command("next_sentence")
    def next_sentence(self, count: int | None) -> None:
        """Focus the next sentence."""
        self._in_text("sentence_next", count or 1, self._state.panes.article.focus.move_by_sentences)

    @command("previous_sentence")
    def previous_sentence(self, count: int | None) -> None:
        """Focus the previous sentence."""
        self._in_text("sentence_previous", -(count or 1), self._state.panes.article.focus.move_by_sentences)

    @command("next_paragraph")
    def next_paragraph(self, count: int | None) -> None:
        """Go to the next paragraph."""
        self._in_text("paragraph_next", count or 1, self._state.panes.article.focus.move_by_paragraphs)

    @command("previous_paragraph")
    def previous_paragraph(self, count: int | None) -> None:
        """Go to the previous paragraph."""
        self._in_text("paragraph_previous", -(count or 1), self._state.panes.article.focus.move_by_paragraphs)

    def _in_text(self, motion: str, count: int, focus: Callable[[int], bool]) -> None:
        """Move the active end of the selection by `count` times `motion`; without a selection, call `focus(count)`.

        A negative count moves the focus back; the motion has a direction itself.
        """
        pane = self._state.panes.article
        if pane.selection.kind:
            pane.selection.move(motion, abs(count))
        else:
            focus(count)

    @command("next_heading")
    def next_heading(self, count: int | None) -> None:
        """Go to the next heading."""
        self._heading(count or 1, "no heading below")

    @command("previous_heading")
    def previous_heading(self, count: int | None) -> None:
        """Go to the previous heading."""
        self._heading(-(count or 1), "no heading above")

    def _heading(self, by: int, at_the_end: str) -> None:
        self._navigator.remember_place()
        pane = self._state.panes.article
        if not pane.focus.move_by_headings(by):
            is_loading = by > 0 and pane.document is not None and pane.document.partial
            self._state.say("the text is still being read" if is_loading else at_the_end)

    @command("jump_back")
    def jump_back(self, count: int | None) -> None:
        """Go back in the jump list."""
        self._state.say("")  # it may be the hint that this key goes back
        if not self._navigator.jump(-(count or 1)):
            self._state.refuse("no place to go back to")

    @command("jump_forward")
    def jump_forward(self, count: int | None) -> None:
        """Go forward in the jump list."""
        if not self._navigator.jump(count or 1):
            self._state.refuse("no place to go forward to")
