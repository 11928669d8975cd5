"""Commands on several annotations: each is one undoable step, and acts only on what is listed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from tui_reader.cli.main import main
from tui_reader.config import Settings
from tui_reader.services.headless.session import library_of
from tui_reader.tui.screens.annotations import list_loader

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

Start = Callable[..., AbstractAsyncContextManager[Any]]


async def make_three_highlights(reader: Any) -> None:
    """Make three highlights, the last of them green, and open their list."""
    await reader.sees("Paragraph 1 of Alpha")
    await reader.keys("enter", ")", ")", "H", ")", "H", ")", "c", "2")
    await reader.keys("A")
    await reader.sees("3 of 3")


def tags_of(reader: Any) -> list[tuple[str, ...]]:
    return [each.tags for each in reader.library.annotations.all()]


async def test_tagging_several_annotations_is_one_step_and_keeps_their_other_tags(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await make_three_highlights(reader)
        await reader.keys("t")
        await reader.types("one")
        await reader.keys("enter", "j", "t")
        await reader.types("two")
        await reader.enters("enter * t", "lede")
        await reader.sees("tagged 3 annotations: lede")
        assert tags_of(reader) == [("lede", "one"), ("lede", "two"), ("lede",)]
        await reader.keys("t", "ctrl+u", "enter")
        await reader.sees("removed shared tags from 3 annotations")
        assert tags_of(reader) == [("one",), ("two",), ()]
        await reader.keys("u", "u")
        assert tags_of(reader) == [("one",), ("two",), ()]


async def test_chosen_annotations_that_are_not_listed_are_counted_and_left_unchanged(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await make_three_highlights(reader)
        await reader.enters("space /", "c:2")
        await reader.sees("1 chosen, 1 not listed · 1 of 3")
        await reader.keys("x")
        await reader.sees("what is chosen is not listed · q chooses none")
        assert len(list(reader.library.annotations.all())) == 3
        await reader.keys("*")
        await reader.sees("2 chosen, 1 not listed")
        await reader.keys("x")
        await reader.sees("deleted “And a third.”")
        assert len(list(reader.library.annotations.all())) == 2


async def test_an_open_list_shows_changes_made_elsewhere(
    start: Start, articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = articles / "alpha.md"
    async with start(articles) as reader:
        await make_three_highlights(reader)
        await reader.keys("j")
        gone = next(each for each in reader.library.annotations.all() if each.colour == 1)
        here = ["--library", str(articles)]
        assert main(["notes", "delete", gone.id, *here]) == 0
        await reader.sees("2 of 2")
        assert (
            main(["notes", "add", str(file), "--quote", "Paragraph 9 of Alpha", "--note", "from outside", *here]) == 0
        )
        await reader.sees("3 of 3", "from outside")
        shown = [line for line in reader.lines() if "▎" in line[:2]]
        assert "It has a second sentence." in "".join(shown), "the cursor stays where it was"


async def test_a_half_typed_filter_matches_everything(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await make_three_highlights(reader)
        await reader.keys("/")
        for typed in ("tag:", "-", "-tag:", "is:", "C:"):
            await reader.types(typed)
            await reader.sees("3 of 3")
            await reader.keys("ctrl+u")
        await reader.types("Colour:2 Has:note")
        await reader.sees("0 of 3")
        await reader.keys("ctrl+u")
        await reader.types("Is:Anchored C:2")
        await reader.sees("1 of 3")


async def test_a_filtered_list_is_never_empty_while_it_is_reloaded(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(articles) as reader:
        await make_three_highlights(reader)
        await reader.keys("/")
        await reader.types("c:1")
        await reader.keys("enter", "j")
        await reader.sees("2 of 3")
        shown = reader.app.screen.query_one("#annotations")
        current, counts = shown.current, []
        monkeypatch.setattr(list_loader, "SLICE_SECONDS", -1.0)
        ids = [each.id for each in reader.library.annotations.all() if each.colour == 2]
        with library_of([articles], None, Settings()) as other:
            other.annotations.recolour(ids, 1)

        def seen() -> bool:
            counts.append((shown.count, shown.current))
            return bool(shown.count == 3)

        await reader.until(seen)
        assert {count for count, _ in counts} == {2, 3}
        assert {each for _, each in counts} == {current}


async def test_a_tag_typed_after_the_tags_of_a_highlight_is_added(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await make_three_highlights(reader)
        for tag in ("check", "lede", "to ask"):
            await reader.enters("t", tag)
        assert tags_of(reader)[0] == ("check", "lede", "to ask")
        await reader.keys("t", "enter")
        assert tags_of(reader)[0] == ("check", "lede", "to ask")
