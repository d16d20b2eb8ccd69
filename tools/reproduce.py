"""Run ``dvc repro`` without its last words, which can't be switched off.

They name a remote, and a part of what is to be committed; the Makefile ends with all of it.
"""

import signal
import subprocess
import sys
from itertools import takewhile

from stages.common import command

REPRO = (sys.executable, "-m", "dvc", "repro", "dvc.yaml", "report/dvc.yaml")
LAST_WORDS = ("To track the changes with git, run:", "Use `dvc push` to send your updates")


def main() -> None:
    """Build the datasets, their papers and the report, and end with the status of DVC."""
    with subprocess.Popen(REPRO, stdout=subprocess.PIPE, errors="backslashreplace") as dvc:
        # Ctrl-C is for DVC, which this process outlives.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for line in takewhile(lambda line: not line.startswith(LAST_WORDS), dvc.stdout or ()):
            print(line, end="", flush=True)
        dvc.communicate()
    sys.exit(dvc.returncode)


if __name__ == "__main__":
    command.run(main)
