"""Keeps every text of a note that no later one has replaced, so that two machines that edit one note lose no word.

A note is a multi-value register (Shapiro et al., 2011). Each version knows what it replaced: for every machine the
latest version that its author had seen (a version vector). Two versions that do not know each other are concurrent,
whatever their clocks say: both are kept, and the field `note` shows them merged word by word against the text that both
were made of, or one after the other where that is not known. The next edit replaces both. This follows from the set of
versions alone, so all machines show the same text, and none writes anything because of it.

On disk this stands in a field of the annotation, which earlier versions and other programs keep as they keep any field:

| member   | meaning                                                                                             |
|----------|-----------------------------------------------------------------------------------------------------|
| `seen`   | the version vector of the latest version, whose time stamp is that of the note                      |
| `from`   | texts that it may have in common with others: `[[stamps], text]`, the latest first                  |
| `own`    | the text of the latest version where the note shows several; null where it took the note off        |
| `others` | the other versions: `[stamp, text, seen, from]`                                                     |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.storage.clock import ZERO, is_stamp
from tui_reader.storage.values import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOTE = "note"
CONTEXT = "note_context"
"""The field that holds the other versions and what each replaced. Callers of the store never see it."""
DELETION = "deleted_context"
"""The field that says which versions of the note a deletion had seen: others bring the annotation back."""
HIDDEN = (CONTEXT, DELETION)
_MOST = 32
"""Concurrent versions that are kept of one note; beyond, the oldest are in the text that is shown, as one."""
_AFTER_MACHINE = 17
"""Where the machine begins in a time stamp."""


class _Origin(NamedTuple):
    """A text that a version was made of."""

    stamps: tuple[str, ...]
    text: str


class Version(NamedTuple):
    """What one machine made of a note."""

    stamp: str
    text: Any
    """None where the note was taken off."""
    seen: dict[str, str] | None
    """For every machine the stamp of the latest version that its author had seen; None if that is not known."""
    origins: tuple[_Origin, ...] = ()

    def knows(self, stamp: str) -> bool:
        """Tell whether the author had seen a version, so that this one replaces it."""
        machine = stamp[_AFTER_MACHINE:]
        if self.seen is None:
            # What the machine wrote itself it has seen. Of what others wrote nothing is known.
            return machine == self.stamp[_AFTER_MACHINE:] and stamp <= self.stamp
        return stamp == ZERO or self.seen.get(machine, ZERO) >= stamp


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
    latest = Version(context[0], value.get("own", text), _seen(value.get("seen")), _origins(value.get("from")))
    others = [version for item in _list(value.get("others")) if (version := _other(item)) is not None]
    if context[0] < stamp:
        # An earlier version of the program, or another one, wrote over all that stood here.
        return [Version(stamp, text, _union([latest, *others]), (_origin([latest, *others], latest.text),))]
    return [latest, *others]


def _seen(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {machine: stamp for machine, stamp in value.items() if stamp and is_stamp(stamp)}


def _origins(value: Any) -> tuple[_Origin, ...]:
    return tuple(
        _Origin(tuple(sorted(stamp for stamp in item[0] if is_stamp(stamp))), item[1])
        for item in _list(value)
        if isinstance(item, list) and len(item) == 2 and isinstance(item[0], list) and isinstance(item[1], str)
    )


def _other(item: Any) -> Version | None:
    if not isinstance(item, list) or len(item) != 4 or not (item[0] and is_stamp(item[0])):
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
    from tui_reader.document.merging import united  # noqa: PLC0415 - as above

    return first._replace(text=united(None, *sorted((first.text, second.text))))


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
    from tui_reader.document.merging import united  # noqa: PLC0415 - for notes that were written on two machines at once

    text = texts[0]
    for other in texts[1:]:
        text = united(base, text, other)
    return text or None


def registers(left: Sequence[Version]) -> tuple[tuple[str, Any], tuple[str, Any] | None]:
    """The registers `note` and `CONTEXT` that hold versions, the latest first; the inverse of `versions`."""
    latest, *others = left[:_MOST]
    note = (latest.stamp, shown(left))
    if latest.seen is None and not others:
        return note, None
    value: dict[str, Any] = {"seen": latest.seen or {}}
    if latest.origins:
        value["from"] = _plain(latest.origins)
    if others:
        value["own"] = latest.text
        value["others"] = [[other.stamp, other.text, other.seen, _plain(other.origins)] for other in others]
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
    return {"seen": _union(left), "from": _plain(origins)}


def seen_by_deletion(known: Sequence[Version]) -> dict[str, Any]:
    """The value of `DELETION` for a deletion that takes these versions of a note away."""
    return {"seen": _union(known)}


def has_unseen_words(known: Sequence[Version], deletion: Any) -> bool:
    """Tell whether a note has a text that a deletion had not seen, so that it does not take it away.

    Args:
        known: The versions of the note.
        deletion: The value of `DELETION`.
    """
    if not isinstance(deletion, dict):
        return False
    seen = _seen(deletion.get("seen"))
    return any(v.text and v.stamp and seen.get(v.stamp[_AFTER_MACHINE:], ZERO) < v.stamp for v in known)


def _origin(left: Sequence[Version], text: Any) -> _Origin:
    return _Origin(tuple(sorted(version.stamp for version in left)), text if isinstance(text, str) else "")


def _union(known: Sequence[Version]) -> dict[str, str]:
    seen: dict[str, str] = {}
    for version in known:
        pairs: Mapping[str, str] = {**(version.seen or {})}
        for machine, stamp in [*pairs.items(), (version.stamp[_AFTER_MACHINE:], version.stamp)]:
            if stamp != ZERO:
                seen[machine] = max(seen.get(machine, ZERO), stamp)
    return dict(sorted(seen.items()))
