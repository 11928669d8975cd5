"""Passages of books are found again: chapters that moved, were edited, renamed, split or removed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.anchoring.description import describe
from tui_reader.anchoring.long_texts import LongTextResolver, OldPiece, cut_around
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Section
from tui_reader.document.pieces import pieces_of
from tui_reader.model.annotation import Placement, PlaceState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.anchor import Anchor

_WORDS = [f"{a}{b}{c}" for a in ("ba", "ce", "di", "fo", "gu", "ha") for b in "lmnrst" for c in ("a", "ed", "ing", "o")]


def chapter(number: int, paragraphs: int = 8) -> list[str]:
    """Return the paragraphs of a made-up chapter."""
    chance = random.Random(number)
    return [" ".join(chance.choices(_WORDS, k=40)) + "." for _ in range(paragraphs)]


def book(chapters: Sequence[Sequence[str]], names: Sequence[str] | None = None) -> Document:
    """Return the document of some chapters; their sections have names, unless the book has no sections."""
    builder, sections = DocumentBuilder(), []
    for number, paragraphs in enumerate(chapters):
        if names:
            sections.append(Section(builder.next_start, names[number], key=names[number]))
        for paragraph in paragraphs:
            builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build(sections=tuple(sections))


CHAPTERS = [chapter(number) for number in range(12)]
NAMES = [f"part{number:04}.xhtml" for number in range(20)]
OLD = book(CHAPTERS, NAMES)


def marked(paragraph: str, document: Document = OLD, words: slice = slice(10, 20)) -> Anchor:
    """Return the anchor of some words of a paragraph."""
    quote = " ".join(paragraph.split(" ")[words])
    start = document.text.index(quote, document.text.index(paragraph))
    return describe(document, start, start + len(quote))


def placed(anchor: Anchor, new: Document, old: Document = OLD) -> Placement:
    """Return the position of a passage in the new text, from the piece of the old text that contained it."""
    return LongTextResolver(new.text, pieces_of(new)).place(anchor, cut_around(anchor, old.text, pieces_of(old)))


def assert_at_its_words(
    found: Placement, anchor: Anchor, new: Document, state: PlaceState = PlaceState.ANCHORED
) -> None:
    assert (new.text[found.start : found.end], found.state) == (anchor.exact, state)
    assert found.anchor == anchor.key
    assert found.fingerprint == LongTextResolver(new.text, ()).fingerprint


@pytest.mark.parametrize("names", [NAMES, None], ids=["named", "without sections"])
def test_passages_in_moved_chapters_are_found(names: Sequence[str] | None) -> None:
    old = book(CHAPTERS, names)
    new = book([chapter(99), *CHAPTERS[6:], *CHAPTERS[:6]], names)
    for each in CHAPTERS:
        anchor = marked(each[3], old)
        assert_at_its_words(placed(anchor, new, old), anchor, new)


def test_equal_chapters_are_distinguished_by_their_names() -> None:
    parts = [chapter(1), chapter(2), chapter(1), chapter(3)]
    old = book(parts, NAMES)
    second = old.text.rindex(parts[2][3])
    anchor = describe(old, second, second + 40)
    new = book([chapter(1), chapter(7), chapter(2), chapter(1)], [NAMES[0], "new", NAMES[1], NAMES[2]])
    assert placed(anchor, new, old).start == new.text.rindex(parts[2][3])


@pytest.mark.parametrize("names", [NAMES, None], ids=["named", "without sections"])
def test_passages_in_an_edited_chapter_are_found_or_become_orphans(names: Sequence[str] | None) -> None:
    old = book(CHAPTERS, names)
    chapters = [list(each) for each in CHAPTERS]
    chapters[5][3] = chapters[5][3].replace(" ", " and ", 3)
    chapters[5].insert(1, "A paragraph that is new.")
    chapters[5][6] = " ".join(chapter(77)[0].split(" ")[:30])
    new = book([["A preface."], *chapters], ["preface", *names] if names else None)
    kept, gone = marked(CHAPTERS[5][2], old), marked(CHAPTERS[5][5], old)
    assert_at_its_words(placed(kept, new, old), kept, new)
    assert placed(gone, new, old).state is PlaceState.ORPHAN
    begins = placed(marked(CHAPTERS[5][3], old, slice(0, 12)), new, old)
    assert begins.state is PlaceState.MOVED
    assert new.text[begins.start : begins.end].replace(" and ", " ").startswith(CHAPTERS[5][3][:30])


def test_chapters_are_found_although_their_numbers_shift() -> None:
    chapters = [list(each) for each in CHAPTERS]
    chapters[5][0] = "It was edited."
    new = book([chapter(98), chapter(99), *chapters], NAMES)
    anchor = marked(CHAPTERS[5][3])
    assert_at_its_words(placed(anchor, new), anchor, new)


def test_a_renamed_and_rewritten_chapter_is_found_by_the_lines_that_are_left() -> None:
    chapters = [list(each) for each in CHAPTERS]
    chapters[5] = ["New words.", *(f"{each[:60]} rewritten" for each in chapters[5][:3]), *chapters[5][3:5]]
    new = book(list(reversed(chapters)), [f"other{number}" for number in range(12)])
    anchor = marked(CHAPTERS[5][3])
    assert_at_its_words(placed(anchor, new), anchor, new)


def test_a_chapter_whose_every_line_changed_is_found_by_its_name() -> None:
    chapters = [list(each) for each in CHAPTERS]
    chapters[5] = [f"{each[:20]}!{each[20:].replace('ba', 'be')}" for each in chapters[5]]
    new = book([chapter(98), *chapters], ["preface", *NAMES])
    anchor = marked(CHAPTERS[5][3], words=slice(8, 30))
    found = placed(anchor, new)
    assert found.state is PlaceState.MOVED
    assert new.text[found.start : found.end] == anchor.exact.replace("ba", "be")


def test_a_removed_chapter_leaves_orphans_and_a_moved_paragraph_is_followed() -> None:
    moved = CHAPTERS[5][3]
    new = book([*CHAPTERS[:5], *CHAPTERS[6:9], [*CHAPTERS[9], moved]], [*NAMES[:5], *NAMES[6:10]])
    anchor = marked(moved)
    assert_at_its_words(placed(anchor, new), anchor, new)
    assert placed(marked(CHAPTERS[5][4]), new).state is PlaceState.ORPHAN


def test_a_passage_over_two_chapters_is_found() -> None:
    start = OLD.text.index(CHAPTERS[5][0]) - 30
    anchor = describe(OLD, start, start + 70)
    chapters = [list(each) for each in CHAPTERS]
    chapters[4][2] = "Edited."
    for new in (
        book([chapter(99), *CHAPTERS], ["preface", *NAMES]),
        book([chapter(99), *chapters], ["preface", *NAMES]),
    ):
        assert_at_its_words(placed(anchor, new), anchor, new)


def test_a_text_of_one_line_is_found_by_stretches_of_it() -> None:
    text = " ".join(" ".join(each) for each in CHAPTERS)
    old, new = book([[text]]), book([["It begins elsewhere. " + text.replace(CHAPTERS[2][3], "x")]])
    anchor = marked(CHAPTERS[7][3], old)
    assert_at_its_words(placed(anchor, new, old), anchor, new)


def test_without_the_old_text_unchanged_and_similar_words_are_found() -> None:
    chapters = [list(each) for each in CHAPTERS]
    chapters[5][3] = chapters[5][3].replace(" ", " and ", 30)
    new = book([chapter(99), *chapters], ["preface", *NAMES])
    resolver = LongTextResolver(new.text, pieces_of(new))
    same, gone = marked(CHAPTERS[6][3]), marked(chapter(55)[3], book([chapter(55)]))
    assert_at_its_words(resolver.place(same), same, new)
    assert resolver.place(gone).state is PlaceState.ORPHAN
    wrong = OldPiece(0, "another text than the one of the anchor")
    assert_at_its_words(resolver.place(same, wrong), same, new)
    twice = book([["Once more with feeling, they said."], *CHAPTERS, ["Once more with feeling, they said."]])
    anchor = describe(book([["Once more with feeling, they said."]]), 5, 22)
    found = LongTextResolver(twice.text, pieces_of(twice)).place(anchor)
    assert found.state is PlaceState.AMBIGUOUS
    assert len(found.candidates) == 2


@given(
    st.lists(st.integers(0, 11), unique=True, min_size=3, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 7)), max_size=6),
    st.integers(0, 11),
    st.integers(0, 7),
    st.sampled_from(["kept", "counted", "none"]),
)
def test_a_passage_is_found_at_its_words_or_not_at_all(
    order: list[int], edits: list[tuple[int, int]], number: int, paragraph: int, naming: str
) -> None:
    """Chapters are left out and reordered, and paragraphs rewritten; words are never found at other words."""
    chapters = [list(each) for each in CHAPTERS]
    for edited, at in edits:
        chapters[edited][at] = chapter(100 + edited)[at]
    names = {"kept": [NAMES[each] for each in order], "counted": NAMES, "none": None}[naming]
    old, new = book(CHAPTERS, NAMES if names else None), book([chapters[each] for each in order], names)
    anchor = marked(CHAPTERS[number][paragraph], old)
    found = placed(anchor, new, old)
    if number in order and (number, paragraph) not in edits:
        assert found.is_certain
        assert new.text[found.start : found.end] == anchor.exact
    else:
        assert not found.is_certain
