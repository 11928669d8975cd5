"""The file that keeps the steps of earlier runs, which a compaction moves there from the journal.

It holds the journal's own entries, cut down to what undo needs. An entry is known by its stamp and the name of its
step, so saving the same journal twice changes nothing: after a crash between saving and the new journal, or by two
windows that end at once. Savers take turns by a lock on the file.
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
"""Lines at which the file is written again without those that no undo reaches."""
_MOST = 3 * _REWRITE_AT
"""Lines that it may then have; steps that are tied to each other are given up beyond."""
_DEADLINE = 5.0
_PAUSE = 0.001


def history_path(library: LibraryFiles) -> str:
    """Where a library keeps what this machine can undo."""
    return f"{library.path}.undo-{library.clock.replica}"


def read_entries(path: str, disk: Disk) -> list[Entry]:
    """The entries of a journal or history file; none if it cannot be read."""
    try:
        return decode_lines(read_end(path, disk, limits.HISTORY))[0]
    except OSError:
        return []


def older_entries(library: LibraryFiles) -> list[Entry]:
    """The entries of earlier runs and other windows that can be undone, oldest first."""
    # The journal first: a compaction in between moves its entries to the history file.
    in_journal = read_entries(library.journal.path, library.disk)
    return in_order([*read_entries(history_path(library), library.disk), *in_journal])


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """The parts of entries that undo needs, each once, in the order in which they were made."""
    once: dict[tuple[str, str, bool], Entry] = {}
    for entry in entries:
        if "u" in entry or "z" in entry:
            kept: Entry = {name: entry[name] for name in ("s", "u", "z") if name in entry}
            once.setdefault(_identity(kept), kept)
    return sorted(once.values(), key=_stamp)


def save_entries(path: str, entries: Iterable[Entry], disk: Disk) -> None:
    """Add the parts of journal entries that undo needs to the history file; on disk when this returns.

    Where something else has the file's name, nothing is added: that costs undo across restarts, a compaction that fails
    would cost more.

    Raises:
        OSError: The file could not be written, or another window holds it for too long.
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
            # What the drive refused once may be reported as written the next time: so write another file.
            _rewrite(path, [*known, *new], disk)


@contextlib.contextmanager
def _locked(path: str, disk: Disk) -> Iterator[int]:
    """Open the file that the path names, and hold its lock."""
    deadline = time.monotonic() + _DEADLINE
    while True:
        handle = disk.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            while not try_lock(handle):
                if time.monotonic() > deadline:
                    raise LockedError(path)
                time.sleep(_PAUSE)
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
    """Replace the file at once; only under its lock."""
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
    """The entries that make up what can be undone or redone, whichever places are open."""
    done, undone = replay(entries)
    latest = [entry["u"][0] for entry in entries if "u" in entry][-STEPS:]  # other places may still redo those
    names = {step.name for step in (*done[-STEPS:], *undone[-STEPS:])} | set(latest)
    wanted = _tied(names, [*done, *undone])
    kept = [entry for entry in entries if _name(entry) in wanted]
    shorter = _without_pairs(kept)
    if [each.name for each in replay(shorter)[0]] == [each.name for each in replay(kept)[0]]:
        kept = shorter
    if len(kept) <= _MOST:
        return kept
    return [entry for entry in kept if _name(entry) in set(latest)][-_MOST:]


def _tied(names: set[str], steps: Sequence[Step]) -> set[str]:
    """Add the steps without which others come to stand elsewhere: see `Step.joined`."""
    groups = [{each.name, each.name.removesuffix("~"), *each.joined} for each in steps if each.joined]
    while True:
        more = [group for group in groups if not group <= names and not names.isdisjoint(group)]
        if not more:
            return names
        names = names.union(*more)


def _without_pairs(entries: Sequence[Entry]) -> list[Entry]:
    """Leave out what was taken back and done again at once."""
    out: list[Entry] = []
    for entry in entries:
        if out and "z" in entry and out[-1].get("z") == [entry["z"][0], True] and entry["z"][1] is False:
            out.pop()
        else:
            out.append(entry)
    return out


def _identity(entry: Entry) -> tuple[str, str, bool]:
    return _stamp(entry), _name(entry), "u" in entry


def _name(entry: Entry) -> str:
    return str((entry.get("u") or entry.get("z") or [""])[0])


def _stamp(entry: Entry) -> str:
    return str(entry.get("s", ZERO))
