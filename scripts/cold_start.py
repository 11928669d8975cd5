"""Tell what a start is made of: the price of each import on its way, and the time until the command line answers.

Times of one machine say little; the ratios to a bare interpreter and to a bare Textual app, taken in the same run in
turns, are what to compare. `--limit 1.4` exits with 1 where the imports of the reader take longer than that times the
bare app's.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict

BARE = "from textual.app import App; from textual.widgets import Static"
READER = "import gc; gc.disable(); import tui_reader.cli.main, tui_reader.services.library.library, tui_reader.tui.app"
PROGRAMS = {
    "python -c pass": ["-c", "pass"],
    "tui-reader --version": ["-m", "tui_reader", "--version"],
    "imports of a bare Textual app": ["-c", BARE],
    "imports of the reader": ["-c", READER],
}
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=15, help="runs of each program (15)")
    parser.add_argument("--top", type=int, default=12, help="packages and modules to list (12)")
    parser.add_argument("--limit", type=float, help="highest ratio of the reader's imports to the bare app's")
    options = parser.parse_args()
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
    """Median and lowest milliseconds of each program. They take turns, so that a drift of the machine hits all."""
    taken: dict[str, list[float]] = defaultdict(list)
    for turn in range(runs + 1):
        for name, arguments in PROGRAMS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
            if turn:  # the first turn only warms the disk's cache and writes bytecode
                taken[name].append((time.perf_counter() - start) * 1000)
    return {name: (statistics.median(times), min(times)) for name, times in taken.items()}


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
