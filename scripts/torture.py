"""Stress-test the store for a long time, trying to make it lose data.

    python scripts/torture.py [--minutes 30] [--seed N]

Rounds of all kinds take turns until the time is up:

- processes killed while they write (one, and two at once); every state that a power cut may leave after random changes
- every system call failing; reads that fail; read-only mounts; a full disk
- journal and snapshot truncated at every byte, and every bit of them flipped
- compactions killed between any two steps, and instances that end together, with undo compared to an undisturbed run
- three machines with wrong clocks, synced by git or by an unreliable program
- links, FIFOs and devices in the place of every file

Prints a table at the end. The exit code is 1 if there was a fault. Each fault names its seed, with which it can be run
again.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.storage import (  # noqa: E402
    crashes,
    damaged_files,
    failing_disk,
    faults,
    file_usage,
    machines,
    obstacles,
    storms,
    undo_races,
    windows,
)
from tui_reader.errors import StoreError  # noqa: E402
from tui_reader.storage import open_store  # noqa: E402
from tui_reader.storage.base import ARTICLES, Edit  # noqa: E402
from tui_reader.storage.engine import history_file  # noqa: E402
from tui_reader.storage.snapshot import journal  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    Round = Callable[[Path, int], tuple[dict[str, int], list[str]]]

KILL_LOOPS = 25


def kills(processes: int) -> Round:
    def round_(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
        # On a real disk, where a flush takes time: a folder in memory would hide races.
        with tempfile.TemporaryDirectory(dir=folder.parent / "disk") as place:
            command = [sys.executable, "-m", "tests.storage.kills", place, str(KILL_LOOPS), str(processes), str(seed)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                return {}, [done.stdout + done.stderr[-500:]]
            return json.loads(done.stdout), []

    return round_


def power_cuts(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    scene = folder / "scene"
    scene.mkdir()
    count, wrong = crashes.check(crashes.record_any(scene, random.Random(seed)), folder / "state")
    return {"states": count}, wrong


def failing_calls(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    fault = random.Random(seed).choice(faults.FAULTS)
    count, wrong = faults.run_all(folder / "state", (fault,))
    return {"failed calls": count}, wrong


def torn_journals(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    count = Counter[str]()
    return count, list(damaged_files.journals(folder / "state", (seed % 8,), lambda: count.update(["journals"])))


def torn_snapshots(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    count = Counter[str]()
    return count, list(damaged_files.snapshots(folder / "state", (seed % 8,), lambda: count.update(["snapshots"])))


def three_machines(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    return machines.trial(folder / "state", random.Random(seed))


def over_git(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    chance = random.Random(seed)
    return storms.over_git(folder / "state", chance, driver=chance.random() < 0.5, steps=chance.randrange(10, 60))


def over_copies(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    chance = random.Random(seed)
    return storms.over_copies(folder / "state", chance, steps=chance.randrange(10, 80))


def races(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:  # noqa: ARG001
    return {"races": len(windows.RACES)}, windows.look(folder / "state")


def _session(chance: random.Random) -> str:
    """Return a random sequence of user actions; see `undo_races.SESSIONS`."""
    steps = list("abcdeghijkNMOPQ")
    chance.shuffle(steps)
    first = steps.pop()
    actions = [steps.pop() if chance.random() < 0.5 and steps else chance.choice("uurf*") for _ in range(18)]
    return " ".join([first, *actions])


def killed_compactions(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    count, wrong = undo_races.kills_in_a_compaction(folder / "state", _session(random.Random(seed)))
    return {"kills": count}, wrong


def instances_ending(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    chance = random.Random(seed)
    session = _session(chance).replace("f", "u")
    deadlines = history_file._LOCK_SECONDS, journal._LOCK_SECONDS
    history_file._LOCK_SECONDS = journal._LOCK_SECONDS = -1.0  # an instance that is locked out ends later
    try:
        count, wrong = undo_races.windows_ending_together(folder / "state", session, chance.choice((2, 3)))
    finally:
        history_file._LOCK_SECONDS, journal._LOCK_SECONDS = deadlines
    return {"interleavings": count}, wrong


def failing_reads(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    chance = random.Random(seed)
    call, number = chance.choice(failing_disk.READS), chance.choice((errno.EIO, errno.EACCES, errno.EROFS))
    start = failing_disk.prepare(folder / "start").parent
    count, wrong = failing_disk.every_call(start, folder / "state", call, number, for_good=chance.random() < 0.5)
    return {"failed reads": count}, wrong


def read_only_mounts(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    chance = random.Random(seed)
    path = failing_disk.prepare(folder / "state")
    before = {item.name: item.read_bytes() for item in path.parent.iterdir() if item.is_file()}
    disk = failing_disk.Mounted(chance.choice((errno.EROFS, errno.EACCES, errno.EPERM)), is_known=chance.random() < 0.5)
    _, wrong = failing_disk.walk(path, disk)
    after = {item.name: item.read_bytes() for item in path.parent.iterdir() if item.is_file()}
    return {"mounts": 1}, wrong + (["something was written"] if before != after else [])


def full_disk(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    mounted = folder / "small"
    mounted.mkdir()
    size = f"size={random.Random(seed).randrange(60, 400)}k"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(mounted)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        return {"skipped, no mount allowed": 1}, []
    try:
        store = open_store(mounted / "library.json")
        saved = 0
        try:
            while True:
                store.apply([Edit(ARTICLES, f"a{saved}", "title", None, "t" * 500)], "named").result(20)
                saved += 1
        except StoreError:
            pass
        with contextlib.suppress(StoreError):
            store.close()
        again = open_store(mounted / "library.json")
        found = {key for key, _ in again.items(ARTICLES)}
        again.close()
        lost = [key for key in (f"a{number}" for number in range(saved)) if key not in found]
        return {"saved": saved}, [f"lost on a full disk: {lost}"] if lost else []
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def obstacles_everywhere(folder: Path, seed: int) -> tuple[dict[str, int], list[str]]:
    prepared = folder / "prepared"
    file_usage.prepare(prepared)
    chance = random.Random(seed)
    tries = [(name, kind) for name in file_usage.NAMES for kind in obstacles.KINDS if file_usage.is_tried(name, kind)]
    wrong, skipped = [], 0
    for number, (name, kind) in enumerate(chance.sample(tries, 60)):
        found = file_usage.live_with(kind, name, prepared, folder / str(number) / "root")
        skipped += found is None
        wrong += [f"{kind} in the place of {name}: {found}"] if found else []
        shutil.rmtree(folder / str(number))
    return {"obstacles": 60 - skipped, "skipped, no devices allowed": skipped}, wrong


ROUNDS: dict[str, Round] = {
    "killed, one process": kills(1),
    "killed, two processes": kills(2),
    "power cuts": power_cuts,
    "failing calls": failing_calls,
    "torn journals": torn_journals,
    "torn snapshots": torn_snapshots,
    "three machines": three_machines,
    "three machines over git": over_git,
    "three machines over conflict copies": over_copies,
    "races of two instances": races,
    "full disk": full_disk,
    "links, FIFOs and devices": obstacles_everywhere,
    "compactions killed, undo compared": killed_compactions,
    "instances ending together": instances_ending,
    "failing reads": failing_reads,
    "read-only mounts": read_only_mounts,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    memory = Path("/dev/shm")
    counts: dict[str, Counter[str]] = {name: Counter() for name in ROUNDS}
    faults_found: list[str] = []
    seconds = options.minutes * 60
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        root = Path(name)
        os.environ["XDG_STATE_HOME"] = str(root / "state-home")
        disk = Path(tempfile.mkdtemp(prefix="tui-reader-torture-"))
        (root / "disk").symlink_to(disk)
        columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task("", total=seconds)
            started, seed = time.monotonic(), options.seed
            while (passed := time.monotonic() - started) < seconds:
                kind = list(ROUNDS)[seed % len(ROUNDS)]
                progress.update(task, completed=passed, description=f"{kind}, seed {seed}, {len(faults_found)} faults")
                folder = root / "round"
                folder.mkdir()
                found, bad = ROUNDS[kind](folder, seed)
                shutil.rmtree(folder, ignore_errors=True)
                counts[kind].update({"rounds": 1, **found})
                faults_found += [f"{kind}, seed {seed}: {line}" for line in bad]
                seed += 1
            progress.update(task, completed=seconds)
        shutil.rmtree(disk, ignore_errors=True)
    table = Table("kind", "rounds", "events", "faults")
    for kind, count in counts.items():
        rounds = count.pop("rounds", 0)
        what = ", ".join(f"{number:,} {name}" for name, number in count.items())
        table.add_row(kind, f"{rounds:,}", what, str(sum(line.startswith(f"{kind}, seed") for line in faults_found)))
    out = Console(width=120)
    out.print(table)
    for line in faults_found:
        out.print(line, markup=False)
    out.print(f"{options.minutes:g} minutes from seed {options.seed}: {len(faults_found)} faults")
    return bool(faults_found)


if __name__ == "__main__":
    raise SystemExit(main())
