"""The commands for changes since the last reading of an article: a notice, and a comparison by words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.document.cells import cell_width
from tui_reader.document.motions import sentence_at
from tui_reader.tui.commands.binding import command
from tui_reader.tui.commands.command_texts import Hint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.comparison_document import ComparisonDocument
    from tui_reader.tui.screens.reading.state import ReadingScreenState


def _with_spaces(gone: str, text: str, at: int) -> str:
    """Return removed words with a space on each side where they would touch other words of the text.

    Wide characters, as in Chinese, get no space.

    Args:
        gone: The removed words.
        text: The text into which they are inserted.
        at: Offset in `text` at which they are inserted.
    """
    if not gone:
        return gone
    before, behind = text[at - 1 : at], text[at : at + 1]
    lead = " " if before.strip() and not gone[0].isspace() and cell_width(before + gone[0]) == 2 else ""
    trail = " " if behind.strip() and not gone[-1].isspace() and cell_width(gone[-1] + behind) == 2 else ""
    return lead + gone + trail


class ChangesActions:
    """Runs the commands of the comparison, and returns the notice about changes."""

    def __init__(self, state: ReadingScreenState) -> None:
        self._state = state
        self._noticed: tuple[ArticleId, Document] | None = None
        self._ended: tuple[ArticleId, ComparisonDocument] | None = None
        """Article and content of the last comparison, kept to show it again although its changes now count as seen."""

    @command("changes")
    def changes(self, _count: int | None) -> None:
        """Toggle between the text and the changes since the article was last read."""
        if not self.end():
            self._begin()

    def end(self) -> bool:
        """End the comparison: show the text again, with the same sentence focused.

        Returns:
            True if a comparison was shown.
        """
        state, comparison, pane = self._state, self._state.comparison, self._state.panes.article
        headline = state.headline(state.shown)
        if comparison is None or headline is None or state.shown is None:
            return False
        offset, focus = comparison.original_at(pane.viewport.offset), pane.selection.range or pane.focus.range
        self._ended = state.shown, comparison
        state.set_comparison(None)
        pane.show(headline, comparison.original, offset=offset, progress=headline.state.progress)
        if focus is not None:
            sentence = sentence_at(comparison.original, comparison.original_at(focus.start))
            pane.focus.show(sentence.start, sentence.end)
        state.notify_text_shown()
        state.library.revisions.mark_seen(state.shown, comparison.original)
        state.say("this is the current text")
        return True

    def _begin(self) -> None:
        state, pane = self._state, self._state.panes.article
        headline, document = state.headline(state.shown), pane.document
        if headline is None or document is None or document.partial or document.error:
            return
        comparison = self._compared(headline.id, document)
        if comparison is None:
            state.refuse("nothing has changed since you read it")
            return
        offset = pane.viewport.offset
        state.set_comparison(comparison)
        pane.show(headline, comparison.document, offset=comparison.shown_at(offset) if offset else 0)
        state.notify_text_shown()
        number = comparison.step(pane.viewport.offset - 1, 1)
        low, high = pane.viewport.visible_range()
        if number is not None and not low <= comparison.changes[number][0] < high:
            pane.scroller.to_offset(comparison.changes[number][0])
        keys = state.keymap.hint("changes")
        count = len(comparison.changes)
        many = "1 change" if count == 1 else f"{count:,} changes"
        state.say(f"{many} since you read it · underlined is new, struck is gone · {keys} ends")

    def _compared(self, article: ArticleId, document: Document) -> ComparisonDocument | None:
        """Return a comparison of a text with the text as last read, or the previous comparison of this text.

        None if the text is unchanged since the last reading and was not compared before.
        """
        revisions = self._state.library.revisions
        old = revisions.old_text(article)
        found = revisions.changes(article, document) if old is not None else []
        if old is not None and found:
            # Few articles have changed since they were read.
            from tui_reader.tui.screens.reading.comparison_document import (  # noqa: PLC0415
                ComparisonDocument,
                TextChange,
            )

            return ComparisonDocument(
                document,
                [
                    TextChange(
                        _with_spaces(old[each.old.start : each.old.end], document.text, each.new.start), *each.new
                    )
                    for each in found
                ],
            )
        if self._ended is not None and self._ended[0] == article and self._ended[1].original is document:
            return self._ended[1]
        return None

    def hints(self) -> Sequence[Hint]:
        """Return the hints for the last row while a comparison is shown."""
        keymap = self._state.keymap
        return Hint(keymap.hint("next_change"), "next change"), Hint(keymap.hint("changes"), "the text itself")

    @command("next_change")
    def next_change(self, count: int | None) -> None:
        """Go to the next change."""
        self._to_change(count or 1, "no change below")

    @command("previous_change")
    def previous_change(self, count: int | None) -> None:
        """Go to the previous change."""
        self._to_change(-(count or 1), "no change above")

    def _to_change(self, by: int, at_the_end: str) -> None:
        state, comparison = self._state, self._state.comparison
        pane = state.panes.article
        if comparison is None:
            state.say(f"{state.keymap.hint('changes')} shows what has changed")
            return
        focus = pane.focus.range
        low, high = pane.viewport.visible_range()
        # After scrolling away from the focused change, continue from the visible rows.
        here = focus.start if focus is not None else low - 1 if by > 0 else high
        number = comparison.step(here, by)
        if number is None:
            state.refuse(at_the_end)
            return
        pane.focus.show(*comparison.changes[number])
        state.say(f"change {number + 1:,} of {len(comparison.changes):,}")

    def notice(self) -> str:
        """Return the notice that the shown article has changed; empty if it has not, or was announced already."""
        state = self._state
        document = state.panes.article.document
        article = state.shown
        if self._noticed is not None and self._noticed[0] != article:
            # The user saw the notice, read the article and left it: its current text counts as seen.
            state.library.revisions.mark_seen(*self._noticed)
            self._noticed = None
        if article is None or document is None or not state.entered or state.comparison is not None:
            return ""
        if self._noticed is not None and self._noticed[1] is document:
            return ""
        if not state.library.revisions.is_changed(article, document):
            return ""
        self._noticed = article, document
        return f"changed since you read it · {state.keymap.hint('changes')} shows how"
