r"""Formulas in Markdown stay as written; prices, shell variables and escaped brackets are not formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import size
from tests.formats.conforming import flaws_of
from tui_reader.anchoring.description import describe
from tui_reader.anchoring.resolution import resolve
from tui_reader.document.blocks import Block, BlockKind, DocumentBuilder
from tui_reader.formats import read

if TYPE_CHECKING:
    from tui_reader.document.blocks import Document


def markdown(source: str) -> Document:
    document = read(source.encode(), "a.md")
    assert flaws_of(document) == []
    return document


FORMULAS = [
    r"$(a_n)_{n \in \mathbb{N}}$",
    "$x$",
    "$*p* + _q_$",
    r"$a\,\_\{b\}$",
    r"$\$5$",
    "$a<b$",
    "$[0, 1]$",
    "$3x_1 _2$",
    "$a_1*b*$",
    r"$$\sum_{i} a_i \\ b$$",
    "$$ x_1 * y_1 * z $$",
    r"\(a_n *b* c_n\)",
    r"\(x\)",
    r"\[\frac{a}{b}\_*c*\]",
]


AROUND = [
    ("", ""),
    ("Let ", " be *that*."),
    ("# On ", ""),
    ("- item ", " end"),
    ("> quoted ", " end"),
    ("**bold ", "**"),
    ("[label ", "](u)"),
    ("| a | b |\n|---|---|\n| ", " | c |"),
    ("a\nb ", "\nc"),
    ("note[^1]\n\n[^1]: see ", ""),
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_stays_as_written_wherever_it_stands(formula: str) -> None:
    for before, after in AROUND:
        assert formula in markdown(f"{before}{formula}{after}").text, (before, after)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("it costs $5 *and* $10", "it costs $5 and $10"),
        ("from $5-*ish*-$7", "from $5-ish-$7"),
        ("5$ *or* 10$", "5$ or 10$"),
        ("$20,000 *and* US$30,000", "$20,000 and US$30,000"),
        ("10$-*20*$", "10$-20$"),
        ("5$/*kg*, 6$/kg", "5$/kg, 6$/kg"),
        ("A$AP *Rocky* and Ke$ha", "A$AP Rocky and Ke$ha"),
        ("$PATH:*$HOME*", "$PATH:$HOME"),
        ("sed 's/^$//' *and* 's/$/x/'", "sed 's/^$//' and 's/$/x/'"),
        ("a$: *b* $", "a$: b $"),
        ("$5 *or even* 6$.", "$5 or even 6$."),
        ("$HOME *and* $PATH", "$HOME and $PATH"),
        ("$HOME/*bin*:$PATH", "$HOME/bin:$PATH"),
        ("${A}/*b*/${C}", "${A}/b/${C}"),
        (r"\$5 *a* \$6", "$5 a $6"),
        ("$ a_*b*$ and $c_*d* $", "$ a_b$ and $c_d $"),
        ("`$a` *b* `c$`", "$a b c$"),
        ("$5 `a_b` *c*$", "$5 a_b c$"),
        ("[costs $5](u) *and* b$", "costs $5 and b$"),
        ("a $5 [*b*$](u)", "a $5 b$"),
        ("[a](http://x.org/$b) *c*$", "a c$"),
        ("$a https://x.org/ *c*$", "$a https://x.org/ c$"),
        ("$$ *or* $$$", "$$ or $$$"),
        (r"file\(s\) \[1\] \[*sic*\] \(see *below*\)", "file(s) [1] [sic] (see below)"),
        (r"\[[1](#a)\] \[ \] \[x\]", "[1] [ ] [x]"),
        (r"\[foo\_bar\]", "[foo_bar]"),
        ("| $5 | *a* $6 |\n|-|-|\n", "$5\ta $6"),
        ("half *open* $[0, 1_*)*$", "half open $[0, 1_*)*$"),
        ("$", "$"),
        ("$$", "$$"),
        ("a $x_*y*", "a $x_y"),
    ],
)
def test_prices_variables_and_escapes_are_not_formulas(source: str, text: str) -> None:
    assert markdown(source).text == text


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("$$\na_n \\\\\n- *b*\n= c\n$$", ["$$\na_n \\\\\n- *b*\n= c\n$$"]),
        ("where\n$$ a_1\n+ *b* $$\nholds", ["where", "$$ a_1\n+ *b* $$", "holds"]),
        ("$$\na_1\n\n# *b*\n$$\n\nend", ["$$\na_1\n# *b*\n$$", "end"]),
        ("\\[\n\\frac{a}{b}\n+ *c*\n\\]\n", ["\\[\n\\frac{a}{b}\n+ *c*\n\\]"]),
        ("\\begin{align}\na_1 &= *b* \\\\\n\\end{align}", ["\\begin{align}\na_1 &= *b* \\\\\n\\end{align}"]),
        ("> $$\n> a_*b*\n> $$\n\nc", ["$$\na_*b*\n$$", "c"]),
        ("- a\n\n  $$\n  a_*b*\n    c\n  $$\n- d", ["a", "$$\na_*b*\n  c\n$$", "d"]),
        ("$$ a_*b* $$", ["$$ a_*b* $$"]),
        ("$x_1\n*y* z$", ["$x_1 *y* z$"]),
        ("> $x_1\n> *y* z$", ["$x_1 *y* z$"]),
        ("$$\nnever *closed*\n\nb", ["$$ never closed", "b"]),
        ("\\[see\nthe *note*\\]", ["[see the note]"]),
        ("    $$\n    a\n    $$", ["$$\na\n$$"]),
    ],
)
def test_formulas_of_several_lines_keep_their_lines(source: str, blocks: list[str]) -> None:
    document = markdown(source)
    assert [document.block_text(index) for index in range(len(document.blocks))] == blocks


@given(st.text(alphabet="ab5_*\\{}^ +", min_size=1, max_size=20))
def test_any_formula_by_the_rule_of_pandoc_stays_as_written(inner: str) -> None:
    if inner != inner.strip() or inner.endswith("\\") or "  " in inner:
        return
    assert f"${inner}$" in markdown(f"a ${inner}$ b").text


@pytest.mark.parametrize(
    "unit",
    ["$a ", "\\(", "\\[a_", "$$ ", "$$\n", "$$ x\n", "$[", "$\\", "\\begin{a}\n", "> $$\n\n", "$a](", "$a[b$](x"],
)
def test_unclosed_formulas_take_linear_time_and_lose_no_text(unit: str) -> None:
    assert "deep" in markdown(unit * size(2_000) + "deep").text


@pytest.mark.parametrize(
    ("source", "former", "quote", "found"),
    [
        (
            r"Let $(a_n)_{n \in N}$ be a sequence of reals.",
            r"Let $(a_n){n \in N}$ be a sequence of reals.",
            "be a",
            "be a",
        ),
        (
            r"Let the family $(a_n)_{n \in N}$ be a sequence of reals.",
            r"Let the family $(a_n){n \in N}$ be a sequence of reals.",
            r"the family $(a_n){n \in N}$ be a sequence",
            r"the family $(a_n)_{n \in N}$ be a sequence",
        ),
        ("| mode | how<br>fast |\n|-|-|", "mode\thow fast", "how fast", "how\nfast"),
        (
            "> [!NOTE] Mind the gap\n> It is deep and wide.",
            "[!NOTE] Mind the gap It is deep and wide.",
            "It is deep and wide.",
            "It is deep and wide.",
        ),
        ("Term\n: meaning of the term", "Term : meaning of the term", "meaning of the term", "meaning of the term"),
    ],
)
def test_passages_marked_before_formulas_were_kept_as_written_are_found(
    source: str, former: str, quote: str, found: str
) -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), former)
    start = former.index(quote)
    anchor = describe(builder.build(), start, start + len(quote))
    text = markdown(source).text
    for snapshot in (former, None):
        placed = resolve(anchor, text, snapshot).range
        assert placed is not None
        assert text[placed.start : placed.end] == found
