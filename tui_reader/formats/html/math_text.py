"""Formulas of a page as text: their TeX source if the page contains it, else their characters in one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.html.elements import attributes_of, tag_of, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DISPLAY_STYLE = re.compile(r"^\{\\(?:display|text)style\s*(.*?)\s*\}$", re.DOTALL)
r"""Pattern of TeX as MediaWiki writes it, `{\displaystyle x^2}`; group 1 is the formula."""
_SPACE = re.compile(r"\s+")
_DEEPEST = 60
"""Maximum depth of nesting; deeper parts of a formula become plain characters without brackets and bars."""


def formula_of(math: Element) -> str:
    """Return the text of a `<math>` element: its TeX in `$…$`, or `$$…$$` if displayed; else its characters."""
    given = attributes_of(math)
    tex = given.get("alttext", "") or _annotation(math)
    tex = _SPACE.sub(" ", tex).strip()
    if found := _DISPLAY_STYLE.match(tex):
        tex = found[1]
    if not tex:
        return _SPACE.sub(" ", _linear(math, 0)).strip()
    return tex_formula(tex, is_apart=given.get("display") == "block")


def tex_formula(tex: str, *, is_apart: bool) -> str:
    """Return TeX in dollar signs: `$$…$$` if `is_apart` (a display formula), else `$…$`."""
    tex = _SPACE.sub(" ", tex).strip().strip("$")
    if not tex:
        return ""
    return f"$${tex}$$" if is_apart else f"${tex}$"


def _annotation(math: Element) -> str:
    """Return the TeX in the `<annotation>` of a formula; empty without one."""
    for inner in math.iter():
        if tag_of(inner) == "annotation" and "tex" in (inner.get("encoding") or "").lower():
            return "".join(inner.itertext())
    return ""


def _linear(element: Element, depth: int) -> str:
    """Return a formula in one line: `a/b`, `a^b`, `a_b`, `√(a)`."""
    if depth > _DEEPEST:
        return text_of(element)
    tag = tag_of(element)
    inner = [each for each in element if tag_of(each)]
    if not inner or tag in ("mtext", "mi", "mo", "mn", "ms"):
        return " ".join((element.text or "").split())
    if tag == "semantics":
        return _linear(inner[0], depth + 1)
    if tag in ("annotation", "annotation-xml"):
        return ""
    parts = [_linear(each, depth + 1) for each in inner]
    if tag == "mfrac" and len(parts) == 2:
        return f"{_group(parts[0])}/{_group(parts[1])}"
    if tag in ("msup", "mover") and len(parts) == 2:
        return f"{parts[0]}^{_group(parts[1])}"
    if tag in ("msub", "munder") and len(parts) == 2:
        return f"{parts[0]}_{_group(parts[1])}"
    if tag in ("msubsup", "munderover") and len(parts) == 3:
        return f"{parts[0]}_{_group(parts[1])}^{_group(parts[2])}"
    if tag == "msqrt":
        return f"√{_group(''.join(parts))}"
    if tag == "mroot" and len(parts) == 2:
        return f"{_group(parts[0])}^(1/{parts[1]})"
    if tag in ("mtd", "mtr"):
        return " ".join(parts) + (" " if tag == "mtd" else "; ")
    return "".join(parts)


def _group(part: str) -> str:
    """Return a part of a formula; in brackets unless it is a single character, or only letters and digits."""
    return part if len(part) < 2 or part.isalnum() else f"({part})"
