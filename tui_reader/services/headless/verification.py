"""Which quotes of a draft stand in the library as they are quoted, which were altered, and which are nowhere."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.anchoring.diff import ChangeKind, align, changes
from tui_reader.anchoring.quotes import ALTERED, QuoteFinder, SimilarPassage
from tui_reader.anchoring.scores import MOST_STEPS, best_stretch, cost_of_best_stretch, quote_similarity
from tui_reader.document.normalization import Words, is_unspaced, normalized
from tui_reader.document.words import count_words
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline

LEAST_WORDS = 4
"""Words from which something between quotation marks counts as a quote; fewer are names and ironies."""
BESIDE = 2_000
"""Characters on either side of a passage in which one that is more alike is looked for: 1 ms."""
LINES = 3
"""Lines that are compared closely."""
CHANCE = 2
"""Words per word of a run at the end of a passage that may lie between it and the rest: beyond, it is met by chance."""


class Verdict(StrEnum):
    """What became of a quote."""

    EXACT = "exact"
    ALTERED = "altered"
    MISSING = "missing"


class DraftQuote(NamedTuple):
    """A quote in a draft."""

    text: str
    line: int
    """Line of the draft that it begins on, from 1."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A quote with what was found of it."""

    quote: DraftQuote
    verdict: Verdict
    headline: Headline | None = None
    """The article that it is from; None where it is missing."""
    start: int = 0
    """Where the passage begins in the article's text."""
    passage: str = ""
    """The words of the article."""
    difference: str = ""
    """The article's words with `[-what the draft leaves out-]` and `{+what it adds+}`."""

    def as_json(self) -> dict[str, Any]:
        """A flat object."""
        article = self.headline.article if self.headline is not None else None
        return {
            "line": self.quote.line,
            "quote": self.quote.text,
            "verdict": str(self.verdict),
            "article": article.id if article is not None else None,
            "title": self.headline.title if self.headline is not None else None,
            "file": article.location if article is not None else None,
            "start": self.start if article is not None else None,
            "passage": self.passage or None,
            "difference": self.difference or None,
        }


def quotes_in(draft: str) -> list[DraftQuote]:
    """The quotes of a draft in Markdown: block quotes, and longer stretches between quotation marks, by their lines."""
    return sorted(_quotes_in(draft), key=lambda quote: quote.line)


def _quotes_in(draft: str) -> Iterator[DraftQuote]:
    lines = draft.split("\n")
    prose: list[str] = []
    block: list[str] = []
    for number, line in enumerate([*lines, ""]):
        inside = re.match(r"\s{0,3}>\s?(.*)", line)
        words = inside[1].strip() if inside else ""
        # An attribution stands in a line of its own, behind a dash.
        if inside and words and not re.match(r"(?:—|–|--)\s", words):
            block.append(words)
        elif block:
            yield DraftQuote(" ".join(block).strip('“”"'), number + 1 - len(block))
            block = []
        prose.append("" if inside else line)
    text = "\n".join(prose)
    number, at = 1, 0
    for found in _QUOTED.finditer(text):
        number, at = number + text.count("\n", at, found.start()), found.start()
        words = next(filter(None, found.groups()), "")
        if count_words(words) >= LEAST_WORDS:
            yield DraftQuote(words, number)


# Within a paragraph only: a mark that was left open must not swallow what follows.
_INNER = r"(?:[^{0}\n]|\n(?!\s*\n))+"
_PAIRS = ("“”", "„“", "«»", "»«", "「」", "『』", '""')
_QUOTED = re.compile("|".join(f"{pair[0]}({_INNER.format(pair)}){pair[1]}" for pair in _PAIRS))
# White space around is stripped from the parts: `\s*` at a pattern's start is tried from every blank of a long run.
_LETTER = re.compile(r"[^\W_]")
_LEFT_OUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.")


def verify(quotes: Iterable[DraftQuote], articles: Iterable[tuple[Headline, Document]]) -> list[Checked]:
    """Look for quotes in articles; the results in the order of the quotes.

    A quote is exact if an article has its words and signs in their order, case included; white space, kinds of quotes
    and dashes, and signs at its ends do not count. Where the draft leaves something out, by three dots or such, all
    parts must follow each other in one article.
    """
    wanted = list(quotes)
    exact: dict[int, Checked] = {}
    near: dict[int, tuple[float, Checked]] = {}
    for headline, document in articles:
        finder = QuoteFinder(document.text)
        for number, quote in enumerate(wanted):
            if number in exact:
                continue
            checked, alike = _look(quote, headline, document, finder)
            if checked is None:
                continue
            if checked.verdict is Verdict.EXACT:
                exact[number] = checked
            elif alike > near.get(number, (0.0, None))[0]:
                near[number] = alike, checked
    missing = [Checked(quote, Verdict.MISSING) for quote in wanted]
    return [exact.get(number) or near.get(number, (0.0, none))[1] for number, none in enumerate(missing)]


def _look(
    quote: DraftQuote, headline: Headline, document: Document, finder: QuoteFinder
) -> tuple[Checked | None, float]:
    """What an article has of a quote, and how much alike it is."""
    text = document.text
    parts = [words for part in _LEFT_OUT.split(quote.text) if (words := " ".join(part.split()))]
    at, start, passages = 0, -1, []
    for part in parts:
        places = [each for each in finder.occurrences(part) if each.start >= at]
        if not places:
            break
        # The first place whose words are written just so, as case is not looked at before.
        place = next((each for each in places if not difference(part, text[slice(*each)])), places[0])
        passage = text[slice(*place)]
        start, at = place.start if start < 0 else start, place.end
        passages.append(passage)
    if parts and len(passages) == len(parts):
        passage = " […] ".join(passages)
        told = [difference(part, words) for part, words in zip(parts, passages, strict=True)]
        if not any(told):
            return Checked(quote, Verdict.EXACT, headline, start, passage), 1.0
        joined = " […] ".join(one or words for one, words in zip(told, passages, strict=True))
        return Checked(quote, Verdict.ALTERED, headline, start, passage, joined), 1.0
    whole = " ".join(parts)
    nearest = _nearest(whole, text, finder)
    if nearest is None:
        return None, 0.0
    passage = text[slice(*nearest.range)]
    told_of = difference(whole, passage) or passage
    return Checked(quote, Verdict.ALTERED, headline, nearest.range.start, passage, told_of), nearest.similarity


def _nearest(quote: str, text: str, finder: QuoteFinder) -> SimilarPassage | None:
    """The passage that a quote is most likely a form of: the best of those that words and letters find."""
    by_words = finder.nearest(quote)
    if by_words is not None:
        # Among lines that are much alike, such as those of a table, the words tell the place, the letters the line.
        start, end = max(0, by_words.range.start - BESIDE), min(len(text), by_words.range.end + BESIDE)
    elif 2 * sum(map(is_unspaced, quote)) > len(quote):
        # Common sentences of a script without spaces have no rare pair of letters that they could be found by.
        start, end = 0, len(text)
    else:
        return None
    candidates = [by_words.range] if by_words is not None else []
    candidates += _nearest_letters(quote, text, start, end)
    places = [_as_far_as(quote, text, each) for each in candidates]
    rated = (
        SimilarPassage(place, quote_similarity(normalized(_core(quote)), normalized(_core(text[slice(*place)]))))
        for place in places
    )
    best = max(rated, key=lambda each: each.similarity, default=None)
    return best if best is not None and (by_words is not None or best.similarity >= ALTERED) else None


def _nearest_letters(quote: str, text: str, start: int, end: int) -> list[Range]:
    """The stretches of some lines between two places whose letters are most like those of a quote."""
    wanted = normalized(quote)
    found: list[tuple[float, Range]] = []
    steps = 0
    for line in re.finditer(r"[^\n]+", text[start:end]):
        folded = normalized(line[0])
        first, last = 0, len(folded)
        if 2 * last < ALTERED * (last + len(wanted)):
            continue  # too short to be alike, whatever its letters
        if last > len(wanted):
            steps += cost_of_best_stretch(wanted, folded)
            if steps > MOST_STEPS:
                break
            first, last = best_stretch(wanted, folded, ALTERED) or (0, 0)
        alike = quote_similarity(wanted, folded[first:last])
        if alike >= ALTERED:
            found.append((-alike, Range(start + line.start() + first, start + line.start() + last)))
    return [place for _, place in sorted(found)[:LINES]]


def _as_far_as(quote: str, text: str, near: Range) -> Range:
    """The range near a place that a quote is a form of, word for word: as many at either end as the quote changed.

    What replaced the first or the last words has nothing in common with them, so a search cannot tell where the passage
    ends. It ends with as many words as the quote goes on beyond those in common, but within their line and sentence.
    """
    low, high = text.rfind("\n", 0, near.start) + 1, text.find("\n", near.end)
    high = high if high >= 0 else len(text)
    quoted, words = Words.of(normalized(_core(quote))), Words.of(normalized(text[low:high]))
    inside = [i for i, end in enumerate(words.ends) if end > near.start - low and words.starts[i] < near.end - low]
    if not inside:
        return near
    found = align(quoted.keys, words.keys[inside[0] : inside[-1] + 1])
    same = _without_chance([(i, inside[0] + j) for i, j in enumerate(found) if j >= 0])
    if not same:
        return near
    (before, first), (last_quoted, last) = same[0], same[-1]
    top = bisect_left(words.starts, text.rfind("\n", 0, low + words.starts[first]) + 1 - low)
    line_end = text.find("\n", low + words.ends[last])
    bottom = bisect_left(words.starts, line_end - low) if line_end >= 0 else len(words.starts)
    for key in reversed(quoted.keys[:before]):
        if first == top or not _may_stand_for(key, words.keys[first - 1]):
            break
        first -= 1
    for key in quoted.keys[last_quoted + 1 :]:
        if last + 1 == bottom or not _may_stand_for(key, words.keys[last + 1]):
            break
        last += 1
    # `I’d` and `side-table` are one word to whoever reads them.
    start, end = low + words.starts[first], low + words.ends[last]
    start -= len(re.search(r"(?:\w+['’-])*$", text[low:start])[0])  # type: ignore[index] # it matches anything
    signs = "" if quote[-1:].isalnum() else r"[^\w\s“”„\"'‘’«»「」『』]*"
    end += len(re.match(rf"(?:['’-]\w+)*{signs}", text[end:high])[0])  # type: ignore[index]
    return Range(start, end)


def _may_stand_for(quoted: str, word: str) -> bool:
    """Whether a word at the end of a passage may be the one that a quote replaced; signs part sentences."""
    return quoted[0].isalnum() and word[0].isalnum()


def _without_chance(same: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Words in common, by their numbers in the quote and in the text, without those met by chance far from the rest."""
    for _ in range(2):
        while True:
            run = 1
            while run < len(same) and same[-run][0] - same[-run - 1][0] == 1 == same[-run][1] - same[-run - 1][1]:
                run += 1
            if run >= len(same):
                break
            beyond = (same[-run][1] - same[-run - 1][1]) - (same[-run][0] - same[-run - 1][0])
            if beyond <= CHANCE * run:
                break
            del same[-run:]
        # The other end is looked at as the end of both texts read backwards.
        same = [(-i, -j) for i, j in reversed(same)]
    return same


def difference(quoted: str, passage: str) -> str:
    """The passage with what the quote leaves out and adds, as `wdiff` writes it; empty if they say the same."""
    quoted, passage = _core(quoted), _core(passage)
    told: list[str] = []
    at = 0
    found = changes(passage, quoted)
    for change in found:
        (start, end), new = change.old, change.new
        told.append(passage[at:start])
        # White space that only the quote has, so that both can be read out of it.
        is_apart = start == 0 or (change.kind is not ChangeKind.INSERTED and passage[start - 1].isspace())
        before = " " if not is_apart and quoted[new.start - 1 : new.start].isspace() else ""
        joins = passage[end : end + 1].strip() and (change.kind is not ChangeKind.DELETED or not is_apart)
        behind = " " if joins and quoted[new.end : new.end + 1].isspace() else ""
        removed = f"[-{passage[start:end]}-]" if change.kind is not ChangeKind.INSERTED else ""
        added = f"{before}{{+{quoted[slice(*new)]}+}}" if change.kind is not ChangeKind.DELETED else ""
        told.append(f"{removed}{added}{behind}")
        at = end
    return "".join((*told, passage[at:])) if found else ""


def _core(text: str) -> str:
    """Strip the signs and white space at both ends of a text, in time that grows with its length alone."""
    first = _LETTER.search(text)
    if first is None:
        return ""
    end = len(text)
    while not text[end - 1].isalnum():
        end -= 1
    return text[first.start() : end]
