"""The cells of a notebook as blocks, with their output and pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.document.blocks import Block, BlockKind
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.formats.text.bare_links import bare_links
from tui_reader.formats.text.concatenation import append_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tui_reader.document.blocks import DocumentBuilder

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_OLD_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "text": "text/plain",
    "html": "text/html",
    "latex": "text/latex",
}
"""Media types of output by their names in nbformat 3."""
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
"""Terminal escape sequences, by which programs colour their output."""
_OBJECT = re.compile(r"<[\w.]+(?: [^>]*)?>|\[?<matplotlib.*")
"""The `repr` of an object, such as `<Figure size 640x480>`, which is left out if the output also has a picture."""
_ATTACHMENT = re.compile(r"(\]\(\s*<?)attachment:")
"""Pattern of the beginning of an address in Markdown that names an attachment of its cell: `](attachment:a.png`."""
_ATTACHED = re.compile(r"cell-(\d{1,6})-attachment/(.+)", re.DOTALL)
"""Pattern of the target of an attached picture in the document: `cell-3-attachment/a.png`."""
_OUTPUT = re.compile(r"cell-(\d{1,6})-output-(\d{1,6})")
"""Pattern of the target of a picture in the output of a cell: `cell-3-output-0`."""
_MOST_CELLS = 20_000
_MOST_OUTPUT = 100_000
"""Maximum number of characters of one output that are shown."""
_MOST_SECONDS = 2.0
"""Maximum estimated seconds for parsing one cell as Markdown."""
_MOST_PICTURE = 60_000_000
"""Maximum length in base64 of a picture that is decoded."""


class Cell(NamedTuple):
    """A cell of a notebook."""

    kind: str
    """`markdown`, `code` or `raw`."""
    source: str
    outputs: Sequence[Mapping[str, Any]] = ()
    attachments: Mapping[str, Any] = {}
    """Pictures by name, each with its bytes in base64 by media type."""
    language: str = ""


class Notebook(NamedTuple):
    """The parts of a notebook that are shown."""

    cells: Sequence[Cell]
    metadata: Mapping[str, Any]


def notebook_of(value: object) -> Notebook | None:
    """Convert the JSON value of a file to a notebook; None if it is not one."""
    if not isinstance(value, dict):
        return None
    metadata = _mapping(value.get("metadata"))
    language = _line(_mapping(metadata.get("language_info")).get("name")) or _line(
        _mapping(metadata.get("kernelspec")).get("language")
    )
    cells = value.get("cells")
    if cells is None and isinstance(value.get("worksheets"), list):
        cells = [cell for sheet in value["worksheets"] for cell in _list(_mapping(sheet).get("cells"))]
    if not isinstance(cells, list):
        return None
    return Notebook([_cell(_mapping(cell), language) for cell in cells[:_MOST_CELLS]], metadata)


def add_cell(builder: DocumentBuilder, notebook: Notebook, index: int) -> None:
    """Append a cell and its output."""
    cell = notebook.cells[index]
    if cell.kind == "markdown":
        _add_markdown(builder, _ATTACHMENT.sub(rf"\g<1>cell-{index}-attachment/", cell.source))
        return
    if cell.kind == "raw" and index == 0 and cell.source.lstrip().startswith("---"):
        return
    outputs = list(_shown(cell, index))
    text = clean_text(cell.source).strip("\n").rstrip()
    if text.strip():
        language = cell.language if cell.kind == "code" else ""
        builder.add(Block(BlockKind.CODE, 0, 0, language=language, tight=bool(outputs)), text)
    for block, shown in outputs:
        if block.kind is BlockKind.HEADING:  # output that is Markdown
            _add_markdown(builder, shown)
        else:
            builder.add(block, shown, bare_links(shown) if block.kind is BlockKind.PARAGRAPH else ())


def picture_in(notebook: Notebook, target: str) -> bytes | None:
    """Return the bytes of a picture by the target of its figure; None if it is not in the notebook."""
    attached, shown = _ATTACHED.fullmatch(target), _OUTPUT.fullmatch(target)
    match = attached or shown
    if match is None or int(match[1]) >= len(notebook.cells):
        return None
    cell = notebook.cells[int(match[1])]
    if attached:
        data: Mapping[str, Any] = _mapping(cell.attachments.get(attached[2]))
    else:
        number = int(match[2])
        data = _data(cell.outputs[number]) if number < len(cell.outputs) else {}
    return next((_decoded(data[kind]) for kind in _PICTURES if kind in data), None)


def _cell(value: Mapping[str, Any], language: str) -> Cell:
    kind = value.get("cell_type")
    source = _text(value.get("source", value.get("input")))
    if kind == "heading":  # nbformat 3
        level = value.get("level")
        return Cell("markdown", f"{'#' * (level if isinstance(level, int) and 1 <= level <= 6 else 1)} {source}")
    if kind != "code":
        is_text = kind in ("markdown", "html")
        return Cell("markdown" if is_text else "raw", source, (), _mapping(value.get("attachments")))
    outputs = [_mapping(output) for output in _list(value.get("outputs"))]
    own = _line(value.get("language")) or language
    magic = re.match(r"%%(bash|sh|html|javascript|js|latex|perl|ruby|sql|R)\b", source)
    return Cell("code", source, outputs, {}, magic[1].lower() if magic else own)


def _add_markdown(builder: DocumentBuilder, source: str) -> None:
    """Append a text in Markdown; if parsing it would take too long, append it as plain paragraphs."""
    from tui_reader.formats.markdown.effort import is_too_deep, seconds_of  # noqa: PLC0415 - not needed for listing
    from tui_reader.formats.markdown.parser import markdown_parser  # noqa: PLC0415 - see above
    from tui_reader.formats.markdown.tokens import read_tokens  # noqa: PLC0415 - see above

    source = clean_text(source)
    if not is_too_deep(source) and seconds_of(source) <= _MOST_SECONDS:
        env: dict[str, Any] = {}
        try:
            tokens = markdown_parser().parse(source, env)
        except RecursionError:
            pass
        else:
            append_document(builder, read_tokens(tokens, env.get("footnotes", {})).build())
            return
    for part in source.split("\n\n"):
        if text := " ".join(part.split()):
            builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text, bare_links(text))


def _shown(cell: Cell, index: int) -> Iterator[tuple[Block, str]]:
    """Yield the blocks of a cell's output with their texts.

    A text with the kind `HEADING` is no heading, but Markdown that the caller has to parse.
    """
    for number, output in enumerate(cell.outputs):
        data = _data(output)
        kind = next((kind for kind in _PICTURES if kind in data), "")
        plain = clean_text(_ESCAPES.sub("", _text(data.get("text/plain")))).strip("\n").rstrip()
        if kind:
            caption = "" if _OBJECT.match(plain) else clean_line(plain[:300])
            yield Block(BlockKind.FIGURE, 0, 0, target=f"cell-{index}-output-{number}"), caption
        elif markdown := _text(data.get("text/markdown")):
            yield Block(BlockKind.HEADING, 0, 0), markdown
        elif latex := clean_text(_text(data.get("text/latex"))).strip():
            yield Block(BlockKind.PARAGRAPH, 0, 0), latex
        elif plain.strip():
            if len(plain) > _MOST_OUTPUT:
                rest = plain.count("\n", _MOST_OUTPUT)
                plain = f"{plain[:_MOST_OUTPUT]}\n… {rest:,} more lines"
            yield Block(BlockKind.CODE, 0, 0, quiet=True), plain


def _data(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the representations of one output by media type, for all versions of nbformat."""
    kind = output.get("output_type")
    if kind == "stream":
        return {"text/plain": output.get("text")}
    if kind in ("error", "pyerr"):
        traceback = "\n".join(_text(line) for line in _list(output.get("traceback")))
        return {"text/plain": traceback or f"{_line(output.get('ename'))}: {_line(output.get('evalue'))}"}
    data = output.get("data")
    if isinstance(data, dict):
        return data
    return {_OLD_TYPES[key]: value for key, value in output.items() if key in _OLD_TYPES}


def _decoded(value: object) -> bytes | None:
    """Decode the bytes of a picture from base64; None if they are damaged, empty or too large."""
    from base64 import b64decode  # noqa: PLC0415 - only for pictures
    from binascii import Error  # noqa: PLC0415 - see above

    text = _text(value)
    if len(text) > _MOST_PICTURE:
        return None
    try:
        return b64decode("".join(text.split()) + "==") or None
    except (Error, ValueError):
        return None


def _text(value: object) -> str:
    """Return a text of a notebook, stored as a string or as a list of lines to join; empty for anything else."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _line(value: object) -> str:
    return clean_line(value) if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
