"""Write the table of letter pairs from lists of words with their frequencies, for the detection of encodings.

A folder holds a list for each language: `cs.tsv` with a word and its frequency a line; or `th.pairs.tsv` with pairs of
letters instead of words, a space standing for the edge of a word; or `ja.chars.tsv` with single characters, most
frequent first. How the table is written is described in tui_reader/formats/text/letter_pairs.py.
"""

from __future__ import annotations

import argparse
import math
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import itertools

from tui_reader.formats.text.letter_pairs import DIGITS, TABLE, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

_RARE = 1e-5
"""Share of a language's letters below which a letter does not belong to the language."""
_MOST_LETTERS = 48
_CHARACTERS = 800
"""Number of characters of East Asian languages that are kept."""
_UNIGRAM_SHARE = 0.004
"""Share of the frequency of a single letter in that of a pair, for pairs that the lists lack."""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _pairs(lines: Iterable[str], *, words: bool) -> Counter[str]:
    found: Counter[str] = Counter()
    for line in lines:
        text, _, count = line.rstrip("\n").partition("\t")
        folded = fold(f" {text} " if words else text)
        for pair in map("".join, itertools.pairwise(folded)):
            found[pair] += int(count)
    return found


def _row(language: str, pairs: Counter[str]) -> str:
    """Return the line of the table for a language: its letters, and the cost of each pair."""
    letters: Counter[str] = Counter()
    for pair, count in pairs.items():
        letters[pair[0]] += count
    total = letters.total()
    usual = [letter for letter, n in letters.most_common() if letter != " " and n > _RARE * total]
    # Letters of other scripts are in names and quotations.
    script = Counter(map(_script, usual[:20])).most_common(1)[0][0]
    alphabet = [" ", *sorted([letter for letter in usual if _script(letter) == script][:_MOST_LETTERS])]
    costs = []
    for first in alphabet:
        row = {second: pairs[first + second] for second in alphabet}
        size = max(1, sum(row.values()))
        for second, count in row.items():
            share = (1 - _UNIGRAM_SHARE) * count / size + _UNIGRAM_SHARE * letters[second] / total
            costs.append(DIGITS[min(len(DIGITS) - 1, max(0, round(-2 * math.log2(share))))] if share else DIGITS[-1])
    return f"{language}\t{''.join(alphabet[1:])}\t{''.join(costs)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    lines = []
    for path in sorted(parser.parse_args().folder.glob("*.tsv")):
        language, _, kind = path.name.removesuffix(".tsv").partition(".")
        if not kind and path.with_name(f"{language}.pairs.tsv").exists():
            continue
        with path.open(encoding="utf-8") as file:
            if kind == "chars":
                frequent = "".join(line[0] for line, _ in zip(file, range(_CHARACTERS), strict=False))
                lines.append(f"{language}\t{frequent}\n")
            else:
                lines.append(_row(language, _pairs(file, words=not kind)))
    TABLE.write_text("".join(lines), encoding="utf-8")
    print(f"{TABLE}: {TABLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
