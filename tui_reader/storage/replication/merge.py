"""Merging of copies of a library into the library: another machine's snapshot, a conflict copy, or a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, ARTICLES
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.adoption import SMALL, Adoption, adopt
from tui_reader.storage.recovery.backups import keep
from tui_reader.storage.recovery.foreign_layout import is_header
from tui_reader.storage.recovery.ownership import foreign_copy
from tui_reader.storage.recovery.snapshot_opener import Signature, signature
from tui_reader.storage.replication.conflicts import Copy, all_copies
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.keyindex import DocumentIdIndex
from tui_reader.storage.replication.registers import Registers, compress, expand, has_sets, join
from tui_reader.storage.replication.relocations import reunite
from tui_reader.storage.replication.renaming import Renaming
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.journal import decode_lines
from tui_reader.storage.snapshot.json_values import decode_object
from tui_reader.storage.snapshot.limits import JOURNAL, copy_limit, too_large
from tui_reader.storage.snapshot.snapshot import TOMBSTONES, FileSource, NotOurLayoutError, SnapshotFile
from tui_reader.storage.snapshot.state import State
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from tui_reader.storage.engine.library_files import LibraryFiles

_BATCH = 2_000
"""Maximum number of documents in one journal entry: a few hundred kB, for which the library is locked milliseconds."""


class Merged(NamedTuple):
    """The result of merging one copy into a library."""

    source: str
    """Path of the copy."""
    changes: int
    """Number of documents that the merge changed."""
    kept_as: str = ""
    """Path of the copy among the backups; empty if it was not moved there."""
    problem: str = ""
    """Reason why the copy stays in the folder, as sentences: it could not be merged, or not be moved to the backups.

    Empty if there was no problem.
    """
    elsewhere: int = 0
    """Number of annotations that the merge brought and whose articles are in no folder of the library."""


def merge_file(
    library: LibraryFiles,
    source: str,
    rename: Callable[[str], str | None] | None = None,
    is_elsewhere: Callable[[str], bool] | None = None,
) -> Merged:
    """Merge a copy of a library into the library: for each field, the value with the later timestamp wins.

    Args:
        library: The library to merge into.
        source: A snapshot, or any TinyDB file with this program's tables. The file is not changed.
        rename: Returns the library's name of an article that the copy may name differently, or None if the name stays.
        is_elsewhere: Returns True for the name of a file in no folder of the library; None if that is not known.

    Raises:
        StoreError: The file cannot be read, is damaged, or a later version wrote it.
    """
    with problems.as_store_errors(source):
        return _merge(library, source, rename, is_elsewhere)


def _merge(
    library: LibraryFiles,
    source: str,
    rename: Callable[[str], str | None] | None,
    is_elsewhere: Callable[[str], bool] | None,
) -> Merged:
    other = _open(library, source)
    waiting: list[list[Any]] = []
    annotations: set[int] = set()
    changes = 0
    try:
        renaming = Renaming(other, rename) if rename is not None else None
        for operation in _differing_documents(library.state, other, renaming):
            waiting.append(operation)
            if operation[0] == ANNOTATIONS:
                annotations.add(int(operation[1]))
            if len(waiting) == _BATCH:
                changes += _commit(library, waiting)
                waiting = []
        changes += _commit(library, waiting)
        if annotations:
            library.add_news(reunite(library, DocumentIdIndex(), annotations))
    finally:
        other.close()
    elsewhere = 0 if is_elsewhere is None else sum(map(is_elsewhere, _places(library.state, annotations)))
    return Merged(source, changes, elsewhere=elsewhere)


def _places(state: State, annotations: Iterable[int]) -> Iterator[str]:
    """Yield, for each annotation that is not deleted, the name of its article's file; none if it is not known."""
    for number in annotations:
        annotation = state.document(ANNOTATIONS, number) or {}
        article, deleted = annotation.get("article"), annotation.get("deleted")
        if not isinstance(article, str) or (deleted and str(deleted) >= str(annotation.get("updated", ""))):
            continue
        record = state.document(ARTICLES, document_id(article)) or {}
        # Without a record of the article, its id is a path or a name that the article gives itself.
        place = record.get("location") or (article if "/" in article else "")
        if isinstance(place, str) and place:
            yield place


def _open(library: LibraryFiles, source: str) -> SnapshotFile:
    file = FileSource(source, library.disk)
    limit = copy_limit(library.state.snapshot.source.size)
    if file.size > limit:
        file.close()
        raise too_large(source, file.size, limit)
    try:
        snapshot = SnapshotFile(file)
        if snapshot.verify() and file.size:
            return snapshot
    except NotOurLayoutError:
        pass
    file.close()
    if reason := foreign_copy(source, library.disk):
        raise problems.no_copy(source, reason, "merged")
    if file.size > SMALL:
        adopted = Adoption(source, library.clock.now(), library.disk, library.path).result()
    else:
        adopted = adopt(source, library.clock.now(), library.disk, library.path)
    if adopted.damage:
        raise StoreError(f"{source} is damaged {adopted.damage}. Nothing was merged.", "Repair it, or merge a backup.")
    if adopted.newer:
        raise StoreError(problems.newer(source, adopted.newer))
    return adopted.snapshot


def _differing_documents(state: State, other: SnapshotFile, renaming: Renaming | None) -> Iterator[list[Any]]:
    """Yield the documents of another snapshot that would change the library, each as `[table, id, document]`."""
    for name in other.tables:
        table = name.removesuffix(TOMBSTONES)
        sets = has_sets(table)
        for number, line in other.lines(name):
            if renaming is None and state.snapshot.line(name, number) == line:
                continue
            document = decode_object(line)
            if renaming is not None:
                # Also what the library has under the copy's name: it was merged when the copy's names were its own.
                number, document = renaming.apply(table, number, document)  # noqa: PLW2901 - its id in the library
            if not is_header(document) and _would_change(state, table, number, expand(document, sets=sets)):
                yield [table, str(number), document]


def _would_change(state: State, table: str, number: int, registers: Registers) -> bool:
    """Return True if joining these registers to the document with this id would change the document."""
    mine = state.registers(table, number) or {}
    both = dict(mine)
    join(both, registers)
    return both != mine


def _commit(library: LibraryFiles, operations: list[list[Any]]) -> int:
    if operations:
        library.import_documents(operations)
    return len(operations)


def merge_conflict_copies(library: LibraryFiles, *, again: bool = True) -> list[Merged]:
    """Merge the conflict copies in a library's folder and move them to its backups.

    Merged data is written to the snapshot before the copy is moved. Otherwise only this machine's journal would contain
    the data while the sync program removes the copy from all machines. A copy that cannot be merged stays in the folder
    and does not prevent the merging of others.

    Args:
        library: The library to merge into.
        again: False to skip copies that could not be merged before and have not changed since.

    Returns:
        The result for each copy, except those that were skipped, or changed during the merge: they are merged later.

    Raises:
        StoreError: The library cannot be written.
    """
    out: list[Merged] = []
    merged: list[tuple[Merged, Signature]] = []
    for copy in all_copies(library.path, library.disk):
        try:
            seen = signature(library.disk.stat(copy.path))
        except OSError:
            continue  # the sync program removed it
        if not again and library.bad_copies.get(copy.path) == seen:
            continue
        library.bad_copies[copy.path] = seen
        try:
            merged.append((_merge_copy(library, copy), seen))
        except Exception as error:  # noqa: BLE001 - a copy may come from any machine: its errors must not prevent the merging of other copies
            name = problems.unexpected(copy.path, "merging", error).removesuffix(".")
            out.append(Merged(copy.path, 0, problem=f"{name}. The copy stays where it is."))
    if not merged or not compact(library):
        for each, _ in merged:
            library.bad_copies.pop(each.source)  # another process is writing the snapshot: try again later
        return out
    for each, seen in merged:
        try:
            if signature(library.disk.stat(each.source)) != seen:
                continue  # the copy was written during the merge
            kept = keep(library.path, each.source, "merged", library.disk)
            library.disk.unlink(each.source)
        except OSError as error:
            out.append(each._replace(problem=problems.not_put_away(each.source, error)))
            continue
        del library.bad_copies[each.source]
        out.append(each._replace(kept_as=kept))
    return out


def _merge_copy(library: LibraryFiles, copy: Copy) -> Merged:
    if copy.is_snapshot:
        try:
            return merge_file(library, copy.path)
        except StoreError:
            if copy.of:  # a copy of the previous generation, whose content later generations include
                return Merged(copy.path, 0)
            raise
    if not copy.is_journal:
        return Merged(copy.path, 0)  # a copy of an undo file: other machines have no use for the undo history
    data = read_whole(copy.path, library.disk, JOURNAL)
    other = State()
    for entry in decode_lines(data[: data.rfind(b"\n") + 1])[0]:
        other.apply(entry)
    places = sorted(other.changed_documents())
    waiting: list[list[Any]] = [
        [table, str(number), compress(registers, sets=has_sets(table))]
        for table, number in places
        if (registers := other.registers(table, number)) and _would_change(library.state, table, number, registers)
    ]
    changes = sum(_commit(library, waiting[start : start + _BATCH]) for start in range(0, len(waiting), _BATCH))
    if annotations := {int(number) for table, number, _ in waiting if table == ANNOTATIONS}:
        library.add_news(reunite(library, DocumentIdIndex(), annotations))
    return Merged(copy.path, changes)


def have_bad_copies_changed(library: LibraryFiles) -> bool:
    """Return True if a conflict copy that could not be merged (`bad_copies`) has changed since that attempt."""
    for path, seen in library.bad_copies.items():
        try:
            if signature(library.disk.stat(path)) != seen:
                return True
        except OSError:
            continue
    return False
