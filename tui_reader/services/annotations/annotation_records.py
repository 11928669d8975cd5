"""Conversion between annotations and their records in the store; ids and times of new records.

Fields with their default value are left out. Each anchor and the placement are one field, since their parts only mean
something together. Fields that this version does not know are never changed, since every change is an edit of single
fields.

Decoding cleans texts as articles are cleaned: quotes are still found in their articles, and characters that could
control a terminal stay in the record.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import COLOURS, Annotation, AnnotationId, Placement, PlaceState
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.storage.base import Record


def decode(annotation_id: AnnotationId, record: Record) -> Annotation | None:
    """Return the annotation of a record, even a deleted one; None if the record has no article.

    Values of the wrong type count as absent.
    """
    article = record.get("article")
    if not isinstance(article, str) or not article:
        return None
    anchor = decode_anchor(record.get("anchor"))
    attached = decode_anchor(record.get("attached")) if anchor else None
    placed = _placement(record.get("placed"))
    current = attached or anchor
    # An undo may restore an earlier anchor and keep a placement that was found for a later one.
    if placed is not None and (current is None or placed.anchor != current.key):
        placed = None
    colour = record.get("colour")
    tags = record.get("tags")
    return Annotation(
        id=annotation_id,
        article=article,
        anchor=anchor,
        attached=attached,
        placed=placed,
        colour=colour if isinstance(colour, int) and 1 <= colour <= COLOURS else 1,
        note=_text(record.get("note")),
        tags=decode_tags(tags) if isinstance(tags, list) else (),
        created=decode_time(record.get("created")),
        updated=decode_time(record.get("updated")),
        deleted=decode_time(record.get("deleted")),
        extra={} if _KNOWN.issuperset(record) else {k: v for k, v in record.items() if k not in _KNOWN},
    )


def encode(annotation: Annotation) -> dict[str, Any]:
    """Return the fields of an annotation; None for a field that has its default value."""
    return {
        "article": annotation.article,
        "anchor": encode_anchor(annotation.anchor),
        "attached": encode_anchor(annotation.attached),
        "placed": encode_placement(annotation.placed),
        "colour": annotation.colour if annotation.colour != 1 else None,
        "note": annotation.note or None,
        "tags": list(annotation.tags) or None,
        "created": annotation.created or None,
        "updated": annotation.updated or None,
        "deleted": annotation.deleted or None,
        **annotation.extra,
    }


def encode_anchor(anchor: Anchor | None) -> dict[str, Any] | None:
    """Return an anchor as a JSON object; None for no anchor."""
    if anchor is None:
        return None
    return anchor._asdict()


def encode_placement(placed: Placement | None) -> dict[str, Any] | None:
    """Return a placement as a JSON object; None for no placement."""
    if placed is None:
        return None
    return {
        "start": placed.start,
        "end": placed.end,
        "state": str(placed.state),
        "score": round(placed.score, 3),
        "fingerprint": placed.fingerprint,
        "anchor": placed.anchor,
        **({"candidates": [list(each) for each in placed.candidates]} if placed.candidates else {}),
    }


def decode_anchor(value: object) -> Anchor | None:
    """Return the anchor of a JSON value; None if it has no quote. Parts of the wrong type count as absent."""
    if not isinstance(value, dict) or not isinstance(value.get("exact"), str) or not value["exact"]:
        return None
    return Anchor(
        # A quote of characters that are all cleaned away must not be empty: that would be a note on the article.
        exact=_text(value["exact"]) or "\ufffd",
        prefix=_text(value.get("prefix")),
        suffix=_text(value.get("suffix")),
        start=_offset(value.get("start")),
        end=_offset(value.get("end")),
        block=_offset(value.get("block")),
        fingerprint=_text(value.get("fingerprint")),
    )


def decode_tags(values: Sequence[object]) -> tuple[str, ...]:
    """Return the cleaned tags in a list, each once; values that are not tags are skipped."""
    return tuple(dict.fromkeys(tag for each in values if isinstance(each, str) and (tag := clean_line(each))))


def decode_time(value: object) -> str:
    """Return a stored time without control characters; empty if the value is not a string."""
    if not isinstance(value, str):
        return ""
    return value if value.isprintable() else clean_line(value)


_STATES = {str(state): state for state in PlaceState}
_KNOWN = set(Annotation._fields) - {"extra"}


def _placement(value: object) -> Placement | None:
    if not isinstance(value, dict):
        return None
    state = _STATES.get(_text(value.get("state")))
    if state is None:
        return None
    score, candidates = value.get("score"), value.get("candidates")
    return Placement(
        start=_offset(value.get("start")),
        end=_offset(value.get("end")),
        state=state,
        score=float(score) if isinstance(score, (int, float)) and 0 <= score <= 1 else 0.0,
        fingerprint=_text(value.get("fingerprint")),
        anchor=_text(value.get("anchor")),
        candidates=tuple(filter(None, map(_range, candidates))) if isinstance(candidates, list) else (),
    )


def _range(value: object) -> Range | None:
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, int) for each in value):
        return Range(*value) if 0 <= value[0] < value[1] else None
    return None


def _offset(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else 0


def _text(value: object) -> str:
    return clean_text(value) if isinstance(value, str) else ""


def now() -> str:
    """Return the current time in the format of annotation records: UTC, ISO 8601, microseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Ids:
    """Generator of version 7 UUIDs, each greater than the one before (RFC 9562, section 6.2, method 1)."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Return a new UUID in its usual form of 36 characters."""
        with self._lock:
            # 48 bits of milliseconds, then a counter of 12 bits, which also goes on counting if the clock is set back.
            self._last = max((time.time_ns() // 1_000_000) << 12, self._last + 1)
            milliseconds, count = divmod(self._last, 1 << 12)
        random_bits = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
        digits = f"{milliseconds << 80 | 0x7 << 76 | count << 64 | 0b10 << 62 | random_bits:032x}"
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
