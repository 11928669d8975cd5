"""PDF files become paragraphs in reading order, with headings, notes, pages, links and pictures."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING

import pytest
from PIL import Image as Pictures

from tests.counts import size
from tests.formats.conforming import flaws_of
from tests.formats.pdf_files import Image, Link, Sheet, Text, column, pdf, written
from tui_reader.document.blocks import BlockKind, Document, Page, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import preview, read, resource, scan
from tui_reader.formats.pdf import file_text

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT = [
    "The harbour lay in the morning light and noth-",
    "ing moved upon the water but the long shadow of",
    "the lighthouse, which had been built by the father",
    "of the captain when the town was still a village,",
    "and which nobody had ever thought of as old.",
]
RIGHT = [
    "In the second column the story went on with the",
    "captain himself, who had come down to the quay to",
    "look for a boat that would take him to the island",
    "before the tide turned, as it was known to do here",
    "without much of a warning to those who stood by.",
]


def texts(document: Document) -> list[str]:
    return [document.block_text(index) for index in range(len(document.blocks))]


def opened(*pages: Sheet, name: str = "folder/a paper on tides.pdf", **options: object) -> Document:
    data = pdf(*pages, **options)  # type: ignore[arg-type]
    document = read(data, name)
    assert flaws_of(document) == []
    assert scan(data, name) == (document.metadata, document.error)
    return document


def sheet(*items: Sequence[Text | Link | Image] | Text | Link | Image, **options: float) -> Sheet:
    flat: list[Text | Link | Image] = []
    for item in items:
        if isinstance(item, Text | Link | Image):
            flat.append(item)
        else:
            flat += item
    return Sheet(tuple(flat), **options)  # type: ignore[arg-type]


def test_lines_become_a_paragraph_and_divided_words_are_whole_again() -> None:
    document = opened(sheet(column(LEFT, 60, 100)))
    assert texts(document) == [" ".join(LEFT).replace("noth- ing", "nothing")]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("a study of the self-", "evident truths of it", "self-evident truths"),
        ("this is an under-", "standing of what is", "understanding of what"),
        ("the Anglo-", "Saxon kings of the south", "the Anglo-Saxon kings"),
        ("on the pages 12-", "14 of the second volume", "pages 12-14 of"),
        ("die Sonnen- und Mond-", "finsternisse des Jahres", "Sonnen- und Mondfinsternisse"),
        ("von Sonnen-", "und Mondfinsternissen", "Sonnen- und Mondfinsternissen"),
    ],
)
def test_only_hyphens_that_divide_a_word_are_dropped(first: str, second: str, joined: str) -> None:
    assert joined in opened(sheet(column([first, second], 60, 100))).text


def test_a_compound_that_the_text_has_elsewhere_keeps_its_hyphen() -> None:
    lines = [
        "a long tale of deep-sea fishers that went to the deep-",
        "sea grounds of the north in the spring of the year.",
    ]
    assert "to the deep-sea grounds" in opened(sheet(column(lines, 60, 100))).text


def test_two_columns_below_a_title_are_read_one_after_the_other() -> None:
    title = Text(120, 80, "A title over both of the columns of this page", 16, "B")
    rows = [text for pair in zip(column(LEFT, 60, 120), column(RIGHT, 320, 120), strict=True) for text in pair]
    for items in ([title, *column(LEFT, 60, 120), *column(RIGHT, 320, 120)], [title, *rows]):
        document = opened(sheet(items))
        assert texts(document)[0] == title.text
        assert document.text.index("lighthouse") < document.text.index("as old.") < document.text.index("second column")


def test_the_cells_of_a_table_stay_in_their_rows() -> None:
    rows = [("Port", "High", "Low"), ("Hull", "4.1", "0.3"), ("Emden", "3.9", "0.6"), ("Bergen", "1.2", "0.2")]
    items = [Text(80 + 120 * x, 100 + 14 * y, cell) for y, row in enumerate(rows) for x, cell in enumerate(row)]
    document = opened(sheet(column(LEFT, 60, 40), items))
    table = document.blocks[1].table
    assert table is not None
    assert [[document.text[cell.start : cell.end] for cell in row] for row in table.rows] == [list(row) for row in rows]


def test_a_paragraph_continues_across_pages_and_notes_follow_it() -> None:
    first = [*LEFT[:4], "and which nobody had thought of as more than it"]
    note = [Text(60, 760, "1", 5), Text(66, 763, "A note at the foot of the page that says where it was.", 7)]
    second = [
        "is, a mark for those who came home late in the winter",
        "and were glad to see it from afar in the night.",
    ]
    mark = Text(276, 144, "1", 5)
    document = opened(
        sheet(column(first, 60, 100), mark, note),
        sheet(column(second, 60, 100), column(["The next paragraph begins here and is another one."], 60, 160)),
    )
    whole, foot, after = texts(document)
    assert whole.endswith("for those who came home late in the winter and were glad to see it from afar in the night.")
    assert foot.startswith("A note at the foot")
    assert after.startswith("The next paragraph")
    assert document.blocks[1].quiet
    assert document.blocks[1].marker == "[1]"
    reference = next(span for span in document.spans if span.kind is SpanKind.NOTE)
    assert offset_of_name(document, reference.target.removeprefix("#")) == document.blocks[1].start
    assert document.pages == (Page(0, "1"), Page(document.text.index("is, a mark"), "2"))


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [
        sheet(
            Text(60, 40, "Tides of the North" if number % 2 else "A. Author", 9),
            Text(500, 40, str(number), 9),
            column([f"Page {number} tells a story of its own, whatever others say,", "and ends it."], 60, 100),
            Text(290, 800, f"– {number} –", 9),
        )
        for number in range(7, 15)
    ]
    document = opened(*pages, labels="<< /Nums [0 << /S /D /St 7 >>] >>")
    assert "Tides" not in document.text
    assert "Author" not in document.text
    assert "–" not in document.text
    assert len(texts(document)) == 8
    assert [page.label for page in document.pages] == [str(number) for number in range(7, 15)]


def test_the_words_of_slides_are_paragraphs_of_their_own() -> None:
    document = opened(*[sheet(Text(100, 300, f"Background of {word}", 12)) for word in ("tides", "moons", "ports")])
    assert texts(document) == ["Background of tides", "Background of moons", "Background of ports"]


def test_words_of_control_characters_alone_are_not_words() -> None:
    document = opened(sheet(Text(60, 40, "\x0e\x0f"), column(LEFT, 60, 100), Text(60, 800, "\x05 \x06")))
    assert texts(document) == [" ".join(LEFT).replace("noth- ing", "nothing")]


def test_labels_of_pages_are_as_printed() -> None:
    pages = [
        sheet(column([f"The text of a page that has the number {word}."], 60, 100)) for word in ("one", "two", "three")
    ]
    document = opened(*pages, labels="<< /Nums [0 << /S /r >> 2 << /S /D /P (A-) >>] >>")
    assert [page.label for page in document.pages] == ["i", "ii", "A-1"]


def test_larger_and_bold_lines_are_headings_and_bookmarks_are_sections() -> None:
    document = opened(
        sheet(
            Text(60, 70, "On Tides", 20, "B"),
            Text(60, 110, "1 The moon", 14, "B"),
            column(LEFT, 60, 130),
            Text(60, 210, "1.1 What it weighs", 10, "B"),
            column(RIGHT, 60, 230),
        ),
        outline=(("The moon", 0, 95), ("What it weighs", 0, 198)),
    )
    headings = [
        (block.level, text) for block, text in zip(document.blocks, texts(document), strict=True) if block.level
    ]
    assert [text for _, text in headings] == ["On Tides", "1 The moon", "1.1 What it weighs"]
    assert headings[0][0] < headings[1][0] <= headings[2][0]
    assert [document.text[s.offset :].split("\n")[0] for s in document.sections] == ["1 The moon", "1.1 What it weighs"]
    assert document.metadata.title == "On Tides"
    assert document.metadata.guessed >= {"title"}
    assert document.title_block == 0


def test_bold_entries_of_a_list_of_contents_are_not_headings() -> None:
    entries = [("1 The moon", "3"), ("2 The sun and what it does", "12")]
    items = [
        Text(x, 100 + 20 * y, part, 10, "B")
        for y, row in enumerate(entries)
        for x, part in zip((60, 400), row, strict=True)
    ]
    document = opened(sheet(items, column(LEFT, 60, 200)))
    assert not any(block.level for block in document.blocks)
    assert "1 The moon" in texts(document)[0]


def test_lists_have_their_bullets_and_numbers_as_markers() -> None:
    items = [
        "\u2022 the first thing that must be taken on board is",
        "  the water for the whole of the crossing",
        "\u2022 the second thing is bread",
    ]
    numbered = ["1. a rope of forty yards", "2. a lamp"]
    document = opened(sheet(column(LEFT, 60, 40), column(items, 80, 110), column(numbered, 80, 170)))
    assert [block.marker for block in document.blocks] == ["", "•", "•", "1.", "2."]
    assert texts(document)[1].startswith("the first thing")
    assert "water for the whole" in texts(document)[1]


def test_a_large_first_letter_belongs_to_the_first_word() -> None:
    lines = [
        "he harbour lay in the morning",
        "light and nothing moved upon",
        "the water but the long shadow of",
    ]
    beside = [*column(lines[:2], 84, 100), *column(lines[2:], 60, 124)]
    document = opened(sheet(Text(60, 112, "T", 32), beside))
    assert texts(document) == ["T" + " ".join(lines)]


def test_letters_and_accents_that_are_drawn_apart_are_joined() -> None:
    items = [Text(60, 100, "f"), Text(63, 100, "\u00a8"), Text(62.8, 100, "u"), Text(68.4, 100, "r alle und")]
    assert texts(opened(sheet(items, column(["jeden Tag des Jahres"], 60, 112))))[0].startswith("f\u00fcr alle und")


def test_links_lead_to_addresses_and_to_places_in_the_file() -> None:
    document = opened(
        sheet(
            Text(60, 100, "See the page of the harbour master, and below."),
            Link(60, 90, 60, 14, "<< /S /URI /URI (https://example.org/harbour) >>"),
            Link(240, 90, 60, 14, "<< /S /GoTo /D [11 0 R /XYZ 0 700 0] >>"),
            Link(130, 90, 40, 14, "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"),
            Link(170, 90, 40, 14, "<< /S /Launch /F (/bin/sh) >>"),
        ),
        sheet(column(["The first line of the second page stands at its top."], 60, 60), column(RIGHT, 60, 150)),
    )
    links = [span for span in document.spans if span.kind is SpanKind.LINK]
    assert [span.target.partition("-")[0] for span in links] == ["https://example.org/harbour", "#page"]
    assert offset_of_name(document, links[1].target.removeprefix("#")) == document.text.index("In the second column")


def test_a_raised_number_with_a_link_is_a_footnote_reference() -> None:
    place = "<< /S /GoTo /D [11 0 R /XYZ 0 700 0] >>"
    document = opened(
        sheet(
            Text(60, 100, "The harbour was old"),
            Text(150, 96, "7", 6),
            Text(170, 100, "and quiet, as all knew who came."),
            Link(148, 88, 8, 10, place),
            column(LEFT, 60, 112),
        ),
        sheet(column(["The first line of the second page stands at its top."], 60, 60), column(RIGHT, 60, 150)),
    )
    (note,) = [span for span in document.spans if span.kind is SpanKind.NOTE]
    assert document.text[note.start : note.end] == "7"
    assert offset_of_name(document, note.target.removeprefix("#")) == document.text.index("In the second column")
    assert not [span for span in document.spans if span.kind is SpanKind.LINK]


def test_code_keeps_its_lines_and_indents() -> None:
    code = ["def tide(moon):", "    if moon:", "        return 4.1"]
    document = opened(sheet(column(LEFT, 60, 40), column(code, 60, 130, font="M")))
    assert document.blocks[1].kind is BlockKind.CODE
    assert texts(document)[1] == "\n".join(code)


def test_captions_become_the_text_of_their_pictures() -> None:
    document = opened(
        sheet(
            column(LEFT, 60, 60),
            Image(60, 140, 200, 120),
            Text(60, 275, "Figure 1: The harbour at noon.", 8),
            column(RIGHT, 60, 300),
        )
    )
    figure = document.blocks[1]
    assert (figure.kind, texts(document)[1], figure.target) == (
        BlockKind.FIGURE,
        "Figure 1: The harbour at noon.",
        "page:1:1",
    )


def test_pages_and_pictures_are_drawn_as_png() -> None:
    data = pdf(sheet(column(LEFT, 60, 60), Image(60, 140, 200, 100)))
    for target, shape in (("page:1", 595 / 842), ("page:1:1", 2.0)):
        drawn = resource(data, "a.pdf", target)
        assert drawn is not None
        with Pictures.open(io.BytesIO(drawn)) as picture:
            assert picture.format == "PNG"
            assert picture.width / picture.height == pytest.approx(shape, abs=0.01)
    for absent in ("page:2", "page:0", "page:1:2", "page:x", "https://example.org/a.png", "page:1:1:1"):
        assert resource(data, "a.pdf", absent) is None
    assert resource(b"no pdf", "a.pdf", "page:1") is None


def test_a_picture_of_enormous_size_is_not_drawn() -> None:
    huge = pdf(sheet(Image(0, 0, 595, 842))).replace(b"/Width 4 /Height 4", b"/Width 100000 /Height 100000")
    assert resource(huge, "a.pdf", "page:1") is None
    assert read(huge, "a.pdf").error == ""


def test_a_file_of_pictures_says_so_and_shows_its_pages() -> None:
    document = opened(sheet(Image(0, 0, 595, 842)), sheet(Image(0, 0, 595, 842)))
    assert "has no text" in texts(document)[1]
    assert "Open the original" in texts(document)[2]
    assert "OCR" in texts(document)[2]
    assert [block.target for block in document.blocks if block.kind is BlockKind.FIGURE] == ["page:1", "page:2"]
    assert document.metadata.words == 0


def test_the_invisible_text_of_a_recognised_scan_is_its_text() -> None:
    lines = [text._replace(mode=3) for text in column(LEFT, 60, 100)]
    document = opened(sheet(Image(0, 0, 595, 842), lines))
    assert "lighthouse" in document.text
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH]


def test_a_file_of_blank_pages_shows_that_they_are_blank() -> None:
    assert texts(opened(sheet(), sheet())) == ["There is nothing to read in this file: its pages are blank."]


def test_text_in_other_directions_follows_the_upright_text() -> None:
    document = opened(sheet(Text(30, 600, "arXiv:2101.00001 [cs.CL] 1 Jan 2021", 14, angle=90), column(LEFT, 60, 100)))
    assert texts(document)[0].startswith("The harbour")
    assert texts(document)[-1] == "arXiv:2101.00001 [cs.CL] 1 Jan 2021"
    assert document.blocks[-1].quiet


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_rotated_page_is_read_as_it_is_shown(rotate: int) -> None:
    width, height = 595.0, 842.0
    downward = [100 + 12 * i for i in range(5)]
    shown = {
        0: [Text(60, y, line) for y, line in zip(downward, LEFT, strict=True)],
        90: [Text(y, height - 60, line, angle=90) for y, line in zip(downward, LEFT, strict=True)],
        180: [Text(width - 60, height - y, line, angle=180) for y, line in zip(downward, LEFT, strict=True)],
        270: [Text(width - y, 60, line, angle=270) for y, line in zip(downward, LEFT, strict=True)],
    }
    document = opened(Sheet(tuple(shown[rotate]), rotate=rotate))
    assert texts(document) == [" ".join(LEFT).replace("noth- ing", "nothing")]


def test_metadata_come_from_the_info_fields() -> None:
    document = opened(
        sheet(column(LEFT, 60, 100)),
        info={
            "Title": "On  Tides\x07\x9b31m\u202e",
            "Author": "Ada Example; Bert Sample",
            "Keywords": "tides, moon",
            "CreationDate": "D:20210304120000+01'00'",
        },
        catalog="/Lang (en-GB)",
    )
    metadata = document.metadata
    assert (metadata.title, metadata.byline) == ("On Tides›31m", "Ada Example; Bert Sample")
    assert (metadata.date, metadata.tags, metadata.language) == (
        "2021-03-04T12:00:00+01:00",
        ("tides", "moon"),
        "en-GB",
    )
    assert metadata.words == 46
    assert metadata.guessed == frozenset()


@pytest.mark.parametrize(
    "title", ["Microsoft Word - tides_v3.doc", "tides.dvi", "untitled", "C:\\texts\\a.tex", "  ", "12"]
)
def test_a_file_name_is_not_used_as_title(title: str) -> None:
    document = opened(
        sheet(Text(60, 60, "The Tides of Hull", 18), column(LEFT, 60, 100)), name="x.pdf", info={"Title": title}
    )
    assert document.metadata.title == "The Tides of Hull"
    assert "title" in document.metadata.guessed


@pytest.mark.parametrize(
    ("first", "title"),
    [
        (Text(60, 60, "Contents", 18), "tides"),
        (Text(60, 60, "Table of Contents", 10), "tides"),
        (Text(60, 60, "1 Of Tides and Moons", 10), "tides"),
        (Text(60, 60, "Good morning to all who read this long line of words that goes", 10), "tides"),
        (Text(60, 60, "Of Tides and Moons", 10), "Of Tides and Moons"),
    ],
    ids=["large contents", "contents", "a chapter", "running text", "a headline"],
)
def test_a_part_or_a_line_of_running_text_is_no_title(first: Text, title: str) -> None:
    begins = "on in the next line" if len(first.text) > 40 else "On the next line"
    lines = column([f"{begins} goes the text.", *LEFT], 60, 75)
    document = read(pdf(sheet(first, lines), info={"Title": "untitled"}), "folder/tides.pdf")
    assert document.metadata.title == title
    assert "title" in document.metadata.guessed


def test_many_lines_in_the_largest_font_are_running_text_and_no_title() -> None:
    data = pdf(sheet(column(LEFT, 60, 60), column([*LEFT, *LEFT], 60, 300, size=6)))
    assert read(data, "folder/tides.pdf").metadata.title == "tides"


def test_the_fields_of_an_xmp_packet_fill_gaps() -> None:
    packet = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><rdf:Description><dc:title><rdf:Alt><rdf:li>Of Tides</rdf:li>'
        b"</rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>Ada</rdf:li><rdf:li>Bert</rdf:li></rdf:Seq></dc:creator>"
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    data = pdf(sheet(column(LEFT, 60, 100)))
    stream = (
        b"5 0 obj\n<< /Type /Metadata /Subtype /XML /Length %d >>\nstream\n" % len(packet)
        + packet
        + b"\nendstream\nendobj\n"
    )
    data = data.replace(b"xref\n", stream + b"xref\n", 1)
    metadata = read(data, "a.pdf").metadata
    assert (metadata.title, metadata.byline) == ("Of Tides", "Ada, Bert")


def test_a_long_file_has_a_preview_and_the_whole_begins_with_it() -> None:
    pages = [
        sheet(column([*LEFT, f"This is page {number}."], 60, 100), Text(290, 800, str(number), 9))
        for number in range(1, 41)
    ]
    data = pdf(*pages)
    beginning = preview(data, "a.pdf")
    document = read(data, "a.pdf")
    assert beginning is not None
    assert beginning.partial
    assert beginning.text == document.text[: len(beginning.text)]
    assert beginning.metadata._replace(words=0) == document.metadata._replace(words=0)
    assert len(document.pages) == 40
    assert len(beginning.pages) == 5
    assert preview(pdf(pages[0]), "a.pdf") is None


ENCRYPTED = (
    "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + "41" * 32 + "> /U <" + "42" * 32 + "> >> /ID [<00> <00>]"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(sheet(column(LEFT, 60, 100)), extra=ENCRYPTED), "encrypted: it opens only with its password"),
        (b"%PDF-1.7\nno more of it", "damaged: it is no whole PDF file"),
        (b"words", "text, not what its name says"),
        (pdf(sheet(column(LEFT, 60, 100)))[:300], "damaged: it is no whole PDF file"),
        (written({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Kids [] >>"}), "damaged: it is no whole PDF file"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    document = read(data, "folder/a.pdf")
    assert flaws_of(document) == []
    assert document.error == reason
    assert "Open the original" in document.text
    assert scan(data, "folder/a.pdf") == (document.metadata, reason)
    assert preview(data, "folder/a.pdf") is None


def test_hostile_files_are_read_or_refused() -> None:
    loop = {
        1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 5 0 R >>",
        2: b"<< /Type /Pages /Kids [2 0 R 3 0 R 2 0 R] /Count 3 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e30 -1e30] /Contents 4 0 R >>",
        4: b"<< /Length 12 >>\nstream\nBT (a) Tj ET\nendstream",
        5: b"<< /First 6 0 R /Last 6 0 R >>",
        6: b"<< /Title (\x1b[31mx) /First 6 0 R /Next 6 0 R /Dest [3 0 R /Fit] >>",
    }
    shared = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [" + b"3 0 R " * 3_000 + b"] /Count 100000 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>",
    }
    for data in (written(loop), written(shared), pdf(Sheet((), width=2e6, height=2e6))):
        document = read(data, "a.pdf")
        assert flaws_of(document) == []
        assert scan(data, "a.pdf") == (document.metadata, document.error)
        assert resource(data, "a.pdf", "page:1") is None or len(resource(data, "a.pdf", "page:1") or b"") < 200_000


def test_threads_read_files_at_the_same_time() -> None:
    data = pdf(*[sheet(column(LEFT, 60, 100), column(RIGHT, 320, 100)) for _ in range(20)])
    expected = read(data, "a.pdf").text
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read(data, "a.pdf").text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_a_file_of_very_many_pages_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit of the program, with the full counts.
    monkeypatch.setattr(file_text, "_MOST_PAGES", size(2_000))
    pages = b"3 0 R " * 2_100
    content = b"BT /F 10 Tf 60 700 Td (Words on a page.) Tj ET"
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [" + pages + b"] /Count 2100 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F 5 0 R >> >> >>",
        4: b"<< /Length %d >>\nstream\n" % len(content) + content + b"\nendstream",
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    document = read(written(objects), "a.pdf")
    assert document.notices == (f"Only its first {size(2_000):,} of 2,100 pages are shown.",)
    assert len(document.pages) == size(2_000)
