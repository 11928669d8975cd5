"""Names that raw HTML gives are link targets, and addresses in running text are links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import read
from tui_reader.formats.text.bare_links import bare_links, may_have_links


def markdown(text: str) -> Document:
    """Read a text as Markdown."""
    return read(text.encode(), "a.md")


def after(document: Document, name: str) -> str | None:
    """Return the rest of the line to which a name leads."""
    offset = offset_of_name(document, name)
    return None if offset is None else document.text[offset:].partition("\n")[0]


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ('One\n\n<a name="x"></a>\n\nTwo', "x", "Two"),
        ('One\n\n<a name="x"></a>\n## Two', "x", "Two"),
        ('One\n\n<a name="x">\n\n## Two', "x", "Two"),
        ('One\n\n## <a id="x"></a>Two', "x", "Two"),
        ("One\n\n## Two <A ID=X></A>", "x", ""),
        ('One and <span class="c" id="x">two</span> three', "x", "two three"),
        ("One and <a name='x' href='https://e.org'>two</a> three", "x", "two three"),
        ('One\n\n<div id="x">\n\nTwo\n\n</div>', "x", "Two"),
        ('One\n\n<div id="x"><p>Two</p></div>', "x", "Two"),
        ('One\n\n<h2 id="x">Two</h2>', "x", "Two"),
        ('One\n\n<p>Two <b id="x">three</b></p>', "x", "three"),
        ('One\n\n<p id="x"></p><p></p>\n\nTwo', "x", "Two"),
        ('One\n\n- <a id="x"></a>two\n- three', "x", "two"),
        ('One\n\n- [ ] <a id="x"></a>two\n- three', "x", "two"),
        ('One\n\n<ul><li>two</li><li id="x">three</li></ul>', "x", "three"),
        ('| a | b |\n|---|---|\n| c | <a id="x"></a>d |', "x", "d"),
        ('<table id="t"><tr id="r"><td>a</td><td id="x">b</td></tr></table>', "x", "b"),
        ('<table id="t"><tr id="r"><td>a</td><td id="x">b</td></tr></table>', "t", "a\tb"),
        ('<table id="t"><tr id="r"><td>a</td><td id="x">b</td></tr></table>', "r", "a\tb"),
        ('> One\n>\n> <a id="x"></a>two', "x", "two"),
        ('One\n\n<pre id="x">two</pre>', "x", "two"),
        ('One\n\n<img id="x" src="p.png" alt="two">', "x", "two"),
        ('One\n\n<a id="x"></a>', "x", ""),
        ('One\n\n<a name="&#x78;"></a>two', "x", "two"),
        ('One\n\n<a name="é ü"></a>two', "%C3%A9%20%C3%BC", "two"),
    ],
)
def test_an_html_name_leads_to_the_text_after_it(source: str, name: str, expected: str) -> None:
    document = markdown(source)
    assert after(document, name) == expected
    assert flaws_of(document) == []


@pytest.mark.parametrize(
    "source",
    [
        'One <span name="x">two</span>',
        'One <span data-id="x">two</span>',
        "`<a name='x'>` is how it is written",
        "```\n<a id='x'></a>\n```",
        "<!-- <a id='x'></a> -->\n\nOne",
    ],
)
def test_text_that_only_resembles_an_html_name_is_not_a_link_target(source: str) -> None:
    assert after(markdown(source), "x") is None


def test_of_equal_html_names_the_first_is_the_link_target() -> None:
    assert after(markdown('<a id="x"></a>One\n\n<a id="x"></a>Two'), "x") == "One"


@given(st.lists(st.sampled_from(['<a id="x">', "</a>", "<p id=y>", "\n\n", "w ", "- ", "|", "<td id=z>", "# "])))
def test_any_html_names_have_offsets_within_the_text(pieces: list[str]) -> None:
    document = markdown("".join(pieces))
    assert flaws_of(document) == []
    assert all(0 <= offset <= len(document.text) for offset in document.link_targets.values())
    assert all(span.kind is not SpanKind.TARGET for span in document.spans)


HEADINGS = """\
## `code()` of *this* [link](https://e.org)

## Photo ![of a boat](b.png)

## <img src="x.png" alt="a mill"> Grain

## Note[^1]

Setext of
two lines
---------

[^1]: A note.
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("code-of-this-link", "code() of this link"),
        ("photo-", "Photo of a boat"),
        ("photo", "Photo of a boat"),
        ("-grain", "a mill Grain"),
        ("grain", "a mill Grain"),
        ("setext-of-two-lines", "Setext of two lines"),
        ("note1", "Note[1]"),
        ("1", "A note."),
    ],
)
def test_marks_in_a_heading_are_not_part_of_its_id(name: str, expected: str) -> None:
    assert after(markdown(HEADINGS), name) == expected


ADDRESSES = [
    ("see www.example.org.", "www.example.org", "http://www.example.org"),
    ("(www.example.org/a_(b))", "www.example.org/a_(b)", "http://www.example.org/a_(b)"),
    ("WWW.Example.ORG/p?q=1#r, then", "WWW.Example.ORG/p?q=1#r", "http://WWW.Example.ORG/p?q=1#r"),
    ("www.bücher.example/é", "www.bücher.example/é", "http://www.bücher.example/é"),
    ("write to me@example.org.", "me@example.org", "mailto:me@example.org"),
    ("<first.last+tag@sub.example.co.uk>", "first.last+tag@sub.example.co.uk", None),
    ("(me@example.org)", "me@example.org", "mailto:me@example.org"),
    ("“me@example.org”", "me@example.org", "mailto:me@example.org"),
    ("'me@example.org'", "me@example.org", "mailto:me@example.org"),
    ("联系me@example.com谢谢", "me@example.com", "mailto:me@example.com"),
    ("mailto:me@example.org!", "mailto:me@example.org", "mailto:me@example.org"),
    ("a_b@example.org", "a_b@example.org", "mailto:a_b@example.org"),
    ("https://me@example.org/x@y.zz", "https://me@example.org/x@y.zz", "https://me@example.org/x@y.zz"),
    ("HTTPS://example.org/", "HTTPS://example.org/", "HTTPS://example.org/"),
    *(
        (text, address, address)
        for address in ("https://example.org/a", "https://example.org/a_(b)", "https://example.org/{id}/中文")
        for text in (
            f"见{address}，好",
            f"{address}。次",
            f"{address}：是",
            f"【{address}】",
            f"《{address}》",
            f"«{address}»",
            f"‹{address}›.",
            f"`{address}`",
            f"{{{address}}}",
            f"({{{address}}}).",
            f"{address}\u200b",
            f"{address}।",
            f"{address}؟",
            f"{address} — x",
            f"{address}—",
            f"~~{address}~~",
        )
    ),
]


@pytest.mark.parametrize(("text", "shown", "target"), ADDRESSES)
def test_an_address_in_running_text_is_a_link(text: str, shown: str, target: str | None) -> None:
    (link,) = bare_links(text)
    assert (text[link.start : link.end], link.target) == (shown, target or f"mailto:{shown}")


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_addresses_are_links_in_each_format(name: str) -> None:
    document = read(b"Title line\n\nWrite to a_b@example.org, or see www.example.org/x_y_z.\n", name)
    assert [(document.text[s.start : s.end], s.target) for s in document.spans if s.kind is SpanKind.LINK] == [
        ("a_b@example.org", "mailto:a_b@example.org"),
        ("www.example.org/x_y_z", "http://www.example.org/x_y_z"),
    ]


def test_an_address_in_a_link_or_in_code_is_not_another_link() -> None:
    document = markdown("A [me@example.org](https://e.org/) and `www.example.org` and <you@example.org>.")
    assert [span.target for span in document.spans if span.kind is SpanKind.LINK] == [
        "https://e.org/",
        "mailto:you@example.org",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "icon@2x.png",
        "git@github.com:owner/name.git",
        "@someone@social.example",
        "package@1.2.3",
        "a@b",
        "@",
        "www.",
        "www.example",
        "notwww.example.org",
        "wwwx.example.org",
        "a @ b.org",
        "a@b..org",
        "a@-b.org",
    ],
)
def test_what_only_resembles_an_address_stays_text(text: str) -> None:
    assert bare_links(text) == []


@given(st.text(st.sampled_from("aw.@:/ htpsmilo(),W-_1é中\n"), max_size=60))
def test_any_addresses_become_links_within_the_text_in_order(text: str) -> None:
    links = bare_links(text)
    ends = [0, *(edge for link in links for edge in (link.start, link.end)), len(text)]
    assert ends == sorted(ends)
    assert all(link.end > link.start and link.target.lower().startswith(("http", "mailto:")) for link in links)
    assert not links or may_have_links(text)
