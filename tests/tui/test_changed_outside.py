"""A file that changes while it is read: focus and selection stay on their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.conftest import case

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

TEXT = "One is here. Another one comes behind it. A third follows.\n\nThe last paragraph ends.\n"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    path = folder / "note.md"
    path.write_text(f"# Note\n\n{TEXT}", encoding="utf-8")
    return path


def rewrite(path: Path, text: str) -> None:
    """Replace a file by another one, as `git pull` does."""
    other = path.with_suffix(".new")
    other.write_text(f"# Note\n\n{text}", encoding="utf-8")
    other.replace(path)


async def changed(reader: Reader, path: Path, text: str, seen: str) -> None:
    rewrite(path, text)
    await reader.sees(seen)


async def focused(reader: Reader) -> None:
    await reader.sees("One is here")
    await reader.keys("l", ")", ")")
    assert reader.app.reading.state.panes.article.focus.text() == "Another one comes behind it."


def quotes(reader: Reader) -> list[str]:
    annotating = reader.library.annotations
    return [each.quote for article in annotating.articles() for each in annotating.of(article)]


@pytest.mark.parametrize("last", ["The last paragraph ends.", "The very last paragraph ends."])
async def test_the_focus_stays_on_its_sentence_when_the_file_changes(start: Start, note: Path, last: str) -> None:
    """The highlight key marks the focused sentence, whether the rest of the text changed or not."""
    async with start(note.parent) as reader:
        await focused(reader)
        await changed(
            reader, note, f"NEW START. And more. {TEXT}".replace("The last paragraph ends.", last), "NEW START"
        )
        await reader.sees(last)
        await reader.keys("H")
        await reader.sees("highlighted in")
        assert quotes(reader) == ["Another one comes behind it."]


@pytest.mark.parametrize("last", ["The last paragraph ends.", "The very last paragraph ends."])
async def test_a_selection_stays_on_its_words_and_can_be_extended(start: Start, note: Path, last: str) -> None:
    async with start(note.parent) as reader:
        await focused(reader)
        await reader.keys("v", "o", "w")
        await changed(
            reader, note, f"NEW START. And more. {TEXT}".replace("The last paragraph ends.", last), "NEW START"
        )
        pane = reader.app.reading.state.panes.article
        assert pane.selection.range is not None
        assert pane.selection.text_of(pane.selection.range) == "one comes behind it."
        await reader.keys("w", "H")
        assert quotes(reader) == ["comes behind it."]


async def test_a_message_says_that_the_focused_or_selected_words_are_gone(start: Start, note: Path) -> None:
    """Neither focus nor selection moves to other words without a message."""
    async with start(note.parent) as reader:
        await focused(reader)
        await changed(
            reader, note, TEXT.replace("Another one comes behind it. ", "Quite other words stand here. "), "Quite"
        )
        await reader.last_row_shows("the sentence in focus is no longer in it")
        await reader.keys("H")
        assert quotes(reader) == []
        await reader.keys("v")
        await changed(reader, note, "Nothing is left of all that was here before this.\n", "Nothing is left")
        await reader.last_row_shows("what was selected is no longer in it")
        assert not reader.app.reading.state.panes.article.selection.kind
        await reader.sees("} paragraph")


async def test_the_question_mark_goes_once_the_place_is_accepted(start: Start, note: Path) -> None:
    """In the article and in the list; undo restores the question mark."""
    async with start(note.parent) as reader:
        await focused(reader)
        await reader.keys("H")
        await changed(reader, note, TEXT.replace("Another one comes", "Another one came"), "came behind")
        for way, keys in (((), ("g", "r")), (("A",), ("r",)), (("A",), ("g", "r"))):
            with case(*way, *keys):
                await reader.sees("1?")
                await reader.keys(*way)
                if way:
                    await reader.sees("moved", "Its words have changed", "gr accepts the place")
                await reader.keys(*keys)
                await reader.sees("accepted the place of")
                await reader.no_longer_sees("1?")
                assert quotes(reader) == ["Another one came behind it."]
                await reader.keys("u")
                await reader.sees("1?")
                if way:
                    await reader.keys("q")


async def test_a_highlight_being_resized_does_not_move_to_other_words(start: Start, note: Path) -> None:
    async with start(note.parent) as reader:
        await focused(reader)
        await reader.keys("H", "g", "v")
        await changed(reader, note, "Nothing is left of all that was here before this.\n", "Nothing is left")
        await reader.last_row_shows("what was selected is no longer in it")
        await reader.keys(")", "H")
        assert sorted(quotes(reader)) == [
            "Another one comes behind it.",
            "Nothing is left of all that was here before this.",
        ]


async def test_keys_follow_no_link_once_a_change_of_the_file_has_removed_the_letters(start: Start, note: Path) -> None:
    (note.parent / "other.md").write_text("# Other\n\nElsewhere.\n", encoding="utf-8")
    rewrite(note, f"See [one](other.md) and [two](other.md).\n\n{TEXT}")
    async with start(note.parent) as reader:
        await reader.sees("Note", "Other")
        reader.app.reading.listing.refresh(keep=reader.library.article_at(note))
        await reader.keys("enter")
        await reader.sees("See one")
        await reader.keys("f")
        await reader.last_row_shows("type the letters of a link")
        await changed(reader, note, f"NEW. See [one](other.md) and [two](other.md).\n\n{TEXT}", "NEW. See one")
        await reader.keys("s")
        await reader.last_row_shows("starred “Note”")
