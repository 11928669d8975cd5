"""Removal of damaged lines from journals, after copying the damaged journal to the backups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.recovery import backups
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.journal import HEAD, decode_lines, encode_line
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from tui_reader.storage.engine.library_files import LibraryFiles


def repair_own_journal(library: LibraryFiles) -> str:
    """Write the undamaged lines of this machine's journal to the snapshot, and begin a new journal.

    Returns:
        What was repaired, as a sentence; empty, without a repair, if another instance is compacting.

    Raises:
        StoreError: The snapshot or the journal cannot be written.
    """
    with library.exclusive():
        kept = backups.keep(library.path, library.journal.path, "damaged", library.disk)
        library.journal.damaged = 0
    if not compact(library, force=True):
        return ""
    return f"The undamaged lines were written to the file; the damaged journal is kept as {kept}."


def repair_other_journal(library: LibraryFiles, path: str) -> str:
    """Rewrite another machine's journal without its damaged lines, after copying it to the backups.

    Args:
        library: The library that the journal belongs to.
        path: The journal.

    Returns:
        What was repaired, as a sentence.

    Raises:
        StoreError: The journal cannot be read or written.
    """
    disk, temporary = library.disk, f"{path}.tmp"
    with library.exclusive():
        entries, _ = decode_lines(read_whole(path, disk, limits.JOURNAL))
        kept = backups.keep(library.path, path, "damaged", disk)
        handle = disk.create(temporary)
        try:
            disk.write(handle, HEAD + b"".join(map(encode_line, entries)))
            disk.sync_data(handle)
        finally:
            disk.close(handle)
        disk.rename(temporary, path)
        disk.sync_folder(library.folder)
    return f"Its {len(entries):,} undamaged lines are kept; the damaged journal is kept as {kept}."
