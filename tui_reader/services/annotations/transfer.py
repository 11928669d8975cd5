"""Annotation transfer: move notes and reading state from a missing article to its renamed file.

A file that was moved and edited at once has no fingerprint in common with the old file, only a similar text. Kept texts
of missing articles are compared with new files; if one new file is much more similar than all others, the notes are
transferred automatically; else similar articles are offered to the user.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.document.normalization import normalized, search_key
from tui_reader.document.quotation import quoted
from tui_reader.services.articles.article_records import SEEN_FIELDS
from tui_reader.services.articles.parsed_files import SCANNED, load
from tui_reader.services.articles.reading import Outcome
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import noop
from tui_reader.services.library.state import edits_to_fields
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.annotations.missing_articles import MissingArticles
    from tui_reader.services.articles.identities import FoundFile
    from tui_reader.services.library.state import LibraryState

MIN_SHOWN_SIMILARITY = 0.3
"""Smallest similarity of two texts to show to the user; two articles on one subject by one author have about 0.15."""
MIN_SIMILARITY = 0.6
"""Smallest similarity of a new file to a missing article for an automatic transfer of the notes."""
MIN_SIMILARITY_WITHOUT_QUOTES = 0.8
"""`MIN_SIMILARITY` for an article without highlights, which is easier to confuse with similar articles."""
MIN_LEAD = 0.2
"""By how much a pair must be more similar than every other pair with its missing article or its new file, so that the
notes are transferred automatically."""
WITHOUT_QUOTES_FACTOR = 0.2
"""Factor by which the similarity of a text is multiplied if it has none of the marked passages."""
MAX_FILES_READ = 60
"""Largest number of files that are read to find the file similar to a missing article."""
MAX_READ_SECONDS = 3.0
"""Seconds of reading after which no further file is read; 25 moved articles of 8,000 words take one second."""
MAX_OFFERED = 1000
"""Largest number of articles that the user can choose from, the most similar first."""
MOVE_SECONDS = 60.0
"""Longest time in seconds between the loss of a file and a new file that still counts as a move."""
MAX_COMPARED = 50
"""Maximum number of new files, and of missing articles, to compare. With more, nothing is compared: probably the folder
was replaced by another one."""
NOT_COMPARED = math.inf
"""Placeholder for a similarity that is not computed yet; higher than any, so that nothing has a lead over it."""

Pair: TypeAlias = "tuple[ArticleId, ArticleId]"
"""A missing article, and a new article that may be its renamed file."""


class Guess(NamedTuple):
    """An article whose file may be the renamed file of a missing article."""

    id: ArticleId
    similarity: float
    """Similarity of the new file's text to the missing article's kept text, 0 to 1; 0 if not compared."""


class _Known(NamedTuple):
    """The words of an article that the state contains even if the article's file is missing."""

    text: str
    """The last kept text, else the marked words with their context."""
    quotes: tuple[str, ...]
    """The marked passages; a similar text without any of these passages is a different article."""


class Transfer:
    """The service that finds the renamed files of missing articles, and moves their annotations.

    Used from the library's thread; texts are read and compared in another thread.
    """

    def __init__(
        self,
        state: LibraryState,
        missing_articles: MissingArticles,
        limit: int,
        notify: Callable[[], None],
        failed: Callable[[Exception], None] = noop,
    ) -> None:
        """Create the transfer for a library.

        Args:
            state: The library's state.
            missing_articles: Provides the metadata and texts of missing articles.
            limit: Largest number of bytes of a file that is read.
            notify: Called in a thread when `collect` has results to apply.
            failed: Called in a thread with the error of a comparison that failed.
        """
        self._state, self._missing_articles = state, missing_articles
        self._limit, self._notify = limit, notify
        # A separate thread, so that comparisons do not delay the highlights of an opened article.
        self.background = Background(failed)
        self.missing: dict[ArticleId, float] = {}
        """Annotated articles whose files are missing, with the time of the loss on the monotonic clock."""
        self._new: dict[ArticleId, float] = {}
        """New articles, with the time of their arrival on the monotonic clock."""
        self._similarities: dict[Pair, float] = {}
        """Similarity of each (missing, new) pair of articles; `NOT_COMPARED` until computed."""
        self.messages: list[str] = []
        """A message for each automatic transfer."""
        self.successors: dict[ArticleId, ArticleId] = {}
        """The new article of each automatic transfer, by missing article."""
        self.on_transferred: Callable[[Outcome], None] = noop
        """Called with the outcome of each automatic transfer."""

    def move_annotations(self, source: ArticleId, target: ArticleId) -> Outcome:
        """Move all annotations of an article, and its state if its file is missing, to another article.

        The passages are re-anchored in the other text as after an edit; missing passages become orphans. Undo
        reverts the move.
        """
        store, catalogue = self._state.store, self._state.catalogue
        if store.read_only:
            return Outcome(store.read_only)
        if source == target or target not in catalogue:
            return Outcome("it is the same article" if source == target else "that article is not in the library")
        annotations = self._state.annotation_index.of(source)
        edits: list[Edit] = []
        for each in annotations:
            edits += edits_to_fields(ANNOTATIONS, each.id, store.get(ANNOTATIONS, each.id), {"article": target})
        if self._state.identities.file(source) is None:
            edits += self._state_edits(source, target)
        if not edits:
            return Outcome("it has no notes")
        count = f"{len(annotations):,} {'note' if len(annotations) == 1 else 'notes'}" if annotations else "the state"
        label = f"moved {count} of {quoted(self._title(source))} to {quoted(self._title(target))}"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def guess(self, source: ArticleId, done: Callable[[list[Guess]], None]) -> None:
        """Search in the background for the renamed file of an article; takes up to about `MAX_READ_SECONDS`.

        Args:
            source: The article.
            done: Called by `collect` with the guesses: first the articles with a similar text, the most similar first;
                then others, the most similar metadata first.
        """
        gone = self._missing_articles.headline(source)
        rows, file_of = self._others(source), self._state.identities.file
        known, limit = {source: self._known(source)}, self._limit

        def compare() -> list[Guess]:
            ranked = sorted(rows, key=lambda row: -_metadata_score(gone, row))[:MAX_OFFERED]
            files = {row.id: file_of(row.id) for row in ranked[:MAX_FILES_READ]}
            found = {article: similarity for (_, article), similarity in _compare(known, files, limit).items()}
            similar = [each for each in found.items() if each[1] >= MIN_SHOWN_SIMILARITY]
            similar.sort(key=lambda each: -each[1])
            first = [Guess(*each) for each in similar]
            rest = [Guess(row.id, found.get(row.id, 0.0)) for row in ranked if row.id not in dict(similar)]
            return [*first, *rest]

        self.background.do(compare, done, self._notify)

    def compare_scan(self, gone: Iterable[ArticleId], come: Iterable[ArticleId], changed: Iterable[ArticleId]) -> None:
        """Compare missing articles with new articles after a scan.

        A file that was moved and edited appears as one missing and one new article, in either order.

        Args:
            gone: Articles whose files are missing since this scan.
            come: Articles that are new in this scan.
            changed: Articles whose text has changed. New articles among them are compared again: their files may
                have been incomplete at the comparison before.
        """
        catalogue, file_of = self._state.catalogue, self._state.identities.file
        now, rewritten = time.monotonic(), set(changed)
        missing = {each: at for each, at in self.missing.items() if now - at < MOVE_SECONDS} | dict.fromkeys(gone, now)
        new = {each: at for each, at in self._new.items() if now - at < MOVE_SECONDS} | dict.fromkeys(come, now)
        if len(missing) > MAX_COMPARED or len(new) > MAX_COMPARED or self._state.store.read_only:
            self.missing, self._new, self._similarities = {}, {}, {}
            return
        self.missing = {
            each: at for each, at in missing.items() if file_of(each) is None and self._state.may_have_record(each)
        }
        self._new = {each: at for each, at in new.items() if each in catalogue and self._state.is_bare(each)}
        pairs = [(one, other) for one in self.missing for other in self._new]
        new_pairs = [each for each in pairs if each not in self._similarities or each[1] in rewritten]
        self._similarities = {each: self._similarities.get(each, NOT_COMPARED) for each in pairs} | dict.fromkeys(
            new_pairs, NOT_COMPARED
        )
        if new_pairs:
            self._compare_new(new_pairs)

    def collect(self) -> None:
        """Apply the results of the finished comparisons."""
        self.background.finish_jobs()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for all comparisons, and apply their results.

        Args:
            seconds: Longest wait for each comparison; None to wait without limit.
        """
        self.background.wait(seconds)

    def close(self) -> None:
        """Stop the comparison thread and discard all pending comparisons."""
        self.background.close()

    def _compare_new(self, pairs: Iterable[Pair]) -> None:
        known = {each: self._known(each) for each in dict.fromkeys(one for one, _ in pairs)}
        files = {each: self._state.identities.file(each) for each in dict.fromkeys(other for _, other in pairs)}
        limit = self._limit

        def finish(found: Mapping[Pair, float]) -> None:
            for pair, similarity in found.items():
                # The new file may have been removed or rewritten while the comparison ran.
                if pair in self._similarities and self._state.identities.file(pair[1]) == files[pair[1]]:
                    self._similarities[pair] = similarity
            self._transfer_best()

        self.background.do(lambda: _compare(known, files, limit), finish, self._notify)

    def _transfer_best(self) -> None:
        """Transfer the notes of each pair that leads by `MIN_LEAD` over all other pairs with one of its articles."""
        ranked: defaultdict[ArticleId, list[float]] = defaultdict(list)
        for pair, similarity in self._similarities.items():
            for each in pair:
                ranked[each].append(similarity)
        for ranks in ranked.values():
            ranks.sort(reverse=True)
        for pair, similarity in list(self._similarities.items()):
            rivals = [(*ranked[each], 0.0)[:2] for each in pair]
            leads = (best == similarity and similarity - second >= MIN_LEAD for best, second in rivals)
            if similarity != NOT_COMPARED and all(leads):
                self._take_over(*pair, similarity)

    def _take_over(self, missing: ArticleId, target: ArticleId, similarity: float) -> None:
        """Transfer the notes of `missing` to `target` if the texts are similar and `missing` is still missing."""
        catalogue, file_of = self._state.catalogue, self._state.identities.file
        if similarity < (MIN_SIMILARITY if self._quotes_of(missing) else MIN_SIMILARITY_WITHOUT_QUOTES):
            return
        if (
            missing not in self.missing
            or file_of(missing) is not None
            or target not in catalogue
            or not self._state.is_bare(target)
        ):
            return
        source = self._missing_articles.headline(missing)
        outcome = self.move_annotations(missing, target)
        if outcome.undo:
            self.missing.pop(missing, None)
            self.successors[missing] = target
            came, went = catalogue.row(target).article.location, source.article.location
            kept = "notes" if self._state.annotation_index.count(target) else "state"
            self.messages.append(f"{came} looks like {went}: {kept} kept; undo takes it back")
            self.on_transferred(outcome._replace(message=self.messages[-1]))

    def _known(self, article: ArticleId) -> _Known:
        text = self._missing_articles.text(article)
        around = "\n".join(map(_with_context, self._state.annotation_index.of(article))) if text is None else text
        return _Known(around, self._quotes_of(article))

    def _quotes_of(self, article: ArticleId) -> tuple[str, ...]:
        return tuple(each.quote for each in self._state.annotation_index.of(article) if each.quote)

    def _others(self, source: ArticleId) -> list[Headline]:
        """Return the headlines of all articles of the library except `source`."""
        return [row for row in self._state.catalogue.everything() if row.id != source]

    def _state_edits(self, source: ArticleId, target: ArticleId) -> list[Edit]:
        """Return the edits that copy the state of `source` to `target`, except fields that `target` has."""
        record, target_record = (self._state.store.get(ARTICLES, each) or {} for each in (source, target))
        given = [
            name
            for name in record
            if name in {*SEEN_FIELDS, "starred", "archived", "tags", "joined", "whole", "up_next", "filed"}
            or name.startswith(("edited_", "bookmark_"))
        ]
        return [Edit(ARTICLES, target, name, None, record[name]) for name in given if name not in target_record]

    def _title(self, article: ArticleId) -> str:
        return self._missing_articles.headline(article).title


def _with_context(annotation: Annotation) -> str:
    current = annotation.current
    return current.prefix + current.exact + current.suffix if current is not None else ""


def _metadata_score(gone: Headline, row: Headline) -> float:
    """Return a score of how likely `row` is the renamed article `gone`, by file name, title, source and length.

    At most about 11; negative if the lengths differ much.
    """
    one, other = gone.article, row.article
    score = 4.0 * (bool(one.metadata.url) and one.metadata.url == other.metadata.url)
    score += 2.0 * (Path(one.location).name == Path(other.location).name)
    words, others = set(search_key(gone.title).split()), set(search_key(row.title).split())
    score += 3.0 * len(words & others) / max(1, len(words | others))
    score += 0.5 * (Path(one.location).parent == Path(other.location).parent)
    score += 0.5 * (bool(one.metadata.source) and one.metadata.source == other.metadata.source)
    score += 0.5 * (not row.notes) + 0.25 * (not row.state.opened)
    if one.metadata.words and other.metadata.words:
        score -= abs(math.log2(one.metadata.words / other.metadata.words))
    return score


def _compare(
    known: Mapping[ArticleId, _Known], files: Mapping[ArticleId, FoundFile | None], limit: int
) -> dict[Pair, float]:
    """Return the similarity of each known text to each file; files not read in time are left out.

    Args:
        known: The known texts.
        files: The files of the new articles; an unreadable file has similarity 0.
        limit: Largest number of bytes of a file that is read.
    """
    # Imports the formats (0.1 s), and most users never lose a file.
    from tui_reader.anchoring.similarity import similarity, word_pairs  # noqa: PLC0415

    deadline = time.monotonic() + MAX_READ_SECONDS
    old = {each: (word_pairs(text), [normalized(quote) for quote in quotes]) for each, (text, quotes) in known.items()}
    has_quotes = any(quotes for _, quotes in old.values())
    found: dict[Pair, float] = {}
    for article, file in files.items():
        if found and time.monotonic() > deadline:
            break
        document = load(file.path, limit, limits=SCANNED) if file is not None and not file.error else None
        text = document.text if document is not None else ""
        new, there = word_pairs(text), normalized(text) if has_quotes else ""
        for each, (pairs, quotes) in old.items():
            share = sum(quote in there for quote in quotes) / len(quotes) if quotes else 1.0
            found[each, article] = similarity(pairs, new) * (
                WITHOUT_QUOTES_FACTOR + (1 - WITHOUT_QUOTES_FACTOR) * share
            )
    return found
