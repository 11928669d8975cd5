"""Exports from the list of annotations: keys in, files out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui import conftest
from tests.tui.conftest import case
from tui_reader.config import Settings
from tui_reader.services.headless.session import read_document

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start

QUOTES = {
    "beta": ("Paragraph 1 of Beta test.",),
    "alpha": ("Paragraph 1 of Alpha wolf.", "Paragraph 2 of Alpha wolf.", "Paragraph 3 of Alpha wolf."),
}


@pytest.fixture(autouse=True)
def waits_for_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than usual: each export starts a process, which takes seconds on a busy machine."""
    monkeypatch.setattr(conftest, "LOOKS", 700)


@pytest.fixture(autouse=True)
def _short_paths(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Export to relative paths: the lines of a command are planned again for each letter."""
    monkeypatch.chdir(tmp_path)


async def listed(reader: Reader) -> None:
    """Annotate two articles, and open the list: Alpha's three annotations first."""
    await reader.sees("Alpha wolf", "3 unread")
    library = reader.library
    for name, quotes in QUOTES.items():
        path = library.folders[0] / f"{name}.md"
        article, document = library.article_at(path), read_document(path, Settings())
        assert article is not None
        assert document is not None
        for quote in quotes:
            start = document.text.index(quote)
            library.annotations.add(article, document, start, start + len(quote), colour=2)
    await reader.until(lambda: library.settle(0))
    await reader.keys("A")
    await reader.sees("4 of 4")


async def runs(reader: Reader, line: str) -> None:
    """Type a line and run it."""
    await reader.enters(":", line)


def exported(file: Path) -> list[str]:
    """Return the quotes in a file."""
    text = file.read_text("utf-8")
    return [quote for quotes in QUOTES.values() for quote in quotes if f"> {quote}" in text]


@pytest.mark.usefixtures("exports_in_this_process")
async def test_an_export_is_of_the_current_the_chosen_or_all_matching_annotations(
    start: Start, articles: Path, tmp_path: Path
) -> None:
    alpha = QUOTES["alpha"]
    this, chosen, all_ = tmp_path / "this one", tmp_path / "two", tmp_path / "four"
    async with start(articles) as reader:
        await listed(reader)
        await reader.keys("j", ":")
        await reader.types("export obs")
        await reader.sees("obsidian", "this annotation: “Paragraph 2")
        await reader.types(f'idian "{this.name}"')
        await reader.keys("enter")
        await reader.sees("1 annotation: 1 file written")
        assert exported(this / "Alpha wolf.md") == [alpha[1]]
        await reader.keys("space", "space")
        await reader.sees("2 chosen")
        await reader.keys(":")
        await reader.types("export markdown")
        await reader.sees("2 chosen annotations · a file or folder follows")
        await reader.types(f" {chosen.name}")
        await reader.keys("enter")
        await reader.sees("2 annotations: 1 file written")
        assert exported(chosen / "Alpha wolf.md") == [*alpha[1:]]
        await runs(reader, f"export markdown {all_.name} all")
        await reader.sees("4 annotations: 2 files written")
        assert exported(all_ / "Alpha wolf.md") == [*alpha]
        assert exported(all_ / "Beta test.md") == [*QUOTES["beta"]]
        await reader.enters("/", "beta")
        await reader.sees("1 of 4")
        await reader.keys(":")
        await reader.types("export bibtex refs.bib chosen")
        await reader.sees("what is chosen is not listed")
        await reader.keys("enter", "escape")
        await runs(reader, "export bibtex refs.bib all")
        await reader.sees("1 annotation: 1 file written")
        assert "Alpha" not in (tmp_path / "refs.bib").read_text("utf-8")


@pytest.mark.usefixtures("exports_in_this_process")
async def test_the_list_of_annotations_reports_why_an_export_fails(
    start: Start, articles: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine\n", "utf-8")
    async with start(articles) as reader:
        await reader.sees("3 unread")
        await reader.keys("A")
        await reader.sees("Nothing is annotated")
        await reader.keys(":")
        await reader.types("export org out")
        await reader.sees("there is no annotation")
        await reader.keys("escape", "q")
        await listed(reader)
        for line, problem in (
            ("export docx x", "there is no format “docx”"),
            ("export org a b", "“b” is neither"),
            ("export org a chosen", "nothing is chosen"),
        ):
            await reader.keys(":")
            await reader.types(line)
            await reader.sees(problem)
            await reader.keys("enter", "escape")
        await runs(reader, "export org file/x.org")
        await reader.sees("file is no folder.")
        await reader.enters(":", "export")
        await reader.types("plain one.txt")
        await reader.keys("enter")
        await reader.sees("1 annotation: 1 file written")
        assert "Paragraph 1 of Alpha" in (tmp_path / "one.txt").read_text("utf-8")


@pytest.mark.usefixtures("exports_in_this_process")
async def test_a_key_configured_for_export_asks_for_format_and_path(
    start: Start, articles: Path, tmp_path: Path
) -> None:
    async with start(articles, settings=Settings(keys={"export": ("X",)})) as reader:
        await listed(reader)
        await reader.keys("X")
        await reader.sees("obsidian ~/vault/reading")
        await reader.types("markdown notes.md all")
        await reader.keys("enter")
        await reader.sees("4 annotations: 1 file written", "4 of 4")
        assert len(exported(tmp_path / "notes.md")) == 4


async def test_the_process_gets_library_state_and_settings_of_the_reader(
    start: Start, articles: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A shell starts the first process; the others differ in their arguments alone."""
    settings, state = tmp_path / "mine.toml", tmp_path / "state" / "my.json"
    settings.write_text('colours = ["claim", "doubt", "idea", "fact", "quote"]\n', "utf-8")
    state.parent.mkdir()
    async with start(articles, state=state) as reader:
        await listed(reader)
        for place in ("list", "article"):
            if place == "article":
                await reader.keys("enter")
                await reader.until(lambda: reader.app.reading.annotations is None)
            for options, colour in ((("--config", str(settings)), "doubt"), (("--no-config",), "green")):
                reader.app.reading.state.settings_options = options
                target = tmp_path / f"{place}-{colour}.md"
                with case(place, colour):
                    await runs(reader, f"export markdown {target.name}")
                    await reader.sees("1 file written")
                    assert ("doubt" in target.read_text("utf-8")) is (colour == "doubt")
                reader.app.screen.say("")  # type: ignore[attr-defined]
                request.getfixturevalue("exports_in_this_process")


@pytest.mark.usefixtures("exports_in_this_process")
async def test_annotations_of_one_article_or_of_missing_ones_are_exported_to_any_path(
    start: Start, articles: Path, tmp_path: Path
) -> None:
    async with start(articles, size=(60, 20)) as reader:
        await listed(reader)
        await reader.keys("g", "a")
        await reader.sees("3 of 3")
        await reader.keys(":")
        await reader.types("export markdown -notes.md all")
        await reader.sees("all 3 in this article · as markdown to -notes.md")
        await reader.keys("enter")
        await reader.sees("3 annotations: 1 file written")
        assert exported(tmp_path / "-notes.md") == [*QUOTES["alpha"]]
        await reader.keys("A")
        await reader.sees("4 of 4")
        (articles / "alpha.md").unlink()
        await reader.sees("Alpha wolf (")
        await runs(reader, "export markdown gone.md all")
        await reader.sees("4 annotations: 1 file written")
        assert exported(tmp_path / "gone.md") == [*QUOTES["beta"], *QUOTES["alpha"]]
