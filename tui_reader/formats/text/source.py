"""The first steps of all text formats: decode, clean, and separate the header from the body."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.cleaning import clean_text, is_clean_utf8
from tui_reader.formats.metadata.front_matter import read_front_matter
from tui_reader.formats.text.encodings import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
"""The byte values that continue a UTF-8 character, rather than begin one."""
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class SourceText(NamedTuple):
    """The cleaned text of a file, with the header separated."""

    body: str
    header: Mapping[str, Any]
    notices: tuple[str, ...] = ()
    problem: str = ""
    """Reason why there is no text, in a few words; empty if there is a text."""


def open_source(data: bytes) -> SourceText:
    """Decode and clean the bytes of a file, and separate its header. Never raises."""
    decoded = decode(data)
    if decoded.problem:
        return SourceText("", {}, (), decoded.problem)
    # Test the bytes, which are available: encoding the text again would take 6 ms for a million words.
    clean = decoded.encoding == "UTF-8" and not decoded.notice and is_clean_utf8(data)
    text = (decoded.text if clean else clean_text(decoded.text)).removeprefix("\ufeff")
    front = read_front_matter(text)
    body = text[front.body :] if front.body else text
    return SourceText(body, front.header, tuple(notice for notice in (decoded.notice, front.notice) if notice))


def head_of(data: bytes, characters: int) -> SourceText:
    """Decode the beginning of a large file.

    Args:
        data: All bytes of the file.
        characters: Maximum length of the text.

    Returns:
        The text, cut at an empty line if there is one in its second half, and without notices.
    """
    # Four bytes are enough for any character; the multiple of four keeps the units of UTF-16 and UTF-32 whole.
    source = open_source(data[: 4 * characters])
    is_cut = len(data) > 4 * characters
    return source._replace(body=beginning_of(source.body, characters, is_cut=is_cut), notices=())


def beginning_of(body: str, characters: int, *, is_cut: bool = False) -> str:
    """Return the beginning of a text, cut at an empty line in its second half if there is one.

    Args:
        body: The text.
        characters: Maximum length of the beginning.
        is_cut: True if the text itself is only a beginning, which may end within a word.
    """
    beginning = body[:characters]
    if len(beginning) == len(body) and not is_cut:
        return body
    cut = beginning.rfind("\n\n", characters // 2)
    return beginning[: cut if cut > 0 else beginning.rfind("\n") if "\n" in beginning else beginning.rfind(" ")]


def ending_of(data: bytes, characters: int) -> str:
    """Decode the last characters of a file, without decoding the rest of the file.

    Args:
        data: All bytes of the file.
        characters: Maximum length of the text.

    Returns:
        The text, beginning after an empty line if there is one in its first half; empty if the file has an encoding
        that cannot be decoded from its middle.
    """
    tail = data[-4 * characters :].lstrip(_CONTINUATION_BYTES)
    if data.startswith(_UTF16_MARKS) or b"\0" in tail or b"\x1b" in tail:
        return ""
    try:
        text = clean_text(tail.decode())[-characters:]
    except UnicodeDecodeError:
        return ""
    cut = text.find("\n\n", 0, characters // 2)
    return text[cut if cut >= 0 else text.find("\n") + 1 :].strip("\n")
