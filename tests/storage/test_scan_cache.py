"""The results of a scan are available at the next start, and an unusable cache does no harm."""

from __future__ import annotations

import os
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tui_reader.model.article import Metadata
from tui_reader.storage.cache.scan_cache import CachedFile, ScanCache

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def a_file(path: str = "/a/b.md", inode: int = 5, **about: object) -> CachedFile:
    return CachedFile(path, 10, 20, inode, "f00", Metadata(**about), "")  # type: ignore[arg-type]


@settings(max_examples=examples(50))
@given(
    metadata=st.builds(
        partial(Metadata),  # as a function: hypothesis fills every field of a named tuple
        id=TEXT,
        title=TEXT,
        url=TEXT,
        tags=st.lists(TEXT, max_size=3).map(tuple),
        words=st.integers(0, 10**9),
        guessed=st.frozensets(st.sampled_from(["title", "date"])),
        header=st.just({}),
    ),
    inode=st.integers(0, 2**64 - 1),
    name=st.binary(min_size=1, max_size=20),
)
def test_every_field_of_a_file_is_restored(
    tmp_path_factory: pytest.TempPathFactory, metadata: Metadata, inode: int, name: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.sqlite"
    file = CachedFile(os.fsdecode(name), 1, 2, inode, "aa", metadata, "broken")
    cache = ScanCache(path)
    cache.update([file], [other.path for other in cache.load()])
    cache.close()
    again = ScanCache(path)
    assert again.load() == [file]
    again.close()


def test_files_are_replaced_and_removed(tmp_path: Path) -> None:
    cache = ScanCache(tmp_path / "deep" / "cache.sqlite")
    assert cache.load() == []
    assert not (tmp_path / "deep").exists(), "to look makes nothing"
    cache.update([a_file("a"), a_file("b"), a_file("c")])
    cache.update([a_file("b", title="new")], ["a"])
    assert {file.path: file.metadata.title for file in cache.load()} == {"b": "new", "c": ""}
    cache.close()


def test_the_latest_articles_come_first(tmp_path: Path) -> None:
    cache = ScanCache(tmp_path / "cache.sqlite")
    cache.update(a_file(str(number))._replace(moment=number * 37 % 10 + 0.5) for number in range(10))
    loaded = [*cache.load(3), *cache.load(after=3)]
    assert [file.moment for file in loaded] == [number + 0.5 for number in reversed(range(10))]
    cache.close()


def test_two_windows_share_a_cache(tmp_path: Path) -> None:
    one, two = ScanCache(tmp_path / "cache.sqlite"), ScanCache(tmp_path / "cache.sqlite")
    one.update([a_file("a")])
    two.update([a_file("b")])
    assert {file.path for file in one.load()} == {"a", "b"}
    one.close()
    two.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"no database at all" * 500),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: _execute(path, "DROP TABLE files"),
        lambda path: _execute(path, "PRAGMA user_version = 99"),
        lambda path: _execute(path, "UPDATE files SET title = CAST(X'ff' AS TEXT)"),
        lambda path: _execute(path, "UPDATE files SET inode = 'many'"),
    ],
    ids=["no database", "cut off", "no table", "another version", "no text", "no number"],
)
def test_a_damaged_cache_is_created_again(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "cache.sqlite"
    cache = ScanCache(path)
    cache.update([a_file(str(number), title="t" * 100) for number in range(100)])
    cache.close()
    spoil(path)  # type: ignore[operator]
    again = ScanCache(path)
    again.load()
    again.update([a_file("fresh")])
    again.update([a_file("fresh")])
    assert "fresh" in {file.path for file in again.load()}
    again.close()
    last = ScanCache(path)
    assert "fresh" in {file.path for file in last.load()}
    last.close()


def test_a_folder_that_cannot_be_written_only_disables_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file" / "cache.sqlite", Path("/dev/null/cache.sqlite"), tmp_path):
        cache = ScanCache(path)
        cache.update([a_file()])
        assert cache.load() == []
        cache.close()


def _execute(path: Path, statement: str) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute(statement)
    database.close()
