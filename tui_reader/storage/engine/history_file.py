"""The undo file: undo steps of earlier runs, which a compaction moves from the journal to this file.

The file contains entries of the journal, reduced to the members that undo needs. An entry is identified by its
timestamp and the name of its step, so saving one journal twice changes nothing: after a crash between saving and the
new journal, or when two windows end at once. A lock on the file lets one process write at a time.
"""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

from tui_reader.storage.engine.history import STEPS, Step, replay
from tui_reader.storage.replication.hlc import ZERO
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import RefusedError
from tui_reader.storage.snapshot.journal import Entry, LockedError, decode_lines, encode_line, is_journal
from tui_reader.storage.snapshot.lock import try_lock
from tui_reader.storage.snapshot.wholefile import read_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.snapshot.disk import Disk

_REWRITE_AT = 6 * STEPS
"""Number of lines above which the file is rewritten without steps that can be neither undone nor redone."""
_MOST = 3 * _REWRITE_AT
"""Maximum number of lines after a rewrite; if more would remain, only the latest `STEPS` steps are kept."""
_LOCK_SECONDS = 5.0
"""Maximum time for acquiring the lock, in seconds."""
_RETRY_SECONDS = 0.001
"""Seconds between two attempts to acquire the lock."""


def history_path(library: LibraryFiles) -> str:
    """Return the path of the undo file of this replica."""
    return f"{library.path}.undo-{library.clock.replica}"


def read_entries(path: str, disk: Disk) -> list[Entry]:
    """Return the entries of a journal or an undo file; an empty list if the file cannot be read."""
    try:
        return decode_lines(read_end(path, disk, limits.HISTORY))[0]
    except OSError:
        return []


def older_entries(library: LibraryFiles) -> list[Entry]:
    """Return the entries for undo from the undo file and the journal, oldest first."""
    # Read the journal first: a compaction in between moves its entries to the undo file.
    in_journal = read_entries(library.journal.path, library.disk)
    return in_order([*read_entries(history_path(library), library.disk), *in_journal])


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries that have members for undo, reduced to these, without duplicates, sorted by timestamp."""
    once: dict[tuple[str, str, bool], Entry] = {}
    for entry in entries:
        if "u" in entry or "z" in entry:
            reduced: Entry = {name: entry[name] for name in ("s", "u", "z") if name in entry}
            once.setdefault(_identity(reduced), reduced)
    return sorted(once.values(), key=_timestamp)


def save_entries(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    """Append journal entries, reduced to the members for undo, to the undo file, and flush the file.

    If the file at this path is not an undo file, nothing is written: it is better to lose undo across restarts than to
    fail the compaction that calls this.

    Raises:
        OSError: The file could not be written, or another window locked it for more than five seconds.
    """
    new = in_order(entries)
    if new:
        with contextlib.suppress(RefusedError):
            _save(path, new, disk)


def _save(path: str, new: list[Entry], disk: Disk) -> None:
    with _locked(path, disk) as handle:
        size = disk.fstat(handle).st_size
        if size and not is_journal(disk.read_at(handle, 1 << 16, 0)):
            raise RefusedError(path, "is not an undo file of tui-reader")
        start = max(0, size - limits.HISTORY)
        data = disk.read_at(handle, size - start, start) if size else b""
        known = decode_lines(data)[0]
        seen = set(map(_identity, known))
        new = [entry for entry in new if _identity(entry) not in seen]
        if not new:
            return
        if len(known) + len(new) > _REWRITE_AT:
            _rewrite(path, _reachable(in_order([*known, *new])), disk)
            return
        torn = b"\n" if data and not data.endswith(b"\n") else b""
        disk.write(handle, torn + b"".join(map(encode_line, new)))
        try:
            disk.sync_data(handle)
        except OSError:
            # After a failed flush the system may report the next one as successful: so write another file.
            _rewrite(path, [*known, *new], disk)


@contextlib.contextmanager
def _locked(path: str, disk: Disk) -> Iterator[int]:
    """Yield a descriptor of the file, locked; open it again if another process replaced it before it was locked.

    Raises:
        LockedError: Another process has locked the file for more than `_LOCK_SECONDS`.
    """
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        handle = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            while not try_lock(handle):
                if time.monotonic() > deadline:
                    raise LockedError(path)
                time.sleep(_RETRY_SECONDS)
            if _is_named(path, handle, disk):
                yield handle
                return
        finally:
            disk.close(handle)


def _is_named(path: str, handle: int, disk: Disk) -> bool:
    mine = disk.fstat(handle)
    try:
        named = disk.stat(path)
    except FileNotFoundError:
        return False
    return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino)


def _rewrite(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    """Replace the undo file atomically. The caller must have locked the file."""
    temporary = f"{path}.tmp"
    handle = disk.create(temporary)
    try:
        disk.write(handle, b"".join(map(encode_line, entries)))
        disk.sync_data(handle)
    finally:
        disk.close(handle)
    disk.rename(temporary, path)
    disk.sync_folder(os.path.dirname(path))  # noqa: PTH120


def _reachable(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries of steps that some window can undo or redo, whichever of the library's folders it has open."""
    combined: list[Step] = []
    done, undone = replay(entries, combined=combined)
    # The latest steps are kept whatever their state: windows with other folders may still redo them.
    latest = [entry["u"][0] for entry in entries if "u" in entry][-STEPS:]
    names = {step.name for step in (*done[-STEPS:], *undone[-STEPS:])} | set(latest)
    # Include combined steps that a later step discarded: without their entries, the replay would list them again.
    wanted = _with_dependent(names, combined)
    kept = [entry for entry in entries if _name(entry) in wanted]
    order = [each.name for each in replay(kept)[0]]
    for nested in (False, True):
        shorter = _without_pairs(kept, nested=nested)
        if (not nested or len(kept) > _REWRITE_AT // 2) and [each.name for each in replay(shorter)[0]] == order:
            kept = shorter
    if len(kept) <= _MOST:
        return kept
    return [entry for entry in kept if _name(entry) in set(latest)][-_MOST:]


def _with_dependent(names: set[str], steps: Sequence[Step]) -> set[str]:
    """Return step names, extended by all names that a combined step connects to one of them.

    A combined step, the new step that it is named after, and the steps that it undoes must be replayed together.

    Args:
        names: Names of the steps to keep.
        steps: The combined steps.
    """
    groups = [{each.name, each.name.removesuffix("~"), *each.joined} for each in steps if each.joined]
    while True:
        more = [group for group in groups if not group <= names and not names.isdisjoint(group)]
        if not more:
            return names
        names = names.union(*more)


def _without_pairs(entries: Sequence[Entry], *, nested: bool) -> list[Entry]:
    """Return entries without each pair of an undo and the redo of the same step directly after it.

    Args:
        entries: Entries, oldest first.
        nested: Also remove the pairs around a removed pair. This shortens the result. But after a crash, a journal that
            begins between the two entries of such a pair would be replayed with its steps in another order.
    """
    out: list[Entry] = []
    follows = False
    for entry in entries:
        if follows and "z" in entry and out[-1].get("z") == [entry["z"][0], True] and entry["z"][1] is False:
            out.pop()
            follows = nested and bool(out)
        else:
            out.append(entry)
            follows = True
    return out


def _identity(entry: Entry) -> tuple[str, str, bool]:
    return _timestamp(entry), _name(entry), "u" in entry


def _name(entry: Entry) -> str:
    return str((entry.get("u") or entry.get("z") or [""])[0])


def _timestamp(entry: Entry) -> str:
    return str(entry.get("s", ZERO))
