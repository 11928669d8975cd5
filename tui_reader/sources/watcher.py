"""Detection of changed files in folders, within milliseconds where the operating system reports changes."""

from __future__ import annotations

import sys
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

TICK = 0.5
"""Seconds between two checks of changes that the system does not report: single files, edits by other programs."""

STEP_MS = 50
"""Milliseconds without a report after which the collected reports are handled; also the delay to notice `stop`."""

POLL = 1.0
"""Seconds between two listings of all folders if the system cannot report changes."""

WATCHES_EACH_FOLDER = sys.platform == "linux"
"""True if each folder is passed to watchfiles separately, since the system reports changes only directly in a folder.

To find the subfolders, watchfiles would look at every file and hold Python's global lock: a key would wait 25 ms for
10,000 files. Passing the folders that a listing has found takes 3 ms."""
_COME_OR_GONE = frozenset((1, 3))
"""Values of `watchfiles.Change` for a path that was added, and for one that was deleted."""


def changes(
    folders: Sequence[Path],
    stop: threading.Event,
    interesting: Callable[[str], bool],
    listed: Callable[[], AbstractSet[str]],
) -> Iterator[bool]:
    """Yield True when files in the folders may have changed, False after half a second without changes.

    The first value is True, since changes before the call were not reported; it comes within a second. Where the system
    cannot report changes, True is yielded once a second. Without folders, every value is False.

    Args:
        folders: The folders, which are watched with all folders below them.
        stop: Ends the iteration when set, within a tenth of a second.
        interesting: Called with every changed path; returns True if the change matters.
        listed: Returns the folders of the last complete listing, those below included. A True must be answered by a
            listing before the next iteration.
    """
    while folders and not stop.is_set():
        if not (yield from _reported(folders, stop, interesting, listed)):
            break
        # A folder was replaced or removed, perhaps because its drive was removed.
        while _inodes(folders) is None and not stop.wait(POLL):
            yield True
    while not stop.wait(POLL if folders else TICK):
        yield bool(folders)


def _reported(
    folders: Sequence[Path],
    stop: threading.Event,
    interesting: Callable[[str], bool],
    listed: Callable[[], AbstractSet[str]],
) -> Generator[bool, None, bool]:
    """Yield True when the operating system reports a change, and False after half a second without one.

    Returns:
        True if watching should be started again, because a folder was added or replaced, or was missing at the start;
        False if the system cannot watch these folders, or `stop` was set.
    """
    # 40 to 70 ms; the first frame is drawn long before this thread needs the module.
    from watchfiles import watch  # noqa: PLC0415

    inodes = _inodes(folders)
    watched = listed() if WATCHES_EACH_FOLDER else frozenset[str]()
    has_begun = False
    last = monotonic()
    try:
        for reported in watch(
            *(watched or folders),
            recursive=not watched,
            # No filter here: while watchfiles drops all changes, it yields nothing at all, not even timeouts, and the
            # library's own state may be written in the folder all the time.
            watch_filter=None,
            # Milliseconds: a report comes after 50 without a change, and 200 after its first change at the latest.
            debounce=200,
            step=STEP_MS,
            stop_event=stop,
            rust_timeout=int(TICK * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            found = not has_begun or any(interesting(path) for _, path in reported)
            now = monotonic()
            if found or not reported or now - last >= TICK:
                has_begun, last = True, now
                yield found
            # The system goes on watching a folder that was moved away, and reports nothing about its replacement.
            if _inodes(folders) != inodes or (watched and _has_moved(watched, listed(), reported)):
                return True
    except FileNotFoundError:
        if inodes is None or not watched:
            return inodes is None
        # A folder was removed after the listing.
        yield True
        return True
    except (OSError, RuntimeError):
        # Network file systems, a removed folder, or more folders than the system can watch.
        return inodes is None
    return False


def _has_moved(watched: AbstractSet[str], listed: AbstractSet[str], reported: Iterable[tuple[int, str]]) -> bool:
    """Return True if the listed folders differ from the watched ones, or if a watched one was added or deleted."""
    if listed is not watched and listed != watched:
        return True
    return any(kind in _COME_OR_GONE and path in watched for kind, path in reported)


def _inodes(folders: Sequence[Path]) -> tuple[int, ...] | None:
    """Return the inode numbers of folders, which show that a folder was replaced; None if a folder is missing."""
    try:
        return tuple(folder.stat().st_ino for folder in folders)
    except OSError:
        return None
