"""Measure the time of a letter in the query bar, by kind of query: `python scripts/bench_queries.py [COUNT]`.

The first two columns are all that the letter's key handler computes for articles in memory: parsing, selecting the
articles of the first frame, explaining, completing. The painting costs as much as that of a list that scrolls. The last
column is the evaluation that follows between frames, until the number of matches is known; the next letter ends it.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.make_library import make
from scripts.typing_sequences import sequences
from tui_reader.formats import scan
from tui_reader.model.article import Article, Headline, ReadingState
from tui_reader.model.query import View
from tui_reader.search.completion import Offer, complete
from tui_reader.search.evaluation import Context
from tui_reader.search.explanation import explain
from tui_reader.search.parser import parse
from tui_reader.search.records import NO_ANNOTATIONS, ArticleRecord
from tui_reader.search.roles import parts_with_roles
from tui_reader.search.vocabulary import VocabularyBuilder
from tui_reader.services.articles.catalogue import MemoryCatalogue
from tui_reader.tui.screens.reading.headline_listing import FIRST_SECONDS

PAGE = 14
"""Number of headlines on a screen of 35 rows, and one more."""


def records(count: int) -> list[ArticleRecord]:
    """Return the records of a generated library."""
    made = []
    with TemporaryDirectory() as folder:
        make(Path(folder), count, 7)
        for number, file in enumerate(sorted(Path(folder).rglob("*.md"))):
            metadata, _ = scan(file.read_bytes(), file.name)
            article = Article(str(number), str(file.relative_to(folder)), metadata, mtime_ns=10**18)
            record = ArticleRecord(Headline(article, ReadingState(read=number % 3 == 0), 0))
            record.annotations = NO_ANNOTATIONS
            made.append(record)
    return made


def percentile(values: list[float], part: float) -> float:
    """Return a percentile of values."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def main() -> None:
    """Type all queries and print, for each kind, percentiles of the milliseconds that a letter takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    count = parser.parse_args().count
    library = records(count)
    builder = VocabularyBuilder()
    for record in library:
        builder.add(record)
    offer, context = Offer(builder.build(), (), date(2026, 11, 29)), Context(date(2026, 11, 29))
    catalogue = MemoryCatalogue()
    catalogue.put([record.headline for record in library])
    catalogue.set_context(context.today, ())
    catalogue.ids(View())
    times: dict[str, list[float]] = defaultdict(list)
    rest: dict[str, list[float]] = defaultdict(list)
    gc.disable()
    for kind, text in sequences():
        for end in range(1, len(text) + 1):
            start = time.process_time()
            query = parse(text[:end])
            view = View(filter=query.while_typing)
            catalogue.ids_so_far(view, FIRST_SECONDS, enough=PAGE)
            explain(query.while_typing)
            complete(query, end, offer)
            parts_with_roles(query)
            first = time.process_time()
            times[kind].append((first - start) * 1000)
            catalogue.ids(view)
            rest[kind].append((time.process_time() - first) * 1000)
        catalogue.ids(View())
    for found in (times, rest):
        found["all"] = [each for values in found.values() for each in values]
    for kind, values in sorted(times.items(), key=lambda item: (item[0] == "all", item[0])):
        p50, p99, last = percentile(values, 0.5), percentile(values, 0.99), percentile(rest[kind], 0.99)
        sys.stdout.write(
            f"{kind:<16} {len(values):>6} letters   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   then p99 {last:6.2f} ms\n"
        )


if __name__ == "__main__":
    main()
