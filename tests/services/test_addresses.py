"""No address of an article makes a program do more than show a page or begin a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_reader.document.cleaning import is_clean
from tui_reader.errors import ReaderError
from tui_reader.services.library import desktop
from tui_reader.services.library.addresses import RefusedUrlError, safe_url

REFUSED = [
    "",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "vscode://file/etc/passwd",
    "ssh://-oProxyCommand=x",
    "smb://host/share",
    "ftp://host/file",
    "about:config",
    "view-source:https://example.com",
    "steam://run/1",
    "https:example.com",
    "https:/example.com",
    "https://",
    "https:///path",
    "https://?x",
    "https://user@",
    "https://exa mple.com",
    "https://example.com/a\n--x",
    "https://example.com/\u202e",
    "https://example.com:port/",
    "https://example.com:99999/",
    "https://-option/",
    "https://%65xample.com/",
    "https://[::1",
    "http://exa\x1b]0;x\x07mple.com/",
    "http://example\u202ecom/",
    "https://example.com/" + "a" * 100_000,
    "mailto:",
    "mailto:?subject=x",
    "mailto:-oProxy@example.com",
    "mailto:%2DX@example.com",
    "mailto:a@b.c%3Fattach=/etc/passwd",
    "mailto:a@b.c%26attach=/etc/passwd",
    "mailto:a@b.c?body=" + "x" * 100_000,
    "--new-window",
    "-https://example.com",
    "/etc/passwd",
    "C:\\x",
]


@pytest.mark.parametrize("address", REFUSED)
def test_addresses_that_are_not_plain_web_or_mail_are_refused(address: str) -> None:
    with pytest.raises(RefusedUrlError) as refused:
        safe_url(address)
    assert " is not opened: " in refused.value.message
    assert len(refused.value.message) < 200
    assert is_clean(refused.value.message)


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://example.com/a?b=c&d=%20#e", "https://example.com/a?b=c&d=%20#e"),
        ("HTTP://example.com", "HTTP://example.com"),
        ("https://en.wikipedia.org/wiki/Tide_(sea)", "https://en.wikipedia.org/wiki/Tide_(sea)"),
        ("https://例え.jp/文", "https://例え.jp/文"),
        ("http://[::1]:8000/", "http://[::1]:8000/"),
        ("https://bank.example@other.example/", "https://other.example/"),
        ("https://user:secret@other.example/", "https://other.example/"),
        ("https://good.example\\@other.example/", "https://good.example/@other.example/"),
        ("https://example.com/a b --x", "https://example.com/a%20b%20--x"),
        ('https://example.com/"$(x)`y`', "https://example.com/%22$(x)%60y%60"),
    ],
)
def test_a_web_address_is_opened_without_misleading_parts(address: str, opened: str) -> None:
    assert safe_url(address) == opened


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("mailto:a@b.c", "mailto:a@b.c"),
        ("MAILTO:a@b.c", "mailto:a@b.c"),
        ("mailto:a@b.c,d@e.f", "mailto:a@b.c,d@e.f"),
        ("mailto:a@b.c?attach=/etc/passwd", "mailto:a@b.c"),
        ("mailto:a@b.c?Attachment=/etc/passwd&subject=Hi%20you", "mailto:a@b.c?subject=Hi%20you"),
        ("mailto:a@b.c?%61ttach=/etc/passwd", "mailto:a@b.c"),
        ("mailto:a@b.c?%2561ttach=/etc/passwd", "mailto:a@b.c"),
        ("mailto:a@b.c?ATTACH=x&attach=y&%41ttach=z", "mailto:a@b.c"),
        ("mailto:a@b.c?subject=x&amp;attach=/etc/passwd", "mailto:a@b.c?subject=x"),
        ("mailto:a@b.c?subject=x?attach=y", "mailto:a@b.c?subject=x%3Fattach%3Dy"),
        ("mailto:a@b.c?subject=x;attach=y", "mailto:a@b.c?subject=x%3Battach%3Dy"),
        ("mailto:a@b.c?at\ntach=x&insert=y&from=me@b.c&x-mailer=z&reply-to=d@e.f", "mailto:a@b.c"),
        ("mailto:a@b.c?subject=one&subject=two", "mailto:a@b.c?subject=one"),
        ("mailto:a@b.c?subject=x%0D%0ABcc:%20d@e.f", "mailto:a@b.c?subject=x%20Bcc%3A%20d@e.f"),
        ("mailto:a@b.c?body=x%0Ay%1B%E2%80%AE", "mailto:a@b.c?body=x%0D%0Ay"),
        ("mailto:a@b.c?cc=d@e.f,-x@y.z&bcc=g@h.i%0Ax", "mailto:a@b.c?cc=d@e.f"),
        ("mailto:?to=a@b.c", "mailto:?to=a@b.c"),
        ("mailto:a@b.c?in-reply-to=%3Cid@b.c%3E", "mailto:a@b.c?in-reply-to=%3Cid@b.c%3E"),
        ("mailto:a@b.c#fragment?attach=x", "mailto:a@b.c"),
        ("mailto:o'brien@b.c", "mailto:o%27brien@b.c"),
    ],
)
def test_a_message_keeps_only_its_safe_fields(address: str, opened: str) -> None:
    assert safe_url(address) == opened


@given(
    st.sampled_from(["http://", "https://", "HTTPS://u@", "mailto:", "mailto:a@b.c?", "file:", "a"]),
    st.text(st.sampled_from("abh@.:/?&=%#-\\ \n\t\0\x1b\u202e\x9b'\"“attachsubject26D0A"), max_size=40),
)
def test_an_opened_address_is_always_one_plain_argument(start: str, rest: str) -> None:
    try:
        opened = safe_url(start + rest)
    except RefusedUrlError as error:
        assert is_clean(error.message)
        return
    assert opened.lower().startswith(("http://", "https://", "mailto:"))
    assert is_clean(opened)
    assert opened.split() == [opened]
    if opened.startswith("mailto:"):
        assert set(parse_qs(urlsplit(opened).query)) <= {"to", "cc", "bcc", "subject", "body", "in-reply-to"}
        assert "\n" not in unquote(opened.partition("body=")[0])
    else:
        assert "@" not in urlsplit(opened).netloc


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Collect the command lines that would have been started."""
    calls: list[list[str]] = []
    monkeypatch.setattr(
        "tui_reader.services.library.desktop.subprocess.Popen", lambda arguments, **_: calls.append(arguments)
    )
    return calls


@pytest.mark.parametrize("command", ["firefox --new-tab", "x"])
def test_the_program_gets_the_address_as_its_last_argument(started: list[Any], command: str) -> None:
    assert desktop.open_url("mailto:a@b.c?attach=x", command) == "mailto:a@b.c"
    assert started == [[*command.split(), "mailto:a@b.c"]]


@pytest.mark.parametrize("address", REFUSED)
def test_no_program_is_started_for_a_refused_address(started: list[Any], address: str) -> None:
    with pytest.raises(ReaderError):
        desktop.open_url(address, "firefox")
    assert started == []


def test_a_file_name_is_never_passed_as_an_option(started: list[Any]) -> None:
    desktop.open_file(Path("--help"), "xdg-open")
    assert started[0][1].startswith("/")
