"""The first steps that all text formats share: decode, clean, part the header from the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.clean import clean_text, is_clean_utf8
from tui_reader.formats.encoding import decode
from tui_reader.formats.front_matter import read_front_matter

if TYPE_CHECKING:
    from collections.abc import Mapping


class Source(NamedTuple):
    """The text of a file, clean, without its header."""

    body: str
    header: Mapping[str, Any]
    notices: tuple[str, ...] = ()
    problem: str = ""
    """Why there is no text, in a few words; empty where there is."""


def open_source(data: bytes) -> Source:
    """Decode and clean a file's bytes. Never raises."""
    decoded = decode(data)
    if decoded.problem:
        return Source("", {}, (), decoded.problem)
    # The bytes of a large file are at hand; to encode its text again would cost 6 ms for a million words.
    clean = decoded.encoding == "UTF-8" and not decoded.notice and is_clean_utf8(data)
    text = (decoded.text if clean else clean_text(decoded.text)).removeprefix("\ufeff")
    front = read_front_matter(text)
    body = text[front.body :] if front.body else text
    return Source(body, front.header, tuple(notice for notice in (decoded.notice, front.notice) if notice))


def head_of(data: bytes, characters: int) -> Source:
    """The same for the beginning of a large file, cut at an empty line where there is one in its second half."""
    # Four bytes hold any character; the multiple of four keeps the units of UTF-16 and UTF-32 whole.
    source = open_source(data[: 4 * characters])
    body = source.body[:characters]
    if len(body) < len(source.body) or len(data) > 4 * characters:
        cut = body.rfind("\n\n", characters // 2)
        body = body[: cut if cut > 0 else body.rfind("\n") if "\n" in body else body.rfind(" ")]
    return source._replace(body=body, notices=())
