"""Every source keeps the promises of the protocol."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tui_reader.formats import is_article
from tui_reader.sources import single_files, stdin, watcher
from tui_reader.sources.files import UnreadableError
from tui_reader.sources.folders import Folders
from tui_reader.sources.ignore_rules import Rules
from tui_reader.sources.single_files import SingleFiles
from tui_reader.sources.stdin import Stdin

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.sources.base import Source

    Build = Callable[[Path, int], "Case"]

DATA = b"# Tides\n\nThe sea rises and falls.\n"


class Case(NamedTuple):
    """A source of one article, which has `DATA`."""

    source: Source
    file: Path | None
    """The file behind the article; None if it has none."""


def folder(root: Path, limit: int) -> Case:
    (root / "below").mkdir()
    file = root / "below" / "tides.md"
    file.write_bytes(DATA)
    return Case(Folders((root,), Rules(), is_article, lambda _: None, limit), file)


def single_file(root: Path, limit: int) -> Case:
    file = root / "tides.md"
    file.write_bytes(DATA)
    return Case(SingleFiles((file, root / "missing.md"), limit), file)


def standard_input(_: Path, limit: int) -> Case:
    return Case(Stdin(DATA, limit), None)


every_source = pytest.mark.parametrize("build", [folder, single_file, standard_input])


@every_source
def test_each_entry_can_be_read_and_has_the_same_signature_until_it_changes(build: Build, tmp_path: Path) -> None:
    source = build(tmp_path, 1_000).source
    entries = list(source.entries())
    assert len(entries) == 1
    assert list(source.entries()) == entries
    raw = source.read(entries[0].key)
    assert raw.data == DATA
    assert raw.signature == entries[0].signature


@every_source
def test_the_hint_is_the_file_name_or_a_dash_for_standard_input(build: Build, tmp_path: Path) -> None:
    case = build(tmp_path, 1_000)
    (entry,) = case.source.entries()
    assert case.source.read(entry.key).hint == (case.file.name if case.file else "-")


@every_source
def test_a_key_that_is_not_listed_is_not_found(build: Build, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        build(tmp_path, 1_000).source.read(str(tmp_path / "other.md"))


@every_source
def test_an_article_over_the_limit_is_listed_and_refused(build: Build, tmp_path: Path) -> None:
    source = build(tmp_path, len(DATA) - 1).source
    (entry,) = source.entries()
    with pytest.raises(UnreadableError, match="too large"):
        source.read(entry.key)


@every_source
def test_an_article_of_exactly_the_limit_is_read(build: Build, tmp_path: Path) -> None:
    source = build(tmp_path, len(DATA)).source
    (entry,) = source.entries()
    assert source.read(entry.key).data == DATA


@every_source
def test_a_removed_article_is_neither_listed_nor_read(build: Build, tmp_path: Path) -> None:
    case = build(tmp_path, 1_000)
    (entry,) = case.source.entries()
    if case.file is not None:
        case.file.unlink()
        assert list(case.source.entries()) == []
        with pytest.raises(FileNotFoundError):
            case.source.read(entry.key)


@every_source
def test_changes_are_reported_until_stopped(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (watcher, single_files, stdin):
        monkeypatch.setattr(module, "TICK", 0.05)
    case = build(tmp_path, 1_000)
    list(case.source.entries())
    stop = threading.Event()
    changes = case.source.changes(stop)
    next(changes)
    if case.file is not None:
        case.file.write_bytes(DATA * 2)
        assert any(changed for changed, _ in zip(changes, range(20), strict=False))
    else:
        assert not next(changes)
    stop.set()
    assert sum(1 for _ in changes) < 2
