"""Entry point of the program: `python -m tui_reader`, and the command `tui-reader`."""

from __future__ import annotations

import sys

from tui_reader.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
