"""The place of an annotation, beside the list; and where it has none, what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.screens.noting import Marks, is_lost

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, Range
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library import Library
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.widgets.annotation_card import AnnotationCard
    from tui_reader.tui.widgets.article_pane.pane import ArticlePane


class Place:
    """Shows one annotation at a time in its article."""

    def __init__(self, library: Library, keymap: Keymap, card: AnnotationCard, pane: ArticlePane) -> None:
        self._library, self._keymap, self._card, self._pane = library, keymap, card, pane
        self._candidate = 0
        self._marks = Marks(library.annotating)
        self._marked: ArticleId | None = None
        self.article: ArticleId | None = None
        """The article whose text is shown or waited for."""

    @property
    def document(self) -> Document | None:
        """The whole text that is shown."""
        document = self._pane.document
        return None if document is None or document.partial else document

    def show(self, annotation: Annotation | None) -> None:
        """Show an annotation where it stands, and where it stands nowhere, all of it."""
        self._candidate = 0
        self._describe(annotation)
        if annotation is None or annotation.article not in self._library.catalogue:
            self.article = None
            self._pane.clear()
            return
        self.article = annotation.article
        document = self._library.documents.get(annotation.article)
        if document is None or document.partial:
            self._library.documents.want(annotation.article)
        self.show_in(annotation, document)

    def show_in(self, annotation: Annotation, document: Document | None) -> None:
        """Show an annotation in its text."""
        pane = self._pane
        if document is not pane.document or document is None:
            pane.show(self._library.catalogue.row(annotation.article), document)
        if document is None:
            return
        self._library.annotating.place(annotation.article, document)
        if self._marks.look(annotation.article, document) or self._marked != annotation.article:
            self._marked = annotation.article
            pane.set_marks(self._marks.shown)
        pane.end_selection()
        pane.clear_focus()
        candidate, current = self.candidate(annotation), annotation.current
        if pane.go_mark(annotation.id):
            return
        if candidate is not None:
            pane.select_range(*candidate)
        elif current is not None:
            pane.go_offset(min(current.start, max(len(document.text) - 1, 0)))
        else:
            pane.home()

    def candidate(self, annotation: Annotation) -> Range | None:
        """The place where a lost annotation could belong, of those there are, that is shown now."""
        placed = annotation.placed
        if placed is None or placed.is_certain or not placed.candidates:
            return None
        return placed.candidates[self._candidate % len(placed.candidates)]

    def step(self, annotation: Annotation, by: int) -> str:
        """Show another place where it could belong; what is to be said of that."""
        self._candidate += by
        candidate = self.candidate(annotation)
        if candidate is None or annotation.placed is None:
            return "there is no other place"
        self._pane.select_range(*candidate)
        count = len(annotation.placed.candidates)
        return f"place {self._candidate % count + 1} of {count}"

    def refresh(self, annotation: Annotation | None) -> None:
        """Bring marks and card up to date, unless a place is being chosen."""
        if annotation is not None and not self._pane.selecting:
            self.show(annotation)

    def _describe(self, annotation: Annotation | None) -> None:
        there = annotation is not None and annotation.article in self._library.catalogue
        if annotation is None or (there and not is_lost(annotation)):
            self._card.show(())
            return
        count = len(annotation.placed.candidates) if annotation.placed is not None else 0
        if not there:
            state, way_out = "Its article is no longer in the library", ""
        elif count:
            state = "It has no sure place in this text any more"
            way_out = f"It could belong to what is selected here: {self._keymap.hint('attach_annotation')} attaches it"
            if count > 1:
                way_out += f", {self._keymap.hint('next_candidate')} shows the next of {count:,} places"
        else:
            state = "Its words are no longer in this text"
            way_out = f"{self._keymap.hint('go_to_annotation')} goes to the article, to attach it to other words"
        paragraphs = ((state, "state"), (annotation.quote, "quote"), (annotation.note, "note"), (way_out, "muted"))
        self._card.show([(text, look) for text, look in paragraphs if text.strip()])
