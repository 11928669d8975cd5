"""The lossless format: all records of the library for an article, as self-explanatory JSON.

Fields for human readers come first in each object: title, quote, note. The records of the library follow under
`article`, `reading` and `record`, without fields that have default values; `read` restores the records.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from tui_reader.exchange.clip import NOWHERE, Clip, ClippedAnnotation, Paragraph, Where
from tui_reader.exchange.json_text import Dumped, dump, dumped, filled
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import NOTHING, Article, Headline, Metadata, ReadingState
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORMAT = "tui-reader-export"
"""Value of the key `format`, which identifies a file."""
VERSION = 1
_SIMPLE = frozenset({str, int, float, bool, type(None)})
"""Types whose values are JSON as they are."""
_NO_PARAGRAPH = Paragraph("")
_NO_ANNOTATION = Annotation("", "")


def write(clips: Sequence[Clip]) -> str:
    """Return clips as a JSON object with a list of articles, each with its annotations."""
    return dump(
        {"format": FORMAT, "version": VERSION, "articles": [each.written(FORMAT, _dumped) for each in clips]}, 4
    )


def prepare(clip: Clip, _number: int) -> None:
    """Write the part of a clip ahead; see `Format.prepare`."""
    clip.written(FORMAT, _dumped)


def _dumped(clip: Clip) -> Dumped:
    return dumped(_article(clip), depth=2, level=2)


def read(text: str) -> list[Clip]:
    """Read the clips from a file that `write` has made.

    Raises:
        ValueError: The file is of another format or of a later version.
    """
    value = json.loads(text)
    if not isinstance(value, dict) or value.get("format") != FORMAT or value.get("version") != VERSION:
        raise ValueError(f"no {FORMAT} of version {VERSION}")
    return [_clip(each) for each in value["articles"]]


def _article(clip: Clip) -> dict[str, Any]:
    headline = clip.headline
    about = {name: getattr(clip, name) for name in ("title", "byline", "source", "date", "url", "language", "tags")}
    return {
        "id": clip.id,
        **filled(about),
        "file": clip.file or None,
        "article": _record(headline.article, Article(clip.id, "", Metadata())),
        "reading": _record(headline.state, ReadingState()),
        "annotations": [_annotation(each) for each in clip.annotations],
    }


def _annotation(clipped: ClippedAnnotation) -> dict[str, Any]:
    annotation = clipped.annotation
    return {
        "id": clipped.id,
        "quote": clipped.quote or None,
        "note": clipped.note,
        "tags": clipped.tags,
        "colour": annotation.colour,
        "colour_name": clipped.colour_name,
        "created": clipped.created,
        "updated": annotation.updated,
        "state": str(clipped.state),
        "where": _record(clipped.where, NOWHERE),
        "paragraphs": [_record(each, _NO_PARAGRAPH) for each in clipped.paragraphs],
        "record": _record(annotation, _NO_ANNOTATION),
    }


def _record(record: Any, default: Any) -> dict[str, Any]:
    """Return the fields of a named tuple that differ from the fields of `default`, as JSON values."""
    fields = zip(record._fields, record, default, strict=True)
    return {name: value if type(value) in _SIMPLE else _plain(value) for name, value, usual in fields if value != usual}


def _plain(value: Any) -> Any:
    """Convert a value of a record to JSON: named tuples and mappings to objects, tuples and sets to lists."""
    if type(value) in _SIMPLE:  # nearly all values; the tests below take four times as long
        return value
    if isinstance(value, Article | Metadata | ReadingState | Annotation | Anchor | Placement):
        fields = zip(value._fields, value, strict=True)
        return {name: each if type(each) in _SIMPLE else _plain(each) for name, each in fields}
    if isinstance(value, dict | MappingProxyType):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, PlaceState) else value


def _clip(value: Mapping[str, Any]) -> Clip:
    article = _known(Article, value["article"], id=value["id"], location=value["article"].get("location", ""))
    metadata = article._replace(metadata=_metadata(value["article"].get("metadata", {})))
    reading = _known(ReadingState, value["reading"])
    bookmarks = {letter: _known(Anchor, each) for letter, each in reading.bookmarks.items()}
    state = reading._replace(
        tags=None if reading.tags is None else tuple(reading.tags), edits=dict(reading.edits), bookmarks=bookmarks
    )
    annotations = [_clipped(each) for each in value["annotations"]]
    return Clip(Headline(metadata, state, len(annotations)), annotations, file=value.get("file") or "")


def _clipped(value: Mapping[str, Any]) -> ClippedAnnotation:
    record = value["record"]
    annotation = _known(Annotation, record, id=value["id"], article=record.get("article", ""))
    annotation = annotation._replace(
        anchor=_anchor(record.get("anchor")),
        attached=_anchor(record.get("attached")),
        placed=_placement(record.get("placed")),
        tags=tuple(annotation.tags),
        extra=annotation.extra or NOTHING,
    )
    where = _known(Where, value["where"])
    paragraphs = tuple(_known(Paragraph, each, text=each.get("text", "")) for each in value["paragraphs"])
    return ClippedAnnotation(
        annotation, value["colour_name"], where._replace(headings=tuple(where.headings)), paragraphs
    )


def _metadata(value: Mapping[str, Any]) -> Metadata:
    lists = {name: tuple(each) for name, each in value.items() if isinstance(each, list)}
    metadata: Metadata = _known(Metadata, {**value, **lists})
    return metadata._replace(guessed=frozenset(metadata.guessed))


def _anchor(value: Mapping[str, Any] | None) -> Anchor | None:
    return None if value is None else _known(Anchor, value)


def _placement(value: Mapping[str, Any] | None) -> Placement | None:
    if value is None:
        return None
    placed: Placement = _known(Placement, value)
    candidates = tuple(Range(*each) for each in placed.candidates)
    return placed._replace(state=PlaceState(placed.state), candidates=candidates)


def _known(record: Any, value: Mapping[str, Any], **needed: Any) -> Any:
    """Create a named tuple from the values of an export; names that it does not have are ignored.

    Args:
        record: The class of the named tuple.
        value: Values by name; absent ones get their defaults.
        needed: Values that take precedence, for fields without a default.
    """
    return record(**{name: each for name, each in value.items() if name in record._fields} | needed)
