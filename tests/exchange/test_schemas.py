"""Web Annotations and CSL-JSON fit the rules of their specifications, whatever the metadata of an article holds.

The tables hold facts of the W3C's Web Annotation Data Model and of the JSON schema of CSL input data.
"""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.clips import clips, texts
from tui_reader.document.cleaning import clean_line
from tui_reader.exchange.clip import Clip
from tui_reader.exchange.registry import find_export

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
MOTIVATION = re.compile(
    "assessing|bookmarking|classifying|commenting|describing|editing|highlighting|identifying|linking|moderating"
    "|questioning|replying|tagging"
)
ANY = re.compile(r"(?s).*")
SOME = re.compile(r"(?s).+")
COUNT = "count"
PREFIXES = {"dc", "tuir"}
"""Prefixes that the context defines, the model's own and the one that an export adds to it."""
MODEL: dict[str, dict[str, tuple[object, int, int]]] = {
    "AnnotationCollection": {
        "@context": (None, 1, 1),
        "id": (IRI, 1, 1),
        "label": (SOME, 0, 9),
        "total": (COUNT, 0, 1),
        "first": ("AnnotationPage", 1, 1),
    },
    "AnnotationPage": {
        "id": (IRI, 1, 1),
        "partOf": (IRI, 1, 1),
        "startIndex": (COUNT, 0, 1),
        "items": ("Annotation", 0, 10**6),
    },
    "Annotation": {
        "id": (IRI, 1, 1),
        "motivation": (MOTIVATION, 0, 13),
        "created": (TIME, 0, 1),
        "modified": (TIME, 0, 1),
        "body": ("TextualBody", 0, 10**6),
        "target": (("SpecificResource", "Text"), 1, 1),
    },
    "TextualBody": {
        "value": (ANY, 1, 1),
        "format": (re.compile(r"[\w.+-]+/[\w.+-]+"), 0, 1),
        "purpose": (MOTIVATION, 0, 13),
    },
    "SpecificResource": {
        "source": ("Text", 1, 1),
        "selector": (("TextQuoteSelector", "TextPositionSelector"), 0, 10**6),
    },
    "Text": {"id": (IRI, 1, 1), "language": (LANGUAGE, 0, 10**6)},
    "TextQuoteSelector": {"exact": (SOME, 1, 1), "prefix": (ANY, 0, 1), "suffix": (ANY, 0, 1)},
    "TextPositionSelector": {"start": (COUNT, 1, 1), "end": (COUNT, 1, 1)},
}
"""The properties that each type may have: what a value is (a pattern, a count, or types), and how many there may be."""


def check(value: Any, allowed: object) -> None:
    """Assert that a value of Web Annotation is what the table says, with all that is in it."""
    if allowed is None:
        return
    if allowed == COUNT:
        assert isinstance(value, int)
        assert value >= 0
        return
    if isinstance(allowed, re.Pattern):
        assert isinstance(value, str)
        assert allowed.fullmatch(value) is not None, value
        return
    assert isinstance(value, dict)
    types = allowed if isinstance(allowed, tuple) else (allowed,)
    assert value["type"] in types
    table = MODEL[value["type"]]
    for name in value.keys() - {"type"} - table.keys():
        assert name.partition(":")[0] in PREFIXES, name
        assert ":" in name, name
    for name, (kind, least, most) in table.items():
        found = value[name] if isinstance(value.get(name), list) else [value[name]] if name in value else []
        if kind is None:
            continue
        assert least <= len(found) <= most, name
        for each in found:
            check(each, kind)
    if value["type"] == "TextPositionSelector":
        assert value["start"] < value["end"]


def words(names: str) -> set[str]:
    return set(names.split())


CSL_TYPES = words(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection dataset"
    " document entry entry-dictionary entry-encyclopedia figure graphic hearing interview legal_case legislation"
    " manuscript map motion_picture musical_score pamphlet paper-conference patent performance periodical"
    " personal_communication post post-weblog regulation report review review-book software song speech standard thesis"
    " treaty webpage"
)
CSL_NAMES = {"author", "container-author", "contributor", "editor", "translator"}
CSL_DATES = {"accessed", "available-date", "event-date", "issued", "original-date", "submitted"}
CSL_TEXTS = words(
    "language abstract annote archive container-title container-title-short DOI genre ISBN ISSN keyword medium note"
    " publisher publisher-place section source status title title-short URL version"
)
CSL_NAME_PARTS = {"family", "given", "dropping-particle", "non-dropping-particle", "suffix", "literal"}
CSL_DATE_PARTS = {"date-parts", "season", "circa", "literal", "raw", "edtf"}


def check_item(item: dict[str, Any]) -> None:
    """Assert that an item fits the schema of CSL input data; dates also what processors make of their parts."""
    assert item["type"] in CSL_TYPES
    assert isinstance(item["id"], str | int)
    assert item.keys() <= {"type", "id"} | CSL_NAMES | CSL_DATES | CSL_TEXTS
    for name in item.keys() & CSL_TEXTS:
        assert isinstance(item[name], str), name
    for name in item.keys() & CSL_NAMES:
        assert all(each.keys() <= CSL_NAME_PARTS and each.keys() & {"family", "literal"} for each in item[name])
        assert all(isinstance(part, str) for each in item[name] for part in each.values())
    for name in item.keys() & CSL_DATES:
        date = item[name]
        assert date.keys() <= CSL_DATE_PARTS
        assert all(isinstance(date.get(part, ""), str) for part in ("literal", "raw", "edtf"))
        if "date-parts" in date:
            assert 1 <= len(date["date-parts"]) <= 2
            for year, *rest in date["date-parts"]:
                assert isinstance(year, int)
                assert len(rest) <= 2
                assert all(1 <= part <= most for part, most in zip(rest, (12, 31), strict=False))


ODD = st.one_of(
    texts.map(clean_line),
    st.sampled_from(
        [
            "example.org/no-scheme",
            'https://e.org/a b|c{d}^`\\<>"é漢?q=[1]#x',
            "//e.org",
            "../relative.md",
            "mailto:a@e.org",
            "javascript:alert(1)",
            "2026-00-10",
            "2026-13-45",
            "2026-02",
            "2026-02-30T10:00:00+02:00",
            "20260101",
            "ca. 1900",
            "en",
            "pt_BR",
            "English, mostly",
            "x",
        ]
    ),
)


@given(clips(), ODD, ODD, ODD)
def test_references_and_web_annotations_fit_their_specifications(
    exported: Clip, url: str, date: str, language: str
) -> None:
    headline = exported.headline
    metadata = headline.article.metadata._replace(url=url, date=date, language=language)
    headline = headline._replace(article=headline.article._replace(metadata=metadata))
    odd = Clip(headline, exported.annotations, file=exported.file)
    check(json.loads(find_export("w3c").write([odd, exported])), "AnnotationCollection")
    for item in json.loads(find_export("csl-json").write([odd])):
        check_item(item)
