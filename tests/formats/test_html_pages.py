"""A saved page is shown as its article with the metadata of the page; the whole page can be read, too."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from tests.counts import size
from tests.formats.conforming import flaws_of
from tui_reader import formats
from tui_reader.document.blocks import BlockKind, Document, SpanKind
from tui_reader.formats.html import page_tree

PARAGRAPHS = [
    "The old lighthouse stands at the end of a long spit of gravel, and every winter the sea takes more of it.",
    "Keepers lived there with their families until 1974, when the lamp was automated and the last of them moved away.",
    "Since then the house has been empty, but each summer a few volunteers come to paint the walls and mend the roof.",
    "They say that the work is never done, since the salt in the air eats through paint, iron and mortar alike.",
]
MENU = "".join(
    f"<li><a href='/{name}'>{name.title()}</a></li>" for name in ("news", "sport", "culture", "shop", "about")
)


def page(body: str = "", head: str = "", around: tuple[str, str] = ("<article>", "</article>")) -> bytes:
    """Return a page with the usual parts around its article."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[:2])
    rest = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS[2:])
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>The lighthouse | The Coast</title>{head}"
        f"<script>var x = 1;</script></head><body><header><nav><ul>{MENU}</ul></nav></header>"
        f"<div id='main'>{around[0]}<h1>The lighthouse</h1><div class='byline'>By Ann Smith</div>"
        f"{text}{body}{rest}{around[1]}"
        f"<aside class='related'><h3>More stories</h3><ul>{MENU}</ul></aside></div>"
        f"<footer><p>© The Coast. All rights reserved. <a href='/terms'>Terms</a></p></footer></body></html>"
    ).encode()


def read(data: bytes, name: str = "page.html", *, whole: bool = False) -> Document:
    document = formats.read(data, name, whole=whole)
    assert flaws_of(document) == []
    return document


def texts(document: Document) -> list[str]:
    return [document.block_text(index) for index in range(len(document.blocks))]


def test_the_article_is_shown_without_menus_title_and_other_stories() -> None:
    document = read(page())
    assert texts(document) == PARAGRAPHS
    assert (document.metadata.title, document.metadata.byline) == ("The lighthouse", "Ann Smith")
    assert document.metadata.words == sum(len(paragraph.split()) for paragraph in PARAGRAPHS)


def test_the_whole_page_has_the_menus_too() -> None:
    document = read(page(), whole=True)
    shown = texts(document)
    assert [each for each in shown if each in PARAGRAPHS] == PARAGRAPHS
    assert {"News", "More stories", "The lighthouse"} <= set(shown)
    assert "var x" not in document.text


@pytest.mark.parametrize(
    "around", [("<div>", "</div>"), ("<main>", "</main>"), ("<table><tr><td>", "</td></tr></table>")]
)
def test_the_article_is_found_whatever_contains_it(around: tuple[str, str]) -> None:
    assert [each for each in texts(read(page(around=around))) if each in PARAGRAPHS] == PARAGRAPHS


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("<pre><code class='language-sh'>  make\n    all</code></pre>", BlockKind.CODE, "  make\n    all"),
        ("<table><tr><th>Year<th>Metres<tr><td>1950<td>90</table>", BlockKind.TABLE, "Year\tMetres\n1950\t90"),
        ("<figure><img src=a alt=Fog><figcaption>Fog there</figcaption></figure>", BlockKind.FIGURE, "Fog there"),
        ("<h2>Today</h2>", BlockKind.HEADING, "Today"),
        ("<hr>", BlockKind.RULE, ""),
        ("<blockquote><p>Short and good.</p></blockquote>", BlockKind.PARAGRAPH, "Short and good."),
        ("<ul><li>one</li><li>two</li></ul>", BlockKind.PARAGRAPH, "two"),
    ],
)  # fmt: skip
def test_blocks_between_the_paragraphs_are_kept(body: str, kind: BlockKind, text: str) -> None:
    document = read(page(body))
    assert (kind, text) in [(block.kind, document.block_text(index)) for index, block in enumerate(document.blocks)]
    assert [each for each in texts(document) if each in PARAGRAPHS] == PARAGRAPHS


@pytest.mark.parametrize(
    "body",
    [
        "<p>Advertisement</p>",
        "<div class='newsletter'><h4>Our letter</h4><p>News from the coast, every week in your mail.</p></div>",
        "<div class='box'><h3><a href='/x'>Ten beaches to see</a></h3><p><a href='/y'>Where to eat crab</a></p></div>",
        "<div hidden><p>You have read all of your free articles this month, dear reader of this paper.</p></div>",
    ],
)
def test_what_pages_put_between_the_paragraphs_is_left_out(body: str) -> None:
    assert texts(read(page(body))) == PARAGRAPHS


def test_notes_below_the_article_come_with_it() -> None:
    body = "<p>It was built in 1861<sup><a href='#fn1' id='r1'>1</a></sup> by the county.</p>"
    data = page(body).replace(
        b"</article>", b"<section><ol><li id='fn1'>Some say 1862. <a href='#r1'>back</a></li></ol></section></article>"
    )
    document = read(data)
    (note,) = [index for index, block in enumerate(document.blocks) if block.quiet]
    assert (document.blocks[note].marker, document.block_text(note)) == ("[1]", "Some say 1862.")
    assert [span.target for span in document.spans if span.kind is SpanKind.NOTE] == ["#1"]


@pytest.mark.parametrize(
    ("head", "field", "value"),
    [
        ("<link rel=canonical href='https://coast.example/a/1'>", "id", "https://coast.example/a/1"),
        ("<link rel=canonical href='https://coast.example/a/1'>", "url", "https://coast.example/a/1"),
        ("<meta property='og:site_name' content='Coast Weekly'>", "source", "Coast Weekly"),
        ("<meta property='og:title' content='A tower and the sea'>", "title", "A tower and the sea"),
        ("<meta name=author content='Bo Berg'>", "byline", "Bo Berg"),
        ("<meta name=author content='@bob'>", "byline", "Ann Smith"),
        ("<meta name=author content='https://x.example/bo'>", "byline", "Ann Smith"),
        ("<meta property='article:published_time' content='2024-03-02 10:00'>", "date", "2024-03-02T10:00:00"),
        ("<meta property='article:tag' content=a><meta property='article:tag' content=b>", "tags", ("a", "b")),
        ("<meta name=keywords content='a, b, c, d, e, f, g, h, i, j, k, l'>", "tags", ()),
        (
            "<meta property='og:title' content='The Tower'><meta name=keywords content='the tower, sea'>",
            "tags",
            ("sea",),
        ),
        ("<title>x</title>", "language", "en"),
        ("<link rel=canonical href='https://coast.example/2021/07/09/tower'>", "date", "2021-07-09"),
        ("<link rel=canonical href='https://www.coast.example/a'>", "source", "coast.example"),
        ("<meta name=author content='A &amp;amp; B'>", "byline", "A & B"),
    ],
)  # fmt: skip
def test_declarations_of_the_page_become_metadata(head: str, field: str, value: object) -> None:
    metadata = read(page(head=head)).metadata
    assert getattr(metadata, field) == value
    assert formats.scan(page(head=head), "page.html") == (metadata, "")


def test_json_ld_has_precedence_and_broken_scripts_are_skipped() -> None:
    described = {
        "@graph": [
            {"@type": "WebSite", "name": "Coast"},
            {"@type": "Person", "@id": "#ann", "name": "Ann B. Smith"},
            {
                "@type": ["NewsArticle"],
                "headline": "Keepers &amp; towers",
                "author": [{"@id": "#ann"}, {"name": "Li Wu"}],
                "publisher": {"name": "The Coast"},
                "datePublished": "2023-01-05",
            },
        ]
    }
    start = "<script type='application/ld+json'>"
    head = f"{start}{{broken</script>{start}{json.dumps(described)}</script>"
    metadata = read(page(head="<meta property='og:title' content='Other'>" + head)).metadata
    assert metadata[1:5] == ("Keepers & towers", "Ann B. Smith, Li Wu", "The Coast", "2023-01-05")
    assert metadata.guessed == frozenset()


def test_a_guess_is_marked_as_one() -> None:
    metadata = read(page(head="<link rel=canonical href='https://coast.example/2021/07/09/tower'>")).metadata
    assert metadata.guessed == {"byline", "date", "source"}


@pytest.mark.parametrize(
    ("comment", "url"),
    [
        ("<!-- saved from url=(0027)https://coast.example/tower -->", "https://coast.example/tower"),
        (
            "<!--\n Page saved with SingleFile \n url: https://coast.example/t \n saved date: x\n-->",
            "https://coast.example/t",
        ),
        ("<!-- saved from url=(0014)about:internet -->", ""),
    ],
)
def test_the_address_comes_from_the_comment_of_the_browser(comment: str, url: str) -> None:
    data = page("<p>It is <a href='#x'>near</a> the <img src='./tower_files/a%20b.png' alt='map'> road.</p>")
    document = read(comment.encode() + b"\n" + data.replace(b"<!DOCTYPE html>", b""))
    assert document.metadata.url == url
    assert document.metadata.id == ""
    assert "tower_files/a b.png" in [block.target for block in document.blocks]


def test_pictures_in_the_page_are_found_again() -> None:
    picture = b"\x89PNG\r\n" + bytes(range(256)) * 8
    inline = f"data:image/png;base64,{b64encode(picture).decode()}"
    variable = '<style>:root{--sf-img-3: url("data:image/gif;base64,R0lGODlh")}</style>'
    body = (
        f"<figure><img src='{inline}' alt='One'></figure><figure><img alt='Two' src='data:image/svg+xml,<svg/>' "
        "style='background-image:var(--sf-img-3)'></figure>"
    )
    data = page(body, head=variable)
    targets = [block.target for block in read(data).blocks if block.kind is BlockKind.FIGURE]
    found = [formats.resource(data, "page.html", target) for target in targets]
    assert found == [picture, b"GIF89a"]
    assert formats.resource(data, "page.html", "data:000000000000") is None
    assert formats.resource(data, "page.html", "https://x.example/a.png") is None


def archive(html: bytes) -> bytes:
    return (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://coast.example/tower\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="----B"\r\n\r\n\r\n'
        b"------B\r\nContent-Type: text/html\r\nContent-ID: <f@mhtml>\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Location: https://coast.example/tower\r\n\r\n" + b64encode(html) + b"\r\n"
        b"------B\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Location: https://coast.example/a.png\r\n\r\n" + b64encode(b"picture") + b"\r\n------B--\r\n"
    )


def test_a_web_archive_is_a_page_with_its_pictures() -> None:
    data = archive(page("<figure><img src='https://coast.example/a.png' alt='Map'></figure>"))
    for name in ("page.mhtml", "page.mht", "-", "page.html"):
        document = read(data, name)
        assert [each for each in texts(document) if each in PARAGRAPHS] == PARAGRAPHS
        assert document.metadata.url == "https://coast.example/tower"
    assert formats.resource(data, "page.mhtml", "https://coast.example/a.png") == b"picture"
    assert read(b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x--\n", "a.mhtml").error


def test_a_web_archive_says_that_its_end_is_missing() -> None:
    data = archive(page())
    assert not read(data, "page.mhtml").notices
    end = data.index(b"------B\r\nContent-Type: image")
    for cut in (end - 800, end, len(data) - 9):
        document = read(data[:cut], "page.mhtml")
        assert PARAGRAPHS[0][:40] in document.text
        assert any("The end of this file is missing" in notice for notice in document.notices)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("windows-1252", "iso-8859-1"),
        ("utf-8", ""),
        ("utf-16", ""),
        ("gb18030", "gb2312"),
        ("cp932", "shift_jis"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_pages_of_any_declared_encoding_are_read(encoding: str, declared: str) -> None:
    words = {
        "gb18030": "灯塔在海边已经一百年了，镕",
        "cp932": "灯台は百年前から海辺に立っている①",
        "koi8-r": "Маяк стоит у моря",
    }
    line = words.get(encoding, "Café “naïve” – Straße")
    meta = "".join(f"<script>{'x' * 3000}</script><meta charset={declared}>" if declared else "")
    data = (
        page(f"<p>{line}</p>", head=meta)
        .decode()
        .replace("<meta charset='utf-8'>", "")
        .replace("©", "")
        .encode(encoding)
    )
    document = read(data)
    assert line in texts(document)
    assert document.notices == (() if encoding != "utf-16" else ("Read as UTF-16.",))


def test_white_space_before_no_declaration_takes_no_quadratic_time() -> None:
    head = b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "x.dtd">'
    data = page(" " * 400_000 + "<p>The end of it.<br>").replace(b"<!DOCTYPE html>", head)
    assert "The end of it." in read(data).text


XHTML = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd" [<!ENTITY me "you">]>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="a.js"/></head>
<body><p>One&nbsp;two {}</p><p>three</p></body></html>"""


def test_xhtml_has_empty_elements_and_entities_but_none_of_its_own() -> None:
    assert texts(read(XHTML.format("<a id='x'/>x").encode(), "a.xhtml")) == ["One two x", "three"]
    assert texts(read(XHTML.format("<b>&me;").encode(), "a.xhtml"))[-1] == "three"
    assert "you" not in read(XHTML.format("&me;").encode(), "a.xhtml").text


def test_a_page_without_an_article_is_shown_whole() -> None:
    assert texts(read(b"<p>Hello</p>")) == ["Hello"]
    assert texts(read(b"<html><body>" + f"<nav><ul>{MENU}</ul></nav>".encode())) == [
        "News",
        "Sport",
        "Culture",
        "Shop",
        "About",
    ]
    assert (
        read(b"<html><head><title>T</title></head><body></body></html>").text
        == "There is nothing to read in this file."
    )
    assert texts(read(b"plain words, no tag at all", "a.html")) == ["plain words, no tag at all"]


@pytest.mark.parametrize(
    "data",
    [
        "<div>" * size(10_000, 4) + "The text.",
        "<p " + " ".join(f"a{number}=v" for number in range(size(50_000))) + ">The text.</p>",
        "<table><tr><td colspan=1000>The text.<td>b" * size(100, 2),
        "<script type='application/ld+json'>" + "[" * size(50_000) + "</script><p>The text.",
        "<p>The text." + "<p" * size(10_000),
        "<title>\x1b[31m</title><meta name=author content='\x1b]0;\x07'><pre class='lang-\x1b'>\x1b[2JThe text.\u2066",
    ],
    ids=["depth", "attributes", "columns", "data", "unclosed", "controls"],
)
def test_the_text_of_hostile_pages_is_shown(data: str) -> None:
    document = read(data.encode())
    assert "The text." in document.text


def test_standard_input_is_recognized_as_a_page() -> None:
    assert formats.format_for("-", page()).name == "HTML"
    assert formats.format_for("-", b"<!-- x -->\n<!doctype HTML><p>a").name == "HTML"
    assert formats.format_for("-", b"An <html> tag in a text").name == "plain text"


def test_a_standfirst_stays_and_dates_and_names_above_the_text_are_metadata() -> None:
    standfirst = "A house at the end of the land waits for somebody to come."
    head = f"<p class='date'>3 November 2025</p><p class='intro'>{standfirst}</p>".encode()
    data = page().replace(b"<div class='byline'>", head + b"<div class='byline'>")
    assert texts(read(data)) == [standfirst, *PARAGRAPHS]


def test_a_term_or_a_later_heading_with_the_words_of_the_title_stays() -> None:
    body = "<h2>The lighthouse</h2><dl><dt>The lighthouse</dt><dd>is white and red.</dd></dl>"
    assert texts(read(page(body))).count("The lighthouse") == 2


def test_headings_stay_whatever_their_names_and_with_the_lists_below_them() -> None:
    names = ["Setting up", "The first winter on the spit", "Who mends the roof of the house", "Conclusion"]
    contents = "".join(
        f"<li><a class='reference internal' href='#s{at}'>{name}</a></li>" for at, name in enumerate(names)
    )
    sections = "".join(
        f"<div id='sharing-work-with-{at}'><h2 id='s{at}'>{name}</h2><p>{PARAGRAPHS[at]}</p></div>"
        for at, name in enumerate(names)
    )
    document = read(page(around=(f"<article><ul>{contents}</ul>{sections}", "</article>")))
    assert [each.kind for each in document.blocks].count(BlockKind.HEADING) == len(names)
    assert SpanKind.NOTE not in [span.kind for span in document.spans]
    body = "<h2>See also</h2><ul><li><a href='/a'>Piers</a></li><li><a href='/b'>Storm</a></li></ul>"
    assert {"See also", "Piers", "Storm"} <= set(texts(read(page(body))))


README = (
    "<h1>Tides</h1><p>Tides for any harbour, from open data, without dependencies.</p><h2>Install</h2>"
    "<div class='highlight'><pre>pip install tides</pre></div><h2>Features</h2>"
    "<ul><li>quick<ul><li>also offline</li></ul></li><li>small</li></ul>"
    "<blockquote><p>Do not navigate by these numbers, please.</p></blockquote>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
)


def test_short_paragraphs_lists_and_code_before_the_first_long_paragraph_stay() -> None:
    document = read(f"<body><div class='files'>{MENU}</div><article>{README}</article></body>".encode())
    shown = texts(document)
    assert shown[-len(PARAGRAPHS) :] == PARAGRAPHS
    assert shown[-12 : -len(PARAGRAPHS)] == [
        "Tides for any harbour, from open data, without dependencies.",
        "Install",
        "pip install tides",
        "Features",
        "quick",
        "also offline",
        "small",
        "Do not navigate by these numbers, please.",
    ]


@pytest.mark.parametrize(
    ("items", "is_part"),
    [("<li>First gate</li><li>Second gate</li>", True), (MENU, False)],
    ids=["a list", "links to other pages"],
)
def test_a_list_after_the_last_paragraph_stays_unless_it_is_a_menu(items: str, is_part: bool) -> None:
    rest = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    shown = texts(read(f"<title>Gates</title><body><div>{rest}<ul>{items}</ul></div></body>".encode()))
    assert shown[: len(PARAGRAPHS)] == PARAGRAPHS
    assert shown[len(PARAGRAPHS) :] == (["First gate", "Second gate"] if is_part else [])


@pytest.mark.parametrize("label", ["python", "Python", "PythonCopy", "python Copy code"])
def test_the_bar_above_code_is_left_out(label: str) -> None:
    code = f"<div><div class='bar'>{label}</div><pre><code class='language-python'>a = 1</code></pre></div>"
    assert texts(read(page(code))) == [*PARAGRAPHS[:2], "a = 1", *PARAGRAPHS[2:]]


def test_a_word_above_code_of_another_language_stays() -> None:
    code = "<p>Example</p><pre><code class='language-python'>a = 1</code></pre>"
    assert texts(read(page(code))) == [*PARAGRAPHS[:2], "Example", "a = 1", *PARAGRAPHS[2:]]


def test_inserted_text_is_part_of_the_article_and_advertisements_are_not() -> None:
    body = "<p>The fee is <del>five</del> <ins>seven</ins> pounds a year.</p><ins class='adsbygoogle'>Buy this</ins>"
    assert texts(read(page(body)))[2] == "The fee is five seven pounds a year."
    assert "Buy this" not in read(page(body), whole=True).text


@pytest.mark.parametrize("attribute", ["shadowrootmode='open'", "shadowmode='open'", "shadowroot='open'"])
def test_text_in_a_shadow_tree_is_shown(attribute: str) -> None:
    around = (f"<my-app><template {attribute}><article>", "</article></template></my-app>")
    assert texts(read(page(around=around))) == PARAGRAPHS


def test_templates_outside_a_shadow_tree_are_not_shown() -> None:
    assert "hidden" not in read(page("<template><p>hidden words of a template</p></template>"), whole=True).text


@pytest.mark.parametrize(
    "start",
    [
        *("<select><option>One<option>Two", "<p>Choose: <select name=x>", "<select><optgroup label=x>", "<option>x"),
        *(
            "<datalist id=a><option>1",
            "<textarea>",
            "<TEXTAREA rows=3>note",
            "<title>",
            "<iframe src=x>",
            "<embed src=x>",
        ),
        *("<canvas>", "<object data=x>", "<noscript>", "<video src=a>", "<audio>", "<template>", "<dialog>", "<map>"),
        *("<meter>", "<progress>", "<math><mi>x", "<svg><path d='M0'/>", "<button>"),
    ],
)
def test_what_follows_an_element_without_an_end_stays_in_order(start: str) -> None:
    for whole in (False, True):
        shown = texts(read(page(start), whole=whole))
        assert [each for each in shown if each in PARAGRAPHS] == PARAGRAPHS
    assert "All rights reserved" in shown[-1]


def test_text_after_misplaced_blocks_stays_between_them() -> None:
    body = "<select><option>1<p>One.</p>two <b>3</b><p>Four.</p>five</select> six <embed src=x>seven <p>Eight.</p> nine"
    text = " ".join(read(b"<html><body>" + body.encode(), whole=True).text.split())
    assert text == "One. two 3 Four. five six seven Eight. nine"


def test_closed_elements_that_are_not_shown_stay_hidden() -> None:
    hidden = "<noscript><p>No scripts</p></noscript><video><p>No video</p></video><select><option>One</select>"
    assert texts(read(page(hidden))) == PARAGRAPHS


def test_a_drawing_without_an_end_does_not_take_the_text_with_it() -> None:
    body = "<svg><g><path d='M0 0'><g><foreignObject><p>a label</p></foreignObject>"
    shown = texts(read(page(body)))
    assert shown == PARAGRAPHS


@pytest.mark.parametrize("tag", ["g", "mrow", "template", "x-y"])
def test_text_within_thousands_of_open_elements_is_shown(tag: str) -> None:
    start = {"g": "<svg>", "mrow": "<math>"}.get(tag, "")
    document = read(f"<title>Deep</title><body>{start}{f'<{tag}>' * 3_000}<p>{PARAGRAPHS[0]}</p>".encode())
    assert PARAGRAPHS[0] in texts(document)
    assert document.metadata.title == "Deep"


@pytest.mark.parametrize("separator", ["|", " | ", "｜", " - "])
def test_the_name_of_the_site_is_not_part_of_the_title(separator: str) -> None:
    head = "<meta property='og:site_name' content='港新聞'>"
    data = page(head=head).replace(b"The lighthouse | The Coast", f"水門の決定{separator}港新聞".encode())
    assert read(data).metadata.title == "水門の決定"


def test_a_footnote_gets_its_label_from_before_the_box_with_its_text() -> None:
    body = (
        "<p>The word is old.<a class='footnote-anchor' id='fa-1' href='#fn-1'>1</a> So is the wall, of course.</p>"
        "<div class='footnote'><a id='fn-1' href='#fa-1' class='footnote-number'>1</a>"
        "<div class='footnote-content'><p>From Old English.</p></div></div>"
    )
    document = read(page(body), whole=True)
    notes = [(block.marker, document.block_text(n)) for n, block in enumerate(document.blocks) if block.quiet]
    assert ("[1]", "From Old English.") in notes
    assert "1" not in texts(document)


def test_a_page_of_very_many_tags_is_read_without_its_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_tree, "_MOST_TAGS", 50)
    document = read(
        page("<p>It is <a href='/x'>near</a> the <b>road</b>, as all of the people here will tell you.</p>")
    )
    assert "It is near the road, as all of the people here will tell you." in texts(document)
    assert [span.kind for span in document.spans] == []
    assert document.notices


@pytest.mark.parametrize(
    ("title", "shown"),
    [("Handbook of the coast", ["The lighthouse"]), ("Our lighthouse, the last one", []), ("The lighthouse", [])],
)
def test_a_headline_stays_unless_it_is_a_version_of_the_title(title: str, shown: list[str]) -> None:
    document = read(page(head=f"<meta property='og:title' content='{title}'>"))
    assert (document.metadata.title, texts(document)) == (title, [*shown, *PARAGRAPHS])


@pytest.mark.parametrize("body", ["\n\n".join(PARAGRAPHS), "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)])
def test_a_page_that_a_script_would_fill_is_read_from_its_description(body: str) -> None:
    data = json.dumps({"@type": "NewsArticle", "headline": "The lighthouse", "articleBody": body})
    escaped = data.replace("</", "<\\/")
    head = f"<script type='application/ld+json'>{escaped}</script>"
    document = read(f"<html><head>{head}</head><body><div id='app'><p>Loading</p></div></body></html>".encode())
    assert (document.metadata.title, texts(document)) == ("The lighthouse", PARAGRAPHS)
