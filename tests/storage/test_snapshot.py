"""The snapshot file: any document is found, and a new snapshot is the old one with its changes, byte for byte."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import TinyDB

from tui_reader.storage.recovery.foreign_layout import Parsed, lay_out
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.keyindex import KeyIndex
from tui_reader.storage.snapshot import snapshot
from tui_reader.storage.snapshot.disk import Disk, MemoryDisk
from tui_reader.storage.snapshot.json_values import encode
from tui_reader.storage.snapshot.snapshot import FileSource, MemorySource, NotOurLayoutError, SnapshotFile
from tui_reader.storage.snapshot.snapshot_writer import write_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

IDS = st.integers(1, 60) | st.integers(1, 2**106)
TEXTS = st.text(max_size=40) | st.sampled_from(["\n", '"7": ', "x" * 3_000, "ü" * 40_000, '\\"5": {'])
TABLE = st.dictionaries(IDS, TEXTS, max_size=25)


class Changes:
    """A plan that sets or removes some documents of the table `t`."""

    def __init__(self, documents: Mapping[int, str | None]) -> None:
        self._documents = documents
        self.old: dict[int, bytes | None] = {}

    def tables(self) -> Iterator[str]:
        yield "t"

    def numbers(self, table: str) -> Sequence[int]:
        return sorted(self._documents)

    def text(self, table: str, number: int, old: bytes | None) -> bytes | None:
        self.old[number] = old
        value = self._documents[number]
        return None if value is None else encode({"v": value})


def snapshot_of(documents: Mapping[int, str]) -> SnapshotFile:
    return SnapshotFile(
        MemorySource(lay_out(Parsed({"t": {number: {"v": text} for number, text in documents.items()}})))
    )


@given(TABLE, st.dictionaries(IDS, TEXTS | st.none(), max_size=25))
def test_a_new_snapshot_is_the_old_one_with_its_changes(old: dict[int, str], changes: dict[int, str | None]) -> None:
    snapshot_file, plan = snapshot_of(old), Changes(changes)
    memory = MemoryDisk()
    write_snapshot(0, memory, snapshot_file, plan, {"hlc": ""}, possible_tables=["t"])
    new = SnapshotFile(MemorySource(bytes(memory.data)))
    expected = {n: {"v": v} for n, v in sorted((old | changes).items()) if v is not None}
    assert new.verify()
    assert dict(new.documents("t")) == expected
    assert [number for number, _ in new.lines("t")] == sorted(expected)
    assert json.loads(bytes(memory.data))["t"] == {str(number): document for number, document in expected.items()}
    assert plan.old == {n: encode({"v": old[n]}) if n in old else None for n in changes}


@given(TABLE, IDS, IDS)
def test_any_document_and_any_range_is_found(documents: dict[int, str], low: int, high: int) -> None:
    snapshot_file = snapshot_of(documents)
    for number in {*documents, low, high}:
        found = snapshot_file.line("t", number)
        assert found == (encode({"v": documents[number]}) if number in documents else None)
    assert [n for n, _ in snapshot_file.lines("t", low, high)] == [n for n in sorted(documents) if low <= n < high]
    assert snapshot_file.last_id("t") == max(documents, default=0)
    same = {low} if documents.get(low) == "other" else set()
    assert sorted(snapshot_file.differing(snapshot_of({low: "other"}), "t")) == sorted({*documents, low} - same)


def test_a_long_file_is_searched_with_few_reads(tmp_path: Path) -> None:
    path = tmp_path / "base"
    count = 20_000
    path.write_bytes(lay_out(Parsed({"t": {n: {"v": "x" * (n * 37 % 700)} for n in range(1, count)}})))
    reads = []

    class Counting(Disk):
        def read_at(self, handle: int, count: int, offset: int) -> bytes:
            reads.append(count)
            return super().read_at(handle, count, offset)

    snapshot_file = SnapshotFile(FileSource(str(path), Counting()))
    reads.clear()
    assert snapshot_file.line("t", 12_345) is not None
    assert len(reads) < 40
    assert sum(reads) < 60_000
    assert len(list(snapshot_file.lines("t"))) == count - 1


def test_annotations_are_found_by_their_own_key(tmp_path: Path) -> None:
    keys = {f"n{n}": f"art{n % 7}" for n in range(500)}
    table = {document_id(key, parent): {"id": key, "article": parent} for key, parent in keys.items()}
    snapshot_file = SnapshotFile(MemorySource(lay_out(Parsed({"annotations": table}))))
    index = KeyIndex(snapshot_file, "annotations")
    assert all(index.find(document_id(key)) == document_id(key, parent) for key, parent in keys.items())
    assert index.find(document_id("other")) is None


def test_another_layout_is_recognised(tmp_path: Path) -> None:
    with TinyDB(tmp_path / "plain.json") as plain:
        plain.insert({"a": 1})
    with pytest.raises(NotOurLayoutError):
        SnapshotFile(FileSource(str(tmp_path / "plain.json"), Disk()))
    assert snapshot.VERSION == 1
