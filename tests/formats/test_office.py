"""Documents of word processors have headings, lists, tables, notes and pictures."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.formats.conforming import flaws_of
from tests.formats.office_files import PNG, docx, odt, paragraph, zipped
from tui_reader.document.blocks import Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import read, resource, scan

if TYPE_CHECKING:
    from collections.abc import Callable

ODT_BODY = """
<text:tracked-changes><text:changed-region><text:p>deleted</text:p></text:changed-region></text:tracked-changes>
<text:p text:style-name="P1">Of Tides</text:p>
<text:h text:outline-level="1">Causes</text:h>
<text:p>They <text:span text:style-name="T1">rise</text:span><text:s text:c="2"/>and fall<text:note
text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p>
</text:note-body></text:note>, <text:a xlink:href="https://example.org/a">why</text:a>.<office:annotation><text:p>hidden</text:p></office:annotation></text:p>
<text:list text:style-name="L1"><text:list-item><text:p>first</text:p><text:list><text:list-item><text:p>inner</text:p>
</text:list-item></text:list></text:list-item><text:list-item><text:p>second</text:p></text:list-item></text:list>
<text:p text:style-name="P2">A quotation.</text:p>
<text:p text:style-name="Preformatted_20_Text">def a():</text:p>
<text:p text:style-name="Preformatted_20_Text"><text:s text:c="4"/>return 1</text:p>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Port</text:p></table:table-cell>
<table:table-cell><text:p>High</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell><text:p>Hull</text:p></table:table-cell><table:table-cell><text:p>4</text:p></table:table-cell>
</table:table-row></table:table>
<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:desc>A harbour</svg:desc></draw:frame></text:p>
"""
META = (
    "<dc:title>On Tides</dc:title><meta:initial-creator>Ada</meta:initial-creator><meta:keyword>sea</meta:keyword>"
    "<meta:keyword>moon</meta:keyword><meta:creation-date>2021-03-04T12:00:00</meta:creation-date>"
    "<dc:language>en-GB</dc:language>"
)
DOCX_BODY = (
    paragraph("Of Tides", style="Ti")
    + paragraph("Causes", style="H1")
    + paragraph(
        "They rise",
        inside='<w:r><w:rPr><w:b/></w:rPr><w:t> high</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        '<w:hyperlink r:id="l1"><w:r><w:t> why</w:t></w:r></w:hyperlink>',
    )
    + paragraph("first", item=0)
    + paragraph("inner", item=1)
    + paragraph("second", item=0)
    + "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:p><w:r><w:t>Port</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r>"
    "<w:t>High</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>Hull</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r>"
    "<w:t>4</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    + paragraph(
        "",
        inside='<w:r><w:drawing><wp:inline><wp:docPr descr="A harbour"/><a:graphic><a:graphicData><pic:pic>'
        '<pic:blipFill><a:blip r:embed="p1"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r>",
    )
)
NOTES = '<w:footnote w:id="2"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>'
CORE = (
    "<dc:title>On Tides</dc:title><dc:creator>Ada</dc:creator><cp:keywords>sea, moon</cp:keywords>"
    "<dcterms:created>2021-03-04T12:00:00Z</dcterms:created>"
)


def opened(data: bytes, name: str) -> Document:
    document = read(data, name)
    assert flaws_of(document) == []
    assert scan(data, name) == (document.metadata, document.error)
    return document


def shown(document: Document) -> list[tuple[str, str, str]]:
    return [(block.kind.value, block.marker, document.block_text(i)) for i, block in enumerate(document.blocks)]


@pytest.mark.parametrize("flat", [False, True], ids=["archive", "flat"])
def test_an_opendocument_text_keeps_its_structure(flat: bool) -> None:
    data = odt(ODT_BODY, meta=META, flat=flat)
    document = opened(data, "a.fodt" if flat else "a.odt")
    assert shown(document)[:10] == [
        ("heading", "", "Of Tides"),
        ("heading", "", "Causes"),
        ("paragraph", "", "They rise and fall[1], why."),
        ("paragraph", "1.", "first"),
        ("paragraph", "•", "inner"),
        ("paragraph", "2.", "second"),
        ("paragraph", "", "A quotation."),
        ("code", "", "def a():\n    return 1"),
        ("table", "", "Port\tHigh\nHull\t4"),
        ("figure", "", "A harbour"),
    ]
    assert shown(document)[-1] == ("paragraph", "[1]", "A note.")
    assert [block.depth for block in document.blocks[3:6]] == [1, 2, 1]
    assert document.blocks[6].quote == 1
    kinds = [(span.kind, document.text[span.start : span.end]) for span in document.spans]
    assert (SpanKind.STRONG, "rise") in kinds
    assert (SpanKind.NOTE, "[1]") in kinds
    assert offset_of_name(document, "1") == document.text.index("A note.")
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.tags) == ("On Tides", "Ada", ("sea", "moon"))
    assert (metadata.date, metadata.language) == ("2021-03-04T12:00:00", "en-GB")
    assert document.blocks[9].target == "Pictures/a.png"
    assert resource(data, "a.odt", "Pictures/a.png") == (None if flat else PNG)


def test_a_document_of_word_keeps_its_structure() -> None:
    data = docx(DOCX_BODY, core=CORE, notes=NOTES)
    document = opened(data, "a.docx")
    assert shown(document) == [
        ("heading", "", "Of Tides"),
        ("heading", "", "Causes"),
        ("paragraph", "", "They rise high[1] why"),
        ("paragraph", "1.", "first"),
        ("paragraph", "•", "inner"),
        ("paragraph", "2.", "second"),
        ("table", "", "Port\tHigh\nHull\t4"),
        ("figure", "", "A harbour"),
        ("paragraph", "[1]", "A note."),
    ]
    kinds = [(span.kind, document.text[span.start : span.end], span.target) for span in document.spans]
    assert (SpanKind.STRONG, "high", "") in [(kind, text.strip(), target) for kind, text, target in kinds]
    assert (SpanKind.LINK, "why", "https://example.org/a") in [(kind, text.strip(), t) for kind, text, t in kinds]
    assert document.blocks[7].target == "word/media/a.png"
    assert resource(data, "a.docx", "word/media/a.png") == PNG
    for absent in ("word/media/b.png", "word/document.xml", "../a.png", "https://example.org/a.png"):
        assert resource(data, "a.docx", absent) is None
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.tags) == ("On Tides", "Ada", ("sea", "moon"))
    assert metadata.date == "2021-03-04T12:00:00+00:00"


def test_without_a_title_the_first_heading_is_the_title() -> None:
    assert opened(odt("<text:h>Of Tides</text:h><text:p>Text.</text:p>"), "a.odt").metadata.title == "Of Tides"
    document = opened(docx(paragraph("Of Tides", style="H1") + paragraph("Text.")), "a.docx")
    assert (document.metadata.title, document.title_block) == ("Of Tides", 0)


def test_without_mammoth_the_page_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mammoth", None)
    document = opened(docx(paragraph("Text.")), "folder/a.docx")
    assert "pip install 'tui-reader[office]'" in document.text
    assert "Open the original" in document.text


def bomb() -> bytes:
    return odt("", more={"content.xml": b"<a>" + b" " * 60_000_000})


ENTITY = '<!DOCTYPE x [<!ENTITY a "b">]><office:document-content/>'


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.odt", b"\1\2\3 words", "damaged: it does not begin like a ZIP archive"),
        ("a.docx", b"\1\2\3 words", "damaged: it does not begin like a ZIP archive"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "encrypted with a password, or a document of Word before 2007"),
        ("a.docx", zipped({"a.txt": "words"}), "a ZIP archive that is no document of Word"),
        ("a.odt", zipped({"a.txt": "words"}), "damaged: it has no text of OpenDocument"),
        ("a.odt", odt("", more={"META-INF/manifest.xml": "<encryption-data/>"}), "encrypted: it opens only with"),
        ("a.odt", odt("", more={"content.xml": ENTITY}), "a document whose parts define entities"),
        ("a.docx", docx("", more={"word/document.xml": ENTITY}), "a document whose parts define entities"),
        ("a.odt", bomb, "damaged: “content.xml” inflates"),
        ("a.docx", docx("", more={"word/document.xml": "<w:document"}), "damaged: its text cannot be found in it"),
        ("a.odt", b"PK\x03\x04", "damaged: "),
        ("a.fodt", b"<html><p>words</p></html>", "damaged: it has no text of OpenDocument"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_says_why(name: str, data: bytes | Callable[[], bytes], reason: str) -> None:
    document = opened(data() if callable(data) else data, f"folder/{name}")
    assert document.error.startswith(reason)


def test_a_directory_that_points_before_the_archive_is_damage() -> None:
    data = bytearray(odt("<text:p>Text.</text:p>"))
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"PK\x05\x06"))
    data[at + 42 : at + 46] = b"\x01\x00\x00\x80"
    for name in ("a.odt", "a.docx", "a.epub"):
        assert flaws_of(read(bytes(data), name)) == []


def test_deep_and_repeated_elements_are_read_within_limits() -> None:
    deep = "<text:section>" * 2_000 + "<text:p>deep</text:p>" + "</text:section>" * 2_000
    opened(odt(f"<text:p>Text.</text:p>{deep}"), "a.odt")
    repeated = '<table:table-row><table:table-cell table:number-columns-repeated="999999"/></table:table-row>'
    opened(odt(f"<text:p>Text.<text:s text:c='999999'/></text:p><table:table>{repeated * 20}</table:table>"), "a.odt")
    spans = "<w:r>" + "<w:ins>" * 300 + "<w:t>x</w:t>" + "</w:ins>" * 300 + "</w:r>"
    opened(docx(paragraph("Text.", inside=spans)), "a.docx")


def test_keywords_in_one_element_are_separate_tags() -> None:
    data = odt("<text:p>Text.</text:p>", meta="<meta:keyword>sea, the moon; tides</meta:keyword>")
    assert opened(data, "a.odt").metadata.tags == ("sea", "the moon", "tides")


@pytest.mark.parametrize("name", ["a.docx", "a.odt"])
def test_a_caption_equal_to_the_description_is_shown_once(name: str) -> None:
    if name == "a.docx":
        picture = DOCX_BODY[DOCX_BODY.index("</w:tbl>") + len("</w:tbl>") :]
        data = docx(picture + paragraph("A harbour") + paragraph("A harbour"))
    else:
        picture = "<draw:frame><draw:image xlink:href='Pictures/a.png'/><svg:desc>A harbour</svg:desc></draw:frame>"
        data = odt(f"<text:p>{picture}</text:p><text:p>A harbour</text:p><text:p>A harbour</text:p>")
    document = opened(data, name)
    assert [(kind, text) for kind, _, text in shown(document)] == [("figure", "A harbour"), ("paragraph", "A harbour")]


def test_a_caption_is_the_description_of_a_picture_without_one() -> None:
    image = "<draw:frame><draw:image xlink:href='Pictures/a.png'/></draw:frame>"
    for style, kinds in (
        ("FigureCaption", ["figure"]),
        ("Illustration", ["figure"]),
        ("Text", ["figure", "paragraph"]),
    ):
        body = f"<text:p>{image}</text:p><text:p text:style-name='{style}'>The sea at night</text:p>"
        document = opened(odt(body), "a.odt")
        assert [kind for kind, _, _ in shown(document)] == kinds
        assert document.text.strip() == "The sea at night"


def test_the_text_of_a_cut_off_archive_is_read_with_a_notice() -> None:
    body = "".join(paragraph(f"Paragraph {number}.") for number in range(300))
    for name, data in (
        ("a.docx", docx(body, core=CORE)),
        ("a.odt", odt("<text:p>Words.</text:p>", meta=META)),
    ):
        assert opened(data, name).notices == ()
        document = opened(data[: data.rindex(b"PK\x01\x02")], name)
        assert document.error == ""
        assert [notice.split(" is")[0] for notice in document.notices] == ["The end of this file"]
        assert opened(data[:80], name).error.startswith("damaged: its end is missing")


@pytest.mark.parametrize(("written", "title"), [("Document1", "First"), ("Documents of the revolution", None)])
def test_default_titles_of_word_are_ignored_and_others_are_used(written: str, title: str | None) -> None:
    data = docx(paragraph("First", style="H1"), core=f"<dc:title>{written}</dc:title>")
    assert opened(data, "a.docx").metadata.title == (title or written)


def test_a_list_style_with_a_broken_level_is_read() -> None:
    style = (
        '<text:list-style style:name="L9"><text:list-level-style-number text:level="x" style:num-format="1"/>'
        "</text:list-style>"
    )
    body = f'{style}<text:list text:style-name="L9"><text:list-item><text:p>One.</text:p></text:list-item></text:list>'
    assert opened(odt(body), "a.odt").text == "One."
