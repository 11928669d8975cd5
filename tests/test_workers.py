"""The worker processes of the tests report every test, whatever happens to one of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import workers

ROOT = Path(__file__).resolve().parents[1]

TESTS = """
import os, signal, pytest
@pytest.mark.parametrize("number", range(30))
def test_many(number, tmp_path):
    (tmp_path / "file").write_text("text")
def test_fails():
    print("this is printed")
    assert [1] == [2]
def test_dies():
    os.kill(os.getpid(), signal.SIGKILL)
def test_skips():
    pytest.skip("the reason")
@pytest.fixture
def broken():
    yield
    raise ValueError("broken fixture")
def test_breaks(broken):
    pass
@pytest.mark.parametrize("number", range(30))
def test_more(number):
    print("this is not printed")
"""


@pytest.mark.skipif(not workers.is_possible(), reason="forks")
def test_every_test_is_reported_although_a_process_dies(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "--workers=2", "-rs"]
    # A folder given for all files of tests is emptied once, not by each worker.
    command += [f"--basetemp={tmp_path / 'base'}", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    for text in (
        "2 failed, 61 passed, 1 skipped, 1 error in",
        "assert [1] == [2]",
        "this is printed",
        "the reason",
        "broken fixture",
        "the worker process ended while it ran test_some.py::test_dies",
    ):
        assert text in done.stdout
    assert "this is not printed" not in done.stdout


@pytest.mark.parametrize(("count", "processes"), [(0, 2), (1, 5), (7, 3), (8_000, 5)])
def test_the_batches_contain_all_tests_and_end_with_single_ones(count: int, processes: int) -> None:
    pieces = list(workers.pieces(count, processes))
    assert [number for piece in pieces for number in range(*piece)] == list(range(count))
    sizes = [end - start for start, end in pieces]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-processes:] == [1] * min(count, processes)
