"""A watched folder yields at least twice a second, whatever is written there."""

from __future__ import annotations

import itertools
import shutil
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.sources import watcher
from tui_reader.sources.folders import Folders
from tui_reader.sources.ignore_rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Reported = list[str]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Iterator[bool]]:
    """Return what watching yields for batches of changed paths, one each quarter of a second."""

    def watch(*batches: Reported) -> Iterator[bool]:
        seconds = itertools.count(step=0.25)

        def reports(*_: Path, watch_filter: Callable[[int, str], bool] | None, **__: Any) -> Iterator[set[Any]]:
            for batch in batches:
                found = {(1, path) for path in batch if watch_filter is None or watch_filter(1, path)}
                if found or not batch:
                    yield found

        monkeypatch.setattr("watchfiles.watch", reports)
        monkeypatch.setattr(watcher, "monotonic", lambda: next(seconds))
        yielded = watcher._reported([tmp_path], threading.Event(), lambda path: path.endswith(".md"), frozenset)
        assert next(yielded), "watching has begun"
        return yielded

    return watch


def test_the_watcher_yields_regularly_while_only_other_files_change(
    watched: Callable[..., Iterator[bool]],
) -> None:
    state = ["library.json.journal-aaaa"]
    assert list(watched([], *[state] * 8)) == [False] * 4


def test_a_changed_article_is_reported_at_once_among_other_files(watched: Callable[..., Iterator[bool]]) -> None:
    state = ["library.json.journal-aaaa"]
    assert list(watched([], state, ["a.md", *state], state)) == [True]


class Watched:
    """A folder that is listed each time watching tells that something may have changed."""

    def __init__(self, folder: Path) -> None:
        self._source = Folders([folder], Rules(), lambda name: name.endswith(".md"), lambda _: None, 1_000)
        self.names: set[str] = set()
        self.list()
        self._stop = threading.Event()
        self._changes = self._source.changes(self._stop)

    def list(self) -> None:
        self.names = {entry.key.rpartition("/")[2] for entry in self._source.entries()}

    def until(self, names: set[str]) -> None:
        deadline = monotonic() + 20
        while self.names != names and monotonic() < deadline:
            if self.has_next():
                self.list()
        assert self.names == names

    def has_next(self) -> bool:
        return next(self._changes)

    def rest(self) -> None:
        """Wait until watching has begun again for all folders."""
        deadline = monotonic() + 20
        while self.has_next():
            assert monotonic() < deadline
            self.list()

    def close(self) -> None:
        self._stop.set()
        assert not any(self._changes)


@pytest.fixture(params=[True, False])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is watched folder by folder, or with all folders below it."""
    monkeypatch.setattr(watcher, "WATCHES_EACH_FOLDER", request.param and watcher.WATCHES_EACH_FOLDER)
    library = tmp_path / "library"
    (library / "old").mkdir(parents=True)
    (library / "old" / "a.md").touch()
    return library


def test_folders_that_come_later_are_watched(folder: Path) -> None:
    watched = Watched(folder)
    watched.rest()
    (folder / "new" / "below").mkdir(parents=True)
    (folder / "new" / "b.md").touch()
    watched.until({"a.md", "b.md"})
    watched.rest()
    (folder / "new" / "below" / "c.md").touch()
    watched.until({"a.md", "b.md", "c.md"})
    watched.close()


@pytest.mark.parametrize("by_moving", [True, False])
def test_a_folder_in_place_of_another_of_its_name_is_watched(folder: Path, by_moving: bool) -> None:
    watched = Watched(folder)
    watched.rest()
    if by_moving:
        (folder / "old").rename(folder.parent / "away")
    else:
        shutil.rmtree(folder / "old")
    (folder / "old").mkdir()
    (folder / "old" / "b.md").touch()
    watched.until({"b.md"})
    watched.rest()
    (folder / "old" / "c.md").touch()
    watched.until({"b.md", "c.md"})
    watched.close()


def test_a_folder_that_is_removed_after_the_listing_does_not_end_the_watching(folder: Path) -> None:
    watched = Watched(folder)
    shutil.rmtree(folder / "old")
    (folder / "new").mkdir()
    (folder / "new" / "b.md").touch()
    watched.until({"b.md"})
    watched.rest()
    (folder / "new" / "c.md").touch()
    watched.until({"b.md", "c.md"})
    watched.close()


@pytest.mark.skipif(not watcher.WATCHES_EACH_FOLDER, reason="the system reports changes below a folder by itself")
def test_each_listed_folder_is_watched_without_recursion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def reports(*folders: Any, recursive: bool, **_: Any) -> Iterator[set[Any]]:
        asked.append((set(folders), recursive))
        yield set()

    monkeypatch.setattr("watchfiles.watch", reports)
    (tmp_path / "below").mkdir()
    assert Watched(tmp_path).has_next()
    assert asked[0] == ({str(tmp_path), str(tmp_path / "below")}, False)
