"""Annotations that stand under two articles: one machine moved them, and another one changed them where they stood.

Each is made one document again, at the article that it was moved to last, with whatever any of them knows better. This
follows from their stamps alone, those that were deleted by moving them included, so every machine comes to the same, in
whatever order it hears of them, and from a base that came ready made as well.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.document.cooperative import yield_gil
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.engine.edits import KEY, PARENT
from tui_reader.storage.engine.library_reader import Change
from tui_reader.storage.replication.document_ids import OWN_KEY_MASK, document_id
from tui_reader.storage.replication.registers import DELETED, EXISTS, Registers, compress, has_sets, is_alive, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet
    from typing import Any

    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.replication.keyindex import DocumentIdIndex
    from tui_reader.storage.snapshot.journal import Entry
    from tui_reader.storage.snapshot.state import State

_BATCH = 50
"""Annotations in one journal entry: a few milliseconds under the lock."""


class InterruptedScan(Exception):  # noqa: N818 - it is no error
    """Somebody had something more urgent to do before all were looked at."""


def reunite(
    library: LibraryFiles,
    numbers: DocumentIdIndex,
    heard: AbstractSet[int] | None = None,
    is_urgent: Callable[[], bool] = lambda: False,
) -> list[Change]:
    """Make annotations of a library one document each; what was changed by that.

    Where 10,000 were moved, to find out that there is nothing to do takes a second.

    Args:
        library: The documents.
        numbers: Finds document ids.
        heard: Document ids of the annotations to look at, wherever else they stand; None for all.
        is_urgent: Whether something else is to be done first; asked before each annotation that is looked at.

    Raises:
        Interrupted: Something else is to be done first. Nothing was changed.
        StoreError: It cannot be written.
    """
    state = library.state
    # Nearly all that were ever moved are one document already, and that is found out without the lock.
    groups = []
    for group in _groups(state, numbers, heard):
        if is_urgent():
            raise InterruptedScan
        if any(_operations(state, group)):
            groups.append(group)
    changes: list[Change] = []
    for start in range(0, len(groups), _BATCH):
        before: dict[int, dict[str, Any] | None] = {}
        library.commit(partial(_entry, groups[start : start + _BATCH], before))
        changes += [Change(ANNOTATIONS, n, old, library.state.document(ANNOTATIONS, n)) for n, old in before.items()]
    return changes


def _groups(state: State, numbers: DocumentIdIndex, heard: AbstractSet[int] | None) -> Iterable[list[int]]:
    """The documents of each annotation that has several, deleted ones included."""
    living, deleted = numbers.prepare(state), numbers.prepare_deleted(state)
    changed: dict[int, set[int]] = {}
    for table, number in state.changed_documents():
        if table == ANNOTATIONS:
            changed.setdefault(number & OWN_KEY_MASK, set()).add(number)
    looked_at = living.repeated | deleted.own | changed.keys() if heard is None else {n & OWN_KEY_MASK for n in heard}
    for own in looked_at:
        yield_gil()
        known = changed.get(own, set()).union(living.all(own), deleted.all(own))
        if len(known) > 1:
            yield sorted(known)


def _operations(state: State, group: list[int]) -> tuple[list[list[Any]], list[list[Any]]]:
    """The members `o` and `m` of the entry that makes documents one that are one annotation; both empty if they are."""
    known = {number: state.registers(ANNOTATIONS, number) or {} for number in group}
    alive = [number for number in group if is_alive(known[number])]
    # What was deleted before the annotation was made is another one's past: a script took that away, and it stays away.
    made = max((known[number].get(KEY, ("", None))[0] for number in alive), default="")
    record: Registers = {}
    for number in group:
        if number in alive or known[number].get(DELETED, ("", None))[0] >= made:
            join(record, {name: value for name, value in known[number].items() if name != DELETED})
    _, key = record.get(KEY, ("", None))
    _, parent = record.get(PARENT, ("", None))
    if not alive or not isinstance(key, str) or document_id(key) != group[0] & OWN_KEY_MASK:
        return [], []
    home = document_id(key, parent if isinstance(parent, str) else "")
    there = known[home] if home in known else state.registers(ANNOTATIONS, home) or {}
    both = dict(there)
    join(both, record)
    strays = [number for number in alive if number != home]
    if both == there and not strays:
        return [], []
    operations: list[list[Any]] = []
    if strays:
        # Later than any move away from there that others will tell of: so one of them is never deleted.
        operations.append([ANNOTATIONS, str(home), {EXISTS: True}])
        operations += [[ANNOTATIONS, str(number), {DELETED: True}] for number in strays]
    return operations, [[ANNOTATIONS, str(home), compress(record, sets=has_sets(ANNOTATIONS))]]


def _entry(groups: Iterable[list[int]], before: dict[int, dict[str, Any] | None], state: State) -> Entry | None:
    """The entry that makes the documents of several annotations one each; None if they are.

    Args:
        groups: The document ids of each annotation.
        before: Takes what the documents were that it changes.
        state: The documents.
    """
    entry: Entry = {"o": [], "m": []}
    for group in groups:
        operations, joined = _operations(state, group)
        entry["o"] += operations
        entry["m"] += joined
    before |= {number: state.document(table, number) for table, number in state.documents_in([entry])}
    return entry if before else None
