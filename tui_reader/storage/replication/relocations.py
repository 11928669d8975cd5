"""Merging of the documents of annotations that one machine moved while another machine edited them.

Such an annotation has a document under each of two articles. The documents are merged into one, under the article
that the annotation was moved to last, with the latest value of every field. The result depends only on timestamps,
including the timestamps of documents deleted by moves. So every machine comes to the same result, in whatever order
the changes reach it, also if the changes come with a snapshot that another machine merged.
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
"""Maximum number of annotations in one journal entry, for which the library is locked for a few milliseconds."""


class InterruptedScan(Exception):  # noqa: N818 - it is not an error
    """The search for annotations with several documents was ended because other work has priority."""


def reunite(
    library: LibraryFiles,
    numbers: DocumentIdIndex,
    only: AbstractSet[int] | None = None,
    is_urgent: Callable[[], bool] = lambda: False,
) -> list[Change]:
    """Give each annotation of a library a single document, under the article it was moved to last.

    If 10,000 annotations were moved, a call that finds nothing to do takes a second.

    Args:
        library: The library.
        numbers: Finds document ids.
        only: For each annotation to examine, the id of any of its documents; None for all annotations.
        is_urgent: Returns True if other work has priority; called before each annotation with several documents.

    Returns:
        The changes of documents that were made.

    Raises:
        InterruptedScan: `is_urgent` returned True. Nothing was changed.
        StoreError: The changes cannot be written.
    """
    state = library.state
    # Nearly all annotations that were ever moved have one document already; checking that needs no lock.
    groups = []
    for group in _groups(state, numbers, only):
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


def _groups(state: State, numbers: DocumentIdIndex, only: AbstractSet[int] | None) -> Iterable[list[int]]:
    """Yield, for each annotation with several documents, a list of their ids; deleted documents are included."""
    living, deleted = numbers.prepare(state), numbers.prepare_deleted(state)
    changed: dict[int, set[int]] = {}
    for table, number in state.changed_documents():
        if table == ANNOTATIONS:
            changed.setdefault(number & OWN_KEY_MASK, set()).add(number)
    examined = living.repeated | deleted.own | changed.keys() if only is None else {n & OWN_KEY_MASK for n in only}
    for own in examined:
        yield_gil()
        known = changed.get(own, set()).union(living.all(own), deleted.all(own))
        if len(known) > 1:
            yield sorted(known)


def _operations(state: State, group: list[int]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Return the operations for the members `o` and `m` of a journal entry that merge the documents of one annotation.

    Args:
        state: The library's documents.
        group: The document ids of the annotation.

    Returns:
        Two lists of operations; both are empty if the documents are merged already or all deleted.
    """
    known = {number: state.registers(ANNOTATIONS, number) or {} for number in group}
    alive = [number for number in group if is_alive(known[number])]
    # Ignore tombstones older than the annotation: they belong to an earlier record with the same id that a script
    # deleted, and its deletion stays valid.
    created = max((known[number].get(KEY, ("", None))[0] for number in alive), default="")
    record: Registers = {}
    for number in group:
        if number in alive or known[number].get(DELETED, ("", None))[0] >= created:
            join(record, {name: value for name, value in known[number].items() if name != DELETED})
    _, key = record.get(KEY, ("", None))
    _, parent = record.get(PARENT, ("", None))
    if not alive or not isinstance(key, str) or document_id(key) != group[0] & OWN_KEY_MASK:
        return [], []
    home = document_id(key, parent if isinstance(parent, str) else "")
    there = known[home] if home in known else state.registers(ANNOTATIONS, home) or {}
    both = dict(there)
    join(both, record)
    outdated = [number for number in alive if number != home]
    if both == there and not outdated:
        return [], []
    operations: list[list[Any]] = []
    if outdated:
        # A new timestamp for the home document, later than any move away from it that other machines may still report:
        # so the last document of an annotation is never deleted.
        operations.append([ANNOTATIONS, str(home), {EXISTS: True}])
        operations += [[ANNOTATIONS, str(number), {DELETED: True}] for number in outdated]
    return operations, [[ANNOTATIONS, str(home), compress(record, sets=has_sets(ANNOTATIONS))]]


def _entry(groups: Iterable[list[int]], before: dict[int, dict[str, Any] | None], state: State) -> Entry | None:
    """Build the journal entry that merges the documents of several annotations.

    Args:
        groups: The document ids of each annotation.
        before: A dictionary to which the present content of each document that the entry will change is added, by
            document id.
        state: The library's documents.

    Returns:
        The entry; None if no document needs a change.
    """
    entry: Entry = {"o": [], "m": []}
    for group in groups:
        operations, joined = _operations(state, group)
        entry["o"] += operations
        entry["m"] += joined
    before |= {number: state.document(table, number) for table, number in state.documents_in([entry])}
    return entry if before else None
