"""Finds a record by its key alone where document ids also hold the parent's key: two sorted columns of numbers."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import yield_gil
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.replication.document_ids import KEY_BITS, MAX_BITS, OWN_KEY_MASK, document_id
from tui_reader.storage.snapshot.snapshot import TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.storage.snapshot.snapshot import SnapshotFile
    from tui_reader.storage.snapshot.state import State

_IDS = re.compile(rb'\n"([0-9]{1,60})": ')


class KeyIndex:
    """The document ids of a table by the part that comes from the record's own key.

    Building it looks for the start of every line (0.17 s for 100,000 in 70 MB); it holds 16 bytes a document.
    """

    def __init__(self, base: SnapshotFile, table: str) -> None:
        turned: list[int] = []
        for window in base.windows(table):
            # The line break makes it seven times as fast as an anchor: it is searched for and not tried everywhere.
            ids = map(int, _IDS.findall(b"\n" + window.data))
            # A larger id follows from no key, whatever wrote it.
            turned += [(n & OWN_KEY_MASK) << KEY_BITS | n >> KEY_BITS for n in ids if n.bit_length() <= MAX_BITS]
            yield_gil()
        turned.sort()
        self._own = array("Q", (number >> KEY_BITS for number in turned))
        self._parent = array("Q", (number & OWN_KEY_MASK for number in turned))
        self.repeated = {one for one, other in pairwise(self._own) if one == other}
        """Numbers of own keys that several documents have."""

    @property
    def own(self) -> set[int]:
        """Numbers of the own keys of all documents."""
        return set(self._own)

    def find(self, own: int) -> int | None:
        """The document id of the record whose own key has this number."""
        return next(self.all(own), None)

    def all(self, own: int) -> Iterator[int]:
        """The document ids of all records whose own key has this number."""
        at = bisect_left(self._own, own)
        while at < len(self._own) and self._own[at] == own:
            yield self._parent[at] << KEY_BITS | own
            at += 1


class DocumentIdIndex:
    """Document ids by key, for every table."""

    def __init__(self) -> None:
        self._index: tuple[SnapshotFile, KeyIndex] | None = None
        self._deleted: tuple[SnapshotFile, KeyIndex] | None = None

    def find(self, state: State, table: str, key: str) -> int | None:
        """The document id of a record; None if there is no such annotation."""
        own = document_id(key)
        if table != ANNOTATIONS:
            return own
        number = state.number_of(own)
        if number is None and own not in (index := self.prepare(state)).repeated:
            return index.find(own)
        if number is not None and state.exists(table, number):
            return number
        # It was deleted where it stood, and may have stood elsewhere since before.
        others = self.prepare(state).all(own)
        return next((other for other in others if state.exists(table, other)), number)

    def is_repeated(self, state: State, own: int) -> bool:
        """Return True if several documents of the base are known to have this own key; costs nothing."""
        index = self._index
        return index is not None and index[0] is state.snapshot and own in index[1].repeated

    def prepare(self, state: State) -> KeyIndex:
        """The index of annotations, made if it is that of another base; called from any thread."""
        index = self._index
        if index is None or index[0] is not state.snapshot:
            index = self._index = (state.snapshot, KeyIndex(state.snapshot, ANNOTATIONS))
        return index[1]

    def prepare_deleted(self, state: State) -> KeyIndex:
        """The same of the deleted ones."""
        index = self._deleted
        if index is None or index[0] is not state.snapshot:
            index = self._deleted = (state.snapshot, KeyIndex(state.snapshot, f"{ANNOTATIONS}{TOMBSTONES}"))
        return index[1]
