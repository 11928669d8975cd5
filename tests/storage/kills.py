"""Kill processes at random moments while they change a library, and check the files afterwards.

    python -m tests.storage.kills FOLDER LOOPS PROCESSES [SEED]

Run as a program of its own: its children are forks, which start within milliseconds and must not inherit threads.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tinydb import TinyDB

from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.snapshot.compaction import compact
from tui_reader.storage.tinydb_api import LibraryDB

if TYPE_CHECKING:
    from collections.abc import Callable

BULK = 400
"""Number of documents that exist before the first process and are never changed."""


def child(path: Path, who: str, acknowledge: Callable[[str], None], start: int, seed: int) -> NoReturn:
    """Change documents singly and in batches, add some, compact and reopen until this process is killed."""
    chance = random.Random(seed)
    library = LibraryFiles(path, "aaaa")
    acknowledge(f"ready {who} {start}")
    number = start
    while True:
        number += 1
        pick = chance.random()
        article = f"art{chance.randrange(40)}"
        if pick < 0.5:
            fields = {"id": article, f"v_{who}": number, "shared": f"{who}{number}"}
            library.commit(lambda _, f=fields, a=article: {"o": [["articles", str(document_id(a)), f]]})  # type: ignore[misc]
            acknowledge(f"change {article} {number}")
        elif pick < 0.75:
            key = f"{who}-{number}"
            fields = {"id": key, "article": article, "quote": "q" * chance.randrange(300), "+": True}
            place = str(document_id(key, article))
            library.commit(lambda _, f=fields, p=place: {"o": [["annotations", p, f]]})  # type: ignore[misc]
            acknowledge(f"note {key}/{article} {number}")
        elif pick < 0.87:
            together = [
                ["articles", str(document_id(f"art{n}")), {"id": f"art{n}", f"b_{who}": number}] for n in range(12)
            ]
            library.commit(lambda _, t=together: {"o": t})  # type: ignore[misc]
            acknowledge(f"batch - {number}")
        elif pick < 0.97:
            compact(library)
        else:
            library.close()
            library = LibraryFiles(path, "aaaa")


class Loops:
    """Rounds of starting processes on one library, killing them, and checking it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.path = folder / "library.json"
        self._folder = folder
        self._chance = random.Random(seed)
        self._values: dict[tuple[str, str], int] = {}
        self._notes: set[str] = set()
        self._batches: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self.counts = {"kills": 0, "acknowledged": 0, "journals left": 0, "temporary snapshots left": 0}
        with LibraryDB(self.path, replica="aaaa") as db:
            db.table("articles").insert_multiple({"id": f"bulk{n}", "pad": "x" * 200} for n in range(BULK))

    def loop(self, processes: int) -> str:
        """Run one round. Return what was wrong; empty if nothing."""
        logs = {}
        children = {}
        for who in "ABCD"[:processes]:
            logs[who] = self._folder / f"acknowledged-{who}"
            logs[who].unlink(missing_ok=True)
            children[who] = self._start(who, logs[who])
        for who, process in children.items():
            while not logs[who].exists() or not logs[who].read_bytes():
                if os.waitpid(process, os.WNOHANG)[0]:
                    return f"the child {who} could not open the library"
                time.sleep(0.0005)
        for who in self._chance.sample(list(children), processes):
            time.sleep(self._chance.uniform(0.001, 0.02))
            os.kill(children[who], signal.SIGKILL)
            if not os.WIFSIGNALED(os.waitpid(children[who], 0)[1]):
                return f"the child {who} ended by itself"
            self.counts["kills"] += 1
        for who, log in logs.items():
            self._note_down(who, log.read_text().split("\n")[:-1])
        names = [item.name for item in self._folder.iterdir()]
        self.counts["journals left"] += sum(".journal-" in name for name in names)
        self.counts["temporary snapshots left"] += sum(".tmp-" in name for name in names)
        return self._check()

    def _start(self, who: str, log: Path) -> int:
        process = os.fork()
        if process:
            return process
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            child(
                self.path,
                who,
                lambda line: os.write(handle, f"{line}\n".encode()),  # type: ignore[arg-type]
                self._last.get(who, 0),
                self._chance.randrange(1 << 30),
            )
        except BaseException as error:  # noqa: BLE001  # a fork must never return into its parent's code
            os.write(2, f"child {who}: {error!r}\n".encode())
            os._exit(1)

    def _note_down(self, who: str, lines: list[str]) -> None:
        for line in lines:
            kind, what, text = line.split()
            number = int(text)
            self._last[who] = max(self._last.get(who, 0), number + 1)
            if kind == "change":
                self._values[what, who] = number
            elif kind == "note":
                self._notes.add(what)
            elif kind == "batch":
                self._batches[who] = number
            self.counts["acknowledged"] += kind != "ready"

    def _check(self) -> str:
        try:
            with TinyDB(self.path) as plain:
                if len(plain.table("articles").all()) < BULK:
                    return "plain TinyDB misses documents"
        except ValueError as error:
            return f"plain TinyDB cannot open it: {error!r}"
        library = LibraryFiles(self.path, "aaaa")
        try:
            if library.damage or library.journal.damaged or not library.verify():
                return f"damaged: {library.damage}, {library.journal.damaged} lines"
            for (article, who), number in self._values.items():
                found = library.state.document("articles", document_id(article)) or {}
                if found.get(f"v_{who}", -1) < number:
                    return f"lost {article} {who} {number}: {found}"
            for note in self._notes:
                key, article = note.split("/")
                if library.state.document("annotations", document_id(key, article)) is None:
                    return f"lost the note {note}"
            for who, number in self._batches.items():
                documents = [library.state.document("articles", document_id(f"art{n}")) or {} for n in range(12)]
                values = {document.get(f"b_{who}", -1) for document in documents}
                if len(values) != 1 or min(values) < number:
                    return f"lost or half a batch of {who}: {values}, {number} was acknowledged"
        finally:
            # Close nothing, as if this process had been killed too.
            library.journal.close()
            library.state.snapshot.close()
        return ""


def main() -> int:
    folder, loops, processes = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    runner = Loops(folder, int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    for count in range(loops):
        if wrong := runner.loop(processes):
            print(f"loop {count}: {wrong}")
            return 1
        print(f"loop {count}", file=sys.stderr)
    print(json.dumps(runner.counts))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
