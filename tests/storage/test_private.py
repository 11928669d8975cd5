"""State, cache and log are readable by this user alone: 0600 in 0700, also if they were more open before."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from tests.storage import file_usage
from tui_reader import paths
from tui_reader.services.library.opening import open_library
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES, Edit
from tui_reader.storage.snapshot.disk import Disk
from tui_reader.storage.snapshot.private import append, private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=[0o000, 0o022], ids=["umask 000", "umask 022"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    before = os.umask(request.param)
    with file_usage.set_up(tmp_path):
        yield tmp_path
    os.umask(before)


def open_to_others(*folders: Path) -> list[str]:
    found = [path for folder in folders for path in (folder, *folder.rglob("*"))]
    assert len(found) > len(folders), "no file was written, so that nothing is tested"
    return [f"{path} {stat.filemode(path.stat().st_mode)}" for path in found if path.stat().st_mode & 0o077]


def live(root: Path) -> None:
    (root / "articles").mkdir(exist_ok=True)
    open_library((root / "articles",)).close()
    for part in ("state", "cache"):
        for step in file_usage.life(root, part):
            step()


def test_state_and_cache_are_readable_by_this_user_alone(root: Path) -> None:
    (root / "library").mkdir(exist_ok=True)
    live(root)
    assert open_to_others(root / "state/tui-reader", root / "cache/tui-reader", root / "fresh") == []
    names = {path.name for path in root.rglob("*")}
    assert {"machine", "tui-reader.log", "0123.sqlite", "open", "drafts", "texts"} <= names


def test_permissions_of_others_are_removed(root: Path) -> None:
    (root / "library").mkdir(exist_ok=True)
    live(root)
    (root / "cache/tui-reader/scans/of another library.sqlite").touch()
    (root / "state/tui-reader/open/another library").touch()
    for folder in ("state/tui-reader", "cache/tui-reader"):
        for path in (root / folder, *(root / folder).rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
    live(root)
    assert open_to_others(root / "state/tui-reader", root / "cache/tui-reader") == []


def test_the_library_in_the_data_folder_is_readable_by_this_user_alone(root: Path) -> None:
    data = paths.data_dir()
    data.mkdir(parents=True)
    data.chmod(0o755)
    store = open_store(data / "library.json")
    for number in range(3):
        store.apply([Edit(ARTICLES, "a", "starred", None, number)], "starred").result()
    store.close()
    assert open_to_others(data) == []


def test_opening_a_library_removes_permissions_of_others_on_the_cache(root: Path) -> None:
    articles = root / "articles"
    articles.mkdir()
    cache = paths.cache_dir()
    cache.mkdir(parents=True)
    cache.chmod(0o755)
    library = open_library((articles,))
    library.close()
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


def test_the_outermost_folder_may_be_a_symbolic_link(root: Path) -> None:
    (root / "elsewhere").mkdir()
    (root / "linked").symlink_to(root / "elsewhere")
    append(root / "linked" / "log", "one\n")
    append(root / "linked" / "log", "two\n")
    assert (root / "elsewhere/log").read_text() == "one\ntwo\n"
    with pytest.raises(OSError, match="is a symbolic link"):
        private_folder(root / "linked", Disk())
    with pytest.raises(OSError, match="is a symbolic link"):
        private_folder(root / "linked" / ".." / "linked", Disk())
