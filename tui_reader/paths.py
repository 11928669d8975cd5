"""Default paths of the program's own files: data, settings, cache and log.

The `XDG_*` variables are used on every system if they are absolute paths, as their specification demands (XDG Base
Directory Specification 0.8); without them each system's usual folders are used. This module creates nothing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tui_reader.errors import UsageError

PROGRAM = "tui-reader"
"""Name of the program, and of its folder in each base folder."""


def data_dir() -> Path:
    """Return the folder of the default library, and of the state of libraries without a library.json."""
    return _folder("XDG_DATA_HOME", ".local/share", "user_data_dir")


def config_dir() -> Path:
    """Return the folder of the settings and of the user's own themes."""
    return _folder("XDG_CONFIG_HOME", ".config", "user_config_dir")


def config_file() -> Path:
    """Return the path of the settings file that is read if `--config` is not given."""
    return config_dir() / "config.toml"


def cache_dir() -> Path:
    """Return the cache folder, whose files may be deleted at any time and are recreated."""
    return _folder("XDG_CACHE_HOME", ".cache", "user_cache_dir")


def log_file() -> Path:
    """Return the path of the log of internal errors."""
    return _folder("XDG_STATE_HOME", ".local/state", "user_state_dir") / f"{PROGRAM}.log"


def expand_user(path: str | Path) -> Path:
    """Return a path with the home folder in place of `~` or `~name`; unchanged if there is no such user.

    `Path.expanduser` raises RuntimeError for an unknown user, but a file may have such a name.
    """
    return Path(os.path.expanduser(path))  # noqa: PTH111


def _folder(variable: str, below_home: str, platform_function: str) -> Path:
    configured = Path(os.environ.get(variable, ""))
    if configured.is_absolute():
        return configured / PROGRAM
    if sys.platform in {"darwin", "win32"}:
        # Not imported on Linux, where the XDG folders are usual: the import takes 6 ms.
        import platformdirs  # noqa: PLC0415

        return Path(getattr(platformdirs, platform_function)(PROGRAM, appauthor=False))
    try:
        return Path.home() / below_home / PROGRAM
    except RuntimeError:
        raise UsageError("This user has no home folder.", f"Set HOME, or {variable}, to a folder.") from None
