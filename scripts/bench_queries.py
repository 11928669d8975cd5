"""Measure what a letter in the query bar costs, by kind of query: `python scripts/bench_queries.py [COUNT]`.

What is measured is all that the letter's key handler computes for articles in memory: parsing, selecting, explaining,
completing. The painting costs as much as that of a list that scrolls.
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
from tui_reader.search.selection import StepwiseSelection
from tui_reader.search.vocabulary import VocabularyBuilder


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
    """Return a percentile of values that are sorted."""
    return values[min(len(values) - 1, int(len(values) * part))]


def main() -> None:
    """Type all queries and print, for each kind, percentiles of the milliseconds that a letter takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    count = parser.parse_args().count
    library = records(count)
    builder = VocabularyBuilder()
    for record in library:
        builder.add(record)
    offer, context = Offer(builder.build()), Context(date(2026, 11, 29))
    selection = StepwiseSelection(library)
    selection.select(View().query, context)
    times: dict[str, list[float]] = defaultdict(list)
    gc.disable()
    for kind, text in sequences():
        for end in range(1, len(text) + 1):
            start = time.process_time()
            query = parse(text[:end])
            found = selection.select(View(filter=query.while_typing).query, context)
            _ = [record.headline.article.id for record in found]
            explain(query.while_typing)
            complete(query, end, offer)
            parts_with_roles(query)
            times[kind].append((time.process_time() - start) * 1000)
        selection.select(View().query, context)
    everything = sorted(each for values in times.values() for each in values)
    for kind, values in [*sorted(times.items()), ("all", everything)]:
        values.sort()
        p50, p99 = percentile(values, 0.5), percentile(values, 0.99)
        sys.stdout.write(f"{kind:<16} {len(values):>6} letters   p50 {p50:6.2f} ms   p99 {p99:6.2f} ms\n")


if __name__ == "__main__":
    main()
