"""An address of an article is passed on only in a form that can do no more than open a page or a message."""

from __future__ import annotations

import subprocess
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.services.library import desktop
from tui_reader.services.library.addresses import MAIL_FIELDS, RefusedUrlError, safe_url


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/a?b=c#d",
        "HTTP://example.org",
        "http://example.org/日本",
        "https://[::1]:8080/x",
        "mailto:a@example.org",
        "mailto:a@example.org,b@example.org?subject=Hello%20there&body=One%0D%0A%20%20two",
    ],
)
def test_plain_web_and_mail_addresses_are_unchanged(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "query",
    [
        "attach=/etc/passwd",
        "attachment=/etc/passwd",
        "Attach=/etc/passwd",
        "%61ttach=/etc/passwd",
        "att%61ch=/etc/passwd&attach=/etc/shadow",
        "%20attach%20=/etc/passwd",
        "%2561ttach=/etc/passwd",
        "attachments=/etc/passwd",
        "insert=/etc/passwd",
        "from=boss@example.org",
        "x-anything=/etc/passwd",
        "=/etc/passwd",
    ],
)
@pytest.mark.parametrize("scheme", ["mailto", "MailTo"])
def test_a_mail_address_attaches_no_file(query: str, scheme: str) -> None:
    assert safe_url(f"{scheme}:a@example.org?{query}&subject=Hi") == "mailto:a@example.org?subject=Hi"
    assert safe_url(f"{scheme}:a@example.org?{query}") == "mailto:a@example.org"


def test_a_field_of_a_mail_address_is_one_line_and_is_used_once() -> None:
    url = safe_url("mailto:a@b.org?subject=Hi%0D%0ABcc:%20x@y.org&SUBJECT=again&body=one%0Atwo%1B[0m")
    assert url == "mailto:a@b.org?subject=Hi%20Bcc%3A%20x@y.org&body=one%0D%0Atwo%5B0m"
    with pytest.raises(RefusedUrlError, match="no recipient"):
        safe_url("mailto:a@b.org%0ABcc:x@y.org%3Fattach=/etc/passwd")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "vscode://x",
        "ms-msdt:/id",
        "smb://host/share",
        "ftp://example.org/x",
        "-https://example.org",
        "--help",
        "example.org",
        "http:",
        "http:///x",
        "https://[x/",
        "https://example.org/\x1b]52;c;eA==\x07",
        "https://example.org/\u202egpj.exe",
        "https://example.org/a\nb",
        "https://example.org/" + "x" * 10_000,
        "",
    ],
)
def test_addresses_that_are_not_plain_web_or_mail_are_refused_with_a_printable_message(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)  # it would be called
    with pytest.raises(RefusedUrlError) as refused:
        desktop.open_url(url, "browser")
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 250


@given(st.text(st.sampled_from("atchbody=&?%0123456789ABDsujectn-: \n\r\x1b@.,é")))
def test_a_mail_address_never_has_other_fields_than_the_known_ones(rest: str) -> None:
    try:
        url = safe_url(f"mailto:{rest}")
    except RefusedUrlError:
        return
    addresses, _, query = url.partition("?")
    assert url.isascii()
    assert url.isprintable()
    assert "=" not in addresses
    assert {name for name, _ in parse_qsl(query)} <= set(MAIL_FIELDS)
