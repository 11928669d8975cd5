"""EPUB: metadata, reading order, table of contents, notes, pages and pictures of a book."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tests.formats.epub_files import METADATA, XHTML, book, epub, nav, package, xhtml
from tui_reader.document.blocks import BlockKind, Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import format_for, preview, read, resource, scan

CHAPTERS = {
    "one.xhtml": "<h2>I</h2><h2>The Harbour</h2><p>It was late.</p>",
    "two.xhtml": "<h2>The Boat</h2><p>It went out.</p><h3>Night</h3><p>Stars.</p>",
}
TOC = nav(("one.xhtml", "The Harbour"), ("two.xhtml", "II: The Boat"))


def titles(document: Document) -> list[tuple[int, str, str]]:
    return [(section.level, section.label, section.title) for section in document.sections]


def at(document: Document, offset: int) -> str:
    return document.text[offset:].partition("\n")[0]


def test_the_metadata_of_the_package_become_those_of_the_article() -> None:
    document = read(book(CHAPTERS, toc=TOC), "a.epub")
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.source) == ("A Book", "Ann Author, Bob Writer", "A House")
    assert (metadata.date, metadata.language, metadata.id) == ("2020-03-04", "en-GB", "urn:isbn:1")
    assert metadata.tags == ("Novels", "Sea")
    assert (metadata.guessed, metadata.words) == (frozenset(), 13)
    assert document.error == ""


@pytest.mark.parametrize(
    ("metadata", "expected", "guessed"),
    [
        (
            (
                '<dc:title id="a">The Second</dc:title><dc:title id="b">The Main</dc:title>'
                '<meta refines="#b" property="title-type">main</meta>'
            ),
            ("The Main", ""),
            set(),
        ),
        ("<dc:title>  A \n Title </dc:title><dc:date>1892</dc:date>", ("A Title", "1892-01-01"), {"date"}),
        (
            (
                '<dc:title>T</dc:title><dc:date opf:event="modification">2020-01-02</dc:date>'
                '<dc:date opf:event="publication">1999-05-06</dc:date>'
            ),
            ("T", "1999-05-06"),
            set(),
        ),
        ("<dc:date>2020-13-45</dc:date>", ("The long way home", ""), {"title"}),
        ("<dc-metadata><dc:title>Old</dc:title></dc-metadata>", ("Old", ""), set()),
    ],
)
def test_titles_and_dates_of_a_package_are_read_or_guessed(
    metadata: str, expected: tuple[str, str], guessed: set[str]
) -> None:
    found, error = scan(book(CHAPTERS, metadata=metadata), "the long way home.epub")
    assert ((found.title, found.date), set(found.guessed), error) == (expected, guessed, "")


def test_chapters_are_one_text_in_reading_order_and_sections_of_the_table_of_contents() -> None:
    document = read(book(CHAPTERS, toc=TOC, spine="two one"), "a.epub")
    assert document.text.split("\n") == [
        *("The Boat", "It went out.", "Night", "Stars."),
        *("I", "The Harbour", "It was late."),
    ]
    assert titles(document) == [(1, "II", "II: The Boat"), (1, "I", "The Harbour")]
    assert [at(document, section.offset) for section in document.sections] == ["The Boat", "I"]
    assert [section.key for section in document.sections] == ["OPS/two.xhtml", "OPS/one.xhtml"]


def test_nested_tables_of_contents_have_levels() -> None:
    toc = nav(
        '<li><span>Part One</span><ol><li><a href="one.xhtml">Harbour</a>'
        '<ol><li><a href="one.xhtml#late">Late</a></li></ol></li></ol></li>',
        ("two.xhtml", "Boat"),
        ("gone.xhtml", "Gone"),
        ("../../../etc/passwd", "Outside"),
    )
    chapters = {**CHAPTERS, "one.xhtml": '<h2>Harbour</h2><p id="late">It was late.</p>'}
    document = read(book(chapters, toc=toc), "a.epub")
    assert titles(document) == [(1, "", "Part One"), (2, "", "Harbour"), (3, "", "Late"), (1, "", "Boat")]
    assert at(document, document.sections[2].offset) == "It was late."


def test_the_epub_2_table_of_contents_is_read_if_there_is_no_other() -> None:
    points = (
        '<navPoint><navLabel><text>1. Harbour</text></navLabel><content src="one.xhtml"/>'
        '<navPoint><navLabel><text>Late</text></navLabel><content src="one.xhtml#x"/></navPoint></navPoint>'
    )
    pages = '<pageTarget value="7"><navLabel><text>vii</text></navLabel><content src="two.xhtml"/></pageTarget>'
    ncx = (
        f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{points}</navMap><pageList>{pages}</pageList></ncx>'
    )
    manifest = {"one.xhtml": XHTML, "two.xhtml": XHTML, "toc.ncx": "application/x-dtbncx+xml"}
    files = {name: xhtml(body) for name, body in CHAPTERS.items()}
    opf = package(manifest, "one two", spine_attributes=' toc="toc"')
    document = read(epub({"book.opf": opf, "toc.ncx": ncx, **files}), "a.epub")
    assert titles(document) == [(1, "1", "1. Harbour"), (2, "", "Late")]
    assert [(page.label, at(document, page.offset)) for page in document.pages] == [("vii", "The Boat")]


def test_a_book_without_tables_has_its_headings_as_sections_and_says_so() -> None:
    chapters = {**CHAPTERS, "three.xhtml": xhtml("<p>Words.</p>", title="In the head")}
    document = read(book(chapters), "a.epub")
    assert [section.title for section in document.sections] == ["I", "The Boat", "In the head"]
    assert any("no table of contents" in notice for notice in document.notices)


def test_front_and_back_matter_is_not_counted_among_the_chapters() -> None:
    chapters = {
        "cover.xhtml": xhtml("<h1>A Book</h1>", body_attributes=' epub:type="frontmatter"'),
        "one.xhtml": "<h2>Harbour</h2><p>Late.</p>",
        "notes.xhtml": xhtml('<section epub:type="endnotes"><p>Notes.</p></section>'),
        "copy.xhtml": "<p>All rights.</p>",
    }
    toc = nav(("cover.xhtml", "The Cover"), ("one.xhtml", "H"), ("notes.xhtml", "N"), ("copy.xhtml", "Copyright"))
    document = read(book(chapters, toc=toc), "a.epub")
    assert [section.counted for section in document.sections] == [False, True, False, False]


def test_landmarks_say_where_the_body_begins() -> None:
    marks = '<nav epub:type="landmarks"><ol><li><a epub:type="bodymatter" href="two.xhtml">Start</a></li></ol></nav>'
    toc = TOC.replace("</body>", f"{marks}</body>")
    document = read(book(CHAPTERS, toc=toc), "a.epub")
    assert [section.counted for section in document.sections] == [False, True]


def test_notes_jump_across_files_and_their_labels_stay_in_the_text() -> None:
    chapters = {
        "one.xhtml": (
            '<p>Seen<a epub:type="noteref" href="notes.xhtml#n1" id="r1">1</a> and <sup><a href="notes.xhtml#x2">*</a>'
            '</sup> and <a href="notes.xhtml#n1">a link</a>.</p>'
        ),
        "notes.xhtml": (
            '<ol><li id="n1" epub:type="endnote"><p>The first. '
            '<a epub:type="backlink" href="one.xhtml#r1">↩</a></p></li></ol>'
            '<aside id="x2" epub:type="footnote"><p>The second.</p></aside>'
        ),
    }
    document = read(book(chapters), "a.epub")
    assert document.text.startswith("Seen1 and * and a link.\nThe first. ↩\nThe second.")
    spans = [(span.kind, document.text[span.start : span.end], span.target) for span in document.spans]
    assert spans[0] == (SpanKind.NOTE, "1", "#OPS/notes.xhtml#n1")
    assert (SpanKind.NOTE, "*", "#OPS/notes.xhtml#x2") in spans
    assert (SpanKind.LINK, "a link", "#OPS/notes.xhtml#n1") in spans
    assert (SpanKind.LINK, "↩", "#OPS/one.xhtml#r1") in spans
    assert at(document, offset_of_name(document, "OPS/notes.xhtml#n1") or 0) == "The first. ↩"
    assert offset_of_name(document, "OPS/one.xhtml#r1") == 4
    assert [block.quiet for block in document.blocks] == [False, False, True]


def test_ids_that_no_link_refers_to_are_not_link_targets() -> None:
    chapters = {"one.xhtml": '<p id="a"><span id="kobo.1.1">One.</span> <a id="b"/><a href="#b">b</a></p>'}
    assert set(read(book(chapters), "a.epub").link_targets) == {"OPS/one.xhtml", "OPS/one.xhtml#b"}


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("two.xhtml", "#OPS/two.xhtml"),
        ("two.xhtml#x", "#OPS/two.xhtml#x"),
        ("./../OPS/t%77o.xhtml#x", "#OPS/two.xhtml#x"),
        ("#here", "#OPS/one.xhtml#here"),
        ("https://example.org/a?b#c", "https://example.org/a?b#c"),
        ("style.css", ""),
        ("../../../../etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
    ],
)
def test_links_lead_to_places_in_the_book_or_to_the_web_and_nowhere_else(href: str, target: str) -> None:
    chapters = {"one.xhtml": f'<p id="here">A <a href="{href}">link</a></p>', "two.xhtml": '<p id="x">Two</p>'}
    document = read(book(chapters), "a.epub")
    assert [span.target for span in document.spans] == ([target] if target else [])


def test_pictures_have_the_paths_of_their_files_and_can_be_read_by_them() -> None:
    chapters = {
        "text/one.xhtml": (
            '<p>Seen:</p><figure><img src="../img/a%20b.png" alt="A hill"/><figcaption>The hill at dusk.</figcaption>'
            '</figure><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
            '<image width="600" height="800" xlink:href="../img/cover.jpg"/></svg>'
        )
    }
    data = book(chapters, files={"img/a b.png": b"PNG", "img/cover.jpg": b"JPEG"})
    document = read(data, "a.epub")
    figures = [block.target for block in document.blocks if block.kind is BlockKind.FIGURE]
    assert figures == ["OPS/img/a b.png", "OPS/img/cover.jpg"]
    assert "The hill at dusk." in document.text
    assert [resource(data, "a.epub", target) for target in figures] == [b"PNG", b"JPEG"]
    for other in ("", "OPS/img/none.png", "../img/a b.png", "/OPS/img/a b.png", "https://example.org/a.png"):
        assert resource(data, "a.epub", other) is None
    assert resource(b"no book", "a.epub", figures[0]) is None


def test_all_words_of_drawings_media_and_hidden_elements_are_text() -> None:
    body = (
        '<div hidden="hidden">one</div><p style="display: none">two</p><button>three</button><object>four</object>'
        '<svg xmlns="http://www.w3.org/2000/svg"><title>five</title><text>six</text><text>seven</text></svg>'
        '<video src="film.mp4"><p>eight</p></video><noscript>nine</noscript><iframe>ten</iframe>'
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><p>eleven<!-- no --></p><script>no</script><style>no</style>"
    )
    document = read(book({"one.xhtml": body}), "a.epub")
    wanted = "one two three four five six seven eight nine ten eleven"
    words = document.text.split()
    assert [word for word in words if word in wanted.split()] == wanted.split()
    assert "Video: film.mp4" in document.text.split("\n")
    assert "漢(kan)" in document.text.replace(" ", "")
    assert "no" not in words


def test_named_characters_and_declared_ones_are_read_without_a_dtd() -> None:
    chapter = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd" '
        '[<!ENTITY house "A House"><!ENTITY bad "&bad;&bad;">]>'
        + xhtml("<p>caf&eacute;&nbsp;&mdash; &house; &lt;b&gt; &bad; &unknown;</p>").partition("\n")[2]
    )
    document = read(book({"one.xhtml": chapter}), "a.epub")
    assert document.text.replace("\xa0", " ").startswith("café — A House")
    assert "<b>" in document.text


@pytest.mark.parametrize(
    ("chapter", "text"),
    [
        ("<p>one<br>two<p>three", "one\ntwo\nthree"),
        ("<html><body><p>one & two</p><p>three</p></body></html>", "one & two\nthree"),
        ('<html><head><title/></head><body><a id="x"/><p>one</p>\x0b<p>two</p></body></html>', "one\ntwo"),
        ("<div>" * 5_000 + "deep" + "</div>" * 5_000, "deep"),
        ("<p " + " ".join(f'a{number}="1"' for number in range(5_000)) + ">many attributes</p>", "many attributes"),
    ],
    ids=["unclosed", "ampersand", "control", "deep", "attributes"],
)
def test_damaged_chapters_keep_their_words(chapter: str, text: str) -> None:
    files = {"book.opf": package({"one.xhtml": XHTML}, "one"), "one.xhtml": chapter}
    assert read(epub(files), "a.epub").text == text


def test_missing_chapters_are_a_notice_and_not_an_error() -> None:
    manifest = {"one.xhtml": XHTML, "two.xhtml": XHTML, "away.xhtml": XHTML}
    files = {"book.opf": package(manifest, "one two nothing -away"), "one.xhtml": xhtml("<p>Here.</p>")}
    files["away.xhtml"] = xhtml("<p>An extra.</p>")
    document = read(epub(files), "a.epub")
    assert (document.text, document.error) == ("Here.\nAn extra.", "")
    notices = " ".join(document.notices)
    assert "2 parts of this book could not be read" in notices
    assert "two.xhtml" in notices
    assert "1 part outside the reading order is at the end" in notices


def test_page_numbers_come_from_the_page_list_or_from_page_breaks() -> None:
    breaks = '<p>A <span epub:type="pagebreak" id="p1" title="1"/>b</p><p role="doc-pagebreak" aria-label="2"/><p>c</p>'
    chapters = {"one.xhtml": breaks}
    document = read(book(chapters), "a.epub")
    assert [(page.label, at(document, page.offset)) for page in document.pages] == [("1", "b"), ("2", "c")]
    longest = read(book({"one.xhtml": breaks.replace('"2"', f'"{"2" * 9_000}"')}), "a.epub").pages[1].label
    assert longest == "2" * 500, "as long as an entry of the contents"
    listed = '<nav epub:type="page-list"><ol><li><a href="one.xhtml#p1">xiv</a></li></ol></nav>'
    toc = nav(("one.xhtml", "One")).replace("</body>", f"{listed}</body>")
    assert [page.label for page in read(book(chapters, toc=toc), "a.epub").pages] == ["xiv"]


ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData>'
    '<enc:CipherReference URI="{path}"/></enc:CipherData></enc:EncryptedData></encryption>'
)


def test_protected_books_say_so_and_obfuscated_fonts_do_not_matter() -> None:
    aes = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    locked = {
        "/META-INF/encryption.xml": ENCRYPTED.format(algorithm=aes, path="OPS/one.xhtml"),
        "/META-INF/rights.xml": "<r/>",
    }
    data = book({"one.xhtml": "<p>x</p>"}, files=locked)
    document = read(data, "a.epub")
    assert "protected by digital rights management (Adobe DRM)" in document.error
    assert "a.epub cannot be read" in document.text
    assert scan(data, "a.epub") == (document.metadata, document.error)
    for algorithm, path in ((aes, "OPS/font.otf"), ("http://www.idpf.org/2008/embedding", "OPS/one.xhtml")):
        fonts = {"/META-INF/encryption.xml": ENCRYPTED.format(algorithm=algorithm, path=path)}
        assert read(book({"one.xhtml": "<p>x</p>"}, files=fonts), "a.epub").text == "x"


def test_single_encrypted_chapters_are_left_out_with_a_notice() -> None:
    aes = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"
    locked = {"/META-INF/encryption.xml": ENCRYPTED.format(algorithm=aes, path="OPS/two.xhtml")}
    chapters = {f"{name}.xhtml": f"<p>{name}</p>" for name in ("one", "two", "three")}
    document = read(book(chapters, files=locked), "a.epub")
    assert document.text == "one\nthree"
    assert "1 chapter of this book cannot be read: encrypted." in document.notices


def test_a_book_is_recognized_by_its_first_bytes() -> None:
    data = book(CHAPTERS)
    assert format_for("-", data).name == "EPUB"
    assert format_for("a.kepub.epub", data).name == "EPUB"
    assert format_for("-", b"PK\x03\x04 other archive").name == "plain text"


def test_the_preview_of_a_large_book_is_its_beginning() -> None:
    words = " ".join(f"word{number}" for number in range(4_000))
    chapters = {f"c{number}.xhtml": f"<h2>Chapter {number}</h2><p>{number} {words}</p>" for number in range(1, 9)}
    data = book(
        chapters, files={"filler.bin": bytes(range(256)) * 300}, toc=nav(("c1.xhtml", "One"), ("c7.xhtml", "7"))
    )
    whole, beginning = read(data, "a.epub"), preview(data, "a.epub")
    assert preview(book(CHAPTERS), "a.epub") is None
    assert beginning is not None
    assert beginning.partial
    assert whole.text.startswith(beginning.text)
    assert len(beginning.text) < len(whole.text)
    assert list(beginning.blocks) == list(whole.blocks[: len(beginning.blocks)])
    assert [section.title for section in beginning.sections] == ["One"]
    assert beginning.metadata._replace(words=0) == whole.metadata._replace(words=0)
    assert 0.7 < beginning.metadata.words / whole.metadata.words < 1.3


@given(st.data())
def test_any_damage_to_a_book_is_survived(data: st.DataObject) -> None:
    bytes_ = bytearray(book(CHAPTERS, toc=TOC))
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(bytes_) - 1))
        bytes_[position] = data.draw(st.integers(0, 255))
    cut = bytes(bytes_[: data.draw(st.integers(0, len(bytes_)))] if data.draw(st.booleans()) else bytes_)
    document = read(cut, "a.epub")
    assert flaws_of(document) == []
    assert scan(cut, "a.epub") == (document.metadata, document.error)


def test_right_to_left_and_vertical_books_are_read_in_the_order_of_the_text() -> None:
    chapters = {"one.xhtml": "<p>ひとつ</p>", "two.xhtml": "<p>ふたつ</p>"}
    data = book(chapters, spine_attributes=' page-progression-direction="rtl"')
    assert read(data, "a.epub").text == "ひとつ\nふたつ"


def test_metadata_with_escapes_and_overrides_are_clean() -> None:
    metadata = METADATA.replace("A Book", "A\u202eB &#x9b;31m")
    document = read(book({"one.xhtml": "<p>a\u202eb \x1b[31m</p>"}, metadata=metadata), "a.epub")
    assert flaws_of(document) == []
    assert document.text == "ab [31m"


def test_subjects_of_libraries_are_tags_without_their_subdivisions() -> None:
    subjects = ("Detectives -- England -- Fiction", "Detectives -- Wales", "Sea--shore", "Tides")
    written = "".join(f"<dc:subject>{each}</dc:subject>" for each in subjects)
    data = book({"one.xhtml": "<p>Words.</p>"}, metadata=f"<dc:title>Of Tides</dc:title>{written}")
    assert read(data, "a.epub").metadata.tags == ("Detectives", "Sea--shore", "Tides")
