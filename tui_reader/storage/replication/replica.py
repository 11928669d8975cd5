"""The replica id: the short name of this machine in timestamps and journals."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from tui_reader.model.hashing import blake2b
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import private_folder

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 4
"""Number of characters of a new replica id."""
_READ_SIZE = 100
"""Maximum number of bytes to read from the file that contains the replica id."""
_ID = re.compile(r"[0-9a-z]{1,16}")
"""Pattern of a valid replica id; it may be longer than a new one."""


def state_folder() -> Path:
    """Return the folder for files that must stay on this machine: the reader's XDG state folder."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state.startswith("/") else Path.home() / ".local" / "state") / "tui-reader"


def replica_id(folder: Path | None = None) -> str:
    """Return the short text that distinguishes this machine from others that share a library, such as `k3f9`.

    Its four letters and digits are chosen at random once and saved outside the library's folder, since that folder may
    be synced to other machines. If they cannot be saved, they are derived from the host's name.

    Args:
        folder: The folder in which the id is saved; by default the XDG state folder of the reader.
    """
    disk = Disk()
    try:
        file = f"{private_folder(folder or state_folder(), disk, may_be_link=True)}/machine"
        return _read(file, disk) or _draw(file, disk) or _from_host_name()
    except OSError:
        return _from_host_name()


def _draw(file: str, disk: Disk) -> str:
    """Choose a replica id, save it in a file, and return it; or return the id that another process has just saved."""
    drawn = _letters(os.urandom(_ID_LENGTH))
    temporary = f"{file}.{os.getpid()}"
    handle = disk.create(temporary)
    try:
        disk.write(handle, f"{drawn}\n".encode())
        disk.link(temporary, file)  # fails if another process has saved an id: then that id is used
    except FileExistsError:
        return _read(file, disk)
    finally:
        disk.close(handle)
        disk.unlink(temporary)
    return drawn


def _read(file: str, disk: Disk) -> str:
    """Return the replica id that a file contains; empty if it contains no valid one or cannot be opened."""
    try:
        handle = disk.open(file, os.O_RDONLY)
    except OSError:
        return ""
    try:
        disk.close_to_others(handle)
        known = disk.read_at(handle, _READ_SIZE, 0).decode("ascii", "replace").strip()
    finally:
        disk.close(handle)
    return known if _ID.fullmatch(known) else ""


def _from_host_name() -> str:
    return _letters(blake2b(socket.gethostname().encode(), digest_size=_ID_LENGTH).digest())


def _letters(data: bytes) -> str:
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in data)
