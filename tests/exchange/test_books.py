"""Books are EPUB 3 as its specification says, read here by a zip and an XML reader alone."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tui_reader.exchange
from tests.exchange.clips import clips
from tests.exchange.pages import COLOURS, XHTML, article, compact, contrast, find_all, parse, text_events, words
from tests.hostile import TEXTS
from tui_reader.exchange.clip import Clip, clip
from tui_reader.exchange.registry import find_export
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, Metadata

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
OPS = "{http://www.idpf.org/2007/ops}"


def book(*clipped: Clip, form: str = "epub") -> bytes:
    data = find_export(form).write(clipped)
    assert isinstance(data, bytes)
    return data


def read_book(data: bytes) -> tuple[ElementTree.Element, dict[str, ElementTree.Element]]:
    """Return the package of a book and its pages in the order of reading; whatever is not EPUB is an error."""
    assert data[30:38] == b"mimetype"
    assert data[38:58] == b"application/epub+zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    container = ElementTree.fromstring(files["META-INF/container.xml"])
    (root,) = (each for each in container.iter() if each.tag.endswith("rootfile"))
    package = ElementTree.fromstring(files[root.get("full-path", "")])
    assert (package.tag, package.get("version")) == (f"{OPF}package", "3.0")
    manifest = {item.get("id"): item for item in package.iter(f"{OPF}item")}
    listed = {f"EPUB/{item.get('href')}" for item in manifest.values()}
    assert listed == set(files) - {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert [item.get("href") for item in manifest.values() if item.get("properties") == "nav"] == ["contents.xhtml"]
    hrefs = [manifest[each.get("idref")].get("href", "") for each in package.iter(f"{OPF}itemref")]
    assert len(hrefs) == len(set(hrefs)) == len(manifest) - 1, "every page is in the spine once"
    pages = {href: parse(files[f"EPUB/{href}"]) for href in hrefs}
    for link in pages["contents.xhtml"].iter(f"{XHTML}a"):
        file, _, name = link.get("href", "").partition("#")
        assert not name or name in {each.get("id") for each in pages[file].iter()}
    unique = package.get("unique-identifier")
    (identifier,) = package.iter(f"{DC}identifier")
    assert identifier.get("id") == unique
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", identifier.text or "")
    (modified,) = (each.text for each in package.iter(f"{OPF}meta") if each.get("property") == "dcterms:modified")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", modified or "")
    assert all((each.text or "").strip() for each in [*package.iter(f"{DC}title"), *package.iter(f"{DC}language")])
    return package, pages


@given(st.lists(clips(), max_size=2))
def test_a_book_is_well_formed_and_equal_articles_make_equal_bytes(clipped: list[Clip]) -> None:
    data = book(*clipped)
    _, pages = read_book(data)
    assert len(pages) == 1 + len(clipped)
    assert book(*clipped) == data
    for root, each in zip(list(pages.values())[1:], clipped, strict=True):
        assert each.document is not None
        noted = {element.get("data-annotation") for element in root.iter()} - {None}
        assert noted == {annotation.id for annotation in each.annotations}
        (text,) = find_all(root, "text")
        read = "".join(part for part, _ in text_events(text) if not part.startswith("\x00"))
        assert compact(read) == compact(each.document.text)
    read_book(book(*clipped, form="epub-quotes"))


@pytest.mark.parametrize("form", ["epub", "epub-quotes"])
def test_an_export_of_no_articles_is_a_valid_book(form: str) -> None:
    assert list(read_book(book(form=form))[1]) == ["contents.xhtml"]


def test_notes_are_footnotes_and_headings_are_in_the_contents() -> None:
    clipped = article("# Title\n\n## One\n\nwords here\n\n## Two\n\nmore", ("words", "a *note*"), ("more", ""))
    package, pages = read_book(book(clipped))
    assert [each.text for each in package.iter(f"{DC}title")] == ["Title"]
    contents, chapter = pages.values()
    (nav,) = contents.iter(f"{XHTML}nav")
    assert nav.get(f"{OPS}type") == "toc"
    assert [words(each) for each in nav.iter(f"{XHTML}a")] == ["Title", "One", "Two"]
    (reference,) = (each for each in chapter.iter() if each.get(f"{OPS}type") == "noteref")
    (note,) = (each for each in chapter.iter() if each.get(f"{OPS}type") == "footnote")
    assert reference.get("href") == f"#{note.get('id')}"
    assert words(note).endswith("anote")
    order = [each.get("id") for each in chapter.iter()]
    assert order.index(note.get("id")) > order.index(reference.get("href", "").replace("n", "h")[1:])


def test_a_book_of_quotes_has_only_the_quotes() -> None:
    _, pages = read_book(
        book(article("# A\n\nOne two.\n\nThree.", ("One", "n")), article("# B\n\nx"), form="epub-quotes")
    )
    assert len(pages) == 2
    text = words(list(pages.values())[1])
    assert "One" in text
    assert "two" not in text


def test_times_come_from_the_data_and_are_within_what_a_zip_file_holds() -> None:
    for updated, expected in (
        ("2026-06-05T08:00:01.5Z", "2026-06-05T08:00:01Z"),
        ("2026-06-05T08:00:00+02:00", "2026-06-05T06:00:00Z"),
        ("1066-10-14", "1980-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "1980-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+14:00", "1980-01-01T00:00:00Z"),
        ("soon", "1980-01-01T00:00:00Z"),
    ):
        mark = Annotation("1", "a", note="n", updated=updated)
        clipped = clip(Headline(Article("a", "a.md", Metadata(title="A"))), [mark], None, COLOURS)
        package, _ = read_book(book(clipped))
        assert expected in [each.text for each in package.iter(f"{OPF}meta")]


def test_a_book_in_arabic_is_read_from_right_to_left() -> None:
    package, _ = read_book(book(article("---\nlang: ar\n---\n\nنص عربي")))
    (spine,) = package.iter(f"{OPF}spine")
    assert spine.get("page-progression-direction") == "rtl"
    assert [each.text for each in package.iter(f"{DC}language")] == ["ar"]


@pytest.mark.parametrize("attack", ["<script>x</script>", '"/><x a="', "&amp; ]]>", *TEXTS])
def test_hostile_metadata_is_data_in_a_book_too(attack: str) -> None:
    metadata = Metadata("", attack, attack, attack, attack, f"https://e.org/{attack}", attack, (attack,))
    orphan = Annotation(attack, "a", Anchor(attack), None, Placement(0, 0, PlaceState.ORPHAN), 1, attack, (attack,))
    clipped = clip(Headline(Article(attack, attack, metadata)), [orphan], None, (attack,) * 5)
    for form in ("epub", "epub-quotes"):
        read_book(book(clipped, clipped, form=form))


def test_highlights_in_a_book_keep_their_words_readable_whatever_the_reader_paints_behind_them() -> None:
    style = (Path(tui_reader.exchange.__file__).parent / "book.css").read_text()
    (ink,) = re.findall(r"mark \{ color: #([0-9a-f]{6})", style)
    (link,) = re.findall(r"mark a \{ color: #([0-9a-f]{6})", style)
    papers = re.findall(r"^mark.*background: #([0-9a-f]{6})", style, re.MULTILINE)
    assert len(set(papers)) == 5
    assert all(contrast(each, paper) >= 4.5 for each in (ink, link) for paper in papers)
    assert not re.search(r"url\(|@import", style)
