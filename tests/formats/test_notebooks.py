"""Notebooks become text, code and output, in the order of their cells."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.formats.conforming import flaws_of
from tui_reader.formats import read, resource, scan

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

PNG = b"\x89PNG picture"
ENCODED = base64.b64encode(PNG).decode()


def markdown(*lines: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": [f"{line}\n" for line in lines], **more}


def code(source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": list(outputs), "execution_count": 1}


def opened(*cells: dict[str, Any], **more: Any) -> Document:
    value = {"nbformat": 4, "metadata": {"language_info": {"name": "python"}}, "cells": list(cells), **more}
    data = json.dumps(value).encode()
    document = read(data, "a.ipynb")
    assert flaws_of(document) == []
    assert scan(data, "a.ipynb") == (document.metadata, document.error)
    return document


def shown(document: Document) -> list[tuple[str, str]]:
    return [(block.kind.value, document.block_text(index)) for index, block in enumerate(document.blocks)]


def test_cells_are_text_code_and_output() -> None:
    document = opened(
        markdown("# Of *Tides*", "", "See [the log](https://example.org).", "", "| a | b |", "|---|---|", "| 1 | 2 |"),
        code("print(1)\n", {"output_type": "stream", "name": "stdout", "text": ["1\n", "\x1b[31m2\x1b[0m\n"]}),
        code("moon", {"output_type": "execute_result", "data": {"text/plain": "'full'", "text/html": "<b>full</b>"}}),
        code("1/0", {"output_type": "error", "ename": "E", "evalue": "x", "traceback": ["\x1b[0;31mE\x1b[0m: x"]}),
        code("show()", {"output_type": "display_data", "data": {"text/markdown": "**bold** words"}}),
        {"cell_type": "raw", "metadata": {}, "source": "as it is"},
    )
    assert shown(document) == [
        ("heading", "Of Tides"),
        ("paragraph", "See the log."),
        ("table", "a\tb\n1\t2"),
        ("code", "print(1)"),
        ("code", "1\n2"),
        ("code", "moon"),
        ("code", "'full'"),
        ("code", "1/0"),
        ("code", "E: x"),
        ("code", "show()"),
        ("paragraph", "bold words"),
        ("code", "as it is"),
    ]
    assert [block.language for block in document.blocks[3:6]] == ["python", "", "python"]
    assert document.blocks[3].tight
    assert document.blocks[4].quiet
    assert (document.metadata.title, document.title_block) == ("Of Tides", 0)
    table = document.blocks[2].table
    assert table is not None
    assert document.text[table.rows[1][1].start : table.rows[1][1].end] == "2"


def test_pictures_in_output_and_attachments_are_figures() -> None:
    picture = {"image/png": ENCODED, "text/plain": "<Figure size 1x1>"}
    stream, plot = {"output_type": "stream", "text": "x"}, {"output_type": "display_data", "data": picture}
    attached = {"tide.png": {"image/png": ENCODED}}
    cells = (markdown("![a tide](attachment:tide.png)", attachments=attached), code("plot()", stream, plot))
    document = opened(*cells)
    pairs = zip(document.blocks, shown(document), strict=True)
    figures = [(block.target, text) for block, (kind, text) in pairs if kind == "figure"]
    assert figures == [("cell-0-attachment/tide.png", "a tide"), ("cell-1-output-1", "")]
    data = json.dumps({"cells": cells}).encode()
    assert [resource(data, "a.ipynb", target) for target, _ in figures] == [PNG, PNG]
    for absent in ("cell-9-output-0", "cell-1-output-0", "cell-1-output-9", "cell-0-attachment/x", "cell-x", "a.png"):
        assert resource(data, "a.ipynb", absent) is None


def test_notebooks_of_version_3_are_read() -> None:
    outputs = [
        {"output_type": "pyout", "text": ["1"], "png": ENCODED},
        {"output_type": "pyerr", "ename": "E", "evalue": "v"},
    ]
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Causes"]},
        {"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": outputs},
    ]
    data = json.dumps({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}).encode()
    document = read(data, "a.ipynb")
    assert shown(document) == [("heading", "Causes"), ("code", "x = 1"), ("figure", "1"), ("code", "E: v")]
    assert resource(data, "a.ipynb", "cell-1-output-0") == PNG


def test_metadata_come_from_the_notebook_or_a_header_in_its_first_cell() -> None:
    named = opened(markdown("Text."), metadata={"title": "Of Tides", "authors": [{"name": "Ada"}, {"name": "Bert"}]})
    assert (named.metadata.title, named.metadata.byline) == ("Of Tides", "Ada, Bert")
    headed = opened({"cell_type": "raw", "source": "---\ntitle: Of Moons\nauthor: Ada\n---"}, markdown("Text."))
    assert (headed.metadata.title, headed.metadata.byline, headed.text) == ("Of Moons", "Ada", "Text.")


def test_a_cell_that_is_nested_too_deeply_is_shown_without_marks() -> None:
    document = opened(markdown(">" * 3_000 + " deep"), markdown("# After"))
    assert shown(document)[-1] == ("heading", "After")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"words", "damaged: it is no JSON (line 1)"),
        (b'{"cells": [}', "damaged: it is no JSON (line 1)"),
        (b"[" * 100_000, "damaged: it is nested too deeply"),
        (b'{"a": 1}', "a JSON file that is no notebook: it has no cells"),
        (b'"text"', "a JSON file that is no notebook: it has no cells"),
    ],
)
def test_a_file_that_is_not_a_notebook_shows_the_reason(data: bytes, reason: str) -> None:
    document = read(data, "folder/a.ipynb")
    assert document.error == reason
    assert scan(data, "folder/a.ipynb") == (document.metadata, reason)


@pytest.mark.parametrize(
    "cells", [[], [None, 1, "x", [], {}], [{"cell_type": "code", "source": 1, "outputs": [1, {}]}]]
)
def test_cells_of_any_shape_are_read(cells: list[Any]) -> None:
    assert opened(*cells).text == "There is nothing to read in this file."
