"""Reasons why a file cannot be read, as short texts for its error page."""

from __future__ import annotations

from tui_reader.document.cleaning import clean_line


class WrongContent(str):
    """A reason which says that the bytes are not those of a file of this kind: they are damaged, or of another kind.

    Only for such a reason does `registry` look whether the bytes are known as another kind than the file's name says.
    Other reasons, such as a password, say what the file is.
    """

    __slots__ = ()


def clean_reason(reason: str) -> str:
    """Return a reason, which may contain names from the file, as one line that is safe to show; its type is kept."""
    cleaned = clean_line(reason)
    return WrongContent(cleaned) if isinstance(reason, WrongContent) else cleaned


class UnreadableError(Exception):
    """A file, or a part of it, cannot be read; the argument is the reason in a few words."""

    @property
    def reason(self) -> str:
        """The reason; a `WrongContent` if the error was raised with one."""
        reason: str = self.args[0]
        return reason
