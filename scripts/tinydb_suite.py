"""Run TinyDB's own test suite, from its source distribution, against `LibraryDB`.

    python scripts/tinydb_suite.py [ARCHIVE]

Without an archive, pip downloads the source distribution of the installed version. The tests run unchanged; a pytest
plug-in replaces TinyDB's classes by ours where the tests import them.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

PLUGIN = """
import tinydb
import tinydb.storages
from tui_reader.storage.tinydb_api import LibraryDB, LibraryStorage

tinydb.TinyDB = LibraryDB
tinydb.JSONStorage = tinydb.storages.JSONStorage = LibraryStorage
"""


def download(folder: Path) -> Path:
    wanted = f"tinydb=={version('tinydb')}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        str(folder),
        wanted,
    ]
    subprocess.run(command, check=True)
    return next(folder.glob("tinydb-*.tar.gz"))


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else download(folder)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        tests = next(folder.glob("tinydb-*/tests"))
        plugin = folder / "replace_tinydb.py"
        plugin.write_text(PLUGIN)
        source = Path(__file__).resolve().parents[1]
        state = folder / "state"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "replace_tinydb", "-p", "no:cacheprovider", "-rf"]
        command += ["-c", "/dev/null", "--basetemp", str(folder / "tmp"), "--rootdir", str(tests.parent), str(tests)]
        path = f"{source}:{folder}"
        done = subprocess.run(
            command, cwd=tests.parent, check=False, env={"PYTHONPATH": path, "XDG_STATE_HOME": str(state), "PATH": ""}
        )
        return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
