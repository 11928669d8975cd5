"""Parse many files in worker processes, ahead of a thread that needs their documents one after the other.

A process hands a document over packed, and unpacking it takes a tenth of the time of parsing. Only fast formats are
parsed ahead, since `parsed_files` has a process and a cache for slow ones.
"""

from __future__ import annotations

import base64
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.services.articles.content import read_content
from tui_reader.services.articles.parsed_files import is_slow, is_slow_name, load
from tui_reader.services.library.worker import Job, Worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui_reader.document.blocks import Document

FUNCTION = f"{__name__}:parse_files"
_READY = f"{__name__}:get_ready"
LEAST_BYTES = 300_000
"""Minimum total size of files in bytes for using processes: starting a process takes as long as parsing so many."""
MOST_BYTES = 4_000_000
"""Largest size in bytes of a file that is parsed ahead, so that no process is busy for long when its parent ends."""
MOST_PROCESSES = 2
_BATCH = 30
"""Maximum number of files that a process parses as one job."""
_BATCH_BYTES = 200_000
"""Size in bytes at which a batch ends."""
_AHEAD = 4
"""Number of batches that are parsed ahead, which bounds the memory for documents that are not needed yet."""
_SECONDS = 20.0
"""Time limit of a batch, which usually takes 0.1 s."""


class WantedFile(NamedTuple):
    """A file whose document will be needed."""

    path: Path
    whole: bool = False
    """True for the whole page in place of the article, in formats that distinguish them."""


class ParsingProcesses:
    """Worker processes that import what they need before it is known which files to parse."""

    def __init__(self) -> None:
        """Create the workers without processes, for `start`."""
        self._workers: list[tuple[Worker, threading.Thread]] = []

    def start(self) -> None:
        """Start the processes: one less than the processors, at most two."""
        for _ in range(min(MOST_PROCESSES, _processors() - 1)):
            worker = Worker(niceness=0)
            job = Job(_READY, {}, _SECONDS)
            thread = threading.Thread(target=worker.attempt, args=(job,), name="getting ready", daemon=True)
            self._workers.append((worker, thread))
            thread.start()

    def take(self) -> list[tuple[Worker, threading.Thread]]:
        """Return the workers, each with the thread that uses it until it is ready; the caller closes them."""
        taken, self._workers = self._workers, []
        return taken

    def close(self) -> None:
        """End the processes that were not taken."""
        for worker, thread in self.take():
            worker.close()
            thread.join()


class ParsingAhead:
    """Documents of files, parsed by worker processes and by the thread that needs them.

    That thread parses later files while the one that it needs is still being parsed in a process. It also parses each
    file that no process could parse; after the first failed batch, a process is not used again.
    """

    def __init__(
        self,
        files: Iterable[WantedFile],
        limit: int,
        processes: int | None = None,
        started: ParsingProcesses | None = None,
    ) -> None:
        """Start to parse, if the files are so large together that processes save time.

        Args:
            files: The files, in the order in which `document` will be called for them.
            limit: Largest number of bytes that a file may have.
            processes: Number of worker processes; None for one less than the processors, at most two.
            started: Processes to use if some are needed; otherwise the caller ends them.
        """
        count = min(MOST_PROCESSES, _processors() - 1) if processes is None else processes
        self._limit = limit
        self._batches = _batches(files) if count else []
        self._changed = threading.Condition()
        """Held while the attributes below are used; notified when one of them changes."""
        self._numbers = {file: number for number, batch in enumerate(self._batches) for file in batch}
        """The number of each file's batch, until its document is needed."""
        self._next = 0
        """Number of the first batch that no thread has claimed."""
        self._position = 0
        """Number of the latest batch of which a document was needed."""
        self._running: set[int] = set()
        """Batches that processes are parsing."""
        self._own: list[WantedFile] = []
        """The rest of the batch that the calling thread parses while it waits, in reverse order."""
        self._parsed: dict[WantedFile, bytes | Document | None] = {}
        """Documents that are not needed yet: packed if from a process; None for a file that cannot be read."""
        self._is_closed = False
        taken = started.take() if started is not None and self._batches else []
        new = [(Worker(niceness=0), None) for _ in range(count - len(taken) if self._batches else 0)]
        workers: list[tuple[Worker, threading.Thread | None]] = [*taken, *new]
        self._workers = [worker for worker, _ in workers]
        self._threads = [
            threading.Thread(target=self._work, args=each, name="parsing ahead", daemon=True) for each in workers
        ]
        for thread in self._threads:
            thread.start()

    def document(self, file: WantedFile) -> Document | None:
        """Return the document of a file; None if it cannot be read or its text cannot be shown.

        A file that was not announced, or whose document was returned before, is read and parsed by this call.
        """
        from tui_reader.document.packing import unpack  # noqa: PLC0415 - loaded with the formats

        with self._changed:
            number = self._numbers.pop(file, -1)
            self._position = max(number, self._position)
            self._next = max(number + 1, self._next)
            self._changed.notify_all()
        while True:
            with self._changed:
                if file in self._parsed or number not in self._running:
                    found = self._parsed.pop(file, b"")
                    break
                other = self._another()
                if other is None:
                    self._changed.wait()
                    continue
            parsed = self._load(other)
            with self._changed:
                self._parsed[other] = parsed
        if isinstance(found, bytes):
            return unpack(found) or self._load(file)
        return found

    def close(self) -> None:
        """End the processes."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        for worker in self._workers:
            worker.close()
        for thread in self._threads:
            thread.join()

    def _load(self, file: WantedFile) -> Document | None:
        return load(file.path, self._limit, whole=file.whole)

    def _another(self) -> WantedFile | None:
        """Return a file for the calling thread to parse while it waits; None if enough are parsed. Needs the lock."""
        while True:
            if not self._own:
                if (number := self._claimed()) is None:
                    return None
                self._own = self._batches[number][::-1]
            file = self._own.pop()
            if file in self._numbers:  # its document has not been needed since the batch was claimed
                return file

    def _claimed(self) -> int | None:
        """Claim the next batch; None if there is none or enough are parsed ahead. Needs the lock."""
        number = self._next
        if number >= len(self._batches) or number > self._position + _AHEAD:
            return None
        self._next += 1
        return number

    def _work(self, worker: Worker, user: threading.Thread | None) -> None:
        """Have a process parse batches until all are claimed or one fails; runs in a thread.

        Args:
            worker: The process.
            user: The thread that uses the process until it is ready; None if no other thread uses it.
        """
        try:
            if user is not None:
                user.join()
            # Batches are claimed when the process has started: until then the calling thread may take them.
            is_usable = self._parse(worker, [])
            while is_usable and (number := self._claimed_for_process()) is not None:
                try:
                    is_usable = self._parse(worker, self._batches[number])
                finally:
                    with self._changed:
                        self._running.discard(number)
                        self._changed.notify_all()
        finally:
            worker.close()

    def _claimed_for_process(self) -> int | None:
        """Claim the next batch, as soon as it may be parsed ahead; None if there is none."""
        with self._changed:
            while not self._is_closed and self._next < len(self._batches):
                number = self._claimed()
                if number is not None:
                    self._running.add(number)
                    self._changed.notify_all()
                    return number
                self._changed.wait()
        return None

    def _parse(self, worker: Worker, files: Sequence[WantedFile]) -> bool:
        """Have a process parse files; return False if that failed."""
        arguments = {"files": [[str(file.path), file.whole] for file in files], "limit": self._limit}
        answer = worker.attempt(Job(FUNCTION, arguments, _SECONDS))
        if answer.failure is not None:
            return False
        packed = {file: base64.b64decode(each) for file, each in zip(files, answer.result, strict=True) if each}
        with self._changed:
            self._parsed |= packed
        return True


def get_ready(_: Mapping[str, Any]) -> None:
    """Import what most files need; runs in the worker process."""
    from tui_reader.document.packing import pack  # noqa: PLC0415 - as in `_packed`
    from tui_reader.formats.registry import read  # noqa: PLC0415 - as in `_packed`

    pack(read(b"---\ntitle: A\n---\n\nA *b*\n", "a.md"))


def parse_files(arguments: Mapping[str, Any]) -> list[str]:
    """Parse files of fast formats; runs in the worker process.

    Args:
        arguments: `files`: for each file its path, and True for the whole page. `limit`: largest number of bytes of a
            file.

    Returns:
        For each file its packed document in base64; empty for a file that the calling thread should read.
    """
    return [_packed(Path(path), arguments["limit"], whole=whole) for path, whole in arguments["files"]]


def _packed(path: Path, limit: int, *, whole: bool) -> str:
    """Return a file's packed document in base64; empty if it is of a slow format or cannot be read."""
    from tui_reader.document.packing import pack  # noqa: PLC0415 - only the worker process needs it

    try:
        content = read_content(path, limit)
        document = None if is_slow(content) else content.document(whole=whole)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the calling thread reads the file again, and reports the error
        return ""
    return "" if document is None or document.error else base64.b64encode(pack(document)).decode("ascii")


def _batches(files: Iterable[WantedFile]) -> list[list[WantedFile]]:
    """Divide the files that can be parsed ahead into batches; none if they are not worth a process."""
    batches: list[list[WantedFile]] = []
    size, total = _BATCH_BYTES, 0
    for file in dict.fromkeys(files):
        own = 0 if is_slow_name(file.path.name) else _size(file.path)
        if not 0 < own <= MOST_BYTES:
            continue
        if size >= _BATCH_BYTES or len(batches[-1]) >= _BATCH:
            batches.append([])
            size = 0
        batches[-1].append(file)
        size += own
        total += own
    return batches if len(batches) > 1 and total >= LEAST_BYTES else []


def _size(path: Path) -> int:
    """Return the size of a file in bytes; 0 if it is unknown."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
