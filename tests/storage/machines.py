"""Simulate three machines that sync a library's folder, with late, repeated and conflicting copies."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from tests.storage.crashes import Unflushed
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.replication.merge import merge_conflict_copies, merge_file
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    import random
    from pathlib import Path

NAMES = ("aaaa", "bbbb", "cccc")
_KEYS = tuple(f"art{n}" for n in range(5))
_FIELDS = ("read", "note", "tags/x", "tags/y")


class Machine:
    """A machine with its own copy of the library and a wrong clock."""

    def __init__(self, folder: Path, name: str, chance: random.Random) -> None:
        self.name, self._chance = name, chance
        folder.mkdir(parents=True)
        self.path = folder / "library.json"
        self._skew = chance.randrange(-3_600_000, 3_600_000)
        self._time = 1_800_000_000_000
        self.library = self._open()
        self.synced: bytes | None = None

    def _wall(self) -> int:
        if self._chance.random() < 0.02:
            self._skew -= self._chance.randrange(600_000)  # the clock is set back
        self._time += self._chance.randrange(2_000)
        return self._time + self._skew

    def _open(self) -> LibraryFiles:
        return LibraryFiles(self.path, self.name, disk=Unflushed(), clock=HybridClock(self.name, self._wall))

    def reopen(self) -> None:
        self.library.close()
        self.library = self._open()

    def edit(self, number: int, newest: dict[tuple[str, str], tuple[str, Any]]) -> None:
        key, field = self._chance.choice(_KEYS), self._chance.choice(_FIELDS)
        registers: dict[str, Any] = {"id": key}
        registers[field] = self._chance.random() < 0.5 if field.startswith("tags/") else number
        if field.startswith("tags/"):
            registers["tags"] = []
        entry = self.library.commit(lambda _: {"o": [["articles", str(document_id(key)), registers]]})
        assert entry is not None
        newest[key, field] = max(newest.get((key, field), ("", None)), (entry["s"], registers[field]))

    def receive(self, sender: Machine, count: int) -> int:
        """Sync the sender's file to this machine; return the number of conflict copies made."""
        if not sender.path.exists():
            return 0
        data = sender.path.read_bytes()
        mine = self.path.read_bytes() if self.path.exists() else None
        if mine == data:
            return 0
        if mine is None or mine == self.synced:
            temporary = self.path.with_name("moved")
            temporary.write_bytes(data)
            temporary.replace(self.path)
            self.synced = data
            return 0
        self.path.with_name(f"library.sync-conflict-20261122-{count:06}-ABCDEFG.json").write_bytes(data)
        return 1


def trial(folder: Path, chance: random.Random) -> tuple[dict[str, int], list[str]]:
    """Run one random history of three machines; return counts of events, and faults as sentences."""
    shutil.rmtree(folder, ignore_errors=True)
    machines = [Machine(folder / name, name, chance) for name in NAMES]
    newest: dict[tuple[str, str], tuple[str, Any]] = {}
    counts = {"edits": 0, "conflict copies": 0}
    for number in range(chance.randrange(20, 60)):
        machine = chance.choice(machines)
        pick = chance.random()
        if pick < 0.55:
            machine.edit(number, newest)
            counts["edits"] += 1
        elif pick < 0.7:
            compact(machine.library)
        elif pick < 0.75:
            machine.reopen()
        elif pick < 0.8:
            merge_conflict_copies(machine.library)
        else:
            sender = chance.choice([other for other in machines if other is not machine])
            counts["conflict copies"] += machine.receive(sender, number)
    for _ in range(2):
        for machine in machines:
            machine.library.poll()
            merge_conflict_copies(machine.library)
            compact(machine.library)
        for machine in machines:
            for other in machines:
                if other is not machine and other.path.exists():
                    merge_file(machine.library, str(other.path))
    wrong = []
    found = [{key: machine.library.document("articles", document_id(key)) for key in _KEYS} for machine in machines]
    if not all(one == found[0] for one in found):
        wrong.append(f"the machines differ: {found}")
    for (key, field), (timestamp, value) in newest.items():
        document = found[0][key] or {}
        seen = field[5:] in document.get("tags", ()) if field.startswith("tags/") else document.get(field)
        if seen != value:
            wrong.append(f"{key} {field} is {seen}, not {value} of {timestamp}")
    for machine in machines:
        machine.library.close()
    return counts, wrong
