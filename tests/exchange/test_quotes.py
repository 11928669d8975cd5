"""Quotes name their source in the format that is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader import config
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.exchange.quotes import place_name, quote, quote_words
from tui_reader.exchange.registry import QUOTE_STYLES
from tui_reader.model.article import Article, Headline, Metadata, ReadingState

if TYPE_CHECKING:
    from pathlib import Path

METADATA = Metadata(
    title="Rivers under the [street]",
    byline="by Ada Møller",
    source="The Desk",
    date="2026-06-05T08:00:00Z",
    url="https://example.org/rivers",
)


def headline(metadata: Metadata = METADATA, **edits: str) -> Headline:
    return Headline(Article("1", "rivers.md", metadata), ReadingState(edits=edits))


def document() -> Document:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.HEADING, 0, 0, level=1), "Rivers")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "Water finds a way: 100 % of it.")
    builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "* It always_did.")
    return builder.build()


def quoted(style: str, article: Headline | None = None) -> str:
    text = document().text
    return quote(article or headline(), document(), text.index("Water") - 1, len(text), style)


def test_a_markdown_quote_is_a_block_quote_with_a_link() -> None:
    assert quoted("markdown") == (
        "> Water finds a way: 100 % of it.\n"
        ">\n"
        "> * It always_did.\n"
        ">\n"
        "> — Ada Møller, [Rivers under the \\[street\\]](<https://example.org/rivers>), The Desk, 2026-06-05, "
        "paragraph 1 (13 %)\n"
    )


def test_a_footnote_quote_has_its_source_in_a_footnote() -> None:
    assert quoted("footnote") == (
        "“Water finds a way: 100 % of it. * It always_did.”[^moller2026rivers-7-55]\n\n"
        "[^moller2026rivers-7-55]: Ada Møller, *Rivers under the \\[street\\]*, The Desk, 2026-06-05, "
        "paragraph 1 (13 %). <https://example.org/rivers>\n"
    )


def test_an_org_quote_is_a_quote_block() -> None:
    assert quoted("org") == (
        "#+begin_quote\n"
        "Water finds a way: 100 % of it.\n\n"
        ",* It always_did.\n\n"
        "— Ada Møller, [[https://example.org/rivers][Rivers under the (street)]], The Desk, 2026-06-05, "
        "paragraph 1 (13 %)\n"
        "#+end_quote\n"
    )


def test_a_plain_quote_ends_with_the_address() -> None:
    assert quoted("plain").endswith(
        "It always_did.”\n— Ada Møller, Rivers under the [street], The Desk, 2026-06-05, paragraph 1 (13 %)\n"
        "https://example.org/rivers\n"
    )


def test_a_bibtex_quote_is_an_entry_with_the_passage_as_annotation() -> None:
    assert quoted("bibtex") == (
        "@article{moller2026rivers-7-55,\n"
        "  author = {Ada Møller},\n"
        "  title = {Rivers under the [street]},\n"
        "  journal = {The Desk},\n"
        "  date = {2026-06-05},\n"
        "  year = {2026},\n"
        "  url = {https://example.org/rivers},\n"
        "  note = {paragraph 1 (13 \\%)},\n"
        "  annote = {Water finds a way: 100 \\% of it. * It always\\_did.},\n"
        "}\n"
    )


def test_two_quotes_of_one_article_have_different_keys() -> None:
    for style, names in (("bibtex", r"@article\{(.+?),"), ("footnote", r"\[\^(.+?)\]:")):
        both = quote(headline(), document(), 0, 20, style) + quote(headline(), document(), 0, 38, style)
        unplaced = [quote_words(headline(), "Water", style, place_name(at, at + 5)) for at in (7, 30)]
        found = re.findall(names, both + "".join(unplaced))
        assert len(set(found)) == 4


def test_markup_in_a_passage_cannot_end_the_quote() -> None:
    builder = DocumentBuilder()
    builder.add(Block(BlockKind.CODE, 0, 0), "if (a) {\n  #+end_quote\n,#+x\n* head\n * no head")
    code = builder.build()
    entry = quote(headline(), code, 0, len(code.text), "bibtex")
    assert entry.count("{") == entry.count("}")
    assert r"\textbraceleft{}" in entry
    lines = quote(headline(), code, 0, len(code.text), "org").split("\n")
    assert {"  ,#+end_quote", ",,#+x", ",* head", " * no head"} <= set(lines)
    assert [line for line in lines if line.lstrip().startswith("#+")] == ["#+begin_quote", "#+end_quote"]


def test_unknown_metadata_is_left_out_and_corrections_are_used() -> None:
    bare = headline(Metadata(title="x"), title="My title")
    assert quoted("plain", bare).endswith("\n— My title, paragraph 1 (13 %)\nrivers.md\n")
    assert quoted("bibtex", bare).startswith("@misc{title-7-55,\n  title = {My title},\n  note = {rivers.md, paragraph")


def test_a_file_is_named_without_a_link_that_would_be_dead_elsewhere() -> None:
    deep = Headline(Article("1", "sub/deep/my_e.md", Metadata(title="Deep")))
    assert quoted("markdown", deep).endswith("> — Deep, `sub/deep/my_e.md`, paragraph 1 (13 %)\n")
    assert quoted("org", deep).endswith("— Deep, =sub/deep/my_e.md=, paragraph 1 (13 %)\n#+end_quote\n")
    assert quoted("footnote", deep).endswith("*Deep*, `sub/deep/my_e.md`, paragraph 1 (13 %).\n")


def test_quotes_do_not_disclose_absolute_paths() -> None:
    lone = Headline(Article("1", "/home/me/secret/e.md", Metadata(title="Lone")))
    piped = Headline(Article("1", "-", Metadata(title="Piped")))
    assert quoted("markdown", lone).endswith("> — Lone, `e.md`, paragraph 1 (13 %)\n")
    for style in QUOTE_STYLES:
        assert "secret" not in quoted(style.id, lone)
        assert "(<" not in quoted(style.id, piped)
    assert quoted("plain", piped).endswith("— Piped, paragraph 1 (13 %)\n")


def test_guessed_metadata_is_marked_as_guessed() -> None:
    metadata = METADATA._replace(guessed=frozenset({"title", "byline", "date", "language"}))
    assert quoted("plain", headline(metadata)).endswith(
        "paragraph 1 (13 %), title and author and date guessed\nhttps://example.org/rivers\n"
    )
    assert "title guessed" not in quoted("plain", headline(metadata, title="Mine", byline="Me", date="2026"))
    in_text = replace(document(), title_block=0)
    assert "paragraph 1 (0 %), author and date guessed" in quote(headline(metadata), in_text, 0, 10)


def test_an_empty_range_and_an_unknown_style_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to quote"):
        quote(headline(), document(), 6, 7)
    with pytest.raises(ValueError, match="haiku"):
        quote(headline(), document(), 0, 5, "haiku")


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from([style.id for style in QUOTE_STYLES]))
def test_words_are_quoted_in_full_whatever_the_title_contains(title: str, style: str) -> None:
    text = quote(headline(Metadata(title=title)), document(), 7, 24, style)
    assert "Water finds a way" in text
    assert text.endswith("\n")


def test_the_quote_style_setting_accepts_every_style(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for style in QUOTE_STYLES:
        file.write_text(f'quote_style = "{style.id}"')
        settings, warnings = config.load(file)
        assert (settings.quote_style, warnings) == (style.id, ())
    file.write_text('quote_style = "haiku"')
    assert ", ".join(f'"{style.id}"' for style in QUOTE_STYLES) in config.load(file)[1][0]
