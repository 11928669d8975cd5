"""Run the program in a separate process on a pseudo-terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

PATIENCE = 60.0
"""Seconds after which a process that neither writes nor ends has hung."""


class Terminal:
    """A process of the program on a pseudo-terminal of 100 columns and 30 rows.

    Standard input and standard error are the terminal, unless the test passes other descriptors. The terminal controls
    the process, unless `controls` is False: then the process gets no SIGHUP, as below a program that keeps it."""

    def __init__(
        self,
        arguments: list[str],
        stdin: int | None = None,
        stderr: int | None = None,
        prelude: str = "",
        *,
        controls: bool = True,
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL.format(controls=controls, prelude=prelude), *arguments],
            stdin=slave if stdin is None else stdin,
            stdout=slave,
            stderr=slave if stderr is None else stderr,
            start_new_session=True,
            cwd=Path(__file__).parents[1],
        )
        os.close(slave)
        self.output = b""
        self._is_open = True

    def wait_for(self, text: str) -> None:
        """Read output until it contains a text; fail after a minute, far longer than a start on a busy machine."""
        deadline = time.monotonic() + PATIENCE
        while text.encode() not in self.output:
            ready, _, _ = select.select([self._master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} did not appear; the last of the output: {self.output[-2000:]!r}"
            try:
                self.output += os.read(self._master, 65_536)
            except OSError as error:  # on Linux, the end of a terminal's output
                raise AssertionError(f"ended without {text!r}: {self.output[-2000:]!r}") from error

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """Wait for the program to end and return its exit status; reads output, which would block it."""
        deadline = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < deadline:
            if select.select([self._master], [], [], 0.05)[0]:
                try:
                    self.output += os.read(self._master, 65_536)
                except OSError:
                    return self.process.wait(60)
        return self.process.wait(0)

    def hang_up(self) -> None:
        """Close the terminal as a closed window does."""
        os.close(self._master)
        self._is_open = False

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        if self._is_open:
            os.close(self._master)


_ON_TERMINAL = """
import fcntl, sys, termios
if {controls}:
    fcntl.ioctl(1, termios.TIOCSCTTY, 0)
before = termios.tcgetattr(1)
from tui_reader.cli.main import main
{prelude}
status = main()
try:
    is_same = termios.tcgetattr(1) == before
except termios.error:  # the terminal is gone
    is_same = False
if is_same:
    print("the terminal is as it was")
sys.exit(status)
"""
