"""The preview of a long Markdown text is the beginning of the whole, block by block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import FULL
from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Document, SpanKind
from tui_reader.formats import preview, read
from tui_reader.formats.markdown import markdown as format_module


@pytest.fixture(autouse=True, scope="module")
def _small_previews() -> object:
    """Make previews of texts of some hundred characters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(format_module, "_LARGE", 300)
        patch.setattr(format_module, "_BEGINNINGS", (200, 800, 3_200))
        yield


def check(data: bytes) -> tuple[Document, Document]:
    """Return preview and whole of a text after comparing them."""
    whole, beginning = read(data, "a.md"), preview(data, "a.md")
    if beginning is None:
        return whole, whole
    assert flaws_of(beginning) == []
    assert beginning.partial
    assert beginning.metadata.title == whole.metadata.title
    assert beginning.title_block == whole.title_block
    count = len(beginning.blocks) - 1
    assert beginning.blocks[:count] == whole.blocks[:count]
    end = whole.blocks[count].start
    assert beginning.text[:end] == whole.text[:end]
    assert [s for s in beginning.spans if s.end < end] == [s for s in whole.spans if s.end < end]
    return beginning, whole


FILLER = "A paragraph with *words* that fill a line or two, so that the text is long enough for a preview.\n\n"
LONG = FILLER * 12
CUTS = {
    "a fence": "```\n" + "code *x*\n\n# no\n\n" * 60 + "```\n\nend",
    "a fence of tildes in a list": "- a\n\n  ~~~\n" + "  code\n\n  - no\n\n" * 60 + "  ~~~\n\nend",
    "a comment": "<!-- a\n\n" + "- no\n\n# no\n\n" * 60 + "-->\n\nend",
    "a block of HTML": "<pre>\n" + "- no\n\n# no\n\n" * 60 + "</pre>\n\nend",
    "a table": "| a | b |\n|---|---|\n" + "| c | *d* |\n" * 100 + "\nend",
    "a quotation": "> a\n>\n" * 100 + "\n> b\n\nend",
    "a list": "- item *one*\n" * 100 + "\nend",
    "a list that is loose at its end": "- item\n" * 30 + "\n- last\n\nend\n\n" + LONG,
    "a numbered list": "1. item\n\n   more\n" * 60 + "\nend",
    "a formula with empty lines": "$$\n" + "a_1\n\n- b\n\n# c\n\n" * 60 + "$$\n\nend",
    "a definition": "Term\n\n:   a\n\n    - b\n\n" * 40 + "\nend",
    "a container": ":::note\n" + "a\n\n- b\n\n" * 60 + ":::\n\nend",
    "a container without an end": ":::note\n" + "a\n\n- b\n\n" * 60,
    "an indented callout": "!!! note\n" + "    a\n\n    - b\n\n" * 60 + "\nend",
    "several terms": "One\nTwo\nThree\n: a\n\n" * 40 + "\nend",
    "a long paragraph": "word *one* and two\n" * 100,
    "a heading with a line under it": "word\n" * 60 + "===\n\nend",
}


ABOVE = ["", "# Title\n\n", FILLER, FILLER * 2 + "- a\n- b\n\n"]


@pytest.mark.parametrize("name", CUTS)
def test_the_cut_may_fall_within_any_block(name: str) -> None:
    # Without the full counts each cut is tried below two of these texts, and the next one below the others.
    for above in ABOVE if FULL else ABOVE[list(CUTS).index(name) % 2 :: 2]:
        beginning, whole = check((above + CUTS[name] + "\n\n" + LONG).encode())
        if "word" in above:
            assert beginning is not whole, above


DEFINITIONS = {
    "at the end": "[far]: /u",
    "of another case": "[FAR]: /u",
    "over two lines": "[far]:\n  /u\n  'title'",
    "in a quotation": "> [far]: /u",
    "in a list in a quotation": "> - a\n>\n>   [far]: /u",
    "below a fence": "```\n[a]: /v\n```\n[far]: /u",
    "below an item with a fence": "- a\n\n  ```\n  [far]: /no\n  ```\n\n[far]: /u",
    "the first one counts": "[far]: /u\n\n[far]: /v",
}
NO_DEFINITIONS = {
    "none": "",
    "in code": "```\n[far]: /u\n```",
    "in code with empty lines": "~~~~\na\n\n~~~\n\n[far]: /u\n~~~~",
    "in indented code": "    [far]: /u",
    "in an item's code": "- a\n\n  ```\n  [far]: /u\n\n  ```",
    "in a comment": "<!--\n\n[far]: /u\n\n-->",
    "in HTML": "<pre>\n\n[far]: /u\n</pre>",
    "in a block of HTML": "<div>\n[far]: /u\n</div>",
    "within a paragraph": "words\n[far]: /u",
    "without an address": "[far]:",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_links_are_resolved_as_in_the_whole(encoding: str) -> None:
    text = (
        "# On [far]\n\nSee [far], [it][far], [*a*][Far] and a note[^n] here, not [near].\n\n" + LONG + "{}\n\n" + LONG
    )
    for definitions, is_link in ((DEFINITIONS, True), (NO_DEFINITIONS, False)):
        for definition in definitions.values():
            note = "[^n]: note" if is_link else "```\n[^n]: note\n```"
            source = text.format(f"{definition}\n\n{note}")
            data = (("\ufeff" if encoding == "utf-16-be" else "") + source).encode(encoding)
            beginning, whole = check(data)
            assert beginning is not whole
            assert [s.target for s in beginning.spans if s.kind is SpanKind.LINK] == ["/u"] * 4 * is_link, definition
            assert [s.target for s in beginning.spans if s.kind is SpanKind.NOTE] == ["#1"] * is_link


def test_a_header_and_an_encoding_are_those_of_the_whole() -> None:
    header = "---\ntitle: T\nlong: " + "x" * 90_000 + "\n---\n\n"
    assert check((header + LONG).encode())[0].text.startswith("A paragraph")
    assert "caf\u00e9" in check((LONG + "caf\u00e9 " + LONG).encode("cp1252"))[1].text
    beginning, whole = check(("Caf\u00e9 \u201cA\u201d\n\n" + LONG).encode("cp1252"))
    assert beginning.text[:8] == whole.text[:8] == "Caf\u00e9 \u201cA\u201d"


def test_a_text_that_is_shown_as_plain_text_has_a_preview_of_plain_text() -> None:
    data = (LONG + "> " * 2_000 + "deep\n\n" + LONG).encode()
    whole, beginning = read(data, "a.md"), preview(data, "a.md")
    assert beginning is not None
    assert whole.text.startswith(beginning.text[:500])
    assert "*words*" in beginning.text


@pytest.mark.parametrize("before", ["- item", "1. item", "> quoted", "text\n- item"])
@pytest.mark.parametrize("mark", ["\\begin{a}\n{}\\end{a}", "$$\n{}$$"])
def test_a_definition_below_a_lazy_line_that_looks_like_a_formula_is_found(before: str, mark: str) -> None:
    inside = "[^1]: note\n# Heading\n\nwords [^1]\n" + "# Heading\n\n" * 40
    check(f"{before}\n{mark.replace('{}', inside)}\n".encode())


PIECES = st.sampled_from(
    [
        "# Heading\n\n",
        "words *and* more of them [a] [b][a] [^1]\n",
        "\n",
        "- item\n",
        "  - inner\n",
        "\n  more\n\n",
        "1. item\n",
        "> quoted\n",
        "> > twice\n>\n",
        "> [!NOTE] title\n",
        "```\n",
        "~~~\n",
        "    code\n",
        "| a | b |\n|---|---|\n| c | d |\n",
        "| e |\n",
        "<div>\n",
        "</div>\n",
        "<!--\n",
        "-->\n",
        "<pre>\n",
        "</pre>\n",
        "$$\n",
        "\\begin{a}\n",
        "\\end{a}\n",
        "Term\n: meaning\n\n",
        "[a]: /u\n",
        "> [A]:\n> /v\n",
        "[^1]: note\n",
        "===\n",
        "---\n",
        "***\n\n",
        "x `code` ^[note] <b>y\n\n",
        "</blockquote>\n",
        "<div><script>\n",
        "x</script>\n",
        "<blockquote>\n\n",
    ]
)


@given(st.lists(PIECES, min_size=20, max_size=90).map("".join))
def test_any_preview_is_the_beginning_of_the_whole(source: str) -> None:
    check(source.encode())
