"""Measure keys and opening while 1,000 saved pages are imported, and keys afterwards in the same run.

    python scripts/bench_import.py [--pages 1000] [--runs 1] [FOLDER…]

The pages are copies of those in FOLDERs and their subfolders, also compressed ones (.html.gz). Each copy has a number
in its title and its paragraphs, so that none is in a cache. Without a FOLDER, pages are generated. Each run has parts,
each with its own start and home directory:

- keys: `j` in the list, 60 ms apart, and `k` from the end of the list; from key written to frame read.
- opened: a page further down, opened by `enter`; from `enter` to the frame with the text. One is opened every 0.3 s.
- first of its kind: the same with a file of each other format, some rows further down, so that it is not read ahead;
  then the whole page in place of the article (`gw`), which is parsed only then.

The processor time that other programs used meanwhile is printed, since it affects all figures.
"""

from __future__ import annotations

import argparse
import gzip
import os
import random
import re
import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.bench_parsing import make_book
from scripts.driven_terminal import DrivenTerminal, Frame, reader
from scripts.make_library import WORDS

ROOT = Path(__file__).parents[1]
SIZE, SMALL_SIZE = (120, 35), (60, 20)
"""Columns and rows: with three panes, and with one, so that `enter` shows the text in place of the list."""
GAP = 0.06
LISTED = 80
"""Number of articles that are listed before the first key."""
KEYS_SECONDS, AFTERWARDS_SECONDS = 15.0, 12.0
LATEST = 0.6
"""Seconds without an answer after which a key is taken to have none, as `j` in the last row."""
OPENED = 20
ROWS_BETWEEN = 5
"""Number of rows from a file of another kind to the next one."""
MOST_SECONDS = 90.0
TICKS = os.sysconf("SC_CLK_TCK")
TITLES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rb"(<title[^>]*>)",
        rb"(<h1[^>]*>)",
        rb"(<p(?:\s[^>]*)?>)",
        rb"(<meta[^>]*title[^>]*content=[\"'])",
        rb"(<meta[^>]*content=[\"'])(?=[^>]*(?:property|name)=[\"'][^>]*title)",
        rb"(\"headline\"\s*:\s*\")",
    )
)
"""Tags before titles and paragraphs of a page."""


class Answer(NamedTuple):
    """The answers to some keys."""

    milliseconds: list[float]
    others: float
    """Processors that programs outside the run used meanwhile."""


def made_up(number: int) -> bytes:
    """Return a generated page, with the usual parts around its article."""
    chance = random.Random(number)
    menu = "".join(f"<li><a href='/{word}'>{word}</a></li>" for word in chance.sample(WORDS, 20))
    text = "".join(f"<p>{' '.join(chance.choices(WORDS, k=70))}.</p>" for _ in range(chance.randrange(5, 60)))
    title = " ".join(chance.choices(WORDS, k=6))
    page = f"<html><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{text}"
    return f"{page}</article><aside><ul>{menu * 5}</ul></aside></body></html>".encode()


def pages_of(folders: list[Path]) -> list[bytes]:
    """Return the pages in folders, in an order that is the same in every run; made-up ones without a folder."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    paths = [path for path in paths if re.search(r"\.html?(\.gz)?$", path.name)]
    pages = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in paths]
    random.Random(1).shuffle(pages)
    return pages or [made_up(number) for number in range(200)]


def make_pages(folder: Path, pages: list[bytes], count: int) -> None:
    """Write numbered copies of pages."""
    folder.mkdir()
    for number in range(count):
        page = pages[number % len(pages)]
        for pattern in TITLES:
            page = pattern.sub(rb"\g<1>%d " % number, page)
        (folder / f"page{number:05}.html").write_bytes(page)


def make_others(folder: Path) -> int:
    """Write a file of each other slow format that can be made here, newer than all pages; return their number."""
    text = " ".join(WORDS * 5)
    make_book(folder / "book.epub", 20, 10, 1)
    (folder / "mail.eml").write_text(f"From: Ann <a@example.org>\nSubject: A mail\n\n{text}\n")
    (folder / "manual.rst").write_text(f"A manual\n========\n\n{text}\n")
    (folder / "cells.ipynb").write_text(
        '{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "markdown", "metadata": {}, '
        f'"source": ["# Cells\\n", "\\n", "{text}"]}}]}}'
    )
    (folder / "packed.txt.gz").write_bytes(gzip.compress(f"Packed\n\n{text}\n".encode()))
    drawn = f"BT /F1 12 Tf 72 720 Td (A paper) Tj 0 -30 Td ({text[:80]}) Tj ET"
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body = "".join(f"{number} 0 obj{each}endobj\n" for number, each in enumerate(objects, 1))
    (folder / "paper.pdf").write_text(f"%PDF-1.4\n{body}trailer<</Root 1 0 R/Size 6>>\n%%EOF\n")
    with zipfile.ZipFile(folder / "letter.docx", "w") as letter:
        letter.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            'PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'wordprocessingml.document.main+xml"/></Types>',
        )
        letter.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
            'Target="word/document.xml"/></Relationships>',
        )
        letter.writestr(
            "word/document.xml",
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            f"<w:t>{text}</w:t></w:r></w:p></w:body></w:document>",
        )
    (folder / "report.fodt").write_text(
        '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        f"<text:p>{text}</text:p></office:text></office:body></office:document>"
    )
    others = [path for path in folder.iterdir() if path.suffix != ".html"]
    later = time.time() + 100 * (len(others) + 1)
    for number, path in enumerate(others):
        os.utime(path, (later - 100 * number, later - 100 * number))
        for row in range(1, ROWS_BETWEEN):
            between = folder / f"between{number}-{row}.html"
            between.write_bytes(made_up(1_000 * number + row))
            os.utime(between, (later - 100 * number + row, later - 100 * number + row))
    return len(others)


class Load:
    """Measures the processor time that programs outside this process and its children use."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._busy, self._ours, self._at = self._used()

    def _used(self) -> tuple[float, float, float]:
        numbers = [int(number) for number in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        busy = sum(numbers) - numbers[3] - numbers[4]
        ours, waiting = sum(os.times()[:4]) * TICKS, [self._process]
        for process in waiting:
            try:
                ours += sum(map(int, Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:15]))
                for thread in Path(f"/proc/{process}/task").iterdir():
                    waiting += map(int, (thread / "children").read_text().split())
            except OSError:  # it has ended
                continue
        return busy / TICKS, ours / TICKS, time.monotonic()

    @property
    def others(self) -> float:
        """The average number of processors since the object was made."""
        busy, ours, at = self._used()
        return max(0.0, (busy - self._busy - ours + self._ours) / (at - self._at))


def cursor(frame: Frame) -> str:
    """Return the headline under the cursor if a frame draws it; otherwise an empty string."""
    return " ".join(piece.text for piece in frame.pieces if piece.column != 1 and piece.text.startswith("▎"))


def read_so_far(frame: Frame) -> int:
    """Return the number of files that are read, by the first row of a frame; -1 if the frame does not tell."""
    told = [re.search(r"reading ([\d,]+) of", piece.text) for piece in frame.pieces if piece.row == 1]
    return next((int(each[1].replace(",", "")) for each in told if each), -1)


def has_text(frame: Frame) -> bool:
    """Return True if a frame draws an article with text below the rule under its header."""
    rules = [piece.row for piece in frame.pieces if "─────" in piece.text]
    return bool(rules) and any(
        piece.row > rules[0] and re.search(r"\w\w", piece.text) for piece in frame.pieces if piece.row < SMALL_SIZE[1]
    )


class KeysInList:
    """Types `j` in the list, and `k` once its end is reached."""

    def __init__(self, terminal: DrivenTerminal, key: bytes = b"j") -> None:
        """Create the typist; `key` is the first key, `j` or `k`."""
        self._terminal, self._key, self._shown = terminal, key, ""

    def type_for(self, seconds: float) -> Answer:
        """Type keys for some seconds, and return the times of their frames."""
        taken: list[float] = []
        load, end, due = Load(self._terminal.process), time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < end:
            self._terminal.watch(due - time.monotonic())
            at = self._terminal.type(self._key)
            frame = self._terminal.watch(LATEST, self._is_moved)
            if frame is None:
                self._key = b"k" if self._key == b"j" else b"j"
            else:
                taken.append(1000 * (frame.at - at))
            due = max(due + GAP, time.monotonic())
        return Answer(taken, load.others)

    def _is_moved(self, frame: Frame) -> bool:
        shown = cursor(frame)
        if not shown or shown == self._shown:
            return False
        self._shown = shown
        return True


def measure_keys(library: Path, home: Path) -> tuple[Answer, Answer]:
    """Return the answers to keys in the list, during the import and after it."""
    terminal = reader(library, home, SIZE, ROOT)
    terminal.watch(MOST_SECONDS, lambda frame: read_so_far(frame) >= LISTED)
    during = KeysInList(terminal).type_for(KEYS_SECONDS)
    if all(read_so_far(frame) < 0 for frame in terminal.frames[-50:]):
        print("the import ended before the last key: take more pages")
    count = re.compile(r"\d unread")
    terminal.watch(
        MOST_SECONDS,
        lambda frame: any(
            count.search(each.text) and "reading" not in each.text for each in frame.pieces if each.row == 1
        ),
    )
    terminal.watch(2.0)
    # From the other end, so that these articles are new to the reader, too.
    terminal.type(b"G")
    terminal.watch(1.0)
    afterwards = KeysInList(terminal, b"k").type_for(AFTERWARDS_SECONDS)
    terminal.close(b"Q")
    return during, afterwards


def opened(terminal: DrivenTerminal, keys: bytes) -> float:
    """Type keys, and return the milliseconds until a text is shown; infinite if there is none in three seconds."""
    at = terminal.type(keys)
    frame = terminal.watch(3.0, has_text)
    return 1000 * (frame.at - at) if frame is not None else float("inf")


def measure_opening(library: Path, home: Path) -> Answer:
    """Return the times in which articles are opened while the others are imported."""
    terminal = reader(library, home, SMALL_SIZE, ROOT)
    terminal.watch(MOST_SECONDS, lambda frame: read_so_far(frame) >= LISTED)
    load, taken = Load(terminal.process), []
    for _ in range(OPENED):
        # The article is not read ahead: the key before moves by a page.
        terminal.type(b" ")
        taken.append(opened(terminal, b"\r"))
        terminal.watch(0.15)
        terminal.type(b"q")
        terminal.watch(0.15)
    others = load.others
    terminal.close(b"Q")
    return Answer(taken, others)


def measure_kinds(library: Path, home: Path, count: int) -> tuple[Answer, Answer]:
    """Return the times of the first file of each kind, and of whole pages, during an import."""
    terminal = reader(library, home, SMALL_SIZE, ROOT)
    terminal.watch(MOST_SECONDS, lambda frame: read_so_far(frame) > ROWS_BETWEEN * count)
    load, kinds, whole = Load(terminal.process), [], []
    for number in range(count):
        kinds.append(opened(terminal, b"j" * (ROWS_BETWEEN if number else ROWS_BETWEEN - 1) + b"\r"))
        terminal.watch(0.3)
        terminal.type(b"q")
        terminal.watch(0.3)
    others, load = load.others, Load(terminal.process)
    for _ in range(OPENED // 2):
        terminal.type(b"\r")
        terminal.watch(0.3)
        whole.append(opened(terminal, b"gw"))
        terminal.watch(0.15)
        terminal.type(b"qj")
        terminal.watch(0.15)
    others_later = load.others
    terminal.close(b"Q")
    return Answer(kinds, others), Answer(whole, others_later)


def percentile(values: list[float], part: float) -> float:
    """Return a percentile of values."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def told(name: str, answer: Answer) -> None:
    """Print a line with the percentiles of an answer."""
    values = answer.milliseconds or [float("nan")]
    print(
        f"{name:34}{len(values):5}{statistics.median(values):8.1f}{percentile(values, 0.9):8.1f}"
        f"{percentile(values, 0.99):8.1f}{max(values):8.1f}{answer.others:9.2f}",
        flush=True,
    )


def main() -> None:
    """Measure, and print a table for each run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--part", choices=["keys", "opened", "kinds"], help="measure only this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "pages")
        make_pages(library, pages_of(options.folders), options.pages)
        for run in range(options.runs):
            print(f"{'ms':34}{'n':>5}{'median':>8}{'90 %':>8}{'99 %':>8}{'most':>8}{'others':>9}")
            home = Path(folder, f"home{run}")
            if options.part in (None, "keys"):
                during, afterwards = measure_keys(library, home / "keys")
                told("j, k during the import", during)
                told("j, k afterwards", afterwards)
                ratio = percentile(during.milliseconds, 0.99) / percentile(afterwards.milliseconds, 0.99)
                print(f"{'ratio of 99 %':34}{ratio:29.2f}")
            if options.part in (None, "opened"):
                told("opened", measure_opening(library, home / "opened"))
            if options.part in (None, "kinds"):
                kinds, whole = measure_kinds(library, home / "kinds", make_others(library))
                told("opened, first of its kind", kinds)
                told("whole page in place of the article", whole)


if __name__ == "__main__":
    main()
