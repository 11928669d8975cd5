"""The authors of a page are found in its metadata, its marked elements, or a line such as “By Ann Roe”."""

from __future__ import annotations

import pytest

from tests.formats.test_html_pages import page, read
from tui_reader.formats.html.page_authors import names_in_line

BOTH = "Jane Roe, John Doe"


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("<p>By Jane Roe and John Doe</p>", "Jane Roe and John Doe"),
        ("<p>BY JANE ROE, JOHN DOE</p>", "JANE ROE, JOHN DOE"),
        ("<div>Written by Jane Roe &amp; John Doe | 4 May 2021</div>", "Jane Roe & John Doe"),
        ("<p><em>By Jane Roe, Staff Writer</em></p>", "Jane Roe"),
        ("<p>Von Anna Müller und Jörg von der Heide</p>", "Anna Müller und Jörg von der Heide"),
        ("<p>Par Élise Dupont et Luc Martin</p>", "Élise Dupont et Luc Martin"),
        ("<p>Por Ana Gómez y Luis Pérez</p>", "Ana Gómez y Luis Pérez"),
        ("<p>Автор: Анна Каренина</p>", "Анна Каренина"),
        ("<p>作者：张三</p>", "张三"),
        ("<p><a rel='author' href='/j'>Jane Roe</a> and <a rel='author' href='/d'>John Doe</a></p>", BOTH),
        ("<p>By <a rel='author' href='/j'>Jane Roe</a> and John Doe</p>", "Jane Roe and John Doe"),
        ("<p><span itemprop='author'>Jane Roe</span>, <span itemprop='author'>John Doe</span></p>", BOTH),
        ("<p><span class='author'>Jane Roe</span> <span class='author'>John Doe</span></p>", BOTH),
    ],
)  # fmt: skip
def test_all_authors_in_the_line_below_the_headline_are_found(byline: str, names: str) -> None:
    data = page().replace(b"<div class='byline'>By Ann Smith</div>", byline.encode())
    assert read(data).metadata.byline == names


def test_authors_of_other_stories_are_not_authors_of_the_page() -> None:
    other = "<aside><p><a rel='author' href='/x'>Max Other</a></p></aside>"
    mine = b"<p>By <a rel='author' href='/j'>Jane Roe</a></p>"
    data = page(other).replace(b"<div class='byline'>By Ann Smith</div>", mine)
    assert read(data).metadata.byline == "Jane Roe"


@pytest.mark.parametrize("name", ["author", "citation_author", "article:author"])
def test_several_metadata_elements_are_several_authors(name: str) -> None:
    head = "".join(f"<meta name='{name}' content='{each}'>" for each in ("Jane Roe", "John Doe"))
    assert read(page(head=head)).metadata.byline == "Jane Roe, John Doe"


@pytest.mark.parametrize(
    "line",
    [
        "By clicking on the link you agree",
        "By the end of the year it was gone.",
        "Von dort ging er weiter",
        "Text and pictures",
        "By Monday the Fed had acted and Wall Street was calm again after all.",
        "Por la mañana",
    ],
)
def test_a_sentence_is_no_byline(line: str) -> None:
    assert names_in_line(line) == ""
