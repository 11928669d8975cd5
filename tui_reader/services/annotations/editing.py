"""What a reader does with passages: each verb is true at once, durable soon, and taken back by `Reading.undo`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from tui_reader.anchoring.description import describe, document_fingerprint
from tui_reader.document.clean import clean_line, clean_text
from tui_reader.model.annotation import COLOURS, Annotation, AnnotationId, Placement, PlaceState
from tui_reader.model.ranges import Range
from tui_reader.services.annotations.annotation_records import encode, encode_anchor, encode_placement
from tui_reader.services.annotations.reanchoring import Reanchoring
from tui_reader.services.articles.reading import Outcome
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import noop
from tui_reader.services.library.ids import Ids, now
from tui_reader.services.library.record_edits import edits_to_fields
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tui_reader.document.blocks import Document
    from tui_reader.model.anchor import Anchor
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.state import LibraryState
    from tui_reader.storage.base import Edit

Which: TypeAlias = "AnnotationId | Sequence[AnnotationId]"
"""One annotation, or several that change together and are taken back together."""

SHOWN = 40
"""Characters of a quote that a message repeats."""


class AnnotationEditing:
    """The verbs. Called from the thread that calls `Library.sync`; none waits for a disk."""

    def __init__(
        self,
        state: LibraryState,
        names: Sequence[str] = (),
        clock: Callable[[], str] = now,
        new_id: Callable[[], AnnotationId] | None = None,
        *,
        document_of: Callable[[ArticleId], Document | None] = noop,
        tell: Callable[[ArticleId], None] = noop,
        background: Background | None = None,
    ) -> None:
        """Start with what the state knows.

        Args:
            state: The library's state.
            names: What the reader calls the colours; the number stands for a name that is missing.
            clock: The time, see `time_ordered.now`.
            new_id: Makes ids that sort in the order of making; None for UUIDs of version 7.
            document_of: Gives documents that are at hand, so that what an undo brings back is placed at once.
            tell: Told of an article whose annotations wait to be taken in; called from a thread.
            background: Where passages are looked for; None for a thread of its own.
        """
        self._state = state
        self.reanchoring = Reanchoring(state, document_of, tell, background or Background())
        """What looks for passages and keeps where they were found."""
        self._notebook = state.annotation_index
        self._names = tuple(names)
        self._clock = clock
        self._new_id = new_id or Ids()
        self._last_colour = 0

    @property
    def last_colour(self) -> int:
        """The colour that was used last, 1 to 5; that of the newest annotation after a restart."""
        if not self._last_colour:
            newest = self._notebook.newest()
            self._last_colour = newest.colour if newest is not None else 1
        return self._last_colour

    def colour_name(self, colour: int) -> str:
        """What the reader calls a colour."""
        return self._names[colour - 1] if colour <= len(self._names) else f"colour {colour}"

    def name_colours(self, names: Sequence[str]) -> None:
        """Call the colours otherwise from now on, as when the settings were edited."""
        self._names = tuple(names)

    def get(self, annotation_id: AnnotationId) -> Annotation | None:
        """An annotation, or None if it is not there or deleted."""
        return self._notebook.get(annotation_id)

    def of(self, article: ArticleId) -> tuple[Annotation, ...]:
        """The annotations of an article in the order of its text, notes on the whole article first."""
        return self._notebook.of(article)

    def all(self) -> Iterator[Annotation]:
        """Every annotation of the library, article by article, in the order of `articles`."""
        return self._notebook.all()

    def articles(self) -> tuple[ArticleId, ...]:
        """The articles that have annotations, the one first whose annotations were added to last."""
        return self._notebook.articles()

    def ids(self, article: ArticleId) -> frozenset[AnnotationId]:
        """The annotations of an article, in no order; costs far less than `of`, which reads them."""
        return self._notebook.ids(article)

    @property
    def is_being_counted(self) -> bool:
        """Whether it is being found out, aside, which annotations there are: asking now would wait for that."""
        return self._notebook.is_being_counted

    @property
    def total(self) -> int:
        """How many annotations there are, with those of articles that are gone."""
        return len(self._notebook)

    def lost(self) -> int:
        """How many annotations of the library have no certain place."""
        return self._notebook.lost()

    def ahead(self, article: ArticleId) -> tuple[int, Sequence[Annotation]] | None:
        """The annotations of an article, if they were read already, in the order of its text; before them the number of
        a change from which on they may be others, for `changed_since`. Called from any thread.
        """
        return self._notebook.ahead(article)

    def changed_since(self, change: int) -> tuple[int, Collection[AnnotationId] | None]:
        """The number of the last change, and what was changed since an earlier one, in any article.

        Returns:
            The annotations, some of which may be gone; None where it is simpler to look at all.
        """
        return self._notebook.changed_since(change)

    def count(self, article: ArticleId) -> int:
        """How many annotations an article has."""
        return self._notebook.count(article)

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
        """Highlight a passage; `Outcome.annotation` names what was made.

        Args:
            article: The article.
            document: It as it is read, and as the range counts.
            start: First code point; white space at either end of the range is left out.
            end: Code point behind the last.
            colour: 1 to 5; the last one used if None.
            note: Markdown; words like `.tag` at its start become tags.
            tags: Further tags.
        """
        anchor = _anchor(document, start, end)
        if anchor is None:
            return Outcome("there are no words to highlight here")
        colour = self._colour(self.last_colour if colour is None else colour)
        written, more = split_action_tags(note)
        annotation = self._fresh(article, written, (*tags, *more), anchor, colour)
        self._last_colour = colour
        did = "highlighted and noted" if written else "highlighted"
        return self._write(encode(annotation), annotation.id, f"{did} {_shown(anchor.exact)}{_tagged(more)}")

    def note_on_article(self, article: ArticleId, note: str, tags: Sequence[str] = ()) -> Outcome:
        """Write a note on a whole article."""
        written, more = split_action_tags(note)
        if not written and not more and not tags:
            return Outcome()
        annotation = self._fresh(article, written, (*tags, *more), None, 1)
        return self._write(encode(annotation), annotation.id, f"noted on {self._title(article)}{_tagged(more)}")

    def recolour(self, which: Which, colour: int) -> Outcome:
        """Give highlights a colour, 1 to 5."""
        self._last_colour = self._colour(colour)
        fields = {"colour": colour if colour != 1 else None}
        return self._change(which, lambda _: fields, f"made {{}} {self.colour_name(colour)}")

    def retag(self, which: Which, tags: Sequence[str]) -> Outcome:
        """Give annotations these tags and no others."""
        wanted = _tags(tags)
        label = f"tagged {{}}: {', '.join(wanted)}" if wanted else "took all tags off {}"
        return self._change(which, lambda _: {"tags": wanted or None}, label)

    def retag_several(self, which: Which, tags: Sequence[str], shared: Collection[str]) -> Outcome:
        """Give annotations these tags in the place of those that they share; each keeps its other ones."""
        wanted = _tags(tags)

        def fields(annotation: Annotation) -> Mapping[str, Any]:
            return {"tags": sorted(set(annotation.tags).difference(shared).union(wanted)) or None}

        label = f"tagged {{}}: {', '.join(wanted)}" if wanted else "took shared tags off {}"
        return self._change(which, fields, label)

    def edit_note(self, annotation_id: AnnotationId, note: str, *, base: str | None = None) -> Outcome:
        """Give an annotation another note; words like `.tag` at its start are added to the tags.

        Args:
            annotation_id: The annotation.
            note: The note.
            base: The note that it was made of, if not that of now: what was changed since is kept, too.
        """
        written, more = split_action_tags(note)
        annotation = self.get(annotation_id)
        if annotation is not None and annotation.is_on_article:
            label = "changed {}"
        else:
            label = "wrote a note on {}" if written else "took the note off {}"
        label += _tagged(more)
        kept, told = written, ""
        if annotation is not None and base is not None and annotation.note not in (base, written):
            kept, told = _merged(base, written, annotation.note)
        outcome = self._change(
            annotation_id,
            lambda each: {"note": kept or None} | ({"tags": _tags((*each.tags, *more))} if more else {}),
            label,
        )
        return outcome._replace(message="; ".join(filter(None, (outcome.message, told))))

    def resize(
        self, annotation_id: AnnotationId, document: Document, start: int, end: int, *, colour: int | None = None
    ) -> Outcome:
        """Let a highlight cover another range of its article, in another colour if one is given."""
        return self._attach(annotation_id, document, Range(start, end), colour, "resized {}")

    def reattach(
        self, annotation_id: AnnotationId, document: Document, start: int, end: int, *, colour: int | None = None
    ) -> Outcome:
        """Attach a highlight whose passage was not found to a range: a candidate or a selection."""
        return self._attach(annotation_id, document, Range(start, end), colour, "attached {} again")

    def accept(self, which: Which, document_of: Callable[[ArticleId], Document | None]) -> Outcome:
        """Take the places where highlights were found again for their own; those of texts that are not at hand stay.

        Args:
            which: Highlights, those among them that were found as they were left out.
            document_of: Gives documents that are at hand.
        """

        def fields(annotation: Annotation) -> Mapping[str, Any]:
            placed, document = annotation.placed, document_of(annotation.article)
            if placed is None or placed.state != PlaceState.MOVED or document is None or document.partial:
                return {}
            if placed.fingerprint != document_fingerprint(document):
                return {}
            anchor = _anchor(document, *placed.range)
            return {} if anchor is None else _at(anchor)

        return self._change(which, fields, "accepted the place of {}")

    def delete(self, which: Which) -> Outcome:
        """Delete annotations; what was written stays in the store, and undo brings it back."""
        moment = self._clock()
        return self._change(which, lambda each: {"deleted": max(moment, each.updated)}, "deleted {}", touch=False)

    def _attach(
        self, annotation_id: AnnotationId, document: Document, where: Range, colour: int | None, label: str
    ) -> Outcome:
        anchor = _anchor(document, *where)
        if anchor is None:
            return Outcome("there are no words here")
        fields = dict(_at(anchor))
        if colour is not None:
            self._last_colour = self._colour(colour)
            fields["colour"] = colour if colour != 1 else None
        return self._change(annotation_id, lambda each: {} if each.is_on_article else fields, label)

    def _fresh(
        self, article: ArticleId, note: str, tags: Sequence[str], anchor: Anchor | None, colour: int
    ) -> Annotation:
        moment = self._clock()
        return Annotation(
            id=self._new_id(),
            article=article,
            anchor=anchor,
            placed=_placed(anchor) if anchor is not None else None,
            colour=colour,
            note=note,
            tags=tuple(_tags(tags)),
            created=moment,
            updated=moment,
        )

    def _change(
        self, which: Which, fields: Callable[[Annotation], Mapping[str, Any]], label: str, *, touch: bool = True
    ) -> Outcome:
        """Set fields of annotations; `{}` in the label stands for their words or number."""
        ids = (which,) if isinstance(which, str) else tuple(which)
        moment = self._clock()
        edits: list[Edit] = []
        changed: list[Annotation] = []
        for annotation in filter(None, map(self.get, ids)):
            record = self._state.store.get(ANNOTATIONS, annotation.id)
            own = list(edits_to_fields(ANNOTATIONS, annotation.id, record, fields(annotation)))
            if own and touch:
                own += edits_to_fields(ANNOTATIONS, annotation.id, record, {"updated": max(moment, annotation.updated)})
            if own:
                edits += own
                changed.append(annotation)
        if not edits:
            return Outcome()
        label = label.replace("{}", self._named(changed), 1)
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def _write(self, fields: Mapping[str, Any], annotation_id: AnnotationId, label: str) -> Outcome:
        edits = list(edits_to_fields(ANNOTATIONS, annotation_id, None, fields))
        return Outcome(label, self._state.commit(edits, label), undo=True, annotation=annotation_id)

    def _named(self, annotations: Sequence[Annotation]) -> str:
        if len(annotations) > 1:
            return f"{len(annotations):,} annotations"
        (annotation,) = annotations
        if annotation.is_on_article:
            return f"the note on {self._title(annotation.article)}"
        return _shown(annotation.quote)

    def _title(self, article: ArticleId) -> str:
        rows = self._state.catalogue.rows((article,))
        return f"“{rows[0].title}”" if rows else "an article"

    @staticmethod
    def _colour(colour: int) -> int:
        if not 1 <= colour <= COLOURS:
            raise ValueError(f"colours are numbered from 1 to {COLOURS}, not {colour}")
        return colour


_action_tag = re.compile(r"\s*\.([^\W\d_][\w/-]*)(?=\s|\Z)").match


def split_action_tags(note: str) -> tuple[str, tuple[str, ...]]:
    """A note without the words like `.tag` at its start, and the tags that they name; as Readwise reads notes."""
    note = clean_text(note).strip()
    tags: list[str] = []
    while (found := _action_tag(note)) is not None:
        tags.append(found[1])
        note = note[found.end() :]
    return note.strip() if tags else note, tuple(tags)


def _tagged(tags: Sequence[str]) -> str:
    """What is said of the tags that the words of a note became."""
    return f", tagged {', '.join(tags)}" if tags else ""


def _merged(base: str, mine: str, theirs: str) -> tuple[str, str]:
    """A note together with what it was changed to elsewhere, and what there is to tell of that."""
    from tui_reader.document.text_merge import merge  # noqa: PLC0415 - for the few who write on one note in two places

    merged = merge(base, mine, theirs)
    if not merged.is_one:
        return merged.text, "it was changed elsewhere meanwhile, and both texts stand in it"
    return merged.text, "the note was changed elsewhere meanwhile, and that is kept" + (" too" if mine else "")


def _anchor(document: Document, start: int, end: int) -> Anchor | None:
    """The anchor of a range without the white space around it; None if nothing is left."""
    text = document.text
    start, end = max(0, start), min(end, len(text))
    passage = text[start:end]
    start += len(passage) - len(passage.lstrip())
    end -= len(passage) - len(passage.rstrip())
    return describe(document, start, end) if start < end else None


def _at(anchor: Anchor) -> Mapping[str, Any]:
    """The fields of a highlight that somebody has put where an anchor says."""
    return {"attached": encode_anchor(anchor), "placed": encode_placement(_placed(anchor))}


def _placed(anchor: Anchor) -> Placement:
    return Placement(anchor.start, anchor.end, PlaceState.ANCHORED, 1.0, anchor.fingerprint, anchor.key)


def _tags(tags: Sequence[str]) -> list[str]:
    """Tags as they are kept: clean, each once, by name."""
    return sorted({tag for raw in tags if (tag := clean_line(raw).lstrip("#"))})


def _shown(quote: str) -> str:
    line = clean_line(quote)
    return f"“{line}”" if len(line) <= SHOWN else f"“{line[: SHOWN - 1].rstrip()}…”"
