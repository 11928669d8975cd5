"""How many files a scan has read, in the first row."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MANY_FILES = 200
"""Number of files from which the progress of a scan is shown at once."""
LONG_SECONDS = 1.0
"""Seconds after which it is shown in any case: a few saved pages or books may take long."""


class ScanProgressDisplay:
    """Shows the progress of a scan that has many files or takes long, until the scan has read them all."""

    def __init__(self, show: Callable[[str], None]) -> None:
        """Store the function that shows a text, and removes it if the text is empty."""
        self._show = show
        self._began: float | None = None

    def update(self, done: int, total: int) -> None:
        """Show that `done` of `total` files were read; `total` is 0 while the folders are being listed."""
        if total and done >= total:
            self.end()
            return
        if self._began is None:
            self._began = monotonic()
        if total > MANY_FILES or (total and monotonic() >= self._began + LONG_SECONDS):
            self._show(f"reading {done:,} of {total:,}")

    def end(self) -> None:
        """Remove the progress: the scan has ended."""
        self._began = None
        self._show("")
