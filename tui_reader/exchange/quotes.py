"""Quotes with their provenance: who said it, where, when, and at which place of the text."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui_reader.document.blocks import BlockKind
from tui_reader.document.clean import clean_line
from tui_reader.document.structure import block_index

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_reader.document.blocks import Document
    from tui_reader.model.article import Headline


class QuoteStyle(StrEnum):
    """How a quote is written."""

    MARKDOWN = "markdown"
    ORG = "org"
    PLAIN = "plain"
    BIBTEX = "bibtex"
    FOOTNOTE = "footnote"
    """A quote in running text with a Markdown footnote."""


EXAMPLES = {
    QuoteStyle.MARKDOWN: "> words, — author, title",
    QuoteStyle.ORG: "#+begin_quote",
    QuoteStyle.PLAIN: "“words” — author, title",
    QuoteStyle.BIBTEX: "@article{…}",
    QuoteStyle.FOOTNOTE: "“words”[^1]",
}
"""What each style looks like, in a few signs."""


def quote(headline: Headline, document: Document, start: int, end: int, style: str = QuoteStyle.MARKDOWN) -> str:
    """A passage as a quote with its source, ready to paste; it ends with a line feed.

    Args:
        headline: The article; the reader's own corrections of its metadata count.
        document: It as it is read, and as the range counts.
        start: First code point.
        end: Code point behind the last.
        style: One of `QuoteStyle`.

    Raises:
        ValueError: There is no such style, or nothing but white space in the range.
    """
    write = _WRITERS[QuoteStyle(style)]
    passage = document.text[start:end].strip()
    if not passage:
        raise ValueError("nothing to quote")
    start = document.text.index(passage, start)
    is_in_text = document.title_block is not None
    place = place_name(start, start + len(passage))
    return write(passage, _Source(headline, _position(document, start), place, title_in_text=is_in_text))


def place_name(start: int, end: int) -> str:
    """What tells a passage from others of its article: two quotes are two entries and two footnotes."""
    return f"-{start}-{end}"


def quote_words(headline: Headline, words: str, style: str = QuoteStyle.MARKDOWN, place: str = "") -> str:
    """The same of words whose place is not known: the article is gone, or no longer has them.

    Args:
        headline: The article.
        words: The words.
        style: One of `QuoteStyle`.
        place: The `place_name` of where they stood.

    Raises:
        ValueError: There is no such style, or the words are white space.
    """
    passage = words.strip()
    if not passage:
        raise ValueError("nothing to quote")
    return _WRITERS[QuoteStyle(style)](passage, _Source(headline, "", place, title_in_text=False))


def file_name(headline: Headline) -> str:
    """The file of an article, to be told beside its title; empty for standard input.

    Within the library's folder it is the path there. It is no link: whatever the quote is pasted into lies elsewhere,
    and an absolute path would lead nobody else anywhere, but tell them whose machine it was.
    """
    location = headline.article.location
    return "" if location == "-" else PurePath(location).name if PurePath(location).is_absolute() else location


class _Source:
    """What is told of an article, empty strings for what is not known."""

    def __init__(self, headline: Headline, position: str, place: str, *, title_in_text: bool) -> None:
        self.title = clean_line(headline.title)
        self.author = clean_line(re.sub(r"^by\s+", "", headline.field("byline"), flags=re.IGNORECASE))
        self.source = clean_line(headline.field("source"))
        self.date = headline.field("date")[:10]
        self.url = headline.field("url")
        self.file = "" if self.url else clean_line(file_name(headline))
        self.position = position
        self.place = place
        """What tells the passage from others of the article."""
        # What a reader sees above the text is no guess, whoever found that it is the title.
        certain = {"title"} if title_in_text else set()
        known = (("title", "title", self.title), ("author", "byline", self.author), ("date", "date", self.date))
        guessed = [
            name for name, field, value in known if value and field not in certain and headline.is_guessed(field)
        ]
        self.guesses = f"{' and '.join(guessed)} guessed" if guessed else ""

    def parts(self, title: str, file: str = "") -> str:
        """Author, title, source, date, file, position and what of it is guessed, parted by commas."""
        told = (self.author, title, self.source, self.date, file, self.position, self.guesses)
        return ", ".join(filter(None, told))


def _position(document: Document, offset: int) -> str:
    """Where in the text a passage begins: the number of its paragraph, headings not counted, and percent."""
    here = block_index(document, offset)
    counted = (block.kind not in {BlockKind.HEADING, BlockKind.RULE} for block in document.blocks[: here + 1])
    percent = round(100 * offset / max(1, len(document.text)))
    return f"paragraph {max(1, sum(counted))} ({percent} %)"


def _markdown(passage: str, source: _Source) -> str:
    cited = f"[{_escaped(source.title)}](<{source.url}>)" if source.url else _escaped(source.title)
    told = source.parts(cited, _verbatim(source.file))
    return f"{_prefixed('> ', passage.split(chr(10)), blank='>')}\n>\n> — {told}\n"


def _footnote(passage: str, source: _Source) -> str:
    name = _key(source)
    where = f" <{source.url}>" if source.url else ""
    told = source.parts(f"*{_escaped(source.title)}*", _verbatim(source.file))
    return f"“{_one_line(passage)}”[^{name}]\n\n[^{name}]: {told}.{where}\n"


_ORG_SIGN = re.compile(r"^(\s*)(?=,?#\+)|^()(?=,?\*)")


def _org(passage: str, source: _Source) -> str:
    # A line that begins with a star or #+ would end the quote; Org itself puts a comma before such.
    lines = [_ORG_SIGN.sub(lambda sign: f"{sign[0]},", line) for line in passage.split("\n")]
    body = _prefixed("", lines, blank="")
    title = source.title.replace("[", "(").replace("]", ")")
    cited = f"[[{source.url}][{title}]]" if source.url else title
    told = source.parts(cited, f"={source.file}=" if source.file else "")
    return f"#+begin_quote\n{body}\n\n— {told}\n#+end_quote\n"


def _plain(passage: str, source: _Source) -> str:
    where = f"\n{source.url or source.file}" if source.url or source.file else ""
    return f"“{_prefixed('', passage.split(chr(10)), blank='')}”\n— {source.parts(source.title)}{where}\n"


def _bibtex(passage: str, source: _Source) -> str:
    fields = (
        ("author", source.author),
        ("title", source.title),
        ("journal", source.source),
        ("date", source.date),
        ("year", source.date[:4]),
        ("url", source.url),
        ("note", ", ".join(filter(None, (source.file, source.position, source.guesses)))),
        ("annote", _one_line(passage)),
    )
    kind = "article" if source.source else "online" if source.url else "misc"
    body = "".join(f"  {name} = {{{_tex(value, verbatim=name == 'url')}}},\n" for name, value in fields if value)
    return f"@{kind}{{{_key(source)},\n{body}}}\n"


_WRITERS = {
    QuoteStyle.MARKDOWN: _markdown,
    QuoteStyle.ORG: _org,
    QuoteStyle.PLAIN: _plain,
    QuoteStyle.BIBTEX: _bibtex,
    QuoteStyle.FOOTNOTE: _footnote,
}


def _prefixed(prefix: str, lines: Iterable[str], *, blank: str) -> str:
    """Lines as paragraphs: an empty line between each two."""
    return f"\n{blank}\n".join(f"{prefix}{line}" for line in lines if line.strip())


def _one_line(passage: str) -> str:
    return " ".join(passage.split())


def _escaped(text: str) -> str:
    """A text that Markdown shows as it is."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def _verbatim(file: str) -> str:
    """A file's name as Markdown shows it letter by letter."""
    return _escaped(file) if "`" in file else f"`{file}`" if file else ""


_TEX = (
    {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {sign: f"\\{sign}" for sign in "&%$#_"}
    | {
        # BibTeX counts braces, whatever stands before them.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
    }
)


def _tex(text: str, *, verbatim: bool) -> str:
    """A text that TeX sets as it is; in an address, braces alone would do harm."""
    if verbatim:
        return text.replace("{", "%7B").replace("}", "%7D")
    return "".join(_TEX.get(letter, letter) for letter in text)


_LETTERS = str.maketrans({"ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})


def _key(source: _Source) -> str:
    """A name to cite by: author or source, year, first word of the title, in plain letters, and the passage."""
    who = (source.author.split(" and ")[0].split() or source.source.split() or [""])[-1]
    words = [word for word in source.title.split() if len(word) > 3] or source.title.split() or [""]
    parts = (who, source.date[:4], words[0])
    plain = (unicodedata.normalize("NFKD", part).lower().translate(_LETTERS) for part in parts)
    name = re.sub(r"[^a-z0-9]", "", "".join(plain))
    return f"{name or 'quote'}{source.place}"
