"""Links are followed by letters; what is refused changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


@pytest.mark.parametrize("target", ["ftp://example.org/x", "tel:+1", "https://example.org/%s" % ("x" * 9_000)])
async def test_a_refused_link_does_not_replace_the_clipboard(start: Start, tmp_path: Path, target: str) -> None:
    (tmp_path / "a.md").write_text(f"# Links\n\nThere is [one link]({target}) here.\n", encoding="utf-8")
    async with start(tmp_path) as reader:
        await reader.sees("one link")
        reader.app.copy_to_clipboard("what was copied before")
        await reader.keys("enter", "f")
        await reader.told("is not opened")
        assert reader.app.clipboard == "what was copied before"


async def test_an_address_that_no_program_can_open_goes_to_the_clipboard(start: Start, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Links\n\nThere is [one link](https://example.org/x) here.\n", encoding="utf-8")
    async with start(tmp_path) as reader:
        await reader.sees("one link")
        await reader.keys("enter", "f")
        await reader.told("sent to the clipboard")
        assert reader.app.clipboard == "https://example.org/x"
