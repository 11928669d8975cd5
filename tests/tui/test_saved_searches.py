"""Saved searches in the sidebar, and the articles up next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.tui.conftest import case
from tui_reader.config import Rule, Settings
from tui_reader.services.library.opening import open_library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Start


async def test_a_query_is_saved_listed_in_the_sidebar_changed_and_undone(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("SEARCHES", "Long reads", "This week", "With open questi")
        await reader.keys("ctrl+s")
        await reader.sees("types a query; then it can be kept")
        await reader.keys("/")
        await reader.types("tag:space")
        await reader.keys("enter", "ctrl+s")
        await reader.sees("keep this search as")
        await reader.types("Orbit")
        await reader.keys("enter")
        await reader.sees("saved the search “Orbit” · u undoes")
        await reader.sees("›Orbit           2")
        await reader.keys("g", "c")
        await reader.no_longer_sees("›Orbit")
        await reader.keys("h")
        sidebar = reader.app.reading.state.panes.sidebar
        while sidebar.current is None or sidebar.current.name != "Orbit":
            await reader.keys("j")
        await reader.sees("e edit search", "r rename", "x delete", "alt+j alt+k reorder")
        await reader.keys("r")
        await reader.keys("end", *["backspace"] * 5)
        await reader.types("Sky")
        await reader.keys("enter")
        await reader.sees("renamed the search “Orbit” to “Sky”")
        await reader.sees("Sky             2")
        await reader.keys("alt+k")
        await reader.sees("moved the search “Sky”")
        names = [each.name for each in reader.library.searches.all()]
        assert names == ["Long reads", "This week", "Sky", "With open questions"]
        await reader.keys("e", "end", *["backspace"] * 9)
        await reader.types("titel:x")
        await reader.keys("enter")
        await reader.sees("changed the search “Sky”", "there is no field “titel:”")
        await reader.keys("e", "end", *["backspace"] * 7)
        await reader.types("wolf")
        await reader.keys("enter")
        await reader.sees("changed the search “Sky”")
        await reader.sees("Sky             1")
        await reader.keys("enter")
        await reader.sees("INBOX wolf", "1 article ", "newest first", "Alpha wolf")
        await reader.keys("h", "x")
        await reader.sees("deleted the search “Sky”")
        await reader.keys("u")
        await reader.sees("undid: deleted the search “Sky”", "Sky")


async def test_a_search_that_another_window_keeps_renames_and_deletes_is_shown(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "SEARCHES", "This week")
        other = open_library([articles])
        try:
            other.searches.add("Orbit", "tag:space")
            await reader.sees("Orbit           2")
            (orbit,) = [each.id for each in other.searches.all() if each.name == "Orbit"]
            other.searches.rename(orbit, "Sky")
            await reader.sees("Sky             2")
            other.searches.edit(orbit, "wolf")
            await reader.sees("Sky             1")
            other.searches.delete(orbit)
            await reader.no_longer_sees("Sky")
        finally:
            other.close()


async def test_a_long_name_in_a_question_leaves_room_for_the_answer(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        sidebar = reader.app.reading.state.panes.sidebar
        for name in (
            "The longest name of all the saved searches",
            "\u6700\u3082\u9577\u3044\u691c\u7d22\u306e\u540d\u524d" * 3,
        ):
            with case(name):
                reader.library.searches.add(name, "tag:space")
                reader.app.reading.listing.show_searches()
                await reader.keys("h", "g", "g")
                while sidebar.current is None or sidebar.current.name != name:
                    await reader.keys("j")
                await reader.keys("e")
                await reader.types(" wolf")
                await reader.until(lambda: "… " in reader.last_row and "wolf" in reader.last_row)
                await reader.keys("escape", "l")


async def test_a_remark_leaves_room_for_the_words_searched_for(start: Start, articles: Path) -> None:
    async with start(articles, size=(40, 12)) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("enter", "/")
        await reader.types("words nowhere")
        await reader.until(lambda: "/ words nowhere" in reader.last_row and "“words" in reader.last_row)


async def test_articles_are_put_up_next_shown_in_order_and_moved(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "Gamma rays")
        await reader.keys("L")
        await reader.sees("put “Alpha wolf” up next · u undoes")
        await reader.sees("Up next         1")
        await reader.keys("j", "L", "j", "L", "g", "l")
        await reader.sees("UP NEXT", "3 · in your order")
        await reader.sees("alt+j alt+k reorder")
        before = [row.title for row in reader.library.reading.up_next()]
        await reader.keys("alt+j")
        await reader.sees(f"moved “{before[0]}” in up next")
        assert [row.title for row in reader.library.reading.up_next()] == [before[1], before[0], before[2]]
        assert reader.app.reading.state.target == reader.library.reading.up_next()[1].id
        await reader.keys("alt+j", "alt+j")
        await reader.sees("it is the last one")
        await reader.keys("L")
        await reader.sees("took", "out of up next")
        await reader.keys("g", "c", "h", "g", "g", "j", "enter", "alt+j")
        await reader.sees("INBOX", "shows the articles that can be put in order")
        assert "reorder" not in reader.last_row


async def test_other_orders_of_the_articles_up_next_are_shown_and_left(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf", "Gamma rays")
        await reader.keys("S")
        await reader.sees("Order of the headlines", "by title")
        assert "in your order" not in reader.text, "only articles up next are in an order of the user's"
        await reader.keys("escape", "G", "L", "k", "L", "k", "L", "g", "l")
        await reader.sees("UP NEXT", "3 · in your order")

        def shown() -> list[str]:
            rows = reader.library.catalogue.rows(reader.app.reading.state.panes.headlines.ids)
            return [row.title.split()[0] for row in rows]

        assert shown() == ["Gamma", "Beta", "Alpha"]
        await reader.enters("S", "by title")
        await reader.sees("sort:title")
        assert shown() == ["Alpha", "Beta", "Gamma"]
        await reader.enters("S", "in your order")
        await reader.no_longer_sees("sort:title")
        assert shown() == ["Gamma", "Beta", "Alpha"]


async def test_new_articles_are_filed_by_rules_with_a_notice_and_undone(start: Start, articles: Path) -> None:
    settings = Settings(rules=(Rule("tag:space", tag=("orbit",), star=True), Rule("titel:x", star=True)))
    async with start(articles, settings=settings) as reader:
        assert reader.app.notices[0].startswith("Filing rule “titel:x”: there is no field “titel:” · did you mean")
        await reader.sees("filed 2 articles by your rules · u undoes")
        await reader.sees("orbit         2", "★")
        (articles / "new.md").write_text("---\ntitle: New moon\ntags: [space]\n---\n\nA text.\n", encoding="utf-8")
        await reader.sees("New moon", "filed 1 article by your rules", "orbit         3")
        await reader.keys("u")
        await reader.sees("undid: filed 1 article by your rules")
        await reader.sees("orbit         2")


async def test_a_saved_search_finds_what_the_list_showed_while_its_last_word_was_typed(
    start: Start, articles: Path
) -> None:
    async with start(articles) as reader:
        await reader.sees("Alpha wolf")
        await reader.keys("/")
        await reader.types("tag:spa")
        await reader.enters("enter ctrl+s", "Far")
        await reader.sees("saved the search “Far”", "INBOX tag:spa*")
        search = reader.library.searches.named("Far")
        assert search is not None
        assert search.query == "tag:spa*"
        await reader.sees("›Far             2")
        # A search that was written elsewhere has the count of the list that it opens.
        reader.library.searches.edit(search.id, "tag:space alph")
        reader.library.searches.add("Wide", "tag:spa")
        reader.app.reading.listing.show_searches()
        reader.app.reading.listing.recount()
        await reader.until(lambda: "Far             2" not in reader.text)
        assert reader.library.search_counts.of("tag:spa") == 0
        # The state of a standing view is kept with the query, also alone.
        await reader.keys("g", "s", "ctrl+s")
        await reader.sees("keep this search as is:starred")
        await reader.keys("escape", "g", "u", "/")
        await reader.types("alpha")
        await reader.keys("ctrl+s")
        await reader.sees("keep this search as alpha is:unread")
