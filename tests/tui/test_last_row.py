"""The last row: the mode of a selection, continuations of half-typed keys, refusals, and how long a message stays."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pytest
from textual.geometry import Size

from tests.tui.conftest import case
from tui_reader.services.library.events import Notice, Saved, Saving, ScanFinished, ScanProgress, StoreFailed
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading import scan_progress
from tui_reader.tui.widgets import bars

if TYPE_CHECKING:
    from pathlib import Path

Start = Callable[..., AbstractAsyncContextManager[Any]]


def said(reader: Any) -> str:
    return str(reader.app.reading.state.panes.status.said)


async def begin(reader: Any) -> None:
    """Wait until the list is complete, and the text of the first article has been read."""
    state = reader.app.reading.state
    await reader.sees("Alpha wolf", "3 unread")
    await reader.until(lambda: state.panes.article.document is not None and not state.panes.article.document.partial)


# The mode


async def test_a_selection_shows_its_mode_and_its_size(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        for size in ((120, 35), (80, 24), (40, 12)):
            with case(size):
                await reader.resizes(*size)
                await reader.keys("l", "g", "g")
                await reader.sees("Paragraph 1 of Alpha")
                await reader.keys("}", "}")
                assert "SELECT" not in reader.last_row
                await reader.keys("v")
                assert "SELECT 5 words" in reader.last_row
                await reader.keys("w")
                assert "SELECT 6 words" in reader.last_row
                await reader.keys("o", "$")
                assert "SELECT" in reader.last_row
                assert "? keys" in reader.last_row
                await reader.keys("V")
                assert "SELECT 1 paragraph" in reader.last_row
                await reader.keys("2", "}")
                assert re.search(r"SELECT [23] paragraphs", reader.last_row)
                await reader.keys("escape")
                assert "SELECT" not in reader.last_row
                reader.app.reading.state.panes.article.focus.clear()


@pytest.mark.parametrize("size", [(120, 35), (40, 12)])
async def test_a_page_about_a_file_that_cannot_be_read_hints_at_the_ways_out(
    start: Start, tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "odd.md").write_bytes(b"\x00\x01" * 500)
    async with start(tmp_path, size=size) as reader:
        await reader.sees("odd.md")
        await reader.keys("enter")
        await reader.sees("odd.md cannot be read")
        await reader.until(lambda: reader.last_row.startswith(" o open outside"))
        assert "sentence" not in reader.last_row
        assert "? keys" in reader.last_row


# Half-typed keys


async def test_half_typed_keys_of_a_selection_show_what_may_follow(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("l", "}", "v")
        for size in ((120, 35), (80, 24)):
            with case(size):
                await reader.resizes(*size)
                await reader.keys("a")
                assert reader.last_row.strip().startswith("a  a note  s sentence  p paragraph  w word")
                await reader.keys("escape", "i")
                assert reader.last_row.strip().startswith("i  s sentence  p paragraph  w word")
                assert reader.last_row.count("brackets") == 1, "a command with several keys is named once"
                await reader.keys("escape")


PREFIXES = {
    Pane.SIDEBAR: ("g", "[", "]"),
    Pane.LIST: ("g", "[", "]"),
    Pane.ARTICLE: ("g", "[", "]", "c"),
    Pane.SELECTION: ("g", "c", "i"),
}
WAYS = {Pane.SIDEBAR: ["h"], Pane.LIST: [], Pane.ARTICLE: ["l", ")"], Pane.SELECTION: ["l", ")", "v"]}


async def test_a_key_that_continues_no_sequence_is_refused_and_does_not_run(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        for pane, prefixes in PREFIXES.items():
            await reader.keys(*WAYS[pane])
            for prefix, key in itertools.product(prefixes, ("z", "space", "enter", "R", "ctrl+d")):
                with case(pane, prefix, key):
                    await reader.keys(prefix, key)
                    assert said(reader) == f"no command on {prefix}{'' if len(key) == 1 else ' '}{key}"
                    assert reader.app.reading.state.context is pane
            assert "LIBRARY" in reader.text, "z hides the panes"
            assert "all read" not in said(reader)
            assert reader.library.reading.undo().steps == 0
            await reader.returns()


async def test_a_key_with_ctrl_that_has_no_command_is_refused(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        for pane in (Pane.LIST, Pane.ARTICLE):
            await reader.keys(*WAYS[pane])
            for key in ("ctrl+x", "ctrl+w", "shift+f5"):
                with case(pane, key):
                    await reader.keys(key)
                    assert said(reader) == f"no command on {key}"
            await reader.keys("ctrl+c")
            assert said(reader) == "Q quits"


async def test_a_key_that_is_not_a_letter_is_refused_where_a_letter_is_expected(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        for way, prefix in ((["l"], "m"), (["l"], "'"), ([], "'"), (["l", ")", "v"], "f")):
            await reader.keys(*way)
            context = reader.app.reading.state.context
            for key in ("enter", "tab", "ctrl+d"):
                with case(*way, prefix, key):
                    await reader.keys(prefix)
                    assert reader.last_row.strip().startswith(f"{prefix}  …")
                    await reader.keys(key)
                    assert said(reader) == f"no command on {prefix} {key}"
                    assert reader.app.reading.state.context is context
            await reader.keys(prefix, "escape")
            assert reader.app.reading.state.context is context, "esc takes back the half-typed key alone"
            await reader.returns()


async def test_a_half_typed_key_is_not_forgotten_while_its_continuations_are_read(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(articles) as reader:
        await begin(reader)
        reading, ends = reader.app.reading, []
        set_timer = reading.set_timer

        def noted(seconds: float, callback: Any = None, **options: Any) -> Any:
            ends.append(callback)
            return set_timer(seconds, callback, **options)

        monkeypatch.setattr(reading, "set_timer", noted)
        await reader.keys("g")
        assert reading.context_changed not in ends
        assert reading.state.panes.status._typed == "g"


async def test_words_typed_after_the_refused_note_key_of_a_selection_do_nothing(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        for words in ("this is good", "xvjJGzq", "eRR"):
            with case(words):
                await reader.keys("l", ")", "v")
                selected = reader.app.reading.state.panes.article.selection.range
                reader.burst("a", *(key if key != " " else "space" for key in words))
                await reader.until(lambda: "aa writes a note" in said(reader))
                await reader.pilot.pause()
                assert reader.app.reading.state.panes.article.selection.range == selected
                assert reader.app.reading.state.context is Pane.SELECTION
                await reader.keys("escape", "w")
                assert reader.app.reading.state.panes.article.selection.range != selected
                await reader.returns()


async def test_a_letter_that_labels_no_link_is_refused(start: Start, articles: Path) -> None:
    (articles / "links.md").write_text("# Links\n\n[one](beta.md) and [two](gamma.md), a [third](alpha.md)\n")
    async with start(articles) as reader:
        await reader.sees("Links")
        state = reader.app.reading.state
        await reader.until(lambda: state.headline(state.panes.headlines.current))
        while state.headline(state.panes.headlines.current).title != "Links":
            await reader.keys("j")
        await reader.keys("l", "f", "z")
        assert said(reader) == "no link on z"
        assert "LIBRARY" in reader.text


# Hints that fit


async def test_no_hint_is_shown_for_a_key_that_would_do_nothing(start: Start, articles: Path) -> None:
    async with start(articles, size=(300, 35)) as reader:
        await begin(reader)
        assert "keep search" not in reader.last_row
        assert "undo" not in reader.last_row
        await reader.keys("s")
        await reader.until(lambda: "starred" in said(reader))
        reader.app.reading.state.say("")
        await reader.until(lambda: "u undo" in reader.last_row)
        await reader.keys("u", "u")
        reader.app.reading.state.say("")
        await reader.until(lambda: "u undo" not in reader.last_row)
        await reader.keys("h")
        assert "include" not in reader.last_row
        await reader.keys("G")
        assert "+ include" in reader.last_row
        await reader.keys("l", "l")
        assert "mark" not in reader.last_row
        assert "x delete" not in reader.last_row
        await reader.keys(")", "H")
        reader.app.reading.state.say("")
        await reader.until(lambda: "x delete" in reader.last_row and "]h next mark" in reader.last_row)


async def test_the_list_of_annotations_has_hints_for_what_it_lists(start: Start, articles: Path) -> None:
    async with start(articles, size=(300, 35)) as reader:
        await begin(reader)
        await reader.keys("A")
        assert "? keys" in reader.last_row
        assert not any(each in reader.last_row for each in ("go", "edit", "delete", "attach", "colour"))
        await reader.keys("q", "l", ")", "H", ")", "H", "A")
        await reader.until(lambda: "enter go" in reader.last_row and "x delete" in reader.last_row)
        assert "r attach" not in reader.last_row, "nothing has lost its place"
        await reader.keys("*")
        await reader.until(lambda: "CHOOSE 2 annotations" in reader.last_row)
        await reader.keys("escape")
        await reader.until(lambda: "CHOOSE" not in reader.last_row)


async def test_the_last_row_of_the_list_shows_how_many_articles_are_chosen(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "3 unread")
        await reader.keys("v")
        await reader.until(lambda: "CHOOSE 1 article " in reader.last_row)
        await reader.keys("j")
        await reader.until(lambda: "CHOOSE 2 articles" in reader.last_row)
        await reader.keys("escape")
        await reader.until(lambda: "CHOOSE" not in reader.last_row)


async def test_a_message_names_only_keys_that_work_in_the_current_pane(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("l", ")", "s")
        assert said(reader) == "starred “Alpha wolf” · u undoes"
        await reader.keys("v")
        assert said(reader) == "starred “Alpha wolf”"


# How long a message stays


async def test_the_result_of_a_bulk_change_stays_visible_while_it_is_saved(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        handle = reader.app.reading.library_events.handle
        await reader.keys("R")
        result = said(reader)
        assert result.startswith("marked 3 articles as read")
        for event, activity in ((Saving(0.2), "saving…"), (Saving(0.4), "saving…"), (Saved(), "saved")):
            handle(event)
            await reader.until(lambda activity=activity: f"{result} · {activity}" in reader.last_row)
        handle(Notice("merged the changes of another window"))
        assert said(reader) == f"{result} · merged the changes of another window"


async def test_a_message_about_a_changed_file_does_not_replace_the_result_of_a_key(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("enter", "s")
        (articles / "alpha.md").unlink()
        await reader.last_row_shows("starred “Alpha wolf”", "the file is gone; the text stays as last read")


async def test_saving_hides_neither_hints_nor_messages_in_the_list_of_annotations(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        await reader.keys("l", ")", "H", "A")
        reader.app.reading.library_events.handle(Saving(0.2))
        await reader.until(lambda: "saving…" in reader.last_row and "? keys" in reader.last_row)


async def test_a_long_library_name_is_cut_to_show_the_first_count_in_full(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        top = reader.app.reading.state.panes.top
        for name, counts, row in (
            ("Sample library", ("2 highlights", "1 note"), "tui-reader  Sample lib…   2 highlights"),
            ("Sample library", ("20 highlights of 30 texts",), "tui-reader  Sample…   20 highlights o…"),
            ("w", ("1 highlight", "1 note"), "tui-reader  w     1 highlight · 1 note"),
        ):
            with case(name, counts):
                top.show(name, counts)
                assert reader.lines()[0].strip() == row


async def test_the_progress_of_a_scan_is_shown_in_the_first_row(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await begin(reader)
        handle = reader.app.reading.library_events.handle
        handle(ScanProgress(1200, 5000))
        await reader.until(lambda: "reading 1,200 of 5,000" in reader.lines()[0])
        assert said(reader) == ""
        handle(ScanFinished(3))
        await reader.until(lambda: "reading 1,200" not in reader.text)
        # A later scan, of files that came while the library is open, ends without `ScanFinished`.
        handle(ScanProgress(900, 901))
        await reader.until(lambda: "reading 900 of 901" in reader.lines()[0])
        handle(ScanProgress(901, 901))
        await reader.until(lambda: "reading 90" not in reader.text)


async def test_a_scan_of_few_files_that_takes_long_shows_its_progress(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start(articles) as reader:
        await begin(reader)
        handle = reader.app.reading.library_events.handle
        now = 100.0
        monkeypatch.setattr(scan_progress, "monotonic", lambda: now)
        handle(ScanProgress(0, 40))
        await reader.pilot.pause()
        assert "reading" not in reader.lines()[0]
        now += scan_progress.LONG_SECONDS
        handle(ScanProgress(7, 40))
        await reader.until(lambda: "reading 7 of 40" in reader.lines()[0])
        handle(ScanProgress(40, 40))
        await reader.until(lambda: "reading" not in reader.lines()[0])
        handle(ScanProgress(1, 40))
        await reader.pilot.pause()
        assert "reading" not in reader.lines()[0]


async def test_every_message_disappears_after_its_time(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row itself keeps the time, so that no caller can forget to."""
    async with start(articles) as reader:
        await begin(reader)
        row = reader.app.reading.state.panes.status
        for say in (row.say, reader.app.say, reader.app.reading.say, reader.app.reading.state.refuse):
            timers: list[tuple[float, Callable[[], None]]] = []
            set_timer = row.set_timer
            monkeypatch.setattr(row, "set_timer", lambda seconds, end, timers=timers: timers.append((seconds, end)))
            say("something was done")
            monkeypatch.setattr(row, "set_timer", set_timer)
            row._clear_timer = None
            assert row.said == "something was done"
            assert timers[0][0] <= bars.MOST_SECONDS == 6
            timers[0][1]()
            assert row.said == ""


@pytest.mark.parametrize("size", [(120, 35), (80, 24), (40, 12)])
async def test_of_many_messages_at_once_the_newest_is_shown_and_the_others_are_in_the_help(
    start: Start, articles: Path, size: tuple[int, int]
) -> None:
    texts = [f"The folder /srv/articles/{number} cannot be listed; it is left out." for number in range(10)]
    async with start(articles, size=size) as reader:
        await begin(reader)
        row, handle = reader.app.reading.state.panes.status, reader.app.reading.library_events.handle
        for text in texts:
            handle(Notice(text))
            await reader.pilot.pause()
            assert text in said(reader)
            assert row.styles.height.value <= bars.COMBINED_ROWS
        shown = sum(text in said(reader) for text in texts)
        assert said(reader) == " · ".join([*texts[10 - shown :], f"{10 - shown} more in the help"])
        rows = reader.lines()[-int(row.styles.height.value) :]
        assert "more in the help" in " ".join(" ".join(rows).split())
        await reader.keys("?")
        pages = []
        for _ in range(30):
            pages += [line.strip() for line in reader.lines()]
            await reader.keys("j", "j")
        assert all(any(f"/{number} " in f"{line} " for line in pages) for number in range(10 - shown))


async def test_an_error_stays_one_among_messages_that_follow_it(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    async with start(articles, size=(40, 12)) as reader:
        await begin(reader)
        row, handle = reader.app.reading.state.panes.status, reader.app.reading.library_events.handle
        monkeypatch.setattr(bars, "monotonic", lambda: now[0])
        handle(StoreFailed("the disk is full: changes are not saved"))
        for number in range(10):
            now[0] += 0.1
            handle(Notice(f"{number} files have been recognized as renamed"))
            await reader.pilot.pause()
            assert said(reader).startswith("the disk is full: changes are not saved · ")
            assert row._bad
        now[0] += 4  # the last notice is no longer recent, but the time of the error has not come
        handle(Notice("a late message"))
        assert said(reader) == "the disk is full: changes are not saved · a late message"
        now[0] += 8
        handle(Notice("a message of another time"))
        assert said(reader) == "a message of another time"
        assert not row._bad


async def test_messages_to_which_others_are_appended_do_not_stay_for_ever(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    async with start(articles) as reader:
        await begin(reader)
        monkeypatch.setattr(bars, "monotonic", lambda: now[0])
        for number in range(8):
            reader.app.reading.state.say_also(f"message {number}")
            now[0] += 1.0
        assert said(reader) == " · ".join(f"message {number}" for number in (4, 5, 6, 7))
        reader.app.reading.state.say_also("message 5")
        assert said(reader).endswith("message 7 · message 5")
        assert said(reader).count("message 5") == 1


def test_the_row_paints_mode_hints_message_and_activity_within_its_width() -> None:
    for width in (20, 40, 80, 120):
        row = bars.StatusBar()
        row._size = Size(width, 1)
        row.named_style = bars_style  # type: ignore[method-assign, assignment]
        row._mode, row._said, row._activity = "SELECT 23 words", "starred “A long title of an article”", "saving…"
        assert row.paint_row(0, width).cell_length == width


def bars_style(_: str) -> Any:
    from rich.style import Style

    return Style()
