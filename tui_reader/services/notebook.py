"""The annotations of a library in memory: by article in the order of its text, decoded once they are asked for."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from tui_reader.services.annotation_records import decode
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.storage.base import Store

_Entry: TypeAlias = "tuple[tuple[int, int, str], Annotation]"


class Notebook:
    """What the store says of annotations.

    Used from the thread that owns the library, but for `read_ahead`. What that reads counts only if no annotation has
    changed since it began: the owner reads again otherwise.
    """

    def __init__(self, store: Store) -> None:
        """Learn which annotations there are (100,000: a fifth of a second in the simple store)."""
        self._store = store
        self._owners: dict[AnnotationId, ArticleId] = {}
        self._ids: defaultdict[ArticleId, set[AnnotationId]] = defaultdict(set)
        self._pages: dict[ArticleId, list[_Entry]] = {}
        self._known: dict[AnnotationId, Annotation] = {}
        self._changes = 0
        """How often annotations have changed."""
        self._ahead: dict[ArticleId, tuple[int, list[_Entry]]] = {}
        """Pages read by other threads that nobody has asked for yet, and the number of changes when that began."""
        for key, record in store.items(ANNOTATIONS):
            article = record.get("article")
            if isinstance(article, str) and article and not _is_deleted(record.get("deleted"), record.get("updated")):
                self._owners[key] = article
                self._ids[article].add(key)

    def __len__(self) -> int:
        return len(self._owners)

    def count(self, article: ArticleId) -> int:
        """How many annotations an article has; deleted ones do not count."""
        return len(self._ids.get(article, ()))

    def articles(self) -> tuple[ArticleId, ...]:
        """The articles that have annotations."""
        return tuple(self._ids)

    def get(self, annotation_id: AnnotationId) -> Annotation | None:
        """An annotation, or None if it is not there or deleted."""
        known = self._known.get(annotation_id)
        if known is None and annotation_id in self._owners:
            known = decode(annotation_id, self._store.get(ANNOTATIONS, annotation_id) or {})
        return known

    def of(self, article: ArticleId) -> tuple[Annotation, ...]:
        """The annotations of an article in the order of its text, notes on the whole article first."""
        return tuple(annotation for _, annotation in self._page(article)) if article in self._ids else ()

    def all(self) -> Iterator[Annotation]:
        """Every annotation, article by article."""
        for article in tuple(self._ids):
            yield from self.of(article)

    def read_ahead(self, article: ArticleId) -> None:
        """Read the annotations of an article before they are asked for; called from any thread."""
        if article in self._ids and article not in self._pages:
            changes = self._changes
            self._ahead[article] = changes, self._read(article)

    def newest(self) -> Annotation | None:
        """The annotation that was made last."""
        return self.get(max(self._owners)) if self._owners else None

    def absorb(self, ids: Iterable[AnnotationId]) -> tuple[ArticleId, ...]:
        """Take in that records have changed; the articles concerned, each once."""
        touched: dict[ArticleId, None] = {}
        for annotation_id in ids:
            self._changes += 1
            old = self._owners.pop(annotation_id, None)
            if old is not None:
                self._forget(annotation_id, old)
                touched[old] = None
            annotation = decode(annotation_id, self._store.get(ANNOTATIONS, annotation_id) or {})
            if annotation is not None and not annotation.is_deleted:
                self._learn(annotation)
                touched[annotation.article] = None
        return tuple(touched)

    def _learn(self, annotation: Annotation) -> None:
        self._owners[annotation.id] = annotation.article
        self._ids[annotation.article].add(annotation.id)
        page = self._pages.get(annotation.article)
        if page is not None:
            self._known[annotation.id] = annotation
            insort(page, (_place(annotation), annotation), key=_first)

    def _forget(self, annotation_id: AnnotationId, article: ArticleId) -> None:
        self._ids[article].discard(annotation_id)
        known = self._known.pop(annotation_id, None)
        page = self._pages.get(article)
        if page is not None and known is not None:
            del page[bisect_left(page, _place(known), key=_first)]
        if not self._ids[article]:
            del self._ids[article]
            self._pages.pop(article, None)

    def _page(self, article: ArticleId) -> list[_Entry]:
        page = self._pages.get(article)
        if page is None:
            changes, page = self._ahead.pop(article, (-1, []))
            if changes != self._changes:
                page = self._read(article)
            own = self._ids[article]
            page = self._pages[article] = [entry for entry in page if entry[1].id in own]
            self._known.update((each.id, each) for _, each in page)
        return page

    def _read(self, article: ArticleId) -> list[_Entry]:
        """Every annotation of an article in the order of its text, deleted or not."""
        decoded = (decode(key, record) for key, record in self._store.items(ANNOTATIONS, of=article))
        return sorted(((_place(each), each) for each in decoded if each is not None), key=_first)


def _first(entry: _Entry) -> tuple[int, int, str]:
    return entry[0]


def _place(annotation: Annotation) -> tuple[int, int, str]:
    """Where an annotation comes in its article; the id parts those that begin and end together."""
    current, placed = annotation.current, annotation.placed
    if current is None:
        return -1, -1, annotation.id
    if placed is not None and placed.is_certain:
        return placed.start, placed.end, annotation.id
    return current.start, current.end, annotation.id


def _is_deleted(deleted: object, updated: object) -> bool:
    return isinstance(deleted, str) and bool(deleted) and not (isinstance(updated, str) and updated > deleted)
