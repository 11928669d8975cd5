"""Editing of existing annotations, in the article or in the list of annotations."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Protocol

from tui_reader.document.cleaning import clean_line
from tui_reader.document.normalization import search_key
from tui_reader.model.annotation import PlaceState
from tui_reader.tui.screens.tag_list import tags_in
from tui_reader.tui.widgets.note_sheet import NoteSheet
from tui_reader.tui.widgets.prompt import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.drafts import Draft
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library
    from tui_reader.tui.screens.external_programs import Edited

MOST_ARTICLES = 20
"""Largest number of articles from which tags are suggested when tags are edited."""


def run_steps(step: Callable[[], Outcome], count: int) -> tuple[Outcome, tuple[ArticleId, ...]]:
    """Undo or redo up to `count` steps, and combine their outcomes.

    Args:
        step: Undoes or redoes one step.
        count: How many steps to try.

    Returns:
        The outcome of the last step, with a message that counts the steps, and every article that was changed.
    """
    outcome = step()
    taken = [outcome]
    while len(taken) < count and (following := step()).steps:
        taken.append(following)
    done, alone = [each for each in taken if not each.had_no_effect], sum(each.had_no_effect for each in taken)
    touched = tuple(chain.from_iterable([each.ids for each in taken]))
    if len(taken) == 1 or not done:
        return taken[-1], touched
    outcome = done[-1]
    did, _, what = outcome.message.partition(": ")
    first = done[0].message.partition(": ")[0]
    if did != first:
        did, what = first, f"{did}, {what}"
    message = f"{did} {len(done):,} changes, at last: {what}" if len(done) > 1 else outcome.message
    left = f"; left {alone:,} alone, changed elsewhere since" if alone else ""
    return outcome._replace(message=message + left), touched


class EditorHost(Protocol):
    """Protocol of the screen on which annotations are edited."""

    def ask(self, question: Question) -> None:
        """Ask a question in the last row."""

    def write(self, sheet: NoteSheet) -> None:
        """Open the note sheet after the current key has been handled."""

    def drop_typed_words(self, message: str) -> None:
        """Discard the words that the user goes on typing for a note that cannot be saved, and show a message."""

    def edit_outside(self, text: str, draft: Draft) -> Edited:
        """Let the user edit the text of a draft in an external editor."""

    def say(self, message: str, *, bad: bool = False) -> None:
        """Show a message in the last row; `bad` marks it as an error."""

    def show_outcome(self, outcome: Outcome) -> bool:
        """Show the outcome of a change of annotations.

        Returns:
            True if the outcome has a message: annotations were changed, or the change was refused. False if nothing
            had to be changed.
        """


class AnnotationEditor:
    """Recolours, tags, deletes and opens the notes of one or several annotations."""

    def __init__(self, library: Library, host: EditorHost) -> None:
        self._library, self._host = library, host
        self._refused = ""
        """Text of the last note that could not be saved; closing the sheet with this text again drops the note."""

    def recolour(self, ids: Sequence[AnnotationId], colour: int) -> None:
        """Change the colour of annotations."""
        if not self._host.show_outcome(self._library.annotations.recolour(ids, colour)):
            self._host.say(f"{'it is' if len(ids) == 1 else 'they are'} in that colour already")

    def accept(self, ids: Sequence[AnnotationId]) -> None:
        """Confirm the re-anchored positions of annotations."""
        if not self._host.show_outcome(self._library.annotations.accept(ids, self._library.documents.get)):
            moved = any(each.state == PlaceState.MOVED for each in self._known(ids))
            self._host.say("its text is still loading" if moved else "its place is certain already" if ids else "")

    def delete(self, ids: Sequence[AnnotationId]) -> None:
        """Delete annotations; undo restores them."""
        self._host.show_outcome(self._library.annotations.delete(ids))

    def edit_tags(self, ids: Sequence[AnnotationId]) -> None:
        """Ask for the tags of annotations. For several, the tags that all have are asked; their other tags stay."""
        annotations = self._known(ids)
        if not annotations:
            return
        shared = set(annotations[0].tags).intersection(*(each.tags for each in annotations))
        suggestions = self._known_tags(annotations)

        def answered(answer: str) -> None:
            known, wanted = [each.id for each in annotations], tags_in(answer, [*shared, *suggestions])
            self._host.show_outcome(self._library.annotations.retag_several(known, wanted, shared))

        what = "tags of the highlight" if len(annotations) == 1 else f"tags of {len(annotations):,}"
        self._host.ask(
            Question(
                what,
                answered,
                value="".join(f"{tag}, " for tag in sorted(shared)),
                suggestions=suggestions,
                placeholder="such as: to check, lede",
            )
        )

    def _known_tags(self, annotations: Sequence[Annotation]) -> list[str]:
        """Return the tags to suggest: first those of all annotations in the same articles, then those of articles."""
        articles = list(dict.fromkeys(each.article for each in annotations))[:MOST_ARTICLES]
        beside = {tag for article in articles for each in self._library.annotations.of(article) for tag in each.tags}
        return [*sorted(beside, key=lambda tag: (search_key(tag), tag)), *self._library.reading.all_tags()]

    def edit_note(self, annotation_id: AnnotationId) -> None:
        """Open the note of an annotation on the note sheet."""
        annotation = self._library.annotations.get(annotation_id)
        if annotation is not None and self._may_write():
            self._open(self._about(annotation), self._library.drafts.of(annotation), annotation.note)

    def edit_note_outside(self, annotation_id: AnnotationId) -> None:
        """Open the note of an annotation in an external editor."""
        for annotation in self._known([annotation_id]) if self._may_write() else ():
            draft = self._library.drafts.of(annotation)
            edited = self._host.edit_outside(annotation.note, draft)
            text = annotation.note if edited.text is None else edited.text.rstrip("\n")
            if edited.problem:
                self._host.say(edited.problem, bad=True)
            if edited.problem and edited.text is not None:
                # The text written before the editor failed would be lost together with its file.
                draft.keep(text)
                self._open(self._about(annotation), draft, text)
            else:
                self._written(self._about(annotation), draft, text)

    def note_on_article(self, article: str, title: str) -> None:
        """Open the note on a whole article; if there is none yet, a new one."""
        there = next((each for each in self._library.annotations.of(article) if each.is_on_article), None)
        if there is not None:
            self.edit_note(there.id)
        elif self._may_write():
            self._open(title, self._library.drafts.on_article(article), "")

    def _open(self, about: str, draft: Draft, text: str) -> None:
        self._host.write(NoteSheet(about, text, lambda written: self._written(about, draft, written), draft.keep))

    def _may_write(self) -> bool:
        """Return True if notes can be saved; if not, show a message before the user writes a note."""
        if self._library.read_only:
            message = "the library is read-only: no note can be kept · what you type is discarded until a pause or esc"
            self._host.say(message, bad=True)
            self._host.drop_typed_words(message)
        return not self._library.read_only

    def _written(self, about: str, draft: Draft, text: str) -> None:
        """Save a note after the note sheet was closed; drop the draft if the note is unchanged.

        A read-only library refuses the note: a message is shown and the sheet reopened with the text. Closing it once
        more with the refused text drops the note.
        """
        if draft.is_unchanged(text):
            draft.drop()
        elif not self._library.read_only:
            self._host.show_outcome(draft.save(text))
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
