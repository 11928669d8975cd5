"""Every format for exports keeps what the table says, whatever the texts hold; read back here by other means."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from tests.exchange.clips import COLOURS, clips
from tui_reader.exchange import lossless_json
from tui_reader.exchange.clip import Clip, clip
from tui_reader.exchange.registry import EXPORTS, FORMATS, Kept, find_export
from tui_reader.model.annotation import Annotation, PlaceState
from tui_reader.model.article import Article, Headline, Metadata, ReadingState


def written(form: str, *exported: Clip) -> str:
    text = find_export(form).write(exported)
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("form", [each.id for each in EXPORTS])
def test_every_format_exports_an_empty_selection_and_an_article_without_notes(form: str) -> None:
    assert isinstance(find_export(form).write(()), str | bytes)


def test_the_ids_of_formats_differ_and_each_is_for_exports_or_for_quotes() -> None:
    assert len({each.id for each in FORMATS}) == len(FORMATS)
    assert all(each.suffix or each.quote_example for each in FORMATS)
    assert [each.id for each in FORMATS if each.keeps == frozenset(Kept)] == ["json"]
    with pytest.raises(ValueError, match="haiku"):
        find_export("haiku")


@given(clips())
def test_annotations_are_in_the_order_of_the_text(exported: Clip) -> None:
    starts = [each.where.start for each in exported.annotations if each.where.start is not None]
    assert starts == sorted(starts)
    kinds = [bool(each.quote) for each in exported.annotations]
    assert kinds == sorted(kinds)


@given(clips())
def test_exported_offsets_delimit_the_quote_in_code_points_and_in_utf_16(exported: Clip) -> None:
    document = exported.document
    assert document is not None
    units = document.text.encode("utf-16-le")
    for each in exported.annotations:
        where = each.where
        if where.start is None:
            assert not each.quote or each.state in {PlaceState.ORPHAN, PlaceState.AMBIGUOUS}
            continue
        assert where.utf16_start is not None
        assert where.utf16_end is not None
        assert document.text[where.start : where.end] == each.quote
        assert units[2 * where.utf16_start : 2 * where.utf16_end].decode("utf-16-le") == each.quote
        assert "".join("".join(p.text for p in each.paragraphs).split()) == "".join(each.quote.split())


@given(clips())
def test_json_is_lossless(exported: Clip) -> None:
    (back,) = lossless_json.read(written("json", exported))
    assert back.headline == exported.headline
    assert back.annotations == exported.annotations
    assert back.file == exported.file


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": "tui-reader-export", "version": 2}', "no"])
def test_json_of_other_programs_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        lossless_json.read(text)


@given(clips())
def test_w3c_keeps_the_documented_fields_and_fits_the_annotation_model(exported: Clip) -> None:
    collection = json.loads(written("w3c", exported))
    assert collection["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    assert (collection["type"], collection["first"]["type"]) == ("AnnotationCollection", "AnnotationPage")
    assert collection["total"] == len(collection["first"]["items"]) == len(exported.annotations)
    for item, each in zip(collection["first"]["items"], exported.annotations, strict=True):
        assert item["type"] == "Annotation"
        assert item["id"] == f"urn:uuid:{each.id}"
        bodies = item.get("body", [])
        assert {body["type"] for body in bodies} <= {"TextualBody"}
        values: dict[str, list[str]] = {}
        for body in bodies:
            values.setdefault(body["purpose"], []).append(body["value"])
        assert values.get("commenting", []) == [each.note] * bool(each.note)
        assert values.get("tagging", []) == list(each.tags)
        assert values.get("classifying", []) == [each.colour_name] * bool(each.colour_name)
        assert item["tuir:state"] == each.state
        assert item.get("tuir:headings", []) == list(each.where.headings)
        assert [item.get("created", ""), item.get("modified", "")] == [each.created, each.updated]
        target = item["target"]
        source = target.get("source", target)
        assert source["dc:title"] == exported.title
        assert source.get("dc:creator", "") == exported.byline
        assert source.get("dc:publisher", "") == exported.source
        assert source.get("dc:date", "") == exported.date
        assert source.get("dc:subject", []) == list(exported.tags)
        assert re.fullmatch(r"(https?|urn):\S+", source["id"])
        if each.quote:
            quote, *positions = target["selector"]
            assert quote == {
                "type": "TextQuoteSelector",
                "exact": each.quote,
                "prefix": each.prefix,
                "suffix": each.suffix,
            }
            expected = [{"type": "TextPositionSelector", "start": each.where.start, "end": each.where.end}]
            assert positions == (expected if each.where.start is not None else [])


@given(clips())
def test_an_export_for_the_hypothesis_service_keeps_the_documented_fields(exported: Clip) -> None:
    document = exported.document
    assert document is not None
    units = document.text.encode("utf-16-le")
    export = json.loads(written("hypothesis", exported))
    assert set(export) == {"export_date", "export_userid", "client_version", "annotations"}
    for item, each in zip(export["annotations"], exported.annotations, strict=True):
        assert (item["id"], item["text"]) == (each.id, each.note)
        assert item["tags"][: len(each.tags)] == list(each.tags)
        lost = each.state in {PlaceState.ORPHAN, PlaceState.AMBIGUOUS}
        assert item["tags"][len(each.tags) :] == [str(each.state)] * lost
        assert item["document"] == {"title": [exported.title]}
        assert item["created"][:26] == each.created[:26]
        (target,) = item["target"]
        assert item["uri"] == target["source"]
        selectors = {selector["type"]: selector for selector in target.get("selector", [])}
        if each.quote:
            assert selectors["TextQuoteSelector"]["exact"] == each.quote
            assert selectors["TextQuoteSelector"]["suffix"] == each.suffix
        if each.where.start is not None:
            place = selectors["TextPositionSelector"]
            assert units[2 * place["start"] : 2 * place["end"]].decode("utf-16-le") == each.quote


def inline_text(token: Any) -> str:
    """Return the text that a paragraph of Markdown shows."""
    return "".join(
        "\n" if child.type in {"hardbreak", "softbreak"} else child.content
        for child in token.children
        if child.type in {"text", "text_special", "hardbreak", "softbreak"}
    )


def quotes_shown(text: str) -> list[list[str]]:
    """Return the paragraphs of each block quote at the top, as a renderer of Markdown shows them."""
    found: list[list[str]] = []
    depth = 0
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        depth += token.type == "blockquote_open"
        depth -= token.type == "blockquote_close"
        if token.type == "blockquote_open" and depth == 1:
            found.append([])
        elif depth and token.type == "inline":
            assert {child.type for child in token.children or ()} <= {"text", "text_special", "hardbreak", "softbreak"}
            found[-1].append(inline_text(token))
        elif depth and token.type == "fence":
            found[-1].append(token.content.removesuffix("\n"))
    return found


def without_note(clip: Clip) -> Clip:
    """Return a clip without the notes, which are Markdown and so may hold quotations of their own."""
    plain = [each._replace(annotation=each.annotation._replace(note="")) for each in clip.annotations]
    return Clip(clip.headline, plain)


@given(clips())
def test_markdown_shows_each_quote_letter_by_letter(exported: Clip) -> None:
    bare = without_note(exported)
    for form in ("markdown", "obsidian"):
        shown = quotes_shown(written(form, bare))
        expected = [[p.text for p in each.paragraphs] for each in bare.annotations if each.quote]
        assert [[_spaces(p) for p in quote] for quote in shown] == [[_spaces(p) for p in quote] for quote in expected]


def _spaces(text: str) -> str:
    """Return a text with a blank for each empty line within a paragraph, which a line break needs."""
    return "\n".join(line or " " for line in text.split("\n"))


@given(clips())
def test_an_obsidian_export_keeps_the_documented_fields(exported: Clip) -> None:
    text = written("obsidian", exported)
    at = 0
    for each in exported.annotations:
        block = text[at:]
        if each.quote:
            at += block.index(f"\n\n^{each.id}\n")
            block = text[at:]
        if each.note and "<!--" not in each.note:
            note = each.note.strip("\n")
            at += block.index(note) + len(note)
            block = text[at:]
        details = block.split("\n\n")[1 if block.startswith("\n\n") else 0] if block.strip() else ""
        for word in (each.colour_name, *("#" + re.sub(r"\W", "-", tag).strip("-") for tag in each.tags)):
            assert word in block
        assert each.state == "anchored" or str(each.state) in block, details


@given(clips())
def test_org_keeps_every_line_and_no_line_ends_a_quote(exported: Clip) -> None:
    text = written("org", exported)
    for name in ("begin", "end"):
        assert len(re.findall(rf"^#\+{name}_quote$", text, re.MULTILINE)) == sum(
            bool(a.quote) for a in exported.annotations
        )
    stars = re.findall(r"^(\*+) ", text, re.MULTILINE)
    assert stars == ["*", *("**" for _ in exported.annotations)]
    blocks = re.findall(r"^#\+begin_quote\n(.*?)\n#\+end_quote$", text, re.MULTILINE | re.DOTALL)
    read = [re.sub(r"^(\s*),(?=,*(?:#\+|\*))", r"\1", block, flags=re.MULTILINE) for block in blocks]
    assert read == [each.quote_text for each in exported.annotations if each.quote]
    assert re.findall(r"^:ID: (.*)$", text, re.MULTILINE) == [exported.id, *(each.id for each in exported.annotations)]


@pytest.mark.parametrize(("form", "mark"), [("markdown", "#"), ("obsidian", "#"), ("readwise", ".")])
def test_a_tag_with_a_comma_is_one_word_in_a_line_of_text(form: str, mark: str) -> None:
    headline = Headline(Article("a", "a.md", Metadata("T")), ReadingState(), 1)
    note = Annotation("n", "a", note="why", tags=("Vienna, 1913", "rail;road", ","))
    assert f"{mark}Vienna-1913 {mark}rail-road {mark}-" in written(form, clip(headline, (note,), None, COLOURS))


@given(clips())
def test_readwise_has_a_row_for_each_annotation_and_no_formula(exported: Clip) -> None:
    rows = list(csv.DictReader(io.StringIO(written("readwise", exported), newline="")))
    assert len(rows) == len(exported.annotations)
    for row, each in zip(rows, exported.annotations, strict=True):
        assert not any(cell[:1] in "=+-@\t" for cell in row.values() if cell)
        assert row["Highlight"].removeprefix("'") == (each.quote_text or exported.title).removeprefix("'")
        tags = [word[1:] for word in row["Note"].split("\n")[0].split(" ")] if each.tags else []
        assert tags[: len(each.tags)] == [tag.replace(" ", "-") for tag in each.tags]
        assert each.note in row["Note"]


def unmarked(cell: str) -> str:
    """Return the text of HTML of one line."""
    return html.unescape(re.sub(r"<[^>]*>", "", cell.replace("<br>", "\n")))


@given(clips())
def test_anki_has_a_row_for_each_annotation_and_no_formula(exported: Clip) -> None:
    rows = [line.split("\t") for line in written("anki", exported).split("\n") if line and not line.startswith("#")]
    assert len(rows) == len(exported.annotations)
    for (guid, front, back, tags), each in zip(rows, exported.annotations, strict=True):
        assert not any(cell[:1] and cell[0] in '=+-@"' for cell in (guid, front, back, tags))
        assert guid == each.id
        assert unmarked(front) == (each.quote_text or exported.title)
        assert unmarked(back).startswith(each.note)
        assert {tag.replace(" ", "_").lstrip("=") for tag in each.tags} <= {tag.lstrip("'=") for tag in tags.split(" ")}


@given(clips())
def test_koreader_has_an_entry_for_each_annotation(exported: Clip) -> None:
    book = json.loads(written("koreader", exported))
    assert (book["title"], book["author"]) == (exported.title, exported.byline)
    read = [(e["id"], e["text"], e.get("note", ""), e.get("tags", []), e["state"]) for e in book["entries"]]
    assert read == [(a.id, a.quote_text, a.note, list(a.tags), a.state) for a in exported.annotations]
    assert len(json.loads(written("koreader", exported, exported))["documents"]) == 2


@given(clips())
def test_ris_has_one_line_a_field_and_each_note_in_full(exported: Clip) -> None:
    lines = written("ris", exported).split("\r\n")
    assert lines[-1] == ""
    fields = [line.split("  - ", 1) for line in lines[:-1]]
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]", name) for name, _ in fields)
    assert (fields[0][0], fields[-1]) == ("TY", ["ER", ""])
    notes = [value for name, value in fields if name == "N1"]
    assert len(notes) == len(exported.annotations)
    for note, each in zip(notes, exported.annotations, strict=True):
        quoted = re.findall(r"<p>(.*?)</p>", note.partition("</blockquote>")[0]) if each.quote else []
        assert [html.unescape(p.replace("<br>", "\n")) for p in quoted] == [p.text for p in each.paragraphs]


CSL_TYPES = {"article-magazine", "webpage", "document"}
CSL_FIELDS = {"id", "type", "title", "author", "container-title", "issued", "URL", "language", "keyword", "note"}


@given(clips())
def test_csl_json_fits_its_schema(exported: Clip) -> None:
    (item,) = json.loads(written("csl-json", exported))
    assert set(item) <= CSL_FIELDS
    assert item["type"] in CSL_TYPES
    for name in item.get("author", []):
        assert set(name) in ({"literal"}, {"family", "given"})
        assert all(isinstance(each, str) and each for each in name.values())
    if "issued" in item:
        (parts,) = item["issued"]["date-parts"]
        assert 1 <= len(parts) <= 3
        assert all(isinstance(part, int) for part in parts)
    assert all(each.quote_text in item["note"] and each.note in item["note"] for each in exported.annotations)


@given(clips())
def test_plain_text_has_every_quote_and_note(exported: Clip) -> None:
    text = written("plain", exported)
    assert all(each.quote_text in text and each.note in text for each in exported.annotations)


@given(clips(), clips())
def test_bibtex_keys_differ_and_braces_close(one: Clip, other: Clip) -> None:
    text = written("bibtex", one, other)
    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    keys = re.findall(r"^@\w+\{(.*),$", text, re.MULTILINE)
    assert len(keys) == 2
    assert len(set(keys)) == 2 or one.id == other.id


def test_every_format_declares_known_fields_and_every_export_keeps_the_state() -> None:
    assert all(each.keeps <= set(Kept) for each in FORMATS)
    assert all(Kept.STATE in each.keeps for each in EXPORTS), "an orphan is exported with its state"


@given(clips(most=2), clips(most=2))
def test_cached_texts_of_clips_do_not_change_later_exports(one: Clip, other: Clip) -> None:
    """A watch exports unchanged clips again, from their cached texts."""

    def fresh(each: Clip) -> Clip:
        return Clip(each.headline, each.annotations, file=each.file, load=lambda: each.document)

    for form in EXPORTS:
        form.write([other])
        form.write([other, one])
        assert form.write([one, other]) == form.write([fresh(one), fresh(other)])
