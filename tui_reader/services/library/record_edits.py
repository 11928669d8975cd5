"""Turn the wanted fields of a record into edits of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_reader.storage.base import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui_reader.storage.base import Record


def edits_to_fields(table: str, key: str, record: Record | None, wanted: Mapping[str, Any]) -> Iterator[Edit]:
    """Yield the edits that give a record the wanted fields; none for a field that has its value already.

    Args:
        table: The record's table.
        key: The record's key.
        record: The record as it is; None if there is none.
        wanted: Values by field; None removes a field. Fields that are not named stay as they are.
    """
    current = record or {}
    for name, value in wanted.items():
        before = current.get(name)
        if before != value or type(before) is not type(value):  # True equals 1
            yield Edit(table, key, name, before, value)
