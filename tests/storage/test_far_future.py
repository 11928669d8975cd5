"""Time stamps of the far future set no clock, end no counter, and lose to whatever is written after them."""

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

FAR_IDS = ["no stamp", "next year", "two days ahead", "the last stamp"]


def library_at(path: Path, stamp: str, **fields: Any) -> None:
    """A library whose one article was written with a stamp of the future, in our own layout."""
    document = {"id": "a", "title": "theirs", **fields, "_t": {"": stamp}}
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(lay_out(Parsed({"articles": {document_id("a"): document}}, {"library": "x", "hlc": stamp})))


def title(library: LibraryFiles) -> object:
    return (library.document("articles", document_id("a")) or {}).get("title")


def write(library: LibraryFiles, **values: Any) -> None:
    library.commit(lambda _: {"o": [["articles", str(document_id("a")), values]]})


@pytest.mark.parametrize("stamp", FAR, ids=FAR_IDS)
def test_an_edit_wins_on_every_machine_and_the_clock_stays(tmp_path: Path, stamp: str) -> None:
    one, two = tmp_path / "one" / "library.json", tmp_path / "two" / "library.json"
    library_at(one, stamp)
    library_at(two, stamp)
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


@pytest.mark.parametrize("stamp", FAR, ids=FAR_IDS)
def test_what_has_such_a_stamp_can_be_deleted_and_come_back(tmp_path: Path, stamp: str) -> None:
    path = tmp_path / "library.json"
    library_at(path, stamp)
    library = LibraryFiles(path, "aaaa")
    write(library, **{"-": True})
    assert library.document("articles", document_id("a")) is None
    write(library, **{"+": True, "id": "a", "title": "back"})
    assert title(library) == "back"
    library.close()
    library = LibraryFiles(path, "aaaa")
    assert title(library) == "back"
    library.close()


@pytest.mark.parametrize("stamp", FAR, ids=FAR_IDS)
@pytest.mark.parametrize("kind", ["change", "merge", "deletion"])
def test_a_journal_of_another_machine_does_no_more(tmp_path: Path, stamp: str, kind: str) -> None:
    from tui_reader.storage.snapshot.journal import encode_line

    number = str(document_id("a"))
    entry: dict[str, Any] = {
        "change": {"o": [["articles", number, {"id": "a", "title": "theirs"}]]},
        "merge": {"m": [["articles", number, {"id": "a", "title": "theirs", "_t": {"": stamp}}]]},
        "deletion": {"o": [["articles", number, {"-": True}]]},
    }[kind]
    (tmp_path / "library.json.journal-zzzz").write_bytes(b'{"journal":1}\n' + encode_line({"s": stamp, **entry}))
    library = LibraryFiles(tmp_path / "library.json", "aaaa")
    write(library, **{"+": True, "id": "a", "title": "mine"})
    assert title(library) == "mine"
    assert not is_far_ahead(library.clock.now())
    library.close()


@pytest.mark.parametrize(
    "seen",
    ["ffffffffffff-fff-zzzz", f"{NOW:012x}-fff-zzzz", f"{NOW + DAY // 2:012x}-fff-zzzz"],
    ids=["no stamp", "now", "half a day ahead"],
)
def test_counters_and_milliseconds_do_not_overflow(seen: str) -> None:
    clock = HybridClock("aaaa", lambda: NOW)
    clock.observe(seen)
    stamps = [clock.now() for _ in range(5_000)]
    assert stamps == sorted(set(stamps))
    assert all(map(is_timestamp, stamps))


@pytest.mark.parametrize("wall", [0, 1 << 41, 1 << 42, 1 << 48, 1 << 60])
def test_a_clock_that_is_wrong_itself_gives_stamps_all_the_same(wall: int) -> None:
    clock = HybridClock("aaaa", lambda: wall)
    stamps = [clock.now() for _ in range(10)]
    assert stamps == sorted(set(stamps))
    assert all(map(is_timestamp, stamps))


def test_the_stamp_after_another_is_the_next_one() -> None:
    by = "01a000000000-000-aaaa"
    assert next_timestamp("01a000000005-0ff-zzzz", by) == "01a000000005-100-aaaa"
    assert next_timestamp("01a000000005-fff-zzzz", by) == "01a000000006-000-aaaa"
    assert next_timestamp("", by) == by


@pytest.mark.parametrize("stamp", FAR[1:3], ids=FAR_IDS[1:3])
def test_the_doctor_names_the_records(tmp_path: Path, stamp: str) -> None:
    path = tmp_path / "library.json"
    library_at(path, stamp)
    texts = [finding.text for finding in doctor(path, "aaaa").findings]
    assert any("future" in text and "“a”" in text for text in texts)


def test_a_header_of_the_far_future_is_not_carried_on(tmp_path: Path) -> None:
    path = tmp_path / "library.json"
    library_at(path, "ffffffffffff-fff-zzzz")
    data = path.read_text()
    path.write_text(json.dumps(json.loads(data)))
    library = LibraryFiles(path, "aaaa")
    write(library, title="mine")
    assert compact(library)
    library.close()
    assert "ffffffffffff" not in path.read_text()


def test_a_machine_that_forgot_what_it_wrote_gives_no_stamp_twice() -> None:
    ahead = f"{NOW + DAY // 12:012x}-005-zzzz"
    given = []
    for _ in range(20):
        clock = HybridClock("aaaa", lambda: NOW)  # the file in which its last stamp stood is not there any more
        clock.observe(ahead)
        given += [clock.now(), clock.now()]
    assert len(set(given)) == len(given)
    assert min(given) > ahead
