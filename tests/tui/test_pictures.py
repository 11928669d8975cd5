"""Pictures in the text, and one picture as large as the terminal."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from textual.drivers.headless_driver import HeadlessDriver

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.errors import ReaderError
from tui_reader.services.library.sessions import Opening
from tui_reader.tui.widgets.article_pane.painted_pictures import PLACEHOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

FILLING = "\n\n".join(f"Paragraph {n} is one of many, and says nothing else." for n in range(30))


@pytest.fixture(autouse=True)
def many_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "truecolor")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make an article with two pictures, the second far below."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    Image.new("RGB", (160, 96), (250, 90, 10)).save(folder / "sun.png")
    Image.new("RGB", (80, 80), (10, 90, 250)).save(folder / "sea.png")
    (folder / "a.md").write_text(
        f"# Title\n\nBefore.\n\n![The sun](sun.png)\n\nAfter.\n\n{FILLING}\n\n![The sea](sea.png)\n\nThe end.\n",
        "utf-8",
    )
    return folder


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is written to the terminal beside the frames."""
    sent: list[str] = []
    write = HeadlessDriver.write

    def collect(driver: HeadlessDriver, data: str) -> None:
        sent.append(data)
        write(driver, data)

    monkeypatch.setattr(HeadlessDriver, "write", collect)
    return sent


def picture_rows(reader: Reader) -> list[int]:
    return [y for y, line in enumerate(reader.lines()) if "▀▀" in line]


def colours(reader: Reader, row: int) -> set[tuple[int, int, int]]:
    strip = reader.strips()[row]
    styles = [segment.style for segment in strip if "▀" in segment.text and segment.style is not None]
    return {(t.red, t.green, t.blue) for t in (style.color.triplet for style in styles if style.color) if t}


def is_near(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 8 for a, b in zip(one, other, strict=True))


async def test_a_picture_is_drawn_in_the_text_with_its_caption(start: Start, folder: Path) -> None:
    async with start(folder) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        for size in ((120, 35), (80, 24), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await reader.until(lambda: picture_rows(reader))
                if size[1] < 20:
                    await reader.keys("6", "j")
                await reader.sees("The sun")
                await reader.until(lambda: len(picture_rows(reader)) == 6)
                (colour,) = colours(reader, picture_rows(reader)[0])
                assert is_near(colour, (250, 90, 10))
                assert "▣" not in reader.text


async def test_a_picture_scrolls_with_the_text_and_comes_back(start: Start, folder: Path) -> None:
    async with start(folder) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: len(picture_rows(reader)) == 6)
        first = picture_rows(reader)[0]
        await reader.keys("ctrl+d")
        await reader.until(lambda: picture_rows(reader)[:1] != [first])
        await reader.keys("g", "g")
        await reader.until(lambda: len(picture_rows(reader)) == 6)
        await reader.keys("G")
        await reader.sees("The sea")
        await reader.until(lambda: len(picture_rows(reader)) == 5)


async def test_resizing_the_terminal_redraws_the_picture(start: Start, folder: Path) -> None:
    async with start(folder) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: len(picture_rows(reader)) == 6)
        await reader.pilot.resize_terminal(40, 20)
        await reader.until(lambda: reader.app.screen.size.width == 40 and len(picture_rows(reader)) == 6)


async def test_keys_show_a_picture_enlarged_and_step_to_the_next(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr("tui_reader.services.library.desktop._start", lambda arguments: opened.append(list(arguments)))
    async with start(folder, settings=Settings(browser="viewer")) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: picture_rows(reader))
        await reader.keys("g", "p")
        await reader.sees("The sun", "1 of 2", "open outside")
        await reader.until(lambda: len(picture_rows(reader)) >= 30)
        await reader.keys("n")
        await reader.sees("The sea", "2 of 2")
        await reader.resizes(47, 20)
        await reader.sees("The… 2 of 2")
        await reader.keys("o")
        await reader.until(lambda: opened)
        assert opened[0][-1].endswith("sea.png")
        for leaving in ("q", "ctrl+c", "escape"):
            await reader.keys(leaving)
            await reader.sees("Before.")
            await reader.keys("g", "p")
            await reader.sees("open outside")


async def test_a_long_message_over_a_picture_is_shown_whole_in_a_narrow_terminal(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = "There is no program here to open it with. Set `browser` in the settings."

    def refuse(_arguments: list[str]) -> None:
        raise ReaderError(reason)

    monkeypatch.setattr("tui_reader.services.library.desktop._start", refuse)
    async with start(folder, settings=Settings(browser="viewer"), size=(60, 20)) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: picture_rows(reader))
        await reader.keys("g", "p", "o")
        await reader.until(lambda: "settings." in reader.last_row)
        assert " ".join(" ".join(reader.lines()[-2:]).split()) == reason
        await reader.keys("n")
        await reader.sees("The sea", "2 of 2", "open outside")


async def test_an_article_without_pictures_says_so(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Title\n\nWords.\n", "utf-8")
    async with start(tmp_path) as reader:
        await reader.sees("Words.")
        await reader.keys("enter", "g", "p")
        await reader.last_row_shows("this article has no pictures")


async def test_pictures_on_the_web_are_not_offered_and_the_key_says_where_they_are(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("# Title\n\n![Sun](https://example.org/sun.png)\n\nWords.\n", "utf-8")
    async with start(tmp_path) as reader:
        await reader.sees("Words.")
        await reader.keys("enter")
        await reader.until(lambda: "H highlight" in reader.last_row)
        assert "picture" not in reader.last_row
        await reader.keys("g", "p")
        await reader.last_row_shows("its pictures are on the web; o opens the original")


@pytest.mark.parametrize("depth", ["standard", "truecolor"])
async def test_without_colours_or_if_switched_off_the_description_is_shown(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch, depth: str
) -> None:
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", depth)
    async with start(folder, settings=Settings(pictures="auto" if depth == "standard" else "off")) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.sees("▣ picture", "The sun", "After.")
        assert not picture_rows(reader)


async def test_a_damaged_picture_keeps_its_description(start: Start, folder: Path) -> None:
    (folder / "sun.png").write_bytes((folder / "sun.png").read_bytes()[:60])
    async with start(folder) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.sees("▣ picture", "The sun")
        await reader.keys("g", "p")
        await reader.sees("this picture cannot be drawn: it is damaged")


async def test_kitty_gets_the_picture_once_and_placeholders_in_its_place(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch, written: list[str]
) -> None:
    async with start(folder) as reader:
        reader.app.theme_selection.answers.program = "kitty(0.35.2)"
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: PLACEHOLDER in reader.text)
        image = "".join(written)
        chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", image)
        number = re.search(r"i=(\d+)", chunks[0][0])
        assert number is not None
        with Image.open(io.BytesIO(base64.b64decode("".join(data for _, data in chunks)))) as sent:
            assert (sent.format, sent.size) == ("PNG", (20 * 10, 6 * 20))
        assert [("m=1" in head, len(data) <= 4096) for head, data in chunks[:-1]] == [(True, True)] * (len(chunks) - 1)
        assert f"\x1b_Ga=p,U=1,i={number[1]},c=20,r=6,q=2\x1b\\" in image
        rows = [line for line in reader.lines() if PLACEHOLDER in line]
        assert [line.count(PLACEHOLDER) for line in rows] == [20] * 6
        assert f"{PLACEHOLDER}\u030d\u0305{PLACEHOLDER}\u030d\u030d" in rows[1]
        await reader.keys("ctrl+d", "g", "g")
        await reader.until(lambda: PLACEHOLDER in reader.text)
        assert "".join(written).count("a=p,U=1") == 1


@pytest.mark.parametrize(
    ("program", "tmux", "pictures"),
    [
        ("kitty(0.26.5)", "", "auto"),
        ("kitty(0.35.2)", "/tmp/tmux-0/default,1,0", "auto"),
        ("kitty(0.35.2)", "", "blocks"),
    ],
)
async def test_half_blocks_are_drawn_in_older_terminals_inside_tmux_and_on_demand(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch, program: str, tmux: str, pictures: str
) -> None:
    monkeypatch.setenv("TMUX", tmux)
    async with start(folder, settings=Settings(pictures=pictures)) as reader:
        reader.app.theme_selection.answers.program = program
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: len(picture_rows(reader)) == 6)
        assert PLACEHOLDER not in reader.text


async def test_a_terminal_with_sixels_gets_each_row_over_its_cells(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(folder) as reader:
        reader.app.theme_selection.answers.record_replies("\x1b[?62;4;22c")
        await reader.sees("Title")
        await reader.keys("enter")
        # A row has 20 cells of 10 by 20 pixels, between saving and restoring the position of the cursor.
        row = re.compile(r'\x1b7 {20}\x1b8\x1bP[0-9;]*q"1;1;200;20[^\x1b]*\x1b\\\x1b8\x1b\[20C')
        await reader.until(lambda: len(row.findall(reader.text)) == 6)
        assert "▀" not in reader.text
        monkeypatch.setenv("TMUX", "x")
        await reader.pilot.resize_terminal(100, 35)
        await reader.until(lambda: len(picture_rows(reader)) == 6)


async def test_letters_of_link_hints_are_painted_over_a_picture(start: Start, folder: Path) -> None:
    (folder / "a.md").write_text("# Title\n\n![The sun](sun.png)\n\n[one](b.md)\n", "utf-8")
    async with start(folder) as reader:
        await reader.sees("Title")
        await reader.keys("enter")
        await reader.until(lambda: len(picture_rows(reader)) == 6)
        first = picture_rows(reader)[0]
        await reader.keys("f")
        await reader.until(lambda: reader.lines()[first].rpartition("│")[2].strip()[:2] == "a▀")
        await reader.keys("escape")
        await reader.until(lambda: reader.lines()[first].rpartition("│")[2].strip()[:2] == "▀▀")


async def test_a_single_file_begins_with_its_picture(start: Start, folder: Path) -> None:
    async with start(folder / "a.md", opening=Opening()) as reader:
        await reader.until(lambda: len(picture_rows(reader)) == 6)
