"""Print the time of parsing files of slow formats: a book of 2,000 chapters, and many small files in a process.

    python scripts/bench_parsing.py [--chapters 2000] [--files 300] [FOLDER]

The book is made up, of 1.4 million words with a link and an emphasis in each paragraph. It is parsed, packed and
unpacked in this process, and the figures are processor milliseconds, the least of three. Then files are scanned and
parsed by a process, as the reader does it: small books, or the files of FOLDER with all its folders. Those figures are
elapsed time, and depend on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LIMIT = 64_000_000
_CONTAINER = (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_WORDS = [
    "the",
    "of",
    "and",
    "a",
    "in",
    "to",
    "it",
    "is",
    "was",
    "boats",
    "harbour",
    "channel",
    "evening",
    "keeper",
    "counted",
    "twice",
    "nobody",
    "told",
    "master",
    "ice",
]


def make_book(path: Path, chapters: int, paragraphs: int, seed: int) -> None:
    """Write an EPUB of made-up chapters with 35 words a paragraph."""
    chance = random.Random(seed)
    names = [f"c{number}.xhtml" for number in range(chapters)]
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(chapters))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        book.writestr("META-INF/container.xml", _CONTAINER)
        book.writestr(
            "book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Book {seed}</dc:title><dc:language>en</dc:language>'
            f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
        )
        for number, name in enumerate(names):
            text = "".join(
                f"<p>{' '.join(chance.choices(_WORDS, k=32))} <i>{chance.choice(_WORDS)}</i> "
                f'<a href="{chance.choice(names)}">see {number}</a>.</p>'
                for _ in range(paragraphs)
            )
            book.writestr(
                name, f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>Chapter {number}</h1>{text}</body></html>'
            )


def least(name: str, work: Callable[[], T], times: int = 3) -> T:
    """Print the least processor time of some runs in milliseconds; return the last result."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        result = work()
        taken.append(time.process_time() - began)
    print(f"{name:42}{1000 * min(taken):10.1f} ms")
    return result


def measure_book(path: Path) -> None:
    """Print the times of a book: parsing, packing, unpacking, and opening it by a process, first and from the cache."""
    from tui_reader.document.packing import pack, unpack
    from tui_reader.services.articles.content import read_content
    from tui_reader.services.articles.parsed_files import OPENED, Parser, cached

    content = read_content(path, LIMIT)
    least("metadata, for the list", content.metadata)
    least("beginning, shown first", content.preview)
    document = least("whole text", content.document, 1)
    packed = least("packing it", lambda: pack(document))
    least("unpacking it", lambda: unpack(packed))
    parser = Parser(LIMIT)
    began = time.monotonic()
    parser.document(content, path, OPENED)
    print(f"{'first time, by a new process':42}{1000 * (time.monotonic() - began):10.1f} ms elapsed")
    parser.close()
    least("second time, from the cache", lambda: cached(read_content(path, LIMIT)))
    size = len(document.text)
    print(
        f"{size:,} characters, {len(document.blocks):,} blocks, {len(document.spans):,} spans; {len(packed):,} packed"
    )


def measure_files(paths: list[Path]) -> None:
    """Print how many files a process scans and parses in a second."""
    from tui_reader.services.articles.content import read_content
    from tui_reader.services.articles.parsed_files import SCANNED, Parser
    from tui_reader.sources.files import UnreadableError

    parser = Parser(LIMIT)
    failures = 0
    for name, work in (
        ("scanned", parser.scan),
        ("parsed", lambda path: parser.document(read_content(path, LIMIT), path, SCANNED)),
        ("from the cache", lambda path: parser.document(read_content(path, LIMIT), path, SCANNED)),
    ):
        began, used = time.monotonic(), time.process_time()
        for path in paths:
            try:
                work(path)
            except UnreadableError:
                failures += 1
        elapsed, used = time.monotonic() - began, time.process_time() - used
        print(
            f"{len(paths):,} files {name}: {len(paths) / elapsed:,.0f} a second, {1000 * used / len(paths):.2f} ms here"
        )
    parser.close()
    print(f"{failures} failures")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chapters", type=int, default=2_000)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("folder", nargs="?", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
        make_book(folder / "book.epub", options.chapters, 20, 1)
        measure_book(folder / "book.epub")
        if options.folder is not None:
            from tui_reader.formats import row_named

            found = sorted(path for path in options.folder.rglob("*") if (row := row_named(path.name)) and row.is_slow)
            measure_files(found[: options.files])
            return
        for number in range(options.files):
            make_book(folder / f"{number}.epub", 4, 12, number)
        measure_files([folder / f"{number}.epub" for number in range(options.files)])


if __name__ == "__main__":
    main()
