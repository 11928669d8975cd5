"""The cache of files by key: what is stored comes back, within its size, and nothing outside its folder is touched."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tui_reader.storage.cache import blob_cache
from tui_reader.storage.cache.blob_cache import BlobCache

if TYPE_CHECKING:
    from pathlib import Path


def test_stored_bytes_are_returned_and_private_to_the_user(tmp_path: Path) -> None:
    cache = BlobCache(tmp_path / "cache", 1_000)
    assert cache.get("a") is None
    assert cache.put("a", b"one")
    assert cache.put("a", b"two")
    assert (cache.get("a"), cache.has("a"), cache.has("b")) == (b"two", True, False)
    (path,) = (tmp_path / "cache").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_oldest_files_are_deleted_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blob_cache, "PUTS", 1)
    cache = BlobCache(tmp_path / "cache", 250)
    for number, key in enumerate("abcd"):
        cache.put(key, bytes(100))
        for path in (tmp_path / "cache").iterdir():
            if path.stem == key.encode().hex():
                os.utime(path, (number, number))
    assert [key for key in "abcd" if cache.has(key)] == ["c", "d"]


@pytest.mark.parametrize("key", ["../../outside", "/etc/passwd", "a\0b", "é" * 40, "\udcff", ""])
def test_a_key_is_not_used_as_a_path(tmp_path: Path, key: str) -> None:
    cache = BlobCache(tmp_path / "cache", 1_000)
    assert cache.put(key, b"x")
    assert cache.get(key) == b"x"
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


@pytest.mark.parametrize("obstacle", ["file", "link"])
def test_a_folder_that_cannot_be_used_stores_nothing(tmp_path: Path, obstacle: str) -> None:
    folder, other = tmp_path / "cache", tmp_path / "other"
    other.mkdir()
    if obstacle == "file":
        folder.write_text("a file")
    else:
        folder.symlink_to(other)
    cache = BlobCache(folder, 1_000)
    assert not cache.put("a", b"x")
    assert cache.get("a") is None
    assert list(other.iterdir()) == []
