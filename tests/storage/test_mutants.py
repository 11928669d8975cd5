"""The durability tests fail if a step of the store is omitted or reordered: each mutant must be noticed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.counts import FULL
from tests.storage import mutants

ROOT = Path(__file__).resolve().parents[2]

_SWAP = """        disk.rename(temporary, path)
        disk.sync_folder(library.folder)
        journal.replace(prepared)
"""

MUTANTS = {
    "a line is not flushed": (
        "crashes",
        "snapshot/journal.py",
        "            self._disk.sync_data(self._handle)\n            if",
        "            if",
    ),
    "the folder is not flushed when the journal is created": (
        "crashes",
        "snapshot/journal.py",
        "self._disk.sync_folder(os.path.dirname(self.path))  # noqa: PTH120\n        except",
        "pass\n        except",
    ),
    "the new snapshot is not flushed": ("windows", "snapshot/snapshot_writer.py", "    disk.sync(handle)\n", ""),
    "the journal goes before the snapshot": (
        "crashes",
        "snapshot/compaction.py",
        _SWAP,
        "\n".join(_SWAP.splitlines()[2:] + _SWAP.splitlines()[:2]) + "\n",
    ),
    "the folder is not flushed between the two renames": (
        "crashes",
        "snapshot/compaction.py",
        "        disk.sync_folder(library.folder)\n        journal.replace",
        "        journal.replace",
    ),
    "the new journal is not flushed": (
        "crashes",
        "snapshot/journal.py",
        "            self._disk.sync_data(handle)\n        finally:",
        "        finally:",
    ),
    "checksums of lines are not compared": (
        "torn",
        "snapshot/journal.py",
        'if line[:9] == b"%08x " % zlib.crc32(text):',
        "if line[8:9] == b' ' and text.endswith(b'}'):",
    ),
    "half a line of a killed writer is not cut off": (
        "torn",
        "snapshot/journal.py",
        "if whole < len(data) and cut_tail:",
        "if False:",
    ),
    "what came during a compaction is dropped": (
        "windows",
        "snapshot/compaction.py",
        "journal.prepare(journal.content(offset))",
        'journal.prepare(b"")',
    ),
    "the generation is not checked again under the lock": (
        "windows",
        "snapshot/compaction.py",
        "if library.state is not state or library.opener.is_changed():",
        "if False:",
    ),
    "entries of other windows are not read before a change": (
        "windows",
        "engine/library_files.py",
        "self._apply_foreign(self.journal.read_new(cut_tail=True))\n                self._held",
        "self._held",
    ),
    "a journal is removed without checking that it is empty": (
        "windows",
        "snapshot/journal.py",
        "if self._disk.fstat(self._handle).st_size <= len(HEAD):",
        "if True:",
    ),
    "a failed flush is tried again on the same file": (
        "failing flushes",
        "snapshot/journal.py",
        """            self.failed = True
            self._remove_appended()
            raise SyncFailedError(error.errno, error.strerror) from error
""",
        "            self._disk.sync_data(self._handle)\n",
    ),
    "a failed write is not removed from the file": (
        "failing writes",
        "snapshot/journal.py",
        "        except OSError:\n            self._remove_appended()\n            raise",
        "        except OSError:\n            pass",
    ),
    "the snapshot is written in place": (
        "windows",
        "engine/library_files.py",
        """{os.urandom(3).hex()}"
        return path, self.disk.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
""",
        """"
        return self.path, self.disk.open(self.path, os.O_RDWR | os.O_CREAT)
""",
    ),
    "an edit gets the clock's timestamp whatever it replaces": (
        "windows",
        "replication/future_timestamps.py",
        "if latest < timestamp:",
        "if True:",
    ),
    "the lock is not waited for": (
        "windows",
        "snapshot/journal.py",
        "                self._wait_for_lock(deadline)\n",
        "",
    ),
    "the lock is released before the line is written": (
        "windows",
        "engine/library_files.py",
        "                self._held = True\n                yield",
        "                self._held = True\n                self.journal.release()\n                yield",
    ),
    "a replay takes the earlier of two values": (
        "windows",
        "replication/registers.py",
        "timestamp > mine[0]",
        "timestamp < mine[0]",
    ),
}
"""For each mutant the check that should notice it, the file, its text and the text that replaces it."""


PROGRAM = """
import sys
package, root = sys.argv[1:3]
del sys.argv[1:3]
sys.path[:0] = [package, root]
# A forked process (tests/forks.py) has the real store already. All else is the same in the package with the mutant.
for name in [each for each in sys.modules if each.startswith(("tests.storage", "tui_reader.storage"))]:
    del sys.modules[name]
if "tui_reader" in sys.modules:
    sys.modules["tui_reader"].__path__ = [package + "/tui_reader"]
    del sys.modules["tui_reader"].storage
from tests.storage.mutants import main
sys.exit(main())
"""


def look(folder: Path, package: Path, *checks: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, str(package), str(ROOT), str(folder), *checks]
    environment = {**os.environ, "HOME": str(folder)}
    # Run in another folder: Python searches the current folder for modules first.
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def copied(folder: Path) -> Path:
    """Return a folder with a package whose storage is a copy, and whose other parts are links to the real ones."""
    package = folder / "package" / "tui_reader"
    package.mkdir(parents=True)
    for item in (ROOT / "tui_reader").iterdir():
        if item.name not in ("storage", "__pycache__"):
            (package / item.name).symlink_to(item)
    shutil.copytree(ROOT / "tui_reader" / "storage", package / "storage")
    return package.parent


def mutant(folder: Path, file: str, old: str, new: str) -> Path:
    """Return a folder with a copy of the package in which one step of the store is different."""
    package = copied(folder)
    source = package / "tui_reader" / "storage" / file
    text = source.read_text()
    assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old}"
    source.write_text(text.replace(old, new))
    return package


def test_the_unchanged_store_passes(tmp_path: Path) -> None:
    # Without the full counts, the other checks run on the real store in test_crashes.py only.
    seen = look(tmp_path, copied(tmp_path), *(["windows", "torn"] if not FULL else mutants.CHECKS))
    assert (seen.returncode, seen.stdout, seen.stderr) == (0, "", "")


@pytest.mark.parametrize("name", MUTANTS)
def test_each_mutant_of_the_store_fails_a_check(tmp_path: Path, name: str) -> None:
    check, *change = MUTANTS[name]
    seen = look(tmp_path, mutant(tmp_path, *change), *([check] if not FULL else mutants.CHECKS))
    assert seen.returncode == mutants.NOTICED, f"no test noticed that {name}: {seen.stdout}{seen.stderr}"
    assert seen.stdout
