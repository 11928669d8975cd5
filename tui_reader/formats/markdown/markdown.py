"""Markdown: CommonMark with tables, strikethrough, footnotes, task lists and inline HTML tags."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_reader.document.blocks import BlockKind, Document
from tui_reader.document.clean import clean_line, clean_text
from tui_reader.document.cooperative import yield_gil
from tui_reader.formats.base import BY_CONTENT, BY_NAME, NO_MATCH, Format, suffix_of
from tui_reader.formats.markdown.effort import is_too_deep, seconds_of
from tui_reader.formats.markdown.skim import rough_text, title_heading
from tui_reader.formats.metadata.failed_header import failed_header
from tui_reader.formats.metadata.guesses import complete, extrapolated
from tui_reader.formats.plain import plain
from tui_reader.formats.problem_page import empty_document, problem_document, problem_metadata
from tui_reader.formats.text.source import SourceText, head_of, open_source

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore

    from tui_reader.model.article import Metadata

_LARGE = 100_000
"""Size in bytes from which reading a text takes longer than 50 ms; reading takes 0.34 s per MB."""

_TOO_LARGE = 16_000_000
"""Size in bytes above which a text is read as plain text: as Markdown it takes 5 s and half a gigabyte of memory."""

_MOST_SHORT_LINES = 50_000
_SHORT_LINE = 8
"""A text with more than `_MOST_SHORT_LINES` lines, shorter than `_SHORT_LINE` characters on average, is read as plain.

Each line takes some 20 us, however short it is."""

_MOST_SECONDS = 2.0
_MOST_SECONDS_PER_MEGABYTE = 1.0
"""Limits on the estimated seconds of parsing, in total and per MB; running text takes a third of a second per MB."""

_INLINE_NESTING = 50
"""Number of levels to which nested links and emphasis are parsed."""

_ANY_MARK = re.compile(r"[\n\\`*_~\[\]!<>&^]")
_INLINE_MARKS = "[*_`~<!^&\\"
_MOST_MARKS = 10_000
"""Largest number of marks in a paragraph that is parsed for links and emphasis; time grows with its square."""

_DEFINITION_BYTES = re.compile(rb"\n {0,3}(\[[^\]\n]{1,999}\]:[^\n]*)")
_MOST_DEFINITIONS = 2_000
_NOTE_MARK = re.compile(r"\[\d+\]")

_MARKDOWN_SIGN = re.compile(
    r"\A(?:\ufeff)?(?:---|\+\+\+)[ \t]*\r?\n|^#{1,6} \S|^(?:```|~~~)|\[[^\]\n]+\]\(https?://|^(?:\*|-) \[[ x]\] ",
    re.MULTILINE,
)
_FEWEST_SIGNS = 2
"""Number of different Markdown constructs that identify a file without a suffix: plain text may have one by chance."""


class Markdown:
    """The format of Markdown files."""

    name = "Markdown"
    suffixes = (".md", ".markdown", ".mdown", ".mkd")

    def matches(self, name: str, head: bytes) -> int:
        """Return the priority of Markdown by the suffix; without a suffix, by Markdown constructs in `head`."""
        suffix = suffix_of(name)
        if suffix:
            return BY_NAME if suffix in self.suffixes else NO_MATCH
        signs = {match[0][:2] for match in _MARKDOWN_SIGN.finditer(head.decode("utf-8", "replace"))}
        return BY_CONTENT if len(signs) >= _FEWEST_SIGNS else NO_MATCH

    def read(self, data: bytes, name: str) -> Document:
        """Return the whole text as a document."""
        source = open_source(data)
        if source.problem:
            return problem_document(name, len(data), source.problem)
        return _read_body(source, _metadata(source, name), name, len(data))

    def scan(self, data: bytes, name: str) -> tuple[Metadata, str]:
        """Return the metadata, and the reason if the file cannot be read, without parsing the text."""
        source = open_source(data)
        if source.problem:
            return problem_metadata(name), source.problem
        return _metadata(source, name), ""

    def preview(self, data: bytes, name: str) -> Document | None:
        """Return the beginning of a text of 100 kB or more; None for a shorter text.

        Links are resolved, even if their definitions stand at the end; footnotes are numbered, but not shown yet.
        """
        if len(data) < _LARGE:
            return None
        source = head_of(data, plain.PREVIEW)
        if source.problem or not source.body:
            return None
        metadata = extrapolated(_metadata(source, name), len(source.body.encode()) / len(data))
        return _read_body(source, metadata, name, len(data), _definitions(data))


FORMAT: Format = Markdown()


def _definitions(data: bytes) -> str:
    """Collect the definitions of links and footnotes of a text; the text of each footnote becomes a dash."""
    found = _DEFINITION_BYTES.findall(data)[:_MOST_DEFINITIONS]
    lines = [line if not line.startswith(b"[^") else line[: line.index(b"]:") + 2] + b" -" for line in found]
    return "\n\n" + clean_text(b"\n\n".join(lines).decode("utf-8", "replace"))


def _read_body(
    source: SourceText, metadata: Metadata, name: str, size: int, definitions: str | None = None
) -> Document:
    """Parse a text, or read it as plain text if parsing would take too long.

    Args:
        source: The text and its header.
        metadata: The metadata of the article.
        name: File name.
        size: Size of the file in bytes.
        definitions: Definitions from the whole text if `source` is only its beginning; else None.
    """
    from tui_reader.formats.markdown.tokens import read_tokens  # noqa: PLC0415 - not needed for listing articles

    lines = source.body.count("\n")
    if size > _TOO_LARGE:
        return _as_plain(source, name, metadata, "is too large", partial=definitions is not None)
    if lines > _MOST_SHORT_LINES and len(source.body) < _SHORT_LINE * lines:
        return _as_plain(source, name, metadata, "has too many short lines", partial=definitions is not None)
    if is_too_deep(source.body):
        return _as_plain(source, name, metadata, "is nested too deeply", partial=definitions is not None)
    if seconds_of(source.body) > max(_MOST_SECONDS, _MOST_SECONDS_PER_MEGABYTE * len(source.body) / 1e6):
        return _as_plain(
            source, name, metadata, "has too many lists, notes, cells or marks", partial=definitions is not None
        )
    env: dict[str, Any] = {}
    try:
        tokens = _parser().parse(source.body + (definitions or ""), env)
    except RecursionError:
        return _as_plain(source, name, metadata, "is nested too deeply", partial=definitions is not None)
    builder = read_tokens(tokens, env.get("footnotes", {}) if definitions is None else None)
    if not builder.blocks:
        return empty_document(metadata, source.body)
    document = builder.build(metadata, notices=source.notices, partial=definitions is not None)
    heading = document.block_text(0) if document.blocks[0].kind is BlockKind.HEADING else ""
    repeats = heading and _only_letters(_NOTE_MARK.sub("", heading)) == _only_letters(metadata.title)
    return replace(document, title_block=0) if repeats else document


def _as_plain(source: SourceText, name: str, metadata: Metadata, why: str, *, partial: bool) -> Document:
    """Read a text as plain text, with a notice that gives the reason `why`, such as `is too large`."""
    notice = f"It {why} to be read as Markdown and is shown as plain text."
    return plain.read_body(source._replace(notices=(*source.notices, notice)), name, partial=partial, metadata=metadata)


def _only_letters(text: str) -> str:
    """Return the letters and digits of a text with case removed, to compare texts."""
    return "".join(filter(str.isalnum, text.casefold()))


def _parser() -> MarkdownIt:
    """Return a CommonMark parser with the extensions and limits of this module."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 43 ms, and only Markdown needs it
    from mdit_py_plugins.deflist import deflist_plugin  # noqa: PLC0415
    from mdit_py_plugins.footnote import footnote_plugin  # noqa: PLC0415

    from tui_reader.formats.markdown.formulas import formula_plugin  # noqa: PLC0415 - not needed for listing articles

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin).use(deflist_plugin)
    parser.use(formula_plugin)
    # `read_tokens` collects the footnotes, since it keeps those that nothing refers to.
    parser.disable("footnote_tail")
    # Targets stay as written and are checked when they become spans: of a link that the parser rejects, the source
    # would stay in the text.
    vars(parser).update(normalizeLink=str, normalizeLinkText=str, validateLink=lambda _: True)
    # The parser drops blocks beyond its nesting limit, so the limit is out of reach; RecursionError is handled instead.
    parser.options["maxNesting"] = 1_000_000
    parser.core.ruler.at("inline", _parse_inline)
    return parser


def _parse_inline(state: StateCore) -> None:
    """Parse the inline marks of each paragraph; replaces the step `inline` of the parser.

    A paragraph with more than 10,000 marks stays as written.
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
        if _ANY_MARK.search(content) is None or (
            len(content) > _MOST_MARKS and sum(map(content.count, _INLINE_MARKS)) > _MOST_MARKS
        ):
            token.children.append(Token("text", "", 0, content=content))
        else:
            state.md.inline.parse(content, state.md, state.env, token.children)


def _metadata(source: SourceText, name: str) -> Metadata:
    """Return the metadata of a text without parsing it."""
    failed = failed_header(source.body)
    body = source.body[failed.end :]
    return complete(source.header, rough_text(body), name, lambda: clean_line(failed.title) or title_heading(body))
