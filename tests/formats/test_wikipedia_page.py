# ruff: noqa: E501 - the page as MediaWiki writes it
"""A page of Wikipedia keeps the box with its caption, its notes, and the heading above them."""

from __future__ import annotations

import pytest

from tests.formats.test_html_pages import PARAGRAPHS, read, texts
from tui_reader.document.blocks import BlockKind, SpanKind

AFTER = '<h2 id="Further_reading">Further reading</h2><ul><li>Miller, B. (2001). <i>The Story of the Light</i>. Press.</li></ul>'


def wikipedia(end: str = "") -> bytes:
    box = (
        '<table class="infobox vcard"><caption class="infobox-title">The Light, Outer Bank</caption><tbody><tr><td colspan="2" class="infobox-image">'
        '<a href="/f"><img src="//u.example.org/a.jpg" width="220" height="280"></a><div class="infobox-caption">Seen from the sea</div></td></tr>'
        '<tr><th scope="row">Built</th><td>1861</td></tr><tr><th scope="row">Height</th><td>31 m</td></tr></tbody></table>'
    )
    first = '<sup id="cite_ref-1" class="reference"><a href="#cite_note-1"><span>[</span>1<span>]</span></a></sup>'
    second = '<sup id="cite_ref-S_2-0" class="reference"><a href="#cite_note-S-2">[2]</a></sup>'
    text = f'<p><b>{PARAGRAPHS[0]}</b>{first}</p><h2 id="Life">Life</h2><p>{PARAGRAPHS[1]}{second}</p><p>{PARAGRAPHS[2]}</p>'
    notes = (
        '<h2 id="References">References</h2><div class="reflist"><ol class="references"><li id="cite_note-1"><span class="mw-cite-backlink"><b>'
        '<a href="#cite_ref-1">^</a></b></span> <span class="reference-text">Fuegi, J. <a href="https://x.org"><i>Lights</i></a>. pp. 16–26.</span></li>'
        '<li id="cite_note-S-2"><span class="mw-cite-backlink">^ <a href="#cite_ref-S_2-0"><sup><i><b>a</b></i></sup></a></span> '
        '<span class="reference-text">Smith, A. (1999).</span></li></ol></div>'
    )
    return (
        '<!DOCTYPE html><html lang="en"><head><title>The Light - Wikipedia</title></head><body class="mediawiki"><nav><ul><li><a href="/m">Main page</a></ul></nav>'
        '<main id="content" class="mw-body"><h1 id="firstHeading">The Light</h1><div id="bodyContent"><div id="mw-content-text"><div class="mw-parser-output">'
        f'{box}{text}{notes}{end}<div class="navbox"><a href="/x">X</a></div></div></div><div id="catlinks"><a href="/c">Categories</a></div></div></main></body></html>'
    ).encode()


@pytest.mark.parametrize("end", ["", AFTER])
def test_the_infobox_its_caption_and_the_heading_of_the_references_are_kept(end: str) -> None:
    document = read(wikipedia(end))
    shown = texts(document)
    assert shown[0] == "The Light, Outer Bank"
    assert document.blocks[0].quiet
    assert document.blocks[1].kind is BlockKind.TABLE
    assert shown[1].endswith("Built\t1861\nHeight\t31 m")
    at = shown.index("References")
    assert [block.marker for block in document.blocks[at + 1 : at + 3]] == ["[1]", "[2]"]
    assert shown[at + 1 :] == ["Fuegi, J. Lights. pp. 16–26.", "Smith, A. (1999).", *shown[at + 3 :]]


def test_numbers_in_the_text_lead_to_the_notes() -> None:
    document = read(wikipedia())
    notes = [span.target for span in document.spans if span.kind is SpanKind.NOTE]
    assert notes == ["#1", "#2"]
