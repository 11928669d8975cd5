"""A highlight in a book keeps the chapter around it, not the book, and is found again in another edition."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.placements import orphans
from tests.services.test_annotated_library import highlight
from tui_reader.anchoring.description import document_fingerprint
from tui_reader.document.pieces import LONG
from tui_reader.services.annotations import reanchor_queue
from tui_reader.services.annotations.text_snapshots import (
    PIECE,
    TEXTS,
    KeptText,
    kept_pieces,
    kept_text,
    pack,
    packed_text,
)
from tui_reader.storage.base import Edit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation

_WORDS = [
    f"{a}{b}" for a in ("wind", "stone", "river", "house", "light", "road") for b in ("", "s", "ward", "less", "ly")
]
QUOTE = "The keeper counted the boats twice that evening."
GONE = "Nobody had told the harbour master about the ice."


def chapters(count: int = 60) -> list[str]:
    """Return the chapters of a made-up book of some 240,000 characters; the 30th has the two quotes."""
    chance = random.Random(3)
    found = []
    for number in range(count):
        paragraphs = [" ".join(chance.choices(_WORDS, k=100)) + "." for _ in range(6)]
        if number == 30:
            paragraphs[2:3] = [f"{paragraphs[2]} {QUOTE} And so on.", f"{paragraphs[3]} {GONE} And on."]
        found.append(f"## Chapter {number}\n\n" + "\n\n".join(paragraphs))
    return found


def new_edition() -> str:
    """Return the book with a preface, and with a chapter edited."""
    parts = chapters()
    parts[30] = parts[30].replace(GONE, "It was cold.").replace("house", "home")
    return "\n\n".join(["A preface that is new."] * 50 + parts)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "articles" / "book.md"
    path.parent.mkdir()
    path.write_text("\n\n".join(chapters()), "utf-8")
    return path


def load_document(owner: Any, article: str) -> Document:
    """Return the document of an article, and not only its beginning."""

    def loaded() -> Document | None:
        document: Document | None = owner.library.documents.get(article)
        return document if document is not None and not document.partial else None

    owner.library.documents.want(article)
    owner.until(loaded)
    document = loaded()
    assert document is not None
    return document


def change(owner: Any, file: Path, article: str) -> Document:
    """Return the document after another program has written the new edition."""
    before = owner.library.documents.get(article)
    file.write_text(new_edition(), "utf-8")
    owner.until(lambda: owner.library.documents.get(article) is not before)
    return load_document(owner, article)


def texts(owner: Any) -> dict[str, Any]:
    """Return the records of the table of kept texts."""
    return dict(owner.library.store.items(TEXTS))


def words_of(annotation: Annotation, text: str) -> str:
    assert annotation.placed is not None
    return text[slice(*annotation.placed.range)]


def test_the_text_around_a_highlight_in_a_book_is_stored(file: Path, opened: Callable[..., Any]) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("book.md").id
    document = load_document(owner, article)
    assert len(document.text) > LONG
    first = highlight(owner, article, QUOTE)
    owner.library.annotations.reanchoring.wait()
    kept = texts(owner)
    assert 0 < sum(len(str(record)) for record in kept.values()) < 100_000
    fingerprint = document_fingerprint(document)
    (start, (end, _, piece)) = next(iter(kept_pieces(owner.library.store, fingerprint).items()))
    assert QUOTE in document.text[start:end]
    assert packed_text(owner.library.store, piece) == pack(document.text[start:end])
    highlight(owner, article, GONE)
    owner.library.annotations.reanchoring.wait()
    assert texts(owner) == kept, "the second highlight is in a piece that is kept"
    anchor = owner.library.annotations.get(first).anchor
    assert kept_text(owner.library.store, fingerprint, [anchor]).pieces[0][:2] == (start, end)
    assert not kept_text(owner.library.store, fingerprint, [anchor._replace(start=0, end=9)]).pieces


@pytest.mark.parametrize("how", ["open", "closed", "whole text kept", "nothing kept"])
def test_highlights_are_found_in_another_edition(
    file: Path, opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 0.0)
    owner = opened(file.parent).scanned()
    article = owner.at("book.md").id
    document = load_document(owner, article)
    kept, gone = highlight(owner, article, QUOTE), highlight(owner, article, GONE)
    owner.library.annotations.reanchoring.wait()
    store, fingerprint = owner.library.store, document_fingerprint(document)
    if how in {"whole text kept", "nothing kept"}:
        record = store.get(TEXTS, fingerprint) or {}
        edits = [
            Edit(TEXTS, fingerprint, name, value, None) for name, value in record.items() if name.startswith(PIECE)
        ]
        if how == "whole text kept":
            edits.append(Edit(TEXTS, fingerprint, "zlib", None, pack(document.text)))
        store.apply(edits, "as an earlier version keeps it")
    if how == "open":
        change(owner, file, article)
    else:
        owner.library.close()
        file.write_text(new_edition(), "utf-8")
        owner = opened(file.parent).scanned()
    notes = owner.library.annotations
    owner.until(lambda: orphans(notes))
    assert [each.id for each in orphans(notes)] == [gone]
    assert words_of(notes.get(kept), load_document(owner, article).text) == QUOTE
    assert not [record for record in texts(owner).values() if len(str(record)) > 100_000 and how != "whole text kept"]


def test_the_changes_of_a_book_are_computed_from_the_cached_text(file: Path, opened: Callable[..., Any]) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("book.md").id
    load_document(owner, article)
    owner.library.reading.open(article)
    owner.library.annotations.reanchoring.wait()
    document = change(owner, file, article)
    owner.library.annotations.reanchoring.wait()
    revisions = owner.library.revisions
    owner.until(lambda: revisions.is_changed(article, document))
    shown = revisions.changes(article, document)
    assert any("preface" in document.text[slice(*change.new)] for change in shown)
    assert texts(owner) == {}


def test_damaged_stored_pieces_of_a_book_are_skipped(file: Path, opened: Callable[..., Any]) -> None:
    owner = opened(file.parent).scanned()
    article = owner.at("book.md").id
    load_document(owner, article)
    anchor = owner.library.annotations.get(highlight(owner, article, QUOTE)).anchor
    owner.library.annotations.reanchoring.wait()
    store = owner.library.store
    (name,) = [each for each in store.get(TEXTS, anchor.fingerprint) if each.startswith(PIECE)]
    damaged: tuple[Any, ...] = (
        "x",
        [],
        [1],
        ["1", "", ""],
        [90, "", 5],
        [10**9, "", "no such text"],
        [-5, "", ""],
        3,
        None,
    )
    for value in damaged:
        for field in (name, "piece x", "piece -1", "piece 99999999999999999999"):
            before = store.get(TEXTS, anchor.fingerprint).get(field)
            if before != value:
                store.apply([Edit(TEXTS, anchor.fingerprint, field, before, value)], "damaged")
        assert kept_text(store, anchor.fingerprint, [anchor]) == KeptText(None, []), value
        assert kept_text(store, anchor.fingerprint, [anchor]).around(anchor) is None
