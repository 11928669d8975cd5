"""The text of a page from the bytes of its file: HTML in any encoding, or the archive MHTML that holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_reader.formats.html.mhtml import is_mhtml, read_mhtml
from tui_reader.formats.problem_page import cut_off_notice
from tui_reader.formats.reasons import WrongContent
from tui_reader.formats.text.encodings import decode

if TYPE_CHECKING:
    from tui_reader.formats.html.mhtml import Archive

_AS_DECLARED = "as the file declares."


class PageSource(NamedTuple):
    """The text of a page, or the reason why there is none."""

    text: str = ""
    address: str = ""
    """Web address of the page that its archive names; empty if unknown."""
    archive: Archive | None = None
    """The archive that contains the page; None for HTML."""
    notices: tuple[str, ...] = ()
    problem: str = ""


def open_page(data: bytes) -> PageSource:
    """Return the text of a page. Never raises.

    A declared encoding other than UTF-8 causes no notice, since it is usual for older sites.
    """
    archive = read_mhtml(data) if is_mhtml(data) else None
    if archive is not None and not archive.page:
        return PageSource(problem=WrongContent("damaged: it is a web archive without a page"))
    decoded = decode(data if archive is None else archive.page)
    if decoded.problem:
        return PageSource(problem=decoded.problem)
    notices = (decoded.notice,) if decoded.notice and not decoded.notice.endswith(_AS_DECLARED) else ()
    if archive is not None and archive.is_cut_off:
        notices = (*notices, cut_off_notice("text and pictures"))
    return PageSource(decoded.text.removeprefix("\ufeff"), archive.address if archive else "", archive, notices)
