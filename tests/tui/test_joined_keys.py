"""A text that is pasted as keys is inserted at once, and has the effects of its keys one at a time."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from textual.widgets import Input, TextArea

from tests.counts import examples
from tests.tui.conftest import case
from tui_reader.storage.replication.replica import state_folder
from tui_reader.tui.widgets.line_edit import LineEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.tui.conftest import Start

WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do"
LONG = " ".join([WORDS] * 165)[:9_996] + " end"
FIELDS = {
    "note": "enter ) a",
    "note on the article": "enter g n",
    "tags": "t",
    "search in the article": "enter /",
    "search in the help": "? /",
    "query": "/",
    "filter of annotations": "enter ) H A /",
    "command line": ":",
    "details": "i",
    "choice of a theme": ": t h e m e enter",
}
"""The keys that open each kind of text field, from the list."""
EDITING = ("backspace", "left", "right", "home", "end", "tab", "delete", "ctrl+w", "up", "down")
LETTERS = ("j", "k", "s", "é", "漢", "👩", "\u200d", "🚀", "e\u0301"[1], ",", "space")
"""Characters that are typed; as commands, those of the keyboard move the cursor and star an article."""


def cursor_and_text(reader: Any) -> tuple[object, str]:
    """Return the cursor and the text of the field in which text is typed; nothing if there is none."""
    field, query = reader.app.focused, getattr(reader.app.screen, "query_typing", None)
    if isinstance(field, TextArea):
        return field.cursor_location, field.text
    if isinstance(field, Input):
        return field.cursor_position, field.value
    return (query.bar.edit.cursor, query.bar.edit.text) if query is not None and query.bar.is_open else (None, "")


def typed(reader: Any) -> str:
    """Return the text of the field in which text is typed."""
    return cursor_and_text(reader)[1]


def listed(reader: Any) -> tuple[object, ...]:
    """Return the listed articles, and the one under the cursor."""
    headlines = reader.app.reading.state.panes.headlines
    return headlines.current, *headlines.ids


@pytest.fixture
def insertions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Record the length of each text that a field inserts."""
    lengths: list[int] = []
    edit, replace, insert = TextArea.edit, Input.replace, LineEdit.insert

    def edits(self: Any, given: Any) -> Any:
        lengths.append(len(given.text))
        return edit(self, given)

    def replaces(self: Any, text: str, *given: int) -> None:
        lengths.append(len(text))
        replace(self, text, *given)

    def inserts(self: Any, text: str) -> bool:
        lengths.append(len(text))
        return insert(self, text)

    monkeypatch.setattr(TextArea, "edit", edits)
    monkeypatch.setattr(Input, "replace", replaces)
    monkeypatch.setattr(LineEdit, "insert", inserts)
    return lengths


async def open_field(reader: Any, keys: str) -> None:
    await reader.returns(undoing=9)
    await reader.keys(*keys.split())


async def test_10_000_keys_are_one_insertion_in_every_field(
    start: Start, articles: Path, insertions: list[int]
) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        for name, keys in FIELDS.items():
            with case(name):
                await open_field(reader, keys)
                before = typed(reader)
                insertions.clear()
                reader.burst(*LONG)
                await reader.until(lambda: typed(reader).endswith(" end"))
                assert typed(reader) == before + LONG
                assert insertions == [len(LONG)]
                await reader.keys("escape")


async def test_a_note_of_many_lines_is_saved_with_them(start: Start, articles: Path, insertions: list[int]) -> None:
    lines = [f"line {number} of a paste" for number in range(400)]

    def is_kept() -> bool:
        return any("of a paste" in each.read_text() for each in (state_folder() / "drafts").glob("*/draft.json"))

    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await open_field(reader, FIELDS["note"])
        reader.burst(*[key for each in lines for key in (*each, "enter")], *"the end")
        await reader.sees("line 399 of a paste", "the end")
        assert len(insertions) == 1
        await reader.until(is_kept)
        reader.burst(*" of it", "escape", "j", "j")
        await reader.until(lambda: not reader.app.reading.typing)
        assert [each.note for each in reader.library.annotations.all()] == ["\n".join([*lines, "the end of it"])]
        await reader.until(lambda: not is_kept())


async def test_undo_in_a_note_takes_typed_words_together(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await open_field(reader, FIELDS["note"])
        for piece in ("o", "ne", " ", "two th", "ree"):
            await reader.types(piece)
        reader.burst("enter", *LONG)
        await reader.until(lambda: typed(reader) == f"one two three\n{LONG}")
        await reader.types(" four")
        for text in (f"one two three\n{LONG}", "one two three", ""):
            await reader.keys("ctrl+z")
            assert typed(reader) == text
        for text in ("one two three", f"one two three\n{LONG}", f"one two three\n{LONG} four"):
            await reader.keys("ctrl+y")
            assert typed(reader) == text
        await reader.keys("escape")


async def test_a_key_that_ends_the_typing_ends_the_joining(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.returns()
        reader.burst(
            "t", *"new tag", "enter", "j", "t", *"other", "escape", "s", "j", ":", *"star", "enter", "/", *"be"
        )
        await reader.sees("1 article · “be…”")
        await reader.keys("enter")
        rows = {row.title.split()[0]: row for row in reader.library.catalogue.everything()}
        assert sorted(rows["Alpha"].tags) == ["nature", "new tag"]
        assert sorted(rows["Beta"].tags) == ["space", "tools"]
        assert [name for name, row in sorted(rows.items()) if row.state.starred] == ["Beta", "Gamma"]


KEYS = st.lists(st.one_of(st.sampled_from(LETTERS), st.sampled_from((*LETTERS, *EDITING, "enter"))), max_size=30)


def test_keys_at_once_have_the_effects_of_keys_one_at_a_time(start: Start, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} by the jk. It has a second sentence." for n in range(1, 30))

    @settings(
        max_examples=examples(60),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @example("details", ["up", "j", "down", "k", "tab", "s"])
    @example("details", ["j", "enter", "k", "shift+tab", "s"])
    @example("note", [*"jks", "enter", "enter", *"kj", "left", "left", *"sss", "ctrl+w", "\u200d", "k", "tab", "j"])
    @example("tags", [*"jk", ",", "tab", "j", "enter", "s", "j", "j", "s"])
    @example("search in the article", [*"jk", "space", "backspace", "backspace", "k", "enter", "s"])
    @example("query", [*"jk", "space", "s", "left", "left", "backspace", "backspace", "k", "enter", "s"])
    @given(st.sampled_from(list(FIELDS)), KEYS)
    def same(field: str, keys: Sequence[str]) -> None:
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            for title in ("alpha jk", "beta", "gamma jks"):
                Path(folder, f"{title[0]}.md").write_text(f"---\ntitle: {title}\ntags: [jk, sk]\n---\n\n{text}\n")
            one, other = (asyncio.run(effects(Path(folder), field, keys, way)) for way in ("keys", "burst"))
            assert one == other

    async def effects(folder: Path, field: str, keys: Sequence[str], way: str) -> tuple[object, ...]:
        """Type the keys, and return what is on the screen and in the library, before and after a closing escape."""
        async with start(folder, state=folder / f"{way}.json") as reader:
            await reader.sees("alpha jk", "3 unread")
            await reader.keys(*FIELDS[field].split())
            if way == "keys":
                await reader.keys(*keys)
            else:
                reader.burst(*keys)
                await reader.pilot.pause()
            # The rest of the screen is completed by threads and timers.
            seen = type(reader.app.screen).__name__, cursor_and_text(reader), listed(reader)
            await reader.keys("escape")
            rows = sorted((row.title, row.tags, row.state.starred) for row in reader.library.catalogue.everything())
            notes = sorted(each.note for each in reader.library.annotations.all())
            return seen, type(reader.app.screen).__name__, listed(reader), rows, notes

    same()
