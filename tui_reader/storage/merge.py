"""Takes over what another copy of the library has and this one has not: another machine's file, or a conflict copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage import problems
from tui_reader.storage.backups import keep
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.basefile import GRAVES, BaseFile, FileSource, NotOurLayoutError
from tui_reader.storage.conflicts import conflict_copies
from tui_reader.storage.keyindex import Numbers
from tui_reader.storage.limits import copy_limit, too_large
from tui_reader.storage.opener import signature
from tui_reader.storage.outside import SMALL, Adoption, adopt
from tui_reader.storage.registers import expand, has_sets, join
from tui_reader.storage.strays import reunite
from tui_reader.storage.values import decode_object

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tui_reader.storage.library import Library
    from tui_reader.storage.state import State

_BATCH = 2_000
"""Documents in one journal entry: a few hundred kilobytes, a few milliseconds under the lock."""


class Merged(NamedTuple):
    """What came from another copy."""

    source: str
    changes: int
    """Documents that are different now."""
    kept_as: str = ""
    """Where the copy stands now, if it was moved away."""
    problem: str = ""
    """Why it could not be merged, as sentences; it stays where it is. Empty if it was merged."""


def merge_file(library: Library, source: str) -> Merged:
    """Take over everything that another file of this library knows better.

    Args:
        library: What to merge into.
        source: A base, or any TinyDB file with our tables. It is only read.

    Raises:
        StoreError: The file cannot be read, is damaged, or a later version wrote it.
    """
    try:
        other = _open(library, source)
    except OSError as error:
        raise problems.unreadable(source, error) from error
    waiting: list[list[Any]] = []
    heard: set[int] = set()
    changes = 0
    try:
        for operation in _news(library.state, other):
            waiting.append(operation)
            if operation[0] == ANNOTATIONS:
                heard.add(int(operation[1]))
            if len(waiting) == _BATCH:
                changes += _commit(library, waiting)
                waiting = []
        changes += _commit(library, waiting)
        if heard:
            reunite(library, Numbers(), heard)
    finally:
        other.close()
    return Merged(source, changes)


def _open(library: Library, source: str) -> BaseFile:
    file = FileSource(source, library.disk)
    limit = copy_limit(library.state.base.source.size)
    if file.size > limit:
        file.close()
        raise too_large(source, file.size, limit)
    try:
        base = BaseFile(file)
        if base.verify() and file.size:
            return base
    except NotOurLayoutError:
        pass
    file.close()
    if file.size > SMALL:
        adopted = Adoption(source, library.clock.now(), library.disk).result()
    else:
        adopted = adopt(source, library.clock.now(), library.disk)
    if adopted.damage:
        raise StoreError(f"{source} is damaged {adopted.damage}. Nothing was merged.", "Mend it, or merge a backup.")
    if adopted.newer:
        raise StoreError(problems.newer(source, adopted.newer))
    return adopted.base


def _news(state: State, other: BaseFile) -> Iterator[list[Any]]:
    """The documents of another base that say anything new."""
    for name in other.tables:
        table = name.removesuffix(GRAVES)
        sets = has_sets(table)
        for number, line in other.lines(name):
            if state.base.line(name, number) == line:
                continue
            document = decode_object(line)
            mine = state.registers(table, number) or {}
            both = dict(mine)
            join(both, expand(document, sets=sets))
            if both != mine:
                yield [table, str(number), document]


def _commit(library: Library, operations: list[list[Any]]) -> int:
    if operations:
        library.commit(lambda _: {"m": operations})
    return len(operations)


def merge_conflict_copies(library: Library, *, again: bool = True) -> list[Merged]:
    """Merge the conflict copies beside a library and move them to its backups.

    A copy that cannot be merged stays where it is, is named in `Merged.problem`, and stops nothing else.

    Args:
        library: What to merge into.
        again: Also try copies that could not be merged before, though they did not change since.

    Raises:
        StoreError: The library cannot be written.
    """
    out = []
    for copy in conflict_copies(library.path, library.disk):
        try:
            seen = signature(library.disk.stat(copy))
        except OSError:
            continue  # the program that syncs the folder took it away
        if not again and library.bad_copies.get(copy) == seen:
            continue
        library.bad_copies[copy] = seen
        try:
            merged = merge_file(library, copy)
        except Exception as error:  # noqa: BLE001 - a copy comes from elsewhere: whatever it provokes stops nothing
            name = problems.unexpected(copy, "merging", error).removesuffix(".")
            out.append(Merged(copy, 0, problem=f"{name}. The copy stays where it is."))
            continue
        try:
            kept = keep(library.path, copy, "merged", library.disk)
            library.disk.unlink(copy)
        except OSError as error:
            out.append(merged._replace(problem=problems.not_put_away(copy, error)))
            continue
        del library.bad_copies[copy]
        out.append(merged._replace(kept_as=kept))
    return out
