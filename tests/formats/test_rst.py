"""reStructuredText becomes headings, lists, tables, notes and code; nothing is loaded, and errors are not text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import read, scan


def opened(source: str) -> Document:
    document = read(source.encode(), "a.rst")
    assert flaws_of(document) == []
    assert scan(source.encode(), "a.rst") == (document.metadata, document.error)
    assert "Unknown" not in document.text
    return document


def shown(source: str) -> list[tuple[str, str]]:
    document = opened(source)
    return [(block.kind.value, document.block_text(index)) for index, block in enumerate(document.blocks)]


def test_titles_are_headings_and_fields_are_metadata() -> None:
    document = opened(
        "=========\nOf *Tides*\n=========\n\n:Author: Ada\n:Date: 2021-03-04\n:Tags: sea, moon\n\n"
        "Text.\n\nThe moon\n========\n\nMore.\n\nWeight\n------\n\nEnd.\n"
    )
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.date) == ("Of Tides", "Ada", "2021-03-04")
    assert metadata.tags == ("sea", "moon")
    headings = [(block.level, document.block_text(i)) for i, block in enumerate(document.blocks) if block.level]
    assert headings == [(1, "Of Tides"), (2, "The moon"), (3, "Weight")]
    assert document.title_block == 0
    assert "Ada" not in document.text


@pytest.mark.parametrize("title", [":mod:`email` and *more*", ":py:mod:`email` and more", "`email` and more"])
def test_a_title_may_begin_with_a_role(title: str) -> None:
    document = opened(f":orphan:\n\n{title}\n{'=' * len(title)}\n\nOverview\n--------\n\nText.\n")
    assert document.metadata.title == "email and more"
    assert document.title_block == 0


def test_lists_definitions_line_blocks_and_quotations_become_blocks() -> None:
    source = """
- one
- two

  - inner

a. first
b. second

term : kind
    What it means.

| Time and tide
|   wait

    A quotation.

    -- Somebody
"""
    document = opened(source)
    assert [(b.marker, b.depth, b.quote, document.block_text(i)) for i, b in enumerate(document.blocks)] == [
        ("•", 1, 0, "one"),
        ("•", 1, 0, "two"),
        ("◦", 2, 0, "inner"),
        ("a.", 1, 0, "first"),
        ("b.", 1, 0, "second"),
        ("", 0, 0, "term : kind"),
        ("", 1, 0, "What it means."),
        ("", 0, 0, "Time and tide\n    wait"),
        ("", 0, 1, "A quotation."),
        ("", 0, 1, "— Somebody"),
    ]


def test_marks_links_notes_and_roles_of_sphinx_become_spans() -> None:
    document = opened(
        "A *leaning*, **bold**, ``code`` word, `site <https://example.org>`_, a name_, a note [1]_ and [CIT]_.\n"
        "Call :func:`open`, :py:class:`~a.b.Tide`, press :kbd:`Ctrl`, see :ref:`below <the-moon>` and :doc:`other`;\n"
        ":unknown:`words`, :math:`a^2`, H\\ :sub:`2`\\ O, |tide|.\n\n.. _name: https://example.org/n\n"
        ".. [1] The note.\n.. [CIT] The work.\n.. |tide| replace:: the tide\n\n"
        ".. _the-moon:\n\nThe moon\n========\n\nText.\n"
    )
    spans = [(span.kind.value, document.text[span.start : span.end], span.target) for span in document.spans]
    assert spans == [
        ("emphasis", "leaning", ""),
        ("strong", "bold", ""),
        ("code", "code", ""),
        ("link", "site", "https://example.org"),
        ("link", "name", "https://example.org/n"),
        ("note", "[1]", "#1"),
        ("note", "[CIT]", "#CIT"),
        ("code", "open()", ""),
        ("code", "Tide", ""),
        ("key", "Ctrl", ""),
        ("link", "below", "#the-moon"),
        ("link", "other", "other.rst"),
        ("subscript", "2", ""),
    ]
    assert "words, $a^2$, H2O, the tide." in document.text
    notes = [(block.marker, document.block_text(i)) for i, block in enumerate(document.blocks) if block.quiet]
    assert notes == [("[1]", "The note."), ("[CIT]", "The work.")]
    assert offset_of_name(document, "the-moon") == document.text.index("The moon\n")


def test_tables_code_pictures_and_formulas_become_blocks() -> None:
    source = """
=====  ====
Port   High
=====  ====
Hull   *4*
=====  ====

+------+------+
| a    | b    |
|      +------+
|      | c    |
+------+------+

.. code-block:: python

   def a():
       return 1

::

   literal

>>> 1 + 1
2

.. figure:: harbour.png
   :alt: A harbour

   The *harbour*

.. math:: a = b

-------
"""
    document = opened(f"Text.\n{source}\nMore.\n")
    assert shown(f"Text.\n{source}\nMore.\n")[1:-1] == [
        ("table", "Port\tHigh\nHull\t4"),
        ("table", "a\tb\n\tc"),
        ("code", "def a():\n    return 1"),
        ("code", "literal"),
        ("code", ">>> 1 + 1\n2"),
        ("figure", "The harbour"),
        ("paragraph", "a = b"),
        ("rule", ""),
    ]
    assert document.blocks[3].language == "python"
    assert document.blocks[6].target == "harbour.png"
    tables = [block.table for block in document.blocks if block.table]
    assert [table.header for table in tables] == [True, False]


def test_admonitions_have_their_title_and_directives_of_sphinx_are_readable() -> None:
    source = """
.. note:: Mind the *tide*.

.. versionadded:: 3.1 It rises.

.. toctree::
   :maxdepth: 2

   intro
   The moon <parts/moon>

.. py:function:: rise(height)

   Return the *tide*.

.. index:: tide

.. automodule:: a.b

.. tip-of-the-day:: Words
   :option: x

   Further **words**.
"""
    document = opened(source)
    assert shown(source) == [
        ("paragraph", "Note"),
        ("paragraph", "Mind the tide."),
        ("paragraph", "Added in version 3.1"),
        ("paragraph", "It rises."),
        ("paragraph", "intro"),
        ("paragraph", "The moon"),
        ("code", "rise(height)"),
        ("paragraph", "Return the tide."),
        ("paragraph", "Words"),
        ("paragraph", "Further words."),
    ]
    links = [span.target for span in document.spans if span.kind is SpanKind.LINK]
    assert links == ["intro.rst", "parts/moon.rst"]


def test_directives_load_no_file_and_pass_no_raw_html_through(tmp_path: object) -> None:
    source = f"""
Text.

.. include:: /etc/passwd

.. raw:: html

   <b>raw</b>

.. csv-table::
   :file: /etc/passwd

.. image:: javascript:alert(1)

{tmp_path}
"""
    document = opened(source)
    assert "root:" not in document.text
    assert "<b>" not in document.text
    assert all(not block.target for block in document.blocks)


@pytest.mark.parametrize(
    "source", ["Title\n==\n\nA *b", "a_\n\n.. _a: b_\n.. _b: a_", "T.\n\n.. foo::", "`", "[1]_ |x|", "=\n=\n="]
)
def test_errors_are_never_shown_as_text(source: str) -> None:
    document = opened(source)
    assert "system" not in document.text.lower()
    assert document.notices == ()


HOSTILE = {
    "bullets": "- " * 3_000,
    "marks": "*a" * 3_000,
    "quotes": "`" * 5_000,
    "deeper items": "".join(" " * depth + "- x\n\n" for depth in range(300)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_read(name: str) -> None:
    opened(HOSTILE[name])


@given(st.text(alphabet="*`|_:.-=\n [](){}<>ab1", max_size=100))
def test_any_marks_become_a_document_without_flaws(source: str) -> None:
    assert flaws_of(read(source.encode(), "a.rst")) == []
