"""Measure how well highlights are found again: 1,000 highlights, eight kinds of edits, three texts, known positions.

    python scripts/bench_anchoring.py [--highlights 1000] [--words 10000] [--seed 1] [--seeds 10] [--without-snapshot]

Each seed marks other passages and makes other edits. The share of right positions is printed for the worst seed, then
as the mean of all; the other columns are sums over the seeds. Seconds are the median processor time for all highlights
of a seed.

A position is right if it shares 0.8 of its characters with the true one (intersection over union), wrong below 0.4. A
highlight is gone if less than half of it survived in one part; it must not be painted anywhere.
"""

from __future__ import annotations

import argparse
import functools
import html
import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tui_reader.anchoring.description import CONTEXT, fingerprint
from tui_reader.anchoring.resolution import resolve_all
from tui_reader.document.normalization import is_unspaced
from tui_reader.formats import read
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import PlaceState
from tui_reader.model.ranges import Range

CORPORA = Path(__file__).resolve().parents[1] / "../shared/corpora"
RIGHT, WRONG = 0.8, 0.4
SPREAD = 150
"""Number of characters between two surviving ones from which they belong to two parts of a torn highlight."""


class Piece(NamedTuple):
    """A part of an edited text, with its offset in the old text; -1 if it is new."""

    text: str
    origin: int


Edit = Callable[[str, random.Random], list[Piece]]


@functools.lru_cache(4)
def units(text: str) -> tuple[Piece, ...]:
    """Split a text into words and white space; in scripts without spaces, into pairs of letters."""
    pieces: list[Piece] = []
    for found in re.finditer(r"\s+|\S+", text):
        word, start = found.group(), found.start()
        if word.isascii() or word.isspace() or not any(map(is_unspaced, word)):
            pieces.append(Piece(word, start))
        else:
            pieces += [Piece(word[at : at + 2], start + at) for at in range(0, len(word), 2)]
    return tuple(pieces)


def words_edited(rate: float) -> Edit:
    """Return an edit that replaces or deletes words, or adds words after them, a third each; `rate` is their share."""

    def edit(text: str, chance: random.Random) -> list[Piece]:
        pieces = units(text)
        words = [piece.text for piece in pieces if not piece.text.isspace()]
        edited = []
        for piece in pieces:
            fate = 1.0 if piece.text.isspace() else chance.random()
            gap = "" if is_unspaced(piece.text[0]) else " "
            if fate < rate / 3:
                edited.append(Piece(chance.choice(words), -1))
            elif fate < rate * 2 / 3:
                continue
            elif fate < rate:
                edited += [piece, Piece(gap + chance.choice(words), -1)]
            else:
                edited.append(piece)
        return edited

    return edit


def typing_errors(text: str, chance: random.Random) -> list[Piece]:
    """Replace, remove or add letters: about two errors per hundred letters."""
    letters = "".join(c for c in sorted(set(text)) if c.isalpha()) or "x"
    edited = []
    for at, letter in enumerate(text):
        fate = chance.random() if letter.isalpha() else 1.0
        if fate < 0.02 / 3:
            edited.append(Piece(chance.choice(letters), -1))
        elif fate < 0.04 / 3:
            continue
        else:
            edited.append(Piece(letter, at))
            if fate < 0.02:
                edited.append(Piece(chance.choice(letters), -1))
    return edited


def paragraphs(text: str) -> list[Piece]:
    """Return the paragraphs of a text."""
    return [Piece(found.group(), found.start()) for found in re.finditer(r"[^\n]+", text)]


def moved(text: str, chance: random.Random) -> list[Piece]:
    """Move a tenth of the paragraphs, and add a header at the top."""
    parts = paragraphs(text)
    movers = set(chance.sample(range(len(parts)), len(parts) // 10))
    order = [at for at in range(len(parts)) if at not in movers]
    for at in sorted(movers):
        order.insert(chance.randrange(len(order) + 1), at)
    edited = [Piece("A paragraph that the site has put above its articles.\n" * 8, -1)]
    for at in order:
        edited += [parts[at], Piece("\n", -1)]
    return edited


_STRAIGHT = {"“": '"', "”": '"', "‘": "'", "’": "'", "—": "--", "…": "...", "\n": " ", "「": '"', "」": '"'}


def retyped(text: str, chance: random.Random) -> list[Piece]:
    """Replace the presentation: straight quotes, doubled hyphens, other white space."""
    edited = []
    for at, letter in enumerate(text):
        other = _STRAIGHT.get(letter, letter)
        if letter == " " and (fate := chance.random()) < 0.05:
            other = "\u00a0" if fate < 0.03 else "\n"
        edited.append(Piece(other[0], at))
        if len(other) > 1:
            edited.append(Piece(other[1:], -1))
    return edited


def mixed(text: str, chance: random.Random) -> list[Piece]:
    """Edit five words of a hundred, move a tenth of the runs of 200 words and spaces, and make quotes straight."""
    straight = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
    pieces = [Piece(piece.text.translate(straight), piece.origin) for piece in words_edited(0.05)(text, chance)]
    stretches = [pieces[at : at + 200] for at in range(0, len(pieces), 200)]
    movers = [stretches.pop(at) for at in sorted(chance.sample(range(len(stretches)), len(stretches) // 10))[::-1]]
    for stretch in movers:
        stretches.insert(chance.randrange(len(stretches) + 1), [*stretch, Piece(" ", -1)])
    return [piece for stretch in stretches for piece in stretch]


def halved(text: str, chance: random.Random) -> list[Piece]:
    """Remove half of the paragraphs."""
    return [part for piece in paragraphs(text) if chance.random() < 0.5 for part in (piece, Piece("\n", -1))]


EDITS: dict[str, Edit] = {
    "1 % of the words": words_edited(0.01),
    "5 % of the words": words_edited(0.05),
    "20 % of the words": words_edited(0.20),
    "2 % typing errors": typing_errors,
    "10 % moved, header": moved,
    "quotes and spaces": retyped,
    "mixed": mixed,
    "half is cut": halved,
}


def anchors_in(text: str, count: int, chance: random.Random) -> list[Anchor]:
    """Return the anchors of highlights of 2 to 120 words, most of them about 10 words long."""
    words = [piece for piece in units(text) if not piece.text.isspace()]
    mark = fingerprint(text)
    anchors = []
    for _ in range(count):
        length = min(max(2, int(chance.lognormvariate(2.4, 0.9))), 120, len(words) - 1)
        first = chance.randrange(len(words) - length)
        last = words[first + length - 1]
        start, end = words[first].origin, last.origin + len(last.text)
        prefix, suffix = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
        anchors.append(Anchor(text[start:end], prefix, suffix, start, end, 0, mark))
    return anchors


def apply(pieces: list[Piece]) -> tuple[str, dict[int, int]]:
    """Return the edited text, and for each surviving character, by its old offset, the offset in the edited text."""
    where: dict[int, int] = {}
    at = 0
    for text, origin in pieces:
        if origin >= 0:
            where.update(zip(range(origin, origin + len(text)), range(at, at + len(text)), strict=True))
        at += len(text)
    return "".join(piece.text for piece in pieces), where


def truth(anchor: Anchor, where: dict[int, int]) -> Range | None:
    """Return the largest surviving part of a highlight; None if it is less than half of the highlight."""
    marked = [at for at, letter in enumerate(anchor.exact, anchor.start) if not letter.isspace()]
    left = sorted(where[at] for at in marked if at in where)
    stretches: list[list[int]] = []
    for at in left:
        if stretches and at - stretches[-1][-1] < SPREAD:
            stretches[-1].append(at)
        else:
            stretches.append([at])
    largest = max(stretches, key=len, default=[])
    return Range(largest[0], largest[-1] + 1) if 2 * len(largest) >= len(marked) and largest else None


class Score(NamedTuple):
    """The results of a run, as numbers of highlights."""

    right: int = 0
    partly: int = 0
    wrong: int = 0
    lost: int = 0
    ambiguous: int = 0
    """Lost highlights that have candidates to choose from."""
    gone: int = 0
    painted: int = 0
    """Deleted highlights that were found somewhere, which is wrong."""
    seconds: float = 0.0

    @property
    def there(self) -> int:
        """The number of highlights that still exist in the edited text."""
        return self.right + self.partly + self.wrong + self.lost


def run(
    text: str, edit: Edit, *, count: int, seed: int, snapshot: bool = True, show: Callable[[str], None] | None = None
) -> Score:
    """Edit a text, re-anchor the highlights, and compare with the truth."""
    chance = random.Random(seed)
    anchors = anchors_in(text, count, chance)
    edited, where = apply(edit(text, chance))
    began = time.process_time()
    placed = resolve_all(anchors, edited, text if snapshot else None)
    seconds = time.process_time() - began
    tally = dict.fromkeys(("right", "partly", "wrong", "lost", "ambiguous", "gone", "painted"), 0)
    for anchor, found in zip(anchors, placed, strict=True):
        true = truth(anchor, where)
        if true is None:
            tally["gone"] += 1
            tally["painted"] += found.is_certain
            if show and found.is_certain:
                show(f"  gone: {anchor.exact[:150]!r}\n   put: {edited[found.start : found.end][:150]!r} {found.score}")
        elif not found.is_certain:
            tally["lost"] += 1
            tally["ambiguous"] += found.state is PlaceState.AMBIGUOUS
        else:
            shared = max(0, min(true.end, found.end) - max(true.start, found.start))
            both = max(true.end, found.end) - min(true.start, found.start)
            kind = "right" if shared >= RIGHT * both else "wrong" if shared < WRONG * both else "partly"
            tally[kind] += 1
            if show and kind == "wrong":
                show(f" wrong: {anchor.exact[:150]!r}\n  true: {edited[true.start : true.end][:150]!r}")
                show(f"   put: {edited[found.start : found.end][:150]!r} {found.score}")
    return Score(**tally, seconds=seconds)


def first_words(text: str, words: int) -> str:
    """Return the paragraphs with the first words of a text, up to a number of words."""
    kept, count = [], 0
    for line in filter(None, map(str.strip, text.split("\n"))):
        kept.append(line)
        count += len([piece for piece in units(line) if not piece.text.isspace()])
        if count >= words:
            break
    return "\n".join(kept)


def sherlock() -> str:
    return (CORPORA / "long-texts/sherlock-holmes.txt").read_text("utf-8")


def japanese() -> str:
    """Return the text of old Japanese feeds, without lines that repeat others."""
    lines: list[str] = []
    seen: set[str] = set()
    for folder, encoding in (("EUC-JP", "euc-jp"), ("SHIFT_JIS", "cp932"), ("CP932", "cp932")):
        for file in sorted((CORPORA / "encodings" / folder).iterdir()):
            text = html.unescape(html.unescape(file.read_bytes().decode(encoding, "ignore")))
            for line in re.sub(r"<[^>]*>", "\n", text).split("\n"):
                runs = {line[at : at + 8] for at in range(len(line) - 7)}
                if len(re.findall("[\u3041-\u30ff]", line)) > 10 and len(runs & seen) < len(runs) / 5:
                    lines.append(line.strip())
                    seen |= runs
    return "\n".join(lines)


def technical() -> str:
    """Return the CommonMark specification as the reader shows it: prose, and hundreds of similar code blocks."""
    return read((CORPORA / "commonmark/spec.txt").read_bytes(), "spec.md").text


def repetitive(kind: str) -> Callable[[], str]:
    """Return a text of a kind in which many lines repeat."""

    def text() -> str:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
        from scripts import repetitive_texts

        return repetitive_texts.TEXTS[kind]()

    return text


TEXTS: dict[str, Callable[[], str]] = {
    "Sherlock Holmes": sherlock,
    "Japanese": japanese,
    "technical": technical,
    **{
        kind: repetitive(kind)
        for kind in ("API manual", "API guide", "changelog", "contract", "questions", "minutes", "source code", "log")
    },
}


def row(scores: list[Score]) -> str:
    """Return the scores of several seeds as a row of the table."""
    rights = [100 * score.right / max(1, score.there) for score in scores]
    total = Score(*map(sum, zip(*scores, strict=True)))
    kept = f"{total.gone - total.painted} of {total.gone}"
    return (
        f"{min(rights):11.1f} {statistics.mean(rights):5.1f} {total.partly:8} {total.wrong:6} {total.lost:6}"
        f" ({total.ambiguous:4})         {kept:>19} {statistics.median(score.seconds for score in scores):9.2f}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--highlights", type=int, default=1_000)
    parser.add_argument("--words", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=10, help="how many of them")
    parser.add_argument("--edit", choices=EDITS, action="append")
    parser.add_argument("--without-snapshot", action="store_true")
    parser.add_argument("--text", choices=TEXTS, action="append")
    parser.add_argument("--show", action="store_true", help="print what was put in a wrong place")
    options = parser.parse_args()
    for name in options.text or TEXTS:
        try:
            text = first_words(TEXTS[name](), options.words)
        except OSError as error:
            print(f"{name}: SKIPPED, {error}", file=sys.stderr)
            continue
        print(f"\n{name}: {len(text):,} characters, {options.highlights:,} highlights, {options.seeds} seeds")
        print(f"{'':20} right % min  mean   partly  wrong   lost (ambiguous)   gone, not painted   seconds")
        for kind in options.edit or EDITS:
            scores = [
                run(
                    text,
                    EDITS[kind],
                    count=options.highlights,
                    seed=seed,
                    snapshot=not options.without_snapshot,
                    show=print if options.show else None,
                )
                for seed in range(options.seed, options.seed + options.seeds)
            ]
            print(f"{kind:20} {row(scores)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
