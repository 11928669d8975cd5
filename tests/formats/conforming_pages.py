"""Figures of the corpora of saved pages: how much of each article is found, and what of its structure stays."""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections import Counter, defaultdict
from statistics import mean
from typing import TYPE_CHECKING, NamedTuple

from lxml import html

from tests.formats.conforming import CORPORA
from tui_reader import formats
from tui_reader.document.blocks import BlockKind, SpanKind
from tui_reader.formats.html.addresses import Addresses
from tui_reader.formats.html.note_references import Notes
from tui_reader.formats.html.walker import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from tui_reader.document.blocks import Block, Document, Span

_WORD = re.compile(r"\w+")
_SHINGLE = 4


class Figure(NamedTuple):
    """One figure of a corpus."""

    name: str
    cases: int
    """Number of pages, or of parts of pages, of which the figure is a share or a mean."""
    value: float
    least: float
    """The value to reach; 0 if the figure is only reported."""


def figures() -> Iterator[Figure]:
    """Yield the figures of all corpora of pages."""
    yield from benchmark()
    yield from readability()
    yield from metadata()
    yield from segments()
    yield from selectors()


def benchmark(pages: int = 1) -> Iterator[Figure]:
    """Yield the F1 of the article extraction benchmark by its own metric: shingles of four words, F1 of the means.

    Args:
        pages: Of how many pages one is read.
    """
    folder = CORPORA / "article-extraction-benchmark"
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    scores = []
    for path in sorted(folder.glob("html/*.gz"))[::pages]:
        document = formats.read(gzip.decompress(path.read_bytes()), "page.html")
        scores.append(_precision_and_recall(truth[path.name.partition(".")[0]]["articleBody"], document.text))
    yield Figure("article-extraction-benchmark: F1", len(scores), _f1(scores), 0.957)


def readability() -> Iterator[Figure]:
    """Yield the F1 of the text of Mozilla's pages, and the shares of headings, lists, code … that are kept."""
    scores = []
    wanted_in_all: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    for folder in _readability_pages():
        document = _read_source(folder)
        expected = (folder / "expected.html").read_text("utf-8")
        root = html.document_fromstring(f"<html><body><div>{expected}</div></body></html>")
        notes = Notes()
        notes.find(root, Addresses())
        blocks = walk(root, Addresses(), notes).blocks
        text = "\n".join(piece.text for piece in blocks)
        scores.append(_precision_and_recall(text, document.text))
        wanted = _parts((piece.block for piece in blocks), (span for piece in blocks for span in piece.spans))
        found = _parts(document.blocks, document.spans)
        comments = _quotes_in_comments((folder / "source.html").read_bytes())
        wanted["quotes"] -= sum(piece.block.quote > 0 and piece.text in comments for piece in blocks)
        found["quotes"] -= sum(
            block.quote > 0 and document.block_text(number) in comments for number, block in enumerate(document.blocks)
        )
        wanted_in_all += wanted
        kept += wanted & found
    yield Figure("readability: F1", len(scores), _f1(scores), 0.93)
    for part, least in (("code", 1.0), ("quotes", 0.95), ("links", 0.92), ("tables", 0.9), ("pictures", 0.85)):
        yield Figure(f"readability: {part} kept", wanted_in_all[part], kept[part] / max(wanted_in_all[part], 1), least)
    for part in ("headings", "list items"):
        yield Figure(f"readability: {part} kept", wanted_in_all[part], kept[part] / max(wanted_in_all[part], 1), 0)


def metadata() -> Iterator[Figure]:
    """Yield the shares of Mozilla's pages whose title, date, site, author and language are found."""
    names = {"title": "title", "byline": "byline", "siteName": "source", "publishedTime": "date", "lang": "language"}
    least = {"title": 0.94, "publishedTime": 1.0, "siteName": 0.98, "byline": 0.75, "lang": 1.0}
    results: dict[str, list[bool]] = defaultdict(list)
    for folder in _readability_pages():
        expected = json.loads((folder / "expected-metadata.json").read_text("utf-8"))
        document = _read_source(folder)
        for name, field in names.items():
            if wanted := expected.get(name):
                found = str(getattr(document.metadata, field))
                results[name].append(_agree(name, _folded(wanted), _folded(found)))
    for name, right in results.items():
        yield Figure(f"readability: {names[name]}", len(right), mean(right), least[name])


def segments() -> Iterator[Figure]:
    """Yield the F of trafilatura's pages: passages that must be in the text, and passages that must not."""
    folder = CORPORA / "trafilatura-eval"
    pages = json.loads((folder / "evaldata.json").read_text("utf-8")).values()
    found = missed = wrong = count = 0
    for page in pages:
        path = folder / "html" / f"{page['file']}.gz"
        if not path.exists():
            continue
        count += 1
        text = " ".join(formats.read(gzip.decompress(path.read_bytes()), "page.html").text.split())
        hits = [" ".join(passage.split()) in text for passage in page.get("with", ())]
        found, missed = found + sum(hits), missed + len(hits) - sum(hits)
        wrong += sum(" ".join(passage.split()) in text for passage in page.get("without", ()))
    precision, recall = found / max(found + wrong, 1), found / max(found + missed, 1)
    yield Figure("trafilatura-eval: F", count, 2 * precision * recall / max(precision + recall, 1e-9), 0)


def selectors() -> Iterator[Figure]:
    """Yield the share of Hypothes.is annotations whose quotes are in the whole page."""
    folder = CORPORA / "hypothesis/html-baselines"
    right = []
    for path in sorted(folder.glob("*.json")):
        text = "".join(formats.read(path.with_suffix(".html").read_bytes(), "page.html", whole=True).text.split())
        targets = [target for row in json.loads(path.read_text("utf-8"))["rows"] for target in row.get("target", ())]
        found = [selector for target in targets for selector in target.get("selector", ()) if "exact" in selector]
        right += ["".join(selector["exact"].split()) in text for selector in found]
    yield Figure("hypothesis: quotes in the page", len(right), mean(right), 1.0)


@functools.cache
def _read_source(folder: Path) -> Document:
    return formats.read((folder / "source.html").read_bytes(), "source.html")


def _quotes_in_comments(page: bytes) -> set[str]:
    """Return the quotations of a page that are in comments of readers, which are not part of an article.

    One expected page still has the comments below it, since Readability could not tell them from the text.
    """
    root = html.document_fromstring(page)
    quotes = root.xpath("//*[contains(@class, 'comment') or contains(@id, 'comment')]//blockquote")
    return {piece.text for quote in quotes for piece in walk(quote).blocks if piece.text}


def _readability_pages() -> list[Path]:
    return sorted(path.parent for path in (CORPORA / "readability").glob("*/source.html"))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + _SHINGLE]) for at in range(max(1, len(words) - _SHINGLE + 1)))


def _precision_and_recall(wanted: str, got: str) -> tuple[float, float]:
    right, ours = _shingles(wanted), _shingles(got)
    shared = (right & ours).total()
    return shared / max(ours.total(), 1), shared / max(right.total(), 1)


def _f1(scores: list[tuple[float, float]]) -> float:
    precision, recall = (mean(each) for each in zip(*scores, strict=True))
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def _parts(blocks: Iterable[Block], spans: Iterable[Span]) -> Counter[str]:
    kinds: dict[BlockKind, str] = {
        BlockKind.HEADING: "headings",
        BlockKind.CODE: "code",
        BlockKind.TABLE: "tables",
        BlockKind.FIGURE: "pictures",
    }
    parts: Counter[str] = Counter()
    for block in blocks:
        parts[kinds.get(block.kind, "")] += 1
        parts["list items"] += block.depth > 0
        parts["quotes"] += block.quote > 0
    parts["links"] = sum(span.kind is SpanKind.LINK for span in spans)
    return parts


def _folded(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _agree(name: str, wanted: str, found: str) -> bool:
    """Return True if a field is right: equal, or one contains the other, such as `By Ann` and `Ann`."""
    if name == "publishedTime":
        return found[:10] == wanted[:10]
    if name == "lang":
        return found[:2] == wanted[:2]
    shorter, longer = sorted((wanted, found), key=len)
    return wanted == found or (len(shorter) > 5 and shorter in longer)


def below(found: Iterable[Figure]) -> list[str]:
    """Return the figures that do not reach their values, as text."""
    return [f"{each.name}: {each.value:.4f}, not {each.least}" for each in found if each.value < each.least]


CHECKS: tuple[Callable[..., Iterator[Figure]], ...] = (benchmark, readability, metadata, selectors)
"""The figures that have values to reach."""
