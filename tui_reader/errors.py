"""Errors that are shown to the user: a message, and a hint about a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReaderError(Exception):
    """An error that is shown to the user: a message and a hint.

    Attributes:
        message: A description of the error that names the file or the setting.
        hint: A possible remedy, as a full sentence; may be empty.
        details: Lines to print below the hint, such as a list of choices.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = tuple(details)

    def __str__(self) -> str:
        return " ".join(filter(None, (self.message, self.hint, *self.details)))


class UsageError(ReaderError):
    """The arguments are invalid, such as a missing path, or the program has no terminal."""

    exit_code = 2


class ConfigError(ReaderError):
    """The settings file cannot be read, or is invalid."""

    exit_code = 2


class StoreError(ReaderError):
    """The state file cannot be read or written."""

    exit_code = 3
