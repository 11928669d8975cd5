"""Which quotes of a draft stand in the library as they are quoted, which were altered, and which are nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_reader.anchoring.diff import ChangeKind, changes
from tui_reader.anchoring.quotes import Near, QuoteFinder
from tui_reader.document.words import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline

LEAST_WORDS = 4
"""Words from which something between quotation marks counts as a quote; fewer are names and ironies."""


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
    for found in _QUOTED.finditer(text):
        words = next(filter(None, found.groups()), "")
        if count_words(words) >= LEAST_WORDS:
            yield DraftQuote(words, text.count("\n", 0, found.start()) + 1)


# Within a paragraph only: a mark that was left open must not swallow what follows.
_INNER = r"(?:[^{0}\n]|\n(?!\s*\n))+"
_PAIRS = ("“”", "„“", "«»", "»«", "「」", "『』", '""')
_QUOTED = re.compile("|".join(f"{pair[0]}({_INNER.format(pair)}){pair[1]}" for pair in _PAIRS))
_LEFT_OUT = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.)\s*")


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
            checked, likeness = _look(quote, headline, document, finder)
            if checked is None:
                continue
            if checked.verdict is Verdict.EXACT:
                exact[number] = checked
            elif likeness > near.get(number, (0.0, None))[0]:
                near[number] = likeness, checked
    missing = [Checked(quote, Verdict.MISSING) for quote in wanted]
    return [exact.get(number) or near.get(number, (0.0, none))[1] for number, none in enumerate(missing)]


def _look(
    quote: DraftQuote, headline: Headline, document: Document, finder: QuoteFinder
) -> tuple[Checked | None, float]:
    """What an article has of a quote, and how much alike it is."""
    text = document.text
    parts = [part for part in _LEFT_OUT.split(quote.text) if part.strip()]
    at, start, passages = 0, -1, []
    for part in parts:
        place = next((each for each in finder.occurrences(part) if each.start >= at), None)
        if place is None:
            break
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
    nearest: Near | None = finder.nearest(" ".join(parts))
    if nearest is None:
        return None, 0.0
    passage = text[slice(*nearest.range)]
    told_of = difference(" ".join(parts), passage) or passage
    return Checked(quote, Verdict.ALTERED, headline, nearest.range.start, passage, told_of), nearest.likeness


def difference(quoted: str, passage: str) -> str:
    """The passage with what the quote leaves out and adds, as `wdiff` writes it; empty if they say the same."""
    quoted, passage = _core(quoted), _core(passage)
    told: list[str] = []
    at = 0
    found = changes(passage, quoted)
    for change in found:
        told.append(passage[at : change.old.start])
        if change.kind is not ChangeKind.INSERTED:
            told.append(f"[-{passage[slice(*change.old)]}-]")
        if change.kind is not ChangeKind.DELETED:
            told.append(f"{{+{quoted[slice(*change.new)]}+}}")
        at = change.old.end
    return "".join((*told, passage[at:])) if found else ""


def _core(text: str) -> str:
    """A text without the signs and white space at its ends."""
    return re.sub(r"^[\W_]+|[\W_]+$", "", text)
