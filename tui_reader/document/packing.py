"""Serialization of documents, for the cache of parsed files and for results of worker processes.

The form is one zlib stream: a header in JSON, the text in UTF-8, and numbers of blocks, table cells and spans as
arrays of 32 bits, column by column. Strings of blocks and spans are kept once, in the header. 1.4 million words in
40,000 blocks pack in 0.2 s, and unpack in 0.1 s. The form is for one machine: numbers have its byte order.

Packed documents come from disk, so they are checked like other data from there: damaged ones, those with ranges outside
the text, and those with characters that `clean` would remove, are rejected.
"""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Sequence
from functools import partial
from itertools import accumulate, chain, islice, pairwise
from operator import le
from typing import TYPE_CHECKING, Any, overload

from tui_reader.document.blocks import Align, Block, BlockKind, Cell, Document, Page, Section, Span, SpanKind, Table
from tui_reader.document.cleaning import clean_text, is_clean
from tui_reader.document.cooperative import yield_gil
from tui_reader.model.article import NOTHING, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAGIC = b"tui-reader document 2\n"
"""First bytes of a packed document; the number changes with the form."""
LARGEST = 512_000_000
"""Largest number of bytes to which a packed document may expand; a larger one was not made by this program."""
_LEVEL = 1
"""Level of zlib: level 6 takes four times as long, and saves a sixth."""
_STEP = 2_000
"""Number of blocks that are built before the GIL is yielded to other threads; about a millisecond."""
_SPAN_STEP = 200
"""Number of adjacent spans that are built when one of them is used; about 0.1 ms."""
_NUMBER = "I"
"""Type code of the arrays of numbers: unsigned, 32 bits."""
_KINDS = tuple(BlockKind)
_SPAN_KINDS = tuple(SpanKind)
_ALIGNS = tuple(Align)
_BLOCK_COLUMNS = 11
_TABLE_COLUMNS = 3
_SPAN_COLUMNS = 4


def pack(document: Document) -> bytes:
    """Return a document in its packed form.

    Values of `Metadata.header` that JSON does not have, such as dates, become strings.
    """
    strings: dict[str, int] = {}
    text = document.text.encode("utf-8", "surrogatepass")
    columns = [*_block_columns(document.blocks, strings), *_table_columns(document.blocks)]
    columns += _span_columns(document.spans, strings)
    tables = [block.table for block in document.blocks if block.table is not None]
    header = {
        "bytes": len(text),
        "columns": [len(column) for column in columns],
        "strings": list(strings),
        "aligns": ["".join(str(_ALIGNS.index(align)) for align in table.aligns) for table in tables],
        "metadata": encoded_metadata(document.metadata),
        "tail": document.tail,
        "error": document.error,
        "notices": document.notices,
        "partial": document.partial,
        "title_block": document.title_block,
        "gap": document.gap,
        "sections": list(document.sections),
        "targets": list(document.link_targets.items()),
        "pages": list(document.pages),
    }
    packer = zlib.compressobj(_LEVEL)
    head = json.dumps(header, default=str, separators=(",", ":")).encode("ascii")
    parts = [MAGIC, packer.compress(len(head).to_bytes(8, "little")), packer.compress(head), packer.compress(text)]
    parts += [packer.compress(column.tobytes()) for column in columns]
    return b"".join([*parts, packer.flush()])


def unpack(packed: bytes) -> Document | None:
    """Return the document of a packed form; None if the bytes are not a valid packed document."""
    try:
        return _unpacked(packed)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError, zlib.error):
        return None


def _unpacked(packed: bytes) -> Document:
    """Return the document of a packed form; raise one of the errors that `unpack` catches if it is not valid."""
    if not packed.startswith(MAGIC):
        raise ValueError("not a packed document")
    unpacker = zlib.decompressobj()
    data = unpacker.decompress(memoryview(packed)[len(MAGIC) :], LARGEST)
    yield_gil()
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("cut off, or too large")
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size].decode("ascii"))
    at = 8 + size
    text = data[at : at + header["bytes"]].decode("utf-8", "surrogatepass")
    _require(is_clean(text))
    yield_gil()
    columns = list(_columns(memoryview(data)[at + header["bytes"] :], header["columns"]))
    strings = [_clean(each) for each in header["strings"]]
    first, last = _BLOCK_COLUMNS, _BLOCK_COLUMNS + _TABLE_COLUMNS
    tables = _tables(columns[first:last], header["aligns"], len(text))
    blocks = _blocks(columns[:first], tables, strings, len(text))
    spans = _Spans(columns[last:], strings, len(text))
    sections = tuple(
        Section(_offset(at, text), _clean(title), _count(level), _clean(label), _clean(key), counted is True)
        for at, title, level, label, key, counted in header["sections"]
    )
    pages = tuple(Page(_offset(at, text), _clean(label)) for at, label in header["pages"])
    _require(all(one.offset <= other.offset for one, other in pairwise(sections)))
    _require(all(one.offset <= other.offset for one, other in pairwise(pages)))
    return Document(
        text,
        blocks,
        spans,
        decoded_metadata(header["metadata"]),
        _index(header["tail"], blocks),
        _clean(header["error"]),
        tuple(map(_clean, header["notices"])),
        header["partial"] is True,
        _index(header["title_block"], blocks),
        None if header["gap"] is None else _offset(header["gap"], text),
        sections,
        {_clean(name): _offset(at, text) for name, at in header["targets"]},
        pages,
    )


def _block_columns(blocks: Sequence[Block], strings: dict[str, int]) -> Iterator[array[int]]:
    """Yield the columns of blocks, without their tables. `strings` maps strings to numbers; new strings are added."""
    numbers = {kind: number for number, kind in enumerate(_KINDS)}
    columns = dict(zip(Block._fields, zip(*blocks, strict=True), strict=False))
    yield array(_NUMBER, [numbers[kind] for kind in columns.get("kind", ())])
    for name in ("start", "end", "level", "quote", "depth", "quote_ends"):
        yield array(_NUMBER, columns.get(name, ()))
    yield array(_NUMBER, [block.tight | block.quiet << 1 | (block.table is not None) << 2 for block in blocks])
    for name in ("marker", "language", "target"):
        yield array(_NUMBER, [strings.setdefault(each, len(strings)) for each in columns.get(name, ())])


def _table_columns(blocks: Sequence[Block]) -> Iterator[array[int]]:
    """Yield the columns of all tables: rows and header of each table, cells of each row, ranges of the cells."""
    tables = [block.table for block in blocks if block.table is not None]
    yield array(_NUMBER, [2 * len(table.rows) + table.header for table in tables])
    yield array(_NUMBER, [len(row) for table in tables for row in table.rows])
    yield array(_NUMBER, chain.from_iterable(cell for table in tables for row in table.rows for cell in row))


def _span_columns(spans: Sequence[Span], strings: dict[str, int]) -> Iterator[array[int]]:
    """Yield the columns of spans. `strings` maps targets to numbers; new targets are added."""
    kinds = {kind: number for number, kind in enumerate(_SPAN_KINDS)}
    yield array(_NUMBER, [kinds[span.kind] for span in spans])
    yield array(_NUMBER, [span.start for span in spans])
    yield array(_NUMBER, [span.end for span in spans])
    yield array(_NUMBER, [strings.setdefault(span.target, len(strings)) for span in spans])


def _columns(data: memoryview, lengths: Sequence[int]) -> Iterator[array[int]]:
    """Yield the columns of numbers; raise ValueError unless their lengths add up to that of the data."""
    _require(len(lengths) == _BLOCK_COLUMNS + _TABLE_COLUMNS + _SPAN_COLUMNS)
    width = array(_NUMBER).itemsize
    ends = list(accumulate(map(_count, lengths)))
    _require(width * ends[-1] == len(data))
    numbers = array(_NUMBER)
    numbers.frombytes(data)
    for start, end in pairwise([0, *ends]):
        yield numbers[start:end]


def _blocks(
    columns: Sequence[array[int]], tables: Iterator[Table], strings: Sequence[str], length: int
) -> tuple[Block, ...]:
    """Return the blocks of a text with `length` code points from their columns; raise ValueError if not valid."""
    kinds, starts, ends, levels, quotes, depths, quote_ends, flags, markers, languages, targets = columns
    _require(len({len(column) for column in columns}) == 1)
    _require_ranges(starts, ends, length)
    _require(all(map(le, ends, islice(starts, 1, None))))
    tables_of_blocks = (next(tables) if flag & 4 else None for flag in flags)
    rows = zip(
        map(_KINDS.__getitem__, kinds),
        *(starts, ends, levels, quotes, depths),
        map(strings.__getitem__, markers),
        map(_IS_TIGHT.__getitem__, flags),
        map(_IS_QUIET.__getitem__, flags),
        map(strings.__getitem__, languages),
        map(strings.__getitem__, targets),
        tables_of_blocks,
        quote_ends,
        strict=True,
    )
    blocks = _in_steps(map(partial(tuple.__new__, Block), rows))
    _require(next(tables, None) is None)
    return blocks


def _tables(columns: Sequence[array[int]], aligns: Sequence[str], length: int) -> Iterator[Table]:
    """Yield the tables of a text with `length` code points from their columns; raise ValueError if not valid."""
    heads, counts, numbers = columns
    starts, ends = numbers[::2], numbers[1::2]
    _require_ranges(starts, ends, length)
    _require(len(heads) == len(aligns) and sum(heads[i] >> 1 for i in range(len(heads))) == len(counts))
    _require(sum(counts) == len(starts))
    cells = map(Cell, starts, ends)
    of_rows = iter(counts)
    for head, letters in zip(heads, aligns, strict=True):
        rows = tuple(tuple(islice(cells, count)) for count in islice(of_rows, head >> 1))
        yield Table(rows, tuple(_ALIGNS[int(letter)] for letter in letters), bool(head & 1))


class _Spans(Sequence[Span]):
    """The spans of an unpacked document, built at first use: with 80,000 spans a book opens in half the time."""

    def __init__(self, columns: Sequence[array[int]], strings: Sequence[str], length: int) -> None:
        """Create the sequence from columns of numbers, for a text with `length` code points.

        Raises:
            ValueError: The columns are not valid.
        """
        kinds, starts, ends, targets = columns
        _require(len({len(column) for column in columns}) == 1)
        _require_ranges(starts, ends, length)
        _require(all(map(le, starts, islice(starts, 1, None))))
        _require(max(kinds, default=0) < len(_SPAN_KINDS) and max(targets, default=-1) < len(strings))
        self._columns, self._strings = tuple(columns), strings
        self._steps: dict[int, tuple[Span, ...]] = {}

    def __len__(self) -> int:
        """Return the number of spans."""
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Span, ...]: ...
    def __getitem__(self, index: int | slice) -> Span | tuple[Span, ...]:
        """Return a span, or the spans of a slice."""
        if isinstance(index, slice):
            return tuple(map(self.__getitem__, range(*index.indices(len(self)))))
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        step, at = divmod(index % len(self), _SPAN_STEP)
        return self._step(step)[at]

    def __iter__(self) -> Iterator[Span]:
        """Yield all spans."""
        for step in range(-(-len(self) // _SPAN_STEP)):
            yield from self._step(step)
            yield_gil()

    def _step(self, number: int) -> tuple[Span, ...]:
        """Return the spans of one group of `_SPAN_STEP`, which are built at the first call."""
        if number not in self._steps:
            part = slice(number * _SPAN_STEP, (number + 1) * _SPAN_STEP)
            kinds, starts, ends, targets = (column[part] for column in self._columns)
            names = map(self._strings.__getitem__, targets)
            rows = zip(map(_SPAN_KINDS.__getitem__, kinds), starts, ends, names, strict=True)
            self._steps[number] = tuple(map(partial(tuple.__new__, Span), rows))
        return self._steps[number]


def _in_steps(values: Iterator[Any]) -> tuple[Any, ...]:
    """Return all values, and yield the GIL to other threads after each `_STEP`."""
    built: list[Any] = []
    while step := tuple(islice(values, _STEP)):
        built += step
        yield_gil()
    return tuple(built)


def _require_ranges(starts: array[int], ends: array[int], length: int) -> None:
    """Raise ValueError unless all ranges are within a text of `length` code points."""
    _require(all(map(le, starts, ends)) and max(ends, default=0) <= length)


def encoded_metadata(about: Metadata) -> Mapping[str, Any]:
    """Return the fields of metadata by their names, as JSON values."""
    return {**about._asdict(), "guessed": sorted(about.guessed), "header": dict(about.header)}


def decoded_metadata(fields: Mapping[str, Any]) -> Metadata:
    """Return metadata from its fields as JSON values, see `encoded_metadata`.

    Raises:
        ValueError: A value is not as `encoded_metadata` returns it, or is not clean.
    """
    texts = {name: _clean(fields[name]) for name in ("id", "title", "byline", "source", "date", "url", "language")}
    header = fields["header"]
    return Metadata(
        **texts,
        tags=tuple(map(_clean, fields["tags"])),
        aliases=tuple(map(_clean, fields["aliases"])),
        words=_count(fields["words"]),
        guessed=frozenset(map(_clean, fields["guessed"])),
        header=_cleaned(header) if header and isinstance(header, dict) else NOTHING,
    )


def _cleaned(value: Any) -> Any:
    """Return a JSON value with all its strings cleaned."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    return {clean_text(key): _cleaned(each) for key, each in value.items()} if isinstance(value, dict) else value


def _clean(value: object) -> str:
    """Return a string that is clean; raise ValueError for any other value."""
    if not isinstance(value, str) or not is_clean(value):
        raise ValueError("not a clean string")
    return value


def _count(value: object) -> int:
    """Return a number that is not negative; raise ValueError for any other value."""
    if not isinstance(value, int) or value < 0:
        raise ValueError("not a number")
    return value


def _offset(value: object, text: str) -> int:
    """Return an offset in the text; raise ValueError for any other value."""
    offset = _count(value)
    _require(offset <= len(text))
    return offset


def _index(value: object, blocks: Sequence[Block]) -> int | None:
    """Return the index of a block, or None; raise ValueError for any other value."""
    if value is None:
        return None
    index = _count(value)
    _require(index < len(blocks))
    return index


def _require(is_sound: bool) -> None:
    """Raise ValueError if a condition of valid data does not hold."""
    if not is_sound:
        raise ValueError("not sound")


# For each value of a block's three flags, see `_block_columns`, one of the flags.
_IS_TIGHT = tuple(bool(flag & 1) for flag in range(8))
_IS_QUIET = tuple(bool(flag & 2) for flag in range(8))
