"""The doctor: checks of all files of a library, and repair of faults."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery import backups, problems
from tui_reader.storage.recovery.foreign_layout import derived_id, latest_timestamp
from tui_reader.storage.recovery.journal_repair import repair_other_journal, repair_own_journal
from tui_reader.storage.recovery.ownership import may_replace_backups
from tui_reader.storage.replication.conflicts import all_copies
from tui_reader.storage.replication.hlc import is_far_ahead
from tui_reader.storage.replication.merge import merge_conflict_copies
from tui_reader.storage.replication.registers import DELETED
from tui_reader.storage.snapshot import filesystem, limits
from tui_reader.storage.snapshot.compaction import compact, leftovers, remove_leftovers
from tui_reader.storage.snapshot.disk import RefusedError
from tui_reader.storage.snapshot.journal import decode_lines, is_journal
from tui_reader.storage.snapshot.snapshot import BACKUP, BACKUP_JOURNAL, TOMBSTONES, UnreadableError
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MAX_NAMED = 20
"""Maximum number of records whose names one finding lists."""


_Move: TypeAlias = tuple[str, int, int, dict[str, Any]]
"""A document with a wrong id: its table, its id, the id derived from its key, and its fields."""
_ONE = {"articles": "article", "annotations": "annotation", "searches": "search", "texts": "text"}
"""The names of tables for a single record."""
_BATCH = 2_000
"""Maximum number of documents in one journal entry when documents are moved to other ids."""


class Finding(NamedTuple):
    """One result of a check: a fault, perhaps repaired, or information."""

    text: str
    """The result of the check, as a sentence."""
    is_wrong: bool
    """True if the finding is a fault; other findings are for information."""
    repair: str = ""
    """The repair of the fault, as a sentence; empty if it was not repaired."""


class Checkup(NamedTuple):
    """All findings of a check of one library."""

    path: str
    findings: tuple[Finding, ...]

    @property
    def has_no_faults(self) -> bool:
        """True if no check found a fault, or every fault was repaired."""
        return all(finding.repair for finding in self.findings if finding.is_wrong)


def doctor(path: str | Path, replica: str, *, fix: bool = False) -> Checkup:
    """Check the snapshot of a library, its journals, and the other files in its folder.

    Args:
        path: The snapshot.
        replica: This machine's replica id.
        fix: Repair the faults. A damaged file is copied to the backups first.

    Raises:
        StoreError: The file cannot be read at all, or a repair cannot be written.
    """
    library = LibraryFiles(path, replica)
    try:
        findings: list[Finding] = []
        for check in (_check_permissions, _check_snapshot, _check_journals, _check_other_files):
            try:
                with problems.as_store_errors(library.path):
                    findings += check(library, fix=fix)
            except StoreError as error:
                findings.append(Finding(str(error), is_wrong=True))
        findings += [Finding(sentence, is_wrong=True) for sentence in library.disk.refused.values()]
    finally:
        library.close()
    return Checkup(library.path, tuple(findings))


def _check_permissions(library: LibraryFiles, *, fix: bool) -> Iterator[Finding]:  # noqa: ARG001 - called as the others are
    if library.read_only:
        yield Finding(library.read_only, is_wrong=True)
    if warning := filesystem.warning(library.folder):
        yield Finding(warning, is_wrong=False)


def _check_snapshot(library: LibraryFiles, *, fix: bool) -> Iterator[Finding]:
    if not library.opener.exists:
        yield Finding(f"{library.path} does not exist yet: it comes with the first change.", is_wrong=False)
        return
    if library.opener.notice:
        notice, repair = library.opener.notice, ""
        if fix and library.opener.held_merge_sides and not library.read_only and compact(library):
            repair = "Written to the file."
        yield Finding(notice, is_wrong=False, repair=repair)
    library.verify()
    if library.damage:
        damage = library.damage.split(" Nothing of it")[0]
        yield Finding(damage, is_wrong=True, repair=_repair(library) if fix and not library.read_only else "")
        return
    state = library.state
    misplaced = 0
    moves: list[_Move] = []
    ahead: list[str] = []
    for name in state.snapshot.tables:
        try:
            last = 0
            for number, document in state.snapshot.documents(name):
                # A tombstone is found by its document id alone.
                derived = 0 if name.endswith(TOMBSTONES) else derived_id(name, document)
                misplaced += number <= last
                if derived not in (0, number):
                    moves.append((name, number, derived, document))
                last = number
                if (latest := latest_timestamp(document)) and is_far_ahead(latest):
                    ahead.append(str(document.get("id", number)))
        except (UnreadableError, ValueError) as error:
            yield Finding(f"The table “{name}” of {library.path} cannot be read: {error}.", is_wrong=True)
    if misplaced or moves:
        text = f"{counted(misplaced + len(moves), 'document', 'is', 'are', of=library.path)} in the wrong place."
        repair = _move(library, moves) if fix and moves and not misplaced and not library.read_only else ""
        yield Finding(text, is_wrong=True, repair=repair)
    if ahead:
        named = ", ".join(f"“{key}”" for key in ahead[:_MAX_NAMED]) + " …" * (len(ahead) > _MAX_NAMED)
        text = f"{counted(len(ahead), 'record', 'has', 'have')} timestamps of the future, from a clock that was wrong: "
        text += f"{named}. "
        yield Finding(text + "Changes that are made to them here are kept all the same.", is_wrong=False)
    tables = [(state.count(name), name) for name in state.tables()]
    counts = ", ".join(f"{count:,} {_ONE.get(name, name) if count == 1 else name}" for count, name in tables)
    if deleted := sum(bool(document.get("deleted")) for _, document in state.documents(ANNOTATIONS)):
        counts += f" ({deleted:,} of the annotations deleted, for undo)"
    yield Finding(f"{library.path} is sound: {counts or 'empty'}.", is_wrong=False)


def _move(library: LibraryFiles, moves: Sequence[_Move]) -> str:
    """Move documents to the document ids that are derived from their keys, and compact.

    Documents are looked up by derived ids, so documents with other ids were not shown.

    Returns:
        What was repaired, as a sentence.
    """
    for start in range(0, len(moves), _BATCH):
        batch = moves[start : start + _BATCH]
        library.import_documents([[table, str(derived), document] for table, _, derived, document in batch])
        gone = [[table, str(number), {DELETED: True}] for table, number, _, _ in batch]
        library.commit(lambda _, o=gone: {"o": o})  # type: ignore[misc]
    compact(library)
    return f"Moved {counted(len(moves), 'document')} to the right place."


def _repair(library: LibraryFiles) -> str:
    library.distrust()
    documents = sum(library.state.count(name) for name in library.state.tables())
    try:
        kept = backups.keep_snapshot(library.path, "damaged", library.disk)
    except StoreError as error:
        if isinstance(error.__cause__, RefusedError):
            return ""  # repair nothing while no copy of the damaged file can be made; `doctor` reports the refusal
        raise
    if not compact(library, despite_damage=True):
        return ""
    return f"Saved {counted(documents, 'document')}; the damaged file is kept as {kept}."


def _check_journals(library: LibraryFiles, *, fix: bool) -> Iterator[Finding]:
    if library.journal.damaged:
        text = f"{counted(library.journal.damaged, 'line', 'is', 'are', of=library.journal.path)} damaged."
        repair = repair_own_journal(library) if fix and not library.damage and not library.read_only else ""
        yield Finding(text, is_wrong=True, repair=repair)
    elif library.state.has_changes:
        repair = ""
        if fix and not library.damage and not library.read_only and compact(library):
            repair = "Written to the file."
        changes = counted(library.journal.lines, "change", "waits", "wait", of="this machine")
        text = f"{changes} in the journal of {library.path}."
        yield Finding(text, is_wrong=False, repair=repair)
    prefix = f"{os.path.basename(library.path)}.journal-"  # noqa: PTH119
    for name in _names(library):
        path = f"{library.folder}/{name}"
        if name.startswith(prefix) and path != library.journal.path and not name.endswith(".tmp"):
            yield from _check_other_journal(library, path, fix=fix)


def _check_other_journal(library: LibraryFiles, path: str, *, fix: bool) -> Iterator[Finding]:
    try:
        data = read_whole(path, library.disk, limits.JOURNAL)
    except (FileNotFoundError, RefusedError):
        return  # `doctor` reports the refused paths once
    except OSError as error:
        yield Finding(problems.journal_unreadable(path, error), is_wrong=True)
        return
    except StoreError as error:
        yield Finding(str(error), is_wrong=True)
        return
    if not is_journal(data):
        yield Finding(problems.no_journal(path), is_wrong=False)
        return
    entries, damaged = decode_lines(data)
    if damaged:
        repair = repair_other_journal(library, path) if fix and not library.read_only else ""
        text = f"{counted(damaged, 'line', 'is', 'are', of=path)} damaged."
        yield Finding(text, is_wrong=True, repair=repair)
    changes = counted(len(entries), "change", "counts", "count", of="another machine, which")
    yield Finding(f"{path} holds {changes} here too.", is_wrong=False)


def _check_other_files(library: LibraryFiles, *, fix: bool) -> Iterator[Finding]:
    for path in leftovers(library):
        repair = ""
        if fix and not library.read_only:
            with library.exclusive():
                remove_leftovers(library)
            repair = "Removed."
        yield Finding(f"{path} was left behind by a run that was killed while writing.", is_wrong=True, repair=repair)
    copies = [copy.path for copy in all_copies(library.path, library.disk)]
    if copies and fix and not library.read_only and not library.damage:
        for merged in merge_conflict_copies(library):
            if merged.problem:
                yield Finding(merged.problem, is_wrong=True)
                continue
            text, changes = f"{merged.source} is a conflict copy.", counted(merged.changes, "change")
            yield Finding(text, is_wrong=True, repair=f"Merged {changes}; kept as {merged.kept_as}.")
        compact(library)
    else:
        for copy in copies:
            yield Finding(f"{copy} is a conflict copy that is not merged yet.", is_wrong=True)
    _refuse_irregular_files(library)
    if not may_replace_backups(library.path, library.disk):
        text = (
            f"{library.path}{BACKUP} or {library.path}{BACKUP_JOURNAL} belongs to another program and is left alone: "
            "the state before the last rewrite is not kept. Move that file away."
        )
        yield Finding(text, is_wrong=True)
    known = backups.backups(library.path, library.disk)
    latest = f", the latest of {known[0].when:%Y-%m-%d %H:%M} UTC." if known else ""
    text = f"{counted(len(known), 'backup')}{latest}" if known else "No backups yet."
    yield Finding(text, is_wrong=False)


def counted(number: int, noun: str, one: str = "", many: str = "", *, of: str = "") -> str:
    """Return a number with its noun, what it is a part of, and its verb: `1 line of FILE is`, `2 lines of FILE are`."""
    words = f"{number:,} {noun if number == 1 else noun + 's'}", of and f"of {of}", one if number == 1 else many
    return " ".join(filter(None, words))


def _refuse_irregular_files(library: LibraryFiles) -> None:
    """Add to `disk.refused` the links, pipes and devices in the folder that have the name of a library file."""
    snapshot = os.path.basename(library.path)  # noqa: PTH119
    ours = tuple(f"{snapshot}{suffix}" for suffix in (BACKUP, ".journal-", ".undo-", ".tmp-"))
    for name in _names(library):
        if name.startswith(ours) and f"{library.folder}/{name}" != library.journal.path:
            library.disk.has_file(f"{library.folder}/{name}")


def _names(library: LibraryFiles) -> list[str]:
    try:
        return sorted(library.disk.names(library.folder))
    except OSError:
        return []
