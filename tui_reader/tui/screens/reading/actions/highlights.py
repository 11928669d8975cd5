"""The commands that annotate: highlight, recolour, write notes, delete, step, attach."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.motions import sentence_at
from tui_reader.document.quotation import quoted
from tui_reader.model.ranges import Range
from tui_reader.tui.commands.binding import command, command_family
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import COLOUR_COMMANDS
from tui_reader.tui.screens.article_highlights import HighlightsDisplay
from tui_reader.tui.screens.reading.actions.attaching import AttachActions
from tui_reader.tui.screens.reading.state import Place
from tui_reader.tui.widgets.bars import article_counts
from tui_reader.tui.widgets.styled_lines import clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.tui.screens.annotation_editor import AnnotationEditor
    from tui_reader.tui.screens.reading.actions.article import ArticleNavigator
    from tui_reader.tui.screens.reading.actions.selection import SelectionActions
    from tui_reader.tui.screens.reading.headline_listing import HeadlineListing
    from tui_reader.tui.screens.reading.state import ReadingScreenState
    from tui_reader.tui.widgets.article_pane.highlight_index import Highlight


FRAMES = 10
"""Number of frames to wait for the article pane to become visible before scrolling to a `Target`."""


class Target(NamedTuple):
    """A position to go to."""

    article: ArticleId
    annotation: AnnotationId
    """The highlight at the position; empty if it no longer exists."""
    offset: int
    """The code point where the highlight begins or began."""


class HighlightActions:
    """Runs the commands that annotate, and keeps the highlights in the article pane up to date."""

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        selection_actions: SelectionActions,
        editor: AnnotationEditor,
        *,
        show_all: Callable[[ArticleId | None], None],
        changes_notice: Callable[[], str],
    ) -> None:
        """Store the parts of the screen that the commands use.

        Args:
            show_all: Opens the list of annotations, of an article or of the library.
            changes_notice: Returns the notice that the shown article has changed.
        """
        self._state, self._listing, self._navigator = state, listing, navigator
        self._selection_actions, self._editor, self._show_all = selection_actions, editor, show_all
        self._changes_notice = changes_notice
        self._display = HighlightsDisplay(state)
        self.attaching = AttachActions(state)
        """The annotation that the next highlighting key attaches to a new range."""
        self._orphans = 0
        """Number of annotations of the shown article without a position."""
        self._orphan_notice_for: tuple[ArticleId | None, int, Document | None] = (None, 0, None)
        """Article, number of orphans and text of the last notice about orphans, which is shown once for each text."""
        self._target: Target | None = None
        """The position to go to once its article is shown."""
        self._frames_left = 0
        """Number of frames left to wait for the article pane before scrolling to `_target`."""

    # Highlights

    @command("highlight")
    def highlight(self, _count: int | None) -> None:
        """Highlight the selection or the focused sentence in the last used colour."""
        self._highlight(None)

    @command_family(COLOUR_COMMANDS)
    def colour(self, colour: int, _count: int | None) -> None:
        """Set the colour of the current highlight, or create a new highlight in that colour."""
        mark = self._current()
        if mark is not None:
            self._editor.recolour([mark], colour)
        else:
            self._highlight(colour)

    @command("note_selection")
    def note_selection(self, _count: int | None) -> None:
        """Highlight the selection and open its note."""
        self.note(None)

    @command("note")
    def note(self, _count: int | None) -> None:
        """Open the note of the highlight under the cursor; without a highlight, create one first."""
        mark = self._current() or self._highlight(None)
        if mark is not None:
            self._editor.edit_note(mark)

    @command("note_outside")
    def note_outside(self, _count: int | None) -> None:
        """Open the note in an external editor; without a current highlight, create one first."""
        mark = self._current() or self._highlight(None)
        if mark is not None:
            self._editor.edit_note_outside(mark)

    @command("note_on_article")
    def note_on_article(self, _count: int | None) -> None:
        """Open the note on the whole article."""
        headline = self._state.headline(self._state.target)
        if headline is not None:
            self._editor.note_on_article(headline.id, headline.title)

    @command("delete_annotation")
    def delete_annotation(self, _count: int | None) -> None:
        """Delete the highlight under the cursor."""
        mark = self._current()
        if mark is not None:
            self._editor.delete([mark])
        else:
            self._state.refuse("there is no highlight here")

    @command("cycle_marks")
    def cycle_marks(self, _count: int | None) -> None:
        """Make the next of several overlapping highlights the current highlight."""
        pane = self._state.panes.article
        if not pane.highlights.cycle():
            self._state.refuse(
                "no other highlight overlaps here" if pane.highlights.current else "there is no highlight here"
            )

    @command("resize_mark")
    def resize_mark(self, _count: int | None) -> None:
        """Select the range of the highlight under the cursor, to change it."""
        mark = self._state.panes.article.highlights.current
        if mark is None or self._state.panes.article.selection.kind:
            self._state.refuse("there is no highlight here")
            return
        if self._state.panes.article.selection.select(mark.start, mark.end):
            self.attaching.begin(mark.id, resize=True)
            self._selection_actions.began()
        self._state.refuse(f"move the end · {self._state.keymap.hint('other_end')} the other · enter keeps it")

    @command("accept_place")
    def accept_place(self, _count: int | None) -> None:
        """Confirm the position at which the highlight under the cursor was found again in a changed text."""
        mark = self._current()
        if mark is not None:
            self._editor.accept([mark])
        else:
            self._state.refuse("there is no highlight here")

    @command("next_mark")
    def next_mark(self, count: int | None) -> None:
        """Go to the next highlight."""
        self._walk(count or 1, "no highlight below")

    @command("previous_mark")
    def previous_mark(self, count: int | None) -> None:
        """Go to the previous highlight."""
        self._walk(-(count or 1), "no highlight above")

    def _walk(self, count: int, at_the_end: str) -> None:
        pane = self._state.panes.article
        self._navigator.remember_place()
        if not pane.highlights.step(count):
            self._state.refuse(
                at_the_end if self._display.highlights.shown else "nothing is highlighted in this article"
            )

    @command("all_annotations")
    def all_annotations(self, _count: int | None) -> None:
        """Open the list of all annotations of the library."""
        self._show_all(None)

    @command("annotations_here")
    def annotations_here(self, _count: int | None) -> None:
        """Open the list of the article's annotations."""
        if self._state.target is not None:
            self._show_all(self._state.target)

    def tags(self) -> bool:
        """Ask for the tags of the highlight under the cursor.

        Returns:
            True if a highlight is under the cursor.
        """
        mark = self._current() if self._state.pane is Pane.ARTICLE else None
        if mark is not None:
            self._editor.edit_tags([mark])
        return mark is not None

    def _highlight(self, colour: int | None) -> AnnotationId | None:
        """Highlight the selection or the focused sentence, or attach the pending annotation to it.

        Args:
            colour: The colour; None for the last used colour, or to keep that of an existing highlight.

        Returns:
            The new or attached annotation, or the highlight that covers exactly that range already; None if there is no
            range.
        """
        attaching = self.attaching.annotation if self.attaching.pending is not None else None
        if attaching is not None:
            return self._attach(attaching, colour)
        state, article = self._state, self._state.shown
        pane, document = state.panes.article, state.panes.article.document
        chosen = self._range_to_highlight()
        if article is None or document is None or chosen is None:
            return None
        low, high = chosen
        name = state.colour_name(colour or state.library.annotations.last_colour)
        existing = pane.highlights.over(*_words(document, low, high))
        if state.context is Pane.SELECTION:
            self._selection_actions.leave()
        if existing is not None:
            pane.highlights.go(existing.id)
            if colour is not None and colour != existing.colour:
                self._editor.recolour([existing.id], colour)
            else:
                state.say(f"it is highlighted in {state.colour_name(existing.colour)} already")
            return existing.id
        outcome = state.library.annotations.add(article, document, low, high, colour=colour)
        if outcome.annotation:
            self.show_outcome(outcome._replace(message=f"highlighted in {name}"))
            pane.highlights.prefer(outcome.annotation)
        else:
            state.say_outcome(outcome)
        return outcome.annotation or None

    def _range_to_highlight(self) -> Range | None:
        """Return the range to highlight: the selection or the focused sentence.

        Without selection and focus, focus the sentence that would be highlighted, and return None.
        """
        pane = self._state.panes.article
        document = pane.document
        if self._state.comparison is not None:
            self._state.refuse(f"{self._state.keymap.hint('changes')} shows the text itself, to highlight in")
            return None
        if document is None or document.partial or not document.has_text:
            self._state.refuse(
                "the text is still loading" if document is None or document.partial else "there is no text"
            )
            return None
        if not pane.selection.kind and pane.focus.range is None and pane.focus.visible_candidate is None:
            pane.focus.move_by_sentences(1)
            self._state.refuse("the same key again highlights this sentence", offers_repeat=True)
            return None
        found = pane.selection.range if pane.selection.kind else pane.selection.target()
        if found is None or found.end <= found.start:
            self._state.refuse("there are no words to highlight here")
            return None
        return Range(found.start, found.end)

    def _current(self) -> AnnotationId | None:
        """Return the highlight that commands act on; None while a passage is being selected."""
        pane = self._state.panes.article
        mark = None if pane.selection.kind else pane.highlights.current
        return mark.id if mark is not None else None

    # Attaching

    def attach(self, annotation_id: AnnotationId, candidate: Range | None) -> None:
        """Let the next highlighting key attach an annotation to a range.

        Args:
            annotation_id: The annotation.
            candidate: A range to select at once as the likely position; None without a candidate.
        """
        state = self._state
        self.attaching.begin(annotation_id, resize=False)
        if candidate is not None:
            state.panes.article.selection.select(candidate.start, candidate.end)
        self._selection_actions.began()
        annotation = state.library.annotations.get(annotation_id)
        quote = annotation.quote if annotation is not None else ""
        short = clip(quote, 24)
        keys = state.keymap.hint("highlight")
        state.say(f"enter or {keys} attaches {quoted(short)} to the selection, or to the focused sentence")

    def _attach(self, annotation_id: AnnotationId, colour: int | None) -> AnnotationId | None:
        """Attach an annotation to the selection or the focused sentence.

        Args:
            annotation_id: The annotation.
            colour: The new colour of its highlight; None to keep the colour.

        Returns:
            The annotation; None without a range.
        """
        annotations = self._state.library.annotations
        document, annotation = self._state.panes.article.document, annotations.get(annotation_id)
        chosen = self._range_to_highlight() if annotation is not None else None
        if document is None or annotation is None or chosen is None:
            return None
        self.attaching.end()
        self._selection_actions.leave()
        change = annotations.reattach if annotation.is_orphan else annotations.resize
        self.show_outcome(change(annotation_id, document, *chosen, colour=colour))
        self._state.panes.article.highlights.go(annotation_id)
        self._selection_actions.began()
        return annotation_id

    def go_to(self, annotation: Annotation, candidate: Range | None) -> None:
        """Show an annotation in its article; without a position, it becomes pending, to be attached."""
        self._navigator.remember_place()
        current = annotation.current
        offset = current.start if current is not None else 0
        if annotation.is_orphan:
            library, pane = self._state.library, self._state.panes.article
            document = library.documents.get(annotation.article)
            if document is not None and not document.partial:
                offset = library.missing_articles.likely_offset(annotation, document)
            self._navigator.go_to(Place(annotation.article, offset))
            self._navigator.mark_opened()
            if document is not None and document is pane.document and candidate is None:
                pane.focus.show(*sentence_at(document, offset))
            self.attach(annotation.id, candidate)
            return
        if annotation.placed is not None:
            offset = annotation.placed.start
            self.go_once_shown(Target(annotation.article, annotation.id, offset))
        self._navigator.go_to(Place(annotation.article, offset))
        self._navigator.mark_opened()
        self.refresh()

    # Display

    def show_outcome(self, outcome: Outcome) -> bool:
        """Show the outcome of a change of annotations.

        Returns:
            True if the outcome has a message.
        """
        if outcome.ids or outcome.annotation or outcome.undo:
            self._update()
            self._say_orphans()
            self._listing.touch(outcome.ids)  # which shows the counts too
        self._state.say_outcome(outcome)
        return bool(outcome.message)

    def refresh(self) -> None:
        """Update the highlights in the article pane, and the notices. Very cheap if no highlight has changed."""
        is_recounted = self._update()
        if notice := self._changes_notice():
            self._state.say_also(notice)
        self._say_orphans()
        if is_recounted and self._state.pane is Pane.ARTICLE:
            self._listing.recount()

    def _update(self) -> bool:
        """Update the highlights in the article pane. Return True if the counts, which are shown elsewhere, changed."""
        is_recounted = self._display.update() and self._count()
        self._go_to_target()
        return is_recounted

    def _say_orphans(self) -> None:
        if lost := self._orphan_notice(self._state.shown):
            self._state.say_also(lost)

    def go_once_shown(self, target: Target) -> None:
        """Go to a position as soon as its article is shown."""
        self._target, self._frames_left = target, FRAMES

    def scroll_into_view(self, offset: int) -> None:
        """Scroll to a code point of the shown article, if it is not visible."""
        pane = self._state.panes.article
        low, high = pane.viewport.visible_range()
        if not low <= offset < high:
            pane.scroller.to_offset(offset)

    def _go_to_target(self) -> None:
        target, state = self._target, self._state
        pane = state.panes.article
        if target is None or target.article != state.shown:
            if target is not None and target.article != self._navigator.expected:
                self._target = None
            return
        if not any(pane.viewport.visible_range()):
            # In a narrow terminal, the pane gets its size only in one of its first frames.
            if state.pane is Pane.ARTICLE and self._frames_left:
                self._frames_left -= 1
                pane.call_after_refresh(self.refresh)
            return
        if target.annotation:
            reached = pane.highlights.go(target.annotation)
        else:
            reached = pane.document is not None and not pane.document.partial
            if reached:
                self.scroll_into_view(target.offset)
        if reached:
            self._target = None

    def reveal(self) -> None:
        """Scroll the highlight under the cursor into view."""
        mark = self._current()
        if mark is not None:
            self._state.panes.article.highlights.go(mark)

    @property
    def painted(self) -> tuple[Highlight, ...]:
        """The highlights that the article pane paints."""
        return self._display.highlights.shown

    def _count(self) -> bool:
        """Count the annotations of the shown article. Return True if the numbers have changed."""
        orphans = self._display.highlights.orphans
        parts = article_counts(self._display.highlights.highlights, self._display.highlights.notes, orphans)
        self._orphans = orphans
        return self._state.set_annotation_counts(parts)

    def _orphan_notice(self, article: ArticleId | None) -> str:
        """Return the notice about annotations without a position; empty if none or if it was shown for this text."""
        document = self._state.panes.article.document
        now = article, self._orphans, None if document is None or document.partial else document
        if (
            self._state.pane is not Pane.ARTICLE
            or self._orphan_notice_for == now
            or self._navigator.awaits_complete_file
        ):
            return ""
        self._orphan_notice_for = now
        if not self._orphans:
            return ""
        what, them = ("1 orphan", "it") if self._orphans == 1 else (f"{self._orphans:,} orphans", "them")
        hint = self._state.keymap.hint
        if article is not None and self._state.library.documents.is_part(article):
            return f"{what} in this article, perhaps of the whole page: {hint('whole_page')} shows it"
        return f"{what} in this article · {hint('annotations_here')} shows {them}"


def _words(document: Document, low: int, high: int) -> Range:
    """Return the range `low` to `high` without the white space at its ends."""
    words = document.text[low:high]
    low += len(words) - len(words.lstrip())
    return Range(low, low + len(words.strip()))
