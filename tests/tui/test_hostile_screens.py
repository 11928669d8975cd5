"""No screen paints control characters, whatever the library, its files, the settings and the state contain."""

from __future__ import annotations

import ast
import base64
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from rich.style import Style
from textual.widgets import Input, TextArea

from tests.hostile import STORABLE, TEXTS, hostile, make_library, terminal_controls
from tests.tui.conftest import case
from tui_reader import config
from tui_reader.tui.widgets.styled_lines import Piece, clip, line, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.tui.conftest import Reader, Start

TREE = Path(config.__file__).parent / "tui"

NAME = "lib \x1b[2J\x9b\u202e\n"
PAGE = "# \x1b[2J\u202eTitle\n\n## \x9bHead\n\nWords.\n"
KEYS = """
colours = ["a", "b", "c", "d", "\\u001b[31me"]
theme = "\\u001b[31mnone"
[keys]
"\\u001b]0;owned\\u0007" = "x"
"sta\\u202er" = "s"
star = "\\u009bf"
quit = ["\\u001b", "Q"]
"""


def painted(reader: Reader) -> list[str]:
    """Return every row of the screen, after checking its width."""
    strips = reader.strips()
    assert {strip.cell_length for strip in strips} == {reader.app.size.width}
    return [segment.text for strip in strips for segment in strip]


def check(reader: Reader, where: str) -> None:
    """Fail if a segment of the screen contains a control character, or a row more than one line."""
    bad = [text for text in painted(reader) if terminal_controls(text) or "\n" in text]
    assert bad == [], where
    for each in reader.app.screen.query(Input):
        assert terminal_controls(each.value + str(each.placeholder)) == [], where
    for area in reader.app.screen.query(TextArea):
        assert terminal_controls(area.text.replace("\t", "")) == [], where


WALKS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("three panes", (), "ReadingScreen"),
    ("the command line", (":",), "CommandLine"),
    ("the command line, narrowed", (":", "s", "t"), "CommandLine"),
    ("a line with a tag", (":", *"tag +h"), "CommandLine"),
    ("the help with notices", ("?", "space", "G"), "Help"),
    ("the details", ("i", "down", "down"), "Details"),
    ("tags of an article", ("t",), "ReadingScreen"),
    ("tags, completed", ("t", ",", "h"), "ReadingScreen"),
    ("a filter by tag", ("g", "t"), "Picker"),
    ("a filter that was taken", ("g", "t", "enter", "j"), "ReadingScreen"),
    ("a filter by words", ("/", "o"), "ReadingScreen"),
    ("the order", ("S",), "Picker"),
    ("the themes", ("g", "T"), "Picker"),
    ("the sidebar", ("h", "j", "j", "j", "j", "j", "j", "j"), "ReadingScreen"),
    ("a source", ("h", *"jjjjj", "enter"), "ReadingScreen"),
    ("a tag", ("h", "G", "enter", "-"), "ReadingScreen"),
    ("an article", ("enter", ")", ")"), "ReadingScreen"),
    ("a highlight with its note", ("enter", "]", "h", "g", "h"), "ReadingScreen"),
    ("a note that is edited", ("enter", "]", "h", "a"), "ReadingScreen"),
    ("tags of a highlight", ("enter", "]", "h", "t"), "ReadingScreen"),
    ("a note on the article", ("enter", "g", "n"), "ReadingScreen"),
    ("zen", ("enter", "z"), "ReadingScreen"),
    ("the outline", ("enter", "T"), "Picker"),
    ("what has changed", ("enter", "g", "d"), "ReadingScreen"),
    ("what has changed, next", ("enter", "g", "d", "]", "c"), "ReadingScreen"),
    ("a bookmark", ("enter", "'", "q"), "ReadingScreen"),
    ("a quote as", ("enter", ")", "g", "y"), "Picker"),
    ("find", ("enter", "/", "w", "enter"), "ReadingScreen"),
    ("a key that is none", ("X",), "ReadingScreen"),
    ("a star and its undo", ("s", "u", "ctrl+r"), "ReadingScreen"),
    ("an original", ("o",), "ReadingScreen"),
    ("a link that is copied", ("Y",), "ReadingScreen"),
    ("all annotations", ("A", "j", "j"), "AnnotationsScreen"),
    ("the last annotations", ("A", "G", "k", "k", "k"), "AnnotationsScreen"),
    ("annotations, filtered", ("A", "/", *"tag:h"), "AnnotationsScreen"),
    ("annotations with a filter that means nothing", ("A", "/", *"is:x", "enter"), "AnnotationsScreen"),
    ("an annotation that is edited", ("A", "j", "e"), "AnnotationsScreen"),
    ("tags of an annotation", ("A", "j", "t"), "AnnotationsScreen"),
    ("an annotation that is deleted", ("A", "j", "x", "u"), "AnnotationsScreen"),
    ("several annotations", ("A", "*", "t"), "AnnotationsScreen"),
    ("an orphan", ("A", "n", "r"), "Picker"),
    ("notes of a gone article for another", ("A", "G", "r"), "AnnotationsScreen"),
    ("annotations of the article", ("enter", "g", "a"), "AnnotationsScreen"),
)
"""The screens to check: a name, the keys that lead there from the list of articles, and the class of the screen."""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Make a library whose state, folder and files contain control characters."""
    folder = tmp_path / NAME
    make_library(folder, STORABLE)
    (folder / os.fsdecode(b"caf\xe9\x1b[31m\x9b.md")).write_text(
        "# \x1b[2J\u202eTitle\n\n## \x9bHead\n\nWords.\n", "utf-8"
    )
    return folder


def hostile_settings(tmp_path: Path) -> tuple[config.Settings, tuple[str, ...]]:
    """Return settings with control characters in their names, and the warnings about them."""
    file = tmp_path / "config.toml"
    file.write_text(KEYS, "utf-8")
    return config.load(file)


@pytest.mark.parametrize("size", [(50, 14), (140, 40)])
async def test_no_row_of_a_screen_contains_control_characters(
    library: Path, tmp_path: Path, start: Start, size: tuple[int, int]
) -> None:
    settings, _ = hostile_settings(tmp_path)
    async with start(library, size=size, settings=settings) as reader:
        await reader.until(lambda: len(reader.library.catalogue) == 3 and reader.library.annotations.total > 5)
        await reader.until(lambda: reader.app.reading.state.panes.article.document is not None)
        check(reader, "the start")
        for where, keys, screen in WALKS:
            if (len(where) % 3 == 0) is not (size == (50, 14)):
                continue
            with case(where):
                for key in keys:
                    await reader.keys(key)
                    check(reader, f"after {key}")
                await reader.until(lambda: type(reader.app.screen).__name__ == screen)  # noqa: B023 - called at once
                if reader.app.reading.is_typing_query:
                    await reader.until(lambda: reader.library.query_words.is_ready)
                check(reader, "at the end")
                await reader.returns()


async def test_warnings_and_key_names_contain_no_control_characters(
    library: Path, tmp_path: Path, start: Start
) -> None:
    settings, warnings = hostile_settings(tmp_path)
    async with start(library, settings=settings) as reader:
        app = reader.app
        await reader.until(lambda: app.reading.is_wired)
        app._notices = [*warnings, *app.notices, *TEXTS, f"{'word ' * 60}\n\x1b[31m\u202e"]
        app.reading.state.say(" · ".join(app.notices), bad=True)
        await reader.pilot.pause()
        check(reader, "the last row")
        await reader.keys("?")
        for _ in range(6):
            check(reader, "the help")
            await reader.keys("space")
        assert any("owned" in notice for notice in app.notices)


async def test_error_messages_contain_no_control_characters(articles: Path, start: Start) -> None:
    async with start(articles) as reader:
        await reader.until(lambda: reader.app.reading.is_wired)
        state = reader.app.reading.state
        for text in TEXTS:
            for say in (state.say, state.refuse, state.say_also):
                say(f"{text} cannot be opened: {text}")
                await reader.pilot.pause()
                check(reader, f"the last row: {text!r}")
            state.panes.top.show(text, [text, "2 unread"], warning=text)
            state.panes.status.show_hints((), typed=text)
            await reader.pilot.pause()
            check(reader, f"the bars: {text!r}")


async def test_no_escape_character_is_copied_to_the_clipboard(articles: Path, start: Start) -> None:
    """An escape sequence ends a paste in the shell, and the rest of it would run as a command."""
    sent: list[str] = []
    async with start(articles) as reader:
        await reader.until(lambda: reader.app.reading.is_wired)
        driver: Any = reader.app._driver
        driver.write = sent.append
        for text in TEXTS:
            reader.app.reading.link_actions.copy_text(f"{text}\x1b[201~rm -rf", "it")
    codes = [each for each in sent if "]52;" in each]
    assert len(codes) == len(TEXTS)
    for code in codes:
        copied = base64.b64decode(code.split(";")[-1].rstrip("\a")).decode()
        assert terminal_controls(copied.replace("\t", "")) == []
        assert copied.endswith("[201~rm -rf")


PLAIN_STYLES = Style()


@given(hostile, hostile)
def test_a_painted_row_has_the_requested_width_and_no_control_characters(left: str, right: str) -> None:
    for width in (1, 2, 7, 40):
        strip = line(
            width, PLAIN_STYLES, [Piece(left, PLAIN_STYLES), Piece("x", PLAIN_STYLES)], [Piece(right, PLAIN_STYLES)]
        )
        assert terminal_controls(strip.text) == []
        assert "\n" not in strip.text
        assert sum(segment.cell_length for segment in strip) == width
        assert terminal_controls("".join([clip(left, width), *wrap(right, width)])) == []


MAKERS = re.compile(r"\b(?:Segment|Text|Input|TextArea|Label)\(")


def makers(tree: ast.AST) -> Iterator[str]:
    """Return the names of the functions that create what Textual paints."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
            yield each.func.id


def test_only_two_modules_create_segments_of_text() -> None:
    """Other modules go through `line` or the painter, which clean; a picture consists of one character.

    The texts of Textual's own widgets are constant or cleaned.
    """
    texts = {str(file.relative_to(TREE)): file.read_text("utf-8") for file in TREE.rglob("*.py")}
    # To parse all modules takes a second.
    found = {name: set(makers(ast.parse(text))) for name, text in texts.items() if MAKERS.search(text)}
    painting = {name for name, names in found.items() if {"Segment", "Text"} & names}
    pictures = "widgets/article_pane/painted_pictures.py"
    assert painting == {"widgets/styled_lines.py", "widgets/article_pane/painter.py", pictures}
    assert {name for name, names in found.items() if {"Input", "TextArea", "Label"} & names} == set()
