"""A library opens on real folders: it lists their articles and keeps their state."""

from __future__ import annotations

import errno
import json
import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader import formats
from tui_reader.config import Settings
from tui_reader.errors import StoreError, UsageError
from tui_reader.formats import registry
from tui_reader.model.query import Shelf, View
from tui_reader.services.articles import scanner
from tui_reader.services.library import composition
from tui_reader.services.library import library as library_module
from tui_reader.services.library.events import Event, Notice, ScanFinished, ScanProgress, SyncNeeded
from tui_reader.services.library.opening import init_library, open_library
from tui_reader.sources import files, folders
from tui_reader.storage.snapshot.disk import Disk

if TYPE_CHECKING:
    from tui_reader.model.article import Metadata

Opener = Callable[..., Any]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "articles"
    write(root / "one.md", "---\ntitle: One\nsource: Desk\ndate: 2026-06-01\ntags: [a, b]\n---\n\nThe first text.\n")
    write(root / "deep" / "two.md", "---\ntitle: Two\ndate: 2026-06-02\ntags: [b]\n---\n\nThe second text.\n")
    write(root / "three.txt", "Three things to know\n\nA paragraph of plain text.\n")
    for age, path in enumerate(sorted(root.rglob("*.*"))):
        # What was written a moment ago is read again at the next start, to be sure.
        os.utime(path, (1_780_000_000 - age, 1_780_000_000 - age))
    return root


def test_a_folder_is_listed_with_its_subfolders(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    assert set(owner.headlines()) == {"one.md", "deep/two.md", "three.txt"}
    one = owner.at("one.md")
    assert (one.title, one.field("source"), one.tags) == ("One", "Desk", ("a", "b"))
    counts = owner.library.catalogue.counts()
    assert counts.shelves[Shelf.INBOX] == counts.unread == 3
    assert counts.tags == (("b", 2), ("a", 1))
    assert owner.library.name == "articles"
    assert owner.library.folders == (folder,)


def test_the_next_start_lists_all_articles_before_scanning_and_reads_only_changed_files(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).scanned().library.close()
    reads: list[Path] = []

    def noted(path: Path, limit: int) -> tuple[bytes, files.Signature]:
        reads.append(path)
        return files.read_bytes(path, limit)

    monkeypatch.setattr(folders, "read_bytes", noted)
    os.utime(folder / "one.md", ns=(1, 1))
    owner = opened(folder, start=False)
    assert set(owner.headlines()) == {"one.md", "deep/two.md", "three.txt"}
    owner.library.start(owner.listen)
    owner.scanned()
    assert reads == [folder / "one.md"]


def test_cached_articles_beyond_the_first_screens_arrive_in_portions(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).scanned().library.close()
    monkeypatch.setattr(composition, "AT_ONCE", 1)
    monkeypatch.setattr(library_module, "SYNC_SECONDS", -1.0)
    monkeypatch.setattr(scanner, "CHUNK", 1)
    monkeypatch.setattr(folders, "read_bytes", None)
    owner = opened(folder, start=False)
    assert list(owner.headlines()) == ["deep/two.md"]
    owner.library.start(owner.listen)
    owner.until(lambda: len(owner.headlines()) == 3)
    owner.scanned()


def test_a_sync_takes_one_portion_and_requests_another_sync(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(folder).scanned().library.close()
    monkeypatch.setattr(composition, "AT_ONCE", 0)
    monkeypatch.setattr(library_module, "SYNC_SECONDS", -1.0)
    monkeypatch.setattr(scanner, "CHUNK", 1)
    finished = threading.Event()
    asked: list[Event] = []
    owner = opened(folder, start=False)

    def listen(event: Event) -> None:
        asked.append(event)
        if isinstance(event, ScanFinished):
            finished.set()

    owner.library.start(listen)
    assert finished.wait(60)
    for _ in range(3):
        asked.clear()
        assert len(owner.library.sync()) == 1
        assert SyncNeeded() in asked


def test_a_file_that_was_written_a_moment_ago_is_read_again(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "FRESH_NS", 10**19)
    before = (folder / "one.md").stat()

    def write_unseen(title: str) -> None:
        with (folder / "one.md").open("r+") as file:
            file.write(f"---\ntitle: {title}")
        os.utime(folder / "one.md", ns=(before.st_atime_ns, before.st_mtime_ns))

    owner = opened(folder).scanned()
    write_unseen("Two")
    write(folder / "another.md", "# Something that wakes the scan\n")
    owner.until(lambda: owner.at("one.md").title == "Two")
    owner.library.close()
    write_unseen("Six")
    assert opened(folder).scanned().at("one.md").title == "Six"


def test_state_survives_and_is_found_by_each_path_to_the_file(folder: Path, opened: Opener, homes: Path) -> None:
    owner = opened(folder).scanned()
    assert owner.library.reading.toggle_star([owner.at("one.md").id]).message == "starred “One”"
    owner.library.close()
    assert opened(folder).scanned().at("one.md").state.starred
    single = opened(folder / "one.md").scanned()
    assert [row.state.starred for row in single.headlines().values()] == [True]
    assert single.library.name == "one.md"
    assert (homes / "data" / "tui-reader" / "library.json").is_file()
    assert sorted(path.name for path in folder.iterdir()) == ["deep", "one.md", "three.txt"]


def test_an_initialized_library_keeps_its_state_inside_with_relative_names(
    folder: Path, tmp_path: Path, opened: Opener
) -> None:
    state = init_library(folder)
    owner = opened(folder).scanned()
    owner.library.reading.toggle_star([owner.at("deep/two.md").id])
    owner.library.close()
    assert str(tmp_path) not in state.read_text()
    assert next(iter(json.loads(state.read_text())["articles"].values()))["id"] == "deep/two.md"
    elsewhere = folder.rename(tmp_path / "moved")
    assert opened(elsewhere).scanned().at("deep/two.md").state.starred
    with pytest.raises(UsageError, match="there already"):
        init_library(elsewhere)


def test_a_named_folder_that_may_not_be_listed_is_refused(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: path != folder)  # root may list everything
    with pytest.raises(UsageError, match="may not be listed"):
        opened(folder)


def test_a_folder_is_refused_as_a_state_file(folder: Path, opened: Opener) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        opened(folder, state=folder)


def test_another_state_file_can_be_chosen(folder: Path, tmp_path: Path, opened: Opener) -> None:
    owner = opened(folder, state=tmp_path / "mine.json").scanned()
    owner.library.reading.toggle_read([owner.at("one.md").id])
    owner.library.close()
    assert (tmp_path / "mine.json").is_file()
    assert not opened(folder).scanned().at("one.md").state.read


def test_without_a_path_the_first_run_creates_and_reports_a_library_of_samples(homes: Path, opened: Opener) -> None:
    owner = opened().scanned()
    place = homes / "data" / "tui-reader" / "articles"
    assert str(place) in owner.library.notices[0]
    assert len(owner.library.catalogue) >= 5
    assert owner.library.name == "Sample library"
    owner.library.close()
    for sample in place.glob("*.md"):
        sample.unlink()
    again = opened().scanned()
    assert not again.library.notices, "what was deleted stays deleted"
    assert len(again.library.catalogue) < 5


def test_a_missing_path_is_refused_with_its_name(tmp_path: Path, opened: Opener) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.md does not exist"):
        opened(tmp_path / "nowhere.md")


def test_a_folder_without_articles_is_an_empty_library(tmp_path: Path, opened: Opener) -> None:
    empty = tmp_path / "empty"
    write(empty / "picture.png", "not an article")
    owner = opened(empty).scanned()
    assert len(owner.library.catalogue) == 0
    assert owner.library.catalogue.ids(View()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_listed_with_the_reason_until_it_is_readable(folder: Path, opened: Opener) -> None:
    (folder / "one.md").chmod(0)
    owner = opened(folder).scanned()
    assert owner.at("one.md").article.error == "no permission to read it"
    owner.library.close()
    (folder / "one.md").chmod(0o644)
    assert opened(folder).scanned().at("one.md").title == "One"


def test_a_file_that_is_too_large_is_listed_and_not_read(folder: Path, opened: Opener) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(100_000_000)
    owner = opened(folder).scanned()
    huge = owner.at("huge.txt")
    assert huge.article.error == "too large: 100 MB; the limit is 64 MB, max_file_mb in the settings"
    assert huge.title == "huge.txt"
    owner.library.documents.want(huge.id)
    owner.until(lambda: owner.library.documents.get(huge.id))
    document = owner.library.documents.get(huge.id)
    assert "huge.txt: too large: 100 MB; the limit is 64 MB, max_file_mb in the settings." in document.text
    assert document.error


def test_a_binary_file_is_listed_with_the_reason_why_it_has_no_text(folder: Path, opened: Opener) -> None:
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 50)
    assert opened(folder).scanned().at("noise.txt").article.error


def test_an_unlistable_folder_is_reported(folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if str(path).endswith("deep"):
            raise PermissionError(13, "no", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    owner = opened(folder).scanned()
    assert set(owner.headlines()) == {"one.md", "three.txt"}
    assert Notice("The folder deep cannot be listed; it is left out.") in owner.events


def test_an_article_that_makes_its_format_fail_affects_no_other(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, read = formats.scan, formats.read

    def trip(data: bytes, name: str) -> Any:
        if name == "one.md":
            raise RecursionError("too deep")
        return scan(data, name)

    def trip_too(data: bytes, name: str) -> Any:
        if name == "one.md":
            raise RecursionError("too deep")
        return read(data, name)

    monkeypatch.setattr(formats, "scan", trip)
    monkeypatch.setattr(formats, "read", trip_too)
    owner = opened(folder).scanned()
    one = owner.at("one.md")
    assert (len(owner.headlines()), one.title) == (3, "one.md")
    assert one.article.error == "the reader failed at it (RecursionError)"
    owner.library.documents.want(one.id)
    owner.until(lambda: owner.library.documents.get(one.id))
    assert "the reader failed at it" in owner.library.documents.get(one.id).text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_not_opened_as_an_article(folder: Path, opened: Opener) -> None:
    os.mkfifo(folder / "pipe.md")
    owner = opened(folder).scanned()
    assert "pipe.md" not in owner.headlines()
    named = opened(folder / "pipe.md").scanned()
    assert [row.article.error for row in named.headlines().values()] == ["not a regular file"]


def test_file_names_that_are_not_utf8_are_shown_escaped_and_keep_their_state(folder: Path, opened: Opener) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9\x1b[31m.md")).write_text("# A title\n\nText.\n")
    owner = opened(folder).scanned()
    row = owner.at("caf\\xe9\\x1b[31m.md")
    owner.library.reading.toggle_star([row.id])
    owner.library.close()
    assert opened(folder).scanned().at("caf\\xe9\\x1b[31m.md").state.starred


def test_ignored_and_hidden_files_are_left_out(folder: Path, opened: Opener) -> None:
    write(folder / ".hidden.md", "# Hidden\n")
    write(folder / "drafts" / "half.md", "# Half\n")
    write(folder / "deep" / ".readerignore", "*.md\n!keep.md\n")
    write(folder / "deep" / "keep.md", "# Keep\n")
    owner = opened(folder, settings=Settings(ignore=("drafts/",))).scanned()
    assert set(owner.headlines()) == {"one.md", "three.txt", "deep/keep.md"}


def test_equal_standard_input_is_the_same_article_at_the_next_start(opened: Opener) -> None:
    owner = opened(stdin=b"Piped words\n\nSome words from elsewhere, in a line of their own.\n")
    (row,) = owner.headlines().values()
    assert (owner.library.name, row.title, row.article.location) == ("standard input", "Piped words", "-")
    assert owner.library.path_of(row.id) is None
    owner.library.documents.want(row.id)
    owner.until(lambda: owner.library.documents.get(row.id))
    assert "Some words" in owner.library.documents.get(row.id).text
    owner.library.reading.leave(row.id, 7, 0.5)
    owner.library.close()
    again = opened(stdin=b"Piped words\n\nSome words from elsewhere, in a line of their own.\n")
    assert [row.state.offset for row in again.headlines().values()] == [7]


def test_too_much_standard_input_is_refused_with_a_message(opened: Opener) -> None:
    owner = opened(stdin=b"word " * 300_000, settings=Settings(max_file_mb=1))
    (row,) = owner.headlines().values()
    assert "too large" in row.article.error
    owner.library.documents.want(row.id)
    owner.until(lambda: owner.library.documents.get(row.id))
    assert owner.library.documents.get(row.id).error


def test_two_files_that_claim_one_id_have_separate_states(folder: Path, opened: Opener) -> None:
    for name in ("x.md", "y.md"):
        write(folder / name, f"---\nid: same\ntitle: {name}\n---\n\nText of {name}.\n")
    owner = opened(folder).scanned()
    assert owner.at("x.md").id != owner.at("y.md").id
    owner.library.reading.toggle_star([owner.at("y.md").id])
    owner.library.close()
    (folder / "x.md").touch()
    again = opened(folder).scanned()
    assert (again.at("x.md").state.starred, again.at("y.md").state.starred) == (False, True)


def test_relative_links_lead_to_other_articles(folder: Path, opened: Opener) -> None:
    write(folder / "with space.md", "# Spaced\n")
    owner = opened(folder).scanned()
    two, one = owner.at("deep/two.md").id, owner.at("one.md").id
    linked = owner.library.article_beside
    assert linked(two, "../one.md#part") == one
    assert linked(one, "deep/two.md") == two
    assert linked(one, "with%20space.md") == owner.at("with space.md").id
    assert linked(one, "missing.md") is None
    assert linked(one, "#part") is None


def test_several_folders_and_files_are_one_library(folder: Path, tmp_path: Path, opened: Opener) -> None:
    other = write(tmp_path / "other" / "four.md", "# Four\n")
    init_library(folder)
    owner = opened(folder, other).scanned()
    assert len(owner.library.catalogue) == 4
    assert owner.library.name == "articles and 1 more"
    assert any("is not used, since several places are open" in notice for notice in owner.library.notices)
    assert owner.at("one.md").title == "One"


def test_a_damaged_scan_cache_only_causes_another_scan(folder: Path, opened: Opener, homes: Path) -> None:
    opened(folder).scanned().library.close()
    (cache,) = (homes / "cache" / "tui-reader" / "scans").glob("*.sqlite")
    cache.write_bytes(b"this is no database" * 1000)
    owner = opened(folder, start=False)
    assert not owner.headlines()
    owner.library.start(owner.listen)
    assert len(owner.scanned().headlines()) == 3
    owner.library.close()
    assert len(opened(folder, start=False).headlines()) == 3


@pytest.mark.parametrize("risen", ["markdown", "plain"])
def test_files_are_scanned_again_when_the_version_of_their_format_rises(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch, risen: str
) -> None:
    opened(folder).scanned().library.close()
    read: list[str] = []
    scan = registry.scan

    def noted(data: bytes, name: str) -> tuple[Metadata, str]:
        read.append(Path(name).name)
        return scan(data, name)

    rows = tuple(row._replace(version=99) if row.module.endswith(f".{risen}") else row for row in registry.ROWS)
    monkeypatch.setattr(registry, "ROWS", rows)
    monkeypatch.setattr(registry, "_ROW_BY_SUFFIX", {suffix: row for row in rows for suffix in row.suffixes})
    monkeypatch.setattr(formats, "scan", noted)
    registry._edition.cache_clear()
    opened(folder).scanned().library.close()
    assert set(read) == ({"one.md", "two.md"} if risen == "markdown" else {"three.txt"})
    read.clear()
    opened(folder).scanned().library.close()
    assert read == []
    registry._edition.cache_clear()


def test_notices_of_the_store_after_opening_are_sent(tmp_path: Path) -> None:
    library = open_library([tmp_path])
    events: list[object] = []
    try:
        library.start(events.append)
        assert isinstance(library.store.notices, list)
        library.store.notices.append("The fold failed: the disk is full.")
        library.sync()
        library.sync()
        assert events.count(Notice("The fold failed: the disk is full.")) == 1
    finally:
        library.close()


def test_the_first_scan_reports_how_many_files_there_are_before_it_reads_them(tmp_path: Path) -> None:
    for name in ("0.md", "1.md", "2.md", "x.xls"):
        write(tmp_path / "lib" / name, f"# Title {name}\n\nA text.\n")
    library = open_library([tmp_path / "lib"])
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    library.start(events.put)
    found: list[Event] = []
    while not any(isinstance(event, ScanFinished) for event in found):
        found.append(events.get(timeout=60))
    library.sync()
    library.close()
    progress = [event for event in found if isinstance(event, ScanProgress)]
    assert progress[0] == ScanProgress(0, 3)
    assert library.passed_over == "1 file of a kind not read (1 .xls)"


def test_a_change_that_cannot_be_written_is_not_reported_as_on_disk(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export in another process reads the state from the disk, and would miss the change."""

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no such luck")

    owner = opened(folder).scanned()
    one = owner.at("one.md").id
    with monkeypatch.context() as context:
        context.setattr(Disk, "write_some", fail)
        owner.library.reading.toggle_star([one])
        assert not owner.library.settle(20)
        assert "Disk full" in owner.library.store.unsaved
    owner.library.reading.toggle_read([one])
    assert owner.library.settle(20)
    assert not owner.library.store.unsaved
