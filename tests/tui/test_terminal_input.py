"""The parser of the terminal's input: a paste is text, whatever it contains and however it is split."""

from __future__ import annotations

import queue
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver

from tui_reader.document.cleaning import is_clean
from tui_reader.tui.terminal_input import (
    BEGIN,
    END,
    FRAME_BEGIN,
    FRAME_END,
    InputParser,
    cleaned,
    patched_driver,
    use_input_parser,
)
from tui_reader.tui.terminal_query import TerminalAnswers, TerminalQuestion

if TYPE_CHECKING:
    from pathlib import Path

    from textual.message import Message

Start = Callable[..., AbstractAsyncContextManager[Any]]


def parsed(pieces: Iterable[str]) -> list[tuple[str, str]]:
    """Return the events of an input: keys by their names, pastes by their texts."""
    parser = InputParser()
    found = []
    for piece in pieces:
        for event in parser.feed(piece):
            if isinstance(event, events.Paste):
                found.append(("paste", event.text))
            elif isinstance(event, events.Key):
                found.append(("key", event.key))
    return found


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("a quote", "a quote"),
        ("two\rlines", "two\nlines"),
        ("log \x1b[32mINFO\x1b[0m ok", "log INFO ok"),
        ("\x1b]0;title\x07words", "words"),
        ("a \x1b\x1b|id>file\r!", "a |id>file\n!"),
        ("\x1b[200~twice", "twice"),
        ("\x07bell \u202e turned", "bell  turned"),
    ],
)
def test_a_paste_is_one_text(pasted: str, text: str) -> None:
    assert parsed([f"j{BEGIN}{pasted}{END}k"]) == [("key", "j"), ("paste", text), ("key", "k")]


def test_each_character_is_the_key_that_it_is_for_textual() -> None:
    characters = [chr(code) for code in (*range(0x400), *range(0x2000, 0x2100), 0x6F22, 0xAC00, 0x1F469, 0xE000)]
    characters.remove("\x1b")
    ours, theirs = InputParser(), XTermParser()
    for _ in range(2):  # the second time, the keys are known
        for character in characters:
            found, expected = list(ours.feed(character)), list(theirs.feed(character))
            assert [(type(each), each.key, each.character) for each in found] == [  # type: ignore[attr-defined]
                (type(each), each.key, each.character)  # type: ignore[attr-defined]
                for each in expected
            ], hex(ord(character))


def test_letters_within_a_key_sequence_that_arrives_in_pieces_are_no_keys() -> None:
    pieces = [
        "a",
        "\x1b",
        "[",
        "1;",
        "5",
        "Ab",
        "c\x1b[",
        "A",
        f"d{BEGIN[:3]}",
        BEGIN[3:],
        "ef",
        "g",
        END[:2],
        END[2:] + "h",
    ]
    assert parsed(pieces) == [
        *(("key", name) for name in ("a", "ctrl+up", "b", "c", "up", "d")),
        ("paste", "efg"),
        ("key", "h"),
    ]


@given(
    st.lists(st.text(alphabet="a\x1b[]2m0~1;\x07\r|", max_size=12).filter(lambda text: END not in text), max_size=3),
    st.data(),
)
def test_a_paste_is_never_typed_however_the_input_is_split(pastes: list[str], data: st.DataObject) -> None:
    # A part of the end marker at the end of a paste would complete a second marker.
    whole = "".join(f"j{BEGIN}{pasted.rstrip(END)}{END}" for pasted in pastes) + "k"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[low:high] for low, high in zip([0, *cuts], [*cuts, len(whole)], strict=True) if low < high]
    keys = [name for kind, name in parsed(pieces) if kind == "key"]
    assert keys == [*("j" for _ in pastes), "k"]
    assert all(is_clean(text) for kind, text in parsed(pieces) if kind == "paste")
    assert [text for kind, text in parsed(pieces) if kind == "paste" and text] == [
        text for pasted in pastes if (text := cleaned(pasted.rstrip(END)))
    ]


def test_the_app_reads_the_terminal_with_this_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    names = vars(linux_driver)
    monkeypatch.setitem(names, "XTermParser", names["XTermParser"])
    use_input_parser(linux_driver.LinuxDriver)
    assert names["XTermParser"] is InputParser


async def test_a_paste_with_key_sequences_is_text_of_the_note(start: Start, articles: Path, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "a")
        for event in InputParser().feed(f"{BEGIN}a quote \x1b\x1b|id>{proof}\r{END}"):
            reader.app.post_message(event)
        await reader.pilot.pause()
        await reader.keys("escape")
        await reader.sees("wrote a note on")
        assert not proof.exists()
        (made,) = reader.library.annotations.all()
        assert made.note == f"a quote |id>{proof}"


async def test_pasted_and_searched_texts_contain_no_control_characters(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", "/")
        reader.app.post_message(events.Paste("evil \x9b31m\x07\u202e\nwords"))
        await reader.sees("evil ›31m words")
        await reader.keys("enter")
        await reader.sees("is not in this article")
        assert is_clean(reader.text)
        await reader.keys(")", ")", "a")
        reader.app.post_message(events.Paste("red \x1b[31m\x07 ink\tand a tab"))
        await reader.sees("red [31m ink")
        assert is_clean(reader.text)
        await reader.keys("escape")
        await reader.sees("wrote a note on")
        assert "\t" not in reader.text


def test_a_key_after_an_escape_character_is_read_as_a_key_with_alt() -> None:
    parser = InputParser()
    found = [*parser.feed("\x1b)")]
    parser._timeout_time = 0.0
    found += parser.tick()
    assert [(event.key, event.character) for event in found if isinstance(event, events.Key)] == [
        ("alt+right_parenthesis", ")")
    ]


class Output:
    """A driver of Textual and its thread that writes, which keeps what is written."""

    def __init__(self) -> None:
        self._writer_thread = self
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()

    def is_alive(self) -> bool:
        return True

    def written(self) -> list[str]:
        return [self._queue.get() for _ in range(self._queue.qsize())]


@pytest.mark.skipif(sys.platform == "win32", reason="long writes fail in consoles of Windows")
def test_a_frame_is_written_at_once() -> None:
    """Each write wakes a thread, which takes the GIL from the frame."""
    made: Any = patched_driver(cast("Any", Output), TerminalQuestion(TerminalAnswers()))
    driver = made()
    for part in (FRAME_BEGIN, "rows", FRAME_END, "title", FRAME_BEGIN, FRAME_END, "bell"):
        driver.write(part)
    assert driver.written() == [f"{FRAME_BEGIN}rows{FRAME_END}", "title", f"{FRAME_BEGIN}{FRAME_END}", "bell"]
    assert (FRAME_BEGIN, FRAME_END) == (SYNC_START, SYNC_END)


class Loop:
    """An event loop that keeps the functions it is to call, and an app that keeps the messages posted to it."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []
        self.posted: list[Message] = []

    def call_soon(self, call: Callable[[], None]) -> None:
        self.calls.append(call)

    call_soon_threadsafe = call_soon

    def post_message(self, message: Message) -> None:
        self.posted.append(message)


def test_keys_that_arrive_together_wake_the_app_once_and_later_keys_wait_for_a_frame() -> None:
    made: Any = patched_driver(cast("Any", Output), TerminalQuestion(TerminalAnswers()))
    driver, loop = made(), Loop()
    driver._loop = driver._app = loop
    keys = [events.Key(letter, letter) for letter in "letters"]
    for key in keys[:3]:
        driver.send_message(key)
    assert len(loop.calls) == 1

    def posting(message: Message) -> None:
        loop.posted.append(message)
        if message is keys[0]:
            for key in keys[3:]:
                driver.send_message(key)

    loop.post_message = posting  # type: ignore[method-assign]
    loop.calls.pop()()
    assert loop.posted == keys[:3]
    assert len(loop.calls) == 1
    loop.calls.pop()()
    assert loop.posted == keys
    assert not loop.calls
    driver.send_message(keys[0])
    assert len(loop.calls) == 1


async def test_esc_and_a_quick_key_are_both_typed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", ")", "a", *"why")
        reader.app.post_message(events.Key("alt+right_parenthesis", ")"))
        await reader.sees("wrote a note on")
        (made,) = reader.library.annotations.all()
        assert made.note == "why"
        assert reader.app.reading.state.panes.article.focus.text() == "It has a second sentence."
        await reader.keys("v")
        reader.app.post_message(events.Key("alt+j", "j"))
        await reader.pilot.pause()
        assert not reader.app.reading.state.panes.article.selection.kind
