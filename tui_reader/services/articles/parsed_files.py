"""Parsing of slow formats, such as web pages and books, in worker processes with limits of time and memory.

If a file hangs its parser, uses all memory or crashes the process, only that file is affected: the program shows the
reason instead of its text. Packed documents are cached by the fingerprint of the file, the version of its format and
its name, so that a book opens the second time as fast as plain text. Fast formats are parsed in the calling thread.
"""

from __future__ import annotations

import atexit
import base64
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

from tui_reader import paths as program_paths
from tui_reader.model.article import Metadata
from tui_reader.services.articles.content import Content, read_content
from tui_reader.services.library.worker import NICENESS, Failure, Job, Worker
from tui_reader.sources.files import MEGABYTE, Signature, UnreadableError
from tui_reader.storage.cache.blob_cache import BlobCache

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.document.blocks import Document

# Names of the functions of this module that the worker process calls.
SCAN_FUNCTION = f"{__name__}:scan_file"
READ_FUNCTION = f"{__name__}:read_file"
PREVIEW_FUNCTION = f"{__name__}:preview_file"
MAX_CACHE_BYTES = 256_000_000
"""Largest size in bytes of the packed documents in the cache: 10,000 web pages, or 80 books of a million words."""
FOLDER = "parsed"
"""Name of the folder of packed documents in the program's cache folder."""


class Limits(NamedTuple):
    """Limits for parsing one file."""

    seconds: float
    memory: int
    """Bytes of address space of the process."""
    way_out: str
    """What the user can do about a file that exceeds these limits, for a message."""


SCANNED = Limits(5.0, 400 * MEGABYTE, "open it, and it gets 30 seconds and 1,000 MB")
"""Limits for files that are scanned, compared, or read ahead."""
OPENED = Limits(30.0, 1_000 * MEGABYTE, "o opens it in another program")
"""Limits for files that the user opens or exports, that are searched, or that have annotations."""


class FailedParsingError(UnreadableError):
    """Raised if a file exceeded its limits or crashed its parser; the message says which, and what the user can do."""


class InterruptedParsingError(Exception):
    """Raised if parsing was stopped because the document is not needed any more."""


class Scanned(NamedTuple):
    """The result of scanning a file."""

    fingerprint: str
    signature: Signature
    metadata: Metadata
    error: str
    """Reason why the text cannot be shown; empty if it can."""


class Parsed(NamedTuple):
    """A parsed file."""

    fingerprint: str
    """Fingerprint of the bytes that were parsed, see `Content.fingerprint`."""
    document: Document


class Parser:
    """A worker process that parses files of slow formats.

    One thread at a time calls `scan`, `preview`, `document` and `rest`; any thread may call `interrupt` and `close`.
    """

    def __init__(self, limit: int, niceness: int = NICENESS) -> None:
        """Create the parser; the first file starts the process.

        Args:
            limit: Largest number of bytes that a file may have.
            niceness: Increment of the process's niceness.
        """
        self._limit = limit
        self._worker = Worker(niceness)

    def scan(self, source: Path | Content) -> Scanned:
        """Return the metadata of a file.

        Args:
            source: The path of the file, which the process reads by itself; or the bytes of standard input.

        Raises:
            FileNotFoundError: The file does not exist.
            UnreadableError: The file cannot be read.
            FailedParsingError: The file exceeded its limits, or its parser failed.
            InterruptedParsingError: `interrupt` or `close` was called.
        """
        from tui_reader.document.packing import decoded_metadata  # noqa: PLC0415 - loaded with the formats

        arguments = _arguments(source, None) if isinstance(source, Content) else {"path": str(source)}
        answer = self._run(SCAN_FUNCTION, arguments, SCANNED)
        try:
            metadata = decoded_metadata(answer["metadata"])
        except ValueError as error:
            raise FailedParsingError(_sentence(Failure.ERROR, SCANNED, str(error))) from None
        return Scanned(answer["fingerprint"], Signature(*answer["signature"]), metadata, answer["error"])

    def preview(self, content: Content, path: Path | None, limits: Limits) -> Parsed | None:
        """Return the beginning of a long file as a partial document; None for a file that parses quickly.

        Args:
            content: The bytes of the file.
            path: The file, which the process reads by itself; None for standard input, whose bytes are handed over.
            limits: Limits of time and memory.

        Raises:
            FileNotFoundError: The file does not exist.
            UnreadableError: The file cannot be read, exceeded its limits, or its parser failed.
            InterruptedParsingError: `interrupt` or `close` was called.
        """
        answer = self._run(PREVIEW_FUNCTION, _arguments(content, path), limits)
        return _handed_over(answer) if answer["packed"] else None

    def document(self, content: Content, path: Path | None, limits: Limits, *, whole: bool = False) -> Parsed:
        """Return the document of a file, from the cache if it was parsed before; the errors are those of `preview`.

        Args:
            content: The bytes of the file.
            path: The file, which the process reads by itself; None for standard input, whose bytes are handed over.
            limits: Limits of time and memory.
            whole: True for the whole page in place of the article, in formats that distinguish them.
        """
        known = cached(content, whole=whole)
        if known is not None:
            return Parsed(content.fingerprint, known)
        answer = self._run(READ_FUNCTION, {**_arguments(content, path), "whole": whole}, limits)
        parsed = _handed_over(answer)
        if parsed is None:
            raise FailedParsingError("the result of reading it was lost; open it again")
        return parsed

    def rest(self) -> None:
        """End the process to free its memory; the next file starts a new one."""
        self._worker.rest()

    def interrupt(self) -> None:
        """Stop parsing the current file, without waiting; the call that parses it raises `InterruptedParsingError`."""
        self._worker.interrupt()

    def close(self) -> None:
        """End the process; any further call raises `InterruptedParsingError`."""
        self._worker.close()

    def _run(self, function: str, arguments: Mapping[str, Any], limits: Limits) -> Mapping[str, Any]:
        """Run a job and return its result; see the function of the job for the keys of `arguments` and of the result.

        If memory runs out in a process that has run other jobs before, the job runs again in a new process.
        """
        job = Job(function, {**arguments, "limit": self._limit}, limits.seconds, limits.memory)
        was_used = self._worker.jobs > 0
        answer = self._worker.attempt(job)
        if answer.failure is Failure.MEMORY and was_used:
            answer = self._worker.attempt(job)
        if answer.failure is Failure.CLOSED:
            raise InterruptedParsingError
        if answer.failure is Failure.START:
            raise UnreadableError("no process could be started to read it; end other programs, and start again")
        if answer.failure is not None:
            raise FailedParsingError(_sentence(answer.failure, limits, answer.detail))
        if answer.result.get("is_missing"):
            raise FileNotFoundError(arguments["path"])
        if answer.result.get("unreadable"):
            raise UnreadableError(answer.result["unreadable"])
        result: Mapping[str, Any] = answer.result
        return result


def is_slow(content: Content) -> bool:
    """Return True if the format of a file is slow, so that it is parsed in a worker process."""
    from tui_reader.formats import row_for  # noqa: PLC0415 - see `content`

    return row_for(content.name, content.data).is_slow


def has_whole(content: Content) -> bool:
    """Return True if the format of a file distinguishes the article from the whole page."""
    from tui_reader.formats import row_for  # noqa: PLC0415 - see `content`

    return row_for(content.name, content.data).has_whole


def is_slow_name(name: str) -> bool | None:
    """Return True if the format of a file name is slow, False if it is not; None if only the bytes tell the format."""
    from tui_reader.formats import row_named  # noqa: PLC0415 - see `content`

    row = row_named(name)
    return None if row is None else row.is_slow


def edition(name: str) -> str:
    """Return the version of the format of a file name; empty for a fast format at its first version.

    Another version may read another text from the same bytes.
    """
    from tui_reader.formats import row_named  # noqa: PLC0415 - see `content`

    row = row_named(name)
    return "" if row is None or (row.version == 1 and not row.is_slow) else row.edition


def cached(content: Content, *, whole: bool = False) -> Document | None:
    """Return the document of a file of a slow format that was parsed before; None if the cache does not have it."""
    from tui_reader.document.packing import unpack  # noqa: PLC0415 - loaded with the formats

    packed = _cache().get(_key(content, content.fingerprint, whole=whole))
    return unpack(packed) if packed is not None else None


_parser: list[Parser] = []
"""The parser that `load_parsed` uses for slow formats; empty until it is first needed."""
_parsing = threading.Lock()
"""Held while the parser in `_parser` is used."""


def load_parsed(path: str | Path, limit: int, *, whole: bool = False, limits: Limits | None = None) -> Parsed | None:
    """Read and parse a file, in a worker process if its format is slow.

    Args:
        path: The file; symbolic links are followed.
        limit: Largest number of bytes that the file may have.
        whole: True for the whole page in place of the article, in formats that distinguish them.
        limits: Limits of a slow format; None for those of `OPENED`.

    Returns:
        The document, which may be one with `error` set; None if the file cannot be read.
    """
    try:
        content = read_content(Path(path), limit)
        if not is_slow(content):
            return Parsed(content.fingerprint, content.document(whole=whole))
        with _parsing:
            if not _parser:
                _parser.append(Parser(limit))
                atexit.register(_parser[0].close)
            return _parser[0].document(content, Path(path), limits or OPENED, whole=whole)
    except (OSError, UnreadableError, InterruptedParsingError):
        return None


def load(path: str | Path, limit: int, *, whole: bool = False, limits: Limits | None = None) -> Document | None:
    """Return the document of a file, see `load_parsed`; None if it cannot be read or its text cannot be shown."""
    parsed = load_parsed(path, limit, whole=whole, limits=limits)
    return None if parsed is None or parsed.document.error else parsed.document


def metadata_of(content: Content, limit: int) -> tuple[Metadata, str]:
    """Return the metadata of standard input, and the reason why its text cannot be shown; empty if it can.

    Bytes of a slow format are parsed in a process, within the limits of `SCANNED`.
    """
    if not is_slow(content):
        return content.metadata()
    parser = Parser(limit)
    try:
        scanned = parser.scan(content)
    except UnreadableError as error:
        return Metadata(), str(error)
    finally:
        parser.close()
    return scanned.metadata, scanned.error


def scan_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Read the metadata of a file; runs in the worker process.

    If the format reads the document anyway, the document is put into the cache.

    Args:
        arguments: What `_arguments` returns, and `limit`, the largest number of bytes of the file.

    Returns:
        The fields of `Scanned` as JSON values; if the file cannot be read, the reason, see `_content`.
    """
    from tui_reader.document.packing import encoded_metadata, pack  # noqa: PLC0415 - only the worker process needs it
    from tui_reader.formats import row_for  # noqa: PLC0415 - see `content`

    content = _content(arguments)
    if isinstance(content, dict):
        return content
    fingerprint = content.fingerprint
    if row_for(content.name, content.data).reads_to_scan:
        document = content.document()
        _cache().put(_key(content, fingerprint, whole=False), pack(document))
        metadata, error = document.metadata, document.error
    else:
        metadata, error = content.metadata()
    return {
        "fingerprint": fingerprint,
        "signature": list(content.signature),
        "metadata": dict(encoded_metadata(metadata._replace(header={}))),
        "error": error,
    }


def preview_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Parse the beginning of a file; runs in the worker process.

    Args:
        arguments: What `_arguments` returns, and `limit`, the largest number of bytes of the file.

    Returns:
        `fingerprint` of the bytes, and `packed`, the packed partial document in base64, or None for a file that parses
        quickly; if the file cannot be read, the reason, see `_content`.
    """
    from tui_reader.document.packing import pack  # noqa: PLC0415 - only the worker process needs it

    content = _content(arguments)
    if isinstance(content, dict):
        return content
    beginning = content.preview()
    packed = base64.b64encode(pack(beginning)).decode("ascii") if beginning is not None else None
    return {"fingerprint": content.fingerprint, "packed": packed}


def read_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Parse a file, and put the document into the cache; runs in the worker process.

    Args:
        arguments: What `_arguments` returns, `limit`, the largest number of bytes of the file, and `whole`, True for
            the whole page in place of the article.

    Returns:
        `fingerprint` of the bytes, and `key`, the document's key in the cache, or, if it could not be stored there,
        `packed`, the packed document in base64; if the file cannot be read, the reason, see `_content`.
    """
    from tui_reader.document.packing import pack  # noqa: PLC0415 - only the worker process needs it

    content = _content(arguments)
    if isinstance(content, dict):
        return content
    fingerprint = content.fingerprint
    key = _key(content, fingerprint, whole=arguments["whole"])
    packed = pack(content.document(whole=arguments["whole"]))
    if _cache().put(key, packed):
        return {"fingerprint": fingerprint, "key": key}
    return {"fingerprint": fingerprint, "packed": base64.b64encode(packed).decode("ascii")}


def _arguments(content: Content, path: Path | None) -> dict[str, Any]:
    """Return the arguments of a job that say what to read: `path`, or `name` and `data` in base64 without a path."""
    if path is not None:
        return {"path": str(path)}
    return {"name": content.name, "data": base64.b64encode(content.data).decode("ascii")}


def _content(arguments: Mapping[str, Any]) -> Content | dict[str, Any]:
    """Return the bytes of a job's file.

    If it cannot be read, return the result of the job with the reason: `is_missing` is True, or `unreadable` is a
    message.
    """
    if "data" in arguments:
        data = base64.b64decode(arguments["data"])
        return Content(data, arguments["name"], Signature(len(data), 0, 0))
    try:
        return read_content(Path(arguments["path"]), arguments["limit"])
    except FileNotFoundError:
        return {"is_missing": True}
    except UnreadableError as error:
        return {"unreadable": str(error)}


def _handed_over(answer: Mapping[str, Any]) -> Parsed | None:
    """Return the document of a job's result: `packed`, or the document in the cache at `key`.

    None if the cache does not have it or it is damaged.
    """
    from tui_reader.document.packing import unpack  # noqa: PLC0415 - loaded with the formats

    packed = _cache().get(answer["key"]) if "key" in answer else base64.b64decode(answer["packed"])
    document = unpack(packed) if packed is not None else None
    return Parsed(answer["fingerprint"], document) if document is not None else None


def _cache() -> BlobCache:
    """Return the cache of packed documents."""
    return _cache_in(program_paths.cache_dir() / FOLDER)


@lru_cache(maxsize=1)
def _cache_in(folder: Path) -> BlobCache:
    """Return the cache of packed documents in a folder."""
    return BlobCache(folder, MAX_CACHE_BYTES)


def _key(content: Content, fingerprint: str, *, whole: bool) -> str:
    """Return the key of a document in the cache: it contains the versions of the format and of the packing."""
    from tui_reader.document.packing import MAGIC  # noqa: PLC0415 - loaded with the formats
    from tui_reader.formats import row_for  # noqa: PLC0415 - see `content`

    row = row_for(content.name, content.data)
    about = crc32(MAGIC + content.name.encode("utf-8", "surrogateescape"))
    return f"{fingerprint}-{about:08x}-{row.edition}{'-whole' if whole and row.has_whole else ''}"


def _sentence(failure: Failure, limits: Limits, detail: str) -> str:
    """Return the reason why a file could not be parsed and what the user can do, as a sentence without a full stop."""
    if failure is Failure.TIME:
        return f"reading it took longer than {limits.seconds:.0f} seconds; {limits.way_out}"
    if failure is Failure.MEMORY:
        return f"reading it takes more than {limits.memory / MEGABYTE:,.0f} MB of memory; {limits.way_out}"
    if failure is Failure.CRASH:
        # A library in C that is refused a large piece of memory ends the process before it has used much.
        memory = f"{limits.memory / MEGABYTE:,.0f} MB of memory"
        return f"reading it ended the parser: it is damaged, or takes more than {memory}; {limits.way_out}"
    return f"the reader failed at it ({detail}); another program may read it, or convert it"
