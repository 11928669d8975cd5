"""Where the reader keeps what is its own: data, settings, what can be made anew, and its log.

The `XDG_*` variables are honoured on every system where they hold an absolute path, as their specification asks
(XDG Base Directory Specification 0.8); without them each system's own custom holds. Nothing is created here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tui_reader.errors import UsageError

PROGRAM = "tui-reader"
"""Name of the program, and of its folder in each of the places."""


def data_dir() -> Path:
    """Folder of the default library and of the state of places that carry none themselves."""
    return _place("XDG_DATA_HOME", ".local/share", "user_data_dir")


def config_dir() -> Path:
    """Folder of the settings and of themes of one's own."""
    return _place("XDG_CONFIG_HOME", ".config", "user_config_dir")


def config_file() -> Path:
    """The settings that are read where the command line names no others."""
    return config_dir() / "config.toml"


def cache_dir() -> Path:
    """Folder of what can be deleted at any time and is made anew."""
    return _place("XDG_CACHE_HOME", ".cache", "user_cache_dir")


def log_file() -> Path:
    """The file that tells what went wrong inside the program."""
    return _place("XDG_STATE_HOME", ".local/state", "user_state_dir") / f"{PROGRAM}.log"


def _place(variable: str, beneath_home: str, custom: str) -> Path:
    named = Path(os.environ.get(variable, ""))
    if named.is_absolute():
        return named / PROGRAM
    if sys.platform in {"darwin", "win32"}:
        # Only where the custom is not the specification's: the import takes 6 ms.
        import platformdirs  # noqa: PLC0415

        return Path(getattr(platformdirs, custom)(PROGRAM, appauthor=False))
    try:
        return Path.home() / beneath_home / PROGRAM
    except RuntimeError:
        raise UsageError("This user has no home folder.", f"Set HOME, or {variable}, to a folder.") from None
