"""Clips for the tests of exports: hostile ones by hypothesis, and a library's worth of plain ones."""

from __future__ import annotations

from hypothesis import strategies as st

from tui_reader.document.blocks import Block, BlockKind, Document, DocumentBuilder
from tui_reader.document.cleaning import clean_line, clean_text
from tui_reader.exchange.clip import Clip, clip
from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.model.ranges import Range

COLOURS = ("amber", "green", "blue", "rose", "violet")

HOSTILE = (
    'say "so"',
    "a | b | c\n--- | --- | ---",
    "# no heading",
    "`code` ```",
    "[[link]] and ]]",
    "$x$ costs 5 $",
    "100 % and %% and %% tui-reader x 00000000 %%",
    "=SUM(A1)",
    "+1 -2 @me",
    "- item\n- item",
    "1. first\n2. second",
    "===\nunder",
    "漢字かな交じり文",
    "العربية من اليمين",
    "emoji 👩‍👩‍👧 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "<b>bold</b> &amp; <!-- open",
    "tab\tbetween",
    "back\\slash \\n",
    "  four spaces before",
    "* star\n** stars\n#+end_quote\n:END:",
    "TY  - no tag\nER  - ",
    "{braces} @article{x,",
    "_under_ __dunder__ snake_case ~~gone~~ ==mark== ^sup^ #tag",
    "long " * 2_000,
)
"""Texts in which some format has its own markup."""

_letters = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=30)
texts = st.one_of(
    st.sampled_from(HOSTILE), _letters, st.lists(st.sampled_from(HOSTILE[:-1]), max_size=3).map("\n\n".join)
)
lines = texts.map(clean_line)
_times = st.sampled_from(("2026-06-05T08:00:00.123456Z", "2026-11-29T23:59:59.000001Z", ""))
_ids = st.uuids(version=4).map(str)


@st.composite
def clips(draw: st.DrawFn, most: int = 4) -> Clip:
    """Return a clip of a document of hostile paragraphs, with annotations in any state and order."""
    builder = DocumentBuilder()
    for depth in range(draw(st.integers(0, 2))):
        builder.add(Block(BlockKind.HEADING, 0, 0, level=depth + 1), draw(lines))
    for text in draw(st.lists(texts.map(clean_text), min_size=1, max_size=4)):
        is_code = draw(st.booleans())
        builder.add(Block(BlockKind.CODE if is_code else BlockKind.PARAGRAPH, 0, 0), text.strip("\n") or "word")
    document = builder.build()
    article = draw(st.sampled_from(("0198f3", "https://example.org/a?b=c d", "a/b — c.md", "%%")))
    annotations = [
        _annotation(draw, document, article, id_) for id_ in draw(st.lists(_ids, max_size=most, unique=True))
    ]
    metadata = Metadata(
        title=draw(lines) or "Title",
        byline=draw(st.sampled_from(("", "By Ada Møller", "Ada Møller, Bob Lee", "Møller, Ada", "A, B, C, Inc."))),
        source=draw(st.sampled_from(("", "The “Desk” & Co"))),
        date=draw(st.sampled_from(("", "2026-06-05T08:00:00Z", "2026-06"))),
        url=draw(st.sampled_from(("", "https://example.org/{rivers}?a=1&b=%20_x"))),
        language=draw(st.sampled_from(("", "en"))),
        tags=draw(st.sampled_from(((), ("nato", "open access")))),
    )
    passage = Anchor("words", "before", "after", 1, 6, 0, "f0")
    state = ReadingState(
        read=draw(st.booleans()),
        progress=0.25,
        tags=draw(st.sampled_from((None, (), ("sea", "open access")))),
        edits=draw(st.sampled_from(({}, {"language": "fr"}))),
        bookmarks=draw(st.sampled_from(({}, {"a": passage}))),
    )
    headline = Headline(Article(article, "rivers.md", metadata), state, len(annotations))
    return clip(headline, annotations, document, COLOURS, file="/library/rivers.md")


def _annotation(draw: st.DrawFn, document: Document, article: str, id_: str) -> Annotation:
    start = draw(st.integers(0, len(document.text) - 1))
    end = draw(st.integers(start + 1, len(document.text)))
    quote = document.text[start:end]
    note = draw(texts)
    tags = draw(st.sampled_from(((), ("claim",), ("open access", "=x"))))
    created = draw(_times)
    if not quote.strip() or draw(st.integers(0, 9)) == 0:
        return Annotation(id_, article, note=note or "note", tags=tags, created=created, updated=created)
    anchor = Anchor(
        quote, document.text[max(0, start - 32) : start], document.text[end : end + 32], start, end, 0, "f1"
    )
    state = draw(st.sampled_from(PlaceState))
    placed = Placement(start, end, state, 0.9, "f1", anchor.key)
    if state in {PlaceState.ORPHAN, PlaceState.AMBIGUOUS}:
        placed = placed._replace(start=0, end=0, candidates=(Range(start, end),))
    colour = draw(st.integers(1, 5))
    return Annotation(id_, article, anchor, None, placed, colour, note, tags, created, created)
