"""Documents for tests: made by hand, or generated at random from many scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tui_reader.document.blocks import Align, Block, BlockKind, Cell, Document, DocumentBuilder, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

PARAGRAPH, HEADING, CODE = BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.CODE
FIGURE, RULE, TABLE = BlockKind.FIGURE, BlockKind.RULE, BlockKind.TABLE

_ALPHABETS = (
    "abc defg,. -—’“”AZ0123",
    "日本語のテキスト、。「」ー（）ゃ　",
    "e\u0301o\u0308 n\u0303a\u0327\u0302",
    "한국어 조선말ᄒ\u1161\u11ab ",
    "क्षि नमस्ते ज्ञ्य ",
    "ภาษาไทยกำ้ ",
    "العربيّة سلامٌ \u200c\u200d",
    "👩\u200d🚀🇩🇪🇫🇷👍🏽❤\ufe0f1\ufe0f\u20e3 😀",
)


def _spans_of_script() -> st.SearchStrategy[str]:
    return st.one_of(*[st.text(alphabet, max_size=40) for alphabet in _ALPHABETS])


def texts(*, narrow: bool = False, breaks: str = "") -> st.SearchStrategy[str]:
    """Generate texts of one or several scripts.

    Args:
        narrow: True for narrow characters only.
        breaks: Line feeds or tabs that may be among them.
    """
    piece = st.text(_ALPHABETS[0] + "éñžЖжΩ", max_size=80) if narrow else _spans_of_script()
    if breaks:
        piece = st.one_of(piece, st.sampled_from(breaks))
    return st.lists(piece, max_size=8).map("".join)


def pieces_of(marks: Sequence[str]) -> list[str]:
    """Return the pieces of an example of Unicode: `÷ 0065 × 0301 ÷ 0062 ÷` has the pieces `é` and `b`."""
    pieces = " ".join(marks).replace("×", " ").split("÷")
    return [text for piece in pieces if (text := "".join(chr(int(code, 16)) for code in piece.split()))]


def table_block(rows: list[list[str]], *, header: bool = True, aligns: tuple[Align, ...] = ()) -> tuple[Block, str]:
    """Return a table block and its text."""
    cells, offset = [], 0
    for row in rows:
        line = []
        for text in row:
            line.append(Cell(offset, offset + len(text)))
            offset += len(text) + 1
        cells.append(tuple(line))
    columns = max(map(len, rows), default=0)
    table = Table(tuple(cells), aligns or (Align.LEFT,) * columns, header)
    return Block(TABLE, 0, 0, table=table), "\n".join("\t".join(row) for row in rows)


def document(*parts: str | tuple[Block, str], tail: int | None = None) -> Document:
    """Return a document of blocks; a plain string becomes a paragraph."""
    builder = DocumentBuilder()
    for part in parts:
        block, text = (Block(PARAGRAPH, 0, 0), part) if isinstance(part, str) else part
        builder.add(block, text)
    return builder.build(tail=tail)


def block(kind: BlockKind, text: str = "", **fields: Any) -> tuple[Block, str]:
    """Return a block of a kind and its text."""
    return Block(kind, 0, 0, **fields), text


@st.composite
def blocks(draw: st.DrawFn) -> tuple[Block, str]:
    """Generate a block of any kind with its text."""
    kind = draw(st.sampled_from([PARAGRAPH, PARAGRAPH, HEADING, CODE, FIGURE, RULE, TABLE]))
    tight = draw(st.booleans())
    quote, depth = draw(st.integers(0, 3)), draw(st.integers(0, 4))
    marker = draw(st.sampled_from(["", "•", "12.", "☐", "[120]"]))
    if kind is TABLE:
        columns = draw(st.integers(1, 4))
        cells = texts() | texts(breaks="\n").map(str.strip)
        row = st.lists(cells, min_size=columns, max_size=columns)
        made, text = table_block(draw(st.lists(row, min_size=1, max_size=4)), header=draw(st.booleans()))
        aligns = draw(st.lists(st.sampled_from(list(Align)), min_size=columns, max_size=columns))
        assert made.table is not None
        made = made._replace(table=made.table._replace(aligns=tuple(aligns)))
        return made._replace(tight=tight, quote=quote, depth=depth, marker=marker), text
    text = "" if kind is RULE else draw(texts(breaks="\n\t" if kind is CODE else "\n"))
    target = draw(st.sampled_from(["", "pictures/harbour.png", "data:image/png;base64,AAAA"])) if kind is FIGURE else ""
    return Block(kind, 0, 0, tight=tight, quote=quote, depth=depth, marker=marker, target=target), text


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Generate documents, some with trailing stories."""
    parts = draw(st.lists(blocks(), max_size=6))
    tail = draw(st.none() | st.integers(0, len(parts) - 1)) if parts else None
    return document(*parts, tail=tail)
