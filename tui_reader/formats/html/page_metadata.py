"""Title, author, site, date, address, language and tags that a page declares.

In this order: JSON-LD, OpenGraph and other `<meta>`, `<title>`, elements marked as author or time, and the comment that
a browser writes into a page that it saves.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urljoin, urlsplit

from tui_reader.document.clean import clean_line
from tui_reader.formats.html.elements import text_of
from tui_reader.formats.html.linked_data import LinkedData, read_linked_data
from tui_reader.formats.html.page_title import page_title
from tui_reader.formats.metadata.fields import Fields, iso_date, web_address

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
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_PREFIX = re.compile(r"^\s*(?:by|von|par|por|di|от|written by|posted by|author|autor|auteur)\b[\s:]+", re.IGNORECASE)
_NO_NAME = re.compile(
    r"^(?:admin(?:istrator)?|author|editor(?:ial)?|staff|unknown|none|null|undefined|webmaster|anonymous|by|\W*)$",
    re.IGNORECASE,
)
_DATE_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)|/((?:19|20)\d\d)(\d\d)(\d\d)(?=[/-]|$)"
)
_COMPACT_DATE = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?:T?(\d\d):?(\d\d))?")
_SAVED = re.compile(
    r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->|<!--\s*\n?\s*Page saved with SingleFile\s*\n\s*url:\s*(\S+)",
    re.IGNORECASE,
)
_SAVED_DATE = re.compile(r"\n\s*saved date:\s*([^\n]{5,80})")
_DATE_AFTER = re.compile(
    r"[\s,|·•–—-]+(?:(?:on|published|updated|posted)\b[\s:]*)*(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
    r"(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2}|\d{1,2}\.?\s+[a-z]{3,9}\s+\d{4}"
    r"|\d{4}-\d\d-\d\d).*$",
    re.IGNORECASE,
)
"""A date after an author's name, and all text that follows."""
_LONGEST_NAME = 100
_MOST_TAGS = 10
_LONGEST_TAG = 40
_MOST_MARKED = 40


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
    if title := page_title((head.data.title, head.first(_TITLES), head.title), head.headings, (site, host)):
        fields["title"] = title
    _set_byline(root, head, fields, guessed)
    _set_date(root, head, own, fields, guessed)
    language = next(filter(_LANGUAGE.fullmatch, head.languages), "")
    if language:
        fields["language"] = language.replace("_", "-")
    if tags := _tags(head, site):
        fields["tags"] = tags
    addresses = tuple(dict.fromkeys(each for each in (saved_url, *declared) if each))
    return PageMetadata(fields, guessed, base, addresses, saved is not None and saved[1] is not None, head.data.body)


class _Head:
    """The declarations in the head of a page."""

    def __init__(self, root: HtmlElement) -> None:
        self.metas: dict[str, str] = {}
        self.tags: list[str] = []
        self.title = self.canonical = self.base = ""
        self.headings: list[str] = []
        scripts: list[str] = []
        for element in root.iter("meta", "link", "title", "base", "h1", "script"):
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
            if name == "article:tag":
                self.tags.append(content)

    def first(self, names: Iterable[str]) -> str:
        """Return the content of the first of several `<meta>` elements that the page has."""
        return next((self.metas[name] for name in names if name in self.metas), "")

    def usable(self, names: Iterable[str], is_usable: Callable[[str], bool]) -> str:
        """Return the first content among several `<meta>` elements that passes a test."""
        return next((self.metas[name] for name in names if is_usable(self.metas.get(name, ""))), "")


def _absolute(address: str, base: str) -> str:
    if not address:
        return ""
    try:
        return web_address(urljoin(base, address))
    except ValueError:
        return ""


def _is_own(address: str, saved: str) -> bool:
    """Return True if a declared address may be the page's own: some sites declare that of their home page instead."""
    if not address:
        return False
    path, saved_path = urlsplit(address).path.strip("/"), urlsplit(saved).path.strip("/")
    return bool(path) or not saved or not saved_path


def _is_name(text: str) -> bool:
    if not text or len(text) > _LONGEST_NAME or _NO_NAME.match(text):
        return False
    return not text.startswith(("@", "http:", "https:", "www."))


def _set_byline(root: HtmlElement, head: _Head, fields: Fields, guessed: Fields) -> None:
    said = _name(head.data.byline)
    byline = said if _is_name(said) else _name(head.usable(_BYLINES, _is_name))
    if byline:
        fields["byline"] = byline
        return
    marked = _marked_author(root) or _name(head.usable(_LATER_BYLINES, _is_name))
    if marked:
        guessed["byline"] = marked


def _name(text: str) -> str:
    """Return an author's name without other words in the same element, such as `By` before it and a date after it."""
    return _DATE_AFTER.sub("", _PREFIX.sub("", text, count=1)).strip(" ,;|·•–—-/") if text else ""


@cache
def _author_search() -> Callable[[HtmlElement], list[HtmlElement]]:
    from lxml.etree import XPath  # noqa: PLC0415 - 28 ms, and only pages need it

    search: Callable[[HtmlElement], list[HtmlElement]] = XPath(
        "//*[contains(@rel, 'author') or contains(@itemprop, 'author') or"
        " contains(translate(@class, 'ABEHILNORTUWY', 'abehilnortuwy'), 'byline') or contains(@class, 'author')"
        " or contains(@id, 'byline') or contains(@class, 'writtenby') or contains(@class, 'Author')]"
    )
    return search


def _marked_author(root: HtmlElement) -> str:
    """Return the author in an element that is marked as such: `rel` and `itemprop` first, then classes."""
    best, best_rank = "", 9
    for element in _author_search()(root)[:_MOST_MARKED]:
        rel, prop = (element.get("rel") or "").split(), (element.get("itemprop") or "").split()
        classes = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        rank = 0 if "author" in rel else 1 if "author" in prop else 2 if "byline" in classes else 3
        if rank >= best_rank or element.tag in ("link", "meta", "img", "svg", "input", "script", "body", "html"):
            continue
        inner = element.find(".//*[@itemprop='name']")
        name = _name(clean_line(text_of(element if inner is None else inner, _LONGEST_NAME + 20)))
        if _is_name(name) and len(name) > 2 and not name.isdecimal():
            best, best_rank = name, rank
    return best


def _set_date(root: HtmlElement, head: _Head, own: str, fields: Fields, guessed: Fields) -> None:
    for said in (head.data.date, *(head.metas[name] for name in _DATES if name in head.metas)):
        if date := _date(said):
            fields["date"] = date
            return
    times = list(islice(root.iter("time"), _MOST_MARKED))
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


def _tags(head: _Head, site: str) -> tuple[str, ...]:
    """Return the tags that a page gives to its article; long lists of keywords for search engines are left out."""
    keywords = (head.metas.get(name, "").split(",") for name in ("news_keywords", "keywords"))
    for words in (head.tags, head.data.tags, *keywords):
        tags = dict.fromkeys(clean_line(word).strip("#").strip() for word in words)
        chosen = [tag for tag in tags if tag and tag.casefold() != site.casefold()]
        if chosen and len(chosen) <= _MOST_TAGS and all(len(tag) <= _LONGEST_TAG and ":" not in tag for tag in chosen):
            return tuple(chosen)
    return ()
