"""Use every function of the program that opens a file, with obstacles in place of the files.

    python -m tests.storage.file_usage record FOLDER

prints every name that is opened, created, renamed or removed, and how. It runs as a separate program, since Python
cannot remove an audit hook.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from tests.storage.obstacles import everything, make_outside, put
from tui_reader.errors import ReaderError
from tui_reader.model.article import Metadata
from tui_reader.services.annotations.text_snapshots import TextCache
from tui_reader.services.library.ignore_files import write_ignore_files
from tui_reader.services.library.log import write_log
from tui_reader.services.library.opening import init_library
from tui_reader.storage import LibraryDB, open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit
from tui_reader.storage.cache.scan_cache import CachedFile, ScanCache
from tui_reader.storage.drafts import drafts_left, new_draft
from tui_reader.storage.engine import history_file
from tui_reader.storage.recovery.backups import backups
from tui_reader.storage.recovery.doctor import doctor
from tui_reader.storage.recovery.other_copies import merge, restore
from tui_reader.storage.replication.replica import replica_id
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEADLINE = 20
"""Seconds that one run of `life` may take; it needs a few tenths."""
REPLICA = "aaaa"
LOG = "state/tui-reader/tui-reader.log"
SCANS = "cache/tui-reader/scans/0123.sqlite"
TEXT = "cache/tui-reader/texts/6665.z"
COPY = "library/library.sync-conflict-20260101-120000-ABCDEFG.json"
DAILY = "library/.backups/library-2026-01-01.json"

NAMES = (
    "library/library.json",
    "library/library.json.bak",
    "library/library.json.bak.tmp",
    "library/library.json.bak.journal",
    "library/library.json.bak.journal.tmp",
    f"library/library.json.journal-{REPLICA}",
    f"library/library.json.journal-{REPLICA}.tmp",
    "library/library.json.journal-bbbb",
    "library/library.json.journal-bbbb.tmp",
    f"library/library.json.undo-{REPLICA}",
    f"library/library.json.undo-{REPLICA}.tmp",
    "library/library.json.tmp-aaaa-1-abcdef",
    COPY,
    DAILY,
    "library/.backups",
    "library/.backups/library-<today>.json",
    "made/.gitignore",
    "made/.stignore",
    "made/library.json",
    f"made/library.json.journal-{REPLICA}",
    "state/tui-reader/machine",
    "state/tui-reader/open",
    "state/tui-reader/open/<hash>",
    "state/tui-reader/drafts",
    "state/tui-reader/drafts/<draft>",
    "state/tui-reader/drafts/<draft>/draft.json",
    "state/tui-reader/drafts/<draft>/draft.json.tmp",
    "state/tui-reader/drafts/<draft>/lock",
    "state/tui-reader/drafts/<draft>/note.md",
    LOG,
    "cache/tui-reader/scans",
    SCANS,
    f"{SCANS}-wal",
    f"{SCANS}-shm",
    f"{SCANS}-journal",
    "cache/tui-reader/texts",
    TEXT,
)
"""Every file and folder that the program uses, relative to one root folder."""


@contextlib.contextmanager
def set_up(root: Path) -> Iterator[None]:
    """Within the context, point the XDG variables below this folder and rewrite the undo file often."""
    variables = {f"XDG_{name.upper()}_HOME": str(root / name) for name in ("data", "config", "cache", "state")}
    with mock.patch.dict(os.environ, variables), mock.patch.object(history_file, "_REWRITE_AT", 4):
        yield


def prepare(root: Path) -> None:
    """Create a library with a `.bak`, backups, a journal, an undo file and a draft of a killed run."""
    with set_up(root):
        _prepare(root)


def _prepare(root: Path) -> None:
    for name in ("library", "made"):
        (root / name).mkdir(parents=True)
    (root / "state/tui-reader").mkdir(parents=True)
    (root / "state/tui-reader/machine").write_text(f"{REPLICA}\n")
    path = root / "library/library.json"
    for step in _readers(path):
        step()
    shutil.copy(path, root / DAILY)
    with LibraryDB(root / "other.json", replica="bbbb") as db:
        db.table(ARTICLES).insert({"id": "copied", "starred": True})
    shutil.copy(root / "other.json", root / COPY)
    with LibraryDB(root / "elsewhere.json", replica="bbbb") as db:
        db.table(ARTICLES).insert({"id": "elsewhere", "starred": True})
        shutil.copy(root / "elsewhere.json.journal-bbbb", root / "library/library.json.journal-bbbb")
    draft = new_draft(str(path))
    draft.write({"text": "words"})
    draft.write_note("words")
    draft.release()
    _cached(root)


def life(root: Path, part: str = "") -> Iterator[Callable[[], object]]:
    """Yield everything that the reader and its commands do, step by step.

    Args:
        root: A copy of what `prepare` made.
        part: `library`, `state` or `cache`, to do only what uses files of that folder.
    """
    path = root / "library/library.json"
    if part in ("library", ""):
        yield from _library_life(root, path)
    if part in ("made", ""):
        yield lambda: init_library(root / "made")
        yield lambda: write_ignore_files(root / "made")
    if part in ("state", ""):
        yield lambda: _read(path)
        yield lambda: _drafts(path)
        yield lambda: write_log(root / LOG, "what failed\n")
        yield lambda: replica_id(root / "fresh")
    if part in ("cache", ""):
        yield lambda: _cached(root)


def _library_life(root: Path, path: Path) -> Iterator[Callable[[], object]]:
    yield from _readers(path)
    yield lambda: _write_in_place(path)
    yield from _readers(path)
    yield lambda: doctor(path, REPLICA)
    yield lambda: doctor(path, REPLICA, fix=True)
    yield lambda: merge(path, REPLICA, [root / "other.json"])
    yield lambda: _restore(path)
    yield lambda: _spoil(path)
    yield lambda: doctor(path, REPLICA, fix=True)
    yield lambda: restore(path, REPLICA, "2026-01-01")
    yield lambda: _through_tinydb(path)


def _readers(path: Path) -> Iterator[Callable[[], object]]:
    for _ in range(2):
        yield lambda: _read(path)


def _read(path: Path) -> None:
    store = open_store(path)
    try:
        store.poll()
        for number in range(3):
            store.apply([Edit(ARTICLES, f"a{number}", "starred", None, number)], "starred")
        store.apply([Edit(ANNOTATIONS, "n", name, None, "a1") for name in ("article", "note")], "noted")
        store.undo()
        store.redo()
    finally:
        store.close()


@contextlib.contextmanager
def _as_another_program() -> Iterator[None]:
    OTHERS.append("at work")
    yield
    OTHERS.pop()


OTHERS: list[str] = []
"""Not empty while a step imitates a program other than the reader."""


@_as_another_program()
def _write_in_place(path: Path) -> None:
    """Write the file in place, as a plain TinyDB does."""
    if path.is_file() and not path.is_symlink():
        data = json.loads(path.read_bytes())
        data.setdefault(ARTICLES, {})["77"] = {"id": "by hand", "starred": True}
        path.write_text(json.dumps(data))


@_as_another_program()
def _spoil(path: Path) -> None:
    if path.is_file() and not path.is_symlink():
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 2 // 3])
        journal = Path(f"{path}.journal-bbbb")
        if journal.is_file() and not journal.is_symlink():
            journal.write_bytes(b'00000000 {"a": 1}\n' + journal.read_bytes())


def _restore(path: Path) -> None:
    for backup in backups(str(path), Disk()):
        restore(path, REPLICA, backup.path)


def _through_tinydb(path: Path) -> None:
    with LibraryDB(path) as db:
        db.table(ARTICLES).insert({"id": "new", "starred": True})


def _drafts(path: Path) -> None:
    for left in drafts_left(str(path)):
        left.read()
        left.read_note()
        left.write({"text": "more"})
        left.write_note("more")
        left.remove()
    draft = new_draft(str(path))
    draft.write({"text": "words"})
    draft.remove(keep_other_files=True)


def _cached(root: Path) -> None:
    for _ in range(2):
        cache = ScanCache(root / SCANS)
        cache.load()
        cache.update([CachedFile("/a.md", 1, 2, 3, "f", Metadata(), "")], ["/b.md"])
        cache.close()
        texts = TextCache(root / "cache/tui-reader/texts")
        texts.get("fe")
        texts.has("fe")
        texts.put("fe", "text")


def place_of(root: Path, name: str) -> Path:
    """Return the path of a name of `NAMES` in a prepared folder."""
    from datetime import UTC, datetime

    place = name.replace("<today>", f"{datetime.now(UTC):%Y-%m-%d}")
    for variable, pattern in (("<hash>", "state/tui-reader/open/*"), ("<draft>", "state/tui-reader/drafts/*")):
        if variable in place:
            place = place.replace(variable, next(root.glob(pattern)).name)
    return root / place


def is_tried(name: str, kind: str) -> bool:
    """Return False for a state file that is a link to a file: one that the user names is followed."""
    return name not in ("library/library.json", "made/library.json") or kind not in ("dangling link", "link to a file")


class HungError(BaseException):
    """A run of `life` took longer than `DEADLINE`."""


def live_with(kind: str, name: str, prepared: Path, root: Path) -> str | None:
    """Run `life` with an obstacle in place of a file. Return the faults found; empty if there are none.

    Returns None if the obstacle cannot be created.

    Args:
        kind: The kind of obstacle, a key of `obstacles.KINDS`.
        name: One of `NAMES`.
        prepared: The folder that `prepare` filled.
        root: A folder that does not exist yet.
    """
    shutil.copytree(prepared, root, symlinks=True)
    with set_up(root):
        return _live_with(kind, name, root)


def _live_with(kind: str, name: str, root: Path) -> str | None:
    place = place_of(root, name)
    if place.is_dir():
        shutil.rmtree(place)
    outside = make_outside(root.parent / "outside")
    if not put(kind, place, outside):
        return None
    before = everything(outside)
    failures: list[str] = []
    threading.excepthook = lambda failed: failures.append(f"a thread ended by {failed.exc_value!r}")

    def hung(*_: object) -> None:
        raise HungError

    signal.signal(signal.SIGALRM, hung)
    signal.alarm(DEADLINE)
    try:
        for number, step in enumerate(life(root, name.partition("/")[0])):
            try:
                step()
            except ReaderError as error:
                if not error.message:
                    failures.append(f"step {number} says nothing")
            except OSError as error:
                # The services catch errors of the state of this machine, and go on without it.
                if not place.is_relative_to(root / "state"):
                    failures.append(f"step {number} raised {error!r}")
            except HungError:
                return f"step {number} hangs"
            except Exception as error:  # noqa: BLE001 - whatever it raises is the finding
                failures.append(f"step {number} raised {error!r}")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        threading.excepthook = threading.__excepthook__
    if everything(outside) != before:
        failures.append("something outside was changed")
    return "; ".join(failures)


_VARIABLE = (
    (r"\.tmp-[a-z0-9]+-\d+-[0-9a-f]{6}$", ".tmp-aaaa-1-abcdef"),
    (r"^library-\d{4}-\d\d-\d\d(-[a-z]+-\d{6}(-\d+)?)?\.json$", "library-<today>.json"),
    (r"^[0-9a-f]{20}$", "<hash>"),
    (r"^[0-9a-f]{20}-[0-9a-f]{8}$", "<draft>"),
    (r"^machine\.\d+$", "machine.<pid>"),
    (r"^tmp[a-z0-9_]{8}$", "<mkstemp>"),
)


def _plain(name: str) -> str:
    for pattern, instead in _VARIABLE:
        name = re.sub(pattern, instead, name)
    return name


def record(root: Path) -> dict[str, list[str]]:
    """Run `life`. Return the names that it opens: relative to a folder's descriptor, and as whole paths."""
    prepare(root)
    events = {"open": 1, "os.rename": 2, "os.link": 2, "os.remove": 1, "os.mkdir": 1, "sqlite3.connect": 1}
    used: dict[str, set[str]] = {"within": set(), "whole": set()}

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and arguments[2] & os.O_DIRECTORY:
            return
        if OTHERS:
            return
        for path in arguments[: events.get(event, 0)]:
            name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
            if name.startswith(str(root)):
                used["whole"].add(_plain(Path(name).name))
            elif name and "/" not in name:
                used["within"].add(_plain(name))

    sys.addaudithook(hook)
    with set_up(root):
        for step in life(root):
            with contextlib.suppress(ReaderError):
                step()
    found = {how: sorted(names) for how, names in used.items()}
    used.clear()
    used.update({"within": set(), "whole": set()})
    return found


if __name__ == "__main__":
    print(json.dumps(record(Path(sys.argv[2]))))
