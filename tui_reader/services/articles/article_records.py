"""How a reading state lies in the store: one flat record per article, fields at their resting value left out.

A library may come from anywhere, so texts are cleaned as they are read: what could act on a terminal stays in the
record, and is not in the state.

Fields that this version does not know are never touched, since every change is an edit of single fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

from tui_reader.document.clean import clean_line
from tui_reader.model.article import NOTHING, Metadata, ReadingState
from tui_reader.services.annotations.annotation_records import decode_anchor, decode_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_reader.model.anchor import Anchor
    from tui_reader.storage.base import Record

EDITABLE = ("title", "byline", "source", "date", "url", "language")
"""Metadata that a reader can correct; the correction of `title` lies in the field `edited_title`."""

_EDITED = tuple((name, f"edited_{name}") for name in EDITABLE)
TEXTS = frozenset(("tags", *(edited for _, edited in _EDITED)))
"""Fields whose texts a state has clean, and the record as they were written."""

BOOKMARK = "bookmark_"
"""Begins the name of a field that holds a bookmark's anchor; its letter ends it."""
LOCATION = "location"
"""Where the file stood when it was last seen, in the way ids name files."""
FINGERPRINT = "fingerprint"
"""BLAKE2b of the file's bytes, 16 bytes in hexadecimal: finds an article again whose file was moved."""
DESCRIBING = ("title", "byline", "source", "date", "url")
"""Metadata that an annotated article's record repeats, so that it has a name when its file is gone."""
SEEN_FIELDS = ("read", "opened", "finished", "offset", "progress", "seen")
"""What looking at an article leaves in its record, as against what a reader does with it on purpose."""


def decode(record: Record | None) -> ReadingState:
    """The state that a record tells of; a value of the wrong type counts as absent."""
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
    )


def encode(state: ReadingState) -> dict[str, Any]:
    """The fields of a state, None where a field rests at its default."""
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
        **{edited: state.edits.get(name) for name, edited in _EDITED},
        **{BOOKMARK + letter: anchor._asdict() for letter, anchor in state.bookmarks.items()},
    }


def amended(state: ReadingState, fields: Mapping[str, Any]) -> ReadingState:
    """A state some of whose fields in the store are others now."""
    return decode({**encode(state), **fields}) if fields else state


def encode_description(metadata: Metadata) -> dict[str, Any]:
    """What a record repeats of an article's metadata."""
    guessed = [name for name in DESCRIBING if name in metadata.guessed and getattr(metadata, name)]
    return {name: str(getattr(metadata, name)) or None for name in DESCRIBING} | {"guessed": guessed or None}


def decode_description(record: Record | None) -> Metadata:
    """What a record tells of an article's metadata; a value of the wrong type counts as absent."""
    title, byline, source, date, url = (_text((record or {}).get(name)) for name in DESCRIBING)
    guessed = (record or {}).get("guessed")
    names = frozenset(guessed).intersection(DESCRIBING) if _is_texts(guessed) else frozenset[str]()
    return Metadata(title=title, byline=byline, source=source, date=date, url=url, guessed=names)


_UNTOUCHED = ReadingState()


def _bookmarks(record: Record) -> Mapping[str, Anchor]:
    # A letter that cannot be typed leads nowhere.
    names = [name for name in record if name.startswith(BOOKMARK) and name.isprintable()]
    found = {name.removeprefix(BOOKMARK): decode_anchor(record[name]) for name in names}
    return {letter: anchor for letter, anchor in found.items() if anchor is not None} or NOTHING


def _number(value: object) -> float:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # noqa: PLR0124
    return float(value) if usable and isinstance(value, (int, float)) and abs(value) < 2**53 else 0.0


def _is_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _text(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""
