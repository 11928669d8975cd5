"""Links and embeds of Obsidian: `[[Note]]`, `[[Note#Heading|words]]`, `![[picture.png]]`, and ids of blocks (`^id`).

They become the tokens of ordinary links and pictures. The target is a relative link with percent escapes. Like
Obsidian, the library resolves it in the article's folder, and then by the file's name in any folder.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_LINK = re.compile(r"(!?)\[\[([^\[\]|\n]*?)(?:\\?\|([^\[\]\n]*))?\]\](?![\[(])")
"""A link (`[[Note|words]]`) or an embed (`![[picture.png|300]]`); within a table, a backslash precedes `|`."""
_LONGEST = 500
"""Maximum number of characters of a link; limits the search for the end of an unclosed bracket."""
_FOOTNOTE_NUMBER = re.compile(r"\d{1,3}")
"""The number of a footnote of a web page that was pasted: `[[1]]`."""
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|bmp|svg|tiff?)\Z", re.IGNORECASE)
_PICTURE_SIZE = re.compile(r"\d{1,5}(?:x\d{1,5})?")
"""The size of a picture after `|`: `300`, `300x200`."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_CODE = re.compile(r"^[ \t>]*(`{3,}|~{3,}).*?(?:^[ \t>]*\1|\Z)|(`+)(?!`)[^`\n]*\2", re.DOTALL | re.MULTILINE)
_SEARCHED = 50_000
"""Number of characters at the start of a text that are searched for links of notes; 50,000 take at most 2 ms."""
_BLOCK_ID = re.compile(r"\^([A-Za-z0-9-]{1,64})[ \t]*\Z")
"""The id of a block at its end: `^quote-2`."""


def has_wiki_links(body: str) -> bool:
    """Return True if a Markdown text links to a note outside of code, as only notes of Obsidian and its like do.

    A link without letters is a footnote of a web page that was pasted: `[[1]]`.
    """
    body = body[:_SEARCHED]
    if "[[" not in body:
        return False
    links = _LINK.finditer(_CODE.sub("", body))
    return any(any(map(str.isalpha, found[2])) and found[2][0].isalnum() for found in links if found[2])


def read_wiki_link(state: StateInline, silent: bool) -> bool:
    """Parse a link or an embed at the current position.

    Returns:
        True if there is one at the position.
    """
    from markdown_it.common.utils import normalizeReference  # noqa: PLC0415 - 43 ms, and only Markdown needs it

    source, start = state.src, state.pos
    if not source.startswith(("[[", "![["), start) or source.startswith(("[[[", "![[["), start):
        return False
    if start and source[start] == "[" and (source[start - 1] == "[" or source[start - 1].isalnum()):
        return False
    found = _LINK.match(source, start, min(state.posMax, start + _LONGEST))
    if found is None:
        return False
    written, words = found[2].strip(), (found[3] or "").strip()
    if not written or _FOOTNOTE_NUMBER.fullmatch(written) or _SCHEME.match(written):
        return False
    if normalizeReference(written) in state.env.get("references", {}):
        return False  # an ordinary reference in brackets
    if not silent:
        _push(state, written, words, embeds=bool(found[1]))
    state.pos = found.end()
    return True


def _push(state: StateInline, written: str, words: str, *, embeds: bool) -> None:
    """Add the tokens of a picture or a link.

    Args:
        state: The state of the parser.
        written: The target, such as `Folder/Note#Part`.
        words: The text or description after `|`; empty for the one that follows from the target.
        embeds: True for `![[…]]`: a picture if the target is one, else a link.
    """
    from markdown_it.token import Token  # noqa: PLC0415 - 43 ms, and only Markdown needs it

    file, heading, shown = _parts(written)
    target = quote(file) + (f"#{quote(heading)}" if heading else "")
    if embeds and _PICTURE.search(file):
        picture = state.push("image", "img", 0)
        picture.attrs = {"src": target}
        # A size after `|` is not the description of the picture.
        words = "" if _PICTURE_SIZE.fullmatch(words) else words
        picture.children = [Token("text", "", 0, content=words)]
        return
    state.push("link_open", "a", 1).attrs = {"href": target}
    state.push("text", "", 0).content = words or shown
    state.push("link_close", "a", -1)


def _parts(written: str) -> tuple[str, str, str]:
    """Split the target of a link.

    Args:
        written: The target, such as `Folder/Note#Part#Chapter` or `Note#^id`.

    Returns:
        The file, the last heading or the id of a block with its sign `^`, and the text to show.
    """
    file, *headings = [part.strip() for part in written.split("#")]
    named = [heading for heading in headings if heading and not heading.startswith("^")]
    return file, headings[-1] if headings else "", " > ".join(filter(None, (file, *named))) or written


def read_block_id(state: StateInline, silent: bool) -> bool:
    """Parse the id of a block at the end of its text; it is not shown, and becomes a link target.

    Returns:
        True if there is one at the position.
    """
    source, start = state.src, state.pos
    if source[start] != "^" or (start and not source[start - 1].isspace()):
        return False
    found = _BLOCK_ID.match(source, start)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = f'<a id="^{found[1]}">'
    state.pos = found.end()
    return True
