"""JSON text for exports, with the times and identifiers that several formats share."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from tui_reader.document.cleaning import escape_json

if TYPE_CHECKING:
    from tui_reader.exchange.clip import Clip, ClippedAnnotation


class Dumped(NamedTuple):
    """JSON of a value, indented for its place in a larger value, in which `dump` writes it unchanged."""

    text: str


def dumped(value: Any, depth: int, level: int) -> Dumped:
    """Serialize a value to JSON, to be inserted into a larger value that `dump` writes.

    Args:
        value: The value.
        depth: Number of levels of the value whose members have a line each, see `dump`.
        level: Nesting depth of the value in the larger one, for its indentation by two blanks a level.
    """
    return Dumped(_dumped(value, depth, "  " * level))


_SCHEME = re.compile(r"(?:https?://[^/?#]|(?:urn|doi|mailto|ftp|file):[^\s])", re.IGNORECASE)
_NO_IRI = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`\ud800-\udfff]|\s")


def dump(value: Any, depth: int) -> str:
    """Return a value as JSON with a line feed at its end; an object of a type that JSON lacks becomes its `str`.

    Args:
        value: The value.
        depth: Number of levels whose members have a line each. Deeper values have no line feeds, so that each
            annotation is one line; full indentation would take five times as long.
    """
    return f"{_dumped(value, depth, '')}\n"


def _dumped(value: Any, depth: int, indent: str) -> str:
    if isinstance(value, Dumped):
        return value.text
    if depth == 0 or not value or not isinstance(value, dict | list):
        return _escaped(value)
    deeper = f"{indent}  "
    if isinstance(value, dict):
        members = [f"{_escaped(name)}: {_dumped(each, depth - 1, deeper)}" for name, each in value.items()]
    else:
        members = [_dumped(each, depth - 1, deeper) for each in value]
    inner = f",\n{deeper}".join(members)
    start, end = "{}" if isinstance(value, dict) else "[]"
    return f"{start}\n{deeper}{inner}\n{indent}{end}"


def _escaped(value: Any) -> str:
    """Return a value as JSON in one line, with escapes for characters that must not reach a terminal.

    Each part is escaped on its own, since a watch inserts the JSON of unchanged articles, which is escaped already.
    """
    text = _encode(value)
    return text if text.isprintable() else escape_json(text)


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def filled(value: dict[str, Any]) -> dict[str, Any]:
    """Return a dictionary without the keys whose values are empty."""
    return {key: each for key, each in value.items() if each not in (None, "", (), [], {})}


def article_uri(clip: Clip) -> str:
    """Return the address of an article's original; a URN of its id if it has no absolute address.

    Characters that an address must not have are percent-encoded.
    """
    address = clip.url if _SCHEME.match(clip.url) is not None else ""
    address = _NO_IRI.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "ignore")), address)
    return address or f"urn:tui-reader:article:{quote(clip.id, safe='')}"


def annotation_uri(annotation: ClippedAnnotation) -> str:
    """Return the id of an annotation as a URN."""
    try:
        return uuid.UUID(annotation.id).urn
    except ValueError:
        return f"urn:tui-reader:annotation:{quote(annotation.id, safe='')}"


def collection_urn(clips: list[Clip]) -> str:
    """Return a URN for a collection of articles, computed from their addresses: equal articles give an equal URN."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(article_uri(each) for each in clips)).urn


def moment(text: str) -> datetime | None:
    """Parse a stored time; None if it is empty or was written in another format by another program."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)


def epoch(text: str) -> int:
    """Return a stored time in seconds since 1970; 0 if it is empty or invalid."""
    read = moment(text)
    return 0 if read is None else int(read.timestamp())
