"""Looking for passages in a process of its own, so that reading a text of megabytes takes no time from the keys.

The process gets one job a line, as JSON, and answers each with one line. It runs at a low priority, writes no file
and knows no library; it ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.services.annotations.annotation_records import decode_anchor, encode_anchor, encode_placement

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping
    from typing import IO

    from tui_reader.model.anchor import Anchor
    from tui_reader.model.annotation import AnnotationId

PATIENCE = 120.0
"""Seconds that a job may take; a text of a million words takes some ten."""
NICENESS = 10
_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from tui_reader.services.library.worker import main; main()"
)


class Job(NamedTuple):
    """Passages to be looked for in a file."""

    path: Path
    limit: int
    """Bytes that the file may have."""
    wanted: Mapping[AnnotationId, Anchor]
    placed: Mapping[AnnotationId, str]
    """Fingerprints of the texts that they were placed in last."""
    texts: Mapping[str, str | None]
    """Packed texts that they were marked in, by fingerprint; None where one was not kept."""


class Answer(NamedTuple):
    """Where passages stand."""

    file: str
    """BLAKE2b of the file's bytes, as the scanner makes it."""
    text: str
    """Fingerprint of its text."""
    found: Mapping[AnnotationId, Mapping[str, Any]]
    """Placements as they are kept; only of passages that were last placed in another text."""


class Worker:
    """The process, started with the first job. `ask` and `rest` belong to one thread, `close` to any."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def ask(self, job: Job) -> Answer | None:
        """Do a job, and wait for it; None if the file cannot be read, or the process cannot do it."""
        process = self._running()
        if process is None or process.stdin is None or process.stdout is None:
            return None
        told = {
            "path": str(job.path),
            "limit": job.limit,
            "wanted": {each: encode_anchor(anchor) for each, anchor in job.wanted.items()},
            "placed": dict(job.placed),
            "texts": dict(job.texts),
        }
        watch = threading.Timer(PATIENCE, process.kill)
        watch.daemon = True
        watch.start()
        try:
            print(json.dumps(told), file=process.stdin, flush=True)
            answer = json.loads(process.stdout.readline() or "null")
        except (OSError, ValueError):
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            self._end()
        return Answer(answer["file"], answer["text"], answer["found"]) if answer else None

    def rest(self) -> None:
        """End the process until there is another job: it holds the memory of the largest text it read."""
        self._end()

    def close(self) -> None:
        """End the process, whatever it does; `ask` returns soon then."""
        self._closed = True
        self._end()

    def _running(self) -> subprocess.Popen[str] | None:
        import subprocess  # noqa: PLC0415 - most starts find nothing changed

        with self._lock:
            if self._process is None and not self._closed:
                try:
                    self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                        [sys.executable, "-c", _PROGRAM, json.dumps(sys.path)],
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL,
                        encoding="ascii",
                        # What interrupts the reader at its terminal is not meant for this one.
                        start_new_session=True,
                    )
                except OSError:
                    return None
            return self._process

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)


def main() -> None:
    """The life of the process."""
    os.nice(NICENESS)
    for line in sys.stdin:
        sys.stdout.write(f"{json.dumps(_answered(json.loads(line)))}\n")
        sys.stdout.flush()


def _close(pipe: IO[str]) -> None:
    """Close a pipe to a process that was killed, with or without something left to be written."""
    try:
        pipe.close()
    except OSError:
        return


def _answered(told: Mapping[str, Any]) -> dict[str, Any]:
    """Read the file and look for the passages; empty if it cannot be read."""
    from hashlib import blake2b  # noqa: PLC0415 - only the process itself needs all this

    from tui_reader.anchoring.description import fingerprint  # noqa: PLC0415
    from tui_reader.formats import read  # noqa: PLC0415
    from tui_reader.services.annotations.reanchoring import find_all  # noqa: PLC0415
    from tui_reader.sources.files import UnreadableError, read_bytes  # noqa: PLC0415

    path = Path(told["path"])
    try:
        data, _ = read_bytes(path, told["limit"])
    except (FileNotFoundError, UnreadableError):
        return {}
    try:
        document = read(data, path.name)
    except Exception:  # noqa: BLE001 - one article that trips a format must not take the others along
        return {}
    if not document.has_text:
        return {}
    mark = fingerprint(document.text)
    wanted: dict[AnnotationId, Anchor] = {}
    for each, anchor in told["wanted"].items():
        decoded = decode_anchor(anchor)
        if decoded is not None and told["placed"].get(each) != mark:
            wanted[each] = decoded
    found = find_all(wanted, told["texts"], document.text)
    return {
        "file": blake2b(data, digest_size=16).hexdigest(),
        "text": mark,
        "found": {each: encode_placement(placement) for each, placement in found.items()},
    }
