"""Discussions: the posts of a forum, a question with its answers, comments on a link, or a list of mails on one page.

Such a page has no article that could be found by its prose. Each post is an element with a usual class, a name of its
author, and an element with the text. The posts are put one after the other, each below its author's name.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.document.cleaning import clean_line
from tui_reader.formats.html.elements import text_of
from tui_reader.formats.html.extraction import length_of, prose_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.html import HtmlElement

_POST = re.compile(
    r"(?:^|\s)(?:(?:forum-?|topic-?|thread-?|crawler-|js-)?post|postcontainer|postbit\w*|post-?(?:container|wrapper|row)"
    r"|message(?:--post)?|cpost|ipsComment|answer|reply|email|timeline-comment|CommentPost|PostStream-item"
    r"|(?P<opening>question|fatitem|thing)|(?P<comment>comtr|comment|comments?-item|shreddit-comment))(?=\s|$)",
    re.IGNORECASE,
)
"""Classes of posts: opening ones such as a question, comments, and others.

Comments count as posts only on a page that has no posts but opening ones and comments.
"""
_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:author|big-?username|user-?name(?:-coloured)?|hnuser|user-details|comment-user|poster(?:-?name)?"
    r"|u-author|creator|display-?name|nick(?:name)?|user-?link|member-?name)(?=[\s_-]|$)",
    re.IGNORECASE,
)
_CERTAIN_TEXT = re.compile(
    r"(?:^|\s)(?:cooked|s-prose|js-post-body|bbWrapper|commtext|toptext|comment_text|usertext-body|email-body"
    r"|postcontent|Post-body)(?=\s|$)"
)
"""Pattern of classes that only programs for discussions give to the text of a post, such as `s-prose`."""
_TEXTS = (
    _CERTAIN_TEXT,
    re.compile(
        r"(?:^|\s)(?:markdown-body|(?:post|message|comment|entry)[-_]?content|content)(?=\s|$)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:^|\s)(?:(?:post|message|comment)[-_]?(?:text|body)|text|body|md)(?=\s|$)", re.IGNORECASE),
)
"""Classes of the element with the text of a post; the second pattern is tried if no element matches the first one."""
_TEXT_ID = re.compile(r"(?:post_message|msg|postmsg)_?\d+")
_DATE = re.compile(
    r"(?:^|[\s_-])(?:age|date|time|relativetime|relative-date|timestamp|datetime|post-?date|posted)(?=[\s_-]|$)",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"phpbb|vbulletin|\bvb_|xenforo|discourse|mybb|simple machines|\bsmf|invision|\bips|flarum|nodebb|punbb|fluxbb"
    r"|vanilla|discuz|viewtopic|showthread|question-page|old-reddit|lobste|hyperkitty|askbot",
    re.IGNORECASE,
)
"""Names of programs for discussions, in the classes of a page or in the name of the program that made it."""
_GENERATOR = re.compile(r"<meta\s[^>]{0,100}generator[^>]{0,200}>", re.IGNORECASE)
_TYPES = re.compile(
    r"\"@type\"\s*:\s*\[?\s*\"(?:DiscussionForumPosting|QAPage)\"|itemtype=[\"']https?://schema\.org/(?:DiscussionForum|QAPage|Question)"
)
_ADDED = re.compile(r"expandLink|signature|post-buttons|attachbox-actions|cooked-selection-barrier", re.IGNORECASE)
_FEWEST = 2
_LONGEST_NAME = 60
_LONGEST_DATE = 40
_MOST_INSIDE = 400
_HEAD = "h4"
_HEAD_LENGTH = 20_000


class Discussion(NamedTuple):
    """The posts of a page."""

    root: HtmlElement
    """An element with the posts, each below a heading with its author and date."""
    author: str
    """The author of the first post."""


class _Post(NamedTuple):
    author: str
    date: str
    text: HtmlElement


def discussion_of(body: HtmlElement, source: str) -> Discussion | None:
    """Return the posts of a page, which are moved from its tree; None, and the tree unchanged, for any other page.

    Args:
        body: The body of the page.
        source: The page as text.
    """
    found = _candidates(body)
    if len(found) < _FEWEST:
        return None
    posts = _without_inner([post for element in found if (post := _post(element, found)) is not None])
    if len(posts) < _FEWEST or not _is_declared(posts, body, source):
        return None
    outside = len(prose_text(body)) - sum(len(prose_text(post.text)) for post in posts)
    if sum(length_of(post.text) for post in posts) < outside:
        return None
    root = body.makeelement("div")
    for post in posts:
        head = body.makeelement(_HEAD)
        head.text = f"{post.author} · {post.date}" if post.date else post.author
        root.append(head)
        post.text.tail = None
        for added in [inner for inner in post.text.iter() if _ADDED.search(inner.get("class") or "")]:
            if added is not post.text:
                added.drop_tree()
        root.append(post.text)
    return Discussion(root, posts[0].author)


def _without_inner(posts: Sequence[_Post]) -> Sequence[_Post]:
    """Return posts without those whose text is within the text of another post."""
    texts = {post.text for post in posts}
    return [post for post in posts if texts.isdisjoint(post.text.iterancestors())]


def _is_declared(posts: Sequence[_Post], body: HtmlElement, source: str) -> bool:
    """Return True if a page says that it is a discussion, or most posts have a class that only discussions have."""
    if sum(bool(_CERTAIN_TEXT.search(post.text.get("class") or "")) for post in posts) * 2 > len(posts):
        return True
    around = body.getparent()
    said = [body.get("class"), body.get("id"), *((around.get("class"), around.get("id")) if around is not None else ())]
    generator = _GENERATOR.search(source[:_HEAD_LENGTH])
    said.append(generator[0] if generator else "")
    return any(_PROGRAMS.search(each) for each in said if each) or _TYPES.search(source) is not None


def _candidates(body: HtmlElement) -> dict[HtmlElement, None]:
    """Return the elements with the class of a post and an author, in order, as the keys of a dictionary."""
    posts: dict[HtmlElement, None] = {}
    comments: dict[HtmlElement, None] = {}
    others = 0
    known: dict[str, re.Match[str] | None] = {}
    for element in body.iter():
        classes = element.get("class")
        if not classes:
            continue
        if classes not in known:
            known[classes] = _POST.search(classes)
        if (found := known[classes]) and _has_author(element):
            comments[element] = None
            if not found["comment"]:
                posts[element] = None
                others += not found["opening"]
    return comments if not others else posts


def _has_author(element: HtmlElement) -> bool:
    return bool(element.get("data-author")) or next(_authors(element, {}), None) is not None


def _post(element: HtmlElement, others: dict[HtmlElement, None]) -> _Post | None:
    """Return the post in an element; None if it has no author or no text that is not part of a post within it.

    Args:
        element: The element with the class of a post.
        others: All such elements of the page.
    """
    text = _text(element, others)
    if text is None:
        return None
    author = clean_line(element.get("data-author") or "")
    if not author:
        author = next((name for marked in _authors(element, others, text) if (name := _name(marked))), "")
    return _Post(author, _date(element, others, text), text) if author else None


def _inside(
    element: HtmlElement, others: dict[HtmlElement, None], text: HtmlElement | None = None
) -> Iterator[HtmlElement]:
    """Yield the descendants of the post `element`, but not the posts in `others` within it, and not its `text`."""
    inner = element[0] if len(element) else None
    for _ in range(_MOST_INSIDE):
        if inner is None:
            return
        is_part = inner not in others and inner is not text
        if is_part:
            yield inner
        after = inner[0] if is_part and len(inner) else None
        while inner is not None and after is None and inner is not element:
            after = inner.getnext()
            inner = inner.getparent() if after is None else inner
        inner = after


def _authors(
    element: HtmlElement, others: dict[HtmlElement, None], text: HtmlElement | None = None
) -> Iterator[HtmlElement]:
    """Yield the elements with the author of a post (see `_inside` for the arguments); marked ones before classes."""
    later: list[HtmlElement] = []
    for inner in _inside(element, others, text):
        if inner.get("itemprop") == "author" or inner.get("rel") == "author":
            yield inner
        elif (classes := inner.get("class")) and _AUTHOR.search(classes):
            later.append(inner)
    yield from later


def _name(marked: HtmlElement) -> str:
    """Return the name in an element with the author of a post; empty if it contains none."""
    name = marked.find(".//*[@itemprop='name']")
    if name is None and marked.tag != "a":
        name = next((link for link in marked.iter("a") if text_of(link, _LONGEST_NAME)), None)
    said = clean_line(text_of(marked if name is None else name, _LONGEST_NAME))
    return said.removeprefix("by ").strip() if len(said) <= _LONGEST_NAME else ""


def _date(element: HtmlElement, others: dict[HtmlElement, None], text: HtmlElement) -> str:
    """Return the date of a post as the page shows it, outside of its `text`; empty if it shows none."""
    for inner in _inside(element, others, text):
        if inner.tag == "time" or _DATE.search(inner.get("class") or ""):
            said = clean_line(text_of(inner, _LONGEST_DATE))
            if any(map(str.isdecimal, said)) and len(said) <= _LONGEST_DATE:
                return said
    return ""


def _text(element: HtmlElement, others: dict[HtmlElement, None]) -> HtmlElement | None:
    """Return the element with the text of a post; None without text. `others` are all elements with a post's class."""
    inside = list(_inside(element, others))
    for inner in inside:
        if inner.get("itemprop") == "text" or _TEXT_ID.fullmatch(inner.get("id") or ""):
            return inner
    for pattern in _TEXTS:
        found = [inner for inner in inside if pattern.search(inner.get("class") or "")]
        if found:
            outermost: Sequence[HtmlElement] = [each for each in found if not _is_within(each, found)]
            best = max(outermost, key=length_of)
            return best if length_of(best) else None
    return None


def _is_within(element: HtmlElement, others: Sequence[HtmlElement]) -> bool:
    return any(around in others for around in islice(element.iterancestors(), 12))
