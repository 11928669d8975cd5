"""The durability tests fail if a step of the store is omitted or reordered: each mutant must be noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

_SWAP = """        disk.rename(temporary, path)
        disk.sync_folder(library.folder)
        journal.replace(prepared)
"""

MUTANTS = {
    "a line is not flushed": (
        "snapshot/journal.py",
        "            self._disk.sync_data(self._handle)\n            if",
        "            if",
    ),
    "the folder is not flushed when the journal is created": (
        "snapshot/journal.py",
        "self._disk.sync_folder(os.path.dirname(self.path))  # noqa: PTH120\n        except",
        "pass\n        except",
    ),
    "the new snapshot is not flushed": ("snapshot/snapshot_writer.py", "    disk.sync(handle)\n", ""),
    "the journal goes before the snapshot": (
        "snapshot/compaction.py",
        _SWAP,
        "\n".join(_SWAP.splitlines()[2:] + _SWAP.splitlines()[:2]) + "\n",
    ),
    "the folder is not flushed between the two renames": (
        "snapshot/compaction.py",
        "        disk.sync_folder(library.folder)\n        journal.replace",
        "        journal.replace",
    ),
    "the new journal is not flushed": (
        "snapshot/journal.py",
        "            self._disk.sync_data(handle)\n        finally:",
        "        finally:",
    ),
    "checksums of lines are not compared": (
        "snapshot/journal.py",
        'if line[:9] == b"%08x " % zlib.crc32(text):',
        "if line[8:9] == b' ' and text.endswith(b'}'):",
    ),
    "half a line of a killed writer is not cut off": (
        "snapshot/journal.py",
        "if whole < len(data) and cut_tail:",
        "if False:",
    ),
    "what came during a compaction is dropped": (
        "snapshot/compaction.py",
        "journal.prepare(journal.content(offset))",
        'journal.prepare(b"")',
    ),
    "the generation is not checked again under the lock": (
        "snapshot/compaction.py",
        "if library.state is not state or library.opener.is_changed():",
        "if False:",
    ),
    "entries of other windows are not read before a change": (
        "engine/library_files.py",
        "self._apply_foreign(self.journal.read_new(cut_tail=True))\n                self._held",
        "self._held",
    ),
    "a journal is removed without checking that it is empty": (
        "snapshot/journal.py",
        "if self._disk.fstat(self._handle).st_size <= len(HEAD):",
        "if True:",
    ),
    "a failed flush is tried again on the same file": (
        "snapshot/journal.py",
        """            self.failed = True
            self._remove_appended()
            raise SyncFailedError(error.errno, error.strerror) from error
""",
        "            self._disk.sync_data(self._handle)\n",
    ),
    "a failed write is not removed from the file": (
        "snapshot/journal.py",
        "        except OSError:\n            self._remove_appended()\n            raise",
        "        except OSError:\n            pass",
    ),
    "the snapshot is written in place": (
        "engine/library_files.py",
        """{os.urandom(3).hex()}"
        return path, self.disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
""",
        """"
        return self.path, self.disk.open(self.path, os.O_RDWR | os.O_CREAT)
""",
    ),
    "an edit gets the clock's timestamp whatever it replaces": (
        "replication/future_timestamps.py",
        "if latest < timestamp:",
        "if True:",
    ),
    "the lock is not waited for": ("snapshot/journal.py", "                self._wait_for_lock(deadline)\n", ""),
    "the lock is released before the line is written": (
        "engine/library_files.py",
        "                self._held = True\n                yield",
        "                self._held = True\n                self.journal.release()\n                yield",
    ),
    "a replay takes the earlier of two values": (
        "replication/registers.py",
        "timestamp > mine[0]",
        "timestamp < mine[0]",
    ),
}

_LOOK = """
import os
import sys
from pathlib import Path
from tests.storage import crashes, faults, torn, windows
folder = Path(sys.argv[1])
quick = crashes.quick_folder(folder).with_name(f"mutant-{os.getpid()}-{folder.name}")
import shutil
try:
    (folder / "scenario").mkdir()
    found = windows.look(folder / "windows")
    found = found or list(torn.journals(quick / "torn", (1,)))[:1]
    found = found or crashes.check(crashes.record(folder / "scenario"), quick)[1]
    some = tuple(fault for fault in faults.FAULTS if fault.call in ("sync_data", "write_some", "cut"))
    found = found or faults.run_all(quick, some)[1]
finally:
    shutil.rmtree(quick, ignore_errors=True)
print(*found)
sys.exit(bool(found))
"""


def look(folder: Path, package: Path) -> subprocess.CompletedProcess[str]:
    path = f"{package}:{ROOT}"
    command = [sys.executable, "-c", _LOOK, str(folder)]
    environment = {"PYTHONPATH": path, "HOME": str(folder)}
    # Run in another folder: Python searches the current folder for modules first.
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def mutant(folder: Path, file: str, old: str, new: str) -> Path:
    """Return a copy of the package in which one step of the store is different."""
    package = folder / "package"
    shutil.copytree(ROOT / "tui_reader" / "storage", package / "tui_reader" / "storage")
    for name in ("__init__.py", "errors.py"):
        shutil.copy(ROOT / "tui_reader" / name, package / "tui_reader" / name)
    source = package / "tui_reader" / "storage" / file
    text = source.read_text()
    assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old}"
    source.write_text(text.replace(old, new))
    return package


def test_the_unchanged_store_passes(tmp_path: Path) -> None:
    seen = look(tmp_path, ROOT)
    assert seen.returncode == 0, seen.stdout + seen.stderr


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_is_noticed(tmp_path: Path, name: str) -> None:
    seen = look(tmp_path, mutant(tmp_path, *MUTANTS[name]))
    assert seen.returncode != 0, f"no test noticed that {name}"
