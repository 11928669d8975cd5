"""Start the Python processes of tests as forks of a process that has imported what they need.

A start of the program imports for 50 to 300 ms, and some hundred tests start one. Here one process for all tests of a
worker does that once, and each process that a test starts by `subprocess` is a fork of it: with its own arguments,
environment, streams and session, and a child of the process of the tests, as usual. With the full counts every
process is started by the system, as it is wherever a process differs in more than that.
"""

from __future__ import annotations

import atexit
import codecs
import ctypes
import gc
import io
import json
import os
import runpy
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - before any import
FREE = {"HOME", "PATH", "EDITOR", "VISUAL", "BROWSER", "PYTEST_CURRENT_TEST", "PWD", "OLDPWD", "PYTHONIOENCODING"}
"""Variables that no module reads when it is imported, besides those that begin with one of `FREE_PREFIXES`; a fork
follows that of the encoding."""
FREE_PREFIXES = ("XDG_", "TUI_READER_")
READING = (
    "tui_reader.services.articles.parsed_files",
    "tui_reader.services.annotations.reanchor_job",
    "tui_reader.services.articles.text_search",
    "tui_reader.formats.markdown.markdown",
    "trafilatura",
    "tests.services.slow_formats",
)
"""What nearly all processes import that read files, and most tests of formats and services as well."""
_VERBS = ("tui_reader.cli.main", "tui_reader.cli.notes", "tui_reader.cli.articles", "tui_reader.cli.export")
_STORE = ("tinydb", "tui_reader.storage.engine.store", "tui_reader.storage.engine.library_reader")
_LIBRARY = (
    *_STORE,
    "tui_reader.storage.snapshot.compaction",
    "tui_reader.services.library.opening",
    "tui_reader.services.headless.session",
    "tui_reader.services.headless.clips",
    "tui_reader.services.annotations.drafts",
    "tui_reader.services.articles.scanner",
    "tui_reader.formats.markdown.markdown",
    "tui_reader.formats.markdown.dialects",
    "tui_reader.formats.markdown.tokens",
    "tui_reader.anchoring.resolution",
    "linkify_it",
    "markdown_it",
    "mdit_py_plugins.footnote",
    "sqlite3",
    "yaml",
)
"""What a process imports that opens a library and reads a text."""
_READER = (
    "tui_reader.tui.app",
    "tui_reader.tui.screens.reading.wiring",
    "textual.drivers.linux_driver",
    "textual.layouts.factory",
    "textual.pilot",
    "textual.scrollbar",
)
IMPORTS = {
    "services.library.worker": READING,
    "cli.main": (*_VERBS, *_LIBRARY, *_READER),
    "tests.storage": _STORE,
}
"""What is imported before the first fork for a program that contains the key."""
MODULES = {
    "tui_reader": (*_VERBS, *_LIBRARY),
    "tests.storage.kills": ("tests.storage.kills",),
    "tests.storage.file_usage": ("tests.storage.file_usage", *_LIBRARY),
}
"""What is imported before the first fork for a module that is run."""
_CHILD_SUBREAPER = 36
"""Number of the option of `prctl` by which a process adopts the orphans among its descendants."""


class Request(NamedTuple):
    """A process to start."""

    arguments: list[str]
    """Arguments of the interpreter: `-c` with a program or `-m` with a module, and what that gets."""
    environment: dict[str, str]
    folder: str
    new_session: bool

    @property
    def imports(self) -> tuple[str, ...]:
        """Modules to import before the fork."""
        option, what = self.arguments[:2]
        if option == "-m":
            return MODULES.get(what, ())
        return tuple(name for key, names in IMPORTS.items() if key in what for name in names)


class Server:
    """The process that imports and forks, started at the first use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._environment = dict(os.environ)
        self.is_off = False
        """True while each process is started by the system."""

    def fork_exec(self, *given: Any) -> int:
        """Start a process; has the arguments of `_posixsubprocess.fork_exec`, and returns its id."""
        if len(given) == 23 and (request := self._request(given)) is not None:
            streams = [stream if stream >= 0 else number for number, stream in enumerate((*given[6:10:3], given[11]))]
            return self._fork(request, streams)
        process: int = _fork_exec(*given)
        return process

    def _request(self, given: tuple[Any, ...]) -> Request | None:
        """Return the request for these arguments of `fork_exec`; None if the system has to start the process."""
        arguments, executables, _, keep, folder, environment = given[:6]
        if self.is_off or executables != (os.fsencode(sys.executable),) or len(keep) > 1 or given[16] != -1:
            return None
        if any(each is not None for each in given[17:20]) or given[20] != -1 or given[21] is not None:
            return None
        words = [os.fsdecode(each) for each in arguments]
        if len(words) < 3 or words[1] not in ("-c", "-m"):
            return None
        if environment is None:
            variables = dict(os.environ)
        else:
            variables = dict(os.fsdecode(each).split("=", 1) for each in environment)
        if _kept(variables) != _kept(self._environment):
            return None
        return Request(words[1:], variables, os.fsdecode(folder or os.getcwd()), bool(given[15]))  # noqa: PTH109

    def _fork(self, request: Request, streams: list[int]) -> int:
        with self._lock:
            if self._socket is None:
                self._start()
            assert self._socket is not None
            _adopt_orphans(True)
            try:
                data = json.dumps(request).encode("ascii")
                socket.send_fds(self._socket, [len(data).to_bytes(4, "big")], streams)
                self._socket.sendall(data)
                process = int.from_bytes(self._socket.recv(8, socket.MSG_WAITALL), "big")
            finally:
                _adopt_orphans(False)
        if not process:
            raise OSError("the process that forks has ended")
        return process

    def _start(self) -> None:
        self._socket, other = socket.socketpair()
        was_off, self.is_off = self.is_off, True
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(other.fileno())],
                stdin=subprocess.DEVNULL,
                env=self._environment,
                pass_fds=[other.fileno()],
                cwd=ROOT,
            )
        finally:
            self.is_off = was_off
            other.close()

    def close(self) -> None:
        """End the process."""
        if self._socket is not None and self._process is not None:
            self._socket.close()
            self._process.wait()
        self._socket = self._process = None

    @contextmanager
    def off(self) -> Iterator[None]:
        """Have each process started by the system."""
        before, self.is_off = self.is_off, True
        try:
            yield
        finally:
            self.is_off = before


_fork_exec: Any = getattr(subprocess, "_fork_exec", None)
SERVER = Server()
"""The process of this worker; imported when the environment of all tests is set (tests/conftest.py)."""


def is_possible() -> bool:
    """Return True if processes can be forked here: on Linux, where a process may adopt the forks of another."""
    return sys.platform == "linux" and _fork_exec is not None


def _kept(environment: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if k not in FREE and not k.startswith(FREE_PREFIXES)}


def _adopt_orphans(is_wanted: bool) -> None:
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, int(is_wanted), 0, 0, 0)


_PROGRAM = "import sys; from tests.forks import serve; run = serve(int(sys.argv[1])); run()"


def serve(handle: int) -> Any:
    """Fork for each request that comes by a socket, until it is closed.

    Returns:
        What a fork has to do, and what this process has to do at the end.
    """
    with socket.socket(fileno=handle) as connection:
        while True:
            head, streams, _, _ = socket.recv_fds(connection, 4, 3)
            if len(head) < 4:
                return lambda: None
            request = Request(*json.loads(connection.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)))
            for module in request.imports:
                if module not in sys.modules:
                    import_module(module)
            gc.collect()
            gc.freeze()
            reading, writing = os.pipe()
            between = os.fork()
            if not between:
                # The process of the tests adopts the fork of a fork, and may wait for it as for any child.
                if process := os.fork():
                    os.write(writing, process.to_bytes(8, "big"))
                    os._exit(0)
                os.close(reading)
                os.close(writing)
                break
            os.close(writing)
            for stream in streams:
                os.close(stream)
            os.waitpid(between, 0)
            connection.sendall(os.read(reading, 8))
            os.close(reading)
    _become(request, streams)
    return lambda: _run(request)


def _become(request: Request, streams: list[int]) -> None:
    """Take over streams, session, folder and environment."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    if request.new_session:
        os.setsid()
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        raw = open(number, "wb" if number else "rb", closefd=False)  # noqa: SIM115 - a stream of the process
        at_once = name == "stderr" or (number and os.isatty(number))
        new = io.TextIOWrapper(raw, *_coding(request, name), newline="\n", line_buffering=bool(at_once))
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def _coding(request: Request, name: str) -> tuple[str, str | None]:
    """Return the encoding of a standard stream, and how it handles errors: as `PYTHONIOENCODING` says, or as usual."""
    usual = getattr(sys, name)
    encoding, _, errors = request.environment.get("PYTHONIOENCODING", "").partition(":")
    if not encoding and not errors:
        return usual.encoding, usual.errors
    return codecs.lookup(
        encoding
    ).name if encoding else usual.encoding, usual.errors if name == "stderr" else errors or "strict"


def _run(request: Request) -> None:
    """Run the program, and end as the interpreter does, but without taking apart all modules.

    That would copy most of the memory that this process shares with the one it is a fork of: for 10 to 30 ms. Whatever
    is unusual is left to the interpreter: an exception, an exit with a message, a stream that cannot be written.
    """
    status = 0
    try:
        _execute(request)
    except SystemExit as leaving:
        if not isinstance(leaving.code, int | None):
            raise
        status = leaving.code or 0
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - the interpreter does it again, and says what it says of it
        raise SystemExit(status) from None
    os._exit(status & 0xFF)


def _execute(request: Request) -> None:
    option, what, *arguments = request.arguments
    if option == "-m":
        sys.argv = [what, *arguments]
        sys.path[0] = request.folder
        runpy.run_module(what, run_name="__main__", alter_sys=True)
        return
    sys.argv = ["-c", *arguments]
    sys.path[0] = ""
    names = sys.modules["__main__"].__dict__
    exec(compile(what, "<string>", "exec"), names)
