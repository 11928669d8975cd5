"""Mails become articles with sender, subject and date; their parts are text, pictures and attachments."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counts import size
from tests.formats.conforming import flaws_of
from tui_reader.document.blocks import BlockKind, Document, SpanKind
from tui_reader.document.link_targets import offset_of_name
from tui_reader.formats import format_for, read, resource, scan

PNG = b"\x89PNG\r\n picture"


def opened(data: bytes, name: str = "folder/a.eml") -> Document:
    document = read(data, name)
    assert flaws_of(document) == []
    assert scan(data, name) == (document.metadata, document.error)
    return document


def texts(document: Document) -> list[str]:
    return [document.block_text(index) for index in range(len(document.blocks))]


def mail(subject: str = "Of Tides", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ada Example <ada@example.org>"
    message["Subject"] = subject
    message["Date"] = "Thu, 04 Mar 2021 12:00:00 +0100"
    message["Message-ID"] = "<1@example.org>"
    for key, value in headers.items():
        message[key.replace("_", "-")] = value
    return message


def bytes_of(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=SMTP)


def test_headers_are_metadata() -> None:
    message = mail(
        "Ebbe & Flut – für alle", List_Id="Tide News <tides.example.org>", Archived_At="<https://example.org/1>"
    )
    message.set_content("Good morning.\n\nThe tide is high today.\n")
    document = opened(bytes_of(message))
    metadata = document.metadata
    assert (metadata.title, metadata.byline) == ("Ebbe & Flut – für alle", "Ada Example")
    assert (metadata.date, metadata.source) == ("2021-03-04T12:00:00+01:00", "Tide News")
    assert (metadata.id, metadata.url) == ("1@example.org", "https://example.org/1")
    assert texts(document) == ["Good morning.", "The tide is high today."]


@pytest.mark.parametrize(
    ("headers", "source"),
    [
        ({}, ""),
        ({"List_Unsubscribe": "<https://example.org/stop>"}, "Ada Example"),
        ({"Organization": "Hull Harbour", "List_Unsubscribe": "<https://example.org/stop>"}, "Hull Harbour"),
        ({"List_Id": "<tides.example.org>", "Organization": "Hull Harbour"}, "tides.example.org"),
    ],
    ids=["a letter", "a newsletter", "an organization", "a list"],
)
def test_the_source_is_a_list_an_organization_or_a_newsletter_and_never_a_domain(
    headers: dict[str, str], source: str
) -> None:
    message = mail(**headers)
    message.set_content("Words.")
    assert opened(bytes_of(message)).metadata.source == source


def test_the_html_part_of_a_newsletter_is_shown_without_pictures_that_count_readers() -> None:
    message = mail()
    message.set_content("The plain part.")
    message.add_alternative(
        "<html><head><style>p {}</style></head><body><table><tr><td><h1>Tides</h1><p>They <b>rise</b>, see "
        '<a href="https://example.org/a">why</a>.</p><img src="cid:pic" alt="A harbour"></td></tr></table>'
        '<img src="https://track.example.org/p.gif" width="1" height="1"><div style="display:none">Preheader</div>'
        '<p onclick="x()"><a href="javascript:x()">No link</a></p></body></html>',
        subtype="html",
    )
    html = message.get_payload()[1]  # type: ignore[index]
    html.add_related(PNG, "image", "png", cid="<pic>")  # type: ignore[union-attr]
    data = bytes_of(message)
    document = opened(data)
    shown = [
        (block.kind.value, block.target, text) for block, text in zip(document.blocks, texts(document), strict=True)
    ]
    assert shown == [
        ("heading", "", "Tides"),
        ("paragraph", "", "They rise, see why."),
        ("figure", "cid:pic", "A harbour"),
        ("paragraph", "", "No link"),
    ]
    assert [span.target for span in document.spans if span.kind is SpanKind.LINK] == ["https://example.org/a"]
    assert resource(data, "a.eml", "cid:pic") == PNG
    assert resource(data, "a.eml", "cid:none") is None


def test_attachments_are_listed_and_attached_pictures_are_shown() -> None:
    message = mail()
    message.set_content("See below.")
    message.add_attachment(b"x" * 48_000, "application", "pdf", filename="tides\x1b of\u202e hull.pdf")
    message.add_attachment(PNG, "image", "png", filename="harbour.png", disposition="inline")
    message.add_attachment(b"-----BEGIN", "application", "pgp-signature", filename="signature.asc")
    data = bytes_of(message)
    document = opened(data)
    assert texts(document)[0] == "See below."
    figure = next(block for block in document.blocks if block.kind is BlockKind.FIGURE)
    assert resource(data, "a.eml", figure.target) == PNG
    assert texts(document)[-1].startswith("Attachment: tides")
    assert texts(document)[-1].endswith("hull.pdf (application/pdf, 48 kB)")
    assert document.blocks[-1].quiet
    assert "signature" not in document.text


def test_a_picture_within_the_text_is_not_listed_as_an_attachment_again() -> None:
    message = mail()
    message.set_content('<p>Look:</p><img src="cid:pic" alt="A harbour">', subtype="html")
    message.add_related(PNG, "image", "png", cid="<pic>", filename="harbour.png", disposition="attachment")
    message.make_mixed()
    message.add_attachment(PNG, "image", "png", filename="other.png")
    document = opened(bytes_of(message))
    assert [text.split(" (")[0] for text in texts(document)] == ["Look:", "A harbour", "Attachment: other.png"]


def test_a_mail_whose_end_is_missing_says_so() -> None:
    message = mail()
    message.set_content("Words.")
    message.add_attachment(b"x" * 4_000, "application", "pdf", filename="tides.pdf")
    data = bytes_of(message)
    assert opened(data).notices == ()
    assert [notice.split(" is")[0] for notice in opened(data[: len(data) // 2]).notices] == ["The end of this mail"]


def test_a_forwarded_mail_is_shown_below_its_headers() -> None:
    inner = mail("The inner one")
    inner.set_content("Inner words.")
    message = mail("Fwd: The inner one")
    message.set_content("Look at this.")
    message.add_attachment(inner)
    assert texts(opened(bytes_of(message))) == [
        "Look at this.",
        "",
        "Subject: The inner one",
        "From: Ada Example <ada@example.org>",
        "Date: Thu, 04 Mar 2021 12:00:00 +0100",
        "Inner words.",
    ]


def raw(body: str | bytes, kind: str = "text/plain", more: str = "") -> bytes:
    head = f"From: ada@example.org\r\nSubject: S\r\nContent-Type: {kind}\r\n{more}\r\n"
    return head.encode() + (body.encode() if isinstance(body, str) else body)


def test_flowed_text_is_joined_and_quotations_are_quotations() -> None:
    body = "This paragraph \r\nflows on.\r\n\r\n> quoted words \r\n> go on\r\n>> deeper\r\n\r\n-- \r\nAda\r\n"
    document = opened(raw(body, "text/plain; charset=utf-8; format=flowed"))
    assert texts(document)[0] == "This paragraph flows on."
    assert ("quoted words go on", 1) in [
        (text, block.quote) for block, text in zip(document.blocks, texts(document), strict=True)
    ]


UTF8 = "text/plain; charset=utf-8"
ENCODING = "Content-Transfer-Encoding"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            raw(
                "caf=C3=A9 =\r\nau lait", "text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable\r\n"
            ),
            "café au lait",
        ),
        (raw("Y2Fmw6k=", "text/plain; charset=utf-8", "Content-Transfer-Encoding: base64\r\n"), "café"),
        (raw("caf\xe9 \x93au lait\x94".encode("latin-1"), "text/plain; charset=iso-8859-1"), "café “au lait”"),
        (raw("café au lait et du thé", "text/plain; charset=x-unknown"), "café au lait et du thé"),
        (raw("привет".encode("koi8-r"), "text/plain; charset=koi8-r"), "привет"),
        (raw("<p>One<p>Two", "text/html; charset=nonsense"), "One\nTwo"),
        (raw("words", "multipart/mixed"), "words"),
        (
            raw("--b\r\n\r\nfirst\r\n--b\r\nContent-Type: text/plain\r\n\r\nsecond", "multipart/mixed; boundary=b"),
            "first\nsecond",
        ),
    ],
    ids=["quoted-printable", "base64", "windows", "unknown charset", "cyrillic", "html", "no boundary", "no end"],
)
def test_bodies_are_decoded_whatever_their_encoding(data: bytes, text: str) -> None:
    assert opened(data).text == text


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?q?Caf=C3=A9?= =?utf-8?b?IGF1IGxhaXQ=?=", "Café au lait"),
        ("=?iso-8859-1?Q?T=EAte?=", "Tête"),
        ("A very\r\n  long one", "A very long one"),
        ("=?utf-8?q?spaces in it?=", "spaces in it"),
        ("=?x-none?q?broken?=", "broken"),
        ("raw caf\u00e9", "raw café"),
        ("a\x1b[31mb\u202e", "a[31mb"),
    ],
)
def test_subjects_are_decoded(subject: str, title: str) -> None:
    assert opened(f"From: a@b.c\r\nSubject: {subject}\r\n\r\nWords.".encode()).metadata.title == title


def test_a_mail_in_a_file_of_apple_mail_and_without_a_name_is_read() -> None:
    data = raw("Words.")
    assert opened(str(len(data)).encode() + b"\n" + data + b"<plist/>", "a.emlx").text == "Words."
    assert format_for("-", b"From: a@b.c\nTo: d@e.f\nSubject: x\n\nWords.").name == "mail"
    assert format_for("-", b"Note: a thing\n\nWords.").name != "mail"


def test_types_of_parts_with_control_characters_are_cleaned() -> None:
    document = opened(raw("--b\r\nContent-Type: a\x1b[31m/b\x9b\r\n\r\nx\r\n--b--", "multipart/mixed; boundary=b"))
    assert document.text.startswith("Attachment: a[31m")


def test_an_encrypted_mail_says_so() -> None:
    body = "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--"
    document = opened(raw(body, 'multipart/encrypted; boundary=b; protocol="application/pgp-encrypted"'))
    assert document.error == "an encrypted mail, which only your mail program opens"


def test_hostile_mails_are_read() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(size(600)))
    opened(b"Subject: deep\n" + deep)
    opened(raw("--b\r\n\r\nx\r\n" * size(2_500), "multipart/mixed; boundary=b"))
    opened(b"Subject: " + b"=?utf-8?q?a?= " * size(3_000) + b"\n\nWords.")
    opened(b"From: " + b"a," * size(1_500) + b"\nDate: Thu, 99 Foo 20210 99:00:00 +9999\nMessage-ID: <\n\nWords.")
    opened(raw("<div>" * size(5_000) + "deep", "text/html"))


@given(st.binary(max_size=150))
def test_any_bytes_after_a_header_become_a_document(data: bytes) -> None:
    assert flaws_of(read(b"Subject: x\nContent-Type: multipart/alternative; boundary=a\n" + data, "a.eml")) == []


def test_references_of_a_newsletter_lead_to_its_footnotes_and_its_title_is_found() -> None:
    message = mail("Of Tides")
    message.set_content(
        '<h1>Of  Tides</h1><p>They rise.<a href="#fn1"><sup>1</sup></a></p><p id="fn1"><sup>1</sup> At night, too.</p>',
        subtype="html",
    )
    document = opened(bytes_of(message))
    assert document.title_block == 0
    (note,) = [span for span in document.spans if span.kind is SpanKind.NOTE]
    assert offset_of_name(document, note.target.removeprefix("#")) == document.text.index("At night")
    message = mail("Another subject")
    message.set_content("<h1>Of Tides</h1><p>They rise.</p>", subtype="html")
    assert opened(bytes_of(message)).title_block is None
