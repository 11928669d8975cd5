"""Headers are read even if they are broken, and never hide any text below them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.formats import read
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


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("nothing", ["null", "Null", "NULL", "~", "", "''", "  ~  # none", "null\nbroken: ["])
def test_null_in_yaml_is_nothing(nothing: str, name: str) -> None:
    fields = ("tags", "author", "date", "lang", "id", "url", "site")
    header = "\n".join(f"{field}: {nothing.partition(chr(10))[0]}" for field in fields) + f"\ntitle: {nothing}"
    metadata = read(f"---\n{header}\n---\n\nA first line of text.\n".encode(), name).metadata
    assert metadata.title == "A first line of text."
    assert (metadata.tags, metadata.byline, metadata.date, metadata.id, metadata.url, metadata.source) == ((),) + (
        "",
    ) * 5
    assert "title" in metadata.guessed


@pytest.mark.parametrize(
    ("header", "title", "tags"),
    [
        ("---\ntitle: 'null'\ntags: [\"~\", a]\n---", "null", ("~", "a")),
        ("---\ntitle: nullable\ntags: [~, a, null, {name: Null}]\n---", "nullable", ("a",)),
        ("---\ntitle: |\n  null\ntags:\n- ~\n- NULL\n- a~\n---", "null", ("a~",)),
        ("---\ntitle: a: b\ntags: [null, 'null']\n---", "a: b", ("null",)),
        ('+++\ntitle = "null"\ntags = ["~", "Null"]\n+++', "null", ("~", "Null")),
        ('+++\ntitle = "null"\ntags = [~]\n+++', "null", ("~",)),
    ],
)
def test_strings_that_only_look_like_null_stay(header: str, title: str, tags: tuple[str, ...]) -> None:
    metadata = read(f"{header}\n\nText.".encode(), "a.md").metadata
    assert (metadata.title, metadata.tags) == (title, tags)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("fence", ["---", "+++"])
@pytest.mark.parametrize(
    "comments",
    [
        "# comment",
        "# only a comment",
        "# draft: true",
        "# title: Old\n# tags: [a]",
        "#title: Old",
        "# Only the main file needs front matter (the dashes are enough)",
        "# Nothing is set here.\n\n# Not yet.",
        "#",
        "   # indented",
    ],
)
def test_a_header_of_comments_is_not_shown(comments: str, fence: str, name: str) -> None:
    document = read(f"{fence}\n{comments}\n{fence}\n\nText below it.\n".encode(), name)
    assert (document.text, document.metadata.title) == ("Text below it.", "Text below it.")


@pytest.mark.parametrize(
    "block", ["# Part One", "# Part One\n\n# Part Two", "#idea #todo", "\n# comment\n", "# part: one"]
)
def test_headings_between_rules_are_text(block: str) -> None:
    document = read(f"---\n{block}\n---\n\nText below it.\n".encode(), "a.md")
    assert block.strip("# \n")[:4] in document.text


def test_long_comments_above_few_keys_are_not_prose() -> None:
    comments = "# Feel free to add to this file.\n# To modify the layout, see https://example.org\n"
    document = read(f"---\n{comments}\nlayout: home\n---\nText".encode(), "a.md")
    assert (document.metadata.header, document.text) == ({"layout": "home"}, "Text")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ('+++\ntext = """\na\n+++\nb\n"""\ntitle = "T"\n+++', "a\n+++\nb\n"),
        ("+++\ntext = '''\n+++\n+++\n'''\ntitle = 'T'\n+++", "+++\n+++\n"),
        ('+++\n# it\'s a "comment\ntext = """\n+++ \n\\"""\n"""\ntitle = "T"\n+++  ', '+++ \n"""\n'),
        ('+++\ntext = "a +++ b"\ntitle = "T"\n+++', "a +++ b"),
        ("---\ntext: |\n  a\n  ---\n  ...\n  b\ntitle: T\n---", "a\n---\n...\nb\n"),
        ("---\ntext: >-\n\n  ---\n\n  b\ntitle: T\n---", "\n---\nb"),
        ('---\ntext: "a\n  ---\n  b"\ntitle: T\n---', "a --- b"),
    ],
)
def test_a_string_of_a_header_may_hold_the_line_that_ends_headers(header: str, value: str) -> None:
    document = read(f"{header}\nText.\n".encode(), "a.md")
    assert document.metadata.header == {"title": "T", "text": value}
    assert document.text == "Text."


def test_a_string_that_is_never_closed_does_not_hide_the_text() -> None:
    document = read(b'+++\ntitle = "T"\ntext = """\n+++\n\nText """ more.\n\n+++\n\nEnd.\n', "a.md")
    assert (document.metadata.title, document.text) == ("T", 'Text """ more.\n+++\nEnd.')
