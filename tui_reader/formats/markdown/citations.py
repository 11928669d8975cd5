"""Citations of Pandoc: `[@doe99, p. 5; @roe04]` and `@doe99`, with the names in the header's `references`.

Without a bibliography in the header, citations remain as written, since their keys cannot be resolved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it.rules_inline import StateInline

CITED = "cited works"
"""Name in the parser's `env` under which the author and year of each work are stored, by the work's key."""
_GROUP = re.compile(r"\[([^\[\]\n]{0,300}?-?@[\w][^\[\]\n]{0,300})\](?![(\[:])")
"""Citations in brackets: `[see @doe99, p. 5; -@roe04]`."""
_KEY = re.compile(r"(?<![\w.+-])(-?)@\{?(\w(?:[\w:.#$%&+?<>~/-]*\w)?)\}?")
"""One citation: `@doe99`, `@{doe99}`, or `-@doe99`, which leaves out the author."""
_YEAR = re.compile(r"\d{4}")
_MOST = 5_000
"""Maximum number of works that are read from a header."""


def read_citations(state: StateInline, silent: bool) -> bool:
    """Parse a citation, or citations in brackets, at the current position.

    Returns:
        True if there is one, and at least one cited work is in the bibliography of the header.
    """
    works: Mapping[str, str] = state.env.get(CITED, {})
    if not works or state.src[state.pos] not in "[@":
        return False
    if state.src[state.pos] == "@":
        found = _KEY.match(state.src, state.pos, state.posMax)
        shown = works.get(found[2]) if found else None
    else:
        found = _GROUP.match(state.src, state.pos, state.posMax)
        shown = _with_names(found[1], works) if found else None
    if found is None or shown is None:
        return False
    if not silent:
        state.push("text", "", 0).content = shown
    state.pos = found.end()
    return True


def _with_names(written: str, works: Mapping[str, str]) -> str | None:
    """Return citations with author and year in round brackets, such as `(Doe 1999, p. 5)`; None if no work is known."""
    if not any(key[2] in works for key in _KEY.finditer(written)):
        return None

    def name(key: re.Match[str]) -> str:
        known = works.get(key[2])
        if known is None:
            return key[0]
        # `-@key` follows the author's name in the sentence, so only the year is shown.
        return known.rpartition(" ")[2] if key[1] else known

    return f"({_KEY.sub(name, written)})"


def cited_works(header: Mapping[str, Any]) -> dict[str, str]:
    """Return the author and year of each work in the `references` of a header, by its key: `Doe 1999`, `Doe n.d.`.

    The format is CSL-YAML, see Pandoc's manual, “Citations”: `id`, `author` (a list with `family`), `issued`.
    """
    references = header.get("references")
    works: dict[str, str] = {}
    for work in references[:_MOST] if isinstance(references, list) else ():
        if isinstance(work, dict) and (key := str(work.get("id") or work.get("citation-key") or "")):
            name = _authors(work.get("author") or work.get("editor")) or str(work.get("title") or key)
            found = _YEAR.search(str(work.get("issued", "")))
            works[key] = " ".join(filter(None, (name, found[0] if found else "n.d.")))
    return works


def _authors(people: Any) -> str:
    """Return the family names of a work's authors; for more than two, the first with `et al.`."""
    listed = people if isinstance(people, list) else [people]
    names = [_family(each) for each in listed if each]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(filter(None, names))


def _family(person: Any) -> str:
    """Return the family name of a person, or the name of an institution, given as a mapping or a text; may be empty."""
    if isinstance(person, dict):
        return str(person.get("family") or person.get("literal") or person.get("name") or "")
    return str(person)
