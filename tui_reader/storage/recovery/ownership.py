"""Decision, from the beginning of a file, whether the file belongs to a library of this program.

Nothing is written before the owner is known.

A file is this program's if its content shows it: a header of the format in the table `meta`, timestamps of this
program in its records, or records with this program's fields in the tables `articles` and `annotations`. Damaged
bytes count as this program's if they name the format or contain such timestamps, or if a journal or a backup by this
program is in the same folder. Other programs call their files `library.json` too (package manifests, databases of
books); neither such files nor any file in their folder are written.
"""

from __future__ import annotations

import contextlib
import os
from enum import Enum, auto
from typing import NamedTuple

from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.recognition import BEGINNING, HEAD, Content, has_data, judge
from tui_reader.storage.snapshot.disk import Disk, RefusedError
from tui_reader.storage.snapshot.journal import is_journal
from tui_reader.storage.snapshot.snapshot import BACKUP, BACKUP_JOURNAL

TAIL = 1 << 16
"""Number of bytes to read from the end of a file that does not begin like a snapshot and is larger than `HEAD`."""


class Owner(Enum):
    """What a state file is: none, empty, this program's, or another program's."""

    NONE = auto()
    """There is no file."""
    EMPTY = auto()
    """The file is empty; a library may be started in it at the user's request."""
    NO_TABLES = auto()
    """The file contains the JSON object `{}`, as any program may write it; it is used only if the user named it."""
    OURS = auto()
    """The file is a library of this program, intact or damaged."""
    NO_FILE = auto()
    """The path is a folder, a pipe or a device."""
    FOREIGN = auto()
    """The file belongs to another program: neither it nor any file in its folder is written."""


class Verdict(NamedTuple):
    """Which program a file belongs to, and the reason if it is not this program."""

    owner: Owner
    reason: str = ""
    """Reason why the file is foreign, as a clause such as “it holds a list”; empty if it is not foreign."""
    has_data: bool = False
    """False if the file contains only remnants, such as `{`; a foreign file of this kind may be opened read-only."""

    @property
    def is_ours(self) -> bool:
        """True if the file is a library of this program."""
        return self.owner is Owner.OURS

    @property
    def is_empty(self) -> bool:
        """True if the file is empty, and nothing beside it shows that it was a library."""
        return self.owner is Owner.EMPTY

    @property
    def is_foreign(self) -> bool:
        """True if the file must not be taken for a library: another program's, `{}`, a folder, a pipe or a device."""
        return self.owner in (Owner.FOREIGN, Owner.NO_TABLES, Owner.NO_FILE)


def owner_of(path: str | os.PathLike[str], disk: Disk | None = None, *, named: bool = False) -> Verdict:
    """Determine which program a state file belongs to; reads at most 320 kB and never blocks on a pipe.

    Args:
        path: The state file, such as `library.json`.
        disk: Makes the system calls.
        named: True if the user named this file. A file that was only found is foreign if it is a symbolic link out
            of its folder: otherwise the sender of a folder could choose which of the user's files is written.

    Raises:
        StoreError: The file cannot be read, so its owner is not known.
    """
    name, disk = os.fspath(path), disk or Disk()
    real = os.path.realpath(name)
    if not named and _leads_out(name):
        return Verdict(Owner.FOREIGN, "it is a symbolic link out of its folder", has_data=True)
    try:
        head, tail, size = _read(real, disk)
    except (FileNotFoundError, NotADirectoryError):
        return Verdict(Owner.NONE)
    except RefusedError as error:
        return Verdict(Owner.NO_FILE, f"it {error.reason}", has_data=True)
    except OSError as error:
        raise problems.unreadable(name, error) from error
    content, reason = judge(head, tail, size)
    if content is not Content.OURS and _is_ours_by_neighbours(real, disk, content):
        content = Content.OURS
    owners = {
        Content.OURS: Owner.OURS,
        Content.EMPTY: Owner.EMPTY,
        Content.NO_TABLES: Owner.NO_TABLES,
    }
    return Verdict(owners.get(content, Owner.FOREIGN), reason, has_data(head, size))


def require_ours(path: str, disk: Disk | None = None, *, accept_without_data: bool = False) -> Verdict:
    """Raise an error if a state file is foreign (`Verdict.is_foreign`).

    Args:
        path: The file, which the user named.
        disk: Makes the system calls.
        accept_without_data: True to accept a foreign file that contains only remnants (`Verdict.has_data`).

    Returns:
        Which program the file belongs to.

    Raises:
        StoreError: The file is foreign, or cannot be read.
    """
    verdict = owner_of(path, disk, named=True)
    if verdict.is_foreign and (verdict.has_data or not accept_without_data):
        if verdict.owner is Owner.NO_FILE:
            raise problems.unreadable(path, RefusedError(path, verdict.reason.removeprefix("it ")))
        raise problems.foreign(path, verdict.reason)
    return verdict


def is_our_snapshot(path: str, disk: Disk) -> bool:
    """Return True if a file is a snapshot of this program by its content, intact or damaged.

    Returns:
        False for links and other irregular files, for content of other programs, and if the file cannot be read.
    """
    try:
        head, tail, size = _read(path, disk)
    except OSError:
        return False
    return judge(head, tail, size)[0] is Content.OURS


def foreign_copy(path: str, disk: Disk) -> str:
    """Return the reason why a file is no copy of a library: it is empty, another program's, or not JSON.

    Returns:
        The reason, as a clause; empty if the file is this program's, intact or damaged, so that the error from parsing
        it says more.

    Raises:
        OSError: The file cannot be read.
    """
    head, tail, size = _read(os.path.realpath(path), disk)
    content, reason = judge(head, tail, size)
    return reason if content in (Content.OTHER, Content.EMPTY, Content.BROKEN) else ""


def is_our_journal(path: str, disk: Disk) -> bool:
    """Return True if a file is a journal or an undo file of this program, even with an incomplete first line.

    Returns:
        False also for a link or another irregular file, and if the file cannot be read.
    """
    try:
        head, _, _ = _read(path, disk)
    except OSError:
        return False
    return is_journal(head)


def may_replace_backups(snapshot: str, disk: Disk) -> bool:
    """Return True if a compaction may overwrite the files next to the snapshot that keep its previous generation.

    These are the previous snapshot and its journal. A link with such a name is replaced without changing its target.

    Returns:
        False if one of the two is a file of another program.
    """
    with contextlib.suppress(OSError):
        head, tail, size = _read(f"{snapshot}{BACKUP}", disk)
        if judge(head, tail, size)[0] in (Content.OTHER, Content.BROKEN):
            return False
    return not disk.has_file(f"{snapshot}{BACKUP_JOURNAL}") or is_our_journal(f"{snapshot}{BACKUP_JOURNAL}", disk)


def _leads_out(path: str) -> bool:
    if not os.path.islink(path):  # noqa: PTH114 - a path as text
        return False
    folder = os.path.realpath(os.path.dirname(path) or ".")  # noqa: PTH120
    target = os.path.realpath(path)
    return os.path.commonpath([folder, target]) != folder


def _read(path: str, disk: Disk) -> tuple[bytes, bytes, int]:
    """Return the bytes of a regular file at its beginning and its end, and its size in bytes; `judge` explains them.

    Raises:
        OSError: The file cannot be opened or read; a `RefusedError` if it is a folder, a link, a pipe or a device.
    """
    handle = disk.open(path, os.O_RDONLY)
    try:
        size = disk.fstat(handle).st_size
        head, tail = disk.read_at(handle, len(BEGINNING), 0), b""
        if head != BEGINNING:
            head = disk.read_at(handle, HEAD, 0)
            tail = disk.read_at(handle, TAIL, max(HEAD, size - TAIL)) if size > HEAD else b""
    finally:
        disk.close(handle)
    return head, tail, max(size, len(head))


def _is_ours_by_neighbours(path: str, disk: Disk, content: Content) -> bool:
    """Return True if files in the folder of a damaged file show that it was a library of this program.

    A backup by this program proves that the folder contained a snapshot. A journal proves it only if the file itself is
    not a valid file of another program, since earlier versions of this program wrote journals next to such files.
    """
    if is_our_snapshot(f"{path}{BACKUP}", disk):
        return True
    if content is Content.OTHER:
        return False
    folder, prefix = os.path.dirname(path) or ".", f"{os.path.basename(path)}.journal-"  # noqa: PTH119, PTH120
    try:
        names = [name for name in disk.names(folder) if name.startswith(prefix)]
    except OSError:
        return False
    return any(is_our_journal(f"{folder}/{name}", disk) for name in names)
