# ruff: noqa: E501 - the pages as programs write them
"""Pages of forums, questions with answers, and comments on links show each post below its author's name."""

from __future__ import annotations

import pytest

from tests.formats.test_html_pages import MENU, PARAGRAPHS, read, texts
from tui_reader.document.blocks import BlockKind

POSTS = [
    ("jane_roe", f"<p>{PARAGRAPHS[0]}</p><p>Has anyone been inside?</p>"),
    ("Bob", "Yes, in 2011.<br>It was locked when I came again."),
    ("carl-o", f"<blockquote><p>Has anyone been inside?</p></blockquote><p>{PARAGRAPHS[2]}</p>"),
    ("Zoë", "<p>Thanks, all!</p>"),
]
SHOWN = [
    ["jane_roe", PARAGRAPHS[0], "Has anyone been inside?"],
    ["Bob", "Yes, in 2011.\nIt was locked when I came again."],
    ["carl-o", "Has anyone been inside?", PARAGRAPHS[2]],
    ["Zoë", "Thanks, all!"],
]

PHPBB = """<div id="p{n}" class="post has-profile bg2"><div class="inner"><dl class="postprofile" id="profile{n}">
<dt><div class="avatar-container"><a href="./u" class="avatar"><img class="avatar" src="a.png" alt="User avatar"></a></div>
<a href="./memberlist.php?u={n}" class="username">{name}</a></dt><dd class="profile-posts"><strong>Posts:</strong> <a href="s">812</a></dd>
<dd class="profile-joined"><strong>Joined:</strong> Sat May 01, 2010 8:06 pm</dd></dl><div class="postbody"><div id="post_content{n}">
<h3 class="first"><a href="#p{n}">Re: The lighthouse</a></h3><ul class="post-buttons"><li><a href="q">Quote</a></li></ul>
<p class="author"><a href="v">Post</a> by <strong><a class="username" href="u">{name}</a></strong> » Mon May 03, 2021 1:02 pm</p>
<div class="content">{text}</div><div id="sig{n}" class="signature">Gravel is my middle name</div></div></div></div></div>"""
DISCOURSE = """<div class="topic-post clearfix regular"><article id="post_{n}" class="boxed onscreen-post"><div class="row">
<div class="topic-avatar"><a href="/u/{name}"><img class="avatar" alt="" src="a.png"></a></div><div class="topic-body clearfix">
<div class="topic-meta-data"><div class="names"><span class="first username"><a href="/u/{name}">{name}</a></span></div>
<div class="post-infos"><a class="post-date" href="/t/1/{n}"><span class="relative-date">May 2021</span></a></div></div>
<div class="regular contents"><div class="cooked">{text}</div><section class="post-menu-area"><button>Like</button></section></div>
</div></div></article></div>"""
CRAWLER = """<div id="post_{n}" itemprop="comment" itemscope itemtype="http://schema.org/Comment" class="topic-body crawler-post">
<div class="crawler-post-meta"><span class="creator" itemprop="author" itemscope><a itemprop="url" href="/u/{name}">
<span itemprop="name">{name}</span></a></span><span class="crawler-post-infos"><time datetime="2021-05-03">May 3, 2021</time></span></div>
<div class="post" itemprop="text">{text}</div></div>"""
STACK = """<div id="answer-{n}" class="{kind}"><div class="post-layout"><div class="votecell post-layout--left"><div>12</div></div>
<div class="postcell post-layout--right"><div class="s-prose js-post-body" itemprop="text">{text}</div>
<div class="mt24"><div class="post-signature"><div class="user-info"><div class="user-action-time">answered <span class="relativetime">May 3 '21</span></div>
<div class="user-details" itemprop="author"><a href="/users/{n}">{name}</a><span class="reputation-score">8,123</span></div></div></div></div></div>
<div class="comments js-comments-container"><ul class="comments-list"><li class="comment js-comment"><div class="comment-text">
<span class="comment-copy">A remark.</span> – <a class="comment-user" href="/users/9">Max</a></div></li></ul></div></div></div>"""
HACKER = """<tr class="athing comtr" id="{n}"><td><table border="0"><tr><td class="ind" indent="0"><img src="s.gif" height="1" width="0"></td>
<td class="votelinks"><div class="votearrow" title="upvote"></div></td><td class="default"><div><span class="comhead">
<a href="user?id={name}" class="hnuser">{name}</a> <span class="age"><a href="item?id={n}">2 hours ago</a></span> <span class="navs"> | <a href="#{n}">next</a></span>
</span></div><br><div class="comment"><div class="commtext c00">{text}</div><div class="reply"><p><font size="1"><u><a href="reply?id={n}">reply</a></u></font></div>
</div></td></tr></table></td></tr>"""
XENFORO = """<article class="message message--post js-post" data-author="{name}" id="js-post-{n}"><div class="message-inner">
<div class="message-cell message-cell--user"><section class="message-user"><h4 class="message-name"><a class="username">{name}</a></h4>
<dl><dt>Joined</dt><dd>May 1, 2010</dd></dl></section></div><div class="message-cell message-cell--main"><div class="message-main">
<header class="message-attribution"><time class="u-dt">May 3, 2021</time></header><div class="message-content"><article class="message-body">
<div class="bbWrapper">{text}</div></article></div></div></div></div></article>"""
REDDIT = """<div class="thing id-t1_{n} comment" data-author="{name}"><div class="entry unvoted"><p class="tagline"><a class="author" href="/u/{name}">{name}</a>
<span class="score">4 points</span> <time>3 years ago</time></p><form class="usertext"><div class="usertext-body"><div class="md">{text}</div></div></form>
<ul class="flat-list buttons"><li><a href="p">permalink</a></li></ul></div></div>"""
MAILS = """<div class="email"><div class="email-header"><div class="email-author"><div class="name"><a href="/users/{n}">{name}</a></div></div>
<div class="email-date"><span class="time">3 May 2021</span></div></div><div class="email-body">{text}</div></div>"""


def thread(post: str, program: str, around: str = "<div>{}</div>") -> bytes:
    posts = "".join(
        post.format(n=number, name=name, text=text, kind="question" if not number else "answer js-answer")
        for number, (name, text) in enumerate(POSTS)
    )
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>The lighthouse</title></head><body class='{program}'>"
        f"<ul id='nav'>{MENU}</ul><h1>The lighthouse</h1>{around.format(posts)}<div class='stat-block'><h3>Who is online</h3>"
        f"<p>Users browsing this forum: No registered users and 12 guests</p></div><footer>Powered by it</footer></body></html>"
    ).encode()


PAGES = {
    "phpBB": thread(PHPBB, "nojs notouch section-viewtopic phpbb"),
    "Discourse": thread(DISCOURSE, "discourse"),
    "Discourse without scripts": thread(CRAWLER, "crawler discourse"),
    "Stack Exchange": thread(STACK, "question-page unified-theme"),
    "Hacker News": thread(HACKER, "hn", "<table class='comment-tree'><tbody>{}</tbody></table>"),
    "XenForo": thread(XENFORO, "xenforo"),
    "Reddit": thread(REDDIT, "old-reddit comments-page"),
    "HyperKitty": thread(MAILS, "hyperkitty"),
}


@pytest.mark.parametrize("name", PAGES)
def test_each_post_stands_below_its_author(name: str) -> None:
    document = read(PAGES[name])
    found: list[list[str]] = []
    for block, text in zip(document.blocks, texts(document), strict=True):
        if block.kind is BlockKind.HEADING:
            found.append([text.partition(" · ")[0]])
        else:
            found[-1].append(text)
    assert found == SHOWN
    assert (document.metadata.title, document.metadata.byline) == ("The lighthouse", "jane_roe")


def test_the_date_of_a_post_is_beside_its_author() -> None:
    assert texts(read(PAGES["Discourse"]))[0] == "jane_roe · May 2021"


def test_the_whole_page_includes_the_text_around_the_posts() -> None:
    document = read(PAGES["phpBB"], whole=True)
    assert {"Who is online", "Gravel is my middle name"} <= set(texts(document))


def test_an_article_with_comments_is_no_discussion() -> None:
    article = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 3)
    comments = "".join(
        f"<li class='comment'><span class='author'>{name}</span><div class='comment-body'><p>{'Nice to read this. ' * 6}</p></div></li>"
        for name, _ in POSTS * 6
    )
    body = f"<article class='post'><span class='author'>Ann</span><div class='entry-content'>{article}</div></article>"
    data = f"<html><body class='discourse'><h1>A</h1>{body}<ol class='comments'>{comments}</ol></body></html>".encode()
    assert texts(read(data)) == PARAGRAPHS * 3
