"""The query bar: typing filters the list at once; completions, former queries and corrections are offered."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from textual import events

from tests.tui.conftest import case
from tui_reader.search.selection import GradualSelection
from tui_reader.services.articles import catalogue
from tui_reader.tui.commands.command import Pane
from tui_reader.tui.screens.reading import headline_listing
from tui_reader.tui.screens.reading.actions import query

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start


def bar(reader: Reader) -> list[str]:
    """Return the rows of the list's column, without its left margin and what stands right of it."""
    x, y, width, height = reader.app.reading.state.panes.headlines.region
    rows = reader.strips()[y : y + height]
    return [row.crop(x, x + width).text.strip() for row in rows]


async def ready(reader: Reader) -> None:
    """Wait until the words of all articles are counted."""
    await reader.until(lambda: len(reader.library.catalogue) == 3)
    await reader.sees("Alpha wolf")
    await reader.until(reader.library.query_words.prepare)
    await reader.until(lambda: reader.app.reading.state.scan is None)


async def test_a_typed_query_is_completed_and_narrows_the_list(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        assert bar(reader)[0] == "/"
        assert bar(reader)[1].startswith("3 articles · tab lists fields")
        await reader.types("tag:sp")
        rows = bar(reader)
        assert rows[0] == "/ tag:sp"
        assert rows[1].split() == ["space", "tag", "·", "2", "articles"]
        assert rows[2] == "2 articles · tagged sp…"
        assert [row for row in rows[3:] if "●" in row] == ["▎● Beta test", "● Gamma rays"]
        await reader.keys("tab")
        assert bar(reader)[:2] == ["/ tag:space", "2 articles · tagged space"]
        await reader.types("ra")
        assert bar(reader)[1].split() == ["rays", "word", "·", "1", "article"]
        await reader.sees("Paragraph 1 of Gamma")
        await reader.keys("enter")
        assert bar(reader)[0] == "INBOX tag:space ra"
        assert bar(reader)[1].split() == ["1", "article", "newest", "first"]
        assert reader.app.reading.state.pane is Pane.LIST
        await reader.keys("g", "c")
        await reader.sees("filter cleared", "3 · newest first")


@pytest.mark.parametrize("interrupted", [False, True])
async def test_a_costly_query_shows_its_first_matches_and_then_all(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    monkeypatch.setattr(catalogue, "GradualSelection", partial(GradualSelection, size=1))
    monkeypatch.setattr(headline_listing, "FIRST_SECONDS", 0)
    monkeypatch.setattr(headline_listing, "SLICE_SECONDS", 0)
    if interrupted:
        monkeypatch.setattr(query, "SLICES_PER_SECOND", 0.001)
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("j", "/")
        await reader.types("rays OR test ")
        if interrupted:
            # The article under the cursor, Beta, does not leave it because it is not evaluated yet.
            assert bar(reader)[1].startswith("searching… · “rays” or “test”")
            assert "No article" not in reader.text
            await reader.keys("enter")
        else:
            await reader.until(lambda: bar(reader)[1].startswith("2 articles · “rays” or “test”"))
            assert not reader.app.reading.listing.is_partial
            await reader.keys("enter")
        assert [row for row in bar(reader) if "●" in row] == ["▎● Beta test", "● Gamma rays"]
        assert bar(reader)[1].split() == ["2", "articles", "newest", "first"]


async def test_a_typed_letter_is_shown_before_further_matches_are_searched(
    start: Start, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slice between a letter and its frame delayed the frame by 7 ms."""
    monkeypatch.setattr(catalogue, "GradualSelection", partial(GradualSelection, size=1))
    monkeypatch.setattr(headline_listing, "FIRST_SECONDS", 0)
    monkeypatch.setattr(query, "FRAME_SECONDS", 3600)
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("rays OR test ")
        listing = reader.app.reading.listing
        reader.app.reading.query_actions._complete_list()
        assert listing.is_partial
        monkeypatch.setattr(query, "FRAME_SECONDS", 0)
        await reader.until(lambda: not listing.is_partial)


async def test_the_help_about_queries_opens_from_the_bar_and_by_name(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("tag:sp")
        await reader.keys("f1")
        await reader.sees("Queries", "WORDS", "pled*", "words that begin so: pledge, pledges, pledged")
        await reader.keys("G")
        await reader.sees("VALUES AND OTHER NAMES", "also author, from, byline", "orphan", "QUERY BAR")
        await reader.keys("q")
        assert bar(reader)[0] == "/ tag:sp", "the bar is still open"
        await reader.keys("escape", ":")
        await reader.types("help q")
        await reader.sees("what queries may contain, with examples")
        await reader.keys("enter")
        await reader.sees("Every text is a query.")
        await reader.keys("f1", "A", ":")
        await reader.types("help x")
        await reader.sees("there is no help about “x”")
        await reader.enters("backspace", "query")
        await reader.sees("Every text is a query.")


async def test_down_and_up_choose_completions_and_tab_takes_the_chosen_one(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("source:")
        assert [row.split("  ")[0] for row in bar(reader)[1:4]] == ["Space desk", "Tools", "Zoo"]
        await reader.keys("down", "ctrl+n", "up", "tab")
        assert bar(reader)[0] == '/ source:"Tools"'
        await reader.types("-source:")
        assert [row.split("  ")[0] for row in bar(reader)[1:3]] == ["Space desk", "Zoo"], "what is there is left out"
        await reader.keys("ctrl+u", "tab")
        assert reader.text.count("field") >= 6, "tab lists the fields where nothing is typed"


async def test_escape_restores_the_query_and_the_article_and_clears_it_the_second_time(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.enters("j /", "tag:space")
        assert reader.app.reading.state.panes.headlines.cursor == 0
        await reader.keys("j", "/")
        assert bar(reader)[0] == "/ tag:space"
        await reader.types(" beta")
        assert "● Gamma rays" not in "".join(bar(reader))
        await reader.keys("escape")
        assert bar(reader)[0] == "INBOX tag:space"
        await reader.sees("Paragraph 1 of Gamma")
        assert reader.app.reading.state.panes.headlines.cursor == 1
        await reader.keys("escape")
        await reader.sees("filter cleared", "3 · newest first")


async def test_up_recalls_earlier_queries_and_down_returns_to_the_typed_text(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        for query in ("beta", "tag:space", "beta"):
            await reader.enters("/ ctrl+u", query)
        assert list(reader.library.query_history.entries[:2]) == ["beta", "tag:space"]
        await reader.keys("/", "ctrl+u", "up")
        assert bar(reader)[0] == "/ beta"
        await reader.keys("up", "up")
        assert bar(reader)[0] == "/ tag:space"
        assert "2 articles" in bar(reader)[1]
        await reader.keys("down", "down")
        assert bar(reader)[0] == "/"
        await reader.keys("z", "z", "up", "up", "down", "down")
        assert bar(reader)[0] == "/ zz"
    async with start(articles) as reader:
        await ready(reader)
        reader.library.query_history.load()
        await reader.keys("/", "up", "up")
        assert bar(reader)[0] == "/ tag:space", "they are kept for the next start"


async def test_a_mistyped_query_shows_a_suggestion_that_tab_inserts(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("titel:beta")
        rows = bar(reader)
        assert rows[1].split() == ["title:beta", "did", "you", "mean?"]
        assert " ".join(rows[2:4]).strip() == "0 articles · no field “titel:”, searched as words"
        pane = "\n".join(bar(reader))
        assert "No article matches" in pane
        for said_once in ("did you mean", "no field", "titel:beta"):
            assert pane.count(said_once) == 1, pane
        await reader.keys("tab")
        assert bar(reader)[0] == "/ title:beta"
        assert "● Beta test" in "".join(bar(reader))
        await reader.types("-is:odd ")
        assert "is:odd? searched as words · unread, read," in " ".join(bar(reader)[1:3]), "before a list that is cut"


async def test_an_empty_list_shows_the_query_and_how_to_clear_it(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.enters("/", "C++ is:unraed")
        await reader.sees(
            "No article matches", "searched: “C++”, “is:unraed…”", "you mean is:unread?", "gc  clear the filter"
        )


async def test_unusual_input_is_searched_for_and_explained(start: Start, articles: Path) -> None:
    odd = ("C++", "AT&T", "10:30", "https://x.org/a?b=c", '"', "-", "OR", "(((", "a OR", "is:", "tag:,", "\u202e港")
    async with start(articles, size=(60, 20)) as reader:
        await ready(reader)
        for text in odd:
            with case(text):
                await reader.keys("/")
                await reader.types(text)
                rows = bar(reader)
                assert rows[0].startswith("/ ")
                assert any(" article" in row and " · " in row for row in rows[1:6])
                await reader.keys(*["left"] * 3, "x", "ctrl+w", "delete", "tab", "down", "up", "enter")
                assert reader.app.reading.state.pane is Pane.LIST
                await reader.returns()


async def test_pastes_are_one_line_without_control_characters(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        reader.app.post_message(events.Paste("beta\r\n\x1b[31m\x07test\x9b"))
        await reader.until(lambda: "test" in bar(reader)[0])
        assert reader.app.reading.state.query.text.split() == ["beta", "[31mtest›"]
        reader.app.post_message(events.Paste("word " * 2_000))
        await reader.until(lambda: len(reader.app.reading.state.query.text) > 9_000)
        await reader.sees("only the first 200")
        await reader.keys("home", "end", "ctrl+left", "x", "backspace", "enter")
        await reader.sees("0 of 3 articles")
        # A word of any length is searched for and said, with the way out below, as fast as a short one.
        await reader.keys("/", "ctrl+u")
        reader.app.post_message(events.Paste("x" * 10_000))
        await reader.until(lambda: len(reader.app.reading.state.query.text) == 10_000)
        await reader.keys("enter")
        await reader.sees("searched:", "xxxxx…", "gc  clear the filter")


async def test_a_small_screen_shows_the_bar_and_what_is_found(start: Start, articles: Path) -> None:
    async with start(articles, size=(60, 20)) as reader:
        await ready(reader)
        for size, most in (((60, 20), 4), ((40, 12), 2), ((30, 8), 1)):
            with case(size):
                await reader.resizes(*size)
                await reader.keys("/")
                await reader.types("is:un OR ")
                await reader.types("is:")
                rows = bar(reader)
                assert rows[0] == "/ is:un OR is:"
                assert [row.split()[0] for row in rows[1 : most + 1]] == ["unread", "read", "starred", "archived"][
                    :most
                ]
                assert rows[most + 1].startswith("3 articles")
                assert "Alpha wolf" in rows[most + 2]
                await reader.keys(*["down"] * 6)
                assert rows[1] != bar(reader)[1], "completions scroll"
                await reader.types("x" * 80)
                assert bar(reader)[0].endswith("xxx"), "the cursor stays visible"
                await reader.returns()


async def test_a_click_on_a_completion_inserts_it_and_a_click_elsewhere_keeps_the_query(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("source:")
        await reader.pilot.click("#headlines", offset=(8, 2))
        assert bar(reader)[0] == '/ source:"Tools"'
        await reader.sees("Paragraph 1 of Beta")
        await reader.pilot.click("#article", offset=(8, 9))
        await reader.until(lambda: bar(reader)[0] == 'INBOX source:"Tools"')
        assert reader.app.reading.state.pane is Pane.ARTICLE


async def test_ctrl_s_keeps_the_query_as_a_saved_search(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("tag:space")
        await reader.keys("ctrl+s")
        await reader.sees("keep this search as")
        await reader.types("Rockets")
        await reader.keys("enter")
        await reader.sees("saved the search “Rockets”")
        saved = reader.library.searches.named("Rockets")
        assert saved is not None
        assert saved.query == "tag:space"


async def test_a_note_is_found_as_soon_as_it_is_prepared(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", "a")
        await reader.types("zebra crossing")
        await reader.keys("escape", "q", "q", "/")
        await reader.types("zebra")
        await reader.until(lambda: "1 article ·" in bar(reader)[1] or "1 article ·" in bar(reader)[2])
        assert "Alpha wolf" in "".join(bar(reader))


async def test_the_order_picker_and_the_order_in_the_query_agree(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("sort:title ")
        assert "by title" in bar(reader)[1]
        await reader.keys("enter")
        assert bar(reader)[1].split("  ")[-1].strip() == "by title"
        await reader.keys("S")
        await reader.sees("Order of the headlines")
        await reader.keys(*"oldest", "enter")
        await reader.until(lambda: bar(reader)[0] == "INBOX sort:oldest")
        assert bar(reader)[1].endswith("oldest first")
        # An order counts for all alternatives, and what is written with the last one is not searched for as words.
        await reader.keys("/", "ctrl+u")
        await reader.types("alpha OR sort:title beta ")
        assert bar(reader)[1].startswith("2 articles · (“alpha” or “beta”), ")
        await reader.keys("enter", "S", *"oldest", "enter")
        await reader.until(lambda: bar(reader)[0] == "INBOX (alpha OR beta) sort:oldest")


async def test_an_unfinished_part_of_a_query_is_ignored_while_typing(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("tag:space ")
        for text in ("OR", " ", "(", "backspace", "-", '"', "backspace", "backspace", "AND", " -tag:", ' -"'):
            await (reader.keys(text) if text == "backspace" else reader.types(text))
            assert any(row.startswith("2 articles · tagged space") for row in bar(reader)[1:9]), text
        await reader.keys("ctrl+u")
        await reader.types("alpha OR -tag:")
        assert any(row == "1 article · “alpha”" for row in bar(reader)[1:9])


async def test_the_sidebar_marks_what_the_query_means_in_any_spelling(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types('tag：SPACE -tag:"Tóols" source:"space DESK" ')
        await reader.keys("enter")
        await reader.sees("+ space", "− tools", "›Space desk")
        sidebar = reader.app.reading.state.panes.sidebar
        await reader.keys("h", "G")
        assert sidebar.current is not None
        assert sidebar.current.name == "tools"
        await reader.keys("enter")
        await reader.until(lambda: bar(reader)[0] == 'INBOX tag：SPACE source:"space DESK"')
        await reader.keys("6", "k", "enter")
        await reader.until(lambda: bar(reader)[0] == "INBOX tag：SPACE")


async def test_the_filter_of_annotations_is_completed_too(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.sees("Paragraph 1 of Alpha")
        await reader.keys("enter", ")", "a")
        await reader.types(".check zebra")
        await reader.keys("escape", ")", "H", "A")
        await reader.sees("/ words of notes and highlights", "2 of 2")
        await reader.keys("/")
        await reader.types("has:n")
        await reader.sees("/ has:n", "note  ", "part", "1 of 2")
        assert "ctrl+s" not in reader.last_row
        await reader.keys("tab")
        await reader.types("-is:mov")
        await reader.pilot.click("#annotations", offset=(8, 0))
        await reader.sees("/ has:note -is:moved")
        await reader.keys("enter")
        await reader.sees("1 of 2", "zebra")
        await reader.keys("/", "ctrl+u", "escape")
        await reader.sees("/ has:note -is:moved")
        await reader.keys("escape")
        await reader.sees("2 of 2")
        # The command line of the list takes a query and the topics of the help as that of the articles does.
        await reader.keys(":")
        await reader.types("search note:zeb*")
        await reader.sees("only note with “zeb…”")
        await reader.keys("enter")
        await reader.sees("/ note:zeb*", "1 of 2")
        await reader.keys(":")
        await reader.types("search is:odd x")
        await reader.keys("enter")
        await reader.sees("No annotation matches (2 in all)", "searched: “is:odd”, “x”", "is:odd? unread, read")
        await reader.keys(":")
        await reader.types("help ")
        await reader.sees("keys", "query", "what queries may contain")


async def test_words_of_the_texts_are_found_by_a_process_and_listed_as_they_are_found(
    start: Start, articles: Path
) -> None:
    (articles / "beta.md").write_text("# Beta test\n\nA *quagga* grazes.\n", encoding="utf-8")
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("text:quag")
        await reader.until(lambda: "● Beta test" in "".join(bar(reader)))
        assert "Alpha wolf" not in "".join(bar(reader))
        await reader.until(lambda: reader.library.text_search.progress.is_complete)
        # Changed files are searched again, new ones too.
        (articles / "alpha.md").write_text("# Alpha wolf\n\nQuaggas graze.\n", encoding="utf-8")
        (articles / "delta.md").write_text("# Delta\n\nAnother quagga.\n", encoding="utf-8")
        await reader.until(lambda: bar(reader)[1].startswith("3 articles ·"))
        (articles / "alpha.md").write_text("# Alpha wolf\n\nNothing grazes.\n", encoding="utf-8")
        await reader.until(lambda: bar(reader)[1].startswith("2 articles ·"))
        assert "Alpha wolf" not in "".join(bar(reader))
        (articles / "delta.md").unlink()
        await reader.until(lambda: bar(reader)[1].startswith("1 article ·"))
        await reader.keys("ctrl+u")
        await reader.types("-text:quagga ")
        await reader.until(lambda: "2 articles" in bar(reader)[1])
        assert "Beta test" not in "".join(bar(reader))
        await reader.keys("escape")
        await reader.sees("3 · newest first")
        assert not reader.library.text_search.values


async def test_a_query_says_that_articles_are_still_being_read(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        reader.app.reading.state.scan = 4, 15
        await reader.keys("/")
        await reader.types("zebra")
        assert bar(reader)[1].startswith("0 articles so far · ")
        await reader.sees("No article matches yet", "Reading the folder … 4 of 15")
        await reader.keys("enter")
        await reader.sees("No article matches yet", "Reading the folder … 4 of 15", "searched: “zebra")
        await reader.last_row_shows("0 of 3 articles, and more are being read")


async def test_an_empty_list_says_that_texts_are_still_being_searched(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.enters("/", "zebra")
        await reader.sees("No article matches", "searched: “zebra")
        reader.app.reading.listing.progress = "searching texts 4 of 15"
        reader.app.reading.listing.describe()
        await reader.sees("No article matches yet", "Searching texts 4 of 15")


async def test_words_of_notes_and_quotes_are_completed(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("enter")
        await reader.sees("Paragraph 1 of Alpha wolf")
        await reader.keys(")", "a")
        await reader.types("Compare the drafts")
        await reader.keys("ctrl+s")
        await reader.sees("wrote a note")
        await reader.keys("g", "i", "/")
        await reader.types("note:comp")
        offered = reader.app.reading.state.panes.headlines.bar
        await reader.until(lambda: [(each.label, each.articles) for each in offered.completions] == [("compare", 1)])
        await reader.keys("tab", "ctrl+u")
        await reader.types("quote:fir")
        await reader.until(lambda: [each.label for each in offered.completions] == ["first"])


async def test_a_part_of_a_query_is_selected_by_keys_and_by_mouse_and_replaced(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await ready(reader)
        await reader.keys("/")
        await reader.types("wolf space")
        edit = reader.app.reading.state.panes.headlines.bar.edit
        await reader.keys("ctrl+shift+left")
        assert edit.selection == (5, 10)
        strip = reader.app.screen._compositor.render_strips()[1]
        plain, chosen = (
            next(each.style.bgcolor for each in strip if text in each.text and each.style) for text in ("wolf", "pace")
        )
        assert plain != chosen
        await reader.types("b")
        assert bar(reader)[0] == "/ wolf b"
        headlines = reader.app.reading.state.panes.headlines
        x, y = headlines.region.offset
        await reader.pilot.mouse_down(offset=(x + 3, y))
        await reader.pilot.hover(offset=(x + 3, y))
        headlines.post_message(events.MouseMove(headlines, 7, 0, 4, 0, 1, False, False, False, x + 7, y))
        await reader.pilot.pause()
        await reader.pilot.mouse_up(offset=(x + 7, y))
        assert edit.selection == (0, 4)
        await reader.types("ray")
        assert bar(reader)[0] == "/ ray b"
        await reader.pilot.click(offset=(x + 4, y))
        assert edit.selection == (1, 1)
