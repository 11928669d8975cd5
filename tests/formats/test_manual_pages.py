# ruff: noqa: E501 - the pages as programs write them
"""Pages of manuals: sections named like their headings, lists of links at the end, contents at the top, titles."""

from __future__ import annotations

import pytest

from tests.formats.test_html_pages import MENU, PARAGRAPHS, read, texts

SPHINX = """<!DOCTYPE html><html lang="en"><head><title>Menus — Lamp 3.1 documentation</title></head><body>
<div class="related" role="navigation"><h3>Navigation</h3><ul>{menu}</ul></div><div class="document"><div class="body" role="main">
<section id="lamp"><span id="index-0"></span><h1>Lamp<a class="headerlink" href="#lamp">¶</a></h1><p>{p[0]}</p>
<section id="menus"><h2>Menus<a class="headerlink" href="#menus">¶</a></h2><p>{p[1]}</p>
<section id="share-menu"><span id="index-1"></span><h3>Share menu<a class="headerlink" href="#share-menu">¶</a></h3><dl class="simple">
<dt>New File</dt><dd><p>Create a new file.</p></dd><dt>Open</dt><dd><p>{p[2]}</p></dd></dl></section></section>
<section id="sidebar"><h2>Sidebar<a class="headerlink" href="#sidebar">¶</a></h2><p>{p[3]}</p></section>
<section id="see-also"><h2>See also<a class="headerlink" href="#see-also">¶</a></h2><ul class="simple"><li><p><a href="a.html">Wicks</a></p></li>
<li><p><a href="b.html">Oils</a></p></li></ul></section></section></div></div><div class="footer">© 2024</div></body></html>"""
MKDOCS = """<!DOCTYPE html><html lang="en"><head><title>Lamps - The Manual of the Coast</title></head><body><nav class="md-nav"><ul>{menu}</ul></nav>
<main><div class="md-content"><article class="md-content__inner"><h1 id="lamps">Lamps<a class="headerlink" href="#lamps">¶</a></h1><p>{p[0]}</p>
<h2 id="tags">Tags</h2><p>{p[1]}</p><div class="admonition note"><p class="admonition-title">Note</p><p>{p[2]}</p></div>
<h2 id="newsletter">Newsletter</h2><p>{p[3]}</p><pre><code class="language-sh">lamp --on</code></pre></article></div></main></body></html>"""


def test_sections_of_a_manual_with_the_names_of_menus_are_kept_whole() -> None:
    shown = texts(read(SPHINX.format(p=PARAGRAPHS, menu=MENU).encode()))
    wanted = [*PARAGRAPHS, "Menus", "Share menu", "New File", "Create a new file.", "Open", "Sidebar"]
    assert [each for each in wanted if each not in shown] == []
    assert not {"Navigation", "News", "© 2024"} & set(shown)


def test_links_to_other_pages_at_the_end_of_a_manual_stay() -> None:
    assert texts(read(SPHINX.format(p=PARAGRAPHS, menu=MENU).encode()))[-3:] == ["See also", "Wicks", "Oils"]


def test_notes_and_code_between_sections_stay() -> None:
    shown = texts(read(MKDOCS.format(p=PARAGRAPHS, menu=MENU).encode()))
    assert shown == [
        PARAGRAPHS[0],
        "Tags",
        PARAGRAPHS[1],
        "Note",
        PARAGRAPHS[2],
        "Newsletter",
        PARAGRAPHS[3],
        "lamp --on",
    ]


@pytest.mark.parametrize(
    ("head", "headings", "title"),
    [
        ("Borrowing - The Lamp Book", "<h1 class='menu-title'>The Lamp Book</h1><h1>Borrowing</h1>", "Borrowing"),
        ("Console | Lamp v20 manual", "<h1>Lamp v20 manual</h1><h2>Console<a href='#c'>#</a></h2>", "Console"),
        ("Lamps - The Manual of the Coast", "<h1>Lamps</h1>", "Lamps"),
        ("A very long headline about the coast - News", "<h1>A very long headline about the coast</h1>", ""),
    ],
)
def test_the_title_is_that_of_the_page_not_of_its_manual(head: str, headings: str, title: str) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    data = f"<html><head><title>{head}</title></head><body>{headings}{text}</body></html>".encode()
    assert read(data).metadata.title == (title or head.partition(" - ")[0])


def test_contents_above_the_text_are_left_out() -> None:
    entries = "".join(f"<li><a href='#s{number}'>Section number {number} of this page</a></li>" for number in range(5))
    sections = "".join(
        f"<h2 id='s{number}'>Section number {number}</h2><p>{PARAGRAPHS[number % 4]}</p>" for number in range(9)
    )
    data = f"<html><body><h1>Lamp</h1><details id='toc'><summary>Table of contents</summary><ul class='toc'>{entries}</ul></details>{sections}</body></html>"
    shown = texts(read(data.encode()))
    assert shown[:2] == ["Section number 0", PARAGRAPHS[0]]
