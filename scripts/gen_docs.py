"""Write what is generated of the documentation: docs/keys.md, and the key table of the README.

With --check nothing is written; the exit status says whether all is fresh.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_reader.tui.commands.describe import markdown_table
from tui_reader.tui.commands.keymap import Keymap

ROOT = Path(__file__).resolve().parents[1]
START, END = "<!-- keys:start -->", "<!-- keys:end -->"

KEYS_HEAD = """# Keys

Generated from the command table by `make docs`. A number before a key repeats it where the column *counts* says so.
To change keys, name commands in `config.toml`:

```toml
[keys]
star = ["s", "f5"]
next_article = "ctrl+n"
```

"""


def generated() -> dict[Path, str]:
    """Every generated file with the text it should have."""
    keymap = Keymap()
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return {
        ROOT / "docs" / "keys.md": KEYS_HEAD + markdown_table(keymap),
        readme: f"{before}{START}\n{markdown_table(keymap, brief=True)}{END}{after}",
    }


def main() -> int:
    """Write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something is stale")
    check = parser.parse_args().check
    stale = [path for path, text in generated().items() if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        if not check:
            path.write_text(generated()[path], encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)} {'is stale: run make docs' if check else 'written'}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
