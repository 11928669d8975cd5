"""Print the cost of highlights in a book, and the time until they are found again after an edit.

    python scripts/bench_books.py [--words 1400000] [--highlights 1000] [--seed 1]

Three books of as many words: of 2,000 chapters, of 50 chapters, and plain text without sections. In each, all
highlights are made, then one chapter is edited: a tenth of its words are replaced, and a paragraph is inserted; and a
new chapter is put before all. Printed are: bytes that the first highlight adds to the library, and all highlights;
processor seconds and memory, above what the texts take, until all highlights are found in the new text; highlights
found at the right place, at another, and nowhere. `whole` does the same with a snapshot of the whole text, as libraries
of earlier versions have it.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import resource
import sys
import time
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from tui_reader.anchoring.description import describe, document_fingerprint
from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder, Section
from tui_reader.document.pieces import around, is_long, pieces_of
from tui_reader.services.annotations.reanchoring import find_all
from tui_reader.services.annotations.text_snapshots import KeptText, pack

if TYPE_CHECKING:
    from tui_reader.model.anchor import Anchor

PARAGRAPH_WORDS = 70
ALIKE = 75
"""Percentage of letters that the words at the right place have in common with a highlight: a tenth of the words of the
edited chapter are others, and a highlight may begin or end within a word."""


def book(words: int, chapters: int, chance: random.Random) -> list[list[str]]:
    """Return the paragraphs of each chapter of a made-up book with the word frequencies of real texts."""
    letters = "eeeeettttaaaooiinnsshhrrddlluccmmwfgypbvk"
    vocabulary = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(20_000)]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    each = words // chapters // PARAGRAPH_WORDS
    return [
        [" ".join(chance.choices(vocabulary, weights, k=PARAGRAPH_WORDS)) + "." for _ in range(max(1, each))]
        for _ in range(chapters)
    ]


def document(chapters: list[list[str]], *, sections: bool) -> Document:
    """Return the document of a book; its sections are named by the first words of their chapters."""
    builder, found = DocumentBuilder(), []
    for chapter in chapters:
        key = chapter[0][:40] if sections else ""
        found.append(Section(builder.next_start, key, key=key))
        for paragraph in chapter:
            builder.add(Block(BlockKind.PARAGRAPH, 0, 0), paragraph)
    return builder.build(sections=tuple(found) if sections else ())


def edited(chapters: list[list[str]], chance: random.Random) -> list[list[str]]:
    """Return a book with one chapter edited, and a new chapter before all."""
    new = [list(chapter) for chapter in chapters]
    chapter = new[len(new) // 2]
    for number, paragraph in enumerate(chapter):
        words = paragraph.split(" ")
        for at in chance.sample(range(len(words)), len(words) // 10):
            if number or at > 8:
                words[at] = "edited"
        chapter[number] = " ".join(words)
    chapter.insert(len(chapter) // 2, "A paragraph that is new in this edition. " * 5)
    return [["A preface that is new in this edition."] * 30, *new]


def measure(sections: bool, chapters: int, whole: bool, options: argparse.Namespace) -> dict[str, float]:
    """Return the figures of one book; runs in a process of its own."""
    chance = random.Random(options.seed)
    parts = book(options.words, chapters, chance)
    old = document(parts, sections=sections)
    new = document(edited(parts, chance), sections=sections)
    middle = len(parts) // 2
    low = sum(sum(map(len, part)) + len(part) for part in parts[:middle])
    high = low + sum(map(len, parts[middle])) + len(parts[middle])
    anchors: dict[str, Anchor] = {}
    for number in range(options.highlights):
        # A fifth of the highlights are in the chapter that is edited.
        start = (
            chance.randrange(low, max(low + 1, high - 400))
            if number % 5 == 0
            else chance.randrange(len(old.text) - 400)
        )
        anchors[str(number)] = describe(old, start, start + chance.randint(30, 300))
    fingerprint = document_fingerprint(old)

    def kept_of(wanted: list[Anchor]) -> KeptText:
        if whole or not is_long(old.text):
            return KeptText(pack(old.text))
        pieces = {piece for each in wanted for piece in around(pieces_of(old), each.start, each.end)}
        return KeptText(None, [(p.start, p.end, p.key, pack(old.text[p.start : p.end])) for p in sorted(pieces)])

    first, kept = kept_of([anchors["0"]]), kept_of(list(anchors.values()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    found = find_all(anchors, {fingerprint: kept}, new)
    seconds = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    lost = right = 0
    for name, placed in found.items():
        lost += not placed.is_certain
        right += placed.is_certain and fuzz.ratio(anchors[name].exact, new.text[placed.start : placed.end]) >= ALIKE
    return {
        "first": len(json.dumps(first)),
        "all": len(json.dumps(kept)),
        "seconds": seconds,
        "memory": memory / 1024,
        "right": right,
        "lost": lost,
        "wrong": len(found) - right - lost,
    }


def main() -> None:
    """Print the figures of all books."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=1_400_000)
    parser.add_argument("--highlights", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"{'':24}{'first kB':>10}{'all kB':>10}{'seconds':>9}{'MB':>7}{'right':>7}{'lost':>6}{'wrong':>6}")
    for name, sections, chapters, whole in (
        ("2,000 chapters", True, 2_000, False),
        ("50 chapters", True, 50, False),
        ("without sections", False, 50, False),
        ("2,000 chapters, whole", True, 2_000, True),
    ):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            one = pool.apply(measure, (sections, chapters, whole, options))
        print(
            f"{name:24}{one['first'] / 1000:10.1f}{one['all'] / 1000:10.1f}{one['seconds']:9.2f}{one['memory']:7.0f}"
            f"{one['right']:7.0f}{one['lost']:6.0f}{one['wrong']:6.0f}"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
