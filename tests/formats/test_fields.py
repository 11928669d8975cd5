"""Header fields are found under all names that site builders and clippers use."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.formats.metadata.fields import fields_of, iso_date, web_address


@pytest.mark.parametrize(
    ("header", "field", "value"),
    [
        ({"Title": " A \n title "}, "title", "A title"),
        ({"headline": "T"}, "title", "T"),
        ({"author": "Jo"}, "byline", "Jo"),
        ({"authors": ["Jo", "Ann"]}, "byline", "Jo, Ann"),
        ({"authors": [{"name": "Jo"}, {"name": "Ann", "url": "x"}]}, "byline", "Jo, Ann"),
        ({"publication": "The Desk"}, "source", "The Desk"),
        ({"source": "https://www.example.org/a"}, "source", "example.org"),
        ({"source": "https://www.example.org/a"}, "url", "https://www.example.org/a"),
        ({"canonical-url": "https://example.org/"}, "url", "https://example.org/"),
        ({"lang": "pt_BR"}, "language", "pt-BR"),
        ({"guid": "abc"}, "id", "abc"),
        ({"id": 12}, "id", "12"),
        ({"tags": ["b", "a", "B"]}, "tags", ("b", "a")),
        ({"tags": "one, two; three"}, "tags", ("one", "two", "three")),
        ({"tags": "#one #two"}, "tags", ("one", "two")),
        ({"tags": "one, null, ~"}, "tags", ("one",)),
        ({"keywords": "港、海"}, "tags", ("港", "海")),
        ({"tags": ["a"], "categories": ["b"]}, "tags", ("a", "b")),
        ({"taxonomies": {"tags": ["a"]}}, "tags", ("a",)),
        ({"extra": {"author": "Jo"}, "author": "Ann"}, "byline", "Ann"),
    ],
)
def test_fields_are_found_under_all_their_names(header: dict[str, Any], field: str, value: object) -> None:
    assert dict(fields_of(header))[field] == value


@pytest.mark.parametrize(
    "header", [{"title": ""}, {"title": None}, {"tags": []}, {"lang": "not a tag"}, {"url": "javascript:x"}]
)
def test_empty_and_unusable_fields_are_left_out(header: dict[str, Any]) -> None:
    assert fields_of(header) == {}


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026-06-05", "2026-06-05"),
        ("2026-6-5", "2026-06-05"),
        ("2026/06/05", "2026-06-05"),
        ("2026-06-05T12:30:00-04:00", "2026-06-05T12:30:00-04:00"),
        ("2026-06-05 12:30:00 -0400", "2026-06-05T12:30:00-04:00"),
        ("2026-06-05 12:30 -04", "2026-06-05T12:30:00-04:00"),
        ("2026-06-05T12:30:00.123Z", "2026-06-05T12:30:00+00:00"),
        ("2026-06-05T12:30", "2026-06-05T12:30:00"),
        ("5 June 2026", "2026-06-05"),
        ("5th of nothing", ""),
        ("June 5, 2026", "2026-06-05"),
        ("Fri, 05 Jun 2026 10:00:00 GMT", "2026-06-05"),
        ("Thursday, June 5th, 2026", "2026-06-05"),
        ("05.06.2026", "2026-06-05"),
        ("25/12/2026", "2026-12-25"),
        ("12/25/2026", "2026-12-25"),
        ("05/06/2026", ""),
        ("2026年6月5日", "2026-06-05"),
        ("2020-13-45", ""),
        ("2026", ""),
        ("soon", ""),
        (datetime.date(2026, 6, 5), "2026-06-05"),
        (datetime.datetime(2026, 6, 5, 1, 2, tzinfo=datetime.UTC), "2026-06-05T01:02:00+00:00"),
        (None, ""),
        (2026, ""),
        (["2026-06-05"], "2026-06-05"),
    ],
)
def test_dates_are_converted_to_iso_if_they_are_certain(written: object, iso: str) -> None:
    assert iso_date(written) == iso


@given(
    st.text(max_size=60)
    | st.from_regex(r"\d{1,4}[-/. ]\w{1,9}[-/. ,]+\d{1,4}( \d\d:\d\d(:\d\d)?( ?[+-]\d{1,4})?)?", fullmatch=True)
)
def test_any_converted_date_is_a_valid_iso_date(written: str) -> None:
    iso = iso_date(written)
    if iso:
        assert datetime.datetime.fromisoformat(iso).year == int(iso[:4])


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b#c", True),
        ("http://example.org", True),
        ("HTTPS://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("//example.org", False),
        ("/relative", False),
        ("http://", False),
        ("http://[broken", False),
        ("https://a b", False),
    ],
)
def test_only_http_and_https_addresses_are_kept(address: str, kept: bool) -> None:
    assert web_address(address) == (address if kept else "")


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.dates()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
)
KEYS = st.sampled_from(
    ["title", "author", "tags", "date", "url", "lang", "taxonomies", "extra", "source", "id"]
) | st.text(max_size=6)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_any_header_gives_clean_fields(header: dict[str, Any]) -> None:
    for value in fields_of(header).values():
        for line in value if isinstance(value, tuple) else (value,):
            assert isinstance(line, str)
            assert line
            assert line == " ".join(line.split())
