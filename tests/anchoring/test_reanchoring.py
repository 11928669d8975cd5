"""After every kind of edit a passage is found again or reported lost, but never placed on wrong words.

The edits and the true positions come from `scripts/bench_anchoring.py`, which prints the whole table.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import repetitive_texts
from scripts.bench_anchoring import EDITS, Score, first_words, japanese, run, sherlock, technical
from tests.counts import FULL
from tui_reader.anchoring.description import describe, fingerprint
from tui_reader.anchoring.resolution import Resolver, resolve, resolve_all
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.formats import read
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import PlaceState
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CORPUS = {"sherlock": sherlock, "japanese": japanese, "technical": technical}
COUNT = 250 if FULL else 32
"""Highlights that each test resolves: of the benchmark's, a quarter with the full counts, else one in 32."""
WORDS = 10_000 if FULL else 1_500
"""Words of each real text."""


def document(*paragraphs: str) -> Document:
    builder = DocumentBuilder()
    for paragraph in paragraphs:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build()


def anchored(text: str, quote: str, occurrence: int = 0) -> Anchor:
    start = [found.start() for found in re.finditer(re.escape(quote), text)][occurrence]
    return describe(document(*text.split("\n")), start, start + len(quote))


@pytest.fixture(scope="module")
def samples(request: pytest.FixtureRequest) -> str:
    """Long sample articles of the checkout, as one text."""
    folder = request.config.rootpath / "sample_articles"
    names = ("the-arms-on-the-hilltops.md", "how-to-read-a-defence-budget.md", "rivers-under-the-street.md")
    return "\n".join(read((folder / name).read_bytes(), name).text for name in names)


@functools.cache
def beginning(name: str) -> str:
    return first_words(CORPUS[name](), WORDS)


@pytest.fixture(params=CORPUS)
def long_text(request: pytest.FixtureRequest) -> str:
    try:
        return beginning(request.param)
    except OSError as error:
        pytest.skip(f"the corpora are not next to this checkout: {error}")


def check(kind: str, score: Score) -> None:
    right = score.right / score.there
    if kind in {"1 % of the words", "5 % of the words", "quotes and spaces"}:
        assert score.wrong == 0
        assert right >= 0.99
    elif kind == "mixed":
        assert score.wrong == 0
        assert right >= 0.96
    elif kind == "half is cut":
        assert score.wrong <= 1
        assert score.painted <= 0.02 * score.gone
    else:
        assert score.wrong <= 0.02 * COUNT
        assert right >= 0.93


@pytest.mark.parametrize("kind", EDITS)
def test_highlights_survive_edits_of_our_samples(samples: str, kind: str) -> None:
    check(kind, run(samples, EDITS[kind], count=COUNT, seed=1))


@pytest.mark.parametrize("kind", EDITS)
def test_highlights_survive_edits_of_real_texts(long_text: str, kind: str) -> None:
    check(kind, run(long_text, EDITS[kind], count=COUNT, seed=1))


def test_at_most_five_of_a_thousand_highlights_are_lost_if_every_twentieth_word_was_edited(long_text: str) -> None:
    score = run(long_text, EDITS["5 % of the words"], count=1_000 if FULL else 256, seed=2)
    assert (score.wrong, score.right >= 0.995 * score.there) == (0, True)


def test_a_passage_split_into_two_distant_halves_is_ambiguous_with_both_as_candidates() -> None:
    first, second = "The council has met and nobody asked why.", "It rained all night over the empty market place."
    rest = [f"Paragraph {number} tells of other things, of which there are many." for number in range(12)]
    old = "\n".join((*rest[:6], first, second, *rest[6:]))
    new = "\n".join((*rest[:3], second, *rest[3:9], first, *rest[9:]))
    placed = resolve(anchored(old, "nobody asked why.\nIt rained all night"), new, old)
    assert placed.state is PlaceState.AMBIGUOUS
    assert {new[slice(*each)].strip(".") for each in placed.candidates} == {"nobody asked why", "It rained all night"}


def test_highlights_of_a_moved_and_edited_paragraph_move_with_it() -> None:
    rest = [f"Paragraph {number} tells of other things, of which there are many." for number in range(12)]
    moved = "The council has decided to postpone the meeting until spring, and nobody has asked why."
    old = "\n".join((moved, *rest))
    new = "\n".join((*rest[:9], moved.replace("to postpone", "today to put off"), *rest[9:]))
    placed = resolve(anchored(old, "the meeting until spring"), new, old)
    assert new[slice(*placed.range)] == "the meeting until spring"


def test_an_inserted_comma_is_not_confused_with_the_old_one() -> None:
    old = "The e is slurred and the r tailless, but you will observe the type."
    new = old.replace("tailless,", "tailless, Windibank,")
    placed = resolve(anchored(old, "the r tailless,"), new, old)
    assert new[slice(*placed.range)] == "the r tailless,"


def test_a_split_word_is_found_letter_by_letter() -> None:
    old = "さっそくHotmailを取り込めるようにしたいと思います。"
    new = old.replace("Hotmail", "Ho ちゃtmail")
    placed = resolve(anchored(old, "そくHotmai"), new, old)
    assert new[slice(*placed.range)] == "そくHo ちゃtmai"


def test_a_passage_in_one_of_two_equal_paragraphs_is_ambiguous_if_one_was_moved() -> None:
    rest = [f"Paragraph {number} tells of other things, of which there are many." for number in range(12)]
    repeated = "Be in your chamber at that hour, and do not take it amiss if your visitor wears a mask."
    old = "\n".join((*rest[:6], repeated, repeated, *rest[6:]))
    new = "\n".join((*rest[:2], repeated, *rest[2:6], repeated, *rest[6:]))
    placed = resolve(anchored(old, "do not take it amiss", 1), new, old)
    assert placed.state is PlaceState.AMBIGUOUS
    assert len(placed.candidates) == 2


def manual() -> tuple[list[str], int]:
    """Return the lines of a manual whose sections differ in their headings only, and the number of lines in each."""
    repeated = (
        "Parameters",
        "limit integer no The number of objects on a page, between 1 and 100.",
        "Errors",
        "Returns 401 if the token is missing or has expired.",
        "Returns 404 if there is no object with this identifier.",
    )
    names = ("account", "invoice", "project", "member", "webhook", "token", "device", "report")
    lines = [line for name in names for line in (f"Get one {name} of the workspace", f"GET /v1/{name}s", *repeated)]
    return lines, 7


@pytest.mark.parametrize(
    "quote", ["Returns 404 if there is no object", "limit integer no", "between 1 and 100.\nErrors"]
)
@pytest.mark.parametrize("section", [1, 3, 6])
def test_a_repeated_line_is_identified_by_its_context(quote: str, section: int) -> None:
    lines, size = manual()
    old = "\n".join(lines)
    # A repetition of each line is moved, and the section before loses a line.
    moved = lines[2:size]
    rest = [line for at, line in enumerate(lines) if not 2 <= at < size and at != size * (section - 1) + 3]
    new = "\n".join(["A new line.", *rest[:-3], *moved, *rest[-3:]])
    placed = resolve(anchored(old, quote, section), new, old)
    heading = new.index(lines[size * section])
    assert placed.is_certain
    assert placed.start == new.index(quote, heading)


def test_a_moved_line_of_many_equal_ones_is_ambiguous() -> None:
    lines, size = manual()
    old, line = "\n".join(lines), lines[6]
    rest = [each for at, each in enumerate(lines) if at != 3 * size + 6]
    new = "\n".join([*rest[:3], line, *rest[3:]])
    placed = resolve(anchored(old, line, 3), new, old)
    assert placed.state is PlaceState.AMBIGUOUS
    assert placed.candidates


@pytest.mark.parametrize(
    ("name", "kind", "right", "wrong"),
    [
        ("API guide", "10 % moved, header", 0.89, 4),
        ("API guide", "mixed", 0.94, 4),
        ("API manual", "mixed", 0.90, 4),
        ("minutes", "10 % moved, header", 0.78, 8),
        ("source code", "half is cut", 0.4, 4),
    ],
)
def test_highlights_in_repetitive_texts_are_found_at_the_right_occurrence(
    name: str, kind: str, right: float, wrong: int
) -> None:
    words, count = (10_000, 500) if FULL else (3_000, 150)
    score = run(first_words(repetitive_texts.TEXTS[name](), words), EDITS[kind], count=count, seed=1)
    assert score.right >= right * score.there
    assert score.wrong <= wrong * count // 500


def test_without_the_old_text_fewer_highlights_are_found_and_at_most_two_are_misplaced(samples: str) -> None:
    score = run(samples, EDITS["5 % of the words"], count=COUNT, seed=1, snapshot=False)
    assert score.wrong <= 2
    assert score.right >= 0.95 * score.there


def test_in_the_same_text_the_passage_is_anchored_at_its_offset() -> None:
    text = "One and one.\nOne and one."
    second = anchored(text, "One and one", 1)
    placed = resolve(second, text)
    assert (placed.range, placed.state, placed.fingerprint) == (Range(13, 24), PlaceState.ANCHORED, fingerprint(text))


def test_without_the_old_text_repeated_passages_are_ambiguous_with_both_as_candidates() -> None:
    para = "The committee met, and nothing came of it."
    text = f"{para}\n{para}"
    placed = resolve(anchored(text, "nothing came of it"), f"New.\n{text}\n{para}")
    assert placed.state is PlaceState.AMBIGUOUS
    assert not placed.is_certain
    assert len(placed.candidates) >= 2


def test_with_the_old_text_repeated_passages_are_distinguished() -> None:
    para = "The committee met, and nothing came of it."
    old = f"{para}\nThen it rained.\n{para}"
    new = f"A preface.\n{old}"
    placed = resolve(anchored(old, "nothing came", 1), new, old)
    assert (placed.start, placed.state) == (new.rindex("nothing came"), PlaceState.ANCHORED)


def test_another_old_occurrence_is_not_confused_with_a_deleted_passage() -> None:
    para = "It was the best of times for those who sell umbrellas."
    old = f"{para}\nThe sun came out and stayed.\n{para}\nNobody minded much."
    new = old.replace(f"{para}\n", "", 1)
    assert resolve(anchored(old, "best of times for those", 0), new, old).state is PlaceState.ORPHAN


def test_a_passage_includes_revised_words_at_its_ends_but_not_unrelated_ones() -> None:
    old = "The council has decided to postpone the meeting until spring. Nobody asked why."
    for new, marked in (
        (old.replace("meeting", "meetings"), "postpone the meetings"),
        (old.replace("meeting", "sale of land"), "postpone the"),
        (old.replace("postpone", "postponed"), "postponed the meeting"),
        (old.replace("the meeting", "the long meeting"), "postpone the long meeting"),
    ):
        placed = resolve(anchored(old, "postpone the meeting"), new, old)
        assert new[slice(*placed.range)] == marked


def test_a_text_without_the_words_makes_the_passage_an_orphan() -> None:
    anchor = anchored("Some words to find again.", "words to find")
    for text in ("", "\n\n", "…", "Ganz andere Dinge stehen hier."):
        placed = resolve(anchor, text, "Some words to find again.")
        assert (placed.state, placed.range) == (PlaceState.ORPHAN, Range(0, 0))


def test_an_empty_or_outside_range_cannot_be_described() -> None:
    with pytest.raises(ValueError, match="no passage from 3 to 3"):
        describe(document("words"), 3, 3)
    with pytest.raises(ValueError, match="of 5 characters"):
        describe(document("words"), 0, 6)


texts = st.text(st.sampled_from("ab cd. \n“”—日本語。İé\u0301👩\u200d👧"), min_size=2, max_size=60)


@given(texts, texts, st.data())
def test_a_position_is_always_inside_the_text_and_certain_or_empty(old: str, new: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    anchor = describe(document(*old.split("\n")), start, end)
    for snapshot in (old, None):
        (placed,) = resolve_all([anchor], new, snapshot)
        assert 0 <= placed.start <= placed.end <= len(new)
        assert placed.is_certain == (placed.start < placed.end)
        assert all(0 <= each.start < each.end <= len(new) for each in placed.candidates)
    assert resolve(anchor, old, old).range == Range(start, end)


def test_anchors_exported_by_the_hypothesis_annotation_service_find_their_quotes(corpus: Callable[[str], Path]) -> None:
    folder = corpus("hypothesis") / "html-baselines"
    page = (folder / "wikipedia-regression-testing.html").read_text("utf-8")
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<!--.*?-->", "", page)
    text = read(re.sub(r"<[^>]+>", "", text).encode(), "page.txt").text
    rows = json.loads((folder / "wikipedia-regression-testing.json").read_text("utf-8"))["rows"]
    found = 0
    for row in rows:
        selectors = {each["type"]: each for each in row["target"][0]["selector"]}
        quote = selectors.get("TextQuoteSelector")
        if quote is None:
            continue
        position = selectors["TextPositionSelector"]
        anchor = Anchor(quote["exact"], quote["prefix"], quote["suffix"], position["start"], position["end"])
        placed = resolve(anchor, text)
        assert placed.is_certain, (quote, placed)
        assert text[slice(*placed.range)].split() == quote["exact"].split()
        found += 1
    assert found == 5


def test_a_few_words_that_occur_twice_are_ambiguous_instead_of_lost() -> None:
    anchor = anchored("Nothing else.\nA first text.\nAnd a second text of some length.", "second text")
    placed = resolve(anchor, "Quite other lines.\nThe second text.\nHere is one more second text!")
    assert placed.state is PlaceState.AMBIGUOUS
    assert len(placed.candidates) == 2


def test_of_two_equal_new_occurrences_none_is_chosen() -> None:
    quote = "The minister said no to the plan on Monday."
    old = f"T\nFirst paragraph of it.\n{quote}\nMiddle paragraph."
    new = f"Quite another list.\n{quote}\nSomething else was said about harbours.\n{quote}\nAn end of its own."
    placed = resolve(anchored(old, quote), new, old)
    assert placed.state is PlaceState.AMBIGUOUS
    assert {new[slice(*each)] for each in placed.candidates} == {quote}
    assert len(placed.candidates) == 2


PRESENTED = (
    ("the in\u00adfor\u00adma\u00adtion office in town", "the information office in town"),
    ("the oﬃce of ﬁnance", "the office of finance"),
    ("her r\u00e9sum\u00e9 of it", "her re\u0301sume\u0301 of it"),
    ("zero\u200bwidth\u2060 letters", "zerowidth letters"),
    ("Ｆｕｌｌ　width — letters", "Full width - letters"),
    ("ｶﾞｲﾄﾞの本", "ガイドの本"),
    ("שָׁלוֹם לכולם", "שלום לכולם"),
)


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("quotes", [*PRESENTED, *((new, old) for old, new in PRESENTED)])
def test_a_passage_is_found_in_another_presentation(quotes: tuple[str, str], kept: bool) -> None:
    quote, now = quotes
    before, behind = "Nothing like this was seen before by any of them, ", " and nothing like it was seen afterwards."
    old = f"A first paragraph.\n{before}{quote}{behind}"
    new = f"A new one.\nA ﬁrst para\u00adgraph.\n{before}{now}{behind}"
    placed = resolve(anchored(old, quote), new, old if kept else None)
    assert placed.is_certain
    assert new[placed.start : placed.end] == now


def test_the_nearest_words_and_candidates_have_the_offsets_of_the_text_as_it_is() -> None:
    text = "A so\u00adfa, an oﬃce and the best of all possible ﬁn\u00adancial reports of the year."
    found = Resolver(text).nearest("the best of all possible annual reports of the year")
    assert found is not None
    assert text[slice(*found[0])].startswith("the best of all possible ﬁn\u00adancial")
