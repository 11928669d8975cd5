"""Time the article pane with 5,000 highlights in a million words: opening, scrolling, selecting.

CPU time of a key's work and of the rows it paints, at 120 x 68; what Textual adds to send them is not in it.
"""

from __future__ import annotations

import asyncio
import gc
import random
from datetime import UTC, date, datetime
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from textual.app import App, ComposeResult

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.tui.theme import own_themes, variable_defaults
from tui_reader.tui.widgets.article_pane.marks import Mark
from tui_reader.tui.widgets.article_pane.pane import ArticlePane

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = "The ministers arrive with a number already on the table. What remains open is when, and how. "
PARAGRAPHS = 11_800
HIGHLIGHTS = 5_000
SEED = 1


class Stage(App[None]):
    """The pane alone."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield ArticlePane(today=lambda: datetime.now(UTC).date())

    def on_mount(self) -> None:
        for theme in own_themes():
            self.register_theme(theme)
        self.theme = "paper-dark"


def article() -> Document:
    """A million words."""
    builder = DocumentBuilder()
    for _ in range(PARAGRAPHS):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), (WORDS * 5).strip())
    return builder.build(Metadata(title="A million words", date=date(2026, 6, 6).isoformat()))


def highlights(document: Document, note: str) -> list[Mark]:
    """Highlights anywhere, of any length up to a paragraph, every other one with a note."""
    draw = random.Random(SEED)
    starts = [draw.randrange(len(document.text) - 300) for _ in range(HIGHLIGHTS)]
    return [
        Mark(str(at), start, start + draw.randrange(10, 300), at % 5 + 1, note if at % 2 else "")
        for at, start in enumerate(starts)
    ]


def spent(work: Callable[[], object], count: int = 1) -> str:
    """Median and 99th percentile in milliseconds."""
    times = []
    for _ in range(count):
        start = process_time()
        work()
        times.append((process_time() - start) * 1000)
    times.sort()
    return f"{median(times):6.2f} {times[int(len(times) * 0.99)]:6.2f}"


async def measure(document: Document, marks: list[Mark], label: str) -> None:
    """Print the figures of one set of highlights."""
    app = Stage()
    async with app.run_test(size=(120, 68)) as pilot:
        await pilot.pause()
        pane = app.query_one(ArticlePane)
        headline = Headline(Article("a", "a.md", document.metadata), ReadingState())
        print(f"{label}: median and p99 in ms")
        print("  open          ", spent(lambda: pane.show(headline, document)))
        print("  set highlights", spent(lambda: pane.set_marks(marks)))
        more = [*marks, Mark("one more", 1000, 1090, 1)]
        print("  set one more  ", spent(lambda: pane.set_marks(more), 20))
        pane.set_marks(marks)
        pane.go_percent(37)
        gc.collect()
        gc.freeze()
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("line", lambda: pane.line(1)),
            ("page", lambda: pane.page(1)),
            ("sentence", lambda: pane.sentence(1)),
            ("highlight", lambda: pane.next_mark(1)),
            ("select", lambda: pane.select_range(pane.offset, pane.offset + 100)),
            ("select row", lambda: pane.move_caret("down")),
            ("select word", lambda: pane.move_caret("word")),
            ("select ) ", lambda: pane.move_caret("sentence_next")),
        )
        for name, step in steps:

            def answered(step: Callable[[], object] = step) -> None:
                step()
                pane.render_lines(pane.size.region)

            print(f"  {name:14}", spent(answered, 150))


if __name__ == "__main__":
    text = article()
    asyncio.run(measure(text, [], "no highlights"))
    asyncio.run(measure(text, highlights(text, ""), "5,000 highlights"))
    asyncio.run(measure(text, highlights(text, "a note of a few words that takes two rows"), "with notes"))
