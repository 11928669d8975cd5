"""Resolution of anchors: finding the position of a passage in a text, if it has one.

The order of evidence: the same text; the same words at the same position; a word diff with the text that the anchor
was taken from, including moved passages; the same words at another position. Similar words at another position count
only if the old text was not saved, else they are offered to the reader as candidates. A passage that is still
uncertain becomes ambiguous or an orphan.
"""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from tui_reader.anchoring.candidates import (
    Candidate,
    CandidateSearch,
    NormalizedAnchor,
    Positions,
    occurrences,
    positions_of,
    single_spaced,
)
from tui_reader.anchoring.description import CONTEXT, fingerprint
from tui_reader.anchoring.mapping import Mapping, within
from tui_reader.anchoring.scores import LIMITS, WEIGHTS
from tui_reader.document.normalization import Words, fold, normalized
from tui_reader.model.annotation import Placement, PlaceState
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tui_reader.anchoring.mapping import Part
    from tui_reader.document.normalization import FoldedText
    from tui_reader.model.anchor import Anchor

MAX_CANDIDATES = 5
"""Maximum number of candidates to store for the reader to choose from."""
REPEAT_RANGE = 20_000
"""Number of characters on both sides of a passage's old position to search for a repetition, which takes 10 µs."""
MIN_REPEAT = 100
"""Length in characters of the pieces of a long quote: if the old text contains most of them twice, the quote counts as
repeated, whatever its context."""
NEARBY = 200
"""Number of characters before and after a passage within which an equal passage may be confused with it."""
MIN_CANDIDATE_SCORE = 0.45
"""Minimum score, 0 to 1, of a candidate that is offered to the reader."""


def resolve(anchor: Anchor, text: str, snapshot: str | None = None) -> Placement:
    """Return the position of an anchor's passage in a text; it has no range if it is uncertain.

    Args:
        anchor: The passage to find.
        text: The text to search.
        snapshot: The text that the anchor was taken from; it improves the result after many edits.
    """
    return Resolver(text, snapshot).place(anchor)


def resolve_all(anchors: Iterable[Anchor], text: str, snapshot: str | None = None) -> list[Placement]:
    """Return the positions of many anchors' passages in one text, in the order of the anchors.

    1,000 anchors in a text of 10,000 words take about 0.2 s.
    """
    resolver = Resolver(text, snapshot)
    return [resolver.place(anchor) for anchor in anchors]


class Resolver:
    """Resolves anchors in one text; data that several anchors need is computed once, at its first use."""

    def __init__(self, text: str, snapshot: str | None = None) -> None:
        self._text = text
        self._snapshot = snapshot
        self.fingerprint = fingerprint(text)

    def place(self, anchor: Anchor) -> Placement:
        """Return the position of an anchor's passage in the text; see `resolve`."""
        if self._is_unmoved(anchor):
            return self._unchanged(anchor, anchor.start)
        wanted = NormalizedAnchor.of(anchor)
        if self._snapshot is None or self._snapshot[anchor.start : anchor.end] != anchor.exact:
            return self._searched(anchor, wanted)
        return self._followed(anchor, wanted)

    def nearest(self, quote: str) -> tuple[Range, float] | None:
        """Return the range most similar to a quote of unknown origin, and its similarity, 0 to 1; None without any."""
        wanted = NormalizedAnchor(normalized(quote))
        found = [self._search.score(wanted, place) for place in self._search.similar(wanted, self._search.positions)]
        best = max(found, key=lambda each: each.quote, default=None)
        return (self._folded.original(best.range), best.quote) if best is not None else None

    # All ranges except those of anchors and placements are ranges of the folded texts.

    @cached_property
    def _folded(self) -> FoldedText:
        return fold(self._text)

    @cached_property
    def _folded_old(self) -> FoldedText:
        return fold(self._snapshot or "")

    @cached_property
    def _search(self) -> CandidateSearch:
        return CandidateSearch(self._folded.text)

    @property
    def _normalized_old(self) -> str:
        return self._folded_old.text

    def _passage(self, anchor: Anchor) -> Range:
        """Return the range of an anchor's passage in the folded snapshot."""
        return self._folded_old.folded(Range(anchor.start, anchor.end))

    @cached_property
    def _single_spaced_old(self) -> str:
        """Return the normalized snapshot with single spaces."""
        return single_spaced(self._normalized_old)

    @cached_property
    def _old(self) -> Words:
        return Words.of(self._normalized_old)

    @cached_property
    def _mapping(self) -> Mapping:
        return Mapping(self._old, self._search.words, moved=True)

    @cached_property
    def _new_positions(self) -> Positions:
        """Return the offsets of the words of the text that match no word of the snapshot, by word."""
        keys, starts, ends = self._search.words
        new = [i for i, source in enumerate(self._mapping.sources) if source < 0]
        return positions_of(Words([keys[i] for i in new], [starts[i] for i in new], [ends[i] for i in new]))

    def _is_unmoved(self, anchor: Anchor) -> bool:
        """Return True if a passage is at its old offset, and either the text or the passage's context is unchanged."""
        start, end = anchor.start, anchor.end
        if self._text[start:end] != anchor.exact:
            return False
        if anchor.fingerprint == self.fingerprint:
            return True
        whole = anchor.prefix + anchor.exact + anchor.suffix
        first = start - len(anchor.prefix)
        if first < 0 or self._text[first : first + len(whole)] != whole:
            return False
        # In a text with repetitions, a repetition may be at exactly this offset.
        return (
            self._snapshot is None
            or self._text.count(whole, max(0, first - REPEAT_RANGE), first + len(whole) + REPEAT_RANGE) == 1
        )

    def _followed(self, anchor: Anchor, wanted: NormalizedAnchor) -> Placement:
        """Return the position according to a diff with the snapshot if it is certain, else that of a wider search."""
        passage = self._passage(anchor)
        parts = self._mapping.follow(passage)
        if self._is_torn(parts):
            return self._uncertain(anchor, PlaceState.AMBIGUOUS, [self._scored(wanted, part) for part in parts])
        doubled = bool(parts) and self._mapping.has_moved_repetition(passage) and self._is_doubled(wanted)
        if doubled:
            return self._among_equals(anchor, wanted, parts)
        if parts and parts[0].share >= LIMITS.kept and not self._may_be_incomplete(passage, parts[0]):
            found = self._scored(wanted, parts[0])
            if self._mapping.has_moved_repetition(passage) and self._lost_lines(anchor, found.range) >= LIMITS.lost:
                return self._uncertain(anchor, PlaceState.AMBIGUOUS, [self._scored(wanted, part) for part in parts])
            if self._is_sure(wanted, found):
                rivals = self._rivals(passage, wanted, found)
                return (
                    self._uncertain(anchor, PlaceState.AMBIGUOUS, [found, *rivals])
                    if rivals
                    else self._placed(anchor, found)
                )
        return self._searched_elsewhere(anchor, wanted, parts)

    def _scored(self, wanted: NormalizedAnchor, part: Part) -> Candidate:
        """Return a fragment of a passage as a candidate; inserted words do not lower its score."""
        found = self._search.score(wanted, part.new)
        return found._replace(score=WEIGHTS.score(max(found.quote, part.share), found.before, found.after))

    def _is_torn(self, parts: list[Part]) -> bool:
        """Return True if a passage was split into fragments of which none is clearly the largest, see `Limits.torn`."""
        return len(parts) > 1 and parts[0].share - parts[1].share < LIMITS.torn <= parts[1].share

    def _is_doubled(self, wanted: NormalizedAnchor) -> bool:
        """Return True if the old text contained a passage twice.

        It did if it had the quote twice with the context on one side, or if it had most of the pieces of `MIN_REPEAT`
        characters, into which the quote can be cut, twice.
        """
        old_text = self._single_spaced_old
        if old_text.count(wanted.before + wanted.quote) > 1 or old_text.count(wanted.quote + wanted.after) > 1:
            return True
        quote = single_spaced(wanted.quote)
        stretches = [quote[at : at + MIN_REPEAT] for at in range(0, len(quote) - MIN_REPEAT, MIN_REPEAT)]
        return 2 * sum(old_text.count(stretch) > 1 for stretch in stretches) > len(stretches)

    def _may_be_incomplete(self, passage: Range, part: Part) -> bool:
        """Return True if more of a passage may be at another position, or too much was inserted into it."""
        if part.new.end - part.new.start > LIMITS.stretch * (passage.end - passage.start) + LIMITS.insertion:
            return True
        if part.share >= LIMITS.most:
            return False
        sides = (Range(passage.start, part.old.start), Range(part.old.end, passage.end))
        lost = self._normalized_old[slice(*max(sides, key=lambda side: side.end - side.start))].strip()
        if len(lost) < LIMITS.telling:
            return False
        return any(not self._is_another(passage, place) for place in self._search.exact(lost))

    def _is_sure(self, wanted: NormalizedAnchor, found: Candidate) -> bool:
        """Return True if a position according to a diff is certain; a few words may match by chance."""
        if len(wanted.quote) < LIMITS.short and max(found.before, found.after) < LIMITS.context:
            return False
        if found.score < LIMITS.quote:
            return False
        if found.score >= LIMITS.plain:
            return True
        others = [self._search.score(wanted, place) for place in self._search.exact(wanted.quote)]
        context_lead = found.before + found.after + LIMITS.context_lead
        return all(each.score < found.score + LIMITS.lead or each.before + each.after < context_lead for each in others)

    def _among_equals(self, anchor: Anchor, wanted: NormalizedAnchor, parts: list[Part]) -> Placement:
        """Return the position of one of several equal passages if landmarks make it certain, else an ambiguous one."""
        passage = self._passage(anchor)
        if self._mapping.is_fixed(passage):
            found = self._scored(wanted, parts[0])
            is_whole = parts[0].share >= (LIMITS.most if len(parts) > 1 else LIMITS.kept)
            if (
                is_whole
                and not self._may_be_incomplete(passage, parts[0])
                and found.score >= LIMITS.quote
                and (len(wanted.quote) >= LIMITS.short or min(found.before, found.after) >= LIMITS.context)
                and not self._lost_lines(anchor, found.range)
                and not self._has_other_twins(passage, wanted.quote, found.range)
            ):
                return self._placed(anchor, found)
        both = [self._search.score(wanted, place) for place in self._search.exact(wanted.quote)]
        return self._uncertain(anchor, PlaceState.AMBIGUOUS, [*(self._scored(wanted, part) for part in parts), *both])

    def _has_other_twins(self, passage: Range, quote: str, place: Range) -> bool:
        """Return True if repetitions of a quote near its old and its new position do not correspond to each other.

        Then a passage was exchanged with a repetition, or one was added or removed, so the new position is not certain.
        """
        mapping, near = self._mapping, Range(passage.start - NEARBY, passage.end + NEARBY)
        for low, high in occurrences(self._normalized_old, quote, passage.start - NEARBY, passage.end + NEARBY):
            words = within(self._old, Range(low, high))
            if high <= passage.start or passage.end <= low:
                there = within(self._search.words, Range(place.start - NEARBY, place.end + NEARBY))
                if not _are_most_in(mapping.matches, words, there):
                    return True
        for low, high in occurrences(self._search.normalized_text, quote, place.start - NEARBY, place.end + NEARBY):
            words = within(self._search.words, Range(low, high))
            if (high <= place.start or place.end <= low) and not _are_most_in(
                mapping.sources, words, within(self._old, near)
            ):
                return True
        return False

    def _lost_lines(self, anchor: Anchor, place: Range) -> float:
        """Return the share of a passage, 0 to 1, in lines that were matched at the new position but moved elsewhere.

        The text still contains such a line at least as often as the snapshot, but not at the new position: so it was
        moved and not edited, and the words at the new position are other words.
        """
        here = {line for line, _ in _lines_around(self._text, self._folded.original(place))}
        before, now = self._line_counts
        words = within(self._search.words, place)
        lost = 0
        for line, (start, end) in _lines_around(self._snapshot or "", Range(anchor.start, anchor.end)):
            if line not in here and now[line] >= before[line]:
                part = Range(max(start, anchor.start), min(end, anchor.end))
                if _are_most_in(self._mapping.matches, within(self._old, self._folded_old.folded(part)), words):
                    lost += part.end - part.start
        return lost / (anchor.end - anchor.start)

    @cached_property
    def _line_counts(self) -> tuple[Counter[str], Counter[str]]:
        """Return how often each line occurs in the snapshot and in the text."""
        return Counter((self._snapshot or "").split("\n")), Counter(self._text.split("\n"))

    def _rivals(self, passage: Range, wanted: NormalizedAnchor, found: Candidate) -> list[Candidate]:
        """Return other passages of the text that fit an anchor about as well as the candidate from a diff.

        A diff chooses one of several equal passages; if nothing of the context is left, its choice is arbitrary. The
        list is empty if the candidate's context fits (`LIMITS.settled`). Passages of the snapshot do not count.
        """
        if max(found.before, found.after) >= LIMITS.settled:
            return []
        search = self._search
        places = [*search.exact(wanted.quote), *search.similar(wanted, self._new_positions)]
        scored = [search.score(wanted, place) for place in places if not self._is_another(passage, place)]
        low, high = found.range
        apart = [each for each in _apart(scored) if each.range.end <= low or high <= each.range.start]
        return [each for each in apart if each.score > found.score - LIMITS.lead]

    def _is_another(self, passage: Range, place: Range) -> bool:
        """Return True if most words in the range `place` of the text come from outside `passage` in the snapshot.

        Words count by their letters, see `Limits.another`; words that the snapshot lacks do not count as from outside.
        """
        own, words = within(self._old, passage), self._search.words
        total = others = 0
        for i in range(*within(words, place)):
            weight = len(words.keys[i]) if words.keys[i][0].isalnum() else 1
            total += weight
            source = self._mapping.sources[i]
            others += weight if source >= 0 and not own.start <= source < own.end else 0
        return others > LIMITS.another * total

    def _searched_elsewhere(self, anchor: Anchor, wanted: NormalizedAnchor, parts: list[Part]) -> Placement:
        """Return the position of a passage's exact words where the diff does not match them.

        Occurrences that belong to another passage of the snapshot do not count. Without an occurrence, the result is an
        orphan, with similar ranges as candidates.
        """
        search = self._search
        whole = anchor.prefix + anchor.exact + anchor.suffix
        if len(whole) - len(anchor.exact) >= CONTEXT and self._text.count(whole) == 1 == self._snapshot_count(whole):
            start = self._text.index(whole) + len(anchor.prefix)
            return self._unchanged(anchor, start)
        found = [search.score(wanted, place) for place in search.exact(wanted.quote)]
        passage = self._passage(anchor)
        found = [each for each in found if not self._is_another(passage, each.range)]
        if found:
            if self._mapping.has_moved_repetition(passage) and self._is_doubled(wanted):
                return self._uncertain(anchor, PlaceState.AMBIGUOUS, found)
            return self._best(anchor, wanted, found)
        similar = [search.score(wanted, place) for place in search.similar(wanted, self._new_positions)]
        return self._uncertain(anchor, PlaceState.ORPHAN, [self._scored(wanted, part) for part in parts] + similar)

    def _snapshot_count(self, words: str) -> int:
        return self._snapshot.count(words) if self._snapshot is not None else 0

    def _searched(self, anchor: Anchor, wanted: NormalizedAnchor) -> Placement:
        """Return the position of the best exact or similar candidate; used without a snapshot."""
        search = self._search
        found = [search.score(wanted, place) for place in search.exact(wanted.quote)]
        # Similar ranges cost more, so they are searched only if no exact one is long enough and in a fitting context.
        if not found or max(max(each.before, each.after) for each in found) < 0.8 or len(wanted.quote) < 25:
            found += [search.score(wanted, place) for place in search.similar(wanted, search.positions)]
        return self._best(anchor, wanted, found)

    def _best(self, anchor: Anchor, wanted: NormalizedAnchor, found: list[Candidate]) -> Placement:
        """Return the best candidate's position if its score is good and clearly higher than the next one's.

        Otherwise the result is ambiguous or an orphan, with the best of them as candidates.
        """
        ranked = _apart(found)
        if not ranked or not self._is_good(wanted, ranked[0]):
            # A few words that occur more than once are not lost, but the right occurrence cannot be determined.
            twice = sum(each.quote >= 1.0 for each in ranked) > 1
            return self._uncertain(anchor, PlaceState.AMBIGUOUS if twice else PlaceState.ORPHAN, ranked)
        if len(ranked) > 1 and ranked[0].score - ranked[1].score < LIMITS.lead:
            return self._uncertain(anchor, PlaceState.AMBIGUOUS, ranked)
        return self._placed(anchor, ranked[0])

    def _is_good(self, wanted: NormalizedAnchor, found: Candidate) -> bool:
        """Return True if a candidate's scores are sufficient for a quote of its length."""
        length = len(wanted.quote)
        if length < LIMITS.short and max(found.before, found.after) < LIMITS.context:
            return False
        return found.quote >= LIMITS.quote and found.score >= LIMITS.floor(length)

    def _placed(self, anchor: Anchor, found: Candidate) -> Placement:
        """Return a placement with a candidate's range: anchored if quote and context are unchanged, else moved."""
        same = min(found.quote, found.before, found.after) >= 1.0
        state = PlaceState.ANCHORED if same else PlaceState.MOVED
        start, end = self._folded.original(found.range)
        return Placement(start, end, state, round(found.score, 3), self.fingerprint, anchor.key)

    def _unchanged(self, anchor: Anchor, start: int) -> Placement:
        """Return the placement of a passage that is unchanged at an offset, with unchanged context."""
        end = start + len(anchor.exact)
        return Placement(start, end, PlaceState.ANCHORED, 1.0, self.fingerprint, anchor.key)

    def _uncertain(self, anchor: Anchor, state: PlaceState, found: list[Candidate]) -> Placement:
        """Return a placement without a range, with the best candidates for the reader to choose from."""
        ranked = _apart(found)
        candidates = tuple(
            self._folded.original(each.range) for each in ranked[:MAX_CANDIDATES] if each.score >= MIN_CANDIDATE_SCORE
        )
        score = round(ranked[0].score, 3) if ranked else 0.0
        return Placement(0, 0, state, score, self.fingerprint, anchor.key, candidates)


def _are_most_in(counterparts: Sequence[int], words: Range, place: Range) -> bool:
    """Return True if more than half of some words have their counterparts in a range of words of the other text.

    Args:
        counterparts: For each word of one text, the number of its counterpart in the other text; -1 without one.
        words: The numbers of the words in the first text.
        place: The range of word numbers in the other text.
    """
    found = sum(place.start <= counterparts[i] < place.end for i in range(words.start, words.end))
    return 2 * found > words.end - words.start


def _lines_around(text: str, place: Range) -> Iterator[tuple[str, Range]]:
    """Yield the lines that share a character with a range, with their ranges."""
    start = text.rfind("\n", 0, place.start) + 1
    while start < place.end:
        end = text.find("\n", start)
        end = end if end >= 0 else len(text)
        yield text[start:end], Range(start, end)
        start = end + 1


def _apart(found: list[Candidate]) -> list[Candidate]:
    """Return candidates that do not overlap, best first: the best of each overlapping group.

    At most `MAX_CANDIDATES` + 1 are returned.
    """
    chosen: list[Candidate] = []
    for each in sorted(found, key=lambda each: -each.score):
        if all(each.range.end <= other.range.start or other.range.end <= each.range.start for other in chosen):
            chosen.append(each)
            if len(chosen) > MAX_CANDIDATES:
                break
    return chosen
