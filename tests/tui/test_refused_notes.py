"""After a key for a note that opens none, the words that the user goes on typing are no commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.conftest import case
from tests.tui.test_annotating import open_first
from tui_reader.config import Settings
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start

WORDS = "see the letter, recheck"
"""Words that would archive, star, tag and mark articles as read."""


async def test_words_after_a_refused_note_change_nothing(start: Start, tmp_path: Path) -> None:
    (tmp_path / "broken.txt").write_bytes(bytes(100))
    async with start(tmp_path) as reader:
        await reader.sees("broken.txt cannot be read")
        for before, key, message in (
            (["escape"], "a", "no command on a · it writes a note in the article; words typed now are discarded"),
            (["l"], "a", "there is no text · words typed now are discarded"),
        ):
            with case(*before, key):
                await reader.keys(*before, key)
                assert reader.app.reading.state.panes.status.said == message
                await reader.types(WORDS)
                assert not reader.library.reading.undo().undo
                assert "broken.txt cannot be read" in reader.text
                await reader.keys("escape", "s")
                await reader.sees("starred “broken.txt”")
                await reader.keys("u")


async def test_words_typed_for_a_note_without_an_article_are_discarded(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.enters("/", "nothingofthekind")
        await reader.sees("No article matches")
        for keys in ("gn", "la"):
            with case(keys):
                await reader.keys(*keys)
                assert "there is no article here · words typed now are discarded" in reader.last_row
                await reader.types("gc" + WORDS)
                await reader.sees("No article matches")
                await reader.keys("escape")


async def test_words_after_a_note_key_that_only_focused_a_sentence_change_nothing(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        for key in ("a", "E"):
            with case(key):
                await reader.types(key + WORDS)
                assert reader.app.reading.state.panes.status.said == (
                    f"the words typed were not used · {key} writes on this sentence"
                )
                assert not reader.library.reading.undo().undo
                assert reader.app.reading.state.pane is Pane.ARTICLE
                await reader.keys("escape", "escape")  # the first esc would have closed the note
                assert reader.app.reading.state.panes.article.focus.range is None
        await reader.types("a" + WORDS)
        await reader.keys("escape", "s")
        await reader.sees("starred “Alpha wolf”")


async def test_a_note_key_that_focused_a_sentence_opens_the_note_of_the_sentence_chosen_then(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        for keys, quote in (("aa", "First part"), ("a)))(a", "It has a second sentence.")):
            with case(keys):
                await reader.types(keys + WORDS)
                await reader.keys("escape")
                (made,) = reader.library.annotations.all()
                assert (made.quote, made.note) == (quote, WORDS)
                await reader.keys("s")  # no word of a note
                await reader.sees("starred")
                await reader.keys("3", "u", "escape")


async def test_a_note_key_of_two_letters_may_be_repeated_but_its_first_letter_alone_is_text(
    start: Start, articles: Path
) -> None:
    async with start(articles, settings=Settings(keys={"note": ("g a",)})) as reader:
        await open_first(reader)
        await reader.types("ga" + "gs")
        await reader.keys("escape")
        assert not reader.library.reading.undo().undo
        await reader.keys("escape")
        await reader.types("gaga" + WORDS)
        await reader.keys("escape")
        (made,) = reader.library.annotations.all()
        assert made.note == WORDS


async def test_words_typed_for_the_note_of_no_annotation_are_discarded(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await open_first(reader)
        await reader.keys("A")
        await reader.types("aQ")
        assert reader.app.is_running
        await reader.sees("the words typed were not used")
