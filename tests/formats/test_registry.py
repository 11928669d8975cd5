"""Every format keeps the promises of the protocol, and the right format reads each file."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder, Page, Section
from tui_reader.formats import ROWS, Format, format_for, is_article, load, preview, read, scan
from tui_reader.formats.base import BY_NAME, FALLBACK, NO_MATCH
from tui_reader.formats.descriptions import DESCRIPTIONS

if TYPE_CHECKING:
    from tui_reader.formats.registry import Row

FORMATS = [load(row) for row in ROWS]
NAMES = [f"name{form.suffixes[0]}" for form in FORMATS] + ["-", "README", "name.unknown"]
BINARY = (".epub", ".pdf", ".gz", ".ipynb", ".docx", ".odt")
"""Suffixes of binary formats, which have error messages of their own for a text file."""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.md", True),
        ("a.pdf", True),
        ("folder/A.MARKDOWN", True),
        ("a.mdown", True),
        ("a.txt", True),
        ("a.text", True),
        ("README", True),
        ("readme", True),
        ("NEWS", True),
        ("a headline as a name", True),
        ("The long Chapter 1.5", True),
        (".hidden.md", False),
        ("Makefile", False),
        ("LICENSE", False),
        ("pre-commit", False),
        ("a.py", False),
        ("a.md.bak", False),
        ("library.json", False),
    ],
)
def test_articles_in_folders_are_recognized_by_their_names(name: str, found: bool) -> None:
    assert is_article(name) is found


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        ("a.md", b"", "Markdown"),
        ("A.MD", b"", "Markdown"),
        ("a.txt", b"# Heading\n\n- [ ] task\n\n```\n", "plain text"),
        ("-", b"# Heading\n\nText with a [link](https://example.org).", "Markdown"),
        ("-", b"---\ntitle: T\n---\n\n## Heading\n\nText.", "Markdown"),
        ("-", b"A headline\n\n# of a paste, with a sharp sign.", "plain text"),
        ("-", b"Prices: - 5 %\n* a note *\n[1] a source", "plain text"),
        ("README", b"plain words", "plain text"),
        ("a.rst", b"Heading\n=======\n\n```\n# x\n```", "reStructuredText"),
        ("a.unknown", b"Heading\n=======\n\n```\n# x\n```", "plain text"),
        ("Vol. 1", b"words", "plain text"),
        ("a.pdf", b"words", "PDF"),
        ("-", b"%PDF-1.7\n%", "PDF"),
        ("README", b"%PDF-1.7\n%", "PDF"),
    ],
)
def test_the_format_is_chosen_by_suffix_else_by_the_first_bytes(name: str, data: bytes, form: str) -> None:
    assert format_for(name, data).name == form


def test_formats_do_not_claim_the_same_suffix() -> None:
    suffixes = [suffix for form in FORMATS for suffix in form.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in suffixes)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.module)
def test_a_format_claims_the_files_of_its_suffixes_and_no_others_by_name(row: Row) -> None:
    form = load(row)
    assert form.suffixes == row.suffixes
    for suffix in form.suffixes:
        assert format_for(f"a{suffix}", b"") is form
        assert form.matches(f"a{suffix}", b"") == BY_NAME
        assert all(other.matches(f"a{suffix}", b"") < BY_NAME for other in FORMATS if other is not form)
    assert all(NO_MATCH <= form.matches(name, b"words") < BY_NAME for name in ("-", "README", "a.unknown", ""))


def test_some_format_reads_any_file() -> None:
    assert any(form.matches("a.unknown", b"\0") >= FALLBACK for form in FORMATS)


@pytest.mark.usefixtures("real_processes")
def test_folders_are_listed_without_importing_a_format() -> None:
    code = (
        "import sys; from tui_reader.formats import is_article; assert is_article('a.md')\n"
        "assert not {'tui_reader.formats.markdown.markdown', 'tui_reader.formats.plain.plain'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_document_has_neither_sections_nor_pages_unless_its_format_gives_some() -> None:
    document = read(b"# Title\n\nText.\n", "a.md")
    assert (list(document.sections), list(document.pages)) == ([], [])


def test_a_built_document_has_the_sections_and_pages_that_were_given() -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "Text.")
    document = builder.build(sections=(Section(0, "One"),), pages=(Page(0, "iv"),))
    assert document.sections[0].title == "One"
    assert document.pages == (Page(0, "iv"),)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_a_picture_outside_of_the_file_returns_none(form: Format) -> None:
    assert form.resource(b"", f"a{form.suffixes[0]}", "https://example.org/a.png") is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_become_a_document_without_flaws(form: Format, data: bytes) -> None:
    name = f"a{form.suffixes[0]}"
    document = form.read(data, name)
    assert flaws_of(document) == []
    assert form.scan(data, name) == (document.metadata, document.error)
    assert form.preview(data, name) is None


@pytest.mark.parametrize(
    "name", [name for name in NAMES if not name.endswith(BINARY) or name.endswith((".eml", ".ipynb"))]
)
@pytest.mark.parametrize("data", [b"", b"\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_shown_as_a_page_that_says_so(name: str, data: bytes) -> None:
    document = read(data, name)
    assert document.text == "This file is empty."
    assert document.error == ""
    assert document.metadata.words == 0
    assert document.metadata.title


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_a_file_with_only_a_header_is_shown_as_a_page_that_says_so(name: str) -> None:
    document = read(b"---\ntitle: T\n---\n", name)
    assert (document.text, document.metadata.title) == ("There is nothing to read in this file.", "T")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith(BINARY)])
def test_a_file_that_cannot_be_read_is_shown_as_a_page_that_says_why(name: str) -> None:
    data = b"text\n" * 2_000 + b"\0" * 320
    document = read(data, f"folder/{name}" if name != "-" else name)
    shown = "Standard input" if name == "-" else name
    assert document.error == "not text: 3 % of its bytes are zero"
    heading, reason, *way_out, where = document.text.split("\n")
    assert heading == f"{shown} cannot be read"
    assert reason == "It looks like a binary file: 3 % of its bytes are zero. Nothing was changed."
    assert where == f"where\t{'Standard input' if name == '-' else f'folder/{name}'}, 10 kB"
    assert document.text.count("bytes are zero") == 1
    assert ["Open the original" in line and "ignore" in line for line in way_out] == ([] if name == "-" else [True])
    assert document.blocks[0].kind is BlockKind.HEADING
    assert document.title_block == 0
    assert document.metadata.title == shown
    assert scan(data, f"folder/{name}" if name != "-" else name) == (document.metadata, document.error)
    assert preview(data * 1_000, name) is None


@pytest.mark.parametrize(
    ("name", "data", "reason", "ending"),
    [
        ("a.html", b"%PDF-1.7\n", "It is a PDF file.", ".pdf"),
        (
            "a.md",
            b"PK\x03\x04" + b"\0" * 400,
            "It is a ZIP archive, as EPUB and office files are.",
            ".epub, .docx or .odt",
        ),
        ("a.txt", b"\x1f\x8b\x08\0" + b"\0" * 400, "It is a gzip archive.", ".txt.gz or .html.gz"),
        (
            "a.pdf",
            b"\n<!DOCTYPE HTML><p>Sign in",
            "It is a web page, not a PDF file, as sites send in its place.",
            ".html",
        ),
    ],
)
def test_a_file_with_the_name_of_another_format_says_which_name_it_needs(
    name: str, data: bytes, reason: str, ending: str
) -> None:
    document = read(data, name)
    assert document.text.split("\n")[1:3] == [
        f"{reason} Nothing was changed.",
        f"It can be read once its name ends in {ending}.",
    ]
    assert scan(data, name) == (document.metadata, document.error)
    assert flaws_of(document) == []


def test_control_characters_in_a_file_name_are_not_shown() -> None:
    document = read(b"%PDF-1.7", "a\x1b[31m\u202eb\n.txt")
    assert flaws_of(document) == []
    assert document.text.startswith("a[31mb .txt cannot be read")


def test_notices_name_a_guessed_encoding_and_a_broken_header() -> None:
    document = read("---\na: [\n---\nCafé “at night”. ".encode("cp1252") * 3, "a.md")
    assert [notice.split()[:2] for notice in document.notices] == [["Not", "UTF-8:"], ["Its", "header"]]


def test_each_format_has_a_description_with_its_limits() -> None:
    assert set(DESCRIPTIONS) == {row.module for row in ROWS}
    assert all(all(each) for each in DESCRIPTIONS.values())
