"""Time a change of all articles of a library: how long the caller is blocked, and when it is on disk.

    python scripts/bench_bulk.py [--count 5000] [--rounds 5]

For each verb: the milliseconds until the verb returns (the interface waits for that), and until the change is durable;
then the same for its undo. Median and worst of the rounds. The first row is the first change of a library whose
articles have no records yet, which also records their files. The next columns are the processor's time of the calling
thread and of the writer's thread, which other programs on the machine change less. The last column is the time until
sources and tags are counted, which the interface does after it has shown the change.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tui_reader.model.query import Shelf, View
from tui_reader.services.library.events import ScanFinished
from tui_reader.services.library.opening import open_library

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.services.library.events import Event
    from tui_reader.services.library.library import Library
    from tui_reader.storage.base import Receipt

MILLISECONDS = 1000


def scan(library: Library) -> None:
    """Wait until every article is in the catalogue."""
    found: list[Event] = []
    library.start(found.append)
    while not any(isinstance(event, ScanFinished) for event in found) or not library.is_scan_taken_in:
        time.sleep(0.05)
        library.sync()


class Watch:
    """Measures changes of one library."""

    def __init__(self, library: Library) -> None:
        self._store = cast("Any", library.reading._state.store)
        self._catalogue = library.catalogue
        self._receipts: list[Receipt] = []
        self._written = 0.0
        submit, save = self._store._submit, self._store._writer._save

        def submitted(*arguments: Any) -> Receipt:
            receipt: Receipt = submit(*arguments)
            self._receipts.append(receipt)
            return receipt

        def saved(batch: list[Any]) -> None:
            began = time.thread_time()
            save(batch)
            self._written += time.thread_time() - began

        self._store._submit, self._store._writer._save = submitted, saved

    def timed(self, run: Callable[[], object]) -> tuple[float, ...]:
        """Return the figures of a change: the columns of the table, in milliseconds."""
        self._receipts.clear()
        self._written = 0.0
        used, began = time.thread_time(), time.perf_counter()
        run()
        blocked, used = time.perf_counter() - began, time.thread_time() - used
        for receipt in self._receipts:
            receipt.result(30)
        durable = time.perf_counter() - began
        time.sleep(0.2)
        began = time.perf_counter()
        self._catalogue.counts()
        counted = time.perf_counter() - began
        return tuple(each * MILLISECONDS for each in (blocked, durable, used, self._written, counted))


def show(name: str, figures: Sequence[tuple[float, ...]]) -> None:
    """Print one row."""
    blocked, durable, used, written, counted = zip(*figures, strict=True)
    sys.stdout.write(
        f"{name:<28}{statistics.median(blocked):>9.1f}{max(blocked):>9.1f}"
        f"{statistics.median(durable):>11.1f}{max(durable):>9.1f}"
        f"{statistics.median(used):>11.1f}{statistics.median(written):>9.1f}{statistics.median(counted):>9.1f}\n"
    )


def measure(folder: Path, rounds: int) -> None:
    """Measure every verb on all articles."""
    library = open_library([folder], state=folder.parent / "library.json")
    scan(library)
    # As in the app (`tui/app.py`).
    gc.freeze()
    gc.set_threshold(2_000, 2_000, 1_000_000)
    sys.setswitchinterval(0.001)
    watch = Watch(library)
    ids = library.catalogue.ids(View(Shelf.INBOX))
    reading = library.reading
    sys.stdout.write(f"{len(ids):,} articles{'':<15}{'blocked, ms':>18}{'durable, ms':>20}{'processor, ms':>20}\n")
    sys.stdout.write(
        f"{'':<28}{'median':>9}{'worst':>9}{'median':>11}{'worst':>9}{'caller':>11}{'writer':>9}{'counts':>9}\n"
    )
    show("read, first change of all", [watch.timed(lambda: reading.set_read(ids, read=True))])
    show("  undo", [watch.timed(reading.undo)])
    verbs: dict[str, Callable[[], object]] = {
        "read": lambda: reading.set_read(ids, read=True),
        "star": lambda: reading.set_starred(ids, starred=True),
        "archive": lambda: reading.set_archived(ids, archived=True),
        "tag +x": lambda: reading.edit_tags(ids, ["x"], []),
        "up_next": lambda: reading.add_up_next(ids),
    }
    for name, verb in verbs.items():
        there, back = [], []
        for _ in range(rounds):
            there.append(watch.timed(verb))
            back.append(watch.timed(reading.undo))
        show(name, there)
        show("  undo", back)
    library.close()


def main() -> None:
    """Make a library and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "articles"
        maker = Path(__file__).with_name("make_library.py")
        subprocess.run([sys.executable, maker, folder, str(options.count)], check=True, stdout=subprocess.DEVNULL)
        measure(folder, options.rounds)


if __name__ == "__main__":
    main()
