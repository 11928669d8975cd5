"""Highlight sentences of every article of a folder, by the program's services, to measure lists of annotations."""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from tui_reader.config import Settings
from tui_reader.document.sentences import sentence_starts
from tui_reader.services.headless.session import library_of, read_document
from tui_reader.services.library.opening import init_library

TAGS = ("claim", "figure", "lede", "check", "quote")


def annotate(folder: Path, each: int, seed: int) -> int:
    """Turn the folder into a library, and add `each` highlights to each article; every third has a note."""
    rng, settings, made = random.Random(seed), Settings(), 0
    init_library(folder)
    with library_of([folder], None, settings) as library:
        for path in sorted(folder.rglob("*.md")):
            document, article = read_document(path, settings), library.article_at(path)
            if document is None or article is None:
                raise SystemExit(f"{path} cannot be read")
            starts = [*sentence_starts(document.text), len(document.text)]
            for _ in range(each):
                at = rng.randrange(len(starts) - 1)
                low = rng.randrange(starts[at], max(starts[at] + 1, starts[at + 1] - 40))
                note = "who says so, and since when?" if rng.random() < 1 / 3 else ""
                tags = rng.sample(TAGS, rng.randrange(3))
                colour = rng.randrange(1, 6)
                library.annotations.add(
                    article, document, low, low + rng.randrange(20, 140), colour=colour, note=note, tags=tags
                )
                made += 1
        library.annotations.reanchoring.wait()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of articles, such as make_library.py makes")
    parser.add_argument("each", type=int, nargs="?", default=10)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    print(f"{annotate(options.folder, options.each, options.seed):,} annotations in {options.folder}")


if __name__ == "__main__":
    main()
