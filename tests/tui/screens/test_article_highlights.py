"""The painted highlights equal those of the library after any sequence of changes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.placements import placed_in
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.services.annotations import annotation_index
from tui_reader.services.annotations.editing import AnnotationEditing
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.identities import Identities
from tui_reader.services.articles.reading import Reading
from tui_reader.services.library.state import LibraryState
from tui_reader.storage import open_store
from tui_reader.storage.base import ARTICLES
from tui_reader.tui.screens.article_highlights import ArticleHighlights

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "The ministers arrive with a number already on the table. What remains open is when, and how."


def document(*paragraphs: str) -> Document:
    builder = DocumentBuilder()
    for paragraph in paragraphs:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build()


DOCUMENTS = (document(WORDS), document(WORDS, WORDS), None)
STEPS = st.tuples(
    st.sampled_from(["add", "add", "add", "other", "on article", "colour", "delete", "resize", "undo", "redo", "show"]),
    st.integers(0, 60),
    st.integers(1, 5),
)


@pytest.mark.parametrize("remembered", [2, 1_000])
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=25), looks=st.integers(1, 3))
def test_highlights_updated_step_by_step_equal_those_computed_from_scratch(
    tmp_path: Path, steps: list[Any], looks: int, remembered: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annotation_index, "MAX_CHANGES", remembered)
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.json"
        store = open_store(path)
        state = LibraryState(
            store, MemoryCatalogue(), Identities(store.items(ARTICLES), lambda _: False), lambda _: None
        )
    moments = (f"2026-06-05T10:00:00.{count:06}Z" for count in itertools.count())
    notes, reading = AnnotationEditing(state, (), lambda: next(moments)), Reading(state)
    kept = ArticleHighlights(notes.index)
    made: list[str] = []
    shown: Document | None = DOCUMENTS[0]
    for at, (verb, number, colour) in enumerate(steps):
        which = made[number % len(made)] if made else ""
        article = "b" if verb == "other" else "a"
        text = DOCUMENTS[0]
        assert text is not None
        match verb:
            case "add" | "other":
                made.append(notes.add(article, text, number, number + 4 * colour, note="n" * (colour == 1)).annotation)
            case "on article":
                notes.note_on_article("a", "a note")
            case "colour":
                notes.recolour([which] if number % 2 else made[-3:], colour)
            case "delete":
                notes.delete(which)
            case "resize":
                notes.resize(which, text, number, number + 9)
            case "undo":
                reading.undo()
            case "redo":
                reading.redo()
            case "show":
                shown = DOCUMENTS[colour % 3]
        if at % looks:
            continue
        before = kept.shown
        changed = kept.update("a", shown)
        fresh = ArticleHighlights(notes.index)
        fresh.update("a", shown)
        assert kept.shown == fresh.shown
        assert changed or kept.shown == before
        assert (kept.highlights, kept.notes, kept.orphans) == (fresh.highlights, fresh.notes, fresh.orphans)
        wanted = placed_in(shown, notes, "a") if shown is not None else ()
        assert sorted(mark.id for mark in kept.shown) == sorted(each.id for each in wanted)
        assert kept.orphans == sum(each.is_orphan for each in notes.of("a")) * (shown is not None)
        assert list(kept.index) == list(fresh.index)
        assert kept.index.stacked(0, 99) == fresh.index.stacked(0, 99)
    notes.reanchoring.wait()
    store.close()


def test_highlights_computed_in_a_thread_include_later_changes(tmp_path: Path) -> None:
    store = open_store(tmp_path / "library.json")
    state = LibraryState(store, MemoryCatalogue(), Identities(store.items(ARTICLES), lambda _: False), lambda _: None)
    notes, text = AnnotationEditing(state, ()), DOCUMENTS[0]
    assert text is not None
    assert not ArticleHighlights(notes.index).prepare("a", text), "nothing was read yet"
    first = notes.add("a", text, 0, 13).annotation
    assert len(notes.of("a")) == 1
    prepared = ArticleHighlights(notes.index)
    assert prepared.prepare("a", text)
    assert prepared.is_for(text)
    second = notes.add("a", text, 20, 30).annotation
    notes.delete(first)
    assert prepared.update("a", text)
    assert [mark.id for mark in prepared.index] == [second]
    notes.reanchoring.wait()
    store.close()
