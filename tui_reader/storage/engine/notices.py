"""Notices: sentences for the user, collected while the files of a library are opened, written and maintained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_reader.storage.recovery import problems

if TYPE_CHECKING:
    from collections.abc import Callable


class Notices:
    """A list of sentences for the user, in the order of their addition. Thread-safe.

    Args:
        path: The snapshot of the library, to name in sentences about unexpected errors.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.sentences: list[str] = []

    def add(self, *sentences: str) -> None:
        """Add sentences about what lasts, such as damage, except empty sentences and repetitions."""
        self.sentences += [sentence for sentence in sentences if sentence and sentence not in self.sentences]

    def add_events(self, *sentences: str) -> None:
        """Add sentences about what has happened, such as a merge; it may happen again in the same words."""
        self.sentences += sentences

    def add_unexpected(self, doing: str, error: BaseException) -> None:
        """Add a sentence about an error of an unexpected type.

        Args:
            doing: The failed operation, as a noun phrase such as `compaction`.
            error: The exception.
        """
        self.add(problems.unexpected(self._path, doing, error))

    def guard(self, doing: str, step: Callable[[], bool | None]) -> bool | None:
        """Call a function; turn any exception into a notice, so that the thread continues saving changes.

        Args:
            doing: What the function does, as a noun phrase such as `merging conflict copies`.
            step: The function to call.

        Returns:
            The result of the function; None if it raised an exception.
        """
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - the thread that saves must survive whatever a file provokes
            self.add_unexpected(doing, error)
            return None
