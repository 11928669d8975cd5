"""Detection of network file systems, on which flushes and locks are unreliable."""

from __future__ import annotations

import os
from pathlib import Path

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs", "davfs"})
_MOUNTS = Path("/proc/self/mountinfo")


def network_kind(folder: str, mounts: Path = _MOUNTS) -> str:
    """Return the kind of network file system that contains a folder; empty if it is local or unknown.

    Args:
        folder: An absolute path without symbolic links.
        mounts: The file with the mount table in the format of Linux (proc(5), `/proc/pid/mountinfo`).
    """
    if os.name == "nt":
        return "a network share" if folder.startswith("\\\\") else ""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = fields[4].encode().decode("unicode_escape")  # a space in a path is written \040
        if len(point) >= len(best) and (folder == point or folder.startswith(point.rstrip("/") + "/")):
            best, kind = point, after.split()[0]
    return kind if kind in _NETWORK else ""


def warning(folder: str) -> str:
    """Return a warning for the user if the folder is on a network file system; else an empty text."""
    kind = network_kind(folder)
    if not kind:
        return ""
    return (
        f"{folder} lies on a network file system ({kind}): changes are as safe as its server makes them. "
        "Do not open this library on two machines at once there."
    )
