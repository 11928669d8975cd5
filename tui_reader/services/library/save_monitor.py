"""Watches over changes on their way to the disk, so that a slow or full one is told and a fast one is not."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import wait
from typing import TYPE_CHECKING

from tui_reader.errors import ReaderError
from tui_reader.services.library.events import Listener, Saved, Saving, StoreFailed, noop

if TYPE_CHECKING:
    from tui_reader.storage.base import Receipt

PATIENCE = 0.1
"""Seconds after which a change that is not durable is worth a word."""


REASONS = ("disk full", "read-only", "held by another window", "not enough memory", "saving has stopped", "closed")
"""What the sentence about unsaved changes may say, in the words that a warning has room for."""
OTHER_REASON = "disk error"


def warning_of(unsaved: str) -> str:
    """Shorten the sentence about unsaved changes to one for the first row: `NOT saved: disk full (3)`.

    Args:
        unsaved: The sentence, which begins with the number of changes; empty if all are saved.
    """
    if not unsaved:
        return ""
    reason = next((each for each in REASONS if each in unsaved.casefold()), OTHER_REASON)
    number = unsaved.split(maxsplit=1)[0]
    return f"NOT saved: {reason} ({number})" if number[:1].isdecimal() else f"NOT saved: {reason}"


class SaveMonitor:
    """Waits for receipts in a thread of its own: `Saving` when one takes long, `Saved` when all are through."""

    def __init__(self) -> None:
        self.listener: Listener = noop
        self.latest: Receipt | None = None
        """The last change that was made, whether it is on disk or not."""
        self._pending: deque[tuple[float, Receipt]] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def track(self, receipt: Receipt) -> None:
        """Follow a change until it is on disk; returns at once."""
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
        """Wait until every change so far is on disk, so long at most; whether it is."""
        with self._changed:
            receipts = [receipt for _, receipt in self._pending]
        return not wait(receipts, seconds).not_done

    def close(self) -> None:
        """Stop watching."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        told = False
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closed)
                if self._closed:
                    return
                since, receipt = self._pending[0]
            if self._done_within(receipt, since + PATIENCE - time.monotonic()):
                with self._changed:
                    self._pending.popleft()
                    empty = not self._pending
                self._report(receipt)
                if told and empty:
                    told = False
                    self.listener(Saved())
            else:
                told = True
                self.listener(Saving(time.monotonic() - since))
                self._done_within(receipt, PATIENCE)

    @staticmethod
    def _done_within(receipt: Receipt, seconds: float) -> bool:
        """Whether a receipt completes in time, one way or the other."""
        return bool(wait((receipt,), max(0.0, seconds)).done)

    def _report(self, receipt: Receipt) -> None:
        error = None if receipt.cancelled() else receipt.exception()
        if error is not None:
            self.listener(StoreFailed(str(error) if isinstance(error, ReaderError) else f"Not saved: {error}."))
