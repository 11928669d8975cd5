"""Make the n-th system call of a kind fail, for every n, and check the files afterwards."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

from tests.storage.crashes import BATCH, Unflushed, problem
from tui_reader.errors import StoreError
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Fault(NamedTuple):
    call: str
    error: int
    short: bool = False
    """Whether half of the data is written before the failure."""
    for_good: bool = False
    """Whether every later call fails too."""


FAULTS = tuple(
    Fault(call, error, short, for_good)
    for call, error, shorts in (
        ("write_some", errno.ENOSPC, (False, True)),
        ("write_some", errno.EIO, (False, True)),
        ("sync_data", errno.EIO, (False,)),
        ("sync_data", errno.ENOSPC, (False,)),
        ("sync", errno.EIO, (False,)),
        ("sync_folder", errno.EIO, (False,)),
        ("rename", errno.EACCES, (False,)),
        ("cut", errno.EIO, (False,)),
        ("link", errno.EPERM, (False,)),
        ("unlink", errno.EACCES, (False,)),
        ("open", errno.EMFILE, (False,)),
        ("read_at", errno.EIO, (False,)),
    )
    for short in shorts
    for for_good in (False, True)
)


class FaultyDisk(Unflushed):
    """A disk on which one call fails."""

    def __init__(self, fault: Fault, at: int) -> None:
        self._fault, self._at, self._count = fault, at, 0
        self._dirty: dict[int, list[tuple[int, int]]] = {}
        self._dropped: dict[int, list[tuple[int, int]]] = {}
        self.struck = False

    def drop(self, folder: Path) -> None:
        """Discard the writes whose flush failed, as systems do before they report later flushes as successful."""
        for file in folder.iterdir():
            for offset, count in self._dropped.get(file.stat().st_ino, ()):
                with file.open("r+b") as handle:
                    handle.seek(offset)
                    handle.write(b"\0" * max(0, min(count, file.stat().st_size - offset)))

    def _strike(self, call: str) -> bool:
        if call != self._fault.call:
            return False
        self._count += 1
        if self._count == self._at or (self._fault.for_good and self._count > self._at):
            self.struck = True
            return True
        return False

    def _fail(self) -> OSError:
        return OSError(self._fault.error, os.strerror(self._fault.error))

    def write_some(self, handle: int, data: memoryview) -> int:
        if self._strike("write_some"):
            if self._fault.short and len(data) > 1:
                super().write_some(handle, data[: len(data) // 2])
            raise self._fail()
        status = os.fstat(handle)
        self._dirty.setdefault(status.st_ino, []).append((status.st_size, len(data)))
        return super().write_some(handle, data)

    def sync_data(self, handle: int) -> None:
        inode = os.fstat(handle).st_ino
        if self._strike("sync_data"):
            self._dropped.setdefault(inode, []).extend(self._dirty.pop(inode, []))
            raise self._fail()
        self._dirty.pop(inode, None)

    def sync(self, handle: int) -> None:
        if self._strike("sync"):
            raise self._fail()

    def sync_folder(self, folder: str) -> None:
        if self._strike("sync_folder"):
            raise self._fail()

    def rename(self, source: str, target: str) -> None:
        if self._strike("rename"):
            raise self._fail()
        super().rename(source, target)

    def cut(self, handle: int, size: int) -> None:
        if self._strike("cut"):
            raise self._fail()
        super().cut(handle, size)
        inode = os.fstat(handle).st_ino
        self._dropped[inode] = [piece for piece in self._dropped.get(inode, []) if piece[0] < size]

    def link(self, source: str, target: str) -> None:
        if self._strike("link"):
            raise self._fail()
        super().link(source, target)

    def unlink(self, path: str) -> None:
        if self._strike("unlink"):
            raise self._fail()
        super().unlink(path)

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        if self._strike("open"):
            raise self._fail()
        return super().open(path, flags, mode)

    def read_at(self, handle: int, count: int, offset: int) -> bytes:
        if self._strike("read_at"):
            raise self._fail()
        return super().read_at(handle, count, offset)


def run(folder: Path, fault: Fault, at: int) -> tuple[bool, str]:
    """Run the steps with one failing call. Return whether it was made, and what was wrong afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    disk = FaultyDisk(fault, at)
    acknowledged: dict[str, int] = {}
    for step in _steps(folder / "library.json", disk, acknowledged):
        try:
            step()
        except (StoreError, OSError):
            continue
        except Exception as error:  # noqa: BLE001  # whatever else it raises is the finding
            return True, f"raised {error!r}"
    if not disk.struck:
        return False, ""
    disk.drop(folder)
    return True, problem(folder, acknowledged)


def _steps(path: Path, disk: FaultyDisk, acknowledged: dict[str, int]) -> Iterator[Callable[[], object]]:
    opened: list[LibraryFiles] = []

    def start() -> None:
        opened.append(LibraryFiles(path, "aaaa", disk=disk))

    def put(number: int, *keys: str) -> Callable[[], None]:
        def change() -> None:
            if not opened:
                start()
            operations = [["articles", str(document_id(key)), {"id": key, "v": number}] for key in keys]
            opened[-1].commit(lambda _: {"o": operations})
            acknowledged.update(dict.fromkeys(keys, number))

        return change

    def compaction() -> None:
        if opened:
            compact(opened[-1])

    def close() -> None:
        if opened:
            opened.pop().close()

    yield start
    for number in range(1, 4):
        yield put(number, f"a{number % 2}")
    yield put(4, *BATCH)
    yield compaction
    for number in range(5, 8):
        yield put(number, f"a{number % 2}")
    yield put(8, *BATCH)
    yield compaction
    yield put(9, "a1")
    yield close
    yield put(10, "a0")
    yield close


def run_all(folder: Path, faults: tuple[Fault, ...] = FAULTS, step: int = 1) -> tuple[int, list[str]]:
    """Try every kind of failure at every `step`-th call. Return the number of runs, and the first fault found."""
    count = 0
    for number, fault in enumerate(faults):
        at = 1 + number % step
        while True:
            struck, wrong = run(folder, fault, at)
            if not struck:
                break
            count += 1
            if wrong:
                return count, [f"{fault.call} {os.strerror(fault.error)} at call {at}, {fault}: {wrong}"]
            at += step
    return count, []
