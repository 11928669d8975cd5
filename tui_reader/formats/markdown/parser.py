"""The Markdown parser: CommonMark with extensions, configured to keep all text unchanged."""

from __future__ import annotations

import re
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from tui_reader.document.cooperative import yield_gil

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_BLOCK_NESTING = 1_000_000
"""Maximum depth of nested blocks for markdown-it."""
_INLINE_NESTING = 50
"""Number of levels to which nested links and emphasis are parsed."""

_ANY_MARK = re.compile(r"[\n\\`*_~\[\]!<>&^@]")
"""Pattern of characters of which every inline markup has at least one, except those of two characters and emoji."""
_EMOJI_NAME = re.compile(r":[a-z0-9_+-]+:")
_PREFIXED_TAG = re.compile(r"</?([A-Za-z][\w.-]*:[A-Za-z][\w.-]*)(?:\s[^<>]*|/)?>")
"""A tag with a prefix: `<o:p>`, `</o:p>`, `<w:br/>`."""
_INLINE_MARKS = (*"[*_`~<!^&\\", "==", "%%", "{{", "{%")
"""Marks after which the parser searches for a counterpart; `_MOST_MARKS` limits their number."""
_MOST_MARKS = 10_000
"""Largest number of marks in a paragraph that is parsed for links and emphasis; time grows with its square."""


class _Parsers(threading.local):
    """The parser of each thread: a parser is built in 0.4 ms, as long as it takes to parse a short article."""

    def __init__(self) -> None:
        self.parser: MarkdownIt | None = None


_parsers = _Parsers()


def markdown_parser() -> MarkdownIt:
    """Return this thread's CommonMark parser with all supported extensions, ready for another text."""
    parser = _parsers.parser
    if parser is None:
        parser = _parsers.parser = _new_parser()
    # The parser drops blocks beyond its nesting limit, so the limit is very high; RecursionError is handled instead.
    # `_parse_inline` lowers it.
    parser.options["maxNesting"] = _BLOCK_NESTING
    return parser


def _new_parser() -> MarkdownIt:
    """Return a CommonMark parser with all supported extensions."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 43 ms, and only Markdown needs it
    from mdit_py_plugins.deflist import deflist_plugin  # noqa: PLC0415
    from mdit_py_plugins.footnote import footnote_plugin  # noqa: PLC0415

    from tui_reader.formats.markdown.admonitions import admonition_plugin  # noqa: PLC0415 - not needed for listing articles
    from tui_reader.formats.markdown.dialects import dialect_plugin  # noqa: PLC0415 - see above
    from tui_reader.formats.markdown.formulas import formula_plugin  # noqa: PLC0415 - see above
    from tui_reader.formats.markdown.simple_paragraphs import simple_paragraph_plugin  # noqa: PLC0415 - see above
    from tui_reader.formats.markdown.terms import term_plugin  # noqa: PLC0415 - see above

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin).use(deflist_plugin)
    parser.use(formula_plugin).use(admonition_plugin).use(term_plugin).use(dialect_plugin)
    parser.use(simple_paragraph_plugin)
    parser.inline.ruler.before("autolink", "prefixed_tag", _read_prefixed_tag)
    # `read_tokens` collects the footnotes, since it also keeps footnotes without references.
    parser.disable("footnote_tail")
    # Targets stay as written and are checked when they become spans: if the parser rejected a link, its source
    # would stay in the text.
    vars(parser).update(normalizeLink=str, normalizeLinkText=str, validateLink=lambda _: True)
    parser.core.ruler.at("inline", _parse_inline)
    return parser


def _parse_inline(state: StateCore) -> None:
    """Parse the inline marks of each paragraph; replaces the parser's step `inline`.

    A paragraph with more than 10,000 marks is kept as written.
    """
    from markdown_it.token import Token  # noqa: PLC0415 - see above

    state.md.options["maxNesting"] = _INLINE_NESTING
    for token in state.tokens:
        if token.type != "inline":
            continue
        yield_gil()
        content = token.content
        token.children = []
        # Table cells and short lines rarely have marks: testing for them first halves the time of a table.
        if not _has_marks(content) or (
            len(content) > _MOST_MARKS and sum(map(content.count, _INLINE_MARKS)) > _MOST_MARKS
        ):
            token.children.append(Token("text", "", 0, content=content))
        else:
            state.md.inline.parse(content, state.md, state.env, token.children)


def _has_marks(content: str) -> bool:
    """Return True if a text may contain inline markup. Substrings are found ten times faster than a pattern."""
    if _ANY_MARK.search(content) is not None:
        return True
    if "==" in content or "%%" in content or "{{" in content or "{%" in content or "{:" in content:
        return True
    return ":" in content and _EMOJI_NAME.search(content) is not None


def _read_prefixed_tag(state: StateInline, silent: bool) -> bool:
    """Parse a tag with a namespace prefix, such as the `<o:p>` of word processors.

    An address in the form of a tag (`<urn:isbn>`) is a link, so a tag must be empty or have an opposite tag.

    Returns:
        True if there is such a tag at the position.
    """
    source, start = state.src, state.pos
    found = _PREFIXED_TAG.match(source, start, state.posMax) if source[start] == "<" else None
    if found is None:
        return False
    is_whole = found[0].endswith("/>") or (f"<{found[1]}" if found[0][1] == "/" else f"</{found[1]}>") in source
    if is_whole and not silent:
        state.push("html_inline", "", 0).content = found[0]
    state.pos = found.end() if is_whole else start
    return is_whole


@cache
def shallow_parser() -> MarkdownIt:
    """Return a parser for headings, usable by any thread; it drops blocks nested more than 50 levels deep."""
    parser = _new_parser()
    parser.options["maxNesting"] = _INLINE_NESTING
    parser.parse("*a*")  # the parser compiles its rules at the first use
    return parser


def parse_blocks(parser: MarkdownIt, source: str, env: dict[str, Any]) -> list[Token]:
    """Parse the blocks of a text to tokens; add the definitions of links and footnotes to `env`."""
    tokens: list[Token] = []
    parser.block.parse(source, parser, env, tokens)
    return tokens


def parse_marks(parser: MarkdownIt, tokens: list[Token], env: dict[str, Any]) -> None:
    """Parse the inline marks in tokens from `parse_blocks`."""
    from markdown_it.rules_core import StateCore, text_join  # noqa: PLC0415 - see above

    state = StateCore("", parser, env, tokens)
    _parse_inline(state)
    text_join(state)
