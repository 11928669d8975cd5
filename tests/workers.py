"""Run the tests in several processes that are forks of the one that has collected them.

To import all modules and to collect all tests takes seconds of a processor, and each worker of pytest-xdist does it for
itself. Here one process does it, and its forks take the tests in pieces: large ones at first, single tests at the end.
A fork that dies costs the test it ran: another one continues with the rest of its piece.
"""

from __future__ import annotations

import functools
import gc
import os
import pickle
import selectors
import struct
import sys
import threading
import traceback
from collections import deque
from contextlib import suppress
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.counts import FULL
from tests.running import run_with_few_reports

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIECES = 6
"""A worker takes so many pieces at least: the larger the number, the smaller the first pieces."""
_PIECE = struct.Struct("II")
_SIZE = struct.Struct("I")


def is_possible() -> bool:
    """Return True if this process can be forked: on Linux; libraries of macOS do not survive it."""
    return sys.platform == "linux"


def pieces(count: int, workers: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last + 1 of the tests that a worker takes at a time; ever fewer, so that all end at once.

    Args:
        count: The number of tests.
        workers: The number of worker processes.
    """
    start = 0
    while start < count:
        end = start + max(1, (count - start) // (PIECES * workers))
        yield start, end
        start = end


class Worker:
    """A worker process, as the process that has collected the tests sees it."""

    def __init__(self, process: int, handle: int) -> None:
        self.process = process
        self.handle = handle
        """Reading end of the pipe of messages."""
        self.taken: deque[int] = deque()
        """Numbers of the tests that it has taken and not finished."""
        self._rest = b""

    def messages(self) -> Iterator[tuple[Any, ...]]:
        """Yield the messages that have arrived; raise EOFError if the process has ended."""
        data = os.read(self.handle, 1 << 16)
        if not data:
            raise EOFError
        self._rest += data
        while len(self._rest) >= _SIZE.size:
            end = _SIZE.size + _SIZE.unpack_from(self._rest)[0]
            if len(self._rest) < end:
                return
            message = pickle.loads(self._rest[_SIZE.size : end])
            self._rest = self._rest[end:]
            yield message

    def close(self) -> None:
        """Listen no more, and wait for the end of the process."""
        os.close(self.handle)
        os.waitpid(self.process, 0)


class Pool:
    """All worker processes of a session."""

    def __init__(self, session: pytest.Session, count: int) -> None:
        self._session = session
        self._hook = session.config.hook
        self._selector = selectors.DefaultSelector()
        self._pieces, writing = os.pipe()
        for piece in pieces(len(session.items), count):
            os.write(writing, _PIECE.pack(*piece))
        os.close(writing)
        self._count = count
        self._started = 0

    def run(self) -> None:
        """Run all tests, and report them as pytest does."""
        from tests.forks import READING  # when the environment of all tests is set (tests/conftest.py)

        # What most tests import is imported once, and what lives until the end is not looked at for garbage.
        for name in READING:
            import_module(name)
        gc.freeze()
        # A folder given by --basetemp is emptied when it is first asked for: once, not by each fork.
        self._session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
        assert threading.active_count() == 1, "a fork has only one of the threads"
        try:
            for _ in range(self._count):
                self._start([])
            while self._selector.get_map():
                for key, _ in self._selector.select():
                    self._receive(key.data)
        finally:
            self._end()

    def _start(self, first: Sequence[int]) -> None:
        """Start a worker that runs some tests, then takes pieces."""
        reading, writing = os.pipe()
        number, self._started = self._started, self._started + 1
        if not (process := os.fork()):
            os.close(reading)
            for key in self._selector.get_map().values():
                os.close(key.data.handle)
            work(self._session, number, self._pieces, writing, first)
        os.close(writing)
        worker = Worker(process, reading)
        worker.taken.extend(first)
        self._selector.register(reading, selectors.EVENT_READ, worker)

    def _receive(self, worker: Worker) -> None:
        """Handle what a worker has sent, or its end."""
        has_ended = False
        try:
            for message in worker.messages():
                self._handle(worker, *message)
        except EOFError:
            has_ended = True
        if has_ended:
            self._selector.unregister(worker.handle)
            worker.close()
            if worker.taken:
                self._report_death(worker.taken.popleft())
                self._start(worker.taken)
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        if self._session.shouldstop:
            raise self._session.Interrupted(self._session.shouldstop)

    def _handle(self, worker: Worker, kind: str, *values: Any) -> None:
        if kind == "taken":
            worker.taken.extend(range(*values))
        elif kind == "finished":
            item = self._session.items[worker.taken.popleft()]
            self._hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        else:
            report = self._hook.pytest_report_from_serializable(config=self._session.config, data=values[0])
            self._hook.pytest_runtest_logreport(report=report)

    def _report_death(self, number: int) -> None:
        item = self._session.items[number]
        text = f"the worker process ended while it ran {item.nodeid}"
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", text, "call")
        self._hook.pytest_runtest_logreport(report=report)
        self._hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _end(self) -> None:
        """Listen no more, by which the workers that still run end after their tests, and wait for that."""
        for key in self._selector.get_map().values():
            key.data.close()
        os.close(self._pieces)
        self._selector.close()


class Sender:
    """Plugin of a worker process that sends what happens to the process that reports."""

    def __init__(self, session: pytest.Session, handle: int) -> None:
        self._config = session.config
        self._handle = handle

    def send(self, *message: Any) -> None:
        """Send a message; raise BrokenPipeError if no more are wanted."""
        pickled = pickle.dumps(message)
        data = memoryview(_SIZE.pack(len(pickled)) + pickled)
        while data:
            data = data[os.write(self._handle, data) :]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send a report."""
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self.send("report", data)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Report less, unless the full counts are wanted."""
        if FULL:
            return None
        run_with_few_reports(item, nextitem)
        return True


def work(session: pytest.Session, number: int, source: int, handle: int, first: Sequence[int]) -> NoReturn:
    """Run tests in this process, a new fork, and end it.

    Args:
        session: The session with the collected tests.
        number: The number of the worker.
        source: Pipe of which to take pieces.
        handle: Pipe for messages.
        first: Numbers of tests to run before any pieces.
    """
    status = 1
    try:
        plugins = session.config.pluginmanager
        plugins.unregister(name="terminalreporter")
        if capturing := plugins.getplugin("capturemanager"):
            # The forks share the files into which the output is captured.
            capturing.stop_global_capturing()
            capturing.start_global_capturing()
            capturing.suspend_global_capture()
        factory = session.config._tmp_path_factory  # type: ignore[attr-defined]
        factory._basetemp = factory.mktemp(f"w{number}", numbered=False)
        sender = Sender(session, handle)
        plugins.register(sender)

        def numbers() -> Iterator[int | None]:
            yield from first
            while piece := os.read(source, _PIECE.size):
                sender.send("taken", *_PIECE.unpack(piece))
                yield from range(*_PIECE.unpack(piece))
            yield None

        # To find the hooks of a test takes longer than some tests, and they are those of its module.
        session.gethookproxy = functools.cache(session.gethookproxy)  # type: ignore[assignment, method-assign]
        for current, following in pairwise(numbers()):
            assert current is not None
            item = session.items[current]
            nextitem = None if following is None else session.items[following]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            sender.send("finished")
        status = 0
    except (KeyboardInterrupt, BrokenPipeError):
        with suppress(BaseException):
            session._setupstate.teardown_exact(None)
    except BaseException:  # noqa: BLE001 - an error of a plugin; the other process reports the end of this one
        traceback.print_exc()
    finally:
        os._exit(status)
