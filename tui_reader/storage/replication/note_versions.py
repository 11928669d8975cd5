"""Keeps every text of a note that no later one has replaced, so that two machines that edit one note lose no word.

A note is a multi-value register (Shapiro et al., 2011). Each version knows what it replaced: for every machine the
latest versions that its author had seen. Only the last one of each would not do: where a program that syncs puts an
older file in place, a machine goes on without what it wrote itself. Two versions that do not know each other are
concurrent, whatever their clocks say: both are kept, and the field `note` shows them merged word by word against the
text that both were made of, or one after the other where that is not known. The next edit replaces both. This follows
from the set of versions alone, so all machines show the same text, and none writes anything because of it.

On disk this stands in a field of the annotation, which earlier versions and other programs keep as they keep any field:

| member   | meaning                                                                                             |
|----------|-----------------------------------------------------------------------------------------------------|
| `seen`   | stamps of what the latest version replaced, by machine; its own stamp is that of the note           |
| `from`   | texts that it may have in common with others: `[[stamps], text]`, the latest first                  |
| `own`    | the text of the latest version where the note shows several; null where it took the note off        |
| `others` | the other versions: `[stamp, text, seen, from]`                                                     |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.storage.replication.hlc import ZERO, is_timestamp
from tui_reader.storage.snapshot.json_values import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence

NOTE = "note"
CONTEXT = "note_context"
"""The field that holds the other versions and what each replaced. Callers of the store never see it."""
DELETION = "deleted_context"
"""The field that says which versions of the note a deletion had seen: others bring the annotation back."""
HIDDEN = (CONTEXT, DELETION)
_MOST = 32
"""Concurrent versions that are kept of one note; beyond, the oldest are in the text that is shown, as one."""
_SEEN = 16
"""Stamps that are kept of each machine: where there are so many, what is before the first of them counts as seen."""
_AFTER_MACHINE = 17
"""Where the machine begins in a time stamp."""


class _Origin(NamedTuple):
    """A text that a version was made of."""

    stamps: tuple[str, ...]
    text: str


Seen = dict[str, tuple[str, ...]]
"""Stamps of versions by machine, ascending, at most `_SEEN` of each."""


def _has_seen(seen: Seen, stamp: str) -> bool:
    known = seen.get(stamp[_AFTER_MACHINE:], ())
    return stamp in known or (len(known) >= _SEEN and stamp < known[0])


class Version(NamedTuple):
    """What one machine made of a note."""

    stamp: str
    text: Any
    """None where the note was taken off."""
    seen: Seen | None
    """What its author had seen; None if that is not known."""
    origins: tuple[_Origin, ...] = ()

    def knows(self, stamp: str) -> bool:
        """Tell whether the author had seen a version, so that this one replaces it."""
        machine = stamp[_AFTER_MACHINE:]
        if self.seen is None:
            # What the machine wrote itself it has seen. Of what others wrote nothing is known.
            return machine == self.stamp[_AFTER_MACHINE:] and stamp <= self.stamp
        return stamp == ZERO or _has_seen(self.seen, stamp)


def versions(note: tuple[str, Any] | None, context: tuple[str, Any] | None) -> list[Version]:
    """The versions that two registers of an annotation hold.

    Args:
        note: Stamp and text of the note; None as text where it was taken off.
        context: Stamp and value of the field `CONTEXT`.
    """
    if note is None:
        return []
    stamp, text = note
    if context is None or not isinstance(context[1], dict) or context[0] > stamp:
        return [Version(stamp, text, None)]
    value = context[1]
    seen = _seen(value["seen"]) if "seen" in value else None
    latest = Version(context[0], value.get("own", text), seen, _origins(value.get("from")))
    others = [version for item in _list(value.get("others")) if (version := _other(item)) is not None]
    if context[0] < stamp:
        # An earlier version of the program, or another one, wrote over all that stood here.
        return [Version(stamp, text, _union([latest, *others]), (_origin([latest, *others], latest.text),))]
    return [latest, *others]


def _seen(value: Any) -> Seen:
    if not isinstance(value, dict):
        return {}
    return {machine: _stamps(stamps)[-_SEEN:] for machine, stamps in value.items()}


def _stamps(value: Any) -> tuple[str, ...]:
    return tuple(sorted({stamp for stamp in _list(value) if stamp and is_timestamp(stamp)}))


def _origins(value: Any) -> tuple[_Origin, ...]:
    return tuple(
        _Origin(_stamps(item[0]), item[1])
        for item in _list(value)
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], list) and isinstance(item[1], str)
    )


def _other(item: Any) -> Version | None:
    if not isinstance(item, list) or len(item) != 4 or not (item[0] and is_timestamp(item[0])):
        return None
    stamp, text, seen, origins = item
    return Version(stamp, text, _seen(seen) if seen is not None else None, _origins(origins))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def current(known: Sequence[Version]) -> list[Version]:
    """The versions that none of the others replaces, the latest first."""
    by_stamp: dict[str, Version] = {}
    for version in known:
        there = by_stamp.get(version.stamp)
        by_stamp[version.stamp] = version if there is None else _one_of(there, version)
    all_of_them = sorted(by_stamp.values(), key=lambda version: version.stamp, reverse=True)
    left = [
        version
        for version in all_of_them
        if not any(other.stamp != version.stamp and other.knows(version.stamp) for other in all_of_them)
        and (version.stamp != ZERO or len(all_of_them) == 1)
    ]
    return left or all_of_them[:1]


def _one_of(one: Version, other: Version) -> Version:
    """One version of two with one stamp, whose texts differ only where another program has changed one of them."""
    first, second = sorted((one, other), key=_rank, reverse=True)
    if first.text == second.text or not (isinstance(first.text, str) and isinstance(second.text, str)):
        return first
    from tui_reader.document.text_merge import combined  # noqa: PLC0415 - as above

    return first._replace(text=combined(None, *sorted((first.text, second.text))))


def _rank(version: Version) -> tuple[bool, str]:
    return version.seen is not None, canonical([version.text, version.seen, version.origins])


def shown(left: Sequence[Version]) -> Any:
    """The text of concurrent versions, the latest first, as one; None where the note was taken off."""
    if len(left) == 1:
        return left[0].text
    origins = {origin for version in left for origin in version.origins}
    common = [
        origin
        for origin in origins
        if all(origin in version.origins or all(map(version.knows, origin.stamps)) for version in left)
    ]
    base = max(common, key=lambda origin: (max(origin.stamps, default=ZERO), origin.text)).text if common else None
    texts = [version.text if isinstance(version.text, str) else "" for version in reversed(left)]
    from tui_reader.document.text_merge import combined  # noqa: PLC0415 - for notes that were written on two machines at once

    text = texts[0]
    for other in texts[1:]:
        text = combined(base, text, other)
    return text or None


def registers(left: Sequence[Version]) -> tuple[tuple[str, Any], tuple[str, Any] | None]:
    """The registers `note` and `CONTEXT` that hold versions, the latest first; the inverse of `versions`."""
    latest, *others = left[:_MOST]
    note = (latest.stamp, shown(left))
    if latest.seen is None and not others:
        return note, None
    value: dict[str, Any] = {} if latest.seen is None else {"seen": _listed(latest.seen)}
    if latest.origins:
        value["from"] = _plain(latest.origins)
    if others:
        value["own"] = latest.text
        value["others"] = [
            [other.stamp, other.text, None if other.seen is None else _listed(other.seen), _plain(other.origins)]
            for other in others
        ]
    return note, (latest.stamp, value)


def _plain(origins: Sequence[_Origin]) -> list[Any]:
    return [[list(origin.stamps), origin.text] for origin in origins]


def context_of_edit(known: Sequence[Version], stamp: str) -> dict[str, Any]:
    """The value of `CONTEXT` for a new text that replaces all of these.

    Args:
        known: What stands there.
        stamp: The stamp of the new text.
    """
    left = current(known)
    if not left:
        return {"seen": {}}
    origins = [_origin(left, shown(left))]
    if len(left) == 1 and left[0].stamp[_AFTER_MACHINE:] == stamp[_AFTER_MACHINE:]:
        # Of several edits on one machine others know none: what they have in common with it is what came before.
        origins += left[0].origins[-1:]
    return {"seen": _listed(_union(left)), "from": _plain(origins)}


def seen_by_deletion(known: Sequence[Version]) -> dict[str, Any]:
    """The value of `DELETION` for a deletion that takes these versions of a note away."""
    return {"seen": _listed(_union(known))}


def has_unseen_words(known: Sequence[Version], deletion: Any, stamp: str) -> bool:
    """Tell whether a note has a text that a deletion had not seen, so that it does not take it away.

    A text with the deletion's own stamp was written by the same change, such as one that an undo brings back as it was:
    deleted, with its words.

    Args:
        known: The versions of the note.
        deletion: The value of `DELETION`.
        stamp: When it was deleted.
    """
    if not isinstance(deletion, dict):
        return False
    seen = _seen(deletion.get("seen"))
    return any(
        version.text and version.stamp not in (ZERO, stamp) and not _has_seen(seen, version.stamp) for version in known
    )


def _origin(left: Sequence[Version], text: Any) -> _Origin:
    return _Origin(tuple(sorted(version.stamp for version in left)), text if isinstance(text, str) else "")


def _listed(seen: Seen) -> dict[str, list[str]]:
    return {machine: list(stamps) for machine, stamps in sorted(seen.items())}


def _union(known: Sequence[Version]) -> Seen:
    """What authors of versions had seen together, and these versions themselves."""
    stamps = {version.stamp for version in known if version.stamp != ZERO}
    for version in known:
        stamps.update(*(version.seen or {}).values())
    seen: dict[str, list[str]] = {}
    for stamp in sorted(stamps):
        seen.setdefault(stamp[_AFTER_MACHINE:], []).append(stamp)
    return {machine: tuple(each[-_SEEN:]) for machine, each in seen.items()}
