"""Headers are read even if they are broken, and never hide any text below them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.formats.metadata.front_matter import read_front_matter

BODY = "# Heading\n\nText: with a colon.\n"


def test_yaml_keeps_every_scalar_as_it_is_written() -> None:
    source = "---\ntitle: 2020\nno: no\ndate: 2026-06-05\ntags: [a, 'b c']\nmore:\n  deep: 1.50\n---\n" + BODY
    front = read_front_matter(source)
    assert front.header == {
        "title": "2020",
        "no": "no",
        "date": "2026-06-05",
        "tags": ["a", "b c"],
        "more": {"deep": "1.50"},
    }
    assert source[front.body :] == BODY
    assert front.notice == ""


def test_toml_is_read_as_the_standard_library_reads_it() -> None:
    source = '+++\ntitle = "T"\ndate = 2026-06-05\n[taxonomies]\ntags = ["a"]\n+++\n' + BODY
    front = read_front_matter(source)
    assert front.header == {"title": "T", "date": datetime.date(2026, 6, 5), "taxonomies": {"tags": ["a"]}}
    assert source[front.body :] == BODY


@pytest.mark.parametrize("closing", ["---", "...", "---   "])
def test_a_yaml_header_may_end_with_dashes_or_dots(closing: str) -> None:
    source = f"---\ntitle: T\n{closing}\n{BODY}"
    assert source[read_front_matter(source).body :] == BODY


@pytest.mark.parametrize(
    "source",
    [
        BODY,
        "",
        "---",
        "---\n",
        "---\ntitle: never closed\n",
        "----\ntitle: T\n----\n",
        " ---\ntitle: T\n---\n",
        "---\nSome prose between two rules\n---\nand more of it.\n",
        "---\n- a\n- list\n---\ntext\n",
        "+++\nprose\n+++\ntext\n",
    ],
)
def test_a_block_that_is_not_a_header_belongs_to_the_text(source: str) -> None:
    front = read_front_matter(source)
    assert (dict(front.header), front.body, front.notice) == ({}, 0, "")


def test_an_empty_header_is_not_shown() -> None:
    assert "---\n\n---\ntext"[read_front_matter("---\n\n---\ntext").body :] == "text"


@pytest.mark.parametrize(
    ("header", "title"),
    [
        ("title: Foo: bar\ntags:\n- a\n- b", "Foo: bar"),
        ("title: @home\ntags: [a, b]", "@home"),
        ("title: 'T'\nbroken: [\ntags: [a, b]", "T"),
        ('title: "T"\n\tindented: by a tab\ntags: [a, b]', "T"),
        ("title: &t T\nsame: *t\ntags: [a, b]", "&t T"),
        ("title: T\n" + "deep: " + "[" * 5_000 + "\ntags: [a, b]", "T"),
        ("title: T\n" + "deep: " + "- " * 5_000 + "\ntags: [a, b]", "T"),
        ("title: T\n" + "long: " + "x" * 70_000 + "\ntags: [a, b]", "T"),
    ],
)
def test_a_broken_header_is_read_line_by_line_and_says_so(header: str, title: str) -> None:
    source = f"---\n{header}\n---\n{BODY}"
    front = read_front_matter(source)
    assert front.header["title"] == title
    assert front.header["tags"] == ["a", "b"]
    assert front.notice.startswith("Its header is not valid YAML (")
    assert source[front.body :] == BODY


@pytest.mark.parametrize(
    "header",
    [
        "title = T",
        "title = 'T'\ntitle = 'T'",
        "title = 'T'\na = " + "[" * 3_000,
        "title = 'T'\n" + "a." * 3_000 + "b = 1",
    ],
)
def test_broken_toml_is_read_line_by_line(header: str) -> None:
    front = read_front_matter(f"+++\n{header}\n+++\n{BODY}")
    assert front.header["title"] == "T"
    assert front.notice.startswith("Its header is not valid TOML (")


def test_strings_of_a_header_have_no_control_characters() -> None:
    front = read_front_matter('+++\ntitle = "a\\u001b[0m\\u202eb"\n+++\n')
    assert front.header["title"] == "a[0mb"


@given(
    st.sampled_from(["---", "+++"]),
    st.text(st.sampled_from("abc:=-[]{}*&!|>'\"#%@`,. \n\t?é0123"), max_size=80),
    st.text(max_size=20),
)
def test_a_header_never_hides_the_text_below_it(fence: str, header: str, body: str) -> None:
    source = f"{fence}\n{header}\n{fence}\n{body}"
    front = read_front_matter(source)
    assert source[front.body :].endswith(body)
