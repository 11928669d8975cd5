"""The bytes of pictures that are in the file of a page: `data:` addresses, and the variables of SingleFile."""

from __future__ import annotations

import re
from binascii import Error
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from tui_reader.formats.html.addresses import DATA, data_name
from tui_reader.formats.html.mhtml import part_of
from tui_reader.formats.html.page_tree import parse

if TYPE_CHECKING:
    from tui_reader.formats.html.page_source import PageSource

_VARIABLE = re.compile(r"--sf-img-\d+")
_MOST_BYTES = 30_000_000
"""Maximum size in bytes of a decoded picture."""


def embedded_picture(page: PageSource, target: str) -> bytes | None:
    """Return the bytes of a picture in the file of a page; None if it is not in the file.

    Args:
        page: The page.
        target: `Block.target` of a figure.
    """
    if page.archive is not None and (found := part_of(page.archive, target)) is not None:
        return found
    if not target.startswith(DATA):
        return None
    if _VARIABLE.fullmatch(target[len(DATA) :]):
        pattern = re.compile(re.escape(target[len(DATA) :]) + r"\s*:\s*url\(\s*(\"[^\"]*\"|'[^']*'|[^)]*)\s*\)")
        variable = pattern.search(page.text)
        return _decoded(variable[1].strip("\"'")) if variable else None
    root = parse(page.text)
    if root is None:
        return None
    for element in root.iter():
        for value in element.values():
            if value[:16].lstrip()[:5].lower() == DATA and data_name(value.strip()) == target:
                return _decoded(value.strip())
    return None


def _decoded(address: str) -> bytes | None:
    """Return the bytes that a `data:` address contains; None if it is not such an address, or is damaged."""
    from base64 import b64decode  # noqa: PLC0415 - only for pictures in the page

    head, comma, body = address.partition(",")
    if not comma or head[:5].lower() != DATA or len(body) > _MOST_BYTES * 3:
        return None
    decoded = unquote_to_bytes(body)
    if ";base64" in head.lower():
        try:
            decoded = b64decode(b"".join(decoded.split()) + b"==")
        except (Error, ValueError):
            return None
    return decoded or None
