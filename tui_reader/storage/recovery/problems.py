"""Messages and errors for the user: the problem of a file, and advice."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from tui_reader.errors import StoreError
from tui_reader.storage.snapshot.disk import RefusedError
from tui_reader.storage.snapshot.journal import READ_ONLY, LockedError

if TYPE_CHECKING:
    from collections.abc import Iterator


def is_read_only(error: OSError) -> bool:
    """Return True if the file system or the permissions forbid writing, so that retrying is useless."""
    return error.errno in READ_ONLY


def not_saved(path: str, error: OSError) -> StoreError:
    """Build the error for a change that could not be written to disk."""
    if isinstance(error, RefusedError):
        return StoreError(
            f"{error.path} {error.reason}: this change is NOT saved.",
            "Remove it, or move it away; the next change saves this one too.",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            f"Disk full: this change to {path} is NOT saved.", "Make room; the next change saves this one too."
        )
    if is_read_only(error):
        return StoreError(
            f"{path} is read-only: this change is NOT saved.",
            "Allow writing to the file and its folder, then open the library again.",
        )
    if isinstance(error, LockedError):
        return StoreError(
            f"{path} is held by another window that does not answer: this change is NOT saved.",
            "End that program; the next change saves this one too.",
        )
    reason = error.strerror or str(error)
    return StoreError(f"{path} cannot be written ({reason}): this change is NOT saved.", "Check the disk.")


def refused(path: str, error: BaseException) -> StoreError:
    """Build the error for a change that failed for an unforeseen reason, such as a defect of the program."""
    if isinstance(error, MemoryError):
        return StoreError(
            f"{path}: there is not enough memory: this change is NOT saved.",
            "Close other programs; the next change saves this one too.",
        )
    return StoreError(f"{path}: this change is NOT saved ({error!r}).", "Please report this.")


def may_concern_one(error: Exception) -> bool:
    """Return True if changes whose common saving failed should be saved one by one, since one may be at fault.

    That is so if a sector of the disk is unreadable, or the program has a defect. If the disk is full, for example,
    none of the changes can be saved.
    """
    cause = error.__cause__
    return not isinstance(error, StoreError) or (isinstance(cause, OSError) and cause.errno == errno.EIO)


def closed(path: str) -> StoreError:
    """Build the error for a change made after the library was closed."""
    return StoreError(
        f"{path} was closed: this change is NOT saved.", "Open the library again, then repeat the change."
    )


def stopped(path: str, error: BaseException) -> StoreError:
    """Build the error for changes that cannot be saved because the thread that saves them has ended."""
    return StoreError(
        f"{path}: saving has stopped ({error!r}). Changes from now on are NOT saved.",
        "Open the library again, and please report this.",
    )


def unsaved(count: int, error: BaseException) -> str:
    """Return the message that counts the changes that are not saved, with the reason.

    Args:
        count: Number of changes; at least one.
        error: The error that refused the last change.
    """
    changes = "1 change is" if count == 1 else f"{count:,} changes are"
    return f"{changes} NOT saved: {error}"


def not_compacted(path: str, error: OSError, journal: str) -> StoreError:
    """Build the error for a failed compaction. The message says that no change is lost: the journal contains all."""
    if isinstance(error, RefusedError):
        reason, way_out = f"{error.path} {error.reason}", "Remove that, or move it away"
    elif error.errno in (errno.ENOSPC, errno.EDQUOT):
        reason, way_out = "the disk is full", "Make room"
    elif isinstance(error, LockedError):
        reason, way_out = "another window holds it and does not answer", "End that program"
    elif is_read_only(error):
        reason, way_out = "it or its folder is read-only", "Allow writing to both"
    else:
        reason, way_out = error.strerror or str(error), "Check the disk"
    return StoreError(
        f"{path} could not be brought up to date ({reason}). All changes are safe in {journal}.",
        f"{way_out}; the reader writes them to the file later.",
    )


def unexpected(path: str, doing: str, error: BaseException) -> str:
    """Return the message for an error in a background task. Such an error loses no data, which the message says.

    Args:
        path: The file that the task worked on.
        doing: The task that failed, as a noun phrase such as `merging conflict copies`.
        error: The exception that was raised.
    """
    if isinstance(error, MemoryError):
        reason = "needs more memory than there is"
        return f"{path}: {doing} {reason}. Nothing was lost; close other programs, then open the library again."
    if isinstance(error, StoreError) and not isinstance(error.__cause__, OSError):
        return str(error)
    cause = error.__cause__ if isinstance(error, StoreError) else error
    if isinstance(cause, RefusedError):
        return str(cause)
    if isinstance(cause, OSError):
        name = cause.filename if isinstance(cause.filename, str) else path
        reason = cause.strerror or str(cause)
        return f"{name}: {doing} failed ({reason}). Nothing was lost; check the disk."
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{path}: {doing} failed ({reason}). Nothing was lost; please report this."


def not_put_away(copy: str, error: OSError) -> str:
    """Return the message that a conflict copy was merged but could not be moved to the backups."""
    reason = error.strerror or str(error)
    return f"{copy} was merged, and could not be moved to the backups ({reason}). Remove it, or allow writing there."


def unreadable(path: str, error: OSError) -> StoreError:
    """Build the error for a file that cannot be read at all."""
    if isinstance(error, NotADirectoryError) and os.path.lexists(path):
        return StoreError(f"{path} is no folder.", "Check the spelling of its name and its folder.")
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return StoreError(f"{path} does not exist.", "Check the spelling of its name and its folder.")
    if isinstance(error, RefusedError):
        return StoreError(f"{error.path} {error.reason}.", "Move it away, or name another file.")
    reason = error.strerror or str(error)
    way_out = "Check its owner and its permissions." if is_read_only(error) else "Check the disk."
    if error.errno == errno.ENAMETOOLONG:
        way_out = "Give it a shorter name."
    return StoreError(f"{path} cannot be read: {reason}.", way_out)


def own_journal_unreadable(path: str, error: OSError) -> str:
    """Return the message that this machine's journal cannot be read, so nothing can be saved."""
    return f"{unreadable(path, error)} Until then its changes are not shown, and new ones are NOT saved."


def partly_unreadable(path: str, error: Exception) -> str:
    """Return the message that a part of a library's file could not be read, so that its content is not shown."""
    if isinstance(error, OSError):
        path = error.filename if isinstance(error.filename, str) else path
        reason = error.strerror or str(error)
    else:
        reason = str(error) or type(error).__name__
    way_out = "Check the disk, then open the library again."
    return f"A part of {path} cannot be read ({reason}): its content is not shown. {way_out}"


@contextlib.contextmanager
def as_store_errors(path: str) -> Iterator[None]:
    """Turn an `OSError` in the `with` block into a `StoreError` that names the file.

    Args:
        path: The file to name if the error names none.
    """
    try:
        yield
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) else path
        raise unreadable(name, error) from error


def damaged_lines(path: str, count: int) -> str:
    """Return the message that damaged lines of a journal were skipped."""
    lines = "1 damaged line" if count == 1 else f"{count:,} damaged lines"
    return f"{lines} of {path} were skipped. “tui-reader doctor --fix” keeps the damaged file and repairs it."


def journal_unreadable(path: str, error: OSError) -> str:
    """Return the message that another machine's journal cannot be read and its changes are not shown."""
    return f"{unreadable(path, error)} Its changes are not shown until it can be read."


def not_listed(folder: str, error: OSError) -> str:
    """Return the message that the library's folder cannot be searched for the journals of other machines."""
    reason = error.strerror or str(error)
    return (
        f"{folder} cannot be listed ({reason}): changes of other machines in it are not shown. Check its permissions."
    )


def no_journal(path: str) -> str:
    """Return the message that a file has the name of a journal but belongs to another program."""
    return f"{path} is not a journal of tui-reader: it is skipped and left alone."


def foreign(path: str, reason: str) -> StoreError:
    """Build the error for a file that belongs to another program; `reason` is a clause such as `it holds a list`."""
    return StoreError(
        f"{path} is not a library of tui-reader: {reason}. It stays as it is.",
        "Keep the state in another file with --state FILE, or move this one away.",
    )


NAME_A_COPY = "Name a copy of library.json; “tui-reader backup list” names the backups."
"""Advice for a file that is no copy of a library."""


def no_copy(path: str, reason: str, done: str, advice: str = NAME_A_COPY) -> StoreError:
    """Build the error for a file that is no copy of a library.

    Args:
        path: The file, which is only read.
        reason: Why, as a clause such as `it is not JSON`.
        done: What was not done, as a participle such as `merged`.
        advice: How to resolve it.
    """
    return StoreError(f"{path} is not a library of tui-reader: {reason}. Nothing was {done}.", advice)


def damaged(path: str, where: str) -> str:
    """Return the message that a library is damaged, which is repaired only at the user's request.

    Args:
        path: The snapshot.
        where: Position and reason of the damage, as a clause.
    """
    return (
        f"{path} is damaged {where}. Nothing of it was changed; new changes are kept beside it. "
        "“tui-reader doctor --fix” saves what can be read, “tui-reader backup restore” goes back to a backup."
    )


def unusable(error: RefusedError) -> str:
    """Return the message that nothing can be saved because the path of the journal is a link or no regular file."""
    return (
        f"{error.path} {error.reason}: changes are NOT saved. Remove it, or move it away, then open the library again."
    )


def read_only(path: str) -> str:
    """Return the message that a library or its folder cannot be written."""
    return (
        f"{path} or its folder is read-only: changes are NOT saved. Allow writing to both, then open the library again."
    )


def shown_unsaved(reason: str) -> str:
    """Return the notice for a program that shows changes which cannot be saved; empty without a reason."""
    return reason and f"{reason} Until the reader ends, changes are shown."


def newer(path: str, version: str) -> str:
    """Return the message that a later version of the program wrote the file, so that it is only read."""
    return (
        f"{path} was written by a later tui-reader ({version} of the file): it is read, and nothing in it is changed. "
        "Update tui-reader to go on writing."
    )


def joined_sides(path: str) -> str:
    """Return the message that a file contained two sides of a merge, and that they were joined."""
    return (
        f"{path} held both sides of a merge that its program could not join, such as git's conflict marks: they are "
        "joined now, record by record. The file as it was is kept among the backups."
    )
