"""The format of the W3C Web Annotation Data Model: JSON-LD, with positions in code points.

Data without a name in the model have the prefix `tuir`: the number of the colour, the state, the headings, the page.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from typing import TYPE_CHECKING, Any

from tui_reader.exchange.json_text import (
    Dumped,
    annotation_uri,
    article_uri,
    collection_urn,
    dump,
    dumped,
    filled,
    moment,
)
from tui_reader.exchange.markup import language_tag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation

CONTEXT = ["http://www.w3.org/ns/anno.jsonld", {"tuir": "urn:tui-reader:terms:"}]


def write(clips: Sequence[Clip]) -> str:
    """Return clips as an annotation collection with a single page, in JSON-LD."""
    items = [each for clip in clips for each in clip.written("w3c", _annotations)]
    urn = collection_urn(list(clips))
    page = {"id": f"{urn}#page", "type": "AnnotationPage", "partOf": urn, "startIndex": 0, "items": items}
    return dump(
        {
            "@context": CONTEXT,
            "id": urn,
            "type": "AnnotationCollection",
            "label": clips[0].title if len(clips) == 1 else "Annotations",
            "total": len(items),
            "first": page,
        },
        depth=3,
    )


def prepare(clip: Clip, _number: int) -> None:
    """Write the part of a clip ahead; see `Format.prepare`."""
    clip.written("w3c", _annotations)


def _annotations(clip: Clip) -> list[Dumped]:
    return [dumped(_annotation(clip, each), depth=0, level=3) for each in clip.annotations]


def _annotation(clip: Clip, clipped: ClippedAnnotation) -> dict[str, Any]:
    body = [{"type": "TextualBody", "value": tag, "purpose": "tagging"} for tag in clipped.tags]
    if clipped.colour_name:
        body.append({"type": "TextualBody", "value": clipped.colour_name, "purpose": "classifying"})
    if clipped.note:
        note = {"type": "TextualBody", "value": clipped.note, "format": "text/markdown", "purpose": "commenting"}
        body.insert(0, note)
    return filled(
        {
            "id": annotation_uri(clipped),
            "type": "Annotation",
            "motivation": ["highlighting", "commenting"] if clipped.quote and clipped.note else _motivation(clipped),
            "created": _time(clipped.created),
            "modified": _time(clipped.updated),
            "body": body,
            "target": _target(clip, clipped),
            "tuir:colour": clipped.annotation.colour if clipped.quote else None,
            "tuir:state": str(clipped.state),
            "tuir:headings": list(clipped.where.headings),
            "tuir:section": clipped.where.section,
            "tuir:page": clipped.where.page,
        }
    )


def _motivation(clipped: ClippedAnnotation) -> str:
    return "highlighting" if clipped.quote else "commenting"


def _target(clip: Clip, clipped: ClippedAnnotation) -> dict[str, Any]:
    source = filled(
        {
            "id": article_uri(clip),
            "type": "Text",
            "language": language_tag(clip.language),
            "dc:title": clip.title,
            "dc:creator": clip.byline,
            "dc:publisher": clip.source,
            "dc:date": clip.date,
            "dc:subject": list(clip.tags),
        }
    )
    if not clipped.quote:
        return source
    where = clipped.where
    selectors: list[dict[str, Any]] = [
        {"type": "TextQuoteSelector", "exact": clipped.quote, "prefix": clipped.prefix, "suffix": clipped.suffix}
    ]
    if where.start is not None:
        selectors.append({"type": "TextPositionSelector", "start": where.start, "end": where.end})
    return {"type": "SpecificResource", "source": source, "selector": selectors}


def _time(text: str) -> str:
    """Return a stored time in ISO 8601 with `Z` for UTC, as the W3C model requires; empty if it is invalid."""
    read = moment(text)
    with suppress(OverflowError):  # the first or the last day that there is, in another time zone
        return "" if read is None else read.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return ""
