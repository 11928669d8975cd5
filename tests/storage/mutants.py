"""Look for losses in the store of whatever package is imported: a mutant of it, or the real one.

    python -m tests.storage.mutants FOLDER CHECK...

Runs the checks until one of them finds something, prints that and returns `NOTICED`.
"""

from __future__ import annotations

import shutil
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tests.storage import crashes, damaged_files, faults, windows
from tui_reader.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable

NOTICED = 3
"""Status of a run that found something; a failure of the run itself gives another one."""


def _crashes(folder: Path, quick: Path) -> list[str]:
    return crashes.check(crashes.record(folder), quick, every=crashes.EVERY)[1]


def _faults(quick: Path, *calls: str) -> list[str]:
    return faults.run_all(quick, tuple(fault for fault in faults.FAULTS if fault.call in calls))[1]


CHECKS: dict[str, Callable[[Path, Path], list[str]]] = {
    "windows": lambda folder, _: windows.look(folder / "windows"),
    "torn": lambda _, quick: list(islice(damaged_files.journals(quick, (1,)), 1)),
    "crashes": _crashes,
    "failing writes": lambda _, quick: _faults(quick, "write_some", "cut"),
    "failing flushes": lambda _, quick: _faults(quick, "sync_data"),
}


def main() -> int:
    folder, *checks = sys.argv[1:]
    place = Path(folder) / "found"
    place.mkdir()
    quick = crashes.quick_folder(place)
    try:
        for check in checks:
            try:
                found = CHECKS[check](place, quick)
            except StoreError as error:
                found = [f"raised {error!r}"]
            if found:
                print(*found)
                return NOTICED
    finally:
        shutil.rmtree(quick, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
