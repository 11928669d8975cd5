"""The sample articles: those that a script makes are what it writes, and the book and the page are read as meant."""

from __future__ import annotations

import pytest

from scripts.make_sample_book import SAMPLES, samples
from tui_reader.document.blocks import BlockKind, Document, SpanKind
from tui_reader.document.chapters import chapters_of
from tui_reader.formats import read, resource


def read_sample(name: str) -> Document:
    return read((SAMPLES / name).read_bytes(), name)


@pytest.fixture(scope="module")
def written() -> dict[str, bytes]:
    """Return the files that the script writes."""
    return {str(path.relative_to(SAMPLES)): data for path, data in samples().items()}


WRITTEN = ("nine-stones.epub", "the-machine-that-added-waves_files/wheels.png")


@pytest.mark.parametrize("name", WRITTEN)
def test_the_script_writes_the_committed_samples(written: dict[str, bytes], name: str) -> None:
    assert written.keys() == set(WRITTEN)
    data = written[name]
    assert (SAMPLES / name).read_bytes() == data
    assert len(data) < 60_000


def test_the_book_has_chapters_pages_notes_and_pictures() -> None:
    name = "nine-stones.epub"
    document = read_sample(name)
    assert (document.error, document.notices) == ("", ())
    titles = [(each.label, each.title, each.counted) for each in document.sections]
    assert titles == [
        ("", "Nine Stones", False),
        ("I", "The Wall", True),
        ("II", "The Moon Is Late", True),
        ("III", "How to Read the Table", True),
        ("", "Notes", False),
    ]
    assert chapters_of(document).count == 3
    assert [page.label for page in document.pages] == list("123456")
    figures = [block.target for block in document.blocks if block.kind is BlockKind.FIGURE]
    data = (SAMPLES / name).read_bytes()
    assert len(figures) == 2
    assert all((resource(data, name, target) or b"").startswith(b"\x89PNG") for target in figures)
    assert sum(span.kind == "note" for span in document.spans) == 2
    assert sum(block.kind is BlockKind.TABLE for block in document.blocks) == 1


def test_the_saved_web_page_is_read_without_menus_and_footers() -> None:
    document = read_sample("the-machine-that-added-waves.html")
    metadata = document.metadata
    assert (metadata.title, metadata.byline, metadata.source) == (
        "The Machine That Added Waves",
        "The librarian",
        "Reading room",
    )
    assert metadata.date.startswith("2026-11-22")
    assert metadata.url == "https://readingroom.example/essays/the-machine-that-added-waves"
    for other in ("privacy", "Subscribe", "Most read", "Sunday letter", "comments", "All rights reserved"):
        assert other not in document.text
    kinds = {block.kind for block in document.blocks}
    assert {BlockKind.CODE, BlockKind.TABLE, BlockKind.FIGURE, BlockKind.HEADING} <= kinds
    assert "def water(hour: float) -> float:\n    return sum(" in document.text
    assert "It is the same with the noise of a street" in document.text
    assert "They let you turn the\ncrank" not in document.text


def test_the_tour_is_the_first_of_the_samples_in_a_new_library() -> None:
    dates = {}
    for path in SAMPLES.iterdir():
        if path.is_file() and path.suffix != ".svg":
            dates[path.name] = read(path.read_bytes(), path.name).metadata.date[:10]
    newest = max(dates.values())
    assert [name for name, day in dates.items() if day == newest] == ["a-five-minute-tour.md"]


def test_the_links_of_the_tour_lead_to_samples() -> None:
    document = read_sample("a-five-minute-tour.md")
    targets = {span.target for span in document.spans if span.kind is SpanKind.LINK and "://" not in span.target}
    assert len(targets) >= 4
    assert [target for target in targets if not (SAMPLES / target).is_file()] == []


def test_each_source_of_the_samples_is_spelled_in_one_way() -> None:
    paths = [path for path in SAMPLES.iterdir() if path.is_file() and path.suffix != ".svg"]
    sources = {read(path.read_bytes(), path.name).metadata.source for path in paths}
    assert len({source.casefold() for source in sources}) == len(sources)
