"""Where fetched benchmarks are."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def home() -> Path:
    """Return what ``TINYDATASETS_HOME`` names, or ``tinydatasets`` among the user's caches."""
    from pathlib import Path  # noqa: PLC0415 - see `tinydatasets.loading`

    if own := os.environ.get("TINYDATASETS_HOME"):
        return Path(os.path.expanduser(own)).absolute()  # noqa: PTH111 - no error for ~nobody
    if sys.platform == "win32":
        caches = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        caches = "~/Library/Caches"
    else:
        caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(caches).expanduser() / "tinydatasets"
