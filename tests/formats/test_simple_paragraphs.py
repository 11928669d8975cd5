"""Paragraphs whose lines begin with letters are read by a rule of their own, with the result of the general rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from tui_reader.formats.markdown.parser import _new_parser

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

PLAIN = _new_parser()
GENERAL = _new_parser()
GENERAL.block.ruler.disable("simple_paragraph")
LINES = st.sampled_from(
    [
        *(
            "Some words",
            "More | words",
            "Term",
            "“Quoted” *marks*",
            "Éa `c`  ",
            "a\\",
            "words\xa0",
            "\xa0words",
            "日本",
        ),
        *("", "", "  ", "\t", ": meaning", "~ meaning", ":   meaning", "  : meaning", "---", "===", "--- | ---", "-|-"),
        *("    deep", "\tdeep", "  two before", "   three", "> quoted", ">", "- item", "  - item", "  in the item"),
        *(
            "1. one",
            "a. one",
            "# head",
            "```",
            "~~~",
            "$$",
            "[^1]: note",
            "[^1]",
            "[a]: /url",
            "[a]",
            "<div>",
            "</div>",
        ),
        *("!!! note", "::: note", ":::", "{{< a >}}", "%%", "(c) brackets", "1984 was", "<!-- a", "-->", "\\[", "+++"),
    ]
)


def parsed(parser: MarkdownIt, source: str) -> list[dict[str, Any]]:
    return [dict(token.as_dict()) for token in parser.parse(source, {})]


@given(st.lists(LINES, max_size=12).map("\n".join))
def test_simple_paragraphs_are_read_as_the_general_rules_read_them(source: str) -> None:
    assert parsed(PLAIN, source) == parsed(GENERAL, source)


def test_the_simple_paragraph_rule_alone_parses_plain_words() -> None:
    parser = _new_parser()
    parser.block.ruler.enableOnly(["simple_paragraph"])
    source = "Some words\nand more.\n\n“Others” follow."
    assert parsed(parser, source) == parsed(GENERAL, source)
    assert [token.type for token in parser.parse(source)] == ["paragraph_open", "inline", "paragraph_close"] * 2
