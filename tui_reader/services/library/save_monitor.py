"""Watch changes until they are on disk, and report a slow, full or failing disk."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import wait
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.services.library.events import Listener, Saved, Saving, StoreFailed, noop

if TYPE_CHECKING:
    from tui_reader.storage.base import Receipt, Store

REPORT_SECONDS = 0.1
"""Seconds after which a change that is not on disk is reported, and between two such reports."""

REASONS = ("disk full", "read-only", "held by another window", "not enough memory", "saving has stopped", "closed")
"""Reasons for unsaved changes, from the store's message, that are short enough for the warning."""
OTHER_REASON = "disk error"
"""Text of the warning for every reason that is not in `REASONS`."""


def warning_of(unsaved: str) -> str:
    """Shorten the sentence about unsaved changes to a warning, such as `NOT saved: disk full (3)`.

    Args:
        unsaved: The sentence, which begins with the number of changes; empty if all are saved.
    """
    if not unsaved:
        return ""
    reason = next((each for each in REASONS if each in unsaved.casefold()), OTHER_REASON)
    number = unsaved.split(maxsplit=1)[0]
    return f"NOT saved: {reason} ({number})" if number[:1].isdecimal() else f"NOT saved: {reason}"


class SaveMonitor:
    """A thread that sends `Saving` while a change takes long to be on disk, then `Saved`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.listener: Listener = noop
        self.latest: Receipt | None = None
        """Receipt of the last change, saved or not."""
        self._pending: deque[tuple[float, Receipt]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def track(self, receipt: Receipt) -> None:
        """Watch a change until it is on disk; returns at once."""
        self.latest = receipt
        if self._store.read_only:
            # Never written: the change is lost at the end of the program; `Library.warning` reports this.
            return
        if receipt.done():
            self._report(receipt)
            return
        with self._changed:
            self._pending.append((time.monotonic(), receipt))
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="saving", daemon=True)
                self._thread.start()
            if len(self._pending) == 1:
                self._changed.notify()

    def wait(self, seconds: float) -> bool:
        """Wait until every change made so far is on disk or could not be written.

        Args:
            seconds: Longest wait.

        Returns:
            True if no change is pending any more, even if one has failed; False if the time was too short.
        """
        with self._changed:
            receipts = [receipt for _, receipt in self._pending]
        return not wait(receipts, seconds).not_done

    def close(self) -> None:
        """Stop the thread that watches unsaved changes."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        """Watch changes, the oldest first, until closed; runs in the thread."""
        reported = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closed)
                if self._closed:
                    return
                since, receipt = self._pending[0]
            if self._done_within(receipt, since + REPORT_SECONDS - time.monotonic()):
                with self._changed:
                    self._pending.popleft()
                    empty = not self._pending
                self._report(receipt)
                if reported and empty:
                    reported = False
                    self.listener(Saved())
            else:
                reported = True
                self.listener(Saving(time.monotonic() - since))
                self._done_within(receipt, REPORT_SECONDS)

    @staticmethod
    def _done_within(receipt: Receipt, seconds: float) -> bool:
        """Wait until a change is on disk or has failed.

        Returns:
            True if the change was saved or failed within the time.
        """
        return bool(wait((receipt,), max(0.0, seconds)).done)

    def _report(self, receipt: Receipt) -> None:
        """Send `StoreFailed` if a change could not be written."""
        error = None if receipt.cancelled() else receipt.exception()
        if error is not None:
            self.listener(StoreFailed(str(error) if isinstance(error, ReaderError) else f"Not saved: {error}."))
