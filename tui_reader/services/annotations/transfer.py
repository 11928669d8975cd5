"""Gives the notes and the state of one article to another: to what it became when its file was moved and edited.

Its text alone may tell what that is. A text that was annotated or read is kept, and compared with those of now: what is
much like it is named, and takes the notes over where it has just come and nothing else is like it.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tui_reader.search.search_key import search_key
from tui_reader.services.articles.article_records import SEEN_FIELDS
from tui_reader.services.articles.content import load
from tui_reader.services.articles.reading import Outcome
from tui_reader.services.library.background import Background
from tui_reader.services.library.events import noop
from tui_reader.services.library.record_edits import edits_to_fields
from tui_reader.storage.base import ANNOTATIONS, ARTICLES, Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tui_reader.model.annotation import Annotation
    from tui_reader.model.article import ArticleId, Headline
    from tui_reader.services.annotations.missing_articles import MissingArticles
    from tui_reader.services.articles.scan_results import FoundFile
    from tui_reader.services.library.state import LibraryState

LIKE = 0.3
"""Least likeness that is worth telling; two articles on one subject by one author reach 0.15."""
SURE = 0.6
"""Least likeness of a new file that takes over what was noted in one that went."""
SURE_UNMARKED = 0.8
"""The same where nothing was marked in it that could tell forms apart."""
LEAD = 0.2
"""By how much it must be more like that than any other new file is, and than it is like any other article that went."""
QUOTELESS = 0.2
"""What is left of the likeness of a text that has none of the passages that were marked."""
READ_MOST = 60
"""Texts that are read to find the one that is like another."""
SECONDS = 3.0
"""Seconds after which no further text is read for that; 25 moved articles of 8,000 words take one."""
LISTED = 1000
"""Articles that are offered to choose from, the likeliest first."""
TOGETHER = 60.0
"""Seconds within which a file goes and another comes if that is a move: what comes later is but alike."""
WATCHED = 50
"""New files, and articles that went, that are compared by themselves; more at once are no moves but another library."""
UNREAD = math.inf
"""Stands for the likeness of what was not compared: it may be more like than anything else."""

Pair: TypeAlias = "tuple[ArticleId, ArticleId]"
"""An article that is known, and one that it may have become."""


class Guess(NamedTuple):
    """An article that another one may have become."""

    id: ArticleId
    likeness: float
    """How much its text is like the one that is kept, 0 to 1; 0 also where nobody has looked."""


class _Known(NamedTuple):
    """What is known of an article that may be gone."""

    text: str
    """Its last text, else the words that were marked in it."""
    quotes: tuple[str, ...]
    """Passages that were marked: a text that has none of them is but of the same form."""


class Transfer:
    """Used from the thread that owns the library; texts are read and compared beside it."""

    def __init__(
        self,
        state: LibraryState,
        remembering: MissingArticles,
        limit: int,
        tell: Callable[[], None],
        failed: Callable[[Exception], None] = noop,
    ) -> None:
        """Follow a state.

        Args:
            state: The library's state.
            remembering: What is known of articles that are gone.
            limit: Bytes that an article may have.
            tell: Called in a thread when there is something to take in.
            failed: Told, in a thread, of a comparison that broke.
        """
        self._state, self._remembering = state, remembering
        self._limit, self._tell = limit, tell
        # A thread of its own: the highlights of an article that is opened are not to wait for it.
        self._background = Background(failed)
        self._lost: dict[ArticleId, float] = {}
        """Annotated articles that went, and when, in seconds of the monotonic clock."""
        self._fresh: dict[ArticleId, float] = {}
        """Articles that came, likewise."""
        self._alike: dict[Pair, float] = {}
        """How much those that came are like those that went; `UNREAD` as long as that is not known."""
        self.told: list[str] = []
        """What is to be said of articles that took over by themselves what was noted in others."""
        self.successors: dict[ArticleId, ArticleId] = {}
        """Articles that took over from articles whose files are gone by themselves."""
        self.handed: Callable[[Outcome], None] = noop
        """Told when an article took over what was noted in another one by itself."""

    def give(self, source: ArticleId, target: ArticleId) -> Outcome:
        """Give all annotations of an article to another one, and its state where that is gone; undo takes it back.

        The passages are looked for in the other text as after an edit: what is not found there has no place.
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
        label = f"gave {count} of “{self._title(source)}” to “{self._title(target)}”"
        return Outcome(label, self._state.commit(edits, label), undo=True)

    def guess(self, source: ArticleId, done: Callable[[list[Guess]], None]) -> None:
        """Find out which articles another one may have become; takes up to some seconds, aside.

        Args:
            source: The article.
            done: Given the guesses, the best first, then all others by how likely they seem; by the owner's `sync`.
        """
        gone = self._remembering.headline(source)
        rows, file_of = self._others(source), self._state.identities.file
        known, limit = {source: self._known(source)}, self._limit

        def compare() -> list[Guess]:
            ranked = sorted(rows, key=lambda row: -_prior(gone, row))[:LISTED]
            files = {row.id: file_of(row.id) for row in ranked[:READ_MOST]}
            found = {article: alike for (_, article), alike in _compare(known, files, limit).items()}
            alike = sorted((each for each in found.items() if each[1] >= LIKE), key=lambda each: -each[1])
            first = [Guess(*each) for each in alike]
            rest = [Guess(row.id, found.get(row.id, 0.0)) for row in ranked if row.id not in dict(alike)]
            return [*first, *rest]

        self._background.do(compare, done, self._tell)

    def take_in(self, gone: Iterable[ArticleId], come: Iterable[ArticleId], changed: Iterable[ArticleId]) -> None:
        """Take in which articles went and which came, and compare them; called by the library.

        A move and an edit at once look like that, whichever is seen first.

        Args:
            gone: Articles whose files are no longer there.
            come: Articles that were not there when the library was looked through before.
            changed: Articles whose text is another one: one that came may have been seen half written.
        """
        catalogue, file_of = self._state.catalogue, self._state.identities.file
        now, rewritten = time.monotonic(), set(changed)
        lost = {each: at for each, at in self._lost.items() if now - at < TOGETHER} | dict.fromkeys(gone, now)
        fresh = {each: at for each, at in self._fresh.items() if now - at < TOGETHER} | dict.fromkeys(come, now)
        if len(lost) > WATCHED or len(fresh) > WATCHED or self._state.store.read_only:
            self._lost, self._fresh, self._alike = {}, {}, {}
            return
        self._lost = {each: at for each, at in lost.items() if file_of(each) is None and self._state.concerns(each)}
        self._fresh = {each: at for each, at in fresh.items() if each in catalogue and self._state.is_bare(each)}
        pairs = [(one, other) for one in self._lost for other in self._fresh]
        new = [each for each in pairs if each not in self._alike or each[1] in rewritten]
        self._alike = {each: self._alike.get(each, UNREAD) for each in pairs} | dict.fromkeys(new, UNREAD)
        if new:
            self._compare_new(new)

    def take_in_compared(self) -> None:
        """Finish what was compared aside."""
        self._background.take_in()

    def wait(self, seconds: float | None = None) -> None:
        """The same for all that is under way; waits so long for each at most."""
        self._background.wait(seconds)

    def close(self) -> None:
        """Compare nothing more."""
        self._background.close()

    def _compare_new(self, pairs: Iterable[Pair]) -> None:
        known = {each: self._known(each) for each in dict.fromkeys(one for one, _ in pairs)}
        files = {each: self._state.identities.file(each) for each in dict.fromkeys(other for _, other in pairs)}
        limit = self._limit

        def finish(found: Mapping[Pair, float]) -> None:
            for pair, alike in found.items():
                # It may have gone, or been written anew, while its text of then was compared.
                if pair in self._alike and self._state.identities.file(pair[1]) == files[pair[1]]:
                    self._alike[pair] = alike
            self._hand_over()

        self._background.do(lambda: _compare(known, files, limit), finish, self._tell)

    def _hand_over(self) -> None:
        """Let new files take over from articles that went where they are most like each other, and nothing is near."""
        ranked: defaultdict[ArticleId, list[float]] = defaultdict(list)
        for pair, alike in self._alike.items():
            for each in pair:
                ranked[each].append(alike)
        for likenesses in ranked.values():
            likenesses.sort(reverse=True)
        for pair, alike in list(self._alike.items()):
            rivals = [(*ranked[each], 0.0)[:2] for each in pair]
            if alike != UNREAD and all(best == alike and alike - second >= LEAD for best, second in rivals):
                self._take_over(*pair, alike)

    def _take_over(self, lost: ArticleId, target: ArticleId, alike: float) -> None:
        """Let a new file take over from a lost article if it is like it, and that is still lost."""
        catalogue, file_of = self._state.catalogue, self._state.identities.file
        if alike < (SURE if self._known_quotes(lost) else SURE_UNMARKED):
            return
        if (
            lost not in self._lost
            or file_of(lost) is not None
            or target not in catalogue
            or not self._state.is_bare(target)
        ):
            return
        source = self._remembering.headline(lost)
        outcome = self.give(lost, target)
        if outcome.undo:
            self._lost.pop(lost, None)
            self.successors[lost] = target
            came, went = catalogue.row(target).article.location, source.article.location
            kept = "notes" if self._state.annotation_index.count(target) else "state"
            self.told.append(f"{came} looks like {went}: {kept} kept; undo takes it back")
            self.handed(outcome._replace(message=self.told[-1]))

    def _known(self, article: ArticleId) -> _Known:
        text = self._remembering.text(article)
        around = "\n".join(map(_around, self._state.annotation_index.of(article))) if text is None else text
        return _Known(around, self._known_quotes(article))

    def _known_quotes(self, article: ArticleId) -> tuple[str, ...]:
        return tuple(each.quote for each in self._state.annotation_index.of(article) if each.quote)

    def _others(self, source: ArticleId) -> list[Headline]:
        return [row for row in self._state.catalogue.everything() if row.id != source]

    def _state_edits(self, source: ArticleId, target: ArticleId) -> list[Edit]:
        """The edits that give an article what was done with another one, as far as it has nothing of its own."""
        record, held = (self._state.store.get(ARTICLES, each) or {} for each in (source, target))
        given = [
            name
            for name in record
            if name in {*SEEN_FIELDS, "starred", "archived", "tags", "joined"}
            or name.startswith(("edited_", "bookmark_"))
        ]
        return [Edit(ARTICLES, target, name, None, record[name]) for name in given if name not in held]

    def _title(self, article: ArticleId) -> str:
        return self._remembering.headline(article).title


def _around(annotation: Annotation) -> str:
    current = annotation.current
    return current.prefix + current.exact + current.suffix if current is not None else ""


def _prior(gone: Headline, row: Headline) -> float:
    """How likely it seems from its description that an article is another one: name, title, source, length, notes."""
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
    """How much the texts of files are like texts that are known; those that were not read in time are left out.

    Args:
        known: The texts that are known.
        files: Where the others stand; one that cannot be read is like none.
        limit: Bytes that an article may have.
    """
    # Loads the formats (0.1 s), and most readers never lose a file.
    from tui_reader.anchoring.similarity import pairs_of, similarity  # noqa: PLC0415
    from tui_reader.document.normalization import normalized as folded  # noqa: PLC0415

    enough = time.monotonic() + SECONDS
    old = {each: (pairs_of(text), [folded(quote) for quote in quotes]) for each, (text, quotes) in known.items()}
    has_quotes = any(quotes for _, quotes in old.values())
    found: dict[Pair, float] = {}
    for article, file in files.items():
        if found and time.monotonic() > enough:
            break
        document = load(file.path, limit) if file is not None and not file.error else None
        text = document.text if document is not None else ""
        new, there = pairs_of(text), folded(text) if has_quotes else ""
        for each, (pairs, quotes) in old.items():
            share = sum(quote in there for quote in quotes) / len(quotes) if quotes else 1.0
            found[each, article] = similarity(pairs, new) * (QUOTELESS + (1 - QUOTELESS) * share)
    return found
