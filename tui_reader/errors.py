"""The errors that a user may see: each says what happened, and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class ReaderError(Exception):
    """Something that a user can be told in two sentences.

    Attributes:
        message: What happened, naming the file or the setting concerned.
        hint: The way out, as a full sentence; empty where there is none.
        details: Rows below the hint, such as what there is to choose from.
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
    """The command line asks for something that cannot be: a missing path, no terminal."""

    exit_code = 2


class ConfigError(ReaderError):
    """The configuration file cannot be used."""

    exit_code = 2


class StoreError(ReaderError):
    """The state file cannot be read or written."""

    exit_code = 3
