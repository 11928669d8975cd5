"""A journal entry that sets registers in thousands of documents, written and applied without an object for each.

The journal contains the line that the same changes have as an ordinary entry, with one operation per document. So every
version of the program reads it, replays it and merges it, and nothing else in the store knows that it was written in
another way (docs/decisions/016-a-bulk-change-is-an-ordinary-entry.md).
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from tui_reader.storage.replication.registers import ABSENT, EXISTS
from tui_reader.storage.snapshot.json_values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.storage.replication.registers import Registers
    from tui_reader.storage.snapshot.journal import Entry


def json_text(value: Any) -> str:
    """Return the text that `json_values.encode` would return; for the usual values of bulk changes it is faster."""
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) in (list, tuple) and set(map(type, value)) <= {str}:
        return f"[{','.join(map(encode_basestring, value))}]"
    return encode(value).decode()


class BulkEntry:
    """A journal entry that sets registers in many documents of one table.

    Args:
        table: The table of these documents.
        numbers: The ids of these documents, each once.
        values: For each of these documents the values by register name; `ABSENT` for a removed field. If equal values
            are one object, it is encoded once.
        rest: An ordinary entry with all other members, and with the operations for other documents.
        step: The member `u` of the entry as JSON text; empty without one.
    """

    def __init__(
        self, table: str, numbers: Sequence[int], values: Sequence[Mapping[str, Any]], rest: Entry, step: str = ""
    ) -> None:
        self.table, self.numbers, self.values, self.rest = table, numbers, values, rest
        self.timestamp = ""
        """The entry's timestamp; empty until `LibraryFiles` sets it before it writes the entry."""
        self._step = step

    def plain(self) -> Entry:
        """Return the ordinary entry with the same content, without a timestamp."""
        operations: list[list[Any]] = []
        for number, values in zip(self.numbers, self.values, strict=True):
            kept = {name: value for name, value in values.items() if value is not ABSENT}
            absent = [name for name, value in values.items() if value is ABSENT]
            operations.append([self.table, str(number), kept, *([absent] if absent else [])])
        entry: Entry = self.rest | {"o": operations + self.rest.get("o", [])}
        return entry | {"u": decode(self._step.encode())} if self._step else entry

    def text(self) -> bytes:
        """Return the entry, including its timestamp, as JSON text."""
        table = json_text(self.table)
        known: dict[int, str] = {}
        operations: list[str] = []
        for number, values in zip(self.numbers, self.values, strict=True):
            end = known.get(id(values))
            if end is None:
                end = known[id(values)] = _registers_text(values)
            operations.append(f'[{table},"{number}",{end}]')
        operations += [encode(operation).decode() for operation in self.rest.get("o", ())]
        members = [f'{{"s":{json_text(self.timestamp)},"o":[{",".join(operations)}]']
        members += [f"{json_text(name)}:{encode(self.rest[name]).decode()}" for name in self.rest if name != "o"]
        if self._step:
            members.append(f'"u":{self._step}')
        return f"{','.join(members)}}}".encode()

    def set_registers(self, documents: dict[int, Registers], earlier: Mapping[int, Registers]) -> None:
        """Set the registers of the entry in documents; they replace those with the same name.

        So the entry's timestamp must be later than all others.

        Documents with the same registers before share one object after it: memory grows by a reference each.

        Args:
            documents: Registers by document id, changed in place: each changed document is added or replaced.
            earlier: The registers before the entry of documents that are not in `documents`.
        """
        is_shared = len(set(map(id, self.values))) < len(self.values)
        new: dict[int, Registers] = {}
        """The registers of the entry by the address of their values, if several documents share values."""
        # The former registers are kept with the result, because the key is their address.
        replaced: dict[tuple[int, int], tuple[Registers, Registers]] = {}
        for number, values in zip(self.numbers, self.values, strict=True):
            registers = new.get(id(values))
            if registers is None:
                registers = {name: (self.timestamp, value) for name, value in values.items()}
                if is_shared:
                    new[id(values)] = registers
            known = documents.get(number) or earlier.get(number)
            if known is None:
                documents[number] = registers
                continue
            if EXISTS in known or not is_shared:  # with EXISTS, a register names the record, so no document shares them
                documents[number] = {**known, **registers}
                continue
            pair = id(known), id(registers)
            if pair not in replaced:
                replaced[pair] = known, {**known, **registers}
            documents[number] = replaced[pair][1]


def _registers_text(values: Mapping[str, Any]) -> str:
    """Return the JSON text of an operation after table and id: values by register, and a list of removed registers.

    The list is omitted if it is empty.
    """
    if len(values) == 1:
        [(name, value)] = values.items()
        return f"{{}},[{json_text(name)}]" if value is ABSENT else f"{{{json_text(name)}:{json_text(value)}}}"
    kept = [f"{encode_basestring(name)}:{json_text(value)}" for name, value in values.items() if value is not ABSENT]
    if len(kept) == len(values):
        return f"{{{','.join(kept)}}}"
    absent = [encode_basestring(name) for name, value in values.items() if value is ABSENT]
    return f"{{{','.join(kept)}}},[{','.join(absent)}]"
