"""The writer of EPUB 3: a book with one chapter per article, with highlights and notes."""

from __future__ import annotations

import io
import uuid
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.exchange.article_html import BOOK, ArticleHtml
from tui_reader.exchange.markup import attribute, escape, language_tag, safe_href
from tui_reader.model.hashing import blake2b

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tui_reader.exchange.clip import Clip

_NAMESPACE = uuid.UUID("5f0d7c86-5d2c-4f0b-9d7b-6a1c0c2f7f4e")
"""Namespace of the identifiers of books, so that a book of the same articles has the same identifier."""
_MOST_ENTRIES = 200
"""Maximum number of headings of an article in a book's table of contents."""
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_CONTAINER = f"""{_DECLARATION}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


class _Chapter(NamedTuple):
    """A chapter of the book."""

    file: str
    clip: Clip
    body: str
    headings: tuple[tuple[str, str], ...]
    """Ids and titles of the main headings, see `ArticleHtml.headings`."""
    direction: str
    pictures: Mapping[str, tuple[str, bytes]]
    """Media types and bytes of the chapter's pictures, by the names of their files."""


def write(clips: Sequence[Clip]) -> bytes:
    """Return articles as an EPUB book with their full texts."""
    return write_book(clips, with_text=True)


def write_book(clips: Sequence[Clip], *, with_text: bool) -> bytes:
    """Return articles as an EPUB book; equal articles give equal bytes.

    Args:
        clips: The articles, each of which becomes a chapter.
        with_text: True for the full texts, False for quotes only.
    """
    chapters = [_written(clip, number, with_text=with_text) for number, clip in enumerate(clips, 1)]
    title = _title(clips, with_text=with_text)
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": _CONTAINER,
        "EPUB/package.opf": _package(title, chapters, _modified(clips), with_text=with_text),
        "EPUB/contents.xhtml": _contents(title, chapters),
        "EPUB/book.css": _style(),
    }
    files |= {f"EPUB/{chapter.file}": _document(chapter.clip.title, chapter.body) for chapter in chapters}
    files |= {f"EPUB/{name}": data for name, (_, data) in _pictures(chapters).items()}
    return _zip(files, _modified(clips))


def _title(clips: Sequence[Clip], *, with_text: bool) -> str:
    kind = "" if with_text else "Quotes from "
    return f"{kind}{clips[0].title}" if len(clips) == 1 else f"{kind}{len(clips)} articles"


def prepare(clip: Clip, number: int) -> None:
    """Write the chapter of a clip ahead; see `Format.prepare`."""
    _written(clip, number, with_text=True)


def _written(clip: Clip, number: int, *, with_text: bool) -> _Chapter:
    """Return the chapter of a clip, which the clip keeps."""
    return clip.written(("epub", with_text, number), partial(_chapter, number, with_text=with_text))


def _chapter(number: int, clip: Clip, *, with_text: bool) -> _Chapter:
    pictures: dict[str, tuple[str, bytes]] = {}

    def add(data: bytes, kind: str) -> str:
        name = f"pictures/{blake2b(data, digest_size=12).hexdigest()}.{kind.rpartition('/')[2]}"
        pictures[name] = kind, data
        return name

    article = ArticleHtml(clip, f"a{number}-", role=BOOK, with_text=with_text, picture=add)
    headings = tuple(article.headings()[:_MOST_ENTRIES])
    return _Chapter(f"article-{number:04}.xhtml", clip, article.write(), headings, article.direction, pictures)


def _modified(clips: Iterable[Clip]) -> datetime:
    """Return the latest time of a changed annotation or a published article, within the years of zip files.

    That is 1980 to 2107; 1 January 1980 without any such time.
    """
    known = [datetime(1980, 1, 1, tzinfo=UTC)]
    for text in {text for clip in clips for text in (clip.updated, clip.date)}:
        with suppress(ValueError, OverflowError):
            time = datetime.fromisoformat(text)
            time = time.astimezone(UTC) if time.tzinfo is not None else time.replace(tzinfo=UTC)
            known.append(time if time.year <= 2107 else known[0])
    return max(known)


def _pictures(chapters: Iterable[_Chapter]) -> dict[str, tuple[str, bytes]]:
    """Return the pictures of all chapters by name, each once."""
    return {name: picture for chapter in chapters for name, picture in chapter.pictures.items()}


def _package(title: str, chapters: Sequence[_Chapter], modified: datetime, *, with_text: bool) -> str:
    """Return the package document: metadata, files, and the order of reading."""
    names = "\n".join(chapter.clip.id for chapter in chapters)
    identifier = uuid.uuid5(_NAMESPACE, ascii(f"{with_text}\n{names}"))
    languages = dict.fromkeys(filter(None, (language_tag(chapter.clip.language) for chapter in chapters)))
    authors = dict.fromkeys(chapter.clip.byline for chapter in chapters if chapter.clip.byline)
    metadata = "".join(
        [
            f'<dc:identifier id="book">urn:uuid:{identifier}</dc:identifier>\n',
            f"<dc:title>{escape(title)}</dc:title>\n",
            *(f"<dc:language>{language}</dc:language>\n" for language in languages or ("und",)),
            *(f"<dc:creator>{escape(author)}</dc:creator>\n" for author in authors),
            *(f"<dc:source>{escape(c.clip.url)}</dc:source>\n" for c in chapters if safe_href(c.clip.url)),
            f'<meta property="dcterms:modified">{modified:%Y-%m-%dT%H:%M:%SZ}</meta>\n',
        ]
    )
    items = "".join(
        f'<item id="article-{number}" href="{chapter.file}" media-type="application/xhtml+xml"/>\n'
        for number, chapter in enumerate(chapters, 1)
    )
    items += "".join(
        f'<item id="picture-{number}" href="{name}" media-type="{kind}"/>\n'
        for number, (name, (kind, _)) in enumerate(_pictures(chapters).items(), 1)
    )
    order = "".join(f'<itemref idref="article-{number}"/>\n' for number in range(1, len(chapters) + 1))
    is_rtl = bool(chapters) and all(chapter.direction == "rtl" for chapter in chapters)
    return (
        f'{_DECLARATION}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="book">\n'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n{metadata}</metadata>\n<manifest>\n'
        '<item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" properties="nav"/>\n'
        f'<item id="style" href="book.css" media-type="text/css"/>\n{items}</manifest>\n'
        f"<spine{attribute('page-progression-direction', 'rtl' if is_rtl else '')}>\n"
        f'<itemref idref="contents"/>\n{order}</spine>\n</package>\n'
    )


def _contents(title: str, chapters: Sequence[_Chapter]) -> str:
    entries = "".join(map(_entry, chapters)) or '<li><a href="contents.xhtml">No articles</a></li>\n'
    nav = f'<nav epub:type="toc" role="doc-toc">\n<h1>{escape(title)}</h1>\n<ol>\n{entries}</ol>\n</nav>\n'
    return _document(title, nav, "en")


def _entry(chapter: _Chapter) -> str:
    headings = "".join(
        f'<li><a href="{chapter.file}#{name}"><bdi>{escape(title)}</bdi></a></li>\n' for name, title in chapter.headings
    )
    below = f"\n<ol>\n{headings}</ol>\n" if len(chapter.headings) > 1 else ""
    return f'<li><a href="{chapter.file}"><bdi>{escape(chapter.clip.title)}</bdi></a>{below}</li>\n'


def _document(title: str, body: str, language: str = "") -> str:
    return (
        f"{_DECLARATION}<!DOCTYPE html>\n"
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="{language}" xml:lang="{language}">\n<head>\n<title>{escape(title)}</title>\n'
        f'<link rel="stylesheet" type="text/css" href="book.css"/>\n</head>\n<body>\n{body}</body>\n</html>\n'
    )


@cache
def _style() -> str:
    return Path(__file__).with_name("book.css").read_text("utf-8")


def _zip(files: Mapping[str, str | bytes], modified: datetime) -> bytes:
    """Return files as a zip file; its first entry is the uncompressed file `mimetype`, as EPUB requires."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in {"mimetype": "application/epub+zip", **files}.items():
            entry = zipfile.ZipInfo(name, modified.timetuple()[:6])
            entry.create_system = 3  # the same on every system, so that equal articles give equal bytes
            entry.external_attr = 0o644 << 16
            is_plain = name == "mimetype" or isinstance(content, bytes)  # pictures are compressed already
            entry.compress_type = zipfile.ZIP_STORED if is_plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.encode() if isinstance(content, str) else content)
    return stream.getvalue()
