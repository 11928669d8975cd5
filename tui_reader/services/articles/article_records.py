"""Conversion between reading states and records: one flat record per article, without fields at their default.

A library may be untrusted, so texts are cleaned when a record is decoded: characters that could control a terminal
stay in the record and do not reach the state.

Fields that this version does not know are never changed, since every change is an edit of single fields.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from tui_reader.document.cleaning import clean_line
from tui_reader.model.article import NOTHING, Metadata, ReadingState
from tui_reader.services.annotations.annotation_records import decode_anchor, decode_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui_reader.model.anchor import Anchor
    from tui_reader.storage.base import Record

EDITABLE = ("title", "byline", "source", "date", "url", "language")
"""Metadata fields that the user can correct; the correction of `title` is kept in the field `edited_title`."""

_EDITED = tuple((name, f"edited_{name}") for name in EDITABLE)
TEXTS = frozenset(("tags", *(edited for _, edited in _EDITED)))
"""Fields whose texts are cleaned in the reading state; the record keeps the uncleaned texts."""

FLAGS = frozenset(("read", "starred", "archived", "joined", "whole"))
"""Record fields that are true or absent, named like attributes of `ReadingState`."""
_TEXTS = frozenset(("opened", "finished", "up_next", "filed"))
"""Record fields that are strings, named like attributes of `ReadingState`."""
WHOLE = "whole"
"""Field: true if the whole page is shown instead of only the article in it."""
BOOKMARK = "bookmark_"
"""Prefix of the field of a bookmark's anchor; the bookmark's letter follows the prefix."""
LOCATION = "location"
"""Field: the last known name of the article's file, see `FoundFile.name`."""
FINGERPRINT = "fingerprint"
"""Field: BLAKE2b hash of the file's bytes, 16 bytes in hexadecimal, by which moved files are found."""
DESCRIBING = ("title", "byline", "source", "date", "url")
"""Metadata copied into the record of an annotated article, for display after its file is deleted."""
SEEN_FIELDS = ("read", "opened", "finished", "offset", "progress", "seen")
"""Fields that are set by opening and reading an article, not by a command of the user."""


def decode(record: Record | None) -> ReadingState:
    """Decode a record into a reading state; a value of the wrong type counts as absent."""
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
        whole=record.get("whole") is True,
        edits={name: clean_line(value) for name, edited in _EDITED if isinstance(value := record.get(edited), str)},
        bookmarks=_bookmarks(record),
        up_next=_text(record.get("up_next")),
        filed=_text(record.get("filed")),
    )


def encode(state: ReadingState) -> dict[str, Any]:
    """Encode a reading state as record fields; None for each field with its default value."""
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
        WHOLE: state.whole or None,
        "up_next": state.up_next or None,
        "filed": state.filed or None,
        **{edited: state.edits.get(name) for name, edited in _EDITED},
        **{BOOKMARK + letter: anchor._asdict() for letter, anchor in state.bookmarks.items()},
    }


def is_plain(name: str) -> bool:
    """Return True if a record field is a flag or string that `ReadingState` has under the same name."""
    return name in FLAGS or name in _TEXTS


def encoded(state: ReadingState, names: Iterable[str]) -> dict[str, Any]:
    """Encode at least the record fields `names` of a reading state; all fields if one of them is not `is_plain`.

    A field at its default value is None.
    """
    names = tuple(names)
    if not all(map(is_plain, names)):
        return encode(state)
    return {name: getattr(state, name) or None for name in names}


def amended(state: ReadingState, fields: Mapping[str, Any]) -> ReadingState:
    """Return a copy of a reading state with some record fields replaced.

    Changes of thousands of articles set one flag or string each; decoding all fields would take 100 ms.
    """
    if all(map(is_plain, fields)):
        values: dict[str, Any] = {
            name: value is True if name in FLAGS else _text(value) for name, value in fields.items()
        }
        return state._replace(**values) if values else state
    if fields.keys() == {"tags"}:
        return state._replace(tags=decode_tags(tags) if isinstance(tags := fields["tags"], list) else None)
    return decode({**encode(state), **fields})


class Amendments:
    """Changes fields of many reading states; the same change to the same state object returns the same new object.

    Most articles of a library share a few state objects. The caller must keep the states that it passes alive as long
    as this object, since it recognizes them by their `id()`.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, object], ReadingState] = {}
        """Cache of changed states, by the `id()` of the state before the change, the field and its new value."""
        self._tags: dict[tuple[str, ...], tuple[str, ...]] = {}
        """Cache: the cleaned tags for each list of tags as stored in a record."""

    def amended(self, state: ReadingState, fields: Mapping[str, Any]) -> ReadingState:
        """Return a copy of a state with some record fields replaced; a change of one flag or string is cached."""
        if len(fields) != 1:
            return amended(state, fields)
        [(name, value)] = fields.items()
        if name == "tags" and _is_texts(value):
            stored = tuple(value)
            if stored not in self._tags:
                self._tags[stored] = decode_tags(value)
            return state._replace(tags=self._tags[stored])
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
    """Decode the metadata copied into a record; a value of the wrong type counts as absent."""
    title, byline, source, date, url = (_text((record or {}).get(name)) for name in DESCRIBING)
    guessed = (record or {}).get("guessed")
    names = frozenset(guessed).intersection(DESCRIBING) if _is_texts(guessed) else frozenset[str]()
    return Metadata(title=title, byline=byline, source=source, date=date, url=url, guessed=names)


_UNTOUCHED = ReadingState()


def _bookmarks(record: Record) -> Mapping[str, Anchor]:
    """Return the anchors of a record's bookmarks, by letter."""
    # A bookmark is dropped if its letter cannot be typed.
    names = [name for name in record if name.startswith(BOOKMARK) and name.isprintable()]
    found = {name.removeprefix(BOOKMARK): decode_anchor(record[name]) for name in names}
    return {letter: anchor for letter, anchor in found.items() if anchor is not None} or NOTHING


def _number(value: object) -> float:
    """Return a number as a float; 0 for infinity, for numbers of 2**53 or more, and for values of other types."""
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124
    return float(value) if usable and isinstance(value, (int, float)) and abs(value) < 2**53 else 0.0


def _is_texts(value: object) -> TypeGuard[list[str]]:
    """Return True if a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _text(value: object) -> str:
    """Return a cleaned string; empty if the value is not a string."""
    return clean_line(value) if isinstance(value, str) else ""


def now_in_seconds() -> str:
    """Return the current time in the format of reading states: UTC, ISO 8601, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
