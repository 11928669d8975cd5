"""Search for conflict copies: files that sync programs create when two machines change one file concurrently."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.storage.recovery.ownership import is_our_journal, is_our_snapshot
from tui_reader.storage.snapshot.snapshot import BACKUP, BACKUP_JOURNAL, FORMAT
from tui_reader.storage.snapshot.wholefile import read_start

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.disk import Disk

_WORD = (
    "(?:conflict|conflit|konflik|conflito|конфликт|конфлікт|競合|冲突|衝突|충돌|ristiriit|çakış|ütköz|σύγκρουση|تعارض|"
    "ขัดแย้ง|xung đột)"
)
_MARKS = (
    r"[.~]sync-conflict-\d{8}-\d{6}(?:-\w+)?",  # Syncthing
    rf" ?\(.*{_WORD}.*\)",  # Dropbox in many languages, Nextcloud, Seafile, Google Drive for desktops, Tresorit
    rf" ?\[.*{_WORD}.*\]",  # pCloud
    r"[ ._-]conflict(?:ed)?(?:[ ._-][\w .@-]*|\d*|\(\d+\))?",  # ownCloud, Resilio, Unison
)
"""Regular expressions of the texts that sync programs add to the name of the version that they do not keep.

Examples: `.sync-conflict-20260201-183005-K3F9XYZ`, ` (conflicted copy 2026-02-01)`, `_conflict-20260201-183005`.
"""
_PLAIN_MARKS = (
    r" ?\(\d+\)",  # Google Drive
    r" \d+",  # iCloud
    r"-(?!(?:backup|bak|old|new|copy|orig|save|saved|test|tmp|temp|export|local|\d+)\b)[\w.-]+",  # OneDrive: a machine
)
"""Regular expressions of texts that sync programs add, but users too, such as ` (1)`.

A file with such a name counts as a conflict copy only if its header contains the id of the library.
"""
_HEAD_BYTES = 1 << 16
"""Number of bytes at the beginning of a file in which its header is searched for."""
_OWN_FORMAT = re.compile(rb'"format"\s*:\s*"%s"' % re.escape(FORMAT.encode()))
_LIBRARY = re.compile(rb'"library"\s*:\s*"([^"]{1,100})"')
"""Pattern of the library's id in a header, `"library":"5f…"`; group 1 is the id."""


class Copy(NamedTuple):
    """A conflict copy of one of a library's files."""

    path: str
    of: str
    """Which file was copied: its suffix after the snapshot's name, such as `.bak`; empty for the snapshot itself."""

    @property
    def is_snapshot(self) -> bool:
        """True if the copied file is the snapshot or the previous generation."""
        return self.of in ("", BACKUP)

    @property
    def is_journal(self) -> bool:
        """True if the copied file is a journal, of any replica or of the previous generation."""
        return self.of == BACKUP_JOURNAL or self.of.startswith(".journal-")


def conflict_copies(path: str, disk: Disk) -> list[str]:
    """List the paths of a snapshot's conflict copies, sorted by name; empty if the folder cannot be listed.

    Links, pipes and devices with such a name are left out and added to `disk.refused`. Files of other programs are left
    out, too.
    """
    return [copy.path for copy in all_copies(path, disk) if not copy.of]


def all_copies(path: str, disk: Disk) -> list[Copy]:
    """List the conflict copies of all files of a library: those of the snapshot first, then the others, by name.

    `conflict_copies` says which files are left out.

    Args:
        path: The snapshot.
        disk: Makes the system calls.
    """
    folder, name = os.path.split(path)
    stem = _normalized(os.path.splitext(name)[0])  # noqa: PTH122 - a name, no path
    try:
        candidates = [
            each for each in disk.names(folder) if len(each) > len(stem) and _normalized(each).startswith(stem)
        ]
    except OSError:
        return []
    copies: list[Copy] = []
    for each in candidates:
        for marks, is_plain in ((_MARKS, False), (_PLAIN_MARKS, True)):
            of = _original(each, name, marks)
            if of is not None and not (is_plain and of):
                copy = Copy(f"{folder}/{each}", of)
                if disk.has_file(copy.path) and _is_ours(copy, path, disk, by_id=is_plain):
                    copies.append(copy)
                break
    return sorted(copies, key=lambda copy: (bool(copy.of), copy.path))


def _normalized(name: str) -> str:
    """Return a form of a file name that is equal for names that differ only in case or in the encoding of accents.

    Some file systems change case and encoding.
    """
    return unicodedata.normalize("NFC", name).casefold()


def _original(name: str, snapshot: str, marks: tuple[str, ...]) -> str | None:
    """Return which file of the library was copied, if a file name is that of a conflict copy.

    Sync programs insert their mark before a suffix of the name, or append it. So a name is that of a copy if, without
    the mark, it is the name of a library file.

    Args:
        name: The file name.
        snapshot: The name of the snapshot.
        marks: Regular expressions of the marks, such as `_MARKS`.

    Returns:
        The suffix of the copied file after the snapshot's name, such as `.bak`; empty for the snapshot. None if the
        name is not that of a conflict copy.
    """
    stem, suffix = os.path.splitext(_normalized(snapshot))  # noqa: PTH122 - a name, no path
    name = _normalized(name)
    if name == stem + suffix:
        return None
    own = rf"(?:{re.escape(BACKUP_JOURNAL)}|{re.escape(BACKUP)}|\.(?:journal|undo)-[0-9a-z]{{1,16}})"
    mark = f"(?:{'|'.join(marks)})"
    forms = (
        # library (conflict).json, library (conflict).json.bak
        rf"{re.escape(stem)}{mark}{re.escape(suffix)}(?P<of>{own})?",
        # library.json (conflict), library.json (conflict).bak, library.json (conflict).journal-k3f9
        rf"{re.escape(stem + suffix)}{mark}(?P<of>{own})?",
        # library.json.bak (conflict), library.json.journal-k3f9 (conflict)
        rf"{re.escape(stem + suffix)}(?P<of>{own}){mark}",
        # library.json.bak (conflict).journal, a copy of library.json.bak.journal
        rf"{re.escape(stem + suffix + BACKUP)}{mark}(?P<of>\.journal)",
    )
    for form in forms:
        if match := re.fullmatch(form, name):
            of = match["of"] or ""
            return BACKUP_JOURNAL if of == ".journal" else of
    return None


def _is_ours(copy: Copy, snapshot: str, disk: Disk, *, by_id: bool) -> bool:
    """Return True if a file that is named like a conflict copy contains a snapshot or a journal of this program.

    Args:
        copy: The file.
        snapshot: Path of the library's snapshot.
        disk: Makes the system calls.
        by_id: True if a snapshot must also contain the id of this library.
    """
    if not copy.is_snapshot:
        return is_our_journal(copy.path, disk)
    if not is_our_snapshot(copy.path, disk):
        return False
    return not by_id or _library_id(copy.path, disk) == _library_id(snapshot, disk) != b""


def _library_id(path: str, disk: Disk) -> bytes:
    """Return the library id from the beginning of a snapshot; empty if it has no id or is unreadable."""
    try:
        head = read_start(path, disk, _HEAD_BYTES)
    except OSError:
        return b""
    match = _LIBRARY.search(head)
    return match[1] if match and _OWN_FORMAT.search(head) else b""
