"""Pictures take rows of the text, keep their proportions, and leave every character where it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.document.building import documents
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.figures import (
    MOST_ROWS,
    FigureCells,
    Figures,
    PictureSize,
    figure_targets,
    fit,
    most_rows_for,
)
from tui_reader.document.layout import Layout, OrnamentRole

SIZES = st.builds(PictureSize, st.integers(1, 5_000), st.integers(1, 5_000))


def with_targets(source: Document) -> Document:
    """Return a document with pictures in its figures; blocks of other kinds are unchanged."""
    blocks = [
        b._replace(target=f"p{i % 3}.png") if b.kind is BlockKind.FIGURE else b for i, b in enumerate(source.blocks)
    ]
    return replace(source, blocks=tuple(blocks))


@given(documents().map(with_targets), st.integers(8, 60), st.lists(SIZES, min_size=3, max_size=3), st.integers(1, 40))
def test_pictures_move_no_character_to_another_row_of_text(
    source: Document, width: int, sizes: list[PictureSize], most_rows: int
) -> None:
    figures = Figures({f"p{number}.png": size for number, size in enumerate(sizes)}, most_rows)
    layout = Layout(source, width, figures=figures)
    assert layout.refine(60)
    rows = layout.rows(0, layout.height)
    assert len(rows) == layout.height
    starts = [row.start for row in rows]
    tables = any(block.kind is BlockKind.TABLE for block in source.blocks)
    assert tables or starts == sorted(starts)
    for index in range(len(source.blocks)):
        pictured = [r for r in rows if r.block == index and any(o.role is OrnamentRole.PICTURE for o in r.ornaments)]
        cells = layout.picture_cells(index)
        assert len(pictured) == (cells.rows if cells is not None else 0)
        for row in pictured:
            column = next(o.column for o in row.ornaments if o.role is OrnamentRole.PICTURE)
            assert cells is not None
            assert column + cells.columns <= layout.width
            assert not row.fragments
    for offset in range(0, len(source.text) + 1, 7):
        y, _ = layout.position(offset)
        assert 0 <= y < max(layout.height, 1)


@given(SIZES, st.integers(1, 200), st.integers(1, 60))
def test_a_picture_fits_and_is_never_enlarged(size: PictureSize, width: int, most_rows: int) -> None:
    cells = fit(size, width, most_rows)
    if cells is None:
        assert min(size) < 4
        return
    assert 1 <= cells.columns <= min(width, size.width // 8 + 1)
    assert 1 <= cells.rows <= min(most_rows, size.height // 16 + 1)


@pytest.mark.parametrize(
    ("size", "width", "most_rows", "cells"),
    [
        (PictureSize(640, 400), 72, 30, FigureCells(72, 22)),
        (PictureSize(640, 400), 72, 11, FigureCells(35, 11)),
        (PictureSize(3000, 4000), 72, 20, FigureCells(30, 20)),
        (PictureSize(16, 16), 72, 20, FigureCells(2, 1)),
        (PictureSize(1, 1), 72, 20, None),
        (PictureSize(600, 2), 72, 20, None),
    ],
)
def test_pictures_keep_their_proportions(
    size: PictureSize, width: int, most_rows: int, cells: FigureCells | None
) -> None:
    assert fit(size, width, most_rows) == cells


def test_a_low_pane_leaves_room_for_text() -> None:
    assert [most_rows_for(height) for height in (9, 24, 35, 200)] == [6, 16, 23, MOST_ROWS]


def test_web_addresses_are_left_out_of_the_pictures_to_load() -> None:
    builder = DocumentBuilder()
    for target in (
        "a.png",
        "https://example.org/a.png",
        "//example.org/a.png",
        "a.png",
        "",
        "data:3",
        "HTTP://x/a.png",
    ):
        builder.add(Block(BlockKind.FIGURE, 0, 0, target=target), "words")
    assert figure_targets(builder.build()) == ("a.png", "data:3")


@pytest.mark.parametrize(
    ("size", "column"),
    [
        (PictureSize(8 * 40, 16 * 4), 10),  # wide: below its left edge
        (PictureSize(8 * 10, 16 * 4), 25),  # narrow: there, too
        (PictureSize(8 * 2, 16 * 4), 29),
        (PictureSize(8 * 90, 16 * 4), 0),
    ],
)
@pytest.mark.parametrize("filling", [0, 400], ids=["short", "long"])
def test_the_text_and_the_caption_of_a_picture_begin_below_its_left_edge(
    size: PictureSize, column: int, filling: int
) -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.FIGURE, 0, 0, target="p.png", tight=True), "A hill")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0, quiet=True), "Photo: " + "one of the family, " * 8)
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "After it.")
    for _ in range(filling):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "word " * 60)
    layout = Layout(builder.build(), 60, figures=Figures({"p.png": size}))
    layout.refine(1_000)
    rows = layout.rows(0, 20)
    columns = {row.block: {f.column for f in row.fragments} for row in rows if row.block < 3 and row.fragments}
    assert columns == {0: {column}, 1: {column}, 2: {0}}
    caption = [row for row in rows if row.block == 1 and row.fragments]
    text = " ".join(layout.document.text[f.start : f.end] for row in caption for f in row.fragments)
    assert text.split() == layout.document.block_text(1).split()
    assert all(f.column + f.end - f.start <= 60 for row in caption for f in row.fragments)


def test_a_narrow_page_leaves_columns_for_the_text_of_a_narrow_picture() -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.FIGURE, 0, 0, target="p.png"), "A hill at dusk, seen from the north")
    layout = Layout(builder.build(), 36, figures=Figures({"p.png": PictureSize(16, 64)}))
    assert {f.column for row in layout.rows(0, layout.height) for f in row.fragments} == {12}
