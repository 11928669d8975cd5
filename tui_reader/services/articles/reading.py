"""What a reader does with articles: each verb is true at once, durable soon, and can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.clean import clean_line
from tui_reader.search.search_key import search_key
from tui_reader.services.annotations.annotation_records import decode
from tui_reader.services.articles.article_records import BOOKMARK, EDITABLE
from tui_reader.services.library.ids import now_in_seconds
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.anchor import Anchor
    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.library.state import LibraryState
    from tui_reader.services.library.undo_scope import UndoScope
    from tui_reader.storage.base import Edit, Transaction

BOOKMARK_QUOTE = 60
"""Code points behind a bookmark that are kept to find it again when the text has changed."""


class Outcome(NamedTuple):
    """What a verb did."""

    message: str = ""
    """One line to tell; empty where nothing is worth telling."""
    ids: tuple[ArticleId, ...] = ()
    """Articles whose row is another one now."""
    undo: bool = False
    """Whether `undo` would take this back."""
    annotation: AnnotationId = ""
    """The annotation that was made, taken back or brought back; empty where none was, or several."""
    place: int | None = None
    """Code point where the passage of an undone or redone `annotation` stands, or stood; None where it has none."""
    steps: int = 0
    """Steps of undo or redo that were taken, also where all that a step is about was left alone."""
    left: bool = False
    """Whether that was so."""


class Reading:
    """The verbs. Called from the thread that calls `Library.sync`; none waits for a disk."""

    def __init__(
        self, state: LibraryState, clock: Callable[[], str] = now_in_seconds, *, scope: UndoScope | None = None
    ) -> None:
        """Args: `scope` tells what belongs to the open places; None if everything does."""
        self._state, self._scope = state, scope
        self._catalogue = state.catalogue
        self._clock = clock

    def open(self, article_id: ArticleId, *, mark_read: bool = True) -> Outcome:
        """Take in that an article was opened; it counts as read from now on, unless that is not wished.

        Nobody opens an article to have it marked, so `undo` leaves this alone and takes back what was done on purpose.
        """
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        fields: dict[str, Any] = {"opened": self._clock()}
        if mark_read:
            fields["read"] = True
        edits = self._state.record_fields(headline, fields)
        return Outcome("", self._state.commit(edits, "opened", undoable=False)) if edits else Outcome()

    def toggle_read(self, ids: Sequence[ArticleId]) -> Outcome:
        """Mark articles as read, or as unread if they all are read."""
        rows = self._catalogue.rows(ids)
        if all(row.state.read for row in rows):
            return self._change(rows, {"read": None}, "marked {} as unread")
        return self._change(rows, {"read": True}, "marked {} as read")

    def toggle_star(self, ids: Sequence[ArticleId]) -> Outcome:
        """Star articles, or take the stars off if they all have one."""
        rows = self._catalogue.rows(ids)
        if all(row.state.starred for row in rows):
            return self._change(rows, {"starred": None}, "unstarred {}")
        return self._change(rows, {"starred": True}, "starred {}")

    def toggle_archive(self, ids: Sequence[ArticleId]) -> Outcome:
        """Archive articles, or take them back to the inbox if they all are archived."""
        rows = self._catalogue.rows(ids)
        if all(row.state.archived for row in rows):
            return self._change(rows, {"archived": None}, "moved {} back to the inbox")
        return self._change(rows, {"archived": True}, "archived {}")

    def mark_all_read(self, ids: Sequence[ArticleId]) -> Outcome:
        """Mark articles as read."""
        rows = [row for row in self._catalogue.rows(ids) if not row.state.read]
        return self._change(rows, {"read": True}, "marked {} as read")

    def set_tags(self, article_id: ArticleId, tags: Sequence[str]) -> Outcome:
        """Give an article these tags and no others; its file keeps its own."""
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        wanted = sorted({tag for raw in tags if (tag := clean_line(raw).lstrip("#"))})
        if wanted == sorted(set(headline.tags)):
            return Outcome()
        label = f"tagged {{}}: {', '.join(wanted)}" if wanted else "took all tags off {}"
        return self._change([headline], {"tags": wanted}, label)

    def edit_metadata(self, article_id: ArticleId, field: str, value: str) -> Outcome:
        """Correct a metadata field: title, byline, source, date, url or language. The file keeps its own.

        An empty title goes back to the file's. A value that the file itself gives takes the correction away; one that
        was only guessed is confirmed by it.

        Raises:
            ValueError: No such field can be corrected.
        """
        if field not in EDITABLE:
            raise ValueError(field)
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        try:
            value = _accepted(field, clean_line(value))
        except ValueError as error:
            return Outcome(str(error))
        metadata = headline.article.metadata
        own = str(getattr(metadata, field))
        as_in_file = value == own and field not in metadata.guessed
        corrected = None if as_in_file or (field == "title" and not value) else value
        if corrected == headline.state.edits.get(field):
            return Outcome()
        label = f"set the {field} of {{}}" if corrected is not None else f"took the {field} of {{}} from its file again"
        return self._change([headline], {f"edited_{field}": corrected}, label)

    def join_tail(self, article_id: ArticleId) -> Outcome:
        """Join the trailing stories of a paste to the article, or set them apart again."""
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        if headline.state.joined:
            return self._change([headline], {"joined": None}, "set the trailing stories of {} apart")
        return self._change([headline], {"joined": True}, "joined the trailing stories to {}")

    def leave(self, article_id: ArticleId, offset: int, progress: float) -> Outcome:
        """Remember the place in an article.

        Args:
            article_id: The article.
            offset: Code point that stands at the top of the pane.
            progress: Share of the text that has been seen, 0 to 1; what was seen once stays seen.
        """
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        state = headline.state
        seen = round(max(state.progress, min(1.0, progress)), 4)
        fields: dict[str, Any] = {"offset": max(0, offset) or None, "progress": seen or None}
        if seen >= 1.0 and not state.finished:
            fields["finished"] = self._clock()
        edits = self._state.record_fields(headline, fields)
        return Outcome("", self._state.commit(edits, "left", undoable=False)) if edits else Outcome()

    def set_bookmark(self, article_id: ArticleId, letter: str, document: Document, offset: int) -> Outcome:
        """Give a place a letter, to come back to.

        A small letter means another place in every article; a capital one means a single place in all of the library.

        Args:
            article_id: The article.
            letter: One letter.
            document: The article as it is read.
            offset: Code point in it.
        """
        headline, text = self._one(article_id), document.text
        start = max(0, min(offset, len(text) - 1))
        if headline is None or not text:
            return Outcome("there is no text to come back to")
        # Here, for those who set one.
        from tui_reader.anchoring.description import describe  # noqa: PLC0415

        anchor = describe(document, start, min(len(text), start + BOOKMARK_QUOTE))
        edits = self._state.record_fields(headline, {BOOKMARK + letter: anchor._asdict()})
        elsewhere = self._catalogue.bookmarked(letter) if letter.isupper() else None
        if elsewhere is not None and elsewhere.id != article_id:
            edits += self._state.record_fields(elsewhere, {BOOKMARK + letter: None})
        if not edits:
            return Outcome(f"bookmark {letter} stands here already")
        label = f"set bookmark {letter} in “{headline.title}”"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def bookmark(self, letter: str, article_id: ArticleId | None) -> tuple[ArticleId, Anchor] | None:
        """Where a bookmark stands: a small letter's in this article, a capital one's in any; None if there is none."""
        if letter.isupper():
            headline = self._catalogue.bookmarked(letter)
        else:
            headline = self._one(article_id) if article_id is not None else None
        anchor = headline.state.bookmarks.get(letter) if headline is not None else None
        return (headline.id, anchor) if headline is not None and anchor is not None else None

    @staticmethod
    def place_of_bookmark(anchor: Anchor, document: Document) -> int:
        """The code point of a bookmark in a text: where its words stand now, or could stand, else where it was."""
        if document.text[anchor.start : anchor.end] == anchor.exact:
            return anchor.start
        # Here, for those whose text has changed.
        from tui_reader.anchoring.resolution import resolve  # noqa: PLC0415

        placed = resolve(anchor, document.text)
        if placed.is_certain:
            return placed.start
        return placed.candidates[0].start if placed.candidates else max(0, min(anchor.start, len(document.text) - 1))

    def undo(self) -> Outcome:
        """Take back the last change, were it made before a restart."""
        return self._step(self._state.store.undo, "undid: ", "nothing to undo")

    def redo(self) -> Outcome:
        """Make the change that was last taken back again."""
        return self._step(self._state.store.redo, "redid: ", "nothing to redo")

    def all_tags(self) -> list[str]:
        """Every tag in use outside the archive, by name."""
        return sorted((tag for tag, _ in self._catalogue.counts().tags), key=lambda tag: (search_key(tag), tag))

    def _one(self, article_id: ArticleId) -> Headline | None:
        return next(iter(self._catalogue.rows([article_id])), None)

    def _step(self, step: Callable[[], Transaction | None], told: str, nothing: str) -> Outcome:
        transaction = step()
        if transaction is None:
            others = self._scope is not None and self._scope.has_others
            return Outcome(f"{nothing} here; changes in other folders are undone there" if others else nothing)
        ids = self._state.absorb(transaction.edits)
        left = transaction.left
        keys = {edit.key for edit in transaction.edits if edit.table == ANNOTATIONS} or set(left)
        key = keys.pop() if len(keys) == 1 else ""
        place = self._place_of(key, transaction.edits) if key else None
        stay = (
            annotation.article for annotation in map(self._state.annotation_index.get, left) if annotation is not None
        )
        message = _told(told, transaction) + self._elsewhere(transaction, ids)
        touched = tuple(dict.fromkeys((*ids, *stay)))
        return Outcome(message, touched, annotation=key, place=place, steps=1, left=not transaction.edits)

    def _elsewhere(self, transaction: Transaction, ids: Sequence[ArticleId]) -> str:
        """Name the file of the first article that a transaction changed, if none of its articles is listed here."""
        if ids or self._scope is None:
            return ""
        paths = filter(None, map(self._scope.path_of, self._scope.articles_of(transaction)))
        path = next(paths, None)
        return f" ({clean_line(str(path))})" if path is not None else ""

    def _place_of(self, annotation_id: AnnotationId, edits: Iterable[Edit]) -> int | None:
        """Where a passage stands, or stood before edits took its annotation away; None where it has no sure place."""
        before = {edit.field: edit.before for edit in edits if edit.key == annotation_id}
        record = self._state.store.get(ANNOTATIONS, annotation_id) or {}
        annotation = self._state.annotation_index.get(annotation_id) or decode(annotation_id, {**record, **before})
        if annotation is None or annotation.placed is None or not annotation.placed.is_certain:
            return None
        return annotation.placed.start

    def _change(self, rows: Sequence[Headline], fields: Mapping[str, Any], label: str) -> Outcome:
        """Set fields of articles; `{}` in the label stands for their titles or number."""
        edits: list[Edit] = [edit for row in rows for edit in self._state.record_fields(row, fields)]
        if not edits:
            return Outcome()
        changed = {edit.key for edit in edits}
        label = label.replace("{}", _named([row for row in rows if row.id in changed]), 1)
        return Outcome(label, self._state.commit(edits, label), undo=True)


def _told(told: str, transaction: Transaction) -> str:
    """What was taken back or done again, and what of it was left alone."""
    label = clean_line(str(transaction.label))  # it may come from a journal that another program wrote
    if not transaction.left:
        return told + label
    if not transaction.edits:
        return f"left alone, since it was changed elsewhere: {label}"
    number = f"{len(transaction.left):,} annotations" if len(transaction.left) > 1 else "an annotation"
    return f"{told}{label}; without {number} changed elsewhere since"


def _named(rows: Iterable[Headline]) -> str:
    rows = list(rows)
    return f"“{rows[0].title}”" if len(rows) == 1 else f"{len(rows):,} articles"


def _accepted(field: str, value: str) -> str:
    """A value as it is kept.

    Raises:
        ValueError: It cannot be; the message says why.
    """
    if field == "date" and value:
        try:
            when = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"“{value}” is not a date; write it as 2026-06-05") from None
        return when.isoformat() if ":" in value else when.date().isoformat()
    if field == "url" and value and not value.startswith(("http://", "https://")):
        raise ValueError(f"“{value}” is not a web address; it begins with http:// or https://")
    return value
