"""Markdown that would take too long is read as plain text, decided by counts and not by a clock."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest

from tests.counts import size
from tui_reader.document.blocks import BlockKind, Document
from tui_reader.formats import read
from tui_reader.formats.markdown import markdown
from tui_reader.formats.markdown.effort import is_too_deep, seconds_of
from tui_reader.formats.text.running_text import RunningText

SIZE = size(300_000)
LIMIT = 2 * SIZE / 300_000
"""Estimated seconds from which a text is read as plain text: the limit of the program, with the full counts."""
COSTLY = {
    "brackets": "[" * 30 + "\n\n",
    "pictures": "![" * 20 + "\n\n",
    "notes in notes": "^[" * 20 + "\n\n",
    "characters": "a <![CDATA[" * 5 + "\n\n",
    "brackets that end": "[" * 40 + "]" * 40 + "\n\n",
    "quotes": ">" * 49 + " a\n",
    "lists in one line": "- " * 30 + "a\n",
    "lists in quotes": "> - " * 15 + "a\n",
    "marks": "*_" * 40 + "\n\n",
    "tasks": "- [ ] a\n",
    "rows without cells": "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + "abcdefghi\n" * 500 + "\n",
}


def repeated(piece: str) -> str:
    return piece * (SIZE // len(piece) + 1)


@functools.cache
def estimate(piece: str) -> float:
    return seconds_of(repeated(piece))


@pytest.mark.parametrize("piece", COSTLY.values(), ids=COSTLY.keys())
def test_a_text_that_consists_of_costly_marks_is_read_as_plain_text(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = repeated(piece)
    assert estimate(piece) > LIMIT / 2
    monkeypatch.setattr(markdown, "_MOST_SECONDS", LIMIT)
    document = read(source.encode() * (1 + int(LIMIT / estimate(piece))), "a.md")
    assert any("shown as plain text" in notice for notice in document.notices)
    assert re.findall(r"\w+", document.text)[:9] == re.findall(r"\w+", source)[:9]


@pytest.mark.parametrize("piece", COSTLY.values(), ids=COSTLY.keys())
def test_the_estimate_grows_with_the_length(piece: str) -> None:
    one, two = estimate(piece), seconds_of(repeated(piece) * 2)
    assert 1.5 * one < two < 2.5 * one


@pytest.mark.parametrize(
    "source",
    [
        "".join(f"- [Thing {n}](https://example.com/{n}) is described in a few words.\n" for n in range(8_000)),
        "".join(f"1. [x] step {n}\n" for n in range(8_000)),
        "|a|b|c|\n|-|-|-|\n" + "".join(f"|cell {n}|*another*|{n}|\n" for n in range(6_000)),
        "".join(f"Text[^{n}]\n\n[^{n}]: note\n\n" for n in range(4_000)),
        "".join("> > > quoted line\n> reply\n\n" for _ in range(4_000)),
        "A sentence of running text with *marks* and `code`, as they are.\n" * 20_000,
        "[![badge](https://a.b/c.svg)](https://a.b) " * 2_000,
        "- " * 60 + "-\n\na",
    ],
    ids=["links", "tasks", "table", "notes", "quotes", "prose", "badges", "a rule"],
)
def test_long_texts_as_people_write_them_are_read_as_markdown(source: str) -> None:
    assert not is_too_deep(source)
    assert seconds_of(source) < 1.9


@pytest.mark.parametrize("source", [">" * 60, "> " * 60, "- " * 60 + "a", "1. " * 60, "> - " * 30, "* " * 9_000 + "a"])
def test_a_line_that_opens_too_many_levels_is_too_deep(source: str) -> None:
    assert is_too_deep(f"a\n\n{source}\n")
    document: Document = read(source.encode(), "a.md")
    assert document.blocks[0].kind is BlockKind.PARAGRAPH
    assert "nested too deeply" in document.notices[-1]


def test_closing_tags_without_opening_ones_take_constant_time() -> None:
    looked_at = 0

    class Counted(dict[int, Any]):
        def __getitem__(self, key: int) -> Any:
            nonlocal looked_at
            looked_at += 1
            return super().__getitem__(key)

        def __iter__(self) -> Any:
            raise AssertionError("all open tags were gone through")

    running = RunningText()
    running._open = Counted()
    for _ in range(1_000):
        running.open(None, tag="b")
        running.add("a")
        running.close("i")
    assert looked_at == 0
    assert running.finish()[0] == "a" * 1_000


@pytest.mark.parametrize(
    "value", ["1" + "0" * 60_000, "0x" + "f" * 60_000, "[0x" + "f" * 60_000 + "]", "{a = 1" + "0" * 5_000 + "}"]
)
def test_numbers_of_any_length_in_a_header_are_read(value: str) -> None:
    document = read(f'+++\ntitle = "T"\nversion = {value}\ntags=["a"]\n+++\n\nText\n'.encode(), "a.md")
    assert document.metadata.title == "T"
    assert document.metadata.tags == ("a",)
    assert document.text == "Text"
