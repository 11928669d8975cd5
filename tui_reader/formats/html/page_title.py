"""Choice of the title of an article among those that its page declares, without the name of the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.document.normalization import title_key

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPACED_SEPARATOR = re.compile(r"\s+(?:[|–—»«·•~>/-]|::)\s+|\s*[|｜]\s*")
"""Pattern of what separates a title from the name of the site, such as ` | ` or ` – `."""
_BRACKETS = re.compile(r"\s*[\[(][^\[\]()]*[\])]\s*")
_ANCHOR_SIGNS = "¶#§🔗 "
"""Characters of the permalinks that sites add to headings."""
_LONGEST_HEADING = 200


def page_title(
    titles: tuple[str, str, str], headings: Sequence[str], site: tuple[str, str], lower: Sequence[str] = ()
) -> str:
    """Return the title of an article; empty if the page gives none.

    Args:
        titles: The titles in JSON-LD, in `<meta>` such as `og:title`, and in `<title>`; each may be empty.
        headings: The texts of the headings `<h1>`.
        site: Name of the site, and name of its host; each may be empty.
        lower: The first headings `<h2>`; a page of a manual may have the name of the manual as its `<h1>`.
    """
    best = next(filter(None, titles), "")
    headings = [each for heading in headings if 0 < len(each := heading.strip(_ANCHOR_SIGNS)) <= _LONGEST_HEADING]
    if not best:
        return headings[0] if headings else ""
    if best.endswith(("...", "…")):
        start = title_key(best)
        longer = (
            each for each in (titles[-1], *headings) if len(each) > len(best) and title_key(each).startswith(start)
        )
        best = next(longer, best)
    first = _SPACED_SEPARATOR.split(best, maxsplit=1)[0]
    if first != best and (found := next((each for each in lower if title_key(each) == title_key(first)), "")):
        return found.strip(_ANCHOR_SIGNS)
    for is_end in (False, True):
        for heading in headings:
            if _is_with_addition(best, heading, is_end=is_end) and not (is_end and len(headings) > 1):
                return heading
    return _without_site(best, *site)


def _is_with_addition(title: str, heading: str, *, is_end: bool) -> bool:
    """Return True if a title is a heading followed or preceded by another part, such as the name of the site.

    A heading at the end of a title may be the name of the site, so it must be the longer part.
    """
    if not is_end and title.startswith(heading) and _BRACKETS.fullmatch(title[len(heading) :]):
        return True
    parts = _SPACED_SEPARATOR.split(title)
    folded = title_key(heading)
    if len(parts) < 2 or not folded:
        return False
    if not is_end:
        return folded in (title_key("".join(parts[:count])) for count in range(1, len(parts)))
    is_longer = len(heading.split()) > 1 and len(heading) * 2 > len(title)
    return is_longer and folded in (title_key("".join(parts[count:])) for count in range(1, len(parts)))


def _without_site(title: str, site: str, host: str) -> str:
    """Return a title without the name of the site, or of its host, at its end or its beginning."""
    for found in reversed(list(_SPACED_SEPARATOR.finditer(title))):
        first, last = title[: found.start()].strip(), title[found.end() :].strip()
        if first and _is_site(last, site, host):
            return first
        if last and len(last.split()) > 1 and _is_site(first, site, host):
            return last
    return title


def _is_site(part: str, site: str, host: str) -> bool:
    """Return True if a part of a title is the name of the site, or of its host."""
    folded, name = title_key(part), title_key(host.rpartition(".")[0])
    if not folded:
        return False
    if site and (folded == title_key(site) or (len(folded) > 3 and folded in title_key(site))):
        return True
    return len(name) > 2 and name.endswith(folded)
