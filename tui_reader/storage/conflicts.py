"""Finds the copies of a base that programs which sync folders leave where two machines changed it at once."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ENDINGS = (
    r"\.sync-conflict-\d{8}-\d{6}-\w+",  # Syncthing
    r" \(.*conflicted copy.*\)",  # Dropbox, Nextcloud
    r"_conflict-\d{8}-\d{6}",  # ownCloud
    r" \(\d+\)",  # Google Drive
)
"""What such a program puts between the name and the suffix of the copy that lost."""


def conflict_copies(path: str) -> list[str]:
    """The copies beside a base, sorted by name; none where the folder cannot be listed."""
    file = Path(path)
    stem, suffix = file.stem.casefold(), file.suffix.casefold()
    try:
        beside = [item.path for item in os.scandir(file.parent) if item.name.casefold().startswith(stem)]
    except OSError:
        return []
    copies = []
    for each in beside:
        name = Path(each).name
        ending = name[len(file.stem) : len(name) - len(file.suffix)]
        # Most starts find no ending at all, and need not compile a pattern.
        if ending and name.casefold().endswith(suffix) and re.fullmatch("|".join(_ENDINGS), ending, re.IGNORECASE):
            copies.append(each)
    return sorted(copies)
