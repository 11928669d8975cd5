"""Highlights and notes are made, changed, deleted and restored by undo, and none is lost."""

from __future__ import annotations

import itertools
import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.counts import examples
from tests.placements import orphans, placed_in
from tui_reader.anchoring.scores import quote_similarity
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.normalization import normalized
from tui_reader.document.text_merge import BETWEEN
from tui_reader.model.annotation import Annotation, PlaceState
from tui_reader.model.article import Metadata
from tui_reader.model.query import Shelf, View
from tui_reader.services.annotations.annotation_records import Ids, decode, encode
from tui_reader.services.annotations.editing import AnnotationEditing, split_action_tags
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.services.articles.identities import FoundFile, Identities
from tui_reader.services.articles.reading import Outcome, Reading
from tui_reader.services.library.state import LibraryState
from tui_reader.storage import open_store
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT = """\
The harbour was quiet that night, and the lamp at the end of the pier had gone out.
Nobody noticed until the ferry came in, an hour late, with its own lamps burning low.
“Who keeps the light?” the captain asked. It was a fair question.
The keeper, it turned out, had been asleep since supper."""


def document(text: str = TEXT) -> Document:
    builder = DocumentBuilder()
    for paragraph in text.split("\n"):
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build()


class Bench:
    """Annotation editing on a real store, with two articles and no files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.moments = (f"2026-06-05T10:00:00.{count:06}Z" for count in itertools.count())
        self.document = document()
        self.open()

    def open(self) -> None:
        self.store = open_store(self.path)
        identities = Identities(self.store.items(ARTICLES), lambda _: False)
        self.catalogue = MemoryCatalogue()
        self.state = LibraryState(self.store, self.catalogue, identities, lambda _: None)
        self.state.annotation_index.apply_count(self.state.annotation_index.scan())
        self.reading = Reading(self.state, lambda: "2026-06-05T10:00:00Z")
        self.notes = AnnotationEditing(self.state, ("claim", "doubt"), lambda: next(self.moments))
        for number in (1, 2):
            file = FoundFile(
                f"{number}.md", f"{number}.md", f"{number}.md", Metadata(title=f"Title {number}"), 10, number
            )
            self.catalogue.put([self.state.headline(file.article(identities.assign(file)))])

    def restart(self) -> None:
        self.close()
        self.open()

    def close(self) -> None:
        self.notes.reanchoring.wait()
        self.store.close()

    def add(self, quote: str, **more: Any) -> str:
        start = self.document.text.index(quote)
        return self.notes.add("1.md", self.document, start, start + len(quote), **more).annotation

    def one(self, annotation_id: str) -> Annotation:
        annotation = self.notes.get(annotation_id)
        assert annotation is not None
        return annotation

    def change_text(self, text: str) -> None:
        self.document = document(text)
        self.notes.reanchoring.place("1.md", self.document)
        self.notes.reanchoring.wait()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "library.json")
    yield made
    made.close()


def test_a_highlight_stores_its_quote_and_context(bench: Bench) -> None:
    start = TEXT.index(" quiet that night,")
    outcome = bench.notes.add("1.md", bench.document, start, start + 18, colour=3, note="why?", tags=["#sea"])
    assert (outcome.message, outcome.ids, outcome.undo) == (
        "highlighted and noted “quiet that night,”",
        ("1.md",),
        True,
    )
    made = bench.one(outcome.annotation)
    assert made.anchor is not None
    assert (made.quote, made.anchor.prefix, made.anchor.block) == ("quiet that night,", "The harbour was ", 0)
    assert (made.colour, made.note, made.tags, made.state) == (3, "why?", ("sea",), PlaceState.ANCHORED)
    assert placed_in(bench.document, bench.notes, "1.md") == (made,)
    assert bench.catalogue.row("1.md").notes == 1
    assert bench.catalogue.ids(View(Shelf.ANNOTATED)) == ["1.md"]
    bench.restart()
    assert bench.one(made.id) == made
    assert bench.notes.last_colour == 3


def test_undo_keeps_a_highlight_on_which_another_program_has_written_a_note(tmp_path: Path, bench: Bench) -> None:
    made = bench.add("the ferry")
    bench.store.apply((), "all is written").result(60)
    other = Bench(tmp_path / "library.json")
    other.notes.edit_note(made, "a long thought")
    other.close()
    while not (edits := bench.store.poll()):
        threading.Event().wait(0.01)
    bench.state.absorb(edits, own=False)
    kept = bench.one(made)
    assert kept.note == "a long thought"
    assert bench.reading.undo() == Outcome(
        "left alone, since it was changed elsewhere: highlighted “the ferry”",
        ("1.md",),
        annotation=made,
        place=TEXT.index("the ferry"),
        steps=1,
        had_no_effect=True,
    )
    assert bench.one(made) == kept
    assert bench.reading.undo().message == "nothing to undo"
    bench.restart()
    assert bench.notes.of("1.md") == (kept,)


def test_a_note_of_another_program_that_no_sync_has_applied_yet_is_merged(tmp_path: Path, bench: Bench) -> None:
    made = bench.add("the ferry", note="base")
    bench.store.apply((), "all is written").result(60)
    assert bench.notes.of("1.md")[0].note == "base"
    other = Bench(tmp_path / "library.json")
    other.notes.edit_note(made, "theirs")
    other.close()
    while (bench.store.get(ANNOTATIONS, made) or {}).get("note") != "theirs":
        threading.Event().wait(0.01)
    assert bench.one(made).note == "base"
    bench.notes.edit_note(made, "base mine", base="base")
    both = f"theirs\n\n{BETWEEN}\n\nbase mine"
    assert bench.one(made).note == both
    bench.restart()
    assert bench.one(made).note == both


def test_each_change_has_a_message_survives_a_restart_and_can_be_undone(bench: Bench) -> None:
    made, other = bench.add("the ferry"), bench.add("the captain")
    notes = bench.notes
    verbs: list[tuple[Callable[[], Outcome], str]] = [
        (lambda: notes.recolour(made, 2), "made “the ferry” doubt"),
        (lambda: notes.recolour([made, other], 4), "made 2 annotations colour 4"),
        (lambda: notes.retag([made, other], ["b", "a"]), "tagged 2 annotations: a, b"),
        (lambda: notes.retag(made, []), "removed all tags from “the ferry”"),
        (lambda: notes.edit_note(made, ".x words"), "wrote a note on “the ferry”, tagged x"),
        (lambda: notes.edit_note(made, ""), "removed the note from “the ferry”"),
        (lambda: notes.resize(made, bench.document, 0, 11), "resized “the ferry”"),
        (lambda: notes.delete(other), "deleted “the captain”"),
        (lambda: notes.delete([made]), "deleted “The harbour”"),
    ]
    for outcome, message in verbs:
        before = (notes.get(made), notes.get(other))
        told = outcome()
        assert (told.message, told.undo) == (message, True)
        after = (notes.get(made), notes.get(other))
        assert after != before
        assert bench.reading.undo().message == f"undid: {message}"
        assert (notes.get(made), notes.get(other)) == before
        assert bench.reading.redo().message == f"redid: {message}"
        assert (notes.get(made), notes.get(other)) == after
    assert bench.catalogue.row("1.md").notes == 0
    while bench.reading.undo().message != "nothing to undo":
        pass
    assert not list(bench.store.items(ANNOTATIONS, of="1.md"))


def test_a_change_to_the_same_value_makes_no_undo_step(bench: Bench) -> None:
    made = bench.add("the ferry", colour=2)
    assert bench.notes.recolour(made, 2) == Outcome()
    assert bench.notes.recolour("gone", 3) == Outcome()
    assert bench.notes.delete([]) == Outcome()
    assert bench.notes.note_on_article("1.md", " ") == Outcome()
    assert not bench.notes.add("1.md", bench.document, 3, 4).undo
    assert not bench.notes.add("1.md", bench.document, 9_000, 9_999).undo
    with pytest.raises(ValueError, match="from 1 to 5"):
        bench.notes.recolour(made, 6)


def test_annotations_are_in_the_order_of_the_text_and_may_overlap(bench: Bench) -> None:
    ids = [bench.add(quote) for quote in ("the captain", "The harbour was quiet", "harbour was", "The keeper")]
    on_all = bench.notes.note_on_article("1.md", ".read-again A fine tale.").annotation
    assert [each.id for each in bench.notes.of("1.md")] == [on_all, ids[1], ids[2], ids[0], ids[3]]
    assert bench.one(on_all).tags == ("read-again",)
    bench.notes.resize(ids[3], bench.document, 0, 3)
    assert [each.id for each in bench.notes.of("1.md")] == [on_all, ids[3], ids[1], ids[2], ids[0]]
    assert {each.id for each in bench.notes.all()} == {*ids, on_all}
    assert bench.notes.of("2.md") == ()


@pytest.mark.parametrize(
    ("note", "words", "tags"),
    [
        (".idea .follow-up look this up", "look this up", ("idea", "follow-up")),
        ("\n .理由 なぜ", "なぜ", ("理由",)),
        (".only", "", ("only",)),
        ("...and so on", "...and so on", ()),
        (".5 per cent", ".5 per cent", ()),
        ("It costs .tag nothing", "It costs .tag nothing", ()),
        ("two\n\nparagraphs\x1b[31m", "two\n\nparagraphs[31m", ()),
    ],
)
def test_words_with_a_dot_at_the_start_of_a_note_become_tags(note: str, words: str, tags: tuple[str, ...]) -> None:
    assert split_action_tags(note) == (words, tags)


def test_a_reanchored_position_can_be_accepted_and_the_acceptance_undone(bench: Bench) -> None:
    """Annotations that were not moved, or are orphaned, stay as they are."""
    kept, edited, gone = (
        bench.add("came in"),
        bench.add("It was a fair question"),
        bench.add("The keeper, it turned out"),
    )
    bench.notes.reanchoring.wait()
    lines = TEXT.replace("a fair question", "a very fair question").split("\n")
    bench.change_text("\n".join(["A new beginning.", *lines[:3]]))
    original = bench.one(edited).anchor
    assert not bench.notes.accept([edited], lambda _: None).message, "without its text nothing can be said of a place"
    assert bench.notes.accept([kept, edited, gone], lambda _: bench.document).undo
    accepted = bench.one(edited)
    assert (accepted.state, accepted.quote) == (PlaceState.ANCHORED, "It was a very fair question")
    assert accepted.anchor == original
    assert [each.id for each in orphans(bench.notes)] == [gone]
    assert bench.reading.undo().message == "undid: accepted the place of “It was a fair question”"
    assert (bench.one(edited).state, bench.one(edited).quote) == (PlaceState.MOVED, "It was a fair question")


def test_passages_are_reanchored_in_a_changed_text_and_orphaned_if_deleted(bench: Bench) -> None:
    kept, edited, gone = (
        bench.add("the ferry came in"),
        bench.add("It was a fair question"),
        bench.add("The keeper, it turned out"),
    )
    bench.notes.reanchoring.wait()
    original = bench.one(edited).anchor
    lines = TEXT.replace("a fair question", "a very fair question").split("\n")
    bench.change_text("\n".join(["A new beginning.", *lines[:3]]))
    assert bench.one(kept).state is PlaceState.ANCHORED
    moved = bench.one(edited)
    assert (moved.state, moved.anchor) == (PlaceState.MOVED, original)
    assert moved.placed is not None
    assert bench.document.text[slice(*moved.placed.range)] == "It was a very fair question"
    assert [each.id for each in orphans(bench.notes)] == [gone]
    assert [each.id for each in placed_in(bench.document, bench.notes, "1.md")] == [kept, edited]
    assert not placed_in(document(), bench.notes, "1.md"), "no place is true in another text than its own"

    start = bench.document.text.index("an hour late")
    bench.notes.reattach(gone, bench.document, start, start + 12)
    assert bench.one(gone).quote == "an hour late"
    assert not orphans(bench.notes)
    assert bench.reading.undo().message == "undid: attached “The keeper, it turned out” again"
    assert [each.id for each in orphans(bench.notes)] == [gone]
    bench.change_text(TEXT)
    assert {each.state for each in bench.notes.all()} == {PlaceState.ANCHORED}


def test_an_annotation_restored_by_undo_is_reanchored_in_the_current_text(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "library.json")
    notes = AnnotationEditing(bench.state, document_of=lambda _: bench.document)
    bench.notes = notes
    made = bench.add("The keeper")
    notes.delete(made)
    bench.change_text("A preface.\n" + TEXT)
    bench.reading.undo()
    assert not placed_in(bench.document, notes, "1.md")
    notes.reanchoring.wait()
    assert [each.id for each in placed_in(bench.document, notes, "1.md")] == [made]
    bench.close()


def test_a_note_edited_after_a_deletion_elsewhere_restores_the_annotation(bench: Bench) -> None:
    made = bench.add("the ferry", note="mine")
    bench.notes.delete(made)
    assert bench.notes.get(made) is None
    before = dict(bench.store.get(ANNOTATIONS, made) or {})
    later = [
        Edit(ANNOTATIONS, made, "note", "mine", "theirs"),
        Edit(ANNOTATIONS, made, "updated", before["updated"], "2027"),
    ]
    bench.store.apply(later, "elsewhere")
    bench.state.absorb(later, own=False)
    assert bench.one(made).note == "theirs"
    assert bench.catalogue.row("1.md").notes == 1


def test_highlights_in_a_read_only_store_last_until_the_program_ends(tmp_path: Path) -> None:
    later = {"meta": {"1": {"format": "tui-reader library", "version": 99}}, "articles": {}, "annotations": {}}
    (tmp_path / "library.json").write_text(json.dumps(later))
    bench = Bench(tmp_path / "library.json")
    assert bench.notes.add("1.md", bench.document, 0, 9).undo
    bench.notes.note_on_article("1.md", "words")
    assert [each.note for each in bench.notes.of("1.md")] == ["words", ""]
    bench.close()
    assert json.loads((tmp_path / "library.json").read_text()) == later


json_values = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4)


@settings(max_examples=examples(60))
@given(
    st.dictionaries(
        st.text(min_size=1).filter(lambda name: name != "id"), json_values.filter(lambda v: v is not None), max_size=6
    )
)
def test_a_record_keeps_unknown_fields_of_other_versions(extra: dict[str, Any]) -> None:
    annotation = decode("1", {"article": "a.md", "note": "words", **extra, "tags": ["x"]})
    if annotation is None:
        assert extra.get("article", "a.md") in ("", *[v for v in [extra.get("article")] if not isinstance(v, str)])
        return
    assert decode("1", encode(annotation)) == annotation
    for name, value in annotation.extra.items():
        assert encode(annotation)[name] == value


@given(
    st.dictionaries(
        st.sampled_from(["article", "anchor", "attached", "placed", "colour", "note", "tags", "deleted"]), json_values
    )
)
def test_invalid_values_in_a_record_are_ignored(record: dict[str, Any]) -> None:
    annotation = decode("1", record)
    assert annotation is None or (1 <= annotation.colour <= 5 and not annotation.anchor)


def test_ids_sort_by_their_time_of_creation() -> None:
    new = Ids()
    made = [new() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert {(len(each), each[14], each[19] in "89ab") for each in made} == {(36, "7", True)}


class Diary(RuleBasedStateMachine):
    """Random sequences of changes, undos, redos and restarts."""

    @initialize()
    def begin(self) -> None:
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.bench = Bench(Path(self.folder.name) / "library.json")
        self.made: list[str] = []
        self.words = 0
        self.stack: list[dict[str, Annotation]] = [{}]
        self.worded = [False]
        """Whether the step to each of the states changed the words of a note."""
        self.at = 0

    def seen(self) -> dict[str, Annotation]:
        # Where a passage stands follows from the text of now, and no undo changes that.
        return {each.id: each._replace(placed=None) for each in self.bench.notes.all()}

    def did(self, outcome: Outcome) -> None:
        if outcome.undo:
            before, now = self.stack[self.at], self.seen()
            if any(self.worded[self.at + 1 :]):
                # Undo leads through what was undone, since words are in it.
                self.stack.append(before)
                self.worded.append(True)
            else:
                del self.stack[self.at + 1 :], self.worded[self.at + 1 :]
            self.stack.append(now)
            self.worded.append(any(each.note != (before[i].note if i in before else "") for i, each in now.items()))
            self.at = len(self.stack) - 1
        if outcome.annotation:
            self.made.append(outcome.annotation)

    def fresh(self) -> str:
        self.words += 1
        return f"words {self.words}"

    @rule(start=st.integers(0, len(TEXT)), length=st.integers(0, 60), noted=st.booleans())
    def add(self, start: int, length: int, noted: bool) -> None:
        note = self.fresh() if noted else ""
        self.did(self.bench.notes.add("1.md", self.bench.document, start, start + length, note=note))

    @rule()
    def note_on_article(self) -> None:
        self.did(self.bench.notes.note_on_article("2.md", self.fresh()))

    @rule(pick=st.randoms(use_true_random=False), colour=st.integers(1, 5))
    def change(self, pick: Any, colour: int) -> None:
        if not self.made:
            return
        notes, one = self.bench.notes, pick.choice(self.made)
        verbs = (
            lambda: notes.recolour(one, colour),
            lambda: notes.retag(self.made[-2:], [f"t{colour}"]),
            lambda: notes.edit_note(one, f".t{colour} {self.fresh()}"),
            lambda: notes.resize(one, self.bench.document, colour, colour * 9),
            lambda: notes.delete(self.made[-colour:]),
        )
        self.did(pick.choice(verbs)())

    @rule()
    def undo(self) -> None:
        if self.bench.reading.undo().message != "nothing to undo":
            self.at -= 1
            assert self.seen() == self.stack[self.at]

    @rule()
    def redo(self) -> None:
        if self.bench.reading.redo().message != "nothing to redo":
            self.at += 1
            assert self.seen() == self.stack[self.at]

    @rule()
    def restart(self) -> None:
        before = self.seen()
        self.bench.restart()
        assert self.seen() == before

    @rule(line=st.integers(0, 4), words=st.sampled_from(["", "New words. ", "The harbour was quiet. "]))
    def edit_the_file(self, line: int, words: str) -> None:
        lines = TEXT.split("\n")
        lines[line:line] = [words]
        self.bench.change_text("\n".join(lines))

    @invariant()
    def nothing_is_lost_and_everything_is_counted(self) -> None:
        if not hasattr(self, "bench"):
            return
        for article in ("1.md", "2.md"):
            own = self.bench.notes.of(article)
            assert self.bench.catalogue.row(article).notes == len(own) == self.bench.notes.count(article)
            for each in placed_in(self.bench.document, self.bench.notes, article):
                assert each.placed is not None
                painted = self.bench.document.text[slice(*each.placed.range)]
                assert quote_similarity(normalized(painted), normalized(each.quote)) >= 0.5
        records = dict(self.bench.store.items(ANNOTATIONS))
        for annotation in self.stack[self.at].values():
            assert records[annotation.id].get("note", "") == annotation.note

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.close()
            self.folder.cleanup()


Diary.TestCase.settings = settings(max_examples=examples(12), stateful_step_count=16, deadline=None)
TestDiary = Diary.TestCase
