"""What a longest common subsequence leaves open: where exactly something came in, and where a passage was taken to.

All functions change the matches that `diff.align` made: for each word of the old text the number of the same word in
the new one, -1 where there is none. Behind `add_moved`, the numbers do not rise any more.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.anchoring.diff import align, gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tui_reader.document.normalization import Words

SLIDES = 40
"""Words that a gap is slid by at most."""
ISLE = 6
"""Words of a run that may have matched by chance, if on both sides three times as many did not."""
PASSES = 6
"""How often what was moved is looked for: each time, passages that kept their order among each other are found."""
STRONG = 24
"""Letters that a run of words must have to be a moved one by itself; some five words."""
REACH = 12
"""Words beside a run that was moved within which shorter ones are taken along."""
REJOINS = 3
"""Words of a run that takes others along which stick to it."""
TWIN = 5
"""Words that stand again in the same order where somebody repeats himself."""


class Run(NamedTuple):
    """Words that follow each other in both texts."""

    old: int
    new: int
    length: int


def slide(old: Words, new: Words, matches: array[int]) -> None:
    """Let what came in or went begin and end where words do not stick together, if it may as well be there.

    “tailless, but” became “tailless, Windibank, but”: either comma may be the new one, but it was hardly the first.
    """
    for a, b, c, d in list(gaps(matches, len(new.keys))):
        if a == b:
            _slide_inserted(old, new, (a, c, d), matches)
        elif c == d:
            _slide_deleted(old, new, (c, a, b), matches)


def _slide_inserted(old: Words, new: Words, gap: tuple[int, int, int], matches: array[int]) -> None:
    by = _best_slide(old, new, gap, lambda other, mine: matches[other] == mine)
    at, first, end = gap
    for shift in range(by):
        matches[at + shift] = first + shift
    for shift in range(-1, by - 1, -1):
        matches[at + shift] = end + shift


def _slide_deleted(old: Words, new: Words, gap: tuple[int, int, int], matches: array[int]) -> None:
    by = _best_slide(new, old, gap, lambda other, mine: matches[mine] == other)
    at, first, end = gap
    for shift in range(by):
        matches[first + shift], matches[end + shift] = at + shift, -1
    for shift in range(-1, by - 1, -1):
        matches[end + shift], matches[first + shift] = at + shift, -1


def _best_slide(other: Words, mine: Words, gap: tuple[int, int, int], matched: Callable[[int, int], bool]) -> int:
    """By how many words a gap is best slid.

    Args:
        other: The text that has nothing there.
        mine: The text that has words more.
        gap: Number of the word of the other text before which they are lacking; the first of them; the one behind.
        matched: Whether a word of the other text is the same as one of mine.
    """
    at, first, end = gap
    keys = mine.keys
    best, by = _looseness(other, mine, gap), 0
    for step in (-1, 1):
        shift = 0
        while best < 3 and abs(shift) < SLIDES:
            edge = shift - 1 if step < 0 else shift
            leaves, enters = (first + edge, end + edge) if step < 0 else (end + edge, first + edge)
            if not (0 <= leaves < len(keys) and 0 <= at + edge < len(other.keys)):
                break
            if keys[leaves] != keys[enters] or not matched(at + edge, leaves):
                break
            shift += step
            value = _looseness(other, mine, (at + shift, first + shift, end + shift))
            if value > best:
                best, by = value, shift
    return by


def _looseness(other: Words, mine: Words, gap: tuple[int, int, int]) -> int:
    at, first, end = gap
    return _is_loose(other, at) + _is_loose(mine, first) + _is_loose(mine, end)


def _is_loose(words: Words, at: int) -> bool:
    """Whether a word does not stick to the one before."""
    return at <= 0 or at >= len(words.keys) or words.starts[at] > words.ends[at - 1]


def drop_islands(old: Words, new: Words, matches: array[int]) -> None:
    """Part the few words that match by chance in the midst of all that does not."""
    runs = list(_runs_of(matches))
    ends = [(0, 0), *((run.old + run.length, run.new + run.length) for run in runs)]
    starts = [*((run.old, run.new) for run in runs[1:]), (len(old.keys), len(new.keys))]
    for run, before, behind in zip(runs, ends, starts, strict=False):
        if run.length <= ISLE:
            left = max(run.old - before[0], run.new - before[1])
            right = max(behind[0] - run.old - run.length, behind[1] - run.new - run.length)
            if 3 * run.length < min(left, right):
                matches[run.old : run.old + run.length] = array("q", [-1]) * run.length


def add_moved(old: Words, new: Words, matches: array[int]) -> list[Run]:
    """Match what stands elsewhere now; the runs of words that were moved."""
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
    """Runs that are no chance: long ones, and those close beside them."""
    chosen = [_mass(old, run) >= STRONG for run in runs]
    for near, far in (*((k - 1, k) for k in range(1, len(runs))), *((k + 1, k) for k in range(len(runs) - 2, -1, -1))):
        if chosen[near] and not chosen[far]:
            first, second = runs[min(near, far)], runs[max(near, far)]
            chosen[far] = (
                second.old - first.old - first.length <= REACH and 0 <= second.new - first.new - first.length <= REACH
            )
    return [run for run, is_chosen in zip(runs, chosen, strict=True) if is_chosen]


def _mass(words: Words, run: Run) -> int:
    """Letters of some words; those of scripts without spaces say twice as much, signs next to nothing."""
    keys = words.keys[run.old : run.old + run.length]
    return sum((2 if len(key) == 1 and not key.isascii() else len(key)) if key[0].isalnum() else 1 for key in keys)


def rejoin(old: Words, new: Words, matches: array[int]) -> None:
    """Let runs take the words at their ends along that were matched far away, in shorter runs."""
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
        return matches[i] < 0 or abs(matches[i] - j) > REACH

    def take(i: int, j: int, n: int) -> None:
        if source[j] >= 0:
            matches[source[j]], strength[source[j]] = -1, 0
        if matches[i] >= 0:
            source[matches[i]] = -1
        matches[i], source[j], strength[i] = j, i, n

    for i, j, n in runs:
        if n < REJOINS or matches[i] != j or strength[i] != n:
            continue
        for step, last in ((-1, -1), (1, n)):
            taken: list[int] = []
            at = last
            while is_free(i + at, j + at, n):
                taken.append(at)
                at += step
            # Full stops and quotation marks are everywhere.
            while taken and not old.keys[i + taken[-1]][0].isalnum():
                taken.pop()
            for at in taken:
                take(i + at, j + at, n)


def twins(old: Words, moved: list[Run]) -> set[int]:
    """Numbers of words in runs that the old text has twice, of which one was moved: nobody can tell which."""
    keys = old.keys
    wanted = {tuple(keys[i : i + TWIN]) for run in moved for i in range(run.old, run.old + run.length - TWIN + 1)}
    places: dict[tuple[str, ...], list[int]] = {}
    for i, words in enumerate(zip(*(keys[shift:] for shift in range(TWIN)), strict=False) if wanted else ()):
        if words in wanted:
            places.setdefault(words, []).append(i)
    return {i + step for each in places.values() if len(each) > 1 for i in each for step in range(TWIN)}


def _runs_of(matches: array[int]) -> Iterator[Run]:
    return _runs((i, j) for i, j in enumerate(matches) if j >= 0)


def _runs(pairs: Iterable[tuple[int, int]]) -> Iterator[Run]:
    """Pairs of words as runs."""
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
