"""Use every function of a library while its disk fails, and check what is reported to the user."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from typing import TYPE_CHECKING, Any

from tests.storage.crashes import Unflushed
from tui_reader.errors import StoreError
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication.merge import merge_file
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.storage.snapshot.disk import Disk

READS = ("open", "read_at", "stat", "fstat", "names", "has_file")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class FailingDisk(Unflushed):
    """A disk on which the n-th call of one kind fails, and if wanted all later ones."""

    def __init__(self, call: str, at: int, *, number: int = errno.EIO, for_good: bool = False) -> None:
        self._call, self._at, self._number, self._for_good = call, at, number, for_good
        self.count = 0

    def __getattribute__(self, name: str) -> Any:
        if name in READS and name == self._call:
            self.count += 1
            if self.count == self._at or (self._for_good and self.count > self._at):

                def fail(*_: object, **__: object) -> Any:
                    raise OSError(self._number, os.strerror(self._number))

                return fail
        return super().__getattribute__(name)


class Mounted(Unflushed):
    """A read-only file system, on which `os.access` reports that or, as on some systems, does not."""

    def __init__(self, number: int = errno.EROFS, *, is_known: bool = True) -> None:
        self._number, self._is_known = number, is_known

    def _refuse(self, *_: object, **__: object) -> Any:
        raise OSError(self._number, os.strerror(self._number))

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        return self._refuse() if flags & WRITES else super().open(path, flags, mode)

    rename = link = unlink = cut = make_folder = write_some = _refuse

    def may_write(self, path: str) -> bool:
        return not self._is_known and super().may_write(path)


def prepare(folder: Path) -> Path:
    """Create a library with notes, a journal of a killed run, another machine's journal, and an undo file."""
    folder.mkdir(parents=True)
    path = folder / "library.json"
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    for key in "abc":
        store.apply([Edit(ARTICLES, key, "read", None, True)], f"read {key}").result(60)
        note = [Edit(ANNOTATIONS, f"n{key}", "article", None, key), Edit(ANNOTATIONS, f"n{key}", "note", None, key)]
        store.apply(note, f"noted {key}").result(60)
    store.close()
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, "late", "read", None, True)], "read late").result(60)
    left = (folder / "library.json.journal-aaaa").read_bytes()
    store.close()
    (folder / "library.json.journal-bbbb").write_bytes(left)
    shutil.copy(path, folder / "library.sync-conflict-20240501-101010-ABCDEF.json")
    store = LibraryStore(LibraryFiles(path, "aaaa", disk=Unflushed()))
    store.apply([Edit(ARTICLES, "last", "read", None, True)], "read last").result(60)
    left = (folder / "library.json.journal-aaaa").read_bytes()
    store.close()
    (folder / "library.json.journal-aaaa").write_bytes(left)
    return path


def walk(path: Path, disk: Disk) -> tuple[list[str], list[str]]:
    """Use every function of a library. Return the sentences for the user, and unexpected exceptions."""
    sentences: list[str] = []
    wrong: list[str] = []

    def attempt(name: str, act: Callable[[], object]) -> Any:
        try:
            return act()
        except StoreError as error:
            sentences.append(str(error))
        except Exception as error:  # noqa: BLE001 - whatever else it raises is the finding
            wrong.append(f"{name} raised {error!r}")
        return None

    store: LibraryStore | None = attempt("open", lambda: LibraryStore(LibraryFiles(path, "aaaa", disk=disk)))
    if store is not None:
        files = store._library
        attempt("get", lambda: store.get(ARTICLES, "a"))
        attempt("get a note", lambda: store.get(ANNOTATIONS, "na"))
        attempt("items", lambda: list(store.items(ARTICLES)))
        attempt("items of", lambda: list(store.items(ANNOTATIONS, of="b")))
        attempt("apply", lambda: store.apply([Edit(ARTICLES, "new", "read", None, True)], "read").result(60))
        attempt("undo", store.undo)
        attempt("redo", store.redo)
        attempt("poll", store.poll)
        attempt("verify", files.verify)
        attempt("merge", lambda: merge_file(files, str(path)))
        attempt("compact", lambda: compact(files, force=True))
        attempt("close", store.close)
        sentences += [*store.notices, store.read_only, store.damage, store.unsaved]
    sentences = [sentence for sentence in sentences if sentence]
    unclear = ("[Errno", "Error(", "report")  # such as "please report this"; so no test may have it in its path
    wrong += [f"unclear: {sentence}" for sentence in sentences if any(each in sentence for each in unclear)]
    return sentences, wrong


def every_call(
    start: Path, folder: Path, call: str, number: int = errno.EIO, *, for_good: bool = False, step: int = 1
) -> tuple[int, list[str]]:
    """Make each call of a kind fail in turn. Return the number of calls, and the faults found.

    Args:
        start: A folder that `prepare` made.
        folder: Where copies of it are used.
        call: The kind of call, one of `READS`.
        number: The number of the error.
        for_good: True if all later calls fail, too.
        step: Distance between two calls that are tried.
    """
    at, wrong = 1, []
    while True:
        work = folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(start, work)
        disk = FailingDisk(call, at, number=number, for_good=for_good)
        sentences, bad = walk(work / "library.json", disk)
        wrong += [f"{call} {at}: {each}" for each in bad]
        if disk.count < at:
            return at - 1, wrong
        if for_good and at == 1 and call != "has_file" and not any(str(work) in sentence for sentence in sentences):
            wrong.append(f"{call} {at}: no sentence names a file: {sentences}")
        wrong += [f"{call} {at}: lost {key}" for key in _lost(work)]
        at += step


def _lost(folder: Path) -> list[str]:
    store = LibraryStore(LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed()))
    lost = [key for key in ("a", "b", "c", "late", "last") if store.get(ARTICLES, key) is None]
    with contextlib.suppress(StoreError):
        store.close()
    return lost
