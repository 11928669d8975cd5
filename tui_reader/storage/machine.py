"""The short name of this machine within stamps and journals."""

from __future__ import annotations

import hashlib
import os
import re
import socket
from pathlib import Path

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_LENGTH = 4
_NAME = re.compile(r"[0-9a-z]{1,16}")


def state_folder() -> Path:
    """Where this machine keeps what must not travel with a library: the reader's XDG state folder."""
    state = os.environ.get("XDG_STATE_HOME", "")
    return (Path(state) if state.startswith("/") else Path.home() / ".local" / "state") / "tui-reader"


def machine_name(folder: Path | None = None) -> str:
    """Four letters that tell this machine from the others of the same library.

    They are drawn once and kept outside the library's folder, since that may be synced to other machines. Where they
    cannot be kept, the host's name decides.

    Args:
        folder: Where to keep the name; by default the XDG state folder of the reader.
    """
    folder = folder or state_folder()
    file = folder / "machine"
    try:
        known = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        known = ""
    if _NAME.fullmatch(known):
        return known
    drawn = _letters(os.urandom(_LENGTH))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"machine.{os.getpid()}"
        temporary.write_text(f"{drawn}\n", encoding="ascii")
        try:
            os.link(temporary, file)  # fails where another process was first: then its name counts
        finally:
            temporary.unlink()
    except FileExistsError:
        return machine_name(folder) if _NAME.fullmatch(_read(file)) else _of_host()
    except OSError:
        return _of_host()
    return drawn


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _of_host() -> str:
    return _letters(hashlib.blake2b(socket.gethostname().encode(), digest_size=_LENGTH).digest())


def _letters(data: bytes) -> str:
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in data)
