"""Finds the copies of a base that programs which sync folders leave where two machines changed it at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_reader.storage.disk import Disk

_ENDINGS = (
    r"\.sync-conflict-\d{8}-\d{6}-\w+",  # Syncthing
    r" \(.*conflicted copy.*\)",  # Dropbox, Nextcloud
    r"_conflict-\d{8}-\d{6}",  # ownCloud
    r" \(\d+\)",  # Google Drive
)
"""What such a program puts between the name and the suffix of the copy that lost."""


def conflict_copies(path: str, disk: Disk) -> list[str]:
    """List the copies beside a base, sorted by name; none where the folder cannot be listed.

    Links, pipes and the like are not among them: `disk.refused` names those.
    """
    file = Path(path)
    stem, suffix = file.stem.casefold(), file.suffix.casefold()
    try:
        beside = [name for name in disk.names(str(file.parent)) if name.casefold().startswith(stem)]
    except OSError:
        return []
    copies = []
    for name in beside:
        ending = name[len(file.stem) : len(name) - len(file.suffix)]
        # Most starts find no ending at all, and need not compile a pattern.
        if ending and name.casefold().endswith(suffix) and re.fullmatch("|".join(_ENDINGS), ending, re.IGNORECASE):
            copies.append(f"{file.parent}/{name}")
    return sorted(filter(disk.has_file, copies))
