"""The environment of all tests: no network, an empty home, and a fixed locale, time zone and terminal."""

from __future__ import annotations

import gc
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests import workers
from tests.counts import FULL
from tests.running import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CORPORA = Path(__file__).resolve().parents[1] / "../shared/corpora"
"""Folder of real articles and files by other authors, beside the checkout and not part of it."""

gc.disable()  # until all tests are collected: modules and tests are many objects, and no garbage

# Textual and Rich read these variables when they are imported, which is before any fixture runs.
for surprise in (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "COLUMNS",
    "LINES",
    "TEXTUAL",
    "TEXTUAL_THEME",
    "TEXTUAL_COLOR_SYSTEM",
    "COLORFGBG",
    "TMUX",
    "STY",
    "TERM_PROGRAM",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "SSH_CONNECTION",
    "SSH_TTY",
    "PYTHONSTARTUP",
    "PYTHONDONTWRITEBYTECODE",  # a test that starts the program would compile all of it each time
):
    os.environ.pop(surprise, None)
os.environ |= {
    "TEXTUAL_ANIMATIONS": "none",
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LC_ALL": "C.UTF-8",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
}
time.tzset()

# The files of the tests are kept in memory where there is enough of it: a flush to a disk costs more than most tests.
# With the full counts they are kept where the files of a reader are, on a disk.
_MEMORY, _ENOUGH = Path("/dev/shm"), 1_000_000_000
if (
    not os.environ.get("CI")
    and "TMPDIR" not in os.environ
    and os.access(_MEMORY, os.W_OK)
    and shutil.disk_usage(_MEMORY).free > _ENOUGH
):
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)

# No time limits for hypothesis: a busy machine would exceed them. The benchmarks measure durations.
_PATIENT: dict[str, Any] = {"deadline": None, "suppress_health_check": (HealthCheck.too_slow,)}
settings.register_profile("default", max_examples=3, **_PATIENT)
settings.register_profile("ci", max_examples=60, derandomize=True, database=None, print_blob=True, **_PATIENT)
settings.register_profile("thorough", max_examples=2_000, **_PATIENT)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option by which `make test` runs the tests in several processes."""
    parser.addoption("--workers", type=int, default=0, help="run the tests in so many forks of this process")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Leave the work to pytest-xdist where this process cannot be forked."""
    if config.option.workers and not workers.is_possible():
        config.option.numprocesses, config.option.dist = config.option.workers, "worksteal"
        config.option.workers = 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests in several processes if that is wanted."""
    if not session.config.option.workers or session.config.option.collectonly or session.testsfailed:
        return None
    workers.Pool(session, session.config.option.workers).run()
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Distribute the tests that wait."""
    if config.option.workers:
        spread(items)


def pytest_report_header() -> str:
    """Report in pytest's header whether the tests on real inputs can run."""
    return f"corpora: {'present' if CORPORA.is_dir() else 'absent, so tests on real inputs are skipped'}"


def pytest_collection_finish() -> None:
    """Exclude the modules and thousands of tests from garbage collection, since all live until the end."""
    gc.freeze()
    gc.enable()
    collect_rarely()


def collect_rarely() -> None:
    """Make the garbage collector run less often, which saves a tenth of the time: a test leaves little garbage."""
    gc.set_threshold(20_000, 20, 50)


_numbers = itertools.count()
_PLACES = (
    ("HOME", ""),
    ("XDG_DATA_HOME", "/data"),
    ("XDG_CONFIG_HOME", "/config"),
    ("XDG_CACHE_HOME", "/cache"),
    ("XDG_STATE_HOME", "/state"),
)
"""Environment variables with paths, and the path of each in the home folder of a test."""


_homes: list[Path] = []
"""The folder of all homes of this process, once it is made."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each test an empty home folder, and no editor or browser.

    This is no fixture, since pytest works longer for a fixture of each test than this takes. The variables are not set
    back, since each test sets all of them: `monkeypatch` would take a second for all tests.
    """
    if not _homes:
        # One folder for all: `mktemp` for each test costs more with each of them.
        _homes.append(item.config._tmp_path_factory.mktemp("homes"))  # type: ignore[attr-defined]
    home = f"{_homes[0]}/{next(_numbers)}"
    os.mkdir(home)  # noqa: PTH102 - a path object for each test takes as long as all the rest
    os.environ |= {variable: home + folder for variable, folder in _PLACES}
    for variable in ("VISUAL", "EDITOR", "BROWSER"):
        os.environ.pop(variable, None)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection except those by Unix sockets, which an event loop uses itself."""
    connect = socket.socket.connect

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"a test tried to reach the network: {address!r}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket.socket, "connect_ex", refuse)
        yield


@pytest.fixture(autouse=True, scope="session")
def _forked_processes() -> Iterator[None]:
    """Start Python processes as forks of one that has imported already, unless the full counts are wanted."""
    from tests import forks

    if FULL or not forks.is_possible():
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess, "_fork_exec", forks.SERVER.fork_exec)
        yield
    forks.SERVER.close()


@pytest.fixture
def real_processes() -> Iterator[None]:
    """Have the system start each process of the test, as a reader's do."""
    from tests import forks

    with forks.SERVER.off():
        yield


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], Path]:
    """Return a function that returns the folder of a corpus by name, and skips the test if it is absent."""

    def find(name: str) -> Path:
        folder = CORPORA / name
        if not folder.is_dir():
            pytest.skip(f"the corpus {name} does not lie beside this checkout (../shared/corpora)")
        return folder

    return find
