"""Files compressed by gzip (RFC 1952), such as `a.md.gz`: inflated within a limit, and read as what they contain."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.metadata.guesses import complete
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.reasons import WrongContent
from tui_reader.formats.registry import format_for
from tui_reader.formats.true_kinds import is_blank

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Metadata

_SIGN = b"\x1f\x8b"
_SUFFIX = ".gz"
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
"""Argument of `zlib.decompressobj` for gzip."""
_MOST = 64_000_000
"""Maximum number of inflated bytes; the size in the file's trailer is not trusted."""
_CHUNK = 1_000_000
_NAME_FLAG, _EXTRA_FLAG = 8, 4
"""Bits of the flags in the header: a file name, an extra field."""
_LONGEST_NAME = 300

_NOT_INFLATED = WrongContent("damaged: it cannot be inflated")
_CUT_OFF = "The compressed file is damaged: the end of its text is missing."


class _Inflated(NamedTuple):
    """The content of a compressed file."""

    data: bytes
    problem: str = ""
    """Reason why the file cannot be read, in a few words; empty if it can."""
    is_cut_off: bool = False
    """True if the end is missing or damaged; `data` is then the content before it."""


class GzipFormat(Format):
    """The format of files compressed by gzip; the name without `.gz` decides how they are read, else the content."""

    name = "compressed"
    suffixes = (_SUFFIX,)

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of gzip by the suffix; without a known suffix, by the signature."""
        if suffix_of(name) in self.suffixes:
            return BY_NAME
        return BY_CONTENT if head.startswith(_SIGN) else NO_MATCH

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return the document of the file inside."""
        if is_blank(data):
            return empty_document(complete({}, "", name), "")
        inflated = _inflated(data)
        inner = _inner_name(name, data)
        problem = inflated.problem or _twice(inner, inflated.data)
        if not problem:
            document = format_for(inner, inflated.data).read(inflated.data, inner, whole=whole)
            if not document.error:
                return replace(document, notices=(*document.notices, _CUT_OFF)) if inflated.is_cut_off else document
            problem = document.error
        return problem_document(name, len(data), problem)

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata of the file inside, and the reason if it cannot be read."""
        if is_blank(data):
            return complete({}, "", name), ""
        inflated = _inflated(data)
        inner = _inner_name(name, data)
        problem = inflated.problem or _twice(inner, inflated.data)
        if not problem:
            metadata, problem = format_for(inner, inflated.data).scan(inflated.data, inner)
            if not problem:
                return metadata, ""
        return problem_metadata(name), problem

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the beginning of the file inside; None if its format gives no preview of it."""
        inflated = _inflated(data)
        inner = _inner_name(name, data)
        if inflated.problem or not inflated.data or _twice(inner, inflated.data):
            return None
        return format_for(inner, inflated.data).preview(inflated.data, inner)

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture in the file inside; None if it has no such picture."""
        inflated = _inflated(data)
        inner = _inner_name(name, data)
        if inflated.problem or _twice(inner, inflated.data):
            return None
        return format_for(inner, inflated.data).resource(inflated.data, inner, target)


FORMAT: Format = GzipFormat()


def _inflated(data: bytes) -> _Inflated:
    """Inflate all members of a file; bytes after them, such as padding, are ignored."""
    if not data.startswith(_SIGN):
        return _Inflated(b"", WrongContent("damaged: it is no gzip file"))
    parts: list[bytes] = []
    length = 0
    rest = data
    while rest.startswith(_SIGN):
        member = zlib.decompressobj(_GZIP_FORMAT)
        try:
            while not member.eof and (part := member.decompress(rest, _CHUNK)):
                parts.append(part)
                length += len(part)
                if length > _MOST:
                    return _Inflated(b"", f"a compressed file of more than {_MOST // 1_000_000} MB")
                rest = member.unconsumed_tail
        except zlib.error:
            return _Inflated(b"".join(parts), "" if parts else _NOT_INFLATED, is_cut_off=True)
        if not member.eof:
            return _Inflated(b"".join(parts), "" if parts else _NOT_INFLATED, is_cut_off=True)
        rest = member.unused_data
    return _Inflated(b"".join(parts))


def _inner_name(name: str, data: bytes) -> str:
    """Return the name of the file inside: the name without `.gz`; for standard input, the name in the header."""
    if suffix_of(name) == _SUFFIX:
        return name[: -len(_SUFFIX)]
    if name == "-" and len(data) > 10 and data[3] & _NAME_FLAG and not data[3] & _EXTRA_FLAG:
        written, ended, _ = data[10 : 10 + _LONGEST_NAME].partition(b"\0")
        if ended and (stored := clean_line(written.decode("latin-1")).rpartition("/")[2]):
            return stored
    return name


def _twice(inner: str, data: bytes) -> str:
    """Return why a file that was compressed twice cannot be read; empty for other files."""
    return "compressed twice" if data.startswith(_SIGN) or suffix_of(inner) == _SUFFIX else ""
