"""Opens the base, whoever wrote it last: as it is, as another program left it, or as far as it can be read."""

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


def signature(status: os.stat_result) -> Signature:
    """What changes when a file is replaced or written."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _holds_stray_header(base: SnapshotFile) -> bool:
    """Tell whether the header of another generation is among the records, where an earlier version had put it."""
    for table, (low, high) in base.tables.items():
        if has_sets(table.removesuffix(TOMBSTONES)) and base.source.read(min(high - low, 5), low) == b'"1": ':
            line = base.line(table, 1)
            if line is not None and FORMAT.encode() in line:
                return True
    return False


class SnapshotOpener:
    """The base at a path, and what there is to say of it.

    Args:
        path: The base.
        disk: Makes the system calls.
        clock: Gives the stamp for what was changed by hand.
    """

    def __init__(self, path: str, disk: Disk, clock: HybridClock) -> None:
        self._path, self._disk, self._clock = path, disk, clock
        self.damage = ""
        """What is wrong with the base, as sentences; empty where it is sound."""
        self.notice = ""
        """What another program did to the base, as a sentence; empty if nothing."""
        self.held_merge_sides = False
        """Whether both sides of a merge were found in the file: it is to be written again, and kept before."""
        self.newer = ""
        """Why the base is not to be written: a later version of the program wrote it, or it is not ours."""
        self.verified = False
        """Whether the checksum of the base was seen to be right, or does not count."""
        self.is_blank = False
        """Whether the file held nothing when it was first looked at, so that a base has to be written."""
        self._is_ours = False
        """Whether the file at the path was seen to be a library; what replaces it later is damage, and is said."""
        self._signature: Signature | None = None
        self._distrusted: Signature | None = None
        self._adopted: tuple[Signature, adoption.Adopted] | None = None
        self._adoption: tuple[Signature, adoption.Adoption] | None = None

    @property
    def exists(self) -> bool:
        """Whether there was a file when the base was opened last."""
        return self._signature is not None

    @property
    def device_and_inode(self) -> tuple[int, int] | None:
        """Device and inode of the file that was opened last."""
        return self._signature[:2] if self._signature is not None else None  # type: ignore[return-value]

    @property
    def is_adopting(self) -> bool:
        """Whether another process is still reading what somebody made of the base; until then it stays as it is."""
        return self._adoption is not None

    @property
    def has_adopted(self) -> bool:
        """Whether that process is done, so that `open` gives what it read."""
        return self._adoption is not None and self._adoption[1].is_done

    def wait(self) -> None:
        """Return once nothing is being adopted."""
        if self._adoption is not None:
            self._adoption[1].wait()

    def close(self) -> None:
        """Leave alone what is being adopted."""
        if self._adoption is not None:
            self._adoption[1].abandon()
            self._adoption = None

    def is_changed(self) -> bool:
        """Whether the path names another file than the one that was opened."""
        try:
            return signature(self._disk.stat(self._path)) != self._signature
        except (FileNotFoundError, NotADirectoryError):
            return self._signature is not None

    def distrust(self) -> None:
        """Take the file for a foreign one from now on, even if it looks like ours."""
        self._distrusted = self._signature

    def require_ours(self) -> str:
        """Refuse a file of another program; costs nothing once the file was seen to be a library.

        Returns:
            Why a file that holds nothing of ours, nor data of another program, is not to be written; else empty.

        Raises:
            StoreError: The file is another program's, or may not be read.
        """
        if self._is_ours:
            return ""
        verdict = require_ours(self._path, self._disk, may_be_debris=True)
        self._is_ours = verdict.owner in (Owner.OURS, Owner.EMPTY, Owner.NO_TABLES)
        self.is_blank = verdict.owner is Owner.EMPTY
        return str(problems.foreign(self._path, verdict.reason)) if verdict.owner is Owner.FOREIGN else ""

    def open(self, standing: SnapshotFile | None = None) -> SnapshotFile:
        """The base as it is now.

        Args:
            standing: What to go on with while a large foreign file is read by another process; without it, this waits.

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
                base = SnapshotFile(source)
                if not _holds_stray_header(base):
                    self.close()
                    return base
        except OSError as error:
            raise problems.unreadable(self._path, error) from error
        except (NotOurLayoutError, UnreadableError):
            pass
        adopted = self._adopt(here, source.size, may_wait=standing is None)
        if adopted is None:
            return standing or SnapshotFile(MemorySource(b""))
        self._adopted = (here, adopted)
        self.damage = problems.damaged(self._path, adopted.damage) if adopted.damage else ""
        self.newer = problems.newer(self._path, adopted.newer) if adopted.newer else not_ours
        self.notice = adopted.notice
        self.held_merge_sides = bool(adopted.healed)
        self.verified = True
        return adopted.snapshot

    def _adopt(self, here: Signature, size: int, *, may_wait: bool) -> adoption.Adopted | None:
        """The foreign file as a base; None while another process reads it."""
        if self._adopted is not None and self._adopted[0] == here:
            return self._adopted[1]
        if size > limits.FOREIGN_SNAPSHOT:
            raise limits.too_large(self._path, size, limits.FOREIGN_SNAPSHOT)
        from tui_reader.storage.recovery import adoption  # noqa: PLC0415 - 3 ms, for what hardly ever happens

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
