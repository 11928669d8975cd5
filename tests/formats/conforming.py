"""Checks for all files of the corpora; tests run a sample of them, scripts/conformance.py runs all."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
import unicodedata
from collections import Counter
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from tests.formats.conforming_books import whole_book
from tui_reader import formats
from tui_reader.document.blocks import BlockKind, Document
from tui_reader.formats.text.encodings import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tui_reader.model.article import Metadata

CORPORA = Path(__file__).resolve().parents[2] / "../shared/corpora"
WITHOUT_POPPLER = "pdf: pdftotext is not installed"
PAPERS = "pdf: 97 % of pdftotext's words" if shutil.which("pdftotext") else WITHOUT_POPPLER
NOTHING = ("This file is empty.", "There is nothing to read in this file.")
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Case(NamedTuple):
    """A named check, which returns a list of flaws."""

    name: str
    check: Callable[[], list[str]]


def files(*folders: str, pattern: str = "*") -> list[Path]:
    """Return all files of some corpora, except their README files."""
    return [
        path
        for folder in folders
        for path in sorted((CORPORA / folder).rglob(pattern))
        if path.is_file() and path.name != "README.md"
    ]


def flaws_of(document: Document) -> list[str]:
    """Return the flaws of a document, independently of the file that it was read from."""
    flaws = []
    if not document.blocks:
        flaws.append("no blocks")
    if "\n".join(document.block_text(index) for index in range(len(document.blocks))) != document.text:
        flaws.append("the text is not that of its blocks")
    if any(second.start != first.end + 1 for first, second in pairwise(document.blocks)):
        flaws.append("blocks do not join")
    for index, block in enumerate(document.blocks):
        if HARMFUL.search(block.marker + block.language + block.target):
            flaws.append(f"harmful characters beside block {index}")
        cells = [cell for row in block.table.rows for cell in row] if block.table else []
        if any(not block.start <= cell.start <= cell.end <= block.end for cell in cells):
            flaws.append(f"cells outside of table {index}")
    order = [(span.start, -span.end) for span in document.spans]
    if order != sorted(order) or any(not 0 <= s.start < s.end <= len(document.text) for s in document.spans):
        flaws.append("spans out of order or out of range")
    if document.tail is not None and not 0 < document.tail < len(document.blocks):
        flaws.append("a tail that is no block")
    shown = [document.text, document.error, *document.notices, *(span.target for span in document.spans)]
    if any(HARMFUL.search(text) for text in shown):
        flaws.append("harmful characters")
    return flaws + _flaws_of_metadata(document.metadata)


def _flaws_of_metadata(metadata: Metadata) -> list[str]:
    lines = [metadata.id, metadata.title, metadata.byline, metadata.source, metadata.date, metadata.url]
    lines += [metadata.language, *metadata.tags]
    flaws = [
        f"not one clean line: {line!r}" for line in lines if HARMFUL.search(line) or line != " ".join(line.split())
    ]
    if not metadata.title:
        flaws.append("no title")
    if metadata.date:
        datetime.fromisoformat(metadata.date)
    if metadata.url and not metadata.url.startswith(("http://", "https://")):
        flaws.append("not an address of the web")
    return flaws


def opening(path: Path) -> list[str]:
    """Check that a file is read without an error or a flaw, and that `scan` and `read` agree."""
    data = path.read_bytes()
    document = formats.read(data, path.name)
    flaws = flaws_of(document)
    if formats.scan(data, path.name) != (document.metadata, document.error):
        flaws.append("listed otherwise than read")
    if document.error:
        flaws.append(f"not read: {document.error}")
    return flaws


def header(path: Path) -> list[str]:
    """Check that a header equals the result of the YAML or TOML library, and is not shown in the text."""
    source = path.read_bytes().decode().replace("\r\n", "\n")
    document = formats.read(source.encode(), path.name)
    metadata = document.metadata
    match = re.match(r"(---|\+\+\+)[ \t]*\n(.*?\n)\1[ \t]*(?:\n|\Z)", source, re.DOTALL)
    if match is None:
        return [] if not metadata.header else ["a header from nowhere"]
    if match[1] == "+++":
        exact = typed = tomllib.loads(match[2])
    else:
        # Loaders of libyaml, if available: they accept tabs at line ends, which many headers have.
        loaders = (getattr(yaml, f"C{name}", getattr(yaml, name)) for name in ("BaseLoader", "SafeLoader"))
        exact, typed = (yaml.load(match[2], loader) for loader in loaders)
    flaws = [] if metadata.header == exact else ["the header is another"]
    if "title" in typed and metadata.title != " ".join(_written(typed["title"], exact["title"]).split()):
        flaws.append(f"title {metadata.title!r}")
    if typed.get("date") and not _same_moment(metadata.date, typed["date"]):
        flaws.append(f"date {metadata.date!r}, not {typed['date']!r}")
    authors = typed.get("authors") or typed.get("author")
    if authors and metadata.byline != ", ".join([authors] if isinstance(authors, str) else authors):
        flaws.append(f"byline {metadata.byline!r}, not {authors!r}")
    tags = typed.get("tags") or typed.get("taxonomies", {}).get("tags") or []
    if not set(map(str, tags)) <= set(metadata.tags):
        flaws.append(f"tags {metadata.tags!r}, not {tags!r}")
    body = source[match.end() :]
    if body.strip() and formats.read(body.encode(), path.name).text != document.text:
        flaws.append("the header is not apart from the text")
    return flaws


def _written(typed: object, exact: str) -> str:
    """Return a title as it was written: a typed loader turns `2020` into a number and `no` into False."""
    return typed if isinstance(typed, str) else exact


def _same_moment(iso: str, typed: object) -> bool:
    if isinstance(typed, datetime):
        moment = datetime.fromisoformat(iso)
        return moment == typed.replace(tzinfo=typed.tzinfo or moment.tzinfo)
    if isinstance(typed, date):
        return iso == typed.isoformat()
    return iso != "" and datetime.fromisoformat(iso) == datetime.fromisoformat(str(typed).replace(" -", "-"))


def code(path: Path) -> list[str]:
    """Check that every code block that the Markdown library finds is in the document byte for byte."""
    from markdown_it import MarkdownIt

    source = path.read_bytes().decode()
    document = formats.read(source.encode(), path.name)
    body = re.sub(r"\A(---|\+\+\+)[ \t]*\n.*?\n\1[ \t]*\n", "", source, flags=re.DOTALL)
    wanted = [token.content.removesuffix("\n") for token in MarkdownIt().parse(body) if token.type == "fence"]
    found = [document.block_text(i) for i, block in enumerate(document.blocks) if block.kind is BlockKind.CODE]
    waiting = iter(found)
    return [f"code block {text[:60]!r}" for text in wanted if text not in waiting]


def exact_decoding(path: Path) -> list[str]:
    """Check that a file is decoded by the encoding after which its folder is named."""
    codec = re.sub(
        r"-(?:arabic|bulgarian|croatian|czech|greek|hebrew|hungarian|polish|russian|slov\w+|turkish)$",
        "",
        path.parent.name,
    )
    data = path.read_bytes()
    text = decode(data)
    same = text.text.removeprefix("\ufeff") == data.decode(codec).removeprefix("\ufeff")
    return [] if same else [f"read as {text.encoding or text.problem}"]


class _Shown(HTMLParser):
    """Parser that collects the text a browser would show, and the text of unclosed scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def set_cdata_mode(self, *_args: object, **_options: object) -> None:
        pass

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            given = dict(attrs)
            self.parts.append(given.get("alt") or given.get("title") or "")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def examples() -> Iterator[Case]:
    """Yield a case for each example of CommonMark: the document has the text of the expected HTML."""
    specification = (CORPORA / "commonmark/spec.txt").read_text(encoding="utf-8")
    found = re.findall(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", specification, re.MULTILINE | re.DOTALL)
    for number, (markdown, html) in enumerate(found, 1):
        yield Case(f"example {number}", lambda markdown=markdown, html=html: _example(markdown, html))  # type: ignore[misc]


def _example(markdown: str, html: str) -> list[str]:
    document = formats.read(markdown.replace("→", "\t").encode(), "example.md")
    # For Python's parser, processing instructions end at the first `>`, and `<!-->` begins a comment.
    html = re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.DOTALL)
    html = re.sub(r"<!-->|<!--->|<\?.*?\?>|<!--.*?-->", "", html.replace("→", "\t"), flags=re.DOTALL)
    html = re.sub(r"<!\[CDATA\[(.*?)\]\]>", lambda match: match[1].replace("<", "&lt;"), html, flags=re.DOTALL)
    shown = _Shown()
    shown.feed(html)
    shown.close()
    # Doubled brackets that are not references are a link of Obsidian, which shows the text alone.
    wanted, got = (re.sub(r"!?\[\[|\]\]|\s", "", text) for text in ("".join(shown.parts), document.text))
    return [] if wanted == got or (not wanted and document.text in NOTHING) else [f"{got!r}, not {wanted!r}"]


def pasted() -> Iterator[Case]:
    """Yield a case for each paste: every line is one block, and none is lost, split or merged."""
    truth = json.loads((CORPORA / "pasted-text/ground-truth.json").read_text(encoding="utf-8"))
    for path in files("pasted-text", pattern="*.txt"):
        yield Case(path.name, lambda path=path: _paste(path, truth[path.stem]["articleBody"]))  # type: ignore[misc]


def _paste(path: Path, body: str) -> list[str]:
    document = formats.read(path.read_bytes(), path.name)
    lines = [line.rstrip() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    blocks = [document.block_text(index) for index in range(len(document.blocks))]
    if not lines:
        return []
    flaws = [] if blocks == lines else ["blocks are not the lines"]
    paragraphs = [paragraph.strip() for paragraph in re.split(r"\n+", body)]
    stripped = {block.strip() for block in blocks}
    flaws += [f"lost {p[:60]!r}" for p in paragraphs if p in {line.strip() for line in lines} and p not in stripped]
    return flaws


def paper(path: Path) -> list[str]:
    """Check that a PDF has 97 % of the words of poppler's pdftotext, or says why it has none.

    Lines that return on several pages, and page numbers, are heads, which the document leaves out.
    """
    data = path.read_bytes()
    document = formats.read(data, path.name)
    flaws = flaws_of(document)
    if formats.scan(data, path.name) != (document.metadata, document.error):
        flaws.append("listed otherwise than read")
    best = max(_shared_words(document, path, mode) for mode in ("-nopgbrk", "-raw"))
    if best < 0.97:
        flaws.append(f"{best:.1%} of the words")
    return flaws


def _shared_words(document: Document, path: Path, mode: str) -> float:
    """Return the share of the words of pdftotext that a document has, too."""
    written = subprocess.run(["pdftotext", mode, "-enc", "UTF-8", str(path), "-"], capture_output=True, check=False)
    lines = [line.strip() for line in written.stdout.decode("utf-8", "replace").replace("\f", "\n").split("\n")]
    repeated = Counter(lines)
    text = "\n".join(line for line in lines if repeated[line] < 3 and not re.fullmatch(r"\W*[\divxlc]{0,5}\W*", line))
    wanted = Counter(_words(text))
    markers = (block.marker for block in document.blocks)
    got = Counter(_words(" ".join((document.text, *markers)))) if not document.error else Counter()
    return sum((wanted & got).values()) / max(sum(wanted.values()), 1) if wanted else 1.0


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text.replace("\u00ad", "")))


def pages() -> list[Path]:
    """Return all saved pages of the corpora, many of them compressed."""
    folders = ("article-extraction-benchmark", "trafilatura-eval", "readability", "hypothesis")
    found = [path for pattern in ("*.html.gz", "*.html") for path in files(*folders, pattern=pattern)]
    return [path for path in found if path.name != "expected.html"]


def cases(name: str) -> list[Case]:
    """Return all cases of one row of the conformance table."""
    checks: dict[str, tuple[Callable[[Path], list[str]], Callable[[], list[Path]]]] = {
        "opens: markdown-frontmatter": (opening, lambda: files("markdown-frontmatter")),
        "opens: long-texts": (opening, lambda: files("long-texts")),
        "opens: encodings": (opening, lambda: files("encodings")),
        "opens: unicode": (opening, lambda: files("unicode")),
        "opens: commonmark, pasted-text": (opening, lambda: files("commonmark", "pasted-text", pattern="*.txt")),
        "header equals yaml/tomllib": (header, lambda: files("markdown-frontmatter", pattern="*.md")),
        "code byte for byte": (code, lambda: files("markdown-frontmatter", pattern="*.md")),
        "decoded exactly": (exact_decoding, lambda: files("encodings")),
        "opens: pages": (opening, pages),
        "opens: epub": (opening, lambda: files("epub", pattern="*.epub")),
        "books with title, contents and every word": (whole_book, lambda: files("epub", pattern="*.epub")),
        PAPERS: (paper, lambda: files("pdf", pattern="*.pdf") if shutil.which("pdftotext") else []),
    }
    if name in checks:
        check, find = checks[name]
        return [Case(str(path.relative_to(CORPORA)), lambda path=path: check(path)) for path in find()]  # type: ignore[misc]
    return list({"commonmark keeps its text": examples, "pastes keep their paragraphs": pasted}[name]())


ROWS = (
    "opens: markdown-frontmatter",
    "opens: long-texts",
    "opens: encodings",
    "opens: unicode",
    "opens: commonmark, pasted-text",
    "header equals yaml/tomllib",
    "code byte for byte",
    "decoded exactly",
    "opens: pages",
    "opens: epub",
    "books with title, contents and every word",
    "commonmark keeps its text",
    "pastes keep their paragraphs",
    PAPERS,
)


def run(row: str, step: int = 1) -> tuple[int, list[str]]:
    """Run every `step`-th case of a row; return the number of cases, and their flaws with the case names."""
    chosen: list[Any] = cases(row)[::step]
    return len(chosen), [f"{case.name}: {flaw}" for case in chosen for flaw in case.check()]
