"""The highlights shown in the article pane, with a cache for the articles shown last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.tui.screens.article_highlights import ArticleHighlights

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import ArticleId
    from tui_reader.tui.screens.reading.state import ReadingScreenState

MOST_KEPT = 6
"""Number of articles whose highlights stay in memory, so that switching between them costs nothing."""


class HighlightsDisplay:
    """Shows the highlights of the open article in the article pane."""

    def __init__(self, state: ReadingScreenState) -> None:
        self._state = state
        self.highlights = ArticleHighlights(state.library.annotations)
        """The highlights of the open article."""
        self._shown_article: ArticleId | None = None
        """The article whose highlights the pane shows."""
        self._recent: dict[ArticleId | None, ArticleHighlights] = {}
        """The highlights of the articles shown last, the latest one last."""
        self._prepared: dict[ArticleId, ArticleHighlights] = {}
        """The highlights of articles that were read ahead; filled by the reading threads."""
        state.library.loaded_documents.prepare = self._prepare

    def update(self) -> bool:
        """Update the highlights in the article pane. Costs next to nothing if none has changed.

        Returns:
            True if the pane shows other highlights than before.
        """
        article, pane = self._state.shown, self._state.panes.article
        self._choose(article, pane.document)
        changed = self.highlights.update(article, pane.document) or article != self._shown_article
        if changed:
            self._shown_article = article
            self.highlights.show_in(pane)
        return changed

    def _prepare(self, article: ArticleId, document: Document) -> None:
        """Compute the highlights of an article in the thread that has read its text: some 15 ms for 5,000."""
        highlights = ArticleHighlights(self._state.library.annotations)
        if highlights.prepare(article, document):
            while len(self._prepared) >= MOST_KEPT:
                self._prepared.pop(next(iter(self._prepared), article), None)
            self._prepared[article] = highlights

    def _choose(self, article: ArticleId | None, document: Document | None) -> None:
        """Switch to the highlights of an article, reusing those that were computed before, if any."""
        prepared = self._prepared.pop(article, None) if article is not None else None
        if prepared is not None and prepared.is_for(document):
            self.highlights, self._shown_article = prepared, None
        elif article != self._shown_article:
            self.highlights = self._recent.get(article) or ArticleHighlights(self._state.library.annotations)
        else:
            return
        self._recent.pop(article, None)
        self._recent[article] = self.highlights
        if len(self._recent) > MOST_KEPT:
            del self._recent[next(iter(self._recent))]
