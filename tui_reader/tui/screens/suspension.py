"""Suspend the program for the shell, as ctrl+z does, after everything is saved."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

    from tui_reader.services.library.library import Library

SETTLE_SECONDS = 2.0
"""Seconds to wait for a slow disk; later changes are written once the program is resumed."""


def suspend(app: App[Any], library: Library) -> str:
    """Stop the program until the shell resumes it.

    Args:
        app: The app whose terminal is given back.
        library: The library to save first.

    Returns:
        The reason why the program cannot be suspended; empty if it was suspended.
    """
    driver = app._driver
    if "SIGTSTP" not in signal.Signals.__members__ or driver is None or not driver.can_suspend:
        return "this terminal cannot suspend the reader"
    if os.getsid(0) == os.getpid():
        return "there is no shell that could resume the reader"
    library.settle(SETTLE_SECONDS)
    app.app_suspend_signal.publish(app)
    # Stop the whole process group, as vi does: otherwise a script that started this program would hang.
    os.killpg(os.getpgrp(), signal.SIGTSTP)
    return ""
