"""Import asyncio without ssl: the program makes no TLS connections, and the import would add 6 ms to every start.

asyncio works without ssl if it cannot be imported. Other packages can import ssl later.
"""

from __future__ import annotations

import sys
from importlib import import_module

if "ssl" not in sys.modules:
    sys.modules["ssl"] = None  # type: ignore[assignment]
    import_module("asyncio")
    del sys.modules["ssl"]
