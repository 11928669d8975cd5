"""Refinement of a word diff: the exact positions of insertions, and the targets of moved passages.

All functions change the matches that `diff.align` returned: for each word of the old text, the number of the same word
in the new text; -1 without a match. After `add_moved`, the numbers no longer increase.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.diff import align, gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tui_reader.document.normalization import Words

MAX_SHIFT = 40
"""Maximum number of words by which an insertion or deletion is shifted."""
MAX_ISLAND = 6
"""Maximum words of a matched run that counts as coincidence if on each side more than three times as many words have no
match."""
PASSES = 6
"""Number of searches for moved passages; each finds only passages that have kept their order among themselves."""
STRONG_RUN_LETTERS = 24
"""Minimum letters of a run of words that counts as moved without further evidence; about five words."""
NEARBY_WORDS = 12
"""Distance in words from a moved run within which shorter runs also count as moved. In `rejoin`, a match at a greater
distance is far away."""
MIN_ATTRACTING = 3
"""Minimum words of a run to which `rejoin` adds neighbouring words that match elsewhere."""
MIN_REPEAT = 5
"""Minimum number of consecutive words that count as a repetition if a text contains them twice."""


class Run(NamedTuple):
    """A run of words that are consecutive in both texts: the index of its first word in each, and their number."""

    old: int
    new: int
    length: int


def shift_gaps(old: Words, new: Words, matches: array[int]) -> None:
    """Shift insertions and deletions to begin and end at white space, if equal words allow it.

    “tailless, but” became “tailless, Windibank, but”: “, Windibank” or “Windibank,” may be the insertion. The second is
    more likely, since white space surrounds it.
    """
    for a, b, c, d in list(gaps(matches, len(new.keys))):
        if a == b:
            _shift_insertion(old, new, (a, c, d), matches)
        elif c == d:
            _shift_deletion(old, new, (c, a, b), matches)


def _shift_insertion(old: Words, new: Words, gap: tuple[int, int, int], matches: array[int]) -> None:
    """Shift one insertion to begin and end at white space, if equal words allow it.

    Args:
        old: The words of the old text.
        new: The words of the new text.
        gap: Three word numbers: the old word after the insertion, the first inserted word, and the word after the
            insertion.
        matches: The matches, changed in place.
    """
    distance = _best_shift(old, new, gap, lambda other, mine: matches[other] == mine)
    at, first, end = gap
    for shift in range(distance):
        matches[at + shift] = first + shift
    for shift in range(-1, distance - 1, -1):
        matches[at + shift] = end + shift


def _shift_deletion(old: Words, new: Words, gap: tuple[int, int, int], matches: array[int]) -> None:
    """Shift one deletion to begin and end at white space, if equal words allow it.

    Args:
        old: The words of the old text.
        new: The words of the new text.
        gap: Three word numbers: the new word after the deletion, the first deleted word, and the word after the
            deletion.
        matches: The matches, changed in place.
    """
    distance = _best_shift(new, old, gap, lambda other, mine: matches[mine] == other)
    at, first, end = gap
    for shift in range(distance):
        matches[first + shift], matches[end + shift] = at + shift, -1
    for shift in range(-1, distance - 1, -1):
        matches[end + shift], matches[first + shift] = at + shift, -1


def _best_shift(other: Words, mine: Words, gap: tuple[int, int, int], matched: Callable[[int, int], bool]) -> int:
    """Return the number of words by which to shift an insertion or deletion so that its edges follow white space.

    Only shifts that leave equal words matched are tried. It is 0 if none is better, and negative to the left.

    Args:
        other: The words of the text without words in the gap.
        mine: The words of the text with additional words in the gap.
        gap: Three word numbers: the word of `other` before which words are missing, and in `mine` the first additional
            word and the word after the last one.
        matched: Returns True if a word of the other text is matched to one of `mine`.
    """
    at, first, end = gap
    keys = mine.keys
    best, distance = _edges_at_space(other, mine, gap), 0
    for step in (-1, 1):
        shift = 0
        while best < 3 and abs(shift) < MAX_SHIFT:
            edge = shift - 1 if step < 0 else shift
            leaves, enters = (first + edge, end + edge) if step < 0 else (end + edge, first + edge)
            if not (0 <= leaves < len(keys) and 0 <= at + edge < len(other.keys)):
                break
            if keys[leaves] != keys[enters] or not matched(at + edge, leaves):
                break
            shift += step
            value = _edges_at_space(other, mine, (at + shift, first + shift, end + shift))
            if value > best:
                best, distance = value, shift
    return distance


def _edges_at_space(other: Words, mine: Words, gap: tuple[int, int, int]) -> int:
    """Return how many of the three words of `gap` follow white space, 0 to 3; `_best_shift` explains the arguments."""
    at, first, end = gap
    return _is_after_space(other, at) + _is_after_space(mine, first) + _is_after_space(mine, end)


def _is_after_space(words: Words, at: int) -> bool:
    """Return True if white space, or an end of the text, separates a word from the previous word."""
    return at <= 0 or at >= len(words.keys) or words.starts[at] > words.ends[at - 1]


def drop_islands(old: Words, new: Words, matches: array[int]) -> None:
    """Remove matches of a few words between many words without a match: probably coincidences, see `MAX_ISLAND`."""
    runs = list(_runs_of(matches))
    ends = [(0, 0), *((run.old + run.length, run.new + run.length) for run in runs)]
    starts = [*((run.old, run.new) for run in runs[1:]), (len(old.keys), len(new.keys))]
    for run, before, after in zip(runs, ends, starts, strict=False):
        if run.length <= MAX_ISLAND:
            left = max(run.old - before[0], run.new - before[1])
            right = max(after[0] - run.old - run.length, after[1] - run.new - run.length)
            if 3 * run.length < min(left, right):
                matches[run.old : run.old + run.length] = array("q", [-1]) * run.length


def add_moved(old: Words, new: Words, matches: array[int]) -> list[Run]:
    """Match words that were moved, and return the runs of moved words."""
    moved: list[Run] = []
    taken = bytearray(len(new.keys))
    for j in matches:
        if j >= 0:
            taken[j] = 1
    for _ in range(PASSES):
        lost = [i for i, j in enumerate(matches) if j < 0]
        fresh = [j for j, is_taken in enumerate(taken) if not is_taken]
        found = align([old.keys[i] for i in lost], [new.keys[j] for j in fresh])
        chosen = _strong(old, list(_runs((lost[x], fresh[y]) for x, y in enumerate(found) if y >= 0)))
        if not chosen:
            break
        for run in chosen:
            matches[run.old : run.old + run.length] = array("q", range(run.new, run.new + run.length))
            taken[run.new : run.new + run.length] = b"\1" * run.length
        moved += chosen
    return moved


def _strong(old: Words, runs: list[Run]) -> list[Run]:
    """Return the runs that are no coincidence: long runs, and shorter runs close to a long run."""
    chosen = [_weight(old, run) >= STRONG_RUN_LETTERS for run in runs]
    for near, far in (*((k - 1, k) for k in range(1, len(runs))), *((k + 1, k) for k in range(len(runs) - 2, -1, -1))):
        if chosen[near] and not chosen[far]:
            first, second = runs[min(near, far)], runs[max(near, far)]
            chosen[far] = (
                second.old - first.old - first.length <= NEARBY_WORDS
                and 0 <= second.new - first.new - first.length <= NEARBY_WORDS
            )
    return [run for run, is_chosen in zip(runs, chosen, strict=True) if is_chosen]


def _weight(words: Words, run: Run) -> int:
    """Return the weight of a run in letters; a word of one letter beyond ASCII, such as “字”, counts 2, a sign 1."""
    keys = words.keys[run.old : run.old + run.length]
    return sum((2 if len(key) == 1 and not key.isascii() else len(key)) if key[0].isalnum() else 1 for key in keys)


def rejoin(old: Words, new: Words, matches: array[int]) -> None:
    """Extend runs by adjacent equal words that have no match, or one far away as part of a shorter run."""
    strength = [0] * len(old.keys)
    source = [-1] * len(new.keys)
    runs = sorted(_runs_of(matches), key=lambda run: -run.length)
    for i, j, n in runs:
        strength[i : i + n] = [n] * n
        source[j : j + n] = range(i, i + n)

    def is_free(i: int, j: int, n: int) -> bool:
        if not (0 <= i < len(strength) and 0 <= j < len(source)) or strength[i] >= n or old.keys[i] != new.keys[j]:
            return False
        if matches[i] == j:
            return True
        if source[j] >= 0 and strength[source[j]] >= n:
            return False
        return matches[i] < 0 or abs(matches[i] - j) > NEARBY_WORDS

    def take(i: int, j: int, n: int) -> None:
        if source[j] >= 0:
            matches[source[j]], strength[source[j]] = -1, 0
        if matches[i] >= 0:
            source[matches[i]] = -1
        matches[i], source[j], strength[i] = j, i, n

    for i, j, n in runs:
        if n < MIN_ATTRACTING or matches[i] != j or strength[i] != n:
            continue
        for step, last in ((-1, -1), (1, n)):
            taken: list[int] = []
            at = last
            while is_free(i + at, j + at, n):
                taken.append(at)
                at += step
            # Full stops and quotation marks occur everywhere, so they are no evidence.
            while taken and not old.keys[i + taken[-1]][0].isalnum():
                taken.pop()
            for at in taken:
                take(i + at, j + at, n)


def moved_repetitions(old: Words, moved: list[Run]) -> set[int]:
    """Return the indices of the words of runs that the old text contains several times and of which one was moved.

    All occurrences of the run count, since it cannot be decided which of them was moved.
    """
    keys = old.keys
    wanted = {
        tuple(keys[i : i + MIN_REPEAT]) for run in moved for i in range(run.old, run.old + run.length - MIN_REPEAT + 1)
    }
    places: dict[tuple[str, ...], list[int]] = {}
    for i, words in enumerate(zip(*(keys[shift:] for shift in range(MIN_REPEAT)), strict=False) if wanted else ()):
        if words in wanted:
            places.setdefault(words, []).append(i)
    return {i + step for each in places.values() if len(each) > 1 for i in each for step in range(MIN_REPEAT)}


def _runs_of(matches: array[int]) -> Iterator[Run]:
    """Yield the runs of the matched words."""
    return _runs((i, j) for i, j in enumerate(matches) if j >= 0)


def _runs(pairs: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Yield runs of matched words that are consecutive in both texts."""
    first = second = length = 0
    for i, j in pairs:
        if length and i == first + length and j == second + length:
            length += 1
            continue
        if length:
            yield Run(first, second, length)
        first, second, length = i, j, 1
    if length:
        yield Run(first, second, length)
