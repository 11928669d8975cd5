"""Measure what a letter of a query costs until it is painted, by kind of query, in one run with moving in the list.

    python scripts/bench_typing.py [--articles 10000] [--letters 40] [--runs 1] [--following]

The library is made up, and the reader has scanned it in a start before. As soon as all articles are listed, queries of
`typing_sequences.py` are typed, a kind after the other, from half a second after that, when nothing of a query has been
used yet. Figures are milliseconds from letter written to frame read, in a terminal of 120 by 35.

The last rows are what follows a letter: the completions, the number of matches, and the counts of sources and tags in
the sidebar; and what follows a change of an article: the counts beside the saved searches.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.bench_import import GAP, Answer, KeysInList, Load, told
from scripts.driven_terminal import DrivenTerminal, Frame, reader
from scripts.make_library import make
from scripts.typing_sequences import sequences

ROOT = Path(__file__).parents[1]
SIZE = (120, 35)
LETTER_GAP = 0.12
FIELDS = "fields"
"""The kind to which queries of single fields belong here: there are too few letters of each field."""
MOST_SECONDS = 90.0
LETTERS = "thesawnbrc"
"""Queries of one letter, nearly all of which match thousands of articles."""
SEARCH, SEARCH_NAME = "minutes>=15", "Long reads"
"""A query for articles of a saved search, the name of that search: its unread articles."""
BELOW_BAR, FIRST_GROUP = 3, 12
"""The row below the query bar, and the last row of the sidebar above its sources."""
NOTE = re.compile(r"\s*[\d,]+(?P<more>\+)? articles?\b(?: ·|$)")
"""The line below the completions: the number of matches, with a plus sign while articles are left to evaluate."""
COUNTED = re.compile(r"\d\s*$")
TAIL = 8
"""Number of characters at the end of the query by which a frame is recognized; long queries scroll."""


def lists_all(count: int, frame: Frame) -> bool:
    """Return True if the first row of a frame tells that all articles are listed."""
    rows = [piece.text for piece in frame.pieces if piece.row == 1]
    return any(f"{count:,} unread" in text and "reading" not in text for text in rows)


def draws(text: str, frame: Frame) -> bool:
    """Return True if a frame draws the bar with the text of a query."""
    rows = [piece.text.strip() for piece in frame.pieces if piece.text.startswith(" /") and piece.column > 1]
    return any(row.endswith(text.strip()[-TAIL:]) for row in rows)


def type_query(terminal: DrivenTerminal, text: str) -> list[float]:
    """Type a query into the bar, close the bar, and return the milliseconds of each letter."""
    taken = []
    terminal.type(b"/")
    terminal.watch(LETTER_GAP)
    due = time.monotonic()
    for end in range(1, len(text) + 1):
        terminal.watch(due - time.monotonic())
        at = terminal.type(text[end - 1].encode())
        frame = terminal.watch(1.0, partial(draws, text[:end]))
        if frame is not None:
            taken.append(1000 * (frame.at - at))
        due = max(due + LETTER_GAP, time.monotonic())
    terminal.type(b"\x1b")
    terminal.watch(0.3)
    return taken


def completes(frame: Frame) -> bool:
    """Return True if a frame draws a completion in the row below the query bar."""
    return any(piece.row == BELOW_BAR and piece.column > 1 and not NOTE.match(piece.text) for piece in frame.pieces)


def counts_matches(frame: Frame) -> bool:
    """Return True if a frame draws the number of matches of a query that is evaluated for all articles."""
    notes = [found for piece in frame.pieces if piece.column > 1 and (found := NOTE.match(piece.text))]
    return any(not note["more"] for note in notes)


def counts_groups(frame: Frame) -> bool:
    """Return True if a frame draws the count of a source or a tag in the sidebar."""
    return any(piece.column == 1 and piece.row > FIRST_GROUP and COUNTED.search(piece.text) for piece in frame.pieces)


def what_follows(terminal: DrivenTerminal, times: int) -> None:
    """Measure what a frame after that of a letter shows, and print it."""
    taken: dict[str, list[float]] = defaultdict(list)
    load = Load(terminal.process)
    for letter in (LETTERS * times)[:times]:
        terminal.type(b"/")
        terminal.watch(0.5)
        seen = len(terminal.frames)
        at = terminal.type(letter.encode())
        terminal.watch(1.0)
        for name, is_shown in {
            "completions": completes,
            "number of matches": counts_matches,
            "counts of sources and tags": counts_groups,
        }.items():
            found = [frame.at for frame in terminal.frames[seen:] if is_shown(frame)]
            if found:
                taken[f"a letter → {name}"].append(1000 * (found[0] - at))
        terminal.type(b"\x1b")
        terminal.watch(0.5)
    terminal.type(f"/{SEARCH} \r".encode())
    terminal.watch(1.0)
    for _ in range(times):
        at = terminal.type(b"r")
        frame = terminal.watch(1.0, lambda frame: any(SEARCH_NAME in piece.text for piece in frame.pieces))
        if frame is not None:
            taken["a change → counts of searches"].append(1000 * (frame.at - at))
        terminal.watch(0.3)
    terminal.type(b"\x1b")
    terminal.watch(0.5)
    for name, figures in taken.items():
        told(name, Answer(figures, load.others))


def main() -> None:
    """Measure, and print a table for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--letters", type=int, default=40, help="of each kind, at least (40)")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--first", action="store_true", help="only one query of each kind")
    parser.add_argument("--following", action="store_true", help="only what follows letters and changes")
    options = parser.parse_args()
    queries: dict[str, list[str]] = defaultdict(list)
    for kind, text in sequences():
        name = FIELDS if kind.endswith(":") else kind
        if text.isprintable() and (options.first is False or not queries[name]):
            queries[name].append(text)
    with tempfile.TemporaryDirectory() as folder:
        library, home = Path(folder, "articles"), Path(folder, "home")
        make(library, options.articles)
        terminal = reader(library, home, SIZE, ROOT)
        terminal.watch(MOST_SECONDS, lambda frame: lists_all(options.articles, frame))
        terminal.watch(1.0)
        terminal.close(b"Q")
        for _ in range(options.runs):
            measure(library, home, options, queries)


def measure(library: Path, home: Path, options: argparse.Namespace, queries: dict[str, list[str]]) -> None:
    """Print the table of a start of the reader."""
    print(f"{'ms':34}{'n':>5}{'median':>8}{'90 %':>8}{'99 %':>8}{'most':>8}{'others':>9}")
    terminal = reader(library, home, SIZE, ROOT)
    terminal.watch(MOST_SECONDS, lambda frame: lists_all(options.articles, frame))
    terminal.watch(0.5)
    if options.following:
        terminal.watch(3.0)
        what_follows(terminal, options.letters)
        terminal.close(b"Q")
        return
    everything: list[float] = []
    whole = Load(terminal.process)
    for kind, texts in queries.items():
        taken: list[float] = []
        load = Load(terminal.process)
        for text in texts:
            taken += type_query(terminal, text)
            if len(taken) >= options.letters:
                break
        told(f"a letter: {kind}", Answer(taken, load.others))
        if not everything:
            print(f"{'  the first five letters':34}" + "".join(f"{each:8.1f}" for each in taken[:5]))
        everything += taken
    told("a letter: all", Answer(everything, whole.others))
    over = sum(each > 16 for each in everything)
    print(f"{'  letters above 16 ms':34}{over:5}")
    terminal.watch(1.0)
    terminal.type(b"\x1b")
    terminal.watch(0.5)
    told("j, k", KeysInList(terminal).type_for(200 * GAP))
    what_follows(terminal, options.letters)
    terminal.close(b"Q")


if __name__ == "__main__":
    main()
