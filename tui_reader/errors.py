"""Errors that are shown to the user, each with what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReaderError(Exception):
    """An error that is shown to the user in two sentences.

    Attributes:
        message: What happened, naming the file or the setting concerned.
        hint: What the user can do, as a full sentence; may be empty.
        details: Lines below the hint, such as a list of choices.
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
    """The command line asks for something impossible, such as a missing path, or there is no terminal."""

    exit_code = 2


class ConfigError(ReaderError):
    """The settings file cannot be read, or is invalid."""

    exit_code = 2


class StoreError(ReaderError):
    """The state file cannot be read or written."""

    exit_code = 3
