"""A slow format for tests, `.slow`, whose files make the process that parses them hang, crash and so on."""

from __future__ import annotations

import ctypes
import os
import time
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Section
from tui_reader.formats import registry
from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.registry import Row
from tui_reader.model.article import Metadata
from tui_reader.services.annotations import reanchor_job
from tui_reader.services.articles import documents, parsed_files, text_search
from tui_reader.services.articles.parsed_files import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

MARK = b"slow: "
READS_TO_SCAN = "TUI_READER_TEST_READS_TO_SCAN"
"""Environment variable that is set if the format reads documents to scan them."""
VERSION = "TUI_READER_TEST_VERSION"
"""Environment variable with the version of the format, for the processes that a test starts."""
ROW = Row(__name__, (".slow",), is_slow=True, has_whole=True)
SHORT = Limits(4.0, 400_000_000, "open it, and it gets more")
"""Limits for tests in which no file hangs: starting the process may take a second on a busy machine."""


class SlowFormat(Format):
    """Files of a title, and paragraphs, each on a line; a line `# Title` begins a chapter.

    The title `hang`, `eat`, `crash` or `raise` does that to the process; `hungry` needs a gigabyte. The article is what
    follows the line `---`, if there is one; the whole page is all of it. An exclamation mark before the title gives a
    preview.
    """

    @property
    def name(self) -> str:
        return "Slow"

    @property
    def suffixes(self) -> tuple[str, ...]:
        return ROW.suffixes

    def matches(self, name: str, head: bytes) -> int:
        if suffix_of(name) in self.suffixes:
            return BY_NAME
        return BY_CONTENT if head.startswith(MARK) else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        title, *lines = data.decode().removeprefix(MARK.decode()).splitlines()
        _misbehave(title)
        print("a library that prints")
        if "---" in lines and not whole:
            lines = lines[lines.index("---") + 1 :]
        if _row().version > 1:
            lines = ["A line that the second version of the format adds.", *lines]
        builder, sections = DocumentBuilder(), []
        for line in lines:
            is_heading = line.startswith("# ")
            if is_heading:
                sections.append(Section(builder.next_start, line[2:], key=line[2:].split(":", 1)[0]))
            kind = BlockKind.HEADING if is_heading else BlockKind.PARAGRAPH
            builder.add(Block(kind, 0, 0, level=int(is_heading)), line.removeprefix("# "))
        return builder.build(Metadata(title=title, words=len(data.split())), sections=tuple(sections))

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        document = self.read(data, name)
        return document.metadata, document.error

    def preview(self, data: bytes, name: str) -> Document | None:
        if not data.startswith(b"!"):
            return None
        builder = DocumentBuilder()
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "the beginning")
        return builder.build(Metadata(title=name), partial=True)


FORMAT = SlowFormat()


def _misbehave(title: str) -> None:
    """Hang, use up memory, crash or raise, if a title says so."""
    if title == "hang":
        time.sleep(60.0)
    elif title == "eat":
        bytearray(3_000_000_000)
    elif title == "hungry":
        bytes(900_000_000)  # which the system gives without writing zeros into it
    elif title == "crash":
        os._exit(3)
    elif title == "segfault":
        ctypes.string_at(0)
    elif title == "raise":
        raise RecursionError("too deep")


def scan_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Scan a file in a process that knows the format; a job."""
    _register()
    return parsed_files.scan_file(arguments)


def preview_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Parse the beginning of a file in a process that knows the format; a job."""
    _register()
    return parsed_files.preview_file(arguments)


def read_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Parse a file in a process that knows the format; a job."""
    _register()
    return parsed_files.read_file(arguments)


def find_in_file(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Re-anchor annotations in a process that knows the format; a job."""
    _register()
    return reanchor_job.find_in_file(arguments)


def find_in_files(arguments: Mapping[str, Any]) -> list[tuple[int, list[int]]]:
    """Search texts in a process that knows the format; a job."""
    _register()
    return text_search.find_in_files(arguments)


def _row() -> Row:
    """Return the row of the version that the test has installed."""
    return ROW._replace(version=int(os.environ.get(VERSION, "1")), reads_to_scan=READS_TO_SCAN in os.environ)


def _register() -> None:
    """Make the format known to this process, and to the processes that it starts."""
    registry.ROWS = (*(each for each in registry.ROWS if each.module != __name__), _row())
    registry._ROW_BY_SUFFIX[".slow"] = _row()
    for name in ("scan", "preview", "read"):
        setattr(parsed_files, f"{name.upper()}_FUNCTION", f"{__name__}:{name}_file")


def install(monkeypatch: pytest.MonkeyPatch, limits: Limits = SHORT, version: int = 1) -> None:
    """Make the format known to a test and to the processes that it starts.

    Args:
        monkeypatch: The fixture of the test.
        limits: Limits of each file.
        version: Version of the format; the second one reads one more line.
    """
    monkeypatch.setenv(VERSION, str(version))
    monkeypatch.setattr(registry, "ROWS", registry.ROWS)
    monkeypatch.setitem(registry._ROW_BY_SUFFIX, ".slow", ROW)
    for name in ("SCAN", "PREVIEW", "READ"):
        monkeypatch.setattr(parsed_files, f"{name}_FUNCTION", "")
    _register()
    monkeypatch.setattr(reanchor_job, "FUNCTION", f"{__name__}:find_in_file")
    monkeypatch.setattr(text_search, "FUNCTION", f"{__name__}:find_in_files")
    for module in (parsed_files, documents):
        monkeypatch.setattr(module, "SCANNED", limits)
        monkeypatch.setattr(module, "OPENED", limits._replace(way_out="o opens it"))
    for parser in parsed_files._parser:
        parser.close()
    monkeypatch.setattr(parsed_files, "_parser", [])
