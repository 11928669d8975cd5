"""Files with marked blocks: what a person writes into them survives every export."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.exchange.clips import clips
from tui_reader.errors import UsageError
from tui_reader.exchange import markdown, obsidian, org
from tui_reader.exchange.blocks import Block, Page, article_of, is_untouched, merge, render
from tui_reader.exchange.properties import lines_hash, properties_hash, properties_lines
from tui_reader.exchange.templates import Template

if TYPE_CHECKING:
    from tui_reader.exchange.clip import Clip
    from tui_reader.exchange.text_format import TextFormat

FORMS = {"markdown": markdown.FORM, "obsidian": obsidian.FORM, "org": org.FORM}
forms = st.sampled_from(list(FORMS.values()))


def merged(existing: str, page: Page, form: TextFormat) -> str:
    result = merge(existing, page, form.comments)
    assert result is not None
    return result.text


def page_of(*blocks: tuple[str, str], **properties: str) -> Page:
    return Page("a1", [Block(*each) for each in blocks], {"title": "Rivers", **properties})


def test_the_mark_of_an_export_is_found_in_properties_that_are_cut_off() -> None:
    front = f"---\n{'own: property' * 20}\ntui-reader: markdown a/b.md 0 1\ntitle: a\n"
    comments = markdown.FORM.comments
    assert article_of(front, comments) == "a/b.md"
    assert article_of(f"{front}---\ntext", comments) == "a/b.md"
    assert article_of(f"---\nown: a\n---\n{front}", comments) is None


@given(clips(), forms, st.booleans())
def test_exporting_unchanged_annotations_again_changes_nothing(
    exported: Clip, form: TextFormat, together: bool
) -> None:
    page = form.page_of_all([exported]) if together else form.page(exported)
    file = render(page, form.comments)
    assert merged(file, page, form) == file
    assert is_untouched(file, form.comments)
    assert article_of(file[:300], form.comments) == page.id, "within long properties, too"
    assert merged(file.replace("\n", "\r\n"), page, form) == file.replace("\n", "\r\n")


@given(clips(), clips(), forms)
def test_an_unedited_file_is_updated_to_what_a_new_export_would_be(before: Clip, after: Clip, form: TextFormat) -> None:
    page = Page("x", form.page(after).blocks, form.page(after).properties)
    file = render(Page("x", form.page(before).blocks, form.page(before).properties), form.comments)
    assert merged(file, page, form) == render(page, form.comments)


@settings(max_examples=examples(6))
@given(st.integers(), forms)
def test_what_was_written_by_hand_survives_a_hundred_exports(seed: int, form: TextFormat) -> None:
    chance = random.Random(seed)

    def random_page() -> Page:
        chosen = [each for each in range(8) if chance.random() < 0.7]
        chance.shuffle(chosen)
        texts = {each: f"quote {each}\n\nnote {chance.choice('xyz')}" for each in chosen}
        return page_of(*((f"n{each}", texts[each]) for each in chosen), source=chance.choice(("", "Desk")))

    file = render(random_page(), form.comments)
    written: list[str] = []
    for number in range(100):
        if chance.random() < 0.2:
            words = f"My own words {number}."
            written.append(words)
            lines = file.split("\n")
            ends = [i + 1 for i, line in enumerate(lines) if line == form.comments.comment("/tui-reader")]
            at = chance.choice([*ends, len(lines) - 1]) if ends else len(lines) - 1
            lines[at:at] = [words] if chance.random() < 0.5 else ["", words, ""]
            file = "\n".join(lines)
        page = random_page()
        file = merged(file, page, form)
        assert all(words in file.split("\n") for words in written)
        ids = re.findall(rf"^{re.escape(form.comments.before)}tui-reader (\S+)", file, re.MULTILINE)
        assert sorted(ids) == sorted(block.id for block in page.blocks)
        assert merged(file, page, form) == file
        if not written:
            assert file == render(page, form.comments)


EDITS = {
    "note": ("note one", "note one, and more"),
    "quote": ("> one", "> one!"),
    "emptied": ("> one\n\nnote one", "\n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_block_is_kept_and_becomes_text_when_its_annotation_changes(edit: str) -> None:
    form = FORMS["obsidian"]
    page = page_of(("n1", "> one\n\nnote one"), ("n2", "> two\n\nnote two"))
    edited = render(page, form.comments).replace(*EDITS[edit])
    assert merged(edited, page, form) == edited
    other = page_of(("n1", "> one\n\nnote one"), ("n2", "> two\n\nnew note"))
    assert EDITS[edit][1] in merged(edited, other, form)
    assert "new note" in merged(edited, other, form)
    changed = page_of(("n1", "> one\n\nnote changed"), ("n2", "> two\n\nnote two"))
    result = merge(edited, changed, form.comments)
    assert result is not None
    assert (result.kept, "note changed" in result.text) == (int(edit != "emptied"), True)
    assert EDITS[edit][1] in result.text
    assert merged(result.text, changed, form) == result.text
    gone = merge(edited, page_of(("n2", "> two\n\nnote two")), form.comments)
    assert gone is not None
    assert EDITS[edit][1] in gone.text
    assert "tui-reader n1" not in gone.text


def test_blocks_that_a_person_moved_stay_where_they_were_moved() -> None:
    form = FORMS["markdown"]
    page = page_of(("n1", "one"), ("n2", "two"))
    moved = render(page_of(("n2", "two"), ("n1", "one")), form.comments)
    order = render(page, form.comments).split("\n")[1].rsplit(" ", 1)[1]
    file = re.sub(r"(tui-reader: .* )\w+", rf"\g<1>{order}", moved, count=1)
    for text in ("two", "changed", "again"):
        file = merged(file, page_of(("n1", "one"), ("n2", text), ("n3", "three")), form)
        assert re.findall(r"tui-reader (n\d)", file) == ["n2", "n3", "n1"]
        assert text in file


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My own notes\n",
        "---\ntitle: Mine\n---\n\ntext\n",
        "---\ntui-reader: obsidian other 00000000 00000000\n---\n",
        "---\ntui-reader: org a1 00000000 00000000\n---\n",
        "text\n---\ntui-reader: obsidian a1 00000000 00000000\n---\n",
        "%% tui-reader-export obsidian a1 00000000 %%\n",
    ],
)
def test_a_file_without_our_mark_is_not_recognized_as_an_export(text: str) -> None:
    assert merge(text, page_of(("n1", "one")), FORMS["obsidian"].comments) is None


def test_a_block_that_lost_its_end_becomes_text() -> None:
    form = FORMS["obsidian"]
    page = page_of(("n1", "one"), ("n2", "two"))
    file = render(page, form.comments).replace("one\n%% /tui-reader %%\n", "one, mine\n", 1)
    again = merged(file, page, form)
    assert "one, mine\n" in again
    assert merged(again, page, form) == again
    assert "tui-reader n2" in again


def test_properties_that_were_added_stay_and_tags_are_joined() -> None:
    form = FORMS["obsidian"]
    page = Page("a1", [Block("n1", "one")], {"title": "A: b", "date": "2026-06-05", "tags": ["nato"]})
    file = render(page, form.comments)
    requoted = file.replace('title: "A: b"', "title: 'A: b'").replace("tui-reader: ", 'tui-reader: "', 1)
    requoted = re.sub(r'^(tui-reader: ".*)$', r'\1"', requoted, count=1, flags=re.MULTILINE)
    assert is_untouched(requoted, form.comments)
    touched = file.replace("title:", "status: done\ntitle:").replace("  - nato\n", "  - nato\n  - mine\n")
    new = Page("a1", [Block("n1", "one")], {"title": "C", "url": "https://e.org", "tags": ["nato", "sea"]})
    again = merged(touched, new, form)
    for line in ("status: done", 'title: "A: b"', 'url: "https://e.org"', "  - nato\n  - mine\n  - sea"):
        assert f"\n{line}\n" in again
    assert merged(again, new, form) == again


@given(
    st.dictionaries(st.sampled_from(("title", "author", "tags")), st.text() | st.lists(st.text(min_size=1)), max_size=3)
)
def test_the_hash_of_properties_is_that_of_their_lines(properties: dict[str, str | list[str]]) -> None:
    assert lines_hash(properties_lines(properties)) == properties_hash(properties)


@given(clips(), forms)
def test_a_note_that_imitates_a_block_mark_is_not_read_as_one(exported: Clip, form: TextFormat) -> None:
    marks = "\n".join(form.comments.comment(each) for each in ("tui-reader n9 00000000", "/tui-reader"))
    page = Page("a1", [Block("n1", f"> one\n\n{marks}\nafter"), Block("n2", "two")])
    file = render(page, form.comments)
    assert is_untouched(file, form.comments)
    assert merged(file + "mine\n", page, form) == file + "mine\n"


WRONG = {
    "{{titel}}": "line 1: {{titel}} is no field",
    "a\n{{quote}}": "line 2: {{quote}} stands outside the loop",
    "{{#annotations}}\n{{note}}": "line 1: {{#annotations}} has no end",
    "{{/annotations}}": "line 1: {{/annotations}} ends no loop",
    "a\n\n{{title.__class__}}": "line 3: {{title.__class__}} is no field",
    "{{#annotations}}\n{{/annotations}}\n{{#annotations}}\n{{/annotations}}": "line 3: there is a second",
    "{{title": "line 1: double braces",
    "x {{#annotations}} y": "line 1: {{#annotations}}",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_template_is_an_error_with_its_line(text: str) -> None:
    with pytest.raises(UsageError) as error:
        Template(text)
    assert WRONG[text] in error.value.message


def test_a_template_leaves_out_lines_without_values_and_repeats_what_stands_before_a_value() -> None:
    template = Template(
        "# {{title}}\n\n{{about}}\n\n{{#annotations}}\n> {{quote}}\n\n- {{note}}\n{{/annotations}}\nend"
    )
    assert template.head({"title": "T", "about": ""}) == "# T"
    assert template.annotation({"quote": "a\n\nb", "note": "x\ny"}) == "> a\n>\n> b\n\n- x\n  y"
    assert template.annotation({"quote": "a", "note": ""}) == "> a"
    assert template.tail({}) == "end"
