"""Verification of the quotes in a draft: each is exact, altered or missing in the library's articles."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple
from unicodedata import category

from tui_reader.anchoring.diff import ChangeKind, align, changes
from tui_reader.anchoring.quotes import MIN_SIMILARITY, QuoteFinder, SimilarPassage
from tui_reader.anchoring.scores import MOST_STEPS, best_stretch, cost_of_best_stretch, quote_similarity
from tui_reader.document.normalization import Words, fold, is_unspaced, normalized
from tui_reader.document.words import count_words
from tui_reader.model.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline

MIN_QUOTE_WORDS = 4
"""Smallest number of words in quotation marks that count as a quote; shorter quotes are names or irony."""
SEARCH_MARGIN = 2_000
"""Number of characters on each side of a passage in which a more similar passage is searched; takes 1 ms."""
MAX_LINES = 3
"""Largest number of lines that are compared with a quote word by word: those whose letters are most similar to it."""
MAX_GAP_PER_WORD = 2
"""Largest number of words by which a passage may be longer than the quote before its last run of common words, for
each word of that run.

With more, the run is treated as a coincidence outside the passage: for a run of two words, with more than four words
in between that the quote does not have.
"""


class Verdict(StrEnum):
    """The result of comparing a quote with the library: exact, altered or missing."""

    EXACT = "exact"
    ALTERED = "altered"
    MISSING = "missing"


class DraftQuote(NamedTuple):
    """A quote in a draft with its line number."""

    text: str
    line: int
    """Number of the first line of the quote, from 1."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of verifying one quote."""

    quote: DraftQuote
    verdict: Verdict
    headline: Headline | None = None
    """The article with the passage; None if the quote is missing."""
    start: int = 0
    """Offset of the passage in the article's text."""
    passage: str = ""
    """The words of the passage in the article."""
    difference: str = ""
    """The passage with `[-words that the draft leaves out-]` and `{+words that the draft adds+}`."""

    def as_json(self) -> dict[str, Any]:
        """Return the result as a flat JSON object."""
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
    """Return the quotes of a Markdown draft in order: block quotes and texts in quotation marks.

    A text in quotation marks must have `MIN_QUOTE_WORDS` words or more.
    """
    return sorted(_quotes_in(draft), key=lambda quote: quote.line)


def _quotes_in(draft: str) -> Iterator[DraftQuote]:
    lines = draft.split("\n")
    prose: list[str] = []
    block: list[str] = []
    for number, line in enumerate([*lines, ""]):
        inside = re.match(r"\s{0,3}>\s?(.*)", line)
        words = inside[1].strip() if inside else ""
        # A line that begins with a dash is the attribution of the quote.
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
        if count_words(words) >= MIN_QUOTE_WORDS:
            yield DraftQuote(words, number)


# Within a paragraph only: a quotation mark that is never closed must not match the following paragraphs.
_INNER = r"(?:[^{0}\n]|\n(?!\s*\n))+"
_PAIRS = ("“”", "„“", "«»", "»«", "「」", "『』", '""')
_QUOTED = re.compile("|".join(f"{pair[0]}({_INNER.format(pair)}){pair[1]}" for pair in _PAIRS))
# White space around is stripped from the parts: `\s*` at a pattern's start is tried from every blank of a long run.
_LETTER = re.compile(r"[^\W_]")
_LEFT_OUT = re.compile(r"\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.")


def verify(quotes: Iterable[DraftQuote], articles: Iterable[tuple[Headline, Document]]) -> list[Checked]:
    """Search all quotes in articles, and judge each.

    A quote is exact if an article has its words and punctuation in order, case included; white space, kinds of
    quotation marks and dashes, soft hyphens, ligatures and other matters of presentation, and punctuation at its ends
    are ignored. If the quote has ellipses, all its parts must follow each other in one article. Of several similar
    passages for an altered quote, the most similar one is reported.

    Returns:
        A result for each quote, in the order of the quotes.
    """
    wanted = list(quotes)
    exact: dict[int, Checked] = {}
    near: dict[int, tuple[float, Checked]] = {}
    for headline, document in articles:
        finder = QuoteFinder(document.text)
        for number, quote in enumerate(wanted):
            if number in exact:
                continue
            checked, similarity = _verify_in(quote, headline, document, finder)
            if checked is None:
                continue
            if checked.verdict is Verdict.EXACT:
                exact[number] = checked
            elif similarity > near.get(number, (0.0, None))[0]:
                near[number] = similarity, checked
    missing = [Checked(quote, Verdict.MISSING) for quote in wanted]
    return [exact.get(number) or near.get(number, (0.0, none))[1] for number, none in enumerate(missing)]


def _verify_in(
    quote: DraftQuote, headline: Headline, document: Document, finder: QuoteFinder
) -> tuple[Checked | None, float]:
    """Verify a quote in one article.

    Returns:
        The result and its similarity, 0 to 1; None if the article has nothing similar.
    """
    text = document.text
    parts = [words for part in _LEFT_OUT.split(quote.text) if (words := " ".join(part.split()))]
    at, start, passages = 0, -1, []
    for part in parts:
        places = [each for each in finder.occurrences(part) if each.start >= at]
        if not places:
            break
        # Prefer the first occurrence with the same case, which the search ignores.
        place = next((each for each in places if not difference(part, text[slice(*each)])), places[0])
        passage = text[slice(*place)]
        start, at = place.start if start < 0 else start, place.end
        passages.append(passage)
    if parts and len(passages) == len(parts):
        passage = " […] ".join(passages)
        differences = [difference(part, words) for part, words in zip(parts, passages, strict=True)]
        if not any(differences):
            return Checked(quote, Verdict.EXACT, headline, start, passage), 1.0
        joined = " […] ".join(one or words for one, words in zip(differences, passages, strict=True))
        return Checked(quote, Verdict.ALTERED, headline, start, passage, joined), 1.0
    whole = " ".join(parts)
    nearest = _nearest(whole, text, finder)
    if nearest is None:
        return None, 0.0
    passage = text[slice(*nearest.range)]
    altered = difference(whole, passage) or passage
    return Checked(quote, Verdict.ALTERED, headline, nearest.range.start, passage, altered), nearest.similarity


def _nearest(quote: str, text: str, finder: QuoteFinder) -> SimilarPassage | None:
    """Return the passage of a text that is most similar to a quote; None without a similar passage.

    Candidates are found by their words, and by their letters in the lines nearby; in a script without spaces, in the
    whole text.
    """
    by_words = finder.nearest(quote)
    if by_words is not None:
        # Among similar lines, as in a table, the word search finds the region, the letter search the line.
        start, end = max(0, by_words.range.start - SEARCH_MARGIN), min(len(text), by_words.range.end + SEARCH_MARGIN)
    elif 2 * sum(map(is_unspaced, quote)) > len(quote):
        # Sentences of common words in a script without spaces have no rare letter pair by which to find them.
        start, end = 0, len(text)
    else:
        return None
    candidates = [by_words.range] if by_words is not None else []
    candidates += _nearest_letters(quote, text, start, end)
    places = [_extend_to_quote(quote, text, each) for each in candidates]
    rated = (
        SimilarPassage(place, quote_similarity(normalized(_core(quote)), normalized(_core(text[slice(*place)]))))
        for place in places
    )
    best = max(rated, key=lambda each: each.similarity, default=None)
    return best if best is not None and (by_words is not None or best.similarity >= MIN_SIMILARITY) else None


def _nearest_letters(quote: str, text: str, start: int, end: int) -> list[Range]:
    """Return the ranges from `start` to `end` whose letters are most similar to a quote, best first.

    Each range lies within one line; at most `MAX_LINES` are returned.
    """
    wanted = normalized(quote)
    found: list[tuple[float, Range]] = []
    steps = 0
    for line in re.finditer(r"[^\n]+", text[start:end]):
        folded_line = fold(line[0])
        folded = folded_line.text
        first, last = 0, len(folded)
        if 2 * last < MIN_SIMILARITY * (last + len(wanted)):
            continue  # too short to be similar, whatever its letters
        if last > len(wanted):
            steps += cost_of_best_stretch(wanted, folded)
            if steps > MOST_STEPS:
                break
            first, last = best_stretch(wanted, folded, MIN_SIMILARITY) or (0, 0)
        score = quote_similarity(wanted, folded[first:last])
        if score >= MIN_SIMILARITY:
            place = folded_line.original(Range(first, last))
            found.append((-score, Range(start + line.start() + place.start, start + line.start() + place.end)))
    return [place for _, place in sorted(found)[:MAX_LINES]]


def _extend_to_quote(quote: str, text: str, near: Range) -> Range:
    """Extend a range by the words at its beginning and end that the quote replaced with other words.

    Replaced words have nothing in common with the original words, so a search cannot tell where the passage ends. It is
    extended by as many words as the quote has beyond the common ones, but within their line and sentence.
    """
    low, high = text.rfind("\n", 0, near.start) + 1, text.find("\n", near.end)
    high = high if high >= 0 else len(text)
    quoted, words = Words.within(_core(quote)), Words.within(text[low:high])
    inside = [i for i, end in enumerate(words.ends) if end > near.start - low and words.starts[i] < near.end - low]
    if not inside:
        return near
    found = align(quoted.keys, words.keys[inside[0] : inside[-1] + 1])
    same = _without_coincidences([(i, inside[0] + j) for i, j in enumerate(found) if j >= 0])
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
    # `I’d` and `side-table` are each one word to a human.
    start, end = low + words.starts[first], low + words.ends[last]
    start -= len(re.search(r"(?:\w+['’-])*$", text[low:start])[0])  # type: ignore[index] # it matches anything
    signs = "" if quote[-1:].isalnum() else r"[^\w\s“”„\"'‘’«»「」『』]*"
    end += len(re.match(rf"(?:['’-]\w+)*{signs}", text[end:high])[0])  # type: ignore[index]
    return Range(start, end)


def _may_stand_for(quoted: str, word: str) -> bool:
    """Return True if a word may replace a quoted word: both words begin with a letter or a digit.

    Punctuation is never treated as a replaced word, because it ends a sentence.
    """
    return quoted[0].isalnum() and word[0].isalnum()


def _without_coincidences(same: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Remove common words at both ends that lie so far from the other ones that they match by coincidence.

    See `MAX_GAP_PER_WORD`.

    Args:
        same: Pairs of indices, one pair per common word: its index in the quote, and in the text.
    """
    for _ in range(2):
        while True:
            run = 1
            while run < len(same) and same[-run][0] - same[-run - 1][0] == 1 == same[-run][1] - same[-run - 1][1]:
                run += 1
            if run >= len(same):
                break
            gap = (same[-run][1] - same[-run - 1][1]) - (same[-run][0] - same[-run - 1][0])
            if gap <= MAX_GAP_PER_WORD * run:
                break
            del same[-run:]
        # The beginning is handled like the end, with both sequences reversed.
        same = [(-i, -j) for i, j in reversed(same)]
    return same


def difference(quoted: str, passage: str) -> str:
    """Return a passage with marks on the words that a quote omits or adds, in the notation of `wdiff`.

    Returns:
        The marked-up passage; empty if quote and passage have the same words.
    """
    quoted, passage = _core(quoted), _core(passage)
    parts: list[str] = []
    at = 0
    found = changes(passage, quoted)
    for change in found:
        (start, end), new = change.old, change.new
        parts.append(passage[at:start])
        # White space only in the quote is included, so that both texts can be read from the result.
        is_apart = start == 0 or (change.kind is not ChangeKind.INSERTED and passage[start - 1].isspace())
        before = " " if not is_apart and quoted[new.start - 1 : new.start].isspace() else ""
        joins = passage[end : end + 1].strip() and (change.kind is not ChangeKind.DELETED or not is_apart)
        behind = " " if joins and quoted[new.end : new.end + 1].isspace() else ""
        removed = f"[-{passage[start:end]}-]" if change.kind is not ChangeKind.INSERTED else ""
        added = f"{before}{{+{quoted[slice(*new)]}+}}" if change.kind is not ChangeKind.DELETED else ""
        parts.append(f"{removed}{added}{behind}")
        at = end
    return "".join((*parts, passage[at:])) if found else ""


def _core(text: str) -> str:
    """Strip punctuation and white space at both ends of a text, in time linear in its length."""
    first = _LETTER.search(text)
    if first is None:
        return ""
    end = len(text)
    # Combining marks stay with the last letter.
    while not (text[end - 1].isalnum() or category(text[end - 1]).startswith("M")):
        end -= 1
    return text[first.start() : end]
