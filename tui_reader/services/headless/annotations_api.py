"""Annotations for programs and scripts: listed as they stand in the files of now, made, changed and deleted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader.anchoring.description import document_fingerprint
from tui_reader.anchoring.quotes import QuoteFinder
from tui_reader.document.clean import clean_line, escape
from tui_reader.document.normalization import normalized
from tui_reader.errors import ReaderError, StoreError, UsageError
from tui_reader.services.annotations.reanchoring import find_all
from tui_reader.services.annotations.text_snapshots import packed_text
from tui_reader.services.articles.article_records import LOCATION
from tui_reader.services.headless.session import file_of, read_document
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library

LEAST_PREFIX = 4
"""Characters of an id that may stand for the whole, if no other begins with them, whatever their case."""
SHORT = 8
"""Characters of an id that are shown at least; ids of the same minute have as many in common."""
NAMED = 8
"""Annotations that are named where an id may mean any of them."""


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation with its article, as scripts see it."""

    annotation: Annotation
    title: str
    file: str
    """Path of the article's file; empty where it is not to be found."""
    url: str
    colour_name: str
    was: str = ""
    """Where the article's file was last, if it is not to be found."""
    left_out: bool = False
    """Whether the file stands in the library's folders without being an article of it, such as one to be ignored."""

    def as_json(self) -> dict[str, Any]:
        """A flat object; places that are not certain, and what is not known, are null."""
        annotation = self.annotation
        placed = annotation.placed if annotation.placed is not None and annotation.placed.is_certain else None
        current = annotation.current
        return {
            "id": annotation.id,
            "article": annotation.article,
            "title": self.title,
            "file": self.file or None,
            "last_file": self.was or self.file or None,
            "url": self.url or None,
            "quote": annotation.quote or None,
            "first_quote": annotation.first_quote or None,
            "prefix": current.prefix if current is not None else None,
            "suffix": current.suffix if current is not None else None,
            "start": placed.start if placed is not None else None,
            "end": placed.end if placed is not None else None,
            "state": str(annotation.state),
            "score": annotation.placed.score if annotation.placed is not None else None,
            "note": annotation.note,
            "tags": list(annotation.tags),
            "colour": annotation.colour,
            "colour_name": self.colour_name,
            "created": annotation.created,
            "updated": annotation.updated,
        }


class AnnotationsApi:
    """The annotations of a library that was brought up to date."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._documents: dict[ArticleId, Document | None] = {}

    @property
    def is_damaged(self) -> bool:
        """Whether the state file is damaged, so that annotations may be missing."""
        return bool(self._library.store.damage)

    def all(self, *, everywhere: bool = True) -> Iterator[Note]:
        """Every annotation, article by article in the order of its text.

        Args:
            everywhere: Whether articles count that the state knows of but that do not stand in the library's places;
                those that stood there and are gone or left out count in any case.
        """
        here = self._library.catalogue
        annotated = dict.fromkeys(each.article for each in self._library.annotations.all())
        titles = {row.id: row.title for row in here.rows(annotated)}
        for article in sorted(annotated, key=lambda each: (each not in titles, titles.get(each, each), each)):
            if everywhere or article in titles or self._was_here(article):
                yield from self.of(article)

    def of(self, article: ArticleId) -> Iterator[Note]:
        """The annotations of an article, placed in its file as it stands now; nothing is written for that."""
        for annotation in self._as_of_now(article, self._library.annotations.of(article)):
            yield self._note(annotation)

    def short_ids(self) -> dict[AnnotationId, str]:
        """What each id may be shortened to: as many characters for all as it takes to tell any two apart."""
        ids = [each.id for each in self._library.annotations.all()]
        common = (
            next((i for i, (a, b) in enumerate(zip(*pair, strict=False)) if a != b), min(map(len, pair)))
            for pair in pairwise(sorted(each.lower() for each in ids))
        )
        length = max(SHORT, 1 + max(common, default=0))
        # Nobody should have to wonder whether the hyphen counts.
        return {each: each[: length + (each[length - 1 : length] == "-")] for each in ids}

    def get(self, wanted: str) -> Note:
        """An annotation by its id, or by the beginning of it.

        Raises:
            ReaderError: There is none, or more than one.
            StoreError: There is none in what can be read of a damaged state.
            UsageError: It is empty.
        """
        given = wanted.strip()
        if not given:
            raise UsageError("An id must not be empty.", "“tui-reader notes list” shows the ids.")
        known = {each.id: each for each in self._library.annotations.all()}
        # An id that another program made up is typed as it is printed.
        alike = [each for each in known.values() if _begins(each.id, given) or _begins(escape(each.id), given)]
        whole = {len(given), len(escape(given))}
        exact = [known[given]] if given in known else [each for each in alike if len(escape(each.id)) in whole]
        matching = exact or alike
        if not matching:
            raise (StoreError if self.is_damaged else ReaderError)(
                f"There is no annotation {clean_line(wanted)} in this library.",
                "“tui-reader notes list” shows the ids; --library PATH says which library is meant.",
            )
        if len(matching) > 1:
            told = f"There are several annotations whose ids begin with {given}."
            raise ReaderError(told, "Which is meant?", self._named(matching))
        if not exact and len(given) < LEAST_PREFIX:
            raise ReaderError(f"“{given}” is too short for an id.", f"Give {LEAST_PREFIX} characters of it or more.")
        found = matching[0]
        return next(note for note in self.of(found.article) if note.annotation.id == found.id)

    def _named(self, annotations: Sequence[Annotation]) -> list[str]:
        """Some annotations by the ids that tell them apart, a row each."""
        short = self.short_ids()
        named = [
            "  ".join(filter(None, (short[each.id], each.quote and f"“{_in_short(each.quote)}”", _in_short(each.note))))
            for each in annotations[:NAMED]
        ]
        more = len(annotations) - NAMED
        return [*named, *([f"and {more:,} more"] if more > 0 else [])]

    def add(
        self,
        file: Path,
        quote: str,
        *,
        note: str = "",
        tags: Sequence[str] = (),
        colour: int | None = None,
        occurrence: int = 0,
    ) -> Note:
        """Highlight the words of a quote in a file; without a quote, write a note on the whole article.

        Args:
            file: The article's file.
            quote: Its words, without regard to case, white space and kinds of quotes.
            note: What to write.
            tags: Tags to give.
            colour: 1 to 5; the last one used if None.
            occurrence: Which one where the words stand more than once, from 1; 0 where they must stand just once.

        Raises:
            ReaderError: The file is no article of the library, or the quote is not in it just once.
            UsageError: There is nothing to write, or a tag has no name.
        """
        if not all(clean_line(tag).lstrip("#") for tag in tags):
            raise UsageError("A tag must not be empty.", "Give it a name, such as --tag sea.")
        article = self.article_of(file)
        document = self._document(article)
        if document is None:
            raise ReaderError(f"{file} cannot be read.", "Open it in the reader to see why.")
        annotating = self._library.annotations
        if not quote.strip():
            outcome = annotating.note_on_article(article, note, tags)
        else:
            start, end = _find(document, quote, occurrence, file)
            outcome = annotating.add(article, document, start, end, colour=colour, note=note, tags=tags)
            annotating.reanchoring.place(article, document)
        self._settle(outcome)
        if not outcome.annotation:
            raise UsageError("There is nothing to keep.", "Give a --quote, a --note, or both.")
        return next(each for each in self.of(article) if each.annotation.id == outcome.annotation)

    def edit(
        self, wanted: str, *, note: str | None = None, tags: Sequence[str] | None = None, colour: int | None = None
    ) -> Note:
        """Change an annotation; what is None stays. The tags take the place of those it had.

        Raises:
            ReaderError: There is no such annotation, or nothing can be written.
            UsageError: Nothing is to be changed.
        """
        if note is None and tags is None and colour is None:
            raise UsageError("There is nothing to change.", "Give a --note, a --tag or a --colour.")
        annotation_id = self.get(wanted).annotation.id
        annotating = self._library.annotations
        if colour is not None:
            self._settle(annotating.recolour(annotation_id, colour))
        if tags is not None:
            self._settle(annotating.retag(annotation_id, tags))
        if note is not None:
            self._settle(annotating.edit_note(annotation_id, note))
        return self.get(annotation_id)

    def delete(self, wanted: Sequence[str]) -> tuple[list[AnnotationId], str]:
        """Delete annotations, all of them or, where one is not there, none; their ids, and what was done, in words."""
        ids = list(dict.fromkeys(self.get(each).annotation.id for each in wanted))
        outcome = self._library.annotations.delete(ids)
        self._settle(outcome)
        return ids, outcome.message

    def move(self, source: str, target: Path) -> str:
        """Give all annotations of an article to another one; what was done, in words.

        Args:
            source: The article: its file, where that was when it is gone, or its id.
            target: File of the other one.

        Raises:
            ReaderError: One of them is not known, or nothing can be written.
        """
        library, article = self._library, self.article_of(target)
        outcome = library.transfer.give(self._annotated(source), article)
        self._settle(outcome)
        if not outcome.undo:
            raise ReaderError(f"Nothing was moved: {outcome.message}.")
        document = self._document(article)
        if document is not None:
            library.annotations.reanchoring.place(article, document)
            library.annotations.reanchoring.wait()
        return outcome.message

    def _annotated(self, named: str) -> ArticleId:
        """The annotated article of a file, of a path where one was, or of an id."""
        library = self._library
        ids = library.annotations.articles()
        path = Path(os.path.abspath(Path(named).expanduser()))  # noqa: PTH100 - a link that is gone leads nowhere
        paths = {path, Path(os.path.realpath(path))}
        found = [each for each in ids if not paths.isdisjoint({library.path_of(each), self._last_path(each)})]
        # Whoever names a file that is there means that one, not another that is called so by the library.
        if not found and not os.path.lexists(path):
            located = [each for each in ids if named == library.missing_articles.headline(each).article.location]
            found = [named] if named in ids else located
        if len(found) > 1:
            meant = [f"{each}  “{clean_line(library.missing_articles.headline(each).title)}”" for each in found[:NAMED]]
            told = f"{clean_line(named)} may be any of {len(found)} articles with notes."
            raise ReaderError(told, "Which is meant? Name it by its id:", meant)
        if found:
            return found[0]
        gone = [
            library.missing_articles.headline(each).article.location for each in ids if each not in library.catalogue
        ]
        hint = (
            f"Gone, with notes: {', '.join(gone[:NAMED])}." if gone else "tui-reader notes list shows where they are."
        )
        raise ReaderError(f"{clean_line(named)} has no notes.", hint)

    def _settle(self, outcome: Outcome) -> None:
        """Wait until a change is complete and on disk.

        Raises:
            ReaderError: It could not be made.
            StoreError: It could not be saved.
        """
        if self._library.read_only:
            raise ReaderError(self._library.read_only)
        if outcome.undo:
            self._library.annotations.reanchoring.wait()
        self._library.require_saved()

    def _as_of_now(self, article: ArticleId, annotations: Sequence[Annotation]) -> list[Annotation]:
        document = self._document(article)
        if document is None:
            return list(annotations)
        mark = document_fingerprint(document)
        wanted = {
            each.id: each.current
            for each in annotations
            if each.current is not None and (each.placed is None or each.placed.fingerprint != mark)
        }
        marks = {each.fingerprint for each in wanted.values()}
        texts = {each: packed_text(self._library.store, each) for each in marks}
        found = find_all(wanted, texts, document.text) if wanted else {}
        return [each._replace(placed=found[each.id]) if each.id in found else each for each in annotations]

    def _note(self, annotation: Annotation) -> Note:
        article = annotation.article
        headline = self._library.missing_articles.headline(article)
        path = file_of(self._library, article)
        return Note(
            annotation,
            title=headline.title,
            file=str(path) if path is not None else "",
            url=headline.field("url"),
            colour_name=self._library.annotations.colour_name(annotation.colour),
            was=headline.article.location if path is None else "",
            left_out=path is not None and article not in self._library.catalogue and self._is_inside(path),
        )

    def _was_here(self, article: ArticleId) -> bool:
        """Whether an article that is not in the library stood in its folders, or is left out there."""
        path = self._last_path(article)
        return path is not None and self._is_inside(path)

    def _is_inside(self, path: Path) -> bool:
        return any(map(path.is_relative_to, self._library.folders))

    def _last_path(self, article: ArticleId) -> Path | None:
        location = (self._library.store.get(ARTICLES, article) or {}).get(LOCATION)
        return self._library.path_named(location) if isinstance(location, str) and location else None

    def article_of(self, file: Path) -> ArticleId:
        """The article of a file, or of the one that a link leads to.

        Raises:
            ReaderError: There is none in the library.
        """
        article = self._library.article_at(file) or self._library.article_at(Path(os.path.realpath(file.expanduser())))
        if article is None:
            raise ReaderError(f"{file} is no article of this library.", "Is its name among those to be left out?")
        return article

    def _document(self, article: ArticleId) -> Document | None:
        if article not in self._documents:
            path = file_of(self._library, article)
            self._documents[article] = read_document(path, self._settings) if path is not None else None
        return self._documents[article]


def _find(document: Document, quote: str, occurrence: int, file: Path) -> tuple[int, int]:
    finder = QuoteFinder(document.text)
    places = finder.occurrences(quote)
    if not places:
        raise ReaderError(*_not_there(document.text, finder, quote, file))
    if len(places) > 1 and not occurrence:
        raise ReaderError(
            f"“{clean_line(quote)}” is in {file} {len(places)} times.", "Say which with --occurrence N, or quote more."
        )
    if occurrence > len(places):
        raise ReaderError(
            f"“{clean_line(quote)}” is in {file} only {f'{len(places)} times' if len(places) > 1 else 'once'}."
        )
    return places[max(0, occurrence - 1)]


def _not_there(text: str, finder: QuoteFinder, quote: str, file: Path) -> tuple[str, str]:
    """Why a quote cannot be marked, and what might be meant."""
    shown, folded, wanted = clean_line(quote), normalized(text), normalized(quote.strip())
    at = folded.find(wanted)
    if at >= 0:
        start = next((i for i in range(at, 0, -1) if not folded[i - 1].isalnum()), 0)
        end = next((i for i in range(at + len(wanted), len(text)) if not folded[i].isalnum()), len(text))
        return (
            f"“{shown}” is in {file} only as a part of words, and words are marked whole.",
            f"Give the whole words, such as “{clean_line(text[start:end])}”.",
        )
    near = finder.nearest(quote)
    hint = f"The nearest words are: “{clean_line(text[slice(*near.range)])}”." if near else ""
    return f"“{shown}” is not in {file}.", hint


def _begins(annotation_id: str, given: str) -> bool:
    return annotation_id.lower().startswith(given.lower())


def _in_short(text: str, most: int = 50) -> str:
    line = clean_line(text)
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
