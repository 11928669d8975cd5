"""Print the parts of a start: the time of each import, and the time until the command line answers.

Times of one machine say little; the ratios to a bare interpreter and to a bare Textual app, taken in the same run in
turns, are what to compare. `--limit 1.4` exits with 1 where the imports of the reader take longer than that times the
bare app's.

`--against TREE… --open PATH` compares whole starts with those in other trees of the repository, each with its .venv:
processor time, which a busy machine changes least, until the first frame, until keys are handled and so on.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections import defaultdict
from pathlib import Path

BARE = "from textual.app import App; from textual.widgets import Static"
READER = "import gc; gc.disable(); import tui_reader.cli.main, tui_reader.services.library.library, tui_reader.tui.app"
PROGRAMS = {
    "python -c pass": ["-c", "pass"],
    "tui-reader --version": ["-m", "tui_reader", "--version"],
    "imports of a bare Textual app": ["-c", BARE],
    "imports of the reader": ["-c", READER],
}
WATCHED = """
import json, os, sys, time
taken = {}
def note(name):
    taken.setdefault(name, time.process_time() * 1000)
import gc; gc.disable()
try:
    from tui_reader.cli.main import main
except ImportError:
    from tui_reader.cli import main
try:
    import tui_reader.services.library.opening
except ImportError:
    import tui_reader.services.opening
from tui_reader.tui.app import ReaderApp
note("imports")
ready = ReaderApp.on_ready
def watched_ready(app):
    note("first frame")
    ready(app)
ReaderApp.on_ready = watched_ready
begin = ReaderApp._begin
async def watched_begin(app):
    start = app.library.start
    def watched_start(listener):
        def listen(event):
            listener(event)
            kind = type(event).__name__
            if kind == "DocumentLoaded":
                app.call_later(app.call_after_refresh, note, "text shown")
            elif kind == "ScanFinished":
                app.call_later(app.call_after_refresh, note, "all listed")
                with open(os.environ["MARKS"], "w") as file:
                    json.dump(taken, file)
        start(listen)
    app.library.start = watched_start
    await begin(app)
    note("keys handled")
ReaderApp._begin = watched_begin
leave = ReaderApp.exit
def watched_exit(app, *arguments, **named):
    note("everything at rest")
    leave(app, *arguments, **named)
ReaderApp.exit = watched_exit
try:
    main(sys.argv[1:])
finally:
    with open(os.environ["MARKS"], "w") as file:
        json.dump(taken, file)
"""
"""Program that starts the reader and writes processor milliseconds since its start into the file $MARKS."""
REST_SECONDS = 0.6
"""Seconds without output after which a started reader is at rest, and is quit."""
END_SECONDS = 20.0
"""Longest time that a reader may take to list everything, and to end."""
TERMINAL_ANSWERS = {
    rb"\x1b\[\?2026\$p": b"\x1b[?2026;2$y",
    rb"\x1b\[c": b"\x1b[?62;22c",
    rb"\x1b\[6n": b"\x1b[1;1R",
    rb"\x1b\]10;\?": b"\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
    rb"\x1b\]11;\?": b"\x1b]11;rgb:1010/1010/1010\x1b\\",
}
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=15, help="runs of each program (15)")
    parser.add_argument("--top", type=int, default=12, help="packages and modules to list (12)")
    parser.add_argument("--limit", type=float, help="highest ratio of the reader's imports to the bare app's")
    parser.add_argument("--against", type=Path, nargs="+", metavar="TREE", help="compare with starts in these trees")
    parser.add_argument("--open", type=Path, metavar="PATH", help="the folder or file that those starts open")
    options = parser.parse_args()
    if options.against:
        if not options.open:
            parser.error("--against needs --open PATH")
        return compare([*options.against, Path(__file__).parents[1]], options.open.absolute(), options.n)
    medians = timed(options.n)
    print(f"\n{'median of ' + str(options.n):34}{'ms':>8}{'lowest':>9}")
    for name, (median, lowest) in medians.items():
        print(f"{name:34}{median:8.1f}{lowest:9.1f}")
    ratio = medians["imports of the reader"][0] / medians["imports of a bare Textual app"][0]
    print(f"{'reader / bare app':34}{ratio:8.2f}")
    digest("the command line alone", "import tui_reader.cli.main", options.top)
    digest("all imports up to the first frame", READER, options.top)
    return int(options.limit is not None and ratio > options.limit)


def timed(runs: int) -> dict[str, tuple[float, float]]:
    """Return median and minimum milliseconds of each program."""
    taken: dict[str, list[float]] = defaultdict(list)
    for turn in range(runs + 1):
        for name, arguments in PROGRAMS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
            if turn:  # the first turn only warms the disk's cache and writes bytecode
                taken[name].append((time.perf_counter() - start) * 1000)
    return {name: (statistics.median(times), min(times)) for name, times in taken.items()}


def compare(trees: list[Path], opened: Path, runs: int) -> int:
    """Print the medians of whole starts in several trees, and the ratios of the last tree to the others."""
    taken: list[dict[str, list[float]]] = [defaultdict(list) for _ in trees]
    with tempfile.TemporaryDirectory() as homes:
        for turn in range(runs + 2):
            order = list(enumerate(trees))
            for index, tree in order if turn % 2 else reversed(order):
                marks = watched_start(tree.absolute(), opened, Path(homes, str(index)))
                if turn > 1:  # the first turns read the folder, fill caches and write bytecode
                    for name, milliseconds in marks.items():
                        taken[index][name].append(milliseconds)
    print(f"{f'medians of {runs}, CPU ms until':24}" + "".join(f"{tree.name:>12}" for tree in trees) + "   ratios")
    for name in taken[-1]:
        medians = [statistics.median(times[name]) if times[name] else float("nan") for times in taken]
        ratios = "".join(f"{medians[-1] / median:7.3f}" for median in medians[:-1])
        print(f"{name:24}" + "".join(f"{median:12.1f}" for median in medians) + f"  {ratios}")
    return 0


def watched_start(tree: Path, opened: Path, home: Path) -> dict[str, float]:
    """Start the reader of a tree in a terminal of 120×35 cells, quit it when it rests, and return its times.

    Args:
        tree: The root of the tree.
        opened: The folder or file to open. The reader gets a copy, beside which another tree's reader writes nothing.
        home: The home directory of the reader, with the caches of its former starts.
    """
    copy = home / "copy" / opened.name
    if not copy.exists():
        copy.parent.mkdir(parents=True)
        if opened.is_dir():
            shutil.copytree(opened, copy)
        else:
            shutil.copy2(opened, copy)
    marks = home / "marks.json"
    marks.unlink(missing_ok=True)
    environment = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("XDG_")}
    environment.update(HOME=str(home), TERM="xterm-256color", COLORTERM="truecolor", MARKS=str(marks))
    process, terminal = pty.fork()
    if not process:
        # Without a size, the terminal has no cells, and nothing is drawn.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 35, 120, 0, 0))
        os.chdir(tree)
        python = str(tree / ".venv/bin/python")
        os.execve(python, [python, "-c", WATCHED, str(copy)], environment)
    is_quit, begun = False, time.monotonic()
    while True:
        is_listed = marks.exists() or time.monotonic() > begun + END_SECONDS
        patience = END_SECONDS if is_quit else REST_SECONDS
        if not select.select([terminal], [], [], patience)[0]:
            if not is_listed:
                continue
            if is_quit:
                raise SystemExit(f"{tree}: the reader does not end")
            os.write(terminal, b"Q")
            is_quit = True
            continue
        try:
            output = os.read(terminal, 1 << 16)
        except OSError:  # the process has ended
            break
        for question, answer in TERMINAL_ANSWERS.items():
            if re.search(question, output):
                os.write(terminal, answer)
    os.waitpid(process, 0)
    os.close(terminal)
    times: dict[str, float] = json.loads(marks.read_text())
    return times


def digest(title: str, program: str, top: int) -> None:
    """Print what `-X importtime` says, summed by package, and the dearest single modules."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program], check=True, capture_output=True, text=True, env=ENVIRONMENT
    )
    packages: dict[str, float] = defaultdict(float)
    modules: dict[str, float] = {}
    for line in done.stderr.splitlines()[1:]:
        own, _, name = line.removeprefix("import time:").split("|")
        module = name.strip()
        modules[module] = int(own) / 1000
        packages[module.partition(".")[0]] += int(own) / 1000
    print(f"\n{title}: {sum(modules.values()):.0f} ms in {len(modules)} modules (ms of their own, while being watched)")
    by_package = sorted(packages.items(), key=lambda item: -item[1])[:top]
    by_module = sorted(modules.items(), key=lambda item: -item[1])[:top]
    for (package, package_time), (module, module_time) in zip(by_package, by_module, strict=False):
        print(f"  {package:28}{package_time:7.1f}    {module:44}{module_time:6.1f}")


if __name__ == "__main__":
    sys.exit(main())
