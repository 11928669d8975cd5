"""Make a folder of generated articles, to measure with: many titles, sources, dates, tags and lengths."""

from __future__ import annotations

import argparse
import random
from datetime import date, timedelta
from pathlib import Path

OPENINGS = [
    "Why",
    "How",
    "When",
    "What",
    "The quiet return of",
    "A year of",
    "Notes on",
    "Inside",
    "Against",
    "The price of",
    "Waiting for",
    "After",
]
SUBJECTS = [
    "the harbour",
    "small engines",
    "Élan and patience",
    "an early spring",
    "the night train",
    "paper maps",
    "the ministry's arithmetic",
    "radio in winter",
    "a bridge too low",
    "the last ferry",
    "salt",
    "borrowed time",
    "東京湾の夜",
    "the common room",
    "cheap light",
    "old ice",
]
ENDINGS = ["", "", "", " in the north", ", ten years on", ": a correction", " and other debts", " before the vote", "?"]
SOURCES = [
    "Brussels desk",
    "Space desk",
    "Air desk",
    "The Almanac",
    "Tide Tables",
    "Northern Post",
    "Correspondence",
    "",
]
TAGS = [
    "defence",
    "nato",
    "space",
    "budget",
    "arctic",
    "radio",
    "rivers",
    "tides",
    "letters",
    "history",
    "science",
    "cities",
    "trade",
    "energy",
    "weather",
    "books",
]
WORDS = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "that",
    "it",
    "was",
    "he",
    "as",
    "his",
    "with",
    "for",
    "had",
    "not",
    "at",
    "on",
    "but",
    "by",
    "which",
    "she",
    "from",
    "all",
    "they",
    "are",
    "him",
    "one",
    "minister",
    "harbour",
    "evening",
    "without",
    "between",
    "pressure",
    "nothing",
    "question",
    "morning",
    "alliance",
    "it’s",
    "“perhaps”",
    "government",
]


def article(number: int, rng: random.Random) -> tuple[str, str]:
    """Return the name of an article within the library, and its text."""
    title = f"{rng.choice(OPENINGS)} {rng.choice(SUBJECTS)}{rng.choice(ENDINGS)} ({number})"
    day = date(2020, 1, 1) + timedelta(days=rng.randrange(2_400))
    tags = rng.sample(TAGS, rng.randrange(4))
    # Most articles are short, and a few are books.
    length = min(20_000, int(rng.lognormvariate(5.5, 0.8)))
    words = rng.choices(WORDS, k=max(20, length))
    paragraphs = [" ".join(words[i : i + 80]).capitalize() + "." for i in range(0, len(words), 80)]
    header = [f"title: {title!r}", f"date: {day}", f"tags: [{', '.join(tags)}]"]
    if source := rng.choice(SOURCES):
        header.append(f"source: {source}")
    name = f"{day.year}/{day.month:02}/{number:06}.md"
    return name, "---\n" + "\n".join(header) + "\n---\n\n" + "\n\n".join(paragraphs) + "\n"


def make(folder: Path, count: int, seed: int = 7) -> None:
    """Fill a folder; the same count and seed make the same articles."""
    rng = random.Random(seed)
    made: set[Path] = set()
    for number in range(count):
        name, text = article(number, rng)
        path = folder / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        path.write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to put them; made if it is not there")
    parser.add_argument("count", type=int, nargs="?", default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    make(options.folder, options.count, options.seed)
    print(f"{options.count:,} articles in {options.folder}")


if __name__ == "__main__":
    main()
