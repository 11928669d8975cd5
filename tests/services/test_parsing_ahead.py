"""Files parsed ahead in processes give the documents that parsing them here gives, whatever the processes do."""

from __future__ import annotations

import dataclasses
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from tui_reader.config import Settings
from tui_reader.exchange.registry import find_export
from tui_reader.model.query import EVERYTHING
from tui_reader.services.articles import parsing_ahead
from tui_reader.services.articles.parsed_files import load
from tui_reader.services.articles.parsing_ahead import ParsingAhead, ParsingProcesses, WantedFile, parse_files
from tui_reader.services.headless.clips import Clips
from tui_reader.services.headless.export_watch import Target
from tui_reader.services.headless.session import library_of
from tui_reader.services.library.opening import init_library
from tui_reader.services.library.worker import Answer, Failure, Job, Worker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from tui_reader.document.blocks import Document
    from tui_reader.exchange.clip import Clip

pytest.importorskip("resource")
LIMIT = 1_000_000
DEADLY, HANGING = "deadly.md", "hanging.md"


def parse_or_die(arguments: Mapping[str, Any]) -> list[str]:
    """Kill the process if a file has a deadly name, and sleep if one has a hanging name; a job."""
    names = [os.path.basename(path) for path, _ in arguments["files"]]  # noqa: PTH119 - a string
    if DEADLY in names:
        os.kill(os.getpid(), signal.SIGKILL)
    if HANGING in names:
        time.sleep(60.0)
    return parse_files(arguments)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[WantedFile]:
    """Write seven small files, and have them parsed two at a time, however small they are."""
    monkeypatch.setattr(parsing_ahead, "LEAST_BYTES", 0)
    monkeypatch.setattr(parsing_ahead, "_BATCH", 2)
    monkeypatch.setattr(parsing_ahead, "FUNCTION", f"{__name__}:{parse_or_die.__name__}")
    texts = {
        "a.md": "---\ntitle: A\ndate: 2026-06-05\nother: [1, 2]\n---\n\n# A\n\nOne **bold** [link](https://a.example).\n",
        "b.txt": "B\n\nTwo lines\nof text.\n",
        "c.md": "| a | b |\n|---|--:|\n| 1 | 2 |\n\nA note[^1].\n\n[^1]: Here.\n",
        "d": "No suffix.\n",
        "e.tsv": "A\tB\n1\t2\n",
        "f.md": "",
        "g.md": "The last one.\n",
    }
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [WantedFile(folder / name) for name in [*texts, "missing.md"]]


def documents(ahead: ParsingAhead, files: list[WantedFile]) -> list[Document | None]:
    """Return the documents of files, one after the other, and end the processes."""
    try:
        return [ahead.document(file) for file in files]
    finally:
        ahead.close()


def shown(document: Document | None) -> Any:
    """Return what an export can use of a document."""
    if document is None:
        return None
    fields = {field.name: getattr(document, field.name) for field in dataclasses.fields(document)}
    return fields | {"spans": tuple(document.spans), "metadata": document.metadata._replace(header={})}


def parsed_here(files: list[WantedFile]) -> list[Any]:
    return [shown(load(file.path, LIMIT)) for file in files]


def test_a_document_from_a_process_is_the_one_that_parsing_gives(files: list[WantedFile]) -> None:
    ahead = ParsingAhead(files, LIMIT, processes=1)
    with ahead._changed:
        assert ahead._changed.wait_for(lambda: len(ahead._parsed) >= 6, 60.0), "all but the empty and the missing one"
    assert list(map(shown, documents(ahead, files))) == parsed_here(files)
    assert not any(thread.is_alive() for thread in ahead._threads)


def test_documents_can_be_requested_early_and_in_another_order(files: list[WantedFile]) -> None:
    backwards = [*files[::-1], files[0], WantedFile(files[1].path, whole=True)]
    for order in (files, backwards):
        assert list(map(shown, documents(ParsingAhead(files, LIMIT, processes=2), order))) == parsed_here(order)


def test_a_file_requested_in_the_meantime_is_not_parsed_twice(
    files: list[WantedFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "attempt", lambda *_: Answer(None, Failure.CRASH))
    ahead = ParsingAhead(files, LIMIT, processes=1)
    ahead._threads[0].join(60.0)
    ahead._next = 1  # the first two are being parsed by a process
    assert ahead._another() == files[2]
    assert ahead.document(files[3]) is not None
    assert ahead._another() == files[4]
    ahead.close()


def test_no_document_is_missing_after_a_parser_process_dies(files: list[WantedFile]) -> None:
    deadly = WantedFile(files[2].path.rename(files[2].path.with_name(DEADLY)))
    files[2] = deadly
    ahead = ParsingAhead(files, LIMIT, processes=1)
    ahead._threads[0].join(60.0)
    assert set(ahead._parsed) == set(files[:2]), "the process is not used again"
    assert list(map(shown, documents(ahead, files))) == parsed_here(files)


def test_a_process_that_hangs_is_ended(files: list[WantedFile]) -> None:
    hanging = WantedFile(files[0].path.rename(files[0].path.with_name(HANGING)))
    ahead = ParsingAhead([hanging, *files[1:]], LIMIT, processes=1)
    with ahead._changed:
        assert ahead._changed.wait_for(lambda: ahead._running, 60.0)
    began = time.monotonic()
    ahead.close()
    assert time.monotonic() - began < 30.0


def test_an_export_with_parser_processes_equals_one_without(
    files: list[WantedFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].path.parent
    init_library(folder)
    made: list[list[str | bytes]] = []
    with library_of([folder], None, Settings()) as library:
        for file in files:
            article, text = library.article_at(file.path), load(file.path, LIMIT)
            if article is not None and text is not None and text.text:
                library.annotations.add(article, text, 0, len(text.text) // 2, note="A **note**.")
        for processors in (1, 2):
            monkeypatch.setattr(parsing_ahead, "_processors", lambda count=processors: count)
            clips: Iterable[Clip] = Clips(library, Settings()).of_articles(EVERYTHING)
            forms = [find_export(each) for each in ("json", "html", "epub", "w3c")]
            for form in forms:
                target = Target(EVERYTHING, True, form, "", tmp_path, "file", prune=False)
                clips = target.prepared(clips) if processors > 1 else clips
            clips = list(clips)
            made.append([form.write(clips) for form in forms])
    assert made[0] == made[1]
    assert str(made[0][0]).count("A **note**.") >= 5


def test_processes_started_before_the_files_are_known_parse_them(
    files: list[WantedFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing_ahead, "_processors", lambda: 2)
    processes = ParsingProcesses()
    processes.start()
    ((worker, _),) = processes._workers
    ahead = ParsingAhead(files, LIMIT, started=processes)
    assert ahead._workers == [worker]
    with ahead._changed:
        assert ahead._changed.wait_for(lambda: len(ahead._parsed) >= 6, 60.0), "all but the empty and the missing one"
    processes.close()
    assert worker.jobs, "processes that are in use are not ended"
    assert list(map(shown, documents(ahead, files))) == parsed_here(files)
    assert worker._process is None


def test_processes_that_are_not_needed_are_ended(files: list[WantedFile], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing_ahead, "_processors", lambda: 3)
    processes = ParsingProcesses()
    processes.start()
    workers = [worker for worker, _ in processes._workers]
    ahead = ParsingAhead(files[:2], LIMIT, started=processes)
    assert list(map(shown, documents(ahead, files[:2]))) == parsed_here(files[:2])
    processes.close()
    assert [worker._process for worker in workers] == [None, None]
    assert [worker.attempt(Job("builtins:sum", {})).failure for worker in workers] == [Failure.CLOSED] * 2


def test_few_small_files_need_no_process(files: list[WantedFile], monkeypatch: pytest.MonkeyPatch) -> None:
    assert ParsingAhead(files, LIMIT, processes=0)._threads == []
    assert ParsingAhead(files[:2], LIMIT, processes=1)._threads == []
    monkeypatch.setattr(parsing_ahead, "LEAST_BYTES", 10_000)
    assert ParsingAhead(files, LIMIT, processes=1)._threads == []
