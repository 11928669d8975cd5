"""Finds the copies that programs which sync folders leave where two machines changed a file at once."""

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
"""What such a program puts into the name of the copy that lost."""
_PLAIN_MARKS = (
    r" ?\(\d+\)",  # Google Drive
    r" \d+",  # iCloud
    r"-(?!(?:backup|bak|old|new|copy|orig|save|saved|test|tmp|temp|export|local|\d+)\b)[\w.-]+",  # OneDrive: a machine
)
"""What may also be a person's own copy, or another file: such a copy counts only if it says which library it is of."""
_HEAD = 1 << 16
_OWN_FORMAT = re.compile(rb'"format"\s*:\s*"%s"' % re.escape(FORMAT.encode()))
_LIBRARY = re.compile(rb'"library"\s*:\s*"([^"]{1,100})"')


class Copy(NamedTuple):
    """A conflict copy of one of a library's files."""

    path: str
    of: str
    """What it is a copy of: the end of that file's name after the snapshot's name, such as `.bak`; empty for itself."""

    @property
    def is_snapshot(self) -> bool:
        """Whether it holds documents by table: a copy of the snapshot, or of the generation before."""
        return self.of in ("", BACKUP)

    @property
    def is_journal(self) -> bool:
        """Whether it holds changes."""
        return self.of == BACKUP_JOURNAL or self.of.startswith(".journal-")


def conflict_copies(path: str, disk: Disk) -> list[str]:
    """List the copies of a snapshot, sorted by name; none where the folder cannot be listed.

    Links, pipes and the like are not among them: `disk.refused` names those. Nor are files of other programs that have
    such a name; they stay as they are.
    """
    return [copy.path for copy in all_copies(path, disk) if not copy.of]


def all_copies(path: str, disk: Disk) -> list[Copy]:
    """List the copies of all files of a library, sorted by name: those of the snapshot first."""
    folder, name = os.path.split(path)
    stem = _same(os.path.splitext(name)[0])  # noqa: PTH122 - a name, no path
    try:
        beside = [each for each in disk.names(folder) if len(each) > len(stem) and _same(each).startswith(stem)]
    except OSError:
        return []
    copies: list[Copy] = []
    for each in beside:
        for marks, is_plain in ((_MARKS, False), (_PLAIN_MARKS, True)):
            of = _original(each, name, marks)
            if of is not None and not (is_plain and of):
                copy = Copy(f"{folder}/{each}", of)
                if disk.has_file(copy.path) and _is_ours(copy, path, disk, by_id=is_plain):
                    copies.append(copy)
                break
    return sorted(copies, key=lambda copy: (bool(copy.of), copy.path))


def _same(name: str) -> str:
    """A name as file systems compare it that know no case, and some of which take letters and accents apart."""
    return unicodedata.normalize("NFC", name).casefold()


def _original(name: str, base: str, marks: tuple[str, ...]) -> str | None:
    """What the name of a copy says it is a copy of, after the snapshot's name; None if it is no copy.

    Programs put their mark before the last suffix, or at the end: so a name is one where leaving it out gives ours.
    """
    stem, suffix = os.path.splitext(_same(base))  # noqa: PTH122 - a name, no path
    name = _same(name)
    if name == stem + suffix:
        return None
    own = rf"(?:{re.escape(BACKUP_JOURNAL)}|{re.escape(BACKUP)}|\.(?:journal|undo)-[0-9a-z]{{1,16}})"
    mark = f"(?:{'|'.join(marks)})"
    forms = (
        rf"{re.escape(stem)}{mark}{re.escape(suffix)}(?P<of>{own})?",
        rf"{re.escape(stem + suffix)}{mark}(?P<of>{own})?",
        rf"{re.escape(stem + suffix)}(?P<of>{own}){mark}",
        rf"{re.escape(stem + suffix + BACKUP)}{mark}(?P<of>\.journal)",
    )
    for form in forms:
        if match := re.fullmatch(form, name):
            of = match["of"] or ""
            return BACKUP_JOURNAL if of == ".journal" else of
    return None


def _is_ours(copy: Copy, base: str, disk: Disk, *, by_id: bool) -> bool:
    """Tell whether a file is a copy of this library's files.

    Args:
        copy: The file.
        base: The snapshot.
        disk: Makes the system calls.
        by_id: Whether its header has to name this very library.
    """
    if not copy.is_snapshot:
        return is_our_journal(copy.path, disk)
    if not is_our_snapshot(copy.path, disk):
        return False
    return not by_id or _library(copy.path, disk) == _library(base, disk) != b""


def _library(path: str, disk: Disk) -> bytes:
    """The id of a library within the first bytes of a snapshot; empty if none can be read."""
    try:
        head = read_start(path, disk, _HEAD)
    except OSError:
        return b""
    match = _LIBRARY.search(head)
    return match[1] if match and _OWN_FORMAT.search(head) else b""
