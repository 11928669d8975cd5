"""Re-anchoring: the search for the passages of annotations in the new text of a changed article.

A snapshot of the text is stored with the first annotation made in it, because the old text is the best help to find
its passages again.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.document.pieces import Piece, around, divide, is_long, pieces_of
from tui_reader.model.annotation import PlaceState
from tui_reader.services.annotations.annotation_records import encode_placement
from tui_reader.services.annotations.text_snapshots import (
    KeptText,
    edits_to_keep,
    edits_to_keep_piece,
    kept_pieces,
    kept_texts,
    pack,
    packed_text,
    unpack,
)
from tui_reader.services.library.events import noop
from tui_reader.services.library.state import always, edits_to_fields
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

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
        """Create the service; from now on it re-anchors annotations that this program makes, changes or restores.

        When the text of an article has changed, the caller must call `place`.

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
        """The article of each running search, with the fingerprint of the text in which it searches."""
        self._passages_kept: set[tuple[str, int, int]] = set()
        """Passages whose texts were given to `_store` in this session: fingerprint of the text, start, end.

        Start and end are 0 for a shorter text, which is stored as a whole.
        """
        self._touched: dict[ArticleId, None] = {}
        """Articles whose results were applied since the last `collect` or `wait`."""
        self.on_not_loaded: Callable[[Collection[AnnotationId]], None] = noop
        """Called with annotations that this program changed and whose articles are not loaded."""
        self.may_keep_text: Callable[[ArticleId], bool] = always
        """Returns True if an article's text may be copied into the state; called in the background thread."""
        self.on_text_left_out: Callable[[ArticleId], None] = noop
        """Called in the library's thread with an annotated article whose text `may_keep_text` forbade to store."""
        state.on_annotations = self._reanchor_changed

    def place(self, article: ArticleId, document: Document) -> None:
        """Start a background search for the passages of an article that were last placed in another text.

        `notify` is called when `collect` can apply the result. If all passages were placed in this text, or the
        document is partial or has no text, no search starts.
        """
        annotations = self._state.annotation_index.of(article)
        if not annotations or document.partial or not document.has_text or self._state.store.read_only:
            return
        fingerprint = document_fingerprint(document)
        wanted: dict[AnnotationId, Anchor] = {}
        of_this_text: list[Anchor] = []
        for each in annotations:
            # One loop without properties, since it runs in the library's thread for every document that is loaded.
            current, placed = each.attached or each.anchor, each.placed
            if current is not None:
                if current.fingerprint == fingerprint:
                    of_this_text.append(current)
                if placed is None or placed.fingerprint != fingerprint:
                    wanted[each.id] = current
        if of_this_text:
            self._keep_snapshot(article, document, fingerprint, of_this_text)
        if not wanted or (article, fingerprint) in self._running:
            return
        self._running.add((article, fingerprint))
        texts = kept_texts(self._state.store, wanted.values())
        self._background.do(
            lambda: find_all(wanted, texts, document),
            lambda found: self._apply(article, fingerprint, wanted, found),
            lambda: self._notify(article),
        )

    def collect(self) -> tuple[ArticleId, ...]:
        """Apply the finished searches; called by `Library.sync`.

        Returns:
            The articles whose annotations were placed.
        """
        self._background.finish_jobs()
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
        """Keep the texts of annotations that this program changed, and re-anchor those placed in an earlier text.

        Annotations of articles that are not loaded are passed to `on_not_loaded`.
        """
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
                self._keep_snapshot(article, document, fingerprint, [annotation.current])
        if not_loaded:
            self.on_not_loaded(not_loaded)

    def _keep_snapshot(
        self, article: ArticleId, document: Document, fingerprint: str, anchors: Sequence[Anchor]
    ) -> None:
        """Store a text; of a long text, only the pieces that contain the given passages."""
        store = self._state.store
        if store.read_only:
            return
        is_whole = not is_long(document.text)
        passages = {(fingerprint, 0, 0) if is_whole else (fingerprint, each.start, each.end) for each in anchors}
        missing = passages - self._passages_kept
        if not missing:
            return
        self._passages_kept |= missing

        def work() -> list[tuple[Piece, str, str]] | None:
            if packed_text(store, fingerprint) is not None:
                return []
            if not self.may_keep_text(article):
                return None
            pieces = pieces_of(document)
            wanted = [Piece(0, len(document.text))]
            if not is_whole:
                listed = kept_pieces(store, fingerprint)
                wanted = sorted({piece for _, start, end in missing for piece in around(pieces, start, end)})
                wanted = [piece for piece in wanted if piece.start not in listed]
            texts = [(piece, document.text[piece.start : piece.end]) for piece in wanted]
            return [(piece, text, pack(text)) for piece, text in texts]

        def keep(packed: list[tuple[Piece, str, str]] | None) -> None:
            if packed is None:
                self.on_text_left_out(article)
                return
            edits: list[Edit] = []
            for piece, text, packed_piece in packed:
                if is_whole:
                    edits += edits_to_keep(store, fingerprint, packed_piece)
                else:
                    edits += edits_to_keep_piece(store, fingerprint, piece, text, packed_piece)
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
            found: The placements to store, as `encode_placement` returns them; None removes a placement.
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
    wanted: Mapping[AnnotationId, Anchor], texts: Mapping[str, KeptText], document: Document
) -> dict[AnnotationId, Placement]:
    """Return the placements of passages in a text.

    Args:
        wanted: The anchors of the passages.
        texts: The stored texts, or pieces of texts, in which they were marked, by fingerprint.
        document: The text to search.
    """
    by_text: defaultdict[str, dict[AnnotationId, Anchor]] = defaultdict(dict)
    for annotation_id, anchor in wanted.items():
        by_text[anchor.fingerprint][annotation_id] = anchor
    found: dict[AnnotationId, Placement] = {}
    for fingerprint, anchors in by_text.items():
        found.update(_find_all_of(anchors, texts.get(fingerprint, KeptText()), document))
    return found


def _find_all_of(
    wanted: Mapping[AnnotationId, Anchor], kept: KeptText, document: Document
) -> dict[AnnotationId, Placement]:
    """Return the placements of passages that were all marked in one text, see `find_all`.

    Args:
        wanted: The anchors of the passages.
        kept: What is stored of the text in which they were marked.
        document: The text to search.
    """
    # Imported here because it loads rapidfuzz (30 ms), and most articles never change.
    from tui_reader.anchoring.long_texts import LongTextResolver, cut_around  # noqa: PLC0415
    from tui_reader.anchoring.resolution import resolve_all  # noqa: PLC0415

    whole = unpack(kept.whole) if kept.whole is not None else None
    if not (kept.pieces or is_long(document.text) or is_long(whole or "")):
        return dict(zip(wanted, resolve_all(wanted.values(), document.text, whole), strict=True))
    resolver = LongTextResolver(document.text, pieces_of(document))
    divided = tuple(divide(whole)) if whole is not None else ()
    found: dict[AnnotationId, Placement] = {}
    for annotation_id, anchor in sorted(wanted.items(), key=lambda each: each[1].start):
        old = kept.around(anchor) if whole is None else cut_around(anchor, whole, divided)
        found[annotation_id] = resolver.place(anchor, old)
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
