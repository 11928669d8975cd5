"""Kill processes and let windows race at the undo file, and check that no step of undo is lost."""

from __future__ import annotations

import contextlib
import os
import shutil
from typing import TYPE_CHECKING, Any

from tests.storage.crashes import Unflushed
from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Column, Edit
from tui_reader.storage.engine.edits import MANY
from tui_reader.storage.engine.history import History
from tui_reader.storage.engine.history_file import older_entries
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CALLS = tuple(
    name
    for name in vars(Disk)
    if not name.startswith("_") and callable(getattr(Disk, name)) and name not in ("close", "may_write", "write")
)
"""The system calls before which a process is killed, or another one runs."""

SESSIONS = {
    "steps": "a b c d",
    "one undone": "a b c u",
    "undone and done again": "a b u r c u r",
    "some undone, then a new one": "a b u u c",
    "words undone, then a new one": "a N M u u b",
    "the undo of words undone": "a N M u u b u u",
    "… and done again": "a N M u u b u u r r",
    "undone over a compaction": "a b N f u u f r c u",
    "many records": "a * N * u f u r * u u",
}
"""Sessions by name: a letter is a change, a capital letter a note, * a bulk change, u undo, r redo, f a compaction."""
MANY_KEYS = [f"many{number}" for number in range(MANY + 1)]
"""Keys of the records of a bulk change."""


class KilledError(BaseException):
    """Raised by a disk in place of a kill of the process."""


class Stopping(Unflushed):
    """A disk that runs the function `then` once, before its n-th call; `count` is the number of calls."""

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        self.at, self.then, self.count = at, then, 0
        self.open_handles: set[int] = set()

    def __getattribute__(self, name: str) -> Any:
        if name in CALLS:
            self.count += 1
            if self.count == self.at:
                self.then()
        return super().__getattribute__(name)

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        handle = super().open(path, flags, mode)
        self.open_handles.add(handle)
        return handle

    def close(self, handle: int) -> None:
        self.open_handles.discard(handle)
        super().close(handle)


class Killing(Stopping):
    """A disk that kills the process before the n-th call; later calls do nothing, and locks are released."""

    def __init__(self, at: int) -> None:
        super().__init__(at, self._die)
        self.is_dead = False

    def __getattribute__(self, name: str) -> Any:
        if name in CALLS and self.is_dead:
            raise KilledError
        return super().__getattribute__(name)

    def _die(self) -> None:
        self.is_dead = True
        raise KilledError

    def close_all(self) -> None:
        for handle in list(self.open_handles):
            with contextlib.suppress(OSError):
                os.close(handle)
        self.open_handles.clear()

    def close(self, handle: int) -> None:
        if handle in self.open_handles:
            super().close(handle)


def perform(store: LibraryStore, session: str, prefix: str = "") -> None:
    """Perform the actions of a session on a store."""
    for action in session.split():
        if action == "u":
            store.undo()
        elif action == "r":
            store.redo()
        elif action == "f":
            store.apply([Edit(ARTICLES, "waited", "n", None, None)], "", undoable=False).result(60)
            compact(store._library)
        elif action == "*":
            held = store.fields_of(ARTICLES, MANY_KEYS, ("starred",))
            before = [held.get(key, {}).get("starred") for key in MANY_KEYS]
            after = [None if value else True for value in before]
            store.apply(Column(ARTICLES, "starred", MANY_KEYS, before, after), "did many").result(60)
        else:
            key, table = f"{prefix}{action}", ANNOTATIONS if action.isupper() else ARTICLES
            field = "note" if action.isupper() else "read"
            store.apply([Edit(table, key, field, None, f"words of {key}")], f"did {key}").result(60)
    store.apply([Edit(ARTICLES, "end", "n", None, prefix or "end")], "", undoable=False).result(60)


def copy_as_killed(store: LibraryStore, folder: Path) -> Path:
    """Copy the files in the state that a kill at this moment would leave, and return the copy."""
    copy = folder.with_name(f"{folder.name}-left")
    shutil.copytree(folder, copy)
    store.close()
    return copy


def undo_and_redo_labels(folder: Path) -> tuple[list[str], list[str]]:
    """Return the labels of the steps that can be undone and of those that can be redone, next one first."""
    library = LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed())
    try:
        undo = History(lambda: older_entries(library), library.clock.latest)
        redo = History(lambda: older_entries(library), library.clock.latest)
        back, forth = [], []
        while step := redo.next_redo():
            forth.append(step.transaction.label)
        while step := undo.next_undo():
            back.append(step.transaction.label)
    finally:
        library.state.snapshot.close()
        library.journal.close()
    return back, forth


def replaced_copy(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target


def kills_in_a_compaction(folder: Path, session: str, step: int = 1, first: int = 1) -> tuple[int, list[str]]:
    """Kill a compaction before each of its calls, then also the next compaction.

    Args:
        folder: Where the libraries are created.
        session: What the user did, as in `SESSIONS`.
        step: Distance between two calls that are tried.
        first: The first call that is tried, from 1.

    Returns:
        The number of calls, and the faults found.
    """
    start = folder / "start"
    start.mkdir(parents=True)
    store = LibraryStore(LibraryFiles(start / "library.json", "aaaa", disk=Unflushed()))
    perform(store, session)
    left = copy_as_killed(store, start)
    expected, at = undo_and_redo_labels(left), first
    wrong: list[str] = []
    while True:
        work = replaced_copy(left, folder / "work")
        if not _killed(work, at):
            return at, wrong
        for doing in ("killed", "killed twice", "compacted"):
            if doing == "killed twice":
                _killed(work, max(1, at * 7 % 50))
            elif doing == "compacted":
                _killed(work, 0)
            if (found := undo_and_redo_labels(work)) != expected:
                wrong.append(f"{session!r}, {doing} at call {at}: {found}, not {expected}")
        at += step


def _killed(folder: Path, at: int) -> bool:
    disk = Killing(at)
    try:
        library = LibraryFiles(folder / "library.json", "aaaa", disk=disk)
        compact(library, force=True)
        library.close()
    except KilledError:
        return True
    finally:
        disk.close_all()
    return False


def windows_ending_together(
    folder: Path, session: str, windows: int, step: int = 1, first: int = 1
) -> tuple[int, list[str]]:
    """Close a window before each system call of another one that is closing.

    Returns:
        The number of calls, and the faults found.
    """
    start = folder / "start"
    start.mkdir(parents=True)
    stores = [LibraryStore(LibraryFiles(start / "library.json", "aaaa", disk=Unflushed())) for _ in range(windows)]
    for number, store in enumerate(stores):
        perform(store, session, f"{number}")
    left = folder / "left"
    shutil.copytree(start, left)
    for store in stores:
        store.close()
    expected, at = undo_and_redo_labels(left), first
    wrong: list[str] = []
    while True:
        work = replaced_copy(left, folder / "work")
        libraries: list[LibraryFiles] = []

        def end(number: int, work: Path = work, libraries: list[LibraryFiles] = libraries, at: int = at) -> int:
            """Close a window, and the next window before one system call of this one."""
            disk = Stopping(0, lambda: None)
            libraries.append(LibraryFiles(work / "library.json", "aaaa", disk=disk))
            library, before = libraries[-1], disk.count
            if number + 1 < windows:
                disk.at, disk.then = (
                    before + (at if number == 0 else 1 + at * 5 % 60),
                    lambda: _quietly(end, number + 1),
                )
            _quietly(compact, library)
            return disk.count - before

        calls = end(0)
        for library in libraries:
            _quietly(compact, library)
            library.close()
        if (found := undo_and_redo_labels(work)) != expected:
            wrong.append(f"{session!r}, {windows} windows, at call {at}: {found}, not {expected}")
        if at > calls:
            return at, wrong
        at += step


def _quietly(act: Callable[..., object], *given: object) -> None:
    """Run a function and ignore the error that the lock is held; the function is run again later."""
    with contextlib.suppress(StoreError):
        act(*given)
