"""Markdown: one file per article with its quotes and notes, or a copied passage as a block quote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.exchange.blocks import Comments
from tui_reader.exchange.quote_source import separate_paragraphs
from tui_reader.exchange.tags import joined
from tui_reader.exchange.text_format import Markup, TextFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.exchange.clip import Clip, ClippedAnnotation
    from tui_reader.exchange.properties import Properties
    from tui_reader.exchange.quote_source import QuoteSource

TEMPLATE = """\
# {{title}}

{{about}}

{{article_tags}}

{{#annotations}}
{{new_headings}}

> {{quote}}

{{note}}

*{{details}}*
{{/annotations}}
"""


def write_quote(passage: str, source: QuoteSource) -> str:
    """Return a passage as a Markdown block quote; the title links to the article's address."""
    title = f"[{escape(source.title)}](<{source.url}>)" if source.url else escape(source.title)
    description = source.describe(title, code(source.file))
    return f"{separate_paragraphs(passage.split(chr(10)), prefix='> ', blank='>')}\n>\n> — {description}\n"


def escape(text: str) -> str:
    """Escape the characters that Markdown would interpret as markup."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)


def code(file: str) -> str:
    """Return a file name as Markdown code, or escaped if it contains backquotes; empty for an empty name."""
    return escape(file) if "`" in file else f"`{file}`" if file else ""


_MARKUP = re.compile(r"[\\`*\[\]<>$|~^]|(?<![^\W_])_|_(?![^\W_])|==|%%|&(?=[#\w]+;)|#(?=\S)|!(?=\[)")
_LINE_START = re.compile(r"^([-+=#]|\d{1,9}(?=[.)]))")


def escape_all(text: str) -> str:
    """Escape all characters of a one-line text that Markdown or its dialects would interpret as markup."""
    text = _MARKUP.sub(lambda found: "".join(f"\\{each}" for each in found[0]), text)
    start = _LINE_START.match(text)
    if start is None:
        return text
    return f"\\{text}" if not start[0].isdecimal() else f"{start[0]}\\{text[start.end() :]}"


def quote(clipped: ClippedAnnotation) -> str:
    """Return the paragraphs of a quote: code in fences, all other text with escaped markup."""
    return "\n\n".join(
        _fenced(each.text) if each.is_code else "\\\n".join(map(_line, each.text.split("\n")))
        for each in clipped.paragraphs
    )


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{text}\n{fence}"


def _line(line: str) -> str:
    """Return a line of a paragraph; leading and trailing blanks are written as character references."""
    body = line.strip(" \t")
    if not body:
        return "&#32;" * max(1, len(line))
    start, end = line[: len(line) - len(line.lstrip(" \t"))], line[len(line.rstrip(" \t")) :]
    return f"{_references(start)}{escape_all(body)}{_references(end)}"


def _references(blanks: str) -> str:
    return "".join(f"&#{ord(each)};" for each in blanks)


def note(text: str) -> str:
    """Return a note, which is Markdown itself, so that it cannot swallow the text after it.

    An unclosed code fence is closed, and the beginning of an unclosed HTML comment is escaped.
    """
    lines = text.strip("\n").split("\n")
    fence = ""
    for line in lines:
        found = re.match(r" {0,3}(`{3,}|~{3,})(.*)", line)
        if found is None:
            continue
        if not fence:
            fence = found[1]
        elif found[1].startswith(fence) and not found[2].strip():
            fence = ""
    if fence:
        lines.append(fence)
    noted = "\n".join(lines)
    opened = noted.rfind("<!--")
    return f"{noted[:opened]}\\{noted[opened:]}" if not fence and opened > noted.rfind("-->") else noted


def tag(name: str) -> str:
    """Return a tag as `#name`, in one word."""
    return f"#{joined(name)}"


def _tags(names: Sequence[str]) -> str:
    return " ".join(map(tag, names))


def heading(title: str, depth: int) -> str:
    """Return a heading of an article's text in Markdown: `##` for depth 1, since `#` is the article's own heading."""
    return f"{'#' * min(6, depth + 1)} {escape_all(title)}"


def address(url: str) -> str:
    """Return an address as a Markdown link."""
    return f"<{re.sub(r'[<> ]', lambda found: f'%{ord(found[0]):02X}', url)}>"


def properties(clip: Clip) -> Properties:
    """Return the metadata of an article as properties for the front matter."""
    return {
        "title": clip.title,
        "author": clip.byline,
        "source": clip.source,
        "date": clip.date[:10],
        "url": clip.url,
        "tags": [joined(each) for each in clip.tags],
    }


FORM = TextFormat(
    Markup(escape_all, quote, note, _tags, heading, address),
    Comments("markdown", "<!-- ", " -->", "\\"),
    TEMPLATE,
    properties,
)
write = FORM.write
