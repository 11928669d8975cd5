"""The JSON format that Hypothesis exports and imports, with positions in UTF-16 code units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.exchange.json_text import Dumped, article_uri, dump, dumped, moment
from tui_reader.exchange.tags import with_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation

USER = "acct:tui-reader@localhost"
"""The author of the exported annotations; Hypothesis replaces it by the account that imports them."""
GROUP = "__world__"


def write(clips: Sequence[Clip]) -> str:
    """Return clips in the JSON format of the Hypothesis sidebar."""
    return dump(
        {
            "export_date": _time(max((clip.updated for clip in clips), default="")),
            "export_userid": USER,
            "client_version": "tui-reader",
            "annotations": [each for clip in clips for each in clip.written("hypothesis", _annotations)],
        },
        depth=2,
    )


def prepare(clip: Clip, _number: int) -> None:
    """Write the part of a clip ahead; see `Format.prepare`."""
    clip.written("hypothesis", _annotations)


def _annotations(clip: Clip) -> list[Dumped]:
    return [dumped(_annotation(clip, each), depth=0, level=2) for each in clip.annotations]


def _annotation(clip: Clip, clipped: ClippedAnnotation) -> dict[str, Any]:
    uri = article_uri(clip)
    target: dict[str, Any] = {"source": uri}
    if clipped.quote:
        target["selector"] = _selectors(clipped)
    return {
        "id": clipped.id,
        "created": _time(clipped.created),
        "updated": _time(clipped.updated),
        "user": USER,
        "uri": uri,
        "text": clipped.note,
        "tags": with_state(clipped),
        "group": GROUP,
        "permissions": {"read": [USER], "admin": [USER], "update": [USER], "delete": [USER]},
        "target": [target],
        "document": {"title": [clip.title]},
        "links": {},
        "user_info": {"display_name": None},
        "hidden": False,
        "flagged": False,
    }


def _selectors(clipped: ClippedAnnotation) -> list[dict[str, Any]]:
    where = clipped.where
    quote = {"type": "TextQuoteSelector", "exact": clipped.quote, "prefix": clipped.prefix, "suffix": clipped.suffix}
    if where.utf16_start is None:
        return [quote]
    return [{"type": "TextPositionSelector", "start": where.utf16_start, "end": where.utf16_end}, quote]


def _time(text: str) -> str:
    read = moment(text)
    return "" if read is None else read.isoformat()
