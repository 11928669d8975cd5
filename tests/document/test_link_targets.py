"""The names of headings, and what links within a document lead to."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Literal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.link_targets import offset_of_name, slug, unique_slugs


def headed(*titles: str) -> Document:
    """Build a document of headings, with a paragraph after each."""
    builder = DocumentBuilder()
    for title in titles:
        builder.add(Block(BlockKind.HEADING, 0, 0, level=2), title)
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), "Text.")
    return builder.build()


def found(document: Document, name: str) -> int | None:
    """Return the number of the heading that a name leads to."""
    offset = offset_of_name(document, name)
    return next((i // 2 for i, block in enumerate(document.blocks) if block.start == offset), None)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Setup", "setup"),
        ("Before & After", "before--after"),
        ("What's new, in 2.0?", "whats-new-in-20"),
        ("snake_case and kebab-case", "snake_case-and-kebab-case"),
        ("C++ / C#", "c--c"),
        ("A — B", "a--b"),
        ("🚀 Launch", "-launch"),
        (":rocket: Launch", "rocket-launch"),
        ("Café Über naïve", "café-über-naïve"),
        ("中文 标题！", "中文-标题"),
        ("日本語の見出し（一）", "日本語の見出し一"),
        ("हिन्दी शीर्षक", "हिन्दी-शीर्षक"),
        ("ΑΒΓ Δ", "αβγ-δ"),
        ("x² + y", "x--y"),
        ("Chapter Ⅷ", "chapter-ⅷ"),
        ("1. First", "1-first"),
        ("  Two  spaces ", "two--spaces"),
        ("", ""),
    ],
)
def test_a_heading_has_the_id_that_github_gives_it(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_headings_with_equal_titles_get_numbered_ids() -> None:
    assert unique_slugs(["Setup", "Setup", "setup!", "Other"]) == ["setup", "setup-1", "setup-2", "other"]
    assert unique_slugs(["A", "A 1", "A"]) == ["a", "a-1", "a-2"]
    assert unique_slugs(["A", "A", "A 1", "A 1"]) == ["a", "a-1", "a-1-1", "a-1-2"]
    assert unique_slugs(["🚀", "🌕", ""]) == ["", "-1", "-2"]


@given(st.lists(st.text(st.sampled_from("aA1-_ é🚀中&"), max_size=4), max_size=12))
def test_ids_are_unique_and_begin_with_the_slug(titles: list[str]) -> None:
    ids = unique_slugs(titles)
    assert len(set(ids)) == len(titles) == len(ids)
    assert all(name.startswith(slug(title)) for name, title in zip(ids, titles, strict=True))


@given(
    st.lists(st.text(st.sampled_from("aAbB1-_ éñ中.&"), min_size=1, max_size=6).filter(slug), min_size=1, max_size=8)
)
def test_every_id_leads_to_its_heading_also_percent_encoded(titles: list[str]) -> None:
    titles = [title for title in titles if title.strip()]
    document = headed(*titles)
    for index, name in enumerate(unique_slugs(titles)):
        assert found(document, name) == index
        assert found(document, quote(name)) == index
        assert found(document, f"user-content-{name}") == index


@pytest.mark.parametrize(
    "name",
    [
        "before--after",
        "Before--After",
        "BEFORE--AFTER",
        "before-after",
        "before_after",
        "before%2D%2Dafter",
        "Before%20%26%20After",
        "user-content-before--after",
        "before--after:~:text=some%20words",
    ],
)
def test_other_spellings_of_an_id_lead_to_its_heading(name: str) -> None:
    assert found(headed("First", "Before & After", "Last"), name) == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("name", ["café-über", "cafe-uber", "CAF%C3%89-%C3%9Cber"])
def test_accents_may_be_written_in_any_form(form: Literal["NFC", "NFD"], name: str) -> None:
    title = unicodedata.normalize("NFD" if form == "NFC" else "NFC", "Café Über")
    assert found(headed("First", title), unicodedata.normalize(form, name)) == 1


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("⚙️ Gear", ["️-gear", "-gear", "gear", "%EF%B8%8F-gear", "⚙️-gear"]),
        ("Launch 🚀", ["launch-", "launch", "launch-🚀"]),
        (":rocket: Launch", ["rocket-launch", "-launch", "launch"]),
        ("👩‍🔬 Lab", ["-lab", "lab", "👩‍🔬-lab"]),
        ("Title {#mine}", ["mine", "title"]),
        ("Title { .wide #mine }", ["mine", "title"]),
    ],
)
def test_emoji_and_ids_of_other_programs_are_understood(title: str, names: list[str]) -> None:
    document = headed("First", title)
    assert [found(document, name) for name in names] == [1] * len(names)


def test_the_exact_id_takes_precedence_over_a_similar_one() -> None:
    document = headed("Set up", "Set-up", "Setup-1", "Setup", "Setup", "SETUP_1")
    assert [found(document, name) for name in ("set-up", "set-up-1", "setup-1", "setup", "setup-2", "setup_1")] == [
        *(0, 1, 2, 3, 4, 5)
    ]


@pytest.mark.parametrize("name", ["absent", "setup-2", "set", "setups", "%", "%FF", "1", "[1]", "•"])
def test_an_unknown_link_name_has_no_offset(name: str) -> None:
    assert offset_of_name(headed("Setup", "Setup"), name) is None


def test_an_empty_or_top_link_leads_to_the_start_without_a_target() -> None:
    document = headed("First", "Second")
    assert [offset_of_name(document, name) for name in ("", "top", "TOP")] == [0, 0, 0]
    assert found(headed("First", "Top"), "top") == 1


def test_an_html_name_takes_precedence_over_a_heading() -> None:
    document = headed("First", "Second")
    named = replace(document, link_targets={"second": 0, "Own Name": document.blocks[2].start})
    assert [found(named, name) for name in ("second", "Own Name", "own%20name", "own-name")] == [0, 1, 1, 1]


@given(st.text(max_size=30), st.lists(st.text(max_size=12), max_size=4))
def test_any_link_name_has_an_offset_in_the_text_or_none(name: str, titles: list[str]) -> None:
    document = headed(*(title.replace("\n", " ") for title in titles))
    offset = offset_of_name(document, name)
    assert offset is None or 0 <= offset <= len(document.text)
