"""Run every program that is offline, and end with one table: ``python -m milestones.run_all``."""

import argparse
import sys
import time
from importlib import import_module
from io import StringIO

from milestones import OFFLINE, lesson


def main() -> None:
    """Run all, without chats, and print what came out beside what to expect."""
    argparse.ArgumentParser(prog="python -m milestones.run_all", description=__doc__).parse_args()
    sys.stdin = StringIO()  # nobody is there to chat
    lines = []
    for name in OFFLINE:
        print(f"--- {name}")
        start = time.perf_counter()
        figures = import_module(f"milestones.{name}").main()
        print(f"{time.perf_counter() - start:.0f} s\n")
        lines += [f"{name:20}{row}" for row in lesson.rows(figures, name)]
    print(f"{'':20}{lesson.HEAD}", *lines, sep="\n")


if __name__ == "__main__":
    main()
