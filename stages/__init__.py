"""The stages of the pipeline, a room each, named as in ``dvc.yaml``."""

import os
import sys
from types import TracebackType


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """End with one line and status 130 where a user pressed Ctrl-C."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    # Within DVC, which names the stage in this variable.
    again = " Run make again: it repairs what this leaves." if "DVC_STAGE" in os.environ else ""
    print(f"Stopped.{again}", file=sys.stderr)
    sys.exit(130)


# Set before any import: importing takes longer than most stages run.
sys.excepthook = _end

# Before NumPy is imported. The products here are small: a second thread makes them slower, many
# times so where another process needs the processor. It changes no byte.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
