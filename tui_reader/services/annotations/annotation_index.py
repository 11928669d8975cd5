"""The annotations of a library in memory: by article in the order of its text, decoded once they are asked for."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict, deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.document.cooperative import yield_gil
from tui_reader.model.annotation import PlaceState
from tui_reader.services.annotations.annotation_records import decode, decode_time
from tui_reader.storage.base import ANNOTATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.storage.base import Record, Store

_UNCERTAIN = (PlaceState.AMBIGUOUS, PlaceState.ORPHAN)
_Entry: TypeAlias = "tuple[tuple[int, int, str], Annotation]"


class Counted(NamedTuple):
    """Which annotations there are; deleted ones are not among them."""

    owners: dict[AnnotationId, ArticleId]
    """The article of every annotation."""
    ids: defaultdict[ArticleId, set[AnnotationId]]
    """The annotations of every article."""
    lost: set[AnnotationId]
    """Those whose passage has no certain place."""


MOST_CHANGES = 1_000
"""Changes that are remembered for those who ask what is another since they looked last."""


class AnnotationIndex:
    """What the store says of annotations.

    How many there are is counted at the first question that needs it, or before it by a thread (`scan`). An article's
    own annotations are read without that.

    Used from the thread that owns the library, but for `read_ahead` and `scan`. A page that was read aside counts only
    if no annotation has changed since that began; what has changed during a count is looked at again after it.
    """

    def __init__(self, store: Store) -> None:
        """Read nothing yet."""
        self._store = store
        self._owners: dict[AnnotationId, ArticleId] = {}
        self._ids: defaultdict[ArticleId, set[AnnotationId]] = defaultdict(set)
        self._lost: set[AnnotationId] = set()
        self._latest: dict[ArticleId, AnnotationId] = {}
        """The annotation of every article that was made last."""
        self._order: list[ArticleId] = []
        self._in_order = True
        self._pages: dict[ArticleId, list[_Entry]] = {}
        self._known: dict[AnnotationId, Annotation] = {}
        self._changes = 0
        self._changed: deque[AnnotationId] = deque(maxlen=MOST_CHANGES)
        """The annotations changed last, the last change last."""
        """How often annotations have changed."""
        self._ahead: dict[ArticleId, tuple[int, list[_Entry]]] = {}
        """Pages read by other threads that nobody has asked for yet, and the number of changes when that began."""
        self._counted = False
        self._counting = False
        self._found: Counted | None = None
        """A count that was made aside and that nobody has taken in yet."""
        self._uncounted: set[AnnotationId] = set()
        """Annotations that have changed before anything was counted."""

    def __len__(self) -> int:
        self._count()
        return len(self._owners)

    def scan(self, is_over: Callable[[], bool] = lambda: False) -> Counted:
        """Which annotations there are (5,000: 0.1 s; 100,000: 1.1 s); called from any thread, for `take_count`.

        Args:
            is_over: Whether nobody wants to know any more.
        """
        counted = Counted({}, defaultdict(set), set())
        self._counting = True
        try:
            for key, record in self._store.items(ANNOTATIONS):
                if is_over():
                    return counted
                yield_gil()
                article = record.get("article")
                deleted = _is_deleted(record.get("deleted"), record.get("updated"))
                if isinstance(article, str) and article and not deleted:
                    counted.owners[key] = article
                    counted.ids[article].add(key)
                    if _may_be_lost(record) and _is_lost(decode(key, record)):
                        counted.lost.add(key)
            self._found = counted
        finally:
            self._counting = False
        return counted

    def take_count(self, counted: Counted) -> None:
        """Take in what was counted, and look again at what was changed meanwhile."""
        if self._counted:
            return
        self._counted, self._found = True, None
        self._owners, self._ids, self._lost = counted
        self._latest = {article: max(ids) for article, ids in self._ids.items()}
        self._order, self._in_order = list(self._latest), False
        changed, self._uncounted = self._uncounted, set()
        self.absorb(changed)

    def _count(self) -> None:
        if not self._counted:
            self.take_count(self._found or self.scan())

    @property
    def is_counted(self) -> bool:
        """Whether it is known which articles have annotations."""
        return self._counted

    @property
    def is_being_counted(self) -> bool:
        """Whether another thread will soon know."""
        return not self._counted and self._counting

    def count(self, article: ArticleId) -> int:
        """How many annotations an article has; deleted ones do not count."""
        return len(self._ids.get(article, ())) if self._counted else len(self._page(article))

    def lost(self) -> int:
        """How many annotations have no certain place."""
        self._count()
        return len(self._lost)

    def known_count(self, article: ArticleId) -> int:
        """The same as far as it was counted yet, else 0. Safe to ask from any thread."""
        return len(self._ids.get(article, ()))

    def articles(self) -> tuple[ArticleId, ...]:
        """The articles that have annotations, the one first whose annotations were added to last."""
        self._count()
        if not self._in_order:
            # Nearly in order after a change, which makes the sort cheap.
            known = dict.fromkeys(article for article in self._order if article in self._latest)
            self._order = sorted(known, key=self._latest_of, reverse=True)
            self._in_order = True
        return tuple(self._order)

    def _latest_of(self, article: ArticleId) -> tuple[AnnotationId, ArticleId]:
        return self._latest[article], article

    def ids(self, article: ArticleId) -> frozenset[AnnotationId]:
        """The annotations of an article, in no order; costs less than `of`, which reads them."""
        self._count()
        return frozenset(self._ids.get(article, ()))

    def get(self, annotation_id: AnnotationId) -> Annotation | None:
        """An annotation, or None if it is not there or deleted."""
        known = self._known.get(annotation_id)
        if known is None and (not self._counted or annotation_id in self._owners):
            known = decode(annotation_id, self._store.get(ANNOTATIONS, annotation_id) or {})
        return None if known is None or known.is_deleted else known

    def of(self, article: ArticleId) -> tuple[Annotation, ...]:
        """The annotations of an article in the order of its text, notes on the whole article first."""
        return tuple(annotation for _, annotation in self._page(article)) if self._may_have(article) else ()

    def all(self) -> Iterator[Annotation]:
        """Every annotation, article by article, in the order of `articles`."""
        for article in self.articles():
            yield from self.of(article)

    def read_ahead(self, article: ArticleId) -> None:
        """Read the annotations of an article before they are asked for; called from any thread."""
        if article not in self._pages and self._may_have(article):
            changes = self._changes
            self._ahead[article] = changes, self._read(article)

    def ahead(self, article: ArticleId) -> tuple[int, Sequence[Annotation]] | None:
        """What is known of an article's annotations, in the order of its text, and how often annotations had changed by
        then at least; None where they were not read. Called from any thread.
        """
        changes, page = self._changes, self._pages.get(article)
        if page is None:
            changes, page = self._ahead.get(article, (0, None))
        return None if page is None else (changes, [each for _, each in list(page) if not each.is_deleted])

    def changed_since(self, change: int) -> tuple[int, Collection[AnnotationId] | None]:
        """How often annotations have changed, and which did since a number of changes; None where that is forgotten."""
        since = self._changes - change
        if since > len(self._changed):
            return self._changes, None
        return self._changes, list(islice(reversed(self._changed), since))[::-1] if since else ()

    def newest(self) -> Annotation | None:
        """The annotation that was made last."""
        self._count()
        return self.get(max(self._owners)) if self._owners else None

    def absorb(self, ids: Iterable[AnnotationId]) -> tuple[ArticleId, ...]:
        """Take in that records have changed; the articles concerned, each once."""
        touched: dict[ArticleId, None] = {}
        for annotation_id in ids:
            self._changes += 1
            self._changed.append(annotation_id)
            if not self._counted:
                self._uncounted.add(annotation_id)
            held = self._known.get(annotation_id)
            # Both are the same, but where a file that others merged has an annotation under two articles.
            owners = (self._owners.pop(annotation_id, None), held.article if held is not None else None)
            annotation = decode(annotation_id, self._store.get(ANNOTATIONS, annotation_id) or {})
            stays = annotation is not None and not annotation.is_deleted
            for old in dict.fromkeys(owner for owner in owners if owner is not None):
                self._forget(
                    annotation_id, old, goes=not stays or (annotation is not None and annotation.article != old)
                )
                touched[old] = None
            if annotation is not None:
                touched[annotation.article] = None
                if stays:
                    self._learn(annotation)
        return tuple(touched)

    def _learn(self, annotation: Annotation) -> None:
        article = annotation.article
        self._owners[annotation.id] = article
        self._ids[article].add(annotation.id)
        if _is_lost(annotation):
            self._lost.add(annotation.id)
        before = self._latest.get(article)
        if before is None:
            self._order.append(article)
        if before is None or annotation.id > before:
            self._latest[article] = annotation.id
            self._in_order = False
        page = self._pages.get(article)
        if page is not None:
            self._known[annotation.id] = annotation
            insort(page, (_place(annotation), annotation), key=_first)

    def _forget(self, annotation_id: AnnotationId, article: ArticleId, *, goes: bool) -> None:
        """Let go of what was known of an annotation; `goes` tells whether its article is to be without it."""
        self._ids[article].discard(annotation_id)
        self._lost.discard(annotation_id)
        known = self._known.pop(annotation_id, None)
        page = self._pages.get(known.article) if known is not None else None
        if page is not None and known is not None:
            del page[bisect_left(page, _place(known), key=_first)]
        if not goes:
            return
        left = self._ids[article]
        if not left:
            del self._ids[article]
            self._pages.pop(article, None)
            self._latest.pop(article, None)
            self._in_order = False
        elif self._latest.get(article) == annotation_id:
            self._latest[article] = max(left)
            self._in_order = False

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
                entry
                for entry in page
                if (entry[1].id in own if own is not None else not entry[1].is_deleted)
                and not self._is_elsewhere(entry[1])
            ]
            self._known.update((each.id, each) for _, each in page)
        return page

    def _is_elsewhere(self, annotation: Annotation) -> bool:
        """Whether another article's page has an annotation, as a file that others merged may have it under two."""
        known = self._known.get(annotation.id)
        return known is not None and known.article != annotation.article and known.article in self._pages

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
    gone = decode_time(deleted)
    return bool(gone) and gone >= decode_time(updated)


def _may_be_lost(record: Record) -> bool:
    placed = record.get("placed")
    return isinstance(placed, dict) and placed.get("state") in _UNCERTAIN


def _is_lost(annotation: Annotation | None) -> bool:
    return annotation is not None and annotation.placed is not None and not annotation.placed.is_certain
