"""What goes wrong with files, as sentences for a reader."""

from __future__ import annotations

import errno

from tui_reader.errors import StoreError

_READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)


def is_read_only(error: OSError) -> bool:
    """Whether nothing can be written here, now or later."""
    return error.errno in _READ_ONLY


def not_saved(path: str, error: OSError) -> StoreError:
    """The refusal of a change that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            f"Disk full: this change to {path} is NOT saved.", "Make room; the next change saves this one too."
        )
    if is_read_only(error):
        return StoreError(
            f"{path} is read-only: this change is NOT saved.", "Allow writing to the file and its folder, then reopen."
        )
    reason = error.strerror or str(error)
    return StoreError(f"{path} cannot be written ({reason}): this change is NOT saved.", "See that the disk is well.")


def locked(path: str) -> StoreError:
    """The refusal of a change because another process hangs with the lock in its hand."""
    return StoreError(
        f"{path} is held by another window that does not answer: this change is NOT saved.",
        "End that program; the next change saves this one too.",
    )


def unreadable(path: str, error: OSError) -> StoreError:
    """The file may not be read at all."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return StoreError(f"{path} does not exist.", "See that its name and its folder are spelled right.")
    if isinstance(error, IsADirectoryError):
        return StoreError(f"{path} is a folder.", "A file is wanted there; move the folder, or name another place.")
    reason = error.strerror or str(error)
    way_out = "Check its owner and its permissions." if is_read_only(error) else "See that the disk is well."
    return StoreError(f"{path} cannot be read: {reason}.", way_out)


def damaged(path: str, where: str) -> str:
    """What a reader is told of a damaged file, which nothing overwrites without being asked to."""
    return (
        f"{path} is damaged {where}. Nothing of it was changed; new changes are kept beside it. "
        "“tui-reader doctor --fix” saves what is whole, “tui-reader backup restore” goes back to a backup."
    )


def read_only(path: str) -> str:
    """What a reader is told of a library that may not be written."""
    return (
        f"{path} or its folder is read-only: changes are shown until the reader ends, and NOT saved. "
        "Allow writing to both, then reopen."
    )


def newer(path: str, version: str) -> str:
    """What a reader is told of a file that a later version of the program wrote."""
    return (
        f"{path} was written by a later tui-reader ({version} of the file): it is read, and nothing in it is changed. "
        "Update tui-reader to go on writing."
    )
