"""The entries of a picker, and their ranking for the typed text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.normalization import search_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_WORD = re.compile(r"[^\W_]+")
MOST_SPREAD = 1.8
"""Scattered letters match a name only if the part from the first to the last is at most this long per letter.

So `arcv` matches `archive` (5 code points for 4 letters), but `opog` does not match `open original` (8 for 4).
"""


class Choice(NamedTuple):
    """One entry of a picker, and the function to call when the entry is chosen."""

    name: str
    remark: str
    """Text at the right edge of the row, such as keys or a count."""
    run: Callable[[], None]
    """Function to call after the choice, when the picker is closed."""
    detail: str = ""
    """A sentence beside the name; names of entries with sentences form a column."""


def run_choice(choice: Choice | None) -> None:
    """Call the function of the chosen entry; do nothing for None."""
    if choice is not None:
        choice.run()


def matching(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """Return the entries that match the typed text, best first; all entries if no text is typed.

    Names rank above details; beginnings and whole words above other substrings; substrings above scattered letters.
    Entries that match equally well keep their order.
    """
    query = _key(typed)
    if not query:
        return list(choices)
    ranked = [(rank, index) for index, each in enumerate(choices) if (rank := _rank(each, query)) is not None]
    return [choices[index] for _, index in sorted(ranked)]


def _rank(choice: Choice, query: str) -> tuple[int, int] | None:
    """Return the rank of an entry's match, lower for a better match; None without a match."""
    name, detail, begun, all_begun = _searched(choice.name, choice.detail)
    words = [f" {word}" for word in query.split()]
    if name == query:
        return 0, 0
    if name.startswith(query):
        return 1, 0 if name[len(query)] == " " else 1
    if all(word in begun for word in words):
        return 2, 0
    if query in name:
        return 3, 0
    if all(word in all_begun for word in words):
        return 4, 0
    if query in detail:
        return 5, 0
    letters = query.replace(" ", "")
    spread = _spread(letters, name)
    return None if spread is None or spread > MOST_SPREAD * len(letters) else (6, spread)


@lru_cache(2_000)
def _searched(name: str, detail: str) -> tuple[str, str, str, str]:
    """Return the texts of an entry with which typed text is compared; cached, since each letter is compared with all.

    Returns:
        Four strings: the normalized name, the normalized detail, the words of the name, the words of name and detail.
        In the last two each word follows a space, so that `" wo" in words` tells if a word begins with `wo`.
    """
    name, detail = _key(name), _key(detail)
    words = "".join(f" {word}" for word in _WORD.findall(name))
    return name, detail, words, words + "".join(f" {word}" for word in _WORD.findall(detail))


def _spread(letters: str, text: str) -> int | None:
    """Return the length of the shortest substring with the letters in order; None without a match."""
    best: int | None = None
    start = text.find(letters[0]) if letters else -1
    while start >= 0:
        end = start
        for letter in letters[1:]:
            end = text.find(letter, end + 1)
            if end < 0:
                return best
        best = end - start if best is None else min(best, end - start)
        start = text.find(letters[0], start + 1)
    return best


def _key(text: str) -> str:
    """Return a name or typed text as a search key, with underscores as spaces, so that both can be compared."""
    return " ".join(search_key(text).replace("_", " ").split())
