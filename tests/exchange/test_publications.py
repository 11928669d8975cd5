"""Exports say what kind of publication an article is, and where in it a passage stands: chapter and printed page."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile

import pytest

from tests.exchange.clips import COLOURS
from tui_reader.anchoring.description import describe
from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder, Page, Section
from tui_reader.exchange.clip import Clip, clip
from tui_reader.exchange.registry import EXPORTS, Kept, find_export
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, Metadata
from tui_reader.services.headless.export_files import file_stem


def book(*, has_headings: bool) -> Clip:
    """Return a clip of a book with one highlight on page xiv of its second chapter."""
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "Before all chapters.")
    if has_headings:
        builder.add(Block(BlockKind.HEADING, 0, 0, level=1), "The Moon Is Late")
        builder.add(Block(BlockKind.HEADING, 0, 0, level=2), "Why there are two")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "One heap of water would be easy to believe in.")
    begin = len("Before all chapters.") + 1
    sections, pages = (Section(begin, "The Moon Is Late", label="II"),), (Page(0, "xiii"), Page(begin, "xiv"))
    document = builder.build(sections=sections, pages=pages)
    start = document.text.index("One heap")
    end = start + len("One heap of water")
    placed = Placement(start, end, PlaceState.ANCHORED)
    annotation = Annotation("n", "b", describe(document, start, end), None, placed, 1, "why")
    metadata = Metadata(title="Nine Stones", byline="Ada Møller", source="Harbour Press", date="2026-11-24")
    return clip(Headline(Article("b", "nine-stones.epub", metadata)), (annotation,), document, COLOURS)


def exported(form: str, clipped: Clip) -> str:
    """Return the text of an export; that of a book is the text of its pages."""
    written = find_export(form).write((clipped,))
    if isinstance(written, str):
        return html.unescape(written)
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        pages = [archive.read(name).decode() for name in archive.namelist() if name.startswith("EPUB/article")]
    return html.unescape("".join(pages))


@pytest.mark.parametrize("form", [each.id for each in EXPORTS if Kept.HEADING in each.keeps])
def test_a_passage_is_cited_by_its_chapter_and_printed_page(form: str) -> None:
    assert "xiv" in exported(form, book(has_headings=True))
    assert "Why there are two" in exported(form, book(has_headings=True))
    assert "The Moon Is Late" in exported(form, book(has_headings=form in {"html", "epub"}))


@pytest.mark.parametrize("form", ["plain", "csl-json", "bibtex"])
def test_references_and_plain_text_cite_as_copied_quotes_do(form: str) -> None:
    assert "“One heap of water” (II: The Moon Is Late › Why there are two, p. xiv)" in exported(
        form, book(has_headings=True)
    )


@pytest.mark.parametrize(
    ("label", "page"), [("xiv", "xiv"), ("12", 12), ("9" * 5_000, "9" * 5_000)], ids=["roman", "decimal", "too long"]
)
def test_a_page_number_is_a_number_for_koreader(label: str, page: str | int) -> None:
    clipped = book(has_headings=False)
    (annotation,) = clipped.annotations
    assert annotation.where.page == "xiv"
    numbered = annotation._replace(where=annotation.where._replace(page=label))
    entry = json.loads(exported("koreader", Clip(clipped.headline, (numbered,))))["entries"][0]
    assert (entry["page"], entry["chapter"]) == (page, "II: The Moon Is Late")


@pytest.mark.parametrize(
    ("file", "source", "url", "bibtex", "ris", "csl"),
    [
        ("a.epub", "Press", "", ("book", "publisher"), ("BOOK", "PB"), ("book", "publisher")),
        ("A.EPUB.GZ", "Press", "", ("book", "publisher"), ("BOOK", "PB"), ("book", "publisher")),
        ("a.md", "Desk", "", ("article", "journal"), ("MGZN", "T2"), ("article-magazine", "container-title")),
        ("a.eml", "List", "", ("article", "journal"), ("MGZN", "T2"), ("article-magazine", "container-title")),
        ("a.eml", "", "", ("misc", ""), ("PCOMM", ""), ("personal_communication", "")),
        ("a.html", "", "https://example.org/a", ("online", ""), ("ELEC", ""), ("webpage", "")),
        ("a.pdf", "", "", ("misc", ""), ("GEN", ""), ("document", "")),
    ],
)
def test_an_entry_has_the_type_of_its_publication_and_the_field_of_its_source(
    file: str, source: str, url: str, bibtex: tuple[str, str], ris: tuple[str, str], csl: tuple[str, str]
) -> None:
    clipped = Clip(Headline(Article("a", file, Metadata(title="Title", source=source, url=url))))
    entry = re.match(r"@(\w+)\{", exported("bibtex", clipped))
    assert entry is not None
    assert entry[1] == bibtex[0]
    found = re.search(r"^ {2}(publisher|journal) = ", exported("bibtex", clipped), re.MULTILINE)
    assert (found[1] if found else "") == bibtex[1]
    fields = dict(line.split("  - ") for line in exported("ris", clipped).splitlines())
    assert (fields["TY"], next((name for name in ("PB", "T2") if name in fields), "")) == ris
    (item,) = json.loads(exported("csl-json", clipped))
    assert (item["type"], next((name for name in ("publisher", "container-title") if name in item), "")) == csl


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("COM1", "_COM1"),
        ("LPT¹", "_LPT¹"),
        ("CONIN$", "_CONIN$"),
        ("NUL .x", "_NUL .x"),
        ("-rf", "_-rf"),
        ("Conrad", "Conrad"),
        ("../../etc/passwd", "etc passwd"),
        ("...", "untitled"),
        (".hidden", "hidden"),
        ("x" * 400, "x" * 160),
        ("日本" * 200, "日本" * 26 + "日"),
        ("a\u0308b", "äb"),
    ],
)
def test_a_title_becomes_a_file_name_that_every_system_and_command_takes(title: str, stem: str) -> None:
    assert file_stem(title) == stem
