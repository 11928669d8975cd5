"""Read every file of the corpora beside the checkout, and print how many are read as they should be."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.formats.conforming import CORPORA, ROWS, run
from tests.formats.conforming_pages import figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="name every flaw, not only the first five of a row")
    shown = None if parser.parse_args().all else 5
    if not CORPORA.is_dir():
        print("The corpora do not lie beside this checkout (../shared/corpora).", file=sys.stderr)
        return 2
    failed = 0
    print(f"{'':34}{'cases':>7}{'right':>7}{'share':>9}{'seconds':>9}")
    for row in ROWS:
        began = time.process_time()
        tried, flaws = run(row)
        right = tried - len({flaw.partition(": ")[0] for flaw in flaws})
        failed += tried - right
        print(f"{row:34}{tried:7}{right:7}{right / max(tried, 1):9.1%}{time.process_time() - began:9.1f}")
        for flaw in flaws[:shown]:
            print(f"    {flaw}")
    print(f"\n{'figures of saved pages':34}{'cases':>7}{'value':>9}{'least':>9}")
    for figure in figures():
        failed += figure.value < figure.least
        least = f"{figure.least:9.1%}" if figure.least else ""
        print(f"{figure.name:34}{figure.cases:7}{figure.value:9.1%}{least}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
