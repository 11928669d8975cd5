"""The session file: the view of a library when the reader ended, in this machine's state folder.

Losing the file costs the user a few keys, so it is not flushed to the disk, and an unreadable file is ignored.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import Any

from tui_reader.errors import StoreError
from tui_reader.storage.replication.replica import state_folder
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import private_folder
from tui_reader.storage.snapshot.wholefile import read_whole

_FOLDER = "sessions"
_LIMIT = 1 << 16
"""Maximum size of the file in bytes; it usually has 500."""


def read_session(key: str) -> dict[str, Any]:
    """Return the content of a library's session file; empty if there is no readable one.

    Args:
        key: Name of the file without its suffix, which identifies the library.
    """
    path = f"{os.path.realpath(state_folder())}/{_FOLDER}/{key}.json"
    try:
        record = json.loads(read_whole(path, Disk(), _LIMIT))
    except (OSError, ValueError, RecursionError, StoreError):
        return {}
    return record if isinstance(record, dict) else {}


def write_session(key: str, record: dict[str, Any]) -> None:
    """Replace the content of a library's session file.

    Args:
        key: Name of the file without its suffix, which identifies the library.
        record: The content as a JSON object; its fields are defined by `services.library.sessions` and `query_history`.

    Raises:
        OSError: The file could not be written.
    """
    disk = Disk()
    private_folder(state_folder(), disk, may_be_link=True)
    path = f"{private_folder(state_folder() / _FOLDER, disk)}/{key}"
    unfinished = f"{path}-{os.getpid()}.tmp"
    handle = disk.create(unfinished)
    try:
        disk.write(handle, json.dumps(record, ensure_ascii=True).encode("ascii"))
    finally:
        disk.close(handle)
    try:
        disk.rename(unfinished, f"{path}.json")
    except OSError:
        with contextlib.suppress(OSError):
            disk.unlink(unfinished)
        raise
