"""Callouts of MkDocs, Docusaurus and Pandoc have their title above their body, as those of GitHub have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.formats import read


def blocks(source: str) -> list[tuple[int, int, str]]:
    """Return depth of quotation, depth of lists and text of each block."""
    document = read(source.encode(), "a.md")
    assert flaws_of(document) == []
    return [(each.quote, each.depth, document.block_text(index)) for index, each in enumerate(document.blocks)]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            '!!! note "A *title*"\n    body\n    more\n\n    - item\n\nafter',
            [(1, 0, "Note: A title"), (1, 0, "body more"), (1, 1, "item"), (0, 0, "after")],
        ),
        ("??? tip\n\n    body", [(1, 0, "Tip"), (1, 0, "body")]),
        ('???+ warning inline end "T"\n    body', [(1, 0, "Warning: T"), (1, 0, "body")]),
        ("text\n!!! tip\n    body\nafter", [(0, 0, "text"), (1, 0, "Tip"), (1, 0, "body"), (0, 0, "after")]),
        ("!!! danger\n\tbody", [(1, 0, "Danger"), (1, 0, "body")]),
        ("!!! a\n    !!! b\n        c", [(1, 0, "A"), (2, 0, "B"), (2, 0, "c")]),
        (":::note\nbody\n:::", [(1, 0, "Note"), (1, 0, "body")]),
        ("::: warning A title\na\n\nb\n:::\nc", [(1, 0, "Warning: A title"), (1, 0, "a"), (1, 0, "b"), (0, 0, "c")]),
        (":::tip[A `title`]{#id}\nbody\n:::", [(1, 0, "Tip: A title"), (1, 0, "body")]),
        (":::{note} T\nbody\n:::", [(1, 0, "Note: T"), (1, 0, "body")]),
        ('::: {.callout-tip title="Q"}\nbody\n:::', [(1, 0, "Tip: Q"), (1, 0, "body")]),
        (
            "::::note\n:::tip\na\n:::\nb\n::::\nc",
            [(1, 0, "Note"), (2, 0, "Tip"), (2, 0, "a"), (1, 0, "b"), (0, 0, "c")],
        ),
        (":::note\n:::tip\na\n:::\nb\n:::\nc", [(1, 0, "Note"), (2, 0, "Tip"), (2, 0, "a"), (1, 0, "b"), (0, 0, "c")]),
        (":::note\n```\n:::\n```\n:::\na", [(1, 0, "Note"), (1, 0, ":::"), (0, 0, "a")]),
        ("- a\n\n  :::note\n  b\n  :::\n\n- c", [(0, 1, "a"), (1, 1, "Note"), (1, 1, "b"), (0, 1, "c")]),
        ("> :::note\n> a\n> :::\n> b", [(2, 0, "Note"), (2, 0, "a"), (1, 0, "b")]),
        (":::note\n:::\na", [(1, 0, "Note"), (0, 0, "a")]),
    ],
)
def test_title_and_body_of_a_callout_are_separate_quoted_blocks(source: str, shown: list[tuple[int, int, str]]) -> None:
    assert blocks(source) == shown


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("!!! note", ["!!! note"]),
        ("!!! wow this is\n    it", ["!!! wow this is it"]),
        ("!!!\n    a", ["!!! a"]),
        (":::columns\na\n:::", [":::columns a :::"]),
        (":::note\na\n\nb", [":::note a", "b"]),
        ("a :::note\n:::", ["a :::note :::"]),
        ("    :::note\n    :::", [":::note\n:::"]),
    ],
)
def test_incomplete_or_unknown_callout_signs_stay_text(source: str, shown: list[str]) -> None:
    assert [text for _, _, text in blocks(source)] == shown


PIECES = [
    "!!! note",
    "??? tip",
    ":::note",
    "::::tip",
    ":::",
    "::::",
    "    ",
    "\n",
    "\n\n",
    "> ",
    "- ",
    "w",
    "\n```\n",
    "\t",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_mixture_of_callout_signs_loses_a_word(source: str) -> None:
    assert "".join(text for _, _, text in blocks(source)).count("w") == source.count("w")
