"""The commands that annotate: highlight, recolour, write on, delete, walk from mark to mark, attach again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.motions import sentence_at
from tui_reader.model.ranges import Range
from tui_reader.tui.commands.binding import command, command_family
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.commands.table import COLOUR_COMMANDS
from tui_reader.tui.screens.annotation_editor import ArticleHighlights, is_lost
from tui_reader.tui.screens.reading.actions.attach import AttachActions
from tui_reader.tui.screens.reading.state import Place

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


MOST_KEPT = 6
"""Articles whose highlights are kept in order, so that going to and fro between them costs nothing."""
FRAMES = 10
"""How many frames are waited for a pane that is to be shown."""


class Wanted(NamedTuple):
    """A place to go to."""

    article: ArticleId
    annotation: AnnotationId
    """The highlight that stands there; empty where it is gone."""
    offset: int
    """Code point where it stands or stood."""


class HighlightActions:
    """Each public method that takes a count is the command of its name; the others say what they are for.

    It also keeps the article pane's marks in step with the library.
    """

    def __init__(
        self,
        state: ReadingScreenState,
        listing: HeadlineListing,
        navigator: ArticleNavigator,
        selecting: SelectionActions,
        noting: AnnotationEditor,
        *,
        show_all: Callable[[ArticleId | None], None],
        changes_notice: Callable[[], str],
    ) -> None:
        """Args: `show_all` opens the list of annotations, of an article or of the library; `changes_notice` returns
        what is to be said about changes in the shown article.
        """
        self._state, self._listing, self._navigator = state, listing, navigator
        self._selecting, self._noting, self._show_all = selecting, noting, show_all
        self._changes_notice = changes_notice
        self._marks = ArticleHighlights(state.library.annotations)
        self._kept: dict[ArticleId | None, ArticleHighlights] = {}
        """The highlights of articles that were shown last, the last one last."""
        self._prepared: dict[ArticleId, ArticleHighlights] = {}
        """Those of articles that were read ahead; filled by the threads that read."""
        state.library.loaded_documents.prepare = self._prepare
        self._marked: ArticleId | None = None
        """Article whose highlights are shown."""
        self.attaching = AttachActions(state)
        """What the next highlighting key puts elsewhere."""
        self._told_lost: tuple[ArticleId | None, int, Document | None] = (None, 0, None)
        self._wanted: Wanted | None = None
        """What to go to once it is shown."""
        self._frames_left = 0

    # Marks

    @command("highlight")
    def highlight(self, _count: int | None) -> None:
        """Highlight the selection or the focused sentence in the last colour."""
        self._highlight(None)

    @command_family(COLOUR_COMMANDS)
    def colour(self, colour: int, _count: int | None) -> None:
        """Give the highlight under the cursor a colour, or highlight in it."""
        mark = self._current()
        if mark is not None:
            self._noting.recolour([mark], colour)
        else:
            self._highlight(colour)

    @command("note_selection")
    def note_selection(self, _count: int | None) -> None:
        """Highlight the selection and write on it."""
        self.note(None)

    @command("note")
    def note(self, _count: int | None) -> None:
        """Write on the highlight under the cursor; without one, highlight and write."""
        mark = self._current() or self._highlight(None)
        if mark is not None:
            self._noting.edit_note(mark)

    @command("note_outside")
    def note_outside(self, _count: int | None) -> None:
        """The same in the user's own editor."""
        mark = self._current() or self._highlight(None)
        if mark is not None:
            self._noting.edit_note_outside(mark)

    @command("note_on_article")
    def note_on_article(self, _count: int | None) -> None:
        """Write on the whole article."""
        headline = self._state.headline(self._state.target)
        if headline is not None:
            self._noting.note_on_article(headline.id, headline.title)

    @command("delete_annotation")
    def delete_annotation(self, _count: int | None) -> None:
        """Delete the highlight under the cursor."""
        mark = self._current()
        if mark is not None:
            self._noting.delete([mark])
        else:
            self._state.refuse("there is no highlight here")

    @command("cycle_marks")
    def cycle_marks(self, _count: int | None) -> None:
        """Make the next of the highlights current that overlap here."""
        pane = self._state.panes.article
        if not pane.highlights.cycle():
            self._state.refuse(
                "no other highlight overlaps here" if pane.highlights.current else "there is no highlight here"
            )

    @command("resize_mark")
    def resize_mark(self, _count: int | None) -> None:
        """Select what the highlight under the cursor covers, to change it."""
        mark = self._state.panes.article.highlights.current
        if mark is None or self._state.panes.article.selection.kind:
            self._state.refuse("there is no highlight here")
            return
        if self._state.panes.article.selection.select(mark.start, mark.end):
            self.attaching.begin(mark.id, resize=True)
            self._selecting.began()
        self._state.refuse(f"move the end · {self._state.keymap.hint('other_end')} the other · enter keeps it")

    @command("accept_place")
    def accept_place(self, _count: int | None) -> None:
        """Accept the place where the highlight under the cursor was found again."""
        mark = self._current()
        if mark is not None:
            self._noting.accept([mark])
        else:
            self._state.refuse("there is no highlight here")

    @command("next_mark")
    def next_mark(self, count: int | None) -> None:
        """To the next highlight."""
        self._walk(count or 1, "no highlight below")

    @command("previous_mark")
    def previous_mark(self, count: int | None) -> None:
        """To the previous highlight."""
        self._walk(-(count or 1), "no highlight above")

    def _walk(self, count: int, at_the_end: str) -> None:
        pane = self._state.panes.article
        self._navigator.remember_place()
        if not pane.highlights.step(count):
            self._state.refuse(at_the_end if self._marks.shown else "nothing is highlighted in this article")

    @command("all_annotations")
    def all_annotations(self, _count: int | None) -> None:
        """Every annotation of the library."""
        self._show_all(None)

    @command("annotations_here")
    def annotations_here(self, _count: int | None) -> None:
        """The annotations of the article."""
        if self._state.target is not None:
            self._show_all(self._state.target)

    def tags(self) -> bool:
        """Edit the tags of the highlight under the cursor; False where there is none. Not a command of its own."""
        mark = self._current() if self._state.pane is Pane.ARTICLE else None
        if mark is not None:
            self._noting.edit_tags([mark])
        return mark is not None

    def _highlight(self, colour: int | None) -> AnnotationId | None:
        """Highlight, or put elsewhere what waits for that; what was made, or what covers just that already."""
        attaching = self.attaching.annotation
        if attaching is not None:
            return self._attach(attaching, colour)
        state, article = self._state, self._state.shown
        pane, document = state.panes.article, state.panes.article.document
        chosen = self._chosen()
        if article is None or document is None or chosen is None:
            return None
        low, high = chosen
        name = state.colour_name(colour or state.library.annotations.last_colour)
        same = pane.highlights.over(*_words(document, low, high))
        self._selecting.leave()
        if same is not None:
            pane.highlights.go(same.id)
            if colour is not None and colour != same.colour:
                self._noting.recolour([same.id], colour)
            else:
                state.say(f"it is highlighted in {state.colour_name(same.colour)} already")
            return same.id
        outcome = state.library.annotations.add(article, document, low, high, colour=colour)
        if outcome.annotation:
            self.took(outcome._replace(message=f"highlighted in {name}"))
            pane.highlights.prefer(outcome.annotation)
        else:
            state.tell(outcome)
        return outcome.annotation or None

    def _chosen(self) -> Range | None:
        """What is to be highlighted. Without a selection or a focus, the first key only shows what it would be."""
        pane = self._state.panes.article
        document = pane.document
        if self._state.comparison is not None:
            self._state.say(f"{self._state.keymap.hint('changes')} shows the text itself, to highlight in")
            return None
        if document is None or document.partial or not document.has_text:
            self._state.refuse(
                "the text is not there yet" if document is None or document.partial else "there is no text"
            )
            return None
        if not pane.selection.kind and pane.focus.range is None and pane.focus.visible_candidate is None:
            pane.focus.sentence(1)
            self._state.say("the same key again highlights this sentence")
            return None
        found = pane.selection.range if pane.selection.kind else pane.selection.target()
        if found is None or found.end <= found.start:
            self._state.refuse("there are no words to highlight here")
            return None
        return Range(found.start, found.end)

    def _current(self) -> AnnotationId | None:
        """The highlight that commands act on; none while a passage is being selected."""
        pane = self._state.panes.article
        mark = None if pane.selection.kind else pane.highlights.current
        return mark.id if mark is not None else None

    # Attaching

    def attach(self, annotation_id: AnnotationId, candidate: Range | None) -> None:
        """Let the next highlighting key attach an annotation, at a candidate if there is one. Not a command."""
        state = self._state
        self.attaching.begin(annotation_id, resize=False)
        if candidate is not None:
            state.panes.article.selection.select(candidate.start, candidate.end)
        self._selecting.began()
        annotation = state.library.annotations.get(annotation_id)
        quote = annotation.quote if annotation is not None else ""
        short = quote if len(quote) <= 24 else quote[:23] + "…"
        keys = state.keymap.hint("highlight")
        state.say(f"enter or {keys} attaches “{short}” to the selection, or to the focused sentence")

    def _attach(self, annotation_id: AnnotationId, colour: int | None) -> AnnotationId | None:
        """Put a highlight where the reader is; the same one, where that is done."""
        annotating = self._state.library.annotations
        document, annotation = self._state.panes.article.document, annotating.get(annotation_id)
        chosen = self._chosen() if annotation is not None else None
        if document is None or annotation is None or chosen is None:
            return None
        self.attaching.end()
        self._selecting.leave()
        verb = annotating.reattach if is_lost(annotation) else annotating.resize
        self.took(verb(annotation_id, document, *chosen, colour=colour))
        self._state.panes.article.highlights.go(annotation_id)
        self._selecting.began()
        return annotation_id

    def go_to(self, annotation: Annotation, candidate: Range | None) -> None:
        """Show an annotation in its article; one that has no place waits to be attached. Not a command."""
        self._navigator.remember_place()
        current = annotation.current
        offset = current.start if current is not None else 0
        if is_lost(annotation):
            library, pane = self._state.library, self._state.panes.article
            document = library.documents.get(annotation.article)
            if document is not None and not document.partial:
                offset = library.missing_articles.near(annotation, document)
            self._navigator.go_to(Place(annotation.article, offset))
            self._navigator.mark_opened()
            if document is not None and document is pane.document and candidate is None:
                pane.focus.show(*sentence_at(document, offset))
            self.attach(annotation.id, candidate)
            return
        if annotation.placed is not None:
            offset = annotation.placed.start
            self.go_once_shown(Wanted(annotation.article, annotation.id, offset))
        self._navigator.go_to(Place(annotation.article, offset))
        self._navigator.mark_opened()
        self.refresh()

    # What is shown

    def took(self, outcome: Outcome) -> bool:
        """Show what a verb did to annotations; whether it did anything. Not a command."""
        if outcome.ids or outcome.annotation or outcome.undo:
            self.refresh()
            self._listing.touch(outcome.ids)
            self._navigator.update_header()
        self._state.tell(outcome)
        return bool(outcome.message)

    def refresh(self) -> None:
        """Bring the article pane's marks up to date. Costs next to nothing where they are. Not a command."""
        article, pane = self._state.shown, self._state.panes.article
        self._take_up(article)
        changed = self._marks.look(article, pane.document) or article != self._marked
        if changed:
            self._marked = article
            self._marks.show_in(pane)
            self._count()
        self._go_to_wanted()
        if notice := self._changes_notice():
            self._state.say(notice)
        if lost := self._lost_told(article):
            self._state.say_too(lost)

    def _prepare(self, article: ArticleId, document: Document) -> None:
        """Put the highlights of an article in order as soon as its text was read, aside: some 15 ms for 5,000."""
        marks = ArticleHighlights(self._state.library.annotations)
        if marks.prepare(article, document):
            while len(self._prepared) >= MOST_KEPT:
                self._prepared.pop(next(iter(self._prepared), article), None)
            self._prepared[article] = marks

    def _take_up(self, article: ArticleId | None) -> None:
        """Go on with what is known of an article's highlights."""
        prepared = self._prepared.pop(article, None) if article is not None else None
        if prepared is not None and prepared.is_of(self._state.panes.article.document):
            self._marks, self._marked = prepared, None
        elif article != self._marked:
            self._marks = self._kept.get(article) or ArticleHighlights(self._state.library.annotations)
        else:
            return
        self._kept.pop(article, None)
        self._kept[article] = self._marks
        if len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    def go_once_shown(self, wanted: Wanted) -> None:
        """Go to a place of an article as soon as that is shown. Not a command."""
        self._wanted, self._frames_left = wanted, FRAMES

    def bring(self, offset: int) -> None:
        """Go to a code point of the shown article, if it is not in sight. Not a command."""
        pane = self._state.panes.article
        low, high = pane.viewport.visible_range()
        if not low <= offset < high:
            pane.scroller.to_offset(offset)

    def _go_to_wanted(self) -> None:
        wanted, state = self._wanted, self._state
        pane = state.panes.article
        if wanted is None or wanted.article != state.shown:
            if wanted is not None and wanted.article != self._navigator.expected:
                self._wanted = None
            return
        if not any(pane.viewport.visible_range()):
            # In a narrow terminal the pane gets its room with one of the frames that first show it.
            if state.pane is Pane.ARTICLE and self._frames_left:
                self._frames_left -= 1
                pane.call_after_refresh(self.refresh)
            return
        if wanted.annotation:
            reached = pane.highlights.go(wanted.annotation)
        else:
            reached = pane.document is not None and not pane.document.partial
            if reached:
                self.bring(wanted.offset)
        if reached:
            self._wanted = None

    def reveal(self) -> None:
        """Bring the highlight under the cursor into sight. Not a command."""
        mark = self._current()
        if mark is not None:
            self._state.panes.article.highlights.go(mark)

    @property
    def painted(self) -> tuple[Highlight, ...]:
        """The marks that are shown."""
        return self._marks.shown

    def _count(self) -> None:
        lost = self._marks.lost
        counted = ((self._marks.highlights, "highlight"), (self._marks.notes, "note"))
        parts = [f"{number:,} {name}{'' if number == 1 else 's'}" for number, name in counted if number]
        if lost:
            parts.append(f"{lost:,} without a place")
        self._lost = lost
        if self._state.set_annotation_counts(parts) and self._state.pane is Pane.ARTICLE:
            self._listing.recount()

    _lost = 0

    def _lost_told(self, article: ArticleId | None) -> str:
        """What is said of highlights without a place: once for each reading of an article's text."""
        document = self._state.panes.article.document
        now = article, self._lost, None if document is None or document.partial else document
        if self._state.pane is not Pane.ARTICLE or self._told_lost == now or self._navigator.waits_for_rest:
            return ""
        self._told_lost = now
        what = "1 highlight has" if self._lost == 1 else f"{self._lost:,} highlights have"
        return (
            f"{what} no place in this text · {self._state.keymap.hint('annotations_here')} shows" if self._lost else ""
        )


def _words(document: Document, low: int, high: int) -> Range:
    """A range without the white space at its ends."""
    words = document.text[low:high]
    low += len(words) - len(words.lstrip())
    return Range(low, low + len(words.strip()))
