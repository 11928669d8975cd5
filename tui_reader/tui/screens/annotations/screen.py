"""The screen that lists the annotations of an article or the library, with a preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.tui.commands.binding import handlers_of
from tui_reader.tui.commands.command import IN_ANNOTATIONS, Command, Pane
from tui_reader.tui.screens.annotations.actions import AnnotationActions
from tui_reader.tui.screens.annotations.annotation_exports import AnnotationExports
from tui_reader.tui.screens.annotations.annotation_listing import AnnotationListing
from tui_reader.tui.screens.annotations.annotation_use import AnnotationCommandUse
from tui_reader.tui.screens.annotations.cursor_actions import CursorActions
from tui_reader.tui.screens.annotations.list_actions import ListActions
from tui_reader.tui.screens.annotations.list_loader import LibraryAnnotations
from tui_reader.tui.screens.annotations.place_preview import PlacePreview
from tui_reader.tui.screens.annotations.program_actions import ProgramActions
from tui_reader.tui.screens.annotations.quote_copies import QuoteCopies
from tui_reader.tui.screens.external_programs import edit_text
from tui_reader.tui.screens.key_screen import KeyScreen
from tui_reader.tui.widgets.annotation_card import AnnotationCard
from tui_reader.tui.widgets.annotation_list import AnnotationList
from tui_reader.tui.widgets.article_pane.pane import ArticlePane
from tui_reader.tui.widgets.bars import Divider, StatusBar, TopBar
from tui_reader.tui.widgets.containers import Columns, Rows
from tui_reader.tui.widgets.filter_bar import FilterBar
from tui_reader.tui.widgets.prompt import Prompt, Question

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from textual.app import ComposeResult
    from textual.widget import Widget

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.drafts import Draft
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.external_programs import Edited
    from tui_reader.tui.screens.reading.reading_host import ReadingHost

SIDE_BY_SIDE = 72
"""Smallest width in columns at which the preview is beside the list."""


class AnnotationsScreen(KeyScreen):
    """The list of annotations and its preview. Changes are shown on the reading screen as well.

    It has more than 25 public methods because it inherits 19 for keys and notes from KeyScreen, and is the host of its
    actions.
    """

    CSS = """
    AnnotationsScreen {
        layout: vertical; background: $page; overflow: hidden;
        & > #places { height: 1fr; background: $page; }
        & #annotations { height: 1fr; }
        & #beside { height: 100%; }
        & #article { height: 1fr; width: 1fr; }
        &.-narrow > #places { layout: vertical; }
        &.-narrow #beside { height: auto; width: 100%; }
        &.-narrow #article, &.-narrow Divider { display: none; }
    }
    """

    def __init__(self, reading: ReadingHost, article: ArticleId | None, today: Callable[[], date]) -> None:
        """Show the annotations of an article over the reading screen.

        Args:
            reading: The reading screen.
            article: The article; None for the whole library.
            today: Returns the current date, from which ages in the filter count.
        """
        super().__init__(reading.state, StatusBar(id="status"))
        self._reading, self._library, self._today = reading, reading.state.library, today
        self._top, self._bar, self._prompt = (
            TopBar(id="top"),
            FilterBar(id="filter"),
            Prompt(id="prompt", is_on_top=True),
        )
        source = LibraryAnnotations(self._library)
        self._list = AnnotationList(source, today, id="annotations")
        self._card = AnnotationCard(id="card")
        self._pane = ArticlePane(today=today, measure=self.state.settings.measure, id="article")
        self._preview = PlacePreview(self._library, self._keymap, self._card, self._pane)
        self._copies = QuoteCopies(self._library, self._copied)
        self._listing = AnnotationListing(
            self.state,
            source,
            self._list,
            above=(self._top, self._bar),
            moved=self._show_place,
            article=article,
        )
        cursor_actions = CursorActions(self._list, self._show_place)
        self._list.bar = self._bar.bar
        self._list_actions = ListActions(
            self,
            reading,
            self._listing,
            self._preview,
            cursor_actions,
            today=today,
            bar=self._bar.bar,
            repaint=self._repaint_bar,
        )
        self.query_typing = self._list_actions.typing
        actions = AnnotationActions(self, self._listing, self._preview, self._copies)
        exports = AnnotationExports(self, self._listing, reading.run_outside)
        program = ProgramActions(self, reading, exports, self._list_actions.narrow)
        owners = cursor_actions, self._list_actions, actions, exports, program
        self._handlers = handlers_of(owners, IN_ANNOTATIONS)
        self._situation = AnnotationCommandUse(self.state, self._listing)

    def compose(self) -> ComposeResult:
        """Yield the widgets: first row, filter, list, preview and last row."""
        yield self._top
        yield self._bar
        yield self._prompt
        with Columns(id="places"):
            yield self._list
            yield Divider(id="divider")
            with Rows(id="beside"):
                yield self._card
                yield self._pane
        yield self._status

    def on_mount(self) -> None:
        """Fill the list when the screen is mounted."""
        self._arrange()
        self.show_hints()
        self._listing.load()
        # A passage can be scrolled into view only after the layout has given the pane its size.
        self.call_after_refresh(self._show_place)

    def on_resize(self) -> None:
        """Adapt the widths of list and preview to the new size."""
        self._arrange()
        self.fit_sheet()

    def _arrange(self) -> None:
        width = self.app.size.width
        narrow = width < SIDE_BY_SIDE
        self.set_class(narrow, "-narrow")
        if narrow != self._preview.narrow:
            self._preview.narrow = narrow
            self.call_after_refresh(self._show_place)
        self._list.styles.width = width if narrow else max(38, min(64, width // 2))

    # Keys

    @property
    def context(self) -> Pane:
        """The pane whose keys are active: the list of annotations."""
        return Pane.ANNOTATIONS

    def _is_useful(self, command: str) -> bool:
        """Return False for a command without an effect, such as listing the annotations that are already listed."""
        listed = "all_annotations" if self._listing.article is None else "annotations_here"
        return command != listed and super()._is_useful(command)

    @property
    def prompt(self) -> Prompt:
        """The widget that asks questions on this screen."""
        return self._prompt

    def run(self, command: Command, count: int | None = None, key: str = "") -> None:
        """Run a command; `key` is not used, since no command of this screen takes a key."""
        with self._discarding_words_of(command):
            self._handlers[command.id](count)

    def widget_below_sheet(self) -> Widget:
        """The widget above which the note sheet is mounted: the last row."""
        return self._status

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row for a few seconds; `bad` marks it as an error."""
        self._status.say(message, bad=bad)

    def say_also(self, message: str) -> None:
        """Append a message to the one in the last row if that is recent."""
        self._status.say_also(message)

    def show_activity(self, activity: str, *, seconds: float | None = None) -> None:
        """Show a running activity, such as saving, in the last row beside the message, for `seconds` if given."""
        self._status.show_activity(activity, seconds=seconds)

    def ask(self, question: Question) -> None:
        """Ask a question in the row of the filter."""
        self._bar.display = False
        self._prompt.ask(question)

    def on_prompt_closed(self) -> None:
        """Show the filter again after a question was closed."""
        self._bar.display = True

    def _repaint_bar(self) -> None:
        self._bar.repaint_bar()
        self._list.repaint()

    # Preview

    def _show_place(self) -> None:
        self._preview.show(self._listing.current)
        self.show_hints()

    @property
    def awaited(self) -> ArticleId | None:
        """The article whose text is shown or loading."""
        return self._copies.article or self._preview.article

    def arrived(self, article: ArticleId, document: Document) -> None:
        """Show a loaded text, and continue a copy that needs this text."""
        annotation = self._listing.current
        if annotation is not None and article == self._preview.article == annotation.article:
            self._preview.show_in(annotation, document)
        if not document.partial:
            self._copies.go_on()

    def changed(self) -> None:
        """Update the list and the preview after a change of annotations or articles."""
        if not self._listing.changed():
            self._list.touch()
            self._show_place()

    def warning_changed(self) -> None:
        """Update the warning about unsaved changes in the first row."""
        self._listing.describe()

    def show_outcome(self, outcome: Outcome) -> bool:
        """Show the outcome of a change, here and on the reading screen.

        Returns:
            True if the outcome has a message.
        """
        if outcome.ids or outcome.annotation or outcome.undo:
            self.update_reading_screen(outcome)
            self._listing.update_after(outcome.annotation)
        self.say(self.state.outcome_text(outcome))
        return bool(outcome.message)

    def update_reading_screen(self, outcome: Outcome, *, refilter: bool = False) -> None:
        """Show the outcome of a change on the reading screen; with `refilter`, filter its list again as well."""
        self._reading.listing.touch(outcome.ids)
        if refilter:
            self._reading.listing.refresh()
            if self.state.pane is not Pane.ARTICLE:
                self._reading.navigator.show_current()
        self._reading.navigator.update_header()
        self._reading.highlight_actions.refresh()

    def edit_outside(self, text: str, draft: Draft) -> Edited:
        """Let the user edit a note in an external editor."""
        return edit_text(self.app, self.state.settings.editor, text, draft)

    def _copied(self, text: str, count: int) -> None:
        try:
            self.say(self._reading.link_actions.copy_text(text, "a quote" if count == 1 else f"{count:,} quotes"))
        except ReaderError as error:
            self.say(str(error), bad=True)

    # The mouse

    def on_annotation_list_clicked(self, event: AnnotationList.Clicked) -> None:
        """Show the clicked annotation in the preview; at a double click go to its article."""
        self._list_actions.typing.finish()
        if event.chain > 1:
            self._list_actions.go_to_annotation(None)
        else:
            self._show_place()

    def on_annotation_list_completion_clicked(self, event: AnnotationList.CompletionClicked) -> None:
        """Insert the clicked completion into the filter."""
        self._list_actions.typing.insert_completion(event.index)

    def on_annotation_list_moved(self) -> None:
        """Update the preview after the wheel has moved the cursor."""
        self._show_place()

    def on_article_pane_activated(self) -> None:
        """Go to the article after a click into its text."""
        self._list_actions.go_to_annotation(None)
