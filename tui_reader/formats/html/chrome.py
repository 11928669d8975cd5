"""Parts of a page around its article: menus, boxes for sharing and subscribing, lists of other stories."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui_reader.formats.html.elements import tag_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

_NAMES = re.compile(
    r"(?:^|[\s_-])(?:comments?|disqus\w*|related\w*|recirc\w*|recommend\w*|more-?(?:stories|news|from|on|in)"
    r"|most-?(?:read|popular|viewed)|popular|trending|latest|share\w*|sharing\w*|social\w*|follow|newsletter\w*"
    r"|subscri\w*|sign-?up|promo\w*|advert\w*|ads?|sponsor\w*|sidebar|breadcrumbs?|pagination|pager|nav|navigation"
    r"|navbar|menu|footer|cookies?|consent|gdpr|paywall|taboola|outbrain|bio|byline|toolbar|widget|login|print|skip"
    r"|teaser\w*|read-?(?:more|next)|also-?read|tags|topics|rating|survey|feedback)(?:[\s_-]|$)",
    re.IGNORECASE,
)
"""Pattern of the classes and ids of elements that are rarely part of an article, such as `related-posts`."""
_TAGS = frozenset(("nav", "footer", "form", "aside", "menu"))
_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog", "alert")
)
_LINE = re.compile(
    r"(?:advertisements?|advertising|anzeige|werbung|publicité|publicidad|pubblicità|реклама|広告|广告"
    r"|advertisement\s*[-–—]?\s*continue reading below"
    r"|(?:story|article) continues (?:below|after)(?: (?:this )?advertisement)?"
    r"|continue reading(?: the main story| below)?|sponsored(?: content)?|promoted(?: content)?"
    r"|share(?: this)?(?: (?:article|story|on \w+))?|bookmark and share|loading(?:\.\.\.|…)?"
    r"|skip (?:to (?:main )?content|advertisement|past newsletter promotion)|print|e-?mail|tweet|pin it|facebook"
    r"|twitter|whatsapp|linkedin|copy link|read more|see more|show more|view comments|comments?|reply"
    r"|subscribe(?: now)?|sign up(?: now)?|log ?in|follow us|back to (?:top|gallery)"
    r"|click to (?:enlarge|expand|view)|enlarge(?: this)? image|toggle caption|hide caption|play video|watch now"
    r"|media playback is unsupported on your device|image \d+ of \d+|facebook twitter .{0,60}"
    r"|\d+ (?:comments?|shares?))[\s.:!»›>|]*",
    re.IGNORECASE,
)
"""Pattern of lines, such as “Advertisement” or “Share this”, that pages insert between the paragraphs of an article."""
_LONGEST_LINE = 100
_PARTS = re.compile(r"[^_-]+")
_MOST_PARTS = 3
"""Maximum number of words in a class or id that is tested; longer ids come from headings (`sharing-with-a-friend`)."""


def is_chrome_line(text: str) -> bool:
    """Return True if the text of a block is a line that pages insert around or between paragraphs of an article."""
    return 0 < len(text) <= _LONGEST_LINE and _LINE.fullmatch(text.strip()) is not None


class Chrome:
    """Recognizes the parts around the article of one page by tags, roles, classes and ids; results are cached."""

    def __init__(self, root: Element, spared: Iterable[Element] = ()) -> None:
        """Create the object with an empty cache.

        Args:
            root: The element that contains the article; it and its ancestors are never recognized as such parts.
            spared: Elements that contain so much of the article that their names are ignored.
        """
        self._judged: dict[Element, bool] = dict.fromkeys((root, *spared), False)

    def contains(self, element: Element) -> bool:
        """Return True if an element or one of its ancestors is named like a part of the page outside of the article."""
        path = []
        each: Element | None = element
        while each is not None and each not in self._judged:
            path.append(each)
            each = each.getparent()
        found = each is not None and self._judged[each]
        for inner in reversed(path):
            found = found or _is_named(inner)
            self._judged[inner] = found
        return found


def _is_named(element: Element) -> bool:
    if tag_of(element) in _TAGS or element.get("role") in _ROLES:
        return True
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if len(names) < 2 or not _NAMES.search(names):
        return False
    return any(_NAMES.search(name) and len(_PARTS.findall(name)) <= _MOST_PARTS for name in names.split())
