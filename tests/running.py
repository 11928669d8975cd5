"""How workers (tests/workers.py) run tests: in which order, and what they send to the process that prints."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

WAITING = {
    "tests/services/test_annotated_library.py",
    "tests/services/test_books.py",
    "tests/services/test_library.py",
    "tests/services/test_parsed_files.py",
    "tests/sources/test_watching.py",
    "tests/tui/test_bookmarks.py",
    "tests/tui/test_changed_outside.py",
    "tests/tui/test_missing_files.py",
    "tests/tui/test_starting.py",
    "tests/tui/test_terminal_query.py",
    "tests/tui/test_undo_of_other_folders.py",
}
"""Modules whose tests wait for files, threads or processes during most of their time."""


def spread(items: list[pytest.Item]) -> None:
    """Distribute the tests of the modules that wait evenly among all the others.

    In the order of the files, several workers come to them together and leave the processors idle: for 13 s at the end.
    """
    waiting = [item for item in items if _module(item) in WAITING]
    others = [item for item in items if _module(item) not in WAITING]
    places = chain(_evenly(waiting), _evenly(others))
    items[:] = [item for _, item in sorted(places, key=lambda place: place[0])]


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _evenly(items: list[pytest.Item]) -> Iterable[tuple[float, pytest.Item]]:
    """Yield the tests with places from 0 to 1 at equal distances, in their order."""
    return (((number + 0.5) / len(items), item) for number, item in enumerate(items))


def run_with_few_reports(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Run a test, and report its set-up and its end only if they did not pass.

    A worker sends each report to the process that prints, which takes both about 0.2 ms: with thousands of tests,
    seconds.
    """
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.when == "call" or not report.passed:
            hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
