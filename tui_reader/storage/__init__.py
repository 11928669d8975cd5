"""Storage of a library's state: the only package that uses TinyDB, journals and file locks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from tui_reader import paths
from tui_reader.storage.base import Store

if TYPE_CHECKING:
    from pathlib import Path

    from tui_reader.storage.tinydb_api import LibraryDB


def open_store(path: Path) -> Store:
    """Open the state file of a library; neither it nor its folder needs to exist before the first change.

    Args:
        path: The TinyDB JSON file, usually `library.json`. A symbolic link is followed.

    Raises:
        StoreError: The file exists and may not be read at all. A file with damaged content opens read-only instead.
    """
    # 15 ms, which only commands that use the state need.
    from tui_reader.storage.engine.library_files import LibraryFiles  # noqa: PLC0415
    from tui_reader.storage.engine.store import LibraryStore  # noqa: PLC0415
    from tui_reader.storage.replication.replica import replica_id  # noqa: PLC0415
    from tui_reader.storage.snapshot.disk import Disk  # noqa: PLC0415
    from tui_reader.storage.snapshot.private import private_folder  # noqa: PLC0415

    if path.parent == paths.data_dir():
        with contextlib.suppress(OSError):  # then the library is read-only, and its notices give the reason
            private_folder(path.parent, Disk(), may_be_link=True)
    return LibraryStore(LibraryFiles(path, replica_id()))


def machine_name() -> str:
    """Return the replica id of this machine, such as `k3f9`, which makes its timestamps and order keys unique."""
    from tui_reader.storage.replication.replica import replica_id  # noqa: PLC0415 - reads or makes a file

    return replica_id()


def __getattr__(name: str) -> Any:
    if name == "LibraryDB":
        # 20 ms for TinyDB, which most commands do not need
        from tui_reader.storage.tinydb_api import LibraryDB  # noqa: PLC0415

        return LibraryDB
    raise AttributeError(name)


__all__ = ["LibraryDB", "Store", "open_store"]
