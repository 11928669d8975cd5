"""Keeps the places of annotations true: when an article's text has changed, its passages are looked for in the new one.

The text that passages were marked in is kept with the first annotation, as the best help to find them again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.model.annotation import PlaceState
from tui_reader.services.annotations.annotation_records import encode_placement
from tui_reader.services.annotations.text_snapshots import keeping, pack, packed_text, unpack
from tui_reader.services.library.events import noop
from tui_reader.services.library.record_edits import edits_to_fields
from tui_reader.services.library.state import always
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tui_reader.document.blocks import Document
    from tui_reader.model.anchor import Anchor
    from tui_reader.model.annotation import Annotation, AnnotationId, Placement
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.background import Background
    from tui_reader.services.library.state import LibraryState
    from tui_reader.storage.base import Edit


class Reanchoring:
    """Used from the thread that owns the library; only the searching runs beside it."""

    def __init__(
        self,
        state: LibraryState,
        document_of: Callable[[ArticleId], Document | None],
        tell: Callable[[ArticleId], None],
        background: Background,
    ) -> None:
        """Follow the annotations of a state; for the arguments see `Annotating`."""
        self._state = state
        self._document_of = document_of
        self._tell = tell
        self._background = background
        self._under_way: set[tuple[ArticleId, str]] = set()
        self._kept: set[str] = set()
        self._touched: dict[ArticleId, None] = {}
        self.on_unread: Callable[[Collection[AnnotationId]], None] = noop
        """Told the annotations that were changed here whose articles nobody has at hand."""
        self.may_keep_text: Callable[[ArticleId], bool] = always
        """Whether the text of an article may be copied into the state; called by the background thread."""
        self.on_text_left_out: Callable[[ArticleId], None] = noop
        """Called by the owner with an annotated article whose text may not be copied."""
        state.on_annotations = self._look_again

    def place(self, article: ArticleId, document: Document) -> None:
        """Look for the passages of an article in its document, if they were placed in another text."""
        annotations = self._state.annotation_index.of(article)
        if not annotations or document.partial or not document.has_text or self._state.store.read_only:
            return
        mark = document_fingerprint(document)
        wanted: dict[AnnotationId, Anchor] = {}
        is_marked_here = False
        for each in annotations:
            # One loop without properties: it is gone through for every text that comes, in the owner's thread.
            current, placed = each.attached or each.anchor, each.placed
            if current is not None:
                is_marked_here = is_marked_here or current.fingerprint == mark
                if placed is None or placed.fingerprint != mark:
                    wanted[each.id] = current
        if is_marked_here:
            self._keep_text(article, document, mark)
        if not wanted or (article, mark) in self._under_way:
            return
        self._under_way.add((article, mark))
        marks = {each.fingerprint for each in wanted.values()}
        texts = {each: packed_text(self._state.store, each) for each in marks}
        self._background.do(
            lambda: find_all(wanted, texts, document.text),
            lambda found: self._placed(article, mark, wanted, found),
            lambda: self._tell(article),
        )

    def collect(self) -> tuple[ArticleId, ...]:
        """Show what was found; the articles concerned."""
        self._background.take_in()
        return self._told()

    def wait(self) -> tuple[ArticleId, ...]:
        """The same for all that is under way."""
        self._background.wait()
        return self._told()

    def _told(self) -> tuple[ArticleId, ...]:
        touched, self._touched = self._touched, {}
        return tuple(touched)

    def _look_again(self, ids: Collection[AnnotationId]) -> None:
        """Annotations were made, or came back with places in a text of then; only these are looked at."""
        seen: dict[ArticleId, Document | None] = {}
        looked_at: set[ArticleId] = set()
        unread: list[AnnotationId] = []
        for annotation in filter(None, map(self._state.annotation_index.get, ids)):
            article, placed = annotation.article, annotation.placed
            if article not in seen:
                seen[article] = self._document_of(article)
            document = seen[article]
            if document is None and article not in looked_at:
                unread.append(annotation.id)
            if document is None or document.partial or not document.has_text or annotation.current is None:
                continue
            mark = document_fingerprint(document)
            if placed is None or placed.fingerprint != mark:
                self.place(article, document)
                seen[article] = None
                looked_at.add(article)
            elif annotation.current.fingerprint == mark:
                self._keep_text(article, document, mark)
        if unread:
            self.on_unread(unread)

    def _keep_text(self, article: ArticleId, document: Document, mark: str) -> None:
        store = self._state.store
        if mark in self._kept or store.read_only:
            return
        self._kept.add(mark)
        if packed_text(store, mark) is not None:
            return

        def keep(packed: str | None) -> None:
            if packed is None:
                self.on_text_left_out(article)
                return
            edits = keeping(store, mark, packed)
            if edits and not store.read_only:
                self._state.commit(edits, "kept a text", undoable=False)

        self._background.do(
            lambda: pack(document.text) if self.may_keep_text(article) else None, keep, lambda: self._tell(article)
        )

    def _placed(
        self,
        article: ArticleId,
        mark: str,
        wanted: Mapping[AnnotationId, Anchor],
        found: Mapping[AnnotationId, Placement],
    ) -> None:
        self._under_way.discard((article, mark))
        self.keep(article, self.edits(wanted, {each: encode_placement(found[each]) for each in found}))

    def edits(
        self,
        wanted: Mapping[AnnotationId, Anchor],
        found: Mapping[AnnotationId, Mapping[str, Any] | None],
        placed: Mapping[AnnotationId, str] | None = None,
    ) -> list[Edit]:
        """The edits that put passages where they were found.

        Args:
            wanted: What was looked for. An annotation that has another passage by now, or none, stays as it is.
            found: Placements as they are kept.
            placed: Fingerprints of the texts that they stood in then; who was placed in another one since stays.
        """
        edits: list[Edit] = []
        for annotation_id, placement in found.items():
            annotation = self._state.annotation_index.get(annotation_id)
            # Meanwhile it may have been deleted, resized, or attached elsewhere.
            if annotation is None or annotation.current != wanted[annotation_id]:
                continue
            stands = annotation.placed.fingerprint if annotation.placed is not None else None
            if placed is None or stands == placed.get(annotation_id):
                record = self._state.store.get(ANNOTATIONS, annotation_id)
                edits += edits_to_fields(ANNOTATIONS, annotation_id, record, {"placed": placement})
        return edits

    def keep(self, article: ArticleId, edits: list[Edit]) -> None:
        """Keep where passages of an article were found, and tell."""
        self._touched[article] = None
        if edits and not self._state.store.read_only:
            self._state.commit(edits, "found passages again", undoable=False)


def find_all(
    wanted: Mapping[AnnotationId, Anchor], texts: Mapping[str, str | None], text: str
) -> dict[AnnotationId, Placement]:
    """Where passages stand in a text.

    Args:
        wanted: The passages.
        texts: Packed texts that they were marked in, by fingerprint; None where one was not kept.
        text: Where to look.
    """
    # Loads rapidfuzz in the end (30 ms), and most articles never change.
    from tui_reader.anchoring.resolution import resolve_all  # noqa: PLC0415

    by_text: defaultdict[str, list[AnnotationId]] = defaultdict(list)
    for annotation_id, anchor in wanted.items():
        by_text[anchor.fingerprint].append(annotation_id)
    found: dict[AnnotationId, Placement] = {}
    for fingerprint, ids in by_text.items():
        packed = texts.get(fingerprint)
        snapshot = unpack(packed) if packed is not None else None
        found.update(zip(ids, resolve_all([wanted[each] for each in ids], text, snapshot), strict=True))
    return found


def paintable_in(document: Document) -> Callable[[Annotation], bool]:
    """Return a test for highlights that may be painted in a document: their place in this very text is certain."""
    fingerprint = document_fingerprint(document)
    certain = (PlaceState.ANCHORED, PlaceState.MOVED)

    def is_paintable(annotation: Annotation) -> bool:
        placed = annotation.placed
        return placed is not None and placed.state in certain and placed.fingerprint == fingerprint

    return is_paintable
