"""Drafts: unsaved notes that are being written, in files that survive a crash.

Each draft is a folder in this machine's state folder: `draft.json` contains the draft, `lock` is locked by the program
that writes the draft and by the editor that the program started, and `note.md` is the file that the editor edits. If
the lock of a folder with a draft can be acquired, the program that wrote the draft has ended without removing it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader.errors import StoreError
from tui_reader.model.hashing import blake2b
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
"""Maximum number of folders that are created for one draft: another process may lock a new one first."""


class DraftFile:
    """The folder of one draft, locked by this process. Its methods block until the disk operation is done."""

    def __init__(self, folder: Path, handle: int) -> None:
        """Store the folder and the descriptor of its lock file. Only `new_draft` and `drafts_left` call this."""
        self.folder, self.lock = folder, handle
        self._disk = Disk()

    @property
    def note(self) -> Path:
        """Path of `note.md`, the file with the note's text that an external editor edits."""
        return self.folder / _NOTE

    def write(self, record: dict[str, Any]) -> None:
        """Replace the content of `draft.json`; the new content is on disk when the call returns.

        Args:
            record: The draft's fields as JSON values; `services.annotations.drafts` defines them.

        Raises:
            OSError: The file could not be written.
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
        """Return the content of `draft.json`; empty if the file is missing or unreadable."""
        try:
            record = json.loads(read_whole(str(self.folder / _DRAFT), self._disk, limits.DRAFT))
        except (OSError, ValueError, StoreError):
            return {}
        return record if isinstance(record, dict) else {}

    def write_note(self, text: str) -> None:
        """Replace the content of `note.md`, the file that an external editor edits.

        Raises:
            OSError: The file could not be written.
            ValueError: The text contains half of a surrogate pair.
        """
        data = text.encode("utf-8")
        handle = self._disk.create(str(self.note))
        try:
            self._disk.write(handle, data)
        finally:
            self._disk.close(handle)

    def read_note(self) -> str:
        """Return the text of `note.md`, the file that an external editor edits; empty if it cannot be read."""
        try:
            data = read_whole(str(self.note), self._disk, limits.DRAFT)
        except (OSError, StoreError):
            return ""
        return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")

    @property
    def has_others(self) -> bool:
        """True if the folder contains files that this program did not write, such as a swap file of the editor."""
        try:
            return not _OWN.issuperset(os.listdir(self.folder))  # noqa: PTH208 - names, no paths
        except OSError:
            return False

    def remove(self, *, keep_other_files: bool = False) -> None:
        """Delete `draft.json`, release the lock, and delete the folder.

        Args:
            keep_other_files: Keep the folder if it contains files that this program did not write (`has_others`).
        """
        with contextlib.suppress(OSError):
            self._disk.unlink(str(self.folder / _DRAFT))
        self.release()
        if not (keep_other_files and self.has_others):
            shutil.rmtree(self.folder, ignore_errors=True)

    def release(self) -> None:
        """Release the lock without deleting the draft, so that the next start of the program finds it."""
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


def new_draft(library: str) -> DraftFile:
    """Create the folder of a new draft, and lock it.

    Args:
        library: Path of the snapshot of the library that the draft belongs to.

    Raises:
        OSError: The state folder cannot be used, or its file system has no locks.
    """
    disk = Disk()
    private_folder(state_folder(), disk, may_be_link=True)
    drafts = Path(private_folder(state_folder() / "drafts", disk))
    for _ in range(_TRIES):
        folder = drafts / f"{_of(library)}-{os.urandom(4).hex()}"
        folder.mkdir(mode=0o700)
        handle = _open(folder, disk)
        if try_lock(handle):
            disk.sync_folder(str(drafts))
            return DraftFile(folder, handle)
        # Another process is looking for drafts and has locked this folder, which is still empty.
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)
    raise OSError("no draft could be locked")


def drafts_left(library: str) -> Iterator[DraftFile]:
    """Yield a library's drafts that remain after a crash, oldest first, each locked by this process."""
    disk = Disk()
    drafts = f"{os.path.realpath(state_folder())}/drafts"
    try:
        names = [name for name in disk.names(drafts) if name.startswith(f"{_of(library)}-")]
        folders = [Path(drafts, name) for name in names if disk.has_file(f"{drafts}/{name}/{_DRAFT}")]
        folders.sort(key=lambda each: each.stat().st_mtime)
    except OSError:
        return
    for folder in folders:
        with contextlib.suppress(OSError):
            handle = _open(folder, disk)
            if not try_lock(handle):
                os.close(handle)
            elif not disk.has_file(str(folder / _DRAFT)):
                os.close(handle)  # its writer, or another window, removed the draft in the meantime
                shutil.rmtree(folder, ignore_errors=True)
            else:
                yield DraftFile(folder, handle)


def _open(folder: Path, disk: Disk) -> int:
    return disk.open(str(folder / _LOCK), os.O_RDWR | os.O_CREAT)


def _of(library: str) -> str:
    return blake2b(os.fsencode(os.path.realpath(library)), digest_size=10).hexdigest()
