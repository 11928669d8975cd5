"""A library of files that try to do harm is listed and searched, without a request and without a file elsewhere."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import socket
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.counts import size
from tests.formats.epub_files import book, epub, package, xhtml
from tests.formats.pdf_files import Link, Sheet, Text, pdf
from tests.hostile import controls_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEEDLE = "needleword"
"""A word of every file that can be read."""
SECRET = "secretword"
"""A word of a file outside of the library, to which the files refer."""
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eright\u2066left\x08"
MOST_CPU = 60
"""Seconds of processor time of the program, a limit of the system that only an endless loop reaches."""

LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({MOST_CPU}, {MOST_CPU}))
from tui_reader.cli.main import main
sys.exit(main())
"""


def markup(body: str, head: str = "", before: str = "") -> str:
    text = f"<p>{NEEDLE} of this page {'and many other words ' * 50}</p>"
    return f"{before}<html><head><title>Page</title>{head}</head><body>{text}{body}</body></html>"


def entities(outside: str, root: str = "html") -> dict[str, str]:
    """Return document type declarations that expand without an end, or include a file or an address."""
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return {
        "laughs": f'<!DOCTYPE {root} [<!ENTITY e0 "lol">{nested}<!ENTITY x "&e11;">]>',
        "blow-up": f'<!DOCTYPE {root} [<!ENTITY x "{"q" * 50_000}">]>',
        "external": f'<!DOCTYPE {root} [<!ENTITY x SYSTEM "file://{outside}">]>',
    }


def pages(outside: str, address: str) -> dict[str, str]:
    """Return HTML pages by their names."""
    targets = (outside, f"file://{outside}", "../outside.txt", f"{address}/x.png", "/dev/zero", "javascript:x", "//x/y")
    links = "".join(f'<p><a href="{t}">words</a><img src="{t}" alt="picture"></p>' for t in targets)
    named = {name: markup("<p>a &x;&x;&x;</p>", before=kind) for name, kind in entities(outside).items()}
    return {
        "depth.html": markup("<div>" * size(20_000, 4) + "deep"),
        "spans.html": markup("<b><i>" * 5_000 + "deep"),
        "attributes.html": markup(f"<p {' '.join(f'a{n}=x' for n in range(20_000))}>text</p>"),
        "spanned.html": markup("<table><tr>" + "<td colspan=9999999 rowspan=9999999>a" * 50 + "<tr><td>b</table>"),
        "open.html": markup("<table><tr><td><ul><li><blockquote>" * 500 + "<svg><g><select><template>x"),
        "links.html": markup(links, f'<base href="file://{outside}"><meta http-equiv=refresh content="0;{address}">'),
        "frames.html": f'<frameset><frame src="{address}"></frameset><noframes>{NEEDLE}</noframes>',
        "escapes.html": markup(
            f"<h1>{ESCAPES}</h1><img src='{ESCAPES}' alt='{ESCAPES}'>"
            f"<pre><code class='{ESCAPES}'>&#27;[2J&#155;</code></pre>",
            f"<meta name=author content='{ESCAPES}'><meta property='og:site_name' content='{ESCAPES}'>",
        ),
        "zeros.html": markup("a\0b\0c"),
        "json.html": markup("", f'<script type="application/ld+json">{"[" * 50_000}</script>'),
        "include.xhtml": markup(
            f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file://{outside}" parse="text"/>'
        ),
        **{f"{name}.{kind}": page for name, page in named.items() for kind in ("html", "xhtml")},
    }


def books(outside: str) -> dict[str, bytes]:
    """Return books by their names."""
    text = f"<p>{NEEDLE} of this book</p>"
    good = book({"c1.xhtml": text})
    inflated = book({"c1.xhtml": text + "a" * 20_000_000})
    lying = bytearray(inflated)
    struct.pack_into("<I", lying, lying.rfind(b"PK\x01\x02") + 24, 10)
    manifest = {f"c{n}.xhtml": "application/xhtml+xml" for n in range(3)}
    away = package(manifest, "".join(f'<itemref idref="c{n}"/>' for n in range(3)))
    for number, target in enumerate((f"../../..{outside}", outside)):
        away = away.replace(f'href="c{number}.xhtml"', f'href="{target}"')
    return {
        "escaped.epub": epub({"content.opf": away, "c2.xhtml": xhtml(text), "../../../evil": "x", "/evil": "x"}),
        "lying.epub": bytes(lying),
        "inflated.epub": inflated,
        "cut.epub": good[: len(good) // 2],
        "nested.epub": book({"c1.xhtml": text}, files={"inner.epub": good}),
        "locked.epub": bytes(lying[: len(lying) // 2]),
        **{
            f"{name}.epub": book({"c1.xhtml": declared + xhtml(f"{text}<p>&x;</p>").partition("\n")[2]})
            for name, declared in entities(outside).items()
        },
    }


def others(outside: str, address: str) -> dict[str, str | bytes]:
    """Return files of further formats by their names."""
    code = {
        "cell_type": "code",
        "metadata": {},
        "source": ESCAPES,
        "outputs": [{"output_type": "x", "text": [1, None]}],
    }
    cells = [{"cell_type": "markdown", "metadata": {}, "source": f"{NEEDLE} {ESCAPES}"}, code, None, 3]
    good = pdf(Sheet((Text(50, 50, f"{NEEDLE} of this paper"),)), info={"Title": "\x1b[2J"})
    huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    huge += struct.pack(">I", zlib.crc32(huge[12:])) + b"\0\0\0\0IEND\xaeB`\x82"
    picture = base64.b64encode(huge).decode()
    office = io.BytesIO()
    with zipfile.ZipFile(office, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", entities(outside)["external"] + "<a>&x;</a>")
    parts = f"--b\n\n{NEEDLE}\n" + "--b\nContent-Type: text/plain; charset=none\n\nx\n" * size(300, 2)
    return {
        "deep.ipynb": '{"nbformat": 4, "cells": ' + "[" * 20_000,
        "cells.ipynb": json.dumps({"nbformat": 4, "metadata": {"title": ESCAPES}, "cells": cells}),
        "raw.rst": f"{NEEDLE}\n\n.. include:: {outside}\n\n.. raw:: html\n   :file: {outside}\n\n.. raw:: html\n"
        f"   :url: {address}\n\n.. csv-table:: t\n   :file: {outside}\n",
        "deep.rst": f"{NEEDLE}\n\n" + "".join(f"{' ' * n}- x\n\n" for n in range(size(200, 2))),
        "include.org": f"{NEEDLE}\n#+INCLUDE: {outside}\n#+SETUPFILE: {address}\n[[file:{outside}]]\n",
        "wiki.md": f"{NEEDLE} ![[{outside}]] [[../outside]] ![x]({outside}) ![y](data:image/png;base64,{picture})",
        "aliases.md": f"---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: *b\n---\n{NEEDLE}",
        "action.pdf": pdf(
            Sheet((Text(50, 50, NEEDLE), Link(50, 50, 90, 9, f"<< /S /URI /URI ({address}) >>"))),
            catalog=f"/OpenAction << /S /URI /URI ({address}) >>",
        ),
        "cut.pdf": good[: len(good) // 2],
        "good.pdf": good,
        "page.pdf": markup(""),
        "paper.html": good,
        "picture.epub": huge,
        "picture.html": markup(f'<img src="data:image/png;base64,{picture}" alt="huge">'),
        "thrice.md.gz": gzip.compress(gzip.compress(gzip.compress(NEEDLE.encode()))),
        "bomb.txt.gz": gzip.compress(b"a" * 70_000_000, 1),
        "cut.md.gz": gzip.compress(f"{NEEDLE} {os.urandom(2_000).hex()}".encode())[:900],
        "external.odt": office.getvalue(),
        "parts.eml": f"Subject: {ESCAPES}\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n",
        "archive.mhtml": "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n"
        f"--b\nContent-Type: text/html\n\n{NEEDLE}",
        **{f"empty.{suffix}": b"" for suffix in ("html", "epub", "pdf", "eml", "docx", "odt", "rst", "ipynb", "md.gz")},
        **{f"noise.{suffix}": b"\x80\xff\0" * 500 for suffix in ("html", "epub", "pdf", "docx", "odt", "md.gz")},
    }


UNREADABLE = {
    "cut.epub", "cut.pdf", "deep.ipynb", "lying.epub", "inflated.epub", "locked.epub", "paper.html", "page.pdf",
    "picture.epub", "thrice.md.gz", "bomb.txt.gz", "external.odt",
    "empty.epub", "empty.pdf", "empty.docx", "empty.odt", "empty.md.gz",
}  # fmt: skip
"""Files that are listed with the reason why they cannot be read."""


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Run a server on this machine, to which the files refer, and which no file may reach."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def test_a_library_of_hostile_files_is_listed_and_searched_without_harm(tmp_path: Path, server: socket.socket) -> None:
    home, library = tmp_path / "home", tmp_path / "library"
    home.mkdir()
    library.mkdir()
    outside = tmp_path / "outside.txt"
    outside.write_text(SECRET)
    address = f"http://127.0.0.1:{server.getsockname()[1]}"
    files: Mapping[str, str | bytes] = {
        **pages(str(outside), address), **books(str(outside)), **others(str(outside), address)
    }  # fmt: skip
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (library / name).write_bytes(data)
    before = _contents(library)

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, *arguments, "--library", str(library)],
            env=os.environ | {"HOME": str(home)},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        assert not any(controls_terminal(character) for character in done.stdout + done.stderr if character != "\n")
        return done.stdout + done.stderr

    articles = {Path(article["path"]).name: article for article in json.loads(run("list", "--json"))}
    assert articles.keys() == files.keys()
    failed = {name for name, article in articles.items() if article["error"]}
    assert failed == UNREADABLE | {name for name in files if name.startswith("noise.")}

    found = {Path(path).name for path in run("list", "--paths", f"text:{NEEDLE}").splitlines()}
    assert found == {n for n in files if n not in failed and not n.startswith("empty.")}
    assert run("list", "--paths", f"text:{SECRET}").startswith("No article matches")

    with pytest.raises(BlockingIOError):
        server.accept()
    assert _contents(library) == before
    written = {path.relative_to(home).parts[0] for path in home.iterdir()}
    assert written <= {".cache", ".local", ".config"}
    assert {path.name for path in tmp_path.iterdir()} == {"home", "library", "outside.txt"}
