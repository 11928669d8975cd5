"""Annotations of a library on disk follow their text and their file, and changes since the last reading are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tinydb import where

from tests.counts import FULL
from tests.placements import orphans, placed_in
from tui_reader.formats import read
from tui_reader.model.annotation import PlaceState
from tui_reader.services.annotations import reanchor_queue
from tui_reader.services.annotations.reanchor_job import ReanchorJob
from tui_reader.services.annotations.text_snapshots import TEXTS, packed_text
from tui_reader.services.library import worker
from tui_reader.services.library.events import AnnotationsPlaced, DocumentLoaded
from tui_reader.services.library.opening import init_library
from tui_reader.services.library.worker import Job, Worker
from tui_reader.storage import LibraryDB
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.document.blocks import Document

    Opener = Callable[..., Any]

PARAGRAPHS = 30_000 if FULL else 4_500
"""Paragraphs of an article that is long (`pieces.LONG`): a megabyte where the full counts are wanted."""

STORY = """\
# Low water

The boats lay on the mud, and the gulls walked about between them like landlords.

At four the channel filled, and by five everything floated that was meant to float.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "articles" / "low-water.md"
    path.parent.mkdir()
    path.write_text(STORY, "utf-8")
    return path


def highlight(owner: Any, article: str, quote: str) -> str:
    document = owner.library.documents.get(article)
    start = document.text.index(quote)
    made: str = owner.library.annotations.add(article, document, start, start + len(quote)).annotation
    return made


def load_document(owner: Any, article: str) -> Document:
    owner.library.documents.want(article)
    owner.until(lambda: any(isinstance(e, DocumentLoaded) and e.id == article for e in owner.events))
    document: Document = owner.library.documents.get(article)
    return document


def changed(owner: Any, file: Path, article: str, text: str) -> Document:
    """Return the document after another program has written the file."""
    documents = owner.library.documents
    before = documents.get(article)
    file.write_text(text, "utf-8")
    owner.until(lambda: documents.get(article) is not before)
    documents.want(article)
    owner.until(lambda: documents.get(article) is not None)
    document: Document = documents.get(article)
    return document


def test_highlights_are_reanchored_when_the_file_of_an_open_article_changes(file: Path, opened: Opener) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    kept, gone = (
        highlight(owner, article, "walked about between them"),
        highlight(owner, article, "by five everything floated"),
    )
    notes = owner.library.annotations
    notes.reanchoring.wait()
    text = STORY.replace("The boats", "It was quiet.\n\nAll the boats").replace(", and by five everything floated", "")
    document = changed(owner, file, article, text)
    owner.until(lambda: any(isinstance(event, AnnotationsPlaced) for event in owner.events) and orphans(notes))
    (standing,) = placed_in(document, notes, article)
    assert standing.id == kept
    assert document.text[slice(*standing.placed.range)] == "walked about between them"
    assert [(each.id, each.state) for each in orphans(notes)] == [(gone, PlaceState.ORPHAN)]
    assert owner.at("low-water.md").notes == 2
    owner.library.close()
    again = opened(file.parent).scanned()
    assert [each.id for each in orphans(again.library.annotations)] == [gone]
    assert again.library.reading.undo().message == "undid: highlighted “by five everything floated”"
    assert again.at("low-water.md").notes == 1


@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("filler", ["", "Nothing else happened on that day.\n\n" * PARAGRAPHS], ids=["short", "long"])
def test_highlights_of_an_article_that_is_not_opened_are_reanchored(
    file: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch, running: bool, filler: str
) -> None:
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 0.0)
    file.write_text(STORY + filler, "utf-8")
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    kept, gone = highlight(owner, article, "walked about between them"), highlight(owner, article, "by five everything")
    owner.library.annotations.reanchoring.wait()
    if not running:
        owner.library.close()
    text = STORY.replace("The boats", "It was quiet.\n\nAll the boats").replace(", and by five everything floated", "")
    file.write_text(text + filler, "utf-8")
    if not running:
        owner = opened(file.parent).scanned()
    notes = owner.library.annotations
    owner.until(lambda: orphans(notes))
    assert owner.library.documents.get(article) is None
    assert [each.id for each in orphans(notes)] == [gone]
    placed = notes.get(kept).placed
    assert (placed.state, placed.start) == (
        PlaceState.ANCHORED,
        read(file.read_bytes(), file.name).text.index("walked"),
    )
    owner.until(lambda: any(isinstance(event, AnnotationsPlaced) for event in owner.events))
    assert owner.library.reading.undo().message == "undid: highlighted “by five everything”"


def test_an_unchanged_file_is_searched_once(file: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 0.0)
    asked: list[Job] = []
    run = Worker.run

    def counted(worker: Worker, job: Job) -> Any:
        asked.append(job)
        return run(worker, job)

    monkeypatch.setattr(Worker, "run", counted)
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    highlight(owner, article, "the gulls")
    owner.library.annotations.reanchoring.wait()
    owner.library.close()
    owner = opened(file.parent).scanned()
    owner.until(lambda: owner.library.store.get(ARTICLES, article).get(reanchor_queue.LOOKED_IN))
    owner.library.close()
    assert len(asked) == 1
    owner = opened(file.parent).scanned()
    owner.until(lambda: owner.at("low-water.md").notes == 1)
    owner.library.sync()
    assert len(asked) == 1


@pytest.fixture
def searched_library(file: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a library with two articles that are not opened, with a highlight in each that was searched."""
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 0.0)
    file.with_name("bread.md").write_text("# Sour\n\nOn the third day it smells of apples.\n", "utf-8")
    init_library(file.parent)
    owner = opened(file.parent).scanned()
    for article, quote in (("low-water.md", "the gulls"), ("bread.md", "smells of apples")):
        load_document(owner, article)
        highlight(owner, article, quote)
    owner.library.annotations.reanchoring.wait()
    owner.library.close()
    owner = opened(file.parent).scanned()
    for article in ("low-water.md", "bread.md"):
        owner.until(lambda each=article: owner.library.store.get(ARTICLES, each).get(reanchor_queue.LOOKED_IN))
    return owner


def test_highlights_moved_to_an_article_that_is_not_opened_are_searched_in_it(searched_library: Any) -> None:
    lost = searched_library.library.annotations.orphans
    searched_library.library.transfer.move_annotations("low-water.md", "bread.md")
    searched_library.until(lambda: lost() == 1)
    searched_library.library.reading.undo()
    searched_library.until(lambda: lost() == 0)
    searched_library.library.reading.redo()
    searched_library.until(lambda: lost() == 1)


@pytest.mark.parametrize("step", ["given", "taken back"])
def test_highlights_moved_just_before_the_end_are_searched_at_the_next_start(
    file: Path, opened: Opener, searched_library: Any, step: str
) -> None:
    searched_library.library.transfer.move_annotations("low-water.md", "bread.md")
    if step == "taken back":
        searched_library.until(lambda: searched_library.library.annotations.orphans() == 1)
        searched_library.library.reading.undo()
    searched_library.library.close()
    owner = opened(file.parent).scanned()
    owner.until(lambda: owner.library.annotations.orphans() == (1 if step == "given" else 0))


def test_a_highlight_from_another_replica_is_searched_in_the_local_text(
    file: Path, opened: Opener, searched_library: Any
) -> None:
    searched_library.library.close()
    with LibraryDB(str(file.with_name("library.json"))) as db:
        table = db.table("annotations")
        (record,) = table.search(where("article") == "bread.md")
        anchor = {**record["anchor"], "exact": "of pears and plums", "fingerprint": "1-of another text"}
        key = "{start}-{end}-{fingerprint}".format_map(anchor)
        placed = {**record["placed"], "fingerprint": "1-of another text", "anchor": key}
        table.insert({"id": "from-elsewhere", "article": "bread.md", "anchor": anchor, "placed": placed})
    owner = opened(file.parent).scanned()
    owner.until(lambda: owner.library.annotations.orphans() == 1)


def test_a_worker_process_that_dies_only_delays_the_reanchoring(
    file: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PROGRAM", "raise SystemExit(1)")
    assert ReanchorJob(file, 1_000, {}, {}, {}).run(Worker()) is None
    monkeypatch.undo()
    working = Worker()
    assert ReanchorJob(file.with_name("away.md"), 1_000, {}, {}, {}).run(working) is None
    working.rest()
    assert ReanchorJob(file, 1_000, {}, {}, {}).run(working) is not None
    working.close()
    assert ReanchorJob(file, 1_000, {}, {}, {}).run(working) is None


@pytest.mark.parametrize("running", [True, False])
def test_annotations_follow_a_file_that_is_renamed(file: Path, opened: Opener, running: bool) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    made = highlight(owner, article, "the gulls")
    owner.library.annotations.note_on_article(article, "Read this aloud.")
    if not running:
        owner.library.close()
    file.rename(file.with_name("ebb.md"))
    if not running:
        owner = opened(file.parent).scanned()
    owner.until(lambda: "ebb.md" in owner.headlines())
    owner.until(lambda: owner.at("ebb.md").notes == 2)
    row = owner.at("ebb.md")
    assert [each.id for each in owner.library.annotations.of(row.id)][1] == made


def test_changes_since_the_last_reading_are_shown_until_they_were_seen(file: Path, opened: Opener) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    document = load_document(owner, article)
    revisions = owner.library.revisions
    assert not revisions.is_changed(article, document)
    owner.library.reading.open(article)
    owner.library.annotations.reanchoring.wait()
    owner.library.close()

    file.write_text(STORY.replace("At four", "At half past four").replace(" like landlords", ""), "utf-8")
    owner = opened(file.parent).scanned()
    revisions = owner.library.revisions
    document = load_document(owner, article)
    assert revisions.is_changed(article, document)
    old = revisions.old_text(article)
    told = [(old[slice(*each.old)], document.text[slice(*each.new)]) for each in revisions.changes(article, document)]
    assert told == [("like landlords", ""), ("", "half past")]
    revisions.mark_seen(article, document)
    assert not revisions.is_changed(article, document)
    assert revisions.changes(article, document) == []


def test_a_changed_article_that_was_never_read_is_only_new(file: Path, opened: Opener) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    document = changed(owner, file, article, STORY.replace("four", "three"))
    assert not owner.library.revisions.is_changed(article, document)


def test_the_text_read_last_is_moved_from_the_cache_to_the_store_when_the_file_changes(
    file: Path, opened: Opener, homes: Path
) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    owner.library.reading.open(article)
    owner.library.annotations.reanchoring.wait()
    document = changed(owner, file, article, STORY.replace("four", "three"))
    owner.until(lambda: owner.library.revisions.is_changed(article, document))
    owner.library.annotations.reanchoring.wait()
    for text in (homes / "cache" / "tui-reader" / "texts").iterdir():
        text.unlink()
    assert owner.library.revisions.old_text(article) is not None
    assert len(owner.library.revisions.changes(article, document)) == 1


@pytest.mark.parametrize("whose", ["a copy's", "a deleted passage's"])
def test_the_text_in_which_annotations_were_made_is_kept_after_its_change_was_seen(
    file: Path, opened: Opener, whose: str
) -> None:
    if whose == "a copy's":
        file.with_name("copy.md").write_text(STORY, "utf-8")
    owner = opened(file.parent).scanned()
    article = owner.at("low-water.md").id
    load_document(owner, article)
    passage = highlight(owner, article, "the gulls")
    owner.library.annotations.reanchoring.wait()
    if whose == "a copy's":
        file, article = file.with_name("copy.md"), owner.at("copy.md").id
        load_document(owner, article)
    owner.library.reading.open(article)
    owner.library.annotations.reanchoring.wait()
    anchor = owner.library.annotations.get(passage).anchor
    if whose != "a copy's":
        owner.library.annotations.delete(passage)
    document = changed(owner, file, article, STORY.replace("four", "three"))
    owner.library.annotations.reanchoring.wait()
    owner.library.revisions.mark_seen(article, document)
    owner.library.annotations.reanchoring.wait()
    assert packed_text(owner.library.store, anchor.fingerprint) is not None


def test_a_text_read_as_two_articles_is_kept_until_the_changes_of_both_were_seen(
    file: Path, opened: Opener, homes: Path
) -> None:
    copy = file.with_name("copy.md")
    copy.write_text(STORY, "utf-8")
    owner = opened(file.parent).scanned()
    texts: list[Document] = []
    for path in (file, copy):
        article = owner.at(path.name).id
        load_document(owner, article)
        owner.library.reading.open(article)
        owner.library.annotations.reanchoring.wait()
        texts.append(changed(owner, path, article, STORY.replace("four", "three")))
        owner.library.annotations.reanchoring.wait()
    for text in (homes / "cache" / "tui-reader" / "texts").iterdir():
        text.unlink()
    revisions = owner.library.revisions
    revisions.mark_seen(owner.at("low-water.md").id, texts[0])
    assert len(revisions.changes(owner.at("copy.md").id, texts[1])) == 1
    revisions.mark_seen(owner.at("copy.md").id, texts[1])
    owner.library.annotations.reanchoring.wait()
    assert list(owner.library.store.items(TEXTS)) == []
