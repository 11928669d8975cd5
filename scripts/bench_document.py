"""Print the processor time of layout, search and counting for a million words: figures to compare, not tests."""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import statistics
import time
from typing import TYPE_CHECKING

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.layout import Layout
from tui_reader.document.matches import find_all
from tui_reader.document.motions import next_sentence, next_word, previous_sentence, sentence_at
from tui_reader.document.words import count_words

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = ("the of and to in that it was he as his with for had her not at on but by which she from all they one", " ")
LONG = ("minister defence alliance question morning nothing without between pressure government harbour evening", " ")
CURLY = ["“the", "it’s", "night—and", "don’t", "said.”"]
IDEOGRAPHS = "東京湾の夜警港灯静船人間自由平等尊厳権利理性良心同胞精神行動第一条"


def prose(words: int, *, curly: bool = False) -> list[str]:
    """Return paragraphs of about 90 words each."""
    rng = random.Random(7)
    stock = str.split(*WORDS) * 2 + str.split(*LONG) + (CURLY if curly else [])
    paragraphs = []
    while words > 0:
        count = min(words, rng.randrange(40, 140))
        paragraphs.append(" ".join(rng.choices(stock, k=count)) + ".")
        words -= count
    return paragraphs


def document(paragraphs: list[str]) -> Document:
    """Return a document of paragraphs."""
    builder = DocumentBuilder()
    for text in paragraphs:
        builder.add(Block(BlockKind.PARAGRAPH, 0, 0), text)
    return builder.build()


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """Return median and minimum in milliseconds of processor time, which other programs affect least."""
    times = []
    for _ in range(runs):
        gc.collect()
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1000)
    return statistics.median(times), min(times)


def refined(source: Document) -> None:
    """Lay out a document, and make all heights exact, in slices as a screen does."""
    layout = Layout(source, 72)
    while not layout.refine(0.004):
        pass


def pages(layout: Layout) -> Callable[[], object]:
    """Return a function that gets the rows of another page at each call."""
    tops = itertools.cycle(range(0, layout.height - 40, 997))
    return lambda: layout.rows(next(tops), 40)


def main() -> None:
    """Measure everything, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="times each thing is done")
    runs: int = parser.parse_args().runs
    plain, curly = document(prose(1_000_000)), document(prose(1_000_000, curly=True))
    lines = document([paragraph[:40] for paragraph in prose(20_000)] * 1_000)
    rng = random.Random(3)
    wide = document(["".join(rng.choices(IDEOGRAPHS, k=300)) + "。" for _ in range(3000)])
    one = document([" ".join(prose(1_000_000))])
    layout = Layout(plain, 72)
    middle = len(plain.text) // 2
    page, wide_page = pages(layout), pages(Layout(wide, 72))
    motion = itertools.cycle([next_sentence, previous_sentence])
    rows: list[tuple[str, Callable[[], object], int]] = [
        (f"layout, 1M words of ASCII ({len(plain.blocks)} blocks)", lambda: Layout(plain, 72), runs),
        ("layout, 1M words with curly quotes", lambda: Layout(curly, 72), runs),
        (f"layout, {len(lines.blocks)} blocks of one line", lambda: Layout(lines, 72), runs),
        ("layout, 1M words in one block", lambda: Layout(one, 72), runs),
        ("layout, 0.9M ideographs, estimated", lambda: Layout(wide, 72), runs),
        ("layout, 0.9M ideographs, exact", lambda: refined(wide), 3),
        ("page of 40 rows, somewhere else each time", page, 50),
        ("page of 40 rows of ideographs", wide_page, 50),
        ("position of an offset and back", lambda: layout.offset_at(*layout.position(middle)), 50),
        ("sentence motion", lambda: next(motion)(plain, middle), 50),
        ("sentence motion in a block of 1M words", lambda: sentence_at(one, middle), 3),
        ("word motion", lambda: next_word(plain, middle), 50),
        ("find 'the', 1M words of ASCII", lambda: find_all(plain, "the"), runs),
        ("find 'the government'", lambda: find_all(plain, "the government"), runs),
        ("find 'the' with curly quotes in the text", lambda: find_all(curly, "the"), runs),
        ("count words of ASCII", lambda: count_words(plain.text), runs),
        ("count words with curly quotes", lambda: count_words(curly.text), runs),
    ]
    print(f"{'what':52} {'median ms':>10} {'min ms':>10}")
    for name, work, times in rows:
        median, least = timed(work, times)
        print(f"{name:52} {median:10.2f} {least:10.2f}")


if __name__ == "__main__":
    main()
