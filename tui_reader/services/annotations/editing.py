"""The service that makes, changes and deletes annotations; `Reading.undo` reverts each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tui_reader.anchoring.description import describe, document_fingerprint
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.document.lazy_patterns import LazyPattern
from tui_reader.document.quotation import quoted
from tui_reader.model.annotation import COLOURS, Annotation, AnnotationId, Placement, PlaceState
from tui_reader.model.ranges import Range
from tui_reader.services.annotations.annotation_records import Ids, decode, encode, encode_anchor, encode_placement, now
from tui_reader.services.annotations.reanchoring import Reanchoring
from tui_reader.services.articles.reading import Outcome
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import noop
from tui_reader.services.library.state import edits_to_fields
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.anchor import Anchor
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.state import LibraryState
    from tui_reader.storage.base import Edit

Which: TypeAlias = "AnnotationId | Sequence[AnnotationId]"
"""The id of one annotation, or the ids of several annotations to change and undo in one step."""

MAX_QUOTE_IN_MESSAGE = 40
"""Largest number of characters of a quote that a message shows."""


class AnnotationEditing:
    """The service that reads and changes the annotations of a library.

    A change is visible at once and on disk soon; no method waits for the disk. Used from the thread that calls
    `Library.sync`.
    """

    def __init__(
        self,
        state: LibraryState,
        names: Sequence[str] = (),
        clock: Callable[[], str] = now,
        new_id: Callable[[], AnnotationId] | None = None,
        *,
        document_of: Callable[[ArticleId], Document | None] = noop,
        notify: Callable[[ArticleId], None] = noop,
        background: Background | None = None,
    ) -> None:
        """Create the annotation service for a library.

        Args:
            state: The library's state.
            names: The user's names of the colours 1 to 5; a colour without a name is called by its number.
            clock: Returns the current time in the format of `annotation_records.now`.
            new_id: Makes ids that sort by the time of creation; None for UUIDs of version 7.
            document_of: Returns the document of an article if it is loaded, so that annotations restored by an undo are
                re-anchored at once.
            notify: Called from a thread with an article when results for it wait for `reanchoring.collect`.
            background: The thread that searches for passages; None for a new one.
        """
        self._state = state
        self.reanchoring = Reanchoring(state, document_of, notify, background or Background())
        """The service that finds the passages of annotations in changed texts."""
        self.index = state.annotation_index
        """All annotations, for readers."""
        self._names = tuple(names)
        self._clock = clock
        self._new_id = new_id or Ids()
        self._last_colour = 0

    @property
    def last_colour(self) -> int:
        """The most recently used colour, 1 to 5; after a restart the colour of the newest annotation."""
        if not self._last_colour:
            newest = self.index.newest()
            self._last_colour = newest.colour if newest is not None else 1
        return self._last_colour

    def colour_name(self, colour: int) -> str:
        """Return the user's name of a colour, or `colour 3` if it has none."""
        return self._names[colour - 1] if colour <= len(self._names) else f"colour {colour}"

    def name_colours(self, names: Sequence[str]) -> None:
        """Set the user's names of the colours, after the settings have changed."""
        self._names = tuple(names)

    def get(self, annotation_id: AnnotationId) -> Annotation | None:
        """Return an annotation; None if it does not exist or is deleted."""
        return self.index.get(annotation_id)

    def of(self, article: ArticleId) -> tuple[Annotation, ...]:
        """Return the annotations of an article in the order of its text, notes on the whole article first."""
        return self.index.of(article)

    def all(self) -> Iterator[Annotation]:
        """Yield every annotation of the library, article by article, in the order of `articles`."""
        return self.index.all()

    def read_all(self) -> None:
        """Read the annotations of all articles in one pass, for a caller that then asks for them by `of`."""
        self.index.read_all()

    def articles(self) -> tuple[ArticleId, ...]:
        """Return the articles that have annotations, most recently annotated first."""
        return self.index.articles()

    def ids(self, article: ArticleId) -> frozenset[AnnotationId]:
        """Return the ids of an article's annotations; far faster than `of`, which decodes the records."""
        return self.index.ids(article)

    @property
    def is_being_counted(self) -> bool:
        """True while a thread counts the annotations; `total`, `articles` and `ids` wait for the count."""
        return self.index.is_being_counted

    @property
    def total(self) -> int:
        """The number of annotations of the library, including annotations of missing articles."""
        return len(self.index)

    def orphans(self) -> int:
        """Return the number of annotations of the library that are orphaned or ambiguous."""
        return self.index.orphans()

    def count(self, article: ArticleId) -> int:
        """Return the number of annotations that an article has."""
        return self.index.count(article)

    def add(
        self,
        article: ArticleId,
        document: Document,
        start: int,
        end: int,
        *,
        colour: int | None = None,
        note: str = "",
        tags: Sequence[str] = (),
    ) -> Outcome:
        """Highlight a passage; `Outcome.annotation` is the id of the new annotation.

        Args:
            article: The article.
            document: The article's document, in which the range counts.
            start: Offset of the first code point; white space at either end of the range is left out.
            end: Offset after the last code point.
            colour: 1 to 5; None for the most recently used colour.
            note: The note in Markdown; words like `.tag` at its start become tags.
            tags: Tags in addition to the tags in the note.
        """
        anchor = _anchor(document, start, end)
        if anchor is None:
            return Outcome("there are no words to highlight here")
        colour = self._check_colour(self.last_colour if colour is None else colour)
        text, more_tags = split_action_tags(note)
        annotation = self._create(article, text, (*tags, *more_tags), anchor, colour)
        self._last_colour = colour
        verb = "highlighted and noted" if text else "highlighted"
        label = f"{verb} {_shorten(anchor.exact)}{_mention_tags(more_tags)}"
        return self._write(encode(annotation), annotation.id, label)

    def note_on_article(self, article: ArticleId, note: str, tags: Sequence[str] = ()) -> Outcome:
        """Write a note on a whole article."""
        text, more_tags = split_action_tags(note)
        if not text and not more_tags and not tags:
            return Outcome()
        annotation = self._create(article, text, (*tags, *more_tags), None, 1)
        label = f"noted on {self._title(article)}{_mention_tags(more_tags)}"
        return self._write(encode(annotation), annotation.id, label)

    def recolour(self, which: Which, colour: int) -> Outcome:
        """Set the colour of highlights, 1 to 5."""
        self._last_colour = self._check_colour(colour)
        fields = {"colour": colour if colour != 1 else None}
        return self._change(which, lambda _: fields, f"made {{}} {self.colour_name(colour)}")

    def retag(self, which: Which, tags: Sequence[str]) -> Outcome:
        """Replace the tags of annotations."""
        wanted = _clean_tags(tags)
        label = f"tagged {{}}: {', '.join(wanted)}" if wanted else "removed all tags from {}"
        return self._change(which, lambda _: {"tags": wanted or None}, label)

    def retag_several(self, which: Which, tags: Sequence[str], shared: Collection[str]) -> Outcome:
        """Replace the tags that several annotations share; each annotation keeps its other tags.

        Args:
            which: The annotations.
            tags: The new tags.
            shared: The shared tags, which the new tags replace.
        """
        wanted = _clean_tags(tags)

        def fields(annotation: Annotation) -> Mapping[str, Any]:
            return {"tags": sorted(set(annotation.tags).difference(shared).union(wanted)) or None}

        label = f"tagged {{}}: {', '.join(wanted)}" if wanted else "removed shared tags from {}"
        return self._change(which, fields, label)

    def stored_note(self, annotation: Annotation) -> str:
        """Return the note of an annotation in the store, which may have another program's change before the index."""
        stored = decode(annotation.id, self._state.store.get(ANNOTATIONS, annotation.id) or {})
        return (stored or annotation).note

    def edit_note(self, annotation_id: AnnotationId, note: str, *, base: str | None = None) -> Outcome:
        """Replace the note of an annotation; words like `.tag` at its start are added to the tags.

        Args:
            annotation_id: The annotation.
            note: The new note.
            base: The note at the start of editing: if the stored note has changed since, both changes are merged. None
                to replace the stored note in any case.
        """
        text, more_tags = split_action_tags(note)
        annotation = self.get(annotation_id)
        if annotation is not None and annotation.is_on_article:
            label = "changed {}"
        else:
            label = "wrote a note on {}" if text else "removed the note from {}"
        label += _mention_tags(more_tags)
        merged, merge_message = text, ""
        if annotation is not None and base is not None:
            stored = self.stored_note(annotation)
            if stored not in (base, text):
                merged, merge_message = _merge_notes(base, text, stored)

        def fields(each: Annotation) -> Mapping[str, Any]:
            tags = {"tags": _clean_tags((*each.tags, *more_tags))} if more_tags else {}
            return {"note": merged or None, **tags}

        outcome = self._change(annotation_id, fields, label)
        return outcome._replace(message="; ".join(filter(None, (outcome.message, merge_message))))

    def resize(
        self, annotation_id: AnnotationId, document: Document, start: int, end: int, *, colour: int | None = None
    ) -> Outcome:
        """Set the range of a highlight, and its colour unless `colour` is None."""
        return self._attach(annotation_id, document, Range(start, end), colour, "resized {}")

    def reattach(
        self, annotation_id: AnnotationId, document: Document, start: int, end: int, *, colour: int | None = None
    ) -> Outcome:
        """Attach an orphaned or ambiguous highlight to a range that the user has chosen."""
        return self._attach(annotation_id, document, Range(start, end), colour, "attached {} again")

    def accept(self, which: Which, document_of: Callable[[ArticleId], Document | None]) -> Outcome:
        """Store the re-anchored position of each highlight as its new anchor.

        Highlights whose passage did not move, or whose document is not loaded, do not change.

        Args:
            which: The highlights.
            document_of: Returns the document of an article if it is loaded.
        """

        def fields(annotation: Annotation) -> Mapping[str, Any]:
            placed, document = annotation.placed, document_of(annotation.article)
            if placed is None or placed.state != PlaceState.MOVED or document is None or document.partial:
                return {}
            if placed.fingerprint != document_fingerprint(document):
                return {}
            anchor = _anchor(document, *placed.range)
            return {} if anchor is None else _fields_at(anchor)

        return self._change(which, fields, "accepted the place of {}")

    def delete(self, which: Which) -> Outcome:
        """Delete annotations; their records stay in the store as deleted, and undo restores them."""
        moment = self._clock()
        return self._change(which, lambda each: {"deleted": max(moment, each.updated)}, "deleted {}", touch=False)

    def _attach(
        self, annotation_id: AnnotationId, document: Document, where: Range, colour: int | None, label: str
    ) -> Outcome:
        anchor = _anchor(document, *where)
        if anchor is None:
            return Outcome("there are no words here")
        fields = dict(_fields_at(anchor))
        if colour is not None:
            self._last_colour = self._check_colour(colour)
            fields["colour"] = colour if colour != 1 else None
        return self._change(annotation_id, lambda each: {} if each.is_on_article else fields, label)

    def _create(
        self, article: ArticleId, note: str, tags: Sequence[str], anchor: Anchor | None, colour: int
    ) -> Annotation:
        moment = self._clock()
        return Annotation(
            id=self._new_id(),
            article=article,
            anchor=anchor,
            placed=_placement_at(anchor) if anchor is not None else None,
            colour=colour,
            note=note,
            tags=tuple(_clean_tags(tags)),
            created=moment,
            updated=moment,
        )

    def _change(
        self, which: Which, fields: Callable[[Annotation], Mapping[str, Any]], label: str, *, touch: bool = True
    ) -> Outcome:
        """Set fields of annotations in one step, which undo reverts.

        Args:
            which: The annotations.
            fields: Returns the new fields of an annotation.
            label: The message; `{}` is replaced by the quote of a single annotation, or by the number of annotations.
            touch: True to set the time of the last update, too.
        """
        ids = (which,) if isinstance(which, str) else tuple(which)
        moment = self._clock()
        edits: list[Edit] = []
        changed: list[Annotation] = []
        for annotation in filter(None, map(self.get, ids)):
            record = self._state.store.get(ANNOTATIONS, annotation.id)
            changes = list(edits_to_fields(ANNOTATIONS, annotation.id, record, fields(annotation)))
            if changes and touch:
                updated = {"updated": max(moment, annotation.updated)}
                changes += edits_to_fields(ANNOTATIONS, annotation.id, record, updated)
            if changes:
                edits += changes
                changed.append(annotation)
        if not edits:
            return Outcome()
        label = label.replace("{}", self._describe(changed), 1)
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def _write(self, fields: Mapping[str, Any], annotation_id: AnnotationId, label: str) -> Outcome:
        edits = list(edits_to_fields(ANNOTATIONS, annotation_id, None, fields))
        return Outcome(label, self._state.commit(edits, label), undo=True, annotation=annotation_id)

    def _describe(self, annotations: Sequence[Annotation]) -> str:
        if len(annotations) > 1:
            return f"{len(annotations):,} annotations"
        (annotation,) = annotations
        if annotation.is_on_article:
            return f"the note on {self._title(annotation.article)}"
        return _shorten(annotation.quote)

    def _title(self, article: ArticleId) -> str:
        rows = self._state.catalogue.rows((article,))
        return quoted(rows[0].title) if rows else "an article"

    @staticmethod
    def _check_colour(colour: int) -> int:
        if not 1 <= colour <= COLOURS:
            raise ValueError(f"colours are numbered from 1 to {COLOURS}, not {colour}")
        return colour


_ACTION_TAG = LazyPattern(r"\s*\.([^\W\d_][\w/-]*)(?=\s|\Z)")


def split_action_tags(note: str) -> tuple[str, tuple[str, ...]]:
    """Remove words like `.tag` from the start of a note, and return them as tags (syntax of Readwise).

    Returns:
        The note without these words, and the tags.
    """
    note = clean_text(note).strip()
    if not note.startswith("."):
        return note, ()
    tags: list[str] = []
    while (found := _ACTION_TAG.match(note)) is not None:
        tags.append(found[1])
        note = note[found.end() :]
    return note.strip() if tags else note, tuple(tags)


def _mention_tags(tags: Sequence[str]) -> str:
    """Return the part of a message that names the tags taken from the words of a note; empty without tags."""
    return f", tagged {', '.join(tags)}" if tags else ""


def _merge_notes(base: str, mine: str, theirs: str) -> tuple[str, str]:
    """Merge two changed versions of the note `base`, the user's and another program's.

    Returns:
        The merged text, and a message about the merge.
    """
    from tui_reader.document.text_merge import merge  # noqa: PLC0415 - few notes are edited in two places at once

    merged = merge(base, mine, theirs)
    if not merged.is_one:
        return merged.text, "it was changed elsewhere meanwhile, and both texts stand in it"
    return merged.text, "the note was changed elsewhere meanwhile, and that is kept" + (" too" if mine else "")


def _anchor(document: Document, start: int, end: int) -> Anchor | None:
    """Return the anchor of a range without white space at its ends; None if the range is only white space."""
    text = document.text
    start, end = max(0, start), min(end, len(text))
    passage = text[start:end]
    start += len(passage) - len(passage.lstrip())
    end -= len(passage) - len(passage.rstrip())
    return describe(document, start, end) if start < end else None


def _fields_at(anchor: Anchor) -> Mapping[str, Any]:
    """Return the fields of an annotation's record that attach a highlight to an anchor."""
    return {"attached": encode_anchor(anchor), "placed": encode_placement(_placement_at(anchor))}


def _placement_at(anchor: Anchor) -> Placement:
    return Placement(anchor.start, anchor.end, PlaceState.ANCHORED, 1.0, anchor.fingerprint, anchor.key)


def _clean_tags(tags: Sequence[str]) -> list[str]:
    """Return tags in the form that is stored: cleaned, without `#`, each once, sorted."""
    return sorted({tag for raw in tags if (tag := clean_line(raw).lstrip("#"))})


def _shorten(quote: str) -> str:
    line = clean_line(quote)
    return quoted(line if len(line) <= MAX_QUOTE_IN_MESSAGE else f"{line[: MAX_QUOTE_IN_MESSAGE - 1].rstrip()}…")
