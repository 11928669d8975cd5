"""Compaction: write a new snapshot that contains the journals' changes, safe against a crash at any step.

1. Under the lock: copy the state and note how far the journal was read. Create a temporary file and lock it.
2. Without the lock, since this takes long: write the new snapshot and flush it to the drive.
3. Under the lock: if another process compacted or changed the snapshot during step 2, discard the new one. Otherwise
prepare a journal with the entries that were appended during step 2; give the old snapshot a second name; rename the new
   snapshot into place; flush the folder; rename the new journal into place; flush the folder. A crash in between leaves
   a journal whose entries the snapshot contains already: replaying them changes nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
from functools import partial
from typing import TYPE_CHECKING

from tui_reader.storage.engine.history_file import history_path, save_entries
from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.backups import keep
from tui_reader.storage.recovery.ownership import may_replace_backups
from tui_reader.storage.snapshot.generations import is_converted, keep_generation, origin
from tui_reader.storage.snapshot.journal import decode_lines
from tui_reader.storage.snapshot.lock import try_lock
from tui_reader.storage.snapshot.snapshot import BACKUP
from tui_reader.storage.snapshot.snapshot_writer import write_snapshot
from tui_reader.storage.snapshot.state import CompactionPlan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_reader.storage.engine.library_files import LibraryFiles
    from tui_reader.storage.snapshot.state import State


def compact(library: LibraryFiles, *, force: bool = False, despite_damage: bool = False) -> bool:
    """Write a new snapshot with all changes, and empty the journal.

    Args:
        library: The library to compact.
        force: True to write a new snapshot even if there are no changes.
        despite_damage: True to replace a damaged snapshot by its readable documents, instead of returning False. The
            caller must have made a copy of the file.

    Returns:
        True if the snapshot contains all changes after the call. False if nothing was written, without loss: another
        process compacts or changed the snapshot, or the snapshot is damaged or still being converted.

    Raises:
        StoreError: The new snapshot could not be written; the old one and the journal are unchanged.
    """
    with library.exclusive(partial(problems.not_compacted, journal=library.journal.path)):
        if library.opener.is_adopting or (library.damage and not despite_damage):
            return False
        if not (library.state.has_changes or library.opener.notice or library.damage or force):
            return True
        if library.journal.damaged:
            # The new snapshot will not contain the damaged lines, so make a copy of the journal.
            keep(library.path, library.journal.path, "damaged", library.disk)
            library.journal.damaged = 0
        state = library.state
        frozen = state.copy()
        offset = library.journal.offset
        content = library.journal.content()
        remove_leftovers(library)
        temporary, handle = library.temporary()
        try_lock(handle)
    try:
        try:
            if not library.opener.verified and not library.verify():
                return False
            plan = CompactionPlan(frozen)
            _copy_mode(library, handle)
            header = library.header()
            header |= origin(frozen.snapshot, content, header["hlc"])
            write_snapshot(handle, library.disk, frozen.snapshot, plan, header, possible_tables=plan.possible_tables())
            if library.disk.handles_block_renames:
                library.disk.close(handle)
                handle = -1
            save_entries(history_path(library), decode_lines(content)[0], library.disk)
            if library.opener.held_merge_sides:
                keep(library.path, library.path, "damaged", library.disk)
            return _swap(library, state, offset, temporary)
        finally:
            if handle >= 0:
                library.disk.close(handle)
            with contextlib.suppress(OSError):
                library.disk.unlink(temporary)
    except OSError as error:
        raise problems.not_compacted(library.path, error, library.journal.path) from error


def _swap(library: LibraryFiles, state: State, offset: int, temporary: str) -> bool:
    disk, path, journal = library.disk, library.path, library.journal
    with library.exclusive(partial(problems.not_compacted, journal=journal.path)):
        if library.state is not state or library.opener.is_changed():
            return False
        prepared = journal.prepare(journal.content(offset))
        is_from_other = library.opener.exists and is_converted(state.snapshot, library.opener.device_and_inode)
        kept = keep_generation(path, state.snapshot, journal.content()[:offset], disk, is_converted=is_from_other)
        kept += [] if is_from_other else _keep(library, path)
        if disk.handles_block_renames:
            library.state.snapshot.close()
        disk.rename(temporary, path)
        disk.sync_folder(library.folder)
        journal.replace(prepared)
        library.reload_after_compaction()
    is_replaced = may_replace_backups(path, disk)
    for source, target in kept:
        # After releasing the lock: this deletes the second-to-last generation, which takes 20 ms at 77 MB.
        with contextlib.suppress(OSError):
            if is_replaced:
                disk.rename(source, target)
            else:
                disk.unlink(source)
    return True


def _keep(library: LibraryFiles, source: str) -> list[tuple[str, str]]:
    """Give the snapshot, which is about to be replaced, a second name as the previous generation; ignore errors.

    Args:
        library: The library.
        source: Path of the snapshot.

    Returns:
        One pair: the temporary name, and the final name to rename it to. An empty list after an error.
    """
    target = f"{library.path}{BACKUP}"
    with contextlib.suppress(OSError):
        with contextlib.suppress(FileNotFoundError):
            library.disk.unlink(f"{target}.tmp")
        library.disk.link(source, f"{target}.tmp")
        return [(f"{target}.tmp", target)]
    return []


def _copy_mode(library: LibraryFiles, handle: int) -> None:
    with contextlib.suppress(OSError):
        library.disk.set_mode(handle, library.disk.stat(library.path).st_mode)


def leftovers(library: LibraryFiles) -> list[str]:
    """Return the paths of temporary snapshots that no process has locked: killed processes have left them."""
    return [path for path, is_dead in _temporaries(library, remove=False) if is_dead]


def remove_leftovers(library: LibraryFiles) -> None:
    """Remove temporary snapshots that killed processes have left. Call only with the lock of the library."""
    for _ in _temporaries(library, remove=True):
        pass


def _temporaries(library: LibraryFiles, *, remove: bool) -> Iterator[tuple[str, bool]]:
    ours = re.compile(rf"{re.escape(os.path.basename(library.path))}\.tmp-[0-9a-z]{{1,16}}-\d+-[0-9a-f]{{6}}")  # noqa: PTH119
    try:
        paths = [f"{library.folder}/{name}" for name in library.disk.names(library.folder) if ours.fullmatch(name)]
    except OSError:
        return
    for path in paths:
        with contextlib.suppress(OSError):
            handle = library.disk.open(path, os.O_RDWR)
            try:
                is_dead = try_lock(handle)
                if is_dead and remove:
                    library.disk.unlink(path)
                yield path, is_dead
            finally:
                library.disk.close(handle)
