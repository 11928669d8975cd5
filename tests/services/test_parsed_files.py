"""Files of slow formats are parsed in processes: results, effects of bad files, and the cache."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.services import slow_formats
from tests.services.test_text_search import wait
from tui_reader.anchoring.description import fingerprint
from tui_reader.model.query import Value
from tui_reader.services.annotations import reanchor_queue
from tui_reader.services.annotations.reanchor_queue import LOOKED_IN
from tui_reader.services.articles import documents, parsed_files
from tui_reader.services.articles.content import Content, read_content
from tui_reader.services.articles.parsed_files import (
    SCANNED,
    FailedParsingError,
    InterruptedParsingError,
    Limits,
    Parser,
    Scanned,
    load,
)
from tui_reader.services.library.events import DocumentLoaded, ScanFinished
from tui_reader.sources.files import Signature, UnreadableError
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services.conftest import Opener, Owner

LIMIT = 1_000_000
BAD = {
    "eat": "more than 400 MB of memory; open it, and it gets more",
    "crash": "ended the parser: it is damaged, or takes more than",
    "segfault": "ended the parser: it is damaged, or takes more than",
    "raise": "the reader failed at it (RecursionError); another program may read it",
}
"""What a file does to its process, and what the user reads about it."""


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    slow_formats.install(monkeypatch)


@pytest.fixture
def parser() -> Iterator[Parser]:
    made = Parser(LIMIT)
    yield made
    made.close()


def write(folder: Path, name: str, *lines: str) -> Path:
    """Write a file of lines, and return its path."""
    path = folder / name
    path.write_text("\n".join(lines))
    return path


def test_a_document_is_the_one_that_the_format_reads(tmp_path: Path, parser: Parser) -> None:
    path = write(tmp_path, "a.slow", "Title", "menu", "---", "one", "two")
    content = read_content(path, LIMIT)
    parsed = parser.document(content, path, SCANNED)
    assert parsed.fingerprint == content.fingerprint
    assert (parsed.document.metadata.title, parsed.document.text) == ("Title", "one\ntwo")
    assert parser.document(content, path, SCANNED, whole=True).document.text == "menu\n---\none\ntwo"
    assert parser.scan(path).metadata.title == "Title"
    assert parser.scan(path).signature == content.signature


def test_the_second_time_a_document_comes_from_the_cache(tmp_path: Path, parser: Parser) -> None:
    path = write(tmp_path, "a.slow", "Title", "one")
    content = read_content(path, LIMIT)
    parser.document(content, path, SCANNED)
    parser.close()
    assert parser.document(content, path, SCANNED).document.text == "one"
    with pytest.raises(InterruptedParsingError):
        parser.document(content, path, SCANNED, whole=True)


def test_a_file_waits_while_no_process_can_be_started(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other files are listed, and the file is read as soon as a process can be started."""
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "page.slow", "Page", "one")
    write(folder, "note.txt", "A note", "", "one")

    def refuse(*_: Any, **__: Any) -> Any:
        raise BlockingIOError("Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuse)
        owner = opened(folder).scanned()
        assert "no process could be started" in owner.at("page.slow").article.error
        assert owner.at("note.txt").title == "A note"
        owner.library.close()
    assert opened(folder).scanned().at("page.slow").title == "Page"


@pytest.mark.parametrize("reads", [False, True])
def test_documents_that_a_scan_reads_are_cached(
    tmp_path: Path, parser: Parser, monkeypatch: pytest.MonkeyPatch, reads: bool
) -> None:
    if reads:
        monkeypatch.setenv(slow_formats.READS_TO_SCAN, "1")
    path = write(tmp_path, "a.slow", "Title", "one")
    assert parser.scan(path).metadata.title == "Title"
    assert (parsed_files.cached(read_content(path, LIMIT)) is not None) == reads


@pytest.mark.parametrize("change", ["bytes", "name", "version"])
def test_another_file_name_or_version_is_parsed_again(
    tmp_path: Path, parser: Parser, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = write(tmp_path, "a.slow", "Title", "one")
    parser.document(read_content(path, LIMIT), path, SCANNED)
    parser.close()
    if change == "bytes":
        write(tmp_path, "a.slow", "Title", "two")
    elif change == "name":
        path = path.rename(tmp_path / "b.slow")
    else:
        slow_formats.install(monkeypatch, version=2)
    assert parsed_files.cached(read_content(path, LIMIT)) is None


def test_a_damaged_or_missing_cache_only_causes_another_parse(tmp_path: Path, homes: Path, parser: Parser) -> None:
    path = write(tmp_path, "a.slow", "Title", "one")
    content = read_content(path, LIMIT)
    parser.document(content, path, SCANNED)
    (packed,) = (homes / "cache" / "tui-reader" / parsed_files.FOLDER).iterdir()
    packed.write_bytes(b"damaged")
    assert parser.document(content, path, SCANNED).document.text == "one"
    packed.unlink()
    packed.parent.rmdir()
    packed.parent.write_text("a file in the place of the folder")
    assert parser.document(content, path, SCANNED).document.text == "one"


def test_standard_input_is_parsed_from_its_bytes_in_the_process(parser: Parser) -> None:
    data = slow_formats.MARK + b"Title\none"
    content = Content(data, "-", Signature(len(data), 0, 0))
    assert parsed_files.is_slow(content)
    assert parsed_files.metadata_of(content, LIMIT)[0].title == "Title"
    bad = content._replace(data=slow_formats.MARK + b"crash")
    assert "ended the parser" in parsed_files.metadata_of(bad, LIMIT)[1]
    assert parser.document(content, None, SCANNED).document.text == "one"


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_crashes_the_parser_does_not_affect_other_files(tmp_path: Path, parser: Parser, what: str) -> None:
    good, bad = write(tmp_path, "good.slow", "Good", "one"), write(tmp_path, "bad.slow", what)
    assert parser.scan(good).metadata.title == "Good"
    for call in (lambda: parser.scan(bad), lambda: parser.document(read_content(bad, LIMIT), bad, slow_formats.SHORT)):
        with pytest.raises(FailedParsingError) as raised:
            call()
        assert BAD[what] in str(raised.value).replace("30 seconds and 1,000 MB", "more")
    assert parser.scan(good).metadata.title == "Good"


def test_a_file_that_hangs_is_stopped_at_its_time_limit(tmp_path: Path, parser: Parser) -> None:
    bad = write(tmp_path, "bad.slow", "hang")
    limits = Limits(1.5, 400_000_000, "open it")
    with pytest.raises(FailedParsingError, match="longer than 2 seconds; open it"):
        parser.document(read_content(bad, LIMIT), bad, limits)


def test_a_missing_or_large_file_is_not_a_failure_of_the_parser(tmp_path: Path, parser: Parser) -> None:
    with pytest.raises(FileNotFoundError):
        parser.scan(tmp_path / "none.slow")
    large = write(tmp_path, "large.slow", "x" * (LIMIT + 1))
    with pytest.raises(UnreadableError, match="too large"):
        parser.scan(large)


def test_articles_read_without_a_screen_are_parsed_within_limits(tmp_path: Path) -> None:
    assert load(write(tmp_path, "bad.slow", "crash"), LIMIT) is None
    document = load(write(tmp_path, "good.slow", "Good", "one"), LIMIT)
    assert document is not None
    assert document.text == "one"
    fast = load(write(tmp_path, "fast.txt", "A title", "", "one"), LIMIT)
    assert fast is not None


def test_a_scan_continues_after_bad_files_and_remembers_them(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for what in BAD:
        write(folder, f"{what}.slow", what)
    for number in range(5):
        write(folder, f"{number}.slow", f"Good {number}", "one")
    write(folder, "named by its content", "slow: Named by its content", "one")
    owner = opened(folder).scanned()
    owner.until(lambda: len(owner.headlines()) == len(BAD) + 6)
    found = {location: headline.article for location, headline in owner.headlines().items()}
    for what, message in BAD.items():
        assert message in found[f"{what}.slow"].error.replace("it gets 30 seconds and 1,000 MB", "it gets more")
        assert found[f"{what}.slow"].metadata.title == f"{what}.slow", "as on its error page"
    assert {found[f"{number}.slow"].metadata.title for number in range(5)} == {f"Good {n}" for n in range(5)}
    assert found["named by its content"].metadata.title == "Named by its content"
    owner.library.close()

    parsed: list[str] = []
    real = Parser.scan

    def scan(parser: Parser, path: Any) -> Scanned:
        parsed.append(path.name)
        return real(parser, path)

    monkeypatch.setattr(Parser, "scan", scan)
    again = opened(folder).scanned()
    assert any(isinstance(event, ScanFinished) for event in again.events)
    assert {h.article.location: h.article.error for h in again.headlines().values()} == {
        location: article.error for location, article in found.items()
    }
    assert parsed == []
    write(folder, "crash.slow", "Mended", "one")
    again.until(lambda: again.headlines()["crash.slow"].title == "Mended")


def test_an_opened_article_is_parsed_in_a_process_with_its_beginning_first(tmp_path: Path, opened: Opener) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "long.slow", "!Long", "one", "two")
    write(folder, "bad.slow", "crash")
    owner = opened(folder).scanned()
    ids = {headline.article.location: headline.id for headline in owner.headlines().values()}
    for location in ("long.slow", "bad.slow"):
        owner.library.documents.want(ids[location])
        owner.until(lambda: is_loaded(owner, ids[location]))  # noqa: B023 - called at once
    loaded = [event.document for event in owner.events if isinstance(event, DocumentLoaded)]
    assert [document.text for document in loaded[:2]] == ["the beginning", "one\ntwo"]
    assert "ended the parser" in loaded[-1].text
    assert loaded[-1].error


def is_loaded(owner: Owner, article: str) -> bool:
    """Return True if the whole document of an article, or an error page, is loaded."""
    document = owner.library.documents.get(article)
    return document is not None and not document.partial


def test_annotations_are_reanchored_when_a_new_format_version_reads_another_text(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("open.slow", "closed.slow"):
        write(folder, name, name, "The first paragraph of a page.", "The second paragraph, which is marked.")
    owner = opened(folder).scanned()
    ids = {headline.article.location: headline.id for headline in owner.headlines().values()}
    for article in ids.values():
        owner.library.documents.want(article)
        owner.until(lambda: is_loaded(owner, article))  # noqa: B023 - called at once
        document = owner.library.documents.get(article)
        assert document is not None
        start = document.text.index("which is marked")
        owner.library.annotations.add(article, document, start, start + len("which is marked"))
    owner.library.close()
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 0.0)
    owner = opened(folder).scanned()
    owner.until(lambda: all(looked_in(owner, each) for each in ids.values()))
    before = {article: place(owner, article) for article in ids.values()}
    owner.library.close()

    slow_formats.install(monkeypatch, version=2)
    again = opened(folder).scanned()
    again.library.documents.want(ids["open.slow"])
    again.until(lambda: all(place(again, article) != before[article] for article in ids.values()))
    added = len("A line that the second version of the format adds.\n")
    for article in ids.values():
        (annotation,) = again.library.annotations.of(article)
        assert annotation.placed is not None
        assert annotation.placed.is_certain
        assert place(again, article) == before[article] + added


def looked_in(owner: Owner, article: str) -> bool:
    """Return True if an article's file was searched for its annotations in the background."""
    return bool((owner.library.store.get(ARTICLES, article) or {}).get(LOOKED_IN))


def place(owner: Owner, article: str) -> int:
    """Return where the only annotation of an article begins."""
    (annotation,) = owner.library.annotations.of(article)
    return annotation.placed.start if annotation.placed is not None else -1


def test_texts_of_slow_formats_are_searched(tmp_path: Path, opened: Opener) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "crash.slow", "crash", "needle")
    write(folder, "good.slow", "Good", "a needle in a page")
    owner = opened(folder).scanned()
    ids = {headline.article.location: headline.id for headline in owner.headlines().values()}
    search = owner.library.text_search
    search.search([Value("needle")], [ids["crash.slow"], ids["good.slow"]])
    wait(lambda: search.progress.is_complete)
    assert search.found() == {Value("needle"): {ids["good.slow"]}}


def test_the_whole_page_and_the_article_in_it_share_their_highlights(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Highlights are placed in the text that is shown, also in articles that are not open, and come back."""
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 0.0)
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "page.slow", "Page", "Subscribe to the letter.", "---", "The article begins.", "Its end is marked.")
    owner = opened(folder).scanned()
    library, article = owner.library, owner.at("page.slow").id

    def text() -> str:
        library.documents.want(article)
        owner.until(lambda: is_loaded(owner, article))
        document = library.documents.get(article)
        assert document is not None
        return document.text

    def mark(words: str) -> str:
        start = text().index(words)
        document = library.documents.get(article)
        assert document is not None
        return library.annotations.add(article, document, start, start + len(words)).annotation

    def words_of(annotation: str) -> str | None:
        """Return the words at which an annotation is placed in the text; None while it has no certain place."""
        found, here = library.annotations.get(annotation), text()
        if found is None or found.placed is None or found.placed.fingerprint != fingerprint(here):
            return ""
        return here[slice(*found.placed.range)] if found.placed.is_certain else None

    within = mark("Its end is marked")
    assert library.documents.has_whole(article)
    library.reading.show_whole(article)
    assert text().startswith("Subscribe")
    owner.until(lambda: words_of(within) == "Its end is marked")
    outside = mark("Subscribe to the letter")
    assert words_of(outside) == "Subscribe to the letter"

    library.reading.show_whole(article)
    assert text().startswith("The article")
    owner.until(lambda: words_of(outside) is None and words_of(within) == "Its end is marked")
    kept = library.annotations.get(outside)
    assert kept is not None
    assert kept.quote == "Subscribe to the letter"
    library.close()

    owner = opened(folder).scanned()
    library = owner.library
    library.reading.show_whole(article)
    owner.until(lambda: (found := library.annotations.get(outside)) is not None and not found.is_orphan)
    assert library.documents.get(article) is None, "it is placed again without being opened"
    assert words_of(outside) == "Subscribe to the letter"
    assert words_of(within) == "Its end is marked"
    library.text_search.search([Value("subscribe")], [article])
    wait(lambda: library.text_search.progress.is_complete)
    assert library.text_search.found() == {Value("subscribe"): {article}}


@pytest.mark.parametrize("lines", [("one",), ()], ids=["with text", "blank"])
def test_an_article_that_needs_more_than_a_scan_allows_is_listed_once_it_was_opened(
    tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...]
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    write(folder, "hungry.slow", "hungry", *lines)
    monkeypatch.setattr(documents, "OPENED", slow_formats.SHORT._replace(memory=2_000_000_000))
    owner = opened(folder).scanned()
    assert "of memory" in owner.at("hungry.slow").article.error
    owner.library.documents.want(owner.at("hungry.slow").id)
    owner.until(lambda: not owner.at("hungry.slow").article.error)
    found = owner.at("hungry.slow")
    assert (found.title, found.article.metadata.words) == ("hungry", 1 + len(lines))
