"""A simulation of three machines that edit one library at random, synced by git or with conflict copies.

One clock is two hours ahead. Every edit adds a unique word to a note. So at the end every word has to be in its note on
every machine, every record in its table, and all machines have to show the same.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.storage.crashes import Unflushed
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.engine.edits import entry_of
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.hlc import HybridClock
from tui_reader.storage.replication.merge import merge_conflict_copies
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    import random

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("aaaa", "bbbb", "cccc")
_ARTICLES = tuple(f"art{number}" for number in range(4))
_AHEAD_MS = 2 * 3_600_000


class Machine:
    """A library in a folder of its own; the first machine's clock is two hours ahead."""

    time = 1_780_000_000_000

    def __init__(self, folder: Path, name: str, chance: random.Random) -> None:
        self.folder, self.name, self._chance = folder, name, chance
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "library.json"
        self.synced: bytes | None = None
        """The file as the sync program copied it to or from this machine last."""

    def _wall(self) -> int:
        Machine.time += 7
        return Machine.time + (_AHEAD_MS if self.name == NAMES[0] else 0)

    def open(self) -> LibraryFiles:
        return LibraryFiles(self.path, self.name, disk=Unflushed(), clock=HybridClock(self.name, self._wall))

    def edit(self, words: dict[str, set[str]], number: int) -> None:
        library = self.open()
        article = self._chance.choice(_ARTICLES)
        pick = self._chance.random()
        if pick < 0.3:
            self._apply(library, Edit(ARTICLES, article, f"seen_{self.name}", None, number))
        elif pick < 0.5 or not words:
            key = f"note{number}"
            words[key] = {f"made{number}"}
            self._apply(
                library,
                Edit(ANNOTATIONS, key, "article", None, article),
                Edit(ANNOTATIONS, key, "note", None, f"made{number} alpha beta gamma"),
            )
        else:
            # A record without an id is incomplete: the rest of it is in a conflict copy that is not merged yet.
            known = [document for _, document in library.documents(ANNOTATIONS) if "id" in document]
            if known:
                document = self._chance.choice(known)
                note, word = str(document.get("note", "")), f"word{number}"
                words[document["id"]].add(word)
                place = self._chance.choice(["start", "end", "middle"])
                after = {
                    "start": f"{word} {note}",
                    "end": f"{note} {word}",
                    "middle": note.replace("beta", f"beta {word}", 1) if "beta" in note else f"{note} {word}",
                }[place]
                self._apply(library, Edit(ANNOTATIONS, document["id"], "note", note, after))
        if self._chance.random() < 0.7:
            compact(library)
        library.close()

    def _apply(self, library: LibraryFiles, *edits: Edit) -> None:
        def number_of(table: str, key: str) -> int | None:
            return next((n for n, document in library.documents(table) if document.get("id") == key), None)

        library.commit(lambda state: entry_of(state, edits, number_of))

    def settle(self) -> None:
        """Open the library, merge conflict copies and compact, so that the file holds everything."""
        library = self.open()
        merge_conflict_copies(library)
        compact(library)
        library.close()

    def contents(self) -> dict[str, dict[int, dict[str, Any]]]:
        library = self.open()
        found = {table: dict(library.documents(table)) for table in (ARTICLES, ANNOTATIONS)}
        library.close()
        return found


def findings(machines: list[Machine], words: dict[str, set[str]]) -> list[str]:
    """Return sentences about what is lost, in a wrong table, or different between machines."""
    wrong: list[str] = []
    states = [machine.contents() for machine in machines]
    if any(state != states[0] for state in states):
        wrong.append(f"the machines differ: {states}")
    for machine, state in zip(machines, states, strict=True):
        wrong += [f"in the wrong table articles: {d}" for d in state[ARTICLES].values() if d.get("id") not in _ARTICLES]
        notes = {document.get("id"): document for document in state[ANNOTATIONS].values()}
        wrong += [f"in the wrong table annotations: {key}" for key in notes if key not in words]
        for key, expected in words.items():
            seen = str(notes.get(key, {}).get("note", "")).split()
            if lost := sorted(expected - set(seen)):
                wrong.append(f"{machine.name} lost {lost} of {key}: {seen}")
        if machine.path.read_text().count('"format"') != 1:
            wrong.append(f"{machine.name} has several headers")
    return wrong


# -- git ----------------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run git with a fixed identity, independent of the settings of this machine."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_EDITOR": "true"}
    settings = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
    command = ["git", "-C", str(folder), *settings, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=check, env=environment)


def over_git(folder: Path, chance: random.Random, *, driver: bool, steps: int) -> tuple[dict[str, int], list[str]]:
    """Sync the machines by git, with the merge driver or with conflict marks; return counts and faults."""
    hub = folder / "hub"
    hub.mkdir(parents=True)
    git(hub, "init", "-q", "--bare")
    machines = [Machine(folder / name, name, chance) for name in NAMES]
    for place, machine in enumerate(machines):
        git(machine.folder, "init", "-q")
        git(machine.folder, "remote", "add", "origin", str(hub))
        (machine.folder / ".git" / "info" / "exclude").write_text("*\n!library.json\n")
        if driver:
            command = f"PYTHONPATH='{ROOT}' '{sys.executable}' -m tui_reader merge --driver %O %A %B"
            git(machine.folder, "config", "merge.library.driver", command)
            (machine.folder / ".git" / "info" / "attributes").write_text("library.json merge=library\n")
        if place == 0:
            machine.settle()
            compact_empty(machine)
            git(machine.folder, "add", "library.json")
            git(machine.folder, "commit", "-qm", "start")
            git(machine.folder, "push", "-q", "origin", "HEAD:main")
        git(machine.folder, "fetch", "-q", "origin")
        git(machine.folder, "checkout", "-qB", "main", "origin/main")
    words: dict[str, set[str]] = {}
    counts = {"edits": 0, "merges": 0, "conflicts": 0}
    wrong: list[str] = []
    for number in range(steps):
        machine = chance.choice(machines)
        if chance.random() < 0.65:
            machine.edit(words, number)
            counts["edits"] += 1
        else:
            wrong += _pull_and_push(machine, counts, driver=driver)
    for machine in [*machines, *machines]:
        wrong += _pull_and_push(machine, counts, driver=driver)
    return counts, wrong + findings(machines, words)


def compact_empty(machine: Machine) -> None:
    library = machine.open()
    compact(library, force=True)
    library.close()


def _pull_and_push(machine: Machine, counts: dict[str, int], *, driver: bool) -> list[str]:
    machine.settle()
    git(machine.folder, "add", "library.json")
    git(machine.folder, "commit", "-qm", "mine", check=False)
    git(machine.folder, "fetch", "-q", "origin")
    merged = git(machine.folder, "merge", "-q", "origin/main", check=False)
    counts["merges"] += 1
    wrong: list[str] = []
    if driver and (merged.returncode or "conflict" in merged.stderr.lower()):
        wrong.append(f"the driver failed: {merged.stdout}{merged.stderr}")
    if merged.returncode:
        counts["conflicts"] += 1
    machine.settle()
    git(machine.folder, "add", "library.json")
    git(machine.folder, "commit", "-qm", "merged", check=False)
    git(machine.folder, "push", "-q", "origin", "HEAD:main")
    return wrong


# -- sync program ----------------------------------------------------------------------------------------


def over_copies(folder: Path, chance: random.Random, *, steps: int) -> tuple[dict[str, int], list[str]]:
    """Sync like Syncthing: of two versions, the loser becomes a conflict copy; return counts and faults."""
    machines = [Machine(folder / name, name, chance) for name in NAMES]
    machines[0].settle()
    compact_empty(machines[0])
    for machine in machines[1:]:
        shutil.copy(machines[0].path, machine.path)
    for machine in machines:
        machine.synced = machine.path.read_bytes()
    words: dict[str, set[str]] = {}
    counts = {"edits": 0, "conflict copies": 0}
    for number in range(steps):
        machine = chance.choice(machines)
        pick = chance.random()
        if pick < 0.55:
            machine.edit(words, number)
            counts["edits"] += 1
        elif pick < 0.7:
            machine.settle()
        else:
            other = chance.choice([each for each in machines if each is not machine])
            counts["conflict copies"] += _sync(other, machine, chance, number)
    for number in range(2 * len(machines)):
        for machine in machines:
            machine.settle()
            for other in machines:
                if other is not machine:
                    counts["conflict copies"] += _sync(machine, other, chance, steps + number)
                    other.settle()
    return counts, findings(machines, words)


def _sync(sender: Machine, receiver: Machine, chance: random.Random, number: int) -> int:
    """Copy the file to another machine; return the number of conflict copies made."""
    theirs, mine = sender.path.read_bytes(), receiver.path.read_bytes()
    if theirs == mine:
        return 0
    if mine == receiver.synced:
        _replace(receiver, theirs)
        return 0
    copy = receiver.path.with_name(f"library.sync-conflict-20260102-{number:06}-ABCDEFG.json")
    if chance.random() < 0.5:
        copy.write_bytes(mine)  # theirs wins, ours becomes the conflict copy
        _replace(receiver, theirs)
    else:
        copy.write_bytes(theirs)
    return 1


def _replace(machine: Machine, data: bytes) -> None:
    machine.path.with_name(".syncing").write_bytes(data)
    machine.path.with_name(".syncing").replace(machine.path)
    machine.synced = data
