"""A watched folder yields at least twice a second, whatever is written there."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.sources import watcher

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
        yielded = watcher._reported([tmp_path], threading.Event(), lambda path: path.endswith(".md"))
        assert next(yielded), "watching has begun"
        return yielded

    return watch


def test_it_yields_twice_a_second_while_other_files_are_written_all_the_time(
    watched: Callable[..., Iterator[bool]],
) -> None:
    state = ["library.json.journal-aaaa"]
    assert list(watched([], *[state] * 8)) == [False] * 4


def test_a_changed_article_is_reported_at_once_among_other_files(watched: Callable[..., Iterator[bool]]) -> None:
    state = ["library.json.journal-aaaa"]
    assert list(watched([], state, ["a.md", *state], state)) == [True]
