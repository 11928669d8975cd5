"""The preview beside the list: an annotation in its text, or its quote and note if it has no position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.document.cleaning import clean_line
from tui_reader.document.motions import sentence_at
from tui_reader.model.annotation import PlaceState
from tui_reader.tui.screens.article_highlights import ArticleHighlights

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId, Placement
    from tui_reader.model.article import ArticleId
    from tui_reader.model.ranges import Range
    from tui_reader.services.library.library import Library
    from tui_reader.tui.commands.keymap import Keymap
    from tui_reader.tui.widgets.annotation_card import AnnotationCard
    from tui_reader.tui.widgets.article_pane.pane import ArticlePane


LIST_FRAME = 7
"""Columns of a list row that are not part of the note."""


class PlacePreview:
    """Shows one annotation at a time, in its article and on a card above it."""

    def __init__(self, library: Library, keymap: Keymap, card: AnnotationCard, pane: ArticlePane) -> None:
        self._library, self._keymap, self._card, self._pane = library, keymap, card, pane
        self._candidate = 0
        self._offered: tuple[AnnotationId, Document, Range] | None = None
        """The displayed candidate: an annotation without a certain position, the shown document, a range in it."""
        self._narrow = False
        self._highlights = ArticleHighlights(library.annotations.index)
        self._highlighted_article: ArticleId | None = None
        self.article: ArticleId | None = None
        """The article whose text is shown or loading; None if the article is not in the library."""

    @property
    def narrow(self) -> bool:
        """True if the screen is too narrow for the text: candidate positions are then shown on the card."""
        return self._narrow

    @narrow.setter
    def narrow(self, narrow: bool) -> None:
        if narrow != self._narrow:
            # The candidate moves from the card to the text, or from the text to the card.
            self._narrow, self._offered = narrow, None

    @property
    def document(self) -> Document | None:
        """The displayed text, if it is complete and belongs to an article of the library."""
        document = self._pane.document
        return None if self.article is None or document is None or document.partial else document

    def show(self, annotation: Annotation | None) -> None:
        """Show an annotation at its position; without a position, show its quote and note.

        A displayed candidate position stays selected while it remains a candidate.
        """
        if annotation is not None and self.offered(annotation):
            self._describe(annotation)
            return
        self._candidate = 0
        if annotation is None:
            self.article = None
            self._pane.clear()
            self._describe(None)
        elif self._is_gone(annotation):
            self.article = None
            document = self._library.missing_articles.document(annotation.article, annotation)
            if document is None:
                self._pane.clear()
            self.show_in(annotation, document)
        else:
            self.article = annotation.article
            document = self._library.documents.get(annotation.article)
            if document is None or document.partial:
                self._library.documents.want(annotation.article)
            self.show_in(annotation, document)

    def show_in(self, annotation: Annotation, document: Document | None) -> None:
        """Show an annotation in the current text of its article, or in the last known text of a missing article."""
        self._offered = None
        if document is not None or not self._is_gone(annotation):
            self._show_text(annotation, document)
        self._describe(annotation)

    def _show_text(self, annotation: Annotation, document: Document | None) -> None:
        pane, gone = self._pane, self._is_gone(annotation)
        if document is not pane.document or document is None:
            pane.show(self._library.missing_articles.headline(annotation.article), document)
            self._highlights, self._highlighted_article = ArticleHighlights(self._library.annotations.index), None
        if document is None:
            return
        if not gone:
            self._library.annotations.reanchoring.place(annotation.article, document)
        if self._highlights.update(annotation.article, document) or self._highlighted_article != annotation.article:
            self._highlighted_article = annotation.article
            self._highlights.show_in(pane)
        pane.selection.end()
        pane.focus.clear()
        if pane.highlights.go(annotation.id):
            return
        if self._offer_place(annotation):
            return
        if annotation.current is not None:
            here = self._library.missing_articles.likely_offset(annotation, document)
            # No bar: a bar would suggest a certain position, and make a highlight of that sentence current.
            pane.viewport.reveal(*sentence_at(document, here))
        else:
            pane.scroller.to_start()

    def candidate(self, annotation: Annotation) -> Range | None:
        """Return the current candidate position of an annotation; None without candidates."""
        placed, document = annotation.placed, self.document
        if placed is None or placed.is_certain or not placed.candidates or document is None:
            return None
        if self.article != annotation.article or placed.fingerprint != document_fingerprint(document):
            return None
        return placed.candidates[self._candidate % len(placed.candidates)]

    def offered(self, annotation: Annotation) -> Range | None:
        """Return the current candidate, but only while it is visible to the user."""
        candidate = self.candidate(annotation)
        seen = self._offered is not None and self._offered == (annotation.id, self.document, candidate)
        return candidate if seen else None

    def _offer_place(self, annotation: Annotation) -> bool:
        """Select the current candidate in the text.

        Returns:
            True if a candidate exists.
        """
        candidate, document = self.candidate(annotation), self.document
        self._offered = None
        if candidate is None or document is None:
            return False
        if self._pane.selection.select(*candidate) or self.narrow:
            self._offered = annotation.id, document, candidate
        return True

    def step(self, annotation: Annotation, by: int) -> str:
        """Show the candidate `by` steps after the current candidate, or before it if `by` is negative.

        Returns:
            The message to show.
        """
        self._candidate += by
        if not self._offer_place(annotation) or annotation.placed is None:
            return "there is no other place"
        self._describe(annotation)
        return self._candidate_number(annotation.placed)

    def _candidate_number(self, placed: Placement) -> str:
        count = len(placed.candidates)
        return f"place {self._candidate % count + 1} of {count}"

    def _describe(self, annotation: Annotation | None) -> None:
        gone = annotation is not None and self._is_gone(annotation)
        if annotation is None or (not gone and not annotation.is_orphan):
            self._card.show(() if annotation is None else self._placed_text(annotation))
            return
        count = len(annotation.placed.candidates) if annotation.placed is not None else 0
        if gone:
            state = "Its article is not in this library"
            if whereabouts := self._library.missing_articles.last_location(annotation.article):
                state += f" ({whereabouts})"
            way_out = f"{self._keymap.hint('attach_annotation')} gives its notes to another article"
        elif count:
            state = "An orphan: it has no certain place in this text any more"
            way_out = self._candidate_text(annotation)
            if count > 1:
                way_out += f", {self._keymap.hint('next_candidate')} shows the next of {count:,} places"
        elif self._library.documents.is_part(annotation.article):
            state = "Its words are not in the article; they may be on the page around it"
            way_out = f"{self._keymap.hint('whole_page')}, pressed on the article, shows the whole page"
        else:
            state = "An orphan: its words are no longer in this text"
            way_out = f"{self._keymap.hint('go_to_annotation')} goes to the article, to attach it to other words"
        paragraphs = ((state, "state"), (annotation.quote, "quote"), (annotation.note, "note"), (way_out, "muted"))
        self._card.show([(text, style) for text, style in paragraphs if text.strip()])

    def _placed_text(self, annotation: Annotation) -> tuple[tuple[str, str], ...]:
        """Return the paragraphs (text, style) of the card for an annotation with a position.

        For a moved annotation, they explain how it was found; in a narrow terminal, they repeat the truncated note.
        """
        found = self._moved_text(annotation) if annotation.state == PlaceState.MOVED else ()
        note = annotation.note.strip()
        cut = "\n" in note or cell_len(note) > self._card.app.size.width - LIST_FRAME
        first = annotation.first_quote
        marked = ((f"Marked first: “{first}”", "muted"),) if first else ()
        return (*(((note, "note"),) if self.narrow and cut else ()), *found, *marked)

    def _candidate_text(self, annotation: Annotation) -> str:
        """Return the sentence that offers to attach an orphan to the current candidate position.

        It quotes the words there if the screen is too narrow to show the text.
        """
        attaches = f"{self._keymap.hint('attach_annotation')} attaches it"
        placed, document, candidate = annotation.placed, self.document, self.offered(annotation)
        if not self.narrow or candidate is None or document is None or placed is None:
            return f"It could belong to what is selected here: {attaches}"
        words = clean_line(document.text[slice(*candidate)])
        return f"It could belong to {self._candidate_number(placed)}, “{words}”: {attaches}"

    def _moved_text(self, annotation: Annotation) -> tuple[tuple[str, str], ...]:
        """Return the paragraphs (text, style) of the card for a moved annotation, which has a `?` in the margin.

        They say what has changed, and which key accepts the place.
        """
        way_out = f"{self._keymap.hint('accept_place')} accepts the place, and the ? in the margin goes"
        document, placed = self._library.documents.get(annotation.article), annotation.placed
        known = document is not None and placed is not None and document_fingerprint(document) == placed.fingerprint
        if known and document is not None and placed and document.text[slice(*placed.range)] != annotation.quote:
            state = "Its words have changed since they were marked"
            return (state, "quote"), (annotation.quote, "muted"), (way_out, "muted")
        return ("Found again, though the text around it has changed", "quote"), (way_out, "muted")

    def _is_gone(self, annotation: Annotation) -> bool:
        """Return True if the article of an annotation is no longer in the library."""
        return annotation.article not in self._library.catalogue
