"""HTML inside Markdown loses no text, glues no words, and shows nothing that a browser hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Block, BlockKind, SpanKind
from tui_reader.formats import read
from tui_reader.formats.text.running_text import BLOCK_TAGS

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


def markdown(source: str) -> Document:
    document = read(source.encode(), "a.md")
    assert flaws_of(document) == []
    return document


def texts(source: str) -> list[str]:
    document = markdown(source)
    return [document.block_text(index) for index in range(len(document.blocks))]


def outline(source: str) -> list[tuple[str, int, str]]:
    """Return marker, depth and text of each block."""
    document = markdown(source)
    return [(each.marker, each.depth, document.block_text(index)) for index, each in enumerate(document.blocks)]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("| mode | <ul><li>fast</li><li>slow</li></ul> |\n|-|-|\n", ["mode\tfast\nslow"]),
        ("| a<p>b</p>c | d<div>e</div> |\n|-|-|\n", ["a\nb\nc\td\ne"]),
        ("| a<br>b | <br/>c<BR>*d*<br> |\n|-|-|\n", ["a\nb\tc\nd"]),
        ("a <div>b</div>c <h2>d</h2> e", ["a\nb\nc\nd\ne"]),
        ("a<select><option>b<option>c</select>", ["a\nb\nc"]),
        ("<table><tr><td>a<p>b</p><p>c</p><td>d<ul><li>e<li>f</ul></table>", ["a\nb\nc\td\ne\nf"]),
        ("one<br>\ntwo<br> three\n<br>four  \n<br>five", ["one\ntwo\nthree\nfour\n\nfive"]),
        ("<br>one", ["one"]),
        ("<p>one<br>\n  two <br/>three</p>", ["one\ntwo\nthree"]),
        ("# a<br>b", ["a\nb"]),
    ],
)
def test_block_tags_at_the_start_of_a_line_separate_words(source: str, shown: list[str]) -> None:
    assert texts(source) == shown


@pytest.mark.parametrize("tag", sorted(BLOCK_TAGS - {"head"}))
def test_no_block_tag_joins_the_words_around_it(tag: str) -> None:
    for source in (f"a<{tag}>b</{tag}>c", f"<div>a<{tag}>b</{tag}>c</div>", f"| a<{tag}>b</{tag}>c |\n|-|\n"):
        assert markdown(source).text.split() == ["a", "b", "c"]


PHRASES = [
    "ruby",
    "button",
    "svg",
    "o:p",
    "my-element",
    "abbr",
    "label",
    "math",
    "canvas",
    "center-ish",
    "output",
    "nobr",
]


@pytest.mark.parametrize("tag", PHRASES)
def test_unknown_and_phrasing_tags_do_not_cut_paragraphs(tag: str) -> None:
    assert texts(f"<div><p>one <{tag}>two</{tag}> three</p></div>") == ["one two three"]
    if ":" not in tag:
        assert texts(f"one <{tag} a='b'>two</{tag}> *three*") == ["one two three"]
        assert texts(f"| one <{tag}>two</{tag}> |\n|-|") == ["one two"]


@pytest.mark.parametrize("outer", ["{}", "<p>{}</p>", "| {} |\n|-|"])
def test_the_pronunciation_of_a_ruby_stands_in_brackets(outer: str) -> None:
    for inner in ("漢<rt>kan</rt>", "漢<rp>(</rp><rt>kan</rt><rp>)</rp>", "漢<rt>kan"):
        assert texts(outer.format(f"x <ruby>{inner}</ruby> y")) == ["x 漢(kan) y"]
    assert texts(outer.format("<ruby>漢<rt>kan<rb>字<rt>ji</ruby>")) == ["漢(kan)字(ji)"]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('see <img alt="x > y" src="a.png"> here', ["see x > y here"]),
        ('<img alt="x > y" src="a.png">', ["x > y"]),
        ('<img alt="x < y" src="a.png">', ["x < y"]),
        ("<p>see <img src=a.png alt='a <b> c'> here</p>", ["see a <b> c here"]),
        ('<a title="a > b" href="u">c</a> d', ["c d"]),
        ('<a title="it\'s > b" href="u">c</a> d', ["c d"]),
        ("<div title='a > b'>c</div>", ["c"]),
        ("<div title=it's>c</div>", ["c"]),
    ],
)
def test_attributes_may_hold_angle_brackets(source: str, shown: list[str]) -> None:
    assert texts(source) == shown


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ('<a data-href="n" href="y">c</a> d', "y"),
        ('<a href="y" data-href="n">c</a> d', "y"),
        ('<a title="href=n" href=y>c</a> d', "y"),
        ('<a href="y" href="n">c</a> d', "y"),
        ('<div><a href="y" href="n">c</a></div>', "y"),
    ],
)
def test_the_first_attribute_of_a_name_counts(source: str, target: str) -> None:
    assert [span.target for span in markdown(source).spans] == [target]


@pytest.mark.parametrize("tag", ["script", "style", "SCRIPT", "template"])
@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a <{0}>x *y* `z`</{0}> b", ["a  b"]),
        ("a *b <{0}>x*</{0}> c", ["a b  c"]),
        ("<p>a <{0} type='t'>x</{0}>b</p>", ["a b"]),
        ("# a<{0}>x</{0}>", ["a"]),
        ("| a<{0}>x</{0}> |\n|-|", ["a"]),
        ("a <{0}>b", ["a b"]),
        ("a <{0}>x</{0}> b <{0}>y</{0}> c", ["a  b  c"]),
    ],
)
def test_scripts_and_styles_are_never_shown_unless_they_are_not_closed(tag: str, source: str, shown: list[str]) -> None:
    assert texts(source.format(tag)) == shown


@pytest.mark.parametrize("tag", ["script", "style", "Template"])
@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a\n\n<div id='x'></div>\n<{0}>\nvar x = 1;\n\nvar *y* = 2;\n\n    z\n</{0}>\n\nb", ["a", "b"]),
        ("<p>a\n<{0}>x\n\n- y\n\ny</{0}> *b*\n\nc", ["a", "b", "c"]),
        ("<div><{0}>x\n\ny\n\n<b>z</{0}>c</b></div>\n\nd", ["c", "d"]),
        ("- <div><{0}>x\n\n  y</{0}>\n- b", ["", "b"]),
        ("> <div><{0}>x\n\ny</{0}>", ["x", "y"]),
        ("<div><{0}>x\n\ny", ["x", "y"]),
        ("<div><!-- <{0}> -->\n\ny\n\n<!-- </{0}> -->", ["y"]),
        ("<div><{0}>x\n\n```\n</{0}>\n```\n", ["x", "</{0}>"]),
    ],
)
def test_scripts_with_empty_lines_are_not_shown(tag: str, source: str, shown: list[str]) -> None:
    assert texts(source.format(tag)) == [text.format(tag) for text in shown]


def test_lists_count_from_their_start() -> None:
    assert outline('<ol start="5"><li>a<li value=9>b<li>c</ol><ol start="x"><li>d</ol><ol start=" -1 "><li>e</ol>') == [
        ("5.", 1, "a"),
        ("9.", 1, "b"),
        ("10.", 1, "c"),
        ("1.", 1, "d"),
        ("-1.", 1, "e"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "<dl><dt>Term <i>a</i><dd>one<dd>two<dt>Other</dt><dd><p>three</p></dd></dl>",
        "Term *a*\n: one\n: two\n\nOther\n: three",
        "Term *a*\n~   one\n~ two\n\nOther\n\n  : three",
    ],
)
def test_definitions_are_indented_under_their_bold_terms(source: str) -> None:
    assert outline(source) == [
        ("", 0, "Term a"),
        ("", 1, "one"),
        ("", 1, "two"),
        ("", 0, "Other"),
        ("", 1, "three"),
    ]
    document = markdown(source)
    assert [document.text[s.start : s.end] for s in document.spans if s.kind is SpanKind.STRONG] == ["Term a", "Other"]
    assert [each.tight for each in document.blocks][0::3] == [True, True]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("One\nTwo\n: a\n: b\n\nThree\n: c", [(0, "One"), (0, "Two"), (1, "a"), (1, "b"), (0, "Three"), (1, "c")]),
        ("*One*\n`Two`\nThree\n~   a\n\n    b", [(0, "One"), (0, "Two"), (0, "Three"), (1, "a"), (1, "b")]),
        ("- One\n  Two\n  : a", [(1, "One"), (1, "Two"), (2, "a")]),
        ("text\n\n> One\n> Two\n> : a", [(0, "text"), (0, "One"), (0, "Two"), (1, "a")]),
        ("It ends a sentence.\nTwo\n: a", [(0, "It ends a sentence. Two : a")]),
        ("One\nTwo\n\n: a", [(0, "One Two"), (0, ": a")]),
        ("One\n- a\n: b", [(0, "One"), (1, "a : b")]),
    ],
)
def test_several_terms_may_have_one_definition(source: str, shown: list[tuple[int, str]]) -> None:
    assert [(depth, text) for _, depth, text in outline(source)] == shown


def test_text_with_a_colon_is_not_a_definition() -> None:
    assert outline("a\n:smile: b\n\n: c") == [("", 0, "a 😄 b"), ("", 0, ": c")]


def test_consecutive_quotations_stay_separate() -> None:
    def ends(source: str) -> list[int]:
        return [each.quote_ends for each in markdown(source).blocks]

    assert ends("> a\n\n> b\n>\n> c\n\nd\n\n> e") == [1, 0, 0, 0, 0]
    assert ends("> > a\n>\n> > b\n>\n> c\n\n> d") == [1, 0, 1, 0]
    assert ends("> > a\n\n> b") == [2, 0]
    assert ends("<blockquote>a<p>b</blockquote><blockquote>c</blockquote>") == [0, 1, 0]
    assert ends("> a\n\n<blockquote>b</blockquote>") == [1, 0]
    assert ends("> a\n> > b\n>\n> c") == [0, 0, 0]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("> [!NOTE] A *title*\n> body\n> more", ["Note: A title", "body more"]),
        ("> [!WARNING]\n> body", ["Warning", "body"]),
        ("> [!tip]- Folded\n>\n> - item", ["Tip: Folded", "item"]),
        ("> [!info|wide]+\n> body", ["Info", "body"]),
        ("> [!quote] Quote\n> > [!see-also] b\n> > c", ["Quote", "See also: b", "c"]),
        ("- > [!NOTE]  \n  > body", ["Note", "body"]),
        ("> [!caution] alone\n\nafter", ["Caution: alone", "after"]),
        ("> [!NOTE](u) body", ["!NOTE body"]),
        ("> a\n> [!NOTE] body", ["a [!NOTE] body"]),
        ("[!NOTE] body", ["[!NOTE] body"]),
        ("> [!] body", ["[!] body"]),
    ],
)
def test_the_title_of_a_callout_stands_above_its_body(source: str, shown: list[str]) -> None:
    assert texts(source) == shown


def test_the_title_of_a_callout_is_bold_and_close_to_its_body() -> None:
    document = markdown("> [!NOTE] A *title*\n> body\n\nend\n\n> [!TIP]\n\nend")
    assert [(s.kind.value, document.text[s.start : s.end]) for s in document.spans] == [
        ("strong", "Note: A title"),
        ("emphasis", "title"),
        ("strong", "Tip"),
    ]
    assert [each.tight for each in document.blocks] == [True, False, False, False, False]
    assert document.blocks[0] == Block(BlockKind.PARAGRAPH, 0, 13, quote=1, tight=True)


PIECES = ["<div>", "</div>", "<p>", "<b>", "</b>", "<br>", " ", "\n", "w", "*", "<td>", "<table>", "</table>", "<ruby>"]
PIECES += ["<rt>", "<dl>", "<dt>", "<dd>", "</dl>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<ol start=3>"]
PIECES += ["<li>", "</ol>", "> ", "\n\n", "[!NOTE]", ": ", "$", "</rt>", "<h1>", "</h1>", '<a href="x">', "</a>", "`"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_mixture_of_tags_is_read_without_flaws_and_loses_no_word(source: str) -> None:
    document = markdown(source)
    assert document.text.count("w") == source.count("w")
    assert "\n " not in "".join(
        document.block_text(index) for index, each in enumerate(document.blocks) if each.kind is BlockKind.PARAGRAPH
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "<table><tr><td>a<table><tr><td>b<td>c<tr><th>d</table>e</td><td>f</td></tr><tr><td>g</table>",
            "a b c d e f g",
        ),
        ("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr><tr><td>c<td>d</table>", "a b c d"),
        ("<svg><title>a</title><text>b</text><text>c</text></svg>", "a b c"),
        ("say <q>a <b>b</b></q>.", "say “a b”."),
        ("<p>say <q>a</q></p>", "say “a”"),
        ("a <!-- c --> b <script>x</script> c", "a b c"),
        ("<o:p>a</o:p> b <st1:City w:st='on'>c</st1:City> <o:p></o:p>d<w:br/>", "a b c d"),
        ("# <o:p>a</o:p> b", "a b"),
        ("<a:b> c <d:e/>", "<a:b> c"),
    ],
)
def test_text_in_nested_tables_drawings_quotations_and_unknown_tags_is_shown(source: str, shown: str) -> None:
    assert " ".join(markdown(source).text.split()) == shown


def test_a_table_in_a_cell_ends_neither_the_cell_nor_the_table() -> None:
    document = markdown("<table><tr><td>a<table><tr><td>b<td>c</table>d<td>e<tr><td>f<td>g</table>")
    (block,) = document.blocks
    assert block.table is not None
    assert [[document.text[c.start : c.end] for c in row] for row in block.table.rows] == [
        ["a\nb c\nd", "e"],
        ["f", "g"],
    ]


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        ("<tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e", [["a", "b"], ["", "c"], ["d", "e"]]),
        ("<tr><td>a<td rowspan=2>b<td>c<tr><td>d<td>e", [["a", "b", "c"], ["d", "", "e"]]),
        ("<tr><td>a<td rowspan=2>b<tr><td>c<tr><td>d<td>e", [["a", "b"], ["c"], ["d", "e"]]),
        ("<tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e", [["a", "", "b"], ["c", "d", "e"]]),
        ("<tr><td colspan=2 rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e", [["a", "", "b"], ["", "", "c"], ["d", "e"]]),
        ("<tr><td rowspan=3>a<td>b<tr><td rowspan=2>c<td>d<tr><td>e", [["a", "b"], ["", "c", "d"], ["", "", "e"]]),
        ("<tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d", [["a", "b"], ["", "c"], ["", "d"]]),
        ("<tr><td colspan=x rowspan=-1>a<td colspan=0>b<tr><td>c", [["a", "b"], ["c"]]),
    ],
)
def test_cells_of_several_columns_and_rows_keep_the_others_in_their_columns(rows: str, shown: list[list[str]]) -> None:
    document = markdown(f"<table>{rows}</table>")
    table = document.blocks[0].table
    assert table is not None
    assert [[document.text[c.start : c.end] for c in row] for row in table.rows] == shown


def test_cells_of_very_many_columns_and_rows_take_little_text() -> None:
    assert len(markdown("<table><tr><td colspan=99999999>a</table>").text) < 100
    many = "<table><tr>" + "<td colspan=50 rowspan=1000>a" * 50 + "<tr><td>b" * 900 + "</table>"
    assert len(markdown(many).text) < 200_000


def test_white_space_of_code_in_a_cell_stays_and_tables_without_text_are_not_blocks() -> None:
    assert texts("<table><tr><td><pre>a\n  b</pre><td>c \n d</table>") == ["a\n  b\tc d"]
    assert texts("<table>\n<tr>\n<td>\n\n*a*\n\n</td>\n</tr>\n</table>") == ["a"]


@pytest.mark.parametrize(
    ("source", "markers"),
    [
        ("<ol reversed><li>a<li>b<li>c</ol>", ["3.", "2.", "1."]),
        ("<ol reversed start=7><li>a<li>b</ol>", ["7.", "6."]),
        ("<ol type=a start=26><li>a<li>b</ol>", ["z.", "aa."]),
        ("<ol type=I start=3><li>a<li>b</ol>", ["III.", "IV."]),
        ("<OL TYPE='i' START='9'><LI>a<LI VALUE=40>b</OL>", ["ix.", "xl."]),
        ("<ol type=i start=0><li>a<li>b</ol>", ["0.", "i."]),
        ("<ol><li><pre>a</pre><li><img src=b alt=b><li><table><tr><td>c</table><li>d</ol>", ["1.", "2.", "3.", "4."]),
        ("<ul><li><ol><li>a</ol><li>b</ul>", ["•", "1.", "•"]),
    ],
)
def test_items_have_the_markers_that_the_list_asks_for(source: str, markers: list[str]) -> None:
    assert [each.marker for each in markdown(source).blocks] == markers


def test_a_picture_in_a_heading_is_its_text() -> None:
    document = markdown('<h1 align="center"><img src="a.png" alt="Logo"></h1>\n\ntext of three words')
    assert (document.metadata.title, document.title_block, document.blocks[0].kind) == ("Logo", 0, BlockKind.HEADING)
    assert texts("<h1><a href=u><img src=a.png alt=Logo></a> Name</h1>") == ["Logo Name"]
