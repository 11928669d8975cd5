"""The commands that take a passage out of the text: quotes with their source, and pipes to other programs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.exchange.quotes import quote
from tui_reader.exchange.registry import WRITERS
from tui_reader.model.ranges import Range
from tui_reader.tui.commands.binding import command
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.tui.screens.reading.actions.selection import SelectionActions
    from tui_reader.tui.screens.reading.state import ReadingScreenState


class QuoteActions:
    """Each public method is the command of its name."""

    def __init__(
        self,
        state: ReadingScreenState,
        selecting: SelectionActions,
        *,
        put: Callable[[str, str], str],
        pick: Callable[..., None],
        ask: Callable[[Question], None],
        run: Callable[[str, str], None],
    ) -> None:
        """Args: `put` puts a text on the clipboard and says so, `pick` lets the reader choose, `ask` asks, `run` gives
        a text to a command and shows its answer.
        """
        self._state, self._selecting = state, selecting
        self._put, self._pick, self._ask, self._run = put, pick, ask, run

    @command("copy")
    def copy(self, _count: int | None) -> None:
        """Copy the selection, the highlight or the sentence as a quote, in the style of the settings."""
        self._copy(self._state.settings.quote_style, self._chosen())

    @command("copy_as")
    def copy_as(self, _count: int | None) -> None:
        """Copy it in another style."""
        from tui_reader.tui.screens.choice import Choice  # noqa: PLC0415 - not needed for the first frame

        chosen = self._chosen()
        choices = [
            Choice(f"As {each.name}", each.description, partial(self._copy, each.name, chosen)) for each in WRITERS
        ]
        self._pick("Quote", choices, few=True)

    @command("pipe")
    def pipe(self, _count: int | None) -> None:
        """Give the selection, or the whole text, to a command of the shell, and show what it answers."""
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
        headline, document = self._state.headline(self._state.shown), self._document
        if headline is None or document is None or chosen is None:
            self._state.refuse("there is nothing to copy")
            return
        try:
            text = quote(headline, document, chosen.start, chosen.end, style)
            said = self._put(text, "the quote with its source")
        except ReaderError as error:
            self._state.say(str(error), bad=True)
        except ValueError:
            self._state.refuse(self._no_words)
        else:
            self._selecting.leave()
            self._state.say(said)

    @property
    def _document(self) -> Document | None:
        """The text that is read; while its changes are shown, without what is gone."""
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
        """The selection, else the highlight under the cursor, else the sentence that has the focus or is on top: as a
        range of the text that is read.
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
