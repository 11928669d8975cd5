"""Putting the program aside as a shell does with ctrl+z, with everything on disk before."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App

    from tui_reader.services.library.library import Library

PATIENCE = 2.0
"""Seconds that a slow disk is waited for; what is not on it by then goes on its way once the program does."""


def suspend(app: App[Any], library: Library) -> str:
    """Stop the program until the shell lets it go on; why that cannot be, or an empty text.

    Args:
        app: The app.
        library: What must be on disk before.
    """
    driver = app._driver
    if "SIGTSTP" not in signal.Signals.__members__ or driver is None or not driver.can_suspend:
        return "this terminal cannot put the reader aside"
    if os.getsid(0) == os.getpid():
        return "there is no shell that could bring the reader back"
    library.settle(PATIENCE)
    app.app_suspend_signal.publish(app)
    # The whole group, as vi does, and not only this process: a script that started it would wait for it for ever.
    os.killpg(os.getpgrp(), signal.SIGTSTP)
    return ""
