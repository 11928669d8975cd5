"""Conversion of shortcodes of Hugo (`{{< figure … >}}`) and tags of Jekyll (`{% highlight … %}`) to plain Markdown.

Pictures, code, links and videos are shown as such; tags that only affect the layout are removed, and their content
remains. Sources: Hugo's manual, “Shortcodes”; Jekyll's manual, “Liquid tags”; kramdown, “Block attributes”.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.markdown.source_lines import line_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_TAG = re.compile(
    r"\{\{[<%]\s*(?P<hugo>/?\s*[\w./-]+)(?P<hugo_args>(?:\"[^\"\n]*\"|`[^`\n]*`|[^\"`{}\n])*?)/?\s*[>%]\}\}"
    r"|\{%-?\s*(?P<liquid>[A-Za-z_]\w*)(?P<liquid_args>(?:\"[^\"\n]*\"|'[^'\n]*'|[^\"'{}%\n]|\{\{[^{}\n]*\}\})*?)\s*-?%\}"
    r"|\{\{-?\s*(?P<value>[A-Za-z_][\w.]*(?:\s*\|[^{}\n]*)?)\s*-?\}\}"
)
"""A shortcode of Hugo (`{{< figure src="a.png" >}}`), a tag of Liquid (`{% raw %}`) or a value (`{{ page.title }}`)."""
_LONGEST = 1_000
"""Maximum number of characters of a tag; limits the search for the end of an unclosed bracket."""
_UNCLOSED = "unclosed shortcodes"
"""Key in the parser's `env`: by the name of a tag, the line up to which its end tag was searched in vain."""
_ESCAPED = re.compile(r"\{\{([<%])/\*(.*?)\*/([>%])\}\}")
"""An escaped shortcode, which Hugo shows as text: `{{</* figure */>}}`."""
_ARGUMENT = re.compile(r"""(?:([\w.-]+)\s*=\s*)?(?:"([^"]*)"|'([^']*)'|`([^`]*)`|([^\s"'`=]+))""")
"""An argument of a tag. Groups: its name if it has one, and its value in one of four notations."""
_SITE = r"\{\{-?\s*[\w.]*(?:base_?url|\.url|site\.)[\w.]*\s*(?:\|[^{}\n]*)?-?\}\}"
"""Regular expression of a value that is the address of the site: `{{ site.baseurl }}`."""
_SITE_VALUE = re.compile(_SITE, re.IGNORECASE)
_REFERENCE = re.compile(
    rf"(!?)\[([^\[\]\n]{{0,500}})\]\(\s*(?P<site>{_SITE})?"
    r"(?:\{\{[<%]\s*(?:rel)?ref\s+\"?(?P<page>[^\"\s{}]+)\"?[^{}\n]*[%>]\}\}"
    r"|\{%-?\s*(?:link|post_url)\s+(?P<post>[^%\s]+)\s*-?%\})?(?P<rest>[^()\s]*)\)",
    re.IGNORECASE,
)
"""A link or picture whose target has a shortcode: `[words]({{< ref "page.md" >}})`, `![]({{ site.baseurl }}/a.png)`."""
_ATTRIBUTES = re.compile(r"\{:(?:toc|[^{}\n]*)\}|\{::[^{}\n]*/?\}")
"""Attributes of kramdown for a block or a span, such as `{: .note}`; they only change the appearance."""
_CODE_TAGS = frozenset(("highlight", "code-block", "codeblock"))
"""Names of tags around code; the first argument is the language."""
_HIDDEN_TAGS = frozenset(("comment",))
"""Names of tags around text that is not shown."""
_VERBATIM_TAGS = frozenset(("raw",))
"""Names of tags around text in which `{{` is not a tag; it is read as code."""
_FIGURE_TAGS = frozenset(("figure", "img", "image", "imgproc", "picture", "responsive_image", "include_image"))
"""Names of tags that include a picture; `include` does so if its file is a picture."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg)(?:[?#]\S*)?\Z", re.IGNORECASE)
"""The end of the address of a picture, with the query or the fragment after the file's name."""


class _Tag(NamedTuple):
    """A shortcode or a tag: its name, and its arguments by name or by position from 0."""

    name: str
    arguments: Mapping[str, str]

    def get(self, *names: str) -> str:
        """Return the value of the first of several arguments that is present; empty if none is."""
        return next((self.arguments[name] for name in names if self.arguments.get(name)), "")


def _tag_of(found: re.Match[str]) -> _Tag:
    """Return the name and the arguments of a match of `_TAG`; the name of an end tag of Hugo begins with a slash."""
    name = "".join((found["hugo"] or found["liquid"] or "").split())
    arguments: dict[str, str] = {}
    position = 0
    for given in _ARGUMENT.finditer(found["hugo_args"] or found["liquid_args"] or ""):
        value = given[2] or given[3] or given[4] or given[5] or ""
        arguments[given[1] or str(position)] = value
        position += not given[1]
    return _Tag(name.rpartition("/")[2] if not name.startswith("/") else name, arguments)


def read_shortcode_pair(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Parse the code, the comment or the verbatim text between two tags that stand alone on their lines.

    Returns:
        True if such text begins at the line.
    """
    text = line_text(state, start_line)
    if not text.startswith(("{{", "{%")) or state.is_code_block(start_line):
        return False
    found = _TAG.fullmatch(text)
    tag = _tag_of(found) if found else None
    if tag is None or tag.name not in _CODE_TAGS | _HIDDEN_TAGS | _VERBATIM_TAGS:
        return False
    ends = (f"/{tag.name}", f"end{tag.name}")
    # A search that failed also fails from each later line: without this record, parsing takes quadratic time.
    searched: dict[str, int] = state.env.setdefault(_UNCLOSED, {})
    if start_line < searched.get(tag.name, 0):
        return False
    for line in range(start_line + 1, end_line):
        written = line_text(state, line)
        last = _TAG.fullmatch(written) if written.startswith(("{{", "{%")) else None
        if last is not None and _tag_of(last).name in ends:
            break
    else:
        searched[tag.name] = end_line
        return False
    if not silent:
        if tag.name not in _HIDDEN_TAGS:
            token = state.push("fence", "code", 0)
            token.info = tag.get("0", "lang", "language") if tag.name in _CODE_TAGS else ""
            token.content = state.getLines(start_line + 1, line, state.sCount[start_line], True)
            token.map = [start_line, line + 1]
        state.line = line + 1
    return True


def read_shortcode_line(state: StateBlock, start_line: int, _end_line: int, silent: bool) -> bool:
    """Parse a line that consists only of shortcodes or attributes: a picture, or tags that only affect the layout.

    Returns:
        True if the line consists only of these; False if a tag in it is replaced by words, as running text.
    """
    text = line_text(state, start_line)
    if not text.startswith("{") or state.is_code_block(start_line):
        return False
    if _ATTRIBUTES.fullmatch(text):
        if not silent:
            state.line = start_line + 1
        return True
    found = _TAG.fullmatch(text)
    if found is None or found["value"]:
        return False
    tag = _tag_of(found)
    picture = _picture(tag)
    if not picture and _words(tag):
        return False
    if not silent:
        if picture:
            token = state.push("html_block", "", 0)
            token.map, token.content = [start_line, start_line + 1], picture
        state.line = start_line + 1
    return True


def _picture(tag: _Tag) -> str:
    """Return the HTML of the picture that a tag includes; empty if it includes none."""
    source = tag.get("src", "url", "path", "image", "image_path", "file", "link", "0")
    if tag.name == "include":
        source = tag.get("src", "url", "path", "image", "image_path", "file", "image_url", "img")
    elif tag.name not in _FIGURE_TAGS:
        return ""
    if not source or (tag.name == "include" and not _PICTURE.search(source)):
        return ""
    caption = tag.get("caption", "title", "description", "attr")
    words = caption or tag.get("alt")
    return f'<img src="{escape(source)}" alt="{escape(words)}">\n'


def read_shortcode_link(state: StateInline, silent: bool) -> bool:
    """Parse a link or a picture whose target has a shortcode.

    Returns:
        True if there is one at the position.
    """
    source, start = state.src, state.pos
    if not source.startswith(("[", "!["), start):
        return False
    found = _REFERENCE.match(source, start, min(state.posMax, start + _LONGEST))
    if found is None or not (found["site"] or found["page"] or found["post"]):
        return False
    target = (found["page"] or found["post"] or "") + found["rest"]
    if found["post"] and "." not in found["post"]:
        target = f"{found['post']}.md{found['rest']}"
    if not silent:
        if found[1]:
            _push_picture(state, found[2], target)
        else:
            state.push("link_open", "a", 1).attrs = {"href": target}
            limit, state.pos, state.posMax = state.posMax, found.start(2), found.end(2)
            state.md.inline.tokenize(state)
            state.posMax = limit
            state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _push_picture(state: StateInline, words: str, target: str) -> None:
    from markdown_it.token import Token  # noqa: PLC0415 - 43 ms, and only Markdown needs it

    picture = state.push("image", "img", 0)
    picture.attrs, picture.children = {"src": target}, [Token("text", "", 0, content=words)]


def read_shortcode(state: StateInline, silent: bool) -> bool:
    """Parse within running text a shortcode, a tag of Liquid, attributes of kramdown, or `{{ site.baseurl }}`.

    Returns:
        True if there is one at the position; False for any other text in braces, which stays as it is written.
    """
    source, start = state.src, state.pos
    if source[start] != "{":
        return False
    end = min(state.posMax, start + _LONGEST)
    if escaped := _ESCAPED.match(source, start, end):
        if not silent:
            state.push("text", "", 0).content = f"{{{{{escaped[1]}{escaped[2]}{escaped[3]}}}}}"
        state.pos = escaped.end()
        return True
    found = _ATTRIBUTES.match(source, start, end) or _SITE_VALUE.match(source, start, end)
    if found is None:
        found = _TAG.match(source, start, end)
        # Variables other than the site's address have unknown values, so they remain as written.
        if found is None or found["value"]:
            return False
        if not silent:
            _push_words(state, _tag_of(found))
    state.pos = found.end()
    return True


def _push_words(state: StateInline, tag: _Tag) -> None:
    """Add the tokens that replace a tag within running text."""
    if picture := _picture(tag):
        state.push("html_inline", "", 0).content = picture.strip()
        return
    words = _words(tag)
    address = _address(tag)
    if address:
        _push_link(state, words, address)
    elif words:
        state.push("text", "", 0).content = words


def _push_link(state: StateInline, words: str, target: str) -> None:
    state.push("link_open", "a", 1).attrs = {"href": target}
    state.push("text", "", 0).content = words
    state.push("link_close", "a", -1)


_ADDRESSES: Mapping[str, Callable[[_Tag], str]] = {
    "youtube": lambda tag: f"https://www.youtube.com/watch?v={tag.get('0', 'id')}",
    "vimeo": lambda tag: f"https://vimeo.com/{tag.get('0', 'id')}",
    "gist": lambda tag: f"https://gist.github.com/{'/'.join(filter(None, (tag.get('0'), tag.get('1'))))}",
    "tweet": lambda tag: f"https://x.com/{tag.get('user') or 'i/status'}/{_status(tag)}",
    "x": lambda tag: f"https://x.com/{tag.get('user') or 'i/status'}/{_status(tag)}",
    "twitter": lambda tag: f"https://x.com/{tag.get('user') or 'i/status'}/{_status(tag)}",
    "instagram": lambda tag: f"https://www.instagram.com/p/{tag.get('0', 'id')}",
    "ref": lambda tag: tag.get("0", "path"),
    "relref": lambda tag: tag.get("0", "path"),
    "link": lambda tag: tag.get("0", "url", "href"),
    "button": lambda tag: tag.get("href", "url", "link"),
}
"""Functions that return the address of what a tag embeds or links to, by the name of the tag."""


def _status(tag: _Tag) -> str:
    return f"status/{tag.get('id', '1', '0')}" if tag.get("user") else tag.get("id", "0")


def _address(tag: _Tag) -> str:
    """Return the address of what a tag embeds or links to; empty for other tags."""
    of_tag = _ADDRESSES.get(tag.name)
    return of_tag(tag) if of_tag is not None and tag.arguments else ""


_NOTICES = frozenset(("admonition", "alert", "callout", "hint", "notice"))
"""Tags around an admonition; their first argument is its kind, and the second its title."""


def _words(tag: _Tag) -> str:
    """Return the text that replaces a tag; empty for a tag that only affects the layout."""
    title = tag.get("title", "caption", "text", "label", "alt")
    if tag.name in _NOTICES:
        kind = tag.get("type", "kind", "context", "0").capitalize()
        return ": ".join(filter(None, (kind, title or tag.get("1"))))
    return title or _address(tag)
