"""Import asyncio without ssl, whose import takes 6 ms of every start, for connections that are never made.

asyncio does without ssl where it cannot be imported. Other packages can import ssl later.
"""

from __future__ import annotations

import sys
from importlib import import_module

if "ssl" not in sys.modules:
    sys.modules["ssl"] = None  # type: ignore[assignment]
    import_module("asyncio")
    del sys.modules["ssl"]
