"""A text field shows as much of its text as fits, and its cursor, whatever was done to either."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.widgets import Input

from tests.tui.conftest import case
from tests.tui.test_joined_keys import FIELDS, open_field

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

WORD = "abcdefghi "


def shown(reader: Reader) -> str:
    """Return what is visible of the text in the focused field."""
    field = reader.app.focused
    assert isinstance(field, Input)
    x, y, width, _ = field.content_region
    assert width > 10
    return "".join(segment.text for segment in reader.strips()[y].crop(x, x + width))


async def erases_word(reader: Reader, field: Input) -> bool:
    """Erase the last word of a field. Return True if there is any text left."""
    await reader.keys("ctrl+w")
    return bool(field.value)


async def test_a_shortened_text_is_scrolled_back(start: Start, articles: Path) -> None:
    names = ("tags", "search in the article", "command line", "details", "choice of a theme")
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for name in names:
            for size in ((120, 35), (40, 12)):
                with case(name, size):
                    await reader.resizes(*size)
                    await open_field(reader, FIELDS[name])
                    await reader.types(WORD * 30)
                    field = reader.app.focused
                    assert isinstance(field, Input)
                    while await erases_word(reader, field):
                        text, visible = f"{field.value} ", shown(reader)
                        if len(text) <= len(visible):
                            assert visible.rstrip() == text.rstrip()
                        else:
                            assert text.endswith(visible)
                    await reader.keys("escape")


async def test_the_cursor_is_in_view_after_a_paste_and_beside_a_remark(start: Start, articles: Path) -> None:
    def shows_paste(field: Input) -> bool:
        column = field._cursor_offset - field.scroll_x
        return field.value == "x" * 50 and 0 <= column <= field.content_region.width

    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        for name in ("command line", "details", "search in the article"):
            with case(name):
                await open_field(reader, FIELDS[name])
                field = reader.app.focused
                assert isinstance(field, Input)
                await reader.keys("ctrl+u")
                await reader.types("x" * 50)
                await reader.until(partial(shows_paste, field))
                await reader.keys("escape")


async def test_a_text_is_scrolled_back_in_a_wider_terminal(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("t")
        await reader.types(WORD * 5)
        assert "nature, abc" not in shown(reader)
        await reader.resizes(120, 35)
        await reader.until(lambda: shown(reader).startswith("nature, abcdefghi"))


async def test_the_field_of_a_question_takes_the_rest_of_the_row(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("t")
        await reader.pilot.pause()
        field = reader.app.focused
        assert field is not None
        assert (field.region.x, field.region.right) == (len(" tags "), 40)
