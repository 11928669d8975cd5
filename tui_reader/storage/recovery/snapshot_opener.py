"""Opening of the snapshot, whichever program wrote it, and however damaged it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.ownership import Owner, require_ours
from tui_reader.storage.replication.registers import has_sets
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.snapshot import (
    FORMAT,
    TOMBSTONES,
    FileSource,
    MemorySource,
    NotOurLayoutError,
    SnapshotFile,
    UnreadableError,
)

if TYPE_CHECKING:
    import os

    from tui_reader.storage.recovery import adoption
    from tui_reader.storage.replication.hlc import HybridClock
    from tui_reader.storage.snapshot.disk import Disk

Signature = tuple[int, ...]
"""Device, inode, size and modification time of a file."""


def signature(status: os.stat_result) -> Signature:
    """Return the attributes of a file that change when the file is replaced or written."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _has_header_among_records(snapshot: SnapshotFile) -> bool:
    """Return True if a table of records contains a library's header, as an earlier version of the program wrote."""
    for table, (low, high) in snapshot.tables.items():
        if has_sets(table.removesuffix(TOMBSTONES)) and snapshot.source.read(min(high - low, 5), low) == b'"1": ':
            line = snapshot.line(table, 1)
            if line is not None and FORMAT.encode() in line:
                return True
    return False


class SnapshotOpener:
    """Opens the snapshot at a path, and collects the problems and changes to report about it.

    Args:
        path: The snapshot.
        disk: Makes the system calls.
        clock: Makes the timestamp for values that other programs edited.
    """

    def __init__(self, path: str, disk: Disk, clock: HybridClock) -> None:
        self._path, self._disk, self._clock = path, disk, clock
        self.damage = ""
        """Damage of the snapshot, as sentences for the user; empty if it is intact."""
        self.notice = ""
        """What another program changed in the snapshot, as a sentence for the user; empty if nothing."""
        self.held_merge_sides = False
        """True if the file contained two sides of a merge, so that it must be copied to the backups and rewritten."""
        self.newer = ""
        """Reason why the snapshot must not be written, as sentences: a later version or another program wrote it.

        Empty if it may be written.
        """
        self.verified = False
        """True if the snapshot's checksum was compared with its bytes, or need not be since the file was converted."""
        self.is_blank = False
        """True if the file was empty when its owner was determined, so that a snapshot must be written to it."""
        self._is_ours = False
        """True once the file was accepted as a library; if it has other content later, that is reported as damage."""
        self._signature: Signature | None = None
        """The signature of the file that was opened last; None if there was no file."""
        self._distrusted: Signature | None = None
        """The signature of the file for which `distrust` was called; None without one."""
        self._adopted: tuple[Signature, adoption.Adopted] | None = None
        """Signature and content of the file that was converted last, so that it is not converted again."""
        self._adoption: tuple[Signature, adoption.Adoption] | None = None
        """Signature of the file that a subprocess is converting, and the subprocess; None without one."""

    @property
    def exists(self) -> bool:
        """True if the file existed at the last opening of the snapshot."""
        return self._signature is not None

    @property
    def device_and_inode(self) -> tuple[int, int] | None:
        """Device and inode of the file that was opened last; None if there was no file."""
        return self._signature[:2] if self._signature is not None else None  # type: ignore[return-value]

    @property
    def is_adopting(self) -> bool:
        """True if a subprocess is converting the file to this program's layout; the file must not be written."""
        return self._adoption is not None

    @property
    def has_adopted(self) -> bool:
        """True if the converting subprocess has ended, so that `open` returns the converted snapshot."""
        return self._adoption is not None and self._adoption[1].is_done

    def wait(self) -> None:
        """Block until no subprocess is converting the file to this program's layout."""
        if self._adoption is not None:
            self._adoption[1].wait()

    def close(self) -> None:
        """Kill the subprocess that is converting the file to this program's layout, if one is running."""
        if self._adoption is not None:
            self._adoption[1].abandon()
            self._adoption = None

    def is_changed(self) -> bool:
        """Return True if the file was replaced, written, created or removed since it was opened."""
        try:
            return signature(self._disk.stat(self._path)) != self._signature
        except (FileNotFoundError, NotADirectoryError):
            return self._signature is not None

    def distrust(self) -> None:
        """Make the next `open` convert the file as if another program had written it, unless it has changed by then."""
        self._distrusted = self._signature

    def require_ours(self) -> str:
        """Raise an error if the file belongs to another program; the file is not read again once it was accepted.

        Returns:
            Sentences that the file must not be written, if it contains only remnants such as `{`; else empty.

        Raises:
            StoreError: The file belongs to another program, or cannot be read.
        """
        if self._is_ours:
            return ""
        verdict = require_ours(self._path, self._disk, accept_without_data=True)
        self._is_ours = verdict.owner in (Owner.OURS, Owner.EMPTY, Owner.NO_TABLES)
        self.is_blank = verdict.owner is Owner.EMPTY
        return str(problems.foreign(self._path, verdict.reason)) if verdict.owner is Owner.FOREIGN else ""

    def open(self, fallback: SnapshotFile | None = None) -> SnapshotFile:
        """Open the snapshot in its current state.

        Args:
            fallback: Returned while a subprocess is still converting a large file. If it is None, the method blocks
                until the conversion is done.

        Returns:
            The snapshot, converted if it was not in this program's layout; empty if there is no file.

        Raises:
            StoreError: The file cannot be read at all, or is another program's.
        """
        self.damage = self.notice = self.newer = ""
        self.verified = self.held_merge_sides = False
        not_ours = self.require_ours()
        try:
            source = FileSource(self._path, self._disk)
        except (FileNotFoundError, NotADirectoryError):
            self._signature = None
            self.close()
            return SnapshotFile(MemorySource(b""))
        except OSError as error:
            raise problems.unreadable(self._path, error) from error
        self._signature = here = signature(source.status)
        try:
            if source.size and here != self._distrusted:
                snapshot = SnapshotFile(source)
                if not _has_header_among_records(snapshot):
                    self.close()
                    return snapshot
        except OSError as error:
            raise problems.unreadable(self._path, error) from error
        except (NotOurLayoutError, UnreadableError):
            pass
        adopted = self._adopt(here, source.size, may_wait=fallback is None)
        if adopted is None:
            return fallback or SnapshotFile(MemorySource(b""))
        self._adopted = (here, adopted)
        self.damage = problems.damaged(self._path, adopted.damage) if adopted.damage else ""
        self.newer = problems.newer(self._path, adopted.newer) if adopted.newer else not_ours
        self.notice = adopted.notice
        self.held_merge_sides = bool(adopted.joined_sides)
        self.verified = True
        return adopted.snapshot

    def _adopt(self, here: Signature, size: int, *, may_wait: bool) -> adoption.Adopted | None:
        """Convert the file to this program's layout: a small file in this process, a large one in a subprocess.

        Args:
            here: The signature of the file.
            size: The size of the file in bytes.
            may_wait: True to block until the subprocess has ended.

        Returns:
            The converted file; None if the subprocess is still running.
        """
        if self._adopted is not None and self._adopted[0] == here:
            return self._adopted[1]
        if size > limits.FOREIGN_SNAPSHOT:
            raise limits.too_large(self._path, size, limits.FOREIGN_SNAPSHOT)
        from tui_reader.storage.recovery import adoption  # noqa: PLC0415 - 3 ms, and hardly ever needed

        if size <= adoption.SMALL:
            try:
                return adoption.adopt(self._path, self._clock.now(), self._disk)
            except OSError as error:
                raise problems.unreadable(self._path, error) from error
        if self._adoption is None or self._adoption[0] != here:
            self.close()
            self._adoption = (here, adoption.Adoption(self._path, self._clock.now(), self._disk))
        if not (may_wait or self._adoption[1].is_done):
            return None
        adopted = self._adoption[1].result()
        self._adoption = None
        return adopted
