"""An app that contains only the article pane, and articles to show in it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from textual.app import App, ComposeResult

from tests.tui.painting import painted
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Span, SpanKind
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.tui.theme import own_themes, variable_defaults
from tui_reader.tui.widgets.article_pane.pane import ArticlePane

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot
    from textual.strip import Strip

WORDS = "The ministers arrive with a number already on the table. What remains open is when, and how. "


class Stage(App[None]):
    """An app that contains only the article pane."""

    def __init__(self, theme: str = "paper-dark") -> None:
        super().__init__()
        self._wanted = theme
        self.posted: list[object] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield ArticlePane(today=lambda: date(2026, 6, 6))

    def on_mount(self) -> None:
        for theme in own_themes():
            self.register_theme(theme)
        self.theme = self._wanted

    def on_article_pane_link_clicked(self, message: ArticlePane.LinkClicked) -> None:
        self.posted.append(message.target)

    def on_article_pane_activated(self, message: ArticlePane.Activated) -> None:
        self.posted.append(message)

    def on_article_pane_selected(self, message: ArticlePane.Selected) -> None:
        self.posted.append(message.range)

    def on_article_pane_highlight_clicked(self, message: ArticlePane.HighlightClicked) -> None:
        self.posted.append(message.id)

    def on_article_pane_scrolled(self, message: ArticlePane.Scrolled) -> None:
        self.posted.append(message)


class Shown:
    """A running article pane, with the keys and views that tests need."""

    def __init__(self, app: Stage, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot
        self.pane = app.query_one(ArticlePane)

    def strips(self) -> list[Strip]:
        return painted(self.app)

    def lines(self) -> list[str]:
        return [strip.text.rstrip() for strip in self.strips()]

    @property
    def top_words(self) -> str:
        """Return the words of the first row that is not empty."""
        return next(line.strip() for line in self.lines() if line.strip())

    @property
    def text(self) -> str:
        return "\n".join(self.lines())

    async def show(self, document: Document | None, headline: Headline | None = None, **where: Any) -> None:
        self.pane.show(headline or headline_of(document), document, **where)
        await self.pilot.pause()

    def style_of(self, words: str) -> Any:
        """Return the style of the first segment that begins with some words, leading blanks ignored."""
        for strip in self.strips():
            for segment in strip:
                if segment.text.lstrip().startswith(words):
                    return segment.style
        raise AssertionError(f"“{words}” begins no piece of\n{self.text}")


@asynccontextmanager
async def stage(width: int = 80, height: int = 24, theme: str = "paper-dark") -> AsyncIterator[Shown]:
    app = Stage(theme)
    async with app.run_test(size=(width, height), notifications=True) as pilot:
        await pilot.pause()
        yield Shown(app, pilot)


def headline_of(document: Document | None, **state: Any) -> Headline:
    metadata = document.metadata if document else Metadata(title="A title")
    return Headline(Article("a", "a.md", metadata), ReadingState(**state))


def article(paragraphs: int = 60, **metadata: Any) -> Document:
    """Return an article of numbered paragraphs of two sentences, with a heading before every tenth."""
    builder = DocumentBuilder()
    for number in range(paragraphs):
        if number % 10 == 0:
            builder.add(Block(BlockKind.HEADING, 0, 0, level=2), f"Part {number // 10}")
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), f"Paragraph {number}. {WORDS}".strip())
    return builder.build(Metadata(**{"title": "A title", "words": 812, **metadata}))


def linked(count: int = 3) -> Document:
    builder = DocumentBuilder()
    for number in range(count):
        text = f"See page {number} and note[1]."
        at = text.index("note")
        spans = (
            Span(SpanKind.LINK, 4, at - 5, f"https://example.org/{number}"),
            Span(SpanKind.NOTE, at + 4, at + 7, "#1"),
        )
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text, spans)
    builder.add(Block(BlockKind.FIGURE, 0, 0, target="pictures/boat.png"), "")
    builder.add(Block(BlockKind.HEADING, 0, 0, level=2), "Who pays, and when?")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, marker="[1]", quiet=True), "The note.")
    return builder.build(Metadata(title="Links"))
