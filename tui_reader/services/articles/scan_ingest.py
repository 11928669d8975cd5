"""Takes into a library what a scan found out: which articles came, went, were moved, or are others than was thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.services.library.events import DocumentChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.annotations.transfer import Transfer
    from tui_reader.services.articles.documents import Documents
    from tui_reader.services.articles.scan_results import Batch, FoundFile
    from tui_reader.services.library.events import Event
    from tui_reader.services.library.state import LibraryState

GONE = "file is gone"
EMPTY = "file is empty"


class ScanIngest:
    """Used from the thread that owns the library."""

    def __init__(
        self,
        state: LibraryState,
        documents: Documents,
        handing: Transfer,
        tell: Callable[[Event], None],
        *,
        looked_before: bool,
    ) -> None:
        """Take nothing in yet.

        Args:
            state: The library's state, with the catalogue that shows it.
            documents: Lets go of what was read of files that are others now.
            handing: Compares what came with what went.
            tell: Told of documents that have changed.
            looked_before: Whether it is known what stood in the places before.
        """
        self._state, self._identities, self._catalogue = state, state.identities, state.catalogue
        self._documents, self._handing, self._tell = documents, handing, tell
        self._looked_before = looked_before
        self._gone: list[ArticleId] = []
        self._came: list[str] = []
        self._changed: list[str] = []
        """Articles that went, and files that came or changed, since everything in the places was seen last."""
        self.open: ArticleId | None = None
        """Article that is being read: its headline stays when its file goes, becomes empty or unreadable."""
        self._missing: dict[ArticleId, str] = {}
        """Articles that are shown as last read since their file has no text now; its fingerprint when it had one."""

    def take_in(self, batch: Batch) -> dict[ArticleId, None]:
        """Show what was found out; the articles that came, changed or went."""
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
            # What comes with the first scan ever is another library and no move.
            is_new = before != article_id and self._looked_before and not batch.remembered
            if is_new and not self._identities.has_record(article_id):
                self._came.append(file.name)
            if article_id == self.open and (file.error or not file.size) and self._had_text(article_id, known):
                self._keep_listed(article_id, file.error or EMPTY, known)
                continue
            self._end_missing(article_id)
            headlines.append(self._state.headline(file.article(article_id)))
            if self._documents.fingerprint(article_id) not in {"", file.fingerprint}:
                # What is kept was read from bytes that a scan never saw, such as those of a file half written.
                rewritten.append(file.name)
        gone = [article_id for article_id in left if article_id is not None]
        self._forget([article_id for article_id in gone if article_id not in self._missing])
        self._catalogue.put(headlines)
        touched = dict.fromkeys([*gone, *(headline.id for headline in headlines)])
        touched.update(dict.fromkeys(self._missing))
        touched.update(self.share_out())
        self._gone += gone
        self._changed += batch.changed
        for name in dict.fromkeys((*batch.changed, *rewritten)):
            if (changed := self._identities.at(name)) is not None and changed not in self._missing:
                self._change(changed)
        if batch.complete:
            touched.update(self._settle())
        self._state.follow(article_id for article_id in touched if article_id not in self._missing)
        self._looked_before = self._looked_before or batch.complete
        return touched

    def why_missing(self, article_id: ArticleId) -> str:
        """Say why the file of a listed article has no text now, in a few words; empty where it has."""
        rows = self._catalogue.rows([article_id]) if article_id in self._missing else []
        return rows[0].article.error if rows else ""

    def let_go(self) -> dict[ArticleId, None]:
        """Show articles without a text as what they are once they are not open any more; the articles concerned."""
        ended = [article_id for article_id in self._missing if article_id != self.open]
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
        """Take in that a file is gone; the article that it was."""
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
        return article_id in self._missing or (known is not None and bool(known.size) and not known.error)

    def _keep_listed(self, article_id: ArticleId, reason: str, known: FoundFile | None) -> None:
        """Keep the headline of an article with what was known of it, and the reason why its file has no text."""
        for row in self._catalogue.rows([article_id]):
            self._missing.setdefault(article_id, known.fingerprint if known is not None else "")
            held = row._replace(article=row.article._replace(error=reason))
            if self._identities.file(article_id) is None:
                self._catalogue.hold(held)
            else:
                self._catalogue.release(article_id)
                self._catalogue.put([held])

    def _end_missing(self, article_id: ArticleId) -> None:
        """Take in that an article has its text again, or is not open any more."""
        self._missing.pop(article_id, None)
        self._catalogue.release(article_id)

    def share_out(self) -> dict[ArticleId, None]:
        """Show files under the ids that are theirs where several claim one; the articles concerned."""
        moves = self._identities.share_out()
        self._forget([move.mistaken for move in moves])
        self._catalogue.put([self._state.headline(move.file.article(move.id)) for move in moves])
        for move in moves:
            self._tell(DocumentChanged(move.id))
        return dict.fromkeys(article_id for move in moves for article_id in (move.mistaken, move.id))

    def _settle(self) -> dict[ArticleId, None]:
        """Find moved files, now that everything in the places was seen; the articles concerned."""
        # What was moved as it is has not come, so it is asked before.
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
        self._handing.compare_scan(self._gone, filter(None, come), filter(None, changed))
        self._gone, self._came, self._changed = [], [], []
        return touched

    def _change(self, article_id: ArticleId) -> None:
        """Drop what was read of an article and tell so, unless it was read from the very bytes that the file has."""
        file = self._identities.file(article_id)
        if file is None or self._documents.fingerprint(article_id) != file.fingerprint:
            self._documents.drop(article_id)
            self._tell(DocumentChanged(article_id))

    def _forget(self, ids: Sequence[ArticleId]) -> None:
        self._catalogue.remove(ids)
        for article_id in ids:
            self._documents.drop(article_id)
