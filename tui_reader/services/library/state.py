"""The state of a library: changes are applied to the store and to the catalogue together."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tui_reader.model.article import Article, ArticleId, Headline, Metadata
from tui_reader.services.annotations.annotation_index import AnnotationIndex
from tui_reader.services.annotations.annotation_records import decode_tags
from tui_reader.services.articles.article_records import (
    FINGERPRINT,
    LOCATION,
    SEEN_FIELDS,
    TEXTS,
    WHOLE,
    Amendments,
    decode,
    encode_description,
    encoded,
    is_plain,
)
from tui_reader.services.articles.bulk_states import FIELDS, MANY, column_of, edits_to_field, edits_to_tags
from tui_reader.services.library.events import noop
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, SEARCHES, Column, Edit, Receipt, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.services.articles.catalogue_interface import WritableCatalogue
    from tui_reader.services.articles.identities import Identities
    from tui_reader.storage.base import Record


_OF_FILES = frozenset((LOCATION, FINGERPRINT))
"""Fields of an article's record that name its file, of which `Identities` keeps an index."""

MANY_GONE = 50
"""If more files than this disappear at once before the annotations are counted, such as with a drive, the metadata of
their articles is not recorded: reading the annotations of each would take longer than a frame."""


class LibraryState:
    """Applies changes to the store and to the catalogue together. Used from the library's owner thread."""

    def __init__(
        self,
        store: Store,
        catalogue: WritableCatalogue,
        identities: Identities,
        track: Callable[[Receipt], None],
    ) -> None:
        self.store = store
        self.catalogue = catalogue
        self.identities = identities
        self._track = track
        self._receipts: list[Receipt] | None = None
        """Receipts to track when the context of `hold` ends; None outside of one."""
        self.annotation_index = AnnotationIndex(store)
        self.changes_of_searches = 0
        """Number of changes of saved searches so far, by this program and by others."""
        self._unclean_tags: set[ArticleId] = set()
        """Articles whose recorded tags differ from those of their state, which are cleaned."""
        self._described: dict[ArticleId, str] = {}
        """Fingerprint of the file from which the metadata of each article was recorded in this session."""
        self.may_keep_text: Callable[[ArticleId], bool] = always
        """Returns True if words of an article's text, such as a guessed title, may be copied into the store."""
        self.on_annotations: Callable[[Collection[AnnotationId]], None] = noop
        """Called with the annotations that this program changed, directly or by undo or redo."""
        self.on_opened: Callable[[Collection[ArticleId]], None] = noop
        """Called with the articles that were opened in this program."""
        self.on_whole: Callable[[Collection[ArticleId]], None] = noop
        """Called with articles for which the user, here or in another program, chose the article or the whole page."""

    def may_have_record(self, article_id: ArticleId) -> bool:
        """Return True if an article has or may have a record or annotations. Thread-safe."""
        return (
            self.identities.has_record(article_id)
            or not self.annotation_index.is_counted
            or self.annotation_index.known_count(article_id) > 0
        )

    def headline(self, article: Article) -> Headline:
        """Return an article together with its state in the store."""
        # Most articles of a large library were never opened: they share one default state.
        recorded = self.identities.has_record(article.id)
        record = self.store.get(ARTICLES, article.id) if recorded else None
        state = decode(record)
        self._note_tags(article.id, record.get("tags") if record else None)
        return Headline(article, state, self.annotation_index.known_count(article.id))

    def recount(self, ids: Iterable[ArticleId]) -> tuple[ArticleId, ...]:
        """Update the numbers of annotations in the catalogue.

        Returns:
            The articles whose number changed.
        """
        known = [each for each in self.catalogue.rows(ids) if each.notes != self.annotation_index.known_count(each.id)]
        self.catalogue.put([Headline(r.article, r.state, self.annotation_index.known_count(r.id)) for r in known])
        return tuple(headline.id for headline in known)

    def commit(self, edits: Sequence[Edit], label: str, *, undoable: bool = True) -> tuple[ArticleId, ...]:
        """Apply edits to the store and the catalogue; the edits are on disk soon.

        Returns:
            The articles whose headlines changed.

        Raises:
            StoreError: The state file cannot be written.
        """
        with self.hold():
            if isinstance(edits, Column) and (column := column_of(edits)) is not None:
                self._introduce(column.keys)
            else:
                annotated = _annotated_by(edits)
                self._introduce({edit.key for edit in edits if edit.table == ARTICLES} | annotated)
                self.describe(annotated)
            self._saving(self.store.apply(edits, label, undoable=undoable))
            return self.absorb(edits)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Begin to save the changes made in the context only when it ends, so that they are displayed first."""
        if self._receipts is not None:
            yield  # an outer context already delays them
            return
        self._receipts = []
        try:
            with self.store.hold():
                yield
        finally:
            receipts, self._receipts = self._receipts, None
            for receipt in receipts:
                self._track(receipt)

    def _saving(self, receipt: Receipt) -> None:
        """Pass a receipt to the save monitor; during `hold`, when that ends: the monitor may wait for the change."""
        if self._receipts is None:
            self._track(receipt)
        else:
            self._receipts.append(receipt)

    def record_fields(self, headline: Headline, fields: Mapping[str, Any]) -> list[Edit]:
        """Return the edits that set fields of an article's record."""
        return self.record_each([(headline, fields)])

    def record_each(self, changes: Sequence[tuple[Headline, Mapping[str, Any]]]) -> list[Edit]:
        """Return the edits that set fields of several articles' records: for each article its own values."""
        # The values are derived from the states, so the store is not read. Exception: texts, which are cleaned in
        # the state, while an edit must contain the stored value.
        texts = {name for _, fields in changes for name in fields if name in TEXTS}
        keys = [headline.id for headline, fields in changes if not texts.isdisjoint(fields)]
        records = self.store.fields_of(ARTICLES, keys, texts) if keys else {}
        edits: list[Edit] = []
        for headline, fields in changes:
            held = encoded(headline.state, [name for name in fields if name not in texts])
            if texts:
                record = records.get(headline.id, {})
                held |= {name: record.get(name) for name in fields if name in texts}
            edits += edits_to_fields(ARTICLES, headline.id, held, fields)
        return edits

    def record_all(self, headlines: Sequence[Headline], field: str, value: Any) -> Sequence[Edit]:
        """Return the edits that set a field of many articles' records to the same value."""
        if field in FIELDS and is_plain(field):
            return edits_to_field(headlines, field, value)
        return self.record_each([(each, {field: value}) for each in headlines])

    def record_tags(self, rows: Sequence[Headline], tags: Sequence[list[str]]) -> Sequence[Edit]:
        """Return the edits that give articles new tags, each article its own.

        Args:
            rows: The articles.
            tags: The new tags of each article, different from its present tags.
        """
        if not self._unclean_tags.isdisjoint([row.id for row in rows] if self._unclean_tags else ()):
            return self.record_each([(row, {"tags": each}) for row, each in zip(rows, tags, strict=True)])
        return edits_to_tags(rows, tags)

    def _note_tags(self, article_id: ArticleId, tags: Any) -> None:
        """Update `_unclean_tags` after an article's record got the tags `tags`."""
        if tags is None or (isinstance(tags, list) and list(decode_tags(tags)) == tags):
            self._unclean_tags.discard(article_id)
        else:
            self._unclean_tags.add(article_id)

    def absorb(self, edits: Sequence[Edit], *, own: bool = True) -> tuple[ArticleId, ...]:
        """Update the catalogue after edits that the store has applied already.

        Args:
            edits: The edits.
            own: True for edits of this program. Edits of another program are only displayed: two programs that
                disagree about a text would correct each other forever.

        Returns:
            The articles whose headlines changed, each once.
        """
        if isinstance(edits, Column) and (column := column_of(edits)) is not None:
            return self._absorb_column(column)
        touched: dict[ArticleId, dict[str, Any]] = {}
        opened: dict[ArticleId, None] = {}
        other_texts: dict[ArticleId, None] = {}
        annotations: dict[AnnotationId, None] = {}
        for edit in edits:
            table, key, field, _, after = edit
            if table == ARTICLES:
                if field in _OF_FILES or not self.identities.has_record(key):
                    self.identities.note(edit)
                if key in touched:
                    touched[key][field] = after
                else:
                    touched[key] = {field: after}
                if field == "tags":
                    self._note_tags(key, after)
                if field == "opened" and after:
                    opened[key] = None
                if field == WHOLE:
                    other_texts[key] = None
            elif table == ANNOTATIONS:
                annotations[key] = None
            elif table == SEARCHES:
                self.changes_of_searches += 1
        annotated = self.annotation_index.absorb(annotations)
        self.catalogue.note_annotations(annotated)
        for article_id in annotated:
            touched.setdefault(article_id, {})
        known = self.catalogue.rows(touched)
        count = self.annotation_index.known_count
        amend = Amendments().amended
        self.catalogue.put(
            [Headline(row.article, amend(row.state, touched[row.article.id]), count(row.article.id)) for row in known]
        )
        if other_texts:
            self.on_whole(other_texts)
        if own and annotations:
            self.on_annotations(annotations)
        if own and opened:
            self.on_opened(tuple(opened))
        return tuple(headline.article.id for headline in known)

    def _absorb_column(self, column: Column) -> tuple[ArticleId, ...]:
        self.identities.note_records(column.keys)
        if column.field == "tags" and self._unclean_tags:
            self._unclean_tags.difference_update(column.keys)  # a column has the tags of this program, which are clean
        return self.catalogue.amend(column)

    def is_bare(self, article_id: ArticleId) -> bool:
        """Return True if an article has no annotations and no user changes, such as a star or a place up next."""
        state = decode(self.store.get(ARTICLES, article_id))
        kept = (
            state.starred
            or state.archived
            or state.joined
            or state.whole
            or state.tags is not None
            or state.edits
            or state.bookmarks
            or state.up_next
        )
        return not kept and not self.annotation_index.count(article_id)

    def adopt(self, mistaken: ArticleId, known: ArticleId) -> None:
        """Delete the record of an article whose file was recognized as a known article's file.

        Args:
            mistaken: The article whose record is deleted; it must satisfy `is_bare`.
            known: The article that receives the fields of `SEEN_FIELDS` that it lacks.
        """
        record = dict(self.store.get(ARTICLES, mistaken) or {})
        if not record or self.store.read_only:
            return
        held = self.store.get(ARTICLES, known) or {}
        edits = list(edits_to_fields(ARTICLES, mistaken, record, dict.fromkeys(record)))
        edits += [
            Edit(ARTICLES, known, name, None, record[name]) for name in SEEN_FIELDS if name in record.keys() - held
        ]
        self._saving(self.store.apply(edits, "found a moved file", undoable=False))
        self.absorb(edits, own=False)

    def record_files(self, ids: Iterable[ArticleId]) -> None:
        """Record the current path and fingerprint of articles that have a record."""
        self._introduce({i for i in ids if self.identities.has_record(i)})

    def describe(self, ids: Iterable[ArticleId]) -> None:
        """Copy title and origin of articles into their records, to show them even after the files are deleted.

        Articles without a file now are skipped.
        """
        edits: list[Edit] = []
        for article_id in ids:
            file = self.identities.file(article_id)
            if file is None or self._described.get(article_id) == file.fingerprint or self.store.read_only:
                continue
            self._described[article_id] = file.fingerprint
            metadata = file.metadata
            if not self.may_keep_text(article_id):
                metadata = Metadata(title=file.name.rpartition("/")[2], guessed=frozenset({"title"}))
            edits += edits_to_fields(
                ARTICLES, article_id, self.store.get(ARTICLES, article_id), encode_description(metadata)
            )
        if edits:
            self._saving(self.store.apply(edits, "recorded files", undoable=False))

    def describe_before_removal(self, names: Iterable[str]) -> None:
        """Record title and origin of annotated articles with deleted files, before they leave the catalogue."""
        names = list(names)
        if len(names) > MANY_GONE and not self.annotation_index.is_counted:
            # A drive was unplugged: reading the annotations of each article would take longer than a frame.
            return
        going = (article_id for name in names if (article_id := self.identities.at(name)) is not None)
        self.describe(
            [each for each in going if self.identities.has_record(each) and self.annotation_index.count(each)]
        )

    def _introduce(self, ids: Collection[ArticleId]) -> None:
        """Record path and fingerprint of articles where they have changed; the edits cannot be undone."""
        new = self.identities.unrecorded(ids)
        if not new or self.store.read_only:
            return
        # The edits of many records are saved faster in columns, one for each field.
        is_few = len(new) < MANY
        for edits in (self.identities.edits_to_files(new),) if is_few else self.identities.columns_of_files(new):
            self._saving(self.store.apply(edits, "recorded files", undoable=False))
        self.identities.note_files(new)


def edits_to_fields(table: str, key: str, record: Record | None, wanted: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield edits that set the wanted fields of a record; no edit for a field that is already equal.

    Args:
        table: The record's table.
        key: The record's key.
        record: The current record; None if the record does not exist.
        wanted: Values by field; None removes a field. Other fields do not change.
    """
    current = record or {}
    for name, value in wanted.items():
        before = current.get(name)
        if before != value or type(before) is not type(value):  # True equals 1
            yield Edit(table, key, name, before, value)


def always(_: ArticleId) -> bool:
    """Return True: the default for `may_keep_text`, which permits every text."""
    return True


def _annotated_by(edits: Iterable[Edit]) -> set[ArticleId]:
    """Return the articles that receive an annotation by edits, so that their files and titles must be recorded."""
    annotated = (edit.after for edit in edits if edit.table == ANNOTATIONS and edit.field == "article")
    return {article for article in annotated if isinstance(article, str)}
