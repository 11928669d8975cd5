"""Versions of a note: all concurrent texts are kept, so that edits on two machines lose no word.

A note is a multi-value register (Shapiro et al., 2011). Each version stores the versions that it replaced: for every
replica, the latest versions that its author had seen. Several versions per replica are kept, not only the last: after a
sync program restores an older file, a replica continues without some of its own versions. Two versions are concurrent
if neither author had seen the other's version, whatever their clocks show. Both versions are kept, and the field `note`
shows them merged word by word against their common original, or one after the other if the original is not known. The
next edit replaces both versions. The result follows from the set of versions alone: all machines show the same text,
and no machine has to write anything for that.

On disk the versions are in a field of the annotation, which earlier versions of the program and other programs keep
like any other field:

| member   | meaning                                                                                             |
|----------|-----------------------------------------------------------------------------------------------------|
| `seen`   | timestamps of what the latest version replaced, by replica; its own timestamp is that of the note   |
| `from`   | texts that it may have in common with others: `[[timestamps], text]`, the latest first              |
| `own`    | the text of the latest version where the note shows several; null where that version removed it     |
| `others` | the other versions: `[timestamp, text, seen, from]`                                                 |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.snapshot.json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTE = "note"
CONTEXT = "note_context"
"""Name of the field with the data of the module's table; services do not see it."""
DELETION = "deleted_context"
"""Name of the field with the timestamps of the note versions that the author of a deletion had seen.

Any other version of the note restores the annotation. Services do not see the field.
"""
HIDDEN = (CONTEXT, DELETION)
_MAX_VERSIONS = 32
"""Maximum number of concurrent versions of a note to store, the latest; the shown text has the words of all."""
_MAX_SEEN = 16
"""Maximum number of timestamps of seen versions to store for each replica, the latest.

If so many are stored, all earlier timestamps of this replica count as seen.
"""
_REPLICA_AT = 17
"""Index at which the replica id begins in a timestamp."""


class _Origin(NamedTuple):
    """An earlier text of the note that was edited to make a version, and the timestamps of the versions it merged."""

    timestamps: tuple[str, ...]
    text: str


Seen = dict[str, tuple[str, ...]]
"""Timestamps of versions by replica id, ascending, at most `_MAX_SEEN` of each replica."""


def _has_seen(seen: Seen, timestamp: str) -> bool:
    known = seen.get(timestamp[_REPLICA_AT:], ())
    return timestamp in known or (len(known) >= _MAX_SEEN and timestamp < known[0])


class Version(NamedTuple):
    """One text of a note, as one replica wrote it."""

    timestamp: str
    text: Any
    """The text; None if the note was removed."""
    seen: Seen | None
    """Timestamps of the versions that the author had seen and so replaced; None if unknown."""
    origins: tuple[_Origin, ...] = ()
    """Earlier texts that this version was made from, the latest first; concurrent ones may be made from them, too."""

    def has_seen(self, timestamp: str) -> bool:
        """Return True if the author had seen the version with this timestamp, and so replaced it.

        If it is unknown what the author had seen, only earlier versions of the same replica count as seen.
        """
        replica = timestamp[_REPLICA_AT:]
        if self.seen is None:
            # A replica has seen its own versions. Whether it had seen versions of others is not known.
            return replica == self.timestamp[_REPLICA_AT:] and timestamp <= self.timestamp
        return timestamp == ZERO or _has_seen(self.seen, timestamp)


def versions(note: tuple[str, Any] | None, context: tuple[str, Any] | None) -> list[Version]:
    """Decode the versions of a note from the two registers that store them, the latest version first.

    Args:
        note: Timestamp and text of the register `note`; the text is None if the note was removed. None without one.
        context: Timestamp and value of the register `CONTEXT`; None without one.
    """
    if note is None:
        return []
    timestamp, text = note
    if context is None or not isinstance(context[1], dict) or context[0] > timestamp:
        return [Version(timestamp, text, None)]
    value = context[1]
    seen = _seen(value["seen"]) if "seen" in value else None
    latest = Version(context[0], value.get("own", text), seen, _origins(value.get("from")))
    others = [version for item in _list(value.get("others")) if (version := _other(item)) is not None]
    if context[0] < timestamp:
        # An earlier version of the program, or another program, replaced all versions by one text.
        return [Version(timestamp, text, _union([latest, *others]), (_origin([latest, *others], latest.text),))]
    return [latest, *others]


def _seen(value: Any) -> Seen:
    if not isinstance(value, dict):
        return {}
    return {replica: _timestamps(timestamps)[-_MAX_SEEN:] for replica, timestamps in value.items()}


def _timestamps(value: Any) -> tuple[str, ...]:
    return tuple(sorted({timestamp for timestamp in _list(value) if timestamp and is_timestamp(timestamp)}))


def _origins(value: Any) -> tuple[_Origin, ...]:
    return tuple(
        _Origin(_timestamps(item[0]), item[1])
        for item in _list(value)
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], list) and isinstance(item[1], str)
    )


def _other(item: Any) -> Version | None:
    if not isinstance(item, list) or len(item) != 4 or not (item[0] and is_timestamp(item[0])):
        return None
    timestamp, text, seen, origins = item
    return Version(timestamp, text, _seen(seen) if seen is not None else None, _origins(origins))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def current(known: Sequence[Version]) -> list[Version]:
    """Return the versions that no other version replaces, the latest first."""
    by_timestamp: dict[str, Version] = {}
    for version in known:
        there = by_timestamp.get(version.timestamp)
        by_timestamp[version.timestamp] = version if there is None else _united(there, version)
    all_of_them = sorted(by_timestamp.values(), key=lambda version: version.timestamp, reverse=True)
    unreplaced = [
        version
        for version in all_of_them
        if not any(other.timestamp != version.timestamp and other.has_seen(version.timestamp) for other in all_of_them)
        and (version.timestamp != ZERO or len(all_of_them) == 1)
    ]
    return unreplaced or all_of_them[:1]


def _united(one: Version, other: Version) -> Version:
    """Return one version for two with the same timestamp; if their texts differ, it has the words of both.

    They differ only if another program edited one of them without giving it a new timestamp.
    """
    first, second = sorted((one, other), key=_rank, reverse=True)
    if first.text == second.text or not (isinstance(first.text, str) and isinstance(second.text, str)):
        return first
    from tui_reader.document.text_merge import combined  # noqa: PLC0415 - only notes with concurrent versions need it

    return first._replace(text=combined(None, *sorted((first.text, second.text))))


def _rank(version: Version) -> tuple[bool, str]:
    return version.seen is not None, canonical([version.text, version.seen, version.origins])


def shown(unreplaced: Sequence[Version]) -> Any:
    """Merge concurrent versions of a note into the one text that the field `note` shows.

    Args:
        unreplaced: The versions that no other version replaces, the latest first.

    Returns:
        The text; None if the note was removed.
    """
    if len(unreplaced) == 1:
        return unreplaced[0].text
    origins = {origin for version in unreplaced for origin in version.origins}
    common = [
        origin
        for origin in origins
        if all(origin in version.origins or all(map(version.has_seen, origin.timestamps)) for version in unreplaced)
    ]
    latest = max(common, key=lambda origin: (max(origin.timestamps, default=ZERO), origin.text), default=None)
    ancestor = latest.text if latest is not None else None
    texts = [version.text if isinstance(version.text, str) else "" for version in reversed(unreplaced)]
    from tui_reader.document.text_merge import combined  # noqa: PLC0415 - only notes with concurrent versions need it

    text = texts[0]
    for other in texts[1:]:
        text = combined(ancestor, text, other)
    return text or None


def registers(unreplaced: Sequence[Version]) -> tuple[tuple[str, Any], tuple[str, Any] | None]:
    """Encode versions of a note as the two registers that store them; the inverse of `versions`.

    Args:
        unreplaced: The versions that no other version replaces, the latest first.

    Returns:
        Timestamp and value of the register `note` and of the register `CONTEXT`; None if the latter is not needed.
    """
    latest, *others = unreplaced[:_MAX_VERSIONS]
    note = (latest.timestamp, shown(unreplaced))
    if latest.seen is None and not others:
        return note, None
    value: dict[str, Any] = {} if latest.seen is None else {"seen": _listed(latest.seen)}
    if latest.origins:
        value["from"] = _plain(latest.origins)
    if others:
        value["own"] = latest.text
        value["others"] = [
            [other.timestamp, other.text, None if other.seen is None else _listed(other.seen), _plain(other.origins)]
            for other in others
        ]
    return note, (latest.timestamp, value)


def _plain(origins: Sequence[_Origin]) -> list[Any]:
    return [[list(origin.timestamps), origin.text] for origin in origins]


def context_of_edit(known: Sequence[Version], timestamp: str) -> dict[str, Any]:
    """Return the value of `CONTEXT` for an edit of a note, which replaces all present versions.

    Args:
        known: The present versions.
        timestamp: The timestamp of the edit.
    """
    unreplaced = current(known)
    if not unreplaced:
        return {"seen": {}}
    origins = [_origin(unreplaced, shown(unreplaced))]
    if len(unreplaced) == 1 and unreplaced[0].timestamp[_REPLICA_AT:] == timestamp[_REPLICA_AT:]:
        # If one replica edits several times in a row, the others may have none of its texts. The common original of all
        # versions is then the text before the replica's first edit.
        origins += unreplaced[0].origins[-1:]
    return {"seen": _listed(_union(unreplaced)), "from": _plain(origins)}


def seen_by_deletion(known: Sequence[Version]) -> dict[str, Any]:
    """Return the value of `DELETION` for a deletion whose author had seen these versions of the note."""
    return {"seen": _listed(_union(known))}


def has_unseen_words(known: Sequence[Version], deletion: Any, timestamp: str) -> bool:
    """Return True if a note has a version with text that the author of a deletion had not seen.

    Such a version undoes the deletion of its annotation.

    A text with the deletion's own timestamp does not count: the same change wrote the text and the deletion, such as
    an undo that restores a deleted annotation with its words and its deletion.

    Args:
        known: The versions of the note.
        deletion: The value of `DELETION`; if it is not an object, the result is False.
        timestamp: The timestamp of the deletion.
    """
    if not isinstance(deletion, dict):
        return False
    seen = _seen(deletion.get("seen"))
    return any(
        version.text and version.timestamp not in (ZERO, timestamp) and not _has_seen(seen, version.timestamp)
        for version in known
    )


def _origin(unreplaced: Sequence[Version], text: Any) -> _Origin:
    return _Origin(tuple(sorted(version.timestamp for version in unreplaced)), text if isinstance(text, str) else "")


def _listed(seen: Seen) -> dict[str, list[str]]:
    return {replica: list(timestamps) for replica, timestamps in sorted(seen.items())}


def _union(known: Sequence[Version]) -> Seen:
    """Return the timestamps of these versions and of all versions that their authors had seen, by replica."""
    timestamps = {version.timestamp for version in known if version.timestamp != ZERO}
    for version in known:
        timestamps.update(*(version.seen or {}).values())
    seen: dict[str, list[str]] = {}
    for timestamp in sorted(timestamps):
        seen.setdefault(timestamp[_REPLICA_AT:], []).append(timestamp)
    return {replica: tuple(each[-_MAX_SEEN:]) for replica, each in seen.items()}
