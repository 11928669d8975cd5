"""Following a link with `f`: refused addresses leave the clipboard alone, others are copied only in a safe form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui.conftest import case
from tui_reader.config import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.tui.conftest import Start

NO_BROWSER = Settings(browser="does-not-exist")


TARGETS = ("ftp://example.org/x", "tel:+1", "https://example.org/%s" % ("x" * 9_000))
TARGETS_WITHOUT_BROWSER = ("gemini://host/x", "ftp://host/x", "tel:123", "mailto:?attach=/etc/passwd", "https:x")


@pytest.mark.parametrize(("settings", "targets"), [(Settings(), TARGETS), (NO_BROWSER, TARGETS_WITHOUT_BROWSER)])
async def test_a_refused_link_does_not_replace_the_clipboard(
    start: Start, tmp_path: Path, settings: Settings, targets: Sequence[str]
) -> None:
    for number, target in enumerate(targets):
        head = f"---\ntitle: Links {number}\ndate: 2026-11-{20 - number}\n---\n\n"
        (tmp_path / f"{number}.md").write_text(f"{head}There is [one link]({target}) here.\n", encoding="utf-8")
    async with start(tmp_path, settings=settings) as reader:
        await reader.sees(f"{len(targets)} unread", "one link")
        for number, target in enumerate(targets):
            with case(target):
                state = reader.app.reading.state
                assert state.headline(state.shown).title == f"Links {number}"  # type: ignore[union-attr]
                reader.app.copy_to_clipboard("what was copied before")
                await reader.keys("enter", "f")
                await reader.last_row_shows("is not opened")
                assert reader.app.clipboard == "what was copied before"
                await reader.keys("q", "j")
                state.say("")


async def test_a_link_that_could_run_something_is_refused_even_if_a_format_lets_it_pass(
    start: Start, articles: Path
) -> None:
    async with start(articles, settings=NO_BROWSER) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for target in ("file:///etc/passwd", "javascript:x", "vscode://x"):
            with case(target):
                reader.app.reading.state.say("")
                await reader.no_longer_sees("is not opened")
                reader.app.copy_to_clipboard("what was copied before")
                reader.app.reading.link_actions.follow(target)
                await reader.sees("is not opened")
                assert reader.app.clipboard == "what was copied before"


async def test_an_address_that_no_program_can_open_is_copied(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Links\n\nThere is [one link](https://example.org/x) here.\n", encoding="utf-8")
    async with start(tmp_path) as reader:
        await reader.sees("one link")
        await reader.keys("enter", "f")
        await reader.last_row_shows("Sent the address to the terminal's clipboard")
        assert reader.app.clipboard == "https://example.org/x"


async def test_an_address_is_copied_without_parts_that_could_attach_files(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Tides\n\nA [link](mailto:a@b.c?attach=/etc/passwd) alone.\n")
    async with start(tmp_path, settings=NO_BROWSER) as reader:
        await reader.sees("A link alone")
        await reader.keys("enter", "f")
        await reader.until(lambda: reader.app.clipboard == "mailto:a@b.c")
