"""Update a library with the results of a scan: new, changed, moved and missing articles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.services.library.events import DocumentChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.transfer import Transfer
    from tui_reader.services.articles.documents import Documents
    from tui_reader.services.articles.identities import Batch, FoundFile
    from tui_reader.services.library.events import Event
    from tui_reader.services.library.state import LibraryState

GONE = "file is gone"
EMPTY = "file is empty"


class ScanIngest:
    """Updates identities, documents and the catalogue from scan results. Used by the library's owner thread."""

    def __init__(
        self,
        state: LibraryState,
        documents: Documents,
        transfer: Transfer,
        send: Callable[[Event], None],
        *,
        looked_before: bool,
    ) -> None:
        """Create the ingest; `apply` processes the results.

        Args:
            state: The library's state, with its catalogue.
            documents: Loaded documents, dropped when their files change.
            transfer: Compares new articles with missing articles.
            send: Called with `DocumentChanged` events.
            looked_before: True if results of an earlier scan are known.
        """
        self._state, self._identities, self._catalogue = state, state.identities, state.catalogue
        self._documents, self._transfer, self._send = documents, transfer, send
        self._looked_before = looked_before
        self._gone: list[ArticleId] = []
        """Articles that have lost their files since the last complete scan."""
        self._came: list[str] = []
        """Names of the files that are new since the last complete scan."""
        self._changed: list[str] = []
        """Names of the files whose content has changed since the last complete scan."""
        self.open: ArticleId | None = None
        """The open article: its headline stays even if its file is deleted, empty or unreadable."""
        self.missing: dict[ArticleId, str] = {}
        """Open articles whose files have no text now, with the fingerprint of the displayed text."""

    def apply(self, batch: Batch) -> dict[ArticleId, None]:
        """Update the library with a batch of scan results.

        Returns:
            The articles that were added, changed or removed.
        """
        self._state.describe_before_removal(batch.gone)
        left = [self._release(name) for name in batch.gone]
        headlines = []
        rewritten = []
        for file in batch.found:
            before = self._identities.at(file.name)
            known = self._identities.file(before) if before is not None else None
            article_id = self._identities.assign(file)
            if before is not None and before != article_id:
                left.append(before)
            # On the first scan every file is new, so none can have been moved.
            is_new = before != article_id and self._looked_before and not batch.remembered
            if is_new and not self._identities.has_record(article_id):
                self._came.append(file.name)
            if article_id == self.open and (file.error or not file.size) and self._had_text(article_id, known):
                self._keep_listed(article_id, file.error or EMPTY, known)
                continue
            self._end_missing(article_id)
            headlines.append(self._state.headline(file.article(article_id)))
            if self._documents.fingerprint(article_id) not in {"", file.fingerprint}:
                # The loaded document was read from other bytes than the scan saw, such as a half-written file.
                rewritten.append(file.name)
        gone = [article_id for article_id in left if article_id is not None]
        self._forget([article_id for article_id in gone if article_id not in self.missing])
        self._catalogue.put(headlines)
        touched = dict.fromkeys([*gone, *(headline.id for headline in headlines)])
        touched.update(dict.fromkeys(self.missing))
        touched.update(self.reassign_disputed())
        self._gone += gone
        self._changed += batch.changed
        for name in dict.fromkeys((*batch.changed, *rewritten)):
            if (changed := self._identities.at(name)) is not None and changed not in self.missing:
                self._change(changed)
        if batch.complete:
            touched.update(self._settle())
        self._state.record_files(article_id for article_id in touched if article_id not in self.missing)
        self._looked_before = self._looked_before or batch.complete
        return touched

    def missing_reason(self, article_id: ArticleId) -> str:
        """Return briefly why the file of a listed article has no text now; empty if the file has text."""
        rows = self._catalogue.rows([article_id]) if article_id in self.missing else []
        return rows[0].article.error if rows else ""

    def release_closed(self) -> dict[ArticleId, None]:
        """End the special treatment of articles that were kept listed while open, and are no longer open.

        An article without a file is removed; another one shows the present content of its file.

        Returns:
            The articles that changed.
        """
        ended = [article_id for article_id in self.missing if article_id != self.open]
        for article_id in ended:
            self._end_missing(article_id)
            file = self._identities.file(article_id)
            if file is None:
                self._forget([article_id])
            else:
                self._documents.drop(article_id)
                self._catalogue.put([self._state.headline(file.article(article_id))])
        return dict.fromkeys(ended)

    def _release(self, name: str) -> ArticleId | None:
        """Record that a file was deleted or moved away.

        Returns:
            The article of the file; None if the file was unknown.
        """
        article_id = self._identities.at(name)
        if article_id is None or article_id != self.open:
            return self._identities.release(name)
        known = self._identities.file(article_id)
        if self._identities.has_record(article_id):
            self._state.describe([article_id])
        self._identities.release(name)
        self._keep_listed(article_id, GONE, known)
        return article_id

    def _had_text(self, article_id: ArticleId, known: FoundFile | None) -> bool:
        """Return True if an article had text before its file became empty or unreadable."""
        return article_id in self.missing or (known is not None and bool(known.size) and not known.error)

    def _keep_listed(self, article_id: ArticleId, reason: str, known: FoundFile | None) -> None:
        """Keep the headline of an open article, and add the reason why its file has no text."""
        for row in self._catalogue.rows([article_id]):
            self.missing.setdefault(article_id, known.fingerprint if known is not None else "")
            held = row._replace(article=row.article._replace(error=reason))
            if self._identities.file(article_id) is None:
                self._catalogue.hold(held)
            else:
                self._catalogue.release(article_id)
                self._catalogue.put([held])

    def _end_missing(self, article_id: ArticleId) -> None:
        """Record that an article has its text again, or is no longer open."""
        self.missing.pop(article_id, None)
        self._catalogue.release(article_id)

    def reassign_disputed(self) -> dict[ArticleId, None]:
        """Reassign ids that several files claim.

        Returns:
            The articles that changed.
        """
        moves = self._identities.reassign_disputed()
        self._forget([move.mistaken for move in moves])
        self._catalogue.put([self._state.headline(move.file.article(move.id)) for move in moves])
        for move in moves:
            self._send(DocumentChanged(move.id))
        return dict.fromkeys(article_id for move in moves for article_id in (move.mistaken, move.id))

    def _settle(self) -> dict[ArticleId, None]:
        """Find moved files after a complete scan.

        Returns:
            The articles that changed.
        """
        # Looked up before settle(): a file that was moved unchanged must not count as new.
        come, changed = (list(map(self._identities.at, names)) for names in (self._came, self._changed))
        touched: dict[ArticleId, None] = {}
        for move in self._identities.settle(self._state.is_bare):
            self._forget((move.mistaken,))
            self._state.adopt(move.mistaken, move.id)
            self._end_missing(move.id)
            if self._identities.recorded(move.id)[1] != move.file.fingerprint or self._documents.fingerprint(move.id):
                self._change(move.id)
            self._catalogue.put([self._state.headline(move.file.article(move.id))])
            touched.update({move.mistaken: None, move.id: None})
        if self._gone or self._came or self._transfer.missing:
            self._transfer.compare_scan(self._gone, filter(None, come), filter(None, changed))
        self._gone, self._came, self._changed = [], [], []
        return touched

    def _change(self, article_id: ArticleId) -> None:
        """Drop an outdated document and send `DocumentChanged`; a document of the current bytes stays."""
        file = self._identities.file(article_id)
        if file is None or self._documents.fingerprint(article_id) != file.fingerprint:
            self._documents.drop(article_id)
            self._send(DocumentChanged(article_id))

    def _forget(self, ids: Sequence[ArticleId]) -> None:
        """Remove articles from the catalogue, and drop their documents."""
        self._catalogue.remove(ids)
        for article_id in ids:
            self._documents.drop(article_id)
