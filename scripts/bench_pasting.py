"""Measure the frames while a text arrives as keys, as from a terminal without bracketed paste, by kind of text field.

    python scripts/bench_pasting.py [--letters 10000] [--runs 3] [--fields note,query]

Figures are milliseconds: until the end of the text is in the field, the
first frame, and the longest time between two frames.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from threading import Thread

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.driven_terminal import DrivenTerminal, reader

ROOT = Path(__file__).parents[1]
SIZE = (120, 35)
FIELDS = {
    "note": b"l)a",
    "query": b"/",
    "command line": b":",
    "tags": b"t",
    "search in article": b"l/",
}
"""The keys that open each kind of text field, from the list."""
WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit sed do "
MOST_SECONDS = 30.0


def pasted(terminal: DrivenTerminal, keys: bytes, letters: int, end: str) -> tuple[float, float, float, int]:
    """Paste into a field, and return the seconds until the end, the first frame and the longest gap, and the frames.

    Args:
        terminal: The reader, which shows the list.
        keys: The keys that open the field.
        letters: The length of the text.
        end: The end of the text, by which its last frame is recognized.
    """
    for key in keys:
        terminal.type(bytes((key,)))
        terminal.watch(0.5)
    text = (WORDS * (letters // len(WORDS) + 1))[: letters - len(end)] + end
    seen = len(terminal.frames)
    at = time.monotonic()
    # The terminal takes 4,096 bytes at a time; its reader must go on meanwhile.
    writing = Thread(target=terminal.type_all, args=(text.encode(),))
    writing.start()
    last = terminal.watch(MOST_SECONDS, lambda frame: any(end in piece.text for piece in frame.pieces))
    writing.join()
    times = [at, *(frame.at for frame in terminal.frames[seen:])]
    terminal.watch(0.5)
    if last is None:
        raise SystemExit("the end of the text is not shown")
    gaps = [after - before for before, after in pairwise(times)]
    return last.at - at, gaps[0], max(gaps), len(gaps)


def main() -> None:
    """Measure, and print a row for each field and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--fields", default=",".join(FIELDS))
    options = parser.parse_args()
    print(f"{'ms':24}{'end':>8}{'first':>8}{'gap':>8}{'frames':>8}")
    for name in options.fields.split(","):
        for run in range(options.runs):
            with tempfile.TemporaryDirectory() as home:
                terminal = reader(ROOT / "sample_articles", Path(home), SIZE, ROOT)
                terminal.watch(3.0)
                end, first, gap, frames = pasted(terminal, FIELDS[name], options.letters, f"zyxw{run}")
                print(f"{name:24}{1000 * end:8.0f}{1000 * first:8.0f}{1000 * gap:8.0f}{frames:8}", flush=True)
                terminal.type(b"\x1b")
                terminal.watch(0.5)
                terminal.type(b"\x1b")
                terminal.watch(0.5)
                terminal.close(b"QQ")


if __name__ == "__main__":
    main()
