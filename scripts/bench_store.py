"""Print the time of changes beside stock TinyDB, as a table with the target of each operation.

    python scripts/bench_store.py [--sizes 1000 10000 100000] [--changes 1000]

Each size is a library of so many articles and as many annotations. Everything of one size is measured in one run on the
same disk; lone figures of a machine say little, so look at the ratios. Stock TinyDB does each operation a few times.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from tinydb import TinyDB, where

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tui_reader.storage import LibraryDB  # noqa: E402
from tui_reader.storage.base import ARTICLES, Edit  # noqa: E402
from tui_reader.storage.engine.library_files import LibraryFiles  # noqa: E402
from tui_reader.storage.engine.store import LibraryStore  # noqa: E402
from tui_reader.storage.recovery.foreign_layout import Parsed, lay_out  # noqa: E402
from tui_reader.storage.replication.document_ids import document_id  # noqa: E402
from tui_reader.storage.snapshot.compaction import compact  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.storage.snapshot.state import State

REPLICA = "aaaa"
STAMP = "019a3f2c7b1e-000-k3f9"
WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "not",
    "he",
    "his",
    "but",
    "at",
    "are",
    "this",
    "have",
    "from",
    "or",
    "had",
    "an",
]


def words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(count))


def documents(count: int) -> tuple[list[str], Parsed]:
    """Return the keys of articles, and a library of as many articles and annotations, with sizes as in real ones."""
    chance = random.Random(1)
    keys = [f"feeds/{n % 300}/{chance.getrandbits(80):020x}.md" for n in range(count)]
    articles = {
        document_id(key): {
            "id": key,
            "read": chance.random() < 0.6,
            "starred": chance.random() < 0.05,
            "progress": round(chance.random(), 3),
            "offset": chance.randrange(40_000),
            "tags": sorted(chance.sample(["history", "long", "ml", "rust", "todo"], chance.randrange(3))),
            "opened": "2026-08-01T18:50:09.909Z",
            "finished": "2026-08-01T18:50:09.909Z",
            "_t": {"": STAMP},
        }
        for key in keys
    }
    annotations = {}
    for _ in range(count):
        key, article = str(uuid.UUID(int=chance.getrandbits(128), version=4)), chance.choice(keys)
        annotations[document_id(key, article)] = {"id": key, **annotation(chance, article), "_t": {"": STAMP}}
    return keys, Parsed({"articles": articles, "annotations": annotations})


def annotation(chance: random.Random, article: str) -> dict[str, Any]:
    start = chance.randrange(40_000)
    return {
        "article": article,
        "quote": words(chance, chance.randrange(6, 23)),
        "prefix": words(chance, 6),
        "suffix": words(chance, 6),
        "start": start,
        "end": start + 90,
        "colour": chance.randrange(1, 6),
        "note": words(chance, chance.randrange(16)),
        "tags": [],
        "created": "2026-08-01T18:50:09.909Z",
        "updated": "2026-08-01T18:50:09.909Z",
    }


def timed(action: Callable[..., object], *given: object) -> float:
    """Return the milliseconds that a call takes."""
    started = time.perf_counter()
    action(*given)
    return (time.perf_counter() - started) * 1e3


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Rows:
    """Collects rows of the table: operation, target, figure of this program, figure of stock TinyDB."""

    def __init__(self, count: int) -> None:
        title = f"{count:,} articles and as many annotations"
        self.table = Table("what", "target", "ours", "stock TinyDB", "stock / ours", title=title, title_justify="left")
        for column in self.table.columns[1:]:
            column.justify = "right"

    def add(self, what: str, ours: float, unit: str, *, target: str = "", stock: float | None = None) -> None:
        shown = "" if stock is None else f"{stock:,.2f} {unit}" if stock < 100 else f"{stock:,.0f} {unit}"
        ratio = (
            "" if stock is None or not ours else f"{stock / ours:,.0f}×" if stock > 9 * ours else f"{stock / ours:.1f}×"
        )
        own = f"{ours:,.2f} {unit}" if ours < 100 else f"{ours:,.0f} {unit}"
        self.table.add_row(what, target, own, shown, ratio)


def in_child(code: str, *arguments: str) -> float:
    """Return the number that some code prints in a new process."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return float(done.stdout)


_ANONYMOUS = "print([int(l.split()[1]) for l in open('/proc/self/status') if l.startswith('RssAnon')][0] / 1024)"
OUR_MEMORY = f"""
import sys
from pathlib import Path
from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.engine.store import LibraryStore
from tui_reader.storage.replication.document_ids import document_id
store = LibraryStore(LibraryFiles(Path(sys.argv[1]), "bbbb"))
for key in Path(sys.argv[2]).read_text().split("\\n")[:4000]:
    store.get("articles", key)
{_ANONYMOUS}
"""
STOCK_MEMORY = f"""
import sys
from tinydb import TinyDB
db = TinyDB(sys.argv[1])
found = db.table("articles").all()
{_ANONYMOUS}
"""
COLD = """
import os, sys, time
from pathlib import Path
from tui_reader.storage.engine.library_files import LibraryFiles
path, keys = sys.argv[1], Path(sys.argv[2]).read_text().split("\\n")
handle = os.open(path, os.O_RDONLY)
os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
os.close(handle)
from tui_reader.storage.replication.document_ids import document_id
started = time.perf_counter()
library = LibraryFiles(path, "bbbb")
for key in keys[:: max(1, len(keys) // 50)][:50]:
    library.state.document("articles", document_id(key))
print((time.perf_counter() - started) * 1e3)
"""


def ours(folder: Path, keys: list[str], rows: Rows, changes: int, stock: dict[str, float]) -> None:
    path = folder / "library.json"
    chance = random.Random(2)
    listed = folder / "keys"
    listed.write_text("\n".join(keys))
    fifty = chance.sample(keys, 50)

    def start() -> LibraryFiles:
        library = LibraryFiles(path, REPLICA)
        for key in fifty:
            library.state.document("articles", document_id(key))
        return library

    rows.add(
        "open and first 50 records, warm",
        percentile([timed(start) for _ in range(9)], 0.5),
        "ms",
        target="≤ 5 ms",
        stock=stock["open"],
    )
    os.sync()
    cold = [in_child(COLD, str(path), str(listed)) for _ in range(3)]
    rows.add("open and first 50 records, cold", statistics.median(cold), "ms", target="≤ 60 ms", stock=stock["open"])
    library = start()
    store = LibraryStore(library)
    writes = []
    before = library.journal.offset
    for key in chance.sample(keys, min(changes, len(keys))):
        read = (store.get(ARTICLES, key) or {}).get("read")
        edit = Edit(ARTICLES, key, "read", read, not read)
        writes.append(timed(kept, store, [edit]))
    size = (library.journal.offset - before) / len(writes)
    handle = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    bare = [timed(appended, handle, b"x" * int(size)) for _ in writes]
    os.close(handle)
    rows.add("keypress → durable, p50", percentile(writes, 0.5), "ms", stock=stock["update"])
    rows.add("keypress → durable, p99", percentile(writes, 0.99), "ms", target="≤ 2 ms", stock=stock["update"])
    rows.add("  a bare append and flush of as many bytes, p50", percentile(bare, 0.5), "ms")
    rows.add("  a bare append and flush of as many bytes, p99", percentile(bare, 0.99), "ms")
    rows.add("bytes written per keypress", size, "B", target="≤ 1,000 B", stock=stock["bytes"])
    before = library.journal.offset
    adds = []
    for _ in range(min(changes, 300)):
        fields = annotation(chance, chance.choice(keys))
        edits = [Edit("annotations", str(uuid.uuid4()), name, None, value) for name, value in fields.items()]
        edits = [edit._replace(key=edits[0].key) for edit in edits]
        adds.append(timed(kept, store, edits))
    rows.add("highlight → durable, p99", percentile(adds, 0.99), "ms", target="≤ 2 ms", stock=stock["insert"])
    rows.add("bytes written per highlight", (library.journal.offset - before) / len(adds), "B", stock=stock["bytes"])
    rows.add("close (compacts all of it)", timed(store.close), "ms", stock=stock["update"])
    with LibraryDB(path, replica=REPLICA) as db:
        annotations, articles = db.table("annotations"), db.table("articles")

        def star(key: str) -> None:
            articles.update({"starred": True}, doc_ids=[document_id(key)])

        def get(key: str) -> None:
            articles.get(doc_id=document_id(key))

        new = [{"id": str(uuid.uuid4()), **annotation(chance, keys[0])} for _ in range(200)]
        inserts = [timed(annotations.insert, document) for document in new]
        updates = [timed(star, key) for key in chance.sample(keys, 200)]
        gets = [timed(get, key) for key in chance.sample(keys, 200)]
        search = timed(lambda: articles.search(where("starred") == True))  # noqa: E712
    rows.add("LibraryDB: insert, p50", percentile(inserts, 0.5), "ms", stock=stock["insert"])
    rows.add("LibraryDB: update by id, p50", percentile(updates, 0.5), "ms", stock=stock["update"])
    rows.add("LibraryDB: get by id, p50", percentile(gets, 0.5), "ms", stock=stock["get"])
    rows.add("LibraryDB: search", search, "ms", stock=stock["search"])
    compactions(path, keys, rows, chance, stock)
    rows.add(
        "anonymous memory, open, 4,000 look-ups",
        in_child(OUR_MEMORY, str(path), str(listed)),
        "MB",
        target="≤ 40 MB",
        stock=stock["memory"],
    )


def kept(store: LibraryStore, edits: list[Edit]) -> None:
    """Apply edits, and wait until the writer's thread has them on disk."""
    store.apply(edits, "changed").result()


def appended(handle: int, data: bytes) -> None:
    os.write(handle, data)
    os.fdatasync(handle)


def compactions(path: Path, keys: list[str], rows: Rows, chance: random.Random, stock: dict[str, float]) -> None:
    library = LibraryFiles(path, REPLICA)
    library.verify()

    def change(count: int) -> None:
        builds = []
        for number in range(count):
            key = chance.choice(keys)
            operation = ["articles", str(document_id(key)), {"starred": number % 2 == 0, "progress": chance.random()}]
            builds.append({"o": [operation]})
        library.commit_all([_always(entry) for entry in builds])

    few = []
    for _ in range(5):
        change(3)
        os.sync()
        few.append(timed(lambda: compact(library)))
    rows.add("compaction, few changes", statistics.median(few), "ms", target="≤ 120 ms", stock=stock["update"])
    os.sync()
    raw = path.with_name("raw")
    plain = statistics.median(timed(flushed, raw, path.read_bytes()) for _ in range(3))
    rows.add("  a plain write and flush of that file", plain, "ms")
    gc.collect()
    many = min(10_000, len(keys) * 2)
    change(many)
    rows.add(
        f"replay {many:,} records",
        percentile([timed(lambda: LibraryFiles(path, REPLICA)) for _ in range(5)], 0.5),
        "ms",
        target="≤ 60 ms",
    )
    os.sync()
    rows.add(
        f"compaction, {many:,} changes", timed(lambda: compact(library)), "ms", target="≤ 400 ms", stock=stock["update"]
    )
    library.close()


def _always(entry: dict[str, Any]) -> Callable[[State], dict[str, Any]]:
    return lambda _: entry


def flushed(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def stock_tinydb(folder: Path, parsed: Parsed, keys: list[str]) -> dict[str, float]:
    path = folder / "stock.json"
    with TinyDB(path) as db:
        db.storage.write({table: {str(n): d for n, d in content.items()} for table, content in parsed.tables.items()})
    chance = random.Random(3)
    db = TinyDB(path)
    figures = {"open": timed(lambda: db.table("articles").get(doc_id=document_id(keys[0])))}
    articles, annotations = db.table("articles"), db.table("annotations")
    rounds = 5 if len(keys) <= 10_000 else 2
    picked = [document_id(key) for key in chance.sample(keys, rounds)]

    def unread(number: int) -> None:
        articles.update({"read": False}, doc_ids=[number])

    def get(number: int) -> None:
        articles.get(doc_id=number)

    figures["update"] = statistics.median(timed(unread, number) for number in picked)
    figures["insert"] = statistics.median(timed(annotations.insert, annotation(chance, keys[0])) for _ in picked)
    figures["get"] = statistics.median(timed(get, number) for number in picked)
    figures["search"] = timed(lambda: articles.search(where("starred") == True))  # noqa: E712
    figures["bytes"] = float(path.stat().st_size)
    db.close()
    figures["memory"] = in_child(STOCK_MEMORY, str(path))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--changes", type=int, default=1_000)
    given = parser.parse_args()
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="tui-reader-bench-")
    console = Console(width=120)
    for count in given.sizes:
        rows = Rows(count)
        with tempfile.TemporaryDirectory(prefix="tui-reader-bench-") as name:
            folder = Path(name)
            keys, parsed = documents(count)
            stock = stock_tinydb(folder, parsed, keys)
            (folder / "library.json").write_bytes(lay_out(parsed))
            del parsed
            gc.collect()
            ours(folder, keys, rows, given.changes, stock)
        console.print(rows.table)
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


if __name__ == "__main__":
    main()
