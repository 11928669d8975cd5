"""Annotations for programs and scripts: listed as they stand in the files of now, made, changed and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui_reader.anchoring.describe import document_fingerprint
from tui_reader.anchoring.quotes import QuoteFinder
from tui_reader.document.clean import clean_line
from tui_reader.errors import ReaderError, UsageError
from tui_reader.services.headless import read_document
from tui_reader.services.placing import find_all
from tui_reader.services.records import LOCATION
from tui_reader.services.texts import packed_text
from tui_reader.storage.base import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId
    from tui_reader.services.library import Library
    from tui_reader.services.reading import Outcome

LEAST_PREFIX = 8
"""Characters of an id that may stand for the whole."""


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation with its article, as scripts see it."""

    annotation: Annotation
    title: str
    file: str
    """Path of the article's file; empty where it is not to be found."""
    url: str
    colour_name: str

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
            "url": self.url or None,
            "quote": annotation.quote or None,
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


class Notes:
    """The annotations of a library that was brought up to date."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._documents: dict[ArticleId, Document | None] = {}

    def all(self, *, everywhere: bool = True) -> Iterator[Note]:
        """Every annotation, article by article in the order of its text.

        Args:
            everywhere: Whether articles count that the state knows of but that do not stand in the library's places.
        """
        here = self._library.catalogue
        annotated = dict.fromkeys(each.article for each in self._library.annotating.all())
        titles = {row.id: row.title for row in here.rows(annotated)}
        for article in sorted(annotated, key=lambda each: (each not in titles, titles.get(each, each), each)):
            if everywhere or article in titles:
                yield from self.of(article)

    def of(self, article: ArticleId) -> Iterator[Note]:
        """The annotations of an article, placed in its file as it stands now; nothing is written for that."""
        for annotation in self._as_of_now(article, self._library.annotating.of(article)):
            yield self._note(annotation)

    def get(self, wanted: str) -> Note:
        """An annotation by its id, or by the beginning of it.

        Raises:
            ReaderError: There is none, or more than one.
        """
        matching = [
            each
            for each in self._library.annotating.all()
            if each.id == wanted or (len(wanted) >= LEAST_PREFIX and each.id.startswith(wanted))
        ]
        if len(matching) != 1:
            what = f"several annotations whose ids begin with {wanted}" if matching else f"no annotation {wanted}"
            raise ReaderError(f"There is {what} in this library.", "tui-reader notes list shows all of them.")
        return next(note for note in self.of(matching[0].article) if note.annotation.id == matching[0].id)

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
        """
        article = self._article_of(file)
        document = self._document(article)
        if document is None:
            raise ReaderError(f"{file} cannot be read.", "Open it in the reader to see why.")
        annotating = self._library.annotating
        if not quote.strip():
            outcome = annotating.note_on_article(article, note, tags)
        else:
            start, end = _find(document, quote, occurrence, file)
            outcome = annotating.add(article, document, start, end, colour=colour, note=note, tags=tags)
            annotating.place(article, document)
        self._settle(outcome)
        if not outcome.annotation:
            raise UsageError("There is nothing to keep.", "Give a --quote, a --note, or both.")
        return next(each for each in self.of(article) if each.annotation.id == outcome.annotation)

    def edit(
        self, wanted: str, *, note: str | None = None, tags: Sequence[str] | None = None, colour: int | None = None
    ) -> Note:
        """Change an annotation; what is None stays."""
        annotation_id = self.get(wanted).annotation.id
        annotating = self._library.annotating
        if colour is not None:
            self._settle(annotating.recolour(annotation_id, colour))
        if tags is not None:
            self._settle(annotating.retag(annotation_id, tags))
        if note is not None:
            self._settle(annotating.edit_note(annotation_id, note))
        return self.get(annotation_id)

    def delete(self, wanted: Sequence[str]) -> str:
        """Delete annotations, all of them or, where one is not there, none; what was done, in words."""
        ids = [self.get(each).annotation.id for each in wanted]
        outcome = self._library.annotating.delete(ids)
        self._settle(outcome)
        return outcome.message

    def _settle(self, outcome: Outcome) -> None:
        """Wait until a change is complete.

        Raises:
            ReaderError: It could not be made.
        """
        if self._library.read_only:
            raise ReaderError(self._library.read_only)
        if outcome.undo:
            self._library.annotating.wait()

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
        rows = self._library.catalogue.rows((article,))
        path = self._path(article)
        return Note(
            annotation,
            title=rows[0].title if rows else article,
            file=str(path) if path is not None else "",
            url=rows[0].field("url") if rows else "",
            colour_name=self._library.annotating.colour_name(annotation.colour),
        )

    def _article_of(self, file: Path) -> ArticleId:
        article = self._library.article_at(file)
        if article is None:
            raise ReaderError(f"{file} is no article of this library.", "Is its name among those to be left out?")
        return article

    def _document(self, article: ArticleId) -> Document | None:
        if article not in self._documents:
            path = self._path(article)
            self._documents[article] = read_document(path, self._settings) if path is not None else None
        return self._documents[article]

    def _path(self, article: ArticleId) -> Path | None:
        """Where an article's file is: in the library's places, or where it was when its state was written."""
        path = self._library.path_of(article)
        if path is None:
            location = (self._library.store.get(ARTICLES, article) or {}).get(LOCATION)
            recorded = self._library.path_named(location) if isinstance(location, str) and location else None
            path = recorded if recorded is not None and recorded.is_file() else None
        return path


def _find(document: Document, quote: str, occurrence: int, file: Path) -> tuple[int, int]:
    finder = QuoteFinder(document.text)
    places = finder.occurrences(quote)
    if not places:
        near = finder.nearest(quote)
        hint = f"The nearest words are: “{clean_line(document.text[slice(*near.range)])}”." if near else ""
        raise ReaderError(f"“{clean_line(quote)}” is not in {file}.", hint)
    if len(places) > 1 and not occurrence:
        raise ReaderError(
            f"“{clean_line(quote)}” is in {file} {len(places)} times.", "Say which with --occurrence N, or quote more."
        )
    if occurrence > len(places):
        raise ReaderError(f"“{clean_line(quote)}” is in {file} only {len(places)} times.")
    return places[max(0, occurrence - 1)]
