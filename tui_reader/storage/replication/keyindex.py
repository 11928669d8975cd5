"""Look-up of an annotation by its key alone, although its document id also depends on its article's key.

A document id consists of two hashes (`document_ids`): that of the record's own key, and that of its parent's key."""

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
"""Pattern of the beginning of a line with a document, such as `"6194839": `; group 1 is the document id."""


class KeyIndex:
    """An index of the document ids of one table by the hash of the record's own key.

    Building it searches for the start of every line of the table (0.17 s for 100,000 documents in 70 MB). It consists
    of two columns of numbers, the hashes of own keys (sorted) and of parents' keys, with 16 bytes for a document.
    """

    def __init__(self, snapshot: SnapshotFile, table: str) -> None:
        swapped: list[int] = []
        """Document ids with their two hashes exchanged, so that they sort by that of the own key."""
        for chunk in snapshot.chunks(table):
            # Beginning the pattern with the line break is seven times as fast as anchoring it: `re` then searches for
            # the break instead of trying every position.
            ids = map(int, _IDS.findall(b"\n" + chunk.data))
            # A larger id is derived from no key, whichever program wrote it.
            swapped += [(n & OWN_KEY_MASK) << KEY_BITS | n >> KEY_BITS for n in ids if n.bit_length() <= MAX_BITS]
            yield_gil()
        swapped.sort()
        self._own = array("Q", (number >> KEY_BITS for number in swapped))
        self._parent = array("Q", (number & OWN_KEY_MASK for number in swapped))
        self.repeated = {one for one, other in pairwise(self._own) if one == other}
        """Hashes of own keys that occur in several documents of the table."""

    @property
    def own(self) -> set[int]:
        """The hashes of the own keys of all documents of the table."""
        return set(self._own)

    def find(self, own: int) -> int | None:
        """Return the lowest document id of a record whose own key has the hash `own`; None without such a record."""
        return next(self.all(own), None)

    def all(self, own: int) -> Iterator[int]:
        """Yield the document ids of all records whose own key has the hash `own`, ascending."""
        at = bisect_left(self._own, own)
        while at < len(self._own) and self._own[at] == own:
            yield self._parent[at] << KEY_BITS | own
            at += 1


class DocumentIdIndex:
    """Finds the document id of a record by its key, in every table.

    Annotations alone need an index (`KeyIndex`): in other tables the document id is derived from the key.
    """

    def __init__(self) -> None:
        self._index: tuple[SnapshotFile, KeyIndex] | None = None
        self._deleted: tuple[SnapshotFile, KeyIndex] | None = None

    def find(self, state: State, table: str, key: str) -> int | None:
        """Return the document id of a record by its key; None for an annotation without any document.

        In tables other than that of annotations, the record need not exist, since its document id follows from the key.
        If an annotation has several documents, return one that is not deleted; if all are, the one changed last.
        """
        own = document_id(key)
        if table != ANNOTATIONS:
            return own
        number = state.number_of(own)
        if number is None and own not in (index := self.prepare(state)).repeated:
            return index.find(own)
        if number is not None and state.exists(table, number):
            return number
        # The annotation was deleted under this article; it may also have been under another one.
        others = self.prepare(state).all(own)
        return next((other for other in others if state.exists(table, other)), number)

    def is_repeated(self, state: State, own: int) -> bool:
        """Return True if the index of annotations contains several documents whose own key has the hash `own`.

        Return False if the index of this snapshot was not built yet; it is not built here.
        """
        index = self._index
        return index is not None and index[0] is state.snapshot and own in index[1].repeated

    def prepare(self, state: State) -> KeyIndex:
        """Return the index of the annotations in the state's snapshot; build it first if necessary.

        This may be called from any thread.
        """
        index = self._index
        if index is None or index[0] is not state.snapshot:
            index = self._index = (state.snapshot, KeyIndex(state.snapshot, ANNOTATIONS))
        return index[1]

    def prepare_deleted(self, state: State) -> KeyIndex:
        """Return the index of the deleted annotations in the state's snapshot; build it first if necessary."""
        index = self._deleted
        if index is None or index[0] is not state.snapshot:
            index = self._deleted = (state.snapshot, KeyIndex(state.snapshot, f"{ANNOTATIONS}{TOMBSTONES}"))
        return index[1]
