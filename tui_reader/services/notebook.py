"""The annotations of a library in memory: by article in the order of its text, decoded once they are asked for."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from tui_reader.services.annotation_records import decode
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.storage.base import Store

_Entry: TypeAlias = "tuple[tuple[int, int, str], Annotation]"
Counted: TypeAlias = "tuple[dict[AnnotationId, ArticleId], defaultdict[ArticleId, set[AnnotationId]]]"
"""The article of every annotation, and the annotations of every article."""


class Notebook:
    """What the store says of annotations.

    How many there are is counted at the first question that needs it, or before it by a thread (`scan`). An article's
    own annotations are read without that.

    Used from the thread that owns the library, but for `read_ahead` and `scan`. What these read counts only if no
    annotation has changed since they began: the owner reads again otherwise.
    """

    def __init__(self, store: Store) -> None:
        """Read nothing yet."""
        self._store = store
        self._owners: dict[AnnotationId, ArticleId] = {}
        self._ids: defaultdict[ArticleId, set[AnnotationId]] = defaultdict(set)
        self._pages: dict[ArticleId, list[_Entry]] = {}
        self._known: dict[AnnotationId, Annotation] = {}
        self._changes = 0
        """How often annotations have changed."""
        self._ahead: dict[ArticleId, tuple[int, list[_Entry]]] = {}
        """Pages read by other threads that nobody has asked for yet, and the number of changes when that began."""
        self._counted = False

    def __len__(self) -> int:
        self._count()
        return len(self._owners)

    def scan(self, is_over: Callable[[], bool] = lambda: False) -> Counted:
        """Which annotations there are (5,000: 0.1 s; 100,000: 2 s); called from any thread, for `take_count`.

        Args:
            is_over: Whether nobody wants to know any more.
        """
        owners: dict[AnnotationId, ArticleId] = {}
        ids: defaultdict[ArticleId, set[AnnotationId]] = defaultdict(set)
        for key, record in self._store.items(ANNOTATIONS):
            if is_over():
                break
            article = record.get("article")
            if isinstance(article, str) and article and not _is_deleted(record.get("deleted"), record.get("updated")):
                owners[key] = article
                ids[article].add(key)
        return owners, ids

    def take_count(self, counted: Counted) -> None:
        """Take in what was counted; if something was changed meanwhile, all has been counted for that already."""
        if not self._counted:
            self._owners, self._ids = counted
            self._counted = True

    def _count(self) -> None:
        if not self._counted:
            self.take_count(self.scan())

    @property
    def is_counted(self) -> bool:
        """Whether it is known which articles have annotations."""
        return self._counted

    def count(self, article: ArticleId) -> int:
        """How many annotations an article has; deleted ones do not count."""
        self._count()
        return len(self._ids.get(article, ()))

    def known_count(self, article: ArticleId) -> int:
        """The same as far as it was counted yet, else 0. Safe to ask from any thread."""
        return len(self._ids.get(article, ()))

    def articles(self) -> tuple[ArticleId, ...]:
        """The articles that have annotations."""
        self._count()
        return tuple(self._ids)

    def get(self, annotation_id: AnnotationId) -> Annotation | None:
        """An annotation, or None if it is not there or deleted."""
        known = self._known.get(annotation_id)
        if known is None:
            self._count()
        if known is None and annotation_id in self._owners:
            known = decode(annotation_id, self._store.get(ANNOTATIONS, annotation_id) or {})
        return known

    def of(self, article: ArticleId) -> tuple[Annotation, ...]:
        """The annotations of an article in the order of its text, notes on the whole article first."""
        return tuple(annotation for _, annotation in self._page(article)) if self._may_have(article) else ()

    def all(self) -> Iterator[Annotation]:
        """Every annotation, article by article."""
        for article in self.articles():
            yield from self.of(article)

    def read_ahead(self, article: ArticleId) -> None:
        """Read the annotations of an article before they are asked for; called from any thread."""
        if article not in self._pages and self._may_have(article):
            changes = self._changes
            self._ahead[article] = changes, self._read(article)

    def newest(self) -> Annotation | None:
        """The annotation that was made last."""
        self._count()
        return self.get(max(self._owners)) if self._owners else None

    def absorb(self, ids: Iterable[AnnotationId]) -> tuple[ArticleId, ...]:
        """Take in that records have changed; the articles concerned, each once."""
        touched: dict[ArticleId, None] = {}
        for annotation_id in ids:
            # A count of this moment knows the change; a page that was read before it does not.
            self._count()
            self._changes += 1
            old = self._owners.pop(annotation_id, None)
            if old is None and annotation_id in self._known:
                old = self._known[annotation_id].article
            if old is not None:
                self._forget(annotation_id, old)
                touched[old] = None
            annotation = decode(annotation_id, self._store.get(ANNOTATIONS, annotation_id) or {})
            if annotation is not None:
                touched[annotation.article] = None
                if not annotation.is_deleted:
                    self._learn(annotation)
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

    def _may_have(self, article: ArticleId) -> bool:
        return not self._counted or article in self._ids

    def _page(self, article: ArticleId) -> list[_Entry]:
        page = self._pages.get(article)
        if page is None:
            changes, page = self._ahead.pop(article, (-1, []))
            if changes != self._changes:
                page = self._read(article)
            own = self._ids.get(article, ()) if self._counted else None
            page = self._pages[article] = [
                entry for entry in page if (entry[1].id in own if own is not None else not entry[1].is_deleted)
            ]
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
