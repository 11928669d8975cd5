"""Decides from its first bytes whether a file belongs to a library of this program; nothing is written before that.

A file is ours if it says so: a header of our format in the table `meta`, time stamps of ours in its records, or records
of our shape in the tables `articles` and `annotations`. Damaged bytes are ours if they name the format or carry such
stamps, or if a journal or a backup of ours stands beside them. Other programs call their files `library.json` too
(package manifests, databases of books), and those are never written, nor anything beside them.
"""

from __future__ import annotations

import contextlib
import os
from enum import Enum, auto
from typing import NamedTuple

from tui_reader.storage.recovery import problems
from tui_reader.storage.recovery.recognition import BEGINNING, HEAD, Content, has_data, judge
from tui_reader.storage.snapshot.disk import Disk, RefusedError
from tui_reader.storage.snapshot.snapshot import BACKUP, BACKUP_JOURNAL

TAIL = 1 << 16
"""Bytes that are read of the end of a larger file whose beginning does not tell."""


class Owner(Enum):
    """Whose a file is."""

    NONE = auto()
    """There is no file."""
    EMPTY = auto()
    """It holds nothing, so that a library may begin in it where that is asked for."""
    NO_TABLES = auto()
    """It is the JSON object `{}`, which does not say whose it is: only a caller that names this very file writes it."""
    OURS = auto()
    """It is a library, sound or damaged."""
    NO_FILE = auto()
    """A folder, a pipe or a device has its name."""
    FOREIGN = auto()
    """Another program's: it is never written, nor anything beside it."""


class Verdict(NamedTuple):
    """Whose a file is, and why it is not ours."""

    owner: Owner
    reason: str = ""
    """Of a foreign file: what it is, as a clause such as “it holds a list”."""
    has_data: bool = False
    """Whether a foreign file holds data; debris such as `{` or zero bytes only may be shown, and is not written."""

    @property
    def is_ours(self) -> bool:
        """Whether it is a library of this program."""
        return self.owner is Owner.OURS

    @property
    def is_foreign(self) -> bool:
        """Whether it is another program's, as far as it says."""
        return self.owner in (Owner.FOREIGN, Owner.NO_TABLES, Owner.NO_FILE)


def owner_of(path: str | os.PathLike[str], disk: Disk | None = None, *, named: bool = False) -> Verdict:
    """Say whose the state file at a path is; reads at most 320 kB and never waits for a pipe.

    Args:
        path: The state file, such as `library.json`.
        disk: Makes the system calls.
        named: Whether the user named this very file. One that was only found is foreign if it is a symbolic link out
            of its folder: the sender of a folder could otherwise choose which of the user's files is written.

    Raises:
        StoreError: The file may not be read, so nobody can say.
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
    if content is not Content.OURS and _is_vouched_for(real, disk, content):
        content = Content.OURS
    owners = {
        Content.OURS: Owner.OURS,
        Content.EMPTY: Owner.EMPTY,
        Content.NO_TABLES: Owner.NO_TABLES,
    }
    return Verdict(owners.get(content, Owner.FOREIGN), reason, has_data(head, size))


def require_ours(path: str, disk: Disk | None = None, *, may_be_debris: bool = False) -> Verdict:
    """Refuse a state file of another program.

    Args:
        path: The file, which the user named.
        disk: Makes the system calls.
        may_be_debris: Let a foreign file pass that holds no data.

    Raises:
        StoreError: It is foreign, or may not be read.
    """
    verdict = owner_of(path, disk, named=True)
    if verdict.is_foreign and (verdict.has_data or not may_be_debris):
        if verdict.owner is Owner.NO_FILE:
            raise problems.unreadable(path, RefusedError(path, verdict.reason.removeprefix("it ")))
        raise problems.foreign(path, verdict.reason)
    return verdict


def is_our_snapshot(path: str, disk: Disk) -> bool:
    """Say whether a copy or a backup of a base is ours by itself, whatever stands beside it.

    Returns:
        True if it is a regular file, no link, that says so, sound or damaged.
    """
    try:
        head, tail, size = _read(path, disk)
    except OSError:
        return False
    return judge(head, tail, size)[0] is Content.OURS


def foreign_copy(path: str, disk: Disk) -> str:
    """Say why a file is not to be merged: it is sound and another program's.

    Returns:
        What it is, as a clause; empty if it is ours, or damaged so that its parser has more to say.
    """
    head, tail, size = _read(os.path.realpath(path), disk)
    content, reason = judge(head, tail, size)
    return reason if content in (Content.OTHER, Content.EMPTY) else ""


def is_our_journal(path: str, disk: Disk) -> bool:
    """Say whether a journal or an undo file is ours; one that was only begun counts.

    Returns:
        True if it is a regular file, no link, that says so.
    """
    try:
        head, _, _ = _read(path, disk)
    except OSError:
        return False
    from tui_reader.storage.snapshot.journal import is_journal  # noqa: PLC0415 - only where a journal is looked at

    return is_journal(head)


def may_replace_backups(base: str, disk: Disk) -> bool:
    """Say whether the generation before and its journal may be replaced by the next ones.

    Returns:
        False if a file of another program has the name of either. A link is replaced itself, whatever it leads to.
    """
    with contextlib.suppress(OSError):
        head, tail, size = _read(f"{base}{BACKUP}", disk)
        if judge(head, tail, size)[0] in (Content.OTHER, Content.BROKEN):
            return False
    return not disk.has_file(f"{base}{BACKUP_JOURNAL}") or is_our_journal(f"{base}{BACKUP_JOURNAL}", disk)


def _leads_out(path: str) -> bool:
    if not os.path.islink(path):  # noqa: PTH114 - a path as text
        return False
    folder = os.path.realpath(os.path.dirname(path) or ".")  # noqa: PTH120
    target = os.path.realpath(path)
    return os.path.commonpath([folder, target]) != folder


def _read(path: str, disk: Disk) -> tuple[bytes, bytes, int]:
    """The beginning and the end of a regular file, and its size.

    Raises:
        OSError: It cannot be opened or read; a `RefusedError` where it is a folder, a link, a pipe or a device.
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


def _is_vouched_for(path: str, disk: Disk, content: Content) -> bool:
    """Whether what stands beside a file tells that it was ours before it was damaged.

    A backup of ours does: there was a base of ours here. A journal does where the file itself is no document of another
    program, since earlier versions put journals beside those.
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
