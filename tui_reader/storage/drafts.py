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
from typing import TYPE_CHECKING, Any

from tui_reader.storage.disk import Disk
from tui_reader.storage.lock import try_lock
from tui_reader.storage.machine import state_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
        handle = disk.open(f"{path}.tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
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
            record = json.loads((self.folder / _DRAFT).read_bytes())
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

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
            (self.folder / _DRAFT).unlink(missing_ok=True)
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
    place = state_folder() / "drafts"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _ in range(_TRIES):
        folder = place / f"{_of(library)}-{os.urandom(4).hex()}"
        folder.mkdir(mode=0o700)
        handle = _open(folder)
        if try_lock(handle):
            Disk().sync_folder(str(place))
            return DraftFile(folder, handle)
        # Somebody looked into it just now; there is nothing in it yet.
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)
    raise OSError("no draft could be locked")


def drafts_left(library: str) -> Iterator[DraftFile]:
    """The drafts of a library whose writers have died, oldest first; each is ours from now on."""
    try:
        folders = [each for each in (state_folder() / "drafts").iterdir() if each.name.startswith(f"{_of(library)}-")]
        folders = sorted((each for each in folders if (each / _DRAFT).is_file()), key=lambda each: each.stat().st_mtime)
    except OSError:
        return
    for folder in folders:
        with contextlib.suppress(OSError):
            handle = _open(folder)
            if not try_lock(handle):
                os.close(handle)
            elif not (folder / _DRAFT).is_file():
                os.close(handle)  # its writer, or another window, was done with it meanwhile
                shutil.rmtree(folder, ignore_errors=True)
            else:
                yield DraftFile(folder, handle)


def _open(folder: Path) -> int:
    return os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)


def _of(library: str) -> str:
    return hashlib.blake2b(os.fsencode(os.path.realpath(library)), digest_size=10).hexdigest()
