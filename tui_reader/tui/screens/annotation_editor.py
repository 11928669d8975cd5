"""What is done to annotations that are there already, wherever they are shown: in the article, or in a list."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Protocol

from tui_reader.document.clean import clean_line
from tui_reader.model.annotation import PlaceState
from tui_reader.services.annotations.reanchoring import paintable_in
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight, HighlightIndex
from tui_reader.tui.widgets.note_sheet import NoteSheet
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.drafts import Draft
    from tui_reader.services.annotations.editing import AnnotationEditing
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library
    from tui_reader.tui.screens.external_programs import Edited
    from tui_reader.tui.widgets.article_pane.note_rows import ArticleNote
    from tui_reader.tui.widgets.article_pane.pane import ArticlePane


class ArticleHighlights:
    """The highlights of an article, as the article pane takes them.

    Asked again about an article, it looks only at what has changed: 5,000 highlights take 8 ms the first time, and one
    that is another some hundredths of a millisecond, however many there are.
    """

    def __init__(self, annotating: AnnotationEditing) -> None:
        self._annotating = annotating
        self._looked: tuple[ArticleId | None, Document | None, bool] = (None, None, False)
        """The article and its text that were asked for last, and whether there was any text."""
        self._at = -1
        """The number of the last change by then."""
        self._known: dict[AnnotationId, Annotation] = {}
        """The annotations of the article, painted or not."""
        self._own: dict[AnnotationId, ArticleNote] = {}
        """The notes on the whole article."""
        self._marks: dict[AnnotationId, Highlight] = {}
        self._ranks: list[str] = []
        """When each highlight that is shown was touched last, in that order."""
        self._shown: list[Highlight] = []
        self._index: HighlightIndex | None = None
        """The highlights that are shown, by their places; None until a pane needs it."""
        self.highlights = self.notes = self.lost = 0
        """Annotations that are about a passage; those with a note; those without a sure place."""

    @property
    def shown(self) -> tuple[Highlight, ...]:
        """The highlights whose place is sure, the one touched last on top."""
        return tuple(self._shown)

    @property
    def index(self) -> HighlightIndex:
        """The same by their places; the one object goes on changing with every look at the same text."""
        if self._index is None:
            self._index = HighlightIndex(self._shown, self._ranks)
        return self._index

    def show_in(self, pane: ArticlePane) -> None:
        """Give a pane that shows the article what the last look found."""
        pane.highlights.show(self.index)
        pane.viewport.set_article_notes([self._own[each] for each in sorted(self._own)])

    def look(self, article: ArticleId | None, document: Document | None) -> bool:
        """Take an article in, as it is read; whether anything is another than before."""
        readable = document if document is not None and not document.partial and not document.error else None
        looked = article, readable, document is not None
        self._at, ids = self._annotating.changed_since(self._at)
        if looked == self._looked and ids is not None:
            return self._look_at(dict.fromkeys(ids))
        same = looked[0] == self._looked[0] and looked[2] == self._looked[2] and ids is not None and not ids
        self._looked, self._index = looked, None
        if not same:
            # They are read together with the text, aside; before, they would have to be waited for (0.1 s).
            self._learn(self._annotating.of(article) if article is not None and document is not None else ())
        self._put_in_order(readable, same=same)
        return True

    def prepare(self, article: ArticleId, document: Document) -> bool:
        """Look at an article aside, before its text is shown; whether its annotations were read ahead.

        Called from another thread, on an object that nobody else knows yet. The first look in the owner's thread takes
        in what has changed since.
        """
        ahead = self._annotating.ahead(article)
        if ahead is None or document.error:
            return False
        self._at, annotations = ahead
        self._looked = article, document, True
        self._learn(annotations)
        self._put_in_order(document, same=False)
        self._index = HighlightIndex(self._shown, self._ranks)
        return True

    def is_of(self, document: Document | None) -> bool:
        """Whether a document is the one that was looked at."""
        return document is not None and document is self._looked[1]

    def _learn(self, annotations: Sequence[Annotation]) -> None:
        """Take in the annotations of an article."""
        self._known = {each.id: each for each in annotations}
        self._own = {each.id: (each.note, each.tags) for each in annotations if each.anchor is None}
        self.highlights = self.notes = self.lost = 0
        self._count(annotations, 1)

    def _put_in_order(self, readable: Document | None, *, same: bool) -> None:
        """Find out which of them stand in a text; `same` tells whether they are those of the last look."""
        standing: list[Annotation] = []
        if readable is not None and self._known:
            standing = sorted(filter(paintable_in(readable), self._known.values()), key=_rank)
        marks = self._marks
        if marks and same:
            # One that is as before stays the same object: that tells quickly which are not.
            self._shown = [marks.get(each.id) or _mark(each) for each in standing]
        else:
            self._shown = list(map(_mark, standing))
        self._ranks = list(map(_rank, standing))
        self._marks = {mark.id: mark for mark in self._shown}

    def _look_at(self, ids: Iterable[AnnotationId]) -> bool:
        """Look at annotations that may be others now; whether any is."""
        article, readable, is_there = self._looked
        stands = paintable_in(readable) if readable is not None else None
        gone: list[AnnotationId] = []
        put: list[tuple[Highlight, str]] = []
        seen = False
        for annotation_id in ids:
            old = self._known.pop(annotation_id, None)
            new = self._annotating.get(annotation_id) if is_there else None
            if new is not None and new.article != article:
                new = None
            if new is not None:
                self._known[annotation_id] = new
            if new == old:
                continue
            seen = True
            self._own.pop(annotation_id, None)
            if old is not None:
                self._count((old,), -1)
                if self._marks.pop(annotation_id, None) is not None:
                    place = bisect_left(self._ranks, _rank(old))
                    del self._ranks[place], self._shown[place]
                    gone.append(annotation_id)
            if new is not None:
                self._count((new,), 1)
                if new.anchor is None:
                    self._own[annotation_id] = new.note, new.tags
                if stands is not None and stands(new):
                    rank, mark = _rank(new), _mark(new)
                    place = bisect_left(self._ranks, rank)
                    self._ranks.insert(place, rank)
                    self._shown.insert(place, mark)
                    self._marks[annotation_id] = mark
                    put.append((mark, rank))
        if self._index is not None:
            self._index.change(gone, put)
        return seen

    def _count(self, annotations: Iterable[Annotation], by: int) -> None:
        highlights, notes, lost = self.highlights, self.notes, self.lost
        for each in annotations:
            if each.anchor is not None:
                highlights += by
            if each.note:
                notes += by
            placed = each.placed
            if placed is not None and placed.state not in _CERTAIN:
                lost += by
        self.highlights, self.notes, self.lost = highlights, notes, lost


_CERTAIN = (PlaceState.ANCHORED, PlaceState.MOVED)


def _rank(annotation: Annotation) -> str:
    """When an annotation was touched last; the id parts those that were touched together."""
    # 5,000 texts are sorted in 1.2 ms, as many pairs of them in 1.7.
    return f"{annotation.updated} {annotation.id}"


def _mark(annotation: Annotation) -> Highlight:
    placed = annotation.placed
    if placed is None:
        return Highlight(annotation.id, 0, 0, annotation.colour, annotation.note, annotation.tags)
    moved = placed.state is PlaceState.MOVED
    return Highlight(
        annotation.id, placed.start, placed.end, annotation.colour, annotation.note, annotation.tags, moved
    )


def is_lost(annotation: Annotation) -> bool:
    """Whether it is not sure where an annotation stands."""
    return annotation.placed is not None and not annotation.placed.is_certain


def steps_of(step: Callable[[], Outcome], count: int) -> tuple[Outcome, tuple[ArticleId, ...]]:
    """Undo or redo several steps, as far as there are any: the last of them told with their number, and every article
    that was touched.
    """
    outcome = step()
    taken = [outcome]
    while len(taken) < count and (following := step()).steps:
        taken.append(following)
    done, alone = [each for each in taken if not each.left], sum(each.left for each in taken)
    touched = tuple(article for each in taken for article in each.ids)
    if len(taken) == 1 or not done:
        return taken[-1], touched
    outcome = done[-1]
    did, _, what = outcome.message.partition(": ")
    message = f"{did} {len(done):,} changes, at last: {what}" if len(done) > 1 else outcome.message
    left = f"; left {alone:,} alone, changed elsewhere since" if alone else ""
    return outcome._replace(message=message + left), touched


class EditorHost(Protocol):
    """The screen on which it happens."""

    def ask(self, question: Question) -> None:
        """Ask on the last row."""

    def write(self, sheet: NoteSheet) -> None:
        """Open a sheet for a note."""

    def drop_words(self) -> None:
        """Drop the words that are typed now for a note."""

    def edit_outside(self, text: str, draft: Draft) -> Edited:
        """Have the text of a draft edited in the user's own editor."""

    def say(self, message: str, *, bad: bool = False) -> None:
        """Say something on the last row."""

    def took(self, outcome: Outcome) -> bool:
        """Show what a verb did; whether it did anything."""


class AnnotationEditor:
    """Recolours, retags, writes on and deletes annotations, one or several at a time."""

    def __init__(self, library: Library, host: EditorHost) -> None:
        self._library, self._host = library, host
        self._refused = ""
        """A note that could not be kept, and was said so of."""

    def recolour(self, ids: Sequence[AnnotationId], colour: int) -> None:
        """Give them a colour."""
        if not self._host.took(self._library.annotations.recolour(ids, colour)):
            self._host.say(f"{'it is' if len(ids) == 1 else 'they are'} in that colour already")

    def accept(self, ids: Sequence[AnnotationId]) -> None:
        """Take the places where they were found again for their own."""
        if not self._host.took(self._library.annotations.accept(ids, self._library.documents.get)):
            moved = any(each.state == PlaceState.MOVED for each in self._known(ids))
            self._host.say("its text is not there yet" if moved else "it has its place" if ids else "")

    def delete(self, ids: Sequence[AnnotationId]) -> None:
        """Delete them; undo brings them back."""
        self._host.took(self._library.annotations.delete(ids))

    def edit_tags(self, ids: Sequence[AnnotationId]) -> None:
        """Edit their tags; where there are several, those that they share."""
        annotations = self._known(ids)
        if not annotations:
            return
        shared = set(annotations[0].tags).intersection(*(each.tags for each in annotations))

        def answered(answer: str) -> None:
            known, wanted = [each.id for each in annotations], answer.split(",")
            self._host.took(self._library.annotations.retag_several(known, wanted, shared))

        what = "tags of the highlight" if len(annotations) == 1 else f"tags of {len(annotations):,}"
        self._host.ask(
            Question(
                what,
                answered,
                value=", ".join(sorted(shared)),
                suggestions=self._library.reading.all_tags(),
                placeholder="such as: to check, lede",
            )
        )

    def edit_note(self, annotation_id: AnnotationId) -> None:
        """Write on one, on the sheet."""
        annotation = self._library.annotations.get(annotation_id)
        if annotation is not None and self._may_write():
            self._open(self._about(annotation), self._library.drafts.of(annotation), annotation.note)

    def edit_note_outside(self, annotation_id: AnnotationId) -> None:
        """Write on one, in the user's own editor."""
        for annotation in self._known([annotation_id]) if self._may_write() else ():
            draft = self._library.drafts.of(annotation)
            edited = self._host.edit_outside(annotation.note, draft)
            text = annotation.note if edited.text is None else edited.text.rstrip("\n")
            if edited.problem:
                self._host.say(edited.problem, bad=True)
            if edited.problem and edited.text is not None:
                # What an editor wrote before it failed would be lost with its file.
                draft.keep(text)
                self._open(self._about(annotation), draft, text)
            else:
                self._written(self._about(annotation), draft, text)

    def note_on_article(self, article: str, title: str) -> None:
        """Write on a whole article: go on with the note that is there, or begin one."""
        there = next((each for each in self._library.annotations.of(article) if each.is_on_article), None)
        if there is not None:
            self.edit_note(there.id)
        elif self._may_write():
            self._open(title, self._library.drafts.on_article(article), "")

    def _open(self, about: str, draft: Draft, text: str) -> None:
        self._host.write(NoteSheet(about, text, lambda written: self._written(about, draft, written), draft.keep))

    def _may_write(self) -> bool:
        """Whether a note could be kept; else this is said before somebody writes one."""
        if self._library.read_only:
            told = "the library is read-only: no note can be kept · words are dropped now, until a pause or esc"
            self._host.say(told, bad=True)
            self._host.drop_words()
        return not self._library.read_only

    def _written(self, about: str, draft: Draft, text: str) -> None:
        """Keep what was written. Where that cannot be, the sheet stays open, until its reader insists."""
        if draft.is_unchanged(text):
            draft.drop()
        elif not self._library.read_only:
            self._host.took(draft.save(text))
        elif text == self._refused:
            draft.drop()
        else:
            self._refused = text
            self._host.say(f"{self._library.read_only} · esc again drops the note", bad=True)
            self._open(about, draft, text)

    def _about(self, annotation: Annotation) -> str:
        if annotation.quote:
            return f"“{clean_line(annotation.quote)}”"
        article = annotation.article
        return next((row.title for row in self._library.catalogue.rows([article])), "")

    def _known(self, ids: Sequence[AnnotationId]) -> list[Annotation]:
        return [each for each in map(self._library.annotations.get, ids) if each is not None]
