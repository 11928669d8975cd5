"""Print the time of opening, scanning, listing and marking; figures of one shared machine, not tests."""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.model.query import Shelf, Sort, View
from tui_reader.search.parser import parse
from tui_reader.services.library.events import Event, ScanFinished, SyncNeeded
from tui_reader.services.library.opening import open_library

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.services.library.library import Library


def show(what: str, seconds: list[float]) -> None:
    """Print a row: median and maximum, in milliseconds."""
    ordered = sorted(seconds)
    worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(f"{what:<58}{statistics.median(ordered) * 1000:>10.2f}{worst * 1000:>10.2f}")


def timed(work: Callable[[], object], times: int = 1) -> list[float]:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return found


def scan(library: Library) -> tuple[float, float, list[float]]:
    """Return the seconds until the first and until all articles, and those of each `sync` in the owner's thread."""
    news = threading.Condition()
    events: list[Event] = []

    def listen(event: Event) -> None:
        with news:
            events.append(event)
            news.notify()

    began = time.perf_counter()
    first = 0.0
    syncs: list[float] = []
    library.start(listen)
    while True:
        with news:
            news.wait_for(lambda: bool(events))
            event = events.pop(0)
        if isinstance(event, SyncNeeded):
            syncs += timed(library.sync)
            first = first or time.perf_counter() - began
        elif isinstance(event, ScanFinished):
            syncs += timed(library.sync)
            return first, time.perf_counter() - began, syncs


def bench(folder: Path, count: int) -> None:
    subprocess.run([sys.executable, Path(__file__).with_name("make_library.py"), folder, str(count)], check=True)
    print(f"\n{count:,} articles{'':<42}{'median ms':>14}{'p99 ms':>10}")
    library = open_library([folder])
    first, last, syncs = scan(library)
    show("scan, nothing known: first articles", [first])
    show("scan, nothing known: last articles", [last])
    show("  what it costs the owner's thread at a time (sync)", syncs)
    library.close()

    show("open_library, all known", timed(lambda: open_library([folder]).close(), 5))
    library = open_library([folder])
    first, last, syncs = scan(library)
    show("scan, all known: until it is certain", [last])

    catalogue, reading = library.catalogue, library.reading
    for sort in (Sort.NEWEST, Sort.TITLE):
        show(f"ids, {sort}, the first time", timed(lambda sort=sort: catalogue.ids(View(sort=sort))))  # type: ignore[misc]
    show("ids, newest first", timed(lambda: catalogue.ids(View()), 20))
    show("ids, unread with a tag", timed(lambda: catalogue.ids(View(Shelf.UNREAD, parse("tag:nato").term)), 20))
    show("ids, words of a title", timed(lambda: catalogue.ids(View(filter=parse("elan correction").term)), 20))
    ids = itertools.cycle(list(catalogue.ids(View())))
    show("star", timed(lambda: reading.toggle_star([next(ids)]), 100))
    show("star, then all counts", timed(lambda: (reading.toggle_star([next(ids)]), catalogue.counts()), 100))
    show("archive, then all counts", timed(lambda: (reading.toggle_archive([next(ids)]), catalogue.counts()), 100))
    show("undo", timed(reading.undo, 100))
    show("mark all as read", timed(lambda: reading.mark_all_read(catalogue.ids(View()))))
    show("close", timed(library.close))


def imports() -> None:
    """Print the time that importing the modules of an opened library takes in a new interpreter."""
    code = "import time; b = time.perf_counter(); import tui_reader.services.library.library as _; "
    code += "print(time.perf_counter() - b)"
    runs = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(7)]
    show("import of the services", runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="*", default=[100, 10_000])
    options = parser.parse_args()
    # As the app does.
    sys.setswitchinterval(0.001)
    imports()
    with tempfile.TemporaryDirectory() as place:
        for name in ("DATA", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = f"{place}/{name}"
        for count in options.count:
            bench(Path(place) / str(count), count)


if __name__ == "__main__":
    main()
