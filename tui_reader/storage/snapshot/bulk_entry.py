"""A journal entry that sets registers in thousands of documents, written and applied without an object for each.

The journal contains the line that the same changes have as an ordinary entry, with one operation per document. So every
version of the program reads it, replays it and merges it, and nothing else in the store knows that it was written in
another way (docs/decisions/016-a-bulk-change-is-an-ordinary-entry.md).
"""

from __future__ import annotations

from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from tui_reader.storage.replication.registers import ABSENT
from tui_reader.storage.snapshot.json_values import decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_reader.storage.replication.registers import Registers
    from tui_reader.storage.snapshot.journal import Entry


def json_text(value: Any) -> str:
    """Encode a JSON value as the journal does; most values of bulk changes need no encoder."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is str:
        return encode_basestring(value)
    if type(value) in (list, tuple) and set(map(type, value)) <= {str}:
        return f"[{','.join(map(encode_basestring, value))}]"
    return encode(value).decode()


class BulkEntry:
    """A journal entry without a timestamp, most of whose operations set one field of a document.

    Args:
        table: The table of these documents.
        numbers: Their ids, each once.
        values: For each document the values by register; `ABSENT` for a removed field. Equal values may be one object,
            and are then encoded once.
        rest: The other members and operations of the entry.
        step: The member `u` as JSON text; empty without one.
    """

    def __init__(
        self, table: str, numbers: Sequence[int], values: Sequence[Mapping[str, Any]], rest: Entry, step: str = ""
    ) -> None:
        self.table, self.numbers, self.values, self.rest = table, numbers, values, rest
        self.timestamp = ""
        """The entry's timestamp, once it has one."""
        self._step = step

    def plain(self) -> Entry:
        """Return the ordinary entry with the same operations."""
        operations: list[list[Any]] = []
        for number, values in zip(self.numbers, self.values, strict=True):
            kept = {name: value for name, value in values.items() if value is not ABSENT}
            absent = [name for name, value in values.items() if value is ABSENT]
            operations.append([self.table, str(number), kept, *([absent] if absent else [])])
        entry: Entry = self.rest | {"o": operations + self.rest.get("o", [])}
        return entry | {"u": decode(self._step.encode())} if self._step else entry

    def text(self) -> bytes:
        """Return the entry with its timestamp as JSON text."""
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
        """Set the registers of the entry, which must be later than all that documents have: each replaces one.

        Documents with the same registers before share one object after it: memory grows by a reference each.

        Args:
            documents: Receives the registers of the changed documents; those that are in it are changed.
            earlier: Registers of documents that are not in `documents`.
        """
        # The former registers are kept with the result, because the key is their address.
        replaced: dict[tuple[int, int], tuple[Registers, Registers]] = {}
        for number, registers in zip(self.numbers, self._registers(), strict=True):
            known = documents.get(number) or earlier.get(number)
            if known is None:
                documents[number] = registers
                continue
            pair = id(known), id(registers)
            if pair not in replaced:
                replaced[pair] = known, {**known, **registers}
            documents[number] = replaced[pair][1]

    def _registers(self) -> list[Registers]:
        """Return for each document the registers that the entry sets; equal ones are one object."""
        known: dict[int, Registers] = {}
        for values in self.values:
            if id(values) not in known:
                known[id(values)] = {name: (self.timestamp, value) for name, value in values.items()}
        return [known[address] for address in map(id, self.values)]


def _registers_text(values: Mapping[str, Any]) -> str:
    """Return the end of an operation as JSON text: the values by register, and the removed registers."""
    if len(values) == 1:
        [(name, value)] = values.items()
        return f"{{}},[{json_text(name)}]" if value is ABSENT else f"{{{json_text(name)}:{json_text(value)}}}"
    kept: list[str] = []
    absent: list[str] = []
    for name, value in values.items():
        if value is ABSENT:
            absent.append(encode_basestring(name))
        else:
            kept.append(f"{encode_basestring(name)}:{json_text(value)}")
    return f"{{{','.join(kept)}}},[{','.join(absent)}]" if absent else f"{{{','.join(kept)}}}"
