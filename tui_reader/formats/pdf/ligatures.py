"""Recognition of ligatures such as `ﬁ` that TeX fonts encode as control characters, without a mapping to Unicode.

The code differs between fonts, so it is derived from the words of the page: `de?ne` and `?rst` contain `fi`.
"""

from __future__ import annotations

import re
from collections import Counter

_STEMS = {
    "fi": (
        "first find fine fini defi file field five specifi signifi classifi identifi fig fill final fit fix profi "
        "confi benefi modifi satisfi certifi notifi offizi grafi"
    ),
    "ff": "differ effect affect effort offer offen öffent stoff staff stuff schaff hoff betreff begriff different suff",
    "fl": "flow flex influ reflec confl flight floor fluid flat fläch flie pfl überfl einfl",
    "ffi": "office offici effici suffici difficul coeffici suffix affin traffic",
    "ffl": "offline affl effl baffl shuffl waffl",
}
"""For each ligature, frequent words or parts of words that contain it."""
_STEM_LISTS = {ligature: tuple(stems.split()) for ligature, stems in _STEMS.items()}
_WORD = re.compile(r"[^\W\d_]*[\x03-\x08\x0b\x0c\x0e-\x1f][^\W\d_]+|[^\W\d_]+[\x0b\x0c\x0e-\x1f]")
"""Pattern of letters around a control character: `de\\x0cne`, `\\x0crst`."""
_CONTROL = re.compile(r"[\x03-\x08\x0b\x0c\x0e-\x1f]")
_MOST = 2_000


def ligatures_in(text: str) -> dict[int, str]:
    """Return the ligatures that control characters in a text represent, as a table for `str.translate`.

    Args:
        text: The characters of a page.
    """
    if _CONTROL.search(text) is None:
        return {}
    counts: dict[str, Counter[str]] = {}
    for match in list(_WORD.finditer(text))[:_MOST]:
        found = _CONTROL.search(match[0])
        if found is None:
            continue
        for ligature, stems in _STEM_LISTS.items():
            word = match[0].replace(found[0], ligature).casefold()
            at = word.find(ligature, found.start())
            if at == found.start() and any(_covers(word, stem, at, at + len(ligature)) for stem in stems):
                counts.setdefault(found[0], Counter())[ligature] += 1
    return {ord(sign): counted.most_common(1)[0][0] for sign, counted in counts.items()}


def _covers(word: str, stem: str, start: int, end: int) -> bool:
    """Return True if a stem occurs in a word so that it includes the characters `start` to `end`."""
    at = word.find(stem)
    while at >= 0:
        if at <= start and at + len(stem) >= end:
            return True
        at = word.find(stem, at + 1)
    return False
