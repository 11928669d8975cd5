"""Takes into a library what a scan found out: which articles came, went, were moved, or are others than was thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.services.events import DocumentChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.model.article import ArticleId
    from tui_reader.services.documents import Documents
    from tui_reader.services.events import Event
    from tui_reader.services.found import Batch
    from tui_reader.services.handing import Handing
    from tui_reader.services.state import LibraryState


class Intake:
    """Used from the thread that owns the library."""

    def __init__(
        self,
        state: LibraryState,
        documents: Documents,
        handing: Handing,
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

    def take_in(self, batch: Batch) -> dict[ArticleId, None]:
        """Show what was found out; the articles that came, changed or went."""
        self._state.leave(batch.gone)
        left = [self._identities.release(name) for name in batch.gone]
        headlines = []
        for file in batch.found:
            before = self._identities.at(file.name)
            article_id = self._identities.assign(file)
            if before is not None and before != article_id:
                left.append(before)
            # What comes with the first scan ever is another library and no move.
            is_new = before != article_id and self._looked_before and not batch.remembered
            if is_new and not self._identities.has_record(article_id):
                self._came.append(file.name)
            headlines.append(self._state.headline(file.article(article_id)))
        gone = [article_id for article_id in left if article_id is not None]
        self._forget(gone)
        self._catalogue.put(headlines)
        touched = dict.fromkeys([*gone, *(headline.id for headline in headlines)])
        touched.update(self.share_out())
        self._gone += gone
        self._changed += batch.changed
        for name in batch.changed:
            if (changed := self._identities.at(name)) is not None:
                self._documents.drop(changed)
                self._tell(DocumentChanged(changed))
        if batch.complete:
            touched.update(self._settle())
        self._state.follow(touched)
        self._looked_before = self._looked_before or batch.complete
        return touched

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
            if self._identities.recorded(move.id)[1] != move.file.fingerprint:
                self._tell(DocumentChanged(move.id))
            self._catalogue.put([self._state.headline(move.file.article(move.id))])
            touched.update({move.mistaken: None, move.id: None})
        self._handing.take_in(self._gone, filter(None, come), filter(None, changed))
        self._gone, self._came, self._changed = [], [], []
        return touched

    def _forget(self, ids: Sequence[ArticleId]) -> None:
        self._catalogue.remove(ids)
        for article_id in ids:
            self._documents.drop(article_id)
