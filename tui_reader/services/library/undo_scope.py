"""Select the steps of the undo history that belong to the open folders.

Folders without a `library.json` of their own share one state file, and so one history. Undo in one folder must not
undo a change in another folder, where the user could not see it.
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
"""Field of an annotation's record: the id of its article."""
NO_PARENTS: Mapping[AnnotationId, ArticleId] = MappingProxyType({})


class UndoScope:
    """Decides which transactions concern only open folders. Used by the library's owner thread."""

    def __init__(self, state: LibraryState, paths: LibraryPaths) -> None:
        self._state, self._paths = state, paths
        self._roots = tuple(os.path.join(folder, "") for folder in paths.folders)  # noqa: PTH118 - a prefix
        self._files = frozenset(map(str, paths.files))
        self.has_others = False
        """True if the last `select` left out a step that belongs to other folders."""

    def select(self, transactions: Sequence[Transaction]) -> list[bool]:
        """Decide which transactions of earlier runs undo and redo may use.

        Returns:
            For each transaction, True if every article that it changed is in the open folders, or was recorded in them.
        """
        # The article of an undone annotation is known only from the step that made it, which may be later in the list.
        parents: dict[AnnotationId, ArticleId] = {}
        for transaction in transactions:
            parents.update(_parents(transaction))
        selected = [all(map(self._is_here, self.articles_of(each, parents))) for each in transactions]
        self.has_others = not all(selected)
        return selected

    def articles_of(
        self, transaction: Transaction, parents: Mapping[AnnotationId, ArticleId] = NO_PARENTS
    ) -> list[ArticleId]:
        """List the articles that a transaction changed, or whose annotations it changed, each once.

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
        """Return the recorded path of an article; None if no path is recorded."""
        name, _ = self._state.identities.recorded(article)
        return self._paths.path_of(name) if name else None

    def _is_here(self, article: ArticleId) -> bool:
        """Return True if an article is in the open folders, or its recorded path is.

        Without a recorded path, True if the library has a state file of its own, and so no other folders.
        """
        if article in self._state.catalogue:
            return True
        path = self.path_of(article)
        if path is None:
            # A library with a state file of its own has no other folders that the article could belong to.
            return self._paths.base is not None
        return str(path) in self._files or str(path).startswith(self._roots)


def _parents(transaction: Transaction) -> dict[AnnotationId, ArticleId]:
    """Return the articles of the annotations that a transaction created, deleted or moved."""
    return {
        edit.key: article
        for edit in transaction.edits
        if edit.table == ANNOTATIONS and edit.field == PARENT
        for article in (edit.before, edit.after)
        if isinstance(article, str)
    }
