"""Draw docs/screenshot.svg: the reader on the sample library, after a few keys of a new user."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from tui_reader.config import Settings
from tui_reader.services.library.opening import open_library
from tui_reader.tui.app import ReaderApp

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "screenshot.svg"
WEB_FONTS = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
"""Pattern of the rules that load web fonts, which are removed: each machine has a monospace font of its own."""


async def draw() -> str:
    """Read a little, star an article, and draw the picture."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {f"XDG_{kind}_HOME": scratch for kind in ("DATA", "CACHE", "CONFIG", "STATE")}
        library = open_library([ROOT / "sample_articles"], state=Path(scratch) / "library.json", settings=Settings())
        library.name = "Sample library"
        app = ReaderApp(library, Settings())
        try:
            async with app.run_test(size=(120, 35)) as pilot:
                while len(library.catalogue) < len(list((ROOT / "sample_articles").glob("*.[mt][dx]*"))):
                    await pilot.pause()
                await pilot.press("J", "J", "r", "s", "J", "J", "s", "J", "J", "enter")
                while app.reading.state.panes.article.document is None:
                    await pilot.pause()
                await pilot.press("h")
                app.reading.state.say("")
                await pilot.pause()
                return app.export_screenshot(title="tui-reader")
        finally:
            library.close()


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    svg = WEB_FONTS.sub("", asyncio.run(draw()))
    TARGET.write_text(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE), encoding="utf-8")
