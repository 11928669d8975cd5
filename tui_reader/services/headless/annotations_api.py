"""The annotations API for scripts: list, make, change, move and delete annotations.

Annotations are listed with their positions in the current files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_reader.anchoring.quotes import QuoteFinder
from tui_reader.document.cleaning import clean_line, escape
from tui_reader.document.normalization import fold, normalized
from tui_reader.document.quotation import quoted
from tui_reader.errors import ReaderError, StoreError, UsageError
from tui_reader.model.ranges import Range
from tui_reader.paths import expand_user
from tui_reader.services.headless.absent_files import explain_absence
from tui_reader.services.headless.clips import place
from tui_reader.services.headless.queries import Queries
from tui_reader.services.headless.session import document_of, file_of, last_path, was_in_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_reader.config import Settings
    from tui_reader.document.blocks import Document
    from tui_reader.model.annotation import Annotation, AnnotationId
    from tui_reader.model.article import ArticleId
    from tui_reader.model.query import Term
    from tui_reader.search.parsed_query import ParsedQuery
    from tui_reader.services.articles.reading import Outcome
    from tui_reader.services.library.library import Library

MIN_PREFIX = 4
"""Smallest length of an abbreviated id; case is ignored, and the prefix must match a single id."""
MIN_SHORT_ID = 8
"""Smallest number of characters of an id in a list; ids made in the same minute begin with as many equal characters."""
MAX_LISTED = 8
"""Largest number of annotations or articles that an error message lists."""


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation with its article, in the form that scripts receive."""

    annotation: Annotation
    title: str
    file: str
    """Path of the article's file; empty if it is missing."""
    url: str
    colour_name: str
    last_file: str = ""
    """Last known path of the article's file, if it is missing."""
    left_out: bool = False
    """True if the file is in the library's folders but is not an article, such as an ignored file."""

    def as_json(self) -> dict[str, Any]:
        """Return the annotation as a flat JSON object; uncertain positions and unknown values are null."""
        annotation = self.annotation
        placed = annotation.placed if annotation.placed is not None and annotation.placed.is_certain else None
        current = annotation.current
        return {
            "id": annotation.id,
            "article": annotation.article,
            "title": self.title,
            "file": self.file or None,
            "last_file": self.last_file or self.file or None,
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
    """The operations on annotations of a library that `library_of` has opened."""

    def __init__(self, library: Library, settings: Settings) -> None:
        self._library = library
        self._settings = settings
        self._documents: dict[ArticleId, Document | None] = {}

    @property
    def is_damaged(self) -> bool:
        """True if the state file is damaged, so that annotations may be missing."""
        return bool(self._library.store.damage)

    def all(self, *, everywhere: bool = True) -> Iterator[Note]:
        """Yield every annotation, sorted by article title, and in each article by position in the text.

        Args:
            everywhere: True for all annotations in the state file, False for those of articles in the library's
                folders; missing and ignored articles of these folders are included in any case.
        """
        here = self._library.catalogue
        annotated = dict.fromkeys(each.article for each in self._library.annotations.all())
        titles = {row.id: row.title for row in here.rows(annotated)}
        for article in sorted(annotated, key=lambda each: (each not in titles, titles.get(each, each), each)):
            if everywhere or article in titles or was_in_folders(self._library, article):
                yield from self.of(article)

    def of(self, article: ArticleId) -> Iterator[Note]:
        """Yield the annotations of an article, placed in its current file; nothing is written to the state."""
        for annotation in self._placed_in_current_file(article, self._library.annotations.of(article)):
            yield self._note(annotation)

    def parse(self, text: str) -> ParsedQuery:
        """Parse the text of a query."""
        return Queries(self._library, self._settings).parse(text)

    def explain(self, parsed: ParsedQuery) -> str:
        """Return a line that says in words which annotations a query finds."""
        return Queries(self._library, self._settings).explain(parsed)

    def matching(self, notes: Sequence[Note], query: Term) -> list[Note]:
        """Return the annotations among `notes` that match a query, in the given order."""
        queries = Queries(self._library, self._settings)
        found = {each.id for each in queries.annotations(query, [note.annotation for note in notes])}
        return [note for note in notes if note.annotation.id in found]

    def short_ids(self) -> dict[AnnotationId, str]:
        """Return the shortest form of each id that distinguishes all ids; all forms have the same length."""
        ids = [each.id for each in self._library.annotations.all()]
        common = (
            next((i for i, (a, b) in enumerate(zip(*pair, strict=False)) if a != b), min(map(len, pair)))
            for pair in pairwise(sorted(each.lower() for each in ids))
        )
        length = max(MIN_SHORT_ID, 1 + max(common, default=0))
        # Never end before a hyphen: it would be unclear whether it belongs to the short form.
        return {each: each[: length + (each[length - 1 : length] == "-")] for each in ids}

    def get(self, wanted: str) -> Note:
        """Return the annotation whose id is, or begins with, `wanted`.

        Raises:
            ReaderError: No annotation matches, or several match.
            StoreError: The readable part of a damaged state has no such annotation.
            UsageError: The id is empty.
        """
        given = wanted.strip()
        if not given:
            raise UsageError("An id must not be empty.", "“tui-reader notes list” shows the ids.")
        known = {each.id: each for each in self._library.annotations.all()}
        # An id made by another program may contain any characters; its printed form is accepted, too.
        candidates = [each for each in known.values() if _begins(each.id, given) or _begins(escape(each.id), given)]
        lengths = {len(given), len(escape(given))}
        exact = [known[given]] if given in known else [each for each in candidates if len(escape(each.id)) in lengths]
        matching = exact or candidates
        if not matching:
            raise (StoreError if self.is_damaged else ReaderError)(
                f"There is no annotation {clean_line(wanted)} in this library.",
                "“tui-reader notes list” shows the ids; --library PATH says which library is meant.",
            )
        if len(matching) > 1:
            message = f"There are several annotations whose ids begin with {given}."
            raise ReaderError(message, "Which is meant?", self._list_annotations(matching))
        if not exact and len(given) < MIN_PREFIX:
            raise ReaderError(f"“{given}” is too short for an id.", f"Give {MIN_PREFIX} characters of it or more.")
        found = matching[0]
        return next(note for note in self.of(found.article) if note.annotation.id == found.id)

    def _list_annotations(self, annotations: Sequence[Annotation]) -> list[str]:
        """Return lines for an error message: short id, quote and note of the first `MAX_LISTED` annotations.

        A last line tells how many more there are, if any.
        """
        short = self.short_ids()
        lines = [
            "  ".join(filter(None, (short[each.id], each.quote and quoted(_shorten(each.quote)), _shorten(each.note))))
            for each in annotations[:MAX_LISTED]
        ]
        more = len(annotations) - MAX_LISTED
        return [*lines, *([f"and {more:,} more"] if more > 0 else [])]

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
        """Highlight a quote in a file; without a quote, write a note on the whole article.

        Args:
            file: The article's file.
            quote: The words to highlight. Case, white space, kinds of quotation marks and dashes, soft hyphens and
                ligatures need not agree with the text; letters and punctuation within the quote must.
            note: The note in Markdown.
            tags: Tags of the annotation.
            colour: 1 to 5; None for the last used colour.
            occurrence: Number of the occurrence to highlight, from 1; 0 if the quote may occur only once.

        Raises:
            ReaderError: The file is not an article of the library, or has the quote not at all or more than once.
            UsageError: There is nothing to write, or a tag has no name.
        """
        if not all(clean_line(tag).lstrip("#") for tag in tags):
            raise UsageError("A tag must not be empty.", "Give it a name, such as --tag sea.")
        article = self.article_of(file)
        document = self._document(article)
        if document is None:
            raise ReaderError(f"{file} cannot be read.", "Open it in the reader to see why.")
        annotations = self._library.annotations
        if not quote.strip():
            outcome = annotations.note_on_article(article, note, tags)
        else:
            start, end = _find(document, quote, occurrence, file)
            outcome = annotations.add(article, document, start, end, colour=colour, note=note, tags=tags)
            annotations.reanchoring.place(article, document)
        self._require_saved(outcome)
        if not outcome.annotation:
            raise UsageError("There is nothing to keep.", "Give a --quote, a --note, or both.")
        return next(each for each in self.of(article) if each.annotation.id == outcome.annotation)

    def edit(
        self, wanted: str, *, note: str | None = None, tags: Sequence[str] | None = None, colour: int | None = None
    ) -> Note:
        """Change an annotation's note, tags or colour; None leaves a field unchanged. Tags are replaced.

        Raises:
            ReaderError: The annotation does not exist, or nothing can be written.
            UsageError: All arguments are None.
        """
        if note is None and tags is None and colour is None:
            raise UsageError("There is nothing to change.", "Give a --note, a --tag or a --colour.")
        annotation_id = self.get(wanted).annotation.id
        annotations = self._library.annotations
        if colour is not None:
            self._require_saved(annotations.recolour(annotation_id, colour))
        if tags is not None:
            self._require_saved(annotations.retag(annotation_id, tags))
        if note is not None:
            self._require_saved(annotations.edit_note(annotation_id, note))
        return self.get(annotation_id)

    def delete(self, wanted: Sequence[str]) -> tuple[list[AnnotationId], str]:
        """Delete annotations by their ids; if one annotation does not exist, none is deleted.

        Returns:
            The ids of the deleted annotations, and a message for the user.
        """
        ids = list(dict.fromkeys(self.get(each).annotation.id for each in wanted))
        outcome = self._library.annotations.delete(ids)
        self._require_saved(outcome)
        return ids, outcome.message

    def move(self, source: str, target: Path) -> str:
        """Move all annotations of an article to another article.

        Args:
            source: The article: its file, the last path of a missing file, or its id.
            target: The file of the other article.

        Returns:
            A message for the user.

        Raises:
            ReaderError: One of the articles is not known, or nothing can be written.
        """
        library, article = self._library, self.article_of(target)
        outcome = library.transfer.move_annotations(self._annotated_article(source), article)
        self._require_saved(outcome)
        if not outcome.undo:
            raise ReaderError(f"Nothing was moved: {outcome.message}.")
        document = self._document(article)
        if document is not None:
            library.annotations.reanchoring.place(article, document)
            library.annotations.reanchoring.wait()
        return outcome.message

    def _annotated_article(self, named: str) -> ArticleId:
        """Return the annotated article that a file, the last path of a missing file, or an id names.

        Raises:
            ReaderError: No article matches, or several match.
        """
        library = self._library
        ids = library.annotations.articles()
        path = Path(os.path.abspath(expand_user(named)))  # noqa: PTH100 - a missing link cannot be resolved
        paths = {path, Path(os.path.realpath(path))}
        found = [each for each in ids if not paths.isdisjoint({library.path_of(each), self._last_path(each)})]
        # The path of an existing file means that file, not another article that has this name in the library.
        if not found and not os.path.lexists(path):
            located = [each for each in ids if named == library.missing_articles.headline(each).article.location]
            found = [named] if named in ids else located
        if len(found) > 1:
            titles = {each: clean_line(library.missing_articles.headline(each).title) for each in found[:MAX_LISTED]}
            choices = [f"{each}  {quoted(title)}" for each, title in titles.items()]
            message = f"{clean_line(named)} may be any of {len(found)} articles with notes."
            raise ReaderError(message, "Which is meant? Name it by its id:", choices)
        if found:
            return found[0]
        gone = [
            library.missing_articles.headline(each).article.location for each in ids if each not in library.catalogue
        ]
        hint = (
            f"Gone, with notes: {', '.join(gone[:MAX_LISTED])}."
            if gone
            else "tui-reader notes list shows where they are."
        )
        raise ReaderError(f"{clean_line(named)} has no notes.", hint)

    def _require_saved(self, outcome: Outcome) -> None:
        """Wait until the change of an outcome, and the re-anchoring that it started, are on disk.

        Raises:
            StoreError: The library is read-only, or the change could not be saved.
        """
        if self._library.read_only:
            raise StoreError(self._library.read_only)
        if outcome.undo:
            self._library.annotations.reanchoring.wait()
        self._library.require_saved()

    def _placed_in_current_file(self, article: ArticleId, annotations: Sequence[Annotation]) -> list[Annotation]:
        document = self._document(article)
        if document is None:
            return list(annotations)
        return place(annotations, document, self._library.store)

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
            last_file=headline.article.location if path is None else "",
            left_out=path is not None and article not in self._library.catalogue and self._is_in_folders(path),
        )

    def _is_in_folders(self, path: Path) -> bool:
        return any(map(path.is_relative_to, self._library.folders))

    def _last_path(self, article: ArticleId) -> Path | None:
        return last_path(self._library, article)

    def article_of(self, file: Path) -> ArticleId:
        """Return the article of a file; if `file` is a symbolic link, also that of the file to which it leads.

        Raises:
            ReaderError: The file is not an article of the library.
        """
        article = self._library.article_at(file) or self._library.article_at(Path(os.path.realpath(expand_user(file))))
        if article is None:
            raise ReaderError(*explain_absence(file, self._library.folders))
        return article

    def _document(self, article: ArticleId) -> Document | None:
        if article not in self._documents:
            path = file_of(self._library, article)
            self._documents[article] = (
                document_of(self._library, article, path, self._settings) if path is not None else None
            )
        return self._documents[article]


def _find(document: Document, quote: str, occurrence: int, file: Path) -> tuple[int, int]:
    """Return the range of a quote in a document; the arguments and errors are those of `AnnotationsApi.add`."""
    finder = QuoteFinder(document.text)
    places = finder.occurrences(quote)
    if not places:
        raise ReaderError(*_explain_missing_quote(document.text, finder, quote, file))
    if len(places) > 1 and not occurrence:
        raise ReaderError(
            f"“{clean_line(quote)}” is in {file} {len(places)} times.", "Say which with --occurrence N, or quote more."
        )
    if occurrence > len(places):
        raise ReaderError(
            f"“{clean_line(quote)}” is in {file} only {f'{len(places)} times' if len(places) > 1 else 'once'}."
        )
    return places[max(0, occurrence - 1)]


def _explain_missing_quote(text: str, finder: QuoteFinder, quote: str, file: Path) -> tuple[str, str]:
    """Return an error message and a hint for a quote that is not in a text as whole words."""
    shown, folded, wanted = clean_line(quote), fold(text), normalized(quote.strip())
    letters = folded.text
    at = letters.find(wanted)
    if at >= 0:
        start = next((i for i in range(at, 0, -1) if not letters[i - 1].isalnum()), 0)
        end = next((i for i in range(at + len(wanted), len(letters)) if not letters[i].isalnum()), len(letters))
        start, end = folded.original(Range(start, end))
        return (
            f"“{shown}” is in {file} only as a part of words, and words are marked whole.",
            f"Give the whole words, such as “{clean_line(text[start:end])}”.",
        )
    near = finder.nearest(quote)
    hint = f"The nearest words are: “{clean_line(text[slice(*near.range)])}”." if near else ""
    return f"“{shown}” is not in {file}.", hint


def _begins(annotation_id: str, given: str) -> bool:
    return annotation_id.lower().startswith(given.lower())


def _shorten(text: str, max_length: int = 50) -> str:
    line = clean_line(text)
    return line if len(line) <= max_length else f"{line[: max_length - 1].rstrip()}…"
