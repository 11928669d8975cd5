"""Markdown is converted to blocks and spans over one text, and no text that an author wrote is lost."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import size
from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Align, Block, BlockKind, Document
from tui_reader.formats import preview, read, scan
from tui_reader.formats.markdown import markdown as format_module
from tui_reader.formats.markdown import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

P, H, CODE, TABLE, FIGURE, RULE = (
    BlockKind.PARAGRAPH,
    BlockKind.HEADING,
    BlockKind.CODE,
    BlockKind.TABLE,
    BlockKind.FIGURE,
    BlockKind.RULE,
)
LONG = size(20_000)
"""How often a hostile text repeats its marks."""


def markdown(source: str) -> Document:
    document = read(source.encode(), "a.md")
    assert flaws_of(document) == []
    return document


class Seen(NamedTuple):
    """The fields of a block that tests compare: all except its range."""

    block: Block
    text: str


def seen(document: Document) -> list[Seen]:
    return [
        Seen(block._replace(start=0, end=0, table=None), document.block_text(index))
        for index, block in enumerate(document.blocks)
    ]


def block(kind: BlockKind, text: str, **fields: object) -> Seen:
    return Seen(Block(kind, 0, 0)._replace(**fields), text)  # type: ignore[arg-type]


def spans(document: Document) -> list[tuple[str, str, str]]:
    return [(span.kind.value, document.text[span.start : span.end], span.target) for span in document.spans]


GOLDEN: list[tuple[str, str, list[Seen]]] = [
    ("a paragraph's own line breaks are spaces", "one\ntwo\n\nthree", [block(P, "one two"), block(P, "three")]),
    ("between ideographs they are nothing", "日本語\nの文\nand more", [block(P, "日本語の文 and more")]),
    ("a hard break stays", "one  \ntwo\\\nthree<br>four", [block(P, "one\ntwo\nthree\nfour")]),
    (
        "headings have levels",
        "# A\n\nB\n-\n###### C ##",
        [block(H, "A", level=1), block(H, "B", level=2), block(H, "C", level=6)],
    ),
    ("a rule has no text", "a\n\n***\n\nb", [block(P, "a"), block(RULE, ""), block(P, "b")]),
    (
        "a tight list stands close",
        "- a\n- b\n\nend",
        [block(P, "a", depth=1, marker="•", tight=True), block(P, "b", depth=1, marker="•"), block(P, "end")],
    ),
    (
        "a loose list does not",
        "- a\n\n- b\n",
        [block(P, "a", depth=1, marker="•"), block(P, "b", depth=1, marker="•")],
    ),
    (
        "lists nest, and each level has its bullet",
        "* a\n  * b\n    * c\n      * d\n* e",
        [
            block(P, "a", depth=1, marker="•", tight=True),
            block(P, "b", depth=2, marker="◦", tight=True),
            block(P, "c", depth=3, marker="▪", tight=True),
            block(P, "d", depth=4, marker="▪", tight=True),
            block(P, "e", depth=1, marker="•"),
        ],
    ),
    (
        "a later block of an item has no marker",
        "1. a\n\n   b\n\n   ```\n   c\n   ```\n",
        [block(P, "a", depth=1, marker="1."), block(P, "b", depth=1), block(CODE, "c", depth=1)],
    ),
    (
        "numbers stay as written, and count on where all are the same",
        "3) a\n7) b\n\n<!-- -->\n\n1. c\n1. d\n1. e",
        [
            block(P, "a", depth=1, marker="3)", tight=True),
            block(P, "b", depth=1, marker="7)"),
            block(P, "c", depth=1, marker="1.", tight=True),
            block(P, "d", depth=1, marker="2.", tight=True),
            block(P, "e", depth=1, marker="3."),
        ],
    ),
    (
        "tasks show whether they are done",
        "- [ ] a\n- [x] *b*\n- [z] c",
        [
            block(P, "a", depth=1, marker="☐", tight=True),
            block(P, "b", depth=1, marker="☑", tight=True),
            block(P, "[z] c", depth=1, marker="•"),
        ],
    ),
    (
        "items without a paragraph of their own keep their marker",
        "-\n- - a\n- > b",
        [
            block(P, "", depth=1, marker="•", tight=True),
            block(P, "", depth=1, marker="•", tight=True),
            block(P, "a", depth=2, marker="◦", tight=True),
            block(P, "b", depth=1, quote=1, marker="•"),
        ],
    ),
    (
        "quotations nest",
        "> a\n> > b\n>\n> - c",
        [block(P, "a", quote=1), block(P, "b", quote=2), block(P, "c", quote=1, depth=1, marker="•")],
    ),
    (
        "code keeps every byte and its language",
        "```rust,ignore\n\tfn  main() { *x* }\n\n```\n\n    indented\n      code\n",
        [block(CODE, "\tfn  main() { *x* }\n", language="rust"), block(CODE, "indented\n  code")],
    ),
    (
        "a paragraph of pictures is figures",
        '![A *boat*](boat.png)\n\n[![badge](b.svg)](https://x.org) ![](t.png "Title")\n\n![x](data:image/png,0)',
        [
            block(FIGURE, "A boat", target="boat.png"),
            block(FIGURE, "badge", target="b.svg"),
            block(FIGURE, "Title", target="t.png"),
            block(FIGURE, "x"),
        ],
    ),
    (
        "footnotes stand at the end, in the order in which they are referred to",
        "a[^z] b[^y]\n\n[^y]: why\n[^z]: zed\n\n    more\n[^unused]: kept\n\nlast",
        [
            block(P, "a[1] b[2]"),
            block(P, "last"),
            block(P, "zed", marker="[1]", quiet=True),
            block(P, "more", quiet=True),
            block(P, "why", marker="[2]", quiet=True),
            block(P, "kept", marker="[3]", quiet=True),
        ],
    ),
    (
        "raw HTML is reduced to its text",
        (
            '<div align="center">\n<h2>Head <i>ing</i></h2>\n<p>one<br>two &lt;3</p><hr>\n<ol><li>a<li>b</ol>\n'
            '<img src="x.png" alt="pic"><script>alert(1)</script><!-- no --><pre>  c\n  d</pre></div>'
        ),
        [
            block(H, "Head ing", level=2),
            block(P, "one\ntwo <3"),
            block(RULE, ""),
            block(P, "a", depth=1, marker="1.", tight=True),
            block(P, "b", depth=1, marker="2."),
            block(FIGURE, "pic", target="x.png"),
            block(CODE, "  c\n  d".strip()),
        ],
    ),
    ("comments vanish", "a <!-- b --> c\n\n<!-- d -->\n", [block(P, "a  c")]),
    ("a comment that is never closed does not", "a\n\n<!-- b\n\nc", [block(P, "a"), block(P, "<!-- b c")]),
    ("what is left open is text", "*a [b](c ~~d <e", [block(P, "*a [b](c ~~d <e")]),
]


@pytest.mark.parametrize(("source", "blocks"), [case[1:] for case in GOLDEN], ids=[case[0] for case in GOLDEN])
def test_markdown_is_converted_to_blocks(source: str, blocks: list[Seen]) -> None:
    assert seen(markdown(source)) == blocks


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*a **b*** `c`", [("emphasis", "a b", ""), ("strong", "b", ""), ("code", "c", "")]),
        ("~~gone~~", [("strike", "gone", "")]),
        ("[a *b*](rel/x.md 'title')", [("link", "a b", "rel/x.md"), ("emphasis", "b", "")]),
        (
            "[a]: https://x.org/ä\n\n[A] <https://y.org>",
            [("link", "A", "https://x.org/ä"), ("link", "https://y.org", "https://y.org")],
        ),
        ("see https://x.org/a_b_c.", [("link", "https://x.org/a_b_c", "https://x.org/a_b_c")]),
        ("[a](javascript:alert(1)) [b](data:text/html,x) [c](JaVaScRiPt:x) [d](file:///x)", []),
        ("[mail](mailto:a@b.org)", [("link", "mail", "mailto:a@b.org")]),
        ("text ![alt](i.png) text", [("link", "alt", "i.png")]),
        ("[text ![alt](i.png)](x)", [("link", "text alt", "x")]),
        ("a[^1] ^[inline]\n\n[^1]: x", [("note", "[1]", "#1"), ("note", "[2]", "#2")]),
        ("<kbd>Ctrl</kbd>+<KBD>C</KBD>", [("key", "Ctrl", ""), ("key", "C", "")]),
        ("x<sup>2</sup> H<sub>2</sub>O", [("superscript", "2", ""), ("subscript", "2", "")]),
        (
            "<mark>m</mark> <em>e</em> <b>s</b> <u>u</u>",
            [("mark", "m", ""), ("emphasis", "e", ""), ("strong", "s", "")],
        ),
        ('<a href="https://x.org/?a=1&amp;b">l</a> <a name="x">n</a>', [("link", "l", "https://x.org/?a=1&b")]),
        ("<b>never *closed", [("strong", "never *closed", "")]),
        ("closed</b> never", []),
        ("**a ** b", []),
    ],
)
def test_inline_markup_is_converted_to_spans(source: str, expected: list[tuple[str, str, str]]) -> None:
    assert spans(markdown(source)) == expected


def test_tables_have_cells_alignment_and_spans() -> None:
    document = markdown("| a | *b* | c |\n|---|:-:|--:|\n| x \\| y | z<br>z | |\n| only\n")
    table = document.blocks[0].table
    assert table is not None
    assert document.text == "a\tb\tc\nx | y\tz\nz\t\nonly\t\t"
    assert table.aligns == (Align.LEFT, Align.CENTRE, Align.RIGHT)
    rows = [[document.text[cell.start : cell.end] for cell in row] for row in table.rows]
    assert rows == [["a", "b", "c"], ["x | y", "z\nz", ""], ["only", "", ""]]
    assert table.header
    assert spans(document) == [("emphasis", "b", "")]


def test_tables_in_html_are_tables() -> None:
    document = markdown("<table><caption>Cap</caption>\n<tr><th>a<th>b\n<tr><td><b>1</b><br>2</td><td></table>\n")
    assert [found.text for found in seen(document)] == ["Cap", "a\tb\n1\n2\t"]
    table = document.blocks[1].table
    assert table is not None
    assert table.header
    assert spans(document) == [("strong", "1", "")]


@pytest.mark.parametrize(
    ("source", "title", "guessed", "title_block"),
    [
        ("---\ntitle: Two *words*\n---\n# Two words!\n\ntext", "Two *words*", False, 0),
        ("---\ntitle: One\n---\n# Another\n\ntext", "One", False, None),
        ("---\ntitle: One\n---\ntext\n\n# One", "One", False, None),
        ("# A [link](x) `code` &amp; *more*[^1]\n\ntext\n\n[^1]: n", "A link code & more", False, 0),
        ("<!-- c -->\n[![b](s)](u)\n\nTitle of it\n===\n\ntext", "Title of it", False, None),
        ("<h1 align='center'>Html title</h1>\n\ntext", "Html title", False, 0),
        ("intro\n\n```\n# not this\n```\n\n## nor this\n\n# This one\n", "This one", False, None),
        ("## First\n\n## Second", "First", True, 0),
        (
            "Only a first line of five\nwords, and then some more of them.",
            "Only a first line of five words, and then some…",
            True,
            None,
        ),
    ],
)
def test_the_title_is_found_in_heading_or_header(
    source: str, title: str, guessed: bool, title_block: int | None
) -> None:
    document = markdown(source)
    assert document.metadata.title == title
    assert ("title" in document.metadata.guessed) is guessed
    assert document.title_block == title_block


def test_entities_cannot_insert_control_characters() -> None:
    document = markdown(
        "a&#x202e;b &#27;[31m &#x85; `&#7;` &amp;\n\n[l](x&#x202e;y)\n\n| &#10;a |\n|-|\n\n![&#x1b;](y&#13;)"
    )
    assert "&" in document.text


@pytest.mark.parametrize(
    "source",
    [
        "> " * 2_000 + "deep",
        "- " * 3_000 + "deep",
        "\n".join(" " * 2 * depth + "- deep" for depth in range(600)),
        "[" * size(20_000, 16) + "deep",
        "![" * size(20_000, 32) + "deep",
        "*a **deep " * LONG,
        "a" + "`" * LONG + "deep",
        "<script>" * LONG + "deep",
        "a <script>" * 20_000 + "deep</script>",
        "<!-- a -->\n\n" + "<!--" * LONG + "deep",
        "<!--" * LONG + "deep",
        "<div>\n" + "<a deep" * LONG,
        "<div>\n" + "<!" * LONG + "deep",
        "deep" + "(https://x.org/" + ")" * LONG,
        "^[" * size(2_000) + "deep" + "]" * size(2_000),
        "|" + "deep|" * size(500, 2) + "\n|" + "-|" * size(500, 2) + "\n" + "|a\n" * 50,
        "# " + "`" * LONG + " deep",
        "# deep " + " " * LONG + "x #",
        "[x](" + "a" * size(200_000) + " deep",
        "<div>\n<script></script>" + "<script>" * LONG + "deep",
        "deep\n" * size(60_000),
        "d\n" * size(60_000) + "deep",
        "".join(f"[^{number}]: deep [^{number + 1}]\n\n" for number in range(size(500, 2))) + "[^0]",
    ],
    ids=lambda source: source[:12],
)
def test_hostile_markdown_is_read_without_loss_of_text(source: str) -> None:
    assert "deep" in markdown(source).text


def test_a_text_that_is_nested_too_deeply_is_shown_as_plain_text_with_a_notice() -> None:
    document = markdown("# Title\n\n" + "> " * 2_000 + "deep")
    assert document.notices == ("It is nested too deeply to be read as Markdown and is shown as plain text.",)
    assert document.metadata.title == "Title"


def test_a_preview_is_the_beginning_of_the_text_with_resolved_links() -> None:
    part = "A paragraph with a [link][far] and a note[^n], and *words* enough to fill its line twice over.\n\n"
    source = ("# Title\n\n" + part * max(1_100, size(2_000)) + "[far]: https://x.org\n\n[^n]: the note\n").encode()
    beginning, whole = preview(source, "a.md"), read(source, "a.md")
    assert beginning is not None
    assert beginning.partial
    assert whole.text.startswith(beginning.text)
    assert whole.blocks[: len(beginning.blocks)] == beginning.blocks
    assert whole.spans[: len(beginning.spans)] == beginning.spans
    assert beginning.title_block == whole.title_block == 0
    assert ("link", "link", "https://x.org") in spans(beginning)
    assert ("note", "[1]", "#1") in spans(beginning)
    assert preview(source[:50_000], "a.md") is None


SNIPPETS = [
    "# ",
    "- ",
    "1. ",
    "> ",
    "```\n",
    "~~~",
    "    ",
    "|a|b|\n|-|-|\n",
    "|",
    "[^1]",
    "[^1]: ",
    "^[",
    "[",
    "](",
    "<b>",
    "</b>",
]
SNIPPETS += [
    "<div>",
    "<!--",
    "-->",
    "*",
    "**",
    "_",
    "`",
    "~~",
    "&amp;",
    "&#0;",
    "\\",
    "\n",
    "\n\n",
    "  \n",
    "---\n",
    "![",
    "://",
    "http://a",
]


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=6), max_size=40).map("".join))
def test_scan_and_read_agree_on_any_markdown(source: str) -> None:
    data = source.encode("utf-8", "replace")
    document = read(data, "a.md")
    assert flaws_of(document) == []
    assert scan(data, "a.md") == (document.metadata, document.error)


@pytest.mark.parametrize(
    "source",
    [
        "- [ ] a\n" * size(42_000, 4),
        "1. a\n\n" * size(34_000, 4),
        "".join(f"[^{n}]: note {n}\n\n" for n in range(size(30_000, 4))),
        "> - quoted\n" * size(24_000, 4),
        "".join(f"[a{n}]: /u\n" for n in range(size(80_000, 4))),
        "|" + "a|" * size(60_000, 4) + "\n|" + "-|" * size(60_000, 4) + "\n",
        ">" * 200 + "a\n" + "b\n" * 6_000,
    ],
    ids=["tasks", "ordered", "notes", "quoted", "definitions", "columns", "quotes"],
)
def test_a_text_that_would_take_too_long_is_shown_as_plain_text_with_a_notice(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The limits of the program, with the full counts.
    monkeypatch.setattr(format_module, "_MOST_SECONDS", size(8, 4) / 4)
    monkeypatch.setattr(format_module, "_MOST_SHORT_LINES", size(50_000, 4))
    document = markdown(source)
    assert "shown as plain text" in document.notices[-1]
    words = re.findall(r"\w+", source)
    assert re.findall(r"\w+", document.text) == words


def test_deep_lists_are_read_in_linear_time() -> None:
    looked_at = 0

    class Counted(list[Any]):
        def __getitem__(self, place: Any) -> Any:
            nonlocal looked_at
            found = super().__getitem__(place)
            looked_at += len(found) if isinstance(place, slice) else 1
            return found

        def __iter__(self) -> Iterator[Any]:
            return (self[index] for index in range(len(self)))

    def read(items: int) -> int:
        nonlocal looked_at
        looked_at = 0
        source = "".join("  " * (n % 20) + "- a\n" for n in range(items))
        tokens.read_tokens(Counted(format_module._parser().parse(source)), {})
        return looked_at

    assert 0 < read(800) < 2.5 * read(400)


def test_a_text_is_read_alike_after_others_and_in_parallel_threads() -> None:
    texts = [
        "".join("  " * depth + f"- level {depth}\n" for depth in range(60)) + "\nThe end[^1].\n\n[^1]: *Note*.\n",
        "$$\nunclosed\n\n[far]: https://x.org\n\nA [link][far] and a note[^1].\n\n[^1]: Another.\n",
        "| a | b |\n|---|---|\n| **c** | [link][far] |\n",
    ]

    def parts(source: str) -> tuple[object, ...]:
        document = markdown(source)
        return document.text, document.blocks, document.spans

    alone = []
    for text in texts:
        with ThreadPoolExecutor(1) as fresh:  # a new thread has read nothing before
            alone.append(fresh.submit(parts, text).result())
    assert "level 59" in str(alone[0][0])
    assert [parts(text) for text in texts * 2] == alone * 2
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(parts, texts * 10)) == alone * 10
