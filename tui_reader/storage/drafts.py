"""What is being written and not saved yet, in files that outlive the program if it dies.

Each draft is a folder in the machine's own state folder: `draft.json` says what it is, `lock` is held by the program
that writes it and by an editor that it has started, and `note.md` is what such an editor edits. Whoever gets the lock
of a folder in which there is a draft knows that its writer has died.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader.errors import StoreError
from tui_reader.storage.replication.replica import state_folder
from tui_reader.storage.snapshot import limits
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.lock import try_lock
from tui_reader.storage.snapshot.private import private_folder
from tui_reader.storage.snapshot.wholefile import read_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

_DRAFT, _LOCK, _NOTE = "draft.json", "lock", "note.md"
_OWN = {_DRAFT, f"{_DRAFT}.tmp", _LOCK, _NOTE}
_TRIES = 5


class DraftFile:
    """A draft on disk, ours as long as this process lives. The methods wait for the disk."""

    def __init__(self, folder: Path, handle: int) -> None:
        """Use `new_draft` or `drafts_left`."""
        self.folder, self.lock = folder, handle
        self._disk = Disk()

    @property
    def note(self) -> Path:
        """The file that an editor edits."""
        return self.folder / _NOTE

    def write(self, record: dict[str, Any]) -> None:
        """Keep a record in the place of the last one; on disk when this returns.

        Raises:
            OSError: It could not be kept.
        """
        disk, path = self._disk, str(self.folder / _DRAFT)
        handle = disk.create(f"{path}.tmp")
        try:
            disk.write(handle, json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"))
            disk.sync(handle)
        finally:
            disk.close(handle)
        disk.rename(f"{path}.tmp", path)
        disk.sync_folder(str(self.folder))

    def read(self) -> dict[str, Any]:
        """The record; empty where there is none that can be read."""
        try:
            record = json.loads(read_whole(str(self.folder / _DRAFT), self._disk, limits.DRAFT))
        except (OSError, ValueError, StoreError):
            return {}
        return record if isinstance(record, dict) else {}

    def write_note(self, text: str) -> None:
        """Put a text into the file that an editor edits.

        Raises:
            OSError: It could not be written.
            ValueError: The text holds half a character.
        """
        data = text.encode("utf-8")
        handle = self._disk.create(str(self.note))
        try:
            self._disk.write(handle, data)
        finally:
            self._disk.close(handle)

    def read_note(self) -> str:
        """What an editor made of that file; empty where it cannot be read."""
        try:
            data = read_whole(str(self.note), self._disk, limits.DRAFT)
        except (OSError, StoreError):
            return ""
        return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def has_others(self) -> bool:
        """Whether an editor has put something beside the note, such as its own rescue file."""
        try:
            return not _OWN.issuperset(os.listdir(self.folder))  # noqa: PTH208 - names, no paths
        except OSError:
            return False

    def remove(self, *, spare_others: bool = False) -> None:
        """Take the draft away, and let go of it; `spare_others` leaves the folder with what an editor put into it."""
        with contextlib.suppress(OSError):
            self._disk.unlink(str(self.folder / _DRAFT))
        self.release()
        if not (spare_others and self.has_others):
            shutil.rmtree(self.folder, ignore_errors=True)

    def release(self) -> None:
        """Let go of it: whoever comes next may take it."""
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


def new_draft(library: str) -> DraftFile:
    """Begin a draft.

    Args:
        library: The base of the library that it belongs to.

    Raises:
        OSError: There is no place to keep drafts in, or its file system knows no locks.
    """
    disk = Disk()
    private_folder(state_folder(), disk, may_be_link=True)
    place = Path(private_folder(state_folder() / "drafts", disk))
    for _ in range(_TRIES):
        folder = place / f"{_of(library)}-{os.urandom(4).hex()}"
        folder.mkdir(mode=0o700)
        handle = _open(folder, disk)
        if try_lock(handle):
            disk.sync_folder(str(place))
            return DraftFile(folder, handle)
        # Somebody looked into it just now; there is nothing in it yet.
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)
    raise OSError("no draft could be locked")


def drafts_left(library: str) -> Iterator[DraftFile]:
    """The drafts of a library whose writers have died, oldest first; each is ours from now on."""
    disk = Disk()
    place = f"{os.path.realpath(state_folder())}/drafts"
    try:
        names = [name for name in disk.names(place) if name.startswith(f"{_of(library)}-")]
        folders = [Path(place, name) for name in names if disk.has_file(f"{place}/{name}/{_DRAFT}")]
        folders.sort(key=lambda each: each.stat().st_mtime)
    except OSError:
        return
    for folder in folders:
        with contextlib.suppress(OSError):
            handle = _open(folder, disk)
            if not try_lock(handle):
                os.close(handle)
            elif not disk.has_file(str(folder / _DRAFT)):
                os.close(handle)  # its writer, or another window, was done with it meanwhile
                shutil.rmtree(folder, ignore_errors=True)
            else:
                yield DraftFile(folder, handle)


def _open(folder: Path, disk: Disk) -> int:
    return disk.open(str(folder / _LOCK), os.O_RDWR | os.O_CREAT)


def _of(library: str) -> str:
    return hashlib.blake2b(os.fsencode(os.path.realpath(library)), digest_size=10).hexdigest()
