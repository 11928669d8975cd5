"""BibTeX and RIS are read by the parsers that others use; skipped where these are not installed."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.exchange.clips import clips
from tui_reader.exchange.names import authors, split_name
from tui_reader.exchange.registry import find_export

if TYPE_CHECKING:
    from tui_reader.exchange.clip import Clip

pybtex = pytest.importorskip("pybtex.database")
rispy = pytest.importorskip("rispy")


def written(form: str, *exported: Clip) -> str:
    text = find_export(form).write(exported)
    assert isinstance(text, str)
    return text


def plain(tex: str) -> str:
    """Return the text that escapes of TeX stand for."""
    names = {
        "textbackslash": "\\",
        "textasciitilde": "~",
        "textasciicircum": "^",
        "textbraceleft": "{",
        "textbraceright": "}",
    }
    return re.sub(r"\\(?:(\w+)\{\}|([&%$#_]))", lambda found: names[found[1]] if found[1] else found[2], tex)


@given(clips(), clips())
def test_pybtex_reads_every_entry_with_its_quotes(one: Clip, other: Clip) -> None:
    exported = (one, other) if one.id != other.id else (one,)
    read = pybtex.parse_string(written("bibtex", *exported), "bibtex")
    assert len(read.entries) == len(exported)
    for entry, each in zip(read.entries.values(), exported, strict=True):
        assert plain(entry.fields["title"]).split() == each.title.split()
        assert entry.fields.get("url", "").replace("%7B", "{").replace("%7D", "}") == each.url
        words = plain(entry.fields.get("annote", "")).split()
        for annotation in each.annotations:
            for text in (annotation.quote_text, annotation.note):
                assert " ".join(text.split()) in " ".join(words)
        assert len(entry.persons.get("author", ())) == len(authors(each.byline))


@given(clips())
def test_rispy_reads_the_record_with_its_notes(exported: Clip) -> None:
    (record,) = rispy.loads(written("ris", exported))
    assert record["title"] == exported.title
    assert record.get("urls", record.get("url", [""])) in ([exported.url], exported.url)
    notes = record.get("notes", [])
    assert len(notes) == len(exported.annotations)
    for note, each in zip(notes, exported.annotations, strict=True):
        shown = html.unescape(re.sub(r"<[^>]*>", "", note.replace("<br>", "\n")))
        quote = "".join(paragraph.text for paragraph in each.paragraphs)
        assert "".join(shown.split()).startswith("".join((quote + each.note).split()))


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("", ()),
        ("Ada Møller", (("Møller", "Ada"),)),
        ("Ada Møller, Bob Lee and Eve", (("Møller", "Ada"), ("Lee", "Bob"), ("Eve", ""))),
        ("Møller, Ada", (("Møller", "Ada"),)),
        ("Reuters & Ada Møller", (("Reuters", ""), ("Møller", "Ada"))),
        ("The desk for foreign affairs", (("The desk for foreign affairs", ""),)),
        ("山田 太郎; 佐藤", (("山田 太郎", ""), ("佐藤", ""))),
    ],
)
def test_names_are_split_only_where_that_is_certain(byline: str, names: tuple[tuple[str, str], ...]) -> None:
    assert tuple(map(split_name, authors(byline))) == names
