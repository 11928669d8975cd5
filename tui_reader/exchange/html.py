"""The writer of web pages: one file with the text, the highlights in their colours, and the notes in the margin.

The page needs no script and loads no other file: its style is inside the page, and a policy in its head forbids other
sources.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tui_reader.exchange.article_html import ArticleHtml
from tui_reader.exchange.markup import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui_reader.exchange.clip import Clip


def write(clips: Sequence[Clip]) -> str:
    """Return articles as a web page; several articles have a table of contents above them."""
    if len(clips) == 1:
        article = ArticleHtml(clips[0], "a1-")
        return _page(clips[0].title, f"<main>\n{article.write()}</main>\n")
    title = f"{len(clips)} articles" if clips else "No articles"
    entries = "".join(_entry(clip, f"a{number}-") for number, clip in enumerate(clips, 1))
    articles = "".join(_part(clip, number) for number, clip in enumerate(clips, 1))
    contents = f'<nav class="contents" aria-label="Contents">\n<ol>\n{entries}</ol>\n</nav>\n' if entries else ""
    return _page(title, f'<main>\n<h1 class="page-title">{title}</h1>\n{contents}{articles}</main>\n')


def prepare(clip: Clip, number: int) -> None:
    """Write the part of a clip ahead; see `Format.prepare`."""
    if number > 1:  # the only article of a page is written without a number
        _part(clip, number)


def _part(clip: Clip, number: int) -> str:
    """Return one of several articles as HTML."""
    return clip.written(("html", number), _article(number))


def _article(number: int) -> Callable[[Clip], str]:
    """Return a function that writes one of several articles; the ids of its elements begin with `a{number}-`."""
    return lambda clip: ArticleHtml(clip, f"a{number}-", level=2).write()


def _entry(clip: Clip, prefix: str) -> str:
    about = " · ".join(f"<bdi>{escape(part)}</bdi>" for part in (clip.byline, clip.source, clip.date[:10]) if part)
    words = f' <span class="quiet">{about}</span>' if about else ""
    return f'<li><a href="#{prefix}top"><bdi>{escape(clip.title)}</bdi></a>{words}</li>\n'


def _page(title: str, body: str) -> str:
    style = page_style()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{_style_digest()}'; base-uri 'none'; form-action 'none'"
    )
    return (
        "<!DOCTYPE html>\n"
        '<html lang="en" xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<meta charset="utf-8"/>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        '<meta name="referrer" content="no-referrer"/>\n<meta name="color-scheme" content="light dark"/>\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


@cache
def page_style() -> str:
    """Return the style sheet of the page."""
    return Path(__file__).with_name("page.css").read_text("utf-8")


@cache
def _style_digest() -> str:
    """Return the hash by which the page's policy permits its style sheet."""
    return base64.b64encode(hashlib.sha256(page_style().encode()).digest()).decode()
