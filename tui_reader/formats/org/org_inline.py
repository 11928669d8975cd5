"""Inline markup of Org: emphasis, links, footnote references, targets (orgmode.org/worg/org-syntax.html)."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tui_reader.document.blocks import SpanKind
from tui_reader.document.cleaning import clean_line
from tui_reader.formats.text.running_text import RunningText, safe_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.document.blocks import Span

_KINDS = {
    "*": SpanKind.STRONG,
    "/": SpanKind.EMPHASIS,
    "_": SpanKind.EMPHASIS,
    "+": SpanKind.STRIKE,
    "=": SpanKind.CODE,
    "~": SpanKind.CODE,
}
_BEFORE = "-–—({'\"\u201c\u2018"
"""Characters, besides white space and other signs, that may precede the first sign of an emphasis."""
_AFTER = "-–—.,:;!?'\")}[\\\u201d\u2019…"
"""Characters, besides white space and other signs, that may follow the last sign of an emphasis."""
_SIGNS = re.compile(
    r"(?P<link>\[\[(?P<target>(?:[^\[\]\\]|\\.){1,2000})\](?:\[(?P<words>(?:[^\[\]]|\[[^\[\]]*\]){1,2000}?)\])?\])"
    r"|(?P<note>\[fn:(?P<label>[\w-]{0,40})(?::(?P<inline>[^\[\]]{1,2000}))?\])"
    r"|(?P<anchor><{2,3}(?P<name>[^<>\n]{1,200})>{2,3})"
    r"|(?P<math>\$\$[^$]{1,2000}\$\$|\$(?=\S)[^$\n]{1,300}?(?<=\S)\$(?!\w)|\\\(.{1,1000}?\\\)|\\\[.{1,2000}?\\\])"
    r"|(?P<export>@@[\w-]{1,30}:[^@]{0,1000}@@)"
    r"|(?P<break>\\\\[ \t]*\n)"
    r"|(?P<emphasis>[*/_+=~])(?=\S)"
    r"|(?P<newline>\n)",
    re.DOTALL,
)
"""Markup in running text: `[[target][words]]`, `[fn:label:text]`, `<<name>>`, `$x$`, `@@html:…@@`, `*words*`."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|avif)\Z", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\[\]\\])")
_MOST_DEPTH = 12
"""Maximum depth of nested emphasis and links."""
_MOST_TRIES = 30
"""Maximum number of signs that are tested as the end of an emphasis."""
_LONGEST = 4_000
"""Maximum length of an emphasis in characters."""


class Notes:
    """The footnotes of a text, numbered in the order of their references."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.inline: dict[int, str] = {}
        """Texts of inline notes by their number."""

    def number(self, label: str, text: str = "") -> int:
        """Return the number of the note with a label, from 1; an empty label means a new note.

        Args:
            label: The label; may be empty.
            text: Text of an inline note, which is kept; empty for a note that is defined elsewhere.
        """
        label = label or f"\n{len(self._numbers)}"
        number = self._numbers.setdefault(label, len(self._numbers) + 1)
        if text:
            self.inline.setdefault(number, text)
        return number


def inline_text(source: str, notes: Notes) -> tuple[str, Sequence[Span]]:
    """Return the text of a paragraph without markup, and its spans."""
    running = RunningText()
    _add(running, source, notes, 0)
    return running.finish()


def picture_link(source: str) -> tuple[str, str] | None:
    """Return path and description of a picture, if a text is only a link to one; else None."""
    match = _SIGNS.fullmatch(source.strip())
    if match is None or not match["link"]:
        return None
    target = _target(match["target"])
    if not target or target.startswith("#") or not _PICTURE.search(target.partition("?")[0]):
        return None
    words = match["words"] or ""
    return target, "" if words.startswith(("file:", "http")) else clean_line(words)


def _add(running: RunningText, source: str, notes: Notes, depth: int) -> None:
    position = at = 0
    while match := _SIGNS.search(source, at):
        at = match.end()
        if match["emphasis"]:
            end = _end_of_emphasis(source, match.start())
            if end is None or depth > _MOST_DEPTH:
                at = match.start() + 1
                continue
            running.add(source[position : match.start()])
            _add_emphasis(running, source[match.start()], source[match.start() + 1 : end], notes, depth)
            position = at = end + 1
            continue
        running.add(source[position : match.start()])
        position = at
        if match["link"]:
            _add_link(running, match, notes, depth)
        elif match["note"]:
            if match["label"] or match["inline"]:
                number = notes.number(match["label"], match["inline"] or "")
                running.add_span(SpanKind.NOTE, f"[{number}]", f"#{number}")
        elif match["anchor"]:
            running.add_targets([match["name"]])
            if match["anchor"].startswith("<<<"):
                running.add(match["name"])
        elif match["math"]:
            running.add_literal(match["math"])
        elif match["break"]:
            running.add_hard_break()
        elif match["newline"]:
            running.add_soft_break(source[at : at + 1])
    running.add(source[position:])


def _add_emphasis(running: RunningText, sign: str, content: str, notes: Notes, depth: int) -> None:
    kind = _KINDS[sign]
    if kind is SpanKind.CODE:
        running.add_span(kind, " ".join(content.split("\n")))
        return
    running.open(kind, tag=sign)
    _add(running, content, notes, depth + 1)
    running.close(sign)


def _add_link(running: RunningText, match: re.Match[str], notes: Notes, depth: int) -> None:
    target = _target(match["target"])
    words = match["words"]
    running.open(SpanKind.LINK, target, tag="link")
    if words is None:
        shown = _ESCAPED.sub(r"\1", match["target"])
        running.add_literal(clean_line(shown.removeprefix("file:").removeprefix("*").removeprefix("#")))
    elif depth > _MOST_DEPTH:
        running.add(words)
    else:
        _add(running, words, notes, depth + 1)
    running.close("link")


def _target(written: str) -> str:
    """Return the target of a link: a web address, a path, or `#` and a name within the text."""
    target = clean_line(_ESCAPED.sub(r"\1", written))
    if target.startswith("#"):
        return target
    if target.startswith("*"):
        return f"#{target[1:].strip()}"
    if target.startswith("id:"):
        return f"#{target}"
    if target.startswith(("file:", "./", "/", "~/", "attachment:")):
        path, _, _ = target.removeprefix("file:").removeprefix("attachment:").partition("::")
        return path
    if _SCHEME.match(target):
        return safe_target(target)
    if PurePosixPath(target).suffix and " " not in target:
        return target
    return f"#{target}"


def _end_of_emphasis(source: str, start: int) -> int | None:
    """Return the index of the sign that ends the emphasis that begins at `start`; None if none begins there."""
    if start and not (source[start - 1].isspace() or source[start - 1] in _BEFORE or source[start - 1] in _KINDS):
        return None
    sign = source[start]
    end = source.find(sign, start + 2, start + _LONGEST)
    for _ in range(_MOST_TRIES):
        if end < 0:
            return None
        after = source[end + 1 : end + 2]
        closes = not after or after.isspace() or after in _AFTER or after in _KINDS
        if closes and not source[end - 1].isspace():
            return end if source.count("\n", start, end) <= 2 else None
        end = source.find(sign, end + 1, start + _LONGEST)
    return None
