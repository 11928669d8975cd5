"""Texts of records are shown without terminal control characters, and the records stay as they were written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import STORABLE, hostile, make_library, terminal_controls
from tui_reader.model.query import FieldName, View
from tui_reader.search.edits import exact
from tui_reader.services.annotations.annotation_records import decode as decode_annotation
from tui_reader.services.annotations.annotation_records import decode_anchor
from tui_reader.services.annotations.text_snapshots import pack, unpack
from tui_reader.services.articles.article_records import decode, decode_description
from tui_reader.storage.base import ANNOTATIONS, ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services.conftest import Opener
    from tui_reader.services.library.library import Library


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a model object, without tabs, which are allowed."""
    if isinstance(value, str):
        yield value.replace("\t", "")
    elif hasattr(value, "_asdict"):
        yield from texts_in(value._asdict())
    elif hasattr(value, "items"):
        for name, each in value.items():
            yield from texts_in(name)
            yield from texts_in(each)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from texts_in(each)


FIELDS = ("title", "byline", "source", "date", "url", "opened", "finished", "edited_title", "edited_url", "edited_date")


@given(st.dictionaries(st.sampled_from(FIELDS), hostile), st.lists(hostile), hostile)
def test_fields_of_an_article_hold_no_terminal_control_characters(
    fields: dict[str, str], tags: list[str], letter: str
) -> None:
    record = fields | {"tags": tags, f"bookmark_{letter}": {"exact": letter or "x", "prefix": letter}}
    found = [*texts_in(decode(record)), *texts_in(decode_description(record))]
    assert [terminal_controls(each) for each in found if terminal_controls(each)] == []
    one_row = [*(decode(record).tags or ()), decode_description(record).title, *decode(record).edits.values()]
    assert not any("\n" in each for each in one_row)
    assert all(decode(record).tags or ("x",))


@given(st.lists(hostile, min_size=8, max_size=8), st.lists(hostile))
def test_fields_of_an_annotation_hold_no_terminal_control_characters(texts: list[str], tags: list[str]) -> None:
    anchor = {"exact": texts[0] or "x", "prefix": texts[1], "suffix": texts[2]}
    record = {
        "article": "a.md",
        "anchor": anchor,
        "attached": anchor | {"exact": texts[3] or "x"},
        "note": texts[4],
        "tags": tags,
        "created": texts[5],
        "updated": texts[6],
        "deleted": texts[7],
    }
    annotation = decode_annotation("1", record)
    assert annotation is not None
    assert [terminal_controls(each) for each in texts_in(annotation) if terminal_controls(each)] == []
    assert not annotation.is_on_article
    assert all(tag and "\n" not in tag for tag in annotation.tags)
    assert len(set(annotation.tags)) == len(annotation.tags)


@given(hostile)
def test_a_text_snapshot_is_cleaned_as_its_article(text: str) -> None:
    unpacked = unpack(pack(text))
    assert unpacked is not None
    assert terminal_controls(unpacked.replace("\t", "")) == []


@pytest.mark.parametrize("text", ["plain", "a – “b”", "e\u0301 \u00a0 \u200d \u200e", "two\n\nrows\tand a tab"])
def test_the_quote_of_a_cleaned_article_is_still_found(text: str) -> None:
    anchor = decode_anchor({"exact": text, "prefix": text, "suffix": text})
    assert anchor is not None
    assert (anchor.exact, anchor.prefix, anchor.suffix) == (text, text, text)


KEY = "0198f3a2-0000-7000-8000-000000000000"
"""The id of an annotation of the existing article."""


def with_tags(state: Path, table: str, key: str, tags: list[str]) -> None:
    """Set the tags of a record in a state file."""
    tables = json.loads(state.read_text("utf-8"))
    for record in tables[table].values():
        if record["id"] == key:
            record["tags"] = tags
    state.write_text(json.dumps(tables), "utf-8")


def stored_tags(library: Library, table: str, key: str) -> Any:
    return (library.store.get(table, key) or {}).get("tags")


RAW_TAGS = ["sea\x1b[31m", "\u202esea", "sea\x9b", "s\x00ea", "two\nwords", "  sea  "]


@pytest.mark.parametrize("raw", RAW_TAGS)
def test_a_tag_with_an_escape_is_shown_filtered_and_removed(tmp_path: Path, opened: Opener, raw: str) -> None:
    state = make_library(tmp_path / "articles", STORABLE)
    with_tags(state, "articles", "here.md", [raw, "kept"])
    library = opened(tmp_path / "articles").scanned().library
    (tag,) = set(library.catalogue.row("here.md").tags) - {"kept"}
    assert terminal_controls(tag) == []
    assert list(library.catalogue.ids(View(filter=exact(FieldName.TAG, tag)))) == ["here.md"]
    library.reading.set_tags("here.md", ["kept"])
    assert stored_tags(library, ARTICLES, "here.md") == ["kept"]
    assert library.catalogue.row("here.md").tags == ("kept",)
    library.reading.undo()
    assert sorted(stored_tags(library, ARTICLES, "here.md")) == sorted([raw, "kept"])
    library.reading.set_tags("here.md", [tag, "kept", "new"])
    assert sorted(library.catalogue.row("here.md").tags) == sorted([tag, "kept", "new"])


@pytest.mark.parametrize("raw", RAW_TAGS)
def test_a_tag_of_an_annotation_with_an_escape_is_removed(tmp_path: Path, opened: Opener, raw: str) -> None:
    state = make_library(tmp_path / "articles", STORABLE)
    with_tags(state, "annotations", KEY, [raw, "kept"])
    library = opened(tmp_path / "articles").scanned().library
    annotation = library.annotations.get(KEY)
    assert annotation is not None
    assert terminal_controls("".join(annotation.tags)) == []
    library.annotations.retag(KEY, ["kept"])
    assert stored_tags(library, ANNOTATIONS, KEY) == ["kept"]


def test_reading_a_record_does_not_change_the_state_file(tmp_path: Path, opened: Opener) -> None:
    state = make_library(tmp_path / "articles", STORABLE)
    written = json.loads(state.read_text("utf-8"))
    library = opened(tmp_path / "articles").scanned().library
    library.reading.toggle_read(["here.md"])
    for annotation in list(library.annotations.all()):
        library.annotations.recolour(annotation.id, 3)
        library.annotations.edit_note(annotation.id, "another note")
    library.close()
    kept = json.loads(state.read_text("utf-8"))
    for table, own in (("articles", ("read",)), ("annotations", ("note", "updated", "colour", "placed"))):
        before = {record["id"]: record for record in written[table].values()}
        after = {record["id"]: record for record in kept[table].values()}
        assert before.keys() <= after.keys()
        for key, record in before.items():
            expected = {n: (sorted(set(v)) if n == "tags" else v) for n, v in record.items() if n not in own}
            assert {n: sorted(after[key][n]) if n == "tags" else after[key].get(n) for n in expected} == expected
