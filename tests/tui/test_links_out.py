"""A link that is not followed leaves the clipboard alone; one that is gets no more than it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui_reader.config import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


@pytest.mark.parametrize(
    "target", ["gemini://host/x", "ftp://host/x", "tel:123", "mailto:?attach=/etc/passwd", "https:x"]
)
async def test_a_refused_link_leaves_the_clipboard_alone(start: Start, tmp_path: Path, target: str) -> None:
    (tmp_path / "a.md").write_text(f"# Tides\n\nA [link]({target}) alone.\n")
    async with start(tmp_path, settings=Settings(browser="does-not-exist")) as reader:
        await reader.sees("A link alone")
        reader.app.copy_to_clipboard("mine")
        await reader.keys("enter", "f")
        await reader.sees("is not opened")
        assert reader.app.clipboard == "mine"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "javascript:x", "vscode://x"])
async def test_a_link_that_could_run_something_is_refused_wherever_it_comes_from(
    start: Start, articles: Path, target: str
) -> None:
    async with start(articles, settings=Settings(browser="does-not-exist")) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        reader.app.copy_to_clipboard("mine")
        reader.app.reading.link_actions.follow(target)
        await reader.sees("is not opened")
        assert reader.app.clipboard == "mine"


async def test_an_address_that_no_program_takes_is_copied_in_its_safe_form(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Tides\n\nA [link](mailto:a@b.c?attach=/etc/passwd) alone.\n")
    async with start(tmp_path, settings=Settings(browser="does-not-exist")) as reader:
        await reader.sees("A link alone")
        await reader.keys("enter", "f")
        await reader.until(lambda: reader.app.clipboard == "mailto:a@b.c")
