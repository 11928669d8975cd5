"""Timestamps of the far future set no clock, overflow no counter, and lose to all later edits."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.storage.engine.library_files import LibraryFiles
from tui_reader.storage.recovery.doctor import doctor
from tui_reader.storage.recovery.foreign_layout import Parsed, lay_out
from tui_reader.storage.replication.document_ids import document_id
from tui_reader.storage.replication.hlc import HybridClock, is_far_ahead, is_timestamp, next_timestamp
from tui_reader.storage.replication.merge import merge_file
from tui_reader.storage.snapshot.compaction import compact

if TYPE_CHECKING:
    from pathlib import Path

NOW = time.time_ns() // 1_000_000
DAY = 24 * 3_600_000
NEXT_YEAR = f"{NOW + 400 * DAY:012x}-fff-zzzz"
FAR = ["ffffffffffff-fff-zzzz", NEXT_YEAR, f"{NOW + 2 * DAY:012x}-000-bbbb", "03ffffffffff-fff-zzzzzzzzzzzzzzzz"]

FAR_IDS = ["no timestamp", "next year", "two days ahead", "the last timestamp"]


def library_at(path: Path, timestamp: str, **fields: Any) -> None:
    """Write a library whose only article has a timestamp of the future, in our own layout."""
    document = {"id": "a", "title": "theirs", **fields, "_t": {"": timestamp}}
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lay_out(Parsed({"articles": {document_id("a"): document}}, {"library": "x", "hlc": timestamp})))


def title(library: LibraryFiles) -> object:
    return (library.document("articles", document_id("a")) or {}).get("title")


def write(library: LibraryFiles, **values: Any) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id("a")), values]]})


@pytest.mark.parametrize("timestamp", FAR, ids=FAR_IDS)
def test_an_edit_of_a_value_from_the_future_wins_on_every_machine_and_sets_no_clock(
    tmp_path: Path, timestamp: str
) -> None:
    one, two = tmp_path / "one" / "library.json", tmp_path / "two" / "library.json"
    library_at(one, timestamp)
    library_at(two, timestamp)
    library = LibraryFiles(one, "aaaa")
    for words in ("mine", "mine again"):
        write(library, title=words)
        assert title(library) == words
    assert not is_far_ahead(library.clock.now())
    assert compact(library)
    assert title(library) == "mine again"
    library.close()
    other = LibraryFiles(two, "bbbb")
    merge_file(other, str(one))
    assert title(other) == "mine again"
    write(other, title="theirs once more")
    assert title(other) == "theirs once more"
    assert compact(other)
    other.close()
    library = LibraryFiles(one, "aaaa")
    merge_file(library, str(two))
    assert title(library) == "theirs once more"
    library.close()


@pytest.mark.parametrize("timestamp", FAR, ids=FAR_IDS)
def test_a_record_from_the_future_can_be_deleted_and_created_again(tmp_path: Path, timestamp: str) -> None:
    path = tmp_path / "library.json"
    library_at(path, timestamp)
    library = LibraryFiles(path, "aaaa")
    write(library, **{"-": True})
    assert library.document("articles", document_id("a")) is None
    write(library, **{"+": True, "id": "a", "title": "back"})
    assert title(library) == "back"
    library.close()
    library = LibraryFiles(path, "aaaa")
    assert title(library) == "back"
    library.close()


@pytest.mark.parametrize("timestamp", FAR, ids=FAR_IDS)
@pytest.mark.parametrize("kind", ["change", "merge", "deletion"])
def test_an_edit_wins_over_a_journal_line_from_the_future(tmp_path: Path, timestamp: str, kind: str) -> None:
    from tui_reader.storage.snapshot.journal import encode_line

    number = str(document_id("a"))
    entry: dict[str, Any] = {
        "change": {"o": [["articles", number, {"id": "a", "title": "theirs"}]]},
        "merge": {"m": [["articles", number, {"id": "a", "title": "theirs", "_t": {"": timestamp}}]]},
        "deletion": {"o": [["articles", number, {"-": True}]]},
    }[kind]
    (tmp_path / "library.json.journal-zzzz").write_bytes(b'{"journal":1}\n' + encode_line({"s": timestamp, **entry}))
    library = LibraryFiles(tmp_path / "library.json", "aaaa")
    write(library, **{"+": True, "id": "a", "title": "mine"})
    assert title(library) == "mine"
    assert not is_far_ahead(library.clock.now())
    library.close()


@pytest.mark.parametrize(
    "seen",
    ["ffffffffffff-fff-zzzz", f"{NOW:012x}-fff-zzzz", f"{NOW + DAY // 2:012x}-fff-zzzz"],
    ids=["no timestamp", "now", "half a day ahead"],
)
def test_counters_and_milliseconds_do_not_overflow(seen: str) -> None:
    clock = HybridClock("aaaa", lambda: NOW)
    clock.observe(seen)
    timestamps = [clock.now() for _ in range(5_000)]
    assert timestamps == sorted(set(timestamps))
    assert all(map(is_timestamp, timestamps))


@pytest.mark.parametrize("wall", [0, 1 << 41, 1 << 42, 1 << 48, 1 << 60])
def test_a_wrong_clock_makes_valid_ascending_timestamps(wall: int) -> None:
    clock = HybridClock("aaaa", lambda: wall)
    timestamps = [clock.now() for _ in range(10)]
    assert timestamps == sorted(set(timestamps))
    assert all(map(is_timestamp, timestamps))


def test_the_next_timestamp_is_one_count_later() -> None:
    by = "01a000000000-000-aaaa"
    assert next_timestamp("01a000000005-0ff-zzzz", by) == "01a000000005-100-aaaa"
    assert next_timestamp("01a000000005-fff-zzzz", by) == "01a000000006-000-aaaa"
    assert next_timestamp("", by) == by


@pytest.mark.parametrize("timestamp", FAR[1:3], ids=FAR_IDS[1:3])
def test_the_doctor_names_records_with_timestamps_of_the_future(tmp_path: Path, timestamp: str) -> None:
    path = tmp_path / "library.json"
    library_at(path, timestamp)
    texts = [finding.text for finding in doctor(path, "aaaa").findings]
    assert any("future" in text and "“a”" in text for text in texts)


def test_a_header_timestamp_of_the_far_future_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    library_at(path, "ffffffffffff-fff-zzzz")
    data = path.read_text()
    path.write_text(json.dumps(json.loads(data)))
    library = LibraryFiles(path, "aaaa")
    write(library, title="mine")
    assert compact(library)
    library.close()
    assert "ffffffffffff" not in path.read_text()


def test_a_replica_that_lost_its_last_timestamp_makes_none_twice() -> None:
    ahead = f"{NOW + DAY // 12:012x}-005-zzzz"
    made = []
    for _ in range(20):
        clock = HybridClock("aaaa", lambda: NOW)  # the file that held its last timestamp is gone
        clock.observe(ahead)
        made += [clock.now(), clock.now()]
    assert len(set(made)) == len(made)
    assert min(made) > ahead
