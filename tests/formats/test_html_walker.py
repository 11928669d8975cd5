"""The walker turns the tree of a page into blocks: code, tables, pictures, notes, and nothing that a page hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from tests.counts import size
from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.formats.html.addresses import Addresses
from tui_reader.formats.html.note_references import Notes
from tui_reader.formats.html.walker import _Walker, walk

if TYPE_CHECKING:
    from tui_reader.formats.html.walker import Walked


def walked(source: str, addresses: Addresses | None = None) -> Walked:
    root = html.document_fromstring(f"<html><body>{source}</body></html>", parser=html.HTMLParser(huge_tree=True))
    addresses = addresses or Addresses()
    notes = Notes()
    notes.find(root, addresses)
    return walk(root, addresses, notes)


def texts(source: str) -> list[str]:
    return [text for _, text, _ in walked(source).blocks]


def kinds(source: str) -> list[tuple[str, str]]:
    return [(block.kind.value, text) for block, text, _ in walked(source).blocks]


@pytest.mark.parametrize(
    ("source", "code", "language"),
    [
        ("<pre>\n    a\n\tb \n\n</pre>", "    a\n\tb", ""),
        ("<pre><code class='language-rust'>fn a() {<br>  b<br>}</code></pre>", "fn a() {\n  b\n}", "rust"),
        ("<pre class='brush: js; toolbar: false'>a</pre>", "a", "js"),
        ("<div class='highlight highlight-source-shell'><pre>$ ls</pre></div>", "$ ls", "shell"),
        ("<pre class='sourceCode haskell'><code>main</code></pre>", "main", "haskell"),
        ("<pre data-lang='go'>a</pre>", "a", "go"),
        ("<pre class='hljs'>a</pre>", "a", ""),
        ("<div class='mw-highlight mw-highlight-lang-python3'><pre>x</pre></div>", "x", "python3"),
        ("<pre><button>Copy</button><code>a\nb</code></pre>", "a\nb", ""),
        ("<pre><span class='lineno'>1</span>a\n<span class='lineno'>2</span>b</pre>", "a\nb", ""),
        ("<pre><span class='line'>a</span><span class='line'>  b</span></pre>", "a\n  b", ""),
        ("<pre><code>a</code><code>b</code></pre>", "a\nb", ""),
        ("<pre><div>a</div><div> b</div></pre>", "a\n b", ""),
        (
            (
                "<table class='highlighttable'><tr><td class='linenos'><pre>1\n2</pre></td>"
                "<td class='code'><pre>a\n  b</pre></td></tr></table>"
            ),
            "a\n  b",
            "",
        ),
        (
            (
                "<pre><table class='hljs-ln'><tr><td class='hljs-ln-numbers' data-line-number='1'></td><td>a</td></tr>"
                "<tr><td data-line-number='2'>2</td><td>  b</td></tr></table></pre>"
            ),
            "a\n  b",
            "",
        ),
        ("<pre>a <b>b</b> &lt;c&gt; <i>  d</i></pre>", "a b <c>   d", ""),
    ],
)
def test_code_keeps_its_text_and_language_as_written(source: str, code: str, language: str) -> None:
    ((block, text, _),) = walked(source).blocks
    assert (block.kind, text, block.language) == (BlockKind.CODE, code, language)


@given(st.text(st.sampled_from("a \t\n<&>"), max_size=40))
def test_any_code_comes_out_byte_for_byte_but_for_empty_ends(code: str) -> None:
    escaped = code.replace("&", "&amp;").replace("<", "&lt;")
    lines = code.rstrip().split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    wanted = "\n".join(lines)
    assert texts(f"<pre><code>{escaped}</code></pre>") == ([wanted] if wanted else [])


def test_data_tables_stay_tables_and_layout_tables_are_read_cell_by_cell() -> None:
    data = "<table><caption>C</caption><thead><tr><th>a<th>b<tbody><tr><td>1<br>2<td rowspan=2>x<tr><td>3</table>"
    blocks = walked(data).blocks
    assert [(block.kind.value, text, block.quiet) for block, text, _ in blocks] == [
        ("paragraph", "C", True),
        ("table", "a\tb\n1\n2\tx\n3", False),
    ]
    layout = "<table><tr><td><h2>Menu</h2><p>one<p>two<td><table><tr><td>inner<td>x<tr><td>y<td>z</table></table>"
    assert kinds(layout) == [
        ("heading", "Menu"),
        ("paragraph", "one"),
        ("paragraph", "two"),
        ("table", "inner\tx\ny\tz"),
    ]
    assert kinds("<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>") == [
        ("paragraph", each) for each in "abcd"
    ]


def test_pictures_beside_text_follow_their_paragraph_and_small_ones_are_words() -> None:
    assert kinds("<p>one <img src=a.png alt=A> two</p><p><img src=b.png>three</p>") == [
        ("paragraph", "one two"),
        ("figure", "A"),
        ("figure", ""),
        ("paragraph", "three"),
    ]
    assert texts("<p>fine <img class=emoji alt='☺' src=x.png> day</p>") == ["fine ☺ day"]
    assert texts("<p>one<img src=count.gif width=1 height=1></p>") == ["one"]
    assert kinds("<table><tr><th>a<th>b<tr><td><img src=c.png alt=c><td>d</table>") == [
        ("table", "a\tb\nc\td"),
        ("figure", "c"),
    ]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("<img src='a.jpg'>", "http://x.org/d/a.jpg"),
        ("<img src='/a.jpg'>", "http://x.org/a.jpg"),
        ("<img src='data:image/gif;base64,R0lGOD' data-src='a.jpg'>", "http://x.org/d/a.jpg"),
        ("<img src='/img/spacer.gif' data-original='a.jpg'>", "http://x.org/d/a.jpg"),
        ("<img srcset='s.jpg 320w, l.jpg 1280w, xl.jpg 4000w'>", "http://x.org/d/l.jpg"),
        ("<img srcset='s.jpg, l.jpg 2x'>", "http://x.org/d/l.jpg"),
        ("<picture><source srcset='a.webp'><img alt=a></picture>", "http://x.org/d/a.webp"),
        ("<img class=lazy alt=a><noscript><img src='a.jpg'></noscript>", "http://x.org/d/a.jpg"),
        ("<img src='Some%20page_files/a%20b.jpg'>", "Some page_files/a b.jpg"),
        ("<img src='javascript:alert(1)' alt=a>", ""),
    ],
)
def test_the_picture_that_a_reader_would_see_is_found(source: str, target: str) -> None:
    ((block, _, _),) = walked(source, Addresses("http://x.org/d/page.html")).blocks
    assert (block.kind, block.target) == (BlockKind.FIGURE, target)


def test_pictures_embedded_as_data_get_short_targets() -> None:
    source = "data:image/png;base64," + "iVBORw0KGgo" * 1_000
    ((block, _, _),) = walked(f"<img src='{source}'>").blocks
    assert block.target.startswith("data:")
    assert len(block.target) < 30


def test_a_caption_becomes_the_text_of_its_picture_unless_both_say_something() -> None:
    assert kinds("<figure><img src=a alt=''><figcaption>A <a href=u>map</a></figcaption></figure>") == [
        ("figure", "A map")
    ]
    assert kinds("<figure><img src=a alt='Hill at dusk'><figcaption>Photo: me</figcaption></figure>") == [
        ("figure", "Hill at dusk"),
        ("paragraph", "Photo: me"),
    ]
    blocks = walked("<div class=wp-caption><img src=a alt=b><p class='wp-caption-text'>c</p></div>").blocks
    assert [block.quiet for block, _, _ in blocks] == [False, True]


NOTES = [
    (
        "<p>a<sup><a href='#fn1' id='r1'>1</a></sup> b<sup>[<a href='#fn2'>2</a>]</sup></p><ol>"
        "<li id=fn1><p>One. <a href='#r1'>↩</a>"
        "<li id=fn2>Two.</ol>"
    ),
    (
        "<p>a<a epub:type=noteref href='#fn1' role=doc-noteref>1</a> b<a role=doc-noteref href='#fn2'>2</a></p>"
        "<aside id=fn1>1. One.</aside><aside id=fn2><p><a role=doc-backlink href='#x'>2</a> Two.</aside>"
    ),
    (
        "<p>a<sup id=cite_ref-1 class=reference><a href='#n1'>[1]</a></sup> b<sup><a href='#n2'>[2]</a></sup></p>"
        "<ol><li id=n1><span class=mw-cite-backlink><b><a href='#cite_ref-1'>^</a></b></span> <span>One.</span>"
        "<li id=n2><b><a href='#q'>^</a></b> Two.</ol>"
    ),
    (
        "<p>a[<a href='#_ftn1' name=_ftnref1>1</a>] b[<a href='#_ftn2'>2</a>]</p><hr>"
        "<p><a name=_ftn1 href='#_ftnref1'>[1]</a> One.</p><p><a name=_ftn2 href='#_ftnref2'>[2]</a> Two.</p>"
    ),
]


@pytest.mark.parametrize("source", NOTES)
def test_footnotes_are_numbered_and_muted_and_their_references_lead_to_them(source: str) -> None:
    blocks = [each for each in walked(source).blocks if each.block.kind is not BlockKind.RULE]
    assert [(block.marker, text, block.quiet, block.depth) for block, text, _ in blocks] == [
        ("", "a[1] b[2]", False, 0),
        ("[1]", "One.", True, 0),
        ("[2]", "Two.", True, 0),
    ]
    assert [span.target for span in blocks[0].spans if span.kind is SpanKind.NOTE] == ["#1", "#2"]


def test_footnote_numbers_and_link_names_continue_across_the_chapters_of_a_book() -> None:
    class Chapter(Addresses):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.file = name

        def name(self, identifier: str) -> str:
            return f"{self.file}#{identifier}"

        def link(self, href: str) -> str:
            file, _, name = href.partition("#")
            return f"#{file or self.file}#{name}"

    pages = {
        "1.xhtml": "<p>a<a href='n.xhtml#a' class='noteref'>1</a></p>",
        "2.xhtml": "<p>b<a href='n.xhtml#b' class='noteref'>1</a></p>",
        "n.xhtml": "<p id='a'><a href='1.xhtml#x'>1</a>. A.</p><p id='b'>1. B.</p>",
    }
    roots = {name: etree.fromstring(f"<body>{source}</body>") for name, source in pages.items()}
    notes = Notes()
    for name, root in roots.items():
        notes.find(root, Chapter(name))
    blocks = [each for name, root in roots.items() for each in walk(root, Chapter(name), notes).blocks]
    assert [(block.marker, text) for block, text, _ in blocks] == [
        ("", "a[1]"),
        ("", "b[2]"),
        ("[1]", "A."),
        ("[2]", "B."),
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>a <math alttext='{\\displaystyle x^2}'><mi>x</mi></math></p>", ["a $x^2$"]),
        ("<p>a <math><mfrac><mi>a</mi><mrow><mi>b</mi><mo>+</mo><mn>1</mn></mrow></mfrac></math></p>", ["a a/(b+1)"]),
        (
            (
                "<p><span class=katex><span class=katex-mathml><math><semantics><mi>y</mi><annotation "
                "encoding='application/x-tex'>y_1</annotation></semantics></math></span>"
                "<span class=katex-html>y1</span></span>"
            ),
            ["$y_1$"],
        ),
        ("<p>a <script type='math/tex'>z</script> b<script>no()</script></p>", ["a $z$ b"]),
        ("<p hidden>a</p><p style='display: none'>b</p><p class='sr-only'>c</p><p>dddd</p>", ["dddd"]),
        (
            "<div style='display:none'><p>the whole article is in here</p></div><p>a</p>",
            ["the whole article is in here", "a"],
        ),
        ("<p>a<br><br>b<br>c</p>", ["a", "b\nc"]),
        ("<h2>A <a href='#a'>#</a></h2><h2><a href='#b'>B</a></h2>", ["A", "B"]),
        ("<p>a<button>Share</button></p><h3><button>B</button></h3>", ["a", "B"]),
        ("<noscript>Turn on scripts</noscript><p>a</p><svg><text>b</text></svg>", ["a"]),
        ("<p>a&#27;[31m\u202eb\u0007</p>", ["a[31mb"]),
    ],
)
def test_formulas_are_shown_as_text_and_hidden_parts_and_controls_left_out(source: str, shown: list[str]) -> None:
    assert texts(source) == shown


def test_links_around_blocks_are_links_in_each_block_and_lead_within_the_page_if_they_can() -> None:
    addresses = Addresses("http://x.org/d/page.html")
    blocks = walked(
        "<a href='/u'><h3>A</h3><p>b</p></a><p><a href='http://x.org/d/page.html#s'>c</a>"
        "<a href='javascript:x'>d</a></p>",
        addresses,
    ).blocks
    links = [(text[span.start : span.end], span.target) for _, text, spans in blocks for span in spans]
    assert links == [("A", "http://x.org/u"), ("b", "http://x.org/u"), ("c", "#s")]


def test_each_block_knows_the_element_that_it_comes_from() -> None:
    result = walked("<div><p>a</p>b<ul><li>c</li></ul></div><pre>d</pre>")
    assert [element.tag for element in result.origins] == ["p", "div", "li", "pre"]
    assert len(result.origins) == len(result.blocks)


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 2_000 + "a",
        "<ul><li>" * 900 + "a",
        "<dl><dd>a" * 900,
        "<blockquote>a" * 1_900,
        "<b>a<p>" * 900,
        "<table><tr><th>" * 600 + "a",
        "<figure>a" * 1_900,
        "<div hidden>a" * size(1_900, 2),
        "<sup><a href='#x'>1</a>" * size(1_900, 4) + "<p id=x>a",
    ],
    ids=lambda source: source[:12],
)
def test_deeply_nested_and_repeated_elements_keep_their_text(source: str) -> None:
    assert "a" in "".join(texts(source))


PLAIN_TEXT = st.text(st.sampled_from("ab .\t\n\r\xa0\u3000\u200b\x85\u202eé漢"), max_size=20) | st.sampled_from(
    ("see https://example.org/a now", "www.example.org", "a@example.org")
)
SURROUNDINGS = (
    "{}",
    "<div id='a'>{}</div>",
    "<blockquote>{}</blockquote>",
    "<ul><li>{}</li></ul>",
    "<dl><dd>{}</dd></dl>",
    "<table><tr><td>{}</td><th>x</th></tr></table>",
    "<a href='#a'>{}</a>",
    "<h2>{}</h2>",
    "<figure><img src='a.png'/><figcaption>{}</figcaption></figure>",
    "text {}",
    "<a id='here'></a>{}",
    "<sup><a href='#n'>1</a></sup>{}<p id='n'>note</p>",
    "<pre>{}</pre>",
)


INLINE = st.sampled_from(
    (
        *("{}", "{}", "<i>{}</i>", "<b class='x'>{}</b>", "<a href='#here'>{}</a>", "<a href='javascript:x'>{}</a>"),
        *("<span>{}</span>", "<a id='there'>{}</a>", "<br/>{}", "<i><b>{}</b></i>", "<sup>{}</sup>", "<q>{}</q>"),
        *("<em/>{}", "<!-- no -->{}", "<a href='https://example.org/' title='t'>{}</a>", "<i hidden='hidden'>{}</i>"),
    )
)


@pytest.mark.parametrize("keeps_all", [False, True])
@pytest.mark.parametrize("surroundings", SURROUNDINGS)
@given(paragraphs=st.lists(st.lists(st.tuples(INLINE, PLAIN_TEXT), max_size=4), min_size=1, max_size=3))
def test_the_fast_path_for_paragraphs_gives_the_same_blocks(
    surroundings: str, keeps_all: bool, paragraphs: list[list[tuple[str, str]]]
) -> None:
    written = [
        "".join(markup.format("".join(f"&#{ord(character)};" for character in text)) for markup, text in parts)
        for parts in paragraphs
    ]
    source = f"<body>{surroundings.format(''.join(f'<p>{text}</p>' for text in written))}</body>"

    def blocks() -> list[object]:
        root = etree.fromstring(source)
        notes = Notes()
        notes.find(root, Addresses())
        found = walk(root, Addresses(), notes, keeps_all=keeps_all)
        targets = [span.target for span in found.targets]
        return [*[(block, text, sorted(spans)) for block, text, spans in found.blocks], targets]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_Walker, "_append_plain", lambda *_: False)
        slow = blocks()
    assert blocks() == slow


def test_only_a_first_row_of_names_is_the_head_of_a_table() -> None:
    def has_head(rows: str) -> bool:
        (piece,) = walked(f"<table class=wikitable>{rows}</table>").blocks
        assert piece.block.table is not None
        return piece.block.table.header

    assert has_head("<tr><th>a<th>b<tr><td>1<td>2")
    assert has_head("<tr><td>a<th>b<th>c<tr><th>d<td>1<td>2")
    assert not has_head("<tr><th>a<td>1<tr><th>b<td>2")
    assert not has_head("<tr><td>a<td>1<tr><td>b<td>2")


def test_bullets_differ_by_depth_as_in_markdown() -> None:
    blocks = walked("<ul><li>a<ul><li>b<ol><li>c<ul><li>d<ul><li>e</ul></ul></ol></ul></ul>").blocks
    assert [block.marker for block, _, _ in blocks] == ["•", "◦", "1.", "▪", "▪"]


def test_a_description_with_nearly_the_words_of_the_caption_is_the_caption() -> None:
    source = (
        "<figure><img src=a alt='Professor Kevin Kings and his colleague Ann Weeks at work'>"
        "<figcaption>Professor Kevin King and his colleague Ann Weeks at work (AP)</figcaption></figure>"
    )
    assert texts(source) == ["Professor Kevin King and his colleague Ann Weeks at work (AP)"]
    root = html.document_fromstring(source)
    assert len(walk(root, keeps_all=True).blocks) == 2
