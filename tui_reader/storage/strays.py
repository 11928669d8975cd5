"""Annotations that stand under two articles: one machine moved them, and another one changed them where they stood.

Each is made one document again, at the article that it was moved to last, with whatever any of them knows better. This
follows from their stamps alone, so every machine comes to the same, in whatever order it hears of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tui_reader.document.pace import breathe
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.edits import KEY, PARENT
from tui_reader.storage.identity import OWN, document_id
from tui_reader.storage.library import Change
from tui_reader.storage.registers import DELETED, EXISTS, Registers, compress, has_sets, is_alive, join

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from tui_reader.storage.journal import Entry
    from tui_reader.storage.keyindex import Numbers
    from tui_reader.storage.library import Library
    from tui_reader.storage.state import State

_BATCH = 500
"""Annotations in one journal entry: a few milliseconds under the lock."""


def reunite(library: Library, numbers: Numbers, heard: Collection[int]) -> list[Change]:
    """Make every annotation of a library one document; what was changed by that.

    Args:
        library: The documents.
        numbers: Finds document ids.
        heard: Document ids of annotations that other copies of the library told of: where they were deleted here, by
            moving them, they may still know something better.

    Raises:
        StoreError: It cannot be written.
    """
    groups = list(_groups(library.state, numbers, heard))
    changes: list[Change] = []
    for start in range(0, len(groups), _BATCH):
        before: dict[int, dict[str, Any] | None] = {}
        library.commit(partial(_entry, groups[start : start + _BATCH], heard, before))
        changes += [Change(ANNOTATIONS, n, old, library.state.document(ANNOTATIONS, n)) for n, old in before.items()]
    return changes


def _groups(state: State, numbers: Numbers, heard: Collection[int]) -> Iterable[list[int]]:
    """The documents of each annotation that has several which count."""
    index = numbers.prepare(state)
    changed: dict[int, set[int]] = {own: set() for own in index.repeated}
    for table, number in state.changed_places():
        if table == ANNOTATIONS:
            changed.setdefault(number & OWN, set()).add(number)
    for own, known in changed.items():
        breathe()
        known.update(index.all(own))
        if len(known) > 1:
            counting = [n for n in sorted(known) if n in heard or state.document(ANNOTATIONS, n) is not None]
            if len(counting) > 1:
                yield counting


def _entry(
    groups: Iterable[list[int]], heard: Collection[int], before: dict[int, dict[str, Any] | None], state: State
) -> Entry | None:
    """The entry that makes documents one that are one annotation; None if they are.

    Args:
        groups: The document ids of some annotations.
        heard: As in `reunite`.
        before: Takes what the documents were that it changes.
        state: The documents.
    """
    operations: list[list[Any]] = []
    joined: list[list[Any]] = []
    for group in groups:
        known = {number: state.registers(ANNOTATIONS, number) or {} for number in group}
        alive = [number for number in group if is_alive(known[number])]
        record: Registers = {}
        for number in group:
            if number in alive or number in heard:
                join(record, {name: value for name, value in known[number].items() if name != DELETED})
        _, key = record.get(KEY, ("", None))
        _, parent = record.get(PARENT, ("", None))
        if not alive or not isinstance(key, str) or document_id(key) != group[0] & OWN:
            continue
        home = document_id(key, parent if isinstance(parent, str) else "")
        there = state.registers(ANNOTATIONS, home) or {}
        both = dict(there)
        join(both, record)
        strays = [number for number in alive if number != home]
        if both == there and not strays:
            continue
        joined.append([ANNOTATIONS, str(home), compress(record, sets=has_sets(ANNOTATIONS))])
        if strays:
            # Later than any move away from there that others will tell of: so one of them is never deleted.
            operations.append([ANNOTATIONS, str(home), {EXISTS: True}])
            operations += [[ANNOTATIONS, str(number), {DELETED: True}] for number in strays]
    entry: Entry = {"o": operations, "m": joined}
    before |= {number: state.document(table, number) for table, number in state.places([entry])}
    return entry if before else None
