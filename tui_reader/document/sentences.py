"""Sentences: where they begin in the text of a block.

Own rules for edited prose, after the usual order of evidence: the mark, the word before it, the word behind it. A full
stop behind an abbreviation or an initial ends a sentence only where a word follows with which sentences begin.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CLOSERS = "\"'”’“‘»›)\\]}"
_OPENERS = "\"'“‘„‚«‹(\\[{¿¡—–-"
# Marks that need white space behind them, in repetition and with the quotes that close there; then those of scripts
# without spaces, which do not.
_candidates = re.compile(
    rf"(?P<mark>(?:[.!?…؟۔।॥።։។]+[{_CLOSERS}]*)+)(?=\s)|(?:[。｡！？]+[」』”’）】〕》〉\"')\]]*)+\s*"
).finditer
_last_word = re.compile(r"[^\s—–]*\Z")
_next_word = re.compile(rf"[\s{_OPENERS}]*(\w+)")
_dotted = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]").fullmatch
_has_word = re.compile(r"[^\W\d_]{2}").search
_sentence_like = re.compile(r"\s*[A-ZÀ-Þ][a-zß-ÿ]+,?\s+[a-zß-ÿ]").match


def _words(listed: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(listed.split())


# Before a name or a further word: never the end of a sentence.
_TITLES = _words(
    "mr mrs ms mx dr prof st rev hon gen col lt sgt capt cmdr adm maj gov sen rep pres supt fr messrs mme mlle sra "
    "cf vs viz approx e.g i.e z.b d.h u.a bzw ca dept est assn univ mt ft"
)
# Before a number: not the end of a sentence.
_COUNTERS = _words(
    "no nos nr vol vols fig figs p pp ch sec art op eq tab ed eds para jan feb mar apr jun jul aug sep sept oct nov dec"
)
# May end a sentence as well as stand within one.
_SUFFIXES = _words("etc inc ltd co corp bros jr sr al esq ph.d m.d b.a m.a a.m p.m ave blvd rd")
_ZONES = _words("Eastern Pacific Central Mountain Greenwich")
_STARTERS = _words(
    "the a an this that these those he she it they we you i there here what who why how where when which while after "
    "before since because although though however if as at in on by for from with without under over between during "
    "despite and but or nor so yet then now no not yes once until his her its their our my your some many most all "
    "both each every another one nobody nothing everyone someone even only just still also instead meanwhile moreover "
    "perhaps maybe let is are was were do did does can could will would should has have had der die das er sie es ein "
    "eine und aber wir ich le la les il elle ils un une et mais el los las una y pero"
)


@lru_cache(maxsize=256)
def sentence_starts(text: str) -> tuple[int, ...]:
    """Offsets at which the sentences of a block's text begin, the first at 0."""
    starts = [0]
    for candidate in _candidates(text):
        if candidate.start() < starts[-1]:
            continue
        end = candidate.end()
        mark = candidate["mark"]
        if mark is not None:
            if not _ends_sentence(text, starts[-1], candidate.start(), end, mark):
                continue
            while end < len(text) and text[end].isspace():
                end += 1
        if end < len(text):
            starts.append(end)
    return tuple(starts)


def _ends_sentence(text: str, start: int, mark_start: int, end: int, mark: str) -> bool:
    """Whether a mark with white space behind it ends the sentence that began at `start`."""
    following = text[end : end + 80]
    rest = following.lstrip()
    if not rest or rest[0] in ".!?…,;:":
        return not rest and end + 80 >= len(text)
    found = _next_word.match(following)
    word = found[1] if found else ""
    if word[:1].islower():
        return False
    if set(mark) - set("." + "\"'”’“‘»›)]}"):
        return True
    fragment = text[start:mark_start]
    if not _has_word(fragment):
        return False
    before = text[max(start, mark_start - 40) : mark_start].rstrip(" .")
    token = _last_word.search(before)
    name = (token[0] if token else "").lstrip("\"'“‘„‚«‹([{¿¡")
    folded = name.lower()
    begins = word.lower() in _STARTERS
    if folded in _TITLES:
        return False
    if folded in _COUNTERS:
        return not word[:1].isdigit() and (begins or folded in {"no", "mar"})
    if folded in _SUFFIXES:
        return begins or (_sentence_like(rest) is not None and word not in _ZONES)
    if _dotted(name) or (len(name) == 1 and name.isalpha() and name.isupper()):
        return begins
    return True
