"""Known words complete an answer: tags, also in the middle of the line, and names of saved searches."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.conftest import case
from tui_reader.document.normalization import search_key
from tui_reader.tui.screens.tag_list import tags_in
from tui_reader.tui.widgets.word_completion import WordCompletion

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]

WORDS = ("deep sea", "deep-sky", "Économie", "nato", "to read again", "x, y", "-nato", "北京")


@pytest.mark.parametrize(
    ("answer", "cursor", "fitting"),
    [
        ("deep", 4, ["deep sea", "deep-sky"]),
        ("DEEP ", 5, ["deep sea"]),
        ("eco", 3, ["Économie"]),
        ("ÉCO", 3, ["Économie"]),
        ("sea", 3, ["deep sea"]),
        ("sky", 3, ["deep-sky"]),
        ("read", 4, ["to read again"]),
        ("nato, de", 8, ["deep sea", "deep-sky"]),
        ("nato,de", 7, ["deep sea", "deep-sky"]),
        ("nato, na", 8, []),
        ("de, nato", 2, ["deep sea", "deep-sky"]),
        ("deep sea, d", 11, ["deep-sky"]),
        ("nato", 4, []),
        ("NATO", 4, ["nato"]),
        ("-n", 2, ["-nato"]),
        ("北", 1, ["北京"]),
        ("eep", 3, []),
        ("", 0, []),
        ("nato, ", 6, []),
    ],
)
def test_known_words_that_contain_the_typed_part_are_offered(answer: str, cursor: int, fitting: list[str]) -> None:
    assert WordCompletion(WORDS).fitting(answer, cursor) == fitting


@pytest.mark.parametrize(
    ("answer", "cursor", "word", "completed"),
    [
        ("deep", 4, "deep sea", ("deep sea", 8)),
        ("DEEP", 4, "deep sea", ("deep sea", 8)),
        ("nato, eco", 9, "Économie", ("nato, Économie", 14)),
        ("nato,eco", 8, "Économie", ("nato, Économie", 14)),
        ("de, nato", 2, "deep sea", ("deep sea, nato", 8)),
        ("nato, dexx, a", 8, "deep sea", ("nato, deep sea, a", 14)),
    ],
)
def test_taking_a_word_replaces_the_part_at_the_cursor(
    answer: str, cursor: int, word: str, completed: tuple[str, int]
) -> None:
    assert WordCompletion(WORDS).completed(answer, cursor, word) == completed


def test_a_name_with_a_comma_is_completed_if_only_one_is_asked_for() -> None:
    names = WordCompletion(["left, right", "left"], in_list=False)
    assert names.fitting("left, r", 7) == ["left, right"]
    assert names.completed("left, r", 7, "left, right") == ("left, right", 11)


@given(st.lists(st.text("abcÄß é-", min_size=1, max_size=6)), st.text("abÄé, -", max_size=12), st.data())
def test_any_offered_word_can_be_taken_and_keeps_the_other_parts(
    words: list[str], answer: str, data: st.DataObject
) -> None:
    completion = WordCompletion(words)
    cursor = data.draw(st.integers(0, len(answer)))
    others = completion.part(answer, cursor)
    for word in completion.fitting(answer, cursor, every=True):
        text, at = completion.completed(answer, cursor, word)
        assert text[:at].endswith(word)
        assert text.startswith(answer[: others.start].rstrip() if others.start else "")
        assert text.endswith(answer[others.end :])
        assert search_key(others.typed) in search_key(word)


# On the screen


@pytest.fixture
def tagged(articles: Path) -> Path:
    header = "title: Zebra\ndate: 2020-01-01\ntags: [deep sea, deep-sky, Économie]"
    (articles / "sea.md").write_text(f"---\n{header}\n---\n\nWords.\n", "utf-8")
    return articles


def tags_of(reader: Any, title: str) -> list[str]:
    rows = reader.library.catalogue.rows(reader.library.catalogue.ids(reader.app.reading.state.view))
    return next(list(row.tags) for row in rows if row.title == title)


async def begin(reader: Any) -> None:
    """Wait until the list is complete, and the text of the first article has been read."""
    state = reader.app.reading.state
    await reader.sees("Alpha wolf", "4 unread")
    await reader.until(lambda: state.panes.article.document is not None and not state.panes.article.document.partial)


async def test_tab_takes_the_known_tag(start: Start, tagged: Path) -> None:
    async with start(tagged) as reader:
        await begin(reader)
        for keys, tags in (
            (["d", "e", "e", "p", "tab", "enter"], ["deep sea", "nature"]),
            (["D", "E", "tab", "enter"], ["deep sea", "nature"]),
            (["d", "e", "right", "enter"], ["deep sea", "nature"]),
            (["d", "e", "ctrl+n", "enter"], ["deep-sky", "nature"]),
            (["d", "e", "down", "tab", "enter"], ["deep-sky", "nature"]),
            (["d", "e", "ctrl+n", "ctrl+p", "tab", "enter"], ["deep sea", "nature"]),
            (["s", "k", "tab", "enter"], ["deep-sky", "nature"]),
            (["e", "c", "o", "tab", ",", "d", "e", "tab", "enter"], ["deep sea", "nature", "Économie"]),
            (["d", "e", "e", "p", "enter"], ["deep", "nature"]),
            (["d", "e", "ctrl+n", "backspace", "enter"], ["d", "nature"]),
        ):
            with case(*keys):
                assert tags_of(reader, "Alpha wolf") == ["nature"]
                await reader.keys("t")
                reader.burst(*keys)
                await reader.until(lambda: reader.app.reading.prompt.question is None)
                assert sorted(tags_of(reader, "Alpha wolf")) == sorted(tags)
                await reader.keys("u")


async def test_all_matching_tags_are_listed_above_the_input_line(start: Start, tagged: Path) -> None:
    async with start(tagged) as reader:
        await begin(reader)
        for size in ((120, 35), (80, 24), (40, 12)):
            await reader.resizes(*size)
            with case(size):
                before = reader.lines()
                await reader.keys("t", "d", "e")
                await reader.until(lambda: "deep sea" in reader.lines()[-3] and "deep-sky" in reader.lines()[-2])
                assert "1 of 2" in reader.lines()[-3]
                assert reader.lines()[:-3] == before[:-3], "nothing else moves"
                await reader.keys("e", "p", "-")
                await reader.until(lambda: "deep-sky" in reader.lines()[-2] and "deep sea" not in reader.lines()[-3])
                await reader.keys("escape")
                await reader.until(lambda: reader.lines()[-3:-1] == before[-3:-1])  # noqa: B023 - called at once


async def test_tab_on_an_empty_part_lists_all_tags(start: Start, tagged: Path) -> None:
    async with start(tagged) as reader:
        await begin(reader)
        await reader.keys("t", "tab")
        listed = "\n".join(reader.lines()[-9:])
        assert all(tag in listed for tag in ("deep sea", "Économie", "space", "tools"))


async def test_tags_of_a_highlight_are_completed_in_the_list_of_annotations(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("l", ")", "H", "t")
        await reader.types("open question")
        await reader.keys("enter", "}", "H", "A", "j", "t", "o", "p")
        await reader.until(lambda: "open question" in reader.lines()[2])
        await reader.keys("tab", "enter")
        found = reader.library.annotations.all
        await reader.until(lambda: [each.tags for each in found()] == [("open question",)] * 2)


async def test_the_name_of_a_saved_search_is_completed_whole(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("/", "g", "a", "m", "enter", "ctrl+s")
        await reader.types("lo")
        await reader.keys("tab")
        await reader.until(lambda: "keep this search as Long reads" in reader.last_row)


@pytest.mark.parametrize(
    ("answer", "tags"),
    [
        ("nato, to read again", ["nato", "to read again"]),
        (
            "Tales, English, Holmes, Sherlock (Detective), nato",
            ["Tales, English", "Holmes, Sherlock (Detective)", "nato"],
        ),
        ("Tales,English, Tales", ["Tales", "English", "Tales"]),
        ("-Tales, English, x", ["-Tales, English", "x"]),
        ("a, b, c, a, b", ["a, b, c", "a, b"]),
        ("", [""]),
        ("a, b, ", ["a, b", ""]),
    ],
)
def test_an_answer_is_divided_at_commas_except_within_known_tags(answer: str, tags: list[str]) -> None:
    known = ["nato", "Tales, English", "-Tales, English", "Holmes, Sherlock (Detective)", "a, b", "a, b, c"]
    assert tags_in(answer, known) == tags


async def test_a_tag_with_a_comma_stays_one_tag_when_another_is_added(start: Start, articles: Path) -> None:
    header = "title: Zebra\ndate: 2027-01-01\ntags: ['Tales, English', nature]"
    (articles / "sea.md").write_text(f"---\n{header}\n---\n\nWords.\n", "utf-8")
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("g", "g", "t")
        reader.burst("n", "e", "w", "enter")
        await reader.last_row_shows("tagged “Zebra”")
        assert sorted(tags_of(reader, "Zebra")) == ["Tales, English", "nature", "new"]
        await reader.keys("u", "*", "t")
        reader.burst(*"-Tales, English", "enter")
        await reader.last_row_shows("-Tales, English")
        assert tags_of(reader, "Zebra") == ["nature"]
