"""A list of many annotations reads only the visible ones, with the article annotated last on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.config import Settings
from tui_reader.services.headless.session import library_of, read_document

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.tui.conftest import Start
    from tui_reader.model.annotation import Annotation

ARTICLES, EACH = 40, 4


def annotated(folder: Path) -> None:
    """Make forty articles with four annotations each, annotated in the order of their numbers."""
    folder.mkdir()
    for number in range(ARTICLES):
        words = " ".join(f"Sentence {index} of {number}." for index in range(20))
        (folder / f"a{number:02}.md").write_text(f"# Article {number:02}\n\n{words}\n", encoding="utf-8")
    settings = Settings()
    with library_of([folder], None, settings) as library:
        for path in sorted(folder.glob("a*.md")):
            document, article = read_document(path, settings), library.article_at(path)
            assert document is not None
            assert article is not None
            starts = [document.text.index(f"Sentence {index} of") for index in range(EACH)]
            for index, start in enumerate(reversed(starts)):
                library.annotations.add(article, document, start, start + 12, note=f"note {index}")


async def test_a_long_list_reads_only_the_visible_annotations(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "many"
    annotated(folder)
    async with start(folder) as reader:
        await reader.sees("160 annotations")
        read: set[str] = set()
        of = reader.library.annotations.of

        def watched(article: str) -> tuple[Annotation, ...]:
            read.add(article)
            return of(article)

        monkeypatch.setattr(reader.library.annotations, "of", watched)
        await reader.keys("A")
        await reader.sees("160 of 160")
        titles = [line for line in reader.lines() if "Article" in line[:60]]
        assert [line.split()[1] for line in titles[:2]] == ["39", "38"]
        assert reader.text.index("note 3") < reader.text.index("note 0")
        assert len(read) < ARTICLES / 2
        await reader.keys("G")
        await reader.sees("Article 00")
        assert len(read) < ARTICLES / 2
        await reader.keys("k", "k", "k", "k")
        await reader.sees("Article 01")
        await reader.keys("/")
        await reader.types('"note 2"')
        await reader.sees("40 of 160")
        await reader.keys("enter", "x")
        await reader.sees("deleted", "39 of 159")
        await reader.keys("u", "escape")
        await reader.sees("160 of 160")
