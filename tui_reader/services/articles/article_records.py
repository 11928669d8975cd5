"""Encode reading states as records: one flat record per article, without fields at their default.

A library may come from anywhere, so texts are cleaned when a record is decoded: characters that could act on a terminal
stay in the record and do not reach the state.

Fields that this version does not know are never changed, since every change is an edit of single fields.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from tui_reader.document.clean import clean_line
from tui_reader.model.article import NOTHING, Metadata, ReadingState
from tui_reader.services.annotations.annotation_records import decode_anchor, decode_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui_reader.model.anchor import Anchor
    from tui_reader.storage.base import Record

EDITABLE = ("title", "byline", "source", "date", "url", "language")
"""Metadata that a reader can correct; the correction of `title` is kept in the field `edited_title`."""

_EDITED = tuple((name, f"edited_{name}") for name in EDITABLE)
TEXTS = frozenset(("tags", *(edited for _, edited in _EDITED)))
"""Fields whose texts are cleaned in a state and kept as written in the record."""

_FLAGS = frozenset(("read", "starred", "archived", "joined"))
"""Record fields that are true or absent, and have the name of an attribute of `ReadingState`."""
_TEXTS = frozenset(("opened", "finished", "up_next", "filed"))
"""Record fields that are texts, and have the name of an attribute of `ReadingState`."""
BOOKMARK = "bookmark_"
"""Prefix of a field that holds a bookmark's anchor; the rest of its name is the letter."""
LOCATION = "location"
"""Field with the name of the article's file, as ids use it, when it was last seen."""
FINGERPRINT = "fingerprint"
"""Field with the BLAKE2b of the file's bytes, 16 bytes in hexadecimal: recognizes a moved file."""
DESCRIBING = ("title", "byline", "source", "date", "url")
"""Metadata that the record of an annotated article repeats, so that it has a title when its file is gone."""
SEEN_FIELDS = ("read", "opened", "finished", "offset", "progress", "seen")
"""Fields that opening and reading an article sets, unlike those that a reader sets on purpose."""


def decode(record: Record | None) -> ReadingState:
    """Return the state that a record holds; a value of the wrong type counts as absent."""
    if not record:
        return _UNTOUCHED
    tags = record.get("tags")
    return ReadingState(
        read=record.get("read") is True,
        starred=record.get("starred") is True,
        archived=record.get("archived") is True,
        offset=max(0, int(_number(record.get("offset")))),
        progress=min(1.0, max(0.0, _number(record.get("progress")))),
        tags=decode_tags(tags) if isinstance(tags, list) else None,
        opened=_text(record.get("opened")),
        finished=_text(record.get("finished")),
        joined=record.get("joined") is True,
        edits={name: clean_line(value) for name, edited in _EDITED if isinstance(value := record.get(edited), str)},
        bookmarks=_bookmarks(record),
        up_next=_text(record.get("up_next")),
        filed=_text(record.get("filed")),
    )


def encode(state: ReadingState) -> dict[str, Any]:
    """Return the record fields of a state; None for each field at its default."""
    return {
        "read": state.read or None,
        "starred": state.starred or None,
        "archived": state.archived or None,
        "offset": state.offset or None,
        "progress": state.progress or None,
        "tags": None if state.tags is None else list(state.tags),
        "opened": state.opened or None,
        "finished": state.finished or None,
        "joined": state.joined or None,
        "up_next": state.up_next or None,
        "filed": state.filed or None,
        **{edited: state.edits.get(name) for name, edited in _EDITED},
        **{BOOKMARK + letter: anchor._asdict() for letter, anchor in state.bookmarks.items()},
    }


def is_plain(name: str) -> bool:
    """Return True if a record field is a flag or a text that `ReadingState` holds under the same name."""
    return name in _FLAGS or name in _TEXTS


def encoded(state: ReadingState, names: Iterable[str]) -> dict[str, Any]:
    """Return those record fields of a state that have these names, and maybe others."""
    names = tuple(names)
    if not all(map(is_plain, names)):
        return encode(state)
    return {name: getattr(state, name) or None for name in names}


def amended(state: ReadingState, fields: Mapping[str, Any]) -> ReadingState:
    """Return a state with some record fields replaced.

    A change of thousands of articles concerns one flag or text each: decoding all their fields would take 100 ms.
    """
    if all(map(is_plain, fields)):
        values: dict[str, Any] = {
            name: value is True if name in _FLAGS else _text(value) for name, value in fields.items()
        }
        return state._replace(**values) if values else state
    return decode({**encode(state), **fields})


class Amendments:
    """Amends many states; states that were one object before and are changed alike are one object afterwards.

    The states that are amended must live as long as this object.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, object], ReadingState] = {}

    def amended(self, state: ReadingState, fields: Mapping[str, Any]) -> ReadingState:
        """Return what the function `amended` returns."""
        if len(fields) != 1:
            return amended(state, fields)
        [(name, value)] = fields.items()
        if not is_plain(name) or not (value is None or value is True or isinstance(value, str)):
            return amended(state, fields)
        key = id(state), name, value
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = amended(state, fields)
        return found


def encode_description(metadata: Metadata) -> dict[str, Any]:
    """Return the record fields that repeat an article's metadata."""
    guessed = [name for name in DESCRIBING if name in metadata.guessed and getattr(metadata, name)]
    return {name: str(getattr(metadata, name)) or None for name in DESCRIBING} | {"guessed": guessed or None}


def decode_description(record: Record | None) -> Metadata:
    """Return the metadata that a record repeats; a value of the wrong type counts as absent."""
    title, byline, source, date, url = (_text((record or {}).get(name)) for name in DESCRIBING)
    guessed = (record or {}).get("guessed")
    names = frozenset(guessed).intersection(DESCRIBING) if _is_texts(guessed) else frozenset[str]()
    return Metadata(title=title, byline=byline, source=source, date=date, url=url, guessed=names)


_UNTOUCHED = ReadingState()


def _bookmarks(record: Record) -> Mapping[str, Anchor]:
    """Return the anchors of a record's bookmarks, by letter."""
    # A bookmark whose letter cannot be typed cannot be used.
    names = [name for name in record if name.startswith(BOOKMARK) and name.isprintable()]
    found = {name.removeprefix(BOOKMARK): decode_anchor(record[name]) for name in names}
    return {letter: anchor for letter, anchor in found.items() if anchor is not None} or NOTHING


def _number(value: object) -> float:
    """Return a number that can be used as an offset or a share; 0 for everything else."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124
    return float(value) if usable and isinstance(value, (int, float)) and abs(value) < 2**53 else 0.0


def _is_texts(value: object) -> TypeGuard[list[str]]:
    """Return True if a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _text(value: object) -> str:
    """Return a cleaned text; empty for a value that is no text."""
    return clean_line(value) if isinstance(value, str) else ""


def now_in_seconds() -> str:
    """Return the time as reading states record it: UTC, ISO 8601, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
