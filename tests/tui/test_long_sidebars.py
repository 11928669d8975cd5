"""Keywords and sources of which a library has many: the first ones stand in the sidebar, the others on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui_reader.services.articles import bulk_states
from tui_reader.tui.widgets.tag_sidebar import SHOWN, Section

if TYPE_CHECKING:
    from pathlib import Path

    from tests.tui.conftest import Reader, Start
    from tui_reader.tui.widgets.tag_sidebar import TagSidebar


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Make a folder of twenty pages, each from a site and with a keyword of its own, and two common keywords."""
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(20):
        (folder / f"page-{number:02}.md").write_text(
            f"---\ntitle: Page {number:02}\ndate: 2026-11-{number + 1:02}\nsource: site {number:02}\n"
            f"tags: [keyword {number:02}, every page{', half of them' * (number % 2)}]\n---\n\nWords of {number}.\n",
            encoding="utf-8",
        )
    return folder


def sidebar_of(reader: Reader) -> TagSidebar:
    return reader.app.reading.state.panes.sidebar


def names(reader: Reader, section: Section) -> list[str]:
    """Return the names that a section shows; `…` for the row of its rest."""
    entries = [entry for entry in sidebar_of(reader)._entries if entry.section is section]
    return ["…" if entry.is_rest else entry.name for entry in entries[1:]]


async def go_to(reader: Reader, section: Section, name: str) -> None:
    """Move the cursor of the sidebar to a name, or to the row of a section's rest."""
    await reader.keys("g", "g")
    for _ in range(sidebar_of(reader).count):
        entry = sidebar_of(reader).current
        assert entry is not None
        if entry.section is section and ("…" if entry.is_rest else entry.name) == name:
            return
        await reader.keys("j")
    raise AssertionError(name)


async def test_the_sidebar_shows_the_most_frequent_names_and_others_on_demand(start: Start, pages: Path) -> None:
    async with start(pages, size=(120, 60)) as reader:
        await reader.sees("20 · newest first", "every page", "… 12 more", "… 14 more")
        tags = names(reader, Section.TAGS)
        assert tags == ["every page", "half of them", *[f"keyword {n:02}" for n in range(SHOWN - 2)], "…"]
        assert len(names(reader, Section.SOURCES)) == SHOWN + 1
        await reader.keys("h")
        await go_to(reader, Section.TAGS, "…")
        await reader.keys("enter")
        await reader.until(lambda: len(names(reader, Section.TAGS)) == 23)
        assert sidebar_of(reader).current == sidebar_of(reader)._entries[-1]
        await reader.sees("keyword 19", "… fewer")
        await reader.keys("enter")
        await reader.until(lambda: "keyword 19" not in names(reader, Section.TAGS))
        assert names(reader, Section.TAGS) == tags
        assert len(names(reader, Section.SOURCES)) == SHOWN + 1


async def test_a_rare_name_that_filters_the_list_has_a_row_in_the_sidebar(start: Start, pages: Path) -> None:
    async with start(pages, size=(120, 60)) as reader:
        await reader.sees("20 · newest first")
        await reader.enters("/", 'tag:"keyword 18" source:"site 18"')
        await reader.sees("+ keyword 18", "›site 18")
        assert "keyword 19" not in names(reader, Section.TAGS)
        await reader.keys("g", "c")
        await reader.until(lambda: "keyword 18" not in names(reader, Section.TAGS))


async def test_a_single_further_name_is_listed_instead_of_a_row_for_more(start: Start, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(SHOWN + 2):
        text = f"---\ntitle: Page {number}\ntags: [k{number:02}]\n---\n\nWords.\n"
        (folder / f"page-{number}.md").write_text(text, encoding="utf-8")
    every = [f"k{number:02}" for number in range(SHOWN + 2)]
    async with start(folder, size=(120, 60)) as reader:
        await reader.sees("… 2 more")
        for query in ("tag:k09", " tag:k08"):
            await reader.enters("/", query)
            await reader.sees("+ k09")
            assert names(reader, Section.TAGS) == every
            assert sum(entry.section is Section.TAGS for entry in sidebar_of(reader)._entries) == 1 + len(every)


async def test_the_readers_own_tags_are_always_shown_first(start: Start, pages: Path) -> None:
    async with start(pages, size=(120, 60)) as reader:
        await reader.sees("20 · newest first")
        await reader.enters(":", "tag +zebra +yak")
        await reader.sees("yak")
        assert names(reader, Section.TAGS)[:4] == ["yak", "zebra", "every page", "half of them"]
        more = " ".join(f"+own{number:02}" for number in range(SHOWN))
        await reader.enters(":", f"tag {more}")
        await reader.until(lambda: "own07" in names(reader, Section.TAGS))
        assert names(reader, Section.TAGS) == [*[f"own{n:02}" for n in range(SHOWN)], "yak", "zebra", "…"]


async def test_few_names_are_listed_without_a_row_for_more(start: Start, articles: Path) -> None:
    async with start(articles) as reader:
        await reader.sees("Space desk", "nature")
        assert "…" not in [*names(reader, Section.TAGS), *names(reader, Section.SOURCES)]


async def test_counts_follow_a_change_of_many_articles(
    start: Start, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_states, "MANY", 2)
    async with start(pages, size=(120, 60)) as reader:
        await reader.sees("every page", "half of them")
        for key, shown in (("e", []), ("u", [20, 10])):
            await reader.keys("*", key)
            await reader.last_row_shows("20 articles")
            entries = sidebar_of(reader)._entries
            assert [entry.articles for entry in entries if entry.name in ("every page", "half of them")] == shown
