"""The table of export formats and quote styles: one row per format.

To add a format, write one module and one row. The module has `write(clips) -> str | bytes` for exports, and
`write_quote(passage, source) -> str` if passages can be copied in it. A module is imported when its format is first
used.
"""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from tui_reader.exchange.clip import Clip
    from tui_reader.exchange.quote_source import QuoteSource


class Kept(StrEnum):
    """Which data of articles and annotations a format keeps; docs/export.md has a column for each."""

    TITLE = "title, address"
    SOURCE = "author, source, date"
    ARTICLE_TAGS = "article's tags"
    READING = "reading state"
    QUOTE = "quote"
    NOTE = "note"
    TAGS = "tags"
    COLOUR = "colour"
    TIMES = "times"
    """Time of creation and time of the last change of an annotation."""
    PLACE = "place"
    """Offsets in the text."""
    HEADING = "heading"
    """Headings, chapter or page above the passage."""
    CONTEXT = "context"
    """The words before and after the quote."""
    STATE = "state"
    """State of the passage: unchanged, moved, or not found."""
    ID = "id"
    """The id of the annotation, which later imports recognize."""


class Format(NamedTuple):
    """The entry of a format in the table."""

    id: str
    """The name of the format on the command line and in the settings."""
    purpose: str
    """The purpose of the format, in a few words."""
    module: str
    """Name of the module in `tui_reader.exchange`."""
    suffix: str = ""
    """Suffix of the file name, with the dot; empty if the format is only for copied quotes."""
    per_article: bool = False
    """True if an export to a folder writes one file per article, False if it writes one file for all."""
    keeps: frozenset[Kept] = frozenset()
    """The data that the format keeps."""
    has_blocks: bool = False
    """True if a file consists of marked blocks, with text of the user between them; see `exchange.blocks`."""
    of_articles: bool = False
    """True if articles without annotations are exported too, as for a bibliography or a web page."""
    quote_example: str = ""
    """Example of a copied quote in a few characters; empty if passages cannot be copied in the format."""

    def load(self) -> ModuleType:
        """Import and return the module of the format."""
        return import_module(f"tui_reader.exchange.{self.module}")

    def write(self, clips: Sequence[Clip]) -> str | bytes:
        """Return clips as one file in the format; text ends with a line feed."""
        write: Callable[[Sequence[Clip]], str | bytes] = self.load().write
        return write(clips)

    def prepare(self, clip: Clip, number: int, template: str = "") -> None:
        """Write the part of a clip in a file of several articles ahead; the clip keeps it for `write`.

        So an article can be written while later ones are still being parsed, and its text is parsed only once.

        Args:
            clip: The clip.
            number: Its number in the file, from 1.
            template: Template of a text format; empty for the format's own.
        """
        module = self.load()
        if self.has_blocks:
            module.FORM.prepare(clip, template)
        elif hasattr(module, "prepare"):
            module.prepare(clip, number)

    def write_quote(self, passage: str, source: QuoteSource) -> str:
        """Return a passage with its source in the format; the result ends with a line feed."""
        write_quote: Callable[[str, QuoteSource], str] = self.load().write_quote
        return write_quote(passage, source)


_EVERYTHING = frozenset(Kept)
_NOTES = frozenset({Kept.TITLE, Kept.QUOTE, Kept.NOTE, Kept.TAGS, Kept.STATE})
"""The data that every format for notes keeps."""
_TEXT = _NOTES | {Kept.SOURCE, Kept.ARTICLE_TAGS, Kept.COLOUR, Kept.HEADING, Kept.ID}
_REFERENCE = _NOTES | {Kept.SOURCE, Kept.ARTICLE_TAGS, Kept.HEADING}
_PAGE = _TEXT | {Kept.CONTEXT}
"""The data that a web page or a book shows."""

FORMATS = (
    Format(
        "markdown",
        "notes in Markdown, for any editor",
        "markdown",
        ".md",
        per_article=True,
        keeps=_TEXT,
        has_blocks=True,
        quote_example="> words, — author, title",
    ),
    Format("obsidian", "a vault of Obsidian, a graph of Logseq", "obsidian", ".md", True, keeps=_TEXT, has_blocks=True),
    Format(
        "org",
        "Emacs, with properties and tags",
        "org",
        ".org",
        per_article=True,
        keeps=_TEXT | {Kept.TIMES},
        has_blocks=True,
        quote_example="#+begin_quote",
    ),
    Format(
        "plain",
        "plain text",
        "plain",
        ".txt",
        True,
        keeps=_NOTES | {Kept.SOURCE, Kept.HEADING},
        quote_example="“words” — author, title",
    ),
    Format("json", "everything, for scripts and as a copy for keeps", "lossless_json", ".json", keeps=_EVERYTHING),
    Format(
        "w3c",
        "Web Annotation (JSON-LD), positions in code points",
        "w3c",
        ".jsonld",
        keeps=_EVERYTHING - {Kept.READING},
    ),
    Format(
        "hypothesis",
        "Hypothesis, positions in UTF-16",
        "hypothesis",
        ".json",
        keeps=_NOTES | {Kept.TIMES, Kept.PLACE, Kept.CONTEXT, Kept.ID},
    ),
    Format("readwise", "Readwise's import of CSV", "readwise", ".csv", keeps=_NOTES),
    Format(
        "koreader",
        "programs that read KOReader's export",
        "koreader",
        ".json",
        keeps=_NOTES | {Kept.COLOUR, Kept.HEADING, Kept.ID},
    ),
    Format(
        "bibtex", "LaTeX, JabRef", "bibtex", ".bib", of_articles=True, keeps=_REFERENCE, quote_example="@article{…}"
    ),
    Format("ris", "Zotero, EndNote", "ris", ".ris", of_articles=True, keeps=_REFERENCE | {Kept.COLOUR}),
    Format("csl-json", "pandoc, citation processors", "csl_json", ".json", of_articles=True, keeps=_REFERENCE),
    Format(
        "anki",
        "Anki: a card a highlight",
        "anki",
        ".txt",
        keeps=_NOTES | {Kept.SOURCE, Kept.COLOUR, Kept.HEADING, Kept.ID},
    ),
    Format(
        "html",
        "a page to read, print or send, notes in its margin",
        "html",
        ".html",
        True,
        of_articles=True,
        keeps=_PAGE,
    ),
    Format("epub", "a book of the articles, for e-readers", "epub", ".epub", of_articles=True, keeps=_PAGE),
    Format("epub-quotes", "a book of the quotes alone", "epub_quotes", ".epub", keeps=_TEXT),
    Format("footnote", "running text, with the source in a footnote", "footnote", quote_example="“words”[^1]"),
)
"""All formats. Those with a `quote_example` are the values that the setting `quote_style` allows."""

EXPORTS = tuple(each for each in FORMATS if each.suffix)
"""The formats for exports."""

QUOTE_STYLES = tuple(each for each in FORMATS if each.quote_example)
"""The formats for copied quotes, in the order of the choice on the screen."""

DEFAULT_STYLE = QUOTE_STYLES[0].id
"""The format of copied quotes if the settings choose none."""


def find_quote_style(name: str) -> Format:
    """Return the quote style with a name.

    Raises:
        ValueError: No quote style has this name.
    """
    return _find(name, QUOTE_STYLES, "quote style")


def find_export(name: str) -> Format:
    """Return the export format with a name.

    Raises:
        ValueError: No export format has this name.
    """
    return _find(name, EXPORTS, "format")


def _find(name: str, formats: Sequence[Format], kind: str) -> Format:
    found = next((each for each in formats if each.id == name), None)
    if found is None:
        raise ValueError(f"no {kind} is called {name}")
    return found
