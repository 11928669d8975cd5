"""Change the reading state of articles; changes show at once, are saved soon and can be undone."""

from __future__ import annotations

from datetime import datetime
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.document.normalization import search_key
from tui_reader.document.quotation import quoted
from tui_reader.model.query import Shelf, Sort, View
from tui_reader.services.annotations.annotation_records import decode
from tui_reader.services.articles.article_records import BOOKMARK, EDITABLE, WHOLE, now_in_seconds
from tui_reader.services.articles.bulk_states import edits_to_queue, retagged
from tui_reader.services.library.order_keys import key_at, keys_behind
from tui_reader.storage import machine_name
from tui_reader.storage.base import ANNOTATIONS, UNDO_OF, Column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.anchor import Anchor
    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.library.state import LibraryState
    from tui_reader.services.library.undo_scope import UndoScope
    from tui_reader.storage.base import Edit, Transaction

BOOKMARK_QUOTE = 60
"""Number of code points after a bookmark's offset that are stored with it, to find it in a changed text."""


class Outcome(NamedTuple):
    """The result of a change of articles or annotations, for the last row and undo."""

    message: str = ""
    """The message for the last row; may be empty."""
    ids: tuple[ArticleId, ...] = ()
    """Ids of the articles whose headlines changed."""
    undo: bool = False
    """True if `undo` can revert this change."""
    annotation: AnnotationId = ""
    """The annotation that was created, undone or redone; empty if none or several."""
    place: int | None = None
    """Offset of an undone or redone `annotation`, or the one before its deletion; None if it has no position."""
    steps: int = 0
    """Number of undo or redo steps, including steps without effect because of later changes elsewhere."""
    had_no_effect: bool = False
    """True if the step had no effect, because another program changed the same fields later."""


class Reading:
    """Changes reading states of articles. Called in the library's owner thread; no method waits for the disk."""

    def __init__(
        self, state: LibraryState, clock: Callable[[], str] = now_in_seconds, *, scope: UndoScope | None = None
    ) -> None:
        """Create the service for a library's state.

        Args:
            state: The library's state.
            clock: Returns the current time in the format of `article_records.now_in_seconds`.
            scope: Selects the undo steps of the open folders; None to allow all steps.
        """
        self._state, self._scope = state, scope
        self._catalogue = state.catalogue
        self._clock = clock

    def open(self, article_id: ArticleId, *, mark_read: bool = True) -> Outcome:
        """Record that an article was opened, and mark it as read.

        The change cannot be undone: `undo` is for deliberate changes.

        Args:
            article_id: The article.
            mark_read: True to mark the article as read.
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
        """Mark articles as read, or as unread if they are all read."""
        rows = self._rows(ids)
        if all(row.state.read for row in rows):
            return self._change(rows, "read", None, "marked {} as unread")
        return self._change(rows, "read", True, "marked {} as read")

    def toggle_star(self, ids: Sequence[ArticleId]) -> Outcome:
        """Star articles, or unstar them if all are starred."""
        rows = self._rows(ids)
        if all(row.state.starred for row in rows):
            return self._change(rows, "starred", None, "unstarred {}")
        return self._change(rows, "starred", True, "starred {}")

    def toggle_archive(self, ids: Sequence[ArticleId]) -> Outcome:
        """Archive articles, or move them back to the inbox if they are all archived."""
        rows = self._rows(ids)
        if all(row.state.archived for row in rows):
            return self._change(rows, "archived", None, "moved {} back to the inbox")
        return self._change(rows, "archived", True, "archived {}")

    def set_read(self, ids: Sequence[ArticleId], *, read: bool) -> Outcome:
        """Mark articles as read, or as unread."""
        label = "marked {} as read" if read else "marked {} as unread"
        return self._change(self._rows(ids), "read", read or None, label)

    def set_starred(self, ids: Sequence[ArticleId], *, starred: bool) -> Outcome:
        """Set or remove the star of articles."""
        label = "starred {}" if starred else "unstarred {}"
        return self._change(self._rows(ids), "starred", starred or None, label)

    def set_archived(self, ids: Sequence[ArticleId], *, archived: bool) -> Outcome:
        """Archive articles, or move them back to the inbox."""
        label = "archived {}" if archived else "moved {} back to the inbox"
        return self._change(self._rows(ids), "archived", archived or None, label)

    def edit_tags(self, ids: Sequence[ArticleId], add: Iterable[str], remove: Iterable[str]) -> Outcome:
        """Add tags to articles and remove tags from them; the files are not changed.

        Tags to remove are matched without regard to case.
        """
        added = {tag for raw in add if (tag := clean_line(raw).lstrip("#"))}
        removed = {search_key(tag) for raw in remove if (tag := clean_line(raw).lstrip("#"))}
        rows, tags = retagged(self._rows(ids), added, removed)
        edits = self._state.record_tags(rows, tags)
        if not edits:
            return Outcome()
        parts = [f"+{tag}" for tag in sorted(added)] + [f"-{clean_line(tag).lstrip('#')}" for tag in remove]
        label = f"tagged {_named(rows)}: {' '.join(parts)}"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def mark_all_read(self, ids: Sequence[ArticleId]) -> Outcome:
        """Mark all given articles as read, in one undo step."""
        rows = [row for row in self._rows(ids) if not row.state.read]
        return self._change(rows, "read", True, "marked {} as read")

    def up_next(self) -> list[Headline]:
        """Return the articles of the up-next queue, in order."""
        return self._catalogue.rows(self._catalogue.ids(View(Shelf.UP_NEXT, sort=Sort.QUEUE)))

    def toggle_up_next(self, ids: Sequence[ArticleId]) -> Outcome:
        """Add articles to the end of the up-next queue, or remove them if all are in the queue."""
        rows = self._rows(ids)
        if all(row.state.up_next for row in rows):
            return self._change(rows, "up_next", None, "took {} out of up next")
        return self.add_up_next([row.id for row in rows if not row.state.up_next])

    def add_up_next(self, ids: Sequence[ArticleId]) -> Outcome:
        """Add articles to the end of the up-next queue, in the order given."""
        edits = self.edits_to_queue(ids)
        if not edits:
            return Outcome()
        label = f"put {_named(self._catalogue.rows(edits.keys[:2]), len(edits))} up next"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def remove_up_next(self, ids: Sequence[ArticleId]) -> Outcome:
        """Remove articles from the up-next queue."""
        return self._change(self._rows(ids), "up_next", None, "took {} out of up next")

    def edits_to_queue(self, ids: Sequence[ArticleId]) -> Column:
        """Return the edits that add articles to the end of the up-next queue; queued articles keep their position."""
        queued = self._catalogue.queued
        rows = self._catalogue.rows([each for each in dict.fromkeys(ids) if each not in queued])
        last = max(queued.values(), default="")
        return edits_to_queue(rows, keys_behind(last, len(rows), machine_name()))

    def move_up_next(self, article_id: ArticleId, by: int) -> Outcome:
        """Move an article down in the up-next queue by a number of positions; negative moves up."""
        queue = self.up_next()
        index = next((index for index, row in enumerate(queue) if row.id == article_id), None)
        if index is None:
            return Outcome("it is not up next")
        wanted = max(0, min(index + by, len(queue) - 1))
        if wanted == index:
            return Outcome()
        keys = [row.state.up_next for row in queue if row.id != article_id]
        edits = self._state.record_fields(queue[index], {"up_next": key_at(keys, wanted, machine_name())})
        label = f"moved {quoted(queue[index].title)} in up next"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def set_tags(self, article_id: ArticleId, tags: Sequence[str]) -> Outcome:
        """Replace the tags of an article; its file is not changed."""
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        wanted = sorted({tag for raw in tags if (tag := clean_line(raw).lstrip("#"))})
        if wanted == sorted(set(headline.tags)):
            return Outcome()
        label = f"tagged {{}}: {', '.join(wanted)}" if wanted else "removed all tags from {}"
        return self._change([headline], "tags", wanted, label)

    def edit_metadata(self, article_id: ArticleId, field: str, value: str) -> Outcome:
        """Correct a metadata field: title, byline, source, date, url or language. The file is not changed.

        An empty title restores the title from the file. A value equal to the file's own removes the correction, unless
        the file's own is guessed: then it is recorded as certain. An invalid value gives an outcome with a message.

        Raises:
            ValueError: The field is not in `EDITABLE`.
        """
        if field not in EDITABLE:
            raise ValueError(field)
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        try:
            value = _valid_correction(field, clean_line(value))
        except ValueError as error:
            return Outcome(str(error))
        metadata = headline.article.metadata
        own = str(getattr(metadata, field))
        as_in_file = value == own and field not in metadata.guessed
        corrected = None if as_in_file or (field == "title" and not value) else value
        if corrected == headline.state.edits.get(field):
            return Outcome()
        label = f"set the {field} of {{}}" if corrected is not None else f"restored the {field} of {{}} from its file"
        return self._change([headline], f"edited_{field}", corrected, label)

    def join_tail(self, article_id: ArticleId) -> Outcome:
        """Make the stories that follow an article in a pasted text part of it; if they are already, set them apart."""
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        if headline.state.joined:
            return self._change([headline], "joined", None, "set the trailing stories of {} apart")
        return self._change([headline], "joined", True, "joined the trailing stories to {}")

    def show_whole(self, article_id: ArticleId) -> Outcome:
        """Show the whole page instead of only the article in it; if it shows the whole page, only the article again."""
        headline = self._one(article_id)
        if headline is None:
            return Outcome()
        if headline.state.whole:
            return self._change([headline], WHOLE, None, "shows only the article of {}")
        return self._change([headline], WHOLE, True, "shows the whole page of {}")

    def leave(self, article_id: ArticleId, offset: int, progress: float) -> Outcome:
        """Record the reading position of an article.

        Args:
            article_id: The article.
            offset: Code point at the top of the pane.
            progress: Fraction of the text that was shown, 0 to 1; the stored value never decreases.
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
        """Set a bookmark at an offset of an article.

        A lower-case letter names one bookmark per article, an upper-case letter one in the whole library.

        Args:
            article_id: The article.
            letter: One letter.
            document: The article's document.
            offset: Code point in the document.
        """
        headline, text = self._one(article_id), document.text
        start = max(0, min(offset, len(text) - 1))
        if headline is None or not text:
            return Outcome("there is no text to come back to")
        # Imported here because few users set bookmarks.
        from tui_reader.anchoring.description import describe  # noqa: PLC0415

        anchor = describe(document, start, min(len(text), start + BOOKMARK_QUOTE))
        edits = self._state.record_fields(headline, {BOOKMARK + letter: anchor._asdict()})
        elsewhere = self._catalogue.bookmarked(letter) if letter.isupper() else None
        if elsewhere is not None and elsewhere.id != article_id:
            edits += self._state.record_fields(elsewhere, {BOOKMARK + letter: None})
        if not edits:
            return Outcome(f"bookmark {letter} is here already")
        label = f"set bookmark {letter} in {quoted(headline.title)}"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def bookmark(self, letter: str, article_id: ArticleId | None) -> tuple[ArticleId, Anchor] | None:
        """Find a bookmark: a lower-case letter in the given article, an upper-case letter in any article.

        Returns:
            The article and the anchor; None if the bookmark is not set.
        """
        if letter.isupper():
            headline = self._catalogue.bookmarked(letter)
        else:
            headline = self._one(article_id) if article_id is not None else None
        anchor = headline.state.bookmarks.get(letter) if headline is not None else None
        return (headline.id, anchor) if headline is not None and anchor is not None else None

    def bookmarks(self, article_id: ArticleId | None) -> list[tuple[str, Headline, Anchor]]:
        """Return the bookmarks: an article's lower-case letters, then the library's upper-case letters."""
        headline = self._one(article_id) if article_id is not None else None
        own = headline.state.bookmarks if headline is not None else {}
        found = [(letter, headline, own[letter]) for letter in sorted(own) if headline is not None and letter.islower()]
        for letter in ascii_uppercase:
            holder = self._catalogue.bookmarked(letter)
            if holder is not None:
                found.append((letter, holder, holder.state.bookmarks[letter]))
        return found

    @staticmethod
    def place_of_bookmark(anchor: Anchor, document: Document) -> int:
        """Return the most likely offset of a bookmark's words in the text; its original offset if none is likely."""
        if document.text[anchor.start : anchor.end] == anchor.exact:
            return anchor.start
        # Imported here because most texts have not changed.
        from tui_reader.anchoring.resolution import resolve  # noqa: PLC0415

        placed = resolve(anchor, document.text)
        if placed.is_certain:
            return placed.start
        return placed.candidates[0].start if placed.candidates else max(0, min(anchor.start, len(document.text) - 1))

    def undo(self) -> Outcome:
        """Undo the last change, even a change before the last restart."""
        return self._step(self._state.store.undo, "undid: ", "nothing to undo")

    def redo(self) -> Outcome:
        """Redo the last undone change."""
        return self._step(self._state.store.redo, "redid: ", "nothing to redo")

    def all_tags(self) -> list[str]:
        """Return every tag in use outside the archive, sorted by name."""
        return sorted((tag for tag, _ in self._catalogue.counts().tags), key=lambda tag: (search_key(tag), tag))

    def _rows(self, ids: Iterable[ArticleId]) -> list[Headline]:
        """Return the headlines of articles, each once."""
        return self._catalogue.rows(dict.fromkeys(ids))

    def _one(self, article_id: ArticleId) -> Headline | None:
        """Return the headline of an article; None if the article is not in the library."""
        return next(iter(self._catalogue.rows([article_id])), None)

    def _step(self, step: Callable[[], Transaction | None], prefix: str, nothing: str) -> Outcome:
        """Undo or redo one step, and return its outcome.

        Args:
            step: Function of the store that undoes or redoes; returns None if no step is left.
            prefix: Beginning of the message.
            nothing: Message if no step is left.
        """
        with self._state.hold():
            transaction = step()
            ids = self._state.absorb(transaction.edits) if transaction is not None else ()
        if transaction is None:
            others = self._scope is not None and self._scope.has_others
            return Outcome(f"{nothing} here; changes in other folders are undone there" if others else nothing)
        spared = transaction.spared
        edits = () if isinstance(transaction.edits, Column) else transaction.edits
        keys = {edit.key for edit in edits if edit.table == ANNOTATIONS} or set(spared)
        key = keys.pop() if len(keys) == 1 else ""
        place = self._place_of(key, transaction.edits) if key else None
        stay = (
            annotation.article for annotation in map(self._state.annotation_index.get, spared) if annotation is not None
        )
        message = _step_message(prefix, transaction) + self._elsewhere(transaction, ids)
        touched = tuple(dict.fromkeys((*ids, *stay)))
        return Outcome(message, touched, annotation=key, place=place, steps=1, had_no_effect=not transaction.edits)

    def _elsewhere(self, transaction: Transaction, ids: Sequence[ArticleId]) -> str:
        """Return the addition to an undo message that names the file of the first changed article, in parentheses.

        Otherwise the undo of a change in another folder would be invisible. Empty if the transaction changed articles
        of the catalogue, `ids`.
        """
        if ids or self._scope is None:
            return ""
        paths = filter(None, map(self._scope.path_of, self._scope.articles_of(transaction)))
        path = next(paths, None)
        return f" ({clean_line(str(path))})" if path is not None else ""

    def _place_of(self, annotation_id: AnnotationId, edits: Iterable[Edit]) -> int | None:
        """Return the offset of an annotation; if `edits` delete it, the offset before that; None if uncertain."""
        before = {edit.field: edit.before for edit in edits if edit.key == annotation_id}
        record = self._state.store.get(ANNOTATIONS, annotation_id) or {}
        annotation = self._state.annotation_index.get(annotation_id) or decode(annotation_id, {**record, **before})
        if annotation is None or annotation.placed is None or not annotation.placed.is_certain:
            return None
        return annotation.placed.start

    def _change(self, rows: Sequence[Headline], field: str, value: Any, label: str) -> Outcome:
        """Set a field of articles; `{}` in the label becomes the title or the number of articles."""
        edits = self._state.record_all(rows, field, value)
        if not edits:
            return Outcome()
        if len(edits) < len(rows):
            changed = {edit.key for edit in edits}
            rows = [row for row in rows if row.id in changed]
        label = label.replace("{}", _named(rows), 1)
        return Outcome(label, self._state.commit(edits, label), undo=True)


_RESTORED, _UNDID, _UNDID_AGAIN = "restored what was undone: ", "undid: ", "undid again: "
_OPPOSITES = {_UNDID: _RESTORED, _RESTORED: _UNDID, "redid: ": _UNDID_AGAIN, _UNDID_AGAIN: _RESTORED}
"""For each prefix of a message, the prefix for the same step on an undo: `restored what was undone: ` for `undid: `.

If the undone step is the undo of an undo, the replacement is applied once more, and so on.
"""


def _step_message(prefix: str, transaction: Transaction) -> str:
    """Return the message of an undo or redo step, with the number of annotations that it could not change."""
    label = clean_line(str(transaction.label))  # the label may come from a journal that another program wrote
    while label.startswith(UNDO_OF):
        prefix, label = _OPPOSITES[prefix], label.removeprefix(UNDO_OF)
    if not transaction.spared:
        return prefix + label
    if not transaction.edits:
        return f"left alone, since it was changed elsewhere: {label}"
    number = f"{len(transaction.spared):,} annotations" if len(transaction.spared) > 1 else "an annotation"
    return f"{prefix}{label}; without {number} changed elsewhere since"


def _named(rows: Sequence[Headline], number: int = 0) -> str:
    """Return the title of a single article, else the number of articles: `number` if not 0, else that of `rows`."""
    return quoted(rows[0].title) if len(rows) == 1 else f"{number or len(rows):,} articles"


def _valid_correction(field: str, value: str) -> str:
    """Convert a corrected value to the form in which it is stored.

    Raises:
        ValueError: The value is not valid; the message gives the reason.
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
