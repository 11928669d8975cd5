"""Notes follow an article that was moved and edited at once, or are moved to it; missing articles keep their names."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.counts import examples
from tests.placements import placed_in
from tui_reader.anchoring.similarity import similarity, word_pairs
from tui_reader.config import Settings
from tui_reader.services.annotations import reanchor_queue, transfer
from tui_reader.services.articles import scanner
from tui_reader.services.articles.parsed_files import load
from tui_reader.services.headless.annotations_api import AnnotationsApi
from tui_reader.services.headless.session import library_of
from tui_reader.services.library.events import DocumentLoaded, Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_reader.document.blocks import Document

    Opener = Callable[..., Any]

TIDES = """\
# Low water

The boats lay on the mud, and the gulls walked about between them like landlords.

At four the channel filled, and by five everything floated that was meant to float.

Nobody on the quay looked up; the tide table had been nailed to the shed for thirty years.
"""
BREAD = """\
# Sour

A starter wants flour, water and a warm shelf, and it forgives almost anything but haste.

On the third day it smells of apples, and from then on it is fed like a small animal.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "articles"
    path.mkdir()
    (path / "tides.md").write_text(TIDES, "utf-8")
    (path / "bread.md").write_text(BREAD, "utf-8")
    return path


def load_document(owner: Any, article: str) -> Document:
    owner.library.documents.want(article)
    owner.until(lambda: any(isinstance(e, DocumentLoaded) and e.id == article for e in owner.events))
    document: Document = owner.library.documents.get(article)
    return document


def highlight(owner: Any, location: str, quote: str) -> str:
    """Highlight a quote and wait until the text snapshot is stored; returns the id."""
    article = owner.at(location).id
    document = load_document(owner, article)
    start = document.text.index(quote)
    made: str = owner.library.annotations.add(article, document, start, start + len(quote)).annotation
    owner.library.annotations.reanchoring.wait()
    return made


@pytest.mark.parametrize("while_running", [True, False])
def test_notes_follow_a_text_file_that_was_moved_and_edited_at_once(
    folder: Path, opened: Opener, while_running: bool
) -> None:
    owner = opened(folder).scanned()
    made = highlight(owner, "tides.md", "gulls walked about")
    owner.library.reading.toggle_star([owner.at("tides.md").id])
    if not while_running:
        owner.library.close()
    (folder / "tides.md").unlink()
    (folder / "deep").mkdir()
    (folder / "deep" / "ebb.md").write_text(TIDES.replace("At four", "At half past four") + "\nMore.\n", "utf-8")
    (folder / "other.md").write_text(BREAD.replace("flour", "rye"), "utf-8")
    if not while_running:
        owner = opened(folder).scanned()
    owner.until(lambda: "deep/ebb.md" in owner.headlines() and owner.at("deep/ebb.md").notes == 1)
    assert owner.at("deep/ebb.md").state.starred
    owner.until(lambda: any(isinstance(event, Notice) for event in owner.events))
    (told,) = [event.message for event in owner.events if isinstance(event, Notice)]
    assert told == "deep/ebb.md looks like tides.md: notes kept; undo takes it back"
    document = load_document(owner, owner.at("deep/ebb.md").id)
    annotations = owner.library.annotations
    owner.until(lambda: placed_in(document, annotations, owner.at("deep/ebb.md").id))
    (found,) = placed_in(document, annotations, owner.at("deep/ebb.md").id)
    assert (found.id, document.text[slice(*found.placed.range)]) == (made, "gulls walked about")
    assert owner.library.reading.undo().message.startswith("undid: moved 1 note of “Low water”")
    assert owner.at("deep/ebb.md").notes == 0
    assert annotations.get(made).article == "tides.md" or annotations.get(made).article.endswith("tides.md")


def test_a_moved_file_that_was_read_half_written_is_compared_again(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    highlight(owner, "tides.md", "gulls walked about")
    (folder / "tides.md").unlink()
    (folder / "ebb.md").write_text("# Low\n", "utf-8")
    owner.until(lambda: "ebb.md" in owner.headlines() and "tides.md" not in owner.headlines())
    owner.library.transfer.wait()
    assert owner.at("ebb.md").notes == 0
    (folder / "ebb.md").write_text(TIDES + "\nMore.\n", "utf-8")
    owner.until(lambda: owner.at("ebb.md").notes == 1)


def test_with_two_similar_new_files_no_notes_move_and_both_are_offered_first(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    made = highlight(owner, "tides.md", "gulls walked about")
    owner.library.close()
    (folder / "tides.md").unlink()
    for name in ("a.md", "b.md"):
        (folder / name).write_text(TIDES + f"\nThis is {name}.\n", "utf-8")
    owner = opened(folder).scanned()
    owner.library.transfer.wait()
    source = owner.library.annotations.get(made).article
    assert source not in owner.library.catalogue
    guesses: list[Any] = []
    owner.library.transfer.guess(source, guesses.extend)
    owner.until(lambda: guesses)
    names = [owner.library.catalogue.row(each.id).article.location for each in guesses]
    assert set(names[:2]) == {"a.md", "b.md"} and names[2] == "bread.md"
    assert guesses[1].similarity > 0.8 > 0.1 > guesses[2].similarity


def drafts(folder: Path, owner: Any, *own: str) -> list[str]:
    """Write articles with mostly the same text, and highlight a common passage in each."""
    made = []
    for number, line in enumerate(own):
        (folder / f"draft{number}.md").write_text(f"{TIDES}\n{line}\n", "utf-8")
    for number in range(len(own)):
        owner.until(lambda name=f"draft{number}.md": name in owner.headlines())
        made.append(highlight(owner, f"draft{number}.md", "gulls walked about"))
    return made


def test_with_two_similar_missing_articles_no_notes_move_to_the_new_file(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    made = drafts(folder, owner, "Mother wrote it in a week.", "Nobody wrote it down before.")
    owner.library.close()
    (folder / "draft0.md").rename(folder / "final.md")
    (folder / "final.md").write_text(f"{TIDES}\nMother wrote it in a week.\n\nThe end.\n", "utf-8")
    (folder / "draft1.md").unlink()
    owner = opened(folder).scanned()
    owner.library.transfer.wait()
    articles = {owner.library.annotations.get(each).article for each in made}
    assert len(articles) == 2 and not any(each in owner.library.catalogue for each in articles)


def test_articles_moved_and_edited_together_each_keep_their_own_notes(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    tides, bread = highlight(owner, "tides.md", "gulls walked about"), highlight(owner, "bread.md", "smells of apples")
    owner.library.close()
    for name in ("tides.md", "bread.md"):
        text = (folder / name).read_text("utf-8")
        (folder / name).unlink()
        (folder / f"new-{name}").write_text(text + "\nAnd on.\n", "utf-8")
    owner = opened(folder).scanned()
    owner.library.transfer.wait()
    for made, name in ((tides, "new-tides.md"), (bread, "new-bread.md")):
        assert owner.library.annotations.get(made).article == owner.at(name).id


def test_no_notes_move_while_a_new_file_could_not_be_read_in_time(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "MAX_READ_SECONDS", 0.0)
    owner = opened(folder).scanned()
    made = highlight(owner, "tides.md", "gulls walked about")
    owner.library.close()
    (folder / "tides.md").unlink()
    for name in ("ebb.md", "flow.md"):
        (folder / name).write_text(TIDES + "\nMore.\n", "utf-8")
    owner = opened(folder).scanned()
    owner.library.transfer.wait()
    assert owner.library.annotations.get(made).article not in owner.library.catalogue


def test_notes_follow_a_file_that_appeared_with_others_that_take_long_to_read(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_BATCH_SECONDS", "BATCH_SECONDS"):
        monkeypatch.setattr(scanner, name, 0.0)
    owner = opened(folder).scanned()
    highlight(owner, "tides.md", "gulls walked about")
    (folder / "tides.md").unlink()
    (folder / "ebb.md").write_text(TIDES + "\nMore.\n", "utf-8")
    (folder / "rye.md").write_text(BREAD + "\nMore.\n", "utf-8")
    owner.until(lambda: "ebb.md" in owner.headlines() and owner.at("ebb.md").notes == 1)


def test_a_file_that_existed_before_takes_over_no_notes_by_itself(folder: Path, opened: Opener) -> None:
    (folder / "copy.md").write_text(TIDES + "\nMore.\n", "utf-8")
    owner = opened(folder).scanned()
    made = highlight(owner, "tides.md", "gulls walked about")
    owner.library.close()
    (folder / "tides.md").unlink()
    owner = opened(folder).scanned()
    owner.library.transfer.wait()
    assert owner.library.annotations.get(made).article not in owner.library.catalogue


def test_each_new_file_is_read_once_for_all_missing_articles(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = opened(folder).scanned()
    highlight(owner, "tides.md", "gulls walked about")
    highlight(owner, "bread.md", "smells of apples")
    owner.library.close()
    for name in ("tides.md", "bread.md"):
        (folder / name).unlink()
        (folder / f"new-{name}").write_text(f"Not {name}.\n", "utf-8")
    read: list[str] = []

    def noted(path: str, limit: int, **_: Any) -> Any:
        read.append(Path(path).name)
        return load(path, limit)

    monkeypatch.setattr(transfer, "load", noted)
    owner = opened(folder).scanned()
    owner.library.transfer.wait()
    assert sorted(read) == ["new-bread.md", "new-tides.md"]


def test_highlights_are_placed_while_moved_files_are_still_compared(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = opened(folder).scanned()
    highlight(owner, "tides.md", "gulls walked about")
    highlight(owner, "bread.md", "smells of apples")
    owner.library.close()
    (folder / "tides.md").rename(folder / "ebb.md")
    (folder / "ebb.md").write_text(TIDES + "\nMore.\n", "utf-8")
    (folder / "bread.md").write_text("A line before it.\n\n" + BREAD, "utf-8")
    monkeypatch.setattr(reanchor_queue, "QUIET_SECONDS", 3600.0)
    go_on = Event()

    def held(path: str, limit: int, **_: Any) -> Any:
        go_on.wait()
        return load(path, limit)

    monkeypatch.setattr(transfer, "load", held)
    owner = opened(folder).scanned()
    try:
        document = load_document(owner, owner.at("bread.md").id)
        owner.until(lambda: placed_in(document, owner.library.annotations, owner.at("bread.md").id))
        assert owner.at("ebb.md").notes == 0
    finally:
        go_on.set()
    owner.until(lambda: owner.at("ebb.md").notes == 1)


def test_notes_moved_to_another_article_are_reanchored_there_and_undo_moves_them_back(
    folder: Path, opened: Opener
) -> None:
    owner = opened(folder).scanned()
    kept, lost = highlight(owner, "tides.md", "gulls walked about"), highlight(owner, "tides.md", "nailed to the shed")
    (folder / "bread.md").write_text(TIDES.replace("nailed", "pinned with four rusty tacks of some sort"), "utf-8")
    target = owner.at("bread.md").id
    owner.until(lambda: owner.at("bread.md").title == "Low water")
    document = load_document(owner, target)
    source = owner.at("tides.md").id
    outcome = owner.library.transfer.move_annotations(source, target)
    assert outcome.message == "moved 2 notes of “Low water” to “Low water”" and outcome.undo
    assert (owner.at("tides.md").notes, owner.at("bread.md").notes) == (0, 2)
    annotations = owner.library.annotations
    annotations.reanchoring.wait()
    assert kept in {each.id for each in placed_in(document, annotations, target)}
    owner.library.reading.undo()
    assert (owner.at("tides.md").notes, owner.at("bread.md").notes) == (2, 0)
    assert {each.id for each in annotations.of(source)} == {kept, lost}


def test_a_missing_article_keeps_its_title_its_path_and_its_text(folder: Path, opened: Opener) -> None:
    (folder / "tides.md").write_text("---\nsource: The Quay\nbyline: Ann Other\n---\n\n" + TIDES, "utf-8")
    owner = opened(folder).scanned()
    made = highlight(owner, "tides.md", "gulls walked about")
    owner.library.close()
    (folder / "tides.md").unlink()
    owner = opened(folder).scanned()
    annotation = owner.library.annotations.get(made)
    gone = owner.library.missing_articles.headline(annotation.article)
    assert (gone.title, gone.article.location) == ("Low water", "tides.md")
    assert (gone.field("source"), gone.field("byline")) == ("The Quay", "Ann Other")
    document = owner.library.missing_articles.document(annotation.article, annotation)
    assert document.text[slice(*annotation.current[3:5])] == "gulls walked about"


def test_a_missing_article_without_recorded_metadata_is_called_by_its_file(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    assert owner.library.missing_articles.headline("https://example.org/a").title == "https://example.org/a"


def test_similarity_distinguishes_an_edited_text_from_another_in_scripts_without_spaces() -> None:
    japanese = "日本語の文章です。これは二番目の文です。さらに三つ目の文があります。"
    edited = japanese.replace("三つ目", "四つ目")
    assert similarity(word_pairs(japanese), word_pairs(edited)) > 0.6
    assert similarity(word_pairs(TIDES), word_pairs(BREAD)) < 0.15
    assert similarity(word_pairs(""), word_pairs(BREAD)) == 0.0


FILES = st.sampled_from(["a.md", "b.md", "c/d.md"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["move", "copy", "move and edit"]), FILES, FILES),
        st.tuples(st.sampled_from(["edit", "delete", "replace"]), FILES, FILES),
    ),
    min_size=1,
    max_size=6,
)


def do(folder: Path, step: tuple[str, str, str]) -> None:
    what, name, other = step
    path, target = folder / name, folder / other
    target.parent.mkdir(exist_ok=True)
    if not path.exists() or (path == target and what in {"move", "copy", "move and edit"}):
        return
    text = path.read_text("utf-8")
    if what in {"move", "copy", "move and edit"}:
        target.write_text(text + ("\nA line more.\n" if what == "move and edit" else ""), "utf-8")
    if what in {"move", "delete", "move and edit"}:
        path.unlink()
    if what in {"edit", "replace"}:
        path.write_text(text.replace("four", "seven") + "\nAnd on.\n" if what == "edit" else BREAD[::-1], "utf-8")


@settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_sequence_of_moves_copies_edits_and_deletions_loses_an_annotation(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    root = tmp_path_factory.mktemp("moves")
    folder, state = root / "articles", root / "state.json"
    folder.mkdir()
    (folder / "a.md").write_text(TIDES, "utf-8")
    (folder / "b.md").write_text("---\nurl: https://example.org/sour\n---\n\n" + BREAD, "utf-8")
    with library_of([folder], state, Settings()) as library:
        for name, quote in (("a.md", "gulls walked"), ("b.md", "smells of apples")):
            AnnotationsApi(library, Settings()).add(folder / name, quote, note=f"about {name}")
    for step in steps:
        do(folder, step)
        with library_of([folder], state, Settings()) as library:
            notes = list(AnnotationsApi(library, Settings()).all())
            assert sorted(each.annotation.note for each in notes) == ["about a.md", "about b.md"], step
            for each in notes:
                headline = library.missing_articles.headline(each.annotation.article)
                assert headline.title in {"Low water", "Sour"} or "replace" in {what for what, _, _ in steps}
                document = library.missing_articles.document(each.annotation.article, each.annotation)
                assert document is not None and each.annotation.quote in document.text


@pytest.mark.parametrize("known_before", [True, False])
def test_notes_of_a_deleted_article_move_neither_to_an_old_file_nor_to_one_of_the_same_form(
    folder: Path, opened: Opener, known_before: bool
) -> None:
    form = "# {0}\n\n" + "".join(f"Question {n} about the weather, to be answered in full.\n\n" for n in range(20))
    (folder / "monday.md").write_text(form.format("Monday") + "It rained on the quay.\n", "utf-8")
    (folder / "tuesday.md").write_text(form.format("Tuesday") + "It froze in the hills.\n", "utf-8")
    owner = opened(folder).scanned()
    made = highlight(owner, "monday.md", "rained on the quay")
    if known_before:
        owner.library.close()
        owner = opened(folder).scanned()
    (folder / "monday.md").unlink()
    (folder / "wednesday.md").write_text(form.format("Wednesday") + "It snowed all night.\n", "utf-8")
    owner.until(lambda: "wednesday.md" in owner.headlines() and "monday.md" not in owner.headlines())
    owner.library.transfer.wait()
    assert owner.library.annotations.get(made).article not in owner.library.catalogue


def test_an_article_of_another_folder_is_not_shown_as_gone(folder: Path, tmp_path: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    made = highlight(owner, "tides.md", "gulls walked about")
    owner.library.close()
    other = tmp_path / "other"
    other.mkdir()
    library = opened(other).scanned().library
    article = library.annotations.get(made).article
    assert library.missing_articles.last_location(article) == f"elsewhere: {folder / 'tides.md'}"
    (folder / "tides.md").unlink()
    assert library.missing_articles.last_location(article) == f"gone: {folder / 'tides.md'}"


def test_stars_and_reading_positions_follow_an_article_without_annotations(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    article = owner.at("tides.md").id
    load_document(owner, article)
    owner.library.reading.open(article)
    owner.library.reading.toggle_star([article])
    owner.library.annotations.reanchoring.wait()
    owner.library.close()
    (folder / "tides.md").unlink()
    (folder / "ebb.md").write_text(TIDES + "\nMore.\n", "utf-8")
    (folder / "sweet.md").write_text(BREAD.replace("apples", "pears") + "\nMore.\n", "utf-8")
    owner = opened(folder).scanned()
    owner.until(lambda: owner.at("ebb.md").state.starred)
    assert owner.at("ebb.md").state.read and not owner.at("sweet.md").state.read
    owner.until(lambda: any(isinstance(event, Notice) for event in owner.events))
    assert "ebb.md looks like tides.md: state kept; undo takes it back" in owner.library.transfer.messages


def test_a_moved_and_edited_article_stays_in_the_up_next_list(folder: Path, opened: Opener) -> None:
    owner = opened(folder).scanned()
    articles = [owner.at(name).id for name in ("tides.md", "bread.md")]
    highlight(owner, "tides.md", "gulls walked about")
    owner.library.reading.add_up_next(articles)
    owner.library.close()
    (folder / "tides.md").unlink()
    (folder / "ebb.md").write_text(TIDES + "\nMore.\n", "utf-8")
    owner = opened(folder).scanned()
    owner.until(lambda: owner.at("ebb.md").notes)
    assert [row.article.location for row in owner.library.reading.up_next()] == ["ebb.md", "bread.md"]
    owner.library.reading.undo()
    assert [row.article.location for row in owner.library.reading.up_next()] == ["bread.md"]
