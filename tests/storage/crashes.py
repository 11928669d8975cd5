"""Compute every state that a power cut may leave on disk, from recorded system calls.

This is the method of ALICE (OSDI '14).

The states after a prefix of the calls contain everything that was flushed. Of the unflushed changes of the folder they
contain a prefix, or all but one; of the unflushed writes of each file nothing, everything, a part, zeros, or only the
last write.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinydb import TinyDB

from tests.counts import FULL
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

Call = tuple[Any, ...]
Files = dict[str, bytes]
MODES = ("nothing", "everything", "zeros", "half", "short", "last alone")
"""What a power cut leaves of a file's unflushed writes; `half` and `short` cut the last of them."""

EVERY = 1 if FULL else 24
"""The tests check one of so many states or kills; with the full counts, they check all."""


class Unflushed(Disk):
    """A disk that does not flush, for tests that simulate no power cut."""

    def sync_data(self, handle: int) -> None:
        pass

    def sync(self, handle: int) -> None:
        pass

    def sync_folder(self, folder: str) -> None:
        pass


class Recorder(Unflushed):
    """A disk that performs and records every call that changes a file or the folder."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._pinned: list[int] = []

    def _inode(self, handle: int) -> int:
        return os.fstat(handle).st_ino

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        new = flags & os.O_CREAT and not Path(path).exists()
        handle = super().open(path, flags, mode)
        if new:
            self.calls.append(("create", Path(path).name, self._inode(handle)))
            self._pinned.append(os.dup(handle))  # an open inode is not reused, so that its number identifies one file
        elif flags & os.O_TRUNC:
            self.calls.append(("cut", self._inode(handle), 0))
        return handle

    def write_some(self, handle: int, data: memoryview) -> int:
        appends = fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_APPEND
        offset = os.fstat(handle).st_size if appends else os.lseek(handle, 0, os.SEEK_CUR)
        self.calls.append(("write", self._inode(handle), offset, bytes(data)))
        return super().write_some(handle, data)

    def sync_data(self, handle: int) -> None:
        self.calls.append(("sync", self._inode(handle)))

    def sync(self, handle: int) -> None:
        self.calls.append(("sync", self._inode(handle)))

    def sync_folder(self, folder: str) -> None:
        self.calls.append(("sync folder",))

    def cut(self, handle: int, size: int) -> None:
        self.calls.append(("cut", self._inode(handle), size))
        super().cut(handle, size)

    def rename(self, source: str, target: str) -> None:
        self.calls.append(("rename", Path(source).name, Path(target).name))
        super().rename(source, target)

    def link(self, source: str, target: str) -> None:
        super().link(source, target)
        self.calls.append(("link", Path(source).name, Path(target).name))

    def unlink(self, path: str) -> None:
        super().unlink(path)
        self.calls.append(("unlink", Path(path).name))

    def forget(self) -> None:
        """Close the duplicated descriptors, after which inode numbers may be reused."""
        for handle in self._pinned:
            os.close(handle)
        self._pinned.clear()


@dataclass
class Scenario:
    """Recorded calls, and the changes that the store reported as saved, with the number of calls by then."""

    calls: list[Call] = field(default_factory=list)
    acknowledged: list[tuple[int, str, int]] = field(default_factory=list)
    """For each saved change: the number of calls until its acknowledgement, the article, and its number."""


BATCH = tuple(f"b{n}" for n in range(4))
"""Articles that are always changed together."""


def record(folder: Path) -> Scenario:
    """Record changes, batches, compactions and restarts; a second window changes during a compaction."""
    disk, scenario = Recorder(), Scenario()
    scenario.calls = disk.calls
    path = folder / "library.json"

    def put(library: LibraryFiles, number: int, *keys: str) -> None:
        operations = [
            ["articles", str(document_id(key)), {"id": key, "v": number, "pad": "p" * (number * 37 % 300)}]
            for key in keys
        ]
        library.commit(lambda _: {"o": operations})
        scenario.acknowledged.extend((len(disk.calls), key, number) for key in keys)

    library = LibraryFiles(path, "aaaa", disk=disk)
    for number in range(1, 5):
        put(library, number, f"a{number % 3}")
    compact(library)
    put(library, 5, "a0")
    second = LibraryFiles(path, "aaaa", disk=disk)
    original = disk.write_at

    def meanwhile(handle: int, data: bytes, offset: int) -> None:
        original(handle, data, offset)
        disk.write_at = original  # type: ignore[method-assign]
        put(second, 6, "late")

    disk.write_at = meanwhile  # type: ignore[method-assign]
    compact(library)
    second.close()
    put(library, 7, "a1")
    put(library, 8, *BATCH)
    compact(library)
    library.close()
    library = LibraryFiles(path, "aaaa", disk=disk)
    put(library, 9, "a2")
    put(library, 10, *BATCH)
    library.close()
    library = LibraryFiles(path, "aaaa", disk=disk)
    put(library, 11, "a2")
    compact(library)
    library.close()
    disk.forget()
    return scenario


def record_any(folder: Path, chance: random.Random) -> Scenario:
    """Record a scenario of random changes, compactions and restarts of two windows."""
    disk, scenario = Recorder(), Scenario()
    scenario.calls = disk.calls
    path = folder / "library.json"
    windows = [LibraryFiles(path, "aaaa", disk=disk) for _ in range(2)]
    for number in range(1, chance.randrange(8, 22)):
        place = chance.randrange(2)
        pick = chance.random()
        if pick < 0.7:
            keys = BATCH if pick < 0.15 else (f"a{chance.randrange(4)}",)
            pad = "p" * chance.randrange(300)
            operations = [["articles", str(document_id(key)), {"id": key, "v": number, "pad": pad}] for key in keys]
            windows[place].commit(lambda _, o=operations: {"o": o})  # type: ignore[misc]
            scenario.acknowledged.extend((len(disk.calls), key, number) for key in keys)
        elif pick < 0.9:
            compact(windows[place])
        else:
            windows[place].close()
            windows[place] = LibraryFiles(path, "aaaa", disk=disk)
    for window in windows:
        window.close()
    disk.forget()
    return scenario


def states(calls: list[Call]) -> Iterator[tuple[str, Files]]:
    """Yield every different state that a power cut after these calls may leave: its name, and its files."""
    content: dict[int, bytes] = {}
    waiting: dict[int, list[Call]] = {}
    names: dict[str, int] = {}
    moves: list[Call] = []
    for call in calls:
        if call[0] == "create":
            content.setdefault(call[2], b"")
            moves.append(call)
        elif call[0] in ("write", "cut"):
            waiting.setdefault(call[1], []).append(call)
            content.setdefault(call[1], b"")
        elif call[0] == "sync":
            content[call[1]] = _written(content.get(call[1], b""), waiting.pop(call[1], []))
        elif call[0] == "sync folder":
            for move in moves:
                _moved(names, move)
            moves = []
        else:
            moves.append(call)
    seen = set()
    some = [moves[:count] for count in range(len(moves) + 1)]
    some += [moves[:lost] + moves[lost + 1 :] for lost in range(len(moves) - 1)]
    for chosen in some:
        there = dict(names)
        for move in chosen:
            _moved(there, move)
        for mode in MODES:
            files = {
                name: _torn(content.get(inode, b""), waiting.get(inode, []), mode) for name, inode in there.items()
            }
            key = tuple(sorted(files.items()))
            if key not in seen:
                seen.add(key)
                yield f"{mode}, {len(chosen)} of {len(moves)} folder changes", files


def _moved(names: dict[str, int], move: Call) -> None:
    """Apply a change of the folder to its entries, which map names to inodes."""
    kind, first, second = (*move, "")[:3]
    if kind == "create":
        names[first] = move[2]
    elif kind == "rename" and first in names:
        names[second] = names.pop(first)
    elif kind == "link" and first in names:
        names[second] = names[first]
    elif kind == "unlink":
        names.pop(first, None)


def _torn(data: bytes, waiting: list[Call], mode: str) -> bytes:
    """Return the content of a file after a power cut: the flushed `data`, and `mode` of the waiting writes."""
    if not waiting or mode == "nothing":
        return data
    last = waiting[-1]
    if mode == "last alone":
        return _written(data, [last])
    if mode == "zeros":
        return _written(data, [(*w[:3], b"\0" * len(w[3])) if w[0] == "write" else w for w in waiting])
    if last[0] == "write" and mode in ("half", "short"):
        part = last[3][: len(last[3]) // 2] if mode == "half" else last[3][:-1]
        return _written(data, [*waiting[:-1], (*last[:3], part)])
    return _written(data, waiting)


def _written(data: bytes, calls: list[Call]) -> bytes:
    """Return the content of a file after these writes and cuts."""
    out = bytearray(data)
    for call in calls:
        if call[0] == "cut":
            out = out[: call[2]] + b"\0" * (call[2] - len(out))
        else:
            _, _, offset, new = call
            out += b"\0" * (offset - len(out))
            out[offset : offset + len(new)] = new
    return bytes(out)


def problem(folder: Path, must: dict[str, int]) -> str:
    """Open the library of a folder, and describe the first fault; empty if there is none.

    Args:
        folder: The folder after a power cut.
        must: The least number that each article must have, since that was acknowledged."""
    path = folder / "library.json"
    if path.exists():
        try:
            with TinyDB(path) as plain:
                plain.table("articles").all()
        except Exception as error:  # noqa: BLE001  # whatever it raises is the finding
            return f"plain TinyDB cannot open it: {error!r}"
    try:
        library = LibraryFiles(path, "aaaa", disk=Unflushed())
        if library.damage:
            return f"said to be damaged: {library.damage}"
        values = {name: _value(library, name) for name in {*must, *BATCH, "a0"}}
        lost = {key: (values[key], number) for key, number in must.items() if values[key] < number}
        if lost:
            return f"lost: {lost}"
        if len({values[key] for key in BATCH}) != 1:
            return "half of a batch"
        library.commit(lambda _: {"o": [["articles", str(document_id("a0")), {"id": "a0", "v": 999}]]})
        beside = LibraryFiles(path, "aaaa", disk=Unflushed())
        if _value(beside, "a0") != 999:
            return "the first change after recovery is lost"
        if not compact(library):
            return "cannot be compacted"
        library.close()
        again = LibraryFiles(path, "aaaa", disk=Unflushed())
        if _value(again, "a0") != 999 or not again.verify():
            return "lost after recovery"
        lost = {key: (0, number) for key, number in must.items() if _value(again, key) < number}
        again.close()
    except Exception as error:  # noqa: BLE001  # whatever it raises is the finding
        return f"recovery failed: {error!r}"
    return f"lost after recovery: {lost}" if lost else ""


def _value(library: LibraryFiles, key: str) -> int:
    """Return the number of an article; 0 if the article does not exist."""
    return int((library.state.document("articles", document_id(key)) or {}).get("v", 0))


def check(
    scenario: Scenario, folder: Path, *, tick: Callable[[], None] = lambda: None, every: int = 1
) -> tuple[int, list[str]]:
    """Check every state after every call, or one of `every`.

    Returns:
        The number of states, and the first fault, if any.
    """
    count = 0
    for done in range(len(scenario.calls) + 1):
        must = {key: number for after, key, number in scenario.acknowledged if after <= done}
        for name, files in states(scenario.calls[:done]):
            count += 1
            tick()
            if count % every:
                continue
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)
            folder.mkdir()
            for file, data in files.items():
                (folder / file).write_bytes(data)
            if wrong := problem(folder, must):
                last = scenario.calls[done - 1][:3] if done else ()
                return count, [f"after call {done} {last} ({name}): {wrong}"]
    return count, []


def quick_folder(fallback: Path) -> Path:
    """Return a folder in memory if the machine has one, else `fallback`."""
    memory = Path("/dev/shm")
    return memory / f"tui-reader-{os.getpid()}" if os.access(memory, os.W_OK) else fallback / "states"
