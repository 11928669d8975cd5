"""Races between two windows on one library, each with a fixed order of their steps."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from tests.storage.crashes import Unflushed
from tui_reader.errors import StoreError
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.snapshot import journal
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from tui_reader.storage.snapshot.state import State


class Interrupted(Unflushed):
    """A disk that runs a function once, after a snapshot was written and before it is renamed."""

    def __init__(self) -> None:
        self.then: Callable[[], None] | None = None

    def sync(self, handle: int) -> None:
        if self.then is not None:
            then, self.then = self.then, None
            then()


def put(library: LibraryFiles, key: str, value: int) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id(key)), {"id": key, "v": value}]]})


def value(library: LibraryFiles, key: str) -> int:
    return int((library.state.document("articles", document_id(key)) or {}).get("v", 0))


def open_two(folder: Path) -> tuple[LibraryFiles, LibraryFiles, Interrupted]:
    folder.mkdir(parents=True)
    disk = Interrupted()
    first = LibraryFiles(folder / "library.json", "aaaa", disk=disk)
    put(first, "a", 1)
    return first, LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed()), disk


def missing(folder: Path, expected: dict[str, int]) -> list[str]:
    library = LibraryFiles(folder / "library.json", "aaaa", disk=Unflushed())
    return [f"{key} is {value(library, key)}, not {v}" for key, v in expected.items() if value(library, key) != v]


def change_during_compaction(folder: Path) -> list[str]:
    first, second, disk = open_two(folder)
    disk.then = lambda: put(second, "b", 2)
    compact(first)
    return missing(folder, {"a": 1, "b": 2})


def compaction_during_compaction(folder: Path) -> list[str]:
    first, second, disk = open_two(folder)

    def meanwhile() -> None:
        put(second, "b", 2)
        compact(second)
        put(second, "c", 3)
        compact(second)

    disk.then = meanwhile
    compact(first)
    return missing(folder, {"a": 1, "b": 2, "c": 3})


def foreign_edit_during_compaction(folder: Path) -> list[str]:
    first, _, disk = open_two(folder)
    compact(first)
    put(first, "a", 5)
    path = folder / "library.json"

    def edit() -> None:
        path.write_bytes(path.read_bytes().replace(b'"v":1', b'"v":1,"mine":7'))

    disk.then = edit
    compact(first)
    compact(first)
    library = LibraryFiles(path, "aaaa", disk=Unflushed())
    document = library.state.document("articles", document_id("a")) or {}
    return [] if (document.get("v"), document.get("mine")) == (5, 7) else [f"a hand edit was written over: {document}"]


def change_before_close(folder: Path) -> list[str]:
    first, second, _ = open_two(folder)
    compact(first)
    put(second, "b", 2)
    first.close()
    return missing(folder, {"a": 1, "b": 2})


def change_while_locked(folder: Path) -> list[str]:
    """While one window holds the lock, the other one gives up after its deadline."""
    first, second, _ = open_two(folder)
    deadline, journal._LOCK_SECONDS = journal._LOCK_SECONDS, 0.02
    wrong: list[str] = []

    def meanwhile(_: State) -> None:
        try:
            put(second, "b", 2)
        except StoreError:
            return
        wrong.append("two windows had the lock at once")

    try:
        first.commit(meanwhile)
    finally:
        journal._LOCK_SECONDS = deadline
    put(second, "b", 3)
    return wrong + missing(folder, {"a": 1, "b": 3})


def clock_behind(folder: Path) -> list[str]:
    """The second window's clock is far behind; its later change wins nevertheless."""
    first, _, _ = open_two(folder)
    slow = LibraryFiles(
        folder / "library.json", "aaaa", disk=Unflushed(), clock=HybridClock("aaaa", wall=lambda: 1_000)
    )
    put(first, "a", 2)
    put(slow, "a", 3)
    put(first, "a", 4)
    put(slow, "a", 5)
    return missing(folder, {"a": 5})


Race: TypeAlias = Callable[[Path], list[str]]

RACES: tuple[Race, ...] = (
    change_during_compaction,
    compaction_during_compaction,
    foreign_edit_during_compaction,
    change_before_close,
    change_while_locked,
    clock_behind,
)


def look(folder: Path) -> list[str]:
    """Run every race. Return what was wrong."""
    return [f"{race.__name__}: {wrong}" for race in RACES for wrong in race(folder / race.__name__)]
