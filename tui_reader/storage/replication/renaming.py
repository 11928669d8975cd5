"""Renaming of articles in a copy of a library that records other names of the same files.

A library that stands in its folder names articles relative to the folder, the program's own state file by absolute
paths. Only keys and names are replaced: timestamps stay, so a merge still takes the later value of every field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.base import ANNOTATIONS, ARTICLES
from tui_reader.storage.replication.document_ids import KEY_BITS, OWN_KEY_MASK, document_id
from tui_reader.storage.snapshot.json_values import decode_object
from tui_reader.storage.snapshot.snapshot import TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from tui_reader.storage.snapshot.snapshot import SnapshotFile

_NAMES = {ARTICLES: ("id", "location"), ANNOTATIONS: ("article",)}
"""The fields, by table, whose values may be names of articles."""


class Renaming:
    """Replaces the names of articles in the documents of one copy.

    Args:
        other: The copy; it is not changed.
        rename: Returns the name of an article in the library, or None if the name stays.
    """

    def __init__(self, other: SnapshotFile, rename: Callable[[str], str | None]) -> None:
        self._rename = rename
        self._articles: dict[int, int] = {}
        """Document ids of the renamed articles, by their ids in the copy."""
        for table in {ARTICLES, f"{ARTICLES}{TOMBSTONES}"}.intersection(other.tables):
            for number, line in other.lines(table):
                key = decode_object(line).get("id")
                new = rename(key) if isinstance(key, str) else None
                if new is not None:
                    self._articles[number] = document_id(new)

    def apply(self, table: str, number: int, document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return a document's id and content with the names of the library."""
        new = {
            field: name
            for field in _NAMES.get(table, ())
            if isinstance(value := document.get(field), str) and (name := self._rename(value)) is not None
        }
        if table == ARTICLES:
            number = self._articles.get(number, number)
        elif table == ANNOTATIONS:
            parent, own = number >> KEY_BITS, number & OWN_KEY_MASK
            # A deleted annotation has lost its field, and its article may have no record.
            parent = document_id(new["article"]) if "article" in new else self._articles.get(parent, parent)
            number = parent << KEY_BITS | own
        return number, {**document, **new} if new else document
