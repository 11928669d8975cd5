"""Noticing that something in a folder changed, within a fraction of a second where the system helps."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterator, Sequence
    from pathlib import Path

TICK = 0.5
"""Seconds between two looks at what nobody reports: single files, edits of other programs."""

POLL = 1.0
"""Seconds between two looks at everything where the system reports nothing."""


def changes(folders: Sequence[Path], stop: threading.Event, interesting: Callable[[str], bool]) -> Iterator[bool]:
    """Yield True when something may have changed in the folders, False when half a second went by since the last.

    The first True comes once watching has begun: what changed before that was not seen.

    Args:
        folders: Watched with everything below them.
        stop: Ends the watching when set, within a tenth of a second.
        interesting: Whether a changed path is worth a look; asked for every one.
    """
    while folders and not stop.is_set():
        if not (yield from _reported(folders, stop, interesting)):
            break
        # A folder was replaced or taken away, perhaps with the drive that it is on.
        while _inodes(folders) is None and not stop.wait(POLL):
            yield True
    while not stop.wait(POLL if folders else TICK):
        yield bool(folders)


def _reported(
    folders: Sequence[Path], stop: threading.Event, interesting: Callable[[str], bool]
) -> Generator[bool, None, bool]:
    """What the system reports.

    Returns:
        Whether it makes sense to ask again; not where the system is not able to watch these folders.
    """
    # 40 to 70 ms: the first frame is long drawn when this thread gets here.
    from watchfiles import watch  # noqa: PLC0415

    inodes = _inodes(folders)
    begun = False
    last = monotonic()
    try:
        for reported in watch(
            *folders,
            # What a filter of its own drops, it is silent about: where the library's state is written in the folder all
            # the time, neither a change nor a timeout would come.
            watch_filter=None,
            debounce=200,
            step=50,
            stop_event=stop,
            rust_timeout=int(TICK * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            found = not begun or any(interesting(path) for _, path in reported)
            now = monotonic()
            if found or not reported or now - last >= TICK:
                begun, last = True, now
                yield found
            # The system goes on watching what was moved away, and says nothing of what stands there now.
            if _inodes(folders) != inodes:
                return True
    except (OSError, RuntimeError):
        # Network file systems, a folder that went, or more folders than the system will watch.
        return inodes is None
    return False


def _inodes(folders: Sequence[Path]) -> tuple[int, ...] | None:
    """Which folders stand at the paths; None if one does not."""
    try:
        return tuple(folder.stat().st_ino for folder in folders)
    except OSError:
        return None
