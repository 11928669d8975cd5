"""Pages show the whole text with every highlight and note, and no text of an article runs code in a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tui_reader.exchange
from tests.exchange.clips import HOSTILE, clips
from tests.exchange.pages import (
    COLOURS,
    XHTML,
    article,
    compact,
    contrast,
    find_all,
    parse,
    skeleton,
    text_events,
    words,
)
from tests.hostile import TEXTS, hostile
from tui_reader.document.blocks import Align, Block, BlockKind, Cell, DocumentBuilder, Span, SpanKind, Table
from tui_reader.exchange.clip import Clip, clip
from tui_reader.exchange.markup import direction, safe_href
from tui_reader.exchange.note_html import note_html
from tui_reader.exchange.registry import find_export
from tui_reader.formats.registry import read
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, Metadata, ReadingState

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style></title><script>alert(1)</script>",
    "]]> <!-- & &lt; &#60;",
    "javascript:alert(1)",
    "[x](javascript:alert(1)) ![y](https://example.org/pixel.png) <javascript:alert(1)>",
    "<svg/onload=alert(1)>",
    *TEXTS,
    *(text for text in HOSTILE if len(text) < 200),
)
KINDS = """# Title

Intro with **bold *both* more** and `code`, [a link](https://example.org/x) and a note.[^n] See [below](#the-end).

> [!NOTE] Callout
> words
>
> - in
>   - deep

1. one
2. two

- [ ] todo

Term
: Definition

```python
if a < b:
    pass
```

| a | b |
|---|--:|
| c | d<br>e |

![picture](https://example.org/p.png)

---

## The end

Last. $a < b$

[^n]: Footnote with [link](mailto:a@example.org).

    Second part.
"""


def page(*clipped: Clip) -> str:
    text = find_export("html").write(clipped)
    assert isinstance(text, str)
    return text


def shown(root: ElementTree.Element, number: int = 1) -> ElementTree.Element:
    (text,) = (each for each in root.iter(f"{XHTML}article") if each.get("id") == f"a{number}-top")
    return text


def inner(clipped: Clip) -> str:
    """Return the HTML of an article's text."""
    found = re.search(r'<div class="text">\n(.*?)\n</div>\n(?:<section|</article)', page(clipped), re.DOTALL)
    assert found is not None
    return re.sub(r' (?:data-annotation|title|id)="[^"]*"', "", found[1])


def check_text(root: ElementTree.Element, clipped: Clip, document: Document) -> None:
    """Assert that a page has all of a text, its highlights over the right characters and its numbers at their ends."""
    article_element = shown(root)
    (text_element,) = find_all(article_element, "text")
    text, marked, numbers = "", 0, {}
    for part, marks in text_events(text_element):
        if part.startswith("\x00"):
            numbers[part[1:]] = len(text)
        else:
            text += compact(part)
            marked += len(compact(part)) if marks else 0
    assert text == compact(document.text)
    covered = set()
    for each in clipped.annotations:
        if each.where.start is not None and each.where.end is not None:
            covered |= set(range(each.where.start, each.where.end))
            assert numbers.pop(each.id) == len(compact(document.text[: each.where.end])), each
    assert not numbers
    assert marked == len(compact("".join(document.text[offset] for offset in sorted(covered))))


@given(clips())
def test_a_page_contains_the_text_and_all_annotations_for_random_content(clipped: Clip) -> None:
    root = parse(page(clipped))
    assert clipped.document is not None
    check_text(root, clipped, clipped.document)
    by_id = {element.get("data-annotation"): element for element in root.iter() if element.get("data-annotation")}
    assert set(by_id) == {each.id for each in clipped.annotations}
    for each in clipped.annotations:
        element = by_id[each.id]
        if each.quote and each.where.start is None:
            assert element.get("data-state") == each.state.value
            assert compact(each.quote) in words(element)
            assert each.colour_name in words(element)
        for tag in each.tags:
            assert compact(f"#{tag}") in words(root)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 200)), max_size=8))
def test_highlights_over_all_kinds_of_blocks_cover_exactly_their_characters(ranges: list[tuple[int, int]]) -> None:
    # The title stands above the text, and the number of a highlight that ends in a link stands after the link.
    document = read(KINDS.partition("\n")[2].encode(), "kinds.md")
    links = [span for span in document.spans if span.kind in {SpanKind.LINK, SpanKind.NOTE}]
    annotations = []
    for number, (start, length) in enumerate(ranges):
        end = min(len(document.text), start + length)
        end = next((span.end for span in links if span.start < end < span.end), end)
        if start < end and document.text[start:end].strip():
            quote = document.text[start:end]
            placed = Placement(start, end, PlaceState.ANCHORED)
            annotations.append(Annotation(f"{number}", "a", Anchor(quote, "", "", start, end), None, placed, 1))
    clipped = clip(Headline(Article("a", "kinds.md", document.metadata)), annotations, document, COLOURS)
    figures = "picture"  # the word of the link to a picture
    text = page(clipped).replace(f">{figures}</a></p></figure>", "></a></p></figure>")
    check_text(parse(text), clipped, document)


def test_elements_are_split_where_highlights_cross_them_and_links_stay_whole() -> None:
    cases = (
        (("one two", ""), ("two three", ""), "<p>{1}one {2b}two</mark></mark>{n1}{2} three</mark>{n2} four</p>"),
        (("one…four", ""), ("two", ""), "<p>{1}one {2b}two</mark>{n2} three four</mark>{n1}</p>"),
        (("one", ""), ("one", ""), "<p>{1}{2}one</mark></mark>{n1}{n2} two three four</p>"),
    )
    for first, second, expected in cases:
        names = {"1": '<mark class="c1">', "2": '<mark class="c2">', "2b": '<mark class="c2">'}
        numbers = {f"n{number}": f'<sup class="n c{number}">{number}</sup>' for number in (1, 2)}
        assert inner(article("one two three four", first, second)) == _filled(expected, names | numbers)
    linked = inner(article("a **b [c d](https://example.org/) e** f", ("a…c", ""), ("d…f", "")))
    assert linked.count("<a ") == 1
    assert '<mark class="c1">c</mark> <mark class="c2">d</mark></a>' in linked


def _filled(pattern: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], pattern)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("- a\n- b\n  - c\n- d", "ul(li(p'a') li(p'b' ul(li(p'c'))) li(p'd'))"),
        ("1. a\n2. b\n\n- c", "ol(li(p'a') li(p'b')) ul(li(p'c'))"),
        ("- a\n\n  b\n\nc", "ul(li(p'a' p'b')) p'c'"),
        ("> a\n\n> b\n> > c", "blockquote(p'a') blockquote(p'b' blockquote(p'c'))"),
        ("> - a\n> - b", "blockquote(ul(li(p'a') li(p'b')))"),
        ("- a\n  > b\n- c", "ul(li(p'a' blockquote(p'b')) li(p'c'))"),
        ("- [x] a\n- [ ] b", "ul(li(span'☑' p'a') li(span'☐' p'b'))"),
        ("Term\n: one\n\nOther\n: two", "dl(dt(p(strong'Term')) dd(p'one') dt(p(strong'Other')) dd(p'two'))"),
        ("1. a\n   ```\n   x\n   ```", "ol(li(p'a' pre(code'x')))"),
        ("a\\\nb", "p(br'')"),
        ("| a |\n|---|\n| b |", "div(table(thead(tr(th'a')) tbody(tr(td'b'))))"),
        ("***", "hr''"),
        ("![alt](https://e.org/p.png)", "figure(p'alt' p(a'picture'))"),
        ("![alt](p.png)", "figure(p'alt' p(code'p.png'))"),
        ("![alt](data:image/png;base64,AAAA)", "figure(p'alt' p'Picture')"),
        ("a <kbd>b</kbd> <sup>c</sup> ~~d~~", "p(kbd'b' sup'c' s'd')"),
    ],
)
def test_each_kind_of_block_has_its_element(source: str, expected: str) -> None:
    (text,) = find_all(parse(page(article(source))), "text")
    assert " ".join(map(skeleton, text)) == expected


_words = st.text(st.sampled_from('ab<&" \n'), min_size=1, max_size=8)


@st.composite
def _documents(draw: st.DrawFn) -> Document:
    """Return a document of blocks in any nesting, as no file may have but a format could give."""
    builder = DocumentBuilder()
    for _ in range(draw(st.integers(1, 12))):
        text = draw(_words)
        kind = draw(st.sampled_from(BlockKind))
        quote = draw(st.integers(0, 3))
        block = Block(
            kind,
            0,
            0,
            level=draw(st.integers(0, 9)),
            quote=quote,
            depth=draw(st.integers(0, 3)),
            marker=draw(st.sampled_from(("", "", "•", "1.", "7)", "☐", "[1]", "<x>"))),
            tight=draw(st.booleans()),
            quiet=draw(st.booleans()),
            language=draw(_words),
            quote_ends=draw(st.integers(0, quote)),
        )
        if kind is BlockKind.RULE:
            text = ""
        elif kind is BlockKind.TABLE:
            text = "a\tb\nc\t"
            rows = ((Cell(0, 1), Cell(2, 3)), (Cell(4, 5), Cell(6, 6)))
            block = block._replace(table=Table(rows, (Align.RIGHT,), header=draw(st.booleans())))
        last = 1 if block.table is not None else len(text)
        ends = draw(st.tuples(st.integers(0, last), st.integers(0, last)))
        kinds = [each for each in SpanKind if each is not SpanKind.LINK]
        builder.add(block, text, [Span(draw(st.sampled_from(kinds)), min(ends), max(ends), "#1")])
    return builder.build()


@given(_documents(), st.tuples(st.integers(0, 60), st.integers(1, 60)))
def test_blocks_in_any_nesting_are_well_formed_and_complete(document: Document, spot: tuple[int, int]) -> None:
    start, end = spot[0], min(sum(spot), len(document.text))
    notes = [span for span in document.spans if span.kind is SpanKind.NOTE]
    end = next((span.end for span in notes if span.start < end < span.end), end)
    marks = []
    if start < end:
        anchor = Anchor(document.text[start:end], "", "", start, end)
        marks = [Annotation("1", "a", anchor, None, Placement(start, end), 1, "note")]
    clipped = clip(Headline(Article("a", "a.md", Metadata(title="Title"))), marks, document, COLOURS)
    text = page(clipped).replace('dir="ltr">Picture</p></figure>', 'dir="ltr"></p></figure>')
    if document.has_text:
        check_text(parse(text), clipped, document)


def test_footnotes_and_links_within_the_text_lead_there_and_back() -> None:
    root = parse(page(article(KINDS)))
    (reference,) = find_all(root, "ref")
    (back,) = find_all(root, "back")
    by_id = {element.get("id"): element for element in root.iter()}
    assert words(by_id[(reference.get("href") or "")[1:]]).startswith("Footnotewith")
    assert by_id[(back.get("href") or "")[1:]] is reference
    (below,) = (each for each in root.iter(f"{XHTML}a") if each.text == "below")
    assert by_id[(below.get("href") or "")[1:]].text == "The end"


def test_the_title_is_shown_once_with_its_highlight_and_the_readers_own_title_instead() -> None:
    root = parse(page(article("# A title\n\nText", ("A title", "On it"))))
    assert [words(each) for each in root.iter(f"{XHTML}h1")] == ["Atitle1"]
    assert len(list(root.iter(f"{XHTML}mark"))) == 1
    renamed = page(article("# A title\n\nText", state=ReadingState(edits={"title": "Mine"})))
    assert [words(each) for each in parse(renamed).iter() if re.search("h[12]$", each.tag)] == ["Mine", "Atitle"]


@pytest.mark.parametrize(
    "source", ["# T\n\n[up](#t)", "# T\n\n[up](#top)", "# T\n\n[down](#last)\n\n## Last\n\nx[^1]\n\n[^1]: y"]
)
def test_links_lead_to_shown_parts_and_others_become_text(source: str) -> None:
    clipped = article(source)
    root = parse(page(clipped))
    assert sum(each.get("href", "").startswith("#a1-b") for each in root.iter()) >= 1
    document = clipped.document
    assert document is not None
    for tail in range(1, len(document.blocks)):
        cut = document.__class__(
            document.text, document.blocks, document.spans, metadata=document.metadata, tail=tail, title_block=0
        )
        parse(page(clip(clipped.headline, (), cut, COLOURS)))


def test_a_passage_that_has_changed_shows_the_words_that_were_marked() -> None:
    clipped = article("# A\n\nNew words.", ("New words", ""))
    (mark,) = (each.annotation for each in clipped.annotations)
    anchor = Anchor("Old words", "", "", 2, 11)
    moved = mark._replace(anchor=anchor, placed=Placement(2, 11, PlaceState.MOVED))
    root = parse(page(clip(clipped.headline, [moved], clipped.document, COLOURS)))
    (aside,) = root.iter(f"{XHTML}aside")
    assert "Oldwords" in words(aside)
    (number,) = (each for each in root.iter(f"{XHTML}sup") if each.get("data-annotation"))
    assert number.get("data-state") == "moved"


def test_stories_that_are_not_the_article_are_left_out_unless_they_are_marked_or_joined() -> None:
    document = read(b"# A\n\nFirst.\n\nOther story.\n\nMore of it.", "a.md")
    cut = document.__class__(document.text, document.blocks, metadata=document.metadata, tail=2, title_block=0)
    headline = Headline(Article("a", "a.md", Metadata(title="A")))
    assert "Other story" not in page(clip(headline, (), cut, COLOURS))
    assert "goes on with other stories" in page(clip(headline, (), cut, COLOURS))
    last = cut.__class__(cut.text, cut.blocks, metadata=cut.metadata, tail=len(cut.blocks) - 1)
    assert "goes on with other stories" in page(clip(headline, (), last, COLOURS))
    joined = headline._replace(state=ReadingState(joined=True))
    assert "Other story" in page(clip(joined, (), cut, COLOURS))
    start = cut.text.index("More")
    mark = Annotation("1", "a", Anchor("More", "", "", start, start + 4), None, Placement(start, start + 4))
    assert "Other story" in page(clip(headline, (mark,), cut, COLOURS))


def test_quotes_without_a_text_and_uncertain_ones_are_listed_with_their_state() -> None:
    anchor = Anchor("gone\nwords", "the words <before", "after> it", 3, 13)
    states = (PlaceState.ORPHAN, PlaceState.AMBIGUOUS, PlaceState.ANCHORED)
    annotations = [
        Annotation(f"{state}", "a", anchor, None, Placement(0, 0, state), 9, "note", ("tag",)) for state in states
    ]
    headline = Headline(Article("a", "a.md", Metadata(title="A")))
    for document in (None, read(b"# A\n\nText", "a.md"), read(b"\xff\x00" * 500, "a.md")):
        root = parse(page(clip(headline, annotations, document, COLOURS)))
        items = {each.get("data-state"): words(each) for each in find_all(root, "unplaced-item")}
        assert len(items) == 3 if document is None else {"orphan", "ambiguous"} <= set(items)
        assert "notfoundinthetext" in items["orphan"]
        assert "severalpassagesfit" in items["ambiguous"]
        assert all(text.startswith("…thewords<beforegonewordsafter>it…") for text in items.values())
        assert all("#tag" in text and "note" in text for text in items.values())


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_field_can_run_code_in_a_browser(attack: str) -> None:
    document = read(
        f"# {attack}\n\n{attack}\n\n```{attack}\n{attack}\n```\n\n[w]({attack})".encode(errors="replace"), "a.md"
    )
    metadata = Metadata(
        "", attack, attack, attack, attack, attack, attack, (attack,), guessed=frozenset(("date", "byline"))
    )
    anchor = Anchor(attack, attack, attack, 0, 5)
    placed = Placement(0, min(5, len(document.text)), PlaceState.MOVED)
    orphan = Placement(0, 0, PlaceState.ORPHAN)
    annotations = [
        Annotation(f"{attack}1", "a", anchor, None, placed, -3, attack, (attack,), attack, attack),
        Annotation(f"{attack}2", "a", anchor, None, orphan, 99, attack, (attack,), attack, attack),
        Annotation(f"{attack}3", "a", note=attack, tags=(attack,)),
    ]
    clipped = clip(Headline(Article(attack, attack, metadata)), annotations, document, (attack,) * 5)
    text = page(clipped, clipped)
    parse(text)
    written = re.sub(r"\A.*?</style>", "", text, flags=re.DOTALL)
    assert not re.search(r"<(?!/?[a-z1-6]+[ />])", written)
    bare = re.sub(r'"[^"]*"', '""', written)
    assert not re.search(r"<[^>]* (?:on\w+|style|src|srcdoc)=", bare)


@given(hostile, hostile)
def test_any_note_and_title_make_a_well_formed_page(title: str, note: str) -> None:
    mark = Annotation("1", "a", note=note)
    headline = Headline(Article("a", "a.md", Metadata(title=title, language=note, url=title)))
    parse(page(clip(headline, [mark], None, COLOURS)))


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ("plain", "<p>plain</p>"),
        ("a\nb\n\nc", "<p>a<br/>b</p><p>c</p>"),
        ("*a* **b** `<c>` ~~d~~", "<p><em>a</em> <strong>b</strong> <code>&lt;c&gt;</code> <s>d</s></p>"),
        ("# Head\n- a\n- b", "<p><strong>Head</strong></p><ul><li>a</li><li>b</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> q", "<blockquote><p>q</p></blockquote>"),
        ("```\n<x>\n```", '<pre dir="ltr"><code>&lt;x&gt;</code></pre>'),
        ("[a](https://e.org/?x=1&y=2)", '<p><a href="https://e.org/?x=1&amp;y=2" rel="noreferrer">a</a></p>'),
        ("[a](javascript:b)", "<p>[a](javascript:b)</p>"),
        ("[a](../notes.md)", "<p>[a](../notes.md)</p>"),
        ("<b>a</b> &amp; <!-- c -->", "<p>&lt;b&gt;a&lt;/b&gt; &amp; &lt;!-- c --&gt;</p>"),
        ("[ref]: https://e.org\n\n[ref]", "<p>[ref]: https://e.org</p><p>[ref]</p>"),
        ("| a | b |\n|---|---|", "<p>| a | b |<br/>|---|---|</p>"),
        ("C:\\dir\\  \nnext", "<p>C:\\dir\\ <br/>next</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_notes_are_read_as_the_markdown_that_people_write(note: str, expected: str) -> None:
    assert note_html(note) == expected


@given(st.text(st.sampled_from("ab*_`[]()<>#->\n 1.!&~\\|:"), max_size=60))
def test_no_letter_of_a_note_is_lost(note: str) -> None:
    root = ElementTree.fromstring(f"<div>{note_html(note)}</div>")
    shown = "".join(root.itertext()) + "".join(each.get("data-language", "") for each in root.iter())
    assert sorted(re.findall("[ab]", shown)) == sorted(re.findall("[ab]", note))


_emphasised = st.lists(
    st.sampled_from(["**a**", "*é b*", "**", "*", "a", "1", "(", ")", ".", "-", " ", "\n", "\n\n", "—"])
)


@given(st.one_of(st.text(st.sampled_from("ab*_`[]()<&> -1\\\n\n\u00a0é漢"), max_size=40), _emphasised.map("".join)))
def test_the_fast_path_for_notes_gives_the_same_result(note: str) -> None:
    whole = note_html(f"{note.strip()}\n\n- a list")  # with a list, all blocks are parsed
    if re.search(r"^\*{0,2}[^\W\d_]", note.strip()) and whole.endswith("<ul><li>a list</li></ul>"):
        assert note_html(note) == whole.removesuffix("<ul><li>a list</li></ul>")


def test_notes_in_bold_and_italics_are_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_reader.exchange.note_html._parser", None)
    written = note_html("**Of** course, *this\nand that* (**too**).\n\n\nEnd > begin")
    assert written == (
        "<p><strong>Of</strong> course, <em>this<br/>and that</em> (<strong>too</strong>).</p><p>End &gt; begin</p>"
    )


def test_a_note_keeps_every_word_however_deep_or_long_it_is() -> None:
    for note in (
        "> " * 3_000 + "word",
        "word " * 10_000,
        "*" * 5_000 + "word",
        "[" * 5_000 + "word",
        "- " * 60 + "word",
    ):
        root = ElementTree.fromstring(f"<div>{note_html(note)}</div>")
        assert "word" in words(root)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("https://example.org/a?b=c&d=e", "https://example.org/a?b=c&amp;d=e"),
        ("HTTP://EXAMPLE.ORG", "HTTP://EXAMPLE.ORG"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ('https://e.org/"onload="x', "https://e.org/%22onload=%22x"),
        ("https://e.org/{a}|b^`\\<c>#d|#e", "https://e.org/%7Ba%7D%7Cb%5E%60%5C%3Cc%3E#d%7C%23e"),
        ("https://e.org/50%?q=%20&r=100%25", "https://e.org/50%25?q=%20&amp;r=100%25"),
        ("https://e.org/a b\n\u202ec", "https://e.org/a%20b%0A%E2%80%AEc"),
        *(
            (unsafe, "")
            for unsafe in ("javascript:x", " jAvascript:x", "java\nscript:x", "data:text/html,x", "file:///x")
        ),
        *(
            (unsafe, "")
            for unsafe in ("//example.org", "/etc/passwd", "a.md", "https:", "http:///x", "", "vbscript:x", "#x")
        ),
    ],
)
def test_only_whole_web_addresses_become_links(target: str, expected: str) -> None:
    assert safe_href(target) == expected


def test_directions_and_languages_are_those_of_the_texts() -> None:
    arabic = article(
        "---\nlang: ar\ntitle: عنوان\n---\n\nفقرة عربية طويلة هنا\n\nAn English paragraph.\n\n```\nx = 1\n```"
    )
    root = shown(parse(page(arabic)))
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
    (text,) = find_all(root, "text")
    assert [each.get("dir") for each in text] == [None, "ltr", "ltr"]
    assert shown(parse(page(article("---\nlang: 'x\"y'\n---\n\nWords")))).get("lang") in {"", "en"}
    cases = {"word": "ltr", "עברית": "rtl", "עברית and a few English words": "ltr", "漢字": "ltr", "123": "", "": ""}
    assert {text: direction(text) for text in cases} == cases


def test_a_collection_has_contents_that_lead_to_its_articles() -> None:
    root = parse(page(article("# One\n\n[in](#two)\n\n## Two", ("in", "n")), article("# Two\n\ntext", ("text", "n"))))
    (nav,) = find_all(root, "contents")
    targets = [link.get("href") for link in nav.iter(f"{XHTML}a")]
    assert targets == [f"#{each.get('id')}" for each in root.iter(f"{XHTML}article")]
    assert [words(each) for each in root.iter(f"{XHTML}h1")] == ["2articles"]


def test_the_content_security_policy_allows_only_the_pages_own_style() -> None:
    text = page(article("# A"))
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'")
    assert not re.search(r"url\(|@import|expression", style)


STYLE = (Path(tui_reader.exchange.__file__).parent / "page.css").read_text()
SCHEMES = ("light", "dark", "print")
_ON_PAGE = ("text", "bright", "muted", "link", *(f"ink-{number}" for number in range(1, 6)))
PAIRS = (
    *((ink, paper) for ink in _ON_PAGE for paper in ("page", "raised", "code")),
    *((ink, f"mark-{number}") for ink in ("text", "link") for number in range(1, 6)),
    *((f"ink-{number}", f"mark-{mark}") for number in range(1, 6) for mark in range(1, 6)),
)


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme as a browser would compute them from the style."""
    light, dark, printed = re.findall(r":root \{([^}]*--page[^}]*)\}", STYLE)
    blocks = {"light": [light], "dark": [light, dark], "print": [light, printed]}[scheme]
    return {name: value for block in blocks for name, value in re.findall(r"--([\w-]+): #([0-9a-f]{6});", block)}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_contrasts_with_its_background(scheme: str) -> None:
    known = colours(scheme)
    assert len(known) == 18
    low = {}
    for ink, paper in PAIRS:
        ratio = contrast(known[ink], known[paper])
        if ratio < 4.5:
            low[ink, paper] = round(ratio, 2)
    assert not low
    assert all(first != second for first, second in pairwise(sorted(known[f"mark-{number}"] for number in range(1, 6))))


def test_every_colour_of_the_style_is_one_of_the_schemes() -> None:
    rules = re.sub(r":root \{[^}]*\}", "", STYLE)
    assert not re.search(
        r"#[0-9a-f]{3,8}\b|rgb|hsl|(?:color|background)(?:-color)?: (?!var|none|inherit|light)\w", rules
    )
