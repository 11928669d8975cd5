"""Following a link to a heading, to another article and to a file, and going back to where one was."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.tui.commands.command import Pane

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

FILLING = "\n\n".join(f"Paragraph {n} is one of many, and says nothing else." for n in range(40))


def first_row(reader: Reader) -> str:
    """Return the first words of the text in the article pane."""
    pane = reader.app.reading.state.panes.article
    return "" if pane.document is None else pane.document.text[pane.viewport.offset :][:60].split("\n")[0]


def article_rows(reader: Reader) -> list[str]:
    """Return the rows of the article pane."""
    left = reader.app.reading.state.panes.article.region.x
    return [line[left:] for line in reader.lines()[1:-1]]


def title_of(reader: Reader) -> str:
    shown = reader.app.reading.state.shown
    assert shown is not None
    return reader.library.catalogue.row(shown).title


def shows(reader: Reader, title: str, words: str) -> bool:
    return title_of(reader) == title and first_row(reader) == words


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Collect the command lines that would have been started."""
    calls: list[list[str]] = []
    start = subprocess.Popen

    def collect(arguments: Any, **more: Any) -> Any:
        # The processes that parse files are started as ever.
        return start(arguments, **more) if arguments[0] == sys.executable else calls.append(list(arguments))

    monkeypatch.setattr(subprocess, "Popen", collect)
    return calls


async def test_links_within_an_article_lead_to_headings_and_back(start: Start, tmp_path: Path) -> None:
    article = (
        "# Tides\n\n" + FILLING + "\n\nHere are [a](#before--after), [s](#setup-1), [d](#CUSTOM), "
        f"[f](#%C3%A9t%C3%A9), [g](#nothing).\n\n{FILLING}\n\n## Before & After\n\n{FILLING}\n\n## Setup\n\n{FILLING}"
        f'\n\n## Setup\n\n{FILLING}\n\n<a name="Custom"></a>\n\nNamed by HTML.\n\n{FILLING}\n\n## 🌞 Été\n\n{FILLING}\n'
    )
    write(tmp_path / "a.md", article)
    async with start(tmp_path) as reader:
        await reader.sees("Tides")
        await reader.keys("enter")
        await reader.sees("Paragraph 1 is")
        for size, above in (((120, 35), 0), ((80, 24), 1), ((40, 12), 2)):
            with case(size):
                await reader.resizes(*size)
                await check_links(reader, above)


async def check_links(reader: Reader, above: int) -> None:
    """Follow each link and go back, with the row of links so many rows below the top."""
    state = reader.app.reading.state
    document = state.panes.article.document
    assert document is not None
    second = document.text.rindex("\nSetup\n") + 1
    state.panes.article.scroller.to_offset(document.text.index("Here are"))
    await reader.keys(*"k" * above)
    before = article_rows(reader)
    for letter, words in zip("asdf", ("Before & After", "Setup", "Named by HTML", "🌞 Été"), strict=True):
        await reader.keys("f", letter)
        assert first_row(reader).startswith(words)
        assert letter != "s" or state.panes.article.viewport.offset == second
        assert "ctrl+o goes back" in reader.last_row
        await reader.keys("ctrl+o")
        assert article_rows(reader) == before
        assert "goes back" not in reader.last_row
    await reader.keys("f", "g")
    await reader.last_row_shows("there is no “nothing” in this article")
    assert article_rows(reader) == before
    state.say("")


async def test_a_link_opens_another_article_at_a_heading(start: Start, tmp_path: Path) -> None:
    write(
        tmp_path / "a.md",
        f"# Alpha\n\n{FILLING}\n\nSee [a](sub/b.md#part-two), [s](./sub/b.md?x=1#named), [d](sub/b.md#absent), "
        "[f](sub/with%20space.md#caf%C3%A9), [g](sub/gone.md), [h](../out.md).\n\nThe end.\n",
    )
    write(
        tmp_path / "sub" / "b.md",
        f"# Beta\n\n{FILLING}\n\n## Part two\n\n[back](../a.md#alpha)\n\n{FILLING}"
        f'\n\n<p id="named">Named.</p>\n{FILLING}',
    )
    write(tmp_path / "sub" / "with space.md", f"# Gamma\n\n{FILLING}\n\n## Café\n\n{FILLING}\n")
    async with start(tmp_path) as reader:
        await reader.sees("Alpha", "Beta", "Gamma")
        reader.app.reading.listing.refresh(keep=reader.library.article_at(tmp_path / "a.md"))
        await reader.keys("enter")
        await reader.until(lambda: title_of(reader) == "Alpha" and reader.app.reading.state.panes.article.document)
        await reader.keys("G")
        await reader.keys("k")
        before = article_rows(reader)
        for letter, title, words in (
            ("a", "Beta", "Part two"),
            ("s", "Beta", "Named."),
            ("f", "Gamma", "Café"),
        ):
            await reader.keys("f", letter)
            await reader.until(partial(shows, reader, title, words))
            await reader.keys("ctrl+o")
            await reader.until(lambda: article_rows(reader) == before)
        await reader.keys("f", "d")
        await reader.last_row_shows("there is no “absent” in this article")
        assert title_of(reader) == "Beta"
        await reader.keys("ctrl+o", "f", "g")
        await reader.last_row_shows("sub/gone.md is not in this library: there is no such file")
        await reader.keys("f", "h")
        await reader.last_row_shows("../out.md is not in this library: it lies outside")
        assert (title_of(reader), reader.app.reading.state.pane) == ("Alpha", Pane.ARTICLE)
        await reader.keys("f", "a")
        await reader.until(lambda: first_row(reader) == "Part two")
        await reader.keys("f")
        await reader.until(
            lambda: title_of(reader) == "Alpha" and reader.app.reading.state.panes.article.viewport.offset == 0
        )


async def test_a_link_into_a_long_article_waits_for_the_whole_text(start: Start, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "---\ntitle: Alpha\ndate: 2026-01-02\n---\n\nSee [a](b.md#far).\n")
    long = "\n\n".join(f"Paragraph {n} is one of very many, and says nothing else." for n in range(4_000))
    write(tmp_path / "b.md", f"---\ntitle: Beta\ndate: 2026-01-01\n---\n\n{long}\n\n## Far\n\n{FILLING}\n")
    async with start(tmp_path, settings=Settings(preview=False)) as reader:
        await reader.sees("Alpha", "Beta")
        await reader.keys("enter", "f")
        await reader.until(lambda: title_of(reader) == "Beta" and first_row(reader) == "Far")


async def test_a_link_opens_a_file_in_its_program_and_says_which(
    start: Start, tmp_path: Path, opened: list[list[str]]
) -> None:
    library = tmp_path / "library"
    write(
        library / "sub" / "a.md",
        "# Alpha\n\n[a](../b.pdf#page=2), [s](c%20d.png), [d](page.html), [f](run.sh), [g](../../out.pdf), "
        "[h](gone.pdf), [j](x.desktop), [k](tool.pdf).\n",
    )
    for name in ("b.pdf", "sub/c d.png", "sub/page.html", "sub/run.sh", "sub/x.desktop", "sub/tool.pdf", "../out.pdf"):
        write(library / name, "content")
    (library / "sub" / "tool.pdf").chmod(0o755)
    # Files that are not articles: a link to an article opens it in the reader.
    async with start(library, settings=Settings(browser="open-it", ignore=("*.pdf", "*.html"))) as reader:
        await reader.sees("Alpha")
        await reader.keys("enter")
        for letter, said in (
            ("a", "opened b.pdf"),
            ("s", "opened sub/c d.png"),
            ("d", "opened sub/page.html"),
            ("f", "run.sh is not opened: only PDF"),
            ("g", "../../out.pdf is not in this library: it lies outside"),
            ("h", "gone.pdf is not in this library: there is no such file"),
            ("j", "x.desktop is not opened: only PDF"),
            ("k", "tool.pdf is not opened: the file can be run"),
        ):
            await reader.keys("f", letter)
            await reader.last_row_shows(said)
        assert [call[-1] for call in opened] == [str(library / n) for n in ("b.pdf", "sub/c d.png", "sub/page.html")]


async def test_addresses_without_a_scheme_are_opened(start: Start, tmp_path: Path, opened: list[list[str]]) -> None:
    write(
        tmp_path / "a.md",
        "# Alpha\n\nwww.example.org/x, me@example.org, [d](www.example.org/y), [f](you@example.org), "
        "[g](//example.org/z)\n",
    )
    async with start(tmp_path, settings=Settings(browser="open-it")) as reader:
        await reader.sees("Alpha")
        await reader.keys("enter")
        for letter in "asdfg":
            await reader.keys("f", letter)
        assert [call[-1] for call in opened] == [
            "http://www.example.org/x",
            "mailto:me@example.org",
            "http://www.example.org/y",
            "mailto:you@example.org",
            "https://example.org/z",
        ]


async def test_a_link_of_obsidian_leads_to_the_note_in_another_folder(start: Start, tmp_path: Path) -> None:
    write(tmp_path / "daily" / "today.md", "# Today\n\nSee [[Tides#Spring tides|the tides]].\n")
    write(tmp_path / "sea" / "Tides.md", f"# About tides\n\n{FILLING}\n\n## Spring tides\n\n{FILLING}\n")
    async with start(tmp_path) as reader:
        await reader.sees("About tides", "Today")
        headlines = reader.app.reading.state.panes.headlines
        await reader.keys("j" if title_of(reader) != "Today" else "k")
        await reader.until(lambda: title_of(reader) == "Today" and bool(headlines.ids))
        await reader.keys("enter", "f")
        await reader.until(partial(shows, reader, "About tides", "Spring tides"))


async def test_in_an_article_outside_of_the_list_headings_footnotes_and_pages_lead_within_it(
    start: Start, tmp_path: Path
) -> None:
    write(tmp_path / "a.md", "# Alpha\n\nSee [the other](b.md) and a note.[^1]\n\n[^1]: A note of Alpha.\n")
    write(
        tmp_path / "b.md",
        f"# Beta\n\nHere[^1] it begins.\n\n{FILLING}\n\n## Part two\n\nMore.\n\n[^1]: A note of Beta.\n",
    )
    async with start(tmp_path) as reader:
        await reader.sees("Alpha", "Beta")
        await reader.enters("/", "title:alpha")
        await reader.no_longer_sees("Beta")
        await reader.keys("enter", "f", "a")
        await reader.sees("Here[1] it begins.")
        for keys, words in ((("g", "f"), "[1] A note of Beta."), (("T", "p", "a", "r", "t", "enter"), "More.")):
            with case(keys):
                await reader.keys(*keys)
                await reader.sees(words)
                assert title_of(reader) == "Beta"
                await reader.keys("g", "g")


async def test_the_letters_of_a_link_below_the_head_of_a_table_are_shown_once(start: Start, tmp_path: Path) -> None:
    write(tmp_path / "a.md", "# Alpha\n\n| name | page |\n|---|---|\n| [two](b.md) | 2 |\n| [three](c.md) | 3 |\n")
    async with start(tmp_path) as reader:
        await reader.sees("Alpha", "three")
        await reader.keys("enter", "f")
        await reader.last_row_shows("type the letters of a link")
        rows = [row.strip() for row in article_rows(reader)]
        head = next(number for number, row in enumerate(rows) if row.startswith("name"))
        assert rows[head + 1].replace("─", "") == "┼"
        assert [row[0] for row in rows[head + 2 :] if row.endswith(("│ 2", "│ 3"))] == ["a", "s"]


async def test_the_panes_are_walked_without_losing_an_article_that_the_list_does_not_have(
    start: Start, tmp_path: Path
) -> None:
    write(tmp_path / "a.md", "# Alpha\n\nSee [the other](b.md).\n")
    write(tmp_path / "b.md", "# Beta\n\nIt begins.\n")
    async with start(tmp_path) as reader:
        await reader.sees("Alpha", "Beta")
        await reader.enters("/", "title:alpha")
        await reader.no_longer_sees("Beta")
        await reader.keys("enter", "f")
        await reader.sees("It begins.")
        for keys in (("h", "l"), ("tab", "tab", "tab"), ("h", "z"), ("z", "h", "l")):
            with case(keys):
                await reader.keys(*keys)
                assert (title_of(reader), reader.app.reading.state.pane) == ("Beta", Pane.ARTICLE)
        await reader.keys("h", "enter")
        assert title_of(reader) == "Alpha"
