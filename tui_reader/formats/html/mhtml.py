"""MHTML (RFC 2557): a page with its pictures in one file, as Chromium, Edge and older Internet Explorers save it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.metadata.fields import web_address

if TYPE_CHECKING:
    from email.message import Message

_HEAD = 8_192
_SIGN = re.compile(rb"(?:\A|\n)Content-Type:\s*multipart/related", re.IGNORECASE)
_HEADER = re.compile(rb"\A\s*[A-Za-z][A-Za-z-]{1,40}:[ \t]")
_MOST_PARTS = 5_000
CONTENT_ID = "cid:"
"""Scheme of the address of a part by its header `Content-ID`."""


class Archive(NamedTuple):
    """An MHTML archive: its page, and what is needed to find the other parts."""

    page: bytes
    """The HTML, in UTF-8 if the part names its encoding; empty if the archive contains no page."""
    address: str
    """Web address from which the page was saved; empty if unknown."""
    message: Message
    """The parsed MIME message, which contains all parts, such as pictures."""
    is_cut_off: bool = False
    """True if the boundary that ends the parts is missing, as after an interrupted download."""


def is_mhtml(data: bytes) -> bool:
    """Return True if a file begins like an archive: with the header of a mail that has related parts."""
    head = data[:_HEAD]
    return _HEADER.match(head) is not None and _SIGN.search(head) is not None


def lacks_end(part: Message) -> bool:
    """Return True if the boundary that ends a group of parts is missing, as after an interrupted download."""
    return any(type(defect).__name__ == "CloseBoundaryNotFoundDefect" for defect in part.defects)


def read_mhtml(data: bytes) -> Archive:
    """Return the page of an archive and its address."""
    from email import message_from_bytes  # noqa: PLC0415 - 30 ms, and only archives need it

    message = message_from_bytes(data)
    pages = [part for part in _parts(message) if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    address = web_address(clean_line(str(message.get("Snapshot-Content-Location", ""))))
    if not pages:
        return Archive(b"", address, message)
    page = next((part for part in pages if _location(part) == address), pages[0]) if address else pages[0]
    body = _body(page)
    charset = page.get_content_charset()
    if charset:
        with contextlib.suppress(LookupError, UnicodeError):
            body = body.decode(charset).encode()
    is_cut_off = any(map(lacks_end, _parts(message)))
    return Archive(body, address or web_address(_location(page)), message, is_cut_off)


def part_of(archive: Archive, target: str) -> bytes | None:
    """Return the bytes of a part of an archive; None if the archive has no such part.

    Args:
        archive: The archive.
        target: Address in the part's header `Content-Location`, or `cid:` and its `Content-ID`.
    """
    wanted = target.removeprefix(CONTENT_ID).strip("<>") if target.startswith(CONTENT_ID) else ""
    for part in _parts(archive.message):
        if part.is_multipart():
            continue
        if (wanted and str(part.get("Content-ID", "")).strip(" <>") == wanted) or _location(part) == target:
            return _body(part)
    return None


def _parts(message: Message) -> list[Message]:
    return [part for part, _ in zip(message.walk(), range(_MOST_PARTS), strict=False)]


def _location(part: Message) -> str:
    return "".join(str(part.get("Content-Location", "")).split())


def _body(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""
