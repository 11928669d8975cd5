"""The article pane paints the whole text in its columns, whatever overlays cover it."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tests.document.building import CODE, PARAGRAPH, block, document, documents
from tui_reader.document.blocks import Document, Span, SpanKind, Structure
from tui_reader.document.cells import cell_width, expand_tabs
from tui_reader.document.rows import Row
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.tui.widgets.article_pane.header import head_rows, wrapped
from tui_reader.tui.widgets.article_pane.page import Page
from tui_reader.tui.widgets.article_pane.painter import Overlay, Painter
from tui_reader.tui.widgets.article_pane.styles import Role, Styles

TODAY = date(2026, 6, 6)
MARGIN = 2
PLAIN_STYLES = Style()


def look_of(role: str) -> Style:
    """Return a different style for each role, so that tests can tell pieces apart."""
    return Style(italic=True) if role in (Role.QUOTE, Role.EMPHASIS) else Style(color=f"color({hash(role) % 200})")


def opened(text: Document, width: int) -> tuple[Page, Painter]:
    page = Page(Headline(Article("a", "a.md", Metadata(title="T"))), text, width, TODAY)
    return page, Painter(page, Structure(text), Styles(PLAIN_STYLES, look_of), MARGIN, width + 2 * MARGIN)


@st.composite
def dressed(draw: st.DrawFn) -> tuple[Document, list[Overlay]]:
    """Generate a document with spans and overlays that begin and end anywhere, even within a character."""
    plain = draw(documents())
    size = len(plain.text)
    ranges = st.tuples(st.integers(0, size), st.integers(0, size)).map(sorted).filter(lambda pair: pair[0] < pair[1])
    if not size:
        return plain, []
    spans = [
        Span(draw(st.sampled_from(list(SpanKind))), low, high, "x") for low, high in draw(st.lists(ranges, max_size=4))
    ]
    spans.sort(key=lambda span: (span.start, -span.end))
    over = [
        Overlay(low, high, draw(st.sampled_from([Role.FOCUS, Role.MATCH, Role.MATCH_CURRENT])))
        for low, high in draw(st.lists(ranges, max_size=3))
    ]
    return Document(plain.text, plain.blocks, tuple(spans), tail=plain.tail), over


RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@given(dressed(), st.integers(8, 40))
def test_every_row_shows_its_slices_of_the_text_in_their_columns(
    drawn: tuple[Document, list[Overlay]], width: int
) -> None:
    text, over = drawn
    page, painter = opened(text, width)
    raised = text.text
    for span in text.spans:
        # A reference to a note by number alone is drawn above the line.
        if span.kind is SpanKind.NOTE and (label := text.text[span.start : span.end]).isascii() and label.isdigit():
            raised = raised[: span.start] + label.translate(RAISED) + raised[span.end :]
    for row in page.rows(page.body_top, 10_000):
        assert isinstance(row, Row)
        strip = painter.body(row, over)
        assert sum(cell_len(segment.text) for segment in strip) == width + 2 * MARGIN
        expected, end = " " * MARGIN, MARGIN
        pieces = [(column, expand_tabs(raised[start:end])) for column, start, end in row.fragments]
        # Two pieces may begin in one column: a mark without width, and what follows it in the row.
        in_row = [*pieces, *(ornament[:2] for ornament in row.ornaments)]
        for column, shown in sorted(in_row, key=lambda piece: piece[0]):
            # Each width by itself: within one string, a zero width joiner takes the cell of a space that follows it.
            expected += " " * (MARGIN + column - end) + shown
            end = max(end, MARGIN + column) + cell_len(shown)
        assert strip.text.rstrip() == expected.rstrip()


@given(dressed(), st.integers(8, 40), st.integers(1, 3))
def test_letters_over_links_keep_every_row_in_its_width(
    drawn: tuple[Document, list[Overlay]], width: int, letters: int
) -> None:
    text, _ = drawn
    page, painter = opened(text, width)
    for row in page.rows(page.body_top, 10_000):
        assert isinstance(row, Row)
        for start in {row.start, *(fragment.start for fragment in row.fragments), (row.start + row.end) // 2}:
            strip = painter.body(row, [Overlay(start, start + 1, Role.HINT, "asd"[:letters])])
            assert sum(cell_len(segment.text) for segment in strip) == width + 2 * MARGIN


def test_styles_begin_and_end_with_their_ranges() -> None:
    text = document("Plain strong both end.")
    text = Document(text.text, text.blocks, (Span(SpanKind.STRONG, 6, 17), Span(SpanKind.EMPHASIS, 13, 17)))
    page, painter = opened(text, 40)
    row = page.rows(page.body_top, 1)[0]
    assert isinstance(row, Row)
    strip = painter.body(row, [Overlay(15, 22, Role.MATCH)])
    assert [segment.text for segment in strip][1:7] == [
        "Plain ",
        "strong ",
        "bo",
        "th",
        " end.",
        strip._segments[6].text,
    ]


def test_emphasis_within_an_italic_quotation_is_upright() -> None:
    looks = Styles(PLAIN_STYLES, look_of)
    assert looks((Role.QUOTE,)).italic
    assert looks((Role.EMPHASIS,)).italic
    assert not looks((Role.QUOTE, Role.EMPHASIS)).italic


def test_the_background_of_code_covers_its_empty_rows_and_is_indented_with_its_list() -> None:
    text = document(block(PARAGRAPH, "Item", marker="•", depth=1), block(CODE, "a\n\nb", depth=1), "End")
    page, painter = opened(text, 20)
    toned = []
    for row in page.rows(page.body_top, 20):
        assert isinstance(row, Row)
        strip = painter.body(row)
        column = 0
        for segment in strip:
            if segment.style == PLAIN_STYLES + look_of(Role.CODE_BLOCK):
                toned.append((row.block, row.index, column))
                break
            column += cell_width(segment.text)
    assert toned == [(1, 0, MARGIN + 2), (1, 1, MARGIN + 2), (1, 2, MARGIN + 2)]


@given(
    st.text("ab 港é", max_size=60),
    st.text("cd 灯", max_size=30),
    st.lists(st.text("xy夜", min_size=1, max_size=25), max_size=5),
    st.integers(8, 60),
    st.booleans(),
)
def test_the_head_fits_any_width_and_shows_all_metadata(
    title: str, source: str, tags: list[str], width: int, starred: bool
) -> None:
    metadata = Metadata(title=title, source=source, date="2025-06-05", tags=tuple(tags), words=5214)
    headline = Headline(Article("a", "a.md", metadata), ReadingState(starred=starred))
    rows = head_rows(headline, width, TODAY)
    assert all(sum(cell_len(piece.text) for piece in row) <= width for row in rows)
    said = "".join(piece.text for row in rows for piece in row)
    for part in (title, source, *tags, "Thursday 5 June 2025", "23 min"):
        assert "".join(part.split()) in "".join(said.split()).replace("·", "")


def test_the_number_of_words_is_shown_if_it_needs_no_further_row() -> None:
    metadata = Metadata(title="T", source="Brussels desk", date="2026-06-05", words=5214)
    headline = Headline(Article("a", "a.md", metadata))
    line = "Brussels desk · Friday 5 June · 23 min"
    assert "".join(piece.text for piece in head_rows(headline, 60, TODAY)[1]) == f"{line} · 5,214 words"
    assert "".join(piece.text for piece in head_rows(headline, 40, TODAY)[1]) == line
    assert len(head_rows(headline, 40, TODAY)) == len(head_rows(headline, 60, TODAY))


def test_text_of_the_head_is_wrapped_at_words() -> None:
    assert wrapped("one two three", 8) == ["one two", "three"]
