"""Check the structure of journal entries, since a journal may come from an unknown sender.

A checksum proves only that a line is unchanged, not that it is valid. `State.apply` and `history` rely on this
structure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import ANNOTATIONS
from tui_reader.storage.replication.document_ids import MAX_BITS
from tui_reader.storage.replication.registers import TIMESTAMPS
from tui_reader.storage.snapshot.json_values import encode
from tui_reader.storage.snapshot.snapshot import META, TOMBSTONES

if TYPE_CHECKING:
    from collections.abc import Collection

_TIMESTAMP_MIN_LENGTH = 17
"""Number of characters of a timestamp before the replica id; a timestamp has more, since the id is not empty."""
_MAX_DIGITS = 60
"""Maximum number of decimal digits of a document id."""
_SURELY_SHORT_DIGITS = 32
"""Number of decimal digits below which a document id has at most `MAX_BITS` bits, so that it need not be converted."""
_USUAL_TABLES = frozenset(("articles", "annotations"))
_SURROGATE = re.compile(rb"\\u[dD][89abcdefABCDEF]")
r"""Pattern of the JSON escape of half of a surrogate pair, such as `\ud83d`.

The store writes characters unescaped, so its journals contain such bytes only where a text has a backslash and `ud83d`.
"""


def is_entry(value: Any) -> bool:
    """Return True if a value from a journal has the structure of an entry; unknown members are allowed."""
    if type(value) is not dict or not _looks_like_timestamp(value.get("s")):
        return False
    for name, member in value.items():
        is_right = _MEMBERS.get(name)
        if is_right is not None and not is_right(member):
            return False
    return True


def _looks_like_timestamp(timestamp: Any) -> bool:
    """Return True for a text that is empty or has the two dashes of a timestamp.

    It may still be no timestamp, for example with a time in the year 2200: `State` then uses the empty timestamp.
    """
    if type(timestamp) is not str:
        return False
    return not timestamp or (len(timestamp) > _TIMESTAMP_MIN_LENGTH and timestamp[12] == timestamp[16] == "-")


def may_hold_surrogates(data: bytes) -> bool:
    """Return True if JSON data may contain the escape of half of a surrogate pair, which cannot be encoded as UTF-8."""
    return b"\\ud" in data or b"\\uD" in data


def is_clean(value: Any, text: bytes) -> bool:
    """Return True if a value contains no half of a surrogate pair, so that it can be encoded.

    Args:
        value: The value.
        text: The JSON from which the value was decoded. If it has no escape of a surrogate, the value is not examined.
    """
    if _SURROGATE.search(text) is None:
        return True
    try:
        encode(value)
    except ValueError:
        return False
    return True


def _is_document_ref(table: Any, number: Any) -> bool:
    if type(table) is str and table in _USUAL_TABLES and type(number) is str and 0 < len(number) < _SURELY_SHORT_DIGITS:
        # Nearly every entry takes this path, which saves 0.2 µs for each of up to 10,000 that a start reads.
        return number.isdecimal() and number.isascii() and number[0] != "0"
    return (
        _is_table(table)
        and type(number) is str
        and number.isdecimal()
        and number.isascii()
        and number[0] != "0"
        and len(number) <= _MAX_DIGITS
        and (len(number) < _SURELY_SHORT_DIGITS or table != ANNOTATIONS or int(number).bit_length() <= MAX_BITS)
    )


def _is_table(name: Any) -> bool:
    return type(name) is str and name != META and not name.endswith(TOMBSTONES)


def _are_operations(member: Any) -> bool:
    if type(member) is not list:
        return False
    return _is_operation(member[0]) if len(member) == 1 else all(map(_is_operation, member))


def _is_operation(operation: Any) -> bool:
    if type(operation) is not list or not 3 <= len(operation) <= 4 or not _is_document_ref(operation[0], operation[1]):
        return False
    if type(operation[2]) is not dict or not _are_registers(operation[2]):
        return False
    if len(operation) == 3:
        return True
    absent = operation[3]
    return type(absent) is list and all(type(name) is str for name in absent) and _are_registers(absent)


def _are_registers(names: Collection[str]) -> bool:
    return "" not in names and TIMESTAMPS not in names


def _are_documents(member: Any) -> bool:
    return type(member) is list and all(
        type(each) is list and len(each) == 3 and _is_document_ref(each[0], each[1]) and type(each[2]) is dict
        for each in member
    )


def _are_tables(member: Any) -> bool:
    return type(member) is dict and all(_is_table(name) and type(is_there) is bool for name, is_there in member.items())


def _is_step(member: Any) -> bool:
    if type(member) is not list or list(map(type, member)) != [str, str, list]:
        return False
    return all(
        type(record) is list
        and list(map(type, record)) == [str, str, dict]
        and all(map(_is_change, record[2].values()))
        for record in member[2]
    )


def _is_change(value: Any) -> bool:
    return type(value) is list and len(value) == 2


def _is_reversal(member: Any) -> bool:
    return type(member) is list and list(map(type, member)) == [str, bool]


_MEMBERS = {
    "o": _are_operations,
    "m": _are_documents,
    "t": _are_tables,
    "u": _is_step,
    "z": _is_reversal,
}
"""By name of a member of an entry (see `library_files`), a function that returns True if its structure is valid."""
