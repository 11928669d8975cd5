"""Text between two rules is shown unless it is certainly a header, so that no word is lost."""

from __future__ import annotations

import re
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader import formats
from tui_reader.formats.metadata.front_matter import read_front_matter

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = "\n\nLater that day.\n"


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def kept(value: Any) -> Iterator[str]:
    """Yield all strings of a header."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from kept(item)
    elif isinstance(value, list):
        for item in value:
            yield from kept(item)
    else:
        yield str(value)


def lost(source: str, name: str) -> Counter[str]:
    """Count the words of a source that are missing in both text and header of its document."""
    document = formats.read(source.encode(), name)
    shown = " ".join((document.text, *(block.marker for block in document.blocks)))
    missing = Counter(words(source)) - Counter(words(shown))
    # A repeated key of a header is kept once.
    in_header = set(words(" ".join(kept(document.metadata.header))))
    return Counter({word: count for word, count in missing.items() if word not in in_header})


PROSE = {
    "a dialogue": "\nANNA: Where were you?\n\nBEN: At the sea.\n\n",
    "a dialogue without empty lines": "ANNA: Where were you?\nBEN: At the sea.\n",
    "a dialogue in lower case": "anna: where were you?\nben: at the sea.\n",
    "a dialogue whose speakers come again": "Anna: Yes\nBen: No\nAnna: Yes\n",
    "a dialogue of speakers with two names": "Anna Karenina: You\nOld Ben: Me\n",
    "a dialogue with an author in it": "AUTHOR: Who are you?\nACTOR: You know me!\n",
    "a dialogue with a stage direction": "ANNA: Where were you?\n(She sits down.)\n",
    "a dialogue in another script": "Анна: Где ты была?\nБен: На море.\n",
    "a play with its title": "Title: Macbeth\nMACBETH: Ha\nLADY: Oh\n",
    "a note": "Note: this is what the other people said of it.\n",
    "a short note": "Note: closed\n",
    "a letter head": "From: Anna\nTo: Ben\nDate: 5 May 1912\nSubject: The sea\n",
    "a greeting": "Dear Anna: I have come home\n",
    "a date that is none": "date: she asked me out at last.\n",
    "a sentence with a colon": "There were three of them: the sea, the wind and the sand.\n",
    "a sentence": "Some prose between two rules\n",
    "a quoted sentence": '"Where were you?" she said\n',
    "a list": "- flour\n- sugar\n",
    "a list with colons": "- Anna: flour\n- Ben: sugar\n",
    "a list below a heading": "Shopping:\n- flour\n- sugar\n",
    "a numbered list": "1. flour\n2. sugar\n",
    "a poem": "Roses are red:\n  violets are\nblue, and so\n    am I.\n",
    "a heading": "# Part One\n",
    "a heading above a field": "# Part One\n\nsource: Anna\n",
    "braces": "{Anna, Ben}\n",
    "brackets": "[Anna, Ben]\n",
    "a key that is a list": "? - Anna\n  - Ben\n: the sea\n",
    "an anchor": "Anna: &once upon a time\nBen: *once\n",
    "a header's line among prose": "title: The sea\nand then she left for home\n",
    "a tab": "\tAnna: where\n\tBen: there\n",
}


FENCES = [("---", "---"), ("---", "..."), ("+++", "+++"), (";;;", ";;;"), ("***", "***")]


@pytest.mark.parametrize("block", PROSE.values(), ids=PROSE.keys())
def test_prose_between_rules_is_text(block: str) -> None:
    for (first, last), name in product(FENCES, ("a.md", "a.txt")):
        source = f"{first}\n{block}{last}{LATER}"
        document = formats.read(source.encode(), name)
        assert dict(document.metadata.header) == {}, (first, last, name)
        text = document.text + "".join(each.marker for each in document.blocks)
        is_whole = words(text.replace("\t", " ")) == words(source) or Counter(words(text)) == Counter(words(source))
        assert is_whole, (first, last, name, text)
        assert formats.scan(source.encode(), name)[0] == document.metadata, (first, last, name)


@pytest.mark.parametrize("encoded", ["\ufeff{}", "{}"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_other_line_ends_hide_no_text(encoded: str, line_end: str) -> None:
    source = encoded.format(f"---\n{PROSE['a dialogue']}---{LATER}").replace("\n", line_end)
    for name in ("a.md", "a.txt"):
        assert lost(source, name) == Counter()
        assert formats.read(source.encode(), name).metadata.title == "ANNA: Where were you?"


def test_words_between_rules_are_counted_and_may_be_the_title() -> None:
    source = f"---\nANNA: Where were you?\nBEN: Home.\n---{LATER}"
    assert formats.read(source.encode(), "a.txt").metadata.words > len(words(LATER))
    assert formats.read(b"---\n\nNote: closed\n\n---\n\nLater.\n", "a.md").metadata.title == "Note: closed"


HEADERS = {
    "title: The sea": "title",
    "Title: The Sea": "Title",
    "layout: post": "layout",
    "marp: true": "marp",
    "foo: bar": "foo",
    "sidebar_position: 2": "sidebar_position",
    "navOrder: 2": "navOrder",
    "slug: /": "slug",
    "tags: [a, b]": "tags",
    "tags:\n  - a\n  - b": "tags",
    "aliases: []": "aliases",
    "date: 2026-01-02": "date",
    "draft: false": "draft",
    "permalink: /a/": "permalink",
    "\ntitle: The sea\n\ntags:\n\n- a\n": "title",
    "title: Who goes there?\nintro: A long sentence that says what it is about.": "intro",
    "title: A\nauthor: Martin Luther King Jr.\nStatus: done\nNext step: none": "Status",
    "# what Hugo writes\n# draft: true\ntitle: A\nweight: 3": "weight",
    '"title": "A"': "title",
    "Title: A\nAuthor: B\nDate: 2026-01-02\nMy Own Field: c": "My Own Field",
    "title: >\n  A long one\n  that is folded.\nlayout: post": "layout",
    "extra:\n  deep:\n    deeper: 1": "extra",
}


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize(("header", "key"), HEADERS.items())
def test_unusual_headers_are_read_as_headers(header: str, key: str, name: str) -> None:
    document = formats.read(f"---\n{header}\n---\n\nLater that day.\n".encode(), name)
    assert key in document.metadata.header
    assert document.text == "Later that day."


def test_a_header_that_is_read_line_by_line_keeps_every_value() -> None:
    header = "title: A: b\ntags:\n- a\n-   b\ntags: [c]\nexcerpt: one\n  two\n\n\tthree: four\nauthor: x\nauthor: y"
    front = read_front_matter(f"---\n{header}\n---\n")
    assert front.header == {
        "title": "A: b",
        "tags": ["a", "b", "c"],
        "excerpt": "one two",
        "three": "four",
        "author": ["x", "y"],
    }


def test_a_repeated_key_keeps_both_values() -> None:
    front = read_front_matter("---\ntitle: A\nauthor: B\nauthor: C\n---\n")
    assert front.header == {"title": "A", "author": ["B", "C"]}
    assert "stands twice" in front.notice


KEYS = st.sampled_from(
    [
        "title",
        "Title",
        "date",
        "author",
        "tags",
        "Note",
        "ANNA",
        "ben",
        "From",
        "a key",
        "x_y",
        "# part",
        "- one",
        "  in",
    ]
)
VALUES = st.sampled_from(["", "one", "Two three", "Four five six.", "[seven, eight]", "'nine'", "10", "eleven: twelve"])
LINES = st.one_of(
    st.just(""),
    st.builds("{}: {}".format, KEYS, VALUES),
    st.sampled_from(["- item", "  more of it", "a line of prose", "...", "Heading", "> quoted", "{", "]", "= 5"]),
)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@given(
    st.sampled_from(["---", "+++", ";;;", "***", "- - -", "___"]),
    st.lists(LINES, max_size=7),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_word_is_in_the_text_or_in_the_header(name: str, rule: str, lines: list[str], line_end: str) -> None:
    # Only comments of YAML may be missing.
    source = line_end.join([rule, *lines, rule, "", "the end"])
    missing = lost(source, name)
    if formats.read(source.encode(), name).metadata.header:
        missing -= Counter(words(" ".join(line for line in lines if line.startswith("#"))))
    assert missing == Counter(), source
