"""Org files become headings, text, lists, tables and code; what Org hides is hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import read, scan


def opened(source: str) -> Document:
    document = read(source.encode(), "a.org")
    assert flaws_of(document) == []
    assert scan(source.encode(), "a.org") == (document.metadata, document.error)
    return document


def shown(source: str) -> list[tuple[str, str]]:
    document = opened(source)
    return [(block.kind.value, document.block_text(index)) for index, block in enumerate(document.blocks)]


def spans(source: str) -> list[tuple[str, str, str]]:
    document = opened(source)
    return [(span.kind.value, document.text[span.start : span.end], span.target) for span in document.spans]


def test_settings_at_the_top_are_metadata_and_are_hidden() -> None:
    document = opened(
        "#+TITLE: Of /Tides/\n#+AUTHOR: Ada\n#+DATE: <2021-03-04 Thu>\n#+FILETAGS: :sea:moon:\n#+LANGUAGE: en\n"
        "#+OPTIONS: toc:nil\n# a comment\n\nText.\n"
    )
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.date) == ("Of Tides", "Ada", "2021-03-04")
    assert (metadata.tags, metadata.language) == (("sea", "moon"), "en")
    assert document.text == "Text."


def test_headlines_keep_state_priority_and_tags_and_hide_their_drawers() -> None:
    source = """#+TODO: OPEN | SHUT
* TODO [#A] Write *it* :work:home:
  SCHEDULED: <2021-03-04 Thu>
  :PROPERTIES:
  :CUSTOM_ID: writing
  :END:
** OPEN the door
*** A line
"""
    document = opened(source)
    levels = [(block.level, document.block_text(i)) for i, block in enumerate(document.blocks) if block.level]
    assert levels == [(1, "TODO [#A] Write it :work:home:"), (2, "OPEN the door"), (3, "A line")]
    assert document.block_text(1) == "SCHEDULED: <2021-03-04 Thu>"
    assert document.blocks[1].quiet
    assert "writing" not in document.text


def test_marks_within_lines_become_spans() -> None:
    assert spans("A *bold*, /leaning/, =verbatim /x/=, ~code~ and +gone+ _line_. 2*3*4, a/b/c, http://x.org/a_b_c") == [
        ("strong", "bold", ""),
        ("emphasis", "leaning", ""),
        ("code", "verbatim /x/", ""),
        ("code", "code", ""),
        ("strike", "gone", ""),
        ("emphasis", "line", ""),
        ("link", "http://x.org/a_b_c", "http://x.org/a_b_c"),
    ]
    assert spans("*bold /and/ leaning*") == [("strong", "bold and leaning", ""), ("emphasis", "and", "")]
    assert opened("A formula $a*b*c$ and \\(x/y/z\\).").text == "A formula $a*b*c$ and \\(x/y/z\\)."


@pytest.mark.parametrize(
    ("source", "words", "target"),
    [
        ("[[https://example.org][the /log/]]", "the log", "https://example.org"),
        ("[[https://example.org]]", "https://example.org", "https://example.org"),
        ("[[file:notes/b.org::*Part][b]]", "b", "notes/b.org"),
        ("[[*The moon]]", "The moon", "#The moon"),
        ("[[#writing][below]]", "below", "#writing"),
        ("[[id:a-b][there]]", "there", "#id:a-b"),
    ],
)
def test_links_lead_to_addresses_files_and_places(source: str, words: str, target: str) -> None:
    assert ("link", words, target) in spans(f"See {source} now.")


def test_links_with_other_schemes_are_text_and_places_are_found() -> None:
    assert spans("[[javascript:alert(1)][no]]") == []
    document = opened("See [[*The moon]] and [[id:x]].\n* The moon\n:PROPERTIES:\n:ID: x\n:END:\nText <<here>> now.\n")
    assert offset_of_name(document, "The moon") == document.text.index("The moon\n")
    assert offset_of_name(document, "id:x") is not None
    assert offset_of_name(document, "here") == document.text.index("now.") - 1


def test_lists_have_markers_checkboxes_terms_and_depth() -> None:
    source = """- one
  goes on
  - inner
- [ ] open
- [X] done
1. first
2) second
- term :: what it means
  over two lines
"""
    document = opened(source)
    items = [(block.depth, block.marker, document.block_text(i)) for i, block in enumerate(document.blocks)]
    assert items == [
        (1, "•", "one goes on"),
        (2, "◦", "inner"),
        (1, "☐", "open"),
        (1, "☑", "done"),
        (1, "1.", "first"),
        (1, "2)", "second"),
        (1, "•", "term"),
        (1, "", "what it means over two lines"),
    ]
    assert document.blocks[0].tight


def test_blocks_are_code_quotations_and_verse_and_comments_are_hidden() -> None:
    source = """#+begin_src python :results output
  def a():
      return 1
  ,* no headline
#+end_src

#+RESULTS:
: 1
:  2
#+BEGIN_QUOTE
A quotation
of two lines.

And more.
#+END_QUOTE
#+begin_verse
Time and tide
wait for no one
#+end_verse
#+begin_comment
hidden
#+end_comment
#+begin_export html
<b>hidden</b>
#+end_export
#+begin_note
A note.
#+end_note
-----
"""
    document = opened(source)
    assert shown(source) == [
        ("code", "def a():\n    return 1\n* no headline"),
        ("code", "1\n 2"),
        ("paragraph", "A quotation of two lines."),
        ("paragraph", "And more."),
        ("paragraph", "Time and tide\nwait for no one"),
        ("paragraph", "A note."),
        ("rule", ""),
    ]
    assert document.blocks[0].language == "python"
    assert [block.quote for block in document.blocks] == [0, 0, 1, 1, 1, 0, 0]


def test_tables_have_headers_and_captions_and_pictures_are_figures() -> None:
    source = """#+CAPTION: Heights of /tides/
| Port | High |
|------+------|
| <l>  | <r>  |
| Hull | *4*  |
#+TBLFM: $2=1

#+CAPTION: The harbour
[[file:img/harbour.png]]
"""
    document = opened(source)
    assert shown(source) == [
        ("table", "Port\tHigh\nHull\t4"),
        ("paragraph", "Heights of tides"),
        ("figure", "The harbour"),
    ]
    table = document.blocks[0].table
    assert table is not None
    assert (table.header, [align.value for align in table.aligns]) == (True, ["left", "right"])
    assert document.blocks[2].target == "img/harbour.png"


def test_footnotes_are_numbered_and_placed_at_the_end() -> None:
    source = "One[fn:b] two[fn:: written here] three[fn:b].\n\n[fn:b] The second\npart.\n\n* Later\nText.\n"
    document = opened(source)
    notes = [(block.marker, document.block_text(i)) for i, block in enumerate(document.blocks) if block.quiet]
    assert notes == [("[1]", "The second part."), ("[2]", "written here")]
    assert document.block_text(0) == "One[1] two[2] three[1]."
    assert [span.target for span in document.spans if span.kind is SpanKind.NOTE] == ["#1", "#2", "#1"]


@pytest.mark.parametrize("source", ["* <<target>>\nText.", "#+TITLE: <<a>>\n* <<b>>", "* @@html:x@@"])
def test_a_headline_without_words_is_no_title(source: str) -> None:
    assert opened(source).metadata.title


def test_formulas_stay_as_written() -> None:
    formula = "\\begin{align}\n  a_1 &= b \\\\\n  c\n\\end{align}\n"
    assert opened(formula).text == "\\begin{align}\na_1 &= b \\\\\nc\n\\end{align}"


def test_a_block_or_a_drawer_that_is_not_closed_is_text() -> None:
    assert "#+begin_src" in opened("#+begin_src c\nint a;\n* Next\n").text
    assert ":LOGBOOK:" in opened(":LOGBOOK:\nwords\n* Next\n").text


HOSTILE = {
    "stars": "*" * 5_000,
    "bullets": "- " * 3_000,
    "links": "[[" * 5_000,
    "marks": "*a /b " * 3_000,
    "items": "  - x\n" * 2_000,
    "notes": "[fn:a" * 3_000,
    "deeper items": "".join(" " * depth + "- x\n" for depth in range(300)),
    "deeper blocks": "".join(f"#+begin_a{depth}\n" for depth in range(300))
    + "".join(f"#+end_a{depth}\n" for depth in reversed(range(300))),
    "blocks without an end": "#+begin_quote\n" * 10_000,
    "drawers without an end": ":A:\n" * 10_000,
    "formulas without an end": "\\( $$ @@a: " * 5_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_read(name: str) -> None:
    opened(HOSTILE[name])


@given(st.text(alphabet="*/=~_+[]fn:#|- \n\\<>ab1.", max_size=120))
def test_any_marks_become_a_document_without_flaws(source: str) -> None:
    assert flaws_of(read(source.encode(), "a.org")) == []
