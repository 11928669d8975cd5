"""Which steps of the undo history belong to the places that are open.

Folders without a `library.json` of their own share one state file, and so one history. Undo in one of them must not
take back what was done in another one, where it could not be seen.
"""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_reader.storage.base import ANNOTATIONS, ARTICLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tui_reader.model.annotation import AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library.library_paths import LibraryPaths
    from tui_reader.services.library.state import LibraryState
    from tui_reader.storage.base import Transaction


PARENT = "article"
"""The field of an annotation that names its article."""
NO_PARENTS: Mapping[AnnotationId, ArticleId] = MappingProxyType({})


class UndoScope:
    """Tells which transactions are about articles of the open places alone. Used from the thread that owns them."""

    def __init__(self, state: LibraryState, places: LibraryPaths) -> None:
        self._state, self._places = state, places
        self._roots = tuple(os.path.join(folder, "") for folder in places.folders)  # noqa: PTH118 - a prefix
        self._files = frozenset(map(str, places.files))
        self.has_others = False
        """Whether a step was passed over that belongs to other places."""

    def select(self, transactions: Sequence[Transaction]) -> list[bool]:
        """Find out which transactions of earlier runs undo and redo may take up.

        Returns:
            For each, True if every article that it changed is in the open places, or was when its file was there.
        """
        # An annotation that is undone now is known only by the step that made it, which may come later in the list.
        parents: dict[AnnotationId, ArticleId] = {}
        for transaction in transactions:
            parents.update(_parents(transaction))
        chosen = [all(map(self._is_here, self.articles_of(each, parents))) for each in transactions]
        self.has_others = not all(chosen)
        return chosen

    def articles_of(
        self, transaction: Transaction, parents: Mapping[AnnotationId, ArticleId] = NO_PARENTS
    ) -> list[ArticleId]:
        """List the articles that a transaction changed, or changed the annotations of, each once.

        Args:
            transaction: The transaction.
            parents: The articles of annotations that may not exist now.
        """
        found: dict[ArticleId, None] = {}
        for edit in transaction.edits:
            if edit.table == ARTICLES:
                found[edit.key] = None
            elif edit.table == ANNOTATIONS and edit.field == PARENT:
                found.update((each, None) for each in (edit.before, edit.after) if isinstance(each, str))
            elif edit.table == ANNOTATIONS:
                annotation = self._state.annotation_index.get(edit.key)
                found[annotation.article if annotation is not None else parents.get(edit.key, "")] = None
        return list(found)

    def path_of(self, article: ArticleId) -> Path | None:
        """The path that is recorded for an article; None if there is none."""
        name, _ = self._state.identities.recorded(article)
        return self._places.path_of(name) if name else None

    def _is_here(self, article: ArticleId) -> bool:
        if article in self._state.catalogue:
            return True
        path = self.path_of(article)
        if path is None:
            # A library with a state file of its own has no other places that the article could belong to.
            return self._places.base is not None
        return str(path) in self._files or str(path).startswith(self._roots)


def _parents(transaction: Transaction) -> dict[AnnotationId, ArticleId]:
    """The articles of the annotations that a transaction made, deleted or moved."""
    return {
        edit.key: article
        for edit in transaction.edits
        if edit.table == ANNOTATIONS and edit.field == PARENT
        for article in (edit.before, edit.after)
        if isinstance(article, str)
    }
