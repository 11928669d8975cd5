"""Mapping of a passage to its words in a new text, also if words were moved; edited words are matched by letters."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring import moves
from tui_reader.anchoring.diff import align
from tui_reader.anchoring.landmarks import Landmarks
from tui_reader.anchoring.scores import quote_similarity
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.document.normalization import Words

MIN_SEPARATION = 150
"""Distance in characters from which two fragments of a passage count as separate: a long sentence."""
MAX_SPELLED = 150
"""Maximum length in characters of a gap to compare letter by letter: in longer gaps, letters match by chance."""
MIN_REVISION_SIMILARITY = 0.5
"""Minimum similarity of words to the words that may have replaced them."""
MAX_SIGN_RUN_WEIGHT = 3
"""Maximum weight, in letters, of a run of one sign such as a rule of dashes, whose match is weak evidence."""


class _Match(NamedTuple):
    """A run of words, a word or a fragment of a word, with its range in each of the two texts."""

    old: Range
    new: Range
    weight: int
    """Weight of the match as evidence, in letters."""


class Part(NamedTuple):
    """A fragment of a passage whose words are close together in the new text."""

    old: Range
    """The range from the fragment's first to its last word in the old text."""
    new: Range
    """The range from the fragment's first to its last word in the new text."""
    share: float
    """Share of the passage's letters that are in this fragment."""


class Mapping:
    """The positions of the words of an old text in a new text."""

    def __init__(self, old: Words, new: Words, *, moved: bool = False) -> None:
        """Compare two texts word by word; 10,000 words take 60 ms.

        Args:
            old: The words of the old text.
            new: The words of the new text.
            moved: True to match words that were moved, too; if False, these have no match.
        """
        self._old, self._new = old, new
        self._letter_matches: dict[int, list[_Match]] = {}
        self._moved_repetitions: set[int] = set()
        self.matches = align(old.keys, new.keys)
        """For each word of the old text, the number of the same word in the new text; -1 without a match."""
        moves.shift_gaps(old, new, self.matches)
        if moved:
            moves.drop_islands(old, new, self.matches)
            self._moved_repetitions = moves.moved_repetitions(old, moves.add_moved(old, new, self.matches))
            moves.rejoin(old, new, self.matches)
        self.sources = array("q", [-1]) * len(new.keys)
        """For each word of the new text, the number of the same word in the old text; -1 if it is new."""
        for i, j in enumerate(self.matches):
            if j >= 0:
                self.sources[j] = i

    def follow(self, passage: Range) -> list[Part]:
        """Return the fragments of an old passage with their ranges in the new text, the largest first.

        An empty list means that none of its words was found.
        """
        old = self._old
        words = within(old, passage)
        total = sum(_weight(old, i, passage) for i in range(words.start, words.end))
        clusters = _clusters(self._runs(words, passage))
        parts = []
        for group in clusters:
            stretch = Range(min(match.old.start for match in group), max(match.old.end for match in group))
            share = sum(match.weight for match in group) / total
            parts.append(Part(stretch, Range(group[0].new.start, group[-1].new.end), share))
        parts.sort(key=lambda part: -part.share)
        if parts:
            parts[0] = parts[0]._replace(new=self._extended(words, parts[0], passage))
        return parts

    @cached_property
    def _landmarks(self) -> Landmarks:
        return Landmarks(self._old, self._new, self.matches)

    def is_fixed(self, passage: Range) -> bool:
        """Return True if landmarks in or near a passage prove that its words are matched correctly."""
        return self._landmarks.confirm(within(self._old, passage))

    def has_moved_repetition(self, passage: Range) -> bool:
        """Return True if a run of words that overlaps a passage is repeated in the old text, and one of them was moved.

        Runs of at least `moves.MIN_REPEAT` words count. Always False if moved words are not matched.
        """
        words = within(self._old, passage)
        return bool(self._moved_repetitions) and not self._moved_repetitions.isdisjoint(range(words.start, words.end))

    def _extended(self, words: Range, part: Part, passage: Range) -> Range:
        """Return the range of a fragment in the new text, extended by new words in place of removed ones at its ends.

        It is only extended by words that are similar to the removed ones, such as a corrected typo.

        Args:
            words: Indices of the words of the passage in the old text.
            part: The fragment.
            passage: Range of the passage in the old text.
        """
        old, new, matches = self._old, self._new, self.matches
        start, end = part.new
        first, last = bisect_right(old.ends, part.old.start), bisect_left(old.starts, part.old.end) - 1
        if passage.start <= old.starts[words.start]:
            inner = bisect_right(new.ends, start)
            if first == words.start:
                lost, replacement = Range(first, first + 1), Range(inner, inner + 1)
            else:
                before = matches[words.start - 1] if words.start else -1
                lost, replacement = Range(words.start, first), Range(before + 1 if before >= 0 else inner, inner)
            if self._is_similar(lost, replacement) and start > new.starts[replacement.start]:
                start = new.starts[replacement.start]
        if passage.end >= old.ends[words.end - 1]:
            inner = bisect_left(new.ends, end)
            if last == words.end - 1:
                lost, replacement = Range(last, last + 1), Range(inner, inner + 1)
            else:
                after = matches[words.end] if words.end < len(matches) else -1
                lost, replacement = Range(last + 1, words.end), Range(inner + 1, after)
            if self._is_similar(lost, replacement) and end < new.ends[replacement.end - 1]:
                end = new.ends[replacement.end - 1]
        return Range(start, end)

    def _is_similar(self, lost: Range, replacement: Range) -> bool:
        """Return True if new words may be a revision of lost words: a corrected typo, a new ending."""
        if replacement.start >= replacement.end or replacement.end > len(self._new.keys):
            return False
        return (
            quote_similarity("".join(self._old.keys[slice(*lost)]), "".join(self._new.keys[slice(*replacement)]))
            >= MIN_REVISION_SIMILARITY
        )

    def _runs(self, words: Range, passage: Range) -> Iterator[_Match]:
        """Yield the matches of a range of words, one for each run of words consecutive in both texts.

        Words without a match, and those that begin before or end after the passage, are matched by their letters.
        """
        old, new, matches = self._old, self._new, self.matches
        i = words.start
        while i < words.end:
            j = matches[i]
            if j < 0 or old.starts[i] < passage.start or old.ends[i] > passage.end:
                yield from self._word_matches(i, passage)
                i += 1
                continue
            first = i
            weight = 0
            while i < words.end and matches[i] == j + i - first and old.ends[i] <= passage.end:
                weight += _weight(old, i, passage)
                i += 1
            place = Range(new.starts[j], new.ends[j + i - first - 1])
            yield _Match(Range(old.starts[first], old.ends[i - 1]), place, weight)

    def _word_matches(self, word: int, passage: Range) -> Iterator[_Match]:
        """Yield the match of a word in the new text, or else those of its letters, limited to a passage."""
        old, new = self._old, self._new
        j = self.matches[word]
        if j < 0:
            whole = self._remaining_letters(word)
        else:
            place = Range(old.starts[word], old.ends[word])
            whole = [_Match(place, Range(new.starts[j], new.ends[j]), _weight(old, word, passage))]
        for match in whole:
            start, end = max(match.old.start, passage.start), min(match.old.end, passage.end)
            if start < end:
                first = min(match.new.start + start - match.old.start, match.new.end - 1)
                last = max(match.new.end - (match.old.end - end), first + 1)
                weight = min(match.weight, end - start)
                # Some of a run of signs may have been removed.
                if (start, end) != match.old:
                    weight = min(weight, last - first)
                yield _Match(Range(start, end), Range(first, last), weight)

    def _remaining_letters(self, word: int) -> list[_Match]:
        """Return the matches of single letters of an unmatched word, which may have been corrected, split or joined."""
        if word not in self._letter_matches:
            matches = self.matches
            first, end = word, word + 1
            while first > 0 and matches[first - 1] < 0:
                first -= 1
            while end < len(matches) and matches[end] < 0:
                end += 1
            self._letter_matches |= {i: [] for i in range(first, end)}
            start = matches[first - 1] + 1 if first else 0
            stop = matches[end] if end < len(matches) else len(self._new.keys)
            if start < stop and all(self.sources[j] < 0 for j in range(start, min(stop, start + MAX_SPELLED))):
                self._compare_letters(Range(first, end), Range(start, stop))
        return self._letter_matches[word]

    def _compare_letters(self, lost: Range, replacement: Range) -> None:
        """Compare the letters of removed words with those of the words that replaced them; store the matches.

        A word gets none if at most half of its letters match. Words of more than `MAX_SPELLED` characters in total are
        not compared.
        """
        from rapidfuzz.distance import Indel  # noqa: PLC0415 - see scores

        olds, news = self._old, self._new
        if olds.ends[lost.end - 1] - olds.starts[lost.start] > MAX_SPELLED:
            return
        if news.ends[replacement.end - 1] - news.starts[replacement.start] > MAX_SPELLED:
            return
        old, new = _letters(olds, lost, "\0"), _letters(news, replacement, "\1")
        letter_matches = self._letter_matches
        for code in Indel.opcodes([letter for letter, _, _ in old], [letter for letter, _, _ in new]):
            length = code.src_end - code.src_start
            at_edge = code.src_start == code.dest_start == 0 or (code.src_end, code.dest_end) == (len(old), len(new))
            # A single letter matches by chance.
            if code.tag == "equal" and (length > 1 or at_edge):
                for step in range(length):
                    _, word, at = old[code.src_start + step]
                    place = new[code.dest_start + step][2]
                    letter_matches[word].append(_Match(Range(at, at + 1), Range(place, place + 1), 1))
        for word in range(*lost):
            if 2 * len(letter_matches[word]) <= olds.ends[word] - olds.starts[word]:
                letter_matches[word] = []


def within(words: Words, place: Range) -> Range:
    """Return the indices of the words that share a character with a range."""
    return Range(bisect_right(words.ends, place.start), bisect_left(words.starts, place.end))


def _weight(words: Words, word: int, passage: Range) -> int:
    """Return the weight of a matched word as evidence: the number of its letters inside a passage.

    A run of signs, such as a rule of dashes, counts as at most `MAX_SIGN_RUN_WEIGHT`.
    """
    start, end = words.starts[word], words.ends[word]
    if start < passage.start or end > passage.end:
        start, end = max(start, passage.start), min(end, passage.end)
    length = end - start
    return length if length <= MAX_SIGN_RUN_WEIGHT or words.keys[word][0].isalnum() else MAX_SIGN_RUN_WEIGHT


def _letters(words: Words, which: Range, missing: str) -> list[tuple[str, int, int]]:
    """Return the letters of a range of words, each with the number of its word and its offset.

    Args:
        words: The words of a text.
        which: The numbers of the words.
        missing: The letter to return for each character of a word beyond the length of its normalized form.
    """
    letters = []
    for word in range(*which):
        key, start, end = words.keys[word], words.starts[word], words.ends[word]
        # A composed word has fewer letters than the text, and one sign may stand for several (`--` for a dash).
        letters += [(key[step] if step < len(key) else missing, word, start + step) for step in range(end - start)]
    return letters


def _clusters(matches: Iterable[_Match]) -> list[list[_Match]]:
    """Group matches that are less than `MIN_SEPARATION` apart in the new text; return the groups in its order."""
    clusters: list[list[_Match]] = []
    for match in sorted(matches, key=lambda each: each.new):
        if clusters and match.new.start - clusters[-1][-1].new.end < MIN_SEPARATION:
            clusters[-1].append(match)
        else:
            clusters.append([match])
    return clusters
