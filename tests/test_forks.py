"""A process that tests start as a fork ends like one that the system has started."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests import forks

ENDS = {
    "the end of the program": ("print('out')", 0, "out\n", ""),
    "a status": ("import sys; sys.exit(3)", 3, "", ""),
    "a status of more than a byte": ("import sys; sys.exit(258)", 2, "", ""),
    "a message": ("import sys; sys.exit('why')", 1, "", "why\n"),
    "a function to call at the end": (
        "import atexit, sys; atexit.register(print, 'last'); sys.stdout.write('first,'); sys.exit(4)",
        4,
        "first,last\n",
        "",
    ),
    "a thread": (
        "import threading, time; threading.Timer(0.02, print, ['from the thread']).start()",
        0,
        "from the thread\n",
        "",
    ),
    "an exception": ("1 / 0", 1, "", "ZeroDivisionError"),
    "output that cannot be written": (
        "import os; os.close(1); os.open('/dev/full', os.O_WRONLY); print('lost'); raise SystemExit(5)",
        120,
        "",
        "No space left on device",
    ),
}
"""A program, and the status, standard output and part of standard error with which it ends."""


CODINGS = ("ascii", "latin-1", "utf-8:strict", "ascii:replace", ":backslashreplace", "ascii:backslashreplace")


@pytest.mark.skipif(not forks.is_possible(), reason="forks")
@pytest.mark.parametrize("end", ENDS)
def test_a_forked_process_ends_as_any_process(end: str) -> None:
    program, *expected = ENDS[end]
    if not os.path.exists("/dev/full") and expected[0] == 120:  # noqa: PTH110 - no path of a test
        pytest.skip("the system has no full device")
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert [done.returncode, done.stdout] == expected[:2]
    assert str(expected[2]) in done.stderr
    assert bool(done.stderr) == bool(expected[2])


@pytest.mark.skipif(not forks.is_possible(), reason="forks")
@pytest.mark.parametrize("coding", CODINGS)
def test_a_forked_process_writes_in_the_encoding_of_its_environment(coding: str) -> None:
    program = "import sys; print(*((s.encoding, s.errors) for s in (sys.stdin, sys.stdout, sys.stderr)))"
    command, variables = [sys.executable, "-c", program], {**os.environ, "PYTHONIOENCODING": coding}
    forked = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    with forks.SERVER.off():
        real = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    assert forked.stdout == real.stdout
