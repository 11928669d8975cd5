"""Re-anchoring: the search for the passages of annotations in the new text of a changed article.

A snapshot of the text is stored with the first annotation made in it, because the old text is the best help to find
its passages again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.model.annotation import PlaceState
from tui_reader.services.annotations.annotation_records import encode_placement
from tui_reader.services.annotations.text_snapshots import edits_to_keep, pack, packed_text, unpack
from tui_reader.services.library.events import noop
from tui_reader.services.library.state import always, edits_to_fields
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
    """The service that re-anchors the annotations of loaded documents.

    Searches run in a background thread, everything else in the library's thread.
    """

    def __init__(
        self,
        state: LibraryState,
        document_of: Callable[[ArticleId], Document | None],
        notify: Callable[[ArticleId], None],
        background: Background,
    ) -> None:
        """Re-anchor the annotations of a library's state whenever they change.

        Args:
            state: The library's state.
            document_of: Returns the document of an article if it is loaded.
            notify: Called from a thread with an article when results for it wait for `collect`.
            background: The thread that searches.
        """
        self._state = state
        self._document_of = document_of
        self._notify = notify
        self._background = background
        self._running: set[tuple[ArticleId, str]] = set()
        self._snapshots_kept: set[str] = set()
        self._touched: dict[ArticleId, None] = {}
        self.on_unread: Callable[[Collection[AnnotationId]], None] = noop
        """Called with annotations that this program changed and whose articles are not loaded."""
        self.may_keep_text: Callable[[ArticleId], bool] = always
        """Returns True if an article's text may be copied into the state; called in the background thread."""
        self.on_text_left_out: Callable[[ArticleId], None] = noop
        """Called in the library's thread with an annotated article whose text may not be copied."""
        state.on_annotations = self._reanchor_changed

    def place(self, article: ArticleId, document: Document) -> None:
        """Start a search for an article's passages in its document, if they were last placed in another text.

        The search runs in the background; `AnnotationsPlaced` is sent when `collect` will show the result. If the
        text is the same, the call returns at once.
        """
        annotations = self._state.annotation_index.of(article)
        if not annotations or document.partial or not document.has_text or self._state.store.read_only:
            return
        fingerprint = document_fingerprint(document)
        wanted: dict[AnnotationId, Anchor] = {}
        is_annotated_text = False
        for each in annotations:
            # One loop without properties, since it runs in the library's thread for every document that is loaded.
            current, placed = each.attached or each.anchor, each.placed
            if current is not None:
                is_annotated_text = is_annotated_text or current.fingerprint == fingerprint
                if placed is None or placed.fingerprint != fingerprint:
                    wanted[each.id] = current
        if is_annotated_text:
            self._keep_snapshot(article, document, fingerprint)
        if not wanted or (article, fingerprint) in self._running:
            return
        self._running.add((article, fingerprint))
        fingerprints = {each.fingerprint for each in wanted.values()}
        texts = {each: packed_text(self._state.store, each) for each in fingerprints}
        self._background.do(
            lambda: find_all(wanted, texts, document.text),
            lambda found: self._apply(article, fingerprint, wanted, found),
            lambda: self._notify(article),
        )

    def collect(self) -> tuple[ArticleId, ...]:
        """Apply the finished searches; called by `Library.sync`.

        Returns:
            The articles whose annotations were placed.
        """
        self._background.take_in()
        return self._take_touched()

    def wait(self) -> tuple[ArticleId, ...]:
        """Wait for all searches and apply their results; for headless programs.

        Returns:
            The articles whose annotations were placed.
        """
        self._background.wait()
        return self._take_touched()

    def _take_touched(self) -> tuple[ArticleId, ...]:
        touched, self._touched = self._touched, {}
        return tuple(touched)

    def _reanchor_changed(self, ids: Collection[AnnotationId]) -> None:
        """Re-anchor annotations that this program made, or restored with a position in an earlier text."""
        documents: dict[ArticleId, Document | None] = {}
        reanchored: set[ArticleId] = set()
        not_loaded: list[AnnotationId] = []
        for annotation in filter(None, map(self._state.annotation_index.get, ids)):
            article, placed = annotation.article, annotation.placed
            if article not in documents:
                documents[article] = self._document_of(article)
            document = documents[article]
            if document is None and article not in reanchored:
                not_loaded.append(annotation.id)
            if document is None or document.partial or not document.has_text or annotation.current is None:
                continue
            fingerprint = document_fingerprint(document)
            if placed is None or placed.fingerprint != fingerprint:
                self.place(article, document)
                documents[article] = None
                reanchored.add(article)
            elif annotation.current.fingerprint == fingerprint:
                self._keep_snapshot(article, document, fingerprint)
        if not_loaded:
            self.on_unread(not_loaded)

    def _keep_snapshot(self, article: ArticleId, document: Document, fingerprint: str) -> None:
        store = self._state.store
        if fingerprint in self._snapshots_kept or store.read_only:
            return
        self._snapshots_kept.add(fingerprint)

        def work() -> str | None:
            if packed_text(store, fingerprint) is not None:
                return ""
            return pack(document.text) if self.may_keep_text(article) else None

        def keep(packed: str | None) -> None:
            if packed is None:
                self.on_text_left_out(article)
            if not packed:
                return
            edits = edits_to_keep(store, fingerprint, packed)
            if edits and not store.read_only:
                self._state.commit(edits, "kept a text", undoable=False)

        self._background.do(work, keep, lambda: self._notify(article))

    def _apply(
        self,
        article: ArticleId,
        fingerprint: str,
        wanted: Mapping[AnnotationId, Anchor],
        found: Mapping[AnnotationId, Placement],
    ) -> None:
        self._running.discard((article, fingerprint))
        self.keep(article, self.edits(wanted, {each: encode_placement(found[each]) for each in found}))

    def edits(
        self,
        wanted: Mapping[AnnotationId, Anchor],
        found: Mapping[AnnotationId, Mapping[str, Any] | None],
        placed: Mapping[AnnotationId, str] | None = None,
    ) -> list[Edit]:
        """Return the edits that store the found positions of passages.

        Args:
            wanted: The searched anchors. An annotation that was deleted or attached elsewhere since is skipped.
            found: The encoded placements.
            placed: Fingerprints of the texts in which they were placed when the search began; an annotation that was
                placed in another text since is skipped. None to disable this check.
        """
        edits: list[Edit] = []
        for annotation_id, placement in found.items():
            annotation = self._state.annotation_index.get(annotation_id)
            # The annotation may have been deleted, resized, or attached elsewhere since the search began.
            if annotation is None or annotation.current != wanted[annotation_id]:
                continue
            placed_in = annotation.placed.fingerprint if annotation.placed is not None else None
            if placed is None or placed_in == placed.get(annotation_id):
                record = self._state.store.get(ANNOTATIONS, annotation_id)
                edits += edits_to_fields(ANNOTATIONS, annotation_id, record, {"placed": placement})
        return edits

    def keep(self, article: ArticleId, edits: list[Edit]) -> None:
        """Commit edits of an article's annotations; the next `collect` or `wait` then returns the article."""
        self._touched[article] = None
        if edits and not self._state.store.read_only:
            self._state.commit(edits, "found passages again", undoable=False)


def find_all(
    wanted: Mapping[AnnotationId, Anchor], texts: Mapping[str, str | None], text: str
) -> dict[AnnotationId, Placement]:
    """Find the positions of passages in a text.

    Args:
        wanted: The anchors of the passages.
        texts: Packed snapshots of the texts in which they were marked, by fingerprint; None for a missing snapshot.
        text: The text to search.
    """
    # Imported here because it loads rapidfuzz (30 ms), and most articles never change.
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
    """Return a predicate: True for highlights whose position in the document is certain.

    Only such highlights may be painted.
    """
    fingerprint = document_fingerprint(document)
    certain = (PlaceState.ANCHORED, PlaceState.MOVED)

    def is_paintable(annotation: Annotation) -> bool:
        placed = annotation.placed
        return placed is not None and placed.state in certain and placed.fingerprint == fingerprint

    return is_paintable
