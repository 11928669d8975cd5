"""Notebooks of Jupyter (`.ipynb`, nbformat 3 and 4): cells of Markdown as text, cells of code with their output."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import Document, DocumentBuilder
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.document.normalization import title_key
from tui_reader.document.words import count_words
from tui_reader.formats.base import Format
from tui_reader.formats.markdown.approximate_text import rough_text
from tui_reader.formats.markdown.titles import first_lines, title_heading
from tui_reader.formats.metadata.front_matter import read_front_matter
from tui_reader.formats.metadata.guesses import complete
from tui_reader.formats.notebooks.cells import Notebook, add_cell, notebook_of, picture_in
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.reasons import WrongContent
from tui_reader.formats.titled_document import titled_document
from tui_reader.formats.true_kinds import is_blank

if TYPE_CHECKING:
    from tui_reader.model.article import Metadata


class NotebookFormat(Format):
    """The format of notebooks."""

    name = "notebook"
    suffixes = (".ipynb",)

    def read(self, data: bytes, name: str, *, whole: bool = False) -> Document:
        """Return all cells as a document."""
        notebook, problem = _parsed(data)
        if notebook is None:
            return problem_document(name, len(data), problem) if problem else _empty(name, "")
        metadata = _metadata(notebook, name)
        builder = DocumentBuilder()
        for index in range(len(notebook.cells)):
            add_cell(builder, notebook, index)
        return titled_document(builder, metadata, "cells", comparable=_letters)

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read, without building blocks."""
        notebook, problem = _parsed(data)
        if notebook is None:
            return (problem_metadata(name), problem) if problem else (complete({}, "", name), "")
        return _metadata(notebook, name), ""

    def resource(self, data: bytes, name: str, target: str) -> bytes | None:
        """Return the bytes of a picture in the output of a cell, or attached to one; None if there is none."""
        notebook, _ = _parsed(data) if target.startswith("cell-") else (None, "")
        return None if notebook is None else picture_in(notebook, target)


FORMAT: Format = NotebookFormat()


def _empty(name: str, source: str) -> Document:
    return empty_document(complete({}, "", name), source)


def _parsed(data: bytes) -> tuple[Notebook | None, str]:
    """Return the notebook, and the reason if it is None; the reason is empty for an empty file."""
    if is_blank(data):
        return None, ""
    try:
        value = json.loads(data.decode("utf-8-sig", "replace"))
    except RecursionError:
        return None, WrongContent("damaged: it is nested too deeply")
    except ValueError as error:
        line = getattr(error, "lineno", 0)
        return None, WrongContent(f"damaged: it is no JSON{f' (line {line})' if line else ''}")
    notebook = notebook_of(value)
    return (notebook, "") if notebook is not None else (None, "a JSON file that is no notebook: it has no cells")


def _metadata(notebook: Notebook, name: str) -> Metadata:
    """Return the metadata of the notebook and of a header in its first cell; fields that both lack are guessed."""
    cells = notebook.cells
    header: dict[str, Any] = {
        key: value
        for key in ("title", "authors", "author", "date", "keywords", "language")
        if (value := notebook.metadata.get(key))
    }
    if cells and cells[0].kind == "raw":
        header |= read_front_matter(clean_text(cells[0].source.strip()) + "\n").header
    body = clean_text("\n\n".join(cell.source for cell in cells if cell.kind == "markdown"))
    metadata = complete(header, rough_text(body), name, lambda: title_heading(body), lambda: first_lines(body, body))
    code = sum(count_words(clean_text(cell.source)) for cell in cells if cell.kind != "markdown")
    return metadata._replace(words=metadata.words + code)


def _letters(text: str) -> str:
    return title_key(clean_line(text))
