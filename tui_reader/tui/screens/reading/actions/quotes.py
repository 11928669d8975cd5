"""The commands that copy a passage as a quote with its source, or pipe a text through a shell command."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.model.ranges import Range
from tui_reader.tui.commands.binding import command
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.tui.screens.reading.actions.selection import SelectionActions
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class QuoteActions:
    """Runs the commands that copy quotes and pipe texts."""

    def __init__(
        self,
        state: ReadingScreenState,
        selection_actions: SelectionActions,
        *,
        copy_text: Callable[[str, str], str],
        pick: Callable[..., object],
        ask: Callable[[Question], None],
        run: Callable[[str, str], None],
    ) -> None:
        """Store the parts of the screen that the commands use.

        Args:
            copy_text: Copies a text to the clipboard and returns a message.
            pick: Opens a picker.
            ask: Asks a question.
            run: Pipes a text through a shell command and shows the output.
        """
        self._state, self._selection_actions = state, selection_actions
        self._copy_text, self._pick, self._ask, self._run = copy_text, pick, ask, run

    @command("copy")
    def copy(self, _count: int | None) -> None:
        """Copy the selection, highlight or sentence as a quote, in the style of the settings."""
        self._copy(self._state.settings.quote_style, self._chosen())

    @command("copy_as")
    def copy_as(self, _count: int | None) -> None:
        """Copy the selection, highlight or sentence as a quote, in a style chosen from a list."""
        from tui_reader.exchange.registry import QUOTE_STYLES  # noqa: PLC0415 - not needed for the first frame
        from tui_reader.tui.screens.choice import Choice  # noqa: PLC0415 - not needed for the first frame

        chosen = self._chosen()
        choices = [
            Choice(each.id, "", partial(self._copy, each.id, chosen), each.quote_example) for each in QUOTE_STYLES
        ]
        self._pick("Quote", choices)

    @command("pipe")
    def pipe(self, _count: int | None) -> None:
        """Pipe the selection, or the whole text, through a shell command, and show the output."""
        pane = self._state.panes.article
        document = self._document
        if document is None or document.partial:
            self._state.refuse("there is no text to pipe")
            return
        chosen = self._chosen() if pane.selection.kind else None
        if pane.selection.kind and not self._has_words(chosen):
            self._state.refuse(self._no_words)
            return
        text = document.text if chosen is None else document.text[slice(*chosen)]
        what = "| selection to" if pane.selection.kind else "| text to"

        def answered(command: str) -> None:
            if command.strip():
                self._state.say(f"waiting for {command.strip()}")
                self._run(command.strip(), text)

        self._ask(Question(what, answered, placeholder="wc -w"))

    def _copy(self, style: str, chosen: Range | None) -> None:
        from tui_reader.exchange.quotes import quote  # noqa: PLC0415 - 2 ms, for the first quote

        headline, document = self._state.headline(self._state.shown), self._document
        if headline is None or document is None or chosen is None:
            self._state.refuse("there is nothing to copy")
            return
        try:
            text = quote(headline, document, chosen.start, chosen.end, style)
            said = self._copy_text(text, "the quote with its source")
        except ReaderError as error:
            self._state.say(str(error), bad=True)
        except ValueError:
            self._state.refuse(self._no_words)
        else:
            self._selection_actions.leave()
            self._state.say(said)

    @property
    def _document(self) -> Document | None:
        """The article's text; while a comparison is shown, the text without the removed words."""
        comparison = self._state.comparison
        return self._state.panes.article.document if comparison is None else comparison.original

    @property
    def _no_words(self) -> str:
        gone = self._state.comparison is not None
        return (
            "these words are gone from the text: only what stands in it can be taken" if gone else "there are no words"
        )

    def _has_words(self, chosen: Range | None) -> bool:
        document = self._document
        return document is not None and chosen is not None and bool(document.text[slice(*chosen)].strip())

    def _chosen(self) -> Range | None:
        """Return the range to quote: the selection, the highlight under the cursor, or the sentence.

        The range refers to the article's text, even while a comparison is shown.
        """
        pane, comparison = self._state.panes.article, self._state.comparison
        if pane.document is None or pane.document.error:
            return None
        mark = None if pane.selection.kind else pane.highlights.current
        if mark is not None:
            found = Range(mark.start, mark.end)
        elif pane.selection.kind and pane.selection.range is None:
            return None
        else:
            found = Range(*pane.selection.target())
        if comparison is None:
            return found
        return Range(comparison.original_at(found.start), comparison.original_at(found.end))
