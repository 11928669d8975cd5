"""Folders without a state of their own share one history; undo stays in the open folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.model.query import View
from tui_reader.services.headless.session import bring_up_to_date
from tui_reader.services.library.opening import open_library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start
    from tui_reader.services.library.library import Library


@pytest.fixture
def obs(tmp_path: Path) -> Path:
    return folder(tmp_path / "obs", "Orion", "Oak")


@pytest.fixture
def art(tmp_path: Path) -> Path:
    return folder(tmp_path / "art", "Amber", "Alder")


def folder(path: Path, *titles: str) -> Path:
    path.mkdir()
    for day, title in enumerate(titles, start=1):
        head = f"---\ntitle: {title}\ndate: 2026-11-{20 - day}\n---\n\n"
        (path / f"{title.lower()}.md").write_text(f"{head}A text of {title}. And more of it.\n", encoding="utf-8")
    return path


def is_starred(library: Library, title: str) -> bool:
    rows = library.catalogue.rows(library.catalogue.ids(View()))
    return next(row.state.starred for row in rows if row.title == title)


CHANGES = [(("s",), "starred"), (("r",), "as read"), (("l", ")", "H"), "highlighted"), (("e",), "archived")]


async def test_undo_leaves_another_folder_alone(start: Start, obs: Path, art: Path) -> None:
    """Steps of each kind wait for their own folder, also if another change was made in between."""
    async with start(obs) as reader:
        await reader.sees("Orion", "Oak", "A text of")
        for keys, message in CHANGES:
            with case(*keys):
                await reader.keys(*keys)
                await reader.last_row_shows(message)
    async with start(art) as reader:
        await reader.sees("Amber", "Alder")
        await reader.keys("u")
        await reader.last_row_shows("nothing to undo here; changes in other folders are undone there")
        await reader.keys("j", "s", "u")
        await reader.last_row_shows("undid: starred “Alder”")
        await reader.keys("u")
        await reader.last_row_shows("nothing to undo here")
    async with start(obs) as reader:
        await reader.sees("A text of")
        for keys, message in reversed(CHANGES):
            with case(*keys):
                await reader.keys("u")
                await reader.last_row_shows("undid: ", message)


async def test_redo_leaves_another_folder_alone(start: Start, obs: Path, art: Path) -> None:
    """A change in another folder does not end the redo of this one."""
    async with start(obs) as reader:
        await reader.sees("Orion", "Oak")
        await reader.keys("s", "u")
        await reader.last_row_shows("undid: starred “Orion”")
    async with start(art) as reader:
        await reader.sees("Amber", "Alder")
        await reader.keys("ctrl+r")
        await reader.last_row_shows("nothing to redo here")
        await reader.keys("s")
    async with start(obs) as reader:
        await reader.sees("Orion", "Oak")
        await reader.keys("ctrl+r")
        await reader.last_row_shows("redid: starred “Orion”")
        assert is_starred(reader.library, "Orion")


async def test_a_library_of_both_folders_undoes_the_steps_of_each_in_turn(start: Start, obs: Path, art: Path) -> None:
    for path, title in ((obs, "Orion"), (art, "Amber")):
        async with start(path) as reader:
            await reader.sees(title)
            await reader.keys("s")
    async with start(obs, art) as reader:
        await reader.sees("Orion", "Amber")
        await reader.keys("u")
        await reader.last_row_shows("undid: starred “Amber”")
        await reader.keys("u")
        await reader.last_row_shows("undid: starred “Orion”")
        state = reader.app.reading.state
        headline = state.headline(state.panes.headlines.current)
        assert headline is not None
        assert headline.title == "Orion"


async def test_a_step_about_both_folders_is_undone_only_if_both_are_open(start: Start, obs: Path, art: Path) -> None:
    async with start(obs, art) as reader:
        await reader.sees("Orion", "Amber")
        await reader.keys("R")
        await reader.last_row_shows("marked 4 articles as read")
    async with start(art) as reader:
        await reader.sees("Amber")
        await reader.keys("u")
        await reader.last_row_shows("nothing to undo here")
    async with start(obs, art) as reader:
        await reader.sees("Orion", "Amber")
        await reader.keys("u")
        await reader.last_row_shows("undid: marked 4 articles as read")


@pytest.mark.parametrize("gone", [False, True])
async def test_an_undone_change_of_an_article_that_is_not_listed_is_reported_with_its_file(
    start: Start, obs: Path, *, gone: bool
) -> None:
    """The article may be filtered out, or its file may be gone."""
    async with start(obs) as reader:
        await reader.sees("Orion", "Oak")
        await reader.keys("s", "j")
        if gone:
            (obs / "orion.md").unlink()
            await reader.no_longer_sees("Orion")
        else:
            await reader.keys("/", *"oak", "enter")
        await reader.keys("u")
        await reader.last_row_shows("undid: starred “Orion”", "orion.md")


def test_undo_without_a_screen_stays_in_its_folder(obs: Path, art: Path) -> None:
    def opened(path: Path) -> Library:
        return open_library((path / "orion.md" if path == obs else path / "amber.md",), settings=Settings())

    for path in (obs, art):
        library = opened(path)
        bring_up_to_date(library)
        library.reading.toggle_star(library.catalogue.ids(View()))
        library.close()
    library = opened(obs)
    bring_up_to_date(library)
    assert library.reading.undo().message == "undid: starred “Orion”"
    assert library.reading.undo().message.startswith("nothing to undo")
    library.close()


async def test_steps_on_an_annotation_that_is_undone_are_redone_after_a_restart(
    start: Start, obs: Path, art: Path
) -> None:
    """The edit of the note does not name its article; the step that made the annotation does."""
    async with start(obs) as reader:
        await reader.sees("A text of Orion")
        await reader.keys("l", ")", "H", "c", "3", "a", *"word", "escape", "3", "u")
        await reader.last_row_shows("undid 3 changes")
    async with start(art) as reader:
        await reader.sees("A text of Amber")
        await reader.keys("ctrl+r")
        await reader.last_row_shows("nothing to redo here")
    async with start(obs) as reader:
        await reader.sees("A text of Orion")
        await reader.keys("3", "ctrl+r")
        await reader.last_row_shows("redid 3 changes")
        (annotation,) = reader.library.annotations.all()
        assert (annotation.colour, annotation.note) == (3, "word")
