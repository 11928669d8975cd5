"""Title, author, site, date, address, language and tags that a page declares.

In this order: JSON-LD, OpenGraph and other `<meta>`, `<title>`, elements marked as author or time, and the comment that
a browser writes into a page that it saves.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.html.elements import text_of
from tui_reader.formats.html.linked_data import LinkedData, read_linked_data
from tui_reader.formats.html.page_authors import author_name, is_name, marked_authors, written_authors
from tui_reader.formats.html.page_title import page_title
from tui_reader.formats.metadata.fields import Fields, iso_date, language_tag, web_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml.html import HtmlElement

_TITLES = (
    "dc.title",
    "dcterms.title",
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "headline",
    "title",
)
"""Names of `<meta>` elements with a title, the most reliable first; the lists below have the same order."""
_BYLINES = (
    "dc.creator",
    "dcterms.creator",
    "author",
    "article:author",
    "parsely-author",
    "byl",
    "sailthru.author",
    "citation_author",
    "book:author",
)
_LATER_BYLINES = ("twitter:creator",)
"""Names of `<meta>` elements with authors that are examined after elements marked as authors."""
_SITES = (
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "citation_journal_title",
    "dc.publisher",
)
_DATES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "citation_publication_date",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "dcterms.date",
    "sailthru.date",
    "pubdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "date",
    "dc.date.created",
    "article.published",
    "published_at",
    "og:article:published_time",
)
_VOCABULARIES = {"dc": "dc", "dcterm": "dcterms", "dcterms": "dcterms"}
"""Usual prefix of a vocabulary by the prefix before a colon: `dcterm:date` means `dcterms.date`."""
_DATE_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)|/((?:19|20)\d\d)(\d\d)(\d\d)(?=[/-]|$)"
)
"""Pattern of a date in the path of an address: `/2026/02/01/`, `/2026-2-1-title`, `/20260201/`."""
_COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d):?(\d\d))?")
"""Pattern of a date without separators, `20260201` or `20260201T1830`."""
_SAVED = re.compile(
    r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->|<!--\s*\n?\s*Page saved with SingleFile\s*\n\s*url:\s*(\S+)",
    re.IGNORECASE,
)
"""Pattern of the comment of a browser (`<!-- saved from url=(0021)https://example.org/ -->`) or of SingleFile."""
_MOST_TAGS = 10
"""Maximum number of an article's tags; a longer list of keywords is meant for search engines and left out."""
_LONGEST_TAG = 40
_MOST_TIMES = 40
_MOST_AUTHORS = 20
_MOST_HEADINGS = 5


class PageMetadata(NamedTuple):
    """The metadata of a page."""

    fields: Fields
    """Fields that the page declares."""
    guessed: Fields
    """Fields derived from the page's elements or its address, without a declaration."""
    base: str
    """Address of `<base>`; empty if there is none."""
    own: tuple[str, ...]
    """All addresses that the page declares as its own."""
    is_saved: bool
    """True if a browser saved the page, so that relative addresses are paths of files."""
    body: str
    """The text of the article in JSON-LD; empty on most sites."""


def page_metadata(root: HtmlElement, source: str, address: str = "") -> PageMetadata:
    """Return the metadata of a page.

    Args:
        root: The root of the page, with its head.
        source: The page as text, whose beginning is searched for the comment of the browser that saved it.
        address: Web address from outside the page, such as from the header of an archive.
    """
    head = _Head(root)
    saved = _SAVED.search(source[:4_000])
    saved_url = address or web_address((saved[1] or saved[2]) if saved else "")
    base = head.base
    declared = [_absolute(each, saved_url or base) for each in (head.canonical, head.first(("og:url",)), head.data.url)]
    canonical = next((each for each in declared if _is_own(each, saved_url)), "")
    fields, guessed = Fields(), Fields()
    if canonical:
        fields["id"] = fields["url"] = canonical
    elif saved_url:
        fields["url"] = saved_url
    own = fields.get("url", "")
    site = head.first(_SITES[:1]) or head.data.source or head.first(_SITES[1:])
    host = (urlsplit(own).hostname or "").removeprefix("www.")
    if site and not site.startswith(("http:", "https:")):
        fields["source"] = site.removeprefix("@")
    elif host:
        guessed["source"] = host
    if title := page_title((head.data.title, head.first(_TITLES), head.title), head.headings, (site, host), head.lower):
        fields["title"] = title
    _set_byline(root, head, fields, guessed)
    _set_date(root, head, own, fields, guessed)
    language = next(filter(None, map(language_tag, head.languages)), "")
    if language:
        fields["language"] = language
    if tags := _tags(head, {site.casefold(), fields.get("title", "").casefold()}):
        fields["tags"] = tags
    addresses = tuple(dict.fromkeys(each for each in (saved_url, *declared) if each))
    return PageMetadata(fields, guessed, base, addresses, saved is not None and saved[1] is not None, head.data.body)


class _Head:
    """The declarations in the head of a page."""

    def __init__(self, root: HtmlElement) -> None:
        self.metas: dict[str, str] = {}
        self.tags: list[str] = []
        self._authors: dict[str, dict[str, None]] = {}
        """For each name of a `<meta>` with authors, their names; papers have one element for each."""
        self.title = self.canonical = self.base = ""
        self.headings: list[str] = []
        self.lower: list[str] = []
        """The texts of the first `_MOST_HEADINGS` headings of level two."""
        scripts: list[str] = []
        for element in root.iter("meta", "link", "title", "base", "h1", "h2", "script"):
            match element.tag:
                case "meta":
                    self._meta(element)
                case "link":
                    rel = (element.get("rel") or "").lower().split()
                    if "canonical" in rel and not self.canonical:
                        self.canonical = clean_line(element.get("href") or "")
                case "title":
                    self.title = self.title or clean_line(text_of(element))
                case "base":
                    self.base = self.base or clean_line(element.get("href") or "")
                case "h1":
                    if heading := clean_line(text_of(element)):
                        self.headings.append(heading)
                case "h2" if len(self.lower) < _MOST_HEADINGS:
                    self.lower.append(clean_line(text_of(element, 200)))
                case "script":
                    if "ld+json" in (element.get("type") or ""):
                        scripts.append(element.text or "")
        self.data: LinkedData = read_linked_data(scripts)
        language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang")
        self.languages = [
            clean_line(language or ""),
            self.metas.get("content-language", ""),
            self.data.language,
            self.metas.get("og:locale", ""),
            self.metas.get("dc.language", ""),
        ]

    def _meta(self, element: HtmlElement) -> None:
        content = clean_line(unescape(element.get("content") or ""))
        written = (element.get(key) for key in ("property", "name", "itemprop", "http-equiv"))
        for name in next(filter(None, written), "").lower().split() if content else ():
            vocabulary, colon, term = name.partition(":")
            usual = f"{_VOCABULARIES[vocabulary]}.{term}" if colon and vocabulary in _VOCABULARIES else name
            self.metas.setdefault(usual, content)
            if usual in _BYLINES:
                self._authors.setdefault(usual, {})[content] = None
            if name == "article:tag":
                self.tags.append(content)

    def first(self, names: Iterable[str]) -> str:
        """Return the content of the first of several `<meta>` elements that the page has."""
        return next((self.metas[name] for name in names if name in self.metas), "")

    def authors(self) -> str:
        """Return the authors in the first kind of `<meta>` elements that contain names, joined by commas."""
        for kind in _BYLINES:
            names = [name for said in self._authors.get(kind, ()) if is_name(name := author_name(said))]
            if names:
                return ", ".join(dict.fromkeys(names[:_MOST_AUTHORS]))
        return ""

    def usable(self, names: Iterable[str], is_usable: Callable[[str], bool]) -> str:
        """Return the content of the first of several `<meta>` elements that passes a test; empty if none passes."""
        return next((self.metas[name] for name in names if is_usable(self.metas.get(name, ""))), "")


def _absolute(address: str, base: str) -> str:
    if not address:
        return ""
    try:
        return web_address(urljoin(base, address))
    except ValueError:
        return ""


def _is_own(address: str, saved: str) -> bool:
    """Return True if a declared address may be the page's own: some sites declare that of their home page instead.

    Args:
        address: The declared address; may be empty.
        saved: Address from which the browser saved the page; empty if unknown.
    """
    if not address:
        return False
    path, saved_path = urlsplit(address).path.strip("/"), urlsplit(saved).path.strip("/")
    return bool(path) or not saved or not saved_path


def _set_byline(root: HtmlElement, head: _Head, fields: Fields, guessed: Fields) -> None:
    said = author_name(head.data.byline)
    byline = said if is_name(said) else head.authors()
    if byline:
        fields["byline"] = byline
        return
    marked = marked_authors(root) or author_name(head.usable(_LATER_BYLINES, is_name)) or written_authors(root)
    if marked:
        guessed["byline"] = marked


def _set_date(root: HtmlElement, head: _Head, own: str, fields: Fields, guessed: Fields) -> None:
    for said in (head.data.date, *(head.metas[name] for name in _DATES if name in head.metas)):
        if date := _date(said):
            fields["date"] = date
            return
    times = list(islice(root.iter("time"), _MOST_TIMES))
    marked = [each for each in times if each.get("pubdate") is not None or "published" in _names_of(each)]
    for element in [*marked, *times]:
        if date := _date(element.get("datetime") or text_of(element, 80)):
            guessed["date"] = date
            return
    for element in root.iterfind(".//*[@itemprop='datePublished']"):
        if date := _date(element.get("content") or element.get("datetime") or text_of(element, 80)):
            guessed["date"] = date
            return
    if found := _DATE_IN_ADDRESS.search(urlsplit(own).path):
        year, month, day = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
        if date := iso_date(f"{year}-{month}-{day}"):
            guessed["date"] = date


def _names_of(element: HtmlElement) -> str:
    return f"{element.get('itemprop') or ''} {element.get('class') or ''}".lower()


def _date(said: str) -> str:
    if compact := _COMPACT_DATE.fullmatch(said):
        said = f"{compact[1]}-{compact[2]}-{compact[3]}"
    return iso_date(said)


def _tags(head: _Head, names: set[str]) -> tuple[str, ...]:
    """Return the tags that a page gives to its article; long lists of keywords for search engines are left out.

    Args:
        head: What the page declares.
        names: The names of site and article, in lower case, which say nothing as tags.
    """
    keywords = (head.metas.get(name, "").split(",") for name in ("news_keywords", "keywords"))
    for words in (head.tags, head.data.tags, *keywords):
        tags = dict.fromkeys(clean_line(word).strip("#").strip() for word in words)
        chosen = [tag for tag in tags if tag and tag.casefold() not in names]
        if chosen and len(chosen) <= _MOST_TAGS and all(len(tag) <= _LONGEST_TAG and ":" not in tag for tag in chosen):
            return tuple(chosen)
    return ()
