"""Whoever watches a folder gets a turn twice a second, whatever goes on there."""

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
    """What is told of reported changes, one batch each quarter of a second; nothing is interesting but articles."""

    def watch(*batches: Reported) -> Iterator[bool]:
        seconds = itertools.count(step=0.25)

        def reports(*_: Path, watch_filter: Callable[[int, str], bool] | None, **__: Any) -> Iterator[set[Any]]:
            for batch in batches:
                found = {(1, path) for path in batch if watch_filter is None or watch_filter(1, path)}
                if found or not batch:
                    yield found

        monkeypatch.setattr("watchfiles.watch", reports)
        monkeypatch.setattr(watcher, "monotonic", lambda: next(seconds))
        told = watcher._reported([tmp_path], threading.Event(), lambda path: path.endswith(".md"))
        assert next(told), "watching has begun"
        return told

    return watch


def test_there_is_a_turn_twice_a_second_while_something_else_is_written_all_the_time(
    watched: Callable[..., Iterator[bool]],
) -> None:
    state = ["library.json.journal-aaaa"]
    assert list(watched([], *[state] * 8)) == [False] * 4


def test_an_article_is_seen_at_once_among_what_is_not_interesting(watched: Callable[..., Iterator[bool]]) -> None:
    state = ["library.json.journal-aaaa"]
    assert list(watched([], state, ["a.md", *state], state)) == [True]
