"""Time the article pane with 5,000 highlights in a million words: opening, scrolling, selecting.

CPU time of a key's work and of the rows it paints, at 120 x 68; what Textual adds to send them is not in it.

With `--library FOLDER` it makes such a library instead, by the program's own services, to be opened and timed from
outside: the article, a shorter one to begin with, and the highlights in the folder's own state file.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import random
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult

from tui_reader.config import Settings
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.services.headless.session import library_of, read_document
from tui_reader.services.library.opening import init_library
from tui_reader.tui.theme import own_themes, variable_defaults
from tui_reader.tui.widgets.article_pane.highlight_index import Highlight
from tui_reader.tui.widgets.article_pane.pane import ArticlePane

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = "The ministers arrive with a number already on the table. What remains open is when, and how. "
PARAGRAPHS = 11_800
HIGHLIGHTS = 5_000
SEED = 1


class Stage(App[None]):
    """An app that contains only the article pane."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield ArticlePane(today=lambda: datetime.now(UTC).date())

    def on_mount(self) -> None:
        for theme in own_themes():
            self.register_theme(theme)
        self.theme = "paper-dark"


def article() -> Document:
    """Return an article of a million words."""
    builder = DocumentBuilder()
    for _ in range(PARAGRAPHS):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), (WORDS * 5).strip())
    return builder.build(Metadata(title="A million words", date=date(2026, 6, 6).isoformat()))


def highlights(document: Document, note: str) -> list[Highlight]:
    """Return highlights at random offsets, up to a paragraph long; every other one has a note."""
    draw = random.Random(SEED)
    starts = [draw.randrange(len(document.text) - 300) for _ in range(HIGHLIGHTS)]
    return [
        Highlight(str(at), start, start + draw.randrange(10, 300), at % 5 + 1, note if at % 2 else "")
        for at, start in enumerate(starts)
    ]


def spent(work: Callable[[], object], count: int = 1) -> str:
    """Return median and 99th percentile of the milliseconds that a call takes."""
    times = []
    for _ in range(count):
        start = process_time()
        work()
        times.append((process_time() - start) * 1000)
    times.sort()
    return f"{median(times):6.2f} {times[int(len(times) * 0.99)]:6.2f}"


async def measure(document: Document, marks: list[Highlight], label: str) -> None:
    """Print the figures of one set of highlights."""
    app = Stage()
    async with app.run_test(size=(120, 68)) as pilot:
        await pilot.pause()
        pane = app.query_one(ArticlePane)
        headline = Headline(Article("a", "a.md", document.metadata), ReadingState())
        print(f"{label}: median and p99 in ms")
        print("  open          ", spent(lambda: pane.show(headline, document)))
        print("  set highlights", spent(lambda: pane.highlights.set(marks)))
        more = [*marks, Highlight("one more", 1000, 1090, 1)]
        print("  set one more  ", spent(lambda: pane.highlights.set(more), 20))
        pane.highlights.set(marks)
        pane.scroller.to_percent(37)
        gc.collect()
        gc.freeze()
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("line", lambda: pane.scroller.by_rows(1)),
            ("page", lambda: pane.scroller.by_pages(1)),
            ("sentence", lambda: pane.focus.move_by_sentences(1)),
            ("highlight", lambda: pane.highlights.step(1)),
            ("select", lambda: pane.selection.select(pane.viewport.offset, pane.viewport.offset + 100)),
            ("select row", lambda: pane.selection.move("down")),
            ("select word", lambda: pane.selection.move("word")),
            ("select ) ", lambda: pane.selection.move("sentence_next")),
        )
        for name, step in steps:

            def answered(step: Callable[[], object] = step) -> None:
                step()
                pane.render_lines(pane.size.region)

            print(f"  {name:14}", spent(answered, 150))


def make_library(folder: Path, count: int, *, noted: bool) -> None:
    """Make a library of a short article and a long one, which has highlights; in a folder that is new or empty."""
    folder.mkdir(parents=True, exist_ok=True)
    first, second = folder / "a short article.txt", folder / "b million words.txt"
    first.write_text(f"A short article\n\n{WORDS}\n", encoding="utf-8")
    second.write_text("\n\n".join(["A million words", *article().text.split("\n")]), encoding="utf-8")
    init_library(folder)
    settings = Settings()
    with library_of([folder], None, settings) as library:
        document, name = read_document(second, settings), library.article_at(second)
        if document is None or name is None:
            raise SystemExit(f"{second} cannot be read")
        for mark in highlights(document, "a note of a few words that takes two rows" if noted else "")[:count]:
            library.annotations.add(name, document, mark.start, mark.end, colour=mark.colour, note=mark.note)
        library.annotations.reanchoring.wait()


def main() -> None:
    """Measure, or make the library to be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, metavar="FOLDER", help="make a library there, and measure nothing")
    parser.add_argument("--count", type=int, default=HIGHLIGHTS, help="highlights of the library, up to 5,000")
    parser.add_argument("--notes", action="store_true", help="write on every other highlight of the library")
    options = parser.parse_args()
    if options.library is not None:
        make_library(options.library, options.count, noted=options.notes)
        return
    text = article()
    asyncio.run(measure(text, [], "no highlights"))
    asyncio.run(measure(text, highlights(text, ""), "5,000 highlights"))
    asyncio.run(measure(text, highlights(text, "a note of a few words that takes two rows"), "with notes"))


if __name__ == "__main__":
    main()
