"""Descriptions of the formats for the user: what is read from their files, and the limits.

`make docs` writes docs/formats.md and README.md from these texts and the table of formats. They are not in the table
of formats itself, since that is imported at every start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.registry import ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping


class Description(NamedTuple):
    """The description of a format for the user."""

    title: str
    gives: str
    """What is read from its files."""
    limits: str
    """What is left out or rejected."""


DESCRIPTIONS: Mapping[str, Description] = {
    "tui_reader.formats.markdown.markdown": Description(
        "Markdown",
        "CommonMark with tables, footnotes, tasks, formulas, callouts, definitions and raw HTML; the dialects of "
        "Obsidian, GitHub, Pandoc, Hugo and Jekyll; front matter",
        "beyond 16 MB, 50 levels in one line or an estimate of 2 s: as plain text",
    ),
    "tui_reader.formats.plain.plain": Description(
        "Plain text",
        "paragraphs, lists, chapters, quoted mail, other stories of a paste, in any encoding",
        "lines that were wrapped by hand are joined; nothing is hidden",
    ),
    "tui_reader.formats.html.html": Description(
        "Web pages",
        "the article in the page, or the whole page (`gw`): headings, lists, tables with spans, code, figures, "
        "footnotes, links, metadata; pages as browsers and SingleFile save them, and MHTML",
        "nothing is fetched, and scripts do not run; beyond 20 MB the article is not looked for",
    ),
    "tui_reader.formats.epub.epub": Description(
        "Books (EPUB)",
        "one text with chapters, contents, notes there and back, printed pages, pictures and metadata",
        "copy protection is said; 160 MB unpacked, 20,000 chapters; sound and video are named only",
    ),
    "tui_reader.formats.pdf.pdf": Description(
        "PDF",
        "paragraphs joined over lines and pages, columns in order, headings, notes, links, outline, printed pages, "
        "pictures",
        "encrypted, damaged and scanned files say so; 2,000 pages, 20 million characters; tables are lines unless they "
        "are certain",
    ),
    "tui_reader.formats.mail.mail": Description(
        "Mail",
        "the HTML part as a page, else the text; sender, subject, date and list; pictures, attachments by name",
        "2,000 parts; attachments are not opened",
    ),
    "tui_reader.formats.office.docx": Description(
        "Word",
        "headings, lists, tables, notes, pictures, properties",
        "needs the extra `office`; 40 MB of XML; macros are ignored",
    ),
    "tui_reader.formats.office.odt": Description(
        "OpenDocument",
        "headings, lists, tables, notes, pictures, metadata",
        "40 MB of XML; encrypted files say so",
    ),
    "tui_reader.formats.rst.rst": Description(
        "reStructuredText",
        "sections, lists, tables, directives of docutils, footnotes, links, fields as metadata",
        "other files are not included, raw output is left out; what only Sphinx knows is shown as text",
    ),
    "tui_reader.formats.org.org": Description(
        "Org",
        "headlines with tags and states, lists, tables, blocks, footnotes, links, keywords as metadata",
        "drawers, properties and comments are hidden; code is not run",
    ),
    "tui_reader.formats.notebooks.notebook": Description(
        "Notebooks of Jupyter",
        "Markdown, code with its language, text output, pictures",
        "output in HTML and controls are shown as their text",
    ),
    "tui_reader.formats.gemtext.gemtext": Description(
        "Gemtext",
        "headings, lists, quotations, links, preformatted text",
        "none",
    ),
    "tui_reader.formats.compressed.gzip_files": Description(
        "Compressed by gzip",
        "the file inside, by its name without `.gz`",
        "as many bytes unpacked as a file may have",
    ),
}
"""The descriptions by the module of the format, in the order in which they are shown."""


def format_table() -> str:
    """Return a Markdown table of all formats: name, suffixes, content, limits, and the process that parses them."""
    suffixes = {row.module: " ".join(f"`{suffix}`" for suffix in row.suffixes) for row in ROWS}
    where = {row.module: "process" if row.is_slow else "reader" for row in ROWS}
    rows = [
        f"| {each.title} | {suffixes[module]} | {each.gives} | {each.limits} | {where[module]} |"
        for module, each in DESCRIPTIONS.items()
    ]
    return (
        "\n".join(["| format | files | what comes out | limits | parsed in the |", "|---|---|---|---|---|", *rows])
        + "\n"
    )


def brief_format_table() -> str:
    """Return a Markdown table with the name and the suffixes of each format, under an empty header row."""
    suffixes = {row.module: " ".join(f"`{suffix}`" for suffix in row.suffixes) for row in ROWS}
    rows = [f"| {each.title} | {suffixes[module]} |" for module, each in DESCRIPTIONS.items()]
    return "\n".join(["| | |", "|---|---|", *rows]) + "\n"
