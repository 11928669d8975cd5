"""The title of a Markdown text that has none in its header is the text of its heading, letter by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import FULL, step
from tests.formats.conforming import CORPORA, files
from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.document.cleaning import clean_line
from tui_reader.formats import read, scan
from tui_reader.formats.text.source import open_source

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


def heading_text(document: Document, index: int) -> str:
    """Return a heading as one line, without the marks of footnotes."""
    block, text = document.blocks[index], document.block_text(index)
    for span in reversed(document.spans):
        if span.kind is SpanKind.NOTE and block.start <= span.start < block.end:
            text = text[: span.start - block.start] + text[span.end - block.start :]
    return clean_line(text)


def expected_title(document: Document) -> str:
    """Return the heading below nothing but pictures and rules, else the first of level one, else nothing."""
    at_top = True
    for index, block in enumerate(document.blocks):
        is_title = block.kind is BlockKind.HEADING and (at_top or block.level == 1)
        if is_title and (title := heading_text(document, index)):
            return title
        at_top &= block.kind in (BlockKind.FIGURE, BlockKind.RULE) or not document.block_text(index)
    return ""


HEADINGS = [
    "`RefCell<T>` and interior",
    "cssesc [![Build status](https://x.org/a.svg)](https://x.org/b)",
    "cssesc [![Build status][badge]][ci] [docs][] [none][x]",
    "*a **b*** __c__ ~~d~~ _e_f_ 2 * 3 * 4",
    r"a \# \* \<b\> \$5",
    "a &lt;b&gt; &amp; &copy; & c",
    "a <kbd>b</kbd> <br> c <!-- d --> e",
    "a <script>b</script> c",
    "$a_n * b_n$ and $5",
    "<https://x.org/a_b> https://x.org/c_d",
    "``a ` b`` `c",
    "![picture](a.png) of it",
    "a[^1] b ^[inline]",
    "[a](b 'c') [d](<e f>) [g](h(i))",
    "C# and F# ##",
    "snake_case_name `_x_`",
    "a | b: c = d; {e} (f) \"g\" 'h' -- i ... j",
    "<T> without code",
    "a <b title='x > y'>c</b>",
    "x" * 600,
    "[[wiki]] [ ] [x]",
]
AROUND = [
    "{0} {{}}\n\ntext\n",
    "<!-- x\n# no\n-->\n\n{0} {{}} {0}\n\n{0} other\n",
    "[![b](s)](u)\n\n<p>\n<img src='a'>\n</p>\n\n{0} {{}}\ntext",
    "---\n\n{0} {{}}\n",
    "> {0} {{}}\n> text\n",
    "- {0} {{}}\n",
    "text\n\n````\n```\n# no\n````\n\n    # no\n\n# {{}}\n",
    "text\n\n- a\n\n  ```\n  # no\n  ```\n\n~~~ a\n# no\n~~~\n\n# {{}}\n",
    "text\n\n<pre>\n# no\n\n# no\n</pre>\n\n# {{}}\n",
]
END = (
    "\n\ntext\n\n[badge]: https://x.org/s\n[ci]:\n  https://x.org/t\n\n> [Docs]: /d\n\n```\n[x]: /no\n```\n\n[^1]: n\n"
)


@pytest.mark.parametrize("heading", HEADINGS)
def test_the_title_is_the_text_of_the_heading(heading: str) -> None:
    for number, around in enumerate(AROUND):
        marks = ("#", "##", "######")
        for mark in marks if FULL else marks[number % 3 :][:1]:
            source = (around.format(mark).format(heading) + END).encode()
            document = read(source, "a.md")
            assert document.metadata.title == expected_title(document), source
            assert scan(source, "a.md")[0] == document.metadata
    for under in ("===", "---"):
        document = read(f"{heading}\n{under}\n{END}".encode(), "a.md")
        assert document.blocks[0].kind is not BlockKind.HEADING or document.metadata.title == expected_title(document)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("Two lines\nof a *heading*\n---\n\ntext", "Two lines of a heading"),
        ("text\n\nTwo lines\nof it\n===\n", "Two lines of it"),
        (
            '<h1 align="center">\n  <img src="a.png"><br>\n  The <code>T&lt;x></code> name\n</h1>\n\n# Other',
            "The T<x> name",
        ),
        ('<div align="center"><h2>In a div</h2></div>\n\n# Other', "In a div"),
        ("#\n\n# Second", "Second"),
        ("# 1. Numbered\n\ntext", "1. Numbered"),
        ("# 2) Numbered\n\n# Other", "2) Numbered"),
        ("## - dashed\n\ntext", "- dashed"),
        ("# > quoted", "> quoted"),
        ("1. text\n---\n\n# 1. *Numbered*", "1. Numbered"),
        ("A 1. b\n===", "A 1. b"),
        ("#hashtag\n\n# Second", "Second"),
        ("| a |\n|---|\n| # b |\n\n# Second", "Second"),
        ("---\n# Part One\n---\n\nText", "Part One"),
        ("text\n\n```x``` a\n# Second", "Second"),
    ],
)
def test_headings_of_other_forms_are_titles(source: str, title: str) -> None:
    assert read(source.encode(), "a.md").metadata.title == title


@pytest.mark.parametrize(
    ("source", "is_guessed"),
    [
        ("# Title", False),
        ("Title\n===", False),
        ("<h1>Title</h1>", False),
        ("text\n\n# Title", False),
        ("> # Title", False),
        ("# `Title`", False),
        ("## Title", True),
        ("Title\n---", True),
        ("<h2>Title</h2>", True),
        ("---\ntitle: ~\n---\n# Title", False),
        ("---\ntitle: Title\n---\n## Other", False),
        ("Title", True),
        ("    # Title", True),
    ],
)
def test_a_heading_of_level_one_is_a_title_and_no_guess(source: str, is_guessed: bool) -> None:
    metadata = read(source.encode(), "a.md").metadata
    assert metadata.title.endswith("Title")
    assert ("title" in metadata.guessed) is is_guessed


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("Some `code <T>` in the first line", "Some code <T> in the first line"),
        ("a &amp; b &lt;c&gt; d", "a & b <c> d"),
        ("<p>one</p><p>two words</p>", "one"),
        ("<details><summary>More</summary>Hidden</details>", "More"),
        ("text <script>var x</script> more words", "text more words"),
        ("<img src='a>b.png' alt='x > y'> and words", "x > y and words"),
        ("| a | b |\n|---|---|\n| c | d |", "a b"),
        ("| a | b |\n|---|---|\n| c | d |\n\nWords of a line", "Words of a line"),
        ("```python\nprint(1)\n```\n\nWords of a line", "Words of a line"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("$$\nx_1\n$$\n\nWords of a line", "Words of a line"),
        ("![alternative text](a.png)\n\nWords of a line", "Words of a line"),
        ("![alternative text](a.png)", "alternative text"),
        ("[a]: http://x.org\n\nWords of a [a] line[^1]\n\n[^1]: Note", "Words of a a line"),
        ("> [!NOTE] A title\n> body", "Note: A title"),
        ("Term\n: Definition", "Term"),
        ("\\*a\\* www.x.org/~b <me@x.org>", "*a* www.x.org/~b me@x.org"),
        ("&nbsp;", "a"),
        ("<!-- only a comment -->\n\n<hr>", "a"),
        (f"<!-- {'long ' * 200} -->\n\nWords of a line", "Words of a line"),
        ("<style>\n" + "a {}\n\n" * 300 + "</style>\n\nWords of a line", "Words of a line"),
        (f"{'words ' * 300}\n\nend", "words " * 9 + "words…"),
        ("[" * 3000 + "words", "words"),
    ],
)
def test_the_title_of_a_text_without_headings_is_its_first_line_as_it_is_read(source: str, title: str) -> None:
    assert read(source.encode(), "a.md").metadata.title == title
    assert scan(source.encode(), "a.md")[0].title == title
    assert scan(source.encode(), "a-name-of-words.md")[0].title == "A name of words"


MARKS = "* ** _ ` `` [ ] ](u) ][a] ![ <b> </b> <T> &lt; \\ $ $$ a B2 # ~~ <!--c--> ^ [^1] | < > :// https://x.org/y_z_"
MARKS += " \\( \\) ! <br> <script> </script> é 日本"
INLINE = st.lists(st.sampled_from([*MARKS.split(), " ", "\u00a0"]), max_size=14).map("".join)


@given(INLINE, st.sampled_from(["# {}", "text\n\n# {} #", "> ## {}", "{}\n==="]))
def test_title_and_heading_agree_on_any_marks(inline: str, around: str) -> None:
    document = read(f"{around.format('x' + inline)}\n\ntext\n\n[a]: /u\n\n[^1]: n".encode(), "a.md")
    if wanted := expected_title(document):
        assert document.metadata.title == wanted


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora do not lie beside the checkout")
def test_title_and_heading_agree_on_real_files() -> None:
    for path in files("markdown-frontmatter", pattern="*.md")[:: step(4, 3)]:
        body = open_source(path.read_bytes()).body[:20_000]
        document = read(body.encode(), path.name)
        if wanted := expected_title(document):
            assert document.metadata.title == wanted, path.name
