"""Print the processor time of exports of 10,000 annotations of 1,000 articles: each format, then folders.

A folder is exported twice: new, and without changes. The time includes reading the texts, parsing them (in other
processes, too) and finding their headings. Opening the library is not included, and is printed separately.
`--only FORMAT` measures one format.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.config import Settings
from tui_reader.exchange.registry import EXPORTS
from tui_reader.services.headless.clips import Clips
from tui_reader.services.headless.export_files import ExportFiles
from tui_reader.services.headless.session import library_of, read_document
from tui_reader.services.library.opening import init_library
from tui_reader.services.library.worker import COLLECTED_FROM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.registry import Format
    from tui_reader.services.library.library import Library

WORDS = "The ministers arrive with a number already on the table. What remains open is when, and how, said {}. "
PARAGRAPHS = 20
SEED = 1


def make(folder: Path, articles: int, annotations: int) -> None:
    """Write articles of some 400 words, and highlight passages of them."""
    init_library(folder)
    for number in range(articles):
        paragraphs = [
            f"## Part {each}\n\n{WORDS.format(number * PARAGRAPHS + each)}"
            if each % 5 == 0
            else WORDS.format(f"{number}-{each}")
            for each in range(PARAGRAPHS)
        ]
        head = (
            f"---\ntitle: Article {number}\nbyline: Ada Møller\nsource: Desk\ndate: 2026-06-05\ntags: [nato]\n---\n\n"
        )
        (folder / f"article-{number}.md").write_text(head + "\n\n".join(paragraphs), "utf-8")
    draw = random.Random(SEED)
    with library_of([folder], None, Settings()) as library:
        for headline in library.catalogue.everything():
            path = library.path_of(headline.id)
            document = read_document(path, Settings()) if path is not None else None
            assert document is not None
            for _ in range(annotations // articles):
                start = draw.randrange(len(document.text) - 300)
                note = f"A note on **{start}**, of course, and it is no copy of another one."
                library.annotations.add(headline.id, document, start, start + 120, note=note)
        library.require_saved()


def process_time() -> float:
    """Return the CPU time of this process and of the ended processes that it started."""
    return sum(os.times()[:4])


def timed(label: str, start: float) -> None:
    print(f"  {label:32} {process_time() - start:6.2f} s")


def timed_loop() -> None:
    """Time a loop that took 0.7 s on the machine of the figures in docs/performance.md, to compare machines."""
    start, total = process_time(), 0
    for number in range(10_000_000):
        total += number * number
    timed("a loop of ten million steps", start)


def measure(library: Library, folder: Path, forms: Sequence[Format]) -> None:
    start = process_time()
    everything = Clips(library, Settings()).parse("").term
    clips = list(Clips(library, Settings()).of_annotations(everything))
    timed(f"clips: {len(clips)} articles", start)
    for form in forms:
        start = process_time()
        form.write(clips)
        timed(f"write {form.id}", start)
    for form in forms:
        for label in ("new", "unchanged"):
            start = process_time()
            files = ExportFiles(folder / form.id, form)
            found = Clips(library, Settings()).of_annotations(everything)
            if form.per_article:
                files.write_folder(found)
            else:
                files.write_file(f"annotations{form.suffix}", list(found))
            timed(f"{'folder' if form.per_article else 'file'} of {form.id}, {label}", start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000)
    parser.add_argument("--annotations", type=int, default=10_000)
    parser.add_argument("--only", metavar="FORMAT", choices=[each.id for each in EXPORTS], action="append")
    options = parser.parse_args()
    forms = [each for each in EXPORTS if options.only is None or each.id in options.only]
    gc.set_threshold(COLLECTED_FROM)  # as the verb does
    timed_loop()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "library"
        folder.mkdir()
        make(folder, options.articles, options.annotations)
        start = process_time()
        with library_of([folder], None, Settings()) as library:
            timed("open the library", start)
            measure(library, Path(temporary) / "out", forms)
    timed_loop()


if __name__ == "__main__":
    main()
