"""Queries select what they say: a second, slow evaluation that shares no code with the first one agrees with it."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.model.anchor import Anchor
from tui_reader.model.annotation import Annotation, Placement, PlaceState
from tui_reader.model.article import Article, Headline, Metadata, ReadingState
from tui_reader.model.query import And, Field, FieldName, Not, Operator, Or, Phrase, Sort, Value, Word
from tui_reader.search.evaluation import (
    AnnotationRecord,
    Context,
    compile_for_annotations,
    limit_of,
    sort_order,
)
from tui_reader.search.parser import parse
from tui_reader.search.records import ArticleRecord, annotations_text
from tui_reader.search.selection import select_articles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_reader.model.query import Term

TODAY = date(2026, 3, 1)
COLOURS = ("claim", "evidence")
CONTEXT = Context(TODAY, COLOURS)

TITLES = ("Élan vital", "The NATO pledge", "C++ or C", "東京湾の夜警", "It’s 10:30", "AT&T buys", "pledged", "")
TAGS = ("nato", "eu/budget", "港", "Open question")
NOTES = ("", "compare the pledge", "Café?", "TODO 10:30")
DAYS = ("", "2024-02-29", "2026-02-28T23:30:00Z", "2026-03-01")
TIMES = ("", "2025-12-31T23:59:59Z", "2026-02-22T00:00:00Z", "2026-03-01T08:30:00Z")


@st.composite
def made_annotations(draw: st.DrawFn, article: str) -> Annotation:
    number = draw(st.integers(0, 10**6))
    on_article = draw(st.booleans())
    return Annotation(
        id=str(number),
        article=article,
        anchor=None if on_article else Anchor(exact=draw(st.sampled_from(TITLES[:7]))),
        placed=None if on_article else Placement(state=draw(st.sampled_from(PlaceState))),
        colour=draw(st.integers(1, 5)),
        note=draw(st.sampled_from(NOTES)),
        tags=tuple(draw(st.sets(st.sampled_from(TAGS), max_size=2))),
        created=draw(st.sampled_from(TIMES[1:])),
    )


@st.composite
def libraries(draw: st.DrawFn) -> list[tuple[ArticleRecord, list[Annotation]]]:
    made = []
    for number in range(draw(st.integers(1, 4))):
        name = f"{number}{draw(st.sampled_from(('.md', '.txt', '.epub', '')))}"
        metadata = Metadata(
            title=draw(st.sampled_from(TITLES)),
            byline=draw(st.sampled_from(("", "Jane Roe", "J. Doe"))),
            source=draw(st.sampled_from(("", "Desk", "Brussels desk"))),
            date=draw(st.sampled_from(DAYS)),
            language=draw(st.sampled_from(("", "en", "en-GB", "ja"))),
            tags=tuple(draw(st.sets(st.sampled_from(TAGS), max_size=2))),
            words=draw(st.sampled_from((0, 100, 800, 5000))),
            guessed=frozenset(draw(st.sets(st.sampled_from(("title", "date"))))),
        )
        state = ReadingState(
            read=draw(st.booleans()),
            starred=draw(st.booleans()),
            archived=draw(st.booleans()),
            progress=draw(st.sampled_from((0.0, 0.5, 1.0))),
            opened=draw(st.sampled_from(TIMES)),
            finished=draw(st.sampled_from(TIMES)),
            up_next=draw(st.sampled_from(("", "a"))),
        )
        own = draw(st.lists(made_annotations(name), max_size=2))
        mtime = int(datetime(2026, 2, 25, tzinfo=UTC).timestamp()) * 10**9
        article = Article(f"{number}", name, metadata, mtime_ns=mtime, error=draw(st.sampled_from(("", "not text"))))
        record = ArticleRecord(Headline(article, state, len(own)))
        record.annotations = annotations_text(own)
        made.append((record, own))
    return made


WORDS = """
nato pledge pled* élan ÉLAN C++ c 10:30 it's AT&T 東京 夜警 湾東 café compare - " ( tag:nato tag:eu tag:eu/b*
tag:"eu/budget" #港 tag:nato,港 title:pledge title:pled* by:roe source:desk source:"Desk" lang:en lang:en-gb path:1
kind:markdown kind:text kind:ep* note:pledge quote:vital colour:1 colour:claim c:ev colour:3,4 is:unread is:read
is:starred is:archived is:annotated is:queued is:new is:changed is:guessed is:error is:orphan is:ambiguous is:moved
is:anchored is:gone is:lost is:un has:note has:quote has:tags has:by has:source has:date has:lang words>100 words:..800
words<=100 words>=5k minutes:1 minutes:1..4 progress:50 progress<50% date:2026 date:2026-02 published:2026
published:..2025 added:7d added:>2w added:2026-02-25 opened:today opened:>1w opened:.. finished:2025 finished:2026-02..
annotated:1w annotated:<2026 newer:7d older:1w before:2026 after:2026-02-28 titel:x is: words>many
tag: "" note:"" source:"" tag:nato,"" tag：nato words＞100 feed://x sort:title
"""
PHRASES = ('"the pledge"', 'by:"jane roe"', 'source:"Brussels desk"', 'quote:"élan vital"', 'tag:"open question"')
PARTS = st.sampled_from([*WORDS.split(), *PHRASES])
QUERIES = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
        inner.map(lambda text: f"-({text})"),
    ),
    max_leaves=4,
)


# The second evaluation. It is written from docs/queries.md, record by record, without indexes and prepared keys.


def folded(text: str) -> str:
    """Return a text in lower case, without accents and with plain apostrophes."""
    text = unicodedata.normalize("NFKD", text.casefold()).replace("’", "'")
    return "".join(c for c in text if not unicodedata.combining(c) or c in "\u3099\u309a")


def words_of(text: str) -> list[str]:
    """Return the words of a text; each ideograph and letter of kana is a word."""
    return re.findall(r"[\u3041-\u30ff\u3400-\u9fff][\u3099\u309a]?|[^\W_\u3041-\u30ff\u3400-\u9fff]+", folded(text))


def occurs(wanted: str, texts: Sequence[str], *, is_prefix: bool) -> bool:
    """Return True if words occur one after another in one of several texts, with their special signs."""
    needle = words_of(wanted)
    key = folded(wanted).strip(".,;:!?()[]{}\"'“” ") or folded(wanted).strip()
    special = not needle or re.search(r"[+#&@%$€£/\\=<>~^*|]|(?<=\w)[:.,](?=\w)", key)
    for text in texts:
        found = words_of(text)
        if special and key not in " ".join(folded(text).split()):
            continue
        if not needle:
            return True
        for at in range(len(found) - len(needle) + 1):
            part = found[at : at + len(needle)]
            if part == needle or (is_prefix and part[:-1] == needle[:-1] and part[-1].startswith(needle[-1])):
                return True
    return False


def restricts(term: Term) -> bool:
    """Return True if a query says anything about a single record: `tag:`, `""` and `sort:title` do not."""
    if isinstance(term, (And, Or)):
        return any(map(restricts, term.terms))
    if isinstance(term, Not):
        return restricts(term.term)
    if isinstance(term, (Word, Phrase)):
        return term.text.strip() != ""
    return term.name is not FieldName.SORT and any(not isinstance(each, Value) or each.text for each in term.values)


def tag_fits(value: Value, tags: Sequence[str]) -> bool:
    wanted = folded(value.text)
    for tag in map(folded, tags):
        if tag == wanted or (value.is_prefix and tag.startswith(wanted)):
            return True
        if not value.is_quoted and not value.is_prefix and tag.startswith(f"{wanted}/"):
            return True
    return False


def number_of(text: str) -> float:
    return float(text.rstrip("%k")) * (1000 if text.endswith("k") else 1)


def in_range(number: float, field: Field, value: object) -> bool:
    if not isinstance(value, Value):
        low, high = value.low, value.high  # type: ignore[attr-defined]
        return (not low or number >= number_of(low)) and (not high or number <= number_of(high))
    wanted = number_of(value.text)
    return {
        Operator.IS: number == wanted,
        Operator.LESS: number < wanted,
        Operator.MORE: number > wanted,
        Operator.AT_MOST: number <= wanted,
        Operator.AT_LEAST: number >= wanted,
    }[field.operator]


def period(text: str) -> tuple[str, str, bool]:
    """Return the first day of a date, the day after its last one, and whether it is an age."""
    if text == "today":
        return TODAY.isoformat(), (TODAY + timedelta(1)).isoformat(), False
    if age := re.fullmatch(r"(\d+)([dwmy])", text):
        back = int(age[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[age[2]]
        return (TODAY - timedelta(back)).isoformat(), "9", True
    numbers = [int(part) for part in text.split("-")]
    year, month, day = (*numbers, 0, 0)[:3]
    if day:
        return text, (date(year, month, day) + timedelta(1)).isoformat(), False
    if month:
        return text, date(year + month // 12, month % 12 + 1, 1).isoformat(), False
    return text, str(year + 1), False


def on_day(when: str, field: Field, value: object) -> bool:
    """Return True if a time lies in the days that a field names; times are UTC, as the tests' time zone is."""
    if not when:
        return False
    if not isinstance(value, Value):
        low, high = value.low, value.high  # type: ignore[attr-defined]
        return (not low or when >= period(low)[0]) and (not high or when < period(high)[1])
    first, end, is_age = period(value.text)
    if is_age:
        return when < first if field.operator in {Operator.MORE, Operator.AT_LEAST} else when >= first
    return {
        Operator.IS: first <= when < end,
        Operator.LESS: when < first,
        Operator.MORE: when >= end,
        Operator.AT_MOST: when < end,
        Operator.AT_LEAST: when >= first,
    }[field.operator]


STATES = (
    *("unread", "read", "starred", "archived", "annotated", "queued", "new", "changed", "guessed", "error"),
    *("anchored", "moved", "ambiguous", "orphan", "gone"),
)


def article_has_state(state: str, headline: Headline, own: Sequence[Annotation]) -> bool:
    reading = headline.state
    return {
        "unread": not reading.read,
        "read": reading.read,
        "starred": reading.starred,
        "archived": reading.archived,
        "annotated": bool(own),
        "queued": reading.up_next != "",
        "new": reading.opened == "" and not reading.read,
        "changed": "" < reading.opened < "2026-02-25T00:00:00Z",
        "guessed": "title" in headline.article.metadata.guessed,
        "error": headline.article.error != "",
        "gone": False,
    }.get(state, any(each.state in own_states_meant(state) for each in own if not each.is_on_article))


def own_states_meant(state: str) -> set[str]:
    """Return the states of annotations that a state of queries finds: an orphan has no certain place."""
    return {"orphan", "ambiguous"} if state == "orphan" else {state}


def states_meant(text: str) -> list[str]:
    if text == "lost":
        return ["orphan", "gone"]
    return [text] if text in STATES else [state for state in STATES if state.startswith(text)]


def naive_article(term: Term, headline: Headline, own: Sequence[Annotation]) -> bool:
    """Return True if an article matches a query."""
    metadata, reading = headline.article.metadata, headline.state
    marked = [each for each in own if not each.is_on_article]
    if not restricts(term):
        return True
    if isinstance(term, And):
        return all(naive_article(each, headline, own) for each in term.terms)
    if isinstance(term, Or):
        return any(naive_article(each, headline, own) for each in term.terms if restricts(each))
    if isinstance(term, Not):
        return not naive_article(term.term, headline, own)
    if isinstance(term, (Word, Phrase)):
        texts = [metadata.title, metadata.byline, metadata.source, *metadata.tags]
        for each in own:
            texts += [each.note, each.quote, *each.tags]
        return occurs(term.text, texts, is_prefix=term.is_prefix)
    for value in term.values:
        text = value.text if isinstance(value, Value) else ""
        if isinstance(value, Value) and not text:
            continue
        is_prefix = isinstance(value, Value) and value.is_prefix
        match term.name:
            case FieldName.IS:
                found = any(article_has_state(state, headline, own) for state in states_meant(text))
            case FieldName.HAS:
                found = {
                    "note": any(each.note for each in own),
                    "quote": bool([each for each in marked if each.quote]),
                    "tags": bool(metadata.tags),
                    "by": bool(metadata.byline),
                    "source": bool(metadata.source),
                    "date": bool(metadata.date),
                    "lang": bool(metadata.language),
                }[text]
            case FieldName.TAG:
                assert isinstance(value, Value)
                found = tag_fits(value, [*metadata.tags, *(tag for each in own for tag in each.tags)])
            case FieldName.TITLE:
                found = occurs(text, [metadata.title], is_prefix=is_prefix)
            case FieldName.BY:
                found = occurs(text, [metadata.byline], is_prefix=is_prefix)
            case FieldName.SOURCE:
                quoted = isinstance(value, Value) and value.is_quoted
                found = metadata.source == text if quoted else occurs(text, [metadata.source], is_prefix=is_prefix)
            case FieldName.NOTE:
                found = occurs(text, [each.note for each in own], is_prefix=is_prefix)
            case FieldName.QUOTE:
                found = occurs(text, [each.quote for each in marked], is_prefix=is_prefix)
            case FieldName.LANG:
                found = metadata.language.lower().split("-")[: 2 if "-" in text else 1] == text.split("-")
            case FieldName.PATH:
                found = text in headline.article.location
            case FieldName.KIND:
                suffix = headline.article.location.partition(".")[2]
                suffix = {"md": "markdown", "txt": "text", "": "text"}.get(suffix, suffix)
                found = suffix.startswith(text) if is_prefix else suffix == text
            case FieldName.COLOUR:
                numbers = [int(text)] if text.isdigit() else [n for n, c in enumerate(COLOURS, 1) if c.startswith(text)]
                found = any(each.colour in numbers for each in marked)
            case FieldName.WORDS:
                found = in_range(metadata.words, term, value)
            case FieldName.MINUTES:
                found = in_range(max(1, round(metadata.words / 230)), term, value)
            case FieldName.PROGRESS:
                found = in_range(reading.progress * 100, term, value)
            case FieldName.PUBLISHED:
                found = on_day(metadata.date, term, value)
            case FieldName.DATE:
                found = on_day(metadata.date or "2026-02-25", term, value)
            case FieldName.ADDED:
                found = on_day("2026-02-25", term, value)
            case FieldName.OPENED:
                found = on_day(reading.opened, term, value)
            case FieldName.FINISHED:
                found = on_day(reading.finished, term, value)
            case FieldName.ANNOTATED:
                found = any(on_day(each.created, term, value) for each in own)
            case _:
                raise AssertionError(term.name)
        if found:
            return True
    return False


@given(libraries(), QUERIES)
def test_both_evaluations_agree_on_articles(library: list[tuple[ArticleRecord, list[Annotation]]], text: str) -> None:
    for term in (parse(text, COLOURS).term, parse(text, COLOURS).while_typing):
        expected = [record for record, own in library if naive_article(term, record.headline, own)]
        assert select_articles([record for record, _ in library], term, CONTEXT) == expected
        # Alternatives are evaluated record by record, without the fast path for words.
        assert select_articles([record for record, _ in library], Or((term,)), CONTEXT) == expected


def naive_annotation(term: Term, each: Annotation, headline: Headline) -> bool:
    """Return True if an annotation matches a query: its own fields, else those of its article."""
    if not restricts(term):
        return True
    if isinstance(term, And):
        return all(naive_annotation(part, each, headline) for part in term.terms)
    if isinstance(term, Or):
        return any(naive_annotation(part, each, headline) for part in term.terms if restricts(part))
    if isinstance(term, Not):
        return not naive_annotation(term.term, each, headline)
    if isinstance(term, (Word, Phrase)):
        texts = [each.note, each.quote, *each.tags, headline.title]
        return occurs(term.text, texts, is_prefix=term.is_prefix)
    own = {FieldName.NOTE, FieldName.QUOTE, FieldName.COLOUR, FieldName.ANNOTATED}
    if term.name in own:
        return naive_article(term, headline, [each])
    if term.name is FieldName.TAG:
        return any(isinstance(value, Value) and value.text and tag_fits(value, each.tags) for value in term.values)
    if term.name in {FieldName.DATE, FieldName.ADDED}:
        return any(on_day(each.created, term, value) for value in term.values)
    if term.name is FieldName.IS:
        own_states = {"anchored", "moved", "ambiguous", "orphan"}
        return any(
            (not each.is_on_article and each.state in own_states_meant(state))
            if state in own_states
            else article_has_state(state, headline, [each])
            for value in term.values
            if isinstance(value, Value)
            for state in states_meant(value.text)
        )
    if term.name is FieldName.HAS:
        parts = {"note": each.note, "quote": each.quote, "tags": each.tags}
        return any(
            bool(parts[value.text]) if value.text in parts else naive_article(Field(term.name, (value,)), headline, ())
            for value in term.values
            if isinstance(value, Value)
        )
    return naive_article(term, headline, ())


@given(libraries(), QUERIES)
def test_both_evaluations_agree_on_annotations(
    library: list[tuple[ArticleRecord, list[Annotation]]], text: str
) -> None:
    term = parse(text, COLOURS).term
    matches = compile_for_annotations(term, CONTEXT)
    for record, own in library:
        for each in own:
            # "Annotated" is what the article of an annotation always is.
            assert matches(AnnotationRecord(each, record)) == naive_annotation(term, each, record.headline), each


def article(title: str, **about: object) -> ArticleRecord:
    return ArticleRecord(Headline(Article(title, f"{title}.md", Metadata(title=title, **about))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("C++", ["C++ for all"]),
        ("c", ["C++ for all", "C, the language"]),
        ("AT&T", ["AT&T buys"]),
        ("10:30", ["The 10:30 to Leeds"]),
        ("10,000", ["10,000 words"]),
        ("https://x.org/a", ["see https://x.org/a?b"]),
        ("dont OR don't", ["Don’t stop"]),
        ("resume", ["Résumé of a life"]),
        ("東京", ["東京湾の夜警"]),
        ("夜警 東京", ["東京湾の夜警"]),
        ("京東", []),
        ("が", ["ががが"]),
        ("か", []),
        ("pledge,", ["A pledge"]),
        ("(pledge)", ["A pledge"]),
        ("&", ["AT&T buys"]),
        ("pled", []),
        ("pled*", ["A pledge"]),
    ],
)
def test_words_with_signs_numbers_and_accents_are_found_as_a_reader_expects(query: str, found: list[str]) -> None:
    titles = "C++ for all|C, the language|AT&T buys|The 10:30 to Leeds|10,000 words|see https://x.org/a?b|Don’t stop"
    titles += "|Résumé of a life|東京湾の夜警|ががが|A pledge"
    records = [article(title) for title in titles.split("|")]
    assert [each.headline.title for each in select_articles(records, parse(query).term)] == found


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Why it’s late", "it's"),
        ("Why it's late", "it’s"),
        ("The oﬃce", "office"),
        ("In\u00adfor\u00admation", "information"),
        ("Ｆｕｌｌ　width", "full"),
        ("1999–2001: a war", "1999-2001"),
        ("Re\u0301sume\u0301", "resume"),
        ("r\u00e9sum\u00e9", "RÉSUMÉ"),
        ("„So“ it is", '"so"'),
        ("Die Straße", "strasse"),
        ("ΟΔΟΣ", "οδος"),
    ],
)
def test_queries_ignore_accents_and_presentation(title: str, typed: str) -> None:
    annotation = AnnotationRecord(Annotation(id="1", article="a", note=title, tags=(title,)), None)
    for query in (Word(typed), parse(typed).term, Field(FieldName.TITLE, (Value(typed),))):
        assert select_articles([article(title)], query)
    for query in (Word(typed), Field(FieldName.NOTE, (Value(typed),)), Field(FieldName.TAG, (Value(title),))):
        assert compile_for_annotations(query)(annotation)


def test_a_phrase_is_not_found_across_two_fields() -> None:
    record = article("space", byline="gap year")
    assert select_articles([record], parse('"space gap"').term) == []
    assert select_articles([record], parse("space gap").term) == [record]


def test_an_annotation_of_a_missing_article_matches_is_gone_and_is_lost() -> None:
    orphan = AnnotationRecord(Annotation(id="1", article="x", note="A Café"), None, "Its title")
    for text in ("is:gone", "is:lost", "title cafe", "-is:unread"):
        assert compile_for_annotations(parse(text).term)(orphan), text
    for text in ("is:unread", "by:x", "is:orphan"):
        assert not compile_for_annotations(parse(text).term)(orphan), text


def test_a_query_may_ask_for_an_order_and_for_the_first_articles_only() -> None:
    records = [article(name) for name in "abc"]
    term = parse("sort:oldest limit:2 sort:ti").term
    assert sort_order(term) is Sort.TITLE
    assert limit_of(term) == 2
    assert select_articles(records, term) == records[:2]
    assert select_articles(records, parse("limit:0").term) == []
    # `OR` binds less tightly than a blank, but an order or a limit always counts for the whole list.
    for text in ("a OR b sort:oldest limit:1", "sort:oldest limit:1 a OR b", "a OR sort:oldest OR limit:1 OR b"):
        term = parse(text).term
        assert sort_order(term) is Sort.OLDEST
        assert select_articles(records, term) == records[:1], text


CREATED = ("2024-02-29", "2025-12-31", "2026-01-01", "2026-01-31", "2026-02-15", "2026-02-28", "2026-03-01")


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("after:2026-01-01", 2, 7),
        ("since:2026-01-01", 2, 7),
        ("before:2026-01-01", 0, 2),
        ("-after:2026-01-01", 0, 2),
        ("after:2026-02 before:2026-03", 4, 6),
        ("added:<1d", 5, 7),
        ("added:<2w", 4, 7),
        ("added:>2w", 0, 4),
        ("added:<30d", 3, 7),
        ("added:30d", 3, 7),
        ("added:>30d", 0, 3),
        ("-added:<30d", 0, 3),
        ("added:<1m", 3, 7),
        ("added:>1y", 0, 1),
        ("added:<9999y", 0, 7),
        ("added:>9999y", 0, 0),
        ("added:<60d added:>2w", 1, 4),
        ("added:3w..1w", 4, 5),
        ("added:9999", 0, 0),
        ("added:..9999-12-31", 0, 7),
        ("added:yesterday", 5, 6),
    ],
)
def test_dates_and_ages_select_by_time_of_creation(typed: str, first: int, last: int) -> None:
    parsed = parse(typed, COLOURS)
    assert not parsed.problem
    made = [Annotation(id=day, article="a", created=f"{day}T08:30:00Z", updated="") for day in CREATED]
    matches = compile_for_annotations(parsed.term, CONTEXT)
    assert [each.id for each in made if matches(AnnotationRecord(each, None))] == list(CREATED[first:last])
