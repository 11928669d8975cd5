"""Texts with control characters, a library with them in every field, and checks of printed output."""

from __future__ import annotations

import base64
import functools
import itertools
import json
import re
import unicodedata
import zlib
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TEXTS = (
    "\x1b]0;owned\x07title",
    "\x1b[2J\x1b[Hcleared",
    "\x9b31mred\x9d0;x\x9c",
    "abc\u202efdp.exe",
    "\u2066iso\u2069late",
    "one\ntwo\r\nthree\rfour",
    "row\u2028row\u2029row\x85row\x0brow\x0crow",
    "\x00nul\x7fdel\x08\x08back",
    "half \ud83d pair \udcff",
    "hidden\U000e0041\U000e0042\U000e007f",
    "\x1b",
    "[bold red]markup[/]",
    "tab\there",
)
"""One text for each kind of attack, such as escape sequences, direction overrides and line separators."""

STORABLE = tuple(text for text in TEXTS if "\ud83d" not in text)
"""The texts that a state file can hold: half of a surrogate pair would make the file a damaged one."""

hostile = st.one_of(
    st.sampled_from(TEXTS),
    st.text(
        st.sampled_from("ab \n\t\r\x00\x07\x1b\x7f\x85\x9b\u200e\u200f\u061c\u2028\u2029\u202a\u202e\u2066\u2069\ufeff")
        | st.sampled_from("\ud800\udfff\U000e0001\U000e0061é漢[]#")
        | st.characters(),
        max_size=12,
    ),
)
"""Strategy for any text, with many characters that act on a terminal."""

_OVERRIDES = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
_MARKS = frozenset("\u061c\u200e\u200f\ufeff")


@functools.cache
def controls_terminal(character: str) -> bool:
    """Return True if a character controls a terminal, or the order or visibility of its neighbours."""
    return (
        unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in _OVERRIDES
        or 0xE0000 <= ord(character) <= 0xE007F
    )


def terminal_controls(text: str, *, marks: bool = False) -> list[str]:
    """Return the characters of a text that control a terminal, except line feeds.

    Args:
        text: The printed text.
        marks: Whether to include invisible direction marks.
    """
    return [each for each in text if each != "\n" and (controls_terminal(each) or (marks and each in _MARKS))]


def numbered(texts: Sequence[str], name: str) -> str:
    """Return one of the texts followed by a name; the name determines which text."""
    return texts[zlib.crc32(name.encode()) % len(texts)] + name


def make_library(folder: Path, texts: Sequence[str]) -> Path:
    """Make a library whose state file has hostile texts in every field, as a plain TinyDB could write it.

    Args:
        folder: The folder to create, with two articles, one of them annotated.
        texts: The hostile texts; each field contains the next one of them.

    Returns:
        The state file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "here.md").write_text(
        "---\ntitle: Here\n---\n\nSome words are here to be read, and more of them.\n", "utf-8"
    )
    (folder / "other.md").write_text("# Other\n\nNothing of note happened.\n", "utf-8")
    count = itertools.count()

    def text(name: str) -> str:
        return texts[next(count) % len(texts)] + name

    gone = [text("gone-1"), "gone-2.md", f"https://example.org/{text('gone-3')}"]
    articles = [_article(key, text) for key in ("here.md", *gone)]
    annotations = [
        _annotation(f"0198f3a2-0000-7000-8000-{number:012}", article, exact, text)
        for number, (article, exact) in enumerate(
            [
                ("here.md", "words are here"),
                ("here.md", f"{text('never')} was\nhere"),
                ("here.md", ""),
                *((article, f"quote {text('of')}") for article in gone),
                *((article, "") for article in gone),
            ]
        )
    ]
    annotations.append(_annotation(text("id"), "here.md", "to be read", text))
    packed = base64.b64encode(zlib.compress(f"an {text('old')} text".encode("utf-8", "surrogatepass"))).decode()
    tables: dict[str, list[dict[str, Any]]] = {
        "meta": [{"format": "tui-reader library", "version": 1, "library": "63a75b9df8f3eaf7"}],
        "articles": articles,
        "annotations": annotations,
        "texts": [{"id": "1-old", "zlib": packed}],
        text("table"): [{"id": text("key"), text("field"): text("value")}],
    }
    state = folder / "library.json"
    state.write_text(
        json.dumps({name: {str(n): record for n, record in enumerate(t, 1)} for name, t in tables.items()}), "utf-8"
    )
    return state


def _article(key: str, text: Any) -> dict[str, Any]:
    fields = ("title", "byline", "source", "date", "url")
    return {
        "id": key,
        "location": f"was/{text('place')}.md" if key != "here.md" else key,
        "starred": True,
        "opened": text("opened"),
        "seen": "1-old",
        "tags": [text("tag"), text("tag"), "\x1b"],
        **({name: text(name) for name in fields} if key != "here.md" else {}),
        **{f"edited_{name}": text(f"edited {name}") for name in (*fields, "language")},
        f"bookmark_{text('')}": {"exact": text("mark")},
        "bookmark_q": {"exact": text("mark"), "prefix": text("before")},
        text("unknown"): text("unknown"),
    }


def _annotation(key: str, article: str, exact: str, text: Any) -> dict[str, Any]:
    anchor = {"exact": exact, "prefix": text("before"), "suffix": text("behind"), "fingerprint": "1-old"}
    return {
        "id": key,
        "article": article,
        **({"anchor": anchor} if exact else {}),
        **({"attached": anchor | {"exact": f"{exact} again"}} if exact and exact != "to be read" else {}),
        "note": f"{text('note')}\nstate:   anchored\n\n- {text('more')}",
        "tags": [text("tag"), text("own")],
        "created": text("2026-01-01T00:00:00Z"),
        "updated": "2026-01-02T00:00:00.000000Z",
        text("unknown"): text("unknown"),
    }


def letters(text: str) -> str:
    """Return the letters and digits of a text, by which its cleaned form can be recognized."""
    return re.sub(r"[^a-z0-9]", "", text)
